//! The front filter: what vt100 does not know is translated into what it knows, or answered here.
//!
//! Text and the sequences that vt100 does right pass through in long runs. Every other sequence is seen once, whole,
//! wherever the stream was cut. What the two disagree on is listed beside each translation.

mod answers;
mod charset;
mod csi;
mod modes;
mod osc;
mod palette;
mod sequence;
mod sgr;
mod tabs;
mod text;

use std::num::NonZeroU16;

use charset::Charsets;
pub(super) use modes::Modes;
pub(super) use palette::Palette;
use sequence::{Found, Scan, StringKind};
use tabs::Tabs;

/// Answers kept until the session takes them; further ones are dropped, as a terminal with a full output buffer does.
const LONGEST_ANSWERS: usize = 64 * 1024;

/// What vt100 tells while it works.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub bell: bool,
    /// Lines that fell off the far end of the scrollback.
    pub lost: u64,
}

impl vt100::Callbacks for Heard {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.bell = true;
    }

    fn on_scroll(&mut self, _: vt100::capture::RowContents<'_>, alternate_screen: bool) {
        if !alternate_screen {
            self.lost += 1;
        }
    }
}

/// What a guest saves with DECSC beside what vt100 saves.
#[derive(Debug, Clone, Copy, Default)]
struct Saved {
    charsets: Charsets,
    autowrap_off: bool,
    concealed: bool,
    origin: bool,
}

/// vt100 with the filter in front of it.
pub(super) struct Filter {
    pub vt: vt100::Parser<Heard>,
    pub modes: Modes,
    pub palette: Palette,
    pub title: Option<String>,
    pub clipboard: Option<String>,
    /// Set when a synchronised update begins that does not end in the same feed; the emulator freezes its picture.
    pub sync_begun: bool,
    titles: Vec<Option<String>>,
    answers: Vec<u8>,
    scan: Scan,
    /// An incomplete character at the end of the last feed.
    cut: Vec<u8>,
    charsets: Charsets,
    saved: [Saved; 2],
    tabs: Tabs,
    /// Lets through what vt100 panics on.
    #[cfg(test)]
    pub unguarded: bool,
}

impl Filter {
    pub fn new(rows: NonZeroU16, columns: NonZeroU16, scrollback: usize) -> Self {
        Self {
            vt: vt100::Parser::new_with_callbacks(rows, columns, scrollback, Heard::default()),
            modes: Modes::default(),
            palette: Palette::default(),
            title: None,
            clipboard: None,
            sync_begun: false,
            titles: Vec::new(),
            answers: Vec::new(),
            scan: Scan::new(),
            cut: Vec::new(),
            charsets: Charsets::default(),
            saved: [Saved::default(); 2],
            tabs: Tabs::default(),
            #[cfg(test)]
            unguarded: false,
        }
    }

