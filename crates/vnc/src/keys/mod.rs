//! Keys as X11 keysyms, and as positions on a keyboard.
//!
//! A terminal reports characters, not positions. A server with QEMU's extended key events wants the position as well, so
//! that each character is looked up on a keyboard of the US layout, with the Shift that it needs there; what is not on it
//! goes by its keysym alone.

mod menu;
mod positions;
#[cfg(test)]
mod tests;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyEventState, KeyModifiers, ModifierKeyCode};

pub use menu::{MenuKeys, menu};
pub use positions::position;

/// A key by its X11 number: a character of Latin-1 is its own, other characters are `0x0100_0000` and their code point,
/// and the rest has numbers from `0xff00` on (`keysymdef.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Keysym(pub u32);

/// Keysyms by the names of `keysymdef.h`.
#[expect(missing_docs, reason = "each is its key's name")]
impl Keysym {
    pub const BACKSPACE: Self = Self(0xff08);
    pub const TAB: Self = Self(0xff09);
    pub const RETURN: Self = Self(0xff0d);
    pub const PAUSE: Self = Self(0xff13);
    pub const SCROLL_LOCK: Self = Self(0xff14);
    pub const SYS_REQ: Self = Self(0xff15);
    pub const ESCAPE: Self = Self(0xff1b);
    pub const HOME: Self = Self(0xff50);
    pub const LEFT: Self = Self(0xff51);
    pub const UP: Self = Self(0xff52);
    pub const RIGHT: Self = Self(0xff53);
    pub const DOWN: Self = Self(0xff54);
    pub const PAGE_UP: Self = Self(0xff55);
    pub const PAGE_DOWN: Self = Self(0xff56);
    pub const END: Self = Self(0xff57);
    pub const PRINT: Self = Self(0xff61);
    pub const INSERT: Self = Self(0xff63);
    pub const MENU: Self = Self(0xff67);
    pub const NUM_LOCK: Self = Self(0xff7f);
    pub const KP_ENTER: Self = Self(0xff8d);
    pub const KP_BEGIN: Self = Self(0xff9d);
    pub const F1: Self = Self(0xffbe);
    pub const SHIFT_L: Self = Self(0xffe1);
    pub const SHIFT_R: Self = Self(0xffe2);
    pub const CONTROL_L: Self = Self(0xffe3);
    pub const CONTROL_R: Self = Self(0xffe4);
    pub const CAPS_LOCK: Self = Self(0xffe5);
    pub const META_L: Self = Self(0xffe7);
    pub const META_R: Self = Self(0xffe8);
    pub const ALT_L: Self = Self(0xffe9);
    pub const ALT_R: Self = Self(0xffea);
    pub const SUPER_L: Self = Self(0xffeb);
    pub const SUPER_R: Self = Self(0xffec);
    pub const HYPER_L: Self = Self(0xffed);
    pub const HYPER_R: Self = Self(0xffee);
    pub const ISO_LEVEL3_SHIFT: Self = Self(0xfe03);
    pub const ISO_LEVEL5_SHIFT: Self = Self(0xfe11);
    pub const DELETE: Self = Self(0xffff);

    /// The function key of this number, from 1 to 35.
    pub const fn function(number: u8) -> Option<Self> {
        match number {
            1..=35 => Some(Self(Self::F1.0 + number as u32 - 1)),
            _ => None,
        }
    }

    /// The key of a character; `None` for control characters but tab and the ends of lines.
    pub fn of_char(character: char) -> Option<Self> {
        Some(match character {
            '\n' | '\r' => Self::RETURN,
            '\t' => Self::TAB,
            '\u{8}' | '\u{7f}' => Self::BACKSPACE,
            '\u{1b}' => Self::ESCAPE,
            ' '..='~' | '\u{a0}'..='\u{ff}' => Self(character.into()),
            _ if character.is_control() => return None,
            _ => Self(0x0100_0000 + u32::from(character)),
        })
    }

    /// The digits and the point of the keypad, which are other keys without Num Lock.
    pub(crate) const fn is_keypad_digit(self) -> bool {
        matches!(self.0, 0xffae | 0xffb0..=0xffb9)
    }

    /// True for the letters that Caps Lock changes.
    pub(crate) fn is_letter(self) -> bool {
        u8::try_from(self.0).is_ok_and(|letter| letter.is_ascii_alphabetic())
    }
}

/// A key that goes down or up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyAction {
    /// The key.
    pub keysym: Keysym,
    /// Its position, as [`Client::key`](crate::Client::key) takes it.
    pub position: Option<u8>,
    /// True if it goes down.
    pub down: bool,
}

/// Presses keys in their order, and releases them in the opposite one.
pub fn chord(keys: &[Keysym]) -> Vec<KeyAction> {
    let action = |keysym: &Keysym, down| KeyAction { keysym: *keysym, position: position(*keysym), down };
    let down = keys.iter().map(|keysym| action(keysym, true));
    let up = keys.iter().rev().map(|keysym| action(keysym, false));
    down.chain(up).collect()
}

