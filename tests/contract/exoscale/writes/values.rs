//! Values that a form refuses: the error names the field, and nothing is sent.

use quarterdeck::model::{ActionId, FieldValue, FormValues, ProblemKind};

use super::cloud::{Cloud, GPU, LINUX, MEDIUM, NEW, TITAN, UNREADY, WINDOWS};
use super::{deck_of, entered, own, pairs, recorded, several, text, web};
use crate::setup::within;

const UPDATE: ActionId = ActionId::INSTANCE_UPDATE;
const RENAME: ActionId = ActionId::INSTANCE_RENAME;
const LABELS: ActionId = ActionId::INSTANCE_LABELS;
const RESIZE: ActionId = ActionId::INSTANCE_RESIZE;

type Refused = (ActionId, FormValues, String);

fn one(action: ActionId, field: &str, value: FieldValue, message: &str) -> Refused {
    (action, entered([(field, value)]), format!("{field}: {message}"))
}

fn texts() -> Vec<Refused> {
    let long = "n".repeat(256);
    vec![
        one(RENAME, "name", text(""), "must be filled in"),
        one(RENAME, "name", text(&long), "at most 255 characters, this has 256"),
        one(RENAME, "name", text("a\u{1b}[2J"), "may hold no control characters"),
        one(RENAME, "name", text("two\nlines"), "may hold no control characters"),
        one(RENAME, "name", FieldValue::Switch(true), "expected a text"),
        one(UPDATE, "name", text(&long), "at most 255 characters, this has 256"),
        one(LABELS, "labels", pairs(&[("", "x")]), "the name : at least 1 character, this has 0"),
        one(LABELS, "labels", pairs(&[("a", "x\u{7}")]), "the value of a: may hold no control characters"),
        one(LABELS, "labels", pairs(&[("a", "x"), ("a", "y")]), "a is there twice"),
        one(LABELS, "labels", text("a=x"), "expected names with values"),
        one(UPDATE, "user-data", text(""), "can be replaced and not removed"),
        one(UPDATE, "user-data", text("base64:ü"), "is not base64 after `base64:`"),
        one(
            UPDATE,
            "user-data",
            text(&"x".repeat(24_577)),
            "at most 32768 characters in base64, this has 32772",
        ),
        one(UPDATE, "user-data", text("\u{0}"), "may hold no control characters"),
    ]
}

fn numbers() -> Vec<Refused> {
    let grow = own("instance.resize-disk");
    let range = "must be from 51 GiB to 51200 GiB";
    vec![
        one(grow, "disk-size", text(""), "must be filled in"),
        one(grow, "disk-size", text("50"), range),
        one(grow, "disk-size", text("-60"), range),
        one(grow, "disk-size", text("51T"), range),
        one(grow, "disk-size", text("60.5"), "must be a whole number"),
        one(grow, "disk-size", text("sixty"), "expected a whole number of GiB"),
        one(grow, "disk-size", text("６０"), "expected a whole number of GiB"),
        one(own("instance.reset"), "disk-size", text("9"), "must be from 10 GiB to 51200 GiB"),
    ]
}

fn choices() -> Vec<Refused> {
    let revert = own("instance.revert-snapshot");
    let reset = own("instance.reset");
    vec![
        one(own("instance.start-rescue"), "rescue-profile", text("cdrom"), "cdrom is not among the choices"),
        one(own("instance.reset-field"), "field", text("name"), "name is not among the choices"),
        one(
            UPDATE,
            "public-ip-assignment",
            text("none"),
            "none: no public address: only inet4 can become dual, and this is inet4",
        ),
        one(RESIZE, "instance-type", text(""), "must be filled in"),
        one(RESIZE, "instance-type", text(MEDIUM), "standard.medium: it has this type now"),
        one(RESIZE, "instance-type", text(GPU), "gpua30.small: only types of the family standard fit"),
        one(
            RESIZE,
            "instance-type",
            text(TITAN),
            "standard.titan: the organisation is not authorised for it",
        ),
        one(RESIZE, "instance-type", text("x"), "x is not among the choices"),
        one(reset, "template", text(WINDOWS), "Windows 2025: it needs a disk of 80 GiB"),
        one(revert, "id", text(""), "must be filled in"),
        one(revert, "id", text(UNREADY), "web-1_new: it is snapshotting"),
        one(revert, "id", text(NEW), &format!("{NEW} is not among the choices")),
        one(
            own("instance.security-groups"),
            "security-groups",
            several(&["x"]),
            "x is not among the choices",
        ),
        one(own("instance.elastic-ips"), "elastic-ips", several(&["x"]), "x is not among the choices"),
        one(
            own("instance.private-networks"),
            "private-networks",
            several(&["x"]),
            "x is not among the choices",
        ),
    ]
}

