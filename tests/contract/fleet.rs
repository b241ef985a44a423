//! The fleet on the demo: the time to the first rows, pushed changes, and the memory of rows.

use std::time::{Duration, Instant};

use quarterdeck::fleet::{Events, Fleet, FleetEvent, ListEvent, Member, Options, Store};
use quarterdeck::model::{ContextName, Kind, Lifecycle, Resource, ResourceId};
use quarterdeck::providers::SharedProvider;
use quarterdeck::providers::cycle;

use crate::setup::{Demo, demo, within};

/// A fleet of the demo's Cycle alone that lists by itself so seldom that nothing but pushes can change it.
fn watch(demo: &Demo) -> (SharedProvider, Fleet, Events, Store) {
    let provider = demo.provider();
    let member =
        Member::new(ContextName::new(demo.access().context.as_str()), cycle::PLATFORM, Ok(provider.clone()));
    let options = Options {
        refresh: Duration::from_secs(3600),
        sample_every: Duration::from_secs(5),
        ..Default::default()
    };
    let store = Store::new(std::slice::from_ref(&member));
    let (fleet, events) = Fleet::start(vec![member], options);
    (provider, fleet, events, store)
}

/// Feeds the store until every kind has been listed.
async fn settle(events: &mut Events, store: &mut Store) {
    let mut left = 3;
    while left > 0 {
        let event = events.recv().await.expect("the fleet lives");
        if let FleetEvent::List(_, _, ListEvent::End) = &event {
            left -= 1;
        }
        store.apply(event);
    }
}

#[tokio::test]
async fn the_first_rows_are_there_at_once() {
    let demo = demo("cycle").instances(10_000).start().await;
    let began = Instant::now();
    let (provider, _fleet, mut events, mut store) = watch(&demo);
    within(async {
        while store.is_empty(Kind::Instance) {
            store.apply(events.recv().await.expect("the fleet lives"));
        }
    })
    .await;
    let (took, requests) = (began.elapsed(), provider.traffic().requests);
    println!("first rows after {took:?} and {requests} requests");
    // That it takes two round trips is shown request by request elsewhere; this is for what else may be in the way.
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(requests < 20, "{requests}");
}

#[tokio::test]
async fn pushed_changes_reach_the_store() {
    let demo = demo("cycle").start().await;
    let (_provider, _fleet, mut events, mut store) = watch(&demo);
    within(settle(&mut events, &mut store)).await;
    let container = store
        .rows(Kind::Container)
        .find(|row| {
            let running = row.state().is_some_and(|it| it.lifecycle == Lifecycle::Running);
            running && store.population(Kind::Instance, row.id()).running > 1
        })
        .map(|row| row.id().clone())
        .expect("a container that is up");
    for (action, end) in [("stop", Lifecycle::Stopped), ("start", Lifecycle::Running)] {
        demo.container_task(&container.id, action).await;
        let mut pushed = 0;
        within(async {
            while !are_all(&store, &container, end) {
                let event = tokio::time::timeout(Duration::from_secs(5), events.recv()).await;
                let Ok(event) = event else {
                    // The channel may have opened after the change.
                    assert_eq!(pushed, 0, "it stopped half way");
                    demo.container_task(&container.id, action).await;
                    continue;
                };
                let event = event.expect("the fleet lives");
                pushed += u32::from(matches!(event, FleetEvent::Upsert(_)));
                store.apply(event);
            }
        })
        .await;
        assert!(pushed >= 3, "{pushed}: the container, its instances and the job");
    }
    let job = store.rows(Kind::Operation).find_map(|row| match &**row {
        Resource::Operation(it) => it.target.clone(),
        _ => None,
    });
    assert_eq!(job.as_deref(), store.get(&container).map(|row| row.name()));
}

/// True where a container and all its instances have this lifecycle.
fn are_all(store: &Store, container: &ResourceId, lifecycle: Lifecycle) -> bool {
    let so = |row: &std::sync::Arc<Resource>| row.state().is_some_and(|state| state.lifecycle == lifecycle);
    store.get(container).is_some_and(so) && store.of_container(Kind::Instance, container).all(so)
}

/// Resident memory of this process in bytes, where the system reports it.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? * 1024.0)
}

/// Run alone: `cargo test --test contract -- --ignored --nocapture weigh`. The demo lives in the same process, so
/// that its share is measured first, after a listing that is thrown away.
#[tokio::test]
#[ignore = "measures memory; nothing else may run beside it"]
async fn rows_weigh_little() {
    for count in [10_000, 100_000] {
        let demo = demo("cycle").instances(count).start().await;
        let Some(before) = resident() else { return };
        let (provider, fleet, mut events, mut store) = watch(&demo);
        tokio::time::timeout(Duration::from_secs(500), settle(&mut events, &mut store))
            .await
            .expect("it takes minutes at most");
        let after = resident().expect("it was read before");
        let rows = Kind::ALL.iter().map(|kind| store.len(*kind)).sum::<usize>();
        let each = (after - before) / f64::from(u32::try_from(rows).expect("a small number"));
        println!("{rows} rows, {:.1} MiB, {each:.0} bytes a row", (after - before) / 1_048_576.0);
        drop((provider, fleet, store));
    }
}
