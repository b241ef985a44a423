//! Recordings on the screen: the mark of one that is made, and the state of one that is played.

use std::time::Duration;

use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

use super::ConsoleView;
use crate::console::recording::{PlaybackCommand as Play, PlaybackStatus};
use crate::console::{OpenConsole, SessionState};
use crate::tui::command::PlaybackCommand;
use crate::tui::widgets::frame::Piece;
use crate::tui::{Command, Effect, Look};

/// The least columns of the line that shows how far a recording was played.
const MIN_PROGRESS_COLUMNS: usize = 8;

/// The words of the keys of a recording that is played, the most useful first.
const PLAYBACK_KEYS: [(Command, &str); 7] = [
    (Command::SeekBack, "back"),
    (Command::SeekForward, "forward"),
    (Command::StepEvent, "step"),
    (Command::PlayFaster, "faster"),
    (Command::NextMarker, "marker"),
    (Command::CopyMode, "copy mode"),
    (Command::Close, "close"),
];

/// The keys of a recording that is played, with what they do now.
pub(super) fn playback_keys(status: &PlaybackStatus) -> Vec<(Command, &'static str)> {
    let toggle = match status {
        PlaybackStatus { ended: true, .. } => "play again",
        PlaybackStatus { paused: true, .. } => "play",
        _ => "pause",
    };
    let has_markers = |(command, _): &(Command, _)| *command != Command::NextMarker || status.markers > 0;
    let others = PLAYBACK_KEYS.into_iter().filter(has_markers);
    std::iter::once((Command::PlayPause, toggle)).chain(others).collect()
}

/// The step of seeking.
const SEEK_STEP: Duration = Duration::from_secs(5);

/// A length as `01:23`, or `1:02:03` from an hour on.
pub(super) fn clock(length: Duration) -> String {
    let seconds = length.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{minutes:02}:{seconds:02}")
    } else {
        format!("{hours}:{minutes:02}:{seconds:02}")
    }
}

/// The mark of a console that is being recorded: `● rec 01:23`.
pub(super) fn recording_piece(console: &OpenConsole, look: &Look<'_>) -> Option<Piece> {
    let status = console.screen.recordable()?.recording_status()?;
    let style = look.theme.bad.add_modifier(Modifier::BOLD);
    let (mark, word) = match (status.paused, look.ascii) {
        (false, false) => ("●", "rec"),
        (false, true) => ("*", "rec"),
        (true, false) => ("‖", "rec paused"),
        (true, true) => ("=", "rec paused"),
    };
    let missed = if status.missed_bytes > 0 { " with gaps" } else { "" };
    Some((format!("{mark} {word} {}{missed}", clock(status.length)), style))
}

/// The state of the player of a console, where it is a recording that has been read.
pub(super) fn playback(console: &OpenConsole) -> Option<PlaybackStatus> {
    let player = console.screen.playback()?;
    (console.screen.state() == SessionState::Live).then(|| player.status())
}

/// The mark and word of the player's state.
pub(super) fn playback_piece(status: &PlaybackStatus, look: &Look<'_>) -> Piece {
    let theme = look.theme;
    let (mark, ascii, word, style) = if status.seeking {
        ("◐", "~", "seeking", theme.moving)
    } else if status.ended {
        ("■", "#", "end", theme.off)
    } else if status.paused {
        ("‖", "=", "paused", theme.warn)
    } else {
        ("▶", ">", "playing", theme.good)
    };
    (format!("{} {word}", if look.ascii { ascii } else { mark }), style)
}

/// What the lower border shows of the player: a fault of the file or the last marker, a line that shows how far it is,
/// and the times.
pub(super) fn playback_footer(status: &PlaybackStatus, room: usize, look: &Look<'_>) -> Vec<Piece> {
    let theme = look.theme;
    let times = format!(" {} / {} ", clock(status.position), clock(status.length));
    let rest = room.saturating_sub(times.width() + 1);
    let label = match (&status.fault, &status.marker) {
        (Some(fault), _) => Some((format!(" {fault}"), theme.warn)),
        (None, Some(marker)) if !marker.is_empty() => Some((format!(" {marker}"), theme.text)),
        _ => None,
    };
    let label = label.filter(|label| label.0.width() + MIN_PROGRESS_COLUMNS <= rest);
    let columns = rest.saturating_sub(label.as_ref().map_or(0, |label| label.0.width()));
    let done = progress(status, columns);
    let (behind, ahead) = if look.ascii { ("=", "-") } else { ("━", "─") };
    let line = [
        (" ".to_owned(), theme.dim),
        (behind.repeat(done), theme.accent),
        (ahead.repeat(columns - done), theme.dim),
        (times, theme.text),
    ];
    label.into_iter().chain(line).collect()
}

