//! The emulator's interface: bytes in; cells, cursor, replies and events out.
//!
//! Behind it is vt100 with our filter. It survives a panic of vt100, which costs the colours, not the session.

mod cursor;
mod history;

use std::num::NonZeroU16;
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::Size;
use crate::draw::{self, Colours};
use crate::filter::Filter;
use crate::guard::guarded;
use crate::input::{InputModes, MouseProtocolEncoding, MouseProtocolMode};
pub use cursor::{Cursor, CursorShape};

/// The longest that a synchronised update may hold the frame.
const MAX_HOLD_TIME: Duration = Duration::from_millis(150);
/// The bytes after which a synchronised update no longer holds the frame.
const MAX_HOLD_BYTES: usize = 1024 * 1024;

/// The frame shown while a synchronised update is under way.
struct HeldFrame {
    cells: Vec<vt100::Cell>,
    size: (u16, u16),
    cursor: Cursor,
    since: Instant,
    bytes: usize,
}

/// A terminal emulator: feed it the application's output, draw it, and send its replies back.
pub struct Emulator {
    filter: Filter,
    scrollback: usize,
    held: Option<HeldFrame>,
    /// Lines evicted by the parsers before this one.
    lost_lines_before: u64,
}

impl Emulator {
    /// Default lines of scrollback; about 5 KB each at 160 columns.
    pub const SCROLLBACK: usize = 2000;

    /// An empty screen, 2x2 at least, with room for `scrollback` lines above it.
    pub fn new(size: Size, scrollback: usize) -> Self {
        let (rows, columns) = clamp(size);
        Self { filter: Filter::new(rows, columns, scrollback), scrollback, held: None, lost_lines_before: 0 }
    }

    /// Feeds output of the application, cut anywhere. Never panics; if vt100 does, the screen's text is kept, its colours
    /// and modes are lost, and a line on the screen reports it.
    pub fn feed(&mut self, bytes: &[u8]) {
        if let Some(held) = &mut self.held {
            held.bytes += bytes.len();
        }
        // A synchronised update holds the frame before this feed, so it is captured only when one may begin.
        let before = (self.held.is_none() && memchr::memmem::find(bytes, b"2026h").is_some())
            .then(|| self.capture_frame());
        if guarded(|| self.filter.feed(bytes)).is_none() {
            self.rebuild();
        }
        if std::mem::take(&mut self.filter.sync_started) && self.filter.modes.synchronised {
            self.held = before.or_else(|| Some(self.capture_frame()));
        }
        if !self.filter.modes.synchronised {
            self.held = None;
        }
        self.end_overdue_hold(Instant::now());
    }

    /// Ends a synchronised update that takes too long; returns whether it did.
    pub fn end_overdue_hold(&mut self, now: Instant) -> bool {
        let overdue = self.held.as_ref().is_some_and(|held| {
            held.bytes > MAX_HOLD_BYTES || now.duration_since(held.since) >= MAX_HOLD_TIME
        });
        if overdue {
            self.end_hold();
        }
        overdue
    }

    /// Ends a synchronised update before its time, for one whose end never arrives.
    pub fn end_hold(&mut self) {
        self.held = None;
        self.filter.modes.synchronised = false;
    }

    /// The time at which a synchronised update under way must be ended.
    pub fn hold_deadline(&self) -> Option<Instant> {
        self.held.as_ref().map(|held| held.since + MAX_HOLD_TIME)
    }

    fn capture_frame(&self) -> HeldFrame {
        let screen = self.filter.vt.screen();
        let (rows, columns) = (self.filter.rows(), self.filter.columns());
        let cells = (0..rows)
            .flat_map(|row| (0..columns).filter_map(move |column| screen.cell(row, column).cloned()))
            .collect();
        HeldFrame {
            cells,
            size: (rows, columns),
            cursor: Cursor::of(&self.filter),
            since: Instant::now(),
            bytes: 0,
        }
    }

    /// Replaces a parser that panicked, and replays the screen's text into the new one.
    fn rebuild(&mut self) {
        let (rows, columns) = self.filter.vt.screen().size();
        self.lost_lines_before += self.filter.vt.callbacks().lost_lines;
        let text = guarded(|| self.lines().join("\n")).unwrap_or_default();
        let replies = self.filter.take_replies();
        let title = self.filter.title.take();
        let concealed = self.filter.modes.concealed;
        self.held = None;
        self.filter = Filter::new(rows, columns, self.scrollback);
        self.filter.title = title;
        self.filter.queue_replies(replies);
        let text = text.trim_end().replace('\n', "\r\n");
        if guarded(|| self.filter.feed(text.as_bytes())).is_none() {
            self.filter = Filter::new(rows, columns, self.scrollback);
        }
        self.inject_line("the screen was rebuilt: the emulator failed on the remote output");
        // The next output may still be a password.
        self.filter.modes.concealed = concealed;
    }

    /// Separates a new connection from the one before: leaves all its modes, keeps its text, and writes `note` on a line
    /// below.
    pub fn begin_connection(&mut self, note: &str) {
        self.held = None;
        if guarded(|| self.filter.leave_modes()).is_none() {
            self.rebuild();
        }
        // Below everything, also where the cursor was left in the middle of a full-screen program.
        let rows = self.filter.rows();
        let last = (0..rows).rev().find(|row| !self.line(*row).is_empty()).unwrap_or(0);
        if last > self.filter.row() {
            let below = format!("\x1b[{};{}H", last + 1, self.filter.columns());
            let _ = guarded(|| self.filter.feed(below.as_bytes()));
        }
        self.inject_line(note);
    }

