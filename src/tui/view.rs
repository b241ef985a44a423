//! What every full-screen view does: details, logs, telemetry, consoles.

use std::time::Duration;

use crossterm::event::Event as TerminalEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Command, Effect, KeyContext, Look};
use crate::console::Page;
use crate::fleet::{Section, TailId};
use crate::model::{LogEvent, Problem, ResourceId};

/// A full-screen view above the panes. The app draws the header above and the hints below it; the view draws its own
/// border and title inside `area`.
pub trait View: Send {
    /// What it asks for when it is put on the screen: the app runs these right after making it.
    fn open(&mut self) -> Vec<Effect> {
        Vec::new()
    }

    /// Whether it lies over what was in front, which is drawn first.
    fn floats(&self) -> bool {
        false
    }

    /// Which keys it hears now; a view may change its place (a console and its scrollback).
    fn key_context(&self) -> KeyContext;

    /// The resource or resources it shows, for the breadcrumb.
    fn title(&self) -> String;

    /// The resource it is about.
    fn subject(&self) -> Option<&ResourceId>;

    /// The commands that do something here and now, the most useful first, each with a word for the hint line.
    fn hints(&self) -> Vec<(Command, &'static str)>;

    /// Does what a key means. `count` is the number typed before it.
    fn apply(&mut self, command: Command, count: Option<u32>) -> Vec<Effect>;

    /// Whether raw keys go to [`View::type_event`] and not through the keymap: a prompt is open, a guest listens.
    fn typing(&self) -> bool {
        false
    }

    /// A raw event while [`View::typing`]: keys, paste, mouse.
    fn type_event(&mut self, _event: &TerminalEvent) -> Vec<Effect> {
        Vec::new()
    }

    /// A part of the details asked for with [`Effect::Describe`]; `None` when all have come.
    fn section(&mut self, _id: &ResourceId, _section: Option<&Section>) {}

    /// A console asked for with [`Effect::FetchPage`], or why there is none. Returns whether it is about that console.
    fn console_page(&mut self, _id: &ResourceId, _answer: &Result<Page, Problem>) -> bool {
        false
    }

    /// A tail asked for with [`Effect::OpenTail`] is open.
    fn tail_opened(&mut self, _id: &ResourceId, _tail: TailId) {}

    /// News of a tail; `None` when it ended for good.
    fn log(&mut self, _tail: TailId, _event: Option<LogEvent>) {}

    /// Whether something changed since the last draw that it must be drawn for.
    fn is_dirty(&self) -> bool {
        false
    }

    /// How long a frame that only this view's news ask for may wait after the last one, so that a flood of lines is
    /// drawn in batches. Keys are always answered at once.
    fn patience(&self) -> Duration {
        Duration::ZERO
    }

    /// After how long it wants to be drawn again by itself, because something counts or fades. Asked after each draw;
    /// `None` where it can stay as it is until something happens.
    fn redraw_in(&self) -> Option<Duration> {
        None
    }

    /// Draws it. `&mut` only to remember the height of the page and to copy a console's grid.
    fn draw(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>);

    /// Where the terminal's cursor belongs after the draw, if it should show.
    fn cursor(&self) -> Option<Position> {
        None
    }

    /// Ends what it holds open, when it is closed.
    fn close(&mut self) -> Vec<Effect> {
        Vec::new()
    }
}
