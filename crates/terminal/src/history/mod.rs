//! The lines that have left the screen, packed: text as UTF-8, styles as runs, a line as long as its author made it.
//!
//! ```text
//!  block 0            block 1            block 2 (grows)      open line      screen
//!  [line][line]...    [line][line]...    [line][line]         "first part …" "… of a wrapped line"
//! ```
//!
//! Lines are numbered from the start of the terminal and keep their numbers. The oldest block goes when the bytes pass
//! the limit. A width is nothing to the history: lines are wrapped when they are looked at.

mod packed;

use std::collections::VecDeque;

pub(crate) use packed::PackedLine;
use packed::Packer;

use crate::screen::{Cell, Clusters, Extras, Row};

/// Bytes that a history takes at most, unless it is given another limit.
pub(crate) const DEFAULT_LIMIT_BYTES: usize = 16 * 1024 * 1024;
/// Bytes after which the next block begins.
const BLOCK_BYTES: usize = 64 * 1024;
/// The longest line in cells; what is longer goes on as the next line.
const MAX_LINE_CELLS: usize = 4096;

/// A piece of the history that is thrown away whole.
#[derive(Debug, Clone, Default)]
struct Block {
    data: Vec<u8>,
    entries: Vec<Entry>,
}

/// The end of a line in its block, and what is asked of it most.
#[derive(Debug, Clone, Copy)]
struct Entry {
    end: u32,
    cells: u16,
    is_prompt: bool,
    has_wide: bool,
}

impl Block {
    fn bytes(&self) -> usize {
        self.data.capacity() + self.entries.capacity() * size_of::<Entry>()
    }

    fn line(&self, place: usize) -> Option<PackedLine<'_>> {
        let entry = self.entries.get(place)?;
        let start = place.checked_sub(1).map_or(0, |before| self.entries[before].end as usize);
        let data = &self.data[start..entry.end as usize];
        Some(PackedLine::new(data, usize::from(entry.cells), entry.is_prompt, entry.has_wide))
    }

    fn pop(&mut self) {
        self.entries.pop();
        self.data.truncate(self.entries.last().map_or(0, |entry| entry.end as usize));
    }
}

/// The history of a terminal.
#[derive(Debug, Clone)]
pub(crate) struct History {
    blocks: VecDeque<Block>,
    /// The number of the first line that is held.
    first: u64,
    /// Whole lines that are held.
    count: u64,
    /// Bytes of all blocks but the last.
    sealed_bytes: usize,
    limit: usize,
    /// The start of a line that goes on on the screen.
    open: Packer,
    is_open: bool,
}

impl History {
    pub fn new() -> Self {
        Self {
            blocks: VecDeque::new(),
            first: 0,
            count: 0,
            sealed_bytes: 0,
            limit: DEFAULT_LIMIT_BYTES,
            open: Packer::default(),
            is_open: false,
        }
    }

    /// The number of the first line that is held.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The number of the line that the screen begins with, or that the open line has.
    pub fn next(&self) -> u64 {
        self.first + self.count
    }

    /// The cells of the open line; `None` where the screen begins with a line of its own.
    pub fn open_cells(&self) -> Option<usize> {
        self.is_open.then(|| self.open.cells())
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        self.sealed_bytes + self.blocks.back().map_or(0, Block::bytes) + self.open.bytes()
    }

    /// Appends a row that leaves the screen.
    pub fn push(&mut self, row: &Row, columns: usize, clusters: &Clusters, extras: &Extras) {
        self.open.push(row, columns, clusters, extras);
        self.is_open = row.wrapped && self.open.cells() < MAX_LINE_CELLS;
        if !self.is_open {
            self.seal();
        }
    }

    /// Ends the open line: it does not go on on the screen after all.
    pub fn close(&mut self) {
        if std::mem::take(&mut self.is_open) {
            self.seal();
        }
    }

    /// Moves the open line into a block.
    fn seal(&mut self) {
        if self.blocks.back().is_none_or(|block| block.data.len() >= BLOCK_BYTES) {
            if let Some(last) = self.blocks.back_mut() {
                last.data.shrink_to_fit();
                last.entries.shrink_to_fit();
                self.sealed_bytes += last.bytes();
            }
            self.blocks.push_back(Block::default());
            self.trim(self.limit);
        }
        if let Some(block) = self.blocks.back_mut() {
            self.open.pack_into(&mut block.data);
            block.entries.push(Entry {
                end: u32::try_from(block.data.len()).unwrap_or(u32::MAX),
                cells: u16::try_from(self.open.cells()).unwrap_or(u16::MAX),
                is_prompt: self.open.is_prompt(),
                has_wide: self.open.has_wide(),
            });
            self.count += 1;
        }
        self.open.clear();
    }

    /// Throws the oldest blocks away until it takes this many bytes at most.
    pub fn trim(&mut self, to_bytes: usize) {
        while self.bytes() > to_bytes
            && let Some(oldest) = self.blocks.pop_front()
        {
            let lines = oldest.entries.len() as u64;
            self.first += lines;
            self.count -= lines;
            if self.blocks.is_empty() {
                return;
            }
            self.sealed_bytes = self.sealed_bytes.saturating_sub(oldest.bytes());
        }
    }

    /// Throws everything away. Numbers go on.
    pub fn clear(&mut self) {
        self.first = self.next();
        self.count = 0;
        self.sealed_bytes = 0;
        self.blocks.clear();
        self.open.clear();
        self.is_open = false;
    }

    /// A whole line by its number.
    pub fn line(&self, number: u64) -> Option<PackedLine<'_>> {
        let mut place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        for block in &self.blocks {
            if place < block.entries.len() {
                return block.line(place);
            }
            place -= block.entries.len();
        }
        None
    }

    /// The blocks that have whole lines before a number, the newest first: the number of the first line, and the lines.
    pub fn blocks_before(&self, number: u64) -> impl Iterator<Item = (u64, Vec<PackedLine<'_>>)> {
        let mut first = self.next();
        let blocks = self.blocks.iter().rev().map(move |block| {
            first -= block.entries.len() as u64;
            (first, block)
        });
        blocks.filter(move |(first, _)| *first < number).map(move |(first, block)| {
            let count = usize::try_from(number - first).unwrap_or(usize::MAX).min(block.entries.len());
            (first, (0..count).filter_map(|place| block.line(place)).collect())
        })
    }

    /// The open line.
    pub fn open_line(&self) -> Option<PackedLine<'_>> {
        self.is_open.then(|| self.open.line())
    }

    /// Takes the last line back, the open one first: its cells, and whether a prompt begins it.
    pub fn pop(&mut self, clusters: &mut Clusters, extras: &mut Extras) -> Option<(Vec<Cell>, bool)> {
        if self.is_open {
            let line = self.open.line();
            let taken = (line.cells(clusters, extras), line.is_prompt);
            self.open.clear();
            self.is_open = false;
            return Some(taken);
        }
        let block = self.blocks.back_mut()?;
        let line = block.line(block.entries.len().checked_sub(1)?)?;
        let taken = (line.cells(clusters, extras), line.is_prompt);
        block.pop();
        self.count -= 1;
        if block.entries.is_empty() {
            self.blocks.pop_back();
            if let Some(last) = self.blocks.back() {
                self.sealed_bytes = self.sealed_bytes.saturating_sub(last.bytes());
            }
        }
        Some(taken)
    }
}

#[cfg(test)]
mod tests;
