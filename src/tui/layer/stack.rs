//! The stack of layers: the one place that knows who gets input first and where drawing starts.

use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Handled, Hint, Layer, Watched};
use crate::fleet::TailId;
use crate::model::{LogEvent, ResourceId};
use crate::tui::app::App;
use crate::tui::{Command, Effect, KeyContext};

/// Steps that a notch of the wheel moves where a layer does not scroll by itself.
const WHEEL_STEPS: u32 = 3;

/// A layer, and for a view what opened it.
struct Entry {
    layer: Box<dyn Layer>,
    opened_by: Option<Effect>,
}

/// Layers, the lowest first. The lowest is never closed.
pub struct Layers {
    entries: Vec<Entry>,
}

impl Layers {
    /// A stack of one layer.
    pub fn new(bottom: Box<dyn Layer>) -> Self {
        Self { entries: vec![Entry { layer: bottom, opened_by: None }] }
    }

    fn top(&self) -> &dyn Layer {
        // There is always one.
        &*self.entries[self.entries.len() - 1].layer
    }

    /// The topmost layer, if it is of this type.
    #[cfg(test)]
    pub fn top_as<L: Layer>(&self) -> Option<&L> {
        let top: &dyn std::any::Any = self.top();
        top.downcast_ref()
    }

    /// Puts a layer on top; returns what it asks for. A view that was opened by the same is closed first.
    pub fn push(&mut self, mut layer: Box<dyn Layer>, opened_by: Option<Effect>) -> Vec<Effect> {
        let same = self.entries.iter().position(|it| opened_by.is_some() && it.opened_by == opened_by);
        let mut effects = same.map(|at| self.entries.remove(at).layer.close()).unwrap_or_default();
        effects.extend(layer.open());
        self.entries.push(Entry { layer, opened_by });
        effects
    }

    /// Closes the topmost layer, unless it is the last; returns what that asks for.
    pub fn pop(&mut self) -> Vec<Effect> {
        if self.entries.len() < 2 {
            return Vec::new();
        }
        self.entries.pop().map(|mut entry| entry.layer.close()).unwrap_or_default()
    }

    /// Closes all but the lowest.
    pub fn clear(&mut self) -> Vec<Effect> {
        let above = self.entries.split_off(1);
        above.into_iter().flat_map(|mut entry| entry.layer.close()).collect()
    }

    /// What opened the topmost view. A box that lies over a view or the tables is not one.
    pub fn view(&self) -> Option<&Effect> {
        let opaque = self.entries.iter().rev().filter(|entry| entry.layer.is_opaque());
        opaque.filter_map(|entry| entry.opened_by.as_ref()).next()
    }

    /// What opened the topmost layer that was opened as a view, boxes included.
    pub fn front(&self) -> Option<&Effect> {
        self.entries.iter().rev().find_map(|entry| entry.opened_by.as_ref())
    }

    /// Closes the view that was opened by this.
    pub fn close_view(&mut self, opened_by: &Effect) -> Vec<Effect> {
        let at = self.entries.iter().rposition(|entry| entry.opened_by.as_ref() == Some(opened_by));
        at.map(|at| self.entries.remove(at).layer.close()).unwrap_or_default()
    }

    /// Hands news of a log tail to the views; the last gets them without a copy.
    pub fn log(&mut self, tail: TailId, event: LogEvent) {
        let mut views = self.entries.iter_mut().filter(|entry| entry.opened_by.is_some()).peekable();
        while let Some(entry) = views.next() {
            if views.peek().is_none() {
                return entry.layer.log(tail, Some(event));
            }
            entry.layer.log(tail, Some(event.clone()));
        }
    }

    /// The resource that the topmost layer is about.
    pub fn subject(&self) -> Option<&ResourceId> {
        self.top().subject()
    }

    /// Whose key bindings apply now.
    pub fn key_context(&self) -> KeyContext {
        self.top().key_context()
    }

    /// What the topmost layer offers.
    pub fn hints(&self, app: &App) -> Vec<Hint> {
        self.top().hints(app)
    }

