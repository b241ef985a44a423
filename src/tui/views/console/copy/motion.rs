//! Movements within lines and between them: pure functions from a place to a place. None leaves the text.

use super::rows::{clamp, glyph_at, glyphs, last_line};
use crate::console::{Line, Place, TextScreen};

/// Lines that are searched for the other bracket of a pair.
const MAX_BRACKET_LINES: u64 = 5000;

/// The pairs of brackets.
const BRACKETS: [(char, char); 4] = [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>')];

/// The first character of a line that is no blank.
pub(super) fn first_character(text: &dyn TextScreen, from: Place) -> Place {
    let column = text.line(from.line).and_then(|line| {
        let first = glyphs(&line).into_iter().find(|glyph| !glyph.first.is_whitespace())?;
        Some(first.columns.start)
    });
    clamp(text, Place { column: column.unwrap_or(0), ..from })
}

/// The last character of a line.
pub(super) fn line_end(text: &dyn TextScreen, from: Place) -> Place {
    clamp(text, Place { column: u32::MAX, ..from })
}

/// So many characters to the left, within the line.
pub(super) fn left(text: &dyn TextScreen, from: Place, count: usize) -> Place {
    beside(text, from, |at, _| at.saturating_sub(count))
}

/// So many characters to the right, within the line.
pub(super) fn right(text: &dyn TextScreen, from: Place, count: usize) -> Place {
    beside(text, from, |at, last| at.saturating_add(count).min(last))
}

fn beside(text: &dyn TextScreen, from: Place, step: impl Fn(usize, usize) -> usize) -> Place {
    let glyphs = text.line(from.line).map_or_else(Vec::new, |line| glyphs(&line));
    let at = step(glyph_at(&glyphs, from.column), glyphs.len().saturating_sub(1));
    let column = glyphs.get(at).map_or(0, |glyph| glyph.columns.start);
    clamp(text, Place { column, ..from })
}

/// The next empty line after a paragraph, or the one before it; at the edges of the text the first or last character.
pub(super) fn paragraph(text: &dyn TextScreen, from: Place, forward: bool) -> Place {
    let is_empty = |number: u64| text.line(number).is_none_or(|line| line.text.is_empty());
    let (first, last) = (text.lines().start, last_line(text));
    let found = if forward {
        let mut lines = (from.line.saturating_add(1)..=last).skip_while(|number| is_empty(*number));
        lines.find(|number| is_empty(*number))
    } else {
        let mut lines = (first..from.line).rev().skip_while(|number| is_empty(*number));
        lines.find(|number| is_empty(*number))
    };
    let edge =
        if forward { Place { line: last, column: u32::MAX } } else { Place { line: first, column: 0 } };
    clamp(text, found.map_or(edge, |line| Place { line, column: 0 }))
}

/// A search for a character within a line, as `f F t T` begin it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Find {
    /// Towards the end of the line.
    pub forward: bool,
    /// Stops one character before it.
    pub till: bool,
}

impl Find {
    /// The same in the other direction.
    pub const fn reversed(self) -> Self {
        Self { forward: !self.forward, ..self }
    }

    /// The column of the `count`th such character from a column on. When `repeated`, one that the cursor is just before
    /// already is passed over.
    pub fn column(self, line: &Line, from: u32, wanted: char, count: usize, repeated: bool) -> Option<u32> {
        let glyphs = glyphs(line);
        let at = glyph_at(&glyphs, from);
        let skipped = 1 + usize::from(self.till && repeated);
        let is_wanted = |at: &usize| glyphs[*at].first == wanted;
        let nth = count.max(1) - 1;
        let found = if self.forward {
            (at.saturating_add(skipped)..glyphs.len()).filter(is_wanted).nth(nth)?
        } else {
            (0..(at + 1).saturating_sub(skipped)).rev().filter(is_wanted).nth(nth)?
        };
        let at = match (self.till, self.forward) {
            (false, _) => found,
            (true, true) => found.checked_sub(1)?,
            (true, false) => found + 1,
        };
        glyphs.get(at).map(|glyph| glyph.columns.start)
    }
}

/// The other bracket of the pair whose one is at a place, or the next one in its line.
pub(super) fn matching_bracket(text: &dyn TextScreen, from: Place) -> Option<Place> {
    let line = text.line(from.line)?;
    let first = glyphs(&line);
    let pair_of = |c: char| BRACKETS.iter().find(|(open, close)| c == *open || c == *close);
    let at = (glyph_at(&first, from.column)..first.len()).find(|at| pair_of(first[*at].first).is_some())?;
    let (open, close) = *pair_of(first[at].first)?;
    let forward = first[at].first == open;
    let (here, there) = if forward { (open, close) } else { (close, open) };
    let mut depth = 0_usize;
    let mut visit = |number: u64, glyphs: &mut dyn Iterator<Item = &super::rows::Glyph>| {
        for glyph in glyphs {
            if glyph.first == here {
                depth += 1;
            } else if glyph.first == there {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(Place { line: number, column: glyph.columns.start });
                }
            }
        }
        None
    };
    if forward {
        let found = visit(from.line, &mut first[at..].iter());
        let lines = from.line + 1..text.lines().end.min(from.line.saturating_add(MAX_BRACKET_LINES));
        found.or_else(|| {
            lines.into_iter().find_map(|number| visit(number, &mut glyphs(&text.line(number)?).iter()))
        })
    } else {
        let found = visit(from.line, &mut first[..=at].iter().rev());
        let lines = text.lines().start.max(from.line.saturating_sub(MAX_BRACKET_LINES))..from.line;
        found.or_else(|| {
            lines.rev().find_map(|number| visit(number, &mut glyphs(&text.line(number)?).iter().rev()))
        })
    }
}

/// The next line with a prompt, or the one before.
///
/// # Errors
/// A message where there is none.
pub(super) fn prompt(text: &dyn TextScreen, from: Place, forward: bool) -> Result<Place, &'static str> {
    let lines = text.lines();
    let is_prompt = |number: &u64| text.line(*number).is_some_and(|line| line.is_prompt);
    let found = if forward {
        (from.line.saturating_add(1)..lines.end).find(is_prompt)
    } else {
        (lines.start..from.line.min(lines.end)).rev().find(is_prompt)
    };
    match found {
        Some(line) => Ok(clamp(text, Place { line, column: 0 })),
        None if !lines.into_iter().any(|number| is_prompt(&number)) => {
            Err("no prompts marked: the shell sends no OSC 133")
        }
        None if forward => Err("no later prompt"),
        None => Err("no earlier prompt"),
    }
}
