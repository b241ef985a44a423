//! Reads a screen again and again, and only what changed of it.

use std::sync::Arc;

use crate::{Framebuffer, Generation, Region};

use super::cell::{self, Seen};
use super::cursor::{Cursor, Search};
use super::font::Font;
use super::glyphs::{Glyph, GlyphMap};
use super::grid::{TextCell, TextGrid, UNKNOWN};
use super::layout::{self, Layout};

/// One cell in this many may be unknown, of those that are letters or unknown.
const UNKNOWN_SHARE: usize = 4;
/// The colour of characters on a screen that has none yet: the VGA's light grey.
const DEFAULT_FOREGROUND: u32 = 0x00aa_aaaa;

/// The fonts that screens are read with; cheap to clone, so that all screens share one.
#[derive(Clone)]
pub struct Fonts(Arc<GlyphMap>);

impl Fonts {
    /// Merges fonts, the most likely first: where two of them show different characters by the same picture, the plainer
    /// character counts, then the earlier font.
    pub fn new(fonts: &[Font]) -> Self {
        Self(Arc::new(GlyphMap::new(fonts)))
    }
}

/// Recognises the text of one screen.
pub struct Recognizer {
    glyphs: Arc<GlyphMap>,
    text: Option<TextScreen>,
    /// The generation at which no text was found, and how often none was found since there was some.
    failed: (Generation, u32),
}

impl Recognizer {
    /// A recogniser for a screen that is yet to be read.
    pub fn new(fonts: &Fonts) -> Self {
        Self { glyphs: fonts.0.clone(), text: None, failed: (Generation::default(), 0) }
    }

    /// The text of a screen; `None` if it shows none, or too much that is no glyph of the fonts.
    ///
    /// Give it the same screen each time: it looks only at what has changed since.
    pub fn read(&mut self, screen: &Framebuffer) -> Option<TextGrid> {
        if let Some(text) = self.text.as_mut().filter(|text| text.fits(screen)) {
            text.update(&self.glyphs, screen);
            if let Some(grid) = text.grid(&self.glyphs, screen, true) {
                return Some(grid);
            }
        }
        if self.text.take().is_none() && self.failed.0 == screen.generation() {
            return None;
        }
        let found = self.search(screen);
        self.failed =
            (screen.generation(), if found.is_some() { 0 } else { self.failed.1.saturating_add(1) });
        let (text, grid) = found?;
        self.text = Some(text);
        Some(grid)
    }

    /// Looks for a grid of cells. One that does not begin in the corner is looked for ever more rarely on a screen that
    /// changes and has none.
    fn search(&self, screen: &Framebuffer) -> Option<(TextScreen, TextGrid)> {
        let attempt = |layout: Option<Layout>| {
            let mut text = TextScreen::new(layout?, screen);
            text.update(&self.glyphs, screen);
            let grid = text.grid(&self.glyphs, screen, false)?;
            Some((text, grid))
        };
        let misses = self.failed.1;
        attempt(layout::in_corner(&self.glyphs, screen)).or_else(|| {
            let is_due = misses.is_power_of_two() || misses.is_multiple_of(64);
            attempt(is_due.then(|| layout::shifted(&self.glyphs, screen)).flatten())
        })
    }
}

/// A screen with text, as it was last read.
struct TextScreen {
    layout: Layout,
    screen: (u16, u16),
    cells: Vec<Seen>,
    before: Vec<char>,
    has_line_cursor: bool,
    generation: Generation,
}

impl TextScreen {
    fn new(layout: Layout, screen: &Framebuffer) -> Self {
        let count = usize::from(layout.columns) * usize::from(layout.rows);
        Self {
            layout,
            screen: (screen.width(), screen.height()),
            cells: vec![Seen::Blank(0); count],
            before: vec![' '; count],
            has_line_cursor: false,
            generation: Generation::default(),
        }
    }

