//! The whole screen: the app's state and the layers over it, and what each event does to them. Nothing here waits, reads
//! or writes: what must be done outside is returned as effects.

mod effects;
mod global;
mod keys;

use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, KeyEventKind};

pub use keys::PendingKeys;

use super::Effect;
use super::app::{App, Options};
use super::layer::{Handled, Layer, Layers, Watched};
use super::ui_state::UiState;
use super::views::table::TableLayer;
use crate::console::Page;
use crate::fleet::{FleetEvent, Section, Store, TailId};
use crate::model::{Problem, ResourceId, ScreenKind, Timestamp};
use crate::table::{Arranged, Job};

/// Ages are brought up to date this often when nothing else asks for a frame.
const AGE_REDRAW: Duration = Duration::from_secs(10);

/// Something that happened.
pub enum Event {
    /// A key, a paste, the mouse, a new size, focus.
    Terminal(TerminalEvent),
    /// News of the fleet.
    Fleet(Box<FleetEvent>),
    /// A part of details asked for; `None` after the last.
    Section(ResourceId, Option<Box<Section>>),
    /// A log tail asked for is open.
    TailOpened(ResourceId, TailId),
    /// Rows have been arranged.
    Arranged(Box<Arranged>),
    /// A console that is a page, asked for as this, or why there is none.
    Page(ResourceId, ScreenKind, Box<Result<Page, Problem>>),
    /// A view made outside, because it holds something that runs.
    Opened(Box<dyn Layer>, Effect),
    /// Something is done.
    Said(String),
    /// Something failed.
    Failed(String),
    /// Time has passed that something waited for.
    Tick,
}

/// The screen.
pub struct Ui {
    /// What all layers share.
    pub app: App,
    pub(super) layers: Layers,
    pub(super) keys: PendingKeys,
    watched: Watched,
    dirty: bool,
}

impl Ui {
    /// The screen at the start. What is wrong with the user's keys or theme is in the messages.
    pub fn new(store: Store, options: Options, now: Timestamp) -> Self {
        Self {
            app: App::new(store, options, now),
            layers: Layers::new(Box::new(TableLayer)),
            keys: PendingKeys::default(),
            watched: Watched::default(),
            dirty: true,
        }
    }

    /// Takes an event in. Returns what is to be done outside.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        let effects = match event {
            Event::Terminal(event) => {
                self.dirty = true;
                self.terminal(&event)
            }
            Event::Fleet(event) => {
                self.fleet(*event);
                Vec::new()
            }
            Event::Section(id, section) => {
                self.dirty = true;
                for layer in self.layers.each() {
                    layer.section(&id, section.as_deref());
                }
                Vec::new()
            }
            Event::TailOpened(id, tail) => {
                if let Some(layer) = self.layers.each().next_back() {
                    layer.tail_opened(&id, tail);
                }
                Vec::new()
            }
            Event::Arranged(arranged) => {
                self.dirty = true;
                if let Some(pane) = self.app.panes.iter_mut().find(|pane| pane.kind == arranged.kind()) {
                    pane.take(*arranged);
                }
                Vec::new()
            }
            Event::Page(id, asked, answer) => self.page(&id, asked, *answer),
            Event::Opened(layer, by) => self.show(layer, by),
            Event::Said(text) => vec![Effect::Say(text)],
            Event::Failed(text) => vec![Effect::Complain(text)],
            Event::Tick => {
                self.dirty = true;
                Vec::new()
            }
        };
        self.settle(effects)
    }

    fn fleet(&mut self, event: FleetEvent) {
        match event {
            FleetEvent::Log(tail, event) => self.layers.log(tail, event),
            FleetEvent::LogEnded(tail) => {
                for layer in self.layers.each() {
                    layer.log(tail, None);
                }
            }
            event => {
                let now = self.app.now;
                let auth = matches!(event, FleetEvent::Auth(..));
                self.dirty |= self.app.store.apply_at(event, now);
                if auth {
                    self.app.forget_put_away();
                }
            }
        }
    }

    fn terminal(&mut self, event: &TerminalEvent) -> Vec<Effect> {
        match (self.layers.event(event, &mut self.app), event) {
            (Handled::Consumed(effects), _) => effects,
            (Handled::Ignored, TerminalEvent::Key(key)) if key.kind != KeyEventKind::Release => {
                self.key(*key)
            }
            (Handled::Ignored, _) => Vec::new(),
        }
    }

    /// Takes what was kept from the last run, or says why it was not.
    pub fn restore(&mut self, kept: Result<Option<UiState>, String>) {
        self.app.restore(kept);
    }

    /// What is to be kept for the next run. What is being typed is not.
    pub fn keep(&mut self) -> &UiState {
        if self.layers.is_draft() { self.app.kept() } else { self.app.keep() }
    }

    /// Brings what is shown up to date. The job, if one comes, is to be run elsewhere and its result handed back as
    /// [`Event::Arranged`]. Call it before a draw.
    pub fn arrange(&mut self) -> Option<Job> {
        let job = self.app.arrange();
        self.layers.prepare(&self.app);
        job
    }

    /// The resource that the layer on top is about.
    pub fn subject(&self) -> Option<&ResourceId> {
        self.layers.subject()
    }

    /// Whether something changed since the last draw.
    pub fn is_dirty(&self) -> bool {
        self.dirty || self.layers.is_dirty()
    }

    /// How long the next frame may wait after the last one.
    pub fn frame_wait(&self) -> Duration {
        if self.dirty { Duration::ZERO } else { self.layers.frame_wait() }
    }

    /// After how long it should be drawn again by itself: a toast fades, a flash ends, ages grow.
    pub fn redraw_in(&self) -> Option<Duration> {
        let layers = self.layers.redraw_in(&self.app);
        let toast = self.app.messages.toast_ends_in(self.app.now);
        let hint = self.keys.hint_in(self.app.now);
        let ages = (!self.app.paused).then_some(AGE_REDRAW);
        [layers, toast, hint, ages].into_iter().flatten().min()
    }

    /// Takes note that it has been drawn; returns what to sample now, if that changed.
    pub fn drawn(&mut self) -> Option<Effect> {
        self.dirty = false;
        let watched = self.layers.watched(&self.app);
        if watched == self.watched {
            return None;
        }
        self.watched = watched;
        Some(Effect::Watch(self.watched.visible.clone(), self.watched.focus.clone()))
    }
}
