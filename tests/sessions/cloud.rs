//! The demo cloud as a process of its own, as `qdeck demo` starts it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// The binary under test.
pub const QDECK: &str = env!("CARGO_BIN_EXE_qdeck");

/// A demo cloud that runs until it is dropped.
pub struct Cloud {
    child: Child,
    folder: tempfile::TempDir,
    /// What it said when it was ready.
    pub greeting: String,
}

impl Cloud {
    /// Starts one and waits until it listens. Where no `--faces` are asked for it speaks for Cycle and Quasarch.
    pub fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = std::fs::File::create(folder.path().join("config.toml")).expect("writable");
        let few = ["--faces", "cycle,quasarch"];
        let faces: &[&str] = if arguments.contains(&"--faces") { &[] } else { &few };
        let mut child = Command::new(QDECK)
            .args(["demo", "--console-input"])
            .args(arguments)
            .args(faces)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("TMPDIR", folder.path())
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(config)
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut greeting = String::new();
        let mut said = BufReader::new(child.stderr.take().expect("piped"));
        said.read_line(&mut greeting).expect("readable");
        // Whatever else it says goes nowhere, but it must never wait for a reader.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        let cloud = Self { child, folder, greeting };
        assert!(cloud.greeting.contains("demo cloud on http://127.0.0.1:"), "{}", cloud.greeting);
        cloud
    }

    /// The configuration that it printed.
    pub fn config(&self) -> PathBuf {
        self.folder.path().join("config.toml")
    }

    /// The configuration as text.
    pub fn text(&self) -> String {
        std::fs::read_to_string(self.config()).expect("readable")
    }

    /// Where it listens: `127.0.0.1:PORT`.
    pub fn address(&self) -> String {
        let (_, rest) = self.greeting.split_once("http://").expect("it says where");
        rest.chars()
            .take_while(|c| c.is_ascii_digit() || ".:".contains(*c))
            .collect::<String>()
            .trim_end_matches([':', '.'])
            .to_owned()
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.pid()).expect("a pid")).expect("a pid");
        kill_process(pid, signal).expect("it runs");
    }

    /// Asks it to end, and waits; whether it ended well.
    pub fn end(&mut self) -> bool {
        self.signal(Signal::TERM);
        self.ended_well()
    }

    /// Waits for its end; whether it ended well.
    pub fn ended_well(&mut self) -> bool {
        self.child.wait().expect("its end can be waited for").success()
    }

    /// What is left in its folder beside the configuration: nothing, once it has ended.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        std::fs::read_dir(self.folder.path())
            .expect("readable")
            .map(|entry| entry.expect("readable").path())
            .filter(|path| *path != self.config())
            .collect()
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.end();
        }
    }
}
