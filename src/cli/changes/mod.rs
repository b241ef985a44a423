//! Changing things without the screen: `qdeck do`, `qdeck wait` and `qdeck journal`.
//!
//! They go the same way as the screen: the fleet's gate prepares, refuses, writes down, sends and follows. Standard
//! output has the result alone, in JSON one document with a `schema_version`; questions, progress and errors go to
//! standard error.

mod confirm;
mod form;
mod list;
mod outcome;
mod perform;
mod read;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::connection::{Connection, journal};
use super::error::CommandError;
use super::{Arguments, duration, output};
use crate::providers::Registry;
pub use read::Condition;

/// The form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutputForm {
    /// Columns
    #[default]
    Table,
    /// One JSON document
    Json,
    /// One JSON document a line, as soon as it is known
    Jsonl,
}

/// The form of the progress on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ProgressForm {
    /// Lines, or nothing where the result is JSON
    #[default]
    Auto,
    /// Lines
    Plain,
    /// Nothing
    None,
}

/// Arguments of `qdeck do`.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line, named as there")]
pub struct DoArguments {
    /// The action, such as `instance.stop`; its verb is enough where that is unique. Without it all actions are listed
    pub action: Option<String>,
    /// What it is done to: NAME, CONTEXT/NAME or an id; a revision is CONTAINER/NUMBER
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// The contexts to look in; of an action that makes something the one to make it in
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub context: Vec<String>,
    /// Everything that this filter matches, such as `label:env=test`, in the place of targets
    #[arg(long, value_name = "FILTER", conflicts_with = "targets", requires = "action")]
    pub filter: Option<String>,
    /// A value of the action's form; again for each. A list takes commas, `labels.env=test` one pair of a map, a secret
    /// `env:NAME` or `file:PATH`
    #[arg(long, value_name = "FIELD=VALUE", requires = "action")]
    pub set: Vec<String>,
    /// A TOML file with values of the form; --set comes before it
    #[arg(long, value_name = "FILE", requires = "action")]
    pub file: Option<PathBuf>,
    /// Do not ask about what destroys nothing
    #[arg(long, short, requires = "action")]
    pub yes: bool,
    /// Confirm what destroys something or is protected: the target's name, or in bulk the count and the context
    #[arg(long, value_name = "NAME", requires = "action")]
    pub confirm: Option<String>,
    /// Print the exact requests, secrets masked, and send nothing
    #[arg(long, requires = "action")]
    pub dry_run: bool,
    /// Do not wait for the end: return once the platform has taken it on
    #[arg(long = "async", requires = "action")]
    pub no_wait: bool,
    /// The longest wait for the end, such as 30m; it goes on all the same
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// List actions with their fields: of all platforms, or of the TARGET or context that is named
    #[arg(long)]
    pub list: bool,
    /// Progress on standard error
    #[arg(long, value_name = "FORM", default_value = "auto")]
    pub progress: ProgressForm,
    /// The form of the result
    #[arg(long, short, value_name = "FORM", default_value = "table")]
    pub output: OutputForm,
}

/// Arguments of `qdeck wait`.
#[derive(Debug, Clone, Args)]
pub struct WaitArguments {
    /// What to wait for: NAME, CONTEXT/NAME or an id, of an instance, a container or an operation
    pub target: String,
    /// `state=running` (a state of Quarterdeck or of the platform), `exists`, `gone`, or `ended` (nothing is in progress)
    #[arg(long = "for", value_name = "CONDITION", value_parser = read::condition)]
    pub condition: read::Condition,
    /// The longest wait
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10m")]
    pub timeout: Duration,
    /// The contexts to look in
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub context: Vec<String>,
    /// The form of the result
    #[arg(long, short, value_name = "FORM", default_value = "table")]
    pub output: OutputForm,
}

/// Arguments of `qdeck journal`.
#[derive(Debug, Clone, Args)]
pub struct JournalArguments {
    /// Only changes in these contexts
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub context: Vec<String>,
    /// Only changes without an end: those in progress, and those whose outcome is unknown
    #[arg(long)]
    pub open: bool,
    /// Only changes since then: a time back such as 24h or 7d, or a date such as 2026-11-29
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// The form of the result
    #[arg(long, short, value_name = "FORM", default_value = "table")]
    pub output: OutputForm,
}

/// `qdeck do`.
pub(super) async fn run(arguments: &Arguments, of: &DoArguments, registry: &Registry) -> ExitCode {
    let result = async {
        let connection = Connection::open(arguments, &of.context, registry)?;
        match &of.action {
            Some(action) if !of.list => perform::perform(connection, of, action).await,
            Some(_) if !of.targets.is_empty() => Err(CommandError::usage(
                "--list takes one TARGET or context, and lists all that can be done to it",
            )),
            target => list::list(&connection.fleet, target.as_deref(), of.output).await,
        }
    };
    finish(result.await, of.output)
}

/// `qdeck wait`.
pub(super) async fn wait(arguments: &Arguments, of: &WaitArguments, registry: &Registry) -> ExitCode {
    let result = async {
        let connection = Connection::open(arguments, &of.context, registry)?;
        read::wait(&connection.fleet, of).await
    };
    finish(result.await, of.output)
}

/// `qdeck journal`.
pub(super) fn history(arguments: &Arguments, of: &JournalArguments) -> ExitCode {
    let contexts = [&arguments.screen.context[..], &of.context].concat();
    finish(read::history(&journal(), &contexts, of), of.output)
}

/// Reports a failure where there is one.
fn finish(result: Result<ExitCode, CommandError>, form: OutputForm) -> ExitCode {
    match result {
        Ok(code) => code,
        // The reader of the result has enough of it.
        Err(error) if error.is_closed_pipe => ExitCode::from(error.code as u8),
        Err(error) => {
            match form {
                OutputForm::Table => output::error_line(&error.line()),
                OutputForm::Json | OutputForm::Jsonl => output::error_line(&error.json().to_string()),
            }
            ExitCode::from(error.code as u8)
        }
    }
}
