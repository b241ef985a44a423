//! What the border says about a screen of pixels: its size, scale, rate, and how it is drawn.

use super::{PixelView, Scale};
use crate::tui::Look;
use crate::tui::widgets::frame::Piece;
use crate::vnc::draw::Shapes;

impl PixelView {
    /// Size, scale, updates a second and way of drawing.
    pub(in crate::tui::views::console) fn status(&self, size: (u16, u16), look: &Look<'_>) -> Piece {
        let separator = if look.ascii { ", " } else { " · " };
        let parts = [
            format!("{}x{}", size.0, size.1),
            self.scale_text(),
            format!("{}/s", self.rate.per_second(look.now)),
            self.way().to_owned(),
        ];
        (format!(" {} ", parts.join(separator)), look.theme.dim)
    }

    /// The time after which the status is another one by itself.
    pub(in crate::tui::views::console) fn redraw_in(&self) -> Option<std::time::Duration> {
        self.placed.and(self.rate.changes_in())
    }

    fn scale_text(&self) -> String {
        let Some((_, geometry)) = self.placed.filter(|_| self.protocol().is_some()) else {
            return self.scale_name().to_owned();
        };
        match self.scale {
            Scale::Fit => {
                let percent = geometry.content.0 * 100 / u32::from(geometry.source.width.max(1));
                format!("fit {percent}%")
            }
            Scale::Actual => self.scale_name().to_owned(),
        }
    }

    /// The way in which it is drawn.
    fn way(&self) -> &'static str {
        match self.protocol() {
            Some(protocol) => protocol.name(),
            None => match self.geometry((1, 1), ratatui::layout::Rect::new(0, 0, 1, 1)).1.shapes {
                Shapes::Ascii => "ascii",
                Shapes::Halves => "half blocks",
                Shapes::Quadrants => "quadrants",
            },
        }
    }
}
