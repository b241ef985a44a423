use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use qdeck_model::{LogEvent, LogLevel, LogLine, Problem, ProblemKind, Timestamp};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

fn line(millis: i64, text: &str) -> LogLine {
    LogLine { at: at(millis), exact: false, text: text.into() }
}

fn lines(given: &[(i64, &str)]) -> LogEvent {
    LogEvent::Lines(given.iter().map(|(at, text)| line(*at, text)).collect())
}

fn trouble() -> Problem {
    Problem::new(ProblemKind::Unreachable, "reset")
}

/// The lines shown; markers in brackets.
fn shown(buffer: &LogBuffer) -> Vec<String> {
    (0..buffer.len())
        .map(|index| match buffer.line(index).unwrap().body {
            LineBody::Text(text) => text.to_string(),
            LineBody::Marker(Marker::Skipped { lines, .. }) => format!("<skipped {lines:?}>"),
            LineBody::Marker(Marker::Interrupted(_)) => "<interrupted>".into(),
            LineBody::Marker(Marker::Seam) => "<seam>".into(),
            LineBody::Marker(Marker::Ended) => "<ended>".into(),
        })
        .collect()
}

#[test]
fn sources_are_merged_by_time_and_each_keeps_its_order() {
    let mut buffer = LogBuffer::new(1 << 20);
    let (a, b) = (buffer.add_source("a"), buffer.add_source("b"));
    buffer.push(a, lines(&[(1000, "a1"), (3000, "a2"), (60_000, "a3"), (59_000, "a4")]));
    buffer.push(b, lines(&[(500, "b1"), (3000, "b2"), (59_500, "b3"), (61_000, "b4")]));
    assert_eq!(shown(&buffer), ["b1", "a1", "a2", "b2", "b3", "a3", "a4", "b4"]);
    // Caught up: a line with a clock a minute behind comes about where it arrived.
    buffer.push(b, lines(&[(62_000, "b5")]));
    buffer.push(a, lines(&[(70_000, "a5")]));
    buffer.push(b, lines(&[(1000, "b6")]));
    assert_eq!(shown(&buffer)[8..], ["b5", "b6", "a5"]);
    assert_eq!(buffer.place_at(at(3000)), 2);
}

#[test]
fn markers_stand_where_something_happened() {
    let mut buffer = LogBuffer::new(1 << 20);
    let a = buffer.add_source("a");
    buffer.push(a, LogEvent::Connected);
    buffer.push(a, lines(&[(1, "one")]));
    let skipped = LogEvent::Skipped { lines: Some(7), why: "too fast".into() };
    buffer.push(a, skipped);
    buffer.push(a, LogEvent::Interrupted(trouble()));
    buffer.push(a, LogEvent::Interrupted(trouble()));
    buffer.push(a, LogEvent::Connected);
    buffer.push(a, lines(&[(2, "two")]));
    buffer.end(a, at(3));
    assert_eq!(shown(&buffer), ["one", "<skipped Some(7)>", "<interrupted>", "<seam>", "two", "<ended>"]);
    assert_eq!(buffer.counts().skipped, 7);
    assert_eq!(buffer.counts().received, 2);
    let (_, _, state) = buffer.sources().next().unwrap();
    assert_eq!(*state, SourceState::Ended(None));
}

#[test]
fn filters_and_search_work_on_what_is_there_and_what_comes() {
    let mut buffer = LogBuffer::new(1 << 20);
    let a = buffer.add_source("a");
    for number in 0..100 {
        let level = if number % 10 == 0 { "ERROR" } else { "INFO" };
        buffer.push(a, lines(&[(number, &format!("{level} request {number}"))]));
    }
    let sieve = Sieve {
        keep: vec![Pattern::parse("error").unwrap()],
        drop: vec![Pattern::parse("/ [3-4]0$/").unwrap()],
        ..Sieve::default()
    };
    buffer.set_sieve(sieve);
    assert!(buffer.work(15));
    assert_eq!(shown(&buffer), ["ERROR request 90"], "the newest first");
    assert!(!buffer.work(1000));
    assert_eq!(buffer.len(), 8);
    buffer.push(a, lines(&[(100, "ERROR request 100"), (101, "INFO request 101")]));
    assert_eq!(buffer.len(), 9);
    assert_eq!(buffer.number(8), Some(100));
    assert_eq!(buffer.place(95), 8, "the next one shown");

    buffer.set_search(Some(Pattern::parse("/[15]0/").unwrap()));
    assert_eq!(buffer.next_hit(100, false), Some(50));
    assert_eq!(buffer.next_hit(50, false), Some(10));
    assert_eq!(buffer.next_hit(10, false), None);
    assert_eq!(buffer.next_hit(50, true), Some(100));
    assert_eq!(buffer.hits(), 3);
    buffer.set_sieve(Sieve::default());
    assert_eq!(buffer.len(), 102);
    assert!(buffer.line(10).unwrap().hit && !buffer.line(11).unwrap().hit);

    buffer.set_sieve(Sieve { level: Some(LogLevel::Warn), ..Sieve::default() });
    buffer.work(1000);
    assert_eq!(buffer.len(), 11);
}

