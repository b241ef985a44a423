//! The size of a terminal.

use ratatui::layout::Position;

/// Columns and rows; the emulator takes 2x2 at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

impl Size {
    /// The first cell that shows of a screen of this size in a smaller area, as far from the first of all as `shown` needs.
    #[must_use]
    pub fn first_shown(self, area: Self, shown: Position) -> Position {
        let first = |at: u16, whole: u16, area: u16| {
            at.saturating_add(1).saturating_sub(area).min(whole.saturating_sub(area))
        };
        Position { x: first(shown.x, self.columns, area.columns), y: first(shown.y, self.rows, area.rows) }
    }
}
