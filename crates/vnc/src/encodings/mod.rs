//! The encodings of pixels (RFC 6143, 7.7), each resumable at any byte.

mod filter;
mod hextile;
mod inflate;
mod raw;
mod rows;
mod rre;
mod tight;
mod tiles;
mod zlib;
mod zrle;

use crate::error::{Result, malformed};
use crate::input::Input;
use crate::{ByteOrder, Framebuffer, Region};
use hextile::Hextile;
use inflate::Inflater;
use raw::Raw;
use rre::Rre;
use tight::{STREAMS, Tight};
use zlib::Zlib;
use zrle::{Trle, Zrle};

/// An encoding of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Rows of pixels behind a filter, in four streams of zlib. Without its JPEG, which servers send only where a level of
    /// quality is announced: text is recognised by its exact pixels.
    Tight,
    /// Tiles with palettes and runs, in a stream of zlib.
    Zrle,
    /// The same tiles, smaller and not compressed.
    Trle,
    /// Tiles of a background and rectangles.
    Hextile,
    /// Pixels in a stream of zlib.
    Zlib,
    /// A background and rectangles.
    Rre,
    /// A copy of another part of the screen.
    CopyRect,
    /// Pixels as they are. Every server has it.
    Raw,
}

impl Encoding {
    /// All of them, the best first for a link over the internet. QEMU takes the first that it has.
    pub const ALL: [Self; 8] = [
        Self::CopyRect,
        Self::Tight,
        Self::Zrle,
        Self::Hextile,
        Self::Zlib,
        Self::Trle,
        Self::Rre,
        Self::Raw,
    ];

    /// Its number on the wire.
    pub(crate) const fn number(self) -> i32 {
        match self {
            Self::Raw => 0,
            Self::CopyRect => 1,
            Self::Rre => 2,
            Self::Hextile => 5,
            Self::Zlib => 6,
            Self::Tight => 7,
            Self::Trle => 15,
            Self::Zrle => 16,
        }
    }

    /// The encoding of a number on the wire.
    pub(crate) fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.number() == number)
    }
}

/// The compressed streams of a connection, which go on from one rectangle to the next.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    zlib: Option<Inflater>,
    zrle: Option<Inflater>,
    tight: [Option<Inflater>; STREAMS],
}

/// The pixels that have come in each encoding.
#[derive(Debug, Default)]
pub(crate) struct PixelCounts([u64; Encoding::ALL.len()]);

impl PixelCounts {
    /// Counts a rectangle that was read whole.
    pub fn add(&mut self, encoding: Encoding, pixels: u64) {
        self.0[encoding as usize] += pixels;
    }

    pub const fn of(&self, encoding: Encoding) -> u64 {
        self.0[encoding as usize]
    }
}

/// What a rectangle is drawn with.
pub(crate) struct Target<'a> {
    pub screen: &'a mut Framebuffer,
    pub order: ByteOrder,
    pub streams: &'a mut Streams,
}

/// A rectangle that is being read.
#[derive(Debug)]
pub(crate) enum Decoder {
    Raw(Raw),
    CopyRect(Region),
    Rre(Rre),
    Hextile(Hextile),
    Zlib(Zlib),
    Tight(Tight),
    Trle(Trle),
    Zrle(Zrle),
}

impl Decoder {
    /// The decoder for a rectangle, which is wholly on the screen.
    pub fn new(encoding: Encoding, region: Region) -> Self {
        match encoding {
            Encoding::Raw => Self::Raw(Raw::new(region)),
            Encoding::CopyRect => Self::CopyRect(region),
            Encoding::Rre => Self::Rre(Rre::new(region)),
            Encoding::Hextile => Self::Hextile(Hextile::new(region)),
            Encoding::Zlib => Self::Zlib(Zlib::new(region)),
            Encoding::Tight => Self::Tight(Tight::new(region)),
            Encoding::Trle => Self::Trle(Trle::new(region)),
            Encoding::Zrle => Self::Zrle(Zrle::new(region)),
        }
    }

    /// Draws what is there; returns true at the end of the rectangle.
    pub fn advance(&mut self, input: &mut Input, target: &mut Target<'_>) -> Result<bool> {
        match self {
            Self::Raw(raw) => Ok(raw.advance(input, target)),
            Self::CopyRect(region) => copy(*region, input, target),
            Self::Rre(rre) => rre.advance(input, target),
            Self::Hextile(hextile) => hextile.advance(input, target),
            Self::Zlib(zlib) => zlib.advance(input, target),
            Self::Tight(tight) => tight.advance(input, target),
            Self::Trle(trle) => trle.advance(input, target),
            Self::Zrle(zrle) => zrle.advance(input, target),
        }
    }
}

/// `CopyRect` (RFC 6143, 7.7.2): the place to copy from.
fn copy(region: Region, input: &mut Input, target: &mut Target<'_>) -> Result<bool> {
    let Some([x0, x1, y0, y1]) = input.take_array() else { return Ok(false) };
    let from = (u16::from_be_bytes([x0, x1]), u16::from_be_bytes([y0, y1]));
    within(Region { x: from.0, y: from.1, ..region }, target.screen.bounds())?;
    target.screen.copy(from, region);
    Ok(true)
}

/// Checks that a part, whose place is relative to an area, is inside of it; returns its place on the screen.
///
/// # Errors
/// It is not.
pub(crate) fn within(part: Region, area: Region) -> Result<Region> {
    if part.right() > area.width.into() || part.bottom() > area.height.into() {
        let Region { x, y, width, height } = part;
        return malformed(format!(
            "it sent {width}x{height} pixels at {x},{y}, outside of the {}x{} that they are in",
            area.width, area.height
        ));
    }
    Ok(Region { x: area.x + part.x, y: area.y + part.y, ..part })
}
