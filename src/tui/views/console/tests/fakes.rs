//! Remote screens for the tests: one of text, one of pixels.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crossterm::event::Event;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use regex::Regex;

use crate::console::{
    Cursor, CursorShape, InputModes, Line, Match, Place, RemoteScreen, SessionState, Size, TextScreen,
    ViewRow,
};

/// A remote terminal with lines above its screen, which records what it was sent.
pub(super) struct Scripted {
    pub state: Mutex<SessionState>,
    pub input: AtomicBool,
    pub modes: Mutex<InputModes>,
    pub sent: Mutex<Vec<Event>>,
    pub sizes: Mutex<Vec<Size>>,
    pub reconnects: AtomicUsize,
    pub lines: AtomicU64,
    pub clipboard: Mutex<Option<String>>,
    pub bell: AtomicBool,
    /// The size of a screen that does not take that of its area.
    pub own_size: Mutex<Option<Size>>,
}

/// A handle for the view; the test keeps another.
pub(super) struct Handle(pub Arc<Scripted>);

impl Scripted {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(SessionState::Live),
            input: AtomicBool::new(true),
            modes: Mutex::default(),
            sent: Mutex::default(),
            sizes: Mutex::default(),
            reconnects: AtomicUsize::new(0),
            lines: AtomicU64::new(100),
            clipboard: Mutex::default(),
            bell: AtomicBool::new(false),
            own_size: Mutex::default(),
        })
    }

    pub fn sent(&self) -> Vec<Event> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

impl Handle {
    /// Rows of the screen.
    fn height(&self) -> u64 {
        let own = *self.0.own_size.lock().unwrap();
        own.or(self.0.sizes.lock().unwrap().last().copied()).map_or(10, |size| size.rows.into())
    }
}

impl RemoteScreen for Handle {
    fn state(&self) -> SessionState {
        self.0.state.lock().unwrap().clone()
    }
    fn reconnect(&self) {
        self.0.reconnects.fetch_add(1, Ordering::Relaxed);
    }
    fn takes_input(&self) -> bool {
        self.0.input.load(Ordering::Relaxed)
    }
    fn send(&self, event: &Event) {
        self.0.sent.lock().unwrap().push(event.clone());
    }
    fn resize(&self, size: Size) {
        self.0.sizes.lock().unwrap().push(size);
    }
    fn take_dirty(&self) -> bool {
        false
    }
    fn input_modes(&self) -> InputModes {
        *self.0.modes.lock().unwrap()
    }
    fn take_output(&self) -> bool {
        false
    }
    fn take_bell(&self) -> bool {
        self.0.bell.swap(false, Ordering::Relaxed)
    }
    fn title(&self) -> Option<String> {
        Some("vim".to_owned())
    }
    fn draw(&self, area: Rect, buf: &mut Buffer) -> Option<Position> {
        self.draw_from(self.live_top(), self.area_within(area), buf);
        Some(area.as_position())
    }
    fn text(&self) -> Option<&dyn TextScreen> {
        Some(self)
    }
}

impl TextScreen for Handle {
    /// Line `n` of all reads `line n`; the screen has the last ones. None is wrapped.
    fn lines(&self) -> Range<u64> {
        0..self.live_top().line + self.height()
    }
    fn line(&self, number: u64) -> Option<Line> {
        self.lines().contains(&number).then(|| Line { text: format!("line {number}"), is_prompt: false })
    }
    fn live_top(&self) -> Place {
        Place { line: self.0.lines.load(Ordering::Relaxed), column: 0 }
    }
    fn step_rows(&self, from: Place, rows: i64) -> Place {
        Place { line: from.line.saturating_add_signed(rows).min(self.live_top().line), column: 0 }
    }
    fn view_rows(&self, top: Place, count: u16) -> Vec<ViewRow> {
        let rows = top.line..top.line.saturating_add(count.into()).min(self.lines().end);
        rows.map(|line| ViewRow { line, columns: 0..80, continues: false }).collect()
    }
    fn area_within(&self, area: Rect) -> Rect {
        let Some(Size { columns, rows }) = *self.0.own_size.lock().unwrap() else { return area };
        let (width, height) = (area.width.min(columns), area.height.min(rows));
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
    }
    fn draw_from(&self, top: Place, area: Rect, buf: &mut Buffer) {
        for (row, y) in self.view_rows(top, area.height).into_iter().zip(area.top()..) {
            buf.set_string(area.x, y, format!("line {}", row.line), ratatui::style::Style::new());
        }
    }
    fn cursor_place(&self) -> Place {
        Place { line: self.lines().end - 1, column: 0 }
    }
    fn search(&self, needle: &Regex) -> Vec<Match> {
        let found = |number| {
            let line = self.line(number)?;
            let found = needle.find(&line.text)?;
            let columns = line.column_of(found.start())..line.column_of(found.end());
            Some(Match { line: number, columns })
        };
        self.lines().filter_map(found).collect()
    }
    fn cursor(&self) -> Cursor {
        Cursor { row: 0, column: 0, visible: true, shape: CursorShape::Default, blinking: false }
    }
    fn take_clipboard(&self) -> Option<String> {
        self.0.clipboard.lock().unwrap().take()
    }
}

/// A screen of pixels: it can be drawn and typed into, and has no text.
pub(super) struct Pixels(pub Arc<Scripted>);

impl RemoteScreen for Pixels {
    fn state(&self) -> SessionState {
        Handle(Arc::clone(&self.0)).state()
    }
    fn reconnect(&self) {
        Handle(Arc::clone(&self.0)).reconnect();
    }
    fn takes_input(&self) -> bool {
        true
    }
    fn input_modes(&self) -> InputModes {
        InputModes::default()
    }
    fn take_output(&self) -> bool {
        false
    }
    fn send(&self, event: &Event) {
        Handle(Arc::clone(&self.0)).send(event);
    }
    fn resize(&self, size: Size) {
        Handle(Arc::clone(&self.0)).resize(size);
    }
    fn take_dirty(&self) -> bool {
        false
    }
    fn take_bell(&self) -> bool {
        false
    }
    fn title(&self) -> Option<String> {
        None
    }
    fn draw(&self, area: Rect, buf: &mut Buffer) -> Option<Position> {
        for position in area.positions() {
            buf[position].set_symbol("▀");
        }
        None
    }
    fn text(&self) -> Option<&dyn TextScreen> {
        None
    }
}
