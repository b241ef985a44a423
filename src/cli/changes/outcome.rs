//! The outcome of each write of a command, as a table, as JSON and as an exit code.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::OutputForm;
use crate::cli::error::{Code, SCHEMA_VERSION};
use crate::cli::output;
use crate::model::{ActionId, Problem, ResourceId, Shown, Target, WriteId, age};

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WriteResult {
    /// It was done, and its target agrees.
    Done,
    /// The platform has taken it on, and nothing waited for its end.
    Accepted,
    /// It was taken on and failed.
    Failed,
    /// The platform refused it.
    Refused,
    /// It was not sent.
    Unsent,
    /// It does not fit its target.
    Skipped,
    /// It was in progress at the end of the time limit.
    NotFinished,
    /// It cannot be found out.
    Unknown,
}

impl WriteResult {
    const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Accepted => "accepted",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Unsent => "unsent",
            Self::Skipped => "skipped",
            Self::NotFinished => "not finished",
            Self::Unknown => "unknown",
        }
    }

    const fn is_good(self) -> bool {
        matches!(self, Self::Done | Self::Accepted)
    }
}

/// The outcome on one target.
#[derive(Debug, Clone)]
pub(super) struct TargetOutcome {
    pub(super) target: Target,
    pub(super) write: Option<WriteId>,
    pub(super) result: WriteResult,
    pub(super) problem: Option<Problem>,
    pub(super) operation: Option<ResourceId>,
    pub(super) created: Option<ResourceId>,
    pub(super) shown: Shown,
    pub(super) took: Duration,
}

impl TargetOutcome {
    /// One that nothing is known of yet.
    pub(super) fn new(target: Target, write: Option<WriteId>) -> Self {
        Self {
            target,
            write,
            result: WriteResult::NotFinished,
            problem: None,
            operation: None,
            created: None,
            shown: Shown::default(),
            took: Duration::ZERO,
        }
    }

    fn json(&self, action: ActionId) -> Value {
        let mut outcome = Map::new();
        outcome.insert("action".to_owned(), action.to_string().into());
        outcome.insert("target".to_owned(), output::resource(&self.target.id, Some(&self.target.name)));
        outcome.insert("outcome".to_owned(), self.result.word().replace(' ', "-").into());
        if let Some(write) = &self.write {
            outcome.insert("write".to_owned(), write.to_string().into());
        }
        for (name, id) in [("operation", &self.operation), ("created", &self.created)] {
            if let Some(id) = id {
                outcome.insert(name.to_owned(), output::resource(id, None));
            }
        }
        if let Some(problem) = &self.problem {
            let status = problem.status;
            let request_id = problem.request_id.as_deref();
            let hint = problem.hint.as_deref();
            let error = json!({"message": *problem.message, "status": status, "request_id": request_id, "hint": hint});
            outcome.insert("error".to_owned(), error);
        }
        if !self.shown.secrets.is_empty() {
            let secrets = self.shown.secrets.iter();
            let secrets: Map<String, Value> =
                secrets.map(|secret| (secret.label.to_string(), secret.value.expose().into())).collect();
            outcome.insert("secrets".to_owned(), Value::Object(secrets));
        }
        if let Some((title, document)) = &self.shown.document {
            outcome.insert("answer".to_owned(), json!({"title": **title, "document": document}));
        }
        let took = u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX);
        outcome.insert("duration_ms".to_owned(), took.into());
        Value::Object(outcome)
    }

    fn cells(&self) -> Vec<String> {
        let message = self.problem.as_ref().map(|problem| match &problem.hint {
            Some(hint) => format!("{}. {hint}", problem.message.trim_end_matches('.')),
            None => problem.message.to_string(),
        });
        let created = self.created.as_ref().map(|id| format!("created {}", id.id));
        let took = if self.took.is_zero() { String::new() } else { age(self.took) };
        vec![
            self.target.context().to_string(),
            output::plain(&self.target.name),
            self.result.word().to_owned(),
            took,
            output::plain(&message.or(created).unwrap_or_default()),
        ]
    }

    /// Prints what the platform shows once.
    fn print_shown(&self) -> io::Result<()> {
        for secret in &self.shown.secrets {
            output::line(&format!("{}: {}", secret.label, secret.value.expose()))?;
        }
        if let Some((title, document)) = &self.shown.document {
            output::line(&format!("{title}:"))?;
            output::document(document)?;
        }
        Ok(())
    }

    /// Prints it alone, for the form that has a line each.
    pub(super) fn print_line(&self, action: ActionId) -> io::Result<()> {
        let mut document = self.json(action);
        if let Some(document) = document.as_object_mut() {
            document.shift_insert(0, "schema_version".to_owned(), SCHEMA_VERSION.into());
        }
        output::line(&document.to_string())
    }
}

