//! ssh in a PTY, as a transport.
//!
//! ```text
//! reader thread: PTY ─▶ from, until ssh has ended; notes when the far side's terminal is open
//! writer thread: to ─▶ PTY, until the session or ssh has ended
//! waiting thread: the exit code of ssh
//! task: ends ssh with the session; else the end of the output, with what the exit code means
//! ```

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use portable_pty::{Child, ChildKiller, CommandBuilder, MasterPty, PtySize, native_pty_system};
use qdeck_model::{Problem, ProblemKind};
use rustix::termios::LocalModes;
use tokio::sync::{mpsc, oneshot, watch};

use super::exit::{Exit, Tail};
use super::{CommandLine, Prepared};
use crate::{ByteStream, ResizeReports, Size, Transport};

/// Chunks of output that may wait; a full queue makes ssh wait.
const OUTPUT_QUEUE_LENGTH: usize = 8;
const INPUT_QUEUE_LENGTH: usize = 64;
const READ_BYTES: usize = 16 * 1024;
/// The size until the session reports its own.
const FIRST_SIZE: Size = Size { columns: 80, rows: 24 };
/// Time for the rest of the output, once ssh has ended.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(500);
/// The terminal of the sessions' emulator.
const TERM: &str = "xterm-256color";

type Master = Arc<Mutex<Box<dyn MasterPty + Send>>>;

/// Starts ssh in a PTY. Must be called inside a tokio runtime.
///
/// # Errors
/// When the system refuses a PTY, a process or a thread.
pub(super) fn open(prepared: Prepared, line: &CommandLine, notes: Vec<String>) -> Result<Transport, Problem> {
    let failed = |error: &dyn std::fmt::Display| {
        Problem::new(ProblemKind::Local, format!("could not start `{}`: {error}", line.shown()))
    };
    let pty = native_pty_system().openpty(pty_size(FIRST_SIZE)).map_err(|error| failed(&error))?;
    let child = pty.slave.spawn_command(command(&prepared)).map_err(|error| failed(&error))?;
    // Else the PTY would not end with ssh.
    drop(pty.slave);
    let killer = child.clone_killer();
    let started = start(child.process_id(), prepared, (pty.master, child), notes);
    started.map_err(|error| {
        let mut killer = killer;
        // It has ended by itself, or is not ours to end.
        let _ = killer.kill();
        failed(&error)
    })
}

fn command(prepared: &Prepared) -> CommandBuilder {
    let mut command = CommandBuilder::new(prepared.program());
    command.args(prepared.arguments());
    for name in prepared.removed_variables() {
        command.env_remove(name);
    }
    for name in ["LINES", "COLUMNS", "TERM_PROGRAM", "COLORTERM"] {
        command.env_remove(name);
    }
    command.env("TERM", TERM);
    for (name, value) in prepared.added_variables() {
        command.env(name, value);
    }
    command
}

fn pty_size(Size { columns, rows }: Size) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn start(
    process: Option<u32>,
    prepared: Prepared,
    (master, child): (Box<dyn MasterPty + Send>, Box<dyn Child + Send + Sync>),
    notes: Vec<String>,
) -> Result<Transport, Box<dyn std::error::Error + Send + Sync>> {
    if let Some(process) = process {
        prepared.started(process);
    }
    let askpass = prepared.into_askpass();
    let reader = master.try_clone_reader()?;
    let writer = master.take_writer()?;
    let master: Master = Arc::new(Mutex::new(master));
    let was_established = Arc::new(AtomicBool::new(false));
    let (output, from) = mpsc::channel(OUTPUT_QUEUE_LENGTH);
    let (to, input) = mpsc::channel(INPUT_QUEUE_LENGTH);
    let (sizes, resized) = watch::channel(FIRST_SIZE);
    let (tail_sender, tail) = oneshot::channel();
    let has_ended = Arc::new(AtomicBool::new(false));
    let running = || Running { killer: child.clone_killer(), has_ended: Arc::clone(&has_ended) };
    let (typed_into, mut ssh) = (running(), running());
    let reading = Reading {
        output: output.clone(),
        established: Arc::clone(&was_established),
        master: Arc::clone(&master),
    };
    spawn("ssh output", move || {
        // Without a receiver ssh ended first and was not waited for.
        let _ = tail_sender.send(reading.run(reader));
    })?;
    spawn("ssh input", move || write(writer, input, typed_into))?;
    let (code_sender, code) = oneshot::channel();
    spawn("ssh", move || wait(child, &has_ended, code_sender))?;
    tokio::spawn(resize(master, resized));
    let reached = Arc::clone(&was_established);
    tokio::spawn(async move {
        let code = tokio::select! {
            code = code => code.unwrap_or(255),
            // The session is closed. What is still to be typed does not keep ssh, which may take nothing any more.
            () = output.closed() => return ssh.end(),
        };
        // What ssh left running in the background may hold the PTY open.
        let tail = tokio::time::timeout(DRAIN_TIMEOUT, tail).await;
        let tail = tail.ok().and_then(Result::ok).unwrap_or_default();
        let exit = Exit { code, was_established: was_established.load(Ordering::Acquire) };
        let end = match exit.problem(&tail, &notes) {
            Some(problem) => Some(Err(problem)),
            None if code != 0 => {
                Some(Ok(Bytes::from(format!("\r\n\x1b[2mended with exit code {code}\x1b[22m\r\n"))))
            }
            None => None,
        };
        if let Some(end) = end {
            // Without a receiver the session has been closed.
            let _ = output.send(end).await;
        }
        drop(askpass);
    });
    let stream = ByteStream::Channel { from, to: Some(to) };
    Ok(Transport { stream, resize: ResizeReports::Channel(sizes), reached: Some(reached) })
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run).map(drop)
}

