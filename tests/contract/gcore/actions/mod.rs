//! Changes: when each is offered, what is sent, what is refused before that, and how it is followed.

mod cases;
mod containers;
mod create;
mod demo;
mod refusals;
mod resellers;
mod world;

use futures_util::future::join_all;
use quarterdeck::fleet::WriteEnd;
use quarterdeck::fleet::journal::End;
use quarterdeck::model::{FormValues, ProblemKind};
use quarterdeck::providers::{Use, gcore};
use serde_json::{Value, json};

use crate::coverage::fits;
use crate::setup::{Asked, Description, available};
use cases::{Case, action};
use world::{MACHINE, World, line, row_and_deck, writes};

/// Holds a request against Gcore's description, where that is at hand.
pub fn hold(description: Option<&Description>, asked: &Asked) {
    let Some(description) = description else { return };
    let mut words = asked.line.split(' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap().replace("/base/", "/"));
    let body = (!asked.body.is_null()).then_some(&asked.body);
    assert_eq!(description.request_faults(method, &path, body), [""; 0], "{}", asked.line);
}

/// Performs a case and checks its request, the way it is followed and the journal. Returns what was sent.
async fn perform(case: Case) -> Vec<Asked> {
    let (recorder, provider) = case.world.start().await;
    let (row, mut deck) = row_and_deck(&provider).await;
    let write = deck.prepare(&row, action(case.action), case.values).await.unwrap_or_else(|problem| {
        panic!("{}: {problem}", case.action);
    });
    assert_eq!(write.preview.requests.len(), 1, "{}", case.action);
    assert!(!write.preview.summary.is_empty());
    assert!(writes(&recorder).is_empty(), "{}: a preview changes nothing", case.action);
    let (end, _) = deck.send(write).await;
    assert_eq!(end, WriteEnd::Done, "{}", case.action);
    let asked = recorder.take();
    let sent: Vec<Asked> = asked.iter().filter(|it| !it.line.starts_with("GET ")).cloned().collect();
    assert_eq!(sent.iter().map(line).collect::<Vec<_>>(), [case.request], "{}", case.action);
    assert_eq!(sent[0].body, case.body, "{}", case.action);
    let reads: Vec<String> = asked.iter().map(line).collect();
    let is_followed = reads.iter().any(|it| it == "GET /v1/tasks/t9");
    assert_eq!(is_followed, case.has_task, "{}: {reads:?}", case.action);
    let after = reads.iter().rposition(|it| !it.starts_with("GET ") || it == "GET /v1/tasks/t9").unwrap();
    let itself = format!("GET /v1/instances/5/7/{MACHINE}");
    assert!(reads[after..].contains(&itself), "{}: it is read again: {reads:?}", case.action);
    let history = deck.journal.read().unwrap();
    assert_eq!(history.writes[0].ended.as_ref().unwrap().outcome, End::Done);
    sent
}

#[tokio::test]
async fn every_action_sends_the_documented_request_once_and_is_followed_to_success() {
    let description = Description::open("gcore.openapi.json");
    for sent in join_all(cases::all().into_iter().map(perform)).await {
        for asked in &sent {
            hold(description.as_ref(), asked);
        }
    }
}

#[tokio::test]
async fn a_task_that_fails_is_reported_in_gcores_words() {
    let cases = cases::all().into_iter().filter(|case| case.has_task);
    join_all(cases.map(|case| async move {
        let world = World { failure: Some("No valid host was found"), ..case.world };
        let (_recorder, provider) = world.start().await;
        let (row, mut deck) = row_and_deck(&provider).await;
        let end = deck.perform(&row, action(case.action), case.values).await;
        let WriteEnd::Failed(problem) = end else { panic!("{}: {end:?}", case.action) };
        assert_eq!(&*problem.message, "No valid host was found", "{}", case.action);
        let history = deck.journal.read().unwrap();
        assert_eq!(history.writes[0].ended.as_ref().unwrap().outcome, End::Failed);
    }))
    .await;
}

#[tokio::test]
async fn actions_fit_the_documented_states() {
    const ALWAYS: [&str; 8] = [
        "instance.rename",
        "instance.labels",
        "instance.metadata-put",
        "instance.metadata-replace",
        "instance.metadata-delete",
        "instance.metadata-read",
        "instance.assign-security-group",
        "instance.unassign-security-group",
    ];
    const SETTLED: [&str; 4] = [
        "instance.attach-interface",
        "instance.detach-interface",
        "instance.join-server-group",
        "instance.leave-server-group",
    ];
    for (status, is_bare_metal, is_settled, own) in [
        ("ACTIVE", false, true, &["stop", "reboot", "power-cycle", "suspend", "resize"][..]),
        ("SHUTOFF", false, true, &["start", "power-cycle", "suspend", "resize"]),
        ("SUSPENDED", false, true, &["power-cycle", "resume"]),
        ("RESCUE", false, true, &["stop", "power-cycle"]),
        ("ERROR", false, false, &["power-cycle"]),
        ("BUILD", false, false, &[]),
        ("ACTIVE", true, true, &["stop", "reboot", "power-cycle"]),
        ("SHUTOFF", true, true, &["start", "power-cycle"]),
    ] {
        let world = World { is_bare_metal, ..World::new(status, "") };
        let (_recorder, provider) = world.start().await;
        let (row, _deck) = row_and_deck(&provider).await;
        let mut expected: Vec<String> = own.iter().map(|verb| format!("instance.{verb}")).collect();
        expected.extend(ALWAYS.map(str::to_owned));
        let settled = SETTLED.iter().filter(|id| !(is_bare_metal && id.contains("server-group")));
        expected.extend(settled.filter(|_| is_settled).map(|&id| id.to_owned()));
        expected.extend(["instance.delete".to_owned(), "instance.create-like".to_owned()]);
        let mut found: Vec<String> = available(&provider, &row).iter().map(ToString::to_string).collect();
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{status} {is_bare_metal}");
    }
}

#[tokio::test]
async fn a_server_without_the_action_call_is_asked_by_the_older_ones_and_that_is_remembered() {
    for status in [404, 405] {
        let mut world = World::new("ACTIVE", "SHUTOFF");
        world.action_reply = Some((status, "HTTPError"));
        let (recorder, provider) = world.start().await;
        let (row, mut deck) = row_and_deck(&provider).await;
        let write = deck.prepare(&row, action("instance.stop"), FormValues::new()).await.unwrap();
        assert!(write.preview.consequences.iter().any(|it| it.contains("older POST …/stop")));
        assert_eq!(deck.send(write).await.0, WriteEnd::Done);
        let old = |verb: &str| format!("POST /v1/instances/5/7/{MACHINE}/{verb}");
        let sent: Vec<String> = writes(&recorder).iter().map(line).collect();
        assert_eq!(sent, [format!("POST /v2/instances/5/7/{MACHINE}/action"), old("stop")], "{status}");

        // From then on the older call is what is shown and sent, for each of them.
        let description = Description::open("gcore.openapi.json");
        for (verb, path, from, body) in [
            ("instance.start", "start", "SHUTOFF", json!({})),
            ("instance.stop", "stop", "ACTIVE", Value::Null),
            ("instance.reboot", "reboot", "ACTIVE", Value::Null),
            ("instance.power-cycle", "powercycle", "ACTIVE", Value::Null),
            ("instance.suspend", "suspend", "ACTIVE", Value::Null),
            ("instance.resume", "resume", "SUSPENDED", Value::Null),
        ] {
            world.status.lock().unwrap().0 = from;
            let (row, deck) = row_and_deck(&provider).await;
            let write = deck.prepare(&row, action(verb), FormValues::new()).await.unwrap();
            assert!(write.preview.requests[0].url.ends_with(&format!("{MACHINE}/{path}")));
            assert!(!write.preview.consequences.iter().any(|it| it.contains("older")));
            let outcome = crate::setup::within(provider.perform(&write)).await.unwrap();
            assert_eq!(outcome.operation.map(|it| it.id.to_string()), Some("t9".to_owned()));
            let sent = writes(&recorder);
            assert_eq!(sent.iter().map(line).collect::<Vec<_>>(), [old(path)]);
            assert_eq!(sent[0].body, body);
            hold(description.as_ref(), &sent[0]);
        }
    }
}

#[tokio::test]
async fn only_an_unknown_path_leads_to_the_older_call() {
    // A refusal of another kind, and a server error that may have been taken on.
    for (status, class) in [(400, "ValidationError"), (409, "ConflictError"), (500, "InternalServerError")] {
        let world = World { action_reply: Some((status, class)), ..World::new("ACTIVE", "SHUTOFF") };
        let (recorder, provider) = world.start().await;
        let (row, deck) = row_and_deck(&provider).await;
        let write = deck.prepare(&row, action("instance.stop"), FormValues::new()).await.unwrap();
        let problem = crate::setup::within(provider.perform(&write)).await.unwrap_err();
        assert_eq!(problem.status, Some(status));
        assert_eq!(writes(&recorder).len(), 1, "{status}");
    }
    // The instance has gone meanwhile: 404 is about it.
    let world = World { action_reply: Some((404, "NotFoundError")), ..World::new("ACTIVE", "SHUTOFF") };
    let (recorder, provider) = world.start().await;
    let (row, deck) = row_and_deck(&provider).await;
    let write = deck.prepare(&row, action("instance.stop"), FormValues::new()).await.unwrap();
    world.status.lock().unwrap().1 = true;
    let problem = crate::setup::within(provider.perform(&write)).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::NotFound);
    assert_eq!(writes(&recorder).len(), 1);
}