/// Prints all of them. Those of the form that has a line each have been printed.
pub(super) fn print(action: ActionId, all: &[TargetOutcome], form: OutputForm) -> io::Result<()> {
    match form {
        OutputForm::Jsonl => Ok(()),
        OutputForm::Json => {
            let results: Vec<Value> = all.iter().map(|outcome| outcome.json(action)).collect();
            let document =
                json!({"schema_version": SCHEMA_VERSION, "action": action.as_str(), "results": results});
            output::document(&document)
        }
        OutputForm::Table => {
            let rows: Vec<Vec<String>> = all.iter().map(TargetOutcome::cells).collect();
            output::table(&["CONTEXT", "NAME", "OUTCOME", "TOOK", "DETAILS"], &rows)?;
            all.iter().try_for_each(TargetOutcome::print_shown)
        }
    }
}

/// The exit code of all of them.
pub(super) fn exit_code(all: &[TargetOutcome]) -> ExitCode {
    code(all).map_or(ExitCode::SUCCESS, |code| ExitCode::from(code as u8))
}

fn code(all: &[TargetOutcome]) -> Option<Code> {
    let good = all.iter().filter(|outcome| outcome.result.is_good()).count();
    if good == all.len() {
        return None;
    }
    if good > 0 {
        return Some(Code::Partly);
    }
    let has = |result: WriteResult| all.iter().any(|outcome| outcome.result == result);
    if has(WriteResult::Unknown) {
        return Some(Code::Unknown);
    }
    if has(WriteResult::NotFinished) {
        return Some(Code::NotFinished);
    }
    if has(WriteResult::Failed) {
        return Some(Code::Failed);
    }
    // Nothing was sent, or it was refused: by the first reason.
    let code = all.iter().find_map(|outcome| outcome.problem.as_ref()).map(Code::of);
    Some(code.unwrap_or(Code::Refused))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContextName, Kind, ProblemKind};

    fn outcome(result: WriteResult) -> TargetOutcome {
        let target = Target::new_in(&ContextName::new("exo"), Kind::Instance);
        TargetOutcome { result, ..TargetOutcome::new(target, None) }
    }

    #[test]
    fn the_exit_code_is_the_outcome_on_all_targets() {
        use WriteResult::{Accepted, Done, Failed, NotFinished, Refused, Unknown, Unsent};
        for (results, expected) in [
            (&[Done, Done][..], None),
            (&[Accepted], None),
            (&[Done, Failed], Some(Code::Partly)),
            (&[Done, Unknown], Some(Code::Partly)),
            (&[Failed], Some(Code::Failed)),
            (&[Failed, Unknown], Some(Code::Unknown)),
            (&[NotFinished], Some(Code::NotFinished)),
            (&[Refused, Unsent], Some(Code::Refused)),
        ] {
            let all: Vec<TargetOutcome> = results.iter().map(|result| outcome(*result)).collect();
            assert_eq!(code(&all), expected, "{results:?}");
        }
        let problem = Some(Problem::new(ProblemKind::Unauthorized, "refused"));
        assert_eq!(code(&[TargetOutcome { problem, ..outcome(Refused) }]), Some(Code::SignIn));
    }
}
