//! `qdeck wait` and `qdeck journal`: what only reads.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{JournalArguments, OutputForm, WaitArguments};
use crate::cli::error::{Code, CommandError, SCHEMA_VERSION};
use crate::cli::{output, targets};
use crate::config::nearest;
use crate::fleet::Fleet;
use crate::fleet::journal::{End, Journal, Written};
use crate::model::{Kind, Lifecycle, Problem, ProblemKind, Resource, State, Timestamp, age};

/// The kinds of what is waited for.
const KINDS: [Kind; 3] = [Kind::Instance, Kind::Container, Kind::Operation];
/// Time between two looks at what is waited for.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// A state, in a word of this program or of the platform.
    State(String),
    /// It is there.
    Exists,
    /// It is not there any more.
    Gone,
    /// Nothing is in progress.
    Ended,
}

/// Reads a condition.
pub(super) fn condition(text: &str) -> Result<Condition, String> {
    match text {
        "exists" => Ok(Condition::Exists),
        "gone" => Ok(Condition::Gone),
        "ended" => Ok(Condition::Ended),
        _ => match text.strip_prefix("state=") {
            Some(state) if !state.is_empty() => Ok(Condition::State(state.to_owned())),
            _ => Err("expected `state=NAME`, `exists`, `gone` or `ended`".to_owned()),
        },
    }
}

/// The answer of one look.
enum Look {
    Met,
    /// It cannot be met any more.
    Impossible(Code, String),
    NotYet(String),
}

impl Condition {
    /// A warning about a state that is nearly one of this program. It may be a word of the platform, so it is waited for.
    fn warning(&self) -> Option<String> {
        let Self::State(wanted) = self else { return None };
        let known = Lifecycle::ALL.map(Lifecycle::word);
        if known.iter().any(|word| word.eq_ignore_ascii_case(wanted)) {
            return None;
        }
        let near = nearest(wanted, &known)?;
        Some(format!(
            "qdeck: `{wanted}` is no state, unless the platform calls it that. Did you mean `{near}`?"
        ))
    }

    fn look(&self, kind: Kind, state: Option<&State>) -> Look {
        let word = || state.map_or_else(|| "there".to_owned(), |state| state.word().into_owned());
        let lifecycle = state.map_or(Lifecycle::Unknown, |state| state.lifecycle);
        match self {
            Self::Exists if lifecycle != Lifecycle::Gone => Look::Met,
            Self::Gone if lifecycle == Lifecycle::Gone => Look::Met,
            Self::Exists | Self::Gone => Look::NotYet(word()),
            Self::State(wanted) => {
                let is = |word: &str| word.eq_ignore_ascii_case(wanted);
                if is(lifecycle.word()) || state.is_some_and(|state| is(&state.raw)) {
                    Look::Met
                } else if matches!(lifecycle, Lifecycle::Failed | Lifecycle::Gone | Lifecycle::Done) {
                    Look::Impossible(Code::Failed, format!("it is {}", word()))
                } else {
                    Look::NotYet(word())
                }
            }
            Self::Ended => match lifecycle {
                Lifecycle::Failed => Look::Impossible(Code::Failed, format!("it ended as {}", word())),
                Lifecycle::Pending | Lifecycle::Stopping | Lifecycle::Deleting => Look::NotYet(word()),
                // In progress.
                Lifecycle::Running if kind == Kind::Operation => Look::NotYet(word()),
                _ => Look::Met,
            },
        }
    }

    /// The answer where nothing of the name is there.
    fn look_at_nothing(&self, was_there: bool, missing: CommandError) -> Result<Look, CommandError> {
        match self {
            Self::Gone => Ok(Look::Met),
            Self::Exists if !was_there => Ok(Look::NotYet("not there".to_owned())),
            _ if was_there => Ok(Look::Impossible(Code::NotFound, "it is not there any more".to_owned())),
            _ => Err(missing),
        }
    }
}

/// Waits until a resource is as it should be.
pub(super) async fn wait(fleet: &Fleet, of: &WaitArguments) -> Result<ExitCode, CommandError> {
    let (began, word) = (Instant::now(), of.target.as_str());
    if let Some(warning) = of.condition.warning() {
        output::error_line(&output::plain(&warning));
    }
    let mut found: Option<Resource> = None;
    loop {
        let look = match look(fleet, of, &mut found).await {
            Ok(look) => look,
            Err(Failed::Passing(problem)) => Look::NotYet(problem.message.to_string()),
            Err(Failed::Final(error)) => return Err(error),
        };
        match look {
            Look::Met => {
                print_met(of, found.as_ref(), began.elapsed())?;
                return Ok(ExitCode::SUCCESS);
            }
            Look::Impossible(code, why) => {
                return Err(CommandError::new(code, format!("{word}: {why}")));
            }
            Look::NotYet(state) if began.elapsed() >= of.timeout => {
                let took = age(of.timeout);
                return Err(CommandError::new(Code::NotFinished, format!("{word} is {state} after {took}")));
            }
            Look::NotYet(_) => sleep(LOOK_INTERVAL.min(of.timeout)).await,
        }
    }
}

