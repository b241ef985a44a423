//! A new instance: its form by zone, the documented body, and what is attached to it once it is there.

use std::sync::atomic::{AtomicBool, Ordering};

use quarterdeck::fleet::WriteEnd;
use quarterdeck::model::{
    ActionId, ContextName, FieldValue, Form, FormValues, Kind, Lifecycle, ProblemKind, Target,
};
use quarterdeck::providers::{SharedProvider, exoscale};
use serde_json::{Value, json};

use super::cloud::{
    ADDRESS, APART, Cloud, GPU, GROUP, HOSTS, LARGE, LINUX, MEDIUM, NETWORK, NEW, TITAN, WINDOWS,
};
use super::{
    deck_of, entered, failure, faults, is_failure, pairs, recorded, requests_of, sent, several, text, web,
};
use crate::setup::{Deck, Recorder, Reply, within};

const CREATE: ActionId = ActionId::INSTANCE_CREATE;
const LIKE: ActionId = ActionId::INSTANCE_CREATE_LIKE;

fn context() -> ContextName {
    web().context
}

fn new_instance() -> Target {
    Target::new_in(&context(), Kind::Instance)
}

fn deck(provider: &SharedProvider) -> Deck {
    Deck::open(exoscale::PLATFORM, provider, &context(), false)
}

async fn zone(cloud: Cloud) -> (Recorder, SharedProvider) {
    recorded(cloud.answers()).await
}

/// The least that must be entered in Geneva.
fn least() -> FormValues {
    entered([("zone", text("ch-gva-2")), ("name", text("web-2")), ("template", text(LINUX))])
}

fn least_body() -> Value {
    json!({"name": "web-2", "instance-type": {"id": MEDIUM}, "template": {"id": LINUX}, "disk-size": 50,
        "public-ip-assignment": "inet4"})
}

async fn form(provider: &SharedProvider, target: &Target, action: ActionId, values: &FormValues) -> Form {
    within(provider.form(target, action, values)).await.unwrap()
}

#[tokio::test]
async fn the_form_has_every_documented_field_and_is_that_of_the_zone() {
    let (_recorder, provider) = zone(Cloud::new("running")).await;
    let form = form(&provider, &new_instance(), CREATE, &FormValues::new()).await;
    let names: Vec<_> = form.fields.iter().map(|field| &*field.name).collect();
    if let Some(description) = crate::setup::Description::open("exoscale.openapi.json") {
        let (_, call) = description.operation("POST", "/instance").unwrap();
        let body = &call["requestBody"]["content"]["application/json"]["schema"]["properties"];
        // Both say in older words what other fields say.
        let older = ["ipv6-enabled", "ssh-key"];
        for field in body.as_object().unwrap().keys().filter(|field| !older.contains(&field.as_str())) {
            assert!(names.contains(&field.as_str()), "{field} is not in the form");
        }
    }
    assert!(form.fields[0].reshapes && &*form.fields[0].name == "zone");
    for field in ["private-networks", "elastic-ips"] {
        assert!(names.contains(&field));
    }
    let defaults = form.defaults();
    assert_eq!(
        (defaults.text("zone"), defaults.text("instance-type"), defaults.text("disk-size")),
        (Some("ch-gva-2"), Some(MEDIUM), Some("50")),
        "the zone at the base address, and the official defaults"
    );
    let elsewhere = entered([("zone", text("de-fra-1"))]);
    let form = within(provider.form(&new_instance(), CREATE, &elsewhere)).await.unwrap();
    assert_eq!(form.defaults().text("zone"), Some("de-fra-1"));
}

