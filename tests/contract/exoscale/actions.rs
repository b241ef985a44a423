//! What is changed through the provider and the fleet's gate: when it is offered, what is sent, and how it is followed.

use std::sync::atomic::{AtomicUsize, Ordering};

use quarterdeck::fleet::WriteEnd;
use quarterdeck::fleet::journal::End;
use quarterdeck::model::{ActionId, FormValues, Kind, Lifecycle, ProblemKind, Resource};
use quarterdeck::providers::{SharedProvider, exoscale};
use serde_json::{Value, json};

use super::{context_of_geneva, organisation, recorded, refused, verify, web};
use crate::setup::{Deck, Recorder, Reply, available, demo, id, list, running, until, within};

const START: ActionId = ActionId::INSTANCE_START;
const STOP: ActionId = ActionId::INSTANCE_STOP;

fn deck_of(provider: &SharedProvider, row: &Resource) -> Deck {
    Deck::of(exoscale::PLATFORM, provider, row)
}

#[tokio::test]
async fn the_demos_instance_is_stopped_and_started_and_each_fits_its_state_only() {
    let demo = demo("exoscale").start().await;
    let provider = demo.provider();
    let row = running(&provider).await;
    let mut deck = deck_of(&provider, &row);
    let power = |row: &Resource| {
        let mut fits = available(&provider, row);
        fits.retain(|action| [START, STOP].contains(action));
        fits
    };
    assert_eq!(power(&row), [STOP]);
    let too_early = deck.prepare(&row, START, FormValues::new()).await.unwrap_err();
    assert_eq!(too_early.kind, ProblemKind::Refused, "{too_early}");

    assert_eq!(deck.perform(&row, STOP, FormValues::new()).await, WriteEnd::Done);
    let stopped = within(provider.get(row.id())).await.unwrap();
    assert_eq!(stopped.state().unwrap().lifecycle, Lifecycle::Stopped);
    assert_eq!(power(&stopped), [START]);
    let again = deck.prepare(&row, STOP, FormValues::new()).await.unwrap_err();
    assert_eq!(&*again.message, format!("{}: it is already stopped, so nothing was sent", row.name()));

    let (operations, _) = list(&provider, Kind::Operation).await;
    let is_told =
        |row: &&Resource| row.name() == "stop-instance" && row.state().unwrap().lifecycle == Lifecycle::Done;
    assert!(operations.iter().any(|row| is_told(&row)), "it is among the operations");

    assert_eq!(deck.perform(&stopped, START, FormValues::new()).await, WriteEnd::Done);
    until(&provider, row.id(), Lifecycle::Running).await;
    let asked: Vec<String> = demo.cloud.asked().into_iter().filter(|line| line.starts_with("PUT ")).collect();
    let zone = row.id().scope.as_deref().unwrap();
    let path = |verb: &str| format!("PUT /exoscale/{zone}/v2/instance/{}:{verb}", row.id().id);
    assert_eq!(asked, [path("stop"), path("start")], "each was sent once");
    let history = deck.journal.read().unwrap();
    let ends: Vec<_> = history.writes.iter().map(|write| write.ended.as_ref().unwrap().outcome).collect();
    assert_eq!((&*ends, history.open().count()), (&[End::Done, End::Done][..], 0));
}

/// An instance that stops when it is asked to, by an operation that ends as `end`.
fn stoppable(end: Value) -> impl Fn(&str, std::net::SocketAddr) -> Reply + Send + Sync + 'static {
    let stops = AtomicUsize::new(0);
    move |line, address| match line {
        "PUT /ch-gva-2/v2/instance/i1:stop" => {
            stops.fetch_add(1, Ordering::SeqCst);
            // Seen live: no `reference`, only what it is about.
            Reply::json(
                &json!({"id": "o7", "state": "pending", "resource": {"id": "i1", "type": "instance"}}),
            )
        }
        "GET /ch-gva-2/v2/operation/o7" => Reply::json(&end),
        "GET /ch-gva-2/v2/instance/i1" if stops.load(Ordering::SeqCst) > 0 && end["state"] == "success" => {
            Reply::json(&json!({"id": "i1", "name": "web-1", "state": "stopped"}))
        }
        line => organisation(line, address),
    }
}

#[tokio::test]
async fn the_documented_request_is_sent_signed_and_followed_to_success() {
    let (recorder, provider) = recorded(stoppable(json!({"id": "o7", "state": "success"}))).await;
    let row = within(provider.get(&web())).await.unwrap();
    let mut deck = deck_of(&provider, &row);
    let write = deck.prepare(&row, STOP, FormValues::new()).await.unwrap();
    let address = recorder.address;
    assert_eq!(
        write.preview.requests[0].masked(),
        json!({"method": "PUT", "url": format!("http://{address}/base/ch-gva-2/v2/instance/i1:stop"),
            "headers": {"authorization": "••••••••"}})
    );
    assert_eq!(write.preview.summary, "Stop instance web-1 in zone ch-gva-2.");
    recorder.take();
    assert_eq!(deck.perform(&row, STOP, FormValues::new()).await, WriteEnd::Done);
    let asked = recorder.take();
    let writes: Vec<_> = asked.iter().filter(|it| !it.line.starts_with("GET")).collect();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].line, "PUT /base/ch-gva-2/v2/instance/i1:stop");
    assert_eq!(writes[0].body, Value::Null, "no body is documented");
    verify(writes[0]);
    let last = asked.last().unwrap();
    assert!(asked.iter().any(|it| it.line.ends_with("/operation/o7")));
    assert!(!last.line.ends_with("/operation/o7"), "the instance is read after its operation: {}", last.line);
}

