//! Drawing of the console view: the tabs, the tiles with the lines around them, and what lies over them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pane::{TitleLook, Together};
use super::tiles::{Frame, Placement, Tile, draw_frames};
use super::{ConsoleView, Mode, RESIZE_INTERVAL, help};
use crate::console::SessionState;
use crate::tui::Look;
use crate::tui::widgets::frame::{put, put_right};

/// The smallest size, in columns and rows, that is drawn with a border.
const MIN_BORDERED_SIZE: (u16, u16) = (24, 6);

/// The rows below which the names of tabs have no line of their own.
const MIN_ROWS_WITH_TABS: u16 = 8;

impl ConsoleView {
    pub(super) fn draw_view(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let area = area.intersection(buf.area);
        for pane in self.tabs.panes_mut() {
            pane.leave_screen();
        }
        self.prompt_cursor = None;
        if area.is_empty() {
            return;
        }
        let holds = self.holds_sizes(look);
        let body = self.draw_tab_bar(area, buf, look);
        let is_zoomed = self.tabs.tab().is_zoomed;
        let bordered = !is_zoomed && body.width >= MIN_BORDERED_SIZE.0 && body.height >= MIN_BORDERED_SIZE.1;
        if bordered {
            self.draw_tiles(body, holds, buf, look);
        } else {
            self.tabs.tab_mut().place_none();
            self.pane_mut().draw(body, holds, buf, look);
        }
        self.draw_footer(body, bordered, buf, look);
        if let Mode::Help(page) = self.mode {
            let shown: Vec<_> = self.keys_offered().collect();
            help::draw((&self.keys.prefix_name, &shown), page, body, buf, look);
        }
        self.note_sizes(holds, look);
        self.drawn_marks = self.marks_out_of_view();
    }

    /// Draws the names of the tabs, where there are several; returns what is left of the area.
    fn draw_tab_bar(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> Rect {
        let is_needed = self.tabs.all().len() > 1 && !self.tabs.tab().is_zoomed;
        if !is_needed || area.height < MIN_ROWS_WITH_TABS {
            self.tab_bar.hide();
            return area;
        }
        self.tab_bar.draw(&self.tabs, Rect { height: 1, ..area }, buf, look);
        Rect { y: area.y + 1, height: area.height - 1, ..area }
    }

    fn draw_tiles(&mut self, area: Rect, holds_sizes: bool, buf: &mut Buffer, look: &Look<'_>) {
        let inner = Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 };
        let tab = self.tabs.tab_mut();
        let placement: Placement = tab.place(inner).clone();
        for tile in tab.tiles_mut() {
            if let Some(area) = placement.area(tile.id) {
                tile.pane.draw(area, holds_sizes, buf, look);
            }
        }
        let tab = self.tabs.tab();
        let (focus, is_alone) = (tab.focus_id(), tab.tiles().len() == 1);
        let several = self.types_into_several();
        let mut placed: Vec<(&Tile, Rect, Together)> = tab
            .tiles()
            .iter()
            .filter_map(|tile| Some((tile, placement.area(tile.id)?, part_of(tile, several))))
            .collect();
        // The lines of the one with the focus lie over those of the others, then those that are typed into.
        placed.sort_by_key(|(tile, _, together)| (tile.id == focus, *together == Together::Typed));
        let frames: Vec<Frame> = placed
            .iter()
            .map(|(tile, area, together)| {
                let is_live = tile.pane.screen().state() == SessionState::Live;
                let style = match together {
                    Together::Typed => look.theme.warn,
                    _ if tile.id == focus && (is_live || !is_alone) => look.theme.accent,
                    _ => look.theme.border,
                };
                Frame { inner: *area, style, is_heavy: *together == Together::Typed }
            })
            .collect();
        draw_frames(&frames, buf, look);
        for (tile, area, together) in placed {
            let row = Rect { y: area.y - 1, height: 1, ..area };
            let title = TitleLook { is_focused: tile.id == focus, together };
            tile.pane.draw_title(row, title, buf, look);
        }
    }

    /// Draws the footer into the lowest line of the border. Without a border it lies over the console, while there is
    /// something to say.
    fn draw_footer(&mut self, area: Rect, bordered: bool, buf: &mut Buffer, look: &Look<'_>) {
        let row = Rect { y: area.bottom() - 1, height: 1, ..area };
        let row = if bordered { Rect { x: row.x + 1, width: row.width - 2, ..row } } else { row };
        let is_searching = self.pane().copy.as_ref().is_some_and(super::copy::CopyMode::has_prompt);
        let has_prompt = matches!(self.mode, Mode::Naming(..)) || is_searching;
        let is_needed = bordered || self.has_news(look);
        if has_prompt || (is_needed && !bordered) {
            for at in row.positions() {
                buf[at].reset();
            }
            buf.set_style(row, look.theme.text);
        }
        if is_needed && !has_prompt {
            let footer = self.footer(row.width, look);
            let end = put(&footer, row, buf);
            let right = self.right_of_footer(look);
            put_right(&right, Rect { x: end, width: row.right() - end, ..row }, buf);
        }
        if let Mode::Naming(_, prompt) = &self.mode {
            self.prompt_cursor = Some(prompt.draw(row, "", buf, look));
        } else {
            self.pane_mut().draw_prompt(row, buf, look);
        }
    }

    /// Returns true if the footer says what the user must see even where it lies over the console.
    fn has_news(&self, look: &Look<'_>) -> bool {
        let pane = self.pane();
        !matches!(self.mode, Mode::Typing)
            || pane.notice.is_some()
            || pane.is_offer_new
            || pane.copy.is_some()
            || self.ignores_keys(look)
            || pane.screen().state() != SessionState::Live
    }

    /// Returns true if guests keep their sizes in this frame: tiles or the terminal are being resized, and the last new
    /// size is not long ago.
    fn holds_sizes(&self, look: &Look<'_>) -> bool {
        let is_recent =
            |at: Option<crate::model::Timestamp>| at.is_some_and(|at| look.now.since(at) < RESIZE_INTERVAL);
        let is_resizing = matches!(self.mode, Mode::Resizing)
            || matches!(self.pressed, super::mouse::Pressed::Line(..))
            || is_recent(self.terminal_resized);
        is_resizing && is_recent(self.guests_resized)
    }

    /// Takes note of when guests got new sizes, and until when those that did not wait.
    fn note_sizes(&mut self, held: bool, look: &Look<'_>) {
        self.resize_due = None;
        if held {
            let waits = self.tabs.panes().any(super::Pane::waits_for_size);
            let since = self.guests_resized.map_or(RESIZE_INTERVAL, |at| look.now.since(at));
            self.resize_due = waits.then(|| RESIZE_INTERVAL.saturating_sub(since));
        } else {
            self.guests_resized = Some(look.now);
        }
    }
}

/// The part of a tile in what is typed into several.
fn part_of(tile: &Tile, types_into_several: bool) -> Together {
    match (tile.is_together, types_into_several) {
        (false, _) => Together::No,
        (true, true) if tile.takes_shared_input() => Together::Typed,
        (true, true) => Together::Skipped,
        (true, false) => Together::Waiting,
    }
}
