//! The emulator's interface: bytes in; cells, cursor, text, replies and events out.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use regex::Regex;

use crate::extended::link_uri;
use crate::guard::guarded;
use crate::input::InputModes;
use crate::machine::{Machine, TextSearch};
use crate::parser::{Encoding, Parser};
use crate::{Cursor, Line, Match, Place, Size, ViewRow, draw};

/// The longest that a synchronised update may hold the frame.
const MAX_HOLD_TIME: Duration = Duration::from_millis(150);
/// The bytes after which a synchronised update no longer holds the frame.
const MAX_HOLD_BYTES: usize = 1024 * 1024;
/// The largest grid in one direction.
pub(crate) const MAX_CELLS: usize = 2000;

/// The frame shown while a synchronised update is under way.
#[derive(Clone)]
struct HeldFrame {
    cells: Buffer,
    cursor: Cursor,
    since: Instant,
    bytes: usize,
}

/// A terminal emulator: feed it the application's output, draw it, and send its replies back.
#[derive(Clone)]
pub struct Emulator {
    parser: Parser,
    machine: Machine,
    held: Option<HeldFrame>,
}

impl Emulator {
    /// An empty screen, 2x2 at least.
    pub fn new(size: Size) -> Self {
        let (columns, rows) = clamp(size);
        Self { parser: Parser::new(Encoding::default()), machine: Machine::new(columns, rows), held: None }
    }

    /// Sets the encoding of the application's text, from the next byte on.
    pub fn set_encoding(&mut self, encoding: Encoding) {
        self.parser = Parser::new(encoding);
    }

    /// The encoding of the application's text.
    pub fn encoding(&self) -> Encoding {
        self.parser.encoding()
    }

    /// Answers a query for the size in a form that a server does not take for a report of a new size, where its
    /// connection carries such reports among the keys.
    pub fn set_sequence_size_reports(&mut self, on: bool) {
        self.machine.size_reports_taken = on;
    }

    /// Blanks the line of a shell's prompt at a new width, where the shell learns of it and draws the prompt again. Only
    /// prompts with marks (OSC 133) are found.
    pub fn set_prompts_redrawn(&mut self, on: bool) {
        self.machine.prompts_redrawn = on;
    }

