//! A recording as a session: the same screen as a live one, with a clock that can be stopped and moved.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use crossterm::event::Event as TerminalEvent;
use parking_lot::Mutex;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use regex::Regex;

use super::clock::Clock;
use super::player::{Played, Player, Shared};
use super::stage::{PlayOptions, Stage};
use crate::{
    Cursor, InputModes, Line, Match, Place, RemoteScreen, SessionState, Size, TextScreen, ViewRow, Wake,
};
use qdeck_terminal::Emulator;

/// Commands that may wait for the player.
const MAX_QUEUED_COMMANDS: usize = 64;
/// The size of the screen until the recording has been read.
const SIZE_BEFORE_LOADING: Size = Size { columns: 80, rows: 24 };

/// A command of the player.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaybackCommand {
    /// Pause, or go on; at the end, start again.
    Toggle,
    /// Pause, and play the next event.
    Step,
    /// Go back by this time.
    Back(Duration),
    /// Go forward by this time.
    Forward(Duration),
    /// Go to so many tenths of the recording.
    Tenth(u8),
    /// Play more slowly.
    Slower,
    /// Play faster.
    Faster,
    /// Go to the next marker.
    NextMarker,
    /// Go to the marker before.
    PreviousMarker,
    /// Read the file again.
    Reload,
}

/// The state of the player.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaybackStatus {
    /// The time in the recording.
    pub position: Duration,
    /// The length of the recording.
    pub length: Duration,
    /// The clock is stopped.
    pub paused: bool,
    /// The end has been reached.
    pub ended: bool,
    /// A new position is being prepared.
    pub seeking: bool,
    /// Times the speed of the recording.
    pub speed: f64,
    /// The size of the recorded screen.
    pub size: Size,
    /// The label of the marker that was passed last, if it has one.
    pub marker: Option<String>,
    /// The number of its markers.
    pub markers: usize,
    /// What is wrong with the file.
    pub fault: Option<String>,
}

/// A recording that is played.
pub struct PlayedSession {
    shared: Arc<Shared>,
    commands: SyncSender<PlaybackCommand>,
}

impl PlayedSession {
    /// Starts to play a file. `wake` is called as by a live session.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub fn start(path: &Path, options: PlayOptions, wake: Wake) -> std::io::Result<Self> {
        let played = Played {
            state: SessionState::Connecting,
            stage: Stage::empty(SIZE_BEFORE_LOADING),
            clock: Clock { position: Duration::ZERO, running_since: None, speed: options.speed },
            length: Duration::ZERO,
            ended: false,
            seeking: false,
            markers: 0,
            fault: None,
        };
        let shared = Arc::new(Shared { played: Mutex::new(played), dirty: AtomicBool::new(false), wake });
        let (commands, queue) = sync_channel(MAX_QUEUED_COMMANDS);
        let thread = Player { shared: Arc::clone(&shared), path: path.to_owned(), options, queue };
        std::thread::Builder::new().name("playback".to_owned()).spawn(move || thread.run())?;
        Ok(Self { shared, commands })
    }

    /// Gives the player a command.
    pub fn command(&self, command: PlaybackCommand) {
        // Full: the player is busy with so many that one more does not matter.
        let _ = self.commands.try_send(command);
    }

    /// The state of the player.
    pub fn status(&self) -> PlaybackStatus {
        let played = self.shared.played.lock();
        let position = played.clock.position(Instant::now(), played.length);
        PlaybackStatus {
            position,
            length: played.length,
            paused: played.clock.running_since.is_none(),
            ended: played.ended,
            seeking: played.seeking,
            speed: played.clock.speed,
            size: played.stage.emulator.size(),
            marker: played.stage.marker.clone(),
            markers: played.markers,
            fault: played.fault.clone(),
        }
    }
}

impl PlayedSession {
    fn with<T>(&self, work: impl FnOnce(&mut Emulator) -> T) -> T {
        work(&mut self.shared.played.lock().stage.emulator)
    }
}