/// A failed look: one that may pass, or one that ends the wait.
enum Failed {
    Passing(Problem),
    Final(CommandError),
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        if problem.kind.may_pass() { Self::Passing(problem) } else { Self::Final(problem.into()) }
    }
}

async fn look(fleet: &Fleet, of: &WaitArguments, found: &mut Option<Resource>) -> Result<Look, Failed> {
    if let Some(known) = found {
        return match fleet.read(known.id()).await {
            Ok(now) => {
                let look = of.condition.look(now.kind(), now.state());
                *found = Some(now);
                Ok(look)
            }
            Err(problem) if problem.kind == ProblemKind::NotFound => {
                let missing = CommandError::new(Code::NotFound, format!("there is no `{}`", of.target));
                of.condition.look_at_nothing(true, missing).map_err(Failed::Final)
            }
            Err(problem) => Err(problem.into()),
        };
    }
    let (context, _) = targets::qualified(fleet, &of.target);
    let rows = targets::rows(fleet, &KINDS, context).await;
    match rows.find(fleet, &of.target) {
        Ok(row) => {
            *found = Some(row.clone());
            Box::pin(look(fleet, of, found)).await
        }
        Err(error) if error.code == Code::NotFound && rows.failed.is_empty() => {
            of.condition.look_at_nothing(false, error).map_err(Failed::Final)
        }
        Err(error) => match rows.failed.into_iter().find(|(_, problem)| problem.kind.may_pass()) {
            Some((_, problem)) => Err(Failed::Passing(problem)),
            None => Err(Failed::Final(error)),
        },
    }
}

fn print_met(of: &WaitArguments, found: Option<&Resource>, took: Duration) -> std::io::Result<()> {
    let is_gone = of.condition == Condition::Gone;
    // A row that was there at first is seen no more.
    let state = found.and_then(Resource::state).filter(|it| !is_gone || it.lifecycle == Lifecycle::Gone);
    if of.output == OutputForm::Table {
        let state = state.map_or("gone".into(), State::word);
        return output::line(&format!("{} {}", output::plain(&of.target), output::plain(&state)));
    }
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "target": found.map(|row| output::resource(row.id(), Some(row.name()))),
        "state": state.map(|state| state.lifecycle.word()),
        "platform_state": state.map(|state| &*state.raw),
        "waited_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    });
    if of.output == OutputForm::Json {
        output::document(&document)
    } else {
        output::line(&document.to_string())
    }
}

/// Prints the journal, or what it has of these contexts.
pub(super) fn history(
    journal: &Journal,
    contexts: &[String],
    of: &JournalArguments,
) -> Result<ExitCode, CommandError> {
    let since = of.since.as_deref().map(since).transpose()?;
    let read = journal.read()?;
    let fits = |write: &&Written| {
        let is_of_context = contexts.is_empty() || contexts.contains(&write.intent.context);
        let is_recent = since.is_none_or(|since| write.at.is_none_or(|at| at >= since));
        is_of_context && is_recent && (!of.open || write.ended.is_none())
    };
    let writes: Vec<&Written> = read.writes.iter().filter(fits).collect();
    match of.output {
        OutputForm::Table => {
            let rows: Vec<Vec<String>> = writes.iter().map(|write| cells(write)).collect();
            output::table(
                &["WHEN", "BY", "CONTEXT", "TARGET", "ACTION", "OUTCOME", "TOOK", "DETAILS"],
                &rows,
            )?;
        }
        OutputForm::Json => {
            let writes: Vec<Value> = writes.iter().map(|write| record(write)).collect();
            output::document(&json!({
                "schema_version": SCHEMA_VERSION,
                "writes": writes,
                "unreadable_lines": read.unreadable,
            }))?;
        }
        OutputForm::Jsonl => {
            for write in writes {
                output::line(&record(write).to_string())?;
            }
        }
    }
    if read.unreadable > 0 {
        let lines = if read.unreadable == 1 { "line" } else { "lines" };
        output::error_line(&format!("{} {lines} of the journal cannot be read", read.unreadable));
    }
    Ok(ExitCode::SUCCESS)
}

