//! The numbers that SGR has for what ratatui names, for those who write cells out for a terminal.

use ratatui::style::{Color, Modifier};

use crate::extended::OVERLINED;

/// The parameter that switches each modifier on. Underlines have kinds and are apart.
pub const MODIFIERS: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
    (OVERLINED, 53),
];

/// The named colours, each at its number in the palette.
pub const NAMED_COLORS: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

/// The number of a named colour in the palette.
pub fn palette_index(color: Color) -> Option<u8> {
    NAMED_COLORS.iter().zip(0..).find(|(named, _)| **named == color).map(|(_, index)| index)
}

/// The parameter of one of the first sixteen colours of the palette; `base` is 30 for the text and 40 for the background.
pub const fn palette_parameter(index: u8, base: u8) -> u8 {
    if index < 8 { base + index } else { base + 52 + index }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_colours_have_the_parameters_of_sgr() {
        let parameter = |color, base| palette_parameter(palette_index(color).unwrap(), base);
        assert_eq!([Color::Black, Color::Gray].map(|color| parameter(color, 30)), [30, 37]);
        assert_eq!([Color::DarkGray, Color::White].map(|color| parameter(color, 40)), [100, 107]);
        assert_eq!(palette_index(Color::Indexed(3)), None);
    }
}
