//! The text of a screen that shows text: an emulator that is made to show the same, so that it can be searched and copied
//! as any other.

use std::fmt::Write as _;
use std::ops::Range;

use qdeck_terminal::Emulator;
use qdeck_vnc::text::TextGrid;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use regex::Regex;

use super::VncSession;
use crate::{Cursor, CursorShape, Line, Match, Place, Size, TextScreen, ViewRow};

/// A screen in text mode.
pub(super) struct TextMode {
    emulator: Emulator,
    shown: TextGrid,
    /// Where it was last drawn in its area, and the first cell that was.
    pub place: (Position, Position),
}

impl TextMode {
    pub fn new(grid: &TextGrid) -> Self {
        let mut emulator = Emulator::new(size(grid));
        emulator.feed(redraw(grid, None).as_bytes());
        Self { emulator, shown: grid.clone(), place: (Position::ORIGIN, Position::ORIGIN) }
    }

    /// Shows what has changed.
    pub fn show(&mut self, grid: &TextGrid) {
        if *grid == self.shown {
            return;
        }
        if size(grid) == size(&self.shown) {
            self.emulator.feed(redraw(grid, Some(&self.shown)).as_bytes());
        } else {
            self.emulator = Emulator::new(size(grid));
            self.emulator.feed(redraw(grid, None).as_bytes());
        }
        self.shown = grid.clone();
    }

    /// Draws the text in the middle of an area; where that is smaller, the part with the cursor.
    pub fn draw(&mut self, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let whole = size(&self.shown);
        let mut cells = Buffer::empty(Rect::new(0, 0, whole.columns, whole.rows));
        let cursor = self.emulator.draw(cells.area, &mut cells);
        let Position { x: left, y: top } = self.origin(Size { columns: area.width, rows: area.height });
        let Rect { x, y, width, height } = self.area_within(area);
        for row in 0..height {
            for column in 0..width {
                buf[(x + column, y + row)] = cells[(left + column, top + row)].clone();
            }
        }
        self.place = (Position::new(x - area.x, y - area.y), Position::new(left, top));
        cursor.map(|cursor| Position::new(x + cursor.x - left, y + cursor.y - top))
    }

    /// The first cell that shows in an area of this size.
    fn origin(&self, area: Size) -> Position {
        let cursor = self.emulator.cursor();
        let at = if cursor.visible { Position::new(cursor.column, cursor.row) } else { Position::ORIGIN };
        size(&self.shown).first_shown(area, at)
    }

    /// The middle of an area, as large as the text.
    fn area_within(&self, area: Rect) -> Rect {
        let size = size(&self.shown);
        let (width, height) = (area.width.min(size.columns), area.height.min(size.rows));
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
    }

    /// The pixel in the middle of a cell of the area that it was last drawn in.
    pub fn pixel_at(&self, column: u16, row: u16) -> Option<(u16, u16)> {
        let (place, first) = self.place;
        let along = |cell: u16, place: u16, first: u16, size: u16, origin: u16| {
            let cell = u32::from(cell.checked_sub(place)?) + u32::from(first);
            u16::try_from(cell * u32::from(size) + u32::from(size / 2) + u32::from(origin)).ok()
        };
        let ((width, height), (x, y)) = (self.shown.cell_size(), self.shown.origin());
        Some((along(column, place.x, first.x, width, x)?, along(row, place.y, first.y, height, y)?))
    }
}

fn size(grid: &TextGrid) -> Size {
    Size { columns: grid.columns(), rows: grid.rows() }
}

/// The bytes that make an emulator show a grid: the rows that differ from the last one, and the cursor.
fn redraw(grid: &TextGrid, shown: Option<&TextGrid>) -> String {
    // Without wrapping at the right edge, and with the cursor out of the way.
    let mut out = "\x1b[?7l\x1b[?25l".to_owned();
    for row in 0..grid.rows() {
        let cells = grid.row(row);
        if shown.is_some_and(|shown| shown.row(row) == cells) {
            continue;
        }
        // Writing to a string does not fail.
        let _ = write!(out, "\x1b[{};1H", row + 1);
        let mut colors = None;
        for cell in cells {
            if colors != Some((cell.foreground, cell.background)) {
                colors = Some((cell.foreground, cell.background));
                let [_, red, green, blue] = cell.foreground.to_be_bytes();
                let _ = write!(out, "\x1b[38;2;{red};{green};{blue}m");
                let [_, red, green, blue] = cell.background.to_be_bytes();
                let _ = write!(out, "\x1b[48;2;{red};{green};{blue}m");
            }
            out.push(if cell.ch.is_control() { ' ' } else { cell.ch });
        }
    }
    if let Some((column, row)) = grid.cursor() {
        let _ = write!(out, "\x1b[{};{}H\x1b[?25h", row + 1, column + 1);
    }
    out
}

impl VncSession {
    /// Works on the text; what is asked of a screen that shows none any more gets the default.
    fn with_text<T: Default>(&self, work: impl FnOnce(&mut Emulator) -> T) -> T {
        self.shared
            .with(|screen| screen.text.as_mut().map(|text| work(&mut text.emulator)).unwrap_or_default())
    }
}

impl TextScreen for VncSession {
    fn lines(&self) -> Range<u64> {
        self.with_text(|emulator| emulator.lines())
    }

    fn line(&self, number: u64) -> Option<Line> {
        self.with_text(|emulator| emulator.line(number))
    }

    fn live_top(&self) -> Place {
        self.with_text(|emulator| Some(emulator.live_top())).unwrap_or(START)
    }

    fn step_rows(&self, from: Place, rows: i64) -> Place {
        self.with_text(|emulator| Some(emulator.step_rows(from, rows))).unwrap_or(START)
    }

    fn view_rows(&self, top: Place, count: u16) -> Vec<ViewRow> {
        self.with_text(|emulator| emulator.view_rows(top, count))
    }

    fn area_within(&self, area: Rect) -> Rect {
        self.shared.with(|screen| screen.text.as_ref().map_or(area, |text| text.area_within(area)))
    }

    fn live_origin(&self, area: Size) -> Position {
        self.shared.with(|screen| screen.text.as_ref().map(|text| text.origin(area))).unwrap_or_default()
    }

    fn draw_from(&self, top: Place, area: Rect, buf: &mut Buffer) {
        self.with_text(|emulator| emulator.draw_from(top, area, buf));
    }

    fn cursor_place(&self) -> Place {
        self.with_text(|emulator| Some(emulator.cursor_place())).unwrap_or(START)
    }

    fn search(&self, needle: &Regex) -> Vec<Match> {
        self.with_text(|emulator| emulator.search(needle))
    }

    fn cursor(&self) -> Cursor {
        let none = Cursor { row: 0, column: 0, visible: false, shape: CursorShape::Block, blinking: false };
        self.with_text(|emulator| Some(emulator.cursor())).unwrap_or(none)
    }

    fn take_clipboard(&self) -> Option<String> {
        self.shared.with(|screen| screen.clipboard.take())
    }
}

const START: Place = Place { line: 0, column: 0 };
