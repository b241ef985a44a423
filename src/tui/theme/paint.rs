//! Styles as they are written in theme files, such as `bold #e8b45a on black`, and colours brought down to a depth.

use ratatui::style::{Color, Modifier, Style};

use super::Depth;

/// The palette as most terminals draw it, to find the nearest of the 16 colours.
pub(super) const PALETTE: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [205, 0, 0]),
    (Color::Green, [0, 205, 0]),
    (Color::Yellow, [205, 205, 0]),
    (Color::Blue, [0, 0, 238]),
    (Color::Magenta, [205, 0, 205]),
    (Color::Cyan, [0, 205, 205]),
    (Color::Gray, [229, 229, 229]),
    (Color::DarkGray, [127, 127, 127]),
    (Color::LightRed, [255, 0, 0]),
    (Color::LightGreen, [0, 255, 0]),
    (Color::LightYellow, [255, 255, 0]),
    (Color::LightBlue, [92, 92, 255]),
    (Color::LightMagenta, [255, 0, 255]),
    (Color::LightCyan, [0, 255, 255]),
    (Color::White, [255, 255, 255]),
];

const NAMES: [(&str, Color); 17] = [
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
    ("default", Color::Reset),
];

/// Reads a style: modifiers, a colour, `on` and a colour, in any order.
pub(super) fn parse(text: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut ground = false;
    for word in text.split_whitespace() {
        let modifier = match word {
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underlined" => Modifier::UNDERLINED,
            "reversed" => Modifier::REVERSED,
            "on" => {
                ground = true;
                continue;
            }
            name => {
                let color = color(name).ok_or_else(|| format!("`{name}` is no colour"))?;
                style = if ground { style.bg(color) } else { style.fg(color) };
                ground = false;
                continue;
            }
        };
        style = style.add_modifier(modifier);
    }
    Ok(style)
}

fn color(name: &str) -> Option<Color> {
    if let Some(hex) = name.strip_prefix('#') {
        let value = u32::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 6)?;
        let [_, r, g, b] = value.to_be_bytes();
        return Some(Color::Rgb(r, g, b));
    }
    if let Ok(index) = name.parse::<u8>() {
        return Some(Color::Indexed(index));
    }
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, color)| *color)
}

/// The style with its colours brought down to a depth.
pub(super) fn degrade(mut style: Style, depth: Depth) -> Style {
    let lower = |color: Color| match (color, depth) {
        (_, Depth::None) => None,
        (Color::Rgb(r, g, b), Depth::Indexed) => Some(Color::Indexed(nearest_of_256([r, g, b]))),
        (Color::Rgb(r, g, b), Depth::Ansi) => Some(nearest_of_16([r, g, b])),
        (color, _) => Some(color),
    };
    style.fg = style.fg.and_then(lower);
    style.bg = style.bg.and_then(lower);
    style
}

fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}

fn nearest_of_16(rgb: [u8; 3]) -> Color {
    PALETTE.iter().min_by_key(|(_, known)| distance(rgb, *known)).map_or(Color::Reset, |(color, _)| *color)
}

/// The colour of the 256 that is nearest, but for the first 16, which each terminal draws in its own way.
pub(crate) fn nearest_of_256(rgb: [u8; 3]) -> u8 {
    (16..=255u8).min_by_key(|index| distance(rgb, color_of_256(*index))).unwrap_or(16)
}

/// A colour of the 256 after the first 16, which are the palette's: the 6x6x6 cube and the grey ramp of xterm.
pub(super) fn color_of_256(index: u8) -> [u8; 3] {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    if index >= 232 {
        return [8 + 10 * (index - 232); 3];
    }
    let cube = index.saturating_sub(16);
    [cube / 36, cube / 6, cube].map(|part| LEVELS[usize::from(part % 6)])
}
