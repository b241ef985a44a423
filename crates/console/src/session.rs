//! One attached console: the handle that the screen holds.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use crossterm::event::Event;
use futures_util::future::BoxFuture;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::Transport;
use super::attached::{Attached, Shared};
use qdeck_model::Problem;
use qdeck_terminal::{Cursor, Size, input};

/// Opens the transport: at the start and at every reconnect (a console token is good for one connection).
pub type Connector = Arc<dyn Fn() -> BoxFuture<'static, Result<Transport, Problem>> + Send + Sync>;

/// Things typed that wait for the wire; when full, further keys are dropped, as a keyboard without a reader does.
const TYPED_AHEAD: usize = 1024;

/// How a session fares.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionState {
    /// The transport is being opened.
    Connecting,
    /// Bytes flow.
    Live,
    /// The link is down; the screen stays as it was. `None` after an orderly end.
    Ended(Option<Problem>),
}

/// A handle on an attached console. Dropping it ends the session.
pub struct Session {
    shared: Arc<Shared>,
    typed: mpsc::Sender<Bytes>,
    size: watch::Sender<Size>,
    again: mpsc::Sender<()>,
    /// Cancels the session's task.
    _task: DropGuard,
}

impl Session {
    /// Starts a session. `wake` is called, from any thread, when there is something new to draw and the last news was
    /// taken with [`Session::take_dirty`]; it must be cheap. Must be called inside a tokio runtime.
    pub fn start(connector: Connector, size: Size, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let shared = Arc::new(Shared::new(size, wake));
        let (typed, to_send) = mpsc::channel(TYPED_AHEAD);
        let (size, sizes) = watch::channel(size);
        let (again, asked_again) = mpsc::channel(1);
        let cancel = CancellationToken::new();
        let attached = Attached {
            shared: Arc::clone(&shared),
            connector,
            typed: to_send,
            sizes,
            again: asked_again,
            cancel: cancel.clone(),
        };
        tokio::spawn(attached.run());
        Self { shared, typed, size, again, _task: cancel.drop_guard() }
    }

    /// How it fares.
    pub fn state(&self) -> SessionState {
        self.shared.look(|screen| screen.state.clone())
    }

    /// Opens the transport again after the end; the screen and scrollback stay, a seam is marked. Does nothing before
    /// the end.
    pub fn reconnect(&self) {
        if matches!(self.state(), SessionState::Ended(_)) {
            // One request waiting is enough.
            let _ = self.again.try_send(());
        }
    }

    /// Whether what is typed goes anywhere.
    pub fn takes_input(&self) -> bool {
        self.shared.look(|screen| screen.takes_input())
    }

    /// A key, a paste, or a mouse event whose position is relative to the grid, encoded as the guest's modes ask.
    pub fn send(&self, event: &Event) {
        let wants = self.shared.look(|screen| screen.takes_input().then(|| screen.emulator.wants()));
        let Some(wants) = wants else { return };
        let bytes = input::encode(event, wants);
        if !bytes.is_empty() {
            // A full queue means that the far side has not read for long: a key more would not help.
            let _ = self.typed.try_send(bytes.into());
        }
    }

    /// Resizes the grid, and tells the far side where it understands that.
    pub fn resize(&self, size: Size) {
        let changed = self.size.send_if_modified(|before| {
            let changed = *before != size;
            *before = size;
            changed
        });
        if changed {
            self.shared.look(|screen| screen.emulator.resize(size));
            self.shared.changed();
        }
    }

    /// Takes the "something new" mark: whether anything changed since the last call.
    pub fn take_dirty(&self) -> bool {
        self.shared.dirty.swap(false, Ordering::AcqRel)
    }

    /// Copies the visible grid into `area` of `buf`: one short lock. `back` lines up into the scrollback. Returns where
    /// the guest's cursor is, if it shows.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, back: usize) -> Option<Position> {
        self.shared.look(|screen| screen.emulator.draw(area, buf, back))
    }

    /// The guest's cursor: its form, where it is, whether it shows.
    pub fn cursor(&self) -> Cursor {
        self.shared.look(|screen| screen.emulator.cursor())
    }

    /// Lines in the scrollback above the screen.
    pub fn scrollback(&self) -> usize {
        self.shared.look(|screen| screen.emulator.scrollback())
    }

    /// Lines that have left the screen upward since the start. A view that is scrolled back adds the growth to `back`,
    /// and so stays on its lines while more come.
    pub fn history(&self) -> u64 {
        self.shared.look(|screen| screen.emulator.history())
    }

    /// Every line of scrollback and screen that matches, as the number of lines `back` that shows it, nearest to the
    /// end first.
    pub fn search(&self, needle: &regex::Regex) -> Vec<usize> {
        self.shared.look(|screen| screen.emulator.search(needle))
    }

    /// The title that the guest set, sanitised.
    pub fn title(&self) -> Option<String> {
        self.shared.look(|screen| screen.emulator.title().map(str::to_owned))
    }

    /// Whether the guest asked for mouse events.
    pub fn wants_mouse(&self) -> bool {
        self.shared.look(|screen| screen.emulator.wants().hears_mouse())
    }

    /// Takes a text that the guest copied with OSC 52, if it did.
    pub fn take_clipboard(&self) -> Option<String> {
        self.shared.look(|screen| screen.emulator.take_clipboard())
    }

    /// Whether the guest rang the bell since the last call.
    pub fn take_bell(&self) -> bool {
        self.shared.look(|screen| screen.emulator.take_bell())
    }
}
