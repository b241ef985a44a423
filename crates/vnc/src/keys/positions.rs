//! Positions on a keyboard of the US layout, as the codes that an XT keyboard sends. Codes after `0xe0` have `0x80` in
//! them.

use super::Keysym;

/// The rows of characters: the code of the first key, the characters, and those with Shift.
const ROWS: [(u8, &str, &str); 6] = [
    (0x02, "1234567890-=", "!@#$%^&*()_+"),
    (0x10, "qwertyuiop[]", "QWERTYUIOP{}"),
    (0x1e, "asdfghjkl;'`", "ASDFGHJKL:\"~"),
    (0x2b, "\\", "|"),
    (0x2c, "zxcvbnm,./", "ZXCVBNM<>?"),
    (0x39, " ", " "),
];

/// Keys without characters.
const NAMED: [(Keysym, u8); 35] = [
    (Keysym::ESCAPE, 0x01),
    (Keysym::BACKSPACE, 0x0e),
    (Keysym::TAB, 0x0f),
    (Keysym::RETURN, 0x1c),
    (Keysym::CONTROL_L, 0x1d),
    (Keysym::SHIFT_L, 0x2a),
    (Keysym::SHIFT_R, 0x36),
    (Keysym::ALT_L, 0x38),
    (Keysym::CAPS_LOCK, 0x3a),
    (Keysym::NUM_LOCK, 0x45),
    (Keysym::SCROLL_LOCK, 0x46),
    // One key: with Alt it is the system request.
    (Keysym::SYS_REQ, 0x54),
    (Keysym::PRINT, 0x54),
    (Keysym::KP_BEGIN, 0x4c),
    (Keysym::KP_ENTER, 0x9c),
    (Keysym::CONTROL_R, 0x9d),
    (Keysym::ALT_R, 0xb8),
    (Keysym::ISO_LEVEL3_SHIFT, 0xb8),
    (Keysym::PAUSE, 0xc6),
    (Keysym::HOME, 0xc7),
    (Keysym::UP, 0xc8),
    (Keysym::PAGE_UP, 0xc9),
    (Keysym::LEFT, 0xcb),
    (Keysym::RIGHT, 0xcd),
    (Keysym::END, 0xcf),
    (Keysym::DOWN, 0xd0),
    (Keysym::PAGE_DOWN, 0xd1),
    (Keysym::INSERT, 0xd2),
    (Keysym::DELETE, 0xd3),
    (Keysym::SUPER_L, 0xdb),
    (Keysym::META_L, 0xdb),
    (Keysym::SUPER_R, 0xdc),
    (Keysym::META_R, 0xdc),
    (Keysym::MENU, 0xdd),
    (Keysym(0xffaf), 0xb5), // the slash of the keypad
];

/// The keypad from `0xffaa` on: `* +`, a separator, `- .`, the slash, and the digits.
const KEYPAD: [(u32, u8); 14] = [
    (0xaa, 0x37),
    (0xab, 0x4e),
    (0xad, 0x4a),
    (0xae, 0x53),
    (0xb0, 0x52),
    (0xb1, 0x4f),
    (0xb2, 0x50),
    (0xb3, 0x51),
    (0xb4, 0x4b),
    (0xb5, 0x4c),
    (0xb6, 0x4d),
    (0xb7, 0x47),
    (0xb8, 0x48),
    (0xb9, 0x49),
];

/// The position of a key on the US layout; `None` where it has none there.
pub fn position(keysym: Keysym) -> Option<u8> {
    match keysym.0 {
        character @ 0x20..=0x7e => Some(find(char::from_u32(character)?)?.0),
        // F1 to F10, then F11 and F12, which were added later, and F13 to F24.
        number @ 0xffbe..=0xffc7 => u8::try_from(number - 0xffbe + 0x3b).ok(),
        number @ 0xffc8..=0xffc9 => u8::try_from(number - 0xffc8 + 0x57).ok(),
        number => {
            let named = NAMED.iter().find(|(named, _)| *named == keysym).map(|(_, code)| *code);
            named.or_else(|| KEYPAD.iter().find(|(low, _)| 0xff00 + low == number).map(|(_, code)| *code))
        }
    }
}

/// Whether a character needs Shift on the US layout; `None` for one that is not on it.
pub(super) fn needs_shift(character: char) -> Option<bool> {
    find(character).map(|(_, shift)| shift)
}

/// The position of a character, and whether it needs Shift.
fn find(character: char) -> Option<(u8, bool)> {
    ROWS.iter().find_map(|(first, plain, shifted)| {
        let at = |row: &str| u8::try_from(row.find(character)?).ok();
        at(plain).map(|at| (first + at, false)).or_else(|| at(shifted).map(|at| (first + at, true)))
    })
}
