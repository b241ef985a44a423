//! The whole screen: the app's state and the layers over it, and what each event does to them. Nothing here waits, reads
//! or writes: what must be done outside is returned as effects.

mod effects;
mod global;
mod keys;

use std::collections::HashMap;
use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, KeyEventKind};

pub use keys::PendingKeys;

use super::Effect;
use super::app::{App, OpenConsoles, Options};
use super::effect::{Outside, View, Work};
use super::layer::{Answer, Handled, Layer, Layers, Ticket, Watched};
use super::terminal::InputWish;
use super::theme::Background;
use super::ui_state::UiState;
use super::views::table::TableLayer;
use super::writes;
use crate::console::Page;
use crate::fleet::{Attention, FleetEvent, Store, TailId, WriteEnd, WriteEvent, WritePhase};
use crate::model::{ResourceId, ScreenKind, Timestamp};
use crate::table::{Arranged, Job};
use crate::terminal::input::MouseProtocolMode;

/// Ages are brought up to date this often when nothing else asks for a frame.
const AGE_REDRAW: Duration = Duration::from_secs(10);

/// Something that happened.
pub enum Event {
    /// A key, a paste, the mouse, a new size, focus.
    Terminal(TerminalEvent),
    /// The terminal's background.
    Background(Background),
    /// News of the fleet.
    Fleet(Box<FleetEvent>),
    /// An answer to a question of a layer.
    Answer(Ticket, Answer),
    /// The question for a log has become this tail of the fleet's.
    TailOpened(Ticket, TailId),
    /// Rows have been arranged.
    Arranged(Box<Arranged>),
    /// The console of a resource, asked for as text, is a page; the kind is what to ask for.
    ConsoleIsPage(ResourceId, ScreenKind, Box<Page>),
    /// A view made outside, because it holds something that runs.
    Opened(Box<dyn Layer>, View),
    /// Something is done.
    Reported(String),
    /// Something failed.
    Failed(String),
    /// Time has passed that something waited for.
    Tick,
}

