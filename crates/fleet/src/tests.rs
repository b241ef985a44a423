//! The running fleet against a scripted provider, on a clock that a test moves.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::fake::{Fake, context, id, model, receive, sample, start};
use super::*;
use qdeck_providers::Change;
use qdeck_providers::{cycle, page_rows};

const TWO: &[Kind] = &[Kind::Instance, Kind::Container];
const ONE: &[Kind] = &[Kind::Instance];

fn trouble(kind: ProblemKind) -> Problem {
    Problem::new(kind, "scripted")
}

fn healths(events: &[FleetEvent]) -> Vec<Health> {
    let mut healths: Vec<Health> = events
        .iter()
        .filter_map(|event| match event {
            FleetEvent::Context(_, health, ..) => Some(health.clone()),
            _ => None,
        })
        .collect();
    healths.dedup();
    healths
}

#[tokio::test(start_paused = true)]
async fn kinds_are_listed_in_order_and_then_at_their_pace() {
    let fake = Arc::new(Fake::new(TWO));
    let page = ListEvent::Page { scope: None, rows: page_rows([model(&id("i1"))]), expected: Some(1) };
    fake.answer(Kind::Instance, vec![page, ListEvent::End]);
    let began = Instant::now();
    let (_fleet, mut events) = start(&fake);
    let received = receive(&mut events, 30.0).await;
    let order: Vec<String> = received
        .iter()
        .filter_map(|event| match event {
            FleetEvent::ListStarted(_, kind) => Some(format!("start {}", kind.singular())),
            FleetEvent::List(_, kind, ListEvent::Page { .. }) => Some(format!("page {}", kind.singular())),
            FleetEvent::List(_, kind, ListEvent::End) => Some(format!("end {}", kind.singular())),
            _ => None,
        })
        .collect();
    assert_eq!(order[..3], ["start instance", "page instance", "start container"]);
    for kind in ["list instance", "list container"] {
        let times = fake.times(kind, began);
        assert!((6..=7).contains(&times.len()), "{times:?}");
        for pair in times.windows(2) {
            assert!((4.4..5.7).contains(&(pair[1] - pair[0])), "{times:?}");
        }
    }
    assert_eq!(healths(&received), [Health::Live]);
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_with_each_failure_and_recovery_is_reported() {
    let fake = Arc::new(Fake::new(ONE));
    for _ in 0..6 {
        fake.fail(Kind::Instance, trouble(ProblemKind::Unreachable));
    }
    let began = Instant::now();
    let (_fleet, mut events) = start(&fake);
    let received = receive(&mut events, 120.0).await;
    let times = fake.times("list instance", began);
    for (nth, pair) in times.windows(2).take(6).enumerate() {
        // No step is longer than half the longest pause.
        let usual = f64::from(1 << nth).min(30.0);
        let pause = pair[1] - pair[0];
        assert!(pause >= usual && pause < usual * 2.0 + 0.05, "{nth}: {pause}");
    }
    let healths = healths(&received);
    assert!(matches!(&healths[0], Health::Retrying { attempt: 1, .. }));
    assert!(matches!(&healths[5], Health::Retrying { attempt: 6, .. }));
    assert_eq!(healths.last(), Some(&Health::Live));
}

#[tokio::test(start_paused = true)]
async fn the_remotes_retry_after_is_honoured() {
    let fake = Arc::new(Fake::new(ONE));
    let mut limited = trouble(ProblemKind::RateLimited);
    limited.retry_after = Some(Duration::from_secs(90));
    fake.fail(Kind::Instance, limited);
    let began = Instant::now();
    let (_fleet, mut events) = start(&fake);
    receive(&mut events, 89.0).await;
    assert_eq!(fake.count("list instance"), 1);
    receive(&mut events, 3.0).await;
    assert_eq!(fake.count("list instance"), 2, "{:?}", fake.times("list instance", began));
}

#[tokio::test(start_paused = true)]
async fn refused_credentials_are_tried_again_ever_more_rarely_by_one_listing_and_nothing_else_is_asked() {
    let fake = Arc::new(Fake::new(TWO));
    for _ in 0..7 {
        fake.fail(Kind::Instance, trouble(ProblemKind::Unauthorized));
    }
    let began = Instant::now();
    let (fleet, mut events) = start(&fake);
    let received = receive(&mut events, 1.0).await;
    assert!(matches!(healths(&received)[..], [Health::Down(_)]), "{:?}", healths(&received));
    fleet.watch(vec![id("i1")], None);
    let received = receive(&mut events, 599.0).await;
    assert!(matches!(healths(&received)[..], [Health::Down(_)]), "{:?}", healths(&received));
    let times = fake.times("list instance", began);
    assert_eq!(times.len(), 6, "{times:?}");
    for (pair, pause) in times.windows(2).zip([15.0, 30.0, 60.0, 120.0, 240.0]) {
        let took = pair[1] - pair[0];
        assert!(took > pause * 0.89 && took < pause * 1.11, "{pause}: {times:?}");
    }
    assert!(fake.count("list container") <= 1);
    assert_eq!((fake.count("samples i1"), fake.count("sign in")), (0, 0));
    fleet.refresh();
    receive(&mut events, 1.0).await;
    assert_eq!((fake.count("list instance"), fake.count("sign in")), (7, 1), "at once on request");

    fleet.reconnect(&context());
    let received = receive(&mut events, 1.0).await;
    assert_eq!(fake.count("sign in"), 2);
    assert_eq!(fake.count("list instance"), 8);
    assert_eq!(fake.count("samples i1"), 1);
    assert_eq!(healths(&received).last(), Some(&Health::Live));
}

#[tokio::test(start_paused = true)]
async fn a_lone_refusal_in_error_does_not_end_a_context() {
    let fake = Arc::new(Fake::new(TWO));
    fake.fail(Kind::Container, trouble(ProblemKind::Unauthorized));
    let (_fleet, mut events) = start(&fake);
    let received = receive(&mut events, 10.0).await;
    assert!(matches!(healths(&received).last(), Some(Health::Down(_))));
    let received = receive(&mut events, 10.0).await;
    assert_eq!(healths(&received).last(), Some(&Health::Live), "it passes by itself");
    let before = (fake.count("list instance"), fake.count("list container"));
    receive(&mut events, 20.0).await;
    let after = (fake.count("list instance"), fake.count("list container"));
    assert!(after.0 >= before.0 + 3 && after.1 >= before.1 + 3, "both kinds go on: {before:?}, {after:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_under_way_for_another_kind_does_not_end_the_pause_of_refused_credentials() {
    let fake = Arc::new(Fake::new(TWO));
    for _ in 0..100 {
        fake.fail(Kind::Container, trouble(ProblemKind::Unauthorized));
        // It takes longer than the refusal.
        let page = || ListEvent::Page { scope: None, rows: page_rows([]), expected: None };
        fake.answer(Kind::Instance, vec![page(), page(), page(), page(), ListEvent::End]);
    }
    let (_fleet, mut events) = start(&fake);
    let received = receive(&mut events, 10.0).await;
    assert!(matches!(healths(&received).last(), Some(Health::Down(_))), "{:?}", healths(&received));
    let asked = (fake.count("list instance"), fake.count("list container"));
    assert!(asked.0 <= 2 && asked.1 <= 2, "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_forbidden_kind_affects_no_other() {
    let fake = Arc::new(Fake::new(TWO));
    for _ in 0..100 {
        fake.fail(Kind::Container, trouble(ProblemKind::Forbidden));
    }
    let (_fleet, mut events) = start(&fake);
    let received = receive(&mut events, 60.0).await;
    assert_eq!(healths(&received), [Health::Live]);
    assert!(fake.count("list instance") >= 11);
    assert!(fake.count("list container") <= 2, "it is not asked at the normal pace");
}

#[tokio::test(start_paused = true)]
async fn pushed_changes_slow_the_listings_and_a_broken_channel_speeds_them_up() {
    let fake = Arc::new(Fake::new(ONE));
    let first = Fake::line(&fake.changes);
    let second = Fake::line(&fake.changes);
    let (_fleet, mut events) = start(&fake);
    first.send(Ok(Change::Connected)).await.unwrap();
    receive(&mut events, 40.0).await;
    assert_eq!(fake.count("list instance"), 1);

    // Touched twice, read once; what is gone is reported as gone.
    for name in ["a", "b", "a", "gone"] {
        first.send(Ok(Change::Touched(id(name)))).await.unwrap();
    }
    let received = receive(&mut events, 1.0).await;
    assert_eq!(fake.count("get a"), 1);
    let reported = |event: &FleetEvent| match event {
        FleetEvent::Upsert(resource) => Some(resource.id().clone()),
        FleetEvent::Gone(id) => Some(id.clone()),
        _ => None,
    };
    let reported: BTreeSet<_> = received.iter().filter_map(reported).collect();
    assert_eq!(reported, BTreeSet::from([id("a"), id("b"), id("gone")]));

    // Many of these are one listing a second at most.
    let listed = fake.count("list instance");
    for _ in 0..50 {
        first.send(Ok(Change::Relist(Kind::Instance))).await.unwrap();
        receive(&mut events, 0.1).await;
    }
    let more = fake.count("list instance") - listed;
    assert!((4..=6).contains(&more), "{more}");

    let listed = fake.count("list instance");
    first.send(Err(trouble(ProblemKind::Unreachable))).await.unwrap();
    drop(first);
    second.send(Ok(Change::Connected)).await.unwrap();
    receive(&mut events, 3.0).await;
    assert_eq!(fake.count("changes"), 2);
    assert!(fake.count("list instance") > listed, "what changed meanwhile was not pushed");
    second.send(Err(trouble(ProblemKind::Unreachable))).await.unwrap();
    drop(second);
    let listed = fake.count("list instance");
    receive(&mut events, 60.0).await;
    assert!(fake.count("list instance") >= listed + 10);
}

#[tokio::test(start_paused = true)]
async fn paused_means_silent_but_a_refresh_is_done() {
    let fake = Arc::new(Fake::new(ONE));
    let (fleet, mut events) = start(&fake);
    fleet.watch(vec![id("i1")], None);
    receive(&mut events, 1.0).await;
    fleet.pause(true);
    let (listed, sampled) = (fake.count("list instance"), fake.count("samples i1"));
    assert!(sampled > 0);
    let received = receive(&mut events, 600.0).await;
    assert!(received.is_empty(), "{received:?}");
    fleet.refresh();
    receive(&mut events, 600.0).await;
    assert_eq!(fake.count("list instance"), listed + 1);
    assert_eq!(fake.count("samples i1"), sampled);
    fleet.pause(false);
    receive(&mut events, 6.0).await;
    assert!(fake.count("list instance") > listed + 1);
    assert!(fake.count("samples i1") > sampled);
}

#[tokio::test(start_paused = true)]
async fn only_instances_on_the_screen_are_sampled() {
    let fake = Arc::new(Fake::new(ONE));
    let (fleet, mut events) = start(&fake);
    let names: Vec<String> = (0..40).map(|n| format!("i{n}")).collect();
    fleet.watch(names.iter().map(|name| id(name)).collect(), None);
    receive(&mut events, 20.0).await;
    for name in &names {
        let count = fake.count(&format!("samples {name}"));
        assert!((8..=11).contains(&count), "{name}: {count}");
    }
    fleet.watch(vec![id("i7")], None);
    receive(&mut events, 0.2).await;
    let (seen, unseen) = (fake.count("samples i7"), fake.count("samples i8"));
    receive(&mut events, 20.0).await;
    assert_eq!(fake.count("samples i8"), unseen, "off the screen");
    assert!(fake.count("samples i7") > seen + 7);
}

#[tokio::test(start_paused = true)]
async fn refused_samples_are_not_asked_for_again() {
    let fake = Arc::new(Fake::new(ONE));
    *fake.samples.lock() = Err(trouble(ProblemKind::Forbidden));
    let (fleet, mut events) = start(&fake);
    fleet.watch(vec![id("i1")], None);
    let received = receive(&mut events, 60.0).await;
    let failed = received.iter().filter(|event| matches!(event, FleetEvent::SamplesFailed(..)));
    assert_eq!(failed.count(), 1);
    fleet.watch(vec![id("i2"), id("i1")], None);
    receive(&mut events, 10.0).await;
    assert_eq!(fake.count("samples i1"), 1);
    assert_eq!(fake.count("samples i2"), 1);
}

#[tokio::test(start_paused = true)]
async fn samples_that_are_forbidden_are_not_asked_for_every_row() {
    let fake = Arc::new(Fake::new(ONE));
    *fake.samples.lock() = Err(trouble(ProblemKind::Forbidden));
    let (fleet, mut events) = start(&fake);
    let asked = |fake: &Fake| (0..40).map(|n| fake.count(&format!("samples i{n}"))).sum::<usize>();
    fleet.watch((0..40).map(|n| id(&format!("i{n}"))).collect(), None);
    receive(&mut events, 600.0).await;
    // Those that were under way when it was clear are all.
    assert!((3..8).contains(&asked(&fake)), "{}", asked(&fake));
    *fake.samples.lock() = Ok(());
    fleet.reconnect(&context());
    receive(&mut events, 20.0).await;
    assert!(asked(&fake) > 40, "a new sign-in may bring the permission");
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_host_is_not_asked_for_every_row() {
    let fake = Arc::new(Fake::new(ONE));
    *fake.samples.lock() = Err(trouble(ProblemKind::Unreachable));
    let (fleet, mut events) = start(&fake);
    fleet.watch((0..40).map(|n| id(&format!("i{n}"))).collect(), None);
    receive(&mut events, 60.0).await;
    let asked: usize = (0..40).map(|n| fake.count(&format!("samples i{n}"))).sum();
    assert!(asked < 60, "{asked}");
}

/// On the machine's own clock, which never shows the same moment twice.
#[tokio::test]
async fn the_focus_streams_on_a_clock_that_runs() {
    let fake = Arc::new(Fake::new(ONE));
    let live = Fake::line(&fake.live);
    let (fleet, mut events) = start(&fake);
    fleet.watch(vec![id("i1")], Some(id("i1")));
    live.send(Ok(sample())).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while live.capacity() < live.max_capacity() {
        let event = tokio::time::timeout_at(deadline, events.recv()).await;
        assert!(event.is_ok_and(|event| event.is_some()), "the stream was never read");
    }
    assert_eq!(fake.count("live i1"), 1);
}

#[tokio::test(start_paused = true)]
async fn the_focus_streams_and_falls_back_to_polls() {
    let fake = Arc::new(Fake::new(ONE));
    let live = Fake::line(&fake.live);
    let (fleet, mut events) = start(&fake);
    fleet.watch(vec![id("i1"), id("i2")], Some(id("i1")));
    receive(&mut events, 1.0).await;
    let polled = fake.count("samples i1");
    for _ in 0..20 {
        live.send(Ok(sample())).await.unwrap();
        let received = receive(&mut events, 1.0).await;
        assert!(received.iter().any(|event| matches!(event, FleetEvent::Samples(of, _) if *of == id("i1"))));
    }
    assert_eq!(fake.count("samples i1"), polled, "no polls while it streams");
    assert!(fake.count("samples i2") >= 9);
    // Broken off, it is polled at once, and opened again a little later; refused, it is left alone.
    let again = Fake::line(&fake.live);
    live.send(Err(trouble(ProblemKind::Unreachable))).await.unwrap();
    receive(&mut events, 0.5).await;
    assert_eq!(fake.count("samples i1"), polled + 1);
    // The pause after a first failure is drawn between one second and two.
    receive(&mut events, 2.0).await;
    assert_eq!(fake.count("live i1"), 2);
    again.send(Err(trouble(ProblemKind::Forbidden))).await.unwrap();
    let polled = fake.count("samples i1");
    receive(&mut events, 10.0).await;
    assert!(fake.count("samples i1") >= polled + 4);
    assert_eq!(fake.count("live i1"), 2);
    // The stream of the next focus ends when the focus moves on.
    let next = Fake::line(&fake.live);
    fleet.watch(vec![id("i1"), id("i2")], Some(id("i2")));
    receive(&mut events, 1.0).await;
    assert!(!next.is_closed());
    fleet.watch(vec![id("i1"), id("i2")], None);
    receive(&mut events, 1.0).await;
    assert!(next.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_keeps_failing_is_tried_less_and_less() {
    let fake = Arc::new(Fake::new(ONE));
    for _ in 0..50 {
        let line = Fake::line(&fake.live);
        line.send(Err(trouble(ProblemKind::Unreachable))).await.unwrap();
    }
    let began = Instant::now();
    let (fleet, mut events) = start(&fake);
    fleet.watch(vec![id("i1")], Some(id("i1")));
    receive(&mut events, 300.0).await;
    let times = fake.times("live i1", began);
    assert!((8..=13).contains(&times.len()), "{times:?}");
    assert!(times.windows(2).take(5).all(|pair| pair[1] - pair[0] > 0.7), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn the_latency_follows_the_polls_calmly() {
    let fake = Arc::new(Fake::new(&[]));
    let (fleet, mut events) = start(&fake);
    fleet.watch(vec![id("i1")], None);
    let latencies = |received: Vec<FleetEvent>| -> Vec<u128> {
        let reported = received.into_iter().filter_map(|event| match event {
            FleetEvent::Context(.., traffic) => traffic.latency,
            _ => None,
        });
        reported.map(|latency| latency.as_millis()).collect()
    };
    let set = |millis| *fake.latency.lock() = Some(Duration::from_millis(millis));
    set(50);
    assert_eq!(latencies(receive(&mut events, 10.0).await), [50]);
    set(58);
    assert_eq!(latencies(receive(&mut events, 10.0).await), [0; 0], "about the same");
    set(90);
    assert_eq!(latencies(receive(&mut events, 10.0).await), [90]);
    set(20);
    let received = receive(&mut events, 2.5).await;
    let more = receive(&mut events, 6.0).await;
    assert_eq!([latencies(received), latencies(more)].concat(), [20]);
}

fn lines(texts: &[&str]) -> LogEvent {
    let line =
        |text: &&str| qdeck_model::LogLine { at: Timestamp::now(), exact: false, text: (*text).into() };
    LogEvent::Lines(texts.iter().map(line).collect())
}

#[tokio::test(start_paused = true)]
async fn lines_travel_in_batches_and_in_order() {
    let fake = Arc::new(Fake::new(&[]));
    let log = Fake::line(&fake.logs);
    let (fleet, mut events) = start(&fake);
    let tail = fleet.open_tail(&id("i1"), LogStart::Backlog);
    log.send(LogEvent::Connected).await.unwrap();
    log.send(lines(&["a"])).await.unwrap();
    log.send(lines(&["b", "c"])).await.unwrap();
    log.send(LogEvent::Interrupted(trouble(ProblemKind::Unreachable))).await.unwrap();
    log.send(lines(&["d"])).await.unwrap();
    drop(log);
    let reported: Vec<String> = receive(&mut events, 1.0)
        .await
        .iter()
        .filter(|event| !matches!(event, FleetEvent::May(_, Feature::Logs, Ok(()))))
        .map(|event| match event {
            FleetEvent::Log(of, LogEvent::Lines(lines)) if *of == tail => {
                let texts: Vec<&str> = lines.iter().map(|line| &*line.text).collect();
                texts.join(" ")
            }
            FleetEvent::Log(_, LogEvent::Connected) => "connected".into(),
            FleetEvent::Log(_, LogEvent::Interrupted(_)) => "interrupted".into(),
            FleetEvent::LogEnded(_) => "ended".into(),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(reported, ["connected", "a b c", "interrupted", "d", "ended"]);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_lines_waits_and_delays_nothing_else() {
    let fake = Arc::new(Fake::new(ONE));
    let log = Fake::line(&fake.logs);
    let (fleet, mut events) = start(&fake);
    let tail = fleet.open_tail(&id("i1"), LogStart::Backlog);
    let mut sent = 0;
    // Each batch is as large as one goes, so that none are put together; in the end nothing more is taken.
    let batch = vec!["x"; 512];
    while let Ok(Ok(())) = tokio::time::timeout(Duration::from_secs(1), log.send(lines(&batch))).await {
        sent += 1;
    }
    assert!(sent < 1500, "the tail reads on without a bound");
    fleet.refresh();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let first = events.recv().await.unwrap();
    assert!(matches!(first, FleetEvent::ListStarted(..)), "{first:?}");
    let mut received = 0;
    while received < sent {
        if let FleetEvent::Log(of, LogEvent::Lines(lines)) = events.recv().await.unwrap() {
            assert_eq!((of, lines.len()), (tail, 512));
            received += 1;
        }
    }
    fleet.close_tail(tail);
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert!(log.is_closed());
}

#[tokio::test(start_paused = true)]
async fn the_tasks_end_with_the_last_handle() {
    let fake = Arc::new(Fake::new(TWO));
    let log = Fake::line(&fake.logs);
    let (fleet, mut events) = start(&fake);
    fleet.open_tail(&id("i1"), LogStart::Backlog);
    receive(&mut events, 1.0).await;
    drop(fleet);
    while events.recv().await.is_some() {}
    assert!(log.is_closed());
    assert_eq!(Arc::strong_count(&fake), 1);
}

#[tokio::test(start_paused = true)]
async fn a_context_that_cannot_be_opened_says_why() {
    let member = Member::new(context(), cycle::PLATFORM, Err(trouble(ProblemKind::Local)));
    let options = Options {
        refresh: Duration::from_secs(5),
        sample_every: Duration::from_secs(2),
        ..Default::default()
    };
    let store = Store::new(std::slice::from_ref(&member));
    assert!(matches!(&store.contexts()[0].health, Health::Down(_)));
    let (fleet, mut events) = Fleet::start(vec![member], options);
    let tail = fleet.open_tail(&id("i1"), LogStart::Backlog);
    let first = events.recv().await.unwrap();
    assert!(matches!(first, FleetEvent::Log(of, LogEvent::Interrupted(_)) if of == tail));
    assert!(matches!(events.recv().await.unwrap(), FleetEvent::LogEnded(_)));
    let section = fleet.describe(&id("i1")).next().await.unwrap();
    assert!(section.body.is_err());
}
