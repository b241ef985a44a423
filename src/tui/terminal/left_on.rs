//! Modes that a remote side has set in the user's terminal and not reset, read from its output.
//!
//! Only these are reset at the end. To reset all would not be harmless: leaving an alternate screen that was never entered
//! moves the cursor, and a popped keyboard mode may be the shell's.

use std::collections::BTreeSet;
use std::io::Write as _;

/// Bytes of a sequence that are kept; none that matters is longer.
const MAX_SEQUENCE_BYTES: usize = 64;
/// Numbers of modes that are kept; terminals have about eighty.
const MAX_MODES: usize = 128;
/// Keyboard modes that are popped at most, as many as terminals keep.
const MAX_PUSHED: u16 = 32;

/// Private modes that a terminal starts with: autorepeat, wrap, cursor.
const ON_BY_DEFAULT: [u16; 3] = [7, 8, 25];
/// The alternate screen, in its three ways.
const ALTERNATE_SCREENS: [u16; 3] = [47, 1047, 1049];

/// The modes, and the place in the sequence that is read.
#[derive(Debug, Default)]
pub(super) struct LeftOn {
    state: State,
    /// The sequence so far, its introducer left out.
    sequence: Vec<u8>,
    modes: Modes,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// After ESC, and what may come before the last byte.
    Escape,
    /// After `ESC [`.
    Control,
    /// In a title or the like, which ends with ESC `\` or, if it is an OSC, with a bell.
    String { ends_with_bell: bool },
    /// After ESC in one of these.
    StringEscape,
}

#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mode of its own")]
struct Modes {
    /// Private modes that are not as a terminal starts.
    private: BTreeSet<u16>,
    /// ANSI modes that are set.
    ansi: BTreeSet<u16>,
    /// Keyboard modes (kitty) that were pushed, and whether one was set otherwise: of the main screen, of the alternate.
    pushed: [u16; 2],
    keyboard_set: [bool; 2],
    application_keypad: bool,
    margins: bool,
    attributes: bool,
    cursor_style: bool,
    character_set: bool,
    shifted_out: bool,
    other_keys: bool,
    link: bool,
}

impl LeftOn {
    /// Notes output. A sequence may come in pieces.
    pub(super) fn note(&mut self, mut bytes: &[u8]) {
        while let [byte, rest @ ..] = bytes {
            if self.state == State::Text {
                // Text is most of it.
                let at = bytes.iter().position(|byte| matches!(byte, 0x1b | 0x0e | 0x0f));
                let Some(at) = at else { return };
                if let [byte, rest @ ..] = bytes.get(at..).unwrap_or_default() {
                    self.take(*byte);
                    bytes = rest;
                }
                continue;
            }
            self.take(*byte);
            bytes = rest;
        }
    }

    fn take(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (State::Text, 0x0e | 0x0f) => {
                self.modes.shifted_out = byte == 0x0e;
                State::Text
            }
            (State::Text | State::Escape | State::Control, 0x1b) => {
                self.sequence.clear();
                State::Escape
            }
            // CAN and SUB end any sequence.
            (State::Text, _) | (_, 0x18 | 0x1a) => State::Text,
            (State::String { ends_with_bell: true }, 0x07) | (State::StringEscape, b'\\') => {
                self.modes.string(&self.sequence);
                State::Text
            }
            (State::Escape, b'[') if self.sequence.is_empty() => State::Control,
            (State::Escape, b']') if self.sequence.is_empty() => State::String { ends_with_bell: true },
            (State::Escape, b'P' | b'X' | b'^' | b'_') if self.sequence.is_empty() => {
                State::String { ends_with_bell: false }
            }
            (State::Escape, 0x30..=0x7e) => {
                self.modes.escape(&self.sequence, byte);
                State::Text
            }
            (State::Control, 0x40..=0x7e) => {
                self.modes.control(&self.sequence, byte);
                State::Text
            }
            (State::Escape | State::Control, _) => {
                // Control characters take effect inside of a sequence and are no part of it.
                if byte >= 0x20 && self.sequence.len() < MAX_SEQUENCE_BYTES {
                    self.sequence.push(byte);
                }
                self.state
            }
            (State::String { .. }, 0x1b) => State::StringEscape,
            (State::String { ends_with_bell }, _) => {
                // Of the others nothing matters.
                if ends_with_bell && self.sequence.len() < MAX_SEQUENCE_BYTES {
                    self.sequence.push(byte);
                }
                self.state
            }
            (State::StringEscape, _) => {
                // The escape began another sequence.
                self.sequence.clear();
                self.state = State::Escape;
                return self.take(byte);
            }
        };
    }

    /// The bytes that reset what was left on; none where nothing was.
    pub(super) fn reset(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.state != State::Text {
            bytes.push(0x18);
        }
        self.modes.reset(&mut bytes);
        bytes
    }
}

