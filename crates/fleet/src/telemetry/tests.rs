//! The past of rows in view.

use std::sync::Arc;
use std::time::Duration;

use super::super::fake::{Fake, id, receive, sample, start};
use super::PAST_REACH;
use qdeck_model::{Kind, Problem, ProblemKind};

const ONE: &[Kind] = &[Kind::Instance];

/// How often the past of an instance was read.
fn pasts(fake: &Fake, name: &str) -> usize {
    let reaches = fake.reaches.lock();
    reaches.iter().filter(|(of, reach)| *of == id(name) && *reach > PAST_REACH / 2).count()
}

#[tokio::test(start_paused = true)]
async fn rows_in_view_are_filled_from_the_past_once_each_the_selected_one_first() {
    let fake = Arc::new(Fake::new(ONE));
    let (fleet, mut events) = start(&fake);
    let names: Vec<String> = (0..40).map(|n| format!("i{n:02}")).collect();
    let rows: Vec<_> = names.iter().map(|name| id(name)).collect();
    fleet.watch(rows.clone(), Some(id("i30")));
    receive(&mut events, 20.0).await;
    let first = fake.reaches.lock()[0].clone();
    assert_eq!(first.0, id("i30"));
    assert!(first.1 >= Duration::from_secs(300), "what the sparklines show: {:?}", first.1);
    // Scrolled away and back: what is known is not read again.
    fleet.watch(vec![id("other")], None);
    receive(&mut events, 5.0).await;
    fleet.watch(rows, None);
    receive(&mut events, 20.0).await;
    for name in &names {
        assert_eq!(pasts(&fake, name), 1, "{name}");
        assert!(fake.count(&format!("samples {name}")) > 2, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_past_of_the_selected_row_is_read_although_it_streams() {
    let fake = Arc::new(Fake::new(ONE));
    let live = Fake::line(&fake.live);
    *fake.samples.lock() = Err(Problem::new(ProblemKind::Server, "not now"));
    let (fleet, mut events) = start(&fake);
    fleet.watch(vec![id("i1")], Some(id("i1")));
    for _ in 0..10 {
        live.send(Ok(sample())).await.unwrap();
        receive(&mut events, 1.0).await;
    }
    *fake.samples.lock() = Ok(());
    receive(&mut events, 120.0).await;
    let reaches = fake.reaches.lock().clone();
    assert!(reaches.last().is_some_and(|_| pasts(&fake, "i1") >= 2), "{reaches:?}");
}

#[tokio::test(start_paused = true)]
async fn an_instance_without_samples_is_asked_ever_more_rarely_wherever_the_user_scrolls() {
    let fake = Arc::new(Fake::new(ONE));
    *fake.samples.lock() = Err(Problem::new(ProblemKind::NotFound, "no telemetry"));
    let (fleet, mut events) = start(&fake);
    for _ in 0..120 {
        fleet.watch(vec![id("i1")], None);
        receive(&mut events, 15.0).await;
        fleet.watch(vec![id("other")], None);
        receive(&mut events, 15.0).await;
    }
    // In an hour: at once, and after 1, 3, 7, 15, 31 minutes and more, each pause with its jitter.
    let asked = fake.count("samples i1");
    assert!((5..=8).contains(&asked), "{asked}");
}
