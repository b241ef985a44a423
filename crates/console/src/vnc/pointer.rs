//! The mouse of the terminal as the pointer of the machine, over text. Over pixels, [`PixelScreen`](crate::PixelScreen) gets it
//! from what draws them.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::shared::Screen;

const WHEEL_UP: u8 = 1 << 3;
const WHEEL_DOWN: u8 = 1 << 4;
const WHEEL_LEFT: u8 = 1 << 5;
const WHEEL_RIGHT: u8 = 1 << 6;

impl Screen {
    /// Takes a mouse event at a cell of the area that the text was last drawn into.
    pub fn mouse(&mut self, event: MouseEvent) {
        if !self.takes_input() {
            return;
        }
        let Some((x, y)) = self.pixel_at(event.column, event.row) else {
            // A button that is let go beside the picture is let go.
            if let MouseEventKind::Up(button) = event.kind {
                let (x, y) = self.client.pointer_position();
                self.buttons &= !bit(button);
                self.client.pointer(x, y, self.buttons);
            }
            return;
        };
        let mut click = 0;
        match event.kind {
            MouseEventKind::Down(button) => self.buttons |= bit(button),
            MouseEventKind::Up(button) => self.buttons &= !bit(button),
            MouseEventKind::Drag(_) | MouseEventKind::Moved => {}
            MouseEventKind::ScrollUp => click = WHEEL_UP,
            MouseEventKind::ScrollDown => click = WHEEL_DOWN,
            MouseEventKind::ScrollLeft => click = WHEEL_LEFT,
            MouseEventKind::ScrollRight => click = WHEEL_RIGHT,
        }
        self.client.pointer(x, y, self.buttons | click);
        if click != 0 {
            self.client.pointer(x, y, self.buttons);
        }
    }

    fn pixel_at(&self, column: u16, row: u16) -> Option<(u16, u16)> {
        self.text.as_ref()?.pixel_at(column, row)
    }
}

const fn bit(button: MouseButton) -> u8 {
    match button {
        MouseButton::Left => 1,
        MouseButton::Middle => 2,
        MouseButton::Right => 4,
    }
}