impl Modes {
    /// Takes an escape sequence: what is between ESC and its last byte, and that byte.
    fn escape(&mut self, between: &[u8], last: u8) {
        match (between, last) {
            (b"", b'c') => *self = Self::default(),
            (b"", b'=') => self.application_keypad = true,
            (b"", b'>') => self.application_keypad = false,
            (b"(", _) => self.character_set = last != b'B',
            _ => {}
        }
    }

    /// Takes the beginning of an OSC.
    fn string(&mut self, text: &[u8]) {
        if let Some(link) = text.strip_prefix(b"8;") {
            // Parameters, then the address, which is empty at the end of a link.
            self.link = link.iter().position(|byte| *byte == b';').is_none_or(|at| at + 1 < link.len());
        }
    }

    /// Takes a control sequence: what is between `ESC [` and its last byte, and that byte.
    fn control(&mut self, between: &[u8], last: u8) {
        let mark = between.first().copied().filter(|byte| matches!(byte, b'<'..=b'?'));
        let numbers = if mark.is_some() { between.get(1..).unwrap_or_default() } else { between };
        match (mark, numbers, last) {
            (Some(b'?'), _, b'h' | b'l') => {
                for mode in parsed(numbers) {
                    let is_default = ON_BY_DEFAULT.contains(&mode) == (last == b'h');
                    note(&mut self.private, mode, !is_default);
                }
            }
            (None, _, b'h' | b'l') => {
                for mode in parsed(numbers) {
                    note(&mut self.ansi, mode, last == b'h');
                }
            }
            (Some(b'>'), _, b'u') => {
                let pushed = &mut self.pushed[self.screen()];
                *pushed = (*pushed + 1).min(MAX_PUSHED);
            }
            (Some(b'<'), _, b'u') => {
                let count = parsed(numbers).next().unwrap_or(0).max(1);
                let pushed = &mut self.pushed[self.screen()];
                *pushed = pushed.saturating_sub(count);
            }
            (Some(b'='), _, b'u') => {
                self.keyboard_set[self.screen()] = parsed(numbers).next().is_some_and(|flags| flags != 0);
            }
            (Some(b'>'), _, b'm') => {
                let mut numbers = parsed(numbers);
                if numbers.next() == Some(4) {
                    self.other_keys = numbers.next().is_some_and(|level| level != 0);
                }
            }
            (None, _, b'm') => self.attributes = !matches!(numbers, b"" | b"0"),
            (None, _, b'r') => self.margins = !numbers.is_empty(),
            (None, b"!", b'p') => self.soft_reset(),
            (None, [style @ .., b' '], b'q') => self.cursor_style = !matches!(style, b"" | b"0"),
            _ => {}
        }
    }

    /// Resets what DECSTR resets.
    fn soft_reset(&mut self) {
        for mode in [1, 6, 7, 25, 66] {
            self.private.remove(&mode);
        }
        self.ansi.remove(&4);
        self.application_keypad = false;
        self.margins = false;
        self.attributes = false;
        self.character_set = false;
        self.shifted_out = false;
    }

    /// The screen that is shown: 0 for the main one, 1 for the alternate one.
    fn screen(&self) -> usize {
        usize::from(ALTERNATE_SCREENS.iter().any(|mode| self.private.contains(mode)))
    }

    fn reset(&self, bytes: &mut Vec<u8>) {
        // Nothing that is written to a vector fails.
        let mut push = |sequence: std::fmt::Arguments<'_>| {
            let _ = bytes.write_fmt(sequence);
        };
        let (alternate, others): (Vec<u16>, Vec<u16>) =
            self.private.iter().copied().partition(|mode| ALTERNATE_SCREENS.contains(mode));
        for mode in others {
            push(format_args!("\x1b[?{mode}{}", if ON_BY_DEFAULT.contains(&mode) { 'h' } else { 'l' }));
        }
        for mode in &self.ansi {
            push(format_args!("\x1b[{mode}l"));
        }
        for (is_left_on, sequence) in [
            (self.link, "\x1b]8;;\x1b\\"),
            (self.application_keypad, "\x1b>"),
            (self.other_keys, "\x1b[>4m"),
            (self.shifted_out, "\x0f"),
            (self.character_set, "\x1b(B"),
            (self.attributes, "\x1b[m"),
            (self.cursor_style, "\x1b[0 q"),
        ] {
            if is_left_on {
                push(format_args!("{sequence}"));
            }
        }
        // Each screen has keyboard modes of its own.
        for screen in (0..=self.screen()).rev() {
            if self.pushed[screen] > 0 {
                push(format_args!("\x1b[<{}u", self.pushed[screen]));
            }
            if self.keyboard_set[screen] {
                push(format_args!("\x1b[=0u"));
            }
            if screen == 1 {
                for mode in &alternate {
                    push(format_args!("\x1b[?{mode}l"));
                }
            }
        }
        if self.margins {
            // To reset them moves the cursor.
            push(format_args!("\x1b7\x1b[r\x1b8"));
        }
    }
}

