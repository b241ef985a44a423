//! Operating system commands and device control strings: titles, colours, links, the clipboard, settings. None reaches
//! the outer terminal.

use base64::Engine;

use super::Machine;
use crate::extended;
use crate::sanitise;

/// The number of special colours (OSC 5): bold, underline, blink, reverse, italic.
const SPECIAL_COLOURS: u16 = 5;
/// The first special colour among the dynamic ones.
const SPECIAL_FROM: u16 = 256;
/// The capabilities that are reported, without a value where they are there or not: how many colours there are. Keys and
/// sequences are those of the terminfo entry that the application has.
const CAPABILITIES: [(&str, &str); 4] = [("Co", "256"), ("colors", "256"), ("RGB", "8/8/8"), ("Tc", "")];

impl Machine {
    pub(super) fn osc(&mut self, body: &[u8], bell: bool) {
        let end = if bell { "\x07" } else { "\x1b\\" };
        let mut parts = body.splitn(2, |byte| *byte == b';');
        let number = parts
            .next()
            .and_then(|number| std::str::from_utf8(number).ok())
            .and_then(|number| number.parse::<u16>().ok());
        let rest = parts.next().unwrap_or_default();
        match number {
            Some(0 | 2) => {
                let title = sanitise::title(rest);
                self.title = (!title.is_empty()).then_some(title);
            }
            Some(command @ (4 | 5)) => self.numbered_colours(command, rest, end),
            Some(8) => self.set_link(rest),
            Some(first @ 10..=19) => self.dynamic_colours(first, rest, end),
            Some(52) => self.copy(rest),
            Some(104) => self.palette_reset(rest),
            Some(105) => self.special_reset(rest),
            Some(number @ 110..=119) => self.palette.reset_dynamic(number - 100),
            Some(133) => self.shell_mark(rest),
            _ => {}
        }
    }

    /// OSC 8: the text that follows leads to a URI; an empty one ends it.
    fn set_link(&mut self, rest: &[u8]) {
        let uri = rest.splitn(2, |byte| *byte == b';').nth(1).unwrap_or_default();
        self.extra.link = std::str::from_utf8(uri).ok().and_then(extended::intern_link);
        self.refresh_extra();
    }

    /// Handles `number ; colour` pairs of OSC 4 and 5: `?` queries, anything else sets. The special colours, those of bold,
    /// underlined and other text, are remembered for queries only; OSC 4 counts them on from the palette's.
    fn numbered_colours(&mut self, command: u16, rest: &[u8], end: &str) {
        let Ok(rest) = std::str::from_utf8(rest) else { return };
        let offset = if command == 5 { SPECIAL_FROM } else { 0 };
        let mut parts = rest.split(';');
        while let (Some(number), Some(colour)) = (parts.next(), parts.next()) {
            let Ok(number) = number.parse::<u16>() else { return };
            let index = number.saturating_add(offset);
            if index >= SPECIAL_FROM + SPECIAL_COLOURS {
                return;
            }
            let in_palette = u8::try_from(index);
            if colour == "?" {
                let current = in_palette
                    .map_or_else(|_| self.palette.dynamic(index), |in_palette| self.palette.get(in_palette));
                self.reply(format_args!("\x1b]{command};{number};{current}{end}"));
            } else if let Ok(colour) = colour.parse() {
                match in_palette {
                    Ok(in_palette) => self.palette.set(in_palette, colour),
                    Err(_) => self.palette.set_dynamic(index, colour),
                }
            }
        }
    }

    fn special_reset(&mut self, rest: &[u8]) {
        let named = |number: u16| {
            let number = number.to_string();
            rest.split(|byte| *byte == b';').any(|part| part == number.as_bytes())
        };
        for number in (0..SPECIAL_COLOURS).filter(|number| rest.is_empty() || named(*number)) {
            self.palette.reset_dynamic(SPECIAL_FROM + number);
        }
    }

