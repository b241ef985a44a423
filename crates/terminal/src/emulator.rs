//! The emulator that the rest of the program knows: bytes in; cells, cursor, answers and events out.
//!
//! Behind it is vt100 with our filter. It survives what vt100 does not: a panic costs the colours, not the session.

use std::num::NonZeroU16;
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Size;
use super::draw::{self, Shade};
use super::filter::Filter;
use super::guard::guarded;
use super::input::Wants;

/// Longest that a synchronised update may hold the picture.
const LONGEST_HOLD: Duration = Duration::from_millis(150);
/// Most bytes that a synchronised update may hold the picture for.
const LARGEST_HOLD: usize = 1024 * 1024;

/// The form of a text cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CursorShape {
    /// As the outer terminal has it.
    #[default]
    Default,
    /// A block.
    Block,
    /// A line below.
    Underline,
    /// A line before.
    Bar,
}

/// Where the cursor is and how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Row from the top, from zero.
    pub row: u16,
    /// Column, from zero.
    pub column: u16,
    /// Whether it shows.
    pub visible: bool,
    /// Its form.
    pub shape: CursorShape,
    /// Whether it blinks.
    pub blinking: bool,
}

/// A picture held while a synchronised update is under way.
struct Held {
    cells: Vec<vt100::Cell>,
    size: (u16, u16),
    cursor: Cursor,
    since: Instant,
    bytes: usize,
}

/// A terminal emulator: feed it what the guest sends, draw it, and send what it answers.
pub struct Emulator {
    filter: Filter,
    scrollback: usize,
    held: Option<Held>,
    /// Lines lost by the parsers before this one.
    lost_before: u64,
}

impl Emulator {
    /// Lines of scrollback unless said otherwise; about 5 KB each at 160 columns.
    pub const SCROLLBACK: usize = 2000;

    /// An empty screen, 2x2 at least, with room for `scrollback` lines above it.
    pub fn new(size: Size, scrollback: usize) -> Self {
        let (rows, columns) = clamp(size);
        Self { filter: Filter::new(rows, columns, scrollback), scrollback, held: None, lost_before: 0 }
    }

    /// Takes bytes of the guest, cut anywhere. Never panics; if vt100 does, the screen's text is kept, its colours and
    /// modes are lost, and a line says so.
    pub fn feed(&mut self, bytes: &[u8]) {
        if let Some(held) = &mut self.held {
            held.bytes += bytes.len();
        }
        // The picture before this feed is what a synchronised update holds, so it is taken only when one may begin.
        let before =
            (self.held.is_none() && memchr::memmem::find(bytes, b"2026h").is_some()).then(|| self.picture());
        if guarded(|| self.filter.feed(bytes)).is_none() {
            self.rebuild();
        }
        if std::mem::take(&mut self.filter.sync_begun) && self.filter.modes.synchronised {
            self.held = before.or_else(|| Some(self.picture()));
        }
        if !self.filter.modes.synchronised {
            self.held = None;
        }
        self.end_overdue_hold(Instant::now());
    }

    /// Gives up a synchronised update that takes too long; returns whether it did.
    pub fn end_overdue_hold(&mut self, now: Instant) -> bool {
        let overdue = self
            .held
            .as_ref()
            .is_some_and(|held| held.bytes > LARGEST_HOLD || now.duration_since(held.since) >= LONGEST_HOLD);
        if overdue {
            self.end_hold();
        }
        overdue
    }

    /// Shows what has come of a synchronised update whose end never will.
    pub fn end_hold(&mut self) {
        self.held = None;
        self.filter.modes.synchronised = false;
    }

    /// When a synchronised update under way must be given up.
    pub fn hold_ends(&self) -> Option<Instant> {
        self.held.as_ref().map(|held| held.since + LONGEST_HOLD)
    }

    fn picture(&self) -> Held {
        let screen = self.filter.vt.screen();
        let (rows, columns) = (self.filter.rows(), self.filter.columns());
        let cells = (0..rows)
            .flat_map(|row| (0..columns).filter_map(move |column| screen.cell(row, column).cloned()))
            .collect();
        Held { cells, size: (rows, columns), cursor: self.live_cursor(), since: Instant::now(), bytes: 0 }
    }

