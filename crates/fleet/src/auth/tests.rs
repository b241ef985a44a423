use std::sync::Arc;
use std::time::Duration;

use super::super::fake::{Fake, context, id, model, receive, start};
use super::super::{Events, FleetEvent, ListEvent, Member, Store};
use super::*;
use qdeck_model::{LogEvent, LogStart, Reason, ScreenKind};
use qdeck_providers::Change;
use qdeck_providers::{cycle, page_rows};

const TWO: &[Kind] = &[Kind::Instance, Kind::Container];
const ONE: &[Kind] = &[Kind::Instance];

fn trouble(kind: ProblemKind) -> Problem {
    Problem::new(kind, "scripted")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(second * 1000).unwrap()
}

fn refused(message: &str) -> Problem {
    Problem::new(ProblemKind::Unauthorized, message)
}

#[test]
fn an_expiry_is_announced_ten_minutes_before_and_not_sooner() {
    let of = |now| Auth::of(&Health::Live, Some(at(10_000)), at(now));
    assert_eq!(of(9_000), Auth::Good);
    assert_eq!(of(9_400), Auth::Expiring(at(10_000)));
    assert_eq!(of(10_100), Auth::Expiring(at(10_000)), "it is still taken");
    assert_eq!(Auth::of(&Health::Live, None, at(0)), Auth::Good);
}

#[test]
fn expired_differs_from_refused_by_the_clock_or_by_what_the_provider_read() {
    let down = |message: &str, ends| Auth::of(&Health::Down(refused(message)), ends, at(100));
    assert_eq!(down("no such key", None), Auth::Refused(refused("no such key")));
    assert_eq!(down("no", Some(at(200))), Auth::Refused(refused("no")));
    assert_eq!(down("no", Some(at(99))), Auth::Expired(refused("no")));
    let maybe = refused("no").hint("It may be wrong, expired or revoked");
    let auth = Auth::of(&Health::Down(maybe.clone()), None, at(0));
    assert_eq!(auth, Auth::Refused(maybe), "texts do not decide it");
    let surely = refused("no").reason(Reason::Expired);
    let auth = Auth::of(&Health::Down(surely.clone()), None, at(0));
    assert_eq!(auth, Auth::Expired(surely));
    let setup = Problem::new(ProblemKind::Local, "no file");
    assert_eq!(Auth::of(&Health::Down(setup), None, at(0)), Auth::Good, "a wrong set-up is no refusal");
}

#[test]
fn the_capability_is_named_where_the_platform_names_it() {
    let plain = Problem::new(ProblemKind::Forbidden, "not you").hint("ask for the permission");
    assert_eq!(missing_permission(&plain), "not you");
    let named = plain.hint("the role lacks `jobs-view`");
    assert_eq!(missing_permission(&named), "the role lacks `jobs-view`");
}

#[tokio::test(start_paused = true)]
async fn a_forbidden_kind_is_listed_every_ten_minutes_or_on_request() {
    let fake = Arc::new(Fake::new(TWO));
    for _ in 0..3 {
        fake.fail(Kind::Container, trouble(ProblemKind::Forbidden));
    }
    let changes = Fake::line(&fake.changes);
    let (fleet, mut events) = start(&fake);
    changes.send(Ok(Change::Connected)).await.unwrap();
    changes.send(Ok(Change::Relist(Kind::Container))).await.unwrap();
    receive(&mut events, 500.0).await;
    assert_eq!(fake.count("list container"), 1, "nor does a change make it allowed");
    let received = receive(&mut events, 200.0).await;
    assert_eq!(fake.count("list container"), 2);
    let down =
        |event: &FleetEvent| matches!(event, FleetEvent::Context(_, health, ..) if *health != Health::Live);
    assert!(!received.iter().any(down));
    fleet.refresh();
    receive(&mut events, 10.0).await;
    assert_eq!(fake.count("list container"), 3);
    fleet.reconnect(&context());
    receive(&mut events, 1.0).await;
    assert_eq!(fake.count("list container"), 4);
}