    /// Feeds output of the application, cut anywhere. Never panics; a fault of the emulator costs the screen, not the
    /// session, and a line on the screen reports it.
    pub fn feed(&mut self, bytes: &[u8]) {
        if let Some(held) = &mut self.held {
            held.bytes += bytes.len();
        }
        // A synchronised update holds the frame before this feed, so it is captured only when one may begin.
        let before = (self.held.is_none() && memchr::memmem::find(bytes, b"2026h").is_some())
            .then(|| self.capture_frame());
        let Self { parser, machine, .. } = self;
        if guarded(|| parser.advance(bytes, machine)).is_none() {
            self.rebuild();
        }
        let is_held = self.machine.modes.synchronised;
        if std::mem::take(&mut self.machine.events.sync_started) && is_held {
            self.held = before.or_else(|| Some(self.capture_frame()));
        }
        // An application that changed its columns meanwhile has left the frame that was held.
        let is_of_this_size = |held: &HeldFrame| {
            let Rect { width, height, .. } = held.cells.area;
            Size { columns: width, rows: height } == self.size()
        };
        if !is_held || self.held.as_ref().is_some_and(|held| !is_of_this_size(held)) {
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
        self.machine.modes.synchronised = false;
    }

    /// The time at which a synchronised update under way must be ended.
    pub fn hold_deadline(&self) -> Option<Instant> {
        self.held.as_ref().map(|held| held.since + MAX_HOLD_TIME)
    }

    fn capture_frame(&mut self) -> HeldFrame {
        let Size { columns, rows } = self.size();
        let area = Rect::new(0, 0, columns, rows);
        let mut cells = Buffer::empty(area);
        self.draw_screen(area, &mut cells);
        HeldFrame { cells, cursor: self.machine_cursor(), since: Instant::now(), bytes: 0 }
    }

    /// Begins anew after a fault. The history is kept if it can be.
    fn rebuild(&mut self) {
        let Size { columns, rows } = self.size();
        let mut machine = Machine::new(columns.into(), rows.into());
        machine.title = self.machine.title.take();
        machine.events = std::mem::take(&mut self.machine.events);
        std::mem::swap(&mut machine.history, &mut self.machine.history);
        self.machine = machine;
        self.parser = Parser::new(self.parser.encoding());
        self.held = None;
        self.inject_line("the screen was rebuilt: the emulator failed on the remote output");
    }

    /// Separates a new connection from the one before: leaves all its modes, keeps its text, and writes `note` on a line
    /// below.
    pub fn begin_connection(&mut self, note: &str) {
        self.leave_program();
        self.inject_line(note);
    }

    /// Leaves what the program of the connection before has set, and goes to a line of its own below everything.
    pub fn leave_program(&mut self) {
        self.held = None;
        self.parser = Parser::new(self.parser.encoding());
        self.machine.leave_modes();
        // Below everything, also where the cursor was left in the middle of a full-screen program.
        let rows = self.machine.rows;
        let last = (0..rows).rev().find(|row| !self.machine.row_text(*row).is_empty()).unwrap_or(0);
        if last > self.machine.cursor.row {
            self.machine.cursor.row = last;
            self.machine.cursor.column = self.machine.columns - 1;
        }
        if self.machine.cursor.column != 0 {
            Parser::new(Encoding::Utf8).advance(b"\r\n", &mut self.machine);
        }
    }

    fn inject_line(&mut self, note: &str) {
        let start = if self.machine.cursor.column == 0 { "" } else { "\r\n" };
        let line = format!("{start}\x1b[0;2m── {note} ──\x1b[m\r\n");
        Parser::new(Encoding::Utf8).advance(line.as_bytes(), &mut self.machine);
    }

    /// A new size, 2x2 at least. The main screen's lines are wrapped anew; nothing is lost.
    pub fn resize(&mut self, size: Size) {
        let (columns, rows) = clamp(size);
        self.held = None;
        let machine = &mut self.machine;
        if guarded(|| machine.resize_view(columns, rows)).is_none() {
            self.machine = Machine::new(columns, rows);
            self.inject_line("the screen was rebuilt: the emulator failed at a new size");
        }
    }

    /// The size of the grid.
    pub fn size(&self) -> Size {
        Size { columns: narrow(self.machine.columns), rows: narrow(self.machine.rows) }
    }

    /// The cursor of the frame that is shown.
    pub fn cursor(&self) -> Cursor {
        self.held.as_ref().map_or_else(|| self.machine_cursor(), |held| held.cursor)
    }

    /// The column of the screen's text that is drawn at `x` of a row: half of it in a line of double width.
    pub fn column_at(&self, row: u16, x: u16) -> u16 {
        if self.machine.is_double(row.into()) { x / 2 } else { x }
    }

    fn machine_cursor(&self) -> Cursor {
        let Machine { cursor, cursor_style: (shape, blinking), modes, .. } = &self.machine;
        Cursor {
            row: narrow(cursor.row),
            column: narrow(self.machine.drawn_column()),
            visible: modes.cursor_visible,
            shape: *shape,
            blinking: *blinking || modes.blink,
        }
    }

    /// Draws the screen into `area`; returns the cursor's position if it shows there. A grid that an application made
    /// wider than the area is drawn where its cursor is.
    pub fn draw(&mut self, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let Some(held) = &self.held else {
            return self.draw_screen(area, buf);
        };
        for y in 0..area.height {
            for x in 0..area.width {
                if let Some(target) = buf.cell_mut(Position::new(area.x + x, area.y + y)) {
                    match held.cells.cell(Position::new(x, y)) {
                        Some(cell) => *target = cell.clone(),
                        None => target.reset(),
                    }
                }
            }
        }
        held.cursor.position_in(area)
    }

    fn draw_screen(&self, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let area = area.intersection(buf.area);
        let cursor = self.machine_cursor();
        let hidden = (cursor.column + 1).saturating_sub(area.width.max(1));
        let is_panned = self.machine.columns > usize::from(area.width) && self.machine.modes.wide;
        let first = if is_panned { hidden } else { 0 };
        for y in 0..area.height {
            self.machine.with_drawn_cells(usize::from(y), |cells| {
                draw::row(&cells[usize::from(first).min(cells.len())..], &self.machine, area, y, buf);
            });
        }
        Cursor { column: cursor.column - first.min(cursor.column), ..cursor }.position_in(area)
    }

    /// Draws the text from the row of `top` on.
    pub fn draw_from(&mut self, top: Place, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        let view = self.machine.view(top, area.height.into());
        let mut line = (u64::MAX, Vec::new());
        for y in 0..area.height {
            let Some((row, screen_row)) = view.get(usize::from(y)) else {
                draw::row(&[], &self.machine, area, y, buf);
                continue;
            };
            if let Some(screen_row) = screen_row {
                let row = &self.machine.grid()[*screen_row];
                let cells = &row.cells[..row.columns(self.machine.columns).min(row.cells.len())];
                draw::row(cells, &self.machine, area, y, buf);
                continue;
            }
            if line.0 != row.line {
                line = (row.line, self.machine.history_cells(row.line));
            }
            let end = (row.columns.end as usize).min(line.1.len());
            let start = (row.columns.start as usize).min(end);
            draw::row(&line.1[start..end], &self.machine, area, y, buf);
        }
    }

    /// The numbers of all lines: those of the history, then those of the screen down to the last that shows something.
    pub fn lines(&self) -> Range<u64> {
        self.machine.line_numbers()
    }

    /// A line by its number; `None` where it is gone or not there yet.
    pub fn line(&self, number: u64) -> Option<Line> {
        self.machine.text_line(number)
    }

    /// The URI of the link at a place of the text (OSC 8).
    pub fn link_at(&mut self, place: Place) -> Option<Arc<str>> {
        let cell = self.machine.cell_at(place)?;
        self.machine.extra_of(cell.style).link.and_then(link_uri)
    }

    /// A row of the screen as text, from zero; blanks at its end left out.
    pub fn row(&self, row: u16) -> String {
        self.machine.row_text(row.into())
    }

    /// The place of the live screen's first row.
    pub fn live_top(&self) -> Place {
        self.machine.live_top()
    }

    /// The place of the cursor.
    pub fn cursor_place(&self) -> Place {
        self.machine.cursor_place()
    }

    /// The start of the row that is `rows` below (above if negative) the row of `from`, between the first line and
    /// [`Self::live_top`].
    pub fn step_rows(&self, from: Place, rows: i64) -> Place {
        self.machine.step_rows(from, rows)
    }

    /// The rows of a view that begins with the row of `top`; fewer where the text ends.
    pub fn view_rows(&self, top: Place, count: u16) -> Vec<ViewRow> {
        self.machine.view_rows(top, count.into())
    }

    /// Every match in history and screen, the oldest first. Bounded: of too many the latest are kept. A long history takes
    /// a while: [`Self::search_part`] is for those who have more to do.
    pub fn search(&self, needle: &Regex) -> Vec<Match> {
        let mut search = TextSearch::new(needle);
        while !self.search_part(&mut search) {}
        search.into_matches()
    }

    /// Goes on with a search for about a millisecond; returns true if it is done. Bytes may be fed between two parts.
    pub fn search_part(&self, search: &mut TextSearch) -> bool {
        self.machine.search_part(search)
    }

    /// Bytes that the history takes.
    pub fn history_bytes(&self) -> usize {
        self.machine.history.bytes()
    }

    /// Drops the oldest lines until the history takes this many bytes at most.
    pub fn trim_history(&mut self, to_bytes: usize) {
        self.machine.history.trim(to_bytes);
    }

    /// Takes the replies that the application waits for.
    pub fn take_replies(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.machine.events.replies)
    }

