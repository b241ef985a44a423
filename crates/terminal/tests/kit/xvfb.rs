//! A real terminal under Xvfb. Its only program is a pair of `cat`s between its terminal and two named pipes, so all that
//! it is fed and all that it replies passes through this process.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// A display of its own.
pub(crate) struct Server {
    process: Child,
    /// Its name, as clients know it.
    pub(crate) display: String,
}

/// A terminal on a display of its own, between two pipes. Both end when it is dropped.
pub(crate) struct PipedTerminal {
    process: Child,
    input: File,
    output: Receiver<Vec<u8>>,
    pub(crate) server: Server,
    _home: tempfile::TempDir,
}

impl Drop for PipedTerminal {
    fn drop(&mut self) {
        for process in [&mut self.process, &mut self.server.process] {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1280x1024x24",
                "-nolisten",
                "tcp",
                "+extension",
                "GLX",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut number).unwrap();
        Self { process, display: format!(":{}", number.trim()) }
    }
}

impl PipedTerminal {
    /// Starts the terminal of a command, to which the program that it runs is added.
    pub(crate) fn start(mut command: Command) -> Self {
        let home = tempfile::tempdir().unwrap();
        let (input, output) = (home.path().join("input"), home.path().join("output"));
        assert!(Command::new("mkfifo").args([&input, &output]).status().unwrap().success());
        let server = Server::start();
        let relay = r#"stty raw -echo; cat "$0/input" & exec cat >"$0/output""#;
        let process = command
            .args(["sh", "-c", relay])
            .arg(home.path())
            .env("DISPLAY", &server.display)
            .env("HOME", home.path())
            .env("XDG_RUNTIME_DIR", home.path())
            .env("LC_ALL", "C.UTF-8")
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = read_all(&output);
        // Opened for both, neither end waits for the other nor ends with it.
        let input = open_both(&input);
        Self { process, input, output, server, _home: home }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.input.write_all(bytes).unwrap();
    }

    /// All replies up to those that end like this; `None` where they do not come in time.
    pub(crate) fn read_until(&self, end: &[u8], timeout: Duration) -> Option<Vec<u8>> {
        let deadline = Instant::now() + timeout;
        let mut replies = Vec::new();
        while !replies.ends_with(end) {
            let left = deadline.saturating_duration_since(Instant::now());
            replies.extend(self.output.recv_timeout(left).ok()?);
        }
        Some(replies)
    }
}

fn open_both(path: &Path) -> File {
    OpenOptions::new().read(true).write(true).open(path).unwrap()
}

fn read_all(path: &Path) -> Receiver<Vec<u8>> {
    let mut file = open_both(path);
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut chunk = [0; 4096];
        while let Ok(read) = file.read(&mut chunk) {
            if sender.send(chunk[..read].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}
