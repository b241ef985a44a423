//! The failures of the commands that work on a fleet without the screen, and their exit codes.

use serde_json::{Value, json};

use super::Failure;
use crate::model::{Problem, ProblemKind};

/// The version of the JSON documents. Fields may be added without raising it.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// The exit codes beside 0; scripts rely on them. 128 and a signal's number follow a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    /// It failed.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The configuration is wrong.
    Config = 3,
    /// The credentials were refused.
    SignIn = 4,
    /// There is no such thing.
    NotFound = 5,
    /// It was refused, by this program or by the platform: nothing has changed.
    Refused = 6,
    /// It was done on some targets and not on others.
    Partly = 7,
    /// It has not ended within the time limit.
    NotFinished = 8,
    /// It cannot be found out whether it was done.
    Unknown = 9,
    /// It was not confirmed.
    Declined = 10,
    /// The link to a console broke.
    LinkBroken = 11,
}

impl Code {
    /// The code of a failed request.
    pub(super) const fn of(problem: &Problem) -> Self {
        match problem.kind {
            ProblemKind::Unauthorized => Self::SignIn,
            ProblemKind::NotFound => Self::NotFound,
            ProblemKind::Forbidden
            | ProblemKind::Refused
            | ProblemKind::ReadOnly
            | ProblemKind::Unsupported => Self::Refused,
            ProblemKind::Unreachable
            | ProblemKind::RateLimited
            | ProblemKind::Server
            | ProblemKind::BadAnswer
            | ProblemKind::Local => Self::Failed,
        }
    }

    /// Its name in JSON.
    const fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Config => "configuration",
            Self::SignIn => "sign-in",
            Self::NotFound => "not-found",
            Self::Refused => "refused",
            Self::Partly => "partly-done",
            Self::NotFinished => "not-finished",
            Self::Unknown => "unknown",
            Self::Declined => "declined",
            Self::LinkBroken => "link-broken",
        }
    }
}

/// Why a command ends without a result.
#[derive(Debug)]
pub(super) struct CommandError {
    pub(super) code: Code,
    /// The reader of the output has gone, which is not reported.
    pub(super) is_closed_pipe: bool,
    message: String,
    hint: Option<String>,
    /// What JSON has beside the message.
    details: Vec<(String, Value)>,
}

impl CommandError {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, is_closed_pipe: false, message: message.into(), hint: None, details: Vec::new() }
    }

    /// The command line is wrong.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::new(Code::Usage, message)
    }

    /// The same with what to do.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with another message.
    pub(super) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// The same with a list for programs, and as lines below the message.
    pub(super) fn list(mut self, name: &str, lines: Vec<String>) -> Self {
        for line in &lines {
            self.message.push_str("\n  ");
            self.message.push_str(line);
        }
        self.details.push((name.to_owned(), lines.into()));
        self
    }

    /// The message as a user reads it, as the last line of the program.
    pub(super) fn line(&self) -> String {
        format!("qdeck: {}", self.text())
    }

    /// The message as a user reads it.
    pub(super) fn text(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}\n{hint}", self.message),
            None => self.message.clone(),
        }
    }

    /// The message as a program reads it.
    pub(super) fn json(&self) -> Value {
        let mut error = json!({"code": self.code as u8, "kind": self.code.word(), "message": self.message});
        if let Some(error) = error.as_object_mut() {
            if let Some(hint) = &self.hint {
                error.insert("hint".to_owned(), hint.as_str().into());
            }
            error.extend(self.details.clone());
        }
        json!({"schema_version": SCHEMA_VERSION, "error": error})
    }
}

impl From<Problem> for CommandError {
    fn from(problem: Problem) -> Self {
        let mut error = Self::new(Code::of(&problem), problem.message.to_string());
        error.hint = problem.hint.as_deref().map(str::to_owned);
        if let Some(status) = problem.status {
            error.details.push(("status".to_owned(), status.into()));
        }
        if let Some(id) = &problem.request_id {
            error.details.push(("request_id".to_owned(), id.to_string().into()));
        }
        error
    }
}

impl From<Failure> for CommandError {
    fn from(failure: Failure) -> Self {
        let code = if matches!(failure, Failure::Config(_) | Failure::Font(_)) {
            Code::Config
        } else {
            Code::Failed
        };
        Self::new(code, failure.to_string())
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        let is_closed_pipe = error.kind() == std::io::ErrorKind::BrokenPipe;
        Self { is_closed_pipe, ..Self::new(Code::Failed, error.to_string()) }
    }
}