    fn palette_reset(&mut self, rest: &[u8]) {
        if rest.is_empty() {
            self.palette.reset();
        }
        for index in rest.split(|byte| *byte == b';') {
            if let Some(index) = std::str::from_utf8(index).ok().and_then(|index| index.parse().ok()) {
                self.palette.unset(index);
            }
        }
    }

    /// Foreground (10), background (11), cursor (12) and their kin: each further part is for the next number. What is
    /// set is remembered for queries only: the default colours are the user's to set.
    fn dynamic_colours(&mut self, first: u16, rest: &[u8], end: &str) {
        for (number, part) in (first..=19).zip(rest.split(|byte| *byte == b';')) {
            if part == b"?" {
                let colour = self.palette.dynamic(number);
                self.reply(format_args!("\x1b]{number};{colour}{end}"));
            } else if let Some(colour) = std::str::from_utf8(part).ok().and_then(|part| part.parse().ok()) {
                self.palette.set_dynamic(number, colour);
            }
        }
    }

    /// OSC 52: offers a text for the clipboard. The clipboard's content is never sent back.
    fn copy(&mut self, rest: &[u8]) {
        let Some(text) = rest.splitn(2, |byte| *byte == b';').nth(1) else {
            return;
        };
        if let Ok(text) = base64::engine::general_purpose::STANDARD.decode(text)
            && let Some(text) = sanitise::clipboard(&text)
        {
            self.events.clipboard = Some(text);
        }
    }

    /// Handles a device control string: DECRQSS and XTGETTCAP are answered, others dropped.
    pub(super) fn dcs(&mut self, body: &[u8]) {
        if let Some(setting) = body.strip_prefix(b"$q") {
            self.report_setting(setting);
        } else if let Some(names) = body.strip_prefix(b"+q") {
            for name in names.split(|byte| *byte == b';') {
                self.report_capability(name);
            }
        }
    }

    /// XTGETTCAP: a capability by its terminfo or termcap name, name and value in hexadecimal digits.
    fn report_capability(&mut self, name: &[u8]) {
        let known = CAPABILITIES
            .iter()
            .filter(|(known, _)| known.len() * 2 == name.len())
            .map(|(known, value)| (hexadecimal(known), hexadecimal(value)))
            .find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name));
        match known {
            Some((name, value)) if value.is_empty() => self.reply(format_args!("\x1bP1+r{name}\x1b\\")),
            Some((name, value)) => self.reply(format_args!("\x1bP1+r{name}={value}\x1b\\")),
            None => self.reply(format_args!("\x1bP0+r\x1b\\")),
        }
    }

    fn report_setting(&mut self, setting: &[u8]) {
        let margins = self.margins;
        let value = match setting {
            b"m" => format!("{}m", self.rendition_codes()),
            b"r" => format!("{};{}r", margins.top + 1, margins.bottom + 1),
            b"s" => format!("{};{}s", margins.left + 1, margins.right + 1),
            b" q" => format!("{} q", self.cursor_style_number()),
            b"\"p" => format!("{};{}\"p", 60 + self.modes.level, u8::from(!self.modes.eight_bit_replies)),
            b"\"q" => {
                let is_protected = self.style.flags.contains(super::Flags::PROTECTED);
                format!("{}\"q", u8::from(is_protected && self.protection == super::Protection::Selective))
            }
            b"t" => format!("{}t", self.rows.max(24)),
            b"$|" => format!("{}$|", if self.modes.wide { 132 } else { 80 }),
            b"*|" => format!("{}*|", self.rows),
            b"*x" => format!("{}*x", self.modes.change_extent),
            // There is no status line.
            b"$}" => "0$}".to_owned(),
            b"$~" => "0$~".to_owned(),
            _ => {
                self.reply(format_args!("\x1bP0$r\x1b\\"));
                return;
            }
        };
        self.reply(format_args!("\x1bP1$r{value}\x1b\\"));
    }
}

/// A text as hexadecimal digits.
fn hexadecimal(text: &str) -> String {
    let digit = |value: u8| char::from(b"0123456789ABCDEF"[usize::from(value)]);
    text.bytes().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}
