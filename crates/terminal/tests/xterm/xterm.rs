//! A real xterm under Xvfb. Its only program is a pair of `cat`s between its terminal and two named pipes, so all that
//! it is fed and all that it replies passes through this process.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::report::{parse_cells, query};
use crate::screen::{Screen, escaped};

/// The longest wait for an answer of xterm, on a loaded machine.
const REPLY_TIMEOUT: Duration = Duration::from_secs(30);

/// Ends sequences cut short and the reverse screen, then asks for the cursor.
pub(crate) const CLOSING: &[u8] = b"\x18\x1b\\\x1b[?5l\x1b[6n";

/// Everything to its initial state, the other screen and both saved cursors too.
const RESET: &[u8] = b"\x18\x1b\\\x1b F\x1b[64;1\"p\x1bc\x1b[?40;41l\x1b[?47h\x1b[r\x1b[?69l\x1b[?6l\x1b[m\x1b[2J\x1b7\x1b[?47l\x1bc\x1b[3J\x1b[!p\x1b[64;1\"p\x1b7";

/// Sent back for ENQ, so that all replies before it are known to be there.
const ANSWERBACK: &str = "<all replied>";

/// Resources: every query is allowed, and colours are reported as they were asked for.
const RESOURCES: [&str; 6] = [
    "XTerm*disallowedWindowOps:",
    "XTerm*allowC1Printable: false",
    "XTerm*boldColors: false",
    "XTerm*directColor: true",
    "XTerm*VT100.font: fixed",
    "XTerm*combiningChars: 4",
];

pub(crate) struct Xterm {
    server: Child,
    terminal: Child,
    input: File,
    output: Receiver<Vec<u8>>,
    columns: u16,
    rows: u16,
    query: Vec<u8>,
    _pipes: tempfile::TempDir,
}

impl Drop for Xterm {
    fn drop(&mut self) {
        for child in [&mut self.terminal, &mut self.server] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Xterm {
    pub(crate) fn start(columns: u16, rows: u16) -> Self {
        let pipes = tempfile::tempdir().unwrap();
        let (input, output) = (pipes.path().join("input"), pipes.path().join("output"));
        assert!(Command::new("mkfifo").args([&input, &output]).status().unwrap().success());
        let (server, display) = start_server();
        let mut command = Command::new("xterm");
        command.args(["-u8", "-ti", "vt525", "-geometry", &format!("{columns}x{rows}")]);
        for resource in RESOURCES {
            command.args(["-xrm", resource]);
        }
        command.args(["-xrm", &format!("XTerm*answerbackString: {ANSWERBACK}")]);
        let relay = r#"stty raw -echo; cat "$0/input" & exec cat >"$0/output""#;
        let terminal = command
            .args(["-e", "sh", "-c", relay])
            .arg(pipes.path())
            .env("DISPLAY", display)
            .env("LC_ALL", "C.UTF-8")
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let query = query(columns, rows);
        let output = read_all(&output);
        // Opened for both, neither end waits for the other nor ends with it.
        let input = open_both(&input);
        let mut xterm = Self { server, terminal, input, output, columns, rows, query, _pipes: pipes };
        xterm.exchange(b"");
        xterm
    }

    /// Feeds a case to a fresh screen and reads everything back.
    pub(crate) fn run(&mut self, case: &[u8]) -> Screen {
        self.reset();
        self.feed(case);
        self.read_screen()
    }

    pub(crate) fn reset(&mut self) {
        self.exchange(RESET);
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.input.write_all(bytes).unwrap();
    }

    /// Reads the screen back; leaves origin mode.
    pub(crate) fn read_screen(&mut self) -> Screen {
        let replies = self.exchange(CLOSING);
        let cells = parse_cells(&self.exchange(&self.query.clone()));
        assert_eq!(
            cells.len(),
            usize::from(self.columns) * usize::from(self.rows),
            "xterm's report of its cells"
        );
        Screen { columns: self.columns, cells, replies }
    }

    /// Writes bytes and returns all that xterm replies to them.
    fn exchange(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.feed(bytes);
        self.feed(b"\x05");
        let deadline = Instant::now() + REPLY_TIMEOUT;
        let mut replies = Vec::new();
        loop {
            if replies.ends_with(ANSWERBACK.as_bytes()) {
                replies.truncate(replies.len() - ANSWERBACK.len());
                return replies;
            }
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(more) => replies.extend(more),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("no reply of xterm to {}", escaped(bytes))
                }
            }
        }
    }
}

fn start_server() -> (Child, String) {
    let mut server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut number = String::new();
    BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut number).unwrap();
    let display = format!(":{}", number.trim());
    (server, display)
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
