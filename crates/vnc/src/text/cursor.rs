//! The cursor: rows drawn over a cell, or a cell with its colours exchanged.

use std::ops::Range;

use crate::Framebuffer;

use super::cell::{self, Pixels, Seen, light};
use super::glyphs::{Glyph, GlyphMap};
use super::grid::{TextCell, UNKNOWN};
use super::layout::Layout;
use super::mask::{CellSize, Mask, full_row};

/// With more unknown cells than this none of them is examined for a cursor: there is one at most.
const MAX_EXAMINED: usize = 32;

/// A cursor, and what is in its cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The number of its cell, row by row.
    pub index: usize,
    /// The cell without the cursor.
    pub cell: TextCell,
    /// True for rows of the cell, false for a cell with its colours exchanged.
    pub is_line: bool,
}

/// What the search works on.
pub(super) struct Search<'a> {
    pub glyphs: &'a GlyphMap,
    pub screen: &'a Framebuffer,
    pub layout: &'a Layout,
    pub cells: &'a [Seen],
    /// The character that each cell had when it was last recognised.
    pub before: &'a [char],
    /// The screen's cursor has been seen as a line: while it is hidden, a cell that stands out is what the screen shows.
    pub has_line: bool,
}

impl Search<'_> {
    /// The one cell that looks like a cursor; `None` also where several do.
    pub fn run(&self) -> Option<Cursor> {
        self.underline().or_else(|| self.bar()).or_else(|| if self.has_line { None } else { self.block() })
    }

    /// Rows drawn over a character, or inverted.
    fn underline(&self) -> Option<Cursor> {
        let unknown = self.cells.iter().enumerate().filter(|(_, seen)| matches!(seen, Seen::Unknown { .. }));
        let unknown: Vec<usize> = unknown.map(|(index, _)| index).take(MAX_EXAMINED + 1).collect();
        if unknown.len() > MAX_EXAMINED {
            return None;
        }
        only(unknown.into_iter().filter_map(|index| {
            let Pixels::Two { paper, ink, mask } = self.pixels(index)? else { return None };
            let before = self.before.get(index).copied();
            let cell = |ch, foreground, background| TextCell { ch, foreground, background };
            let plain = self.under(&mask, before).map(|ch| cell(ch, ink, paper));
            let cell = plain.or_else(|| {
                self.under(&mask.inverted(self.layout.size), before).map(|ch| cell(ch, paper, ink))
            })?;
            Some(Cursor { index, cell, is_line: true })
        }))
    }

    /// The lowest rows of an empty cell, which by themselves are a block element: Linux's usual cursor. The higher ones are
    /// what programs draw bars and pictures of, and a cursor of that height is rare.
    fn bar(&self) -> Option<Cursor> {
        let bars = self.cells.iter().enumerate().filter_map(|(index, seen)| match seen {
            Seen::Glyph { glyph: Glyph { ch: '▁', .. }, ink, paper } => {
                let cell = TextCell { ch: ' ', foreground: *ink, background: *paper };
                Some(Cursor { index, cell, is_line: true })
            }
            _ => None,
        });
        only(bars)
    }

    /// A cell with its colours exchanged: the only one on the screen that shares its background with neither neighbour.
    fn block(&self) -> Option<Cursor> {
        let papers: Vec<Option<u32>> = self.cells.iter().map(paper).collect();
        let usual = most_frequent(papers.iter().flatten().copied())?;
        let columns = usize::from(self.layout.columns);
        let is_alone = |index: usize| {
            let own = papers[index];
            let left = (!index.is_multiple_of(columns)).then(|| papers[index - 1]);
            let right =
                (!(index + 1).is_multiple_of(columns)).then(|| papers.get(index + 1).copied()).flatten();
            own.is_some_and(|own| own != usual) && left != Some(own) && right != Some(own)
        };
        let alone = only((0..self.cells.len()).filter(|index| is_alone(*index)))?;
        let cell = match self.cells.get(alone)? {
            Seen::Blank(color) => TextCell { ch: ' ', foreground: *color, background: usual },
            Seen::Glyph { glyph, ink, paper } if *ink == usual => {
                TextCell { ch: glyph.ch, foreground: *paper, background: *ink }
            }
            _ => return None,
        };
        Some(Cursor { index: alone, cell, is_line: false })
    }

    fn pixels(&self, index: usize) -> Option<Pixels> {
        let columns = usize::from(self.layout.columns);
        let (column, row) = (u16::try_from(index % columns).ok()?, u16::try_from(index / columns).ok()?);
        Some(cell::pixels(self.screen, self.layout, column, row))
    }

    /// The character under a cursor; [`UNKNOWN`] where the rows that can be seen are those of several. `None` if there is
    /// no cursor.
    fn under(&self, mask: &Mask, before: Option<char>) -> Option<char> {
        let size = self.layout.size;
        let restored = inverted_rows(size).map(|rows| mask.with_rows(rows, |row| !row & full_row(size)));
        let restored: Vec<Option<Glyph>> = restored
            .map(|mask| if mask.is_blank() { Some(BLANK) } else { self.glyphs.find(size, &mask) })
            .collect();
        if let Some(letter) = restored.iter().flatten().find(|glyph| glyph.is_letter) {
            return Some(letter.ch);
        }
        let hidden = solid_rows(mask, size);
        let is_line = |rows: &Range<u8>| rows.len() > 1 && mask.with_rows(rows.clone(), |_| 0).is_blank();
        if let Some(rows) = hidden.clone().filter(is_line) {
            let found = self.glyphs.find_without(size, mask, rows);
            return before.filter(|before| found.contains(before)).or(Some(' '));
        }
        if let Some(glyph) = restored.iter().flatten().next() {
            return Some(glyph.ch);
        }
        let found = self.glyphs.find_without(size, mask, hidden?);
        if let Some(before) = before.filter(|before| found.contains(before)) {
            return Some(before);
        }
        // A cedilla under the cursor cannot be seen, and is rare.
        let plain =
            only(found.iter().copied()).or_else(|| only(found.iter().copied().filter(char::is_ascii)));
        plain.or_else(|| (!found.is_empty()).then_some(UNKNOWN))
    }
}

