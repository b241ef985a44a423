//! Mapping, written after the page's samples and other clients of the vendor.

use serde_json::{Value, json};

use super::*;
use qdeck_model::{ContextName, Instance, Lifecycle, Operation};

fn mapper() -> Mapper {
    Mapper {
        context: ContextName::new("appliance"),
        strings: Interner::default(),
        facts: Interner::default(),
        containers: Interner::default(),
    }
}

fn now() -> Timestamp {
    Timestamp::parse("2015-10-29T16:00:00Z").unwrap()
}

fn instance(document: Value) -> Instance {
    let wire: wire::Instance = serde_json::from_value(document).unwrap();
    mapper().instance(&wire, now())
}

fn fact<'a>(facts: &'a [qdeck_model::Fact], name: &str) -> Option<&'a str> {
    facts.iter().find(|fact| fact.name == name).map(|fact| &*fact.value)
}

/// A running instance of a script box, with the fields of the page's sample.
fn running() -> Value {
    json!({
        "box": "box-1", "bindings": [], "updated": "2015-10-29 12:26:24.446893", "automatic_updates": "minor",
        "name": "web", "tags": ["blue", "front"], "deleted": null, "state": "done", "owner": "operations",
        "service": {"type": "Linux Compute", "id": "eb-1", "machines": [
            {"state": "done", "name": "eb-1-1", "workflow": []}, {"state": "unavailable", "name": "eb-1-2"}]},
        "policy_box": {"id": "policy-1", "name": "Small ones", "provider_id": "provider-1",
            "profile": {"image": "ubuntu", "instances": 2, "location": "Simulated", "flavor": "test.micro"},
            "variables": [{"type": "Password", "name": "p", "value": "fake-value"}],
            "schema": "http://elasticbox.net/schemas/boxes/policy"},
        "created": "2015-10-29 12:26:20.377029", "uri": "/services/instances/i-1",
        "boxes": [{"id": "box-1", "name": "Web server", "schema": "http://elasticbox.net/schemas/boxes/script",
            "variables": [{"type": "Text", "name": "x", "value": "fake-value"}],
            "events": {"install": {"url": "/x", "length": 5}}}],
        "members": [], "variables": [{"type": "Password", "name": "secret", "value": "fake-value"}],
        "operation": {"event": "deploy", "workspace": "operations", "created": "2015-10-29 12:26:20.504356"},
        "lease": {"released": false, "operation": "terminate", "expire": "2015-10-29 19:00:00.000000"},
        "schema": "http://elasticbox.net/schemas/instance", "id": "i-1", "icon": null,
    })
}

#[test]
fn an_instance_is_a_row_without_its_boxes() {
    let row = instance(running());
    assert_eq!((&*row.id.id, row.id.scope.as_deref(), &*row.name), ("i-1", None, "web"));
    assert_eq!((row.state.lifecycle, &*row.state.raw), (Lifecycle::Running, "online"));
    let link = row.container.as_ref().unwrap();
    assert_eq!((&*link.id.id, link.name.as_deref()), ("box-1", Some("Web server")));
    assert_eq!(
        (row.size.as_deref(), row.image.as_deref(), row.location.as_deref()),
        (Some("test.micro"), Some("ubuntu"), Some("Simulated"))
    );
    assert_eq!(row.created.unwrap().to_string(), "2015-10-29T12:26:20.377029Z");
    assert_eq!(row.changed.unwrap().to_string(), "2015-10-29T12:26:24.446893Z");
    assert_eq!(row.labels.iter().map(|(name, _)| &**name).collect::<Vec<_>>(), ["blue", "front"]);
    assert!(row.offers.logs && !row.offers.telemetry && row.offers.console.is_none());
    for (name, value) in [
        ("state", "done"),
        ("operation", "deploy"),
        ("lease", "terminate in 3h"),
        ("machines", "eb-1-1, eb-1-2 unavailable"),
        ("policy_box", "Small ones"),
        ("service", "Linux Compute"),
        ("owner", "operations"),
        ("automatic_updates", "minor"),
    ] {
        assert_eq!(fact(&row.facts, name), Some(value));
    }
    assert!(!format!("{row:?}").contains("fake-value"), "a row holds no variable");
}

#[test]
fn dead_odd_and_newer_documents_are_read() {
    let mut dead = running();
    dead["operation"] = json!({"event": "terminate_service", "workspace": "operations", "created": "2015-10-27 16:17:36.268988"});
    dead["service"]["machines"] = json!([]);
    dead["lease"] = json!([]);
    let row = instance(dead);
    assert_eq!((row.state.lifecycle, &*row.state.raw), (Lifecycle::Gone, "terminated"));
    assert_eq!((fact(&row.facts, "lease"), fact(&row.facts, "machines")), (None, None));

    let mut newer = running();
    newer["created"] = json!("2019-01-12T00:15:09.026751Z");
    newer["operation"] = json!("poweron");
    newer["state"] = json!("processing");
    let row = instance(newer);
    assert_eq!(row.created.unwrap().to_string(), "2019-01-12T00:15:09.026751Z");
    assert_eq!((row.state.lifecycle, &*row.state.raw), (Lifecycle::Pending, "processing"));

    let odd = json!({"id": "i-2", "boxes": null, "service": "eb", "policy_box": [], "tags": {}, "operation": 3,
        "state": "resting", "box": {"id": "b"}});
    let row = instance(odd);
    assert_eq!((&*row.name, row.state.lifecycle), ("i-2", Lifecycle::Unknown));
    assert!(row.container.is_none());
    assert_eq!((row.facts.len(), fact(&row.facts, "state")), (1, Some("resting")));

    let list: wire::List<wire::Instance> =
        serde_json::from_value(json!([{"id": "i-1"}, null, "odd", {"name": "without an id"}])).unwrap();
    assert_eq!(list.0.good.len(), 1);
    assert_eq!(list.0.unreadable.to_string(), "3 of 4 rows could not be read: not an object");
    for no_list in [json!({"message": "no"}), json!(null), json!("no")] {
        assert!(serde_json::from_value::<wire::List<wire::Instance>>(no_list).is_err());
    }
}

