//! Mouse reports, in the form that the application's modes ask for (xterm's ctlseqs document, "Mouse Tracking").

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::InputModes;

/// The mouse events that an application asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum MouseProtocolMode {
    /// None.
    #[default]
    None,
    /// Buttons as they are pressed (X10, mode 9).
    Press,
    /// Buttons as they are pressed and released (mode 1000).
    PressRelease,
    /// The same, and motion while a button is held (mode 1002).
    ButtonMotion,
    /// The same, and motion without a button (mode 1003).
    AnyMotion,
}

/// The form of mouse reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MouseProtocolEncoding {
    /// A byte a value, up to column 223.
    #[default]
    Default,
    /// A character in UTF-8 a value (mode 1005).
    Utf8,
    /// Decimal numbers and the action (mode 1006).
    Sgr,
    /// Decimal numbers (mode 1015).
    Urxvt,
}

/// No button, or "a button was released" in the forms that do not carry which.
const NO_BUTTON: u16 = 3;
/// Flag for motion.
const MOTION_BIT: u16 = 32;
/// Wheel up; down, left and right follow.
const WHEEL_UP: u16 = 64;

/// Encodes a mouse event; empty where the application did not ask for it.
pub(super) fn encode(event: MouseEvent, modes: InputModes) -> Vec<u8> {
    use MouseEventKind as Kind;
    use MouseProtocolMode as Mode;
    let turn = match event.kind {
        Kind::ScrollUp => Some(0),
        Kind::ScrollDown => Some(1),
        Kind::ScrollLeft => Some(2),
        Kind::ScrollRight => Some(3),
        _ => None,
    };
    if modes.mouse == Mode::None {
        return match turn {
            Some(turn @ (0 | 1)) if modes.wheel_keys => wheel_as_arrows(turn, modes),
            _ => Vec::new(),
        };
    }
    let is_reported = match event.kind {
        Kind::Up(_) => modes.mouse != Mode::Press,
        Kind::Drag(_) => matches!(modes.mouse, Mode::ButtonMotion | Mode::AnyMotion),
        Kind::Moved => modes.mouse == Mode::AnyMotion,
        _ => true,
    };
    if !is_reported {
        return Vec::new();
    }
    let mut code = match event.kind {
        Kind::Down(which) | Kind::Up(which) => button(which),
        Kind::Drag(which) => button(which) + MOTION_BIT,
        Kind::Moved => NO_BUTTON + MOTION_BIT,
        _ => WHEEL_UP + turn.unwrap_or_default(),
    };
    if modes.mouse != Mode::Press {
        code += modifiers(event.modifiers);
    }
    let released = matches!(event.kind, Kind::Up(_));
    format_report(code, event.column, event.row, released, modes.mouse_encoding)
}

fn button(button: MouseButton) -> u16 {
    match button {
        MouseButton::Left => 0,
        MouseButton::Middle => 1,
        MouseButton::Right => 2,
    }
}

fn modifiers(held: KeyModifiers) -> u16 {
    let mut code = 0;
    if held.contains(KeyModifiers::SHIFT) {
        code += 4;
    }
    if held.intersects(KeyModifiers::ALT | KeyModifiers::META) {
        code += 8;
    }
    if held.contains(KeyModifiers::CONTROL) {
        code += 16;
    }
    code
}

fn format_report(
    code: u16,
    column: u16,
    row: u16,
    released: bool,
    encoding: MouseProtocolEncoding,
) -> Vec<u8> {
    let (column, row) = (column.saturating_add(1), row.saturating_add(1));
    if encoding == MouseProtocolEncoding::Sgr {
        let action = if released { 'm' } else { 'M' };
        return format!("\x1b[<{code};{column};{row}{action}").into_bytes();
    }
    // The older forms do not carry which button was released.
    let code = if released { code & !NO_BUTTON | NO_BUTTON } else { code };
    if encoding == MouseProtocolEncoding::Urxvt {
        return format!("\x1b[{};{column};{row}M", code + 32).into_bytes();
    }
    let mut out = b"\x1b[M".to_vec();
    for value in [code, column, row] {
        let value = value.saturating_add(32);
        match (encoding, u8::try_from(value)) {
            (MouseProtocolEncoding::Utf8, _) => match char::from_u32(u32::from(value)) {
                // Two bytes are the most that this form has.
                Some(c) if value < 2048 => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                _ => return Vec::new(),
            },
            (_, Ok(byte)) => out.push(byte),
            // The byte form ends at column 223.
            (_, Err(_)) => return Vec::new(),
        }
    }
    out
}

