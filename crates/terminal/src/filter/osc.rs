//! Operating system commands: titles, colours, the clipboard. None is forwarded to vt100 or the outer terminal.

use base64::Engine;

use super::super::sanitise;
use super::Filter;

impl Filter {
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
            Some(4) => self.palette_command(rest, end),
            Some(first @ 10..=12) => self.default_colours(first, rest, end),
            Some(52) => self.copy(rest),
            Some(104) => self.palette_reset(rest),
            _ => {}
        }
    }

    /// Handles `index ; colour` pairs: `?` queries, anything else sets.
    fn palette_command(&mut self, rest: &[u8], end: &str) {
        let Ok(rest) = std::str::from_utf8(rest) else {
            return;
        };
        let mut parts = rest.split(';');
        while let (Some(index), Some(colour)) = (parts.next(), parts.next()) {
            let Ok(index) = index.parse::<u8>() else { return };
            if colour == "?" {
                let current = self.palette.get(index).to_string();
                self.reply(format_args!("\x1b]4;{index};{current}{end}"));
            } else if let Ok(colour) = colour.parse() {
                self.palette.set(index, colour);
            }
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

    /// Foreground (10), background (11), cursor (12): each further part is for the next number. Queries only: the
    /// default colours are the user's to set.
    fn default_colours(&mut self, first: u16, rest: &[u8], end: &str) {
        for (number, part) in (first..=12).zip(rest.split(|byte| *byte == b';')) {
            if part == b"?" {
                let colour = if number == 11 { self.palette.background } else { self.palette.foreground };
                self.reply(format_args!("\x1b]{number};{colour}{end}"));
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
            self.clipboard = Some(text);
        }
    }
}
