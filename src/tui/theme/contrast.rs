//! The contrast of the styles that a theme puts together, under the palettes that terminals come with and those that are
//! most in use.

use ratatui::style::{Color, Modifier};

use super::{Depth, paint};

/// The least contrast between a letter and its background. WCAG 2.2 asks it of large letters and of signs; the Solarized
/// palettes give their own text little more.
const MIN_CONTRAST: f64 = 3.0;

/// The 16 colours of a terminal, and the background and text colour it is used with.
#[derive(Debug)]
pub(crate) struct Palette {
    name: &'static str,
    is_light: bool,
    background: u32,
    text: u32,
    colors: &'static [u32; 16],
}

const XTERM: [u32; 16] = [
    0x00_0000, 0xcd_0000, 0x00_cd00, 0xcd_cd00, 0x00_00ee, 0xcd_00cd, 0x00_cdcd, 0xe5_e5e5, 0x7f_7f7f,
    0xff_0000, 0x00_ff00, 0xff_ff00, 0x5c_5cff, 0xff_00ff, 0x00_ffff, 0xff_ffff,
];
const SOLARIZED: [u32; 16] = [
    0x07_3642, 0xdc_322f, 0x85_9900, 0xb5_8900, 0x26_8bd2, 0xd3_3682, 0x2a_a198, 0xee_e8d5, 0x00_2b36,
    0xcb_4b16, 0x58_6e75, 0x65_7b83, 0x83_9496, 0x6c_71c4, 0x93_a1a1, 0xfd_f6e3,
];
const GRUVBOX_DARK: [u32; 16] = [
    0x28_2828, 0xcc_241d, 0x98_971a, 0xd7_9921, 0x45_8588, 0xb1_6286, 0x68_9d6a, 0xa8_9984, 0x92_8374,
    0xfb_4934, 0xb8_bb26, 0xfa_bd2f, 0x83_a598, 0xd3_869b, 0x8e_c07c, 0xeb_dbb2,
];
const GRUVBOX_LIGHT: [u32; 16] = [
    0xfb_f1c7, 0xcc_241d, 0x98_971a, 0xd7_9921, 0x45_8588, 0xb1_6286, 0x68_9d6a, 0x7c_6f64, 0x92_8374,
    0x9d_0006, 0x79_740e, 0xb5_7614, 0x07_6678, 0x8f_3f71, 0x42_7b58, 0x3c_3836,
];
const LINUX: [u32; 16] = [
    0x00_0000, 0xaa_0000, 0x00_aa00, 0xaa_5500, 0x00_00aa, 0xaa_00aa, 0x00_aaaa, 0xaa_aaaa, 0x55_5555,
    0xff_5555, 0x55_ff55, 0xff_ff55, 0x55_55ff, 0xff_55ff, 0x55_ffff, 0xff_ffff,
];
const GNOME: [u32; 16] = [
    0x17_1421, 0xc0_1c28, 0x26_a269, 0xa2_734c, 0x12_488b, 0xa3_47ba, 0x2a_a1b3, 0xd0_cfcc, 0x5e_5c64,
    0xf6_6151, 0x33_d17a, 0xe9_ad0c, 0x2a_7bde, 0xc0_61cb, 0x33_c7de, 0xff_ffff,
];
const TANGO: [u32; 16] = [
    0x2e_3436, 0xcc_0000, 0x4e_9a06, 0xc4_a000, 0x34_65a4, 0x75_507b, 0x06_989a, 0xd3_d7cf, 0x55_5753,
    0xef_2929, 0x8a_e234, 0xfc_e94f, 0x72_9fcf, 0xad_7fa8, 0x34_e2e2, 0xee_eeec,
];

const fn dark(name: &'static str, background: u32, text: u32, colors: &'static [u32; 16]) -> Palette {
    Palette { name, is_light: false, background, text, colors }
}

const fn light(name: &'static str, background: u32, text: u32, colors: &'static [u32; 16]) -> Palette {
    Palette { name, is_light: true, background, text, colors }
}

const PALETTES: [Palette; 13] = [
    dark("xterm on black", 0x00_0000, 0xe5_e5e5, &XTERM),
    dark("Solarized dark", 0x00_2b36, 0x83_9496, &SOLARIZED),
    dark("Gruvbox dark", 0x28_2828, 0xeb_dbb2, &GRUVBOX_DARK),
    dark("Linux console", 0x00_0000, 0xaa_aaaa, &LINUX),
    dark("GNOME dark", 0x17_1421, 0xd0_cfcc, &GNOME),
    dark("GNOME of today, dark", 0x1e_1e1e, 0xff_ffff, &GNOME),
    dark("Tango on aubergine", 0x30_0a24, 0xee_eeec, &TANGO),
    dark("Tango dark", 0x2e_3436, 0xd3_d7cf, &TANGO),
    light("xterm on white", 0xff_ffff, 0x00_0000, &XTERM),
    light("Solarized light", 0xfd_f6e3, 0x65_7b83, &SOLARIZED),
    light("Gruvbox light", 0xfb_f1c7, 0x3c_3836, &GRUVBOX_LIGHT),
    light("GNOME light", 0xff_ffff, 0x17_1421, &GNOME),
    light("Tango light", 0xee_eeec, 0x2e_3436, &TANGO),
];

