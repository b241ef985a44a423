//! Changes of an instance's document.

use quarterdeck::model::{FieldValue, FormValues, Secret, Target, Timestamp};

use super::*;
use crate::setup::{demo, running};

const UPDATE: ActionId = ActionId::INSTANCE_UPDATE;

/// An instance with a variable of each type, a lease and a member.
fn settled() -> Value {
    let mut it = instance("i-1", "done", "deploy", LONG_AGO);
    it["tags"] = json!(["blue"]);
    it["members"] = json!([{"role": "owner", "workspace": "me"}]);
    it["lease"] = json!({"expire": "2999-01-01 00:00:00.000000", "operation": "shutdown", "released": false});
    it["variables"] = json!([
        {"name": "mode", "type": "Text", "value": "plain", "required": true, "visibility": "public"},
        {"name": "port", "type": "Port", "value": "80", "visibility": "public"},
        {"name": "workers", "type": "Number", "value": "4"},
        {"name": "level", "type": "Options", "value": "info", "options": "debug,info"},
        {"name": "key", "type": "Password", "value": "fake-old"},
    ]);
    it
}

/// The provider of a server with this instance, and its deck.
async fn settled_deck() -> (Recorder, SharedProvider, Resource, Deck) {
    let versions = |line: &str| match line {
        "GET /services/boxes/box-1/versions" => Some(Reply::json(&json!([
            {"id": "box-1.2", "name": "Web", "updated": "2016-01-01 00:00:00.000000",
             "schema": "http://elasticbox.net/schemas/boxes/script",
             "version": {"box": "box-1", "number": {"major": 1, "minor": 2, "patch": 0}}},
        ]))),
        _ => None,
    };
    let (recorder, provider) = living(settled(), Life::of([settled()]), versions).await;
    let row = within(provider.get(&id(Kind::Instance, "i-1"))).await.unwrap();
    let deck = deck_of(&provider, &row);
    (recorder, provider, row, deck)
}

fn text(text: &str) -> FieldValue {
    FieldValue::text(text)
}

fn date(at: &str) -> FieldValue {
    FieldValue::Date(Timestamp::parse(at).unwrap())
}

fn several(all: &[&str]) -> FieldValue {
    FieldValue::Several(all.iter().map(|&it| it.into()).collect())
}

#[tokio::test]
async fn the_form_begins_with_the_instance_as_it_is_and_loads_its_choices() {
    let (_recorder, provider, row, _deck) = settled_deck().await;
    let target = Target::of(&row);
    let form = within(provider.form(&target, UPDATE, &FormValues::new())).await.unwrap();
    let defaults = form.defaults();
    assert_eq!(defaults.several("tags"), ["blue"]);
    assert_eq!(defaults.several("members"), ["me"]);
    assert_eq!(defaults.text("lease.operation"), Some("shutdown"));
    assert_eq!(defaults.get("lease.expire"), Some(&date("2999-01-01T00:00:00Z")));
    assert_eq!((defaults.text("variable.port"), defaults.text("boxes")), (Some("80"), Some("deployed")));
    assert!(defaults.get("variable.key").is_none(), "a password is not filled in");
    assert!(form.errors(&defaults).is_empty());
    let none = FormValues::new().with("lease.operation", text("alwayson"));
    let form = within(provider.form(&target, UPDATE, &none)).await.unwrap();
    assert!(form.fields.iter().all(|field| &*field.name != "lease.expire"));

    let choices = async |field| {
        let all = within(provider.choices(&target, UPDATE, field, &FormValues::new())).await.unwrap();
        all.iter().map(|it| format!("{}={}", it.value, it.label)).collect::<Vec<_>>()
    };
    assert_eq!(choices("members").await, ["me=me", "ops=ops"]);
    assert_eq!(
        choices("boxes").await,
        ["deployed=As deployed", "current=As the box is now", "box-1.2=Version 1.2.0"]
    );
}

/// The values entered, where the document differs and how, and the field in the list.
type Case<'a> = (Vec<(&'a str, FieldValue)>, &'a str, Option<Value>, &'a str);

