//! Makes a line from a remote side harmless: its colours are honoured, every other escape and control is dropped.
//!
//! Nothing of the remote reaches the terminal but through here (or, for consoles, through the emulator).

use std::borrow::Cow;

use ratatui::style::{Color, Modifier, Style};
use vte::{Params, Parser, Perform};

use super::line::StyledLine;

/// Columns between two tab stops.
const TAB_COLUMNS: usize = 8;
/// Bytes read between two looks at the limit.
const CHUNK_BYTES: usize = 1024;

/// The line as it may be drawn, in `base` where the remote sets no colour. Reads little further than `limit`
/// bytes of text, so that a line of megabytes costs no more than one of kilobytes; the second value is true if
/// something was left out.
///
/// A carriage return starts the line anew, as a terminal shows a progress bar; tabs become blanks; characters that
/// turn the direction of writing are dropped, since they let a line show other than it is.
pub fn styled(raw: &str, base: Style, limit: usize) -> (StyledLine, bool) {
    let mut pen = Pen { line: StyledLine::default(), base, style: base, column: 0, returned: false };
    let mut parser = Parser::new();
    // Most lines begin, and many end, with letters that need no parser.
    let plain = raw.bytes().take(limit).position(|byte| !is_plain(byte)).unwrap_or(limit.min(raw.len()));
    pen.write(&raw[..plain], plain);
    let mut read = plain;
    for chunk in raw.as_bytes()[plain..].chunks(CHUNK_BYTES.min(limit.max(1))) {
        if pen.line.text().len() >= limit {
            break;
        }
        parser.advance(&mut pen, chunk);
        read += chunk.len();
    }
    (pen.line, read < raw.len())
}

/// The same without colours: what is searched, copied and saved.
pub fn plain(raw: &str) -> String {
    plain_to(raw, usize::MAX)
}

/// The same, no further than `limit` bytes of text.
pub fn plain_to(raw: &str, limit: usize) -> String {
    if raw.len() <= limit && raw.bytes().all(is_plain) {
        return raw.to_owned();
    }
    styled(raw, Style::new(), limit).0.text().to_owned()
}

/// A letter of ASCII, a digit, a sign or a blank.
const fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte < 0x7f
}

/// A tab where no columns are counted.
pub const TAB: &str = "    ";

/// A text as the screen shows it in one line: without control characters, which include the ends of lines, and without
/// characters that have no width or turn the direction of writing. Emoji that are joined become the emoji they are made of.
pub fn visible(text: &str) -> Cow<'_, str> {
    let is_separator = |c| matches!(c, '\u{2028}' | '\u{2029}');
    if text.bytes().all(is_plain) || !text.chars().any(|c| is_invisible(c) || is_separator(c)) {
        return text.into();
    }
    let shown = text.chars().filter(|c| !is_invisible(*c));
    shown.map(|c| if is_separator(c) { ' ' } else { c }).collect::<String>().into()
}