#[tokio::test]
async fn choices_are_those_of_the_zone_that_was_chosen() {
    let (recorder, provider) = zone(Cloud::new("running")).await;
    let target = new_instance();
    for (field, path, label) in [
        ("ssh-keys", "ssh-key", "ann"),
        ("security-groups", "security-group", "web"),
        ("private-networks", "private-network", "back"),
        ("elastic-ips", "elastic-ip", "203.0.113.9"),
        ("anti-affinity-groups", "anti-affinity-group", "apart"),
        ("deploy-target", "deploy-target", "own-hosts"),
        ("instance-type", "instance-type", "standard.medium"),
        ("template", "template", "Linux 24"),
    ] {
        recorder.take();
        let values = entered([("zone", text("de-fra-1"))]);
        let choices = within(provider.choices(&target, CREATE, field, &values)).await.unwrap();
        assert_eq!(&*choices[0].label, label, "{field}");
        let line = format!("GET /base/de-fra-1/v2/{path}");
        assert!(recorder.lines().iter().any(|it| it.starts_with(&line)), "{field}");
    }
    let values = entered([("zone", text("ch-gva-2"))]);
    let types = within(provider.choices(&target, CREATE, "instance-type", &values)).await.unwrap();
    let gpu = types.iter().find(|choice| *choice.value == *GPU).unwrap();
    assert_eq!(gpu.note.as_deref(), Some("2 cores, 4.0 GiB, 1 GPU, 3 of 4 GPUs left"));
}

#[tokio::test]
async fn the_least_that_is_entered_is_sent_and_followed_until_the_instance_runs() {
    let (recorder, provider) = zone(Cloud::new("running")).await;
    let mut deck = deck(&provider);
    let write = deck.prepare_new(Kind::Instance, CREATE, least()).await.unwrap();
    assert_eq!(requests_of(&write), [("POST /instance".to_owned(), least_body())]);
    assert_eq!(faults(&write), [""; 0]);
    let preview = &write.preview;
    assert_eq!(
        preview.summary,
        "Create instance web-2 in zone ch-gva-2 as standard.medium with Linux 24 and a disk of 50 GiB."
    );
    assert!(preview.consequences.iter().any(|it| it.starts_with("3 of 20 instances are left")));
    let made = preview.creates.as_ref().unwrap();
    assert_eq!((&*made.name, made.scope.as_deref()), ("web-2", Some("ch-gva-2")));
    recorder.take();
    let (end, shown) = deck.send(write).await;
    assert_eq!((end, shown.is_empty()), (WriteEnd::Done, true));
    assert_eq!(sent(&recorder), [("POST /instance".to_owned(), least_body())]);
    let (operations, _) = crate::setup::list(&provider, Kind::Operation).await;
    assert!(operations.is_empty() || operations.iter().any(|row| row.name() == "create-instance"));
}

#[tokio::test]
async fn everything_that_is_entered_is_sent_and_then_attached() {
    let (recorder, provider) = zone(Cloud { after: Some("stopped"), ..Cloud::new("running") }).await;
    let mut deck = deck(&provider);
    let on = FieldValue::Switch(true);
    let mut values = least();
    for (field, value) in [
        ("instance-type", text(LARGE)),
        ("disk-size", text("100")),
        ("template", text(WINDOWS)),
        ("ssh-keys", several(&["ann", "bob b"])),
        ("user-data", text("#cloud-config\n")),
        ("public-ip-assignment", text("dual")),
        ("security-groups", several(&[GROUP])),
        ("anti-affinity-groups", several(&[APART])),
        ("deploy-target", text(HOSTS)),
        ("labels", pairs(&[("env", "test")])),
        ("secureboot-enabled", on.clone()),
        ("tpm-enabled", on.clone()),
        ("application-consistent-snapshot-enabled", on),
        ("auto-start", FieldValue::Switch(false)),
        ("private-networks", several(&[NETWORK])),
        ("elastic-ips", several(&[ADDRESS])),
    ] {
        values.set(field, value);
    }
    let body = json!({
        "name": "web-2", "instance-type": {"id": LARGE}, "template": {"id": WINDOWS}, "disk-size": 100,
        "ssh-keys": [{"name": "ann"}, {"name": "bob b"}], "user-data": "I2Nsb3VkLWNvbmZpZwo=",
        "public-ip-assignment": "dual", "security-groups": [{"id": GROUP}],
        "anti-affinity-groups": [{"id": APART}], "deploy-target": {"id": HOSTS}, "labels": {"env": "test"},
        "secureboot-enabled": true, "tpm-enabled": true, "application-consistent-snapshot-enabled": true,
        "auto-start": false,
    });
    let write = deck.prepare_new(Kind::Instance, CREATE, values).await.unwrap();
    assert_eq!(requests_of(&write)[0].1, body);
    assert!(faults(&write).iter().all(|fault| fault.contains("(the id of the new instance)")));
    assert_eq!(write.preview.requests[0].masked_body().unwrap()["user-data"], "••••••••");
    recorder.take();
    let (end, _) = deck.send(write).await;
    assert_eq!(end, WriteEnd::Done);
    let attached = json!({"instance": {"id": NEW}});
    assert_eq!(
        sent(&recorder),
        [
            ("POST /instance".to_owned(), body),
            (format!("PUT /private-network/{NETWORK}:attach"), attached.clone()),
            (format!("PUT /elastic-ip/{ADDRESS}:attach"), attached),
        ]
    );
}

