//! Saved cursors and resets: DECSC, DECRC, DECALN, DECSTR, RIS.

use super::Filter;
use super::charset::Charsets;
use super::modes::Modes;
use super::scanner::Scanner;

/// The part of DECSC's saved state that vt100 does not keep.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SavedCursor {
    charsets: Charsets,
    autowrap_off: bool,
    concealed: bool,
    origin: bool,
}

impl Filter {
    /// Fills the screen with `E` in the plain rendition and homes the cursor.
    pub(super) fn alignment_test(&mut self) {
        let rendition = self.vt.screen().attributes_formatted();
        let (rows, columns) = (self.rows(), self.columns());
        self.set_origin(false);
        self.modes.margins = None;
        self.forward(b"\x1b[r\x1b[m");
        let line = "E".repeat(usize::from(columns));
        for row in 1..=rows {
            self.inject(format_args!("\x1b[{row};1H{line}"));
        }
        self.forward(b"\x1b[H");
        self.forward(rendition.as_bytes());
    }

    pub(super) fn save_cursor(&mut self) {
        self.saved[self.screen_index()] = SavedCursor {
            charsets: self.charsets,
            autowrap_off: self.modes.autowrap_off,
            concealed: self.modes.concealed,
            origin: self.origin(),
        };
        self.forward(b"\x1b7");
    }

    pub(super) fn restore_cursor(&mut self) {
        let index = self.screen_index();
        let saved = self.saved[index];
        self.charsets = saved.charsets;
        self.modes.autowrap_off = saved.autowrap_off;
        self.modes.concealed = saved.concealed;
        self.modes.origin[index] = saved.origin;
        self.forward(b"\x1b8");
    }

    /// DECSTR. vt100 moves the cursor where a real terminal leaves it, so it is put back.
    pub(super) fn soft_reset(&mut self) {
        let (row, column) = (self.row(), self.column());
        self.modes.soft_reset();
        self.charsets = Charsets::default();
        self.forward(b"\x1b[?25h\x1b[?6l\x1b[?1l\x1b>\x1b[r\x1b[m\x1b[H");
        self.save_cursor();
        self.inject(format_args!("\x1b[{};{}H", row + 1, column + 1));
    }

    /// RIS. vt100 would throw the scrollback away, which xterm keeps.
    pub fn hard_reset(&mut self) {
        self.leave_modes();
        self.tabs.reset();
        self.palette.reset();
        self.titles.clear();
        self.forward(b"\x1b[2J\x1b[H");
        self.save_cursor();
    }

    /// Resets every mode that would disturb the next application, but leaves the main screen's text.
    pub fn leave_modes(&mut self) {
        self.scanner = Scanner::new();
        self.incomplete.clear();
        self.modes = Modes::default();
        self.charsets = Charsets::default();
        self.saved = [SavedCursor::default(); 2];
        self.forward(b"\x1b[?47l");
        let (row, column) = (self.row(), self.column());
        self.inject(format_args!("\x1b[?6l\x1b[r\x1b[{};{}H", row + 1, column + 1));
        self.forward(b"\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?2004l");
        self.forward(b"\x1b[?1l\x1b>\x1b[?25h\x1b[0 q\x1b[m");
    }
}