    /// Takes bytes of the guest. May panic where vt100 does.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.cut.is_empty() {
            self.feed_whole(bytes);
        } else {
            let mut joined = std::mem::take(&mut self.cut);
            joined.extend_from_slice(bytes);
            self.feed_whole(&joined);
        }
    }

    fn feed_whole(&mut self, bytes: &[u8]) {
        let mut runs_differ = text::may_differ(bytes);
        // From here to `at` vt100 has yet to see the bytes, unchanged.
        let mut from = 0;
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            if !self.scan.in_ground() {
                let (used, found) = self.scan.advance(rest);
                at += used;
                from = at;
                self.act(found, &bytes[at..]);
                runs_differ |= self.alters_text();
                continue;
            }
            let run = memchr::memchr(0x1b, rest).unwrap_or(rest.len());
            if run > 0 {
                let (whole, cut) = text::split_cut(&rest[..run]);
                let end = at + whole.len();
                if self.alters_text() || (runs_differ && text::may_differ(&bytes[at..end])) {
                    self.pass(&bytes[from..at]);
                    self.text(&bytes[at..end]);
                    from = end;
                }
                at += run;
                if end < at {
                    // At the end of a feed the rest of the character may follow; before an escape it cannot, and vt100
                    // must not keep it for what comes after a sequence that it never sees.
                    if at == bytes.len() {
                        self.cut.extend_from_slice(cut);
                    }
                    self.pass(&bytes[from..end]);
                    from = at;
                }
            } else if let Some(length) = csi::passes(rest, self.modes.concealed) {
                at += length;
            } else {
                self.pass(&bytes[from..at]);
                self.scan.begin();
                at += 1;
                from = at;
            }
        }
        self.pass(&bytes[from..]);
    }

    /// Whether text must be looked at character by character now.
    fn alters_text(&self) -> bool {
        self.modes.insert
            || self.modes.newline
            || self.modes.autowrap_off
            || self.modes.concealed
            || !self.charsets.is_plain()
            || self.tabs.are_own()
    }

    /// Gives bytes to vt100 as they are.
    fn pass(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.vt.process(bytes);
        }
    }

    /// Gives vt100 a sequence of our own making.
    fn say(&mut self, sequence: std::fmt::Arguments<'_>) {
        self.vt.process(sequence.to_string().as_bytes());
    }

    /// Owes the guest an answer.
    fn answer(&mut self, answer: std::fmt::Arguments<'_>) {
        let answer = answer.to_string();
        if self.answers.len() + answer.len() <= LONGEST_ANSWERS {
            self.answers.extend_from_slice(answer.as_bytes());
        }
    }

    /// Takes what is to be sent to the guest.
    pub fn take_answers(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.answers)
    }

    /// Owes answers that another filter owed.
    pub fn keep_answers(&mut self, answers: Vec<u8>) {
        self.answers = answers;
    }

    fn act(&mut self, found: Found, after: &[u8]) {
        match found {
            Found::Nothing => {}
            Found::Control(byte) => self.text(&[byte]),
            Found::Escape(action) => {
                let body = self.scan.take_body();
                self.escape(&body, action);
                self.scan.give_back(body);
            }
            Found::Csi(action) => {
                let body = self.scan.take_body();
                if let Some(csi) = sequence::Csi::parse(&body, action) {
                    self.csi(&csi, after);
                }
                self.scan.give_back(body);
            }
            Found::String(kind, bell) => {
                let body = self.scan.take_body();
                match kind {
                    StringKind::Osc => self.osc(&body, bell),
                    StringKind::Dcs => self.dcs(&body),
                    StringKind::Other => {}
                }
                self.scan.give_back(body);
            }
        }
    }

    fn escape(&mut self, intermediates: &[u8], action: u8) {
        match (intermediates, action) {
            ([], b'7') => self.save_cursor(),
            ([], b'8') => self.restore_cursor(),
            ([], b'D') => self.pass(b"\n"), // IND is a line feed without LNM
            ([], b'E') => self.pass(b"\r\n"),
            ([], b'H') => {
                let column = self.column();
                self.tabs.set(column, self.columns());
            }
            ([], b'N') => self.charsets.shift_once(2),
            ([], b'O') => self.charsets.shift_once(3),
            ([], b'n') => self.charsets.shift(2),
            ([], b'o') => self.charsets.shift(3),
            ([], b'Z') => self.device_attributes(),
            ([], b'c') => self.hard_reset(),
            ([], b'=' | b'>' | b'M') => self.pass(&[0x1b, action]),
            ([b'#'], b'8') => self.alignment_test(),
            ([place @ (b'(' | b')' | b'*' | b'+' | b'-' | b'.' | b'/')], set) => {
                self.charsets.designate(*place, set);
            }
            _ => {}
        }
    }

    /// Fills the screen with `E` in the plain rendition and homes the cursor.
    fn alignment_test(&mut self) {
        let rendition = self.vt.screen().attributes_formatted();
        let (rows, columns) = (self.rows(), self.columns());
        self.set_origin(false);
        self.modes.margins = None;
        self.pass(b"\x1b[r\x1b[m");
        let line = "E".repeat(usize::from(columns));
        for row in 1..=rows {
            self.say(format_args!("\x1b[{row};1H{line}"));
        }
        self.pass(b"\x1b[H");
        self.pass(rendition.as_bytes());
    }

    fn save_cursor(&mut self) {
        self.saved[self.page()] = Saved {
            charsets: self.charsets,
            autowrap_off: self.modes.autowrap_off,
            concealed: self.modes.concealed,
            origin: self.origin(),
        };
        self.pass(b"\x1b7");
    }

    fn restore_cursor(&mut self) {
        let page = self.page();
        let saved = self.saved[page];
        self.charsets = saved.charsets;
        self.modes.autowrap_off = saved.autowrap_off;
        self.modes.concealed = saved.concealed;
        self.modes.origin[page] = saved.origin;
        self.pass(b"\x1b8");
    }

    /// DECSTR. vt100 moves the cursor where a real terminal leaves it, so it is put back.
    fn soft_reset(&mut self) {
        let (row, column) = (self.row(), self.column());
        self.modes.soft_reset();
        self.charsets = Charsets::default();
        self.pass(b"\x1b[?25h\x1b[?6l\x1b[?1l\x1b>\x1b[r\x1b[m\x1b[H");
        self.save_cursor();
        self.say(format_args!("\x1b[{};{}H", row + 1, column + 1));
    }

    /// RIS. vt100 would throw the scrollback away, which xterm keeps.
    pub fn hard_reset(&mut self) {
        self.leave_modes();
        self.tabs.reset();
        self.palette.reset();
        self.titles.clear();
        self.pass(b"\x1b[2J\x1b[H");
        self.save_cursor();
    }

    /// Ends everything that a guest asked for and that would trouble the next one, but leaves the main screen's text.
    pub fn leave_modes(&mut self) {
        self.scan = Scan::new();
        self.cut.clear();
        self.modes = Modes::default();
        self.charsets = Charsets::default();
        self.saved = [Saved::default(); 2];
        self.pass(b"\x1b[?47l");
        let (row, column) = (self.row(), self.column());
        self.say(format_args!("\x1b[?6l\x1b[r\x1b[{};{}H", row + 1, column + 1));
        self.pass(b"\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?2004l");
        self.pass(b"\x1b[?1l\x1b>\x1b[?25h\x1b[0 q\x1b[m");
    }

    /// A new size, at least 2x2. The margins go, as in vt100 and xterm.
    pub fn resize(&mut self, rows: NonZeroU16, columns: NonZeroU16) {
        self.modes.margins = None;
        self.vt.set_size(rows, columns);
    }

    pub fn rows(&self) -> u16 {
        self.vt.screen().size().0.get()
    }

    pub fn columns(&self) -> u16 {
        self.vt.screen().size().1.get()
    }

    /// The cursor's row, from zero.
    pub fn row(&self) -> u16 {
        self.vt.screen().cursor_position().0
    }

    /// The cursor's column, from zero; the last one while a wrap is pending.
    pub fn column(&self) -> u16 {
        self.vt.screen().cursor_position().1.min(self.columns() - 1)
    }

    /// Whether the last column was just written and the next character wraps.
    fn wrap_pending(&self) -> bool {
        self.vt.screen().cursor_position().1 >= self.columns()
    }

    /// Main screen 0, alternate screen 1.
    fn page(&self) -> usize {
        usize::from(self.vt.screen().alternate_screen())
    }

    fn origin(&self) -> bool {
        self.modes.origin[self.page()]
    }

    fn set_origin(&mut self, on: bool) {
        let page = self.page();
        self.modes.origin[page] = on;
        self.pass(if on { b"\x1b[?6h" } else { b"\x1b[?6l" });
    }
}
