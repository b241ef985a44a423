//! `qdeck console`: the caller's own terminal on the console of an instance.
//!
//! ```text
//! terminal, raw ─▶ escape key taken out ─▶ transport ─▶ guest
//!     ▲                                                   │
//!     └── modes noted, bytes as they are ◀─ transport ◀───┘
//! ```
//!
//! What the guest writes reaches the terminal as it is, as with `ssh`: the terminal is the emulator, and a program in the
//! guest may set its title, ask for its clipboard, or change its modes. The modes are reset at the end. Who does not trust
//! a guest opens its console in the screen, where everything goes through our own emulator. Without a terminal the bytes of
//! standard input are sent as they are, and the output is for a file or a pipe.

mod attach;
mod escape;
mod record;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::connection::Connection;
use super::error::{Code, CommandError};
use super::{Arguments, leave, output, targets};
use crate::console::{Opened, Page, Passthrough};
use crate::consoles;
use crate::model::{Kind, Resource, ScreenKind};
use crate::providers::Registry;
use attach::{End, Failed};
pub use escape::EscapeKey;

/// Arguments of `qdeck console`.
#[derive(Debug, Clone, Args)]
pub struct ConsoleArguments {
    /// The instance: NAME, CONTEXT/NAME or an id
    pub target: String,
    /// The contexts to look in
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub context: Vec<String>,
    /// The key before a command: then `d` leaves, `]` sends the key itself, `?` shows the commands. `ctrl-a`, `~`, or `none`
    #[arg(long, value_name = "KEY", default_value_t)]
    pub escape: EscapeKey,
    /// Where standard input is no terminal: how long output is still printed once the input has ended
    #[arg(long, value_name = "TIME", value_parser = super::duration, default_value = "5s")]
    pub wait: Duration,
    /// Record the output to this new file as asciicast; what is typed is not recorded
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
}

/// `qdeck console`.
pub(super) async fn run(arguments: &Arguments, of: &ConsoleArguments, registry: &Registry) -> ExitCode {
    match attach(arguments, of, registry).await {
        Ok(End::Signal(number)) => ExitCode::from(leave::status_of(number)),
        Ok(End::Left | End::Remote | End::InputEnded) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.is_closed_pipe {
                output::error_line(&error.line());
            }
            ExitCode::from(error.code as u8)
        }
    }
}

/// Attaches until an end that is no failure.
async fn attach(
    arguments: &Arguments,
    of: &ConsoleArguments,
    registry: &Registry,
) -> Result<End, CommandError> {
    // A console is not opened for a file that cannot be written.
    of.record.as_deref().map_or(Ok(()), record::check)?;
    let Connection { fleet, events, .. } = Connection::open(arguments, &of.context, registry)?;
    // Nothing is listened for: what is asked for is answered.
    drop(events);
    let (context, _) = targets::qualified(&fleet, &of.target);
    let rows = targets::rows(&fleet, &[Kind::Instance], context).await;
    let instance = rows.find(&fleet, &of.target)?;
    let name = shown_name(instance);
    let Some(kind) = instance.offers().console else {
        let message = format!("{name} has no console: its platform offers none, or it is gone");
        return Err(CommandError::new(Code::Refused, message));
    };
    if kind == ScreenKind::Framebuffer {
        return Err(pixel_error(&name));
    }
    let ways = match instance {
        Resource::Instance(row) => fleet.ways(row),
        _ => Vec::new(),
    };
    // As the screen refuses it: the platform's own answer may be about something else.
    if let Some(barrier) = ways.into_iter().find(|way| way.kind == kind).and_then(|way| way.barrier) {
        return Err(CommandError::new(Code::Refused, format!("{name} has no console now: {barrier}")));
    }
    let console = match consoles::opener(fleet)(instance.id().clone(), kind).await? {
        Opened::Terminal(transport) => Passthrough::from(transport),
        Opened::Framebuffer(_) => return Err(pixel_error(&name)),
        Opened::Page(page) => return Err(page_error(&name, &page)),
    };
    attach::attach(console, &name, of).await.map_err(|failed| match failed {
        Failed::Link(problem) => {
            let message = format!("the link to {name} broke: {}", problem.message);
            CommandError::new(Code::LinkBroken, message)
                .hint(format!("What runs in the guest goes on; `qdeck console {name}` attaches again"))
        }
        Failed::Local(error) => error.into(),
    })
}

/// `exo-prod/web-1`, without control characters.
pub(super) fn shown_name(instance: &Resource) -> String {
    output::plain(&format!("{}/{}", instance.id().context, instance.name()))
}

/// Pixels are no bytes for the caller's terminal.
fn pixel_error(name: &str) -> CommandError {
    let message = format!("the console of {name} is a VNC screen, which is drawn and not printed");
    CommandError::new(Code::Refused, message)
        .hint("Start `qdeck` and press `a` on the instance: there it is shown and takes keys")
}

/// Its address holds a token and is not printed.
pub(super) fn page_error(name: &str, page: &Page) -> CommandError {
    let what = if page.is_endpoint { "a VNC screen" } else { "a page for a browser" };
    let message = format!("the console of {name} is {what} at {}, which a terminal cannot show", page.host());
    CommandError::new(Code::Refused, message).hint(
        "Start `qdeck` and press `a` on the instance: there it is opened in a browser, or its address copied",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    #[test]
    fn a_page_is_named_by_its_host_and_never_by_its_token() {
        let address = Secret::new("https://console.example/vnc?token=abc123");
        let page = Page { address, is_endpoint: false, valid_for: None };
        let error = page_error("exo-prod/web-1", &page);
        let line = error.line();
        assert!(
            line.starts_with(
                "qdeck: the console of exo-prod/web-1 is a page for a browser at console.example"
            )
        );
        assert!(!line.contains("abc123") && line.contains("press `a`"), "{line}");
        assert_eq!(error.code, Code::Refused);
    }
}