#[test]
fn a_line_larger_than_the_bound_leaves_nothing_behind() {
    let mut buffer = LogBuffer::new(64 * 1024);
    let a = buffer.add_source("a");
    buffer.push(a, lines(&[(1, "small"), (2, &"x".repeat(100_000))]));
    assert_eq!(buffer.len(), 0);
    assert_eq!(buffer.counts().evicted, 2);
    assert_eq!(buffer.evicted_until(), Some(at(2)));
    buffer.push(a, lines(&[(3, "after")]));
    assert_eq!(shown(&buffer), ["after"]);
    assert_eq!(buffer.number(0), Some(2));
}

#[derive(Debug, Clone)]
enum Step {
    Lines(usize, Vec<(i64, usize)>),
    Skip(usize),
    Sieve(Option<u8>),
    Search(Option<u8>),
    Work(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let given = proptest::collection::vec((-3000_i64..3000, 0_usize..600), 1..60);
    prop_oneof![
        8 => (0_usize..3, given).prop_map(|(source, given)| Step::Lines(source, given)),
        1 => (0_usize..3).prop_map(Step::Skip),
        1 => proptest::option::of(0_u8..10).prop_map(Step::Sieve),
        1 => proptest::option::of(0_u8..10).prop_map(Step::Search),
        2 => (0_usize..100).prop_map(Step::Work),
    ]
}

fn digit(digit: u8) -> Pattern {
    Pattern::parse(&digit.to_string()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn the_bound_holds_and_every_line_is_accounted_for(steps in proptest::collection::vec(step(), 1..60)) {
        let mut buffer = LogBuffer::new(64 * 1024);
        let sources = [buffer.add_source("a"), buffer.add_source("b"), buffer.add_source("c")];
        let mut given = 0_u64;
        let mut clock = 0;
        for step in steps {
            match step {
                Step::Lines(source, run) => {
                    clock += 500;
                    let run = run.into_iter().map(|(jitter, length)| {
                        given += 1;
                        line(clock + jitter, &format!("{given} {}", "x".repeat(length)))
                    }).collect();
                    buffer.push(sources[source], LogEvent::Lines(run));
                }
                Step::Skip(source) => {
                    let skipped = LogEvent::Skipped { lines: None, why: "cut".into() };
                    buffer.push(sources[source], skipped);
                }
                Step::Sieve(kept) => buffer.set_sieve(Sieve {
                    keep: kept.map(digit).into_iter().collect(),
                    ..Sieve::default()
                }),
                Step::Search(sought) => buffer.set_search(sought.map(digit)),
                Step::Work(lines) => {
                    buffer.work(lines);
                }
            }
            let counts = buffer.counts();
            prop_assert!(counts.bytes <= 3 * 64 * 1024, "{} bytes", counts.bytes);
            prop_assert_eq!(counts.received, given);
            prop_assert_eq!(counts.received, counts.evicted + counts.held);
        }
        buffer.work(usize::MAX);
        let sieve = buffer.sieve().clone();
        let search = buffer.search().cloned();
        let mut latest = BTreeMap::new();
        let (mut hits, mut before) = (0, None);
        for index in 0..buffer.len() {
            let it = buffer.line(index).unwrap();
            prop_assert!(before < Some(it.number));
            before = Some(it.number);
            prop_assert_eq!(buffer.place(it.number), index);
            if let LineBody::Text(text) = it.body {
                prop_assert!(sieve.keep.iter().all(|pattern| pattern.is_in(text)));
                prop_assert_eq!(it.hit, search.as_ref().is_some_and(|pattern| pattern.is_in(text)));
                hits += usize::from(it.hit);
                let number: u64 = text.split(' ').next().unwrap().parse().unwrap();
                prop_assert!(latest.insert(it.source, number) < Some(number), "a source's lines keep their order");
            }
        }
        prop_assert_eq!(buffer.hits(), hits);
        buffer.set_sieve(Sieve::default());
        let held = (0..buffer.len()).filter(|index| matches!(buffer.line(*index).unwrap().body, LineBody::Text(_)));
        prop_assert_eq!(held.count() as u64, buffer.counts().held);
    }
}
