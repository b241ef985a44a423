//! Images on the screen: which there are, and their bytes behind the cells of a frame.
//!
//! A layer that draws an image marks its cells ([`mark`]): they are blanks that nothing else may be drawn into. What covers
//! them, as a menu, takes the mark off, and the image is not seen there. After the cells of a frame follow the images that were
//! computed beside the screen since the last one; where images are part of the cells, what covers them is written once more
//! behind them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr as _;

use super::painter::{Change, Painter};
use super::pen::write_number;
use crate::console::pictures::{PictureSource, PictureWorker, SessionImages};
use crate::vnc::draw::{CellSize, Cells, Geometry, ImagePicture, Piece, Protocol, kitty};

/// Images that a terminal shows at most: as many as there are ranges of ids.
const MAX_PICTURES: u8 = 64;

/// The mark of a cell that an image is drawn over, in a bit that ratatui does not use.
const PICTURE: Modifier = Modifier::from_bits_retain(1 << 14);

/// True once an image with an id was sent. Process-wide, because the terminal is given back without any handle.
static HAS_SENT_IMAGE: AtomicBool = AtomicBool::new(false);

/// The way in which the terminal shows images, and the size of its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PictureSupport {
    /// The protocol; `None` where images are drawn as cells.
    pub protocol: Option<Protocol>,
    /// The size of a cell in pixels; where it is not known, its aspect.
    pub cell: CellSize,
}

/// An image that a layer wants to be shown.
pub struct Picture {
    /// Its cells, which the layer has marked.
    pub area: Rect,
    /// What shows in them.
    pub geometry: Geometry,
    /// Its pixels.
    pub source: Arc<dyn PictureSource>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({:?} of {})", self.area, self.source.key())
    }
}

/// Marks the cells of an image.
pub fn mark(area: Rect, buf: &mut Buffer) {
    for at in area.intersection(buf.area).positions() {
        let cell = &mut buf[at];
        cell.reset();
        cell.modifier = PICTURE;
    }
}

/// Returns true for a cell that an image is drawn over.
pub(super) fn is_picture(cell: &Cell) -> bool {
    cell.modifier.contains(PICTURE) && cell.symbol() == " "
}

/// The bytes that take the images from the terminal; empty where it never got one: it may be one that does not know them.
pub(super) fn end() -> &'static [u8] {
    if HAS_SENT_IMAGE.swap(false, Ordering::Relaxed) { kitty::DELETE_ALL } else { b"" }
}

/// The images that the terminal shows.
#[derive(Default)]
pub(super) struct Pictures {
    protocol: Option<Protocol>,
    shown: Vec<Shown>,
    worker: PictureWorker,
}

struct Shown {
    source: Arc<dyn PictureSource>,
    area: Rect,
    image: ImagePicture,
    finished: SessionImages,
}

impl Pictures {
    /// Images that this worker computes.
    pub(super) fn computed_by(worker: PictureWorker) -> Self {
        Self { worker, ..Self::default() }
    }

    /// Sets the protocol. Returns true where images are on the screen by another one: it is to be cleared.
    pub(super) fn set_protocol(&mut self, protocol: Option<Protocol>) -> bool {
        let is_other = self.protocol != protocol && !self.shown.is_empty();
        self.protocol = protocol;
        is_other
    }

    /// Takes the images from a terminal that is cleared.
    pub(super) fn clear(&mut self, out: &mut Vec<u8>) {
        if self.shown.iter().any(|shown| shown.image.protocol() == Protocol::Kitty) {
            out.extend_from_slice(kitty::DELETE_ALL);
        }
        self.shown.clear();
    }