    /// Takes the bell: whether it rang since the last call.
    pub fn take_bell(&mut self) -> bool {
        std::mem::take(&mut self.machine.events.bell)
    }

    /// Takes the text that the application offered for the clipboard (OSC 52).
    pub fn take_clipboard(&mut self) -> Option<String> {
        self.machine.events.clipboard.take()
    }

    /// The title that the application set, sanitised.
    pub fn title(&self) -> Option<&str> {
        self.machine.title.as_deref()
    }

    /// The modes that keys, pastes, mouse and focus are encoded by.
    pub fn input_modes(&self) -> InputModes {
        let modes = &self.machine.modes;
        InputModes {
            application_cursor: modes.application_cursor,
            bracketed_paste: modes.bracketed_paste,
            newline: modes.newline,
            focus: modes.focus,
            mouse: modes.mouse,
            mouse_encoding: modes.mouse_encoding,
            wheel_keys: self.machine.on_alternate() && modes.wheel_keys,
            application_keypad: modes.application_keypad,
            backarrow: modes.backarrow,
            modify_other_keys: modes.modify_other_keys,
            kitty_flags: self.machine.kitty_flags(),
        }
    }

    /// Whether the alternate screen is shown, which has no scrollback.
    pub fn alternate_screen(&self) -> bool {
        self.machine.on_alternate()
    }
}

/// Brings a size between 2x2 and what a terminal can have.
fn clamp(size: Size) -> (usize, usize) {
    let clamp = |value: u16| usize::from(value).clamp(2, MAX_CELLS);
    (clamp(size.columns), clamp(size.rows))
}

fn narrow(value: usize) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}
