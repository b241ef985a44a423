//! Pictures of images, for terminals with a graphics protocol.
//!
//! A picture is cut into tiles (kitty) or strips of whole rows of cells (sixel, iTerm2). What has changed since the last
//! time becomes [`Piece`]s: bytes to be written while the terminal's cursor is at a cell. Nothing is remembered of the
//! terminal but what these bytes made of it, so a picture belongs to one terminal, and begins anew when that was cleared.

mod iterm2;
pub mod kitty;
mod palette;
mod sixel;

use std::ops::Range;

use ratatui::layout::Rect;

use super::geometry::Geometry;
use super::scale::Scaler;
use super::source::{Changes, Seen, Source};
use crate::Region;

/// The side of a tile in pixels, about: whole cells.
const TILE_SIDE: u16 = 128;

/// The most rows of cells in a strip: any height times as many is a multiple of the six pixels of a sixel.
const MAX_STRIP_ROWS: u16 = 6;

/// The height that a strip of images has at least, in pixels.
const MIN_STRIP_HEIGHT: u16 = 64;

/// A graphics protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Kitty's: images with ids, placed below the text.
    Kitty,
    /// Sixel, with so many colour registers.
    Sixel {
        /// The registers that the terminal has: 256 are used at most, 2 at least.
        registers: u16,
    },
    /// Inline images of iTerm2.
    Iterm2,
}

impl Protocol {
    /// The name on the screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kitty => "kitty",
            Self::Sixel { .. } => "sixel",
            Self::Iterm2 => "iterm2",
        }
    }

    /// True if images lie below the text, so that nothing written over them harms them.
    pub const fn is_below_text(self) -> bool {
        matches!(self, Self::Kitty)
    }
}

/// The state of the cells of a picture, by columns and rows from its first cell.
pub struct Cells<'a> {
    /// True for a cell that shows something else, as a menu: the picture must not be seen there.
    pub is_covered: &'a dyn Fn(u16, u16) -> bool,
    /// True for a cell that was written as a blank since the last time, so that an image in it is gone.
    pub is_blanked: &'a dyn Fn(u16, u16) -> bool,
}

impl Cells<'_> {
    /// A picture of which all is seen, in cells that were not touched.
    pub const FREE: Cells<'static> = Cells { is_covered: &|_, _| false, is_blanked: &|_, _| false };
}

/// A part of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The cells that it draws over, from the first cell of the picture. The cursor must be on the first of them. With a
    /// protocol whose images do not lie below the text, what else these cells show is to be written after it.
    pub cells: Rect,
    /// The bytes for the terminal.
    pub bytes: Vec<u8>,
}

/// A picture in a graphics protocol.
pub struct ImagePicture {
    protocol: Protocol,
    /// The number that distinguishes its images from those of other pictures.
    slot: u8,
    geometry: Option<Geometry>,
    seen: Seen,
    tiles: Vec<Tile>,
    /// The tile that is the next to be looked at, so that each has its turn where not all can be sent at once.
    next: usize,
    is_complete: bool,
    scaler: Scaler,
    pixels: Vec<u32>,
    encoder: kitty::Encoder,
}

/// A part of the picture that is sent by itself.
#[derive(Debug)]
struct Tile {
    /// Its cells.
    cells: Rect,
    /// The columns that have to be sent, from its first one; none if they are empty.
    dirty: Range<u16>,
    /// True if the terminal has its image.
    is_sent: bool,
    /// Where the image is placed.
    placed: Vec<Rect>,
}

impl ImagePicture {
    /// A picture that the terminal has nothing of yet. No two with the same slot may be on one terminal.
    pub fn new(protocol: Protocol, slot: u8) -> Self {
        Self {
            protocol,
            slot,
            geometry: None,
            seen: Seen::default(),
            tiles: Vec::new(),
            next: 0,
            is_complete: true,
            scaler: Scaler::default(),
            pixels: Vec::new(),
            encoder: kitty::Encoder::default(),
        }
    }

    /// Its protocol.
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Its number.
    pub const fn slot(&self) -> u8 {
        self.slot
    }

