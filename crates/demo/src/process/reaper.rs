//! A tiny child that outlives the demo cloud by a moment: when the pipe to it closes, however the server died, it
//! ends every process the server had started and removes their home directories.

use parking_lot::Mutex;
use std::collections::HashSet;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use qdeck_files::RunFolder;

use super::usage;

/// The variable every process of the demo carries, with a value of this run: how the reaper knows them even after
/// they have left their session.
pub const MARK: &str = "QUARTERDECK_DEMO_RUN";
/// The beginning of the names of the directories of runs.
const HOME_PREFIX: &str = "quarterdeck-demo-";
/// The hidden subcommand.
pub const SUBCOMMAND: &str = "demo-reaper";

/// The server's end.
#[derive(Debug)]
pub struct Reaper {
    pipe: Mutex<Option<ChildStdin>>,
    child: Mutex<Child>,
    /// The directory of the run. Its lock is held as long as the server lives.
    _home: RunFolder,
}

impl Reaper {
    /// Starts it in a process group of its own, so that a Ctrl-C meant for the server does not end it.
    ///
    /// # Errors
    /// A sentence, when the program cannot be started.
    pub fn start(program: &Path, mark: &str, home: &Path) -> Result<Self, String> {
        use std::os::unix::process::CommandExt as _;
        let folder = RunFolder::create_at(home.to_owned())
            .map_err(|e| format!("{} cannot be made: {e}", home.display()))?;
        let mut child = Command::new(program)
            .arg(SUBCOMMAND)
            .arg(mark)
            .arg(home)
            // It needs nothing of the environment, where tokens may be.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0)
            .spawn()
            .map_err(|e| format!("{} does not start: {e}", program.display()))?;
        let pipe = child.stdin.take();
        Ok(Self { pipe: Mutex::new(pipe), child: Mutex::new(child), _home: folder })
    }

    /// A session to end with the server.
    pub fn watch(&self, session: u32) {
        self.send(&format!("+{session}\n"));
    }

    /// A session that has ended: the system may give its number to another process.
    pub fn forget(&self, session: u32) {
        self.send(&format!("-{session}\n"));
    }

    fn send(&self, line: &str) {
        let mut pipe = self.pipe.lock();
        if let Some(pipe) = pipe.as_mut() {
            // If the reaper is gone nothing can be sent; `Drop` of each session still ends it.
            let _ = pipe.write_all(line.as_bytes());
        }
    }
}

impl Reaper {
    /// Closes the pipe, upon which it ends what is left, and waits for that, at most two seconds.
    pub fn finish(&self) {
        self.pipe.lock().take();
        let mut child = self.child.lock();
        let limit = Instant::now() + Duration::from_secs(2);
        while matches!(child.try_wait(), Ok(None)) && Instant::now() < limit {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The child's whole life: `demo-reaper MARK HOME`, with sessions announced on standard input.
pub fn run(mark: &str, home: &Path) {
    let mut sessions = HashSet::new();
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        match (line.get(..1), line.get(1..).and_then(|n| n.parse::<u32>().ok())) {
            (Some("+"), Some(session)) => sessions.insert(session),
            (Some("-"), Some(session)) => sessions.remove(&session),
            _ => false,
        };
    }
    // Until none is left: a process that forks during one round is found in the next.
    let limit = Instant::now() + Duration::from_secs(5);
    while usage::kill_marked(&format!("{MARK}={mark}"), &sessions) > 0 && Instant::now() < limit {
        std::thread::sleep(Duration::from_millis(10));
    }
    remove(home);
}

/// Removes the run's directory, and only one that is named as we name it.
fn remove(home: &Path) {
    let ours = home.file_name().is_some_and(|name| name.to_string_lossy().starts_with(HOME_PREFIX));
    if ours {
        let _ = std::fs::remove_dir_all(home);
    }
}

/// The folder of a run's home directories.
pub fn home(mark: &str) -> PathBuf {
    std::env::temp_dir().join(format!("{HOME_PREFIX}{mark}"))
}

/// Ends the processes and removes the home directories of runs that were killed together with their reapers.
pub fn sweep() {
    qdeck_files::sweep(&std::env::temp_dir(), HOME_PREFIX, |home| {
        let name = home.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if let Some(mark) = name.strip_prefix(HOME_PREFIX).filter(|mark| !mark.is_empty()) {
            usage::kill_marked(&format!("{MARK}={mark}"), &HashSet::new());
        }
    });
}
