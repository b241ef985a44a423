//! Modes: set, reset, saved and reported.

use std::collections::{BTreeMap, BTreeSet};

use super::Machine;
use crate::input::{KITTY_FLAGS, MouseProtocolEncoding, MouseProtocolMode};
use crate::parser::Params;

/// The modes of a terminal.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mode of its own with a number of its own")]
pub(crate) struct Modes {
    /// IRM, 4.
    pub insert: bool,
    /// LNM, 20.
    pub newline: bool,
    /// DECCKM, ?1.
    pub application_cursor: bool,
    /// DECSCNM, ?5: the whole screen in reverse video.
    pub reverse: bool,
    /// DECOM, ?6.
    pub origin: bool,
    /// DECAWM, ?7.
    pub autowrap: bool,
    /// ?12: the cursor blinks.
    pub blink: bool,
    /// DECTCEM, ?25.
    pub cursor_visible: bool,
    /// ?40: the application may change the number of columns.
    pub column_switch: bool,
    /// DECCOLM, ?3.
    pub wide: bool,
    /// ?41: a tab behind a full row goes to the next one.
    pub more_fix: bool,
    /// DECNRCM, ?42: national replacement sets can be designated. Text stays in its encoding.
    pub national: bool,
    /// ?45: back from the first column to the end of the row above.
    pub reverse_wrap: bool,
    /// ?1045: the same under the number that xterm gave it when 45 became a mode for wrapped lines alone.
    pub extended_reverse_wrap: bool,
    /// DECNKM, ?66, DECKPAM.
    pub application_keypad: bool,
    /// DECBKM, ?67: Backspace sends BS.
    pub backarrow: bool,
    /// DECLRMM, ?69.
    pub horizontal_margins: bool,
    /// ?9, ?1000, ?1002, ?1003.
    pub mouse: MouseProtocolMode,
    /// ?1005, ?1006.
    pub mouse_encoding: MouseProtocolEncoding,
    /// ?1004.
    pub focus: bool,
    /// ?1007: wheel turns are arrow keys on the alternate screen. Set from the start, as today's terminals do: `less`
    /// counts on it, and only programs that want none reset it. xterm leaves it to a resource.
    pub wheel_keys: bool,
    /// ?2004.
    pub bracketed_paste: bool,
    /// ?2026.
    pub synchronised: bool,
    /// S8C1T: replies in their eight-bit form.
    pub eight_bit_replies: bool,
    /// DECSACE: with 2 changes of attributes apply to a rectangle, else to a stream of text.
    pub change_extent: u16,
    /// DECSCL, from 1 to 5: the terminal of the VT series whose features are there.
    pub level: u16,
    /// xterm's modifyOtherKeys.
    pub modify_other_keys: u8,
    /// Flags of kitty's keyboard protocol of the main and the alternate screen; the last ones are in force.
    kitty: [Vec<u8>; 2],
    /// Modes that are kept for DECRQM alone.
    others: BTreeSet<(bool, u16)>,
    /// Modes saved by XTSAVE.
    saved: BTreeMap<u16, bool>,
}

/// The most flags pushed on a screen; the oldest are dropped.
const MAX_KITTY_STACK: usize = 32;
/// The most modes that XTSAVE saves.
const MAX_SAVED_MODES: usize = 64;
/// Private modes without an effect here, whose state is reported.
const OTHER_PRIVATE: [u16; 22] = [
    2, 4, 18, 19, 30, 35, 38, 44, 46, 80, 1001, 1010, 1011, 1015, 1034, 1035, 1036, 1037, 1039, 1040, 1042,
    1043,
];
/// Those of them that are set at the start.
const OTHER_PRIVATE_SET: [u16; 5] = [35, 1010, 1034, 1035, 1040];
/// ANSI modes without an effect here, whose state is reported.
const OTHER_ANSI: [u16; 2] = [2, 12];
/// ANSI modes that are always reset.
const ALWAYS_RESET_ANSI: [u16; 13] = [1, 3, 5, 7, 10, 11, 13, 14, 15, 16, 17, 18, 19];
/// Private modes that are always reset: autorepeat is the user's own.
const ALWAYS_RESET_PRIVATE: [u16; 1] = [8];

