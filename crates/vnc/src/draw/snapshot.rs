//! A copy of what is drawn, so that a screen is not held up while it is drawn.

use super::source::{Overlay, Source};
use crate::{Framebuffer, Generation, Region};

/// A copy of a screen and its pointer, which is brought up to date by copying only the blocks that have changed.
///
/// It has generations of its own, so that what is drawn of it finds what is new in the copy, whatever was copied when.
#[derive(Debug)]
pub struct Snapshot {
    screen: Framebuffer,
    /// The generation that each block had in the screen when it was copied, row by row.
    copied: Vec<Generation>,
    pointer: Option<Pointer>,
    is_dimmed: bool,
}

#[derive(Debug)]
struct Pointer {
    x: i32,
    y: i32,
    width: u16,
    pixels: Vec<u32>,
}

impl Default for Snapshot {
    fn default() -> Self {
        Self { screen: Framebuffer::new(0, 0), copied: Vec::new(), pointer: None, is_dimmed: false }
    }
}

impl Snapshot {
    /// Copies what has changed in a region of the source, and stops once it has copied `limit` pixels or a few more.
    /// Returns true if the region is copied whole; else another call goes on, with what has changed by then.
    pub fn take(&mut self, source: Source<'_>, region: Region, limit: usize) -> bool {
        let screen = source.screen;
        if (self.screen.width(), self.screen.height()) != (screen.width(), screen.height()) {
            self.screen = Framebuffer::new(screen.width(), screen.height());
            self.copied.clear();
            self.copied.resize(screen.block_generations().len(), Generation::default());
        }
        self.is_dimmed = source.is_dimmed;
        self.take_pointer(source.overlay);
        let mut count = 0;
        for row in screen.block_rows(region) {
            let now = screen.block_generations().get(row.blocks.clone()).unwrap_or_default();
            let known = self.copied.get_mut(row.blocks.clone()).unwrap_or_default();
            let mut from = 0;
            // Runs of blocks that have changed, and those between them.
            for same in now
                .iter()
                .zip(known.iter())
                .map(|(now, known)| now != known)
                .collect::<Vec<_>>()
                .chunk_by(|one, next| one == next)
            {
                let blocks = from..from + same.len();
                from = blocks.end;
                if same.first() != Some(&true) {
                    continue;
                }
                if count >= limit {
                    return false;
                }
                known[blocks.clone()].copy_from_slice(&now[blocks.clone()]);
                let part = row.part(&blocks);
                count += usize::try_from(part.area()).unwrap_or(usize::MAX);
                let columns = usize::from(part.x)..part.right();
                self.screen.write(part, |line, to| {
                    let from = screen.row(part.y + line).get(columns.clone()).unwrap_or_default();
                    if let Some(to) = to.get_mut(..from.len()) {
                        to.copy_from_slice(from);
                    }
                });
            }
        }
        true
    }

    fn take_pointer(&mut self, overlay: Option<Overlay<'_>>) {
        let Some(Overlay { x, y, width, pixels }) = overlay else {
            self.pointer = None;
            return;
        };
        let mut own = self.pointer.take().map(|pointer| pointer.pixels).unwrap_or_default();
        own.clear();
        own.extend_from_slice(pixels);
        self.pointer = Some(Pointer { x, y, width, pixels: own });
    }

    /// The copy, to be drawn.
    pub fn source(&self) -> Source<'_> {
        let overlay = self.pointer.as_ref().map(|pointer| Overlay {
            x: pointer.x,
            y: pointer.y,
            width: pointer.width,
            pixels: &pointer.pixels,
        });
        Source { screen: &self.screen, overlay, is_dimmed: self.is_dimmed }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: usize = usize::MAX;

    fn is_same(snapshot: &Snapshot, screen: &Framebuffer) -> bool {
        let copy = snapshot.source().screen;
        (0..screen.height().max(copy.height())).all(|y| copy.row(y) == screen.row(y))
    }

    #[test]
    fn only_blocks_that_have_changed_count_as_changed_in_the_copy() {
        let mut screen = Framebuffer::new(100, 50);
        let mut snapshot = Snapshot::default();
        assert!(snapshot.take((&screen).into(), screen.bounds(), ALL));
        let before = snapshot.source().screen.generation();
        assert!(snapshot.take((&screen).into(), screen.bounds(), ALL));
        assert_eq!(snapshot.source().screen.generation(), before, "nothing has changed");
        screen.fill(Region { x: 40, y: 20, width: 2, height: 2 }, 7);
        assert!(snapshot.take((&screen).into(), screen.bounds(), ALL));
        let copy = snapshot.source().screen;
        assert!(copy.changed(Region { x: 32, y: 16, width: 16, height: 16 }) > before);
        assert_eq!(copy.changed(Region { x: 0, y: 0, width: 32, height: 50 }), before);
        assert!(is_same(&snapshot, &screen));
    }

    #[test]
    fn a_bounded_copy_goes_on_where_it_stopped_and_misses_nothing_that_changed_meanwhile() {
        let mut screen = Framebuffer::new(64, 64);
        screen.fill(screen.bounds(), 1);
        let mut snapshot = Snapshot::default();
        assert!(!snapshot.take((&screen).into(), screen.bounds(), 1));
        screen.fill(Region { x: 0, y: 0, width: 4, height: 4 }, 2);
        let calls = (0..10).take_while(|_| !snapshot.take((&screen).into(), screen.bounds(), 1)).count();
        assert_eq!(calls, 3, "the block that has changed again, and two more rows before the last one");
        assert!(is_same(&snapshot, &screen));
    }

    #[test]
    fn another_screen_with_older_generations_is_copied_whole() {
        let mut screen = Framebuffer::new(32, 32);
        (0..9).for_each(|color| screen.fill(screen.bounds(), color));
        let mut snapshot = Snapshot::default();
        snapshot.take((&screen).into(), screen.bounds(), ALL);
        let mut other = Framebuffer::new(32, 32);
        other.fill(other.bounds(), 5);
        snapshot.take((&other).into(), other.bounds(), ALL);
        assert!(is_same(&snapshot, &other));
    }

    proptest! {
        #[test]
        fn the_copy_of_a_region_is_the_same_as_the_screen(
            size in (0..70_u16, 0..70_u16), region in (0..90_u16, 0..90_u16, 0..90_u16, 0..90_u16),
            changes in prop::collection::vec((0..70_u16, 0..70_u16, 0..40_u16, 0..40_u16, any::<u32>()), 0..8),
        ) {
            let mut screen = Framebuffer::new(size.0, size.1);
            let mut snapshot = Snapshot::default();
            let (x, y, width, height) = region;
            let region = Region { x, y, width, height };
            for (x, y, width, height, color) in changes {
                screen.fill(Region { x, y, width, height }, color);
                prop_assert!(snapshot.take((&screen).into(), region, ALL));
                let copy = snapshot.source().screen;
                for y in region.y..screen.height().min(region.y + region.height) {
                    let columns = usize::from(region.x).min(screen.width().into())..region.right().min(screen.width().into());
                    prop_assert_eq!(&copy.row(y)[columns.clone()], &screen.row(y)[columns]);
                }
            }
        }
    }
}
