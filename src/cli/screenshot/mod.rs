//! `qdeck screenshot`: what the screen of an instance shows now, as a picture or as text.

mod capture;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::connection::Connection;
use super::console::{page_error, shown_name};
use super::error::{Code, CommandError};
use super::{Arguments, output, targets};
use crate::console::{OpenConsole, SessionState, Sessions, add_fonts};
use crate::model::{Kind, Problem, Resource, ScreenKind, Way};
use crate::providers::Registry;
use crate::{console_fonts, consoles, files};

/// The time without output after which a screen counts as drawn.
const SETTLED: Duration = Duration::from_millis(500);
/// What helps where there is a terminal and no picture.
const TEXT_HINT: &str = "`-o FILE.txt` writes the text of its terminal";
/// The time after which a screen that never rests is taken as it is.
const MAX_SETTLING: Duration = Duration::from_secs(3);

/// Arguments of `qdeck screenshot`.
#[derive(Debug, Clone, Args)]
pub struct ScreenshotArguments {
    /// The instance: NAME, CONTEXT/NAME or an id
    pub target: String,
    /// The contexts to look in
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub context: Vec<String>,
    /// The file, which is replaced if it is there: a picture by the ending .png, text by .txt
    #[arg(short, long, value_name = "FILE")]
    pub output: OutputFile,
    /// How long the screen is waited for, and one of a single colour for something on it
    #[arg(long, value_name = "TIME", value_parser = super::duration, default_value = "15s")]
    pub wait: Duration,
}

/// A file whose ending says what is written to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    path: PathBuf,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Picture,
    Text,
}

impl FromStr for OutputFile {
    type Err = &'static str;

    fn from_str(path: &str) -> Result<Self, Self::Err> {
        let ending = Path::new(path).extension().map(OsStr::to_ascii_lowercase);
        let form = match ending.as_ref().and_then(|ending| ending.to_str()) {
            Some("png") => Form::Picture,
            Some("txt") => Form::Text,
            _ => return Err("expected a file that ends in .png or .txt"),
        };
        Ok(Self { path: path.into(), form })
    }
}

impl OutputFile {
    /// Reports a file that cannot be written, without touching it.
    fn check(&self) -> Result<(), CommandError> {
        let folder = match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        if !folder.is_dir() {
            return Err(self.error(&format!("there is no folder {}", folder.display())));
        }
        match std::fs::metadata(&self.path) {
            Ok(found) if !found.is_file() => Err(self.error("it is there, and no regular file")),
            _ => Ok(()),
        }
    }

    fn write(&self, bytes: &[u8]) -> Result<(), CommandError> {
        files::replace(&self.path, bytes).map_err(|error| self.error(&error.to_string()))
    }

    fn error(&self, why: &str) -> CommandError {
        CommandError::new(Code::Failed, format!("could not write {}: {why}", self.path.display()))
    }
}

/// `qdeck screenshot`.
pub(super) async fn run(arguments: &Arguments, of: &ScreenshotArguments, registry: &Registry) -> ExitCode {
    match take(arguments, of, registry).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error_line(&error.line());
            ExitCode::from(error.code as u8)
        }
    }
}

async fn take(
    arguments: &Arguments,
    of: &ScreenshotArguments,
    registry: &Registry,
) -> Result<(), CommandError> {
    // A console is not opened for a file that cannot be written.
    of.output.check()?;
    let Connection { fleet, events, console_fonts } = Connection::open(arguments, &of.context, registry)?;
    // Nothing is listened for: what is asked for is answered.
    drop(events);
    let fonts = console_fonts::load(&console_fonts);
    add_fonts(fonts.map_err(|error| CommandError::new(Code::Config, error.to_string()))?);
    let (context, _) = targets::qualified(&fleet, &of.target);
    let rows = targets::rows(&fleet, &[Kind::Instance], context).await;
    let instance = rows.find(&fleet, &of.target)?;
    let name = shown_name(instance);
    let ways = match instance {
        Resource::Instance(row) => fleet.ways(row),
        _ => Vec::new(),
    };
    let kind = kind(&ways, &name, of.output.form)?;

    let changed = Arc::new(Notify::new());
    let wake = {
        let changed = changed.clone();
        Arc::new(move || changed.notify_one())
    };
    let sessions = Sessions::new(consoles::opener(fleet.clone()), wake);
    let console = sessions.open_new(instance.id(), &name, kind);
    wait_until_drawn(&console, &changed, &name, of.wait).await?;
    of.output.write(&match of.output.form {
        Form::Picture => capture::picture(&console, &name)?,
        Form::Text => capture::text(&console, &name)?.into_bytes(),
    })
}

