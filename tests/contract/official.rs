//! The state that changes of ours have left, as two platforms' own Python clients read it from the same demo. Needs a
//! Python that has them: `QDECK_TEST_PYTHON`, or `python3`.

use std::process::Stdio;

use quarterdeck::fleet::WriteEnd;
use quarterdeck::model::{ActionId, FieldValue, FormValues, Kind, Lifecycle, Resource};
use quarterdeck::providers::{SharedProvider, exoscale, gcore};
use serde_json::Value;

use crate::setup::{Deck, Demo, demo, list, until, within};

/// The instance of a name, as a script beside this file prints it.
async fn read_by(script: &str, name: &str, environment: &[(&str, String)]) -> Value {
    let python = std::env::var("QDECK_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let path = format!("{}/tests/contract/official/{script}", env!("CARGO_MANIFEST_DIR"));
    let run = tokio::process::Command::new(&python)
        .args([&*path, name])
        .envs(environment.iter().map(|(name, value)| (name, value)))
        // The cloud is on this very machine.
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let ended = within(run).await.unwrap_or_else(|error| panic!("{python} does not start: {error}"));
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{script}: {}\n{err}", ended.status);
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
}

async fn named(provider: &SharedProvider, name: &str) -> Resource {
    let (rows, _) = list(provider, Kind::Instance).await;
    rows.into_iter().find(|row| row.name() == name).unwrap_or_else(|| panic!("{name} is not listed"))
}

async fn done(deck: &mut Deck, row: &Resource, action: ActionId, values: FormValues) {
    assert_eq!(deck.perform(row, action, values).await, WriteEnd::Done, "{action}");
}

fn exoscale_environment(demo: &Demo, zone: &str) -> Vec<(&'static str, String)> {
    let access = demo.access();
    let base = access.base_url.replace("{zone}", zone);
    vec![
        ("QDECK_BASE_URL", base),
        ("QDECK_KEY", access.key.as_ref().expect("a key").expose().to_owned()),
        ("QDECK_SECRET", access.secret.expose().to_owned()),
    ]
}

#[tokio::test]
async fn exoscale_reads_what_was_created_changed_and_deleted() {
    let demo = demo("exoscale").start().await;
    let provider = demo.provider();
    let (rows, _) = list(&provider, Kind::Instance).await;
    let model = rows.iter().find(|row| row.state().is_some_and(|it| it.lifecycle == Lifecycle::Running));
    let model = model.expect("a running instance");
    let environment = exoscale_environment(&demo, model.id().scope.as_deref().expect("a zone"));
    let read = |name: &'static str| read_by("exoscale_instance.py", name, &environment);
    let mut deck = Deck::of(exoscale::PLATFORM, &provider, model);
    let text = |text: &str| FieldValue::text(text);

    let values = FormValues::new().with("name", text("made-here")).with("disk-size", text("60"));
    done(&mut deck, model, ActionId::INSTANCE_CREATE_LIKE, values).await;
    let made = read("made-here").await;
    assert_eq!((&made["state"], &made["disk-size"]), (&"running".into(), &60.into()), "{made}");

    let row = named(&provider, "made-here").await;
    let labels = FieldValue::Map(vec![("made-by".to_owned(), "deck".to_owned())]);
    done(&mut deck, &row, ActionId::INSTANCE_LABELS, FormValues::new().with("labels", labels)).await;
    done(&mut deck, &row, ActionId::INSTANCE_STOP, FormValues::new()).await;
    until(&provider, row.id(), Lifecycle::Stopped).await;
    let row = named(&provider, "made-here").await;
    let bigger = FormValues::new().with("disk-size", text("80"));
    done(&mut deck, &row, ActionId::new("instance.resize-disk"), bigger).await;
    let changed = read("made-here").await;
    let seen = (&changed["state"], &changed["disk-size"], &changed["labels"]["made-by"]);
    assert_eq!(seen, (&"stopped".into(), &80.into(), &"deck".into()), "{changed}");

    done(&mut deck, &row, ActionId::INSTANCE_DELETE, FormValues::new()).await;
    assert_eq!(read("made-here").await, Value::Null);
}

#[tokio::test]
async fn gcore_reads_what_was_stopped_and_renamed() {
    let demo = demo("gcore").start().await;
    let provider = demo.provider();
    let (rows, _) = list(&provider, Kind::Instance).await;
    let row = rows.iter().find(|row| row.state().is_some_and(|it| it.lifecycle == Lifecycle::Running));
    let row = row.expect("a running instance");
    let access = demo.access();
    let environment = [
        ("QDECK_BASE_URL", access.base_url.clone()),
        ("QDECK_SECRET", access.secret.expose().to_owned()),
        ("QDECK_PROJECT", access.project.expect("a project").to_string()),
        ("QDECK_REGION", row.id().scope.as_deref().expect("a region").to_owned()),
    ];
    let mut deck = Deck::of(gcore::PLATFORM, &provider, row);
    let renamed = FormValues::new().with("name", FieldValue::text("renamed-here"));
    done(&mut deck, row, ActionId::INSTANCE_RENAME, renamed).await;
    done(&mut deck, row, ActionId::INSTANCE_STOP, FormValues::new()).await;
    let read = read_by("gcore_instance.py", "renamed-here", &environment).await;
    assert_eq!((&read["id"], &read["status"]), (&(&*row.id().id).into(), &"SHUTOFF".into()), "{read}");
}
