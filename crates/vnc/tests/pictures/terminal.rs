//! Real terminals that show pictures.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::screenshot::Screenshot;
use crate::xvfb::PipedTerminal;

/// The longest wait for a terminal, on a loaded machine that draws with its processor.
const TIMEOUT: Duration = Duration::from_secs(90);

/// A colour that nothing else on the display has.
const MARK: u32 = 0x00fe_dc12;

pub(crate) struct Terminal {
    piped: PipedTerminal,
    /// Width and height of a cell, as the terminal reports it.
    pub(crate) cell: (u16, u16),
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

    fn start(command: Command) -> Self {
        let mut started = Self { piped: PipedTerminal::start(command), cell: (0, 0) };
        started.cell = started.ask_cell();
        started
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.piped.feed(bytes);
    }

    /// Asks for the size of a cell: `CSI 6 ; height ; width t`.
    fn ask_cell(&mut self) -> (u16, u16) {
        self.feed(b"\x1b[16t");
        let reply = self.piped.read_until(b"t", TIMEOUT).expect("the terminal reports the size of its cells");
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
            let Err(wrong) = check(&Screenshot::take(&self.piped.server.display)) else { return };
            assert!(Instant::now() < deadline, "{wrong}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
