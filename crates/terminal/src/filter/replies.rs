//! Replies to queries for the terminal's identity and state. Formats after xterm's ctlseqs document.

use super::Filter;
use super::csi::Params;

/// Height and width of a cell in pixels, as reported: applications ask, though no pixel is drawn.
const CELL_PIXELS: (u32, u32) = (16, 8);
/// Depth of the title stack.
const MAX_SAVED_TITLES: usize = 16;

impl Filter {
    /// DA1: a VT220 with ANSI colour.
    pub(super) fn device_attributes(&mut self) {
        self.reply(format_args!("\x1b[?62;22c"));
    }

    /// DA2. The number is in the range where vim takes the terminal for one with SGR mouse reports and without the
    /// finer points of xterm.
    pub(super) fn secondary_attributes(&mut self) {
        self.reply(format_args!("\x1b[>1;4000;0c"));
    }

    /// XTVERSION.
    pub(super) fn version(&mut self) {
        self.reply(format_args!("\x1bP>|Quarterdeck({})\x1b\\", env!("CARGO_PKG_VERSION")));
    }

    /// DSR: 5 asks for the status, 6 for the cursor.
    pub(super) fn status_report(&mut self, what: u16, private: bool) {
        let top = match (self.origin(), self.modes.margins) {
            (true, Some((top, _))) => top - 1,
            _ => 0,
        };
        let row = self.row().saturating_sub(top) + 1;
        let column = self.column() + 1;
        match (what, private) {
            (5, false) => self.reply(format_args!("\x1b[0n")),
            (6, false) => self.reply(format_args!("\x1b[{row};{column}R")),
            (6, true) => self.reply(format_args!("\x1b[?{row};{column};1R")),
            (15, true) => self.reply(format_args!("\x1b[?13n")), // no printer
            (25, true) => self.reply(format_args!("\x1b[?20n")), // keys are not locked
            (26, true) => self.reply(format_args!("\x1b[?27;1;0;0n")), // a North American keyboard
            _ => {}
        }
    }

    /// XTWINOPS. The title is never sent back: an application that can set it could type with it.
    pub(super) fn window(&mut self, params: &Params) {
        let (rows, columns) = (u32::from(self.rows()), u32::from(self.columns()));
        match params.get(0) {
            11 => self.reply(format_args!("\x1b[1t")),
            13 => self.reply(format_args!("\x1b[3;0;0t")),
            14 => self.reply(format_args!("\x1b[4;{};{}t", rows * CELL_PIXELS.0, columns * CELL_PIXELS.1)),
            16 => self.reply(format_args!("\x1b[6;{};{}t", CELL_PIXELS.0, CELL_PIXELS.1)),
            18 => self.reply(format_args!("\x1b[8;{rows};{columns}t")),
            19 => self.reply(format_args!("\x1b[9;{rows};{columns}t")),
            20 => self.reply(format_args!("\x1b]L\x1b\\")),
            21 => self.reply(format_args!("\x1b]l\x1b\\")),
            22 if params.get(1) != 1 => {
                if self.titles.len() == MAX_SAVED_TITLES {
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

    /// Handles a device control string: DECRQSS and XTGETTCAP are answered, others dropped.
    pub(super) fn dcs(&mut self, body: &[u8]) {
        if let Some(setting) = body.strip_prefix(b"$q") {
            self.report_setting(setting);
        } else if body.starts_with(b"+q") {
            self.reply(format_args!("\x1bP0+r\x1b\\"));
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
                self.reply(format_args!("\x1bP0$r\x1b\\"));
                return;
            }
        };
        self.reply(format_args!("\x1bP1$r{value}\x1b\\"));
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
        self.reply(format_args!("\x1bP{}!~{sum:04X}\x1b\\", params.get(0)));
    }
}