/// The palettes that a theme must be readable with: those with the background it is for, and all of them where it brings
/// its own or needs none.
pub(crate) fn palettes(theme: &str, depth: Depth) -> impl Iterator<Item = &'static Palette> {
    let light = match (theme, depth) {
        ("dark", _) | ("harbour", Depth::Ansi) => Some(false),
        ("light", _) => Some(true),
        _ => None,
    };
    PALETTES.iter().filter(move |palette| light.is_none_or(|light| light == palette.is_light))
}

/// A letter's colours as a cell holds them.
pub(crate) type Pair = (Color, Color, Modifier);

impl Palette {
    /// Why a pair cannot be read; `None` where it can.
    pub(crate) fn complaint(&self, (letter, ground, modifier): Pair) -> Option<String> {
        let ground = self.rgb(ground, self.background);
        let mut letters = vec![self.rgb(letter, self.text)];
        // Many terminals draw a bold colour of the first eight as the bright one.
        if let (true, Some(index @ 0..8)) = (modifier.contains(Modifier::BOLD), number(letter)) {
            letters.push(bytes(self.colors[index + 8]));
        }
        let worst = letters.into_iter().map(|letter| {
            let faint = modifier.contains(Modifier::DIM);
            // Terminals draw faint letters between two thirds and half of the way to their background.
            let letter = if faint { mix(letter, ground) } else { letter };
            contrast(letter, ground)
        });
        let worst = worst.fold(f64::INFINITY, f64::min);
        (worst < MIN_CONTRAST).then(|| format!("{worst:.2} with {}", self.name))
    }

    fn rgb(&self, color: Color, default: u32) -> [u8; 3] {
        match color {
            Color::Reset => bytes(default),
            Color::Rgb(red, green, blue) => [red, green, blue],
            Color::Indexed(index @ 16..) => paint::color_of_256(index),
            color => bytes(self.colors[number(color).expect("one of the sixteen")]),
        }
    }
}

/// The place of a colour in the palette.
fn number(color: Color) -> Option<usize> {
    Some(match color {
        Color::Indexed(index @ ..16) => index.into(),
        Color::Reset | Color::Rgb(..) | Color::Indexed(_) => return None,
        named => paint::PALETTE.iter().position(|(known, _)| *known == named)?,
    })
}

fn bytes(rgb: u32) -> [u8; 3] {
    let [_, red, green, blue] = rgb.to_be_bytes();
    [red, green, blue]
}

fn mix(one: [u8; 3], other: [u8; 3]) -> [u8; 3] {
    std::array::from_fn(|part| one[part].midpoint(other[part]))
}

/// The contrast ratio of WCAG 2.2, from 1 to 21.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(rgb: [u8; 3]) -> f64 {
    let [red, green, blue] = rgb.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.03928 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[test]
fn contrast_is_that_of_the_standard() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 0.01);
    assert!((contrast([0x76; 3], [255; 3]) - 4.54).abs() < 0.01);
    // What the palette of Solarized makes of bright black on its background, and on itself.
    let solarized = &PALETTES[1];
    for ground in [Color::Reset, Color::DarkGray] {
        assert!(solarized.complaint((Color::DarkGray, ground, Modifier::empty())).is_some());
    }
    assert!(solarized.complaint((Color::Green, Color::Reset, Modifier::empty())).is_none());
    assert!(solarized.complaint((Color::Green, Color::Reset, Modifier::BOLD)).is_some(), "it turns grey");
}

#[test]
fn each_role_of_each_theme_can_be_read_alone_marked_and_selected() {
    for name in super::names() {
        for depth in [Depth::None, Depth::Ansi, Depth::Indexed, Depth::True] {
            let mut theme = super::load(name, depth).unwrap();
            let (text, selected) = (theme.text, theme.selected);
            for role in super::ROLES {
                let style = text.patch(*super::slot(&mut theme, role).unwrap());
                for style in [style, style.patch(selected), style.add_modifier(Modifier::REVERSED)] {
                    let pair =
                        (style.fg.unwrap_or_default(), style.bg.unwrap_or_default(), style.add_modifier);
                    let complaint = palettes(&theme.name, depth).find_map(|palette| palette.complaint(pair));
                    assert_eq!(complaint, None, "{name} at {depth:?}: {role} is {pair:?}");
                }
            }
        }
    }
}
