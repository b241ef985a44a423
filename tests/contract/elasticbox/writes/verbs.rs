//! What takes no values: power, scripts, and the ends of an instance.

use quarterdeck::fleet::journal::End;
use quarterdeck::model::FormValues;

use super::*;
use crate::setup::{available, demo, running};

/// Every verb: the pair of state and event it is tried from, its request and its body.
const VERBS: [(ActionId, &str, &str, &str); 8] = [
    (POWER_ON, "done", "shutdown_service", "PUT /base/services/instances/i-1/poweron"),
    (SHUT_DOWN, "done", "deploy", "PUT /base/services/instances/i-1/shutdown"),
    (RECONFIGURE, "done", "deploy", "PUT /base/services/instances/i-1/reconfigure"),
    (REINSTALL, "done", "deploy", "PUT /base/services/instances/i-1/reinstall"),
    (DEPLOY_AGAIN, "done", "deploy", "PUT /base/services/instances/i-1/deploy"),
    (TERMINATE, "done", "deploy", "DELETE /base/services/instances/i-1 operation=terminate"),
    (
        FORCE_TERMINATE,
        "unavailable",
        "deploy",
        "DELETE /base/services/instances/i-1 operation=force_terminate",
    ),
    (DELETE, "done", "terminate_service", "DELETE /base/services/instances/i-1 operation=delete"),
];

/// The event that a verb leaves behind.
fn event_of(action: ActionId) -> &'static str {
    match action {
        POWER_ON => "poweron",
        SHUT_DOWN => "shutdown_service",
        RECONFIGURE => "reconfigure",
        REINSTALL => "reinstall",
        DEPLOY_AGAIN => "deploy",
        _ => "terminate_service",
    }
}

#[tokio::test]
async fn the_demos_instance_goes_through_every_verb_in_the_states_that_each_fits() {
    let demo = demo("elasticbox").start().await;
    let provider = demo.provider();
    let mut row = running(&provider).await;
    let mut deck = deck_of(&provider, &row);
    let online = [SHUT_DOWN, RECONFIGURE, REINSTALL, DEPLOY_AGAIN, TERMINATE, FORCE_TERMINATE];
    let down = [POWER_ON, DEPLOY_AGAIN, TERMINATE, FORCE_TERMINATE];
    let path = format!("/elasticbox/services/instances/{}", row.id().id);
    let steps: [(ActionId, &[ActionId], Lifecycle, String); 7] = [
        (RECONFIGURE, &online, Lifecycle::Running, format!("PUT {path}/reconfigure")),
        (REINSTALL, &online, Lifecycle::Running, format!("PUT {path}/reinstall")),
        (DEPLOY_AGAIN, &online, Lifecycle::Running, format!("PUT {path}/deploy")),
        (SHUT_DOWN, &online, Lifecycle::Stopped, format!("PUT {path}/shutdown")),
        (POWER_ON, &down, Lifecycle::Running, format!("PUT {path}/poweron")),
        (TERMINATE, &online, Lifecycle::Gone, format!("DELETE {path}")),
        (DELETE, &[DELETE], Lifecycle::Gone, format!("DELETE {path}")),
    ];
    for (action, fits, leads_to, _) in &steps {
        assert_eq!(verbs(&provider, &row), *fits, "before {action}");
        for other in VERBS.iter().map(|it| it.0).filter(|it| !fits.contains(it)) {
            let refused = deck.prepare(&row, other, FormValues::new()).await.unwrap_err();
            assert_eq!(refused.kind, ProblemKind::Refused, "{other}: {refused}");
        }
        assert_eq!(deck.perform(&row, *action, FormValues::new()).await, WriteEnd::Done, "{action}");
        if *action == DELETE {
            break;
        }
        row = within(provider.get(row.id())).await.unwrap();
        assert_eq!(row.state().unwrap().lifecycle, *leads_to, "after {action}");
    }
    let gone = within(provider.get(row.id())).await.unwrap_err();
    assert_eq!(gone.kind, ProblemKind::NotFound);
    let asked: Vec<_> = demo.cloud.asked().into_iter().filter(|line| !line.starts_with("GET")).collect();
    let sent: Vec<_> = steps.into_iter().map(|step| step.3).collect();
    assert_eq!(asked, sent, "each was sent once");
    let history = deck.journal.read().unwrap();
    assert!(history.writes.iter().all(|write| write.ended.as_ref().unwrap().outcome == End::Done));
    assert_eq!((history.writes.len(), history.open().count()), (7, 0));
}

