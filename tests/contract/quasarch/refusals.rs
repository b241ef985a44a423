//! What the forms refuse, with the name of the field.

use quarterdeck::model::{ActionId, FieldValue, FormValues, Kind, Resource};
use quarterdeck::providers::quasarch;

use crate::setup::{Deck, Demo, demo, list, pairs, several, texts};

async fn opened() -> (Demo, Deck, Resource) {
    let demo = demo("quasarch").start().await;
    let provider = demo.provider();
    let row = list(&provider, Kind::Container).await.0.remove(0);
    let deck = Deck::of(quasarch::PLATFORM, &provider, &row);
    (demo, deck, row)
}

/// Nothing is sent for a wrong value, and the message begins with its field.
#[tokio::test]
async fn every_wrong_value_is_refused_beside_its_field() {
    let (demo, deck, row) = opened().await;
    let long = "x".repeat(600);
    let text = FieldValue::text;
    for (field, value, message) in [
        ("name", text(""), "must be filled in"),
        ("name", text(&long[..64]), "at most 63 characters, this has 64"),
        ("name", text("a\u{7}b"), "may hold no control characters"),
        ("name", text("naïve"), "may hold letters, digits and - _ ., not ï"),
        ("name", text("-web"), "must begin with one of the letters of ASCII or a digit"),
        ("image", text(""), "must be filled in"),
        ("image", text("nginx"), "must carry its tag, such as nginx:1.27: there is no tag by default"),
        (
            "image",
            text("host:5000/nginx"),
            "must carry its tag, such as nginx:1.27: there is no tag by default",
        ),
        ("image", text(long.as_str()), "at most 512 characters, this has 600"),
        ("image", text("nginx:1\n"), "may hold no control characters"),
        ("image", text("ngïnx:1"), "may hold letters, digits and . _ - / : @, not ï"),
        ("cpu", text("0"), "must be from 0.1 cores to 256 cores"),
        ("cpu", text("many"), "expected a number of cores"),
        ("ram", text("0"), "must be from 1 MiB to 16777216 MiB"),
        ("ram", text("1.5"), "must be a whole number"),
        ("ram", text("512Q"), "expected a whole number of MiB"),
        ("ephemeralStorage", text("-1"), "must be from 1 MiB to 16777216 MiB"),
        ("gpu", text("-1"), "must be from 0 to 64"),
        ("gpu", text("0.5"), "must be a whole number"),
        ("port", text("65536"), "must be from 1 to 65535"),
        ("port", text("http"), "expected a whole number"),
        ("command", several(&["a\u{1b}b"]), "a\u{1b}b: may hold no control characters"),
        ("env", pairs(&[("A B", "x")]), "A B is no name of a variable: no spaces, no =, no digit first"),
        ("env", pairs(&[("ÄRGER", "x")]), "the name ÄRGER: may hold only ASCII characters, not Ä"),
        ("env", pairs(&[("A", "x\u{7}")]), "the value of A: may hold no control characters"),
        ("desiredGPUs", several(&["Abacus 1"]), "Abacus 1 is not among the choices"),
    ] {
        let good = texts(&[("name", "web"), ("image", "nginx:1"), ("gpu", "1")]);
        let create =
            deck.prepare_new(Kind::Container, ActionId::CONTAINER_CREATE, good.with(field, value.clone()));
        let problem = create.await.unwrap_err();
        assert_eq!(&*problem.message, format!("{field}: {message}"), "{value:?}");
        if field != "name" {
            let values = texts(&[("gpu", "1")]).with(field, value);
            let problem = deck.prepare(&row, ActionId::CONTAINER_UPDATE, values).await.unwrap_err();
            assert_eq!(&*problem.message, format!("{field}: {message}"), "the same for an update");
        }
    }
    let models =
        texts(&[("name", "web"), ("image", "nginx:1")]).with("desiredGPUs", several(&["Nvidia a100"]));
    let problem = deck.prepare_new(Kind::Container, ActionId::CONTAINER_CREATE, models).await.unwrap_err();
    assert_eq!(&*problem.message, "gpu: must be 1 or more, since models are chosen");
    let asked = demo.cloud.asked();
    assert!(asked.iter().all(|line| line.starts_with("GET ")), "{asked:?}");
}

#[tokio::test]
async fn an_update_that_changes_nothing_and_a_revision_that_is_not_there_are_refused() {
    let (_demo, deck, row) = opened().await;
    let problem = deck.prepare(&row, ActionId::CONTAINER_UPDATE, FormValues::new()).await.unwrap_err();
    assert_eq!(&*problem.message, format!("{}: nothing would change, so nothing was sent", row.name()));
    for (revision, message) in [
        ("", "revision: must be filled in".to_owned()),
        ("999", format!("revision: {} has no revision 999", row.name())),
        ("one", format!("revision: {} has no revision one", row.name())),
    ] {
        let values = texts(&[("revision", revision)]);
        let problem = deck.prepare(&row, ActionId::REVISION_ROLL_BACK, values).await.unwrap_err();
        assert_eq!(*problem.message, *message);
    }
}
