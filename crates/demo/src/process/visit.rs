//! Processes of a visitor over SSH: a shell or a command of their own, under a PTY or with pipes. They end with the
//! visit, and with the instance.

use std::ffi::OsString;
use std::process::Stdio;
use std::sync::Arc;

use portable_pty::ExitStatus;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

use super::machine::Machine;
use super::output::Output;
use super::session::{Exit, Session, Start};
use super::usage;

/// The hidden subcommand that begins a session and becomes the program after it: `demo-session PROGRAM ARGUMENTS`.
pub(crate) const SUBCOMMAND: &str = "demo-session";

/// The terminal that a visitor asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// The value of `TERM`.
    pub term: String,
    /// Rows and columns.
    pub size: (u16, u16),
}

/// A place among the visits of a machine. Dropping it ends the processes.
pub struct Visit {
    machine: Arc<Machine>,
    session: u32,
}

impl Drop for Visit {
    fn drop(&mut self) {
        if self.machine.visits.lock().remove(&self.session) {
            usage::kill_session(self.session);
        }
        self.machine.host.reaper.forget(self.session);
    }
}

/// A command with pipes: what SSH runs where no terminal was asked for.
pub struct Piped {
    /// Its input, until that is closed.
    pub input: Option<ChildStdin>,
    /// What it prints.
    pub output: Option<ChildStdout>,
    /// What it prints as errors.
    pub errors: Option<ChildStderr>,
    id: u32,
    child: Child,
    machine: Arc<Machine>,
}

impl Piped {
    /// Returns the signaller of its process group.
    pub fn signaller(&self) -> impl Fn(Signal) + Send + Sync + use<> {
        let group = i32::try_from(self.id).ok().and_then(Pid::from_raw);
        move |signal| {
            if let Some(group) = group {
                // A group that has just ended needs no signal.
                let _ = kill_process_group(group, signal);
            }
        }
    }

    /// Waits for its end and returns how it ended.
    pub async fn ended(&mut self) -> Exit {
        let status = self.child.wait().await.ok().map(ExitStatus::from);
        self.machine.host.reaper.forget(self.id);
        Exit::from(status.as_ref())
    }
}

impl Machine {
    /// Starts a shell, or a command, under a PTY of its own. Blocks for the moment a fork takes.
    ///
    /// # Errors
    /// A sentence, when it does not start.
    pub fn visit(
        self: &Arc<Self>,
        command: Option<&str>,
        terminal: &Terminal,
        env: Vec<(String, String)>,
    ) -> Result<(Arc<Session>, Visit), String> {
        self.prepare()?;
        let (argv, mut all) = self.shell_start(command);
        all.push(("TERM".to_owned(), terminal.term.clone()));
        all.extend(env);
        let argv = argv.iter().map(OsString::as_os_str).collect();
        let start = Start { argv, env: all, dir: &self.home, size: terminal.size };
        let output = Arc::new(Output::new(&self.host.budget));
        let session = Session::start(&start, output, &self.host.reaper)?;
        let visit = self.register(session.id);
        Ok((session, visit))
    }

    /// Starts a command, or a shell that reads commands, with pipes. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// A sentence, when it does not start.
    pub fn execute(
        self: &Arc<Self>,
        command: Option<&str>,
        env: Vec<(String, String)>,
    ) -> Result<(Piped, Visit), String> {
        self.prepare()?;
        let (mut argv, all) = self.shell_start(command);
        if command.is_none() {
            // One without a terminal asks for nothing.
            argv.pop();
        }
        let mut child = Command::new(&self.host.program)
            .arg(SUBCOMMAND)
            .args(argv)
            .env_clear()
            .envs(all)
            .envs(env)
            // There is no terminal.
            .env_remove("TERM")
            .current_dir(&self.home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| format!("it does not start: {e}"))?;
        let id = child.id().unwrap_or(0);
        self.host.reaper.watch(id);
        let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let piped = Piped { input, output, errors, id, child, machine: self.clone() };
        Ok((piped, self.register(id)))
    }

    fn register(self: &Arc<Self>, session: u32) -> Visit {
        self.visits.lock().insert(session);
        Visit { machine: self.clone(), session }
    }
}

/// The life of the subcommand: a session of its own, and in it the program. Returns only if that fails.
pub(crate) fn run(args: &[OsString]) -> std::process::ExitCode {
    use std::os::unix::process::CommandExt as _;
    let Some((program, rest)) = args.split_first() else { return 2.into() };
    // It fails where the process leads a group already: then the group is its own.
    let _ = rustix::process::setsid();
    let _ = std::process::Command::new(program).args(rest).exec();
    127.into()
}
