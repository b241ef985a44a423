//! The filter in front of vt100: sequences that vt100 does not implement are translated into ones it does, or answered
//! here.
//!
//! Text and the sequences that vt100 handles correctly are forwarded in long runs. Every other sequence is scanned to its
//! end, wherever the stream was cut, and dispatched once:
//!
//! ```text
//!  ls\r\n  ESC[31m  red   ESC[?2026h   more      ESC[6n
//!  └────── forwarded ───┘ └ dispatched ┘ forwarded └ dispatched: replies ESC[1;5R
//! ```
//!
//! Differences between vt100 and a real terminal are listed beside each translation.

mod charset;
mod csi;
mod modes;
mod osc;
mod palette;
mod replies;
mod reset;
mod scanner;
mod tabs;
mod text;

use std::num::NonZeroU16;

use charset::Charsets;
pub(super) use modes::Modes;
pub(super) use palette::Palette;
use reset::SavedCursor;
use scanner::{Scanner, Sequence, StringKind};
use tabs::TabStops;

/// Bytes of replies that may wait to be taken; further ones are dropped, as a terminal with a full output buffer does.
const MAX_REPLY_BYTES: usize = 64 * 1024;

/// Events that vt100 reports while it parses.
#[derive(Debug, Default)]
pub(super) struct Callbacks {
    pub bell: bool,
    /// Lines evicted from the scrollback.
    pub lost_lines: u64,
}

impl vt100::Callbacks for Callbacks {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.bell = true;
    }

    fn on_scroll(&mut self, _: vt100::capture::RowContents<'_>, alternate_screen: bool) {
        if !alternate_screen {
            self.lost_lines += 1;
        }
    }
}

/// vt100 with the filter in front of it.
pub(super) struct Filter {
    pub vt: vt100::Parser<Callbacks>,
    pub modes: Modes,
    pub palette: Palette,
    pub title: Option<String>,
    pub clipboard: Option<String>,
    /// Set when a synchronised update begins that does not end in the same feed; the emulator freezes its picture.
    pub sync_started: bool,
    titles: Vec<Option<String>>,
    replies: Vec<u8>,
    scanner: Scanner,
    /// An incomplete character at the end of the last feed.
    incomplete: Vec<u8>,
    charsets: Charsets,
    saved: [SavedCursor; 2],
    tabs: TabStops,
    /// Lets through the sequences that vt100 panics on.
    #[cfg(test)]
    pub unguarded: bool,
}

impl Filter {
    pub fn new(rows: NonZeroU16, columns: NonZeroU16, scrollback: usize) -> Self {
        Self {
            vt: vt100::Parser::new_with_callbacks(rows, columns, scrollback, Callbacks::default()),
            modes: Modes::default(),
            palette: Palette::default(),
            title: None,
            clipboard: None,
            sync_started: false,
            titles: Vec::new(),
            replies: Vec::new(),
            scanner: Scanner::new(),
            incomplete: Vec::new(),
            charsets: Charsets::default(),
            saved: [SavedCursor::default(); 2],
            tabs: TabStops::default(),
            #[cfg(test)]
            unguarded: false,
        }
    }

