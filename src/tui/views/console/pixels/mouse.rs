//! The mouse over a screen of pixels: the machine's pointer, and with Ctrl or Alt held the part that shows.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::{PixelView, moved};
use crate::console::PixelScreen;
use crate::vnc::draw::Geometry;

/// Buttons of the pointer in RFB.
const LEFT: u8 = 1;
const MIDDLE: u8 = 2;
const RIGHT: u8 = 4;
const WHEEL_UP: u8 = 8;
const WHEEL_DOWN: u8 = 16;
const WHEEL_LEFT: u8 = 32;
const WHEEL_RIGHT: u8 = 64;

impl PixelView {
    /// Handles a mouse event; `takes_input` is false where nothing may be sent.
    pub(in crate::tui::views::console) fn mouse(
        &mut self,
        mouse: MouseEvent,
        pixels: &dyn PixelScreen,
        takes_input: bool,
    ) {
        let Some((area, geometry)) = self.placed.filter(|(area, _)| !area.is_empty()) else { return };
        let at = Position::new(mouse.column, mouse.row);
        if self.drag_screen(mouse, at, (area, &geometry)) || !takes_input {
            return;
        }
        // A button that was pressed on the screen is held and released beyond its edge, too.
        if !area.contains(at) && self.buttons == 0 {
            return;
        }
        let (column, row) =
            (at.x.clamp(area.left(), area.right() - 1), at.y.clamp(area.top(), area.bottom() - 1));
        let Some((x, y)) = geometry.pixel_at(column - area.x, row - area.y) else { return };
        self.pointer = Some((x, y));
        match mouse.kind {
            MouseEventKind::Down(button) => self.buttons |= bit(button),
            MouseEventKind::Up(button) => self.buttons &= !bit(button),
            MouseEventKind::Drag(_) | MouseEventKind::Moved => {}
            MouseEventKind::ScrollUp => pixels.send_pointer(x, y, self.buttons | WHEEL_UP),
            MouseEventKind::ScrollDown => pixels.send_pointer(x, y, self.buttons | WHEEL_DOWN),
            MouseEventKind::ScrollLeft => pixels.send_pointer(x, y, self.buttons | WHEEL_LEFT),
            MouseEventKind::ScrollRight => pixels.send_pointer(x, y, self.buttons | WHEEL_RIGHT),
        }
        pixels.send_pointer(x, y, self.buttons);
    }

    /// Moves what shows while the left button is held with Ctrl or Alt. Returns true if the event was for that.
    fn drag_screen(&mut self, mouse: MouseEvent, at: Position, (area, geometry): (Rect, &Geometry)) -> bool {
        let is_held = mouse.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match (mouse.kind, self.drag) {
            (MouseEventKind::Down(MouseButton::Left), _) if is_held && area.contains(at) => {
                self.drag = Some((at, geometry.pan()));
            }
            (MouseEventKind::Drag(MouseButton::Left), Some((from, pan))) => {
                let by = |from: u16, to: u16, cell: u16| (i32::from(from) - i32::from(to)) * i32::from(cell);
                let cell = geometry.cell;
                self.pan = moved(pan, (by(from.x, at.x, cell.width), by(from.y, at.y, cell.height)));
            }
            (MouseEventKind::Up(MouseButton::Left), Some(_)) => self.drag = None,
            _ => return false,
        }
        true
    }
}

const fn bit(button: MouseButton) -> u8 {
    match button {
        MouseButton::Left => LEFT,
        MouseButton::Middle => MIDDLE,
        MouseButton::Right => RIGHT,
    }
}