/// The actions of a key of the terminal, with its modifiers pressed around it. Empty for keys that have no keysym, and for
/// releases: most terminals report none.
pub fn typed(event: &KeyEvent) -> Vec<KeyAction> {
    if event.kind == KeyEventKind::Release {
        return Vec::new();
    }
    let on_keypad = event.state.contains(KeyEventState::KEYPAD);
    let Some(keysym) = keysym(event.code, on_keypad) else { return Vec::new() };
    let mut modifiers = event.modifiers;
    match event.code {
        KeyCode::BackTab => modifiers |= KeyModifiers::SHIFT,
        // The Shift of the layout here is not the one of the layout there.
        KeyCode::Char(character) if !on_keypad => match positions::needs_shift(character) {
            Some(true) => modifiers |= KeyModifiers::SHIFT,
            Some(false) if !character.is_ascii_lowercase() => modifiers -= KeyModifiers::SHIFT,
            _ => {}
        },
        _ => {}
    }
    let mut keys: Vec<_> =
        MODIFIERS.iter().filter(|(flag, _)| modifiers.contains(*flag)).map(|(_, key)| *key).collect();
    keys.push(keysym);
    chord(&keys)
}

/// The actions of a typed character; empty for one that no key has.
pub fn typed_char(character: char) -> Vec<KeyAction> {
    let code = match character {
        '\n' | '\r' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        other => KeyCode::Char(other),
    };
    typed(&KeyEvent::new(code, KeyModifiers::NONE))
}

/// The modifiers of a key, in the order in which they are pressed.
const MODIFIERS: [(KeyModifiers, Keysym); 6] = [
    (KeyModifiers::CONTROL, Keysym::CONTROL_L),
    (KeyModifiers::ALT, Keysym::ALT_L),
    (KeyModifiers::SHIFT, Keysym::SHIFT_L),
    (KeyModifiers::SUPER, Keysym::SUPER_L),
    (KeyModifiers::META, Keysym::META_L),
    (KeyModifiers::HYPER, Keysym::HYPER_L),
];

fn keysym(code: KeyCode, on_keypad: bool) -> Option<Keysym> {
    Some(match code {
        KeyCode::Backspace => Keysym::BACKSPACE,
        KeyCode::Enter if on_keypad => Keysym::KP_ENTER,
        KeyCode::Enter => Keysym::RETURN,
        KeyCode::Left => Keysym::LEFT,
        KeyCode::Right => Keysym::RIGHT,
        KeyCode::Up => Keysym::UP,
        KeyCode::Down => Keysym::DOWN,
        KeyCode::Home => Keysym::HOME,
        KeyCode::End => Keysym::END,
        KeyCode::PageUp => Keysym::PAGE_UP,
        KeyCode::PageDown => Keysym::PAGE_DOWN,
        KeyCode::Tab | KeyCode::BackTab => Keysym::TAB,
        KeyCode::Delete => Keysym::DELETE,
        KeyCode::Insert => Keysym::INSERT,
        KeyCode::F(number) => return Keysym::function(number),
        KeyCode::Char(character @ ('0'..='9' | '.' | '+' | '-' | '*' | '/')) if on_keypad => {
            Keysym(0xff80 + u32::from(character))
        }
        KeyCode::Char(character) => return Keysym::of_char(character),
        KeyCode::Esc => Keysym::ESCAPE,
        KeyCode::CapsLock => Keysym::CAPS_LOCK,
        KeyCode::ScrollLock => Keysym::SCROLL_LOCK,
        KeyCode::NumLock => Keysym::NUM_LOCK,
        KeyCode::PrintScreen => Keysym::PRINT,
        KeyCode::Pause => Keysym::PAUSE,
        KeyCode::Menu => Keysym::MENU,
        KeyCode::KeypadBegin => Keysym::KP_BEGIN,
        KeyCode::Modifier(modifier) => modifier_keysym(modifier),
        KeyCode::Null | KeyCode::Media(_) => return None,
    })
}

const fn modifier_keysym(modifier: ModifierKeyCode) -> Keysym {
    match modifier {
        ModifierKeyCode::LeftShift => Keysym::SHIFT_L,
        ModifierKeyCode::LeftControl => Keysym::CONTROL_L,
        ModifierKeyCode::LeftAlt => Keysym::ALT_L,
        ModifierKeyCode::LeftSuper => Keysym::SUPER_L,
        ModifierKeyCode::LeftHyper => Keysym::HYPER_L,
        ModifierKeyCode::LeftMeta => Keysym::META_L,
        ModifierKeyCode::RightShift => Keysym::SHIFT_R,
        ModifierKeyCode::RightControl => Keysym::CONTROL_R,
        ModifierKeyCode::RightAlt => Keysym::ALT_R,
        ModifierKeyCode::RightSuper => Keysym::SUPER_R,
        ModifierKeyCode::RightHyper => Keysym::HYPER_R,
        ModifierKeyCode::RightMeta => Keysym::META_R,
        ModifierKeyCode::IsoLevel3Shift => Keysym::ISO_LEVEL3_SHIFT,
        ModifierKeyCode::IsoLevel5Shift => Keysym::ISO_LEVEL5_SHIFT,
    }
}