#[tokio::test]
async fn each_change_is_in_the_whole_document_and_in_the_list_of_changes() {
    let new_lease = json!({"expire": "2999-06-01 12:00:00.000000", "operation": "terminate"});
    let version = json!([{"id": "box-1.2", "name": "Web", "updated": "2016-01-01 00:00:00.000000",
        "schema": "http://elasticbox.net/schemas/boxes/script",
        "version": {"box": "box-1", "number": {"major": 1, "minor": 2, "patch": 0}}}]);
    let service = json!({"type": "Linux Compute", "id": "eb-2", "machines": []});
    let members = json!([{"role": "owner", "workspace": "me"}, {"role": "collaborator", "workspace": "ops"}]);
    let cases: Vec<Case<'_>> = vec![
        (vec![("tags", several(&["blue", "new"]))], "/tags", Some(json!(["blue", "new"])), "tags"),
        (vec![("tags", several(&[]))], "/tags", Some(json!([])), "tags"),
        (vec![("lease.operation", text("alwayson"))], "/lease", None, "lease"),
        (
            vec![("lease.operation", text("terminate")), ("lease.expire", date("2999-06-01T12:00:00Z"))],
            "/lease",
            Some(new_lease),
            "lease",
        ),
        (vec![("members", several(&["me", "ops"]))], "/members", Some(members), "members"),
        (vec![("variable.port", text("8080"))], "/variables/1/value", Some(json!("8080")), "variables.port"),
        (
            vec![("variable.level", text("debug"))],
            "/variables/3/value",
            Some(json!("debug")),
            "variables.level",
        ),
        (
            vec![("variable.key", FieldValue::Secret(Secret::new("fake-new")))],
            "/variables/4/value",
            Some(json!("fake-new")),
            "variables.key",
        ),
        (vec![("boxes", text("box-1.2"))], "/boxes", None, "boxes"),
        (vec![("service", text(&service.to_string()))], "/service", Some(service), "service"),
    ];
    for (entered, pointer, value, field) in cases {
        let (recorder, _provider, row, mut deck) = settled_deck().await;
        let values = entered.into_iter().fold(FormValues::new(), |all, (name, it)| all.with(name, it));
        let write = deck.prepare(&row, UPDATE, values).await.unwrap();
        let fields: Vec<_> = write.preview.changes.iter().map(|change| change.field.to_string()).collect();
        assert_eq!(fields, [field]);
        let shown = format!("{} {:?}", write.preview.requests[0].masked(), write.preview.changes);
        assert!(!shown.contains("fake-"), "{field}: {shown}");
        recorder.take();
        assert_eq!(deck.send(write).await.0, WriteEnd::Done, "{field}");
        let asked = recorder.take();
        let sent = asked.iter().find(|it| it.line.starts_with("PUT")).expect("it was sent");
        assert_eq!(sent.line, "PUT /base/services/instances/i-1");
        let mut expected = settled();
        match (field, value) {
            ("boxes", _) => expected["boxes"] = version.clone(),
            (_, Some(value)) => *expected.pointer_mut(pointer).unwrap() = value,
            (_, None) => drop(expected.as_object_mut().unwrap().remove("lease")),
        }
        assert_eq!(sent.body, expected, "{field}");
        // The description has neither the choices of options nor the versions of boxes.
        let unknown = |fault: &String| fault.ends_with(".options is not known") || fault.contains(".version");
        let faults: Vec<_> = faults(sent).into_iter().filter(|it| !unknown(it)).collect();
        assert_eq!(faults, [""; 0], "{field}");
        let refused = asked.iter().filter(|it| !it.line.starts_with("GET")).count();
        assert_eq!(refused, 1);
    }
}