    /// Writes the images that are finished behind the cells of a frame, of which `changes` were written, and requests those
    /// that follow.
    pub(super) fn draw(
        &mut self,
        wanted: &[Picture],
        frame: &Buffer,
        changes: &[Change<'_>],
        painter: &mut Painter,
        out: &mut Vec<u8>,
    ) {
        let Some(protocol) = self.protocol else { return };
        self.shown.retain_mut(|shown| {
            let is_wanted = wanted.iter().any(|picture| shown.is(picture));
            if !is_wanted {
                out.extend(shown.image.remove());
            }
            is_wanted
        });
        for picture in wanted {
            let Some(shown) = find_or_add(&mut self.shown, picture, protocol) else { continue };
            let pieces = shown.update(picture, &self.worker, frame, changes);
            if pieces.is_empty() {
                continue;
            }
            if protocol == Protocol::Kitty {
                HAS_SENT_IMAGE.store(true, Ordering::Relaxed);
            }
            write(&pieces, picture.area, out);
            if !protocol.is_below_text() {
                cover(&pieces, picture.area, frame, painter, out);
            }
        }
    }
}

/// The state of an image, which is added if it is new. `None` where there are too many.
fn find_or_add<'a>(
    shown: &'a mut Vec<Shown>,
    picture: &Picture,
    protocol: Protocol,
) -> Option<&'a mut Shown> {
    let known = shown.iter().position(|shown| shown.is(picture));
    let at = known.unwrap_or(shown.len());
    if known.is_none() {
        let is_free = |slot: &u8| shown.iter().all(|shown| shown.image.slot() != *slot);
        let slot = (0..MAX_PICTURES).find(is_free)?;
        let image = ImagePicture::new(protocol, slot);
        let source = Arc::clone(&picture.source);
        shown.push(Shown { source, area: picture.area, image, finished: SessionImages::default() });
    }
    shown.get_mut(at)
}

impl Shown {
    fn is(&self, picture: &Picture) -> bool {
        self.area == picture.area && self.source.key() == picture.source.key()
    }

    /// The pieces that have to be written. Requests what comes after them.
    fn update(
        &mut self,
        picture: &Picture,
        worker: &PictureWorker,
        frame: &Buffer,
        changes: &[Change<'_>],
    ) -> Vec<Piece> {
        let area = picture.area;
        let cell =
            |column: u16, row: u16| frame.cell((area.x.saturating_add(column), area.y.saturating_add(row)));
        let is_covered = |column: u16, row: u16| !cell(column, row).is_some_and(is_picture);
        let width = usize::from(area.width);
        let mut blanked = vec![false; width * usize::from(area.height)];
        for (x, y, cell) in changes {
            if is_picture(cell) && area.contains((*x, *y).into()) {
                let index = usize::from(*y - area.y) * width + usize::from(*x - area.x);
                if let Some(blanked) = blanked.get_mut(index) {
                    *blanked = true;
                }
            }
        }
        let is_blanked = |column: u16, row: u16| {
            let index = usize::from(row) * width + usize::from(column);
            column < area.width && blanked.get(index).copied().unwrap_or(false)
        };
        let cells = Cells { is_covered: &is_covered, is_blanked: &is_blanked };
        let pieces = self.image.update(&picture.geometry, &cells, self.finished.take());
        self.finished.request(worker, &picture.source, || self.image.request(&cells));
        pieces
    }
}

/// Writes pieces, each with the cursor on its first cell.
fn write(pieces: &[Piece], area: Rect, out: &mut Vec<u8>) {
    for piece in pieces {
        out.extend_from_slice(b"\x1b[");
        write_number(u32::from(area.y) + u32::from(piece.cells.y) + 1, out);
        out.push(b';');
        write_number(u32::from(area.x) + u32::from(piece.cells.x) + 1, out);
        out.push(b'H');
        out.extend_from_slice(&piece.bytes);
    }
}

/// Writes what covers an image in the cells of these pieces.
fn cover(pieces: &[Piece], area: Rect, frame: &Buffer, painter: &mut Painter, out: &mut Vec<u8>) {
    let mut covering: Vec<Change<'_>> = Vec::new();
    for piece in pieces {
        let cells = Rect { x: area.x + piece.cells.x, y: area.y + piece.cells.y, ..piece.cells };
        for at in cells.intersection(frame.area).positions() {
            let cell = &frame[at];
            // The cell behind a wide character is its other half.
            let is_half = at.x > cells.x && frame[(at.x - 1, at.y)].symbol().width() > 1;
            if !is_picture(cell) && !is_half {
                covering.push((at.x, at.y, cell));
            }
        }
    }
    if !covering.is_empty() {
        painter.paint(&covering, frame, out);
    }
}

#[cfg(test)]
#[path = "pictures_tests.rs"]
mod tests;
