//! A session on a remote terminal: the handle, the task behind it, and what the two share.

mod link;
mod outbound;
mod reading;
mod replay;
mod retries;
mod shared;
mod task;
mod text;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use crossterm::event::Event;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::recording::{CastVersion, Recorder, RecordingFile, RecordingHandle};
use super::{Connector, InputModes, RecordableScreen, RemoteScreen, SessionState, Size, TextScreen, Wake};
use qdeck_terminal::input;
use shared::SharedScreen;
use task::SessionTask;

/// Encoded key presses that may wait for the wire; when full, further ones are dropped, as a keyboard without a reader
/// does.
const INPUT_QUEUE_LENGTH: usize = 1024;

/// A handle on a remote terminal. Dropping it ends the session.
pub struct TerminalSession {
    shared: Arc<SharedScreen>,
    input: mpsc::Sender<Bytes>,
    size: watch::Sender<Size>,
    reconnect: mpsc::Sender<()>,
    /// Cancels the session's task.
    _task: DropGuard,
}

impl TerminalSession {
    /// Starts a session. `wake` is called when there is something new to draw and the last change was taken with
    /// [`RemoteScreen::take_dirty`]. Must be called inside a tokio runtime.
    pub fn start(connector: Connector, size: Size, wake: Wake) -> Self {
        let shared = Arc::new(SharedScreen::new(size, wake));
        let (input, input_queue) = mpsc::channel(INPUT_QUEUE_LENGTH);
        let (size, sizes) = watch::channel(size);
        let (reconnect, reconnects) = mpsc::channel(1);
        let cancel = CancellationToken::new();
        let task = SessionTask {
            shared: Arc::clone(&shared),
            connector,
            input: input_queue,
            sizes,
            reconnects,
            cancel: cancel.clone(),
        };
        tokio::spawn(task.run());
        Self { shared, input, size, reconnect, _task: cancel.drop_guard() }
    }
}

impl RemoteScreen for TerminalSession {
    fn state(&self) -> SessionState {
        self.shared.with(|screen| screen.state.clone())
    }

    fn reconnect(&self) {
        let waits = match self.state() {
            SessionState::Ended(_) => true,
            SessionState::Reconnecting(retry) => retry.at.is_some(),
            SessionState::Connecting | SessionState::Live | SessionState::Page(_) => false,
        };
        if waits {
            // One request waiting is enough.
            let _ = self.reconnect.try_send(());
        }
    }

    fn takes_input(&self) -> bool {
        self.shared.with(|screen| screen.takes_input())
    }

    fn input_modes(&self) -> InputModes {
        self.shared.with(|screen| screen.emulator.input_modes())
    }

    fn send(&self, event: &Event) {
        let is_typed = matches!(event, Event::Key(_) | Event::Paste(_));
        let modes = self.shared.with(|screen| {
            let modes = screen.takes_input().then(|| screen.emulator.input_modes());
            screen.was_typed_into |= modes.is_some() && is_typed;
            modes
        });
        let Some(modes) = modes else { return };
        let bytes = input::encode(event, modes);
        if !bytes.is_empty() {
            // A full queue means that the remote side has not read for long: one more key would not help.
            let _ = self.input.try_send(bytes.into());
        }
    }

    fn resize(&self, size: Size) {
        let changed = self.size.send_if_modified(|before| {
            let changed = *before != size;
            *before = size;
            changed
        });
        if changed {
            self.shared.with(|screen| {
                screen.emulator.resize(size);
                if let Some(recorder) = &mut screen.recorder {
                    recorder.resize(screen.emulator.size());
                }
            });
            self.shared.mark_dirty();
        }
    }

    fn take_dirty(&self) -> bool {
        self.shared.dirty.swap(false, Ordering::AcqRel)
    }

    fn take_output(&self) -> bool {
        self.shared.output.swap(false, Ordering::AcqRel)
    }

    fn take_bell(&self) -> bool {
        self.shared.with(|screen| screen.emulator.take_bell())
    }

    fn title(&self) -> Option<String> {
        self.shared.with(|screen| screen.emulator.title().map(str::to_owned))
    }

    fn draw(&self, area: Rect, buf: &mut Buffer) -> Option<Position> {
        self.shared.with(|screen| screen.emulator.draw(area, buf))
    }

    fn text(&self) -> Option<&dyn TextScreen> {
        Some(self)
    }

    fn recordable(&self) -> Option<&dyn RecordableScreen> {
        Some(self)
    }
}

impl RecordableScreen for TerminalSession {
    fn start_recording(
        &self,
        file: RecordingFile,
        version: CastVersion,
        title: &str,
        wake: Wake,
    ) -> std::io::Result<RecordingHandle> {
        self.shared.with(|screen| {
            let (recorder, handle) = Recorder::start(file, version, title, &mut screen.emulator, wake)?;
            screen.recorder = Some(recorder);
            Ok(handle)
        })
    }

    fn pause_recording(&self, paused: bool) {
        self.shared.with(|screen| {
            if let Some(recorder) = &mut screen.recorder {
                recorder.pause(paused, &mut screen.emulator);
            }
        });
    }

    fn stop_recording(&self, exit_status: Option<i32>) {
        self.shared.with(|screen| {
            if let (Some(mut recorder), Some(status)) = (screen.recorder.take(), exit_status) {
                recorder.exit(status);
            }
        });
    }
}
