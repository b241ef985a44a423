//! A rectangle cut into tiles, from the left to the right and from the top down.

use crate::{Framebuffer, Region};

/// The place of the next tile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tiles {
    region: Region,
    side: u16,
    /// Rows above the tile.
    top: u16,
    /// Columns before it.
    before: u16,
}

impl Tiles {
    /// The tiles of this side in a region.
    pub const fn new(region: Region, side: u16) -> Self {
        Self { region, side, top: 0, before: 0 }
    }

    /// The next tile; `None` after the last one.
    pub fn current(&self) -> Option<Region> {
        if self.top >= self.region.height || self.region.width == 0 {
            return None;
        }
        Some(Region {
            x: self.region.x + self.before,
            y: self.region.y + self.top,
            width: self.side.min(self.region.width - self.before),
            height: self.side.min(self.region.height - self.top),
        })
    }

    /// Goes on to the next tile.
    pub fn advance(&mut self) {
        self.before = self.before.saturating_add(self.side);
        if self.before >= self.region.width {
            self.before = 0;
            self.top = self.top.saturating_add(self.side);
        }
    }
}

/// Draws a tile whose pixels are given row by row.
pub(crate) fn draw(screen: &mut Framebuffer, tile: Region, pixels: &[u32]) {
    let mut lines = pixels.chunks_exact(tile.width.max(1).into());
    screen.write(tile, |_, row| {
        if let Some(line) = lines.next() {
            row.copy_from_slice(line);
        }
    });
}