    /// Puts a fresh parser in the place of one that panicked and replays the screen's text into it.
    fn rebuild(&mut self) {
        let size = (self.filter.vt.screen().size(), self.filter.vt.callbacks().lost);
        let text = guarded(|| self.lines().join("\n")).unwrap_or_default();
        let answers = self.filter.take_answers();
        let title = self.filter.title.take();
        let concealed = self.filter.modes.concealed;
        let ((rows, columns), lost) = size;
        self.held = None;
        self.lost_before += lost;
        self.filter = Filter::new(rows, columns, self.scrollback);
        self.filter.title = title;
        self.filter.keep_answers(answers);
        let text = text.trim_end().replace('\n', "\r\n");
        if guarded(|| self.filter.feed(text.as_bytes())).is_none() {
            self.filter = Filter::new(rows, columns, self.scrollback);
        }
        self.say_line("the screen was rebuilt: the emulator failed on what the guest sent");
        // What follows may still be a password.
        self.filter.modes.concealed = concealed;
    }

    /// Marks a seam in the stream: leaves every mode of the guest before, keeps its text, and says `words` on a line.
    pub fn seam(&mut self, words: &str) {
        self.held = None;
        if guarded(|| self.filter.leave_modes()).is_none() {
            self.rebuild();
        }
        // Below everything, also where the guest before left its cursor in the middle of a picture.
        let rows = self.filter.rows();
        let last = (0..rows).rev().find(|row| !self.line(*row).is_empty()).unwrap_or(0);
        if last > self.filter.row() {
            let below = format!("\x1b[{};{}H", last + 1, self.filter.columns());
            let _ = guarded(|| self.filter.feed(below.as_bytes()));
        }
        self.say_line(words);
    }

    fn say_line(&mut self, words: &str) {
        let start = if self.filter.column() == 0 { "" } else { "\r\n" };
        let line = format!("{start}\x1b[0;2m── {words} ──\x1b[m\r\n");
        // Our own plain words on a parser that has just been reset.
        let _ = guarded(|| self.filter.feed(line.as_bytes()));
    }

    /// A new size, 2x2 at least.
    pub fn resize(&mut self, size: Size) {
        let (rows, columns) = clamp(size);
        self.held = None;
        if guarded(|| self.filter.resize(rows, columns)).is_none() {
            self.filter = Filter::new(rows, columns, self.scrollback);
            self.say_line("the screen was rebuilt: the emulator failed at a new size");
        }
    }

    /// The size of the grid.
    pub fn size(&self) -> Size {
        Size { columns: self.filter.columns(), rows: self.filter.rows() }
    }

    /// Where the cursor is, in the picture that is shown.
    pub fn cursor(&self) -> Cursor {
        self.held.as_ref().map_or_else(|| self.live_cursor(), |held| held.cursor)
    }

    fn live_cursor(&self) -> Cursor {
        use vt100::CursorStyle as Style;
        let screen = self.filter.vt.screen();
        let style = screen.cursor_style();
        Cursor {
            row: self.filter.row(),
            column: self.filter.column(),
            visible: !screen.hide_cursor(),
            shape: match style {
                Style::Default => CursorShape::Default,
                Style::BlinkBlock | Style::SteadyBlock => CursorShape::Block,
                Style::BlinkUnderline | Style::SteadyUnderline => CursorShape::Underline,
                Style::BlinkVerticalBar | Style::SteadyVerticalBar => CursorShape::Bar,
            },
            blinking: matches!(style, Style::BlinkBlock | Style::BlinkUnderline | Style::BlinkVerticalBar),
        }
    }

    /// Draws the grid into `area`, `back` lines up in the scrollback; returns where the cursor is if it shows there.
    pub fn draw(&mut self, area: Rect, buf: &mut Buffer, back: usize) -> Option<Position> {
        if back == 0
            && let Some(held) = &self.held
        {
            let columns = usize::from(held.size.1);
            let cell =
                |row: u16, column: u16| held.cells.get(usize::from(row) * columns + usize::from(column));
            draw::grid(held.size, cell, self.shade(), area, buf);
            return place(held.cursor, area);
        }
        self.filter.vt.screen_mut().set_scrollback(back);
        let screen = self.filter.vt.screen();
        let size = (self.filter.rows(), self.filter.columns());
        draw::grid(size, |row, column| screen.cell(row, column), self.shade(), area, buf);
        self.filter.vt.screen_mut().set_scrollback(0);
        if back == 0 { place(self.live_cursor(), area) } else { None }
    }

