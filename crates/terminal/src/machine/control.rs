//! Dispatch of controls and sequences.

use super::{Machine, Protection};
use crate::CursorShape;
use crate::parser::{Csi, Handler, Params, StringKind};

impl Handler for Machine {
    fn print_ascii(&mut self, text: &[u8]) {
        self.print_run(text);
    }

    fn print(&mut self, c: char) {
        self.print_char(c);
    }

    fn control(&mut self, byte: u8) {
        self.last_printed = None;
        match byte {
            0x07 => self.events.bell = true,
            0x08 => self.back(1),
            0x09 => self.tab(1),
            0x0a..=0x0c => {
                self.index();
                if self.modes.newline {
                    self.carriage_return();
                }
            }
            0x0d => self.carriage_return(),
            0x0e => self.charsets.shift(1),
            0x0f => self.charsets.shift(0),
            _ => {}
        }
    }

    fn escape(&mut self, intermediates: &[u8], action: u8) {
        self.last_printed = None;
        match (intermediates, action) {
            ([], b'6') if self.modes.level >= 4 => self.back_index(),
            ([], b'7') => self.save_cursor(),
            ([], b'8') => self.restore_cursor(),
            ([], b'9') if self.modes.level >= 4 => self.forward_index(),
            ([], b'=') => self.modes.application_keypad = true,
            ([], b'>') => self.modes.application_keypad = false,
            ([], b'D') => self.index(),
            ([], b'E') => {
                self.index();
                self.carriage_return();
            }
            ([], b'H') => self.tabs.set(self.cursor.column, true),
            ([], b'M') => self.reverse_index(),
            ([], b'N') => self.charsets.shift_once(2),
            ([], b'O') => self.charsets.shift_once(3),
            ([], b'V') => self.protect(true, Protection::All),
            ([], b'W') => self.protect(false, Protection::All),
            ([], b'Z') => self.device_attributes(),
            ([], b'c') => self.hard_reset(),
            ([], b'n') => self.charsets.shift(2),
            ([], b'o') => self.charsets.shift(3),
            ([b' '], b'F') => self.modes.eight_bit_replies = false,
            ([b' '], b'G') => self.modes.eight_bit_replies = true,
            ([b'#'], b'3' | b'4' | b'6') => self.set_double(true),
            ([b'#'], b'5') => self.set_double(false),
            ([b'#'], b'8') => self.alignment_test(),
            ([b'(' | b')' | b'*' | b'+' | b'-' | b'.' | b'/', ..], set) => {
                self.charsets.designate(intermediates, set, self.modes.national);
            }
            _ => {}
        }
    }

    fn csi(&mut self, csi: &Csi<'_>) {
        // Colons are of renditions alone.
        if csi.params.has_groups() && csi.action != b'm' {
            self.last_printed = None;
            return;
        }
        match (csi.private, csi.intermediates) {
            (None, []) if csi.action == b'b' => self.repeat(csi.params.count(0)),
            (None, []) => self.plain_csi(csi),
            (Some(b'?'), []) => self.private_csi(csi),
            (Some(b'>'), []) => match csi.action {
                b'c' if csi.params.get(0) == 0 => self.secondary_attributes(),
                b'q' if csi.params.get(0) == 0 => self.version(),
                b'm' if csi.params.get(0) == 4 => {
                    self.modes.modify_other_keys = u8::try_from(csi.params.get(1)).unwrap_or(0).min(2);
                }
                b'n' if csi.params.get(0) == 4 => self.modes.modify_other_keys = 0,
                b'u' => self.keyboard_flags(b'>', csi.params),
                _ => {}
            },
            (Some(b'='), []) if csi.action == b'c' && csi.params.get(0) == 0 => self.tertiary_attributes(),
            (Some(private @ (b'<' | b'=')), []) if csi.action == b'u' => {
                self.keyboard_flags(private, csi.params);
            }
            (None, [intermediate]) => self.csi_with(*intermediate, csi),
            (Some(b'?'), b"$") if csi.action == b'p' => self.report_mode(csi.private, csi.params.get(0)),
            _ => {}
        }
        // REP repeats only what was printed just before it.
        self.last_printed = None;
    }

    fn string(&mut self, kind: StringKind, body: &[u8], bell: bool) {
        match kind {
            StringKind::Osc => self.osc(body, bell),
            StringKind::Dcs => self.dcs(body),
            StringKind::Other => {}
        }
        self.last_printed = None;
    }
}

