//! The text screen of a machine: what a shell has written, as cells and as pixels.

use std::num::NonZeroU16;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Rectangle;
use super::colors;
use super::font::{CELL_HEIGHT, CELL_WIDTH, glyph_of, row_of};

/// Rows and columns of a screen at first: 640x400 pixels.
const SIZE: (u16, u16) = (25, 80);
/// The largest screen, 160x64 cells: 1280x1024 pixels.
const MAX_SIZE: (u16, u16) = (64, 160);
/// The rows of its cell that the cursor fills, as Linux sets the VGA's.
const CURSOR_ROWS: std::ops::Range<u16> = 13..15;

/// A cell as it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    glyph: u8,
    ink: u32,
    paper: u32,
    cursor: bool,
}

/// An empty one.
const BLANK: Cell = Cell { glyph: b' ', ink: 0, paper: 0, cursor: false };

/// U+FE0F, which chooses the coloured form of a character. The font has none, and the parser panics on some texts with it.
const SELECTOR: &[u8] = b"\xef\xb8\x8f";

/// The terminal of a screen.
pub(super) struct Screen {
    parser: vt100::Parser<Resizes>,
    /// The beginning of what may become a [`SELECTOR`].
    held: Vec<u8>,
}

/// The size that the output asked for (`CSI 8 ; rows ; columns t`).
#[derive(Default)]
struct Resizes(Option<(u16, u16)>);

impl vt100::Callbacks for Resizes {
    fn resize(&mut self, _: &mut vt100::Screen, request: (u16, u16)) {
        self.0 = Some(request);
    }
}

impl Default for Screen {
    fn default() -> Self {
        Self { parser: parser(SIZE), held: Vec::new() }
    }
}

fn parser((rows, columns): (u16, u16)) -> vt100::Parser<Resizes> {
    let (rows, columns) = (sides(rows), sides(columns));
    vt100::Parser::new_with_callbacks(rows, columns, 0, Resizes::default())
}

fn sides(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap_or(NonZeroU16::MIN)
}

impl Screen {
    /// Takes output of the shell. Returns rows and columns where the output has asked for another size, as a program that
    /// switches the mode of a graphics card does.
    pub fn feed(&mut self, bytes: &[u8]) -> Option<(u16, u16)> {
        let text = self.without_selectors(bytes);
        // Should there be more that it panics on: a screen that begins anew is what a machine would show after that.
        if catch_unwind(AssertUnwindSafe(|| self.parser.process(&text))).is_err() {
            self.parser = parser(self.size());
        }
        let (rows, columns) = self.parser.callbacks_mut().0.take()?;
        let size = (rows.clamp(SIZE.0, MAX_SIZE.0), columns.clamp(SIZE.1, MAX_SIZE.1));
        self.parser.set_size(sides(size.0), sides(size.1));
        Some(size)
    }

    fn without_selectors(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut all = std::mem::take(&mut self.held);
        all.extend(bytes);
        let mut text = Vec::with_capacity(all.len());
        let mut rest = all.as_slice();
        while let Some(at) = memchr::memmem::find(rest, SELECTOR) {
            text.extend(&rest[..at]);
            rest = &rest[at + SELECTOR.len()..];
        }
        let begun =
            (1..SELECTOR.len()).rev().find(|length| rest.ends_with(&SELECTOR[..*length])).unwrap_or(0);
        let (rest, begun) = rest.split_at(rest.len() - begun);
        text.extend(rest);
        self.held = begun.to_vec();
        text
    }

    /// Rows and columns.
    pub fn size(&self) -> (u16, u16) {
        let (rows, columns) = self.parser.screen().size();
        (rows.get(), columns.get())
    }

    /// The mode of the cursor keys.
    pub fn application_cursor(&self) -> bool {
        self.parser.screen().application_cursor()
    }

    /// The screen as it is now.
    pub fn picture(&self) -> Picture {
        let screen = self.parser.screen();
        let (rows, columns) = self.size();
        let cursor = (!screen.hide_cursor()).then(|| screen.cursor_position());
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        let cells = cells.map(|place| {
            let Some(cell) = screen.cell(place.0, place.1) else { return BLANK };
            let (ink, paper) = colors::of(cell);
            let shown = cell.contents().chars().next().filter(|_| !cell.is_wide_continuation());
            let cursor = cursor == Some(place);
            // A blank has no ink, so that cells that look the same are the same.
            let glyph = shown.map_or(b' ', glyph_of);
            let ink = if glyph == b' ' && !cursor { 0 } else { ink };
            Cell { glyph, ink, paper, cursor }
        });
        Picture { rows, columns, cells: cells.collect() }
    }
}

/// The cells of a screen at a moment.
pub(super) struct Picture {
    pub rows: u16,
    pub columns: u16,
    cells: Vec<Cell>,
}

impl Picture {
    /// Width and height in pixels.
    pub fn size(&self) -> (u16, u16) {
        (self.columns * CELL_WIDTH, self.rows * CELL_HEIGHT)
    }

    /// A cell; an empty one outside of the screen.
    pub fn cell(&self, column: u16, row: u16) -> Cell {
        let index = usize::from(row) * usize::from(self.columns) + usize::from(column);
        self.cells.get(index).filter(|_| column < self.columns).copied().unwrap_or(BLANK)
    }

