//! The half of a picture that computes images: it may run beside the screen.

use std::ops::Range;

use ratatui::layout::Rect;

use super::tiles::{Tile, join, tiles};
use super::{Protocol, iterm2, kitty, sixel};
use crate::Region;
use crate::draw::geometry::Geometry;
use crate::draw::scale::Scaler;
use crate::draw::source::{Changes, Seen, Source};

/// A change of at most one over this of all tiles is a small one, as of what is typed: such tiles go before others.
const SMALL_CHANGE_SHARE: usize = 8;

/// What a picture asks a renderer for.
#[derive(Debug, Clone)]
pub struct ImageRequest {
    pub(super) protocol: Protocol,
    pub(super) slot: u8,
    pub(super) geometry: Geometry,
    /// Changes when the terminal has nothing of the picture any more.
    pub(super) epoch: u64,
    pub(super) tiles: Vec<TileRequest>,
}

impl ImageRequest {
    /// The part of the screen that shows.
    pub const fn region(&self) -> Region {
        self.geometry.source
    }
}

/// The columns of a tile, counted from its first one.
#[derive(Debug, Clone)]
pub(super) struct TileRequest {
    /// Those that something may be seen in: from the first to the last that is not covered from top to bottom.
    pub seen: Range<u16>,
    /// Those that were written over.
    pub blanked: Range<u16>,
}

/// Images that are finished, for the picture that asked for them.
#[derive(Debug)]
pub struct RenderedImages {
    pub(super) epoch: u64,
    pub(super) images: Vec<TileImage>,
    pub(super) is_complete: bool,
}

impl RenderedImages {
    /// True if there is nothing to be written.
    pub fn is_empty(&self) -> bool {
        self.images.is_empty()
    }

    /// True if they are all that has changed; else another request goes on.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }
}

/// The image of a tile, or of some columns of it.
#[derive(Debug)]
pub(super) struct TileImage {
    pub tile: usize,
    pub cells: Rect,
    pub bytes: Vec<u8>,
}

/// Computes the images of a picture. It keeps what it has computed, so that only what has changed is computed again.
#[derive(Default)]
pub struct ImageRenderer {
    /// The request that all of this is for: its protocol, geometry and epoch.
    known: Option<(Protocol, Geometry, u64)>,
    seen: Seen,
    tiles: Vec<Dirty>,
    /// The tile that is the next to be looked at, so that each has its turn where not all are computed at once.
    next: usize,
    scaler: Scaler,
    pixels: Vec<u32>,
    encoder: kitty::Encoder,
}

struct Dirty {
    tile: Tile,
    /// The columns that have to be sent, from its first one; none if they are empty.
    columns: Range<u16>,
    /// It was part of the last small change, and goes before others: what is typed next will be seen there.
    is_first: bool,
}

impl ImageRenderer {
    /// Computes what has changed since the last call, until `is_enough` returns true for the bytes so far; the rest is left
    /// for the next call. Tiles of the last small change come first, and at least one of the others with every call, so that
    /// each has its turn.
    pub fn render(
        &mut self,
        source: Source<'_>,
        request: &ImageRequest,
        is_enough: &mut dyn FnMut(usize) -> bool,
    ) -> RenderedImages {
        let ImageRequest { protocol, geometry, epoch, .. } = *request;
        if self.known == Some((protocol, geometry, epoch)) {
            if let Some(changes) = Changes::since(&self.seen, source) {
                self.mark_changes(&changes, &geometry, protocol);
            }
        } else {
            self.known = Some((protocol, geometry, epoch));
            let whole = |tile: Tile| Dirty { columns: 0..tile.cells.width, tile, is_first: false };
            self.tiles = tiles(&geometry, protocol).into_iter().map(whole).collect();
            self.next = 0;
        }
        self.seen = source.seen();
        let mut rendered = RenderedImages { epoch, images: Vec::new(), is_complete: true };
        for (dirty, wanted) in self.tiles.iter_mut().zip(&request.tiles) {
            dirty.columns = join(&dirty.columns, &wanted.blanked);
        }
        let (first, others) = self.turns();
        let (mut bytes, count) = (0, first.len());
        let mut is_turn_over = false;
        for (number, index) in first.into_iter().chain(others).enumerate() {
            if is_turn_over && is_enough(bytes) {
                rendered.is_complete = false;
                break;
            }
            let Some(seen) = request.tiles.get(index).map(|tile| tile.seen.clone()) else { continue };
            let Some(image) = self.tile(index, &seen, source, request) else { continue };
            bytes += image.bytes.len();
            rendered.images.push(image);
            if number >= count {
                is_turn_over = true;
                self.next = (index + 1) % self.tiles.len().max(1);
            }
        }
        rendered
    }

