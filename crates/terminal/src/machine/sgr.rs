//! Select Graphic Rendition.

use super::Machine;
use crate::parser::Params;
use crate::screen::{Colour, Extra, Flags, Style};

impl Machine {
    pub(super) fn rendition(&mut self, params: &Params) {
        let mut groups = params.groups();
        while let Some(group) = groups.next() {
            match group {
                [38, rest @ ..] if !rest.is_empty() => {
                    if let Some(colour) = colour_of_group(rest) {
                        self.style.fg = colour;
                    }
                }
                [48, rest @ ..] if !rest.is_empty() => {
                    if let Some(colour) = colour_of_group(rest) {
                        self.style.bg = colour;
                    }
                }
                [58, rest @ ..] if !rest.is_empty() => {
                    if let Some(colour) = colour_of_group(rest) {
                        self.extra.underline = colour;
                        self.refresh_extra();
                    }
                }
                [target @ (38 | 48 | 58)] => match colour_of_list(&mut groups) {
                    Some(colour) if *target == 38 => self.style.fg = colour,
                    Some(colour) if *target == 48 => self.style.bg = colour,
                    Some(colour) => {
                        self.extra.underline = colour;
                        self.refresh_extra();
                    }
                    None => {}
                },
                [4, kind] => self.style.flags.set_underline(u8::try_from(*kind).unwrap_or(1)),
                [code] => self.simple_rendition(*code),
                _ => {}
            }
        }
    }

    fn simple_rendition(&mut self, code: u16) {
        let style = &mut self.style;
        let flags = &mut style.flags;
        match code {
            0 => {
                // Protection is no rendition, and a link ends by its own sequence.
                *style = Style { flags: flags.without(Flags::RENDITION), ..Style::default() };
                self.extra = Extra { link: self.extra.link, ..Extra::default() };
                self.refresh_extra();
            }
            1 => flags.set(Flags::BOLD, true),
            2 => flags.set(Flags::DIM, true),
            3 => flags.set(Flags::ITALIC, true),
            4 => flags.set_underline(1),
            5 | 6 => flags.set(Flags::BLINK, true),
            7 => flags.set(Flags::REVERSE, true),
            8 => flags.set(Flags::CONCEAL, true),
            9 => flags.set(Flags::STRIKE, true),
            21 => flags.set_underline(2),
            22 => flags.set(Flags::BOLD | Flags::DIM, false),
            23 => flags.set(Flags::ITALIC, false),
            24 => flags.set_underline(0),
            25 => flags.set(Flags::BLINK, false),
            27 => flags.set(Flags::REVERSE, false),
            28 => flags.set(Flags::CONCEAL, false),
            29 => flags.set(Flags::STRIKE, false),
            30..=37 => style.fg = Colour::indexed(palette_index(code - 30)),
            39 => style.fg = Colour::DEFAULT,
            40..=47 => style.bg = Colour::indexed(palette_index(code - 40)),
            49 => style.bg = Colour::DEFAULT,
            53 => flags.set(Flags::OVERLINE, true),
            55 => flags.set(Flags::OVERLINE, false),
            59 => {
                self.extra.underline = Colour::DEFAULT;
                self.refresh_extra();
            }
            90..=97 => style.fg = Colour::indexed(palette_index(code - 82)),
            100..=107 => style.bg = Colour::indexed(palette_index(code - 92)),
            _ => {}
        }
    }

    /// The current rendition as the parameters of an SGR, for DECRQSS.
    pub(super) fn rendition_codes(&self) -> String {
        use crate::screen::ColourKind;
        let Style { fg, bg, flags, .. } = self.style;
        let mut codes = vec!["0".to_owned()];
        let underline = flags.underline();
        for (is_set, code) in [
            (flags.contains(Flags::BOLD), "1"),
            (underline == 1, "4"),
            (flags.contains(Flags::BLINK), "5"),
            (flags.contains(Flags::REVERSE), "7"),
            (flags.contains(Flags::CONCEAL), "8"),
            (flags.contains(Flags::DIM), "2"),
            (flags.contains(Flags::ITALIC), "3"),
            (flags.contains(Flags::STRIKE), "9"),
            (underline == 2, "21"),
            (flags.contains(Flags::OVERLINE), "53"),
        ] {
            if is_set {
                codes.push(code.to_owned());
            }
        }
        if underline > 2 {
            codes.push(format!("4:{underline}"));
        }
        for (colour, base, bright, extended) in [(fg, 30, 90, 38), (bg, 40, 100, 48)] {
            codes.push(match colour.kind() {
                ColourKind::Default => String::new(),
                ColourKind::Indexed(index @ 0..=7) => format!("{}", base + u16::from(index)),
                ColourKind::Indexed(index @ 8..=15) => format!("{}", bright + u16::from(index) - 8),
                ColourKind::Indexed(index) => format!("{extended}:5:{index}"),
                ColourKind::Rgb(r, g, b) => format!("{extended}:2::{r}:{g}:{b}"),
            });
        }
        codes.retain(|code| !code.is_empty());
        codes.join(";")
    }
}

fn palette_index(value: u16) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

fn channels(values: [u16; 3]) -> Option<Colour> {
    let [r, g, b] = values.map(u8::try_from);
    Some(Colour::rgb(r.ok()?, g.ok()?, b.ok()?))
}

/// A colour whose parts are joined by colons, with a colour space or without.
fn colour_of_group(rest: &[u16]) -> Option<Colour> {
    match rest {
        [5, index, ..] => u8::try_from(*index).ok().map(Colour::indexed),
        [2, r, g, b] | [2, _, r, g, b, ..] => channels([*r, *g, *b]),
        _ => None,
    }
}

/// A colour whose parts are parameters of their own. `None` where they are not whole.
fn colour_of_list<'a>(groups: &mut impl Iterator<Item = &'a [u16]>) -> Option<Colour> {
    match groups.next()? {
        [5, index] => u8::try_from(*index).ok().map(Colour::indexed),
        [2, rest @ ..] if rest.len() >= 3 => colour_of_group(&[&[2], rest].concat()),
        [5] => u8::try_from(*groups.next()?.first()?).ok().map(Colour::indexed),
        [2] => {
            let mut next = || groups.next().and_then(|group| group.first().copied());
            channels([next()?, next()?, next()?])
        }
        _ => None,
    }
}
