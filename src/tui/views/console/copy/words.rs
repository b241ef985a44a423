//! Movements by words, as vi makes them: an empty line is a word, and the end of a line ends one.

use super::rows::{Glyph, clamp, glyph_at, glyphs, last_line};
use crate::console::{Line, Place, TextScreen};

/// The kind of a character, by which words are parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    /// Letters, digits and underscores.
    Word,
    Sign,
}

/// The letters that make a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// Letters, digits and underscores, or signs.
    Small,
    /// Everything but blanks.
    Big,
}

impl Words {
    fn class(self, c: char) -> Class {
        if c.is_whitespace() {
            Class::Blank
        } else if self == Self::Big || c.is_alphanumeric() || c == '_' {
            Class::Word
        } else {
            Class::Sign
        }
    }
}

/// A character of the text, or an empty line.
struct Walker<'a> {
    text: &'a dyn TextScreen,
    words: Words,
    line: u64,
    first: u64,
    last: u64,
    glyphs: Vec<Glyph>,
    at: usize,
}

impl<'a> Walker<'a> {
    fn new(text: &'a dyn TextScreen, from: Place, words: Words) -> Self {
        let from = clamp(text, from);
        let mut walker = Self {
            text,
            words,
            line: from.line,
            first: text.lines().start,
            last: last_line(text),
            glyphs: Vec::new(),
            at: 0,
        };
        walker.load();
        walker.at = glyph_at(&walker.glyphs, from.column);
        walker
    }

    fn load(&mut self) {
        self.glyphs = self.text.line(self.line).map_or_else(Vec::new, |line| glyphs(&line));
        self.at = 0;
    }

    fn is_on_empty_line(&self) -> bool {
        self.glyphs.is_empty()
    }

    fn class(&self) -> Class {
        self.glyphs.get(self.at).map_or(Class::Blank, |glyph| self.words.class(glyph.first))
    }

    fn place(&self) -> Place {
        let column = self.glyphs.get(self.at).map_or(0, |glyph| glyph.columns.start);
        Place { line: self.line, column }
    }

    /// Steps within the line; false at its end.
    fn forward_in_line(&mut self) -> bool {
        let more = self.at + 1 < self.glyphs.len();
        self.at += usize::from(more);
        more
    }

    /// Steps within the line; false at its start.
    fn back_in_line(&mut self) -> bool {
        let more = self.at > 0;
        self.at -= usize::from(more);
        more
    }

    /// Steps to the next character or empty line; false at the end of the text.
    fn forward(&mut self) -> bool {
        if self.forward_in_line() {
            return true;
        }
        let more = self.line < self.last;
        if more {
            self.line += 1;
            self.load();
        }
        more
    }

    /// Steps to the character before, or an empty line; false at the start of the text.
    fn back(&mut self) -> bool {
        if self.back_in_line() {
            return true;
        }
        let more = self.line > self.first;
        if more {
            self.line -= 1;
            self.load();
            self.at = self.glyphs.len().saturating_sub(1);
        }
        more
    }
}

/// The start of the next word.
pub(super) fn next(text: &dyn TextScreen, from: Place, words: Words) -> Place {
    let mut walker = Walker::new(text, from, words);
    let (class, line) = (walker.class(), walker.line);
    while class != Class::Blank && walker.class() == class && walker.line == line {
        if !walker.forward() {
            return walker.place();
        }
    }
    let mut moved = walker.line != line;
    while walker.class() == Class::Blank && !(moved && walker.is_on_empty_line()) {
        if !walker.forward() {
            break;
        }
        moved |= walker.line != line;
    }
    walker.place()
}

/// The start of this word, or of the one before.
pub(super) fn previous(text: &dyn TextScreen, from: Place, words: Words) -> Place {
    let mut walker = Walker::new(text, from, words);
    if !walker.back() {
        return walker.place();
    }
    while walker.class() == Class::Blank && !walker.is_on_empty_line() {
        if !walker.back() {
            return walker.place();
        }
    }
    let class = walker.class();
    while walker.at > 0 {
        walker.at -= 1;
        if walker.class() != class {
            walker.at += 1;
            break;
        }
    }
    walker.place()
}

/// The end of this word, or of the next.
pub(super) fn end(text: &dyn TextScreen, from: Place, words: Words) -> Place {
    let mut walker = Walker::new(text, from, words);
    walker.forward();
    while walker.class() == Class::Blank {
        if !walker.forward() {
            return walker.place();
        }
    }
    let class = walker.class();
    while walker.forward_in_line() {
        if walker.class() != class {
            walker.at -= 1;
            break;
        }
    }
    walker.place()
}

/// The first and the last character of the run of letters, signs or blanks at a place, in its line.
pub(super) fn around(text: &dyn TextScreen, at: Place, words: Words) -> (Place, Place) {
    let mut walker = Walker::new(text, at, words);
    let (class, middle) = (walker.class(), walker.at);
    let mut edges = [middle; 2];
    while walker.back_in_line() && walker.class() == class {
        edges[0] = walker.at;
    }
    walker.at = middle;
    while walker.forward_in_line() && walker.class() == class {
        edges[1] = walker.at;
    }
    let [first, last] = edges.map(|edge| {
        walker.at = edge;
        walker.place()
    });
    (first, last)
}

/// The word of letters, digits and underscores at a column of a line, else the next one in it.
pub(super) fn word_at(line: &Line, column: u32) -> Option<&str> {
    let glyphs = glyphs(line);
    let is_word = |glyph: &Glyph| Words::Small.class(glyph.first) == Class::Word;
    let at = glyph_at(&glyphs, column);
    let on = (at..glyphs.len()).find(|at| is_word(&glyphs[*at]))?;
    let first = (0..on).rev().take_while(|at| is_word(&glyphs[*at])).last().unwrap_or(on);
    let last = (on..glyphs.len()).take_while(|at| is_word(&glyphs[*at])).last().unwrap_or(on);
    line.text.get(glyphs[first].bytes.start..glyphs[last].bytes.end)
}