fn auths(events: &[FleetEvent]) -> Vec<Auth> {
    let auth = |event: &FleetEvent| match event {
        FleetEvent::Context(_, _, auth, _) => Some(auth.clone()),
        _ => None,
    };
    let mut auths: Vec<Auth> = events.iter().filter_map(auth).collect();
    auths.dedup();
    auths
}

#[tokio::test(start_paused = true)]
async fn each_change_of_the_credentials_is_sent_with_the_health() {
    let fake = Arc::new(Fake::new(ONE));
    let (fleet, mut events) = start(&fake);
    let received = receive(&mut events, 30.0).await;
    assert_eq!(auths(&received), [Auth::Good]);

    let soon = Timestamp::from_millis(Timestamp::now().as_millis() + 300_000).unwrap();
    *fake.session_ends.lock() = Some(soon);
    let received = receive(&mut events, 30.0).await;
    assert_eq!(auths(&received), [Auth::Expiring(soon)]);

    let over = trouble(ProblemKind::Unauthorized);
    *fake.session_ends.lock() = Some(Timestamp::now().before(Duration::from_secs(1)));
    let refuse = |times| (0..times).for_each(|_| fake.fail(Kind::Instance, over.clone()));
    // Tried at once, and twice more within the minute.
    refuse(3);
    let received = receive(&mut events, 60.0).await;
    assert_eq!(auths(&received), [Auth::Expired(over.clone())]);

    *fake.session_ends.lock() = None;
    refuse(3);
    fleet.reconnect(&context());
    let received = receive(&mut events, 60.0).await;
    assert_eq!(auths(&received), [Auth::Good, Auth::Refused(over)], "tried, and refused");

    fleet.reconnect(&context());
    let received = receive(&mut events, 60.0).await;
    assert_eq!(auths(&received), [Auth::Good]);
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_recorded_at_the_context_and_hides_nothing() {
    let fake = Arc::new(Fake::new(ONE));
    let page = ListEvent::Page { scope: None, rows: page_rows([model(&id("i1"))]), expected: None };
    fake.answer(Kind::Instance, vec![page, ListEvent::End]);
    let (fleet, mut events) = start(&fake);
    let member = Member::new(context(), cycle::PLATFORM, Ok(fake.clone()));
    let mut store = Store::new(&[member]);
    let no = trouble(ProblemKind::Forbidden);
    let settle = async |store: &mut Store, events: &mut Events| {
        for event in receive(events, 3.0).await {
            store.apply(event);
        }
    };
    *fake.console.lock() = no.clone();
    assert!(fleet.open_console(&id("i1"), ScreenKind::Terminal).await.is_err());
    let logs = Fake::line(&fake.logs);
    fleet.open_tail(&id("i1"), LogStart::Backlog);
    logs.send(LogEvent::Interrupted(no.clone())).await.unwrap();
    *fake.samples.lock() = Err(no.clone());
    fleet.watch(vec![id("i1")], None);
    settle(&mut store, &mut events).await;
    let state = store.context(&context()).unwrap();
    for feature in [Feature::Console, Feature::Logs, Feature::Telemetry] {
        assert_eq!(state.forbidden(feature), Some(&no), "{feature:?}");
    }
    assert_eq!(state.forbidden(Feature::List(Kind::Instance)), None);
    assert_eq!((&state.health, &state.auth), (&Health::Live, &Auth::Good));

    let logs = Fake::line(&fake.logs);
    fleet.open_tail(&id("i1"), LogStart::Backlog);
    logs.send(LogEvent::Lines(Vec::new())).await.unwrap();
    settle(&mut store, &mut events).await;
    let state = store.context(&context()).unwrap();
    assert_eq!(state.forbidden(Feature::Logs), None, "allowed as soon as it works");
    assert_eq!(state.forbidden(Feature::Console), Some(&no));
}
