//! The pixels of a remote screen, and when each part of them changed.

/// The side of the square blocks in which changes are recorded, in pixels.
pub const BLOCK: u16 = 16;

/// A point in the life of a framebuffer: each write of pixels makes a later one. The first is 0: nothing drawn yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Generation(pub u64);

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Region {
    /// Its left edge.
    pub x: u16,
    /// Its upper edge.
    pub y: u16,
    /// Its width.
    pub width: u16,
    /// Its height.
    pub height: u16,
}

impl Region {
    /// The right edge: the first column after it.
    pub const fn right(self) -> usize {
        self.x as usize + self.width as usize
    }

    /// The lower edge: the first row below it.
    pub const fn bottom(self) -> usize {
        self.y as usize + self.height as usize
    }

    /// The number of its pixels.
    pub const fn area(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// True if it has no pixel.
    pub const fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }
}

/// The pixels of a screen, row by row from the upper left, each `0x00RRGGBB`.
///
/// What changed is recorded by blocks of [`BLOCK`] pixels a side, so that any reader finds by itself what is new since it
/// last looked, and there may be many readers.
#[derive(Debug, Clone)]
pub struct Framebuffer {
    width: u16,
    height: u16,
    pixels: Vec<u32>,
    /// The last change of each block, row by row.
    changed: Vec<Generation>,
    generation: Generation,
}

impl Framebuffer {
    /// A black screen. Its size is the caller's to bound: it takes four bytes a pixel.
    pub fn new(width: u16, height: u16) -> Self {
        let blocks = usize::from(width.div_ceil(BLOCK)) * usize::from(height.div_ceil(BLOCK));
        Self {
            width,
            height,
            pixels: vec![0; usize::from(width) * usize::from(height)],
            changed: vec![Generation(1); blocks],
            generation: Generation(1),
        }
    }

    /// Width in pixels.
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Height in pixels.
    pub const fn height(&self) -> u16 {
        self.height
    }

    /// All of it.
    pub const fn bounds(&self) -> Region {
        Region { x: 0, y: 0, width: self.width, height: self.height }
    }

    /// The generation of the last change anywhere.
    pub const fn generation(&self) -> Generation {
        self.generation
    }

    /// A row of pixels; empty below the last one.
    pub fn row(&self, y: u16) -> &[u32] {
        let start = usize::from(y) * usize::from(self.width);
        self.pixels.get(start..start + usize::from(self.width)).unwrap_or_default()
    }

    /// The generation of the last change in the blocks that a region touches; 0 for a region outside of the screen.
    pub fn changed(&self, region: Region) -> Generation {
        let mut latest = Generation::default();
        self.for_blocks(region, |blocks| {
            latest = latest.max(blocks.iter().copied().max().unwrap_or_default());
        });
        latest
    }

    /// Resizes the screen. What lies in both sizes stays, the rest is black; all of it counts as changed.
    pub fn resize(&mut self, width: u16, height: u16) {
        let mut next = Self::new(width, height);
        let shared = usize::from(width.min(self.width));
        for y in 0..height.min(self.height) {
            let start = usize::from(y) * usize::from(width);
            next.pixels[start..start + shared].copy_from_slice(&self.row(y)[..shared]);
        }
        next.generation = Generation(self.generation.0 + 1);
        next.changed.fill(next.generation);
        *self = next;
    }

    /// Writes pixels, row by row; `draw` gets each row of the region, within the screen, with its number from the top of
    /// the region. Nothing is written outside of the screen.
    pub fn write(&mut self, region: Region, mut draw: impl FnMut(u16, &mut [u32])) {
        let Some(region) = self.clip(region) else { return };
        for line in 0..region.height {
            let start = usize::from(region.y + line) * usize::from(self.width) + usize::from(region.x);
            draw(line, &mut self.pixels[start..start + usize::from(region.width)]);
        }
        self.mark(region);
    }

    /// Fills a region with one colour.
    pub fn fill(&mut self, region: Region, color: u32) {
        self.write(region, |_, row| row.fill(color));
    }

    /// Copies the pixels of `from` (its upper left corner) to `region`; the two may overlap. Does nothing where either
    /// is not wholly on the screen.
    pub fn copy(&mut self, from: (u16, u16), region: Region) {
        let source = Region { x: from.0, y: from.1, ..region };
        if region.is_empty() || self.clip(source) != Some(source) || self.clip(region) != Some(region) {
            return;
        }
        let width = usize::from(self.width);
        let length = usize::from(region.width);
        let mut line = |number: u16| {
            let start = usize::from(source.y + number) * width + usize::from(source.x);
            let to = usize::from(region.y + number) * width + usize::from(region.x);
            self.pixels.copy_within(start..start + length, to);
        };
        // A row must be read before it is written over.
        if source.y >= region.y {
            (0..region.height).for_each(&mut line);
        } else {
            (0..region.height).rev().for_each(&mut line);
        }
        self.mark(region);
    }

    /// The part of a region that is on the screen; `None` where there is none.
    fn clip(&self, region: Region) -> Option<Region> {
        let width = region.right().min(self.width.into()).checked_sub(region.x.into())?;
        let height = region.bottom().min(self.height.into()).checked_sub(region.y.into())?;
        let part =
            Region { width: u16::try_from(width).ok()?, height: u16::try_from(height).ok()?, ..region };
        (!part.is_empty()).then_some(part)
    }