#[tokio::test]
async fn a_wrong_value_is_an_error_of_its_field_and_nothing_is_sent() {
    for state in ["running", "stopped"] {
        let (recorder, provider) = recorded(Cloud::new(state).answers()).await;
        let row = within(provider.get(&web())).await.unwrap();
        let deck = deck_of(&provider, &row);
        for (action, values, message) in texts().into_iter().chain(numbers()).chain(choices()) {
            let fits = crate::setup::available(&provider, &row).contains(&action);
            if !fits {
                continue;
            }
            let problem = deck.prepare(&row, action, values).await.expect_err(&message);
            assert_eq!((problem.kind, &*problem.message), (ProblemKind::Refused, &*message), "{action}");
        }
        assert_eq!(super::sent(&recorder), []);
    }
}

#[tokio::test]
async fn a_form_that_changes_nothing_sends_nothing() {
    let (recorder, provider) = recorded(Cloud::new("running").answers()).await;
    let row = within(provider.get(&web())).await.unwrap();
    let deck = deck_of(&provider, &row);
    for action in [UPDATE, RENAME, LABELS, own("instance.security-groups"), own("instance.elastic-ips")] {
        let problem = deck.prepare(&row, action, FormValues::new()).await.unwrap_err();
        assert_eq!(&*problem.message, "web-1: nothing would change, so nothing was sent", "{action}");
    }
    assert_eq!(super::sent(&recorder), []);
}

#[tokio::test]
async fn choices_say_what_fits_with_sizes_and_quota() {
    let (_recorder, provider) = recorded(Cloud::new("stopped").answers()).await;
    let row = within(provider.get(&web())).await.unwrap();
    let deck = deck_of(&provider, &row);
    let target = quarterdeck::model::Target::of(&row);
    let none = FormValues::new();
    let types = within(deck.fleet.choices(&target, RESIZE, "instance-type", &none)).await.unwrap();
    let labels: Vec<_> = types.iter().map(|choice| (&*choice.label, choice.unavailable.is_none())).collect();
    assert_eq!(
        labels,
        [
            ("standard.medium", false),
            ("standard.large", true),
            ("standard.titan", false),
            ("gpua30.small", false)
        ]
    );
    assert_eq!(types[1].note.as_deref(), Some("2 cores, 4.0 GiB"));
    let templates = |disk: &str| {
        let values = entered([("disk-size", text(disk))]);
        let (deck, target) = (&deck, &target);
        async move {
            let all = deck.fleet.choices(target, own("instance.reset"), "template", &values).await.unwrap();
            all.iter()
                .filter(|it| it.unavailable.is_none())
                .map(|it| it.value.to_string())
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(within(templates("50")).await, [LINUX]);
    assert_eq!(within(templates("80")).await, [LINUX, WINDOWS]);
    let snapshots = within(deck.fleet.choices(&target, own("instance.revert-snapshot"), "id", &none)).await;
    let labels: Vec<_> = snapshots.unwrap().iter().map(|choice| choice.label.to_string()).collect();
    assert_eq!(labels, ["web-1_new", "web-1_old"], "of this instance, the latest first");
}