/// The verbs among the actions that can be taken.
fn verbs(provider: &SharedProvider, row: &Resource) -> Vec<ActionId> {
    let mut all = available(provider, row);
    all.retain(|action| VERBS.iter().any(|verb| verb.0 == *action));
    all
}

#[tokio::test]
async fn an_unavailable_instance_is_ended_by_force_or_tried_again() {
    let demo = demo("elasticbox").start().await;
    let provider = demo.provider();
    let (rows, _) = crate::setup::list(&provider, Kind::Instance).await;
    let failed = rows.iter().find(|row| row.name() == "reports-1").expect("one of the fleet");
    assert_eq!(verbs(&provider, failed), [RECONFIGURE, REINSTALL, DEPLOY_AGAIN, FORCE_TERMINATE]);
    let mut deck = deck_of(&provider, failed);
    let end = deck.perform(failed, REINSTALL, FormValues::new()).await;
    let WriteEnd::Failed(problem) = end else { panic!("its disk is still full: {end:?}") };
    assert!(problem.message.contains("no space left on device"), "{problem}");
    let failed = within(provider.get(failed.id())).await.unwrap();
    let end = deck.perform(&failed, FORCE_TERMINATE, FormValues::new()).await;
    assert_eq!(end, WriteEnd::Done);
}

#[tokio::test]
async fn every_verb_sends_its_documented_request_and_is_followed_to_its_end() {
    for (action, state, event, line) in VERBS {
        let before = instance("i-1", state, event, LONG_AGO);
        let after = |state: &str| instance("i-1", state, event_of(action), &lately());
        let life = match action {
            DELETE => Life::of([before.clone(), Value::Null]),
            // A fresh answer still has the old pair.
            _ => Life::of([before.clone(), before.clone(), after("processing"), after("done")]),
        };
        let (recorder, provider) = living(before, life.clone(), |_| None).await;
        let row = within(provider.get(&id(Kind::Instance, "i-1"))).await.unwrap();
        let mut deck = deck_of(&provider, &row);
        let write = deck.prepare(&row, action, FormValues::new()).await.unwrap();
        assert!(write.preview.summary.ends_with(" instance name of i-1 in workspace operations."));
        let masked = write.preview.requests[0].masked();
        assert_eq!(masked["headers"]["elasticbox-token"], "••••••••");
        recorder.take();
        assert_eq!(deck.send(write).await.0, WriteEnd::Done, "{action}");
        let asked = recorder.take();
        let write = the_write(&asked);
        assert_eq!(write.line, line);
        let body = match action {
            RECONFIGURE => json!({"id": "i-1", "method": "reconfigure"}),
            _ => Value::Null,
        };
        assert_eq!(write.body, body, "{action}");
        let left = life.0.lock().unwrap().len();
        assert_eq!(left, 1, "{action} did not end with the old pair");
    }
}

#[tokio::test]
async fn a_verb_that_fails_is_shown_with_the_step_that_did() {
    for (action, state, event, _) in VERBS.into_iter().filter(|verb| verb.0 != DELETE) {
        let before = instance("i-1", state, event, LONG_AGO);
        let after = |state: &str| instance("i-1", state, event_of(action), &lately());
        let life = Life::of([before.clone(), after("processing"), after("unavailable")]);
        let (_recorder, provider) = living(before, life, move |line| {
            let activity = json!([{"text": "Executing start:Web in machine eb-1-1.", "level": "start",
                "created": lately(), "exit_code": 7}]);
            (line == "GET /services/instances/i-1/operations").then(|| {
                Reply::json(&json!([{"id": "o-9", "operation": event_of(action), "state": "unavailable",
                    "created": lately(), "updated": lately(), "activity": activity}]))
            })
        })
        .await;
        let row = within(provider.get(&id(Kind::Instance, "i-1"))).await.unwrap();
        let mut deck = deck_of(&provider, &row);
        let end = deck.perform(&row, action, FormValues::new()).await;
        let WriteEnd::Failed(problem) = end else { panic!("{action}: {end:?}") };
        assert_eq!(&*problem.message, "Executing start:Web in machine eb-1-1.", "{action}");
    }
}