    /// True if everything has been sent; else the next call goes on.
    pub const fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Returns what has changed since the last call. Once the pieces have more than `budget` bytes the rest is left for the
    /// next call.
    pub fn update(
        &mut self,
        source: Source<'_>,
        geometry: &Geometry,
        cells: &Cells<'_>,
        budget: usize,
    ) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if self.geometry == Some(*geometry) {
            if let Some(changes) = Changes::since(&self.seen, source) {
                self.mark_changes(&changes, geometry);
            }
        } else {
            let bytes = self.remove();
            if !bytes.is_empty() {
                pieces.push(Piece { cells: Rect::ZERO, bytes });
            }
            self.geometry = Some(*geometry);
            self.tiles = tiles(geometry, self.protocol);
            self.next = 0;
        }
        self.seen = source.seen();
        let count = self.tiles.len();
        let mut sent = 0;
        self.is_complete = true;
        let first = self.next;
        for index in (0..count).map(|offset| (first + offset) % count) {
            if sent > budget {
                self.next = index;
                self.is_complete = false;
                break;
            }
            let before = pieces.len();
            self.update_tile(index, source, geometry, cells, &mut pieces);
            sent += pieces.iter().skip(before).map(|piece| piece.bytes.len()).sum::<usize>();
        }
        pieces
    }

    /// Forgets what the terminal shows: it was cleared. With a new update all of it is sent.
    pub fn forget(&mut self) {
        self.geometry = None;
        self.tiles.clear();
    }

    /// Returns the bytes that take the images from the terminal, wherever its cursor is. Images that are part of the cells
    /// go when these are written.
    pub fn remove(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.protocol == Protocol::Kitty {
            for (index, tile) in self.tiles.iter().enumerate() {
                if tile.is_sent {
                    kitty::delete_image(kitty::image_id(self.slot, index), &mut bytes);
                }
            }
        }
        self.forget();
        bytes
    }

    /// Marks what has changed.
    fn mark_changes(&mut self, changes: &Changes<'_>, geometry: &Geometry) {
        let grid = geometry.grid((geometry.cell.width, geometry.cell.height));
        let covered = |cells: Rect| -> Region {
            let range = |start: u16, cells: u16, pixels: u16| {
                u32::from(start) * u32::from(pixels)
                    ..(u32::from(start) + u32::from(cells)) * u32::from(pixels)
            };
            let columns = range(cells.x, cells.width, geometry.cell.width);
            grid.covered(&columns, &range(cells.y, cells.height, geometry.cell.height))
        };
        for tile in &mut self.tiles {
            if !changes.touch(covered(tile.cells)) {
                continue;
            }
            if self.protocol == Protocol::Kitty {
                tile.dirty = 0..tile.cells.width;
                continue;
            }
            for column in 0..tile.cells.width {
                let part = Rect { x: tile.cells.x + column, width: 1, ..tile.cells };
                if changes.touch(covered(part)) {
                    tile.mark(column);
                }
            }
        }
    }

    fn update_tile(
        &mut self,
        index: usize,
        source: Source<'_>,
        geometry: &Geometry,
        cells: &Cells<'_>,
        pieces: &mut Vec<Piece>,
    ) {
        if self.protocol == Protocol::Kitty {
            self.update_image(index, source, geometry, cells, pieces);
        } else {
            self.update_strip(index, source, geometry, cells, pieces);
        }
    }

    /// Sends the image of a tile if it has changed, and places it on the cells that nothing else covers.
    fn update_image(
        &mut self,
        index: usize,
        source: Source<'_>,
        geometry: &Geometry,
        cells: &Cells<'_>,
        pieces: &mut Vec<Piece>,
    ) {
        let Some(tile) = self.tiles.get_mut(index) else { return };
        let seen = uncovered(tile.cells, cells.is_covered);
        let id = kitty::image_id(self.slot, index);
        let is_dirty = !tile.dirty.is_empty();
        if !is_dirty && seen == tile.placed {
            return;
        }
        let mut bytes = Vec::new();
        if is_dirty && tile.is_sent {
            kitty::delete_image(id, &mut bytes);
            tile.is_sent = false;
        } else if !is_dirty && !tile.placed.is_empty() {
            kitty::delete_placements(id, &mut bytes);
        }
        tile.placed.clone_from(&seen);
        let area = tile.cells;
        if is_dirty && !seen.is_empty() {
            // What nobody sees is not sent; it stays to be done.
            tile.dirty = 0..0;
            tile.is_sent = true;
            let size = self.render(source, geometry, area);
            self.encoder.transmit(id, size, &self.pixels, &mut bytes);
        }
        let mut at = Rect { width: 0, height: 0, ..area };
        for (number, part) in (1..).zip(&seen) {
            if number > 1 {
                pieces.push(Piece { cells: at, bytes: std::mem::take(&mut bytes) });
            }
            at = *part;
            let inside = Rect { x: part.x - area.x, y: part.y - area.y, ..*part };
            kitty::place(id, number, inside, geometry.cell, &mut bytes);
        }
        if !bytes.is_empty() {
            pieces.push(Piece { cells: at, bytes });
        }
    }

    /// Sends the columns of a strip that have changed or were written over.
    fn update_strip(
        &mut self,
        index: usize,
        source: Source<'_>,
        geometry: &Geometry,
        cells: &Cells<'_>,
        pieces: &mut Vec<Piece>,
    ) {
        let Some(tile) = self.tiles.get_mut(index) else { return };
        let area = tile.cells;
        let rows = || area.top()..area.bottom();
        for column in 0..area.width {
            if rows().any(|row| (cells.is_blanked)(area.x + column, row)) {
                tile.mark(column);
            }
        }
        let mut dirty = std::mem::replace(&mut tile.dirty, 0..0);
        // What is covered will be a blank once it is not any more.
        let is_covered = |column: u16| rows().all(|row| (cells.is_covered)(area.x + column, row));
        while !dirty.is_empty() && is_covered(dirty.start) {
            dirty.start += 1;
        }
        while !dirty.is_empty() && is_covered(dirty.end - 1) {
            dirty.end -= 1;
        }
        if dirty.is_empty() {
            return;
        }
        let part = Rect { x: area.x + dirty.start, width: dirty.end - dirty.start, ..area };
        let size = self.render(source, geometry, part);
        let mut bytes = Vec::new();
        match self.protocol {
            Protocol::Sixel { registers } => sixel::encode(size, &self.pixels, registers, &mut bytes),
            Protocol::Kitty | Protocol::Iterm2 => {
                iterm2::encode(size, &self.pixels, (part.width, part.height), &mut bytes);
            }
        }
        pieces.push(Piece { cells: part, bytes });
    }

    /// Computes the pixels of some cells. Returns their size.
    fn render(&mut self, source: Source<'_>, geometry: &Geometry, cells: Rect) -> (u32, u32) {
        let (width, height) = (u32::from(geometry.cell.width), u32::from(geometry.cell.height));
        let columns = u32::from(cells.left()) * width..u32::from(cells.right()) * width;
        let rows = u32::from(cells.top()) * height..u32::from(cells.bottom()) * height;
        let size = (columns.end - columns.start, rows.end - rows.start);
        self.pixels.clear();
        let grid = geometry.grid((geometry.cell.width, geometry.cell.height));
        self.scaler.scale(source, &grid, columns, rows, &mut self.pixels);
        size
    }
}

