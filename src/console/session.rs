//! One attached console: a task that feeds the emulator, and a handle that the screen holds.

use std::sync::Arc;

use crossterm::event::Event;
use futures_util::future::BoxFuture;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Transport;
use crate::model::Problem;

/// Opens the transport: at the start and at every reconnect (a console token is good for one connection).
pub type Connector = Arc<dyn Fn() -> BoxFuture<'static, Result<Transport, Problem>> + Send + Sync>;

/// Columns and rows, at least 2x2 inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

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
pub struct Session {}

impl Session {
    /// Starts a session. `wake` is called, from any thread and often, when there is something new to draw; it must
    /// be cheap. Must be called inside a tokio runtime.
    pub fn start(_connector: Connector, _size: Size, _wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self {}
    }

    /// How it fares.
    pub fn state(&self) -> SessionState {
        SessionState::Connecting
    }

    /// Opens the transport again after the end; the screen and scrollback stay, a seam is marked.
    pub fn reconnect(&self) {}

    /// Whether what is typed goes anywhere.
    pub fn takes_input(&self) -> bool {
        true
    }

    /// A key, a paste, or a mouse event whose position is relative to the grid, encoded as the guest's modes ask.
    pub fn send(&self, _event: &Event) {}

    /// Resizes the grid, and tells the far side where it understands that.
    pub fn resize(&self, _size: Size) {}

    /// Takes the "something new" mark: whether anything changed since the last call.
    pub fn take_dirty(&self) -> bool {
        false
    }

    /// Copies the visible grid into `area` of `buf`: one short lock, no allocation a cell. `back` lines up into the
    /// scrollback. Returns where the guest's cursor is, if it shows.
    pub fn draw(&self, _area: Rect, _buf: &mut Buffer, _back: usize) -> Option<Position> {
        None
    }

    /// Lines in the scrollback above the screen.
    pub fn scrollback(&self) -> usize {
        0
    }

    /// Every line of scrollback and screen that matches, as the number of lines `back` that shows it, nearest to the
    /// end first.
    pub fn search(&self, _needle: &regex::Regex) -> Vec<usize> {
        Vec::new()
    }

    /// The title that the guest set, sanitised.
    pub fn title(&self) -> Option<String> {
        None
    }

    /// Whether the guest asked for mouse events.
    pub fn wants_mouse(&self) -> bool {
        false
    }

    /// Takes a text that the guest copied with OSC 52, if it did.
    pub fn take_clipboard(&self) -> Option<String> {
        None
    }

    /// Whether the guest rang the bell since the last call.
    pub fn take_bell(&self) -> bool {
        false
    }
}