/// The outcome of a write in a word.
fn outcome(write: &Written) -> &'static str {
    match write.ended.as_ref().map(|ended| ended.outcome) {
        Some(End::Done) => "done",
        Some(End::Failed) => "failed",
        Some(End::Refused) => "refused",
        None if write.is_followed() => "in progress",
        None => "unknown",
    }
}

fn cells(write: &Written) -> Vec<String> {
    let ended = write.ended.as_ref();
    let took = ended.map(|ended| age(Duration::from_millis(ended.duration_ms))).unwrap_or_default();
    let message = ended.and_then(|ended| ended.message.as_deref()).unwrap_or(&write.intent.summary);
    vec![
        write.at.map(Timestamp::local).unwrap_or_default(),
        write.intent.by.clone(),
        write.intent.context.clone(),
        output::plain(write.intent.name()),
        write.intent.action.clone(),
        outcome(write).to_owned(),
        took,
        output::plain(message),
    ]
}

fn record(write: &Written) -> Value {
    let mut record = json!({
        "schema_version": SCHEMA_VERSION,
        "write": write.id.as_str(),
        "at": write.at.map(|at| at.to_string()),
        "outcome": outcome(write).replace(' ', "-"),
        "intent": write.intent,
    });
    if let Some(record) = record.as_object_mut() {
        let value = |it: Result<Value, serde_json::Error>| it.unwrap_or_default();
        if let Some(operation) = &write.accepted {
            record.insert("operation".to_owned(), value(serde_json::to_value(operation)));
        }
        if let Some(created) = &write.created {
            record.insert("created".to_owned(), value(serde_json::to_value(created)));
        }
        if let Some(ended) = &write.ended {
            record.insert("ended".to_owned(), value(serde_json::to_value(ended)));
        }
    }
    record
}

fn since(text: &str) -> Result<Timestamp, CommandError> {
    let days = text.strip_suffix('d').and_then(|days| days.parse::<u32>().ok());
    let back = days.map(|days| Duration::from_secs(u64::from(days) * 86_400));
    let back = back.or_else(|| crate::config::duration(text));
    let at = back.map(|back| Timestamp::now().before(back)).or_else(|| Timestamp::parse(text));
    at.ok_or_else(|| {
        CommandError::usage(format!("`--since {text}` is no time")).hint("Write 24h, 7d or 2026-11-29")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_is_nearly_a_known_one_is_warned_of() {
        let warning = |text| condition(text).unwrap().warning();
        assert!(warning("state=runing").unwrap().ends_with("Did you mean `running`?"));
        for text in ["state=running", "state=Running", "state=ACTIVE", "gone"] {
            assert_eq!(warning(text), None, "{text}");
        }
    }

    fn look(condition: &str, lifecycle: Lifecycle) -> &'static str {
        let state = State::new(lifecycle, "RAW");
        match condition_of(condition).look(Kind::Instance, Some(&state)) {
            Look::Met => "met",
            Look::Impossible(..) => "impossible",
            Look::NotYet(_) => "not yet",
        }
    }

    fn condition_of(text: &str) -> Condition {
        condition(text).unwrap()
    }

    #[test]
    fn a_wait_ends_when_it_is_so_and_when_it_cannot_become_so() {
        assert_eq!(look("state=running", Lifecycle::Running), "met");
        assert_eq!(look("state=raw", Lifecycle::Pending), "met", "the platform's own word");
        assert_eq!(look("state=running", Lifecycle::Pending), "not yet");
        assert_eq!(look("state=running", Lifecycle::Failed), "impossible");
        assert_eq!(look("gone", Lifecycle::Deleting), "not yet");
        assert_eq!(look("gone", Lifecycle::Gone), "met");
        assert_eq!(look("exists", Lifecycle::Pending), "met");
        assert_eq!(look("ended", Lifecycle::Stopping), "not yet");
        assert_eq!(look("ended", Lifecycle::Failed), "impossible");
        assert_eq!(look("ended", Lifecycle::Stopped), "met");
        let running = State::new(Lifecycle::Running, "running");
        let operation = condition_of("ended").look(Kind::Operation, Some(&running));
        assert!(matches!(operation, Look::NotYet(_)), "an operation that runs is in progress");
        for wrong in ["", "state=", "running", "state"] {
            assert!(condition(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_since_is_a_duration_or_a_date() {
        for right in ["24h", "7d", "90m", "2026-11-29", "2026-11-29T10:00:00Z"] {
            assert!(since(right).is_ok(), "{right}");
        }
        assert_eq!(since("yesterday").unwrap_err().code, Code::Usage);
    }
}
