//! Contexts that stop answering, on a clock that a test moves.

use std::sync::Arc;
use std::time::Duration;

use crate::fake::{Fake, context, id, receive, start};
use crate::{FleetEvent, Health, ListEvent, Member, Store};
use qdeck_model::{Instance, Kind, Lifecycle, Resource, State, Timestamp};
use qdeck_providers::{Change, cycle, page_rows};

const TWO: &[Kind] = &[Kind::Instance, Kind::Container];

fn store(fake: &Arc<Fake>) -> Store {
    let provider = Ok(fake.clone() as crate::SharedProvider);
    Store::new(&[Member::new(context(), cycle::PLATFORM, provider)])
}

/// Applies the events of the next `seconds`, and returns whether the context is silent and its instances are grey.
async fn after(store: &mut Store, events: &mut crate::Events, seconds: f64) -> (bool, bool) {
    for event in receive(events, seconds).await {
        store.apply(event);
    }
    let health = &store.context(&context()).unwrap().health;
    let is_grey = store.stale(&context(), Kind::Instance, Timestamp::now()).is_some();
    (matches!(health, Health::Silent { .. }), is_grey)
}

#[tokio::test(start_paused = true)]
async fn a_context_without_a_good_answer_for_three_refreshes_is_silent_whatever_its_requests_do() {
    let fake = Arc::new(Fake::new(TWO));
    let row = Instance::new(id("i1"), "web", State::new(Lifecycle::Running, "running"));
    let page = ListEvent::Page { scope: None, rows: page_rows([Resource::Instance(row)]), expected: None };
    fake.answer(Kind::Instance, vec![page, ListEvent::End]);
    let (_fleet, mut events) = start(&fake);
    let mut store = store(&fake);
    assert_eq!(after(&mut store, &mut events, 1.0).await, (false, false));
    *fake.hanging.lock() = TWO.to_vec();
    assert_eq!(after(&mut store, &mut events, 12.0).await, (false, false), "not yet three refreshes");
    assert_eq!(after(&mut store, &mut events, 4.0).await, (true, true));
    assert!(store.get(&id("i1")).is_some(), "the row stays");
    // It is one event a kind, not one a refresh.
    let again = receive(&mut events, 300.0).await;
    let silent = again.iter().filter(|event| matches!(event, FleetEvent::ListSilent(..))).count();
    assert_eq!(silent, 0, "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn one_kind_that_hangs_greys_its_own_rows_and_the_context_is_live() {
    let fake = Arc::new(Fake::new(TWO));
    let (_fleet, mut events) = start(&fake);
    let mut store = store(&fake);
    after(&mut store, &mut events, 1.0).await;
    *fake.hanging.lock() = vec![Kind::Instance];
    assert_eq!(after(&mut store, &mut events, 30.0).await, (false, true));
    assert!(store.stale(&context(), Kind::Container, Timestamp::now()).is_none());
    assert_eq!(store.context(&context()).unwrap().health, Health::Live);
}

#[tokio::test(start_paused = true)]
async fn it_is_live_again_with_the_first_good_answer() {
    let fake = Arc::new(Fake::new(TWO));
    *fake.hanging.lock() = TWO.to_vec();
    let (fleet, mut events) = start(&fake);
    let mut store = store(&fake);
    assert!(!after(&mut store, &mut events, 14.0).await.0);
    assert!(after(&mut store, &mut events, 2.0).await.0, "also where nothing was ever answered");
    fake.hanging.lock().clear();
    fleet.reconnect(&context());
    assert_eq!(after(&mut store, &mut events, 2.0).await, (false, false));
    assert_eq!(store.context(&context()).unwrap().health, Health::Live);
}

#[tokio::test(start_paused = true)]
async fn a_pause_and_a_push_channel_are_no_silence() {
    let fake = Arc::new(Fake::new(TWO));
    let changes = Fake::line(&fake.changes);
    let (fleet, mut events) = start(&fake);
    let mut store = store(&fake);
    changes.send(Ok(Change::Connected)).await.unwrap();
    assert_eq!(after(&mut store, &mut events, 120.0).await, (false, false), "listed every minute");
    fleet.pause(true);
    assert_eq!(after(&mut store, &mut events, 900.0).await, (false, false), "nothing is asked for");
    fleet.pause(false);
    assert_eq!(after(&mut store, &mut events, 30.0).await, (false, false));
    *fake.hanging.lock() = TWO.to_vec();
    assert_eq!(after(&mut store, &mut events, Duration::from_secs(250).as_secs_f64()).await, (true, true));
}
