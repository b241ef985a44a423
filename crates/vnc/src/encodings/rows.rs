//! A rectangle that is drawn from its upper edge down.

use crate::{Framebuffer, Region};

/// The rows of a rectangle that were not drawn yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows {
    pub left: Region,
}

impl Rows {
    pub const fn new(region: Region) -> Self {
        Self { left: region }
    }

    /// Draws the next rows, as many as `count`, but not below the last one.
    pub fn draw(&mut self, screen: &mut Framebuffer, count: usize, draw: impl FnMut(u16, &mut [u32])) {
        let height = u16::try_from(count).unwrap_or(u16::MAX).min(self.left.height);
        screen.write(Region { height, ..self.left }, draw);
        self.left.y += height;
        self.left.height -= height;
    }
}
