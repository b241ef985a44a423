//! A real xterm.

use std::process::Command;
use std::time::Duration;

use crate::report::{parse_cells, query};
use crate::screen::{Screen, escaped};
use crate::xvfb::PipedTerminal;

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
    terminal: PipedTerminal,
    columns: u16,
    rows: u16,
    query: Vec<u8>,
}

impl Xterm {
    pub(crate) fn start(columns: u16, rows: u16) -> Self {
        let mut command = Command::new("xterm");
        command.args(["-u8", "-ti", "vt525", "-geometry", &format!("{columns}x{rows}")]);
        for resource in RESOURCES {
            command.args(["-xrm", resource]);
        }
        command.args(["-xrm", &format!("XTerm*answerbackString: {ANSWERBACK}"), "-e"]);
        let terminal = PipedTerminal::start(command);
        let mut xterm = Self { terminal, columns, rows, query: query(columns, rows) };
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
        self.terminal.feed(bytes);
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
        let Some(mut replies) = self.terminal.read_until(ANSWERBACK.as_bytes(), REPLY_TIMEOUT) else {
            panic!("no reply of xterm to {}", escaped(bytes));
        };
        replies.truncate(replies.len() - ANSWERBACK.len());
        replies
    }
}