/// Three lines a turn, as xterm's alternate scroll mode does.
fn wheel_as_arrows(turn: u16, modes: InputModes) -> Vec<u8> {
    let introducer = if modes.application_cursor { b'O' } else { b'[' };
    let action = if turn == 0 { b'A' } else { b'B' };
    [0x1b, introducer, action].repeat(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT_DOWN: MouseEventKind = MouseEventKind::Down(MouseButton::Left);
    const LEFT_UP: MouseEventKind = MouseEventKind::Up(MouseButton::Left);
    const LEFT_DRAG: MouseEventKind = MouseEventKind::Drag(MouseButton::Left);

    fn sent(
        kind: MouseEventKind,
        (column, row): (u16, u16),
        mouse: MouseProtocolMode,
        mouse_encoding: MouseProtocolEncoding,
    ) -> Vec<u8> {
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::CONTROL };
        encode(event, InputModes { mouse, mouse_encoding, ..InputModes::default() })
    }

    #[test]
    fn each_mode_reports_its_events() {
        use MouseProtocolMode as Mode;
        let sgr = MouseProtocolEncoding::Sgr;
        for (mode, down, up, drag, moved, wheel) in [
            (Mode::None, false, false, false, false, false),
            (Mode::Press, true, false, false, false, true),
            (Mode::PressRelease, true, true, false, false, true),
            (Mode::ButtonMotion, true, true, true, false, true),
            (Mode::AnyMotion, true, true, true, true, true),
        ] {
            for (kind, expected) in [
                (LEFT_DOWN, down),
                (LEFT_UP, up),
                (LEFT_DRAG, drag),
                (MouseEventKind::Moved, moved),
                (MouseEventKind::ScrollDown, wheel),
            ] {
                assert_eq!(!sent(kind, (3, 4), mode, sgr).is_empty(), expected, "{mode:?} {kind:?}");
            }
        }
    }

    #[test]
    fn report_forms_match_xterm() {
        use MouseProtocolEncoding::{Default, Sgr, Urxvt, Utf8};
        let any = MouseProtocolMode::AnyMotion;
        assert_eq!(sent(LEFT_DOWN, (0, 1), any, Sgr), b"\x1b[<16;1;2M");
        assert_eq!(sent(LEFT_UP, (299, 1), any, Sgr), b"\x1b[<16;300;2m");
        assert_eq!(sent(MouseEventKind::ScrollUp, (0, 0), any, Sgr), b"\x1b[<80;1;1M");
        assert_eq!(sent(LEFT_DOWN, (0, 1), any, Default), [0x1b, b'[', b'M', 48, 33, 34]);
        assert_eq!(sent(LEFT_UP, (0, 1), any, Default), [0x1b, b'[', b'M', 51, 33, 34]);
        assert_eq!(sent(LEFT_DOWN, (222, 0), any, Default)[4], 255);
        assert!(sent(LEFT_DOWN, (223, 0), any, Default).is_empty());
        assert_eq!(sent(LEFT_DOWN, (223, 0), any, Utf8)[3..], [48, 0xc4, 0x80, 33]);
        assert_eq!(sent(LEFT_DOWN, (299, 1), any, Urxvt), b"\x1b[48;300;2M");
        assert_eq!(sent(LEFT_UP, (299, 1), any, Urxvt), b"\x1b[51;300;2M");
        assert_eq!(sent(LEFT_DRAG, (0, 0), any, Urxvt), b"\x1b[80;1;1M");
    }

    #[test]
    fn the_wheel_sends_arrows_where_the_mouse_is_not_reported() {
        let turn = |kind| MouseEvent { kind, column: 0, row: 0, modifiers: KeyModifiers::NONE };
        let modes = InputModes { wheel_keys: true, ..InputModes::default() };
        assert_eq!(encode(turn(MouseEventKind::ScrollUp), modes), b"\x1b[A\x1b[A\x1b[A");
        assert!(encode(turn(MouseEventKind::ScrollUp), InputModes::default()).is_empty());
    }
}
