//! One operation of an instance: the engine's work of it, and how far it has come.

use jiff::Timestamp;

use super::acts::{Act, Verb};
use crate::engine::fleet::{Instance, Phase};
use crate::engine::jobs::{Effect, Work};

/// The engine's work of an operation on one instance.
pub(super) fn work(verb: Verb, key: u32, instance: &Instance, name: &str) -> Work {
    let (title, action) = verb.titles();
    let phase = |act: &Act| match act.phase {
        // Nothing is there yet that could go down.
        Phase::Stopping if instance.phase == Phase::New => Phase::Starting,
        phase => phase,
    };
    Work {
        caption: format!("{title} {name}"),
        action,
        container: Some(instance.container),
        instance: Some(key),
        steps: (verb.acts().iter())
            .map(|act| (act.caption, vec![Effect::Instances(vec![key], phase(act))]))
            .collect(),
    }
}

/// When an act began and was done.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Span {
    /// When it began.
    pub began: Option<Timestamp>,
    /// When it was done.
    pub done: Option<Timestamp>,
}

/// One operation of an instance, under way or long over.
#[derive(Debug, Clone)]
pub(in super::super) struct Run {
    /// The operation.
    pub verb: Verb,
    /// The engine's job, while it may still be under way.
    pub job: Option<u32>,
    /// When it was asked.
    pub asked: Timestamp,
    /// The acts so far; as many as the verb has.
    pub spans: Vec<Span>,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

impl Run {
    /// An operation that was just accepted.
    pub(in super::super) fn accepted(verb: Verb, job: u32, asked: Timestamp) -> Self {
        Self { verb, job: Some(job), asked, spans: vec![Span::default(); verb.acts().len()], ended: None }
    }

    /// One of long ago: its acts took `seconds` each, beginning at `asked`.
    pub(in super::super) fn past(verb: Verb, asked: Timestamp, seconds: i64) -> Self {
        let after = |nth: i64| {
            asked
                .checked_add(jiff::SignedDuration::from_millis(nth * seconds * 1000 + 133 * nth + 7))
                .unwrap_or(asked)
        };
        let spans: Vec<Span> = (0..)
            .zip(verb.acts())
            .map(|(nth, _)| Span { began: Some(after(nth)), done: Some(after(nth + 1)) })
            .collect();
        Self { verb, job: None, asked, ended: spans.last().and_then(|s| s.done), spans }
    }

    /// The act that is under way, or the last one when it is over; `None` before it begins.
    pub(in super::super) fn current(&self) -> Option<(usize, &'static Act)> {
        let nth = self.spans.iter().rposition(|s| s.began.is_some())?;
        self.verb.acts().get(nth).map(|act| (nth, act))
    }

    /// The event it is at, and since when.
    pub(in super::super) fn event(&self) -> Option<(&'static str, Timestamp)> {
        let (_, act) = self.current()?;
        let since = (self.verb.acts().iter().zip(&self.spans)).find(|(a, _)| a.event == act.event);
        since.and_then(|(a, s)| Some((a.event, s.began?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_the_event_of_its_act() {
        let asked: Timestamp = "2026-01-02T03:04:05Z".parse().expect("a time");
        let mut run = Run::accepted(Verb::Shutdown, 7, asked);
        assert_eq!(run.event(), None);
        run.spans[0].began = Some(asked);
        assert_eq!(run.event(), Some(("shutdown", asked)));
        let past = Run::past(Verb::Shutdown, asked, 9);
        let (event, since) = past.event().expect("over");
        assert_eq!(event, "shutdown_service");
        assert!(since > asked && past.ended > Some(since));
    }
}