impl Tile {
    /// Adds a column to those that have to be sent.
    fn mark(&mut self, column: u16) {
        if self.dirty.is_empty() {
            self.dirty = column..column + 1;
        } else {
            self.dirty = self.dirty.start.min(column)..self.dirty.end.max(column + 1);
        }
    }
}

/// The tiles of a picture, row by row, all of them to be sent.
fn tiles(geometry: &Geometry, protocol: Protocol) -> Vec<Tile> {
    let (width, height) = match protocol {
        Protocol::Kitty => (whole_cells(geometry.cell.width), whole_cells(geometry.cell.height)),
        Protocol::Sixel { .. } => (geometry.columns.max(1), strip_rows(geometry.cell.height)),
        Protocol::Iterm2 => (geometry.columns.max(1), MIN_STRIP_HEIGHT.div_ceil(geometry.cell.height)),
    };
    let tops = (0..geometry.rows).step_by(height.into());
    let lefts = || (0..geometry.columns).step_by(width.into());
    let corners = tops.flat_map(|y| lefts().map(move |x| (x, y)));
    let tile = |(x, y): (u16, u16)| {
        let (width, height) = (width.min(geometry.columns - x), height.min(geometry.rows - y));
        let cells = Rect { x, y, width, height };
        Tile { cells, dirty: 0..width, is_sent: false, placed: Vec::new() }
    };
    corners.map(tile).collect()
}

/// The cells of a tile along one side.
const fn whole_cells(pixels: u16) -> u16 {
    if pixels >= TILE_SIDE { 1 } else { TILE_SIDE / pixels }
}

/// The rows of cells of a strip of sixels: the fewest whose height is a multiple of six pixels, and more where that is low.
fn strip_rows(height: u16) -> u16 {
    let least = (1..=MAX_STRIP_ROWS).find(|rows| (u32::from(height) * u32::from(*rows)).is_multiple_of(6));
    let least = least.unwrap_or(MAX_STRIP_ROWS);
    least * (MIN_STRIP_HEIGHT / 2).div_ceil(height.saturating_mul(least)).max(1)
}

/// The cells of a tile that nothing else covers, in few rectangles.
fn uncovered(tile: Rect, is_covered: &dyn Fn(u16, u16) -> bool) -> Vec<Rect> {
    let mut found: Vec<Rect> = Vec::new();
    for y in tile.top()..tile.bottom() {
        let mut from = None;
        for x in tile.left()..=tile.right() {
            if x < tile.right() && !is_covered(x, y) {
                from.get_or_insert(x);
                continue;
            }
            let Some(start) = from.take() else { continue };
            let above =
                found.iter_mut().find(|above| (above.x, above.right(), above.bottom()) == (start, x, y));
            match above {
                Some(above) => above.height += 1,
                None => found.push(Rect { x: start, y, width: x - start, height: 1 }),
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
