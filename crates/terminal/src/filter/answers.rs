//! What a terminal answers when asked what it is and how it stands. Shapes after xterm's ctlseqs document.

use super::Filter;
use super::sequence::Params;

/// A cell in pixels, as far as a guest is told: it draws nothing with it but asks.
const CELL: (u32, u32) = (16, 8);
/// Titles kept on the stack at most.
const TITLES: usize = 16;

impl Filter {
    /// DA1: a VT220 with ANSI colour.
    pub(super) fn device_attributes(&mut self) {
        self.answer(format_args!("\x1b[?62;22c"));
    }

    /// DA2. The number is in the range where vim takes the terminal for one with SGR mouse reports and without the
    /// finer points of xterm.
    pub(super) fn secondary_attributes(&mut self) {
        self.answer(format_args!("\x1b[>1;4000;0c"));
    }

    /// XTVERSION.
    pub(super) fn version(&mut self) {
        self.answer(format_args!("\x1bP>|Quarterdeck({})\x1b\\", env!("CARGO_PKG_VERSION")));
    }

    /// DSR: 5 is "are you well", 6 "where is the cursor".
    pub(super) fn status_report(&mut self, what: u16, private: bool) {
        let top = match (self.origin(), self.modes.margins) {
            (true, Some((top, _))) => top - 1,
            _ => 0,
        };
        let row = self.row().saturating_sub(top) + 1;
        let column = self.column() + 1;
        match (what, private) {
            (5, false) => self.answer(format_args!("\x1b[0n")),
            (6, false) => self.answer(format_args!("\x1b[{row};{column}R")),
            (6, true) => self.answer(format_args!("\x1b[?{row};{column};1R")),
            (15, true) => self.answer(format_args!("\x1b[?13n")), // no printer
            (25, true) => self.answer(format_args!("\x1b[?20n")), // keys are not locked
            (26, true) => self.answer(format_args!("\x1b[?27;1;0;0n")), // a North American keyboard
            _ => {}
        }
    }

    /// XTWINOPS. The title is never sent back: a guest that can set it could type with it.
    pub(super) fn window(&mut self, params: &Params) {
        let (rows, columns) = (u32::from(self.rows()), u32::from(self.columns()));
        match params.get(0) {
            11 => self.answer(format_args!("\x1b[1t")),
            13 => self.answer(format_args!("\x1b[3;0;0t")),
            14 => self.answer(format_args!("\x1b[4;{};{}t", rows * CELL.0, columns * CELL.1)),
            16 => self.answer(format_args!("\x1b[6;{};{}t", CELL.0, CELL.1)),
            18 => self.answer(format_args!("\x1b[8;{rows};{columns}t")),
            19 => self.answer(format_args!("\x1b[9;{rows};{columns}t")),
            20 => self.answer(format_args!("\x1b]L\x1b\\")),
            21 => self.answer(format_args!("\x1b]l\x1b\\")),
            22 if params.get(1) != 1 => {
                if self.titles.len() == TITLES {
                    self.titles.remove(0);
                }
                self.titles.push(self.title.clone());
            }
            23 if params.get(1) != 1 => {
                if let Some(title) = self.titles.pop() {
                    self.title = title;
                }
            }
            _ => {}
        }
    }

    /// A device control string: DECRQSS and XTGETTCAP are answered, the rest is dropped.
    pub(super) fn dcs(&mut self, body: &[u8]) {
        if let Some(setting) = body.strip_prefix(b"$q") {
            self.report_setting(setting);
        } else if body.starts_with(b"+q") {
            self.answer(format_args!("\x1bP0+r\x1b\\"));
        }
    }

    fn report_setting(&mut self, setting: &[u8]) {
        let value = match setting {
            b"m" => {
                // vt100 writes `CSI m` for the reset, then one sequence for what is on.
                let formatted = self.vt.screen().attributes_formatted();
                let on = formatted.rsplit("\x1b[").next().unwrap_or_default().trim_end_matches('m');
                if on.is_empty() { "0m".to_owned() } else { format!("0;{on}m") }
            }
            b"r" => {
                let (top, bottom) = self.modes.margins.unwrap_or((1, self.rows()));
                format!("{top};{bottom}r")
            }
            b" q" => format!("{} q", self.cursor_style()),
            b"\"p" => "62;1\"p".to_owned(),
            b"\"q" => "0\"q".to_owned(),
            b"t" => format!("{}t", self.rows()),
            _ => {
                self.answer(format_args!("\x1bP0$r\x1b\\"));
                return;
            }
        };
        self.answer(format_args!("\x1bP1$r{value}\x1b\\"));
    }

    fn cursor_style(&self) -> u8 {
        use vt100::CursorStyle::{
            BlinkBlock, BlinkUnderline, BlinkVerticalBar, Default, SteadyBlock, SteadyUnderline,
            SteadyVerticalBar,
        };
        match self.vt.screen().cursor_style() {
            Default | BlinkBlock => 1,
            SteadyBlock => 2,
            BlinkUnderline => 3,
            SteadyUnderline => 4,
            BlinkVerticalBar => 5,
            SteadyVerticalBar => 6,
        }
    }

    /// DECRQCRA: the checksum of a rectangle, by which conformance suites read the screen.
    pub(super) fn checksum(&mut self, params: &Params) {
        let (rows, columns) = (self.rows(), self.columns());
        let bound = |value: u16, most: u16| if value == 0 { most } else { value.min(most) };
        let (top, left) = (params.count(2) - 1, params.count(3) - 1);
        let (bottom, right) = (bound(params.get(4), rows), bound(params.get(5), columns));
        let mut sum = 0_u32;
        for row in top..bottom {
            for column in left..right {
                let cell = self.vt.screen().cell(row, column);
                let c = cell.and_then(|cell| cell.contents().chars().next()).unwrap_or(' ');
                sum = sum.wrapping_add(u32::from(c));
            }
        }
        let sum = sum.wrapping_neg() & 0xffff;
        self.answer(format_args!("\x1bP{}!~{sum:04X}\x1b\\", params.get(0)));
    }
}
