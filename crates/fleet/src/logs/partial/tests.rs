use proptest::prelude::*;

use super::super::{LineBody, LogBuffer, Marker, Pattern, Sieve, SourceState};
use qdeck_model::{LogEvent, LogLine, Problem, ProblemKind, Timestamp};

fn line(millis: i64, text: &str) -> LogLine {
    LogLine { at: Timestamp::from_millis(millis).unwrap(), exact: false, text: text.into() }
}

fn lines(given: &[(i64, &str)]) -> LogEvent {
    LogEvent::Lines(given.iter().map(|(at, text)| line(*at, text)).collect())
}

fn partial(millis: i64, text: &str) -> LogEvent {
    LogEvent::Partial(line(millis, text))
}

fn shown(buffer: &LogBuffer) -> Vec<String> {
    let text = |index| match buffer.line(index).unwrap().body {
        LineBody::Text(text) => text.to_string(),
        LineBody::Marker(Marker::Seam) => "<seam>".into(),
        LineBody::Marker(Marker::Ended) => "<ended>".into(),
        LineBody::Marker(_) => "<other>".into(),
    };
    (0..buffer.len()).map(text).collect()
}

#[test]
fn a_bar_is_one_line_that_changes_and_is_completed() {
    let mut buffer = LogBuffer::new(1 << 20);
    let (a, b) = (buffer.add_source("a"), buffer.add_source("b"));
    buffer.push(a, lines(&[(1, "pull")]));
    for percent in 0..100 {
        buffer.push(a, partial(2 + percent, &format!("{percent}%")));
    }
    buffer.push(b, lines(&[(50, "from b")]));
    assert_eq!(shown(&buffer), ["pull", "99%", "from b"]);
    assert_eq!(buffer.counts().received, 3);
    buffer.push(a, lines(&[(200, "100%"), (201, "done")]));
    assert_eq!(shown(&buffer), ["pull", "100%", "from b", "done"]);
    buffer.push(a, lines(&[(202, "next")]));
    assert_eq!(shown(&buffer).len(), 5, "a line that is complete is replaced by none");
    assert_eq!((buffer.counts().received, buffer.counts().held), (5, 5));
}

#[test]
fn a_bar_stays_one_line_while_others_are_put_in_before_it() {
    let mut buffer = LogBuffer::new(1 << 20);
    let (a, b) = (buffer.add_source("a"), buffer.add_source("b"));
    buffer.push(b, lines(&[(1, "first")]));
    buffer.push(a, partial(1000, "1%"));
    buffer.push(b, lines(&[(500, "earlier"), (600, "too"), (2000, "later")]));
    buffer.push(a, partial(3000, "2%"));
    assert_eq!(shown(&buffer), ["first", "earlier", "too", "2%", "later"]);
}

#[test]
fn filters_and_searches_follow_a_line_that_changes() {
    let mut buffer = LogBuffer::new(1 << 20);
    let a = buffer.add_source("a");
    buffer.set_sieve(Sieve { keep: vec![Pattern::parse("o").unwrap()], ..Sieve::default() });
    buffer.set_search(Some(Pattern::parse("two").unwrap()));
    let mut seen = |text: &str| {
        buffer.push(a, partial(1, text));
        (buffer.len(), buffer.hits())
    };
    assert_eq!(seen("one"), (1, 0));
    assert_eq!(seen("two"), (1, 1));
    assert_eq!(seen("three"), (0, 0));
    assert_eq!(seen("two again"), (1, 1));
}

#[test]
fn after_a_new_connection_a_line_is_completed_only_by_more_of_it() {
    for (text, now) in
        [("half and more", vec!["<other>", "<seam>"]), ("other", vec!["<other>", "<seam>", "other"])]
    {
        let mut buffer = LogBuffer::new(1 << 20);
        let a = buffer.add_source("a");
        buffer.push(a, LogEvent::Connected);
        buffer.push(a, partial(1, "half"));
        buffer.push(a, LogEvent::Interrupted(Problem::new(ProblemKind::Unreachable, "reset")));
        buffer.push(a, LogEvent::Connected);
        buffer.push(a, lines(&[(2, text)]));
        let first = if now.len() == 2 { text } else { "half" };
        assert_eq!(shown(&buffer), [&[first][..], &now].concat());
    }
}

#[test]
fn the_end_of_a_log_is_noted_once_however_often_it_is_asked_for_again() {
    let mut buffer = LogBuffer::new(1 << 20);
    let a = buffer.add_source("a");
    buffer.push(a, LogEvent::Connected);
    buffer.push(a, lines(&[(1, "last")]));
    for _ in 0..10 {
        buffer.push(a, LogEvent::Finished);
        assert_eq!(*buffer.sources().next().unwrap().2, SourceState::Finished);
        buffer.push(a, LogEvent::Connected);
    }
    assert_eq!(shown(&buffer), ["last", "<ended>"]);
    buffer.push(a, lines(&[(2, "it started again")]));
    buffer.push(a, LogEvent::Finished);
    assert_eq!(shown(&buffer), ["last", "<ended>", "<seam>", "it started again", "<ended>"]);
}

proptest! {
    #[test]
    fn counts_and_order_hold_whatever_is_printed(
        steps in prop::collection::vec((0_usize..3, 0_i64..50, 0_u8..4), 0..200),
    ) {
        let mut buffer = LogBuffer::new(1);
        let sources = [buffer.add_source("a"), buffer.add_source("b"), buffer.add_source("c")];
        buffer.set_search(Some(Pattern::parse("1").unwrap()));
        for (step, (source, millis, kind)) in steps.into_iter().enumerate() {
            let text = format!("{step} {}", "x".repeat(step * 20));
            let event = match kind {
                0 => lines(&[(millis, &text), (millis, "y")]),
                1 | 2 => partial(millis, &text),
                _ => LogEvent::Connected,
            };
            buffer.push(sources[source], event);
            let texts = shown(&buffer).iter().filter(|text| !text.starts_with('<')).count() as u64;
            let counts = buffer.counts();
            prop_assert_eq!(texts, counts.held);
            prop_assert_eq!(counts.received, counts.held + counts.evicted);
            let hits = (0..buffer.len()).filter(|at| buffer.line(*at).unwrap().hit).count();
            prop_assert_eq!(hits, buffer.hits());
        }
    }
}