impl Default for Modes {
    fn default() -> Self {
        Self {
            insert: false,
            newline: false,
            application_cursor: false,
            reverse: false,
            origin: false,
            autowrap: true,
            blink: false,
            cursor_visible: true,
            column_switch: false,
            wide: false,
            more_fix: false,
            national: false,
            reverse_wrap: false,
            extended_reverse_wrap: false,
            application_keypad: false,
            backarrow: false,
            horizontal_margins: false,
            mouse: MouseProtocolMode::None,
            mouse_encoding: MouseProtocolEncoding::Default,
            focus: false,
            wheel_keys: true,
            bracketed_paste: false,
            synchronised: false,
            eight_bit_replies: false,
            change_extent: 0,
            level: 4,
            modify_other_keys: 0,
            kitty: [Vec::new(), Vec::new()],
            others: OTHER_PRIVATE_SET.into_iter().map(|mode| (true, mode)).collect(),
            saved: BTreeMap::new(),
        }
    }
}

impl Machine {
    /// SM and RM.
    pub(super) fn set_ansi_modes(&mut self, params: &Params, on: bool) {
        for mode in params.values() {
            match mode {
                4 => self.modes.insert = on,
                20 => self.modes.newline = on,
                mode if OTHER_ANSI.contains(mode) => self.keep_other(false, *mode, on),
                _ => {}
            }
        }
    }

    fn keep_other(&mut self, private: bool, mode: u16, on: bool) {
        if on {
            self.modes.others.insert((private, mode));
        } else {
            self.modes.others.remove(&(private, mode));
        }
    }

    /// One mode of DECSET or DECRST.
    pub(super) fn set_private_mode(&mut self, mode: u16, on: bool) {
        let mouse = |wanted, modes: &mut Modes| {
            if on {
                modes.mouse = wanted;
            } else {
                modes.mouse = MouseProtocolMode::None;
            }
        };
        let modes = &mut self.modes;
        match mode {
            1 => modes.application_cursor = on,
            3 if modes.column_switch => self.switch_columns(on),
            5 => modes.reverse = on,
            6 => {
                modes.origin = on;
                self.go_to(0, 0);
            }
            7 => modes.autowrap = on,
            9 => mouse(MouseProtocolMode::Press, modes),
            12 => modes.blink = on,
            25 => modes.cursor_visible = on,
            40 => modes.column_switch = on,
            41 => modes.more_fix = on,
            42 if modes.level >= 2 => modes.national = on,
            45 => modes.reverse_wrap = on,
            47 => self.show_screen(on),
            66 => modes.application_keypad = on,
            67 => modes.backarrow = on,
            69 if modes.level >= 4 => {
                modes.horizontal_margins = on;
                if on {
                    self.reset_double();
                } else {
                    self.reset_horizontal_margins();
                }
            }
            1000 => mouse(MouseProtocolMode::PressRelease, modes),
            1002 => mouse(MouseProtocolMode::ButtonMotion, modes),
            1003 => mouse(MouseProtocolMode::AnyMotion, modes),
            1004 => modes.focus = on,
            1005 | 1006 => {
                modes.mouse_encoding = match (on, mode) {
                    (true, 1005) => MouseProtocolEncoding::Utf8,
                    (true, _) => MouseProtocolEncoding::Sgr,
                    (false, _) => MouseProtocolEncoding::Default,
                };
            }
            1007 => modes.wheel_keys = on,
            1045 => modes.extended_reverse_wrap = on,
            1047 => {
                if !on && self.on_alternate {
                    self.clear_screen();
                }
                self.show_screen(on);
            }
            1048 if on => self.save_cursor(),
            1048 => self.restore_cursor(),
            1049 if on => {
                self.save_cursor();
                self.show_screen(true);
                self.clear_screen();
            }
            1049 => {
                self.show_screen(false);
                self.restore_cursor();
            }
            2004 => modes.bracketed_paste = on,
            2026 => {
                self.events.sync_started |= on && !modes.synchronised;
                modes.synchronised = on;
            }
            _ if OTHER_PRIVATE.contains(&mode) => self.keep_other(true, mode, on),
            _ => {}
        }
    }

    fn show_screen(&mut self, alternate: bool) {
        self.on_alternate = alternate;
    }

    fn clear_screen(&mut self) {
        self.clear_rows(self.blank());
        self.cursor.wrap_pending = false;
    }

    /// DECCOLM: 132 columns or 80, whatever the view is. The screen is cleared.
    fn switch_columns(&mut self, wide: bool) {
        self.modes.wide = wide;
        let columns = if wide { 132 } else { 80 };
        self.resize(columns, self.rows);
        self.modes.horizontal_margins = false;
        self.reset_margins();
        self.clear_rows(self.blank());
        self.go_to(0, 0);
    }

