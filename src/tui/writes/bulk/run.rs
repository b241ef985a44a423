//! Writes of one action on several targets on their way: the outcome of each, and what is reported at the end.

use std::collections::HashSet;
use std::time::Duration;

use super::super::card::{Line, piece};
use crate::fleet::{PreparedBulk, WriteEnd, WriteEvent, WritePhase};
use crate::model::{Target, Timestamp, WriteId, age};
use crate::tui::Look;

/// Where one of the writes is.
#[derive(Debug, Clone, PartialEq)]
enum Place {
    /// Its request has not left.
    Waiting,
    /// It is in progress since then, and its step if it is known.
    Going(Timestamp, Option<String>),
    /// It is over.
    Ended(Ended, String),
}

/// The end of one of the writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Done,
    Failed,
    Unknown,
    Unsent,
}

/// One of the writes.
#[derive(Debug)]
struct Part {
    id: WriteId,
    target: Target,
    place: Place,
}

/// The writes of one action on several targets.
#[derive(Debug)]
pub(super) struct Run {
    parts: Vec<Part>,
    /// The word in a row while it is in progress.
    progress: &'static str,
}

impl Run {
    /// The writes of a bulk that is about to be sent.
    pub(super) fn of(bulk: &PreparedBulk) -> Self {
        let part = |write: &crate::model::PreparedWrite| Part {
            id: write.id.clone(),
            target: write.target.clone(),
            place: Place::Waiting,
        };
        Self { parts: bulk.writes().map(part).collect(), progress: bulk.action.progress }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    /// Takes news of a write; returns true if it is one of these.
    pub(super) fn take(&mut self, event: &WriteEvent, now: Timestamp) -> bool {
        let Some(part) = self.parts.iter_mut().find(|part| part.id == event.id) else {
            return false;
        };
        let since = now.before(event.elapsed);
        part.place = match &event.phase {
            WritePhase::Shown(_) => return true,
            WritePhase::Step { step, progress, problem } => {
                let step = step.as_deref().map(str::to_owned);
                let percent = progress.map(|done| format!("{done}%"));
                let problem = problem.as_ref().map(|problem| format!("no answer ({})", problem.message));
                let words: Vec<_> = [step, percent, problem].into_iter().flatten().collect();
                Place::Going(since, (!words.is_empty()).then(|| words.join(", ")))
            }
            WritePhase::Ended(end) => ended(end, event.elapsed),
            _ => Place::Going(since, None),
        };
        true
    }

    /// Returns true once all are over.
    pub(super) fn is_over(&self) -> bool {
        self.parts.iter().all(|part| matches!(part.place, Place::Ended(..)))
    }

    /// Returns true if something of it has not been sent.
    pub(super) fn has_waiting(&self) -> bool {
        self.parts.iter().any(|part| part.place == Place::Waiting)
    }

    /// The targets that failed or were not sent. One whose outcome is unknown is not among them: it may have arrived.
    pub(super) fn to_retry(&self) -> Vec<Target> {
        let is_left = |part: &&Part| matches!(part.place, Place::Ended(Ended::Failed | Ended::Unsent, _));
        self.parts.iter().filter(is_left).map(|part| part.target.clone()).collect()
    }

    fn count(&self, is: impl Fn(&Place) -> bool) -> usize {
        self.parts.iter().filter(|part| is(&part.place)).count()
    }

    /// `17 done, 3 failed`, the counts that are not 0.
    pub(super) fn counts(&self) -> String {
        let ended = |of| self.count(|place| matches!(place, Place::Ended(end, _) if *end == of));
        let counts = [
            (ended(Ended::Done), "done"),
            (ended(Ended::Failed), "failed"),
            (ended(Ended::Unknown), "unknown"),
            (ended(Ended::Unsent), "unsent"),
            (self.count(|place| matches!(place, Place::Going(..))), self.progress),
            (self.count(|place| *place == Place::Waiting), "waiting"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        counts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
    }

    /// A row for each: its sign, its name, its context where there are several, and where it is.
    pub(super) fn lines(&self, look: &Look<'_>) -> Vec<Line> {
        let theme = look.theme;
        let columns = super::columns::Columns::of(self.parts.iter().map(|part| &part.target));
        let row = |part: &Part| {
            let (sign, style, words) = match &part.place {
                Place::Waiting => ("·", theme.dim, "waiting".to_owned()),
                Place::Going(since, step) => {
                    let step = step.as_ref().map(|step| format!(", {step}")).unwrap_or_default();
                    let words = format!("{} {}{step}", self.progress, age(look.now.since(*since)));
                    ("◐", theme.moving, words)
                }
                Place::Ended(Ended::Done, words) => ("✔", theme.good, words.clone()),
                Place::Ended(Ended::Failed, words) => ("✗", theme.bad, words.clone()),
                Place::Ended(Ended::Unknown, words) => ("?", theme.warn, words.clone()),
                Place::Ended(Ended::Unsent, words) => ("-", theme.off, words.clone()),
            };
            let sign = match (look.ascii, sign) {
                (true, "·") => ".",
                (true, "◐") => ">",
                (true, "✔") => "*",
                (true, "✗") => "!",
                (_, sign) => sign,
            };
            let mut line = vec![piece(format!("{sign} "), style)];
            line.extend(columns.row(&part.target, look));
            line.push(piece(words, style));
            line
        };
        self.parts.iter().map(row).collect()
    }
}

fn ended(end: &WriteEnd, elapsed: Duration) -> Place {
    let whole = super::super::report::whole;
    match end {
        WriteEnd::Done => Place::Ended(Ended::Done, format!("done after {}", age(elapsed))),
        WriteEnd::Refused(problem) => Place::Ended(Ended::Failed, format!("refused: {}", whole(problem))),
        WriteEnd::Failed(problem) => Place::Ended(Ended::Failed, format!("failed: {}", whole(problem))),
        WriteEnd::Unknown(problem) => {
            Place::Ended(Ended::Unknown, format!("outcome unknown: {}", whole(problem)))
        }
        WriteEnd::Unsent(problem) => Place::Ended(Ended::Unsent, format!("not sent: {}", whole(problem))),
    }
}

/// The bulks of this run of the program that are not over, also those whose box is closed.
#[derive(Debug, Default)]
pub struct BulkRuns {
    runs: Vec<(String, Run)>,
    ids: HashSet<WriteId>,
}

impl BulkRuns {
    /// Adds a bulk that is about to be sent.
    pub fn add(&mut self, bulk: &PreparedBulk) {
        self.ids.extend(bulk.writes().map(|write| write.id.clone()));
        self.runs.push((bulk.action.name.to_owned(), Run::of(bulk)));
    }

    /// Returns true if a write is part of a bulk: what is reported of single ones would be noise.
    pub fn has(&self, id: &WriteId) -> bool {
        self.ids.contains(id)
    }

    /// Takes news of a write; returns what to report once the whole bulk is over, and whether something is amiss.
    pub fn take(&mut self, event: &WriteEvent, now: Timestamp) -> Option<(String, bool)> {
        let at = self.runs.iter_mut().position(|(_, run)| run.take(event, now))?;
        if matches!(event.phase, WritePhase::Ended(_)) {
            self.ids.remove(&event.id);
        }
        if !self.runs[at].1.is_over() {
            return None;
        }
        let (action, run) = self.runs.remove(at);
        let bad = run.count(|place| !matches!(place, Place::Ended(Ended::Done, _))) > 0;
        Some((format!("{action}: {}", run.counts()), bad))
    }
}
