//! A screenshot by `xwd`: the X Window Dump format, version 7 (`XWDFile.h`).

use std::process::Command;

pub(crate) struct Screenshot {
    bytes: Vec<u8>,
    start: usize,
    line: usize,
    /// Bytes of a pixel: 4, or 3 where windows of several visuals are on the screen.
    pixel: usize,
    is_big_endian: bool,
}

impl Screenshot {
    /// All of the display's screen.
    pub(crate) fn take(display: &str) -> Self {
        let shot = Command::new("xwd").args(["-root", "-silent", "-display", display]).output().unwrap();
        assert!(shot.status.success(), "xwd: {}", String::from_utf8_lossy(&shot.stderr));
        let bytes = shot.stdout;
        let number = |index: usize| -> usize {
            let field: [u8; 4] = bytes[index * 4..index * 4 + 4].try_into().unwrap();
            usize::try_from(u32::from_be_bytes(field)).unwrap()
        };
        assert!(number(1) == 7 && matches!(number(11), 24 | 32), "version and bits a pixel");
        let start = number(0) + number(19) * 12;
        Self { start, line: number(12), pixel: number(11) / 8, is_big_endian: number(7) == 1, bytes }
    }

    /// A pixel, `0x00RRGGBB`; black outside of the screen.
    pub(crate) fn pixel(&self, x: usize, y: usize) -> u32 {
        let at = self.start + y * self.line + x * self.pixel;
        let Some(bytes) = self.bytes.get(at..at + self.pixel) else { return 0 };
        let add = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
        let pixel =
            if self.is_big_endian { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) };
        pixel & 0x00ff_ffff
    }

    /// The first pixel of a colour, row by row.
    pub(crate) fn find(&self, color: u32) -> Option<(usize, usize)> {
        let height = (self.bytes.len() - self.start) / self.line;
        (0..height)
            .flat_map(|y| (0..self.line / self.pixel).map(move |x| (x, y)))
            .find(|(x, y)| self.pixel(*x, *y) == color)
    }
}
