//! The half of a picture that knows what the terminal shows of it.

use std::ops::Range;

use ratatui::layout::Rect;

use super::renderer::{ImageRequest, RenderedImages, TileImage, TileRequest};
use super::tiles::{Tile, join, tiles, uncovered};
use super::{Cells, Piece, Protocol, kitty};
use crate::draw::geometry::Geometry;

/// A picture on a terminal. Nothing is remembered of the terminal but what its pieces made of it, so a picture belongs to
/// one terminal, and begins anew when that was cleared.
///
/// ```text
///  update(cells, finished images) ─▶ pieces ─▶ terminal
///         │ request()                    ▲
///         ▼                              │ finished images
///  ImageRequest ─▶ ImageRenderer::render ┘
/// ```
#[derive(Debug)]
pub struct ImagePicture {
    protocol: Protocol,
    /// The number that distinguishes its images from those of other pictures.
    slot: u8,
    geometry: Option<Geometry>,
    epoch: u64,
    tiles: Vec<Shown>,
}

/// A part of the picture as the terminal shows it.
#[derive(Debug)]
struct Shown {
    tile: Tile,
    /// The columns that were written over and asked for by no request yet.
    blanked: Range<u16>,
    /// True if the terminal has its image.
    is_sent: bool,
    /// Where the image is placed.
    placed: Vec<Rect>,
}

impl ImagePicture {
    /// A picture that the terminal has nothing of yet. No two with the same slot may be on one terminal.
    pub const fn new(protocol: Protocol, slot: u8) -> Self {
        Self { protocol, slot, geometry: None, epoch: 0, tiles: Vec::new() }
    }

    /// Its protocol.
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Its number.
    pub const fn slot(&self) -> u8 {
        self.slot
    }

    /// Takes the state of its cells and the images that were finished since the last call, in their order. Returns what is
    /// to be written. Images for another geometry, or for a terminal that was cleared since they were asked for, are
    /// dropped: the next request asks for all.
    pub fn update(
        &mut self,
        geometry: &Geometry,
        cells: &Cells<'_>,
        rendered: Option<RenderedImages>,
    ) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if self.geometry != Some(*geometry) {
            let tiles = tiles(geometry, self.protocol);
            let is_same_cell = self.geometry.is_some_and(|known| known.cell == geometry.cell);
            if is_same_cell && self.tiles.iter().map(|shown| shown.tile).eq(tiles.iter().copied()) {
                // Another part of the screen in the same cells: the images stay until those that replace them are finished.
                self.epoch += 1;
            } else {
                let bytes = self.remove();
                if !bytes.is_empty() {
                    pieces.push(Piece { cells: Rect::ZERO, bytes });
                }
                let blank = |tile| Shown { tile, blanked: 0..0, is_sent: false, placed: Vec::new() };
                self.tiles = tiles.into_iter().map(blank).collect();
            }
            self.geometry = Some(*geometry);
        }
        let mut images: Vec<Option<TileImage>> = Vec::new();
        images.resize_with(self.tiles.len(), || None);
        let current = rendered.filter(|rendered| rendered.epoch == self.epoch);
        for image in current.into_iter().flat_map(|rendered| rendered.images) {
            if let Some(slot) = images.get_mut(image.tile) {
                *slot = Some(image);
            }
        }
        for (index, (shown, image)) in self.tiles.iter_mut().zip(images).enumerate() {
            if self.protocol == Protocol::Kitty {
                shown.place(kitty::image_id(self.slot, index), image, geometry, cells, &mut pieces);
            } else {
                shown.draw(image, cells, &mut pieces);
            }
        }
        pieces
    }

    /// The request for what the terminal does not show yet. `None` before the first [`ImagePicture::update`].
    pub fn request(&mut self, cells: &Cells<'_>) -> Option<ImageRequest> {
        let geometry = self.geometry?;
        let tiles = self.tiles.iter_mut().map(|shown| TileRequest {
            seen: shown.seen(cells),
            blanked: std::mem::replace(&mut shown.blanked, 0..0),
        });
        let tiles = tiles.collect();
        Some(ImageRequest { protocol: self.protocol, slot: self.slot, geometry, epoch: self.epoch, tiles })
    }

    /// Forgets what the terminal shows: it was cleared. With a new update all of it is sent.
    pub fn forget(&mut self) {
        self.geometry = None;
        self.epoch += 1;
        self.tiles.clear();
    }

    /// Returns the bytes that take the images from the terminal, wherever its cursor is. Images that are part of the cells
    /// go when these are written.
    pub fn remove(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.protocol == Protocol::Kitty {
            for (index, shown) in self.tiles.iter().enumerate() {
                if shown.is_sent {
                    kitty::delete_image(kitty::image_id(self.slot, index), &mut bytes);
                }
            }
        }
        self.forget();
        bytes
    }
}

impl Shown {
    /// The columns from the first to the last that is not covered from top to bottom.
    fn seen(&self, cells: &Cells<'_>) -> Range<u16> {
        let area = self.tile.cells;
        let is_seen =
            |column: &u16| (area.top()..area.bottom()).any(|row| !(cells.is_covered)(area.x + column, row));
        let Some(first) = (0..area.width).find(is_seen) else { return 0..0 };
        let last = (first..area.width).rev().find(is_seen).unwrap_or(first);
        first..last + 1
    }

    /// Sends the image of a tile if there is a new one, and places it on the cells that nothing else covers.
    fn place(
        &mut self,
        id: u32,
        image: Option<TileImage>,
        geometry: &Geometry,
        cells: &Cells<'_>,
        pieces: &mut Vec<Piece>,
    ) {
        let area = self.tile.cells;
        let seen = uncovered(area, cells.is_covered);
        if image.is_none() && (seen == self.placed || !self.is_sent) {
            return;
        }
        let mut bytes = Vec::new();
        if let Some(image) = image {
            if self.is_sent {
                kitty::delete_image(id, &mut bytes);
            }
            bytes.extend(image.bytes);
            self.is_sent = true;
        } else if !self.placed.is_empty() {
            kitty::delete_placements(id, &mut bytes);
        }
        self.placed.clone_from(&seen);
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

    /// Draws the columns of a strip that there is a new image of, and takes note of those that were written over.
    fn draw(&mut self, image: Option<TileImage>, cells: &Cells<'_>, pieces: &mut Vec<Piece>) {
        let area = self.tile.cells;
        let is_blanked =
            |column: &u16| (area.top()..area.bottom()).any(|row| (cells.is_blanked)(area.x + column, row));
        if let Some(first) = (0..area.width).find(is_blanked) {
            let last = (first..area.width).rev().find(is_blanked).unwrap_or(first);
            self.blanked = join(&self.blanked, &(first..last + 1));
        }
        let Some(TileImage { cells, bytes, .. }) = image else { return };
        // What it draws over is not a blank any more.
        if cells.x <= area.x + self.blanked.start && area.x + self.blanked.end <= cells.right() {
            self.blanked = 0..0;
        }
        pieces.push(Piece { cells, bytes });
    }
}
