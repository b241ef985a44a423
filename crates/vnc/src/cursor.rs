//! The shape of the pointer, which the server leaves to the client to draw.

use crate::error::{Result, malformed};
use crate::format::PIXEL_BYTES;
use crate::input::Reader;
use crate::{ByteOrder, Region};

/// The longest side of a pointer, in pixels.
pub(crate) const MAX_SIDE: u16 = 512;

/// The shape of the pointer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CursorImage {
    /// Width in pixels; 0 where the pointer is hidden.
    pub width: u16,
    /// Height in pixels; 0 where the pointer is hidden.
    pub height: u16,
    /// The pixel of the shape that points: from its left edge and its upper one. It may be outside.
    pub hotspot: (u16, u16),
    /// The pixels row by row, each `0xAARRGGBB`, not multiplied with their opacity; 0 is transparent.
    pub pixels: Vec<u32>,
}

/// Reads a pointer of pixels and a mask of bits (RFC 6143, 7.8.1); `None` where bytes are missing.
pub(crate) fn read_masked(reader: &mut Reader<'_>, size: Region, order: ByteOrder) -> Option<Vec<u32>> {
    let (width, height) = (usize::from(size.width), usize::from(size.height));
    let colors = reader.take(width * height * PIXEL_BYTES)?;
    let mask_bytes = width.div_ceil(8);
    let mask = reader.take(mask_bytes * height)?;
    let mut pixels = vec![0; width * height];
    order.convert(colors, &mut pixels);
    if width > 0 {
        for (row, mask) in pixels.chunks_exact_mut(width).zip(mask.chunks_exact(mask_bytes)) {
            for (x, pixel) in row.iter_mut().enumerate() {
                let is_opaque = mask[x / 8] << (x % 8) & 0x80 != 0;
                *pixel = if is_opaque { *pixel | 0xff00_0000 } else { 0 };
            }
        }
    }
    Some(pixels)
}

/// Reads a pointer of pixels with opacity (rfbproto, 7.8.5): an encoding, which is Raw in every server, and red, green,
/// blue and opacity, the colours multiplied with it. `None` where bytes are missing.
pub(crate) fn read_alpha(
    reader: &mut Reader<'_>,
    size: Region,
    blue_first: bool,
) -> Result<Option<Vec<u32>>> {
    let Some(encoding) = reader.u32() else { return Ok(None) };
    if encoding != 0 {
        return malformed(format!("it sent a pointer in encoding {encoding}, and only raw ones are read"));
    }
    let area = usize::from(size.width) * usize::from(size.height);
    let Some(bytes) = reader.take(area * PIXEL_BYTES) else { return Ok(None) };
    let pixel = |&[first, green, third, opacity]: &[u8; 4]| {
        let (red, blue) = if blue_first { (third, first) } else { (first, third) };
        let [red, green, blue] = [red, green, blue].map(|channel| divide(channel, opacity));
        u32::from_be_bytes([opacity, red, green, blue])
    };
    Ok(Some(bytes.as_chunks().0.iter().map(pixel).collect()))
}

/// A channel that was multiplied with an opacity, as it was before.
fn divide(channel: u8, opacity: u8) -> u8 {
    let whole = (u32::from(channel) * 255).checked_div(opacity.into()).unwrap_or_default();
    u8::try_from(whole).unwrap_or(255)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn size(width: u16, height: u16) -> Region {
        Region { x: 0, y: 0, width, height }
    }

    #[test]
    fn a_mask_makes_pixels_transparent() {
        let mut bytes = Vec::new();
        for pixel in 0..18u8 {
            bytes.extend([pixel, 0, 1, 9]);
        }
        // Nine pixels a row take two bytes of the mask.
        bytes.extend([0b1010_0000, 0b1000_0000, 0, 0]);
        let mut reader = Reader::new(&bytes);
        let pixels = read_masked(&mut reader, size(9, 2), ByteOrder::Little).unwrap();
        assert_eq!(reader.position(), bytes.len());
        assert_eq!(pixels[..3], [0xff01_0000, 0, 0xff01_0002]);
        assert_eq!(pixels[8], 0xff01_0008);
        assert!(pixels[9..].iter().all(|pixel| *pixel == 0));
        assert_eq!(read_masked(&mut Reader::new(&bytes[1..]), size(9, 2), ByteOrder::Little), None);
        assert_eq!(read_masked(&mut Reader::new(&[]), size(0, 0), ByteOrder::Little), Some(Vec::new()));
    }

    #[test]
    fn opacity_is_taken_out_of_the_colours() {
        let bytes = [0, 0, 0, 0, 64, 128, 0, 128, 255, 1, 2, 0, 10, 20, 30, 255];
        let read = |blue_first| read_alpha(&mut Reader::new(&bytes), size(3, 1), blue_first).unwrap();
        assert_eq!(read(false), Some(vec![0x807f_ff00, 0x0000_0000, 0xff0a_141e]));
        assert_eq!(read(true), Some(vec![0x8000_ff7f, 0x0000_0000, 0xff1e_140a]));
        assert_eq!(read_alpha(&mut Reader::new(&bytes[..15]), size(3, 1), false), Ok(None));
        let zrle = [0, 0, 0, 16];
        assert!(read_alpha(&mut Reader::new(&zrle), size(1, 1), false).is_err());
    }
}