#[tokio::test]
async fn a_creation_is_followed_to_its_failure_and_nothing_is_attached() {
    let (recorder, provider) = zone(Cloud { end: failure(), ..Cloud::new("running") }).await;
    let mut deck = deck(&provider);
    let end = deck.create(Kind::Instance, CREATE, least().with("elastic-ips", several(&[ADDRESS]))).await;
    assert!(is_failure(&end), "{end:?}");
    assert_eq!(sent(&recorder).len(), 1);
}

#[tokio::test]
async fn what_could_not_be_attached_is_shown_and_the_instance_is_there() {
    let cloud = Cloud::new("running").answers();
    let (_recorder, provider) = recorded(move |line, address| {
        if line.contains("/elastic-ip/") && line.starts_with("PUT ") {
            return super::super::refused(409, "The elastic IP is in use");
        }
        cloud(line, address)
    })
    .await;
    let mut deck = deck(&provider);
    let values = least().with("elastic-ips", several(&[ADDRESS]));
    let write = deck.prepare_new(Kind::Instance, CREATE, values).await.unwrap();
    let (end, shown) = deck.send(write).await;
    assert_eq!(end, WriteEnd::Done);
    let (title, document) = shown.document.unwrap();
    assert_eq!(&*title, "Not everything was attached");
    assert!(document["problem"].as_str().unwrap().contains("The elastic IP is in use"), "{document}");
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_is_found_by_name_and_never_sent_again() {
    let (cloud, lost) = (Cloud::new("running").answers(), AtomicBool::new(false));
    let (recorder, provider) = recorded(move |line, address| {
        if line.starts_with("POST ") {
            lost.store(true, Ordering::SeqCst);
            cloud(line, address);
            return Reply::new(502, "text/html", "<h1>bad gateway</h1>");
        }
        if line.starts_with("GET ") && line.ends_with("/instance") && lost.load(Ordering::SeqCst) {
            let now = quarterdeck::model::Timestamp::now().to_string();
            return Reply::json(&json!({"instances": [
                {"id": "old", "name": "web-2", "state": "running", "created-at": "2020-01-01T00:00:00Z"},
                {"id": NEW, "name": "web-2", "state": "running", "created-at": now},
            ]}));
        }
        cloud(line, address)
    })
    .await;
    let mut deck = deck(&provider);
    let end = deck.create(Kind::Instance, CREATE, least()).await;
    assert_eq!(end, WriteEnd::Done);
    assert_eq!(sent(&recorder).len(), 1);
}

#[tokio::test]
async fn one_like_another_begins_with_its_settings() {
    let (_recorder, provider) = zone(Cloud::new("running")).await;
    let row = within(provider.get(&web())).await.unwrap();
    let target = Target::of(&row);
    let defaults = form(&provider, &target, LIKE, &FormValues::new()).await.defaults();
    for (field, value) in [
        ("zone", "ch-gva-2"),
        ("name", "web-2"),
        ("instance-type", MEDIUM),
        ("disk-size", "50"),
        ("template", LINUX),
        ("user-data", "#cloud-config"),
        ("public-ip-assignment", "inet4"),
    ] {
        assert_eq!(defaults.text(field), Some(value), "{field}");
    }
    assert_eq!(defaults.get("ssh-keys"), Some(&several(&["ann"])));
    assert_eq!(defaults.get("security-groups"), Some(&several(&[GROUP])));
    assert_eq!(defaults.map("labels").unwrap(), [("env".to_owned(), "prod".to_owned())]);
    let mut deck = deck_of(&provider, &row);
    let write = deck.prepare(&row, LIKE, entered([("instance-type", text(LARGE))])).await.unwrap();
    let (line, body) = &requests_of(&write)[0];
    assert_eq!(
        (&**line, &body["instance-type"]["id"], &body["name"]),
        ("POST /instance", &json!(LARGE), &json!("web-2"))
    );
    let (end, _) = deck.send(write).await;
    assert_eq!(end, WriteEnd::Done);
    let made = within(provider.get(&crate::setup::id(Kind::Instance, Some("ch-gva-2"), NEW))).await.unwrap();
    assert_eq!(made.state().unwrap().lifecycle, Lifecycle::Running);
}

#[tokio::test]
async fn a_wrong_value_of_a_new_instance_is_an_error_of_its_field() {
    let (recorder, provider) = zone(Cloud::new("running")).await;
    let deck = deck(&provider);
    let missing = deck.prepare_new(Kind::Instance, CREATE, FormValues::new()).await.unwrap_err();
    assert_eq!(&*missing.message, "name: must be filled in; template: must be filled in");
    for (field, value, message) in [
        ("zone", text("xx-1"), "xx-1 is not among the choices"),
        ("name", text(&"n".repeat(256)), "at most 255 characters, this has 256"),
        ("name", text("a\tb"), "may hold no control characters"),
        ("instance-type", text("x"), "x is not among the choices"),
        ("instance-type", text(TITAN), "standard.titan: the organisation is not authorised for it"),
        ("disk-size", text("9"), "must be from 10 GiB to 51200 GiB"),
        ("disk-size", text("51201"), "must be from 10 GiB to 51200 GiB"),
        ("disk-size", text("ten"), "expected a whole number of GiB"),
        ("template", text(WINDOWS), "Windows 2025: it needs a disk of 80 GiB"),
        ("ssh-keys", several(&["ann", "eve"]), "eve is not among the choices"),
        ("public-ip-assignment", text("inet6"), "inet6 is not among the choices"),
        ("security-groups", several(&["x"]), "x is not among the choices"),
        ("private-networks", several(&["x"]), "x is not among the choices"),
        ("elastic-ips", several(&["x"]), "x is not among the choices"),
        ("anti-affinity-groups", several(&["x"]), "x is not among the choices"),
        ("deploy-target", text("x"), "x is not among the choices"),
        ("user-data", text(&"x".repeat(24_577)), "at most 32768 characters in base64, this has 32772"),
        ("user-data-file", FieldValue::File("/dev/null".into()), "/dev/null cannot be read: it is a device"),
        ("labels", pairs(&[("", "x")]), "the name : at least 1 character, this has 0"),
        ("tpm-enabled", text("yes"), "expected yes or no"),
    ] {
        let values = least().with(field, value);
        let problem = deck.prepare_new(Kind::Instance, CREATE, values).await.expect_err(field);
        assert_eq!(problem.kind, ProblemKind::Refused, "{field}");
        let text = &*problem.message;
        assert!(text.starts_with(&format!("{field}: ")) && text.contains(message), "{text}");
    }
    assert_eq!(sent(&recorder), []);
}
