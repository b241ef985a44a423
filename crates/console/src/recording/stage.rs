//! Plays a recording on an emulator, to any time of it and back.

use std::io::{self, Write};
use std::time::Duration;

use bytes::Bytes;

use super::format::EventKind;
use super::reader::Cast;
use crate::Size;
use qdeck_terminal::Emulator;

/// Bytes played between two looks at the clock.
const SLICE_BYTES: usize = 16 * 1024;

/// How a recording is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlayOptions {
    /// Times the speed of the recording.
    pub speed: f64,
    /// The longest pause between two events; that of the recording without it.
    pub idle_limit: Option<Duration>,
}

impl Default for PlayOptions {
    fn default() -> Self {
        Self { speed: 1.0, idle_limit: None }
    }
}

impl PlayOptions {
    /// Shortens the pauses of a recording.
    pub(super) fn apply(&self, cast: &mut Cast) {
        if let Some(limit) = self.idle_limit.or(cast.header().idle_limit) {
            cast.limit_idle(limit);
        }
    }
}

/// An emulator, and how far a recording was played on it.
#[derive(Clone)]
pub(super) struct Stage {
    pub emulator: Emulator,
    /// The label of the marker that was passed last.
    pub marker: Option<String>,
    /// The event that is next.
    next: usize,
    /// Output of the event before that has not been played.
    rest: Bytes,
    /// Bytes of output that were played.
    played_bytes: u64,
}

impl Stage {
    /// The screen before the first event.
    pub fn new(cast: &Cast) -> Self {
        Self::empty(cast.header().size)
    }

    /// An empty screen, for as long as there is no recording.
    pub fn empty(size: Size) -> Self {
        let emulator = Emulator::new(size);
        Self { emulator, marker: None, next: 0, rest: Bytes::new(), played_bytes: 0 }
    }

    /// The time of what is played next; `None` at the end.
    pub fn next_time(&self, cast: &Cast) -> Option<Duration> {
        let next = if self.rest.is_empty() { self.next } else { self.next.saturating_sub(1) };
        cast.time_of(next)
    }

    /// Bytes of output that were played.
    pub fn played_bytes(&self) -> u64 {
        self.played_bytes
    }

    /// The time of what was played last; `None` at the start.
    pub fn last_time(&self, cast: &Cast) -> Option<Duration> {
        self.next.checked_sub(1).and_then(|last| cast.time_of(last))
    }

    /// Plays a slice of what is next. Nothing is left of what a live session would act on: replies, the bell, a text for
    /// the clipboard.
    pub fn play_slice(&mut self, cast: &Cast) {
        if self.rest.is_empty() {
            let Some(event) = cast.event(self.next) else { return };
            self.next += 1;
            match event.kind {
                EventKind::Output(text) => self.rest = text.into(),
                EventKind::Resize(size) => self.emulator.resize(size),
                EventKind::Marker(label) => self.marker = Some(label),
                EventKind::Exit(_) => {}
            }
        }
        let slice = self.rest.split_to(self.rest.len().min(SLICE_BYTES));
        self.emulator.feed(&slice);
        self.played_bytes += slice.len() as u64;
        self.emulator.take_replies();
        self.emulator.take_bell();
        self.emulator.take_clipboard();
    }
}

/// The text of scrollback and screen at the end of a recording.
pub fn dump(cast: &Cast) -> String {
    let mut stage = Stage::new(cast);
    while stage.next_time(cast).is_some() {
        stage.play_slice(cast);
    }
    stage.emulator.end_hold();
    let mut text = String::new();
    for line in stage.emulator.lines().filter_map(|number| stage.emulator.line(number)) {
        text.push_str(&line.text);
        text.push('\n');
    }
    text.truncate(text.trim_end_matches('\n').len());
    text.push('\n');
    text
}

/// Writes the output of a recording as it was, each event at its time. `wait` waits.
///
/// # Errors
/// What the writer reports.
pub fn timed_output(
    mut cast: Cast,
    options: PlayOptions,
    out: &mut impl Write,
    mut wait: impl FnMut(Duration),
) -> io::Result<()> {
    options.apply(&mut cast);
    let mut before = Duration::ZERO;
    for number in 0..cast.len() {
        let Some(event) = cast.event(number) else { break };
        let interval = event.at.saturating_sub(before);
        before = event.at;
        if !interval.is_zero() {
            wait(interval.div_f64(options.speed));
        }
        if let EventKind::Output(text) = event.kind {
            out.write_all(text.as_bytes())?;
            out.flush()?;
        }
    }
    Ok(())
}