#[test]
fn an_instance_of_release_3_and_before_has_its_profile_at_the_top() {
    let row = instance(json!({"id": "i-old001", "name": "release-2", "state": "done", "operation": "deploy",
        "service": {"type": "Linux Compute", "id": "eb-x", "machines": []}, "boxes": [],
        "profile": {"flavor": "m1.small", "location": "us-east-1", "cloud": "EC2", "image": "ami-1", "instances": 2}}));
    assert_eq!((row.size.as_deref(), row.location.as_deref()), (Some("m1.small"), Some("us-east-1")));
    assert_eq!((row.image.as_deref(), fact(&row.facts, "cloud")), (Some("ami-1"), Some("EC2")));
    let both = instance(json!({"id": "i-1", "profile": {"flavor": "old", "cloud": "EC2"},
        "policy_box": {"profile": {"flavor": "new"}}}));
    assert_eq!((both.size.as_deref(), fact(&both.facts, "cloud")), (Some("new"), Some("EC2")));
}

#[test]
fn boxes_tell_their_kind_and_policies_where_they_deploy() {
    let read = |document: Value| {
        let wire: wire::Box = serde_json::from_value(document).unwrap();
        mapper().container(&wire)
    };
    let script = read(
        json!({"id": "b-1", "name": "Web", "schema": "http://elasticbox.net/schemas/boxes/script",
        "requirements": ["linux", "big"], "events": {"install": {"url": "/x"}, "configure": {}, "stop": {"length": 0}}, "owner": "operations",
        "visibility": "workspace", "created": "2015-10-29 10:52:08.446868", "deleted": null}),
    );
    assert_eq!(
        (&*script.name, &*script.state.raw, script.state.lifecycle),
        ("Web", "script", Lifecycle::Done)
    );
    assert_eq!(fact(&script.facts, "requirements"), Some("linux, big"));
    assert_eq!(fact(&script.facts, "events"), Some("configure, install"));
    let policy = read(
        json!({"id": "b-2", "schema": "http://elasticbox.net/schemas/boxes/policy", "claims": ["linux"],
        "provider_id": "p-1", "profile": {"template": "debian", "flavor": "Tiny", "datacenter": "Dev"},
        "lifespan": {"operation": "terminate", "interval": "hours", "quantity": 8}, "deleted": "2016-01-01 00:00:00.000000"}),
    );
    assert_eq!(
        (&*policy.name, &*policy.state.raw, policy.state.lifecycle),
        ("b-2", "policy", Lifecycle::Gone)
    );
    assert_eq!((policy.image.as_deref(), policy.location.as_deref()), (Some("debian"), Some("Dev")));
    for (name, value) in [("claims", "linux"), ("flavor", "Tiny"), ("lifespan", "terminate after 8 hours")] {
        assert_eq!(fact(&policy.facts, name), Some(value));
    }
}

#[test]
fn operations_are_read_from_both_places() {
    let wire: wire::Instance = serde_json::from_value(running()).unwrap();
    let row = mapper().instance(&wire, now());
    let latest = mapper().latest(&wire, &row).unwrap();
    assert_eq!((&*latest.name, latest.state.lifecycle), ("deploy", Lifecycle::Done));
    assert_eq!((latest.target.as_deref(), latest.id.scope.as_deref()), (Some("web"), Some("i-1")));

    let read = |document: Value| -> Operation {
        let wire: wire::Operation = serde_json::from_value(document).unwrap();
        mapper().operation(&wire, &"i-1".into(), &"web".into())
    };
    let entries = json!([
        {"text": "Deploying instance.", "level": "start", "created": "2014-03-27 13:33:49.642654"},
        {"text": "Executing install.", "level": "install", "created": "2014-03-27 13:34:00.000000", "exit_code": 2,
         "finished": "2014-03-27 13:34:05.000000"},
        {"text": "Executing configure.", "level": "configure", "created": "2014-03-27 13:35:00.000000"}]);
    let mut document = json!({"id": "o-1", "operation": "deploy", "state": "processing", "username": "user@example.com",
        "created": "2014-03-27 13:33:49.602291", "updated": "2014-03-27 13:37:23.533241", "activity": entries});
    let running = read(document.clone());
    let steps: Vec<Lifecycle> = running.steps.iter().map(|step| step.state.lifecycle).collect();
    assert_eq!(steps, [Lifecycle::Done, Lifecycle::Failed, Lifecycle::Running]);
    assert_eq!((running.state.lifecycle, running.finished), (Lifecycle::Running, None));
    assert_eq!(running.by.as_deref(), Some("user@example.com"));
    document["state"] = json!("unavailable");
    document["activities"] = document["activity"].take();
    let failed = read(document);
    assert_eq!(failed.state.reason.as_deref(), Some("Executing install."));
    assert_eq!(failed.finished.unwrap().to_string(), "2014-03-27T13:37:23.533241Z");
}

#[test]
fn every_endpoint_of_the_page_is_named_once() {
    let mut named: Vec<String> =
        endpoints::ENDPOINTS.iter().map(|it| format!("{} {}", it.method, it.path)).collect();
    assert_eq!(named.len(), 16);
    named.sort();
    named.dedup();
    assert_eq!(named.len(), 16);
}