#[tokio::test]
async fn every_mistake_is_on_its_field_and_nothing_is_sent() {
    let long = "x".repeat(256);
    let too_long = format!("{long}: at most 255 characters, this has 256");
    let cases: [(&str, FieldValue, &str); 14] = [
        ("tags", several(&[&long]), &too_long),
        ("tags", several(&["a\u{7}"]), "a\u{7}: may hold no control characters"),
        ("tags", text("blue"), "expected texts"),
        ("lease.operation", text("explode"), "explode is not among the choices"),
        ("lease.expire", date("2001-01-01T00:00:00Z"), "must lie in the future"),
        ("lease.expire", text("soon"), "expected a date"),
        ("variable.mode", text(""), "must be filled in"),
        ("variable.mode", text("a\nb"), "may hold no control characters"),
        ("variable.port", text("65536"), "must be from 1 to 65535"),
        ("variable.workers", text("four"), "expected a whole number"),
        ("variable.level", text("trace"), "trace is not among the choices"),
        ("variable.key", text("not a secret"), "expected a secret"),
        ("boxes", text("box-9"), "its box has no version box-9"),
        ("service", text("{"), "is not JSON: EOF while parsing an object at line 1 column 1"),
    ];
    let (recorder, _provider, row, deck) = settled_deck().await;
    for (field, value, message) in cases {
        let values = FormValues::new().with(field, value);
        let problem = deck.prepare(&row, UPDATE, values).await.unwrap_err();
        assert!(problem.message.contains(&format!("{field}: {message}")), "{field}: {problem}");
        assert_eq!(problem.kind, ProblemKind::Refused);
    }
    let nothing = deck.prepare(&row, UPDATE, FormValues::new()).await.unwrap_err();
    assert_eq!(&*nothing.message, "name of i-1: nothing is changed, so nothing was sent");
    // Neither a text of another alphabet nor what is entered as it is are mistakes.
    let foreign =
        FormValues::new().with("variable.mode", text("zürich ü 東京")).with("variable.port", text("80"));
    deck.prepare(&row, UPDATE, foreign).await.unwrap();
    assert!(recorder.take().iter().all(|asked| asked.line.starts_with("GET")));
}

#[tokio::test]
async fn what_was_changed_meanwhile_is_not_written_over() {
    let is_late = Arc::new(Mutex::new(false));
    let late = is_late.clone();
    let (recorder, provider) = living(settled(), Life::of([settled()]), move |line| {
        let mut changed = settled();
        changed["updated"] = json!(lately());
        let is_it = line == "GET /services/instances/i-1" && *late.lock().unwrap();
        is_it.then(|| Reply::json(&changed))
    })
    .await;
    let row = within(provider.get(&id(Kind::Instance, "i-1"))).await.unwrap();
    let mut deck = deck_of(&provider, &row);
    let values = FormValues::new().with("tags", several(&["new"]));
    let write = deck.prepare(&row, UPDATE, values).await.unwrap();
    *is_late.lock().unwrap() = true;
    let (end, _) = deck.send(write).await;
    let WriteEnd::Refused(problem) = end else { panic!("{end:?}") };
    assert_eq!(&*problem.message, "name of i-1: it was changed meanwhile, so nothing was sent");
    assert!(recorder.take().iter().all(|asked| asked.line.starts_with("GET")));
}

#[tokio::test]
async fn a_refused_document_is_shown_in_the_servers_words() {
    let (_recorder, provider) = living(settled(), Life::of([settled()]), |line| {
        line.starts_with("PUT").then(|| Reply::refusal(400, &json!({"message": "Invalid Data: tags"})))
    })
    .await;
    let row = within(provider.get(&id(Kind::Instance, "i-1"))).await.unwrap();
    let mut deck = deck_of(&provider, &row);
    let end = deck.perform(&row, UPDATE, FormValues::new().with("tags", several(&["new"]))).await;
    let WriteEnd::Refused(problem) = end else { panic!("{end:?}") };
    assert_eq!((&*problem.message, problem.status), ("Invalid Data: tags", Some(400)));
}

#[tokio::test]
async fn the_demos_instance_is_changed_and_nothing_else_of_it() {
    let demo = demo("elasticbox").start().await;
    let provider = demo.provider();
    let row = running(&provider).await;
    let mut deck = deck_of(&provider, &row);
    let target = Target::of(&row);
    let form = within(provider.form(&target, UPDATE, &FormValues::new())).await.unwrap();
    // Everything that the form begins with is entered, as a screen does.
    let values = form
        .defaults()
        .with("tags", several(&["blue", "new"]))
        .with("lease.operation", text("terminate"))
        .with("lease.expire", date("2999-01-01T00:00:00Z"));
    assert_eq!(deck.perform(&row, UPDATE, values).await, WriteEnd::Done);
    let changed = within(provider.get(row.id())).await.unwrap();
    let Resource::Instance(changed) = changed else { panic!("an instance") };
    let labels: Vec<_> = changed.labels.iter().map(|(tag, _)| &**tag).collect();
    assert_eq!(labels, ["blue", "new"]);
    let lease = changed.facts.iter().find(|fact| fact.name == "lease").expect("a lease");
    assert!(lease.value.starts_with("terminate in "), "{}", lease.value);
    assert_eq!(changed.state.lifecycle, Lifecycle::Running);
}