/// A cell with nothing below its cursor.
const BLANK: Glyph = Glyph { ch: ' ', is_letter: false };

/// The rows that Linux's framebuffer console inverts for its forms of cursor: underline, lower third, half, two thirds.
fn inverted_rows(size: CellSize) -> impl Iterator<Item = Range<u8>> {
    let height = size.height;
    let line = if height < 10 { 1 } else { 2 };
    [line, height / 3, height / 2, height / 3 * 2].into_iter().map(move |rows| height - rows..height)
}

/// The lowest rows whose pixels are all set, in the lower part of a cell: where a VGA draws its cursor.
fn solid_rows(mask: &Mask, size: CellSize) -> Option<Range<u8>> {
    let is_full = |row: &u8| mask.row(*row) == full_row(size);
    let last = (size.height / 2..size.height).rev().find(is_full)?;
    let first = (0..=last).rev().take_while(is_full).last()?;
    (first > 0 && last + 4 >= size.height).then_some(first..last + 1)
}

fn paper(seen: &Seen) -> Option<u32> {
    match seen {
        Seen::Blank(color) => Some(*color),
        Seen::Glyph { paper, .. } => Some(*paper),
        Seen::Unknown { .. } | Seen::Picture => None,
    }
}

/// The colour that comes most often; the darker one of two.
fn most_frequent(colors: impl Iterator<Item = u32>) -> Option<u32> {
    let mut counts = std::collections::HashMap::new();
    for color in colors {
        *counts.entry(color).or_insert(0usize) += 1;
    }
    counts
        .into_iter()
        .max_by_key(|(color, count)| (*count, u32::MAX - light(*color), *color))
        .map(|(color, _)| color)
}

/// The item of an iterator that has just one.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}