    fn fits(&self, screen: &Framebuffer) -> bool {
        self.screen == (screen.width(), screen.height())
    }

    /// Reads the cells that have changed.
    fn update(&mut self, glyphs: &GlyphMap, screen: &Framebuffer) {
        let since = self.generation;
        if screen.generation() == since {
            return;
        }
        let columns = usize::from(self.layout.columns);
        let (width, height) = self.layout.cell();
        for (row, cells) in (0..self.layout.rows).zip(self.cells.chunks_exact_mut(columns)) {
            let (x, y) = self.layout.place(0, row);
            let line = Region { x, y, width: self.layout.columns * width, height };
            if screen.changed(line) <= since {
                continue;
            }
            let mut paper = 0;
            for column in 0..self.layout.columns {
                let (x, y) = self.layout.place(column, row);
                let cell = &mut cells[usize::from(column)];
                if screen.changed(Region { x, y, width, height }) > since {
                    let pixels = cell::pixels(screen, &self.layout, column, row);
                    *cell = cell::look_up(glyphs, &self.layout, &pixels, paper);
                }
                if let Seen::Glyph { glyph: Glyph { is_letter: true, .. }, paper: color, .. } = *cell {
                    paper = color;
                }
            }
        }
        self.generation = screen.generation();
    }

    /// The text, if the cells are credible as one. A screen that was text before (`known`) may be empty.
    fn grid(&mut self, glyphs: &GlyphMap, screen: &Framebuffer, known: bool) -> Option<TextGrid> {
        let (mut letters, mut unknown) = (0usize, 0usize);
        for seen in &self.cells {
            match seen {
                Seen::Glyph { glyph, .. } if glyph.is_letter => letters += 1,
                Seen::Unknown { .. } | Seen::Picture => unknown += 1,
                _ => {}
            }
        }
        let search = Search {
            glyphs,
            screen,
            layout: &self.layout,
            cells: &self.cells,
            before: &self.before,
            has_line: self.has_line_cursor,
        };
        let cursor = search.run();
        if cursor.is_some_and(|cursor| matches!(self.cells.get(cursor.index), Some(Seen::Unknown { .. }))) {
            unknown -= 1;
        }
        let is_text = unknown * UNKNOWN_SHARE <= letters + unknown && (known || letters > 0);
        is_text.then(|| self.draw(cursor))
    }

    fn draw(&mut self, cursor: Option<Cursor>) -> TextGrid {
        let mut foreground = DEFAULT_FOREGROUND;
        let mut cells: Vec<TextCell> = Vec::with_capacity(self.cells.len());
        for seen in &self.cells {
            let cell = match *seen {
                Seen::Blank(background) => TextCell { ch: ' ', foreground, background },
                Seen::Glyph { glyph, ink, paper } => {
                    TextCell { ch: glyph.ch, foreground: ink, background: paper }
                }
                Seen::Unknown { ink, paper } => TextCell { ch: UNKNOWN, foreground: ink, background: paper },
                Seen::Picture => TextCell { ch: UNKNOWN, foreground, background: 0 },
            };
            if matches!(seen, Seen::Glyph { .. }) {
                foreground = cell.foreground;
            }
            cells.push(cell);
        }
        let columns = usize::from(self.layout.columns);
        self.has_line_cursor |= cursor.is_some_and(|cursor| cursor.is_line);
        let at = cursor.and_then(|Cursor { index, cell, .. }| {
            *cells.get_mut(index)? = cell;
            Some((u16::try_from(index % columns).ok()?, u16::try_from(index / columns).ok()?))
        });
        for (before, cell) in self.before.iter_mut().zip(&cells) {
            if cell.ch != UNKNOWN {
                *before = cell.ch;
            }
        }
        TextGrid {
            columns: self.layout.columns,
            cells,
            cursor: at,
            cell_size: self.layout.cell(),
            origin: self.layout.origin,
        }
    }
}