    /// Hands a raw event down: a new size to all, the focus to those that are seen, input to the topmost and further as
    /// long as it is passed on.
    pub fn event(&mut self, event: &TerminalEvent, app: &mut App) -> Handled {
        let mut effects = Vec::new();
        for entry in self.entries.iter_mut().rev() {
            let goes_on = match event {
                TerminalEvent::Resize(..) => {
                    effects.extend(entry.layer.event(event, app).effects());
                    continue;
                }
                TerminalEvent::FocusGained | TerminalEvent::FocusLost => !entry.layer.is_opaque(),
                TerminalEvent::Key(_) | TerminalEvent::Mouse(_) | TerminalEvent::Paste(_) => {
                    entry.layer.passes_input()
                }
            };
            match entry.layer.event(event, app) {
                Handled::Ignored if goes_on => {}
                Handled::Ignored => break,
                consumed @ Handled::Consumed(_) => return consumed,
            }
        }
        if !effects.is_empty() {
            return Handled::Consumed(effects);
        }
        // Where a layer does not scroll by itself, the wheel is a key.
        match event {
            TerminalEvent::Mouse(mouse) if mouse.kind == MouseEventKind::ScrollDown => {
                self.perform(Command::Down, Some(WHEEL_STEPS), app)
            }
            TerminalEvent::Mouse(mouse) if mouse.kind == MouseEventKind::ScrollUp => {
                self.perform(Command::Up, Some(WHEEL_STEPS), app)
            }
            _ => Handled::Ignored,
        }
    }

    /// Hands a command down.
    pub fn perform(&mut self, command: Command, count: Option<u32>, app: &mut App) -> Handled {
        for entry in self.entries.iter_mut().rev() {
            match entry.layer.perform(command, count, app) {
                Handled::Ignored if entry.layer.passes_input() => {}
                handled => return handled,
            }
        }
        Handled::Ignored
    }

    /// All layers, for news that any of them may have asked for; the topmost last.
    pub fn each(&mut self) -> impl DoubleEndedIterator<Item = &mut dyn Layer> {
        self.entries.iter_mut().map(|entry| &mut *entry.layer as &mut dyn Layer)
    }

    fn lowest_seen(&self) -> usize {
        self.entries.iter().rposition(|entry| entry.layer.is_opaque()).unwrap_or(0)
    }

    fn seen(&self) -> impl DoubleEndedIterator<Item = &dyn Layer> {
        self.entries[self.lowest_seen()..].iter().map(|entry| &*entry.layer as &dyn Layer)
    }

    /// What is to be sampled: what the topmost layer wants that wants anything.
    pub fn watched(&self, app: &App) -> Watched {
        self.entries.iter().rev().find_map(|entry| entry.layer.watched(app)).unwrap_or_default()
    }

    /// Whether a layer only tries something in the tables.
    pub fn is_draft(&self) -> bool {
        self.entries.iter().any(|entry| entry.layer.is_draft())
    }

    /// Brings the layers that are seen up to date.
    pub fn prepare(&mut self, app: &App) {
        let from = self.lowest_seen();
        for entry in &mut self.entries[from..] {
            entry.layer.prepare(app);
        }
    }

    /// Whether one that is seen must be drawn again.
    pub fn is_dirty(&self) -> bool {
        self.seen().any(Layer::is_dirty)
    }

    /// How long the next frame may wait where only the layers ask for it.
    pub fn frame_wait(&self) -> Duration {
        self.seen().filter(|layer| layer.is_dirty()).map(Layer::frame_wait).min().unwrap_or_default()
    }

    /// After how long one that is seen is to be drawn again by itself.
    pub fn redraw_in(&self, app: &App) -> Option<Duration> {
        self.seen().filter_map(|layer| layer.redraw_in(app)).min()
    }

    /// Draws those that are seen, the lowest first; returns where the cursor belongs.
    pub fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) -> Option<Position> {
        let from = self.lowest_seen();
        let mut cursor = None;
        for entry in &mut self.entries[from..] {
            entry.layer.draw(area, buf, app);
            cursor = entry.layer.cursor();
        }
        cursor
    }
}
