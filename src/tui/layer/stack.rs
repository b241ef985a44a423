//! The stack of layers: the one place that decides which layer gets input first and where drawing starts.

use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{Answer, Handled, Hint, Layer, Ticket, Watched};
use crate::fleet::WriteEvent;
use crate::model::ResourceId;
use crate::tui::app::App;
use crate::tui::effect::{TerminalEffect, View, Work};
use crate::tui::terminal::InputWish;
use crate::tui::{Command, Effect, KeyContext};

/// Steps that a notch of the wheel moves where a layer does not scroll by itself.
const WHEEL_STEPS: u32 = 3;

/// A layer, for a view what it shows, and its open questions.
struct Entry {
    layer: Box<dyn Layer>,
    opened_by: Option<View>,
    tickets: Vec<Ticket>,
}

impl Entry {
    /// Takes note of the questions among the effects of its layer.
    fn track(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Work(Work::Ask(ticket, _)) => self.tickets.push(*ticket),
                Effect::Terminal(TerminalEffect::Edit(request)) => self.tickets.push(request.ticket),
                Effect::Work(Work::Cancel(ticket)) => self.tickets.retain(|open| open != ticket),
                _ => {}
            }
        }
    }

    /// Gives up its questions.
    fn close(self) -> impl Iterator<Item = Effect> {
        self.tickets.into_iter().map(|ticket| Work::Cancel(ticket).into())
    }
}

/// Layers, the lowest first. The lowest is never closed.
pub struct Layers {
    entries: Vec<Entry>,
}

impl Layers {
    /// A stack of one layer.
    pub fn new(bottom: Box<dyn Layer>) -> Self {
        Self { entries: vec![Entry { layer: bottom, opened_by: None, tickets: Vec::new() }] }
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

    /// Puts a layer on top; returns its effects. A view that shows the same is closed first.
    pub fn push(&mut self, layer: Box<dyn Layer>, opened_by: Option<View>) -> Vec<Effect> {
        let mut effects = opened_by.as_ref().map(|view| self.close_view(view)).unwrap_or_default();
        let mut entry = Entry { layer, opened_by, tickets: Vec::new() };
        let asked = entry.layer.open();
        entry.track(&asked);
        effects.extend(asked);
        self.entries.push(entry);
        effects
    }

    /// Closes the topmost layer, unless it is the last; returns what gives up its questions.
    pub fn pop(&mut self) -> Vec<Effect> {
        let closed = if self.entries.len() > 1 { self.entries.pop() } else { None };
        closed.into_iter().flat_map(Entry::close).collect()
    }

    /// Closes all but the lowest.
    pub fn clear(&mut self) -> Vec<Effect> {
        self.entries.split_off(1).into_iter().flat_map(Entry::close).collect()
    }

    /// The content of the topmost view. A box that lies over a view or the tables is not one.
    pub fn view(&self) -> Option<&View> {
        let mut opaque = self.entries.iter().rev().filter(|entry| entry.layer.is_opaque());
        opaque.find_map(|entry| entry.opened_by.as_ref())
    }

    /// The content of the topmost layer that was opened as a view, boxes included.
    pub fn front(&self) -> Option<&View> {
        self.entries.iter().rev().find_map(|entry| entry.opened_by.as_ref())
    }

    /// Closes the view that shows this.
    pub fn close_view(&mut self, view: &View) -> Vec<Effect> {
        let at = self.entries.iter().rposition(|entry| entry.opened_by.as_ref() == Some(view));
        at.map(|at| self.entries.remove(at).close().collect()).unwrap_or_default()
    }

    /// Lets a layer show this view where one can, and closes those above it; returns the effects. `None` where none can.
    pub fn take_view(&mut self, view: &View, app: &mut App) -> Option<Vec<Effect>> {
        for at in (0..self.entries.len()).rev() {
            if let Some(mut effects) = self.entries[at].layer.take_view(view, app) {
                self.entries[at].track(&effects);
                effects.extend(self.entries.split_off(at + 1).into_iter().flat_map(Entry::close));
                return Some(effects);
            }
        }
        None
    }

    /// Returns true if the topmost layer has more to show than the console of this instance.
    pub fn outlives(&self, id: &ResourceId) -> bool {
        self.top().outlives(id)
    }

    /// Hands an answer to the layer that asked; returns what follows from it. `None` where its question is not open any
    /// more: the answer is dropped.
    pub fn answer(&mut self, ticket: Ticket, answer: Answer) -> Option<Vec<Effect>> {
        let entry = self.entries.iter_mut().find(|entry| entry.tickets.contains(&ticket))?;
        if answer.is_last() {
            entry.tickets.retain(|open| *open != ticket);
        }
        let effects = entry.layer.answer(ticket, answer);
        entry.track(&effects);
        Some(effects)
    }

    /// Hands news of a write to all layers, and closes those that waited for it.
    pub fn take_write(&mut self, event: &WriteEvent) -> Vec<Effect> {
        let mut effects = Vec::new();
        for mut entry in std::mem::take(&mut self.entries) {
            match entry.layer.take_write(event) {
                Some(follows) => {
                    entry.track(&follows);
                    effects.extend(follows);
                    self.entries.push(entry);
                }
                // The lowest is never closed.
                None if self.entries.is_empty() => self.entries.push(entry),
                None => effects.extend(entry.close()),
            }
        }
        effects
    }

    /// Has every layer take note that rows have changed; returns the effects.
    pub fn rows_changed(&mut self, app: &App) -> Vec<Effect> {
        let mut effects = Vec::new();
        for entry in &mut self.entries {
            let follows = entry.layer.rows_changed(app);
            entry.track(&follows);
            effects.extend(follows);
        }
        effects
    }

    /// The resource that the topmost layer is about.
    pub fn subject(&self) -> Option<&ResourceId> {
        self.top().subject()
    }

    /// Whose key bindings apply now.
    pub fn key_context(&self) -> KeyContext {
        self.top().key_context()
    }

    /// The input that the topmost layer wants.
    pub fn input_wish(&self) -> InputWish {
        let top = self.top();
        InputWish { mouse: top.mouse_wish(), unambiguous_keys: top.wants_unambiguous_keys() }
    }

    /// The hints of the topmost layer.
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
                Handled::Consumed(effects) => {
                    entry.track(&effects);
                    return Handled::Consumed(effects);
                }
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
                Handled::Ignored => break,
                Handled::Consumed(effects) => {
                    entry.track(&effects);
                    return Handled::Consumed(effects);
                }
            }
        }
        Handled::Ignored
    }

    fn lowest_seen(&self) -> usize {
        self.entries.iter().rposition(|entry| entry.layer.is_opaque()).unwrap_or(0)
    }

    fn seen(&self) -> impl DoubleEndedIterator<Item = &dyn Layer> {
        self.entries[self.lowest_seen()..].iter().map(|entry| &*entry.layer as &dyn Layer)
    }

    /// The resources to sample, by the topmost layer that wants any.
    pub fn watched(&self, app: &App) -> Watched {
        self.entries.iter().rev().find_map(|entry| entry.layer.watched(app)).unwrap_or_default()
    }

    /// Returns true if a layer only previews something in the tables.
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

    /// Returns true if a visible layer must be drawn again.
    pub fn is_dirty(&self) -> bool {
        self.seen().any(Layer::is_dirty)
    }

    /// The time that the next frame may wait where only the layers request it.
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
