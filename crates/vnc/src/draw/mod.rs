//! A framebuffer as a terminal can show it: cells with block characters, or images in a graphics protocol.
//!
//! Everything here is pure: a [`Framebuffer`](crate::Framebuffer) and a [`Geometry`] go in, cells or bytes come out. Each
//! drawing keeps the generation that it drew last, and computes again only what changed since.

mod cells;
mod geometry;
mod image;
mod scale;
mod snapshot;
mod source;
#[cfg(test)]
pub(crate) mod testing;

pub use cells::{CellPicture, CellRenderer, CellStyle, Shapes};
pub use geometry::{CellSize, Geometry, Pan};
pub use image::{Cells, ImagePicture, ImageRenderer, ImageRequest, Piece, Protocol, RenderedImages, kitty};
pub use snapshot::Snapshot;
pub use source::{Overlay, Source};
