//! Resets: DECSTR, RIS, and the one between two connections.

use super::{Charsets, CursorPlace, Extra, Machine, Modes, Palette, Protection, SavedCursor, TabStops};
use crate::CursorShape;
use crate::screen::Style;

impl Machine {
    /// DECSTR. The cursor stays where it is.
    pub(super) fn soft_reset(&mut self) {
        self.reset_margins();
        self.style = Style::default();
        self.extra = Extra::default();
        self.protection = Protection::None;
        self.charsets = Charsets::default();
        let modes = &mut self.modes;
        modes.insert = false;
        modes.origin = false;
        modes.autowrap = true;
        modes.application_cursor = false;
        modes.application_keypad = false;
        modes.cursor_visible = true;
        modes.horizontal_margins = false;
        modes.reverse_wrap = false;
        modes.extended_reverse_wrap = false;
        modes.backarrow = false;
        let wrap_pending = self.cursor.wrap_pending;
        self.saved[usize::from(self.on_alternate)] = SavedCursor {
            place: CursorPlace { wrap_pending, ..CursorPlace::default() },
            ..SavedCursor::default()
        };
    }

    /// RIS. Both screens are cleared; the history stays, as xterm keeps it.
    pub(super) fn hard_reset(&mut self) {
        self.leave_modes();
        self.tabs = TabStops::default();
        self.palette = Palette::default();
        self.titles.clear();
        let columns = self.columns;
        self.history.close();
        self.resized_from = None;
        self.hidden_above.clear();
        self.alternate_views = Default::default();
        for screen in &mut self.screens {
            screen.truncate(self.rows);
            for row in screen {
                row.clear(columns, Style::default());
            }
        }
        self.cursor = CursorPlace::default();
    }

    /// Resets every mode that would disturb the next application, but leaves the main screen's text and cursor.
    pub fn leave_modes(&mut self) {
        self.soft_reset();
        self.leave_wide();
        self.modes = Modes::default();
        if std::mem::take(&mut self.on_alternate) {
            self.cursor = self.saved[0].place;
        }
        self.saved = [SavedCursor::default(); 2];
        self.cursor_style = (CursorShape::Default, false);
        self.cursor.wrap_pending = false;
        self.last_printed = None;
        self.checksum_form = 0;
        self.prompt_column = None;
        self.events.sync_started = false;
    }
}