#[tokio::test]
async fn an_instance_that_is_busy_is_left_alone() {
    let busy = instance("i-1", "processing", "reinstall", LONG_AGO);
    let (recorder, provider) = living(busy.clone(), Life::of([busy]), |_| None).await;
    let row = within(provider.get(&id(Kind::Instance, "i-1"))).await.unwrap();
    // Another one like it can be deployed meanwhile.
    assert_eq!(available(&provider, &row), [ActionId::INSTANCE_CREATE_LIKE]);
    let deck = deck_of(&provider, &row);
    for (action, ..) in VERBS {
        let problem = deck.prepare(&row, action, FormValues::new()).await.unwrap_err();
        assert_eq!(&*problem.message, "name of i-1: reinstall is in progress, so nothing was sent");
    }
    assert!(recorder.take().iter().all(|asked| asked.line.starts_with("GET")));
}

#[tokio::test]
async fn an_instance_that_became_busy_or_unreadable_after_its_preview_is_left_alone() {
    let unreadable = || Reply::refusal(500, &json!({"message": "out of order"}));
    for (second, kind, message) in [
        (
            Reply::json(&instance("i-1", "processing", "deploy", LONG_AGO)),
            ProblemKind::Refused,
            "name of i-1: deploy is in progress, so nothing was sent",
        ),
        (
            unreadable(),
            ProblemKind::Local,
            "name of i-1: it could not be read, so nothing was sent: out of order",
        ),
    ] {
        let before = instance("i-1", "done", "deploy", LONG_AGO);
        let confirmed = Arc::new(Mutex::new(false));
        let is_confirmed = confirmed.clone();
        let (recorder, provider) = living(before.clone(), Life::of([before]), move |line| {
            let is_it = line == "GET /services/instances/i-1" && *is_confirmed.lock().unwrap();
            is_it.then(|| second.clone())
        })
        .await;
        let row = within(provider.get(&id(Kind::Instance, "i-1"))).await.unwrap();
        let mut deck = deck_of(&provider, &row);
        let write = deck.prepare(&row, SHUT_DOWN, FormValues::new()).await.unwrap();
        *confirmed.lock().unwrap() = true;
        let (end, _) = deck.send(write).await;
        let WriteEnd::Refused(problem) = end else { panic!("{end:?}") };
        assert_eq!((problem.kind, &*problem.message), (kind, message));
        assert!(recorder.take().iter().all(|asked| asked.line.starts_with("GET")));
    }
}

#[tokio::test]
async fn a_refusal_is_shown_in_the_servers_words_and_sent_once() {
    for (status, hint) in [
        (409, "Another operation is running on this instance: operations of one instance exclude each other"),
        (403, "Your role in its workspace may not allow this, or the instance is protected against it"),
    ] {
        let before = instance("i-1", "done", "deploy", LONG_AGO);
        let (recorder, provider) = living(before.clone(), Life::of([before]), move |line| {
            let is_write = line.starts_with("DELETE");
            is_write.then(|| Reply::refusal(status, &json!({"message": "Protected or busy"})))
        })
        .await;
        let row = within(provider.get(&id(Kind::Instance, "i-1"))).await.unwrap();
        let mut deck = deck_of(&provider, &row);
        let end = deck.perform(&row, TERMINATE, FormValues::new()).await;
        let WriteEnd::Refused(problem) = end else { panic!("{end:?}") };
        assert_eq!((&*problem.message, problem.hint.as_deref()), ("Protected or busy", Some(hint)));
        the_write(&recorder.take());
    }
}