    /// Feeds output of the application. May panic where vt100 does.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.incomplete.is_empty() {
            self.feed_whole(bytes);
        } else {
            let mut joined = std::mem::take(&mut self.incomplete);
            joined.extend_from_slice(bytes);
            self.feed_whole(&joined);
        }
    }

    fn feed_whole(&mut self, bytes: &[u8]) {
        let mut may_rewrite = text::may_need_rewriting(bytes);
        // The bytes from here to `at` are yet to be forwarded, unchanged.
        let mut from = 0;
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            if !self.scanner.in_ground() {
                let (used, found) = self.scanner.advance(rest);
                at += used;
                from = at;
                self.dispatch(found, &bytes[at..]);
                may_rewrite |= self.rewrites_text();
                continue;
            }
            let run = memchr::memchr(0x1b, rest).unwrap_or(rest.len());
            if run > 0 {
                let (whole, cut) = text::split_incomplete(&rest[..run]);
                let end = at + whole.len();
                if self.rewrites_text() || (may_rewrite && text::may_need_rewriting(&bytes[at..end])) {
                    self.forward(&bytes[from..at]);
                    self.rewrite_text(&bytes[at..end]);
                    from = end;
                }
                at += run;
                if end < at {
                    // At the end of a feed the rest of the character may follow; before an escape it cannot, and vt100
                    // must not keep it for the text after a sequence that it never gets.
                    if at == bytes.len() {
                        self.incomplete.extend_from_slice(cut);
                    }
                    self.forward(&bytes[from..end]);
                    from = at;
                }
            } else if let Some(length) = csi::passthrough_length(rest, self.modes.concealed) {
                at += length;
            } else {
                self.forward(&bytes[from..at]);
                self.scanner.begin();
                at += 1;
                from = at;
            }
        }
        self.forward(&bytes[from..]);
    }

    /// Whether text must be rewritten character by character now.
    fn rewrites_text(&self) -> bool {
        self.modes.insert
            || self.modes.newline
            || self.modes.autowrap_off
            || self.modes.concealed
            || !self.charsets.is_plain()
            || self.tabs.are_custom()
    }

    /// Forwards bytes to vt100 as they are.
    fn forward(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.vt.process(bytes);
        }
    }

    /// Feeds vt100 a sequence made here.
    fn inject(&mut self, sequence: std::fmt::Arguments<'_>) {
        self.vt.process(sequence.to_string().as_bytes());
    }

    /// Queues a reply to the application.
    fn reply(&mut self, reply: std::fmt::Arguments<'_>) {
        let reply = reply.to_string();
        if self.replies.len() + reply.len() <= MAX_REPLY_BYTES {
            self.replies.extend_from_slice(reply.as_bytes());
        }
    }

    /// Takes the queued replies.
    pub fn take_replies(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.replies)
    }

    /// Queues the replies of the filter before this one.
    pub fn queue_replies(&mut self, replies: Vec<u8>) {
        self.replies = replies;
    }

    fn dispatch(&mut self, found: Sequence, after: &[u8]) {
        match found {
            Sequence::Nothing => {}
            Sequence::Control(byte) => self.rewrite_text(&[byte]),
            Sequence::Escape(action) => {
                let body = self.scanner.take_body();
                self.escape(&body, action);
                self.scanner.give_back(body);
            }
            Sequence::Csi(action) => {
                let body = self.scanner.take_body();
                if let Some(csi) = csi::Csi::parse(&body, action) {
                    self.csi(&csi, after);
                }
                self.scanner.give_back(body);
            }
            Sequence::String(kind, bell) => {
                let body = self.scanner.take_body();
                match kind {
                    StringKind::Osc => self.osc(&body, bell),
                    StringKind::Dcs => self.dcs(&body),
                    StringKind::Other => {}
                }
                self.scanner.give_back(body);
            }
        }
    }

    fn escape(&mut self, intermediates: &[u8], action: u8) {
        match (intermediates, action) {
            ([], b'7') => self.save_cursor(),
            ([], b'8') => self.restore_cursor(),
            ([], b'D') => self.forward(b"\n"), // IND is a line feed without LNM
            ([], b'E') => self.forward(b"\r\n"),
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
            ([], b'=' | b'>' | b'M') => self.forward(&[0x1b, action]),
            ([b'#'], b'8') => self.alignment_test(),
            ([place @ (b'(' | b')' | b'*' | b'+' | b'-' | b'.' | b'/')], set) => {
                self.charsets.designate(*place, set);
            }
            _ => {}
        }
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

    /// Whether the last column was just written, so that the next character wraps.
    fn wrap_pending(&self) -> bool {
        self.vt.screen().cursor_position().1 >= self.columns()
    }

    /// The index of the shown screen in pairs of state: 0 for the main, 1 for the alternate one.
    fn screen_index(&self) -> usize {
        usize::from(self.vt.screen().alternate_screen())
    }

    fn origin(&self) -> bool {
        self.modes.origin[self.screen_index()]
    }

    fn set_origin(&mut self, on: bool) {
        let index = self.screen_index();
        self.modes.origin[index] = on;
        self.forward(if on { b"\x1b[?6h" } else { b"\x1b[?6l" });
    }
}
