//! A session on a remote terminal: the handle, the task behind it, and what the two share.

pub(crate) mod link;
mod outbound;
mod passthrough;
mod reading;
mod replay;
pub(crate) mod retries;
mod shared;
mod task;
#[cfg(test)]
mod tests;
mod text;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use crossterm::event::{Event, MouseEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

pub use passthrough::Passthrough;

use super::recording::{CastVersion, Recorder, RecordingFile, RecordingHandle, RecordingStatus};
use super::{
    Connector, Encoding, InputModes, RecordableScreen, RemoteScreen, SessionState, Size, TextScreen, Wake,
};
use qdeck_terminal::{Emulator, input};
use shared::SharedScreen;
use task::{OnPixels, SessionTask};

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
        Self::start_or(connector, size, wake, None)
    }

    /// The same; where the platform opens a screen of pixels instead, `on_pixels` takes over, and this session is over.
    pub(crate) fn start_or(
        connector: Connector,
        size: Size,
        wake: Wake,
        on_pixels: Option<OnPixels>,
    ) -> Self {
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
            on_pixels,
            cancel: cancel.clone(),
        };
        tokio::spawn(task.run());
        Self { shared, input, size, reconnect, _task: cancel.drop_guard() }
    }
}

impl RemoteScreen for TerminalSession {
    fn state(&self) -> SessionState {
        self.shared.status().state.clone()
    }

    fn reconnect(&self) {
        if self.state().waits_for_reconnect() {
            // One request waiting is enough.
            let _ = self.reconnect.try_send(());
        }
    }

    fn takes_input(&self) -> bool {
        self.shared.status().takes_input()
    }

    fn input_modes(&self) -> InputModes {
        self.shared.status().modes
    }

    fn send(&self, event: &Event) {
        let is_typed = matches!(event, Event::Key(_) | Event::Paste(_));
        let (modes, encoding) = {
            let mut status = self.shared.status();
            status.refused = None;
            if !status.takes_input() {
                return;
            }
            status.was_typed_into |= is_typed;
            (status.modes, status.encoding)
        };
        let in_text = match event {
            Event::Mouse(mouse) => self.shared.with(|screen| in_text(*mouse, &screen.emulator)),
            _ => None,
        };
        let mut bytes = input::encode(in_text.as_ref().unwrap_or(event), modes);
        if is_typed && encoding != Encoding::Utf8 {
            match transcode(&bytes, encoding) {
                Ok(transcoded) => bytes = transcoded,
                Err(refused) => return self.shared.status().refused = Some(refused),
            }
        }
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
        std::mem::take(&mut self.shared.status().bell)
    }

    fn take_refused(&self) -> Option<char> {
        self.shared.status().refused.take()
    }

    fn title(&self) -> Option<String> {
        self.shared.status().title.clone()
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

    fn recording_status(&self) -> Option<RecordingStatus> {
        self.shared.with(|screen| screen.recorder.as_ref().and_then(Recorder::status))
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

/// A mouse event on a line of double width, with the column of the text there.
fn in_text(mouse: MouseEvent, emulator: &Emulator) -> Option<Event> {
    let column = emulator.column_at(mouse.row, mouse.column);
    (column != mouse.column).then_some(Event::Mouse(MouseEvent { column, ..mouse }))
}

/// Keys or a paste, which are UTF-8, in another encoding; or the first character that it does not have.
fn transcode(bytes: &[u8], encoding: Encoding) -> Result<Vec<u8>, char> {
    match std::str::from_utf8(bytes) {
        Ok(text) => qdeck_terminal::encode(text, encoding),
        Err(_) => Ok(bytes.to_vec()),
    }
}