impl RemoteScreen for PlayedSession {
    fn state(&self) -> SessionState {
        self.shared.played.lock().state.clone()
    }

    fn reconnect(&self) {
        if matches!(self.state(), SessionState::Ended(_)) {
            self.command(PlaybackCommand::Reload);
        }
    }

    fn takes_input(&self) -> bool {
        false
    }

    fn input_modes(&self) -> InputModes {
        InputModes::default()
    }

    fn send(&self, _event: &TerminalEvent) {}

    /// The screen keeps the size that was recorded.
    fn resize(&self, _size: Size) {}

    fn take_dirty(&self) -> bool {
        self.shared.dirty.swap(false, Ordering::AcqRel)
    }

    fn take_output(&self) -> bool {
        false
    }

    fn take_bell(&self) -> bool {
        false
    }

    fn title(&self) -> Option<String> {
        self.with(|emulator| emulator.title().map(str::to_owned))
    }

    /// Where the recorded screen is larger than `area`, the part with the cursor is drawn.
    fn draw(&self, area: Rect, buf: &mut Buffer) -> Option<Position> {
        self.with(|emulator| {
            let size = emulator.size();
            let whole = Rect::new(0, 0, size.columns, size.rows);
            let mut cells = Buffer::empty(whole);
            emulator.draw(whole, &mut cells);
            let shown = Size { columns: area.width, rows: area.height };
            let Position { x: left, y: top } = origin(emulator, shown);
            for y in 0..area.height.min(size.rows - top) {
                for x in 0..area.width.min(size.columns - left) {
                    buf[(area.x + x, area.y + y)] = cells[(left + x, top + y)].clone();
                }
            }
            None
        })
    }

    fn text(&self) -> Option<&dyn TextScreen> {
        Some(self)
    }

    fn playback(&self) -> Option<&PlayedSession> {
        Some(self)
    }
}

/// The first cell that shows in an area of this size: the cursor is in it.
fn origin(emulator: &Emulator, area: Size) -> Position {
    let cursor = emulator.cursor();
    emulator.size().first_shown(area, Position::new(cursor.column, cursor.row))
}

impl TextScreen for PlayedSession {
    fn history_bytes(&self) -> usize {
        self.with(|emulator| emulator.history_bytes())
    }

    fn trim_history(&self, to_bytes: usize) {
        self.with(|emulator| emulator.trim_history(to_bytes));
    }

    fn lines(&self) -> Range<u64> {
        self.with(|emulator| emulator.lines())
    }

    fn line(&self, number: u64) -> Option<Line> {
        self.with(|emulator| emulator.line(number))
    }

    fn live_top(&self) -> Place {
        self.with(|emulator| emulator.live_top())
    }

    fn step_rows(&self, from: Place, rows: i64) -> Place {
        self.with(|emulator| emulator.step_rows(from, rows))
    }

    fn view_rows(&self, top: Place, count: u16) -> Vec<ViewRow> {
        self.with(|emulator| emulator.view_rows(top, count))
    }

    fn live_origin(&self, area: Size) -> Position {
        self.with(|emulator| origin(emulator, area))
    }

    fn draw_from(&self, top: Place, area: Rect, buf: &mut Buffer) {
        self.with(|emulator| emulator.draw_from(top, area, buf));
    }

    fn cursor_place(&self) -> Place {
        self.with(|emulator| emulator.cursor_place())
    }

    fn link_at(&self, place: Place) -> Option<Arc<str>> {
        self.with(|emulator| emulator.link_at(place))
    }

    fn search(&self, needle: &Regex) -> Vec<Match> {
        self.with(|emulator| emulator.search(needle))
    }

    fn cursor(&self) -> Cursor {
        self.with(|emulator| emulator.cursor())
    }

    fn take_clipboard(&self) -> Option<String> {
        None
    }
}
