//! The glyphs of all fonts, by the size of their cells.

use std::collections::hash_map::Entry;
use std::ops::Range;

use foldhash::{HashMap, HashMapExt as _};

use super::font::{Font, plainness};
use super::mask::{CellSize, Mask};

/// A picture with fewer different rows says little about the text around it: lines, bars, dots.
const LETTER_SHAPES: usize = 3;

/// A character that a picture stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glyph {
    pub ch: char,
    /// True for a picture that lines and areas of a graphical screen do not show by chance.
    pub is_letter: bool,
}

/// What is known for each size of cell.
pub(super) struct GlyphMap {
    sizes: Vec<(CellSize, HashMap<Mask, Glyph>)>,
}

impl GlyphMap {
    /// Merges fonts. Where two of them show different characters by the same picture, the plainer character counts, then
    /// the earlier font.
    pub fn new(fonts: &[Font]) -> Self {
        let mut map = Self { sizes: Vec::new() };
        for font in fonts {
            map.add(font.size, &font.glyphs, |mask| mask);
        }
        // The VGA sends nine pixels for eight: the ninth is empty, or continues the eighth in line drawing.
        for font in fonts.iter().filter(|font| font.size.width == 8) {
            let size = CellSize { width: 9, ..font.size };
            map.add(size, &font.glyphs, |mask| mask.with_rows(0..size.height, |row| row << 1));
        }
        for font in fonts.iter().filter(|font| font.size.width == 8) {
            let size = CellSize { width: 9, ..font.size };
            map.add(size, &font.glyphs, |mask| mask.with_rows(0..size.height, |row| row << 1 | row & 1));
        }
        map
    }

    /// The sizes of cells, those of the most glyphs first.
    pub fn sizes(&self) -> impl Iterator<Item = CellSize> {
        self.sizes.iter().map(|(size, _)| *size)
    }

    /// The glyph of a picture.
    pub fn find(&self, size: CellSize, mask: &Mask) -> Option<Glyph> {
        self.of(size)?.get(mask).copied()
    }

    /// The glyphs that have the rows of a picture but for some that are hidden, as characters without duplicates.
    pub fn find_without(&self, size: CellSize, mask: &Mask, hidden: Range<u8>) -> Vec<char> {
        let seen = mask.with_rows(hidden.clone(), |_| 0);
        let glyphs = self.of(size).into_iter().flatten();
        let mut found: Vec<char> = glyphs
            .filter(|(mask, _)| mask.with_rows(hidden.clone(), |_| 0) == seen)
            .map(|(_, glyph)| glyph.ch)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn of(&self, size: CellSize) -> Option<&HashMap<Mask, Glyph>> {
        self.sizes.iter().find(|(known, _)| *known == size).map(|(_, glyphs)| glyphs)
    }

    fn add(&mut self, size: CellSize, glyphs: &[(char, Mask)], change: impl Fn(Mask) -> Mask) {
        let index = self.sizes.iter().position(|(known, _)| *known == size).unwrap_or_else(|| {
            self.sizes.push((size, HashMap::new()));
            self.sizes.len() - 1
        });
        let Some((_, known)) = self.sizes.get_mut(index) else { return };
        for (ch, mask) in glyphs {
            let mask = change(*mask);
            // A blank or full picture has one colour: it is a cell without a character.
            if mask.is_blank() || mask.inverted(size).is_blank() {
                continue;
            }
            let glyph = Glyph { ch: *ch, is_letter: mask.shapes(size) >= LETTER_SHAPES };
            match known.entry(mask) {
                Entry::Vacant(entry) => {
                    entry.insert(glyph);
                }
                Entry::Occupied(mut entry) if plainness(*ch) < plainness(entry.get().ch) => {
                    entry.insert(glyph);
                }
                Entry::Occupied(_) => {}
            }
        }
    }
}
