//! A secret that a command prints. It runs in a process group of its own, which is ended as a whole: when its time is up,
//! when it fails, when its context is given up, and when the program ends.

use std::process::Stdio;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use super::{COMMAND_TIMEOUT, MAX_SECRET_BYTES, local, one_line, secret_variables};
use qdeck_model::{Problem, Secret};

/// Time that pipes are read for once the command has ended: something it started may hold them open for ever.
const PIPE_TIMEOUT: Duration = Duration::from_millis(500);

/// Time between two looks whether the command was stopped.
const STOPPED_INTERVAL: Duration = Duration::from_millis(250);

/// Time that the end of the program waits for a command that is being started.
const START_TIMEOUT: Duration = Duration::from_millis(200);

/// The process groups of the commands that run.
static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// While this is held no command starts.
#[must_use = "commands start again when it is dropped"]
pub struct NoCommands {
    _running: Option<MutexGuard<'static, Vec<Pid>>>,
}

/// Ends every command that runs, with all that it started, and lets no other start as long as the result is held. Call it
/// where the program ends without dropping its tasks.
pub fn end_commands() -> NoCommands {
    // A command whose program is on a disk that hangs holds it: it has started nothing yet.
    let mut running = RUNNING.try_lock_for(START_TIMEOUT);
    for group in running.iter_mut().flat_map(|running| running.drain(..)) {
        // It may have ended by itself.
        let _ = kill_process_group(group, Signal::KILL);
    }
    NoCommands { _running: running }
}

/// The process group of a command. Dropping it ends the group.
struct Group(Option<Pid>);

impl Group {
    /// Starts a command in a group of its own. It is in the list as soon as it runs: the end of the program cannot come in
    /// between.
    fn start(command: &mut Command) -> std::io::Result<(Child, Self)> {
        let mut running = RUNNING.lock();
        let child = command.process_group(0).kill_on_drop(true).spawn()?;
        let leader = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        running.extend(leader);
        Ok((child, Self(leader)))
    }

    /// Leaves the group alone: an agent that a command leaves behind on purpose goes on.
    fn leave(&mut self) {
        if let Some(group) = self.0.take() {
            RUNNING.lock().retain(|one| *one != group);
        }
    }

    /// Returns true if the command was stopped. In a group of its own it is as soon as it reads from the terminal.
    fn is_stopped(&self) -> bool {
        let options = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        self.0.is_some_and(|leader| matches!(waitid(WaitId::Pid(leader), options), Ok(Some(_))))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // While it is in the list: so `end_commands` cannot miss it in between.
            let _ = kill_process_group(group, Signal::KILL);
        }
        self.leave();
    }
}

/// The output of a command.
#[derive(Default)]
struct Printed {
    out: Vec<u8>,
    err: Vec<u8>,
}

/// Runs a command and returns the line that it prints.
pub(super) async fn run(words: &[String]) -> Result<Secret, Problem> {
    let [program, arguments @ ..] = words else {
        return Err(local("a command without a program".into()));
    };
    let origin = format!("the command `{program}`");
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for variable in secret_variables() {
        command.env_remove(variable);
    }
    let (mut child, mut group) =
        Group::start(&mut command).map_err(|error| local(format!("{origin} cannot be started: {error}")))?;
    let mut printed = Printed::default();
    let run = tokio::time::timeout(COMMAND_TIMEOUT, end_of(&mut child, &mut printed));
    let status = tokio::select! {
        status = run => status,
        () = until_stopped(&group) => {
            return Err(local(format!("{origin} wants to ask at the terminal, which it cannot have"))
                .hint("Unlock it before, or let it ask in a window of its own"));
        }
    };
    let status = status
        .map_err(|_| local(format!("{origin} returned no secret within {} s", COMMAND_TIMEOUT.as_secs())))?
        .map_err(|error| local(format!("{origin} failed: {error}")))?;
    if !status.success() {
        let line = last_error_line(&printed.err, &printed.out);
        return Err(local(format!("{origin} failed ({status}){line}")));
    }
    group.leave();
    one_line(printed.out, &origin)
}

/// Reads what a command prints until it has ended.
async fn end_of(child: &mut Child, printed: &mut Printed) -> std::io::Result<std::process::ExitStatus> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let reading =
        async { tokio::join!(read_capped(stdout, &mut printed.out), read_capped(stderr, &mut printed.err)) };
    tokio::pin!(reading);
    let (status, is_read) = tokio::select! {
        // The pipes first: most commands close them with their end.
        biased;
        _ = &mut reading => (child.wait().await, true),
        status = child.wait() => (status, false),
    };
    if !is_read {
        let _ = tokio::time::timeout(PIPE_TIMEOUT, reading).await;
    }
    status
}

async fn until_stopped(group: &Group) {
    while !group.is_stopped() {
        tokio::time::sleep(STOPPED_INTERVAL).await;
    }
}

/// Reads up to [`MAX_SECRET_BYTES`] bytes; the rest is read and dropped so that the command is not stuck on a full pipe.
async fn read_capped(pipe: Option<impl AsyncRead + Unpin>, bytes: &mut Vec<u8>) {
    if let Some(mut pipe) = pipe {
        // A broken pipe shows in what was read: an empty secret.
        let _ = (&mut pipe).take(MAX_SECRET_BYTES).read_to_end(bytes).await;
        let _ = tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await;
    }
}

/// The last line of a failed command's error output; never one that repeats what it printed as the secret.
fn last_error_line(err: &[u8], out: &[u8]) -> String {
    let out = String::from_utf8_lossy(out);
    let secrets: Vec<&str> = out.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let err = String::from_utf8_lossy(err);
    let line = err.lines().map(str::trim).rfind(|line| !line.is_empty());
    match line {
        Some(line) if secrets.iter().all(|secret| !line.contains(secret)) => {
            let line: String = line.chars().filter(|c| !c.is_control()).take(200).collect();
            format!(": {line}")
        }
        _ => String::new(),
    }
}
