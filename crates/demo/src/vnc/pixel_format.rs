//! The form of pixels on the wire, as the client sets it (RFC 6143, 7.4).

/// The form of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PixelFormat {
    /// 8, 16 or 32.
    bits: u8,
    depth: u8,
    big_endian: bool,
    max: [u16; 3],
    shift: [u8; 3],
}

impl Default for PixelFormat {
    /// That of the server: 32 bits, little endian, blue in the lowest byte.
    fn default() -> Self {
        Self { bits: 32, depth: 24, big_endian: false, max: [255; 3], shift: [16, 8, 0] }
    }
}

impl PixelFormat {
    /// Reads the sixteen bytes of a format. `None` for one that cannot be sent: a colour map, or another number of bits.
    pub fn read(bytes: &[u8; 16]) -> Option<Self> {
        let [bits, depth, big_endian, true_color, r1, r0, g1, g0, b1, b0, red, green, blue, ..] = *bytes;
        let max = [[r1, r0], [g1, g0], [b1, b0]].map(u16::from_be_bytes);
        let shift = [red, green, blue];
        let fits = |(max, shift): (&u16, &u8)| *shift < bits && u64::from(*max) << *shift < (1u64 << bits);
        let is_known = matches!(bits, 8 | 16 | 32) && true_color != 0;
        (is_known && max.iter().zip(&shift).all(fits)).then_some(Self {
            bits,
            depth,
            big_endian: big_endian != 0,
            max,
            shift,
        })
    }

    /// The sixteen bytes of the format.
    pub fn bytes(&self) -> [u8; 16] {
        let [red, green, blue] = self.max.map(u16::to_be_bytes);
        [
            self.bits,
            self.depth,
            self.big_endian.into(),
            1,
            red[0],
            red[1],
            green[0],
            green[1],
            blue[0],
            blue[1],
            self.shift[0],
            self.shift[1],
            self.shift[2],
            0,
            0,
            0,
        ]
    }

    /// Appends a pixel.
    pub fn push(&self, color: u32, out: &mut Vec<u8>) {
        let bytes = self.value(color).to_le_bytes();
        let bytes = &bytes[..usize::from(self.bits / 8)];
        if self.big_endian {
            out.extend(bytes.iter().rev());
        } else {
            out.extend(bytes);
        }
    }

    /// Appends a pixel as ZRLE has it: three bytes where the colours fit into three of four.
    pub fn push_compact(&self, color: u32, out: &mut Vec<u8>) {
        let used =
            self.max.iter().zip(self.shift).fold(0, |used, (max, shift)| used | u32::from(*max) << shift);
        let bytes = self.value(color).to_le_bytes();
        let three = match used {
            _ if self.bits != 32 || self.depth > 24 => return self.push(color, out),
            _ if used & 0xff00_0000 == 0 => &bytes[..3],
            _ if used.trailing_zeros() >= 8 => &bytes[1..],
            _ => return self.push(color, out),
        };
        if self.big_endian {
            out.extend(three.iter().rev());
        } else {
            out.extend(three);
        }
    }

    fn value(&self, color: u32) -> u32 {
        let [_, red, green, blue] = color.to_be_bytes();
        let part = |channel: u8, number: usize| {
            let scaled = (u32::from(channel) * u32::from(self.max[number]) + 127) / 255;
            scaled << self.shift[number]
        };
        part(red, 0) | part(green, 1) | part(blue, 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(format: &PixelFormat, color: u32) -> (Vec<u8>, Vec<u8>) {
        let (mut plain, mut compact) = (Vec::new(), Vec::new());
        format.push(color, &mut plain);
        format.push_compact(color, &mut compact);
        (plain, compact)
    }

    #[test]
    fn pixels_have_the_form_that_was_set() {
        let own = PixelFormat::default();
        assert_eq!(PixelFormat::read(&own.bytes()), Some(own));
        assert_eq!(pushed(&own, 0x0012_3456), (vec![0x56, 0x34, 0x12, 0], vec![0x56, 0x34, 0x12]));
        let big = PixelFormat { big_endian: true, ..own };
        assert_eq!(pushed(&big, 0x0012_3456), (vec![0, 0x12, 0x34, 0x56], vec![0x12, 0x34, 0x56]));
        let high = PixelFormat { shift: [8, 16, 24], ..own };
        assert_eq!(pushed(&high, 0x0012_3456), (vec![0, 0x12, 0x34, 0x56], vec![0x12, 0x34, 0x56]));
        let sixteen = PixelFormat { bits: 16, depth: 16, max: [31, 63, 31], shift: [11, 5, 0], ..own };
        assert_eq!(pushed(&sixteen, 0x00ff_00ff), (vec![0x1f, 0xf8], vec![0x1f, 0xf8]));
        let eight = PixelFormat { bits: 8, depth: 6, max: [3, 3, 3], shift: [4, 2, 0], ..own };
        assert_eq!(pushed(&eight, 0x00ff_aa00), (vec![0x38], vec![0x38]));
    }

    #[test]
    fn forms_that_cannot_be_sent_are_refused() {
        let own = PixelFormat::default().bytes();
        for (at, value) in [(0, 24), (0, 0), (3, 0), (10, 32), (10, 30), (12, 200)] {
            let mut bytes = own;
            bytes[at] = value;
            assert_eq!(PixelFormat::read(&bytes), None, "byte {at} is {value}");
        }
    }
}
