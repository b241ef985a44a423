//! The selection: what is drawn as selected in a row, and its text.

use std::ops::Range;

use super::rows::{Glyph, glyph_at, glyphs, row_of, slice, start, step, x_of};
use crate::console::{Line, Place, TextScreen, ViewRow};

/// The kind of a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// From one character to another.
    Characters,
    /// Whole lines.
    Lines,
    /// A rectangle of the screen.
    Block,
}

/// A selection; its other end is the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Selection {
    pub kind: Kind,
    /// The end that stays.
    pub anchor: Place,
}

/// A selection with both ends, for one text at one width.
pub(super) enum Extent {
    /// From a character to another one, both included.
    Characters(Place, Place),
    /// Lines, both included.
    Lines(u64, u64),
    /// From the start of a row to that of another, both included, and the columns of the screen.
    Block(Place, Place, Range<u32>),
}

impl Selection {
    /// The extent with the cursor at a place.
    pub fn extent(self, text: &dyn TextScreen, cursor: Place) -> Extent {
        let (first, last) = (self.anchor.min(cursor), self.anchor.max(cursor));
        match self.kind {
            Kind::Characters => Extent::Characters(first, last),
            Kind::Lines => Extent::Lines(first.line, last.line),
            Kind::Block => {
                let row = |place| row_of(text, place).map_or(place, |row| start(&row));
                let ends = [self.anchor, cursor].map(|place| {
                    let x = x_of(text, place);
                    x..x.saturating_add(glyph_width(text, place))
                });
                let columns = ends[0].start.min(ends[1].start)..ends[0].end.max(ends[1].end);
                Extent::Block(row(first), row(last), columns)
            }
        }
    }
}

fn glyph_width(text: &dyn TextScreen, place: Place) -> u32 {
    let glyphs = text.line(place.line).map_or_else(Vec::new, |line| glyphs(&line));
    let glyph = glyphs.get(glyph_at(&glyphs, place.column));
    glyph.map_or(1, |glyph| glyph.columns.end - glyph.columns.start)
}

/// Widens columns to whole characters.
fn whole(glyphs: &[Glyph], columns: Range<u32>) -> Range<u32> {
    let mut within =
        glyphs.iter().filter(|glyph| glyph.columns.start < columns.end && columns.start < glyph.columns.end);
    let Some(first) = within.next() else { return columns };
    let last = within.next_back().unwrap_or(first);
    columns.start.min(first.columns.start)..columns.end.max(last.columns.end)
}

impl Extent {
    /// The columns of a line that are selected in one of its rows. They may be more than it has text, where the selection
    /// goes on in the next line.
    pub fn in_row(&self, row: &ViewRow, line: &Line) -> Option<Range<u32>> {
        let columns = match self {
            Self::Characters(first, last) => {
                if !(first.line..=last.line).contains(&row.line) {
                    return None;
                }
                let from = if row.line == first.line { first.column } else { 0 };
                // The end of the line is selected too where it is not the last.
                let to = if row.line == last.line { last.column } else { line.width() };
                let columns = whole(&glyphs(line), from..to.saturating_add(1));
                let end = if row.continues { row.columns.end } else { row.columns.end.max(line.width() + 1) };
                columns.start.max(row.columns.start)..columns.end.min(end)
            }
            Self::Lines(first, last) => {
                if !(*first..=*last).contains(&row.line) {
                    return None;
                }
                row.columns.start..u32::MAX
            }
            Self::Block(first, last, columns) => {
                if !(*first..=*last).contains(&start(row)) {
                    return None;
                }
                let columns = columns.start.saturating_add(row.columns.start)
                    ..columns.end.saturating_add(row.columns.start);
                whole(&glyphs(line), columns)
            }
        };
        (!columns.is_empty()).then_some(columns)
    }

    /// The text, line by line: rows of a line joined, no blanks at the ends of lines, characters whole.
    pub fn text(&self, text: &dyn TextScreen) -> Vec<String> {
        let part = |number, columns: Range<u32>| {
            text.line(number).map_or_else(String::new, |line| slice(&line, &columns).to_owned())
        };
        match self {
            Self::Characters(first, last) => (first.line..=last.line)
                .map(|number| {
                    let from = if number == first.line { first.column } else { 0 };
                    let to = if number == last.line { last.column.saturating_add(1) } else { u32::MAX };
                    part(number, from..to)
                })
                .collect(),
            Self::Lines(first, last) => (*first..=*last).map(|number| part(number, 0..u32::MAX)).collect(),
            Self::Block(first, last, columns) => {
                let mut lines = Vec::new();
                let mut next = row_of(text, *first);
                while let Some(row) = next.filter(|row| start(row) <= *last) {
                    let from = row.columns.start;
                    let columns = columns.start.saturating_add(from)
                        ..columns.end.saturating_add(from).min(row.columns.end.max(from));
                    lines.push(part(row.line, columns));
                    next = step(text, start(&row), 1).filter(|below| start(below) > start(&row));
                }
                lines
            }
        }
    }
}
