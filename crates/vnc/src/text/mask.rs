//! The picture of one character cell, one bit a pixel.

/// The widest cell that is read, in pixels.
pub(super) const MAX_WIDTH: u8 = 16;
/// The highest cell that is read, in pixels.
pub(super) const MAX_HEIGHT: u8 = 32;

/// Width and height of a cell in pixels: at most [`MAX_WIDTH`] and [`MAX_HEIGHT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct CellSize {
    pub width: u8,
    pub height: u8,
}

/// The pixels of a cell: row by row from the top, the leftmost pixel in the highest of the row's `width` bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Mask([u16; MAX_HEIGHT as usize]);

impl Mask {
    /// A row; 0 below the last.
    pub fn row(&self, row: u8) -> u16 {
        self.0.get(usize::from(row)).copied().unwrap_or_default()
    }

    /// Replaces a row.
    pub fn set_row(&mut self, row: u8, bits: u16) {
        if let Some(known) = self.0.get_mut(usize::from(row)) {
            *known = bits;
        }
    }

    /// True if no pixel is set.
    pub fn is_blank(&self) -> bool {
        self.0.iter().all(|row| *row == 0)
    }

    /// Every pixel the other way.
    pub fn inverted(&self, size: CellSize) -> Self {
        self.with_rows(0..size.height, |row| !row & full_row(size))
    }

    /// The picture with some rows changed.
    pub fn with_rows(&self, rows: std::ops::Range<u8>, change: impl Fn(u16) -> u16) -> Self {
        let mut changed = *self;
        for row in rows {
            changed.set_row(row, change(self.row(row)));
        }
        changed
    }

    /// The number of different rows that are not empty: a line or a bar has one, a letter has more.
    pub fn shapes(&self, size: CellSize) -> usize {
        let mut rows: Vec<u16> = (0..size.height).map(|row| self.row(row)).filter(|row| *row != 0).collect();
        rows.sort_unstable();
        rows.dedup();
        rows.len()
    }
}

/// A row whose pixels are all set.
pub(super) const fn full_row(size: CellSize) -> u16 {
    (((1u32 << size.width) - 1) & 0xffff) as u16
}
