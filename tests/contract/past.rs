//! The past of instances in view, read from the demo's faces.

use std::time::Duration;

use quarterdeck::fleet::{Fleet, FleetEvent, ListEvent, Member, Options, Store};
use quarterdeck::model::{ContextName, Kind, Lifecycle, Metric, Platform, ResourceId, Timestamp};
use quarterdeck::providers::{cycle, gcore};

use crate::setup::{demo, within};

/// Cells of a sparkline, and the time that it shows.
const CELLS: usize = 8;
const WINDOW: Duration = Duration::from_secs(300);

#[tokio::test]
async fn the_first_look_fills_the_sparklines_by_one_request_an_instance() {
    for (name, platform) in [("cycle", cycle::PLATFORM), ("gcore", gcore::PLATFORM)] {
        let seen = first_look(name, platform).await;
        assert!(seen > 2, "{name} has instances with telemetry");
    }
}

/// Looks at instances of a platform for the first time; returns how many.
async fn first_look(name: &str, platform: Platform) -> usize {
    let demo = demo(name).start().await;
    let provider = demo.provider();
    let context = ContextName::new(demo.access().context.as_str());
    let member = Member::new(context, platform, Ok(provider.clone()));
    // Neither lists nor polls by itself while the test looks.
    let never = Duration::from_secs(3600);
    let options = Options { refresh: never, sample_every: never, ..Options::default() };
    let mut store = Store::new(std::slice::from_ref(&member));
    let (fleet, mut events) = Fleet::start(vec![member], options);
    let mut left = provider.kinds().len();
    within(async {
        while left > 0 {
            let event = events.recv().await.expect("the fleet lives");
            left -= usize::from(matches!(event, FleetEvent::List(_, _, ListEvent::End)));
            store.apply(event);
        }
    })
    .await;
    let rows: Vec<ResourceId> = store
        .rows(Kind::Instance)
        .filter(|row| row.state().is_some_and(|state| state.lifecycle == Lifecycle::Running))
        .filter(|row| row.offers().telemetry)
        .map(|row| row.id().clone())
        .take(6)
        .collect();
    // Not all requests: what changes meanwhile in the demo is read as well.
    let samplings = || {
        let asked = demo.cloud.asked();
        asked.iter().filter(|line| line.contains("/telemetry/") || line.contains("/metrics")).count()
    };
    let before = samplings();
    fleet.watch(rows.clone(), None);
    within(async {
        while rows.iter().any(|id| store.series(id).is_none()) {
            store.apply(events.recv().await.expect("the fleet lives"));
        }
    })
    .await;
    assert_eq!(samplings() - before, rows.len(), "{name}: a request an instance");
    for id in &rows {
        let series = store.series(id).expect("it was sampled");
        for metric in [Metric::Cpu, Metric::Memory] {
            let cells = series.columns(metric, Timestamp::now(), WINDOW, CELLS);
            let full = cells.iter().flatten().count();
            // What is the latest may not be measured yet.
            assert!(full + 1 >= CELLS, "{id}: {metric:?} {cells:?}");
        }
    }
    rows.len()
}
