//! A real terminal under Xvfb. Its only program is a pair of `cat`s between its terminal and two named pipes, so all that
//! it is fed and all that it replies passes through this process.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::screenshot::Screenshot;

/// The longest wait for a terminal, on a loaded machine that draws with its processor.
const TIMEOUT: Duration = Duration::from_secs(90);

/// A colour that nothing else on the display has.
const MARK: u32 = 0x00fe_dc12;

pub(crate) struct Terminal {
    server: Child,
    program: Child,
    display: String,
    input: File,
    output: Receiver<Vec<u8>>,
    /// Width and height of a cell, as the terminal reports it.
    pub(crate) cell: (u16, u16),
    _home: tempfile::TempDir,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        for child in [&mut self.program, &mut self.server] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Terminal {
    /// An xterm that is a VT340, with its 16 registers of colours.
    pub(crate) fn xterm() -> Self {
        let mut command = Command::new("xterm");
        command.args(["-ti", "vt340", "-geometry", "80x24+0+0", "+sb", "-b", "0", "-bw", "0"]);
        command.args(["-xrm", "XTerm*disallowedWindowOps:", "-xrm", "XTerm*VT100.font: fixed", "-e"]);
        Self::start(command)
    }

    /// A kitty that draws with the processor.
    pub(crate) fn kitty() -> Self {
        let mut command = Command::new("kitty");
        command.args([
            "--config",
            "NONE",
            "-o",
            "window_padding_width=0",
            "-o",
            "placement_strategy=top-left",
        ]);
        command.args(["-o", "initial_window_width=80c", "-o", "initial_window_height=24c"]);
        command.args(["-o", "remember_window_size=no", "-o", "update_check_interval=0"]);
        command.env("LIBGL_ALWAYS_SOFTWARE", "1");
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let home = tempfile::tempdir().unwrap();
        let (input, output) = (home.path().join("input"), home.path().join("output"));
        assert!(Command::new("mkfifo").args([&input, &output]).status().unwrap().success());
        let (server, display) = start_server();
        let relay = r#"stty raw -echo; cat "$0/input" & exec cat >"$0/output""#;
        let program = command
            .args(["sh", "-c", relay])
            .arg(home.path())
            .env("DISPLAY", &display)
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
        let mut started = Self { server, program, display, input, output, cell: (0, 0), _home: home };
        started.cell = started.ask_cell();
        started
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.input.write_all(bytes).unwrap();
    }

    /// Asks for the size of a cell: `CSI 6 ; height ; width t`.
    fn ask_cell(&mut self) -> (u16, u16) {
        let deadline = Instant::now() + TIMEOUT;
        self.feed(b"\x1b[16t");
        let mut reply = Vec::new();
        while !reply.ends_with(b"t") {
            let left = deadline.saturating_duration_since(Instant::now());
            reply.extend(self.output.recv_timeout(left).expect("the terminal reports the size of its cells"));
        }
        let text = String::from_utf8(reply).unwrap();
        let body = text.strip_prefix("\x1b[6;").unwrap().strip_suffix('t').unwrap();
        let (height, width) = body.split_once(';').unwrap();
        (width.parse().unwrap(), height.parse().unwrap())
    }

    /// The pixel of the display at which the first cell begins.
    pub(crate) fn origin(&mut self) -> (usize, usize) {
        self.feed(b"\x1b[H\x1b[48;2;254;220;18m  \x1b[m");
        let mut origin = None;
        self.wait_for(|shot| {
            origin = shot.find(MARK);
            origin.map(|_| ()).ok_or_else(|| "the mark is not there".to_owned())
        });
        self.feed(b"\x1b[H  ");
        origin.unwrap()
    }

    /// Takes screenshots until one is right.
    pub(crate) fn wait_for(&self, mut check: impl FnMut(&Screenshot) -> Result<(), String>) {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let Err(wrong) = check(&Screenshot::take(&self.display)) else { return };
            assert!(Instant::now() < deadline, "{wrong}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn start_server() -> (Child, String) {
    let mut server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "+extension", "GLX"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut number = String::new();
    BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut number).unwrap();
    (server, format!(":{}", number.trim()))
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
