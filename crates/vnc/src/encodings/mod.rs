//! The encodings of pixels (RFC 6143, 7.7), each resumable at any byte.

mod raw;

use crate::error::{Result, malformed};
use crate::input::Input;
use crate::{ByteOrder, Framebuffer, Region};
use raw::Raw;

/// The compressed streams of a connection, which go on from one rectangle to the next.
#[derive(Default)]
pub(crate) struct Streams {}

/// What a rectangle is drawn with.
pub(crate) struct Target<'a> {
    pub screen: &'a mut Framebuffer,
    pub order: ByteOrder,
    #[expect(dead_code, reason = "for compressed encodings")]
    pub streams: &'a mut Streams,
}

/// A rectangle that is being read.
#[derive(Debug)]
pub(crate) enum Decoder {
    Raw(Raw),
    CopyRect(Region),
}

impl Decoder {
    /// The decoder for a rectangle of an encoding; `None` for an encoding that this client does not have.
    pub fn new(number: i32, region: Region) -> Option<Self> {
        Some(match number {
            0 => Self::Raw(Raw::new(region)),
            1 => Self::CopyRect(region),
            _ => return None,
        })
    }

    /// Draws what is there; returns true at the end of the rectangle.
    pub fn advance(&mut self, input: &mut Input, target: &mut Target<'_>) -> Result<bool> {
        match self {
            Self::Raw(raw) => Ok(raw.advance(input, target)),
            Self::CopyRect(region) => copy(*region, input, target),
        }
    }
}

fn copy(region: Region, input: &mut Input, target: &mut Target<'_>) -> Result<bool> {
    let Some([x0, x1, y0, y1]) = input.take_array() else { return Ok(false) };
    let from = (u16::from_be_bytes([x0, x1]), u16::from_be_bytes([y0, y1]));
    let source = Region { x: from.0, y: from.1, ..region };
    let screen = target.screen.bounds();
    if source.right() > screen.right() || source.bottom() > screen.bottom() {
        return malformed(format!("it copies from {},{}, outside of its screen", from.0, from.1));
    }
    target.screen.copy(from, region);
    Ok(true)
}
