//! RRE (RFC 6143, 7.7.3): a background, and rectangles of one colour on it.

use super::{Target, within};
use crate::Region;
use crate::error::{Result, malformed};
use crate::input::Input;

/// A rectangle of rectangles.
#[derive(Debug)]
pub(crate) struct Rre {
    region: Region,
    /// Rectangles that have not come yet; `None` before their number.
    left: Option<u32>,
    /// Pixels that they may still fill: each one once would be enough.
    area: u64,
}

impl Rre {
    pub fn new(region: Region) -> Self {
        Self { region, left: None, area: 2 * region.area() }
    }

    /// Draws what is there; returns true at the end of the rectangle.
    pub fn advance(&mut self, input: &mut Input, target: &mut Target<'_>) -> Result<bool> {
        let Some(mut left) = self.left.or_else(|| self.begin(input, target)) else { return Ok(false) };
        while left > 0 {
            let Some([p0, p1, p2, p3, x0, x1, y0, y1, w0, w1, h0, h1]) = input.take_array() else { break };
            let [x, y, width, height] = [[x0, x1], [y0, y1], [w0, w1], [h0, h1]].map(u16::from_be_bytes);
            let part = within(Region { x, y, width, height }, self.region)?;
            let Some(area) = self.area.checked_sub(part.area()) else {
                return malformed("it fills the same pixels again and again");
            };
            self.area = area;
            target.screen.fill(part, target.order.pixel([p0, p1, p2, p3]));
            left -= 1;
        }
        self.left = Some(left);
        Ok(left == 0)
    }

    /// Draws the background, and returns the number of rectangles on it.
    fn begin(&self, input: &mut Input, target: &mut Target<'_>) -> Option<u32> {
        let [n0, n1, n2, n3, background @ ..] = input.take_array::<8>()?;
        target.screen.fill(self.region, target.order.pixel(background));
        Some(u32::from_be_bytes([n0, n1, n2, n3]))
    }
}
