//! Text that does not mean what its bytes say: other character sets, insert mode, no wrap, own tab stops.

use unicode_width::UnicodeWidthChar;

use super::Filter;

/// VS16, which asks for a character's coloured, wide form. vt100 0.18.1 panics on it at the right margin.
const EMOJI_PRESENTATION: char = '\u{fe0f}';

/// Whether text holds a byte that may need more than passing on: a shift, a backspace, or what may begin U+FE0F.
pub(super) fn may_differ(bytes: &[u8]) -> bool {
    memchr::memchr3(0x08, 0x0e, 0x0f, bytes).is_some() || memchr::memchr(0xef, bytes).is_some()
}

/// A text without what is incomplete at its end, and the one character of it that may still be completed.
pub(super) fn split_cut(text: &[u8]) -> (&[u8], &[u8]) {
    let last = cut(text);
    let mut whole = &text[..text.len() - last.len()];
    // Halves of characters before it show nothing whatever follows.
    while !cut(whole).is_empty() {
        whole = &whole[..whole.len() - cut(whole).len()];
    }
    (whole, last)
}

/// The incomplete character at the end of a text.
fn cut(text: &[u8]) -> &[u8] {
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
    /// Gives a text to vt100, character by character where modes ask for it.
    pub(super) fn text(&mut self, bytes: &[u8]) {
        let mut out = Vec::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                self.character(c, &mut out);
            }
            // What is not UTF-8 is left out, as vt100 does.
        }
        self.pass(&out);
    }

    fn hand_over(&mut self, out: &mut Vec<u8>) {
        self.pass(out);
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
                self.hand_over(out);
                if self.wrap_pending() {
                    // vt100 would step back from behind the last column.
                    self.say(format_args!("\x1b[{}G", self.columns()));
                }
                out.push(0x08);
            }
            '\n' | '\u{b}' | '\u{c}' if self.modes.newline => out.extend_from_slice(b"\r\n"),
            '\t' if self.tabs.are_own() => {
                self.hand_over(out);
                let column = self.tabs.right(self.column(), 1, self.columns());
                self.say(format_args!("\x1b[{}G", column + 1));
            }
            c if c.is_control() => push(c, out),
            c => {
                let c = self.charsets.map(c);
                if self.modes.concealed {
                    for _ in 0..c.width().unwrap_or(0) {
                        self.put(' ', out);
                    }
                } else {
                    self.put(c, out);
                }
            }
        }
    }

    fn put(&mut self, c: char, out: &mut Vec<u8>) {
        if self.modes.insert || self.modes.autowrap_off {
            self.hand_over(out);
            self.place(c, out);
        } else {
            push(c, out);
        }
    }

    /// One character in insert mode or without wrapping.
    fn place(&mut self, c: char, out: &mut Vec<u8>) {
        let width = u16::try_from(c.width().unwrap_or(0)).unwrap_or(0).min(2);
        let columns = self.columns();
        if width > 0 && self.vt.screen().cursor_position().1 + width > columns {
            if self.modes.autowrap_off {
                self.say(format_args!("\x1b[{}G", columns - width + 1));
            } else {
                self.pass(b"\r\n");
            }
        }
        if self.modes.insert && width > 0 {
            self.say(format_args!("\x1b[{width}@"));
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
    fn half_a_character_is_kept_apart() {
        for (text, whole, last) in [
            (&b"abc"[..], &b"abc"[..], &b""[..]),
            ("aé".as_bytes(), "aé".as_bytes(), b""),
            (b"a\xc3", b"a", b"\xc3"),
            (b"a\xf0\x9f\x98", b"a", b"\xf0\x9f\x98"),
            (b"\xcc\x81\xc3", b"\xcc\x81", b"\xc3"),
            (b"a\xc2\xe2\x82\xc3", b"a", b"\xc3"),
            (b"a\x80\xff", b"a\x80\xff", b""),
        ] {
            assert_eq!(split_cut(text), (whole, last), "{text:?}");
        }
    }
}