#[tokio::test]
async fn one_metadata_item_is_read_by_its_path_or_by_its_key() {
    for (key, request) in [
        ("env", format!("GET /v1/instances/5/7/{MACHINE}/metadata/env")),
        ("a.b/c", format!("GET /v2/instances/5/7/{MACHINE}/metadata_item key=a.b/c")),
    ] {
        let (recorder, provider) = World::new("ACTIVE", "").start().await;
        let (row, mut deck) = row_and_deck(&provider).await;
        let write =
            deck.prepare(&row, action("instance.metadata-read"), cases::text("key", key)).await.unwrap();
        let (end, shown) = deck.send(write).await;
        assert_eq!(end, WriteEnd::Done);
        let (title, item) = shown.document.unwrap();
        assert_eq!(&*title, format!("metadata {key} of web-1"));
        assert_eq!(item["key"], key);
        let asked = recorder.take();
        assert!(asked.iter().any(|it| line(it) == request), "{key}");
        assert!(asked.iter().all(|it| it.line.starts_with("GET ")));
    }
}

#[tokio::test]
async fn every_documented_write_is_sent() {
    let mut sent: Vec<String> = Vec::new();
    for asked in join_all(cases::all().into_iter().map(perform)).await.into_iter().flatten() {
        sent.push(asked.line.replace("/base/", "/"));
    }
    let others =
        [containers::perform_all().await, resellers::perform_all().await, create::perform_all().await];
    sent.extend(others.concat().into_iter().map(|asked| asked.line.replace("/base/", "/")));
    // Those before the action call, as the test above proves for each.
    for verb in ["start", "stop", "reboot", "powercycle", "suspend", "resume"] {
        sent.push(format!("POST /cloud/v1/instances/5/7/{MACHINE}/{verb}"));
    }
    let missing: Vec<String> = gcore::REGISTRATION
        .endpoints
        .iter()
        .filter(|endpoint| matches!(endpoint.used, Use::Writes(_)))
        .filter(|endpoint| {
            !sent.iter().any(|line| {
                let mut words = line.split(' ');
                words.next() == Some(endpoint.method) && fits(endpoint.path, words.next().unwrap_or_default())
            })
        })
        .map(|endpoint| format!("{} {}", endpoint.method, endpoint.path))
        .collect();
    assert_eq!(missing, [""; 0]);
}