    /// Leaves 132 columns for those of the view.
    pub(super) fn leave_wide(&mut self) {
        if std::mem::take(&mut self.modes.wide) {
            self.resize(self.view_columns, self.rows);
        }
    }

    /// XTSAVE.
    pub(super) fn save_modes(&mut self, modes: &[u16]) {
        for mode in modes {
            if let Some(on) = self.private_mode(*mode)
                && (self.modes.saved.len() < MAX_SAVED_MODES || self.modes.saved.contains_key(mode))
            {
                self.modes.saved.insert(*mode, on);
            }
        }
    }

    /// XTRESTORE.
    pub(super) fn restore_modes(&mut self, modes: &[u16]) {
        for mode in modes {
            if let Some(on) = self.modes.saved.get(mode).copied() {
                self.set_private_mode(*mode, on);
            }
        }
    }

    fn private_mode(&self, mode: u16) -> Option<bool> {
        let modes = &self.modes;
        Some(match mode {
            1 => modes.application_cursor,
            3 => modes.wide,
            5 => modes.reverse,
            6 => modes.origin,
            7 => modes.autowrap,
            9 => modes.mouse == MouseProtocolMode::Press,
            12 => modes.blink,
            25 => modes.cursor_visible,
            40 => modes.column_switch,
            41 => modes.more_fix,
            42 if modes.level < 2 => return None,
            42 => modes.national,
            45 => modes.reverse_wrap,
            47 | 1047 | 1049 => self.on_alternate,
            66 => modes.application_keypad,
            67 => modes.backarrow,
            69 => modes.horizontal_margins,
            1000 => modes.mouse == MouseProtocolMode::PressRelease,
            1002 => modes.mouse == MouseProtocolMode::ButtonMotion,
            1003 => modes.mouse == MouseProtocolMode::AnyMotion,
            1004 => modes.focus,
            1005 => modes.mouse_encoding == MouseProtocolEncoding::Utf8,
            1006 => modes.mouse_encoding == MouseProtocolEncoding::Sgr,
            1007 => modes.wheel_keys,
            1045 => modes.extended_reverse_wrap,
            1048 => true,
            2004 => modes.bracketed_paste,
            2026 => modes.synchronised,
            _ if OTHER_PRIVATE.contains(&mode) => modes.others.contains(&(true, mode)),
            _ => return None,
        })
    }

    /// Replies to DECRQM: 1 set, 2 reset, 4 always reset, 0 unknown.
    pub(super) fn report_mode(&mut self, private: Option<u8>, mode: u16) {
        if self.modes.level < 3 && private.is_none() {
            return;
        }
        let (mark, on, always_reset) = match private {
            Some(b'?') => ("?", self.private_mode(mode), ALWAYS_RESET_PRIVATE.contains(&mode)),
            None => {
                let on = match mode {
                    4 => Some(self.modes.insert),
                    20 => Some(self.modes.newline),
                    _ if OTHER_ANSI.contains(&mode) => Some(self.modes.others.contains(&(false, mode))),
                    _ => None,
                };
                ("", on, ALWAYS_RESET_ANSI.contains(&mode))
            }
            _ => return,
        };
        let value = match on {
            Some(true) => 1,
            Some(false) => 2,
            None if always_reset => 4,
            None => 0,
        };
        self.reply(format_args!("\x1b[{mark}{mode};{value}$y"));
    }

    /// kitty's keyboard protocol: push, pop, set and query of its flags.
    pub(super) fn keyboard_flags(&mut self, private: u8, params: &Params) {
        let flags = u8::try_from(params.get(0)).unwrap_or(u8::MAX) & KITTY_FLAGS;
        let stack = &mut self.modes.kitty[usize::from(self.on_alternate)];
        match private {
            b'>' => {
                if stack.len() == MAX_KITTY_STACK {
                    stack.remove(0);
                }
                stack.push(flags);
            }
            b'<' => {
                let kept = stack.len().saturating_sub(params.count(0));
                stack.truncate(kept);
            }
            b'=' => {
                let now = stack.pop().unwrap_or(0);
                stack.push(match params.count(1) {
                    2 => now | flags,
                    3 => now & !flags,
                    _ => flags,
                });
            }
            _ => {
                let now = self.kitty_flags();
                self.reply(format_args!("\x1b[?{now}u"));
            }
        }
    }

    pub(crate) fn kitty_flags(&self) -> u8 {
        self.modes.kitty[usize::from(self.on_alternate)].last().copied().unwrap_or(0)
    }
}
