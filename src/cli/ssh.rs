//! `qdeck ssh`: the system's ssh into an instance, on the caller's own terminal.
//!
//! ```text
//! qdeck ─▶ target, credentials where the platform makes them ─▶ ssh, with this terminal ─▶ its exit code
//!   ▲ signals are passed on                                     │ asks for a password
//!   └──────────────────────── askpass ◀─────────────────────────┘
//! ```

use std::ffi::OsString;
use std::process::{Command, ExitCode, ExitStatus};
use std::time::Duration;

use clap::Args;

use super::connection::Connection;
use super::error::{Code, CommandError};
use super::{Arguments, leave, output, targets};
use crate::console::ssh::CommandLine;
use crate::consoles;
use crate::fleet::{Console, Fleet, SshCredentials};
use crate::model::{Kind, Resource, ResourceId, ScreenKind, SshTarget};
use crate::providers::Registry;

/// Time to expire credentials at the end.
const EXPIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Arguments of `qdeck ssh`.
#[derive(Debug, Clone, Args)]
pub struct SshArguments {
    /// The instance: NAME, CONTEXT/NAME or an id
    pub target: String,
    /// The contexts to look in
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub context: Vec<String>,
    /// Print the command line and run nothing; credentials are not made
    #[arg(long)]
    pub dry_run: bool,
    /// A command to run there in place of a shell
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// `qdeck ssh`.
pub(super) async fn run(arguments: &Arguments, of: &SshArguments, registry: &Registry) -> ExitCode {
    match session(arguments, of, registry).await {
        Ok(code) => code,
        Err(error) => {
            if !error.is_closed_pipe {
                output::error_line(&error.line());
            }
            ExitCode::from(error.code as u8)
        }
    }
}

async fn session(
    arguments: &Arguments,
    of: &SshArguments,
    registry: &Registry,
) -> Result<ExitCode, CommandError> {
    let Connection { fleet, events, .. } = Connection::open(arguments, &of.context, registry)?;
    // Nothing is listened for: what is asked for is answered.
    drop(events);
    let (context, _) = targets::qualified(&fleet, &of.target);
    let rows = targets::rows(&fleet, &[Kind::Instance], context).await;
    let instance = rows.find(&fleet, &of.target)?;
    if of.dry_run {
        let line = dry_run(&fleet, instance, &of.command).await?;
        output::line(&line)?;
        return Ok(ExitCode::SUCCESS);
    }
    let target = target(&fleet, instance.id()).await?;
    let status = start(&target, &of.command).await;
    // Also where ssh could not be started: the credentials were made.
    fleet.expire_ssh(EXPIRE_TIMEOUT).await;
    let code = exit_code(status?);
    if code == SSH_ERROR {
        for note in &target.notes {
            output::error_line(&format!("qdeck: {}", output::plain(note)));
        }
    }
    Ok(ExitCode::from(code))
}

async fn target(fleet: &Fleet, id: &ResourceId) -> Result<SshTarget, CommandError> {
    match fleet.open_console(id, ScreenKind::Ssh).await? {
        Console::Ssh(target) => Ok(target),
        Console::Terminal { .. } | Console::Framebuffer { .. } | Console::WebPage(_) => {
            Err(CommandError::new(Code::Refused, format!("there is no SSH into {id}")))
        }
    }
}

/// The command line as it would be run. Where credentials are made for each session none are made, and their place is
/// shown.
async fn dry_run(fleet: &Fleet, instance: &Resource, command: &[OsString]) -> Result<String, CommandError> {
    if fleet.ssh_credentials(&instance.id().context)? == SshCredentials::Own {
        let target = target(fleet, instance.id()).await?;
        return Ok(CommandLine::new(&target, command)?.shown());
    }
    let Resource::Instance(row) = instance else {
        return Err(CommandError::new(Code::Refused, format!("there is no SSH into {}", instance.id())));
    };
    let way = fleet.ways(row).into_iter().find(|way| way.kind == ScreenKind::Ssh);
    if let Some(barrier) = way.and_then(|way| way.barrier) {
        return Err(CommandError::new(Code::Refused, format!("no SSH into {}: {barrier}", row.name)));
    }
    let target = SshTarget {
        host: "HOST".to_owned(),
        user: Some("USER".to_owned()),
        // One that is not given to anything: its options are shown.
        password: Some(crate::model::Secret::new("")),
        ..SshTarget::default()
    };
    let line = CommandLine::new(&target, command)?.shown();
    Ok(format!(
        "# makes SSH credentials of {}: USER, HOST and a password, which is never shown\n{line}",
        row.name
    ))
}

/// The exit code of ssh for errors of its own.
const SSH_ERROR: u8 = 255;

/// Runs ssh on this terminal to its end. Signals are passed on to it meanwhile.
async fn start(target: &SshTarget, remote_command: &[OsString]) -> Result<ExitStatus, CommandError> {
    let (prepared, line) = consoles::ssh_launcher()?.prepare(target, remote_command)?;
    let mut command = Command::new(prepared.program());
    command.args(prepared.arguments()).envs(prepared.added_variables());
    for name in prepared.removed_variables() {
        command.env_remove(name);
    }
    let failed = |error: &dyn std::fmt::Display| {
        CommandError::new(Code::Failed, format!("could not run `{}`: {error}", line.shown()))
    };
    let mut child = command.spawn().map_err(|error| failed(&error))?;
    prepared.started(child.id());
    let _passing = leave::pass_on_to(child.id());
    let ended = tokio::task::spawn_blocking(move || child.wait()).await;
    // Until here: it answers ssh's questions.
    drop(prepared);
    ended.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
}

/// The exit code of ssh, or that of the signal which ended it.
fn exit_code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => u8::try_from(code).unwrap_or(SSH_ERROR),
        (None, Some(signal)) => leave::status_of(signal),
        (None, None) => SSH_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use clap::Parser as _;

    use super::*;

    #[test]
    fn the_command_follows_two_dashes() {
        let read =
            Arguments::parse_from(["qdeck", "ssh", "--dry-run", "web-1", "--", "ls", "-l", "--", "a b"]);
        let Some(super::super::Command::Ssh(of)) = read.command else { panic!("ssh") };
        assert!(of.dry_run);
        assert_eq!(
            (&*of.target, of.command),
            ("web-1", ["ls", "-l", "--", "a b"].map(OsString::from).to_vec())
        );
        assert!(Arguments::try_parse_from(["qdeck", "ssh", "web-1", "uptime"]).is_err());
    }

    #[test]
    fn the_exit_code_is_that_of_ssh_or_of_its_signal() {
        for (raw, code) in [(0, 0), (3 << 8, 3), (255 << 8, 255), (15, 143)] {
            assert_eq!(exit_code(ExitStatus::from_raw(raw)), code, "{raw}");
        }
    }
}