/// Returns true for characters that are never drawn: controls, marks of direction (a text that has them shows other than
/// it is), and what has no width and which terminals measure differently, such as a joiner. Accents are no such thing.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A name of the remote side as the stem of a file's name: letters, digits, dots, dashes and underscores.
pub fn file_stem(name: &str) -> String {
    let stem: String = name
        .chars()
        .take(100)
        .map(|c| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' })
        .collect();
    let stem = stem.trim_start_matches(['.', '-']);
    if stem.is_empty() { "unnamed".to_owned() } else { stem.to_owned() }
}

struct Pen {
    line: StyledLine,
    base: Style,
    style: Style,
    column: usize,
    /// A carriage return came; the next text starts the line anew.
    returned: bool,
}

impl Pen {
    fn write(&mut self, text: &str, columns: usize) {
        if self.returned {
            self.line.clear();
            self.column = 0;
            self.returned = false;
        }
        self.line.push(text, self.style);
        self.column += columns;
    }

    fn select(&mut self, params: &Params) {
        if params.is_empty() {
            self.style = self.base;
        }
        let mut params = params.iter();
        while let Some(param) = params.next() {
            let style = self.style;
            self.style = match param {
                [] | [0] => self.base,
                [1] => style.add_modifier(Modifier::BOLD),
                [2] => style.add_modifier(Modifier::DIM),
                [3] => style.add_modifier(Modifier::ITALIC),
                [4, 0] | [24] => style.remove_modifier(Modifier::UNDERLINED),
                [4, ..] | [21] => style.add_modifier(Modifier::UNDERLINED),
                [7] => style.add_modifier(Modifier::REVERSED),
                [9] => style.add_modifier(Modifier::CROSSED_OUT),
                [22] => style.remove_modifier(Modifier::BOLD | Modifier::DIM),
                [23] => style.remove_modifier(Modifier::ITALIC),
                [27] => style.remove_modifier(Modifier::REVERSED),
                [29] => style.remove_modifier(Modifier::CROSSED_OUT),
                [code @ (30..=37 | 90..=97)] => style.fg(named(*code)),
                [39] => Style { fg: self.base.fg, ..style },
                [code @ (40..=47 | 100..=107)] => style.bg(named(*code - 10)),
                [49] => Style { bg: self.base.bg, ..style },
                [38] => extended(&mut params).map_or(style, |color| style.fg(color)),
                [48] => extended(&mut params).map_or(style, |color| style.bg(color)),
                [38, rest @ ..] => colons(rest).map_or(style, |color| style.fg(color)),
                [48, rest @ ..] => colons(rest).map_or(style, |color| style.bg(color)),
                // Blinking and hidden text are not wanted; the rest is unknown.
                _ => style,
            };
        }
    }
}

impl Perform for Pen {
    fn print(&mut self, c: char) {
        match c {
            c if is_invisible(c) => {}
            '\u{2028}' | '\u{2029}' => self.write(" ", 1),
            c => {
                let columns = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
                self.write(c.encode_utf8(&mut [0; 4]), columns);
            }
        }
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\t' => {
                let blanks = TAB_COLUMNS - self.column % TAB_COLUMNS;
                self.write(&"        "[..blanks], blanks);
            }
            b'\r' => self.returned = true,
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], ignore: bool, action: char) {
        if action == 'm' && intermediates.is_empty() && !ignore {
            self.select(params);
        }
    }
}

/// The sixteen named colours by their foreground code, 30 to 37 and 90 to 97.
fn named(code: u16) -> Color {
    match code {
        30 => Color::Black,
        31 => Color::Red,
        32 => Color::Green,
        33 => Color::Yellow,
        34 => Color::Blue,
        35 => Color::Magenta,
        36 => Color::Cyan,
        37 => Color::Gray,
        90 => Color::DarkGray,
        91 => Color::LightRed,
        92 => Color::LightGreen,
        93 => Color::LightYellow,
        94 => Color::LightBlue,
        95 => Color::LightMagenta,
        96 => Color::LightCyan,
        _ => Color::White,
    }
}

/// `5;N` and `2;R;G;B` after a 38 or 48.
fn extended<'a>(params: &mut impl Iterator<Item = &'a [u16]>) -> Option<Color> {
    let mut next = || params.next().and_then(|param| param.first().copied());
    match next()? {
        5 => Some(Color::Indexed(u8::try_from(next()?).ok()?)),
        2 => rgb([next()?, next()?, next()?]),
        _ => None,
    }
}

/// `5:N`, `2::R:G:B` and the common but wrong `2:R:G:B`.
fn colons(rest: &[u16]) -> Option<Color> {
    match rest {
        [5, index, ..] => Some(Color::Indexed(u8::try_from(*index).ok()?)),
        [2, red, green, blue] | [2, _, red, green, blue, ..] => rgb([*red, *green, *blue]),
        _ => None,
    }
}

