//! One process session under a PTY of its own: a workload or a shell, with everything it starts.

use parking_lot::Mutex;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::sync::{mpsc, watch};

use super::output::Output;
use super::reaper::Reaper;
use super::usage;

/// The time that the end of the output is waited for once the leader has ended: a process that left the session may hold the
/// terminal open for ever.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Threads of a session only move bytes.
const STACK: usize = 256 * 1024;

/// A running (or ended) session.
pub struct Session {
    /// The session's id, which is its first process's.
    pub id: u32,
    /// Its output.
    pub output: Arc<Output>,
    master: Mutex<Box<dyn MasterPty + Send>>,
    keys: mpsc::Sender<Vec<u8>>,
    ended: watch::Receiver<Option<Exit>>,
}

/// The end of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// It exited with this code.
    Code(u32),
    /// A signal ended it; the system's words for it, such as `Terminated`.
    Signal(String),
    /// It ended, and the system did not report how.
    Unknown,
}

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exited with code {code}"),
            Self::Signal(words) => write!(f, "ended by signal {words}"),
            Self::Unknown => f.write_str("ended"),
        }
    }
}

impl From<Option<&ExitStatus>> for Exit {
    fn from(status: Option<&ExitStatus>) -> Self {
        match status {
            Some(status) => match status.signal() {
                Some(words) => Self::Signal(words.to_owned()),
                None => Self::Code(status.exit_code()),
            },
            None => Self::Unknown,
        }
    }
}

/// A program to start.
pub struct Start<'a> {
    /// Program and arguments.
    pub argv: Vec<&'a std::ffi::OsStr>,
    /// The whole environment; nothing is inherited.
    pub env: Vec<(String, String)>,
    /// The working directory.
    pub dir: &'a Path,
    /// Rows and columns.
    pub size: (u16, u16),
}

impl Session {
    /// Starts it. Blocks for the moment a fork takes.
    ///
    /// # Errors
    /// A sentence, when there is no PTY, no thread or no such program.
    pub fn start(start: &Start<'_>, output: Arc<Output>, reaper: &Arc<Reaper>) -> Result<Arc<Self>, String> {
        let (rows, cols) = start.size;
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).map_err(|e| format!("no PTY: {e}"))?;
        let mut command = CommandBuilder::from_argv(start.argv.iter().map(Into::into).collect());
        command.env_clear();
        for (key, value) in &start.env {
            command.env(key, value);
        }
        command.cwd(start.dir);
        let output_end =
            pair.master.try_clone_reader().map_err(|e| format!("the PTY cannot be read: {e}"))?;
        let writer = pair.master.take_writer().map_err(|e| format!("the PTY cannot be written: {e}"))?;
        let mut child = pair.slave.spawn_command(command).map_err(|e| format!("it does not start: {e}"))?;
        drop(pair.slave);
        let id = child.process_id().unwrap_or(0);
        reaper.watch(id);

        let (keys, typed) = mpsc::channel(64);
        let (ending, ended) = watch::channel(None);
        let printed = output.clone();
        let (reading, read_out) = std::sync::mpsc::channel::<()>();
        thread("demo-pty-read", move || {
            // Hung up when the thread ends.
            let _reading = reading;
            read(output_end, &printed);
        })?;
        thread("demo-pty-write", move || write(writer, typed))?;
        let reaper = reaper.clone();
        thread("demo-pty-wait", move || {
            let status = child.wait();
            // What the leader left behind goes with it, as when a terminal is hung up.
            usage::kill_session(id);
            let _ = read_out.recv_timeout(LAST_WORDS);
            reaper.forget(id);
            ending.send_replace(Some(Exit::from(status.ok().as_ref())));
        })?;
        Ok(Arc::new(Self { id, output, master: Mutex::new(pair.master), keys, ended }))
    }

    /// Types bytes into it; waits while it does not read them. False when it has ended.
    pub async fn type_in(&self, bytes: Vec<u8>) -> bool {
        self.keys.send(bytes).await.is_ok()
    }

    /// Gives its terminal another size.
    pub fn resize(&self, rows: u16, cols: u16) {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let master = self.master.lock();
        // A session that just ended cannot be resized, and need not be.
        let _ = master.resize(size);
    }

    /// Sends a signal to the process group in the foreground of its terminal, as a key of the terminal does.
    pub fn signal(&self, signal: Signal) {
        let group = self.master.lock().process_group_leader();
        if let Some(group) = group.and_then(Pid::from_raw) {
            // A group that has just ended needs no signal.
            let _ = kill_process_group(group, signal);
        }
    }

    /// Waits for its end and returns how it ended.
    pub async fn ended(&self) -> Exit {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(exit) => exit.clone().unwrap_or(Exit::Unknown),
            Err(_) => Exit::Unknown,
        }
    }

    /// Returns whether it still runs.
    pub fn alive(&self) -> bool {
        self.ended.borrow().is_none()
    }

    /// Ends it and everything it started.
    pub fn kill(&self) {
        if self.alive() {
            usage::kill_session(self.id);
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.kill();
    }
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), String> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .stack_size(STACK)
        .spawn(work)
        .map(|_| ())
        .map_err(|e| format!("no thread for a PTY: {e}"))
}

fn read(mut reader: Box<dyn Read + Send>, output: &Output) {
    let mut buffer = vec![0_u8; 32 * 1024];
    loop {
        match reader.read(&mut buffer) {
            // Linux says EIO when the last process has closed the terminal.
            Ok(0) => return,
            Ok(count) => output.push(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

fn write(mut writer: Box<dyn Write + Send>, mut typed: mpsc::Receiver<Vec<u8>>) {
    while let Some(bytes) = typed.blocking_recv() {
        if writer.write_all(&bytes).and_then(|()| writer.flush()).is_err() {
            return;
        }
    }
}