    fn shade(&self) -> Shade<'_> {
        Shade { palette: &self.filter.palette, reverse: self.filter.modes.reverse }
    }

    /// Takes the answers that the guest waits for.
    pub fn take_answers(&mut self) -> Vec<u8> {
        self.filter.take_answers()
    }

    /// Whether the bell rang since the last call.
    pub fn take_bell(&mut self) -> bool {
        std::mem::take(&mut self.filter.vt.callbacks_mut().bell)
    }

    /// Takes a text that the guest copied (OSC 52).
    pub fn take_clipboard(&mut self) -> Option<String> {
        self.filter.clipboard.take()
    }

    /// The title that the guest set, sanitised.
    pub fn title(&self) -> Option<&str> {
        self.filter.title.as_deref()
    }

    /// What the guest wants to hear of keys, mouse, paste and focus.
    pub fn wants(&self) -> Wants {
        let screen = self.filter.vt.screen();
        Wants {
            application_cursor: screen.application_cursor(),
            bracketed_paste: screen.bracketed_paste(),
            newline: self.filter.modes.newline,
            focus: self.filter.modes.focus,
            mouse: screen.mouse_protocol_mode(),
            mouse_encoding: screen.mouse_protocol_encoding(),
            wheel_keys: screen.alternate_screen() && self.filter.modes.wheel_keys,
        }
    }

    /// Whether the guest shows its alternate screen, which has no scrollback.
    pub fn alternate_screen(&self) -> bool {
        self.filter.vt.screen().alternate_screen()
    }

    /// Lines in the scrollback above the screen.
    pub fn scrollback(&self) -> usize {
        self.filter.vt.screen().scrollback_len()
    }

    /// Lines that have left the screen upward since the start, those that the scrollback no longer holds among them.
    /// A view that is scrolled back adds the difference to stay on its lines.
    pub fn history(&self) -> u64 {
        self.lost_before + self.filter.vt.callbacks().lost + self.scrollback() as u64
    }

    /// How far `back` each matching line of scrollback and screen is shown, nearest to the end first. Lines that the
    /// same view shows at its end are one match.
    pub fn search(&mut self, needle: &regex::Regex) -> Vec<usize> {
        let context = usize::from(self.filter.rows()) / 3;
        let scrollback = self.scrollback();
        let lines = self.lines();
        let mut found: Vec<usize> = lines
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, line)| needle.is_match(line))
            .map(|(place, _)| match scrollback.saturating_sub(place) {
                0 => 0,
                // Some lines above the match show what came before it.
                above => (above + context).min(scrollback),
            })
            .collect();
        found.dedup();
        found
    }

    /// Scrollback and screen as text, the oldest line first.
    pub fn lines(&mut self) -> Vec<String> {
        let rows = usize::from(self.filter.rows());
        let columns = self.filter.columns();
        let scrollback = self.scrollback();
        let mut lines = Vec::with_capacity(scrollback + rows);
        while lines.len() < scrollback {
            let fresh = (scrollback - lines.len()).min(rows);
            let screen = self.filter.vt.screen_mut();
            screen.set_scrollback(scrollback - lines.len());
            lines.extend(screen.rows(0, columns).take(fresh));
        }
        let screen = self.filter.vt.screen_mut();
        screen.set_scrollback(0);
        lines.extend(screen.rows(0, columns));
        lines
    }

    /// A line of the screen as text, from zero; spaces at its end left out.
    pub fn line(&self, row: u16) -> String {
        let line = self.filter.vt.screen().rows(0, self.filter.columns()).nth(usize::from(row));
        line.unwrap_or_default().trim_end().to_owned()
    }

    /// Switches off the filter's guard against what vt100 panics on, until the screen is rebuilt.
    #[cfg(test)]
    pub(super) fn unguard(&mut self) {
        self.filter.unguarded = true;
    }

    /// vt100's own view of the screen.
    #[cfg(test)]
    pub(super) fn screen(&self) -> &vt100::Screen {
        self.filter.vt.screen()
    }
}

fn place(cursor: Cursor, area: Rect) -> Option<Position> {
    (cursor.visible && cursor.row < area.height && cursor.column < area.width)
        .then(|| Position::new(area.x + cursor.column, area.y + cursor.row))
}

/// vt100 0.18.1 is not sound below two by two.
fn clamp(size: Size) -> (NonZeroU16, NonZeroU16) {
    const TWO: NonZeroU16 = NonZeroU16::MIN.saturating_add(1);
    let clamp = |value: u16| NonZeroU16::new(value).map_or(TWO, |value| value.max(TWO));
    (clamp(size.rows), clamp(size.columns))
}
