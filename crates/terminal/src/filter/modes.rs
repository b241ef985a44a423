//! Modes that vt100 does not keep, the alternate screens, and DECRQM.

use vt100::{MouseProtocolEncoding, MouseProtocolMode};

use super::Filter;
use super::csi::Params;

/// Modes kept in front of vt100.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mode of its own with a number of its own")]
pub(in super::super) struct Modes {
    /// IRM, 4.
    pub insert: bool,
    /// LNM, 20.
    pub newline: bool,
    /// DECAWM, ?7, is on unless switched off.
    pub autowrap_off: bool,
    /// SGR 8: text takes its cells and is not kept, so that a concealed password is nowhere.
    pub concealed: bool,
    /// DECOM, ?6, of the main and the alternate screen.
    pub origin: [bool; 2],
    /// DECSCNM, ?5: the whole screen in reverse video.
    pub reverse: bool,
    /// Focus reports, ?1004.
    pub focus: bool,
    /// Wheel turns are arrow keys on the alternate screen, ?1007.
    pub wheel_keys: bool,
    /// Synchronised output, ?2026.
    pub synchronised: bool,
    /// Scroll margins from one, if they are not the whole screen.
    pub margins: Option<(u16, u16)>,
    /// Modes saved by XTSAVE.
    saved: Vec<(u16, bool)>,
}

/// The most modes that XTSAVE saves.
const MAX_SAVED_MODES: usize = 64;

impl Modes {
    /// Resets the modes that DECSTR does.
    pub(super) fn soft_reset(&mut self) {
        self.insert = false;
        self.autowrap_off = false;
        self.concealed = false;
        self.origin = [false; 2];
        self.margins = None;
    }
}

impl Filter {
    /// SM and RM.
    pub(super) fn ansi_modes(&mut self, params: &Params, on: bool) {
        for mode in params.values() {
            match mode {
                4 => self.modes.insert = on,
                20 => self.modes.newline = on,
                _ => {}
            }
        }
    }

    /// One mode of DECSET or DECRST.
    pub(super) fn private_mode(&mut self, mode: u16, on: bool, after: &[u8]) {
        match mode {
            5 => self.modes.reverse = on,
            6 => self.set_origin(on),
            7 => self.modes.autowrap_off = !on,
            1004 => self.modes.focus = on,
            1007 => self.modes.wheel_keys = on,
            47 | 1047 => self.switch_screen(on, mode == 1047),
            1048 if on => self.save_cursor(),
            1048 => self.restore_cursor(),
            1049 if on => self.enter_alternate(),
            1049 => {
                self.forward(b"\x1b[?47l");
                self.restore_cursor();
            }
            2026 => self.set_synchronised(on, after),
            1 | 9 | 25 | 1000 | 1002 | 1003 | 1005 | 1006 | 2004 => {
                self.inject(format_args!("\x1b[?{mode}{}", if on { 'h' } else { 'l' }));
            }
            _ => {}
        }
    }

    /// Switches between main and alternate screen without saving the cursor. vt100 has a cursor for each screen, a real
    /// terminal has one, so it is carried over.
    fn switch_screen(&mut self, on: bool, clear_on_leave: bool) {
        if on == self.vt.screen().alternate_screen() {
            return;
        }
        if !on && clear_on_leave {
            self.forward(b"\x1b[2J");
        }
        let (row, column) = (self.row(), self.column());
        self.forward(if on { b"\x1b[?47h" } else { b"\x1b[?47l" });
        self.restore_margins();
        self.inject(format_args!("\x1b[{};{}H", row + 1, column + 1));
    }

    /// 1049: saves the cursor and shows a cleared alternate screen, with the cursor where it was.
    fn enter_alternate(&mut self) {
        let (row, column) = (self.row(), self.column());
        self.save_cursor();
        self.forward(b"\x1b[?1049h");
        self.modes.origin[1] = false;
        self.restore_margins();
        self.inject(format_args!("\x1b[{};{}H", row + 1, column + 1));
    }

    /// Restores the margins after a switch: they belong to the terminal, in vt100 to each screen.
    fn restore_margins(&mut self) {
        let (top, bottom) = self.modes.margins.unwrap_or((1, self.rows()));
        let index = self.screen_index();
        self.modes.origin[index] = false;
        self.inject(format_args!("\x1b[?6l\x1b[{top};{bottom}r"));
    }

    fn set_synchronised(&mut self, on: bool, after: &[u8]) {
        if on && !self.modes.synchronised {
            // Nothing is drawn between two bytes of one feed, so an update that ends in it needs no held frame.
            self.sync_started = memchr::memmem::find(after, b"\x1b[?2026l").is_none();
        }
        self.modes.synchronised = on;
    }

    /// XTSAVE.
    pub(super) fn save_modes(&mut self, modes: &[u16]) {
        for mode in modes {
            if let Some(on) = self.private_mode_is(*mode) {
                self.modes.saved.retain(|(saved, _)| saved != mode);
                if self.modes.saved.len() < MAX_SAVED_MODES {
                    self.modes.saved.push((*mode, on));
                }
            }
        }
    }

    /// XTRESTORE.
    pub(super) fn restore_modes(&mut self, modes: &[u16]) {
        for mode in modes {
            if let Some((_, on)) = self.modes.saved.iter().find(|(saved, _)| saved == mode).copied() {
                self.private_mode(*mode, on, &[]);
            }
        }
    }

    fn private_mode_is(&self, mode: u16) -> Option<bool> {
        let screen = self.vt.screen();
        let mouse = screen.mouse_protocol_mode();
        Some(match mode {
            1 => screen.application_cursor(),
            5 => self.modes.reverse,
            6 => self.origin(),
            7 => !self.modes.autowrap_off,
            9 => mouse == MouseProtocolMode::Press,
            25 => !screen.hide_cursor(),
            47 | 1047 | 1049 => screen.alternate_screen(),
            1000 => mouse == MouseProtocolMode::PressRelease,
            1002 => mouse == MouseProtocolMode::ButtonMotion,
            1003 => mouse == MouseProtocolMode::AnyMotion,
            1004 => self.modes.focus,
            1005 => screen.mouse_protocol_encoding() == MouseProtocolEncoding::Utf8,
            1006 => screen.mouse_protocol_encoding() == MouseProtocolEncoding::Sgr,
            1007 => self.modes.wheel_keys,
            2004 => screen.bracketed_paste(),
            2026 => self.modes.synchronised,
            _ => return None,
        })
    }

    /// Replies to DECRQM: 1 set, 2 reset, 0 unknown.
    pub(super) fn report_mode(&mut self, private: Option<u8>, mode: u16) {
        let (mark, on) = match (private, mode) {
            (Some(b'?'), mode) => ("?", self.private_mode_is(mode)),
            (None, 4) => ("", Some(self.modes.insert)),
            (None, 20) => ("", Some(self.modes.newline)),
            (None, _) => ("", None),
            _ => return,
        };
        let value = match on {
            Some(true) => 1,
            Some(false) => 2,
            None => 0,
        };
        self.reply(format_args!("\x1b[{mark}{mode};{value}$y"));
    }
}