impl Machine {
    fn plain_csi(&mut self, csi: &Csi<'_>) {
        let params = csi.params;
        let (count, what) = (params.count(0), params.get(0));
        match csi.action {
            b'@' => self.insert_characters(count),
            b'A' | b'k' => self.up(count),
            b'B' => self.down(count),
            b'C' => self.forward(count),
            b'D' | b'j' => self.back(count),
            b'E' => {
                self.down(count);
                self.carriage_return();
            }
            b'F' => {
                self.up(count);
                self.carriage_return();
            }
            b'G' | b'`' => self.go_to(self.reported_place().0, count - 1),
            b'H' | b'f' => self.go_to(count - 1, params.count(1) - 1),
            b'I' => self.tab(count),
            b'J' => self.erase_display(what, false),
            b'K' => self.erase_line(what, false),
            b'L' => self.insert_lines(count),
            b'M' => self.delete_lines(count),
            b'P' => self.delete_characters(count),
            // Zero scrolls nothing.
            b'S' => self.scroll_up(count),
            // With more parameters it is highlight tracking, which is not there.
            b'T' if params.values().len() == 1 && !params.is_zero() => self.scroll_down(count),
            b'^' => self.scroll_down(count),
            b'X' => self.erase_characters(count),
            b'Z' => self.back_tab(count),
            b'a' => {
                let (row, column) = self.reported_place();
                self.go_to(row, column + count);
            }
            b'c' if what == 0 => self.device_attributes(),
            b'd' => self.go_to(count - 1, self.reported_place().1),
            b'e' => {
                let (row, column) = self.reported_place();
                self.go_to(row + count, column);
            }
            b'g' => match what {
                0 => self.tabs.set(self.cursor.column, false),
                3 => self.tabs.clear_all(),
                _ => {}
            },
            b'h' | b'l' => self.set_ansi_modes(params, csi.action == b'h'),
            b'm' => self.rendition(params),
            b'n' => self.status_report(params, false),
            b'r' => self.set_vertical_margins(what.into(), params.get(1).into()),
            b's' if self.modes.horizontal_margins => {
                self.set_horizontal_margins(what.into(), params.get(1).into());
            }
            b's' => self.save_cursor(),
            b't' => self.window(params),
            b'u' => self.restore_cursor(),
            b'W' if what == 5 => self.tabs = super::TabStops::default(), // DECST8C as the Linux console has it
            _ => {}
        }
    }

    fn private_csi(&mut self, csi: &Csi<'_>) {
        let params = csi.params;
        match csi.action {
            b'm' if params.get(0) == 4 => self.report_modified_keys(),
            b'h' | b'l' => {
                for mode in params.values() {
                    self.set_private_mode(*mode, csi.action == b'h');
                }
            }
            b's' => self.save_modes(params.values()),
            b'r' => self.restore_modes(params.values()),
            b'J' => self.erase_display(params.get(0), true),
            b'K' => self.erase_line(params.get(0), true),
            b'n' => self.status_report(params, true),
            b'u' => self.keyboard_flags(b'?', params),
            b'W' if params.get(0) == 5 => self.tabs = super::TabStops::default(),
            _ => {}
        }
    }

    /// Sequences with an intermediate.
    fn csi_with(&mut self, intermediate: u8, csi: &Csi<'_>) {
        let params = csi.params;
        match (intermediate, csi.action) {
            (b' ', b'@') if self.in_margins() => {
                self.shift_columns(self.margins.left, params.count(0), false);
            }
            (b' ', b'A') if self.in_margins() => self.shift_columns(self.margins.left, params.count(0), true),
            (b' ', b'q') => self.set_cursor_style(params.get(0)),
            (b'!', b'p') => self.soft_reset(),
            (b'"', b'q') => match params.get(0) {
                1 => self.protect(true, Protection::Selective),
                0 | 2 => self.protect(false, Protection::Selective),
                _ => {}
            },
            (b'"', b'p') => self.set_level(params),
            (b'#', b'y') => self.checksum_form = params.get(0),
            (b'$', b'p') => self.report_mode(None, params.get(0)),
            _ if self.modes.level >= 4 => self.vt420_csi(intermediate, csi),
            _ => {}
        }
    }

    /// Rectangles and columns, which a VT420 was the first to have.
    fn vt420_csi(&mut self, intermediate: u8, csi: &Csi<'_>) {
        let params = csi.params;
        match (intermediate, csi.action) {
            (b'$', b'r') => self.change_rectangle(params, false),
            (b'$', b't') => self.change_rectangle(params, true),
            (b'$', b'v') => self.copy_rectangle(params),
            (b'$', b'x') => self.fill_rectangle(params),
            (b'$', b'z') => self.erase_rectangle(params),
            (b'$', b'{') => self.selectively_erase_rectangle(params),
            (b'\'', b'}') if self.in_margins() => {
                self.shift_columns(self.cursor.column, params.count(0), true);
            }
            (b'\'', b'~') if self.in_margins() => {
                self.shift_columns(self.cursor.column, params.count(0), false);
            }
            (b'*', b'x') => self.modes.change_extent = params.get(0),
            (b'*', b'y') => self.checksum(params),
            _ => {}
        }
    }

    /// DECSCL: a soft reset, a level whose features are there, and the form of the replies. The highest level (65) has
    /// those of a VT420.
    fn set_level(&mut self, params: &Params) {
        if let level @ 61..=65 = params.get(0) {
            self.soft_reset();
            self.modes.level = level - 60;
            self.modes.eight_bit_replies = level > 61 && params.get(1) != 1;
        }
    }

    /// DECSCUSR.
    fn set_cursor_style(&mut self, style: u16) {
        self.cursor_style = match style {
            0 => (CursorShape::Default, false),
            1 => (CursorShape::Block, true),
            2 => (CursorShape::Block, false),
            3 => (CursorShape::Underline, true),
            4 => (CursorShape::Underline, false),
            5 => (CursorShape::Bar, true),
            6 => (CursorShape::Bar, false),
            _ => return,
        };
    }
}