fn note(modes: &mut BTreeSet<u16>, mode: u16, is_left_on: bool) {
    if !is_left_on {
        modes.remove(&mode);
    } else if modes.len() < MAX_MODES {
        modes.insert(mode);
    }
}

/// The numbers of a control sequence. What is no number is passed over.
fn parsed(numbers: &[u8]) -> impl Iterator<Item = u16> {
    numbers.split(|byte| *byte == b';').filter_map(|number| std::str::from_utf8(number).ok()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is reset after this output, which comes whole or byte by byte.
    fn reset_after(output: &str) -> String {
        let (mut whole, mut pieces) = (LeftOn::default(), LeftOn::default());
        whole.note(output.as_bytes());
        output.as_bytes().iter().for_each(|byte| pieces.note(&[*byte]));
        assert_eq!(whole.reset(), pieces.reset(), "{output:?}");
        String::from_utf8(whole.reset()).unwrap()
    }

    #[test]
    fn what_was_set_is_reset_and_nothing_else() {
        for (output, reset) in [
            ("plain text\r\n\x1b]0;a title\x07\x1b[2;3H\x1b[K\x1b[c\x1b[6n", ""),
            ("\x1b[?1000;1006h", "\x1b[?1000l\x1b[?1006l"),
            ("\x1b[?2004h\x1b[?2004l", ""),
            ("\x1b[?25l", "\x1b[?25h"),
            ("\x1b[?25l\x1b[?25h\x1b[?7l", "\x1b[?7h"),
            ("\x1b[?1049h\x1b[1;31mvim", "\x1b[m\x1b[?1049l"),
            ("\x1b[31mred\x1b[0m", ""),
            ("\x1b[?1h\x1b=", "\x1b[?1l\x1b>"),
            ("\x1b[4h\x1b[>4;2m\x1b[5 q", "\x1b[4l\x1b[>4m\x1b[0 q"),
            ("\x1b[>4;2m\x1b[>4;0m\x1b[5 q\x1b[0 q", ""),
            ("\x1b(0\x0e", "\x0f\x1b(B"),
            ("\x1b]8;id=1;https://a.example\x1b\\text", "\x1b]8;;\x1b\\"),
            ("\x1b]8;;https://a.example\x07text\x1b]8;;\x07\x1bP8;;x\x1b\\", ""),
            ("\x1b[2;10r", "\x1b7\x1b[r\x1b8"),
            ("\x1b[2;10r\x1b[r", ""),
            ("\x1b[?1049h\x1b[?2004h\x1b[?25l\x1bc", ""),
            ("\x1b[?1049h\x1b[2;10r\x1b[?25l\x1b[!p", "\x1b[?1049l"),
        ] {
            assert_eq!(reset_after(output), reset, "{output:?}");
        }
    }

    #[test]
    fn keyboard_modes_are_popped_on_the_screen_that_they_were_pushed_on() {
        assert_eq!(reset_after("\x1b[>1u\x1b[>5u\x1b[<u"), "\x1b[<1u");
        assert_eq!(
            reset_after("\x1b[>1u\x1b[?1049h\x1b[>1u\x1b[=3;1u"),
            "\x1b[<1u\x1b[=0u\x1b[?1049l\x1b[<1u"
        );
        assert_eq!(reset_after("\x1b[>1u\x1b[?1049h\x1b[>1u\x1b[?1049l\x1b[<9u"), "");
        assert_eq!(reset_after(&"\x1b[>1u".repeat(10_000)), "\x1b[<32u");
    }

    #[test]
    fn strings_hide_what_is_in_them_and_half_a_sequence_is_ended() {
        assert_eq!(reset_after("\x1b]0;\x1b[?25l"), "\x1b[?25h", "an escape ends the title");
        assert_eq!(reset_after("\x1bP1;2|[?25l\x07\x1b\\"), "");
        assert_eq!(reset_after("\x1b]52;c;"), "\x18");
        assert_eq!(reset_after("\x1b[?25"), "\x18");
        assert_eq!(reset_after("\x1b[?2\x1824h\x1b[?1\r000h"), "\x1b[?1000l");
    }

    #[test]
    fn endless_sequences_take_no_memory() {
        let mut left_on = LeftOn::default();
        left_on.note(b"\x1b[?");
        for mode in 0..100_000_u32 {
            left_on.note(format!("{mode};").as_bytes());
        }
        left_on.note(b"h");
        for mode in 0..60_000 {
            left_on.note(format!("\x1b[?{mode}h").as_bytes());
        }
        assert!(left_on.sequence.capacity() <= MAX_SEQUENCE_BYTES);
        assert!(left_on.reset().len() < 16 * MAX_MODES);
    }
}