/// The screen.
pub struct Ui {
    /// The state that all layers share.
    pub app: App,
    pub(super) layers: Layers,
    pub(super) keys: PendingKeys,
    watched: Watched,
    /// The question that each open tail of the fleet's answers.
    tails: HashMap<TailId, Ticket>,
    /// Rows that are not shown any more, until they are taken to be dropped.
    spent: Option<Arranged>,
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
            tails: HashMap::new(),
            spent: None,
            dirty: true,
        }
    }

    /// Takes in what the tables and the header show of the open consoles.
    pub fn set_consoles(&mut self, consoles: OpenConsoles) {
        self.dirty |= self.app.consoles != consoles;
        self.app.consoles = consoles;
    }

    /// Takes an event in. Returns what is to be done outside.
    pub fn update(&mut self, event: Event) -> Vec<Outside> {
        let effects = match event {
            Event::Terminal(event) => {
                self.dirty = true;
                self.terminal(&event)
            }
            Event::Background(background) => {
                self.dirty = true;
                self.app.follow_background(background);
                Vec::new()
            }
            Event::Fleet(event) => self.fleet(*event),
            Event::Answer(ticket, answer) => {
                let follows = self.layers.answer(ticket, answer);
                self.dirty |= follows.is_some();
                follows.unwrap_or_default()
            }
            Event::TailOpened(ticket, tail) => {
                self.tails.insert(tail, ticket);
                Vec::new()
            }
            Event::Arranged(arranged) => {
                self.dirty = true;
                if let Some(pane) = self.app.panes.iter_mut().find(|pane| pane.kind == arranged.kind()) {
                    self.spent = pane.take(*arranged);
                }
                Vec::new()
            }
            Event::ConsoleIsPage(id, kind, page) => self.console_is_page(&id, kind, *page),
            Event::Opened(layer, view) => self.show(layer, view),
            Event::Reported(text) => vec![Effect::report(text)],
            Event::Failed(text) => vec![Effect::complain(text)],
            Event::Tick => {
                self.dirty = true;
                Vec::new()
            }
        };
        self.settle(effects)
    }

    fn fleet(&mut self, event: FleetEvent) -> Vec<Effect> {
        match event {
            // Only the view of a log is drawn for it, and in its own time.
            FleetEvent::Log(tail, event) => {
                if let Some(ticket) = self.tails.get(&tail) {
                    return self.layers.answer(*ticket, Answer::Log(event)).unwrap_or_default();
                }
            }
            FleetEvent::LogEnded(tail) => {
                if let Some(ticket) = self.tails.remove(&tail) {
                    let mut effects = self.layers.answer(ticket, Answer::EndOfLog).unwrap_or_default();
                    effects.push(Work::Cancel(ticket).into());
                    return effects;
                }
            }
            FleetEvent::JournalUnreadable(problem) => return vec![Effect::complain(problem.to_string())],
            event => {
                let now = self.app.now;
                let auth = self.changes_auth(&event);
                if let FleetEvent::Context(name, _, _, traffic) = &event {
                    self.app.polling.rates.take(name, traffic.requests, now);
                }
                let mut effects = Vec::new();
                if let FleetEvent::Write(event) = &event {
                    self.take_write(event);
                    effects = self.layers.take_write(event);
                    effects.extend(self.show_once(event));
                    if event.is_taken_on() {
                        self.app.forms.drop_draft(std::slice::from_ref(&event.target), event.action.id);
                    }
                }
                if self.app.store.apply_at(event, now) {
                    self.dirty = true;
                    effects.extend(self.layers.rows_changed(&self.app));
                }
                if auth {
                    self.app.forget_put_away();
                }
                return effects;
            }
        }
        Vec::new()
    }

    /// Opens the answer to a write that is shown once.
    fn show_once(&mut self, event: &WriteEvent) -> Vec<Effect> {
        let WritePhase::Shown(shown) = &event.phase else {
            return Vec::new();
        };
        let title = format!("{} {}", event.action.verb(), event.name());
        let context = event.target.context().clone();
        let danger = event.action.danger;
        self.push(writes::ShownLayer::new(title, context, shown.clone(), danger, self.app.now))
    }

    /// Reports news of a write. Of a bulk the failures and its end are worth a message, and what has succeeded loses its
    /// mark.
    fn take_write(&mut self, event: &WriteEvent) {
        let in_bulk = self.app.bulks.has(&event.id);
        self.dirty |= in_bulk;
        let message = writes::message(event).filter(|(_, bad)| !in_bulk || *bad);
        if let Some((text, bad)) = message {
            self.report(text, bad);
        }
        if in_bulk && event.phase == WritePhase::Ended(WriteEnd::Done) {
            for pane in &mut self.app.panes {
                pane.marks.remove(&event.target.id);
            }
        }
        if let Some((text, bad)) = self.app.bulks.take(event, self.app.now) {
            self.report(text, bad);
        }
    }

    /// Returns true if an event changes the state of a context's credentials.
    fn changes_auth(&self, event: &FleetEvent) -> bool {
        let FleetEvent::Context(name, _, auth, _) = event else {
            return false;
        };
        self.app.store.context(name).is_some_and(|context| context.auth != *auth)
    }

    fn terminal(&mut self, event: &TerminalEvent) -> Vec<Effect> {
        if matches!(event, TerminalEvent::Key(_) | TerminalEvent::Mouse(_) | TerminalEvent::Paste(_)) {
            self.app.end_first_look();
        }
        match (self.layers.event(event, &mut self.app), event) {
            (Handled::Consumed(effects), _) => effects,
            (Handled::Ignored, TerminalEvent::Key(key)) if key.kind != KeyEventKind::Release => {
                self.key(*key)
            }
            (Handled::Ignored, _) => Vec::new(),
        }
    }

    /// Restores the state of the last run, or reports why it cannot.
    pub fn restore(&mut self, kept: Result<Option<UiState>, String>) {
        self.app.restore(kept);
    }

    /// The state to save for the next run. Text being typed is left out.
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

    /// The rows that an event has replaced. To drop those of a large table takes milliseconds: it is done beside the screen.
    pub fn take_spent(&mut self) -> Option<Arranged> {
        self.spent.take()
    }

    /// The resource that the layer on top is about.
    pub fn subject(&self) -> Option<&ResourceId> {
        self.layers.subject()
    }

    /// The input to ask the terminal for; nothing of the mouse while that is released.
    pub fn input_wish(&self) -> InputWish {
        let mut wish = self.layers.input_wish();
        if !self.app.takes_mouse() {
            wish.mouse = MouseProtocolMode::None;
        }
        wish
    }

    /// Takes note of whether the user is away, which the header shows.
    pub fn set_away(&mut self, is_away: bool) {
        self.dirty |= self.app.polling.is_away != is_away;
        self.app.polling.is_away = is_away;
    }

    /// What the user attends to, for the pace of the listings.
    pub fn attention(&self) -> Attention {
        Attention { kind: Some(self.app.pane().kind), is_away: self.app.polling.is_away }
    }

    /// Returns true if something changed since the last draw.
    pub fn is_dirty(&self) -> bool {
        self.dirty || self.layers.is_dirty()
    }

    /// The time that the next frame may wait after the last one.
    pub fn frame_wait(&self) -> Duration {
        if self.dirty { Duration::ZERO } else { self.layers.frame_wait() }
    }

    /// After how long it should be drawn again by itself: a toast fades, a flash ends, ages grow.
    pub fn redraw_in(&self) -> Option<Duration> {
        let layers = self.layers.redraw_in(&self.app);
        let toast = self.app.messages.toast_ends_in(self.app.now);
        let hint = self.keys.hint_in(self.app.now);
        let ages = (!self.app.paused).then_some(AGE_REDRAW);
        let rows = self.app.pane().rest_ends_in();
        [layers, toast, hint, ages, rows].into_iter().flatten().min()
    }

    /// Takes note that it has been drawn; returns what to sample now, if that changed.
    pub fn drawn(&mut self) -> Option<Work> {
        self.dirty = false;
        let watched = self.layers.watched(&self.app);
        if watched == self.watched {
            return None;
        }
        self.watched = watched;
        Some(Work::Watch(self.watched.clone()))
    }
}