/// So many of `columns` are behind the position.
fn progress(status: &PlaybackStatus, columns: usize) -> usize {
    let (position, length) = (status.position.as_micros(), status.length.as_micros());
    if length == 0 {
        return columns;
    }
    usize::try_from(position * columns as u128 / length).unwrap_or(columns).min(columns)
}

impl ConsoleView {
    /// Returns true while keys are for the player of a recording.
    pub(super) fn is_playback(&self) -> bool {
        self.pane().copy.is_none() && playback(&self.pane().console).is_some()
    }

    /// Does a command of the player.
    pub(super) fn play(&mut self, command: PlaybackCommand) -> Vec<Effect> {
        let Some(player) = self.pane().console.screen.playback() else { return Vec::new() };
        // The one before the first is the start.
        if matches!(command, PlaybackCommand::NextMarker) && player.status().markers == 0 {
            return self.notify("This recording has no markers");
        }
        player.command(match command {
            PlaybackCommand::PlayPause => Play::Toggle,
            PlaybackCommand::StepEvent => Play::Step,
            PlaybackCommand::SeekBack => Play::Back(SEEK_STEP),
            PlaybackCommand::SeekForward => Play::Forward(SEEK_STEP),
            PlaybackCommand::SeekTenth(tenths) => Play::Tenth(tenths),
            PlaybackCommand::PlaySlower => Play::Slower,
            PlaybackCommand::PlayFaster => Play::Faster,
            PlaybackCommand::NextMarker => Play::NextMarker,
            PlaybackCommand::PreviousMarker => Play::PreviousMarker,
            PlaybackCommand::CopyMode => {
                self.pane_mut().enter_copy_mode();
                return Vec::new();
            }
            PlaybackCommand::Zoom => {
                self.zoom();
                return Vec::new();
            }
            PlaybackCommand::Back => return vec![Effect::close()],
            PlaybackCommand::Close => return self.end_session(),
        });
        Vec::new()
    }

    /// Starts to record the console, or stops. What it was recorded to is reported when the file is complete.
    pub(super) fn toggle_recording(&mut self) -> Vec<Effect> {
        let Some(recordable) = self.pane().console.screen.recordable() else {
            let reason = if self.pane().screen().pixels().is_some() {
                "Not recorded: this is a screen by VNC, and only terminals are recorded"
            } else {
                "This screen cannot be recorded"
            };
            return self.notify(reason);
        };
        if recordable.recording_status().is_some() {
            recordable.stop_recording(None);
            return self.notify("Recording stopped");
        }
        match self.sessions.record(&self.pane().console) {
            Ok(()) => self.notify("Recording the output; what is typed is not recorded"),
            Err(reason) => self.notify(reason),
        }
    }

    /// Pauses the recording, or goes on with it.
    pub(super) fn pause_recording(&mut self) -> Vec<Effect> {
        let recordable = self.pane().console.screen.recordable();
        let Some((recordable, status)) = recordable.and_then(|it| Some((it, it.recording_status()?))) else {
            return self.notify("This console is not being recorded");
        };
        recordable.pause_recording(!status.paused);
        self.notify(if status.paused { "Recording again" } else { "Recording paused" })
    }

    /// Returns true while the border shows a time that goes on.
    pub(super) fn has_running_time(&self) -> bool {
        let mut in_view = self.tabs.panes().filter(|pane| !pane.grid.is_empty());
        in_view.any(|pane| {
            let screen = pane.screen();
            let is_recorded = || screen.recordable().is_some_and(|it| it.recording_status().is_some());
            screen.playback().is_some() || is_recorded()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_players_do() {
        let shown = [0, 83, 3599, 3600, 36_061].map(|seconds| clock(Duration::from_secs(seconds)));
        assert_eq!(shown, ["00:00", "01:23", "59:59", "1:00:00", "10:01:01"]);
    }

    #[test]
    fn the_line_of_progress_fills_the_room() {
        let at = |position, length| PlaybackStatus {
            position: Duration::from_secs(position),
            length: Duration::from_secs(length),
            paused: false,
            ended: false,
            markers: 0,
            seeking: false,
            speed: 1.0,
            size: crate::console::Size { columns: 80, rows: 24 },
            marker: None,
            fault: None,
        };
        let columns = [(0, 10), (5, 10), (10, 10), (0, 0)]
            .map(|(position, length)| progress(&at(position, length), 20));
        assert_eq!(columns, [0, 10, 20, 20]);
    }
}
