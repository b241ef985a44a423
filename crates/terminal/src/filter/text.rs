//! Text that must be rewritten for vt100: other character sets, insert mode, no wrap, custom tab stops.

use unicode_width::UnicodeWidthChar;

use super::Filter;

/// VS16, which asks for a character's coloured, wide form. vt100 0.18.1 panics on it at the right margin.
const EMOJI_PRESENTATION: char = '\u{fe0f}';

/// Whether text holds a byte that may need rewriting: a shift, a backspace, or the first byte of U+FE0F.
pub(super) fn may_need_rewriting(bytes: &[u8]) -> bool {
    memchr::memchr3(0x08, 0x0e, 0x0f, bytes).is_some() || memchr::memchr(0xef, bytes).is_some()
}

/// Splits a text into its whole characters and the incomplete one at its end that may still be completed.
pub(super) fn split_incomplete(text: &[u8]) -> (&[u8], &[u8]) {
    let last = incomplete_tail(text);
    let mut whole = &text[..text.len() - last.len()];
    // Incomplete characters before the last one show nothing, whatever follows.
    while !incomplete_tail(whole).is_empty() {
        whole = &whole[..whole.len() - incomplete_tail(whole).len()];
    }
    (whole, last)
}

/// The incomplete character at the end of a text.
fn incomplete_tail(text: &[u8]) -> &[u8] {
    if text.last().is_none_or(u8::is_ascii) {
        return &[];
    }
    let tail = &text[text.len().saturating_sub(3)..];
    (0..tail.len())
        .map(|start| &tail[start..])
        .find(|end| {
            std::str::from_utf8(end).is_err_and(|err| err.valid_up_to() == 0 && err.error_len().is_none())
        })
        .unwrap_or_default()
}

impl Filter {
    /// Rewrites a text character by character, and forwards it.
    pub(super) fn rewrite_text(&mut self, bytes: &[u8]) {
        let mut out = Vec::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                self.character(c, &mut out);
            }
            // Invalid UTF-8 is left out, as vt100 does.
        }
        self.forward(&out);
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        self.forward(out);
        out.clear();
    }

    fn character(&mut self, c: char, out: &mut Vec<u8>) {
        match c {
            #[cfg(test)]
            EMOJI_PRESENTATION if self.unguarded => push(c, out),
            EMOJI_PRESENTATION => {}
            '\u{e}' => self.charsets.shift(1),
            '\u{f}' => self.charsets.shift(0),
            '\u{8}' => {
                self.flush(out);
                if self.wrap_pending() {
                    // vt100 would step back from beyond the last column.
                    self.inject(format_args!("\x1b[{}G", self.columns()));
                }
                out.push(0x08);
            }
            '\n' | '\u{b}' | '\u{c}' if self.modes.newline => out.extend_from_slice(b"\r\n"),
            '\t' if self.tabs.are_custom() => {
                self.flush(out);
                let column = self.tabs.right(self.column(), 1, self.columns());
                self.inject(format_args!("\x1b[{}G", column + 1));
            }
            c if c.is_control() => push(c, out),
            c => {
                let c = self.charsets.map(c);
                if self.modes.concealed {
                    for _ in 0..c.width().unwrap_or(0) {
                        self.put_char(' ', out);
                    }
                } else {
                    self.put_char(c, out);
                }
            }
        }
    }

    fn put_char(&mut self, c: char, out: &mut Vec<u8>) {
        if self.modes.insert || self.modes.autowrap_off {
            self.flush(out);
            self.put_in_mode(c, out);
        } else {
            push(c, out);
        }
    }

    /// Writes one character in insert mode or without wrapping.
    fn put_in_mode(&mut self, c: char, out: &mut Vec<u8>) {
        let width = u16::try_from(c.width().unwrap_or(0)).unwrap_or(0).min(2);
        let columns = self.columns();
        if width > 0 && self.vt.screen().cursor_position().1 + width > columns {
            if self.modes.autowrap_off {
                self.inject(format_args!("\x1b[{}G", columns - width + 1));
            } else {
                self.forward(b"\r\n");
            }
        }
        if self.modes.insert && width > 0 {
            self.inject(format_args!("\x1b[{width}@"));
        }
        push(c, out);
    }
}

fn push(c: char, out: &mut Vec<u8>) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incomplete_character_is_split_off() {
        for (text, whole, last) in [
            (&b"abc"[..], &b"abc"[..], &b""[..]),
            ("aé".as_bytes(), "aé".as_bytes(), b""),
            (b"a\xc3", b"a", b"\xc3"),
            (b"a\xf0\x9f\x98", b"a", b"\xf0\x9f\x98"),
            (b"\xcc\x81\xc3", b"\xcc\x81", b"\xc3"),
            (b"a\xc2\xe2\x82\xc3", b"a", b"\xc3"),
            (b"a\x80\xff", b"a\x80\xff", b""),
        ] {
            assert_eq!(split_incomplete(text), (whole, last), "{text:?}");
        }
    }
}
