//! What is drawn: the framebuffer, and a pointer over it.

use crate::{Framebuffer, Generation, Region};

/// A small image that lies over the screen without being part of it: the pointer.
#[derive(Debug, Clone, Copy)]
pub struct Overlay<'a> {
    /// Its left edge on the screen; it may lie outside.
    pub x: i32,
    /// Its upper edge.
    pub y: i32,
    /// Its width.
    pub width: u16,
    /// Its pixels row by row, `0xAARRGGBB` with colours not multiplied by the alpha. Those of a last row that is not
    /// whole are not drawn.
    pub pixels: &'a [u32],
}

impl<'a> Overlay<'a> {
    fn height(&self) -> usize {
        self.pixels.len() / usize::from(self.width.max(1))
    }

    /// The part of the screen that it covers, clipped at the left and upper edges.
    fn region(&self) -> Region {
        let side = |start: i32, length: usize| {
            let length = i32::try_from(length).unwrap_or(i32::MAX);
            let (from, to) = (start.max(0), start.saturating_add(length).max(0));
            let from = u16::try_from(from).unwrap_or(u16::MAX);
            (from, u16::try_from(to).unwrap_or(u16::MAX).saturating_sub(from))
        };
        let ((x, width), (y, height)) = (side(self.x, self.width.into()), side(self.y, self.height()));
        Region { x, y, width, height }
    }

    /// The pixels in a row of the screen, with the column of the first.
    fn row(&self, y: u16) -> (i32, &'a [u32]) {
        let width = usize::from(self.width);
        let line = i32::from(y).checked_sub(self.y).and_then(|line| usize::try_from(line).ok());
        let pixels = line.and_then(|line| self.pixels.get(line.checked_mul(width)?..)?.get(..width));
        (self.x, pixels.unwrap_or_default())
    }
}

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The screen.
    pub screen: &'a Framebuffer,
    /// The pointer, where it is drawn.
    pub overlay: Option<Overlay<'a>>,
    /// Drawn at half the brightness, as what is not live any more.
    pub is_dimmed: bool,
}

impl<'a> From<&'a Framebuffer> for Source<'a> {
    fn from(screen: &'a Framebuffer) -> Self {
        Self { screen, overlay: None, is_dimmed: false }
    }
}

impl Source<'_> {
    /// Calls `change` for each pixel of a row that the overlay changes: with its column, its own colour and the blended.
    pub(super) fn for_blended(&self, y: u16, mut change: impl FnMut(usize, u32, u32)) {
        let Some(overlay) = &self.overlay else { return };
        let row = self.screen.row(y);
        let (left, pixels) = overlay.row(y);
        for (over, x) in pixels.iter().zip(left..) {
            let Some((x, own)) = usize::try_from(x).ok().and_then(|x| Some((x, *row.get(x)?))) else {
                continue;
            };
            if over >> 24 != 0 {
                change(x, own, blend(own, *over));
            }
        }
    }

    /// A picture of what was drawn, to find out later what has changed since.
    pub(super) fn seen(&self) -> Seen {
        let overlay = self.overlay.map(|overlay| {
            let region = overlay.region();
            // FNV: a pointer has some hundred pixels.
            let hash = overlay.pixels.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, pixel| {
                (hash ^ u64::from(*pixel)).wrapping_mul(0x0100_0000_01b3)
            });
            (region, (overlay.x, overlay.y), hash)
        });
        Seen {
            generation: self.screen.generation(),
            size: (self.screen.width(), self.screen.height()),
            is_dimmed: self.is_dimmed,
            overlay,
        }
    }
}

/// What was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Seen {
    generation: Generation,
    size: (u16, u16),
    is_dimmed: bool,
    overlay: Option<(Region, (i32, i32), u64)>,
}

/// What has changed since something was drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Changes<'a> {
    screen: &'a Framebuffer,
    since: Generation,
    /// The regions of the pointer before and now, where it has changed.
    overlays: [Region; 2],
}

impl<'a> Changes<'a> {
    /// What a source has that was not seen. `None` where nothing is new.
    pub(super) fn since(seen: &Seen, source: Source<'a>) -> Option<Self> {
        let now = source.seen();
        if now == *seen {
            return None;
        }
        let screen = source.screen;
        // Another screen, as after a reconnect, begins anew, and so does another brightness.
        let is_other = now.size != seen.size || now.generation < seen.generation;
        let is_other = is_other || now.is_dimmed != seen.is_dimmed;
        let since = if is_other { Generation::default() } else { seen.generation };
        let region = |seen: &Seen| seen.overlay.map(|overlay| overlay.0).unwrap_or_default();
        let is_moved = seen.overlay != now.overlay;
        let overlays = if is_moved { [region(seen), region(&now)] } else { <[Region; 2]>::default() };
        Some(Self { screen, since, overlays })
    }

    /// True if a part of the screen has changed.
    pub(super) fn touch(&self, region: Region) -> bool {
        self.screen.changed(region) > self.since
            || self.overlays.iter().any(|overlay| intersect(*overlay, region))
    }
}

fn intersect(one: Region, other: Region) -> bool {
    !one.is_empty()
        && usize::from(one.x) < other.right()
        && usize::from(other.x) < one.right()
        && usize::from(one.y) < other.bottom()
        && usize::from(other.y) < one.bottom()
}

/// A colour with another over it.
fn blend(below: u32, over: u32) -> u32 {
    let alpha = over >> 24;
    let part = |shift: u32| {
        let (below, over) = ((below >> shift) & 0xff, (over >> shift) & 0xff);
        ((over * alpha + below * (255 - alpha) + 127) / 255) << shift
    };
    part(16) | part(8) | part(0)
}