/// The outgoing direction of the PTY.
struct Reading {
    output: mpsc::Sender<Result<Bytes, Problem>>,
    established: Arc<AtomicBool>,
    master: Master,
}

impl Reading {
    /// Hands on the output until the PTY ends or the session is closed; returns the last of it.
    fn run(self, mut reader: Box<dyn Read + Send>) -> Tail {
        let mut tail = Tail::default();
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let read = match reader.read(&mut buffer) {
                Ok(0) => return tail,
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                // A PTY without a program is an error on Linux and an end elsewhere.
                Err(_) => return tail,
            };
            let bytes = &buffer[..read];
            tail.push(bytes);
            if !self.established.load(Ordering::Acquire) && is_raw(&self.master) {
                self.established.store(true, Ordering::Release);
            }
            if self.output.blocking_send(Ok(Bytes::copy_from_slice(bytes))).is_err() {
                return tail;
            }
        }
    }
}

/// Returns whether what is typed is taken as it is. ssh sets this once it has a terminal on the far side, and not for
/// questions of its own.
fn is_raw(master: &Master) -> bool {
    let modes = master.lock().get_termios();
    modes.is_some_and(|modes| modes.local_flags.bits() & LocalModes::ICANON.bits() == 0)
}

/// ssh, while it runs.
struct Running {
    killer: Box<dyn ChildKiller + Send + Sync>,
    has_ended: Arc<AtomicBool>,
}

impl Running {
    fn end(&mut self) {
        // Its number may be another program's by then.
        if !self.has_ended.load(Ordering::Acquire) {
            // It may have ended by itself.
            let _ = self.killer.kill();
        }
    }
}

/// Passes input on until the session is closed, which ends ssh, or ssh takes none any more.
fn write(mut writer: Box<dyn Write + Send>, mut input: mpsc::Receiver<Bytes>, mut ssh: Running) {
    while let Some(bytes) = input.blocking_recv() {
        if writer.write_all(&bytes).is_err() {
            break;
        }
    }
    ssh.end();
}

fn wait(mut child: Box<dyn Child + Send + Sync>, has_ended: &AtomicBool, code: oneshot::Sender<u32>) {
    // That it cannot be waited for is an error of ours, as 255 is one of ssh.
    let ended = child.wait().map_or(255, |status| status.exit_code());
    has_ended.store(true, Ordering::Release);
    // Without a receiver the session has been closed.
    let _ = code.send(ended);
}

async fn resize(master: Master, mut sizes: watch::Receiver<Size>) {
    while sizes.changed().await.is_ok() {
        let size = *sizes.borrow_and_update();
        // Of a PTY whose program has ended no size is of use.
        let _ = master.lock().resize(pty_size(size));
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Instant;

    use qdeck_model::SshTarget;
    use rustix::process::{Pid, test_kill_process};

    use super::super::Launcher;
    use super::*;

    const DEADLINE: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn ssh_that_takes_nothing_any_more_ends_with_its_session() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("ssh");
        // Written by a process: a file that this one had open for writing might not be executable yet, where another test has
        // forked meanwhile.
        let script = r#"printf '#!/bin/sh\necho "process $$."\nexec sleep 600\n' > "$0" && chmod 700 "$0""#;
        let written = Command::new("sh").arg("-c").arg(script).arg(&program).status().unwrap();
        assert!(written.success());
        let launcher = Launcher::new(Vec::new()).unwrap().with_program(program);
        let target = SshTarget { host: "example.test".to_owned(), ..SshTarget::default() };
        let transport = launcher.open(&target).unwrap();
        let ByteStream::Channel { mut from, to: Some(to) } = transport.stream else { panic!("no channel") };
        let mut printed = String::new();
        while !printed.contains('.') {
            let bytes = tokio::time::timeout(DEADLINE, from.recv()).await.unwrap().unwrap().unwrap();
            printed.push_str(std::str::from_utf8(&bytes).unwrap());
        }
        let number = printed.trim_start_matches("process ").split('.').next().unwrap().parse().unwrap();
        let process = Pid::from_raw(number).unwrap();
        // More than a terminal holds: the thread that writes waits.
        to.send("a line\n".repeat(10_000).into()).await.unwrap();
        while to.capacity() < INPUT_QUEUE_LENGTH {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        drop((from, to));
        let closed = Instant::now();
        while test_kill_process(process).is_ok() {
            assert!(closed.elapsed() < DEADLINE, "it outlived its session");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