fn rgb(parts: [u16; 3]) -> Option<Color> {
    let [red, green, blue] = parts.map(u8::try_from);
    Some(Color::Rgb(red.ok()?, green.ok()?, blue.ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn only_the_words_remain() {
        for (raw, text) in [
            ("plain", "plain"),
            ("\u{1b}[31mred\u{1b}[0m end", "red end"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]8;;http://x.example\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}[2J\u{1b}[1;1Hhome", "home"),
            ("\u{9b}c1", "c1"),
            ("\u{1b}P1$tq\u{1b}\\dcs", "dcs"),
            ("bell\u{7} back\u{8} nul\u{0}", "bell back nul"),
            ("a\tb\tc", "a       b       c"),
            ("日\tb", "日      b"),
            (" 10%\r 50%\r100%", "100%"),
            ("dos line\r", "dos line"),
            ("abc\u{202e}fed", "abcfed"),
            ("unfinished \u{1b}[3", "unfinished "),
        ] {
            assert_eq!(plain(raw), text, "{raw:?}");
        }
    }

    #[test]
    fn what_is_visible_is_one_line_without_what_cannot_be_seen() {
        for (raw, text) in [
            ("web-1", "web-1"),
            ("nl\nhere", "nlhere"),
            ("cr\rhere\ttab", "crheretab"),
            ("esc-\u{1b}[31mred", "esc-[31mred"),
            ("c1-\u{9b}31m", "c1-31m"),
            ("bidi-\u{202e}gnp.exe\u{202c}-\u{2067}x", "bidi-gnp.exe-x"),
            ("zero\u{200b}width\u{200d}-x\u{feff}", "zerowidth-x"),
            ("tag-\u{e0041}\u{e0042}-x", "tag--x"),
            ("soft\u{ad}hyphen a\u{2028}b", "softhyphen a b"),
            ("cafe\u{301} 日本 🇳🇱", "cafe\u{301} 日本 🇳🇱"),
            ("👩\u{200d}👧", "👩👧"),
        ] {
            assert_eq!(visible(raw), text, "{raw:?}");
        }
    }

    #[test]
    fn colours_of_every_spelling_are_honoured() {
        for (raw, color) in [
            ("\u{1b}[31mx", Color::Red),
            ("\u{1b}[91mx", Color::LightRed),
            ("\u{1b}[1;38;5;208mx", Color::Indexed(208)),
            ("\u{1b}[38;2;1;2;3mx", Color::Rgb(1, 2, 3)),
            ("\u{1b}[38:2::1:2:3mx", Color::Rgb(1, 2, 3)),
            ("\u{1b}[38:5:9mx", Color::Indexed(9)),
            ("\u{1b}[31;39mx", Color::Reset),
            ("\u{1b}[38;5;999mx", Color::Reset),
        ] {
            let (line, _) = styled(raw, Style::new(), 100);
            let mut buf = Buffer::empty(Rect::new(0, 0, 2, 1));
            line.draw_row(0, 0, 2, 0, &mut buf);
            assert_eq!(buf[(0, 0)].fg, color, "{raw:?}");
        }
    }

    #[test]
    fn a_line_of_megabytes_is_read_no_further_than_the_limit() {
        let long = "é".repeat(5_000_000);
        let (line, cut) = styled(&long, Style::new(), 1000);
        assert!(cut);
        assert!((1000..2100).contains(&line.text().len()));
        assert!(!styled("short", Style::new(), 1000).1);
    }

    proptest! {
        #[test]
        fn no_control_character_comes_through(raw in any::<String>()) {
            let text = plain(&raw);
            prop_assert!(!text.chars().any(char::is_control), "{:?}", text);
            prop_assert!(!text.contains('\u{202e}'), "direction mark");
        }

        #[test]
        fn escapes_of_any_make_are_dropped(raw in "(\u{1b}[\\[\\]P_^X ()#][0-9;:?>]{0,6}[@-~]?|[\u{80}-\u{9f}]|[a-z\u{7}\r\t]|日){0,20}") {
            let text = plain(&raw);
            prop_assert!(!text.chars().any(char::is_control), "{:?}", text);
        }
    }
}
