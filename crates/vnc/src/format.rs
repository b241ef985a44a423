//! The pixel format that is asked for, and pixels in it.

/// The order of a pixel's bytes. Whatever a server has, it is asked for 32 bits, red, green and blue of 8 bits each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ByteOrder {
    /// Blue first.
    #[default]
    Little,
    /// An unused byte first, then red.
    Big,
}

impl ByteOrder {
    /// The format as `SetPixelFormat` has it (RFC 6143, 7.4): 32 bits, of which 24 count, true colour, shifts 16, 8 and 0.
    pub(crate) const fn pixel_format(self) -> [u8; 16] {
        let big_endian = matches!(self, Self::Big) as u8;
        [32, 24, big_endian, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]
    }

    /// A pixel of four bytes as `0x00RRGGBB`.
    pub(crate) const fn pixel(self, bytes: [u8; 4]) -> u32 {
        let value = match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        };
        value & 0x00ff_ffff
    }

    /// A pixel of the three bytes that count (`CPIXEL`, RFC 6143, 7.7.5).
    pub(crate) const fn short_pixel(self, [first, second, third]: [u8; 3]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes([first, second, third, 0]),
            Self::Big => u32::from_be_bytes([0, first, second, third]),
        }
    }

    /// Converts pixels of four bytes; as many as both have.
    pub(crate) fn convert(self, bytes: &[u8], pixels: &mut [u32]) {
        for (pixel, bytes) in pixels.iter_mut().zip(bytes.as_chunks().0) {
            *pixel = self.pixel(*bytes);
        }
    }
}

/// Bytes of a whole pixel.
pub(crate) const PIXEL_BYTES: usize = 4;
