//! What the screen's thread pays for: taking news in, and reading what it draws.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use quarterdeck::fleet::logs::{LogBuffer, Pattern, Sieve};
use quarterdeck::fleet::{FleetEvent, ListEvent, Member, Series, Store, page_rows};
use quarterdeck::model::{
    Address, Bytes, ContainerLink, ContextName, Cores, Instance, Kind, Lifecycle, LogEvent, LogLine, Metric,
    Problem, ProblemKind, Resource, ResourceId, Sample, State, Timestamp,
};
use quarterdeck::providers::cycle;

const ROWS: usize = 50_000;
const PAGE: usize = 100;

fn context() -> ContextName {
    ContextName::new("bench")
}

fn instance(number: usize) -> Resource {
    let scope: ArcStr = format!("container-{}", number / PAGE).into();
    Resource::Instance(Instance {
        container: Some(Arc::new(ContainerLink {
            id: ResourceId::new(&context(), Kind::Container, scope.clone()),
            name: Some("web".into()),
        })),
        size: Some("standard.large".into()),
        image: Some("registry.example/web:1.4".into()),
        location: Some("eu-west".into()),
        addresses: Box::new([Address { value: "10.0.4.9".into(), public: false }]),
        created: Timestamp::from_millis(1_700_000_000_000),
        ..Instance::new(
            ResourceId::scoped(&context(), Kind::Instance, scope, format!("instance-{number}")),
            format!("web-{number}"),
            State::new(Lifecycle::Running, "running"),
        )
    })
}

fn store() -> Store {
    Store::new(&[Member::new(context(), cycle::PLATFORM, Err(Problem::new(ProblemKind::Local, "none")))])
}

/// A whole listing: one scope a page, as a platform with scopes tells it.
fn listing() -> Vec<FleetEvent> {
    let mut events = vec![FleetEvent::ListStarted(context(), Kind::Instance)];
    for page in 0..ROWS / PAGE {
        let scope: ArcStr = format!("container-{page}").into();
        for event in [
            ListEvent::Page {
                scope: Some(scope.clone()),
                rows: page_rows((page * PAGE..(page + 1) * PAGE).map(instance)),
                expected: Some(ROWS),
            },
            ListEvent::ScopeEnd(scope),
        ] {
            events.push(FleetEvent::List(context(), Kind::Instance, event));
        }
    }
    events.push(FleetEvent::List(context(), Kind::Instance, ListEvent::End));
    events
}

fn apply(store: &mut Store, events: Vec<FleetEvent>) {
    for event in events {
        store.apply(event);
    }
}

fn stores(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("store");
    group.sample_size(20).throughput(Throughput::Elements(ROWS as u64));
    group.bench_function("first listing of 50k", |bencher| {
        bencher.iter_batched(
            || (store(), listing()),
            |(mut store, events)| {
                apply(&mut store, events);
                store
            },
            BatchSize::PerIteration,
        );
    });
    let mut known = store();
    apply(&mut known, listing());
    group.bench_function("unchanged listing of 50k", |bencher| {
        bencher.iter_batched(listing, |events| apply(&mut known, events), BatchSize::PerIteration);
    });
    group.bench_function("walk 50k", |bencher| {
        bencher.iter(|| known.rows(Kind::Instance).filter(|row| row.name().ends_with('7')).count());
    });
    group.bench_function("50k gone at once", |bencher| {
        bencher.iter_batched(
            || {
                let mut store = store();
                apply(&mut store, listing());
                store
            },
            |mut store| {
                apply(
                    &mut store,
                    vec![
                        FleetEvent::ListStarted(context(), Kind::Instance),
                        FleetEvent::List(context(), Kind::Instance, ListEvent::End),
                    ],
                );
                assert!(store.is_empty(Kind::Instance));
                store
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn lines(from: i64, count: i64) -> Vec<LogLine> {
    (from..from + count)
        .filter_map(|number| {
            let level = if number % 50 == 0 { "ERROR" } else { "INFO" };
            Some(LogLine {
                at: Timestamp::from_millis(number)?,
                exact: true,
                text: format!("2026-11-21T03:00:00Z {level} GET /orders/{number} took {} ms", number % 97)
                    .into(),
            })
        })
        .collect()
}

fn logs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("logs");
    group.throughput(Throughput::Elements(5000));
    let mut full = LogBuffer::new(32 << 20);
    let source = full.add_source("web");
    let mut clock = 0;
    full.push(source, LogEvent::Lines(lines(clock, 300_000)));
    for (name, keep) in [("into a full buffer", None), ("into a full buffer, filtered", Some("error"))] {
        full.set_sieve(Sieve {
            keep: keep.and_then(|keep| Pattern::parse(keep).ok()).into_iter().collect(),
            ..Sieve::default()
        });
        full.work(usize::MAX);
        group.bench_function(format!("5k lines {name}"), |bencher| {
            bencher.iter_batched(
                || {
                    clock += 5000;
                    (0..50).map(|batch| lines(clock + batch * 100, 100)).collect::<Vec<_>>()
                },
                |batches| {
                    for lines in batches {
                        full.push(source, LogEvent::Lines(lines));
                    }
                },
                BatchSize::LargeInput,
            );
        });
        group.bench_function(format!("a page {name}"), |bencher| {
            let middle = full.len() / 2;
            bencher.iter(|| {
                (middle..middle + 50)
                    .filter_map(|index| full.line(index))
                    .map(|line| line.number)
                    .sum::<u64>()
            });
        });
    }
    group.throughput(Throughput::Elements(full.counts().held));
    group.sample_size(20).bench_function("a new filter over all", |bencher| {
        bencher.iter(|| {
            full.set_sieve(Sieve::default());
            full.set_sieve(Sieve {
                keep: Pattern::parse("/took 9[0-9] ms$/").into_iter().collect(),
                ..Sieve::default()
            });
            full.work(usize::MAX);
            full.len()
        });
    });
    group.finish();
}

fn series(criterion: &mut Criterion) {
    let mut series = Series::default();
    let at = |second: i64| Timestamp::from_millis(second * 1000);
    for second in (0..86_400_i64).step_by(5) {
        series.extend(
            &at(second)
                .map(|at| Sample {
                    cpu: Some(Cores(f64::from(u8::try_from(second % 100).unwrap_or(0)) / 100.0)),
                    memory: Some(Bytes(1 << 30)),
                    ..Sample::empty(at)
                })
                .into_iter()
                .collect::<Vec<_>>(),
        );
    }
    let now = at(86_400).unwrap_or_else(Timestamp::now);
    let mut group = criterion.benchmark_group("series");
    group.bench_function("a row's sparkline: 1 min in 10 columns", |bencher| {
        bencher.iter(|| series.columns(Metric::Cpu, black_box(now), Duration::from_secs(60), 10));
    });
    group.bench_function("a day in 240 columns", |bencher| {
        bencher.iter(|| series.columns(Metric::Cpu, black_box(now), Duration::from_secs(86_400), 240));
    });
    group.finish();
}

criterion_group!(benches, stores, logs, series);
criterion_main!(benches);