    /// The pixels of a rectangle, `0x00RRGGBB`, row by row.
    pub fn pixels(&self, area: Rectangle) -> Vec<u32> {
        let mut pixels = Vec::with_capacity(usize::from(area.width) * usize::from(area.height));
        for y in area.y..area.y + area.height {
            let (row, line) = (y / CELL_HEIGHT, y % CELL_HEIGHT);
            for x in area.x..area.x + area.width {
                let cell = self.cell(x / CELL_WIDTH, row);
                let bits =
                    if cell.cursor && CURSOR_ROWS.contains(&line) { 0xff } else { row_of(cell.glyph, line) };
                let is_set = bits << (x % CELL_WIDTH) & 0x80 != 0;
                pixels.push(if is_set { cell.ink } else { cell.paper });
            }
        }
        pixels
    }
}

/// The cells that a client has been sent.
pub(super) struct Drawn {
    columns: u16,
    rows: u16,
    cells: Vec<Option<Cell>>,
}

impl Drawn {
    /// Nothing of a screen of so many pixels.
    pub fn new((width, height): (u16, u16)) -> Self {
        let (columns, rows) = (width / CELL_WIDTH, height / CELL_HEIGHT);
        Self { columns, rows, cells: vec![None; usize::from(columns) * usize::from(rows)] }
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u16, u16) {
        (self.columns * CELL_WIDTH, self.rows * CELL_HEIGHT)
    }

    /// The rectangles in which a picture differs from what was sent, in the cells that `area` touches; all of these cells with
    /// `all`. They count as sent then.
    pub fn advance(&mut self, picture: &Picture, area: Rectangle, all: bool) -> Vec<Rectangle> {
        let columns = area.x / CELL_WIDTH..self.columns.min(end(area.x, area.width).div_ceil(CELL_WIDTH));
        let rows = area.y / CELL_HEIGHT..self.rows.min(end(area.y, area.height).div_ceil(CELL_HEIGHT));
        let mut found: Vec<Rectangle> = Vec::new();
        for row in rows {
            let mut changed: Option<(u16, u16)> = None;
            for column in columns.clone() {
                let cell = picture.cell(column, row);
                let index = usize::from(row) * usize::from(self.columns) + usize::from(column);
                if self.cells.get(index).is_some_and(|sent| all || *sent != Some(cell)) {
                    self.cells[index] = Some(cell);
                    changed = Some((changed.map_or(column, |(first, _)| first), column + 1));
                }
            }
            let Some((first, last)) = changed else { continue };
            let (x, width) = (first * CELL_WIDTH, (last - first) * CELL_WIDTH);
            let y = row * CELL_HEIGHT;
            match found.last_mut() {
                Some(above) if (above.x, above.width, above.y + above.height) == (x, width, y) => {
                    above.height += CELL_HEIGHT;
                }
                _ => found.push(Rectangle { x, y, width, height: CELL_HEIGHT }),
            }
        }
        found
    }
}

fn end(start: u16, length: u16) -> u16 {
    start.saturating_add(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Rectangle = Rectangle { x: 0, y: 0, width: u16::MAX, height: u16::MAX };

    #[test]
    fn only_the_cells_that_differ_are_sent() {
        let mut screen = Screen::default();
        screen.feed(b"\x1b[?25lhello\r\nworld");
        let mut drawn = Drawn::new(screen.picture().size());
        let whole = Rectangle { x: 0, y: 0, width: 640, height: 400 };
        assert_eq!(drawn.advance(&screen.picture(), ALL, false), [whole]);
        assert_eq!(drawn.advance(&screen.picture(), ALL, false), []);
        screen.feed(b"\x1b[1;2HEY\x1b[2;2HEY");
        let two = Rectangle { x: 8, y: 0, width: 16, height: 32 };
        assert_eq!(drawn.advance(&screen.picture(), ALL, false), [two], "`l` of `hello` stays");
        assert_eq!(drawn.advance(&screen.picture(), ALL, true), [whole]);
        let outside = Rectangle { x: 640, y: 400, width: 10, height: 10 };
        assert_eq!(drawn.advance(&screen.picture(), outside, true), []);
    }

    #[test]
    fn the_output_can_ask_for_another_size_within_bounds() {
        let mut screen = Screen::default();
        assert_eq!(screen.feed(b"\x1b[8;37;100t"), Some((37, 100)));
        assert_eq!(screen.picture().size(), (800, 592));
        assert_eq!(screen.feed(b"\x1b[8;9999;1t"), Some((64, 80)));
    }

    #[test]
    fn bytes_that_the_parser_cannot_bear_do_it_no_harm() {
        let mut screen = Screen::default();
        for byte in "\x1b[25;80H\u{2764}\u{fe0f}\x1b[24;80Hx".bytes() {
            screen.feed(&[byte]);
        }
        screen.feed("\x1b[25;80H\u{2764}\u{fe0f}\x1b[24;80Hx".as_bytes());
        screen.feed(b"\x1b[2J\x1b[Hafter");
        let letter = screen.picture().cell(0, 0);
        assert_eq!(letter.glyph, b'a');
    }

    #[test]
    fn a_letter_has_the_pixels_of_the_font_and_the_cursor_two_rows() {
        let mut screen = Screen::default();
        screen.feed(b"\x1b[31mA\x1b[0m");
        let letter = screen.picture().pixels(Rectangle { x: 0, y: 0, width: 8, height: 16 });
        let set: Vec<bool> = letter[5 * 8..6 * 8].iter().map(|pixel| *pixel == 0x00aa_0000).collect();
        assert_eq!(set, [true, true, false, false, false, true, true, false]);
        let cursor = screen.picture().pixels(Rectangle { x: 8, y: 0, width: 8, height: 16 });
        let lit: Vec<usize> = (0..16).filter(|row| cursor[row * 8..][..8] == [0x00aa_aaaa; 8]).collect();
        assert_eq!(lit, [13, 14]);
    }
}
