//! The colour table, for applications that query or set colours.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// A colour, eight bits a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rgb(pub u8, pub u8, pub u8);

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(r, g, b) = self;
        write!(f, "rgb:{r:02x}{r:02x}/{g:02x}{g:02x}/{b:02x}{b:02x}")
    }
}

impl FromStr for Rgb {
    type Err = ();

    /// `#rrggbb`, or `rgb:` with one to four digits a channel.
    fn from_str(text: &str) -> Result<Self, ()> {
        if let Some(hex) = text.strip_prefix('#') {
            let width = hex.len() / 3;
            if !matches!(hex.len(), 3 | 6 | 9 | 12) || !hex.is_ascii() {
                return Err(());
            }
            // Digits left out are zeros: `#fff` is `#f0f0f0`.
            let channel = |at: usize| {
                let digits = &hex[at * width..(at + 1) * width];
                let value = u16::from_str_radix(digits, 16).map_err(drop)?;
                let value = if width == 1 { value << 4 } else { value >> (4 * (width - 2)) };
                u8::try_from(value).map_err(drop)
            };
            return Ok(Self(channel(0)?, channel(1)?, channel(2)?));
        }
        let mut channels = text.strip_prefix("rgb:").ok_or(())?.split('/').map(channel);
        let mut next = || channels.next().flatten().ok_or(());
        Ok(Self(next()?, next()?, next()?))
    }
}

fn channel(digits: &str) -> Option<u8> {
    let value = u32::from_str_radix(digits, 16).ok()?;
    let most = match digits.len() {
        1 => 0xf,
        2 => 0xff,
        3 => 0xfff,
        4 => 0xffff,
        _ => return None,
    };
    u8::try_from(value * 0xff / most).ok()
}

/// xterm's first sixteen colours.
const XTERM_COLOURS: [Rgb; 16] = [
    Rgb(0, 0, 0),
    Rgb(0xcd, 0, 0),
    Rgb(0, 0xcd, 0),
    Rgb(0xcd, 0xcd, 0),
    Rgb(0, 0, 0xee),
    Rgb(0xcd, 0, 0xcd),
    Rgb(0, 0xcd, 0xcd),
    Rgb(0xe5, 0xe5, 0xe5),
    Rgb(0x7f, 0x7f, 0x7f),
    Rgb(0xff, 0, 0),
    Rgb(0, 0xff, 0),
    Rgb(0xff, 0xff, 0),
    Rgb(0x5c, 0x5c, 0xff),
    Rgb(0xff, 0, 0xff),
    Rgb(0, 0xff, 0xff),
    Rgb(0xff, 0xff, 0xff),
];

/// The colours of one terminal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Palette {
    /// Colours of the 256 that the application has set.
    overrides: BTreeMap<u8, Rgb>,
    /// Default colours (OSC 10 to 19) that the application has set. They are for queries only.
    dynamic: BTreeMap<u16, Rgb>,
}

impl Palette {
    /// The reply to OSC 10 to 19: a default where nothing was set, since the outer terminal is not asked for its own. By
    /// the background (11) applications choose dark or light.
    pub fn dynamic(&self, number: u16) -> Rgb {
        let set = self.dynamic.get(&number).copied();
        set.unwrap_or(XTERM_COLOURS[if matches!(number, 11 | 14 | 16 | 18) { 0 } else { 7 }])
    }

    pub fn set_dynamic(&mut self, number: u16, colour: Rgb) {
        self.dynamic.insert(number, colour);
    }

    pub fn reset_dynamic(&mut self, number: u16) {
        self.dynamic.remove(&number);
    }

    /// The application's own colour for a number, if it set one.
    pub fn overridden(&self, index: u8) -> Option<Rgb> {
        self.overrides.get(&index).copied()
    }

    pub fn get(&self, index: u8) -> Rgb {
        if let Some(own) = self.overridden(index) {
            return own;
        }
        let step = |level: u8| if level == 0 { 0 } else { 55 + 40 * level };
        match index {
            0..=15 => XTERM_COLOURS[usize::from(index)],
            16..=231 => {
                let cube = index - 16;
                Rgb(step(cube / 36), step(cube / 6 % 6), step(cube % 6))
            }
            232..=255 => {
                let grey = 8 + 10 * (index - 232);
                Rgb(grey, grey, grey)
            }
        }
    }

    pub fn set(&mut self, index: u8, colour: Rgb) {
        self.overrides.insert(index, colour);
    }

    pub fn unset(&mut self, index: u8) {
        self.overrides.remove(&index);
    }

    pub fn reset(&mut self) {
        self.overrides.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_parsed_and_formatted() {
        assert_eq!("#102030".parse(), Ok(Rgb(0x10, 0x20, 0x30)));
        assert_eq!("rgb:f/80/ffff".parse(), Ok(Rgb(0xff, 0x80, 0xff)));
        for bad in ["", "#12345", "rgb:1/2", "rgb:12345/0/0", "red", "rgb:g/0/0"] {
            assert_eq!(bad.parse::<Rgb>(), Err(()), "{bad}");
        }
        let palette = Palette::default();
        assert_eq!(palette.get(196).to_string(), "rgb:ffff/0000/0000");
        assert_eq!(palette.get(255), Rgb(238, 238, 238));
    }
}