/// The console that has what is wanted: pixels for a picture; for a text the platform's terminal, else a screen whose text
/// can be recognised.
fn kind(ways: &[Way], name: &str, form: Form) -> Result<ScreenKind, CommandError> {
    let wanted = |way: &&Way| match form {
        Form::Picture => way.kind == ScreenKind::Framebuffer,
        Form::Text => matches!(way.kind, ScreenKind::Terminal | ScreenKind::Framebuffer),
    };
    let mut barrier = None;
    for way in ways.iter().filter(wanted) {
        match &way.barrier {
            None => return Ok(way.kind),
            Some(why) => barrier = barrier.or(Some(why)),
        }
    }
    let what = match form {
        Form::Picture => "screen by VNC",
        Form::Text => "console",
    };
    let message = match barrier {
        Some(why) => format!("{name} has no {what} now: {why}"),
        None => format!("{name} has no {what}: its platform offers none"),
    };
    let error = CommandError::new(Code::Refused, message);
    let has_terminal = ways.iter().any(|way| way.kind == ScreenKind::Terminal && way.barrier.is_none());
    Err(if has_terminal { error.hint(TEXT_HINT) } else { error })
}

/// Waits until the screen is there and rests. One that never does is taken after a while; one that is silent or of one
/// colour, as before its first letter, once the time is over.
async fn wait_until_drawn(
    console: &OpenConsole,
    changed: &Notify,
    name: &str,
    limit: Duration,
) -> Result<(), CommandError> {
    let deadline = Instant::now() + limit;
    let (mut has_output, mut settled) = (false, None);
    loop {
        match console.screen.state() {
            SessionState::Ended(Some(problem)) => return Err(opening_error(name, problem)),
            SessionState::Ended(None) => {
                let message = format!("the console of {name} ended before its screen was there");
                return Err(CommandError::new(Code::LinkBroken, message));
            }
            SessionState::Page(page) => return Err(page_error(name, &page)),
            SessionState::Connecting | SessionState::Live | SessionState::Reconnecting(_) => {}
        }
        console.screen.take_dirty();
        has_output |= console.screen.take_output();
        let now = Instant::now();
        if capture::is_drawn(console) {
            settled = settled.or(Some(now + MAX_SETTLING));
        }
        let rests = settled.map(|latest| latest.min(now + SETTLED));
        let until = rests.map_or(deadline, |rests| rests.min(deadline));
        if now < until && tokio::time::timeout_at(until, changed.notified()).await.is_ok() {
            continue;
        }
        let is_live = console.screen.state() == SessionState::Live;
        return if settled.is_some() || (is_live && (has_output || console.screen.pixels().is_none())) {
            Ok(())
        } else {
            let message = format!("the screen of {name} did not appear within {limit:?}");
            Err(CommandError::new(Code::NotFinished, message).hint("A longer `--wait` may help"))
        };
    }
}

/// A console that did not open, with what was asked: the reason alone may be a status without words.
fn opening_error(name: &str, problem: Problem) -> CommandError {
    let request = problem.request.as_ref().map(|request| format!("; asked {request}")).unwrap_or_default();
    let status = problem.status.map(|status| format!(" ({status})")).unwrap_or_default();
    let message = format!("could not open the console of {name}: {}{status}{request}", problem.message);
    let error = CommandError::from(problem);
    error.with_message(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_the_file_says_what_is_written() {
        for (path, form) in
            [("a.png", Some(Form::Picture)), ("b/c.TXT", Some(Form::Text)), ("d", None), ("e.jpg", None)]
        {
            assert_eq!(path.parse::<OutputFile>().ok().map(|file| file.form), form, "{path}");
        }
    }
}
