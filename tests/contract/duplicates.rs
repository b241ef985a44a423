//! Creations whose answers are lost on the way: none is ever made twice, and each ends with what is known of it.

use std::collections::HashMap;
use std::time::Duration;

use quarterdeck::fleet::WriteEnd;
use quarterdeck::fleet::journal::End;
use quarterdeck::model::{ActionId, ContextName, Kind};
use quarterdeck::providers::quasarch;

use crate::setup::{Deck, context, demo, list, password, texts};

const ATTEMPTS: usize = 1000;
const AT_ONCE: usize = 100;
/// Generous: some answers stall until the client gives up, and what was never made is looked for for a minute.
const TIME_LIMIT: Duration = Duration::from_secs(500);
/// One change in ten fails: refused, failed before and after it was made, cut, garbled, lost, late.
const FAULTS: &str = "error=1%,429=1%,cut=2%,garbage=1%,lost=3%,dropped=1.5%,stalled=0.5%,seed=11";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_creations_under_faults_make_no_duplicate() {
    let demo = demo("quasarch").start().await;
    let access = demo.access();
    let credentials = password(access.email.as_deref().unwrap(), access.secret.expose());
    let provider = context(quasarch::PLATFORM, credentials)
        .path("quasarch/")
        .with(|context| {
            context.concurrency = 16;
            context.requests_per_second = 1000;
        })
        .open_at(demo.cloud.address);
    let context = ContextName::new("recorded");
    let mut deck = Deck::open(quasarch::PLATFORM, &provider, &context, false);
    demo.cloud.set_faults(FAULTS).unwrap();
    let attempts = (0..ATTEMPTS)
        .map(|nth| texts(&[("name", &format!("attempt-{nth}")), ("image", "demo/web:1")]))
        .collect();
    let create = (Kind::Container, ActionId::CONTAINER_CREATE);
    let ends = tokio::time::timeout(TIME_LIMIT, deck.create_all(create, attempts, AT_ONCE));
    let ends = ends.await.expect("every creation ends");
    demo.cloud.set_faults("").unwrap();

    // As the server has it.
    let mut made: HashMap<String, usize> = HashMap::new();
    for row in list(&demo.provider(), Kind::Container).await.0 {
        if row.name().starts_with("attempt-") {
            *made.entry(row.name().to_owned()).or_default() += 1;
        }
    }
    let duplicates: Vec<_> = made.iter().filter(|(_, count)| **count > 1).collect();
    assert!(duplicates.is_empty(), "made more than once: {duplicates:?}");
    let (mut done, mut refused, mut unknown) = (0, 0, 0);
    assert_eq!(ends.len(), ATTEMPTS);
    for (name, end) in &ends {
        let is_there = made.contains_key(name);
        match end {
            WriteEnd::Done => done += usize::from(is_there),
            WriteEnd::Refused(_) => refused += usize::from(!is_there),
            WriteEnd::Unknown(_) => unknown += 1,
            other => panic!("{name}: {other:?}"),
        }
    }
    println!("{done} done, {refused} refused, {unknown} unknown, {} at the server", made.len());
    assert_eq!(done + refused + unknown, ATTEMPTS, "what is done is there, and what is refused is not");
    assert!(
        refused > 0 && unknown > 0 && done > ATTEMPTS * 9 / 10,
        "the faults were felt, and no more than that"
    );

    let history = deck.journal.read().unwrap();
    assert_eq!((history.writes.len(), history.unreadable), (ATTEMPTS, 0));
    let ended = |outcome| {
        let of = |write: &&quarterdeck::fleet::journal::Written| {
            write.ended.as_ref().is_some_and(|ended| ended.outcome == outcome)
        };
        history.writes.iter().filter(of).count()
    };
    assert_eq!((ended(End::Done), ended(End::Refused), history.open().count()), (done, refused, unknown));
}
