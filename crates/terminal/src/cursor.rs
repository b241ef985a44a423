//! The text cursor.

use ratatui::layout::{Position, Rect};

/// The form of a text cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CursorShape {
    /// As the outer terminal has it.
    #[default]
    Default,
    /// A block.
    Block,
    /// A line below.
    Underline,
    /// A line before.
    Bar,
}

/// Position and form of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Row from the top, from zero.
    pub row: u16,
    /// Column, from zero.
    pub column: u16,
    /// Whether it shows.
    pub visible: bool,
    /// Its form.
    pub shape: CursorShape,
    /// Whether it blinks.
    pub blinking: bool,
}

impl Cursor {
    /// Its position in a buffer whose `area` the grid is drawn into, if it shows there.
    pub(super) fn position_in(self, area: Rect) -> Option<Position> {
        (self.visible && self.row < area.height && self.column < area.width)
            .then(|| Position::new(area.x + self.column, area.y + self.row))
    }
}
