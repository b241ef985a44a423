//! The mouse in copy mode, and on a live screen where the guest does not take it: a drag selects, a double click selects
//! a word, a triple click a line, and a release copies. The wheel scrolls.

use std::time::{Duration, Instant};

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::rows::place_in;
use super::words::{self, Words};
use super::{After, CopyMode, Kind, Selection};
use crate::console::{Place, Size, TextScreen};

/// Rows that one turn of the wheel scrolls.
pub const WHEEL_ROWS: u16 = 3;

/// Clicks on one cell that come within this time are a double click.
const DOUBLE_CLICK_TIME: Duration = Duration::from_millis(400);

/// The clicks so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Clicks {
    last: Option<(Instant, Position)>,
    count: u8,
    /// The button is held down since it was pressed here.
    pressed: Option<Place>,
}

impl Clicks {
    /// Counts a press: one, two or three on the same cell in quick succession.
    fn press(&mut self, at: Position, now: Instant) -> u8 {
        let again = self.last.is_some_and(|(before, place)| {
            place == at && now.saturating_duration_since(before) <= DOUBLE_CLICK_TIME
        });
        self.count = if again { self.count % 3 + 1 } else { 1 };
        self.last = Some((now, at));
        self.count
    }
}

/// The mouse on a live screen whose guest does not take it: it enters copy mode once it has something to select.
#[derive(Debug, Clone, Default)]
pub struct LiveMouse {
    clicks: Clicks,
    down: Option<MouseEvent>,
}

impl LiveMouse {
    /// Takes an event over the screen drawn at `grid`; returns the copy mode that it begins, if it does.
    pub fn event(
        &mut self,
        mouse: MouseEvent,
        grid: Rect,
        now: Instant,
        (text, name): (&dyn TextScreen, &str),
    ) -> Option<CopyMode> {
        let at = Position::new(mouse.column, mouse.row);
        let size = Size { columns: grid.width, rows: grid.height };
        let enter = || CopyMode::enter(text, size, name);
        match mouse.kind {
            MouseEventKind::ScrollUp if text.has_scrollback() && grid.contains(at) => {
                Some(CopyMode::enter_scrolled(text, size, name, WHEEL_ROWS))
            }
            MouseEventKind::Down(MouseButton::Left) if grid.contains(at) => {
                let clicks = self.clicks;
                self.down = Some(mouse);
                (self.clicks.press(at, now) > 1).then(|| {
                    let mut copy = enter();
                    copy.mouse = clicks;
                    copy.mouse(mouse, grid, now, text);
                    copy
                })
            }
            MouseEventKind::Drag(MouseButton::Left) => {
                let down = self.down.take()?;
                let mut copy = enter();
                copy.mouse(down, grid, now, text);
                copy.mouse(mouse, grid, now, text);
                Some(copy)
            }
            MouseEventKind::Up(_) => {
                self.down = None;
                None
            }
            _ => None,
        }
    }
}

impl CopyMode {
    /// Takes an event of the mouse; `grid` is where the text is drawn.
    pub fn mouse(&mut self, mouse: MouseEvent, grid: Rect, now: Instant, text: &dyn TextScreen) -> After {
        let at = Position::new(mouse.column, mouse.row);
        match mouse.kind {
            MouseEventKind::ScrollUp => self.scroll(text, -i64::from(WHEEL_ROWS)),
            MouseEventKind::ScrollDown => {
                self.scroll(text, WHEEL_ROWS.into());
                if self.leaves_at_end(text) {
                    return After::Leave(Vec::new());
                }
            }
            MouseEventKind::Down(MouseButton::Left) if grid.contains(at) => {
                self.notice = None;
                let clicks = self.mouse.press(at, now);
                let place = self.place_at(at, grid, text);
                if mouse.modifiers.contains(KeyModifiers::SHIFT) {
                    let anchor = self.selection.map_or(self.cursor, |selection| selection.anchor);
                    let kind = self.selection.map_or(Kind::Characters, |selection| selection.kind);
                    self.selection = Some(Selection { kind, anchor });
                    self.go(text, place);
                } else {
                    self.click(clicks, place, text);
                }
                self.mouse.pressed = Some(place);
            }
            MouseEventKind::Drag(MouseButton::Left) => self.drag(mouse, grid, text),
            MouseEventKind::Up(MouseButton::Left) if self.mouse.pressed.take().is_some() => {
                return After::Stay(self.selected(text).map_or_else(Vec::new, |lines| Self::copied(&lines)));
            }
            _ => {}
        }
        After::stay()
    }

    fn click(&mut self, clicks: u8, place: Place, text: &dyn TextScreen) {
        let (kind, anchor, cursor) = match clicks {
            1 => {
                self.selection = None;
                return self.go(text, place);
            }
            2 => {
                let (first, last) = words::around(text, place, Words::Small);
                (Kind::Characters, first, last)
            }
            _ => (Kind::Lines, place, place),
        };
        self.selection = Some(Selection { kind, anchor });
        self.go(text, cursor);
    }

    /// Moves the end of the selection; beyond the edge it scrolls.
    fn drag(&mut self, mouse: MouseEvent, grid: Rect, text: &dyn TextScreen) {
        let Some(pressed) = self.mouse.pressed else { return };
        let bottom = grid.bottom().saturating_sub(1);
        let beyond =
            i64::from(mouse.row.saturating_sub(bottom)) - i64::from(grid.y.saturating_sub(mouse.row));
        if beyond != 0 {
            self.view.scroll(text, beyond);
        }
        let right = grid.right().saturating_sub(1);
        let inside = Position::new(
            mouse.column.clamp(grid.x, right.max(grid.x)),
            mouse.row.clamp(grid.y, bottom.max(grid.y)),
        );
        let place = self.place_at(inside, grid, text);
        // Over blanks behind a line or below the last one there is nothing to select.
        if self.selection.is_none() && place != pressed {
            let is_block = mouse.modifiers.intersects(KeyModifiers::ALT | KeyModifiers::CONTROL);
            let kind = if is_block { Kind::Block } else { Kind::Characters };
            self.selection = Some(Selection { kind, anchor: pressed });
        }
        self.go(text, place);
    }

    /// The place under a cell of the screen.
    fn place_at(&self, at: Position, grid: Rect, text: &dyn TextScreen) -> Place {
        let rows = self.view.rows(text);
        let nth = usize::from(at.y.saturating_sub(grid.y));
        let row = rows.get(nth).or(rows.last());
        let x = self.view.left + u32::from(at.x.saturating_sub(grid.x));
        row.map_or(self.cursor, |row| place_in(text, row, x))
    }
}
