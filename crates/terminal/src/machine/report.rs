//! Replies to queries for the terminal's identity and state. Formats after xterm's ctlseqs document.

use super::Machine;
use crate::CursorShape;
use crate::parser::Params;

/// Height and width of a cell in pixels, as reported: applications ask, though no pixel is drawn.
const CELL_PIXELS: (usize, usize) = (16, 8);
/// Depth of the title stack.
const MAX_SAVED_TITLES: usize = 16;

impl Machine {
    /// DA1: a VT420 with selective erase (6), rectangles (28), horizontal scrolling (21) and ANSI colour (22).
    pub(super) fn device_attributes(&mut self) {
        self.reply(format_args!("\x1b[?64;6;21;22;28c"));
    }

    /// DA2: a VT420 (41), as DA1 has it. The number is in the range where vim takes the terminal for one with SGR mouse
    /// reports and without the finer points of xterm.
    pub(super) fn secondary_attributes(&mut self) {
        self.reply(format_args!("\x1b[>41;4000;0c"));
    }

    /// DA3: the unit's number.
    pub(super) fn tertiary_attributes(&mut self) {
        self.reply(format_args!("\x1bP!|00000000\x1b\\"));
    }

    /// XTVERSION.
    pub(super) fn version(&mut self) {
        self.reply(format_args!("\x1bP>|Quarterdeck({})\x1b\\", env!("CARGO_PKG_VERSION")));
    }

    /// XTQMODKEYS: the state of modifyOtherKeys.
    pub(super) fn report_modified_keys(&mut self) {
        let now = self.modes.modify_other_keys;
        self.reply(format_args!("\x1b[>4;{now}m"));
    }

    /// DSR: 5 asks for the status, 6 for the cursor.
    pub(super) fn status_report(&mut self, params: &Params, private: bool) {
        let (what, number) = (params.get(0), params.get(1));
        let (row, column) = self.reported_place();
        let (row, column) = (row + 1, column + 1);
        match (what, private) {
            (5, false) => self.reply(format_args!("\x1b[0n")),
            (6, false) => self.reply(format_args!("\x1b[{row};{column}R")),
            (5, true) => self.reply(format_args!("\x1b[?0n")),
            (6, true) if self.modes.level < 3 => self.reply(format_args!("\x1b[?{row};{column}R")),
            (6, true) => self.reply(format_args!("\x1b[?{row};{column};1R")),
            (15, true) => self.reply(format_args!("\x1b[?13n")), // no printer
            (25, true) => self.reply(format_args!("\x1b[?20n")), // keys are not locked
            (26, true) => self.reply(format_args!("\x1b[?27;1;0;0n")), // a North American keyboard
            (53 | 55, true) => self.reply(format_args!("\x1b[?50n")), // no locator
            (56, true) => self.reply(format_args!("\x1b[?57;0n")),
            (62, true) => self.reply(format_args!("\x1b[0000*{{")), // no space for macros
            (63, true) => self.reply(format_args!("\x1bP{number}!~0000\x1b\\")),
            (75, true) => self.reply(format_args!("\x1b[?70n")), // data integrity: no errors
            (85, true) => self.reply(format_args!("\x1b[?83n")), // one session
            _ => {}
        }
    }

    /// XTWINOPS. The title is never sent back: an application that can set it could type with it.
    pub(super) fn window(&mut self, params: &Params) {
        let (rows, columns) = (self.rows, self.columns);
        match params.get(0) {
            // The view has the size that it has, but an application that asks for one wants no 132 columns.
            8 => self.leave_wide(),
            11 => self.reply(format_args!("\x1b[1t")),
            13 => self.reply(format_args!("\x1b[3;0;0t")),
            14 => self.reply(format_args!("\x1b[4;{};{}t", rows * CELL_PIXELS.0, columns * CELL_PIXELS.1)),
            15 => self.reply(format_args!("\x1b[5;{};{}t", rows * CELL_PIXELS.0, columns * CELL_PIXELS.1)),
            16 => self.reply(format_args!("\x1b[6;{};{}t", CELL_PIXELS.0, CELL_PIXELS.1)),
            // Applications read the number; a server that looks for its own report of a size does not see one.
            18 if self.size_reports_taken => self.reply(format_args!("\x1b[08;{rows};{columns}t")),
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

    pub(super) fn cursor_style_number(&self) -> u8 {
        match self.cursor_style {
            (CursorShape::Default, _) | (CursorShape::Block, true) => 1,
            (CursorShape::Block, false) => 2,
            (CursorShape::Underline, true) => 3,
            (CursorShape::Underline, false) => 4,
            (CursorShape::Bar, true) => 5,
            (CursorShape::Bar, false) => 6,
        }
    }
}
