//! The text cursor.

use ratatui::layout::{Position, Rect};

use crate::filter::Filter;

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
    /// The cursor of the current screen.
    pub(super) fn of(filter: &Filter) -> Self {
        use vt100::CursorStyle as Style;
        let screen = filter.vt.screen();
        let style = screen.cursor_style();
        Self {
            row: filter.row(),
            column: filter.column(),
            visible: !screen.hide_cursor(),
            shape: match style {
                Style::Default => CursorShape::Default,
                Style::BlinkBlock | Style::SteadyBlock => CursorShape::Block,
                Style::BlinkUnderline | Style::SteadyUnderline => CursorShape::Underline,
                Style::BlinkVerticalBar | Style::SteadyVerticalBar => CursorShape::Bar,
            },
            blinking: matches!(style, Style::BlinkBlock | Style::BlinkUnderline | Style::BlinkVerticalBar),
        }
    }

    /// Its position in a buffer whose `area` the grid is drawn into, if it shows there.
    pub(super) fn position_in(self, area: Rect) -> Option<Position> {
        (self.visible && self.row < area.height && self.column < area.width)
            .then(|| Position::new(area.x + self.column, area.y + self.row))
    }
}