    fn mark(&mut self, region: Region) {
        self.generation.0 += 1;
        let generation = self.generation;
        let width = self.blocks_across();
        let (columns, rows) = blocks(region);
        for row in rows {
            self.changed[row * width..][columns.clone()].fill(generation);
        }
    }

    fn for_blocks(&self, region: Region, mut visit: impl FnMut(&[Generation])) {
        let Some(region) = self.clip(region) else { return };
        let width = self.blocks_across();
        let (columns, rows) = blocks(region);
        for row in rows {
            visit(&self.changed[row * width..][columns.clone()]);
        }
    }

    /// The generations of the last changes of all blocks, row by row.
    pub(crate) fn block_generations(&self) -> &[Generation] {
        &self.changed
    }

    /// The rows of blocks that a region touches.
    pub(crate) fn block_rows(&self, region: Region) -> impl Iterator<Item = BlockRow> {
        let (width, bounds) = (self.blocks_across(), self.bounds());
        let touched = self.clip(region).map(blocks).into_iter();
        touched.flat_map(move |(columns, rows)| {
            rows.map(move |row| {
                let blocks = row * width + columns.start..row * width + columns.end;
                BlockRow { bounds, first: (columns.start, row), blocks }
            })
        })
    }

    fn blocks_across(&self) -> usize {
        usize::from(self.width.div_ceil(BLOCK))
    }
}

/// A row of blocks.
#[derive(Debug, Clone)]
pub(crate) struct BlockRow {
    /// The screen.
    bounds: Region,
    /// The column and the row of the first block.
    first: (usize, usize),
    /// The numbers of the blocks among all of the screen.
    pub blocks: std::ops::Range<usize>,
}

impl BlockRow {
    /// The pixels of some of its blocks, counted from the first one.
    pub fn part(&self, blocks: &std::ops::Range<usize>) -> Region {
        let edge = |block: usize, limit: u16| {
            u16::try_from(block * usize::from(BLOCK)).unwrap_or(u16::MAX).min(limit)
        };
        let (column, row) = self.first;
        let x = edge(column + blocks.start, self.bounds.width);
        let y = edge(row, self.bounds.height);
        Region {
            x,
            y,
            width: edge(column + blocks.end, self.bounds.width) - x,
            height: edge(row + 1, self.bounds.height) - y,
        }
    }
}

/// The columns and rows of blocks that a region touches. It is not empty.
fn blocks(region: Region) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
    let side = usize::from(BLOCK);
    let columns = usize::from(region.x) / side..region.right().div_ceil(side);
    let rows = usize::from(region.y) / side..region.bottom().div_ceil(side);
    (columns, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn region(x: u16, y: u16, width: u16, height: u16) -> Region {
        Region { x, y, width, height }
    }

    #[test]
    fn what_changed_is_found_by_its_blocks() {
        let mut screen = Framebuffer::new(100, 50);
        let before = screen.generation();
        screen.fill(region(17, 17, 2, 2), 0x00ff_0000);
        assert!(screen.generation() > before);
        assert!(screen.changed(region(16, 16, 1, 1)) > before);
        assert!(screen.changed(region(0, 0, 17, 17)) > before);
        assert_eq!(screen.changed(region(0, 0, 16, 16)), before);
        assert_eq!(screen.changed(region(32, 0, 68, 50)), before);
        assert_eq!(screen.changed(region(200, 200, 5, 5)), Generation(0));
        assert_eq!(screen.row(17)[16..20], [0, 0x00ff_0000, 0x00ff_0000, 0]);
    }

    #[test]
    fn nothing_is_written_outside_of_the_screen() {
        let mut screen = Framebuffer::new(4, 4);
        screen.fill(region(2, 2, u16::MAX, u16::MAX), 7);
        screen.fill(region(9, 9, 3, 3), 9);
        assert_eq!(screen.row(1), [0, 0, 0, 0]);
        assert_eq!(screen.row(3), [0, 0, 7, 7]);
        assert!(screen.row(4).is_empty());
    }

    #[test]
    fn overlapping_copies_move_each_pixel_once() {
        for (from, to) in [((0, 0), (1, 1)), ((1, 1), (0, 0)), ((0, 1), (1, 1)), ((1, 0), (1, 1))] {
            let mut screen = Framebuffer::new(3, 3);
            screen.write(region(0, 0, 3, 3), |y, row| {
                for (x, pixel) in (0u32..).zip(row) {
                    *pixel = u32::from(y) * 3 + x;
                }
            });
            let before = screen.clone();
            screen.copy(from, region(to.0, to.1, 2, 2));
            for (x, y) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let moved = screen.row(to.1 + y)[usize::from(to.0 + x)];
                assert_eq!(moved, before.row(from.1 + y)[usize::from(from.0 + x)], "{from:?} {to:?} {x} {y}");
            }
        }
        let mut screen = Framebuffer::new(3, 3);
        screen.fill(region(2, 2, 1, 1), 5);
        screen.copy((2, 2), region(1, 1, 2, 2));
        assert_eq!(screen.row(1), [0, 0, 0], "a source beyond the edge is not read");
    }

    #[test]
    fn a_new_size_keeps_what_lies_in_both() {
        let mut screen = Framebuffer::new(4, 2);
        screen.fill(region(0, 0, 4, 2), 3);
        let before = screen.generation();
        screen.resize(2, 3);
        assert_eq!((screen.row(0), screen.row(2)), ([3, 3].as_slice(), [0, 0].as_slice()));
        assert!(screen.changed(screen.bounds()) > before);
    }
}
