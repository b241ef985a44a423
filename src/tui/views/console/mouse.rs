//! The mouse in the console view: the focus, tabs and the lines between tiles are the view's, all else the pane's.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::tiles::{Axis, TileId};
use super::{ConsoleView, Mode};
use crate::tui::Effect;

/// What a button of the mouse that is down is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pressed {
    /// None is, or it is for the pane with the focus.
    Nothing,
    /// It chose a tile or a tab, which is all that it does.
    Chosen,
    /// It moves the line after a tile.
    Line(TileId, Axis),
}

impl ConsoleView {
    /// Handles a mouse event.
    pub(super) fn mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        let at = Position::new(mouse.column, mouse.row);
        match (mouse.kind, self.pressed) {
            (MouseEventKind::Down(MouseButton::Left), _) => {
                self.pressed = self.press_mouse(at);
                if self.pressed != Pressed::Nothing {
                    return Vec::new();
                }
            }
            (MouseEventKind::Drag(_), Pressed::Line(tile, axis)) => {
                self.tabs.tab_mut().drag((tile, axis), at);
                return Vec::new();
            }
            (MouseEventKind::Drag(_), Pressed::Chosen) => return Vec::new(),
            (MouseEventKind::Up(_), pressed) if pressed != Pressed::Nothing => {
                self.pressed = Pressed::Nothing;
                return Vec::new();
            }
            (MouseEventKind::ScrollUp | MouseEventKind::ScrollDown, _) => {
                let tab = self.tabs.tab_mut();
                let under = tab.tile_at(at);
                let under = tab.tiles_mut().iter_mut().find(|tile| Some(tile.id) == under);
                if let Some(tile) = under {
                    return tile.pane.mouse(mouse);
                }
            }
            _ => {}
        }
        self.pane_mut().mouse(mouse)
    }

    /// Does what a press at a place is for, if that is not the pane's.
    fn press_mouse(&mut self, at: Position) -> Pressed {
        if let Some(tab) = self.tab_bar.tab_at(at) {
            self.tabs.go_to(tab);
            return Pressed::Chosen;
        }
        let tab = self.tabs.tab_mut();
        if tab.is_zoomed {
            return Pressed::Nothing;
        }
        if let Some((tile, axis)) = tab.line_at(at) {
            return Pressed::Line(tile, axis);
        }
        match tab.tile_at(at) {
            Some(tile) if tile != tab.focus_id() => {
                tab.focus(tile);
                if !matches!(self.mode, Mode::Pasting(_)) {
                    self.mode = Mode::Typing;
                }
                Pressed::Chosen
            }
            _ => Pressed::Nothing,
        }
    }
}