    fn inject_line(&mut self, note: &str) {
        let start = if self.filter.column() == 0 { "" } else { "\r\n" };
        let line = format!("{start}\x1b[0;2m── {note} ──\x1b[m\r\n");
        // Plain text of our own on a parser that has just been reset.
        let _ = guarded(|| self.filter.feed(line.as_bytes()));
    }

    /// A new size, 2x2 at least.
    pub fn resize(&mut self, size: Size) {
        let (rows, columns) = clamp(size);
        self.held = None;
        if guarded(|| self.filter.resize(rows, columns)).is_none() {
            self.filter = Filter::new(rows, columns, self.scrollback);
            self.inject_line("the screen was rebuilt: the emulator failed at a new size");
        }
    }

    /// The size of the grid.
    pub fn size(&self) -> Size {
        Size { columns: self.filter.columns(), rows: self.filter.rows() }
    }

    /// The cursor of the frame that is shown.
    pub fn cursor(&self) -> Cursor {
        self.held.as_ref().map_or_else(|| Cursor::of(&self.filter), |held| held.cursor)
    }

    /// Draws the grid into `area`, `back` lines up in the scrollback; returns the cursor's position if it shows there.
    pub fn draw(&mut self, area: Rect, buf: &mut Buffer, back: usize) -> Option<Position> {
        if back == 0
            && let Some(held) = &self.held
        {
            let columns = usize::from(held.size.1);
            let cell =
                |row: u16, column: u16| held.cells.get(usize::from(row) * columns + usize::from(column));
            draw::grid(held.size, cell, self.colours(), area, buf);
            return held.cursor.position_in(area);
        }
        self.filter.vt.screen_mut().set_scrollback(back);
        let screen = self.filter.vt.screen();
        let size = (self.filter.rows(), self.filter.columns());
        draw::grid(size, |row, column| screen.cell(row, column), self.colours(), area, buf);
        self.filter.vt.screen_mut().set_scrollback(0);
        if back == 0 { Cursor::of(&self.filter).position_in(area) } else { None }
    }

    fn colours(&self) -> Colours<'_> {
        Colours { palette: &self.filter.palette, reverse: self.filter.modes.reverse }
    }

    /// Takes the replies that the application waits for.
    pub fn take_replies(&mut self) -> Vec<u8> {
        self.filter.take_replies()
    }

    /// Takes the bell: whether it rang since the last call.
    pub fn take_bell(&mut self) -> bool {
        std::mem::take(&mut self.filter.vt.callbacks_mut().bell)
    }

    /// Takes the text that the application offered for the clipboard (OSC 52).
    pub fn take_clipboard(&mut self) -> Option<String> {
        self.filter.clipboard.take()
    }

    /// The title that the application set, sanitised.
    pub fn title(&self) -> Option<&str> {
        self.filter.title.as_deref()
    }

    /// The modes that keys, pastes, mouse and focus are encoded by.
    pub fn input_modes(&self) -> InputModes {
        let screen = self.filter.vt.screen();
        InputModes {
            application_cursor: screen.application_cursor(),
            bracketed_paste: screen.bracketed_paste(),
            newline: self.filter.modes.newline,
            focus: self.filter.modes.focus,
            mouse: match screen.mouse_protocol_mode() {
                vt100::MouseProtocolMode::None => MouseProtocolMode::None,
                vt100::MouseProtocolMode::Press => MouseProtocolMode::Press,
                vt100::MouseProtocolMode::PressRelease => MouseProtocolMode::PressRelease,
                vt100::MouseProtocolMode::ButtonMotion => MouseProtocolMode::ButtonMotion,
                vt100::MouseProtocolMode::AnyMotion => MouseProtocolMode::AnyMotion,
            },
            mouse_encoding: match screen.mouse_protocol_encoding() {
                vt100::MouseProtocolEncoding::Default => MouseProtocolEncoding::Default,
                vt100::MouseProtocolEncoding::Utf8 => MouseProtocolEncoding::Utf8,
                vt100::MouseProtocolEncoding::Sgr => MouseProtocolEncoding::Sgr,
            },
            wheel_keys: screen.alternate_screen() && self.filter.modes.wheel_keys,
            ..InputModes::default()
        }
    }

    /// Whether the alternate screen is shown, which has no scrollback.
    pub fn alternate_screen(&self) -> bool {
        self.filter.vt.screen().alternate_screen()
    }

    /// Lets through the sequences that vt100 panics on, until the screen is rebuilt.
    #[cfg(test)]
    pub(crate) fn unguard(&mut self) {
        self.filter.unguarded = true;
    }

    /// vt100's own view of the screen.
    #[cfg(test)]
    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.filter.vt.screen()
    }
}

/// Raises a size to 2x2, below which vt100 0.18.1 is not sound.
fn clamp(size: Size) -> (NonZeroU16, NonZeroU16) {
    const TWO: NonZeroU16 = NonZeroU16::MIN.saturating_add(1);
    let clamp = |value: u16| NonZeroU16::new(value).map_or(TWO, |value| value.max(TWO));
    (clamp(size.rows), clamp(size.columns))
}
