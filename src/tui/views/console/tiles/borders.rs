//! The lines around tiles. Neighbours share one; it has the look of the tile that was drawn last.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::symbols::border;
use ratatui::symbols::merge::MergeStrategy;
use ratatui::widgets::{Block, Widget};

use crate::tui::Look;
use crate::tui::widgets::frame::border_set;

/// The line around one tile.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// The area of the tile, within the line.
    pub inner: Rect,
    /// The colour.
    pub style: Style,
    /// Drawn with heavy lines.
    pub is_heavy: bool,
}

impl Frame {
    /// The area with the line around it.
    pub const fn outer(&self) -> Rect {
        let Rect { x, y, width, height } = self.inner;
        Rect { x: x - 1, y: y - 1, width: width + 2, height: height + 2 }
    }
}

/// The characters of heavy boxes where only ASCII may be drawn.
const HEAVY_ASCII: border::Set<'static> = border::Set {
    top_left: "#",
    top_right: "#",
    bottom_left: "#",
    bottom_right: "#",
    vertical_left: "#",
    vertical_right: "#",
    horizontal_top: "=",
    horizontal_bottom: "=",
};

/// Draws the lines of all tiles, the later ones over the earlier.
pub fn draw_frames(frames: &[Frame], buf: &mut Buffer, look: &Look<'_>) {
    for frame in frames {
        for at in frame.outer().positions().filter(|at| !frame.inner.contains(*at)) {
            buf[at].reset();
        }
    }
    for frame in frames {
        let set = match (look.ascii, frame.is_heavy) {
            (false, true) => border::THICK,
            (true, true) => HEAVY_ASCII,
            (_, false) => border_set(look),
        };
        // Titles are written over the line and must not take its weight.
        let style = Style { add_modifier: Modifier::empty(), ..frame.style };
        let block = Block::bordered().border_set(set).border_style(style);
        block.merge_borders(MergeStrategy::Exact).render(frame.outer(), buf);
    }
    if look.ascii {
        // Characters of ASCII do not merge: a line must not hide a corner.
        for frame in frames {
            let Rect { x, y, width, height } = frame.outer();
            for (x, y) in [(x, y), (x + width - 1, y), (x, y + height - 1), (x + width - 1, y + height - 1)] {
                if buf[(x, y)].symbol() != "#" {
                    buf[(x, y)].set_symbol("+");
                }
            }
        }
    }
}