#[tokio::test]
async fn a_start_sends_the_empty_object_that_is_required() {
    let (recorder, provider) = recorded(|line, address| match line {
        "PUT /de-fra-1/v2/instance/i2:start" => Reply::json(&json!({"id": "o8", "state": "success"})),
        "GET /de-fra-1/v2/instance/i2" => {
            Reply::json(&json!({"id": "i2", "name": "db-1", "state": "stopped"}))
        }
        line => organisation(line, address),
    })
    .await;
    let id = id(Kind::Instance, Some("de-fra-1"), "i2");
    let row = within(provider.get(&id)).await.unwrap();
    let deck = deck_of(&provider, &row);
    let write = deck.prepare(&row, START, FormValues::new()).await.unwrap();
    within(provider.perform(&write)).await.unwrap();
    let asked = recorder.take();
    let sent = asked.iter().find(|it| it.line.starts_with("PUT")).unwrap();
    assert_eq!((&*sent.line, &sent.body), ("PUT /base/de-fra-1/v2/instance/i2:start", &json!({})));
    verify(sent);
}

#[tokio::test]
async fn an_operation_that_fails_is_told_in_exoscales_words() {
    let end = json!({"id": "o7", "state": "failure", "reason": "busy", "message": "The host is full"});
    let (_recorder, provider) = recorded(stoppable(end)).await;
    let row = within(provider.get(&web())).await.unwrap();
    let mut deck = deck_of(&provider, &row);
    let end = deck.perform(&row, STOP, FormValues::new()).await;
    assert!(
        matches!(&end, WriteEnd::Failed(problem) if &*problem.message == "busy: The host is full"),
        "{end:?}"
    );
    let history = deck.journal.read().unwrap();
    let ended = history.writes[0].ended.as_ref().unwrap();
    assert_eq!((ended.outcome, ended.message.as_deref()), (End::Failed, Some("busy: The host is full")));
}

#[tokio::test]
async fn a_refusal_names_the_missing_permission() {
    let (recorder, provider) = recorded(|line, address| match line {
        "PUT /ch-gva-2/v2/instance/i1:stop" => refused(403, "Forbidden"),
        line => organisation(line, address),
    })
    .await;
    let row = within(provider.get(&web())).await.unwrap();
    let mut deck = deck_of(&provider, &row);
    let WriteEnd::Refused(problem) = deck.perform(&row, STOP, FormValues::new()).await else {
        panic!("it was refused")
    };
    assert_eq!((problem.kind, problem.status), (ProblemKind::Forbidden, Some(403)));
    assert_eq!(problem.hint.as_deref(), Some("The API key's role lacks `stop-instance`"));
    let writes = recorder.take().iter().filter(|it| it.line.starts_with("PUT")).count();
    assert_eq!(writes, 1, "a refused write is not sent again");
}

#[tokio::test]
async fn no_write_leaves_a_read_only_context_however_it_is_tried() {
    let recorder = Recorder::start_with(stoppable(json!({"id": "o7", "state": "success"}))).await;
    let free = context_of_geneva().open_on(&recorder);
    let row = within(free.get(&web())).await.unwrap();
    let provider = context_of_geneva().with(|context| context.read_only = true).open_on(&recorder);
    // The gate of the fleet.
    let deck = Deck::open(exoscale::PLATFORM, &provider, &row.id().context, true);
    let reasons: Vec<_> =
        deck.fleet.actions(&row).iter().map(|it| it.availability.reason().map(str::to_owned)).collect();
    assert_eq!(reasons, vec![Some("context is read-only".to_owned()); provider.actions(&row).len()]);
    assert!(reasons.len() > 20);
    assert_eq!(deck.prepare(&row, STOP, FormValues::new()).await.unwrap_err().kind, ProblemKind::ReadOnly);
    // A write that was prepared elsewhere, handed straight to the provider: the network layer.
    let write = deck_of(&free, &row).prepare(&row, STOP, FormValues::new()).await.unwrap();
    let problem = within(provider.perform(&write)).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::ReadOnly);
    assert_eq!(&*problem.message, "context recorded is read-only: nothing was sent");
    let writes = recorder.take().iter().filter(|it| !it.line.starts_with("GET")).count();
    assert_eq!(writes, 0);
}