    /// The tiles that have to be computed: those that go before others, and the others from the one on whose turn it is.
    fn turns(&self) -> (Vec<usize>, Vec<usize>) {
        let count = self.tiles.len();
        let all = (0..count).map(|offset| (self.next + offset) % count);
        all.filter(|index| !self.tiles[*index].columns.is_empty())
            .partition(|index| self.tiles[*index].is_first)
    }

    /// Marks what has changed.
    fn mark_changes(&mut self, changes: &Changes<'_>, geometry: &Geometry, protocol: Protocol) {
        let grid = geometry.grid((geometry.cell.width, geometry.cell.height));
        let covered = |cells: Rect| -> Region {
            let range = |start: u16, cells: u16, pixels: u16| {
                u32::from(start) * u32::from(pixels)
                    ..(u32::from(start) + u32::from(cells)) * u32::from(pixels)
            };
            let columns = range(cells.x, cells.width, geometry.cell.width);
            grid.covered(&columns, &range(cells.y, cells.height, geometry.cell.height))
        };
        let mut touched = Vec::new();
        for (index, Dirty { tile, columns, .. }) in self.tiles.iter_mut().enumerate() {
            if !changes.touch(covered(tile.cells)) {
                continue;
            }
            touched.push(index);
            if protocol == Protocol::Kitty {
                *columns = 0..tile.cells.width;
                continue;
            }
            let is_touched = |column: &u16| {
                changes.touch(covered(Rect { x: tile.cells.x + column, width: 1, ..tile.cells }))
            };
            let first = (0..tile.cells.width).find(&is_touched).unwrap_or(0);
            let last = (first..tile.cells.width).rev().find(&is_touched).unwrap_or(first);
            *columns = join(columns, &(first..last + 1));
        }
        if !touched.is_empty() && touched.len() <= self.tiles.len() / SMALL_CHANGE_SHARE {
            for (index, dirty) in self.tiles.iter_mut().enumerate() {
                dirty.is_first = touched.contains(&index);
            }
        }
    }

    /// Computes the image of a tile; `None` where nothing of it has to be sent, or can be seen: that stays to be done.
    fn tile(
        &mut self,
        index: usize,
        seen: &Range<u16>,
        source: Source<'_>,
        request: &ImageRequest,
    ) -> Option<TileImage> {
        let dirty = self.tiles.get_mut(index)?;
        let area = dirty.tile.cells;
        let columns = match request.protocol {
            Protocol::Kitty => {
                if seen.is_empty() {
                    return None;
                }
                0..area.width
            }
            // What is covered will be written over once it is not any more.
            _ => dirty.columns.start.max(seen.start)..dirty.columns.end.min(seen.end),
        };
        dirty.columns = 0..0;
        if columns.is_empty() {
            return None;
        }
        let cells = Rect { x: area.x + columns.start, width: columns.end - columns.start, ..area };
        let size = self.scale(source, &request.geometry, cells);
        let mut bytes = Vec::new();
        match request.protocol {
            Protocol::Kitty => {
                let id = kitty::image_id(request.slot, index);
                self.encoder.transmit(id, size, &self.pixels, &mut bytes);
            }
            Protocol::Sixel { registers } => sixel::encode(size, &self.pixels, registers, &mut bytes),
            Protocol::Iterm2 => iterm2::encode(size, &self.pixels, (cells.width, cells.height), &mut bytes),
        }
        Some(TileImage { tile: index, cells, bytes })
    }

    /// Computes the pixels of some cells. Returns their size.
    fn scale(&mut self, source: Source<'_>, geometry: &Geometry, cells: Rect) -> (u32, u32) {
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
