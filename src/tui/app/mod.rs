//! The state of the screen, and how events change it. Nothing here waits, reads or writes: what must be done outside
//! is returned as effects, so that every test can press keys and look.

mod auth;
mod effects;
mod history;
mod keys;
mod messages;
mod palette;
mod table;
mod update;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::Event as TerminalEvent;

pub(in crate::tui) use auth::cause;
pub use history::Spot;
pub use messages::{Message, Messages};

use super::keymap::Keymap;
use super::overlays::Menu;
use super::pane::Pane;
use super::theme::Depth;
use super::ui_state::UiState;
use super::views::console::ConsoleKeys;
use super::widgets::prompt::Prompt;
use super::{Effect, KeyContext, Look, Theme, View, theme};
use crate::console::Page;
use crate::fleet::{Auth, FleetEvent, Section, Store};
use crate::model::{Bytes, ContextName, Kind, Problem, ResourceId, ScreenKind, Timestamp};
use crate::table::{Arranged, Job};
use history::History;
use keys::Typing;

/// How the screen is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// A line to show once under the header: that this is the demo, how to leave it. Esc puts it away.
    pub banner: Option<String>,
    /// The theme's name; `None` is the default.
    pub theme: Option<String>,
    /// ASCII only. Also taken when the locale's character set is not UTF-8.
    pub ascii: bool,
    /// Nothing may be changed; said in the header.
    pub read_only: bool,
    /// Keys of the user, laid over the default ones.
    pub keys: toml::Table,
    /// Whether the mouse is taken.
    pub mouse: bool,
    /// Time between two listings, for the header.
    pub refresh: Duration,
    /// How many colours the terminal shows.
    pub depth: Depth,
    /// How much of a log is kept, a source.
    pub log_buffer: Bytes,
    /// Contexts through which nothing may be changed; said in the list of contexts.
    pub read_only_contexts: HashSet<ContextName>,
    /// The file in which filters, orders and columns are kept between runs.
    pub kept: Option<std::path::PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            banner: None,
            theme: None,
            ascii: false,
            read_only: false,
            keys: toml::Table::new(),
            mouse: true,
            refresh: Duration::from_secs(5),
            depth: Depth::Ansi,
            log_buffer: Bytes(32 << 20),
            read_only_contexts: HashSet::new(),
            kept: None,
        }
    }
}

/// Something that happened.
pub enum Event {
    /// A key, a paste, the mouse, a new size, focus.
    Terminal(TerminalEvent),
    /// News of the fleet.
    Fleet(Box<FleetEvent>),
    /// A part of details asked for; `None` after the last.
    Section(ResourceId, Option<Box<Section>>),
    /// A log tail asked for is open.
    TailOpened(ResourceId, crate::fleet::TailId),
    /// Rows have been arranged.
    Arranged(Box<Arranged>),
    /// A console that is a page, asked for as this, or why there is none.
    Page(ResourceId, ScreenKind, Box<Result<Page, Problem>>),
    /// A view made outside, because it holds something that runs.
    Opened(Box<dyn View>, Effect),
    /// Something is done.
    Said(String),
    /// Something failed.
    Failed(String),
    /// Time has passed that something waited for.
    Tick,
}

/// The state of the screen.
pub struct App {
    /// The fleet as it is known.
    pub store: Store,
    /// The time, as of the event being handled.
    pub now: Timestamp,
    pub(super) options: Options,
    pub(super) keymap: Keymap,
    pub(super) theme: Theme,
    pub(super) panes: [Pane; 5],
    pub(super) active: usize,
    pub(super) views: Vec<(Box<dyn View>, Effect)>,
    pub(super) menu: Option<Menu>,
    pub(super) prompt: Option<Prompt>,
    pub(super) messages: Messages,
    pub(super) hidden: Arc<HashSet<ContextName>>,
    pub(super) paused: bool,
    pub(super) mouse: bool,
    pub(super) banner: Option<String>,
    /// Trouble with credentials that a person has read and put away.
    pub(super) put_away: HashMap<ContextName, Auth>,
    pub(super) typing: Typing,
    pub(super) header_area: ratatui::layout::Rect,
    pub(super) table_area: ratatui::layout::Rect,
    pub(super) tabs: Vec<(u16, u16, usize)>,
    pub(super) heads: Vec<(u16, u16, crate::table::Column)>,
    history: History,
    commands: Vec<String>,
    watched: (Vec<ResourceId>, Option<ResourceId>),
    before_filter: String,
    kept: UiState,
    dirty: bool,
}

impl App {
    /// The screen at the start. What is wrong with the user's keys or theme is told in the messages.
    pub fn new(store: Store, options: Options, now: Timestamp) -> Self {
        let (keymap, problems) = Keymap::load((!options.keys.is_empty()).then_some(&options.keys));
        let mut messages = Messages::default();
        for problem in problems {
            messages.add(now, true, problem.to_string());
        }
        let theme = match &options.theme {
            None => theme::default(options.depth),
            Some(name) => theme::load(name, options.depth).unwrap_or_else(|| {
                let known: Vec<_> = theme::names().collect();
                messages.add(now, true, format!("no theme `{name}`; there are {}", known.join(", ")));
                theme::default(options.depth)
            }),
        };
        Self {
            store,
            now,
            keymap,
            theme,
            panes: Kind::ALL.map(Pane::new),
            active: 0,
            views: Vec::new(),
            menu: None,
            prompt: None,
            messages,
            hidden: Arc::default(),
            paused: false,
            mouse: options.mouse,
            banner: options.banner.clone(),
            put_away: HashMap::new(),
            typing: Typing::default(),
            header_area: ratatui::layout::Rect::default(),
            table_area: ratatui::layout::Rect::default(),
            tabs: Vec::new(),
            heads: Vec::new(),
            history: History::default(),
            commands: Vec::new(),
            watched: (Vec::new(), None),
            before_filter: String::new(),
            kept: UiState::default(),
            dirty: true,
            options,
        }
    }

    /// Takes what was kept from the last run, or says why it was not.
    pub fn restore(&mut self, kept: Result<Option<UiState>, String>) {
        match kept {
            Ok(Some(kept)) => {
                for pane in &mut self.panes {
                    if let Some(table) = kept.tables.get(table_name(pane.kind).as_str()) {
                        pane.restore(table, &self.store);
                    }
                }
                self.kept = kept;
            }
            Ok(None) => {}
            Err(told) => self.messages.add(self.now, true, told),
        }
    }

    /// What is to be kept for the next run. What is being typed and what was only drilled into is not.
    pub fn keep(&mut self) -> &UiState {
        if self.prompt.is_none() {
            for pane in self.panes.iter().filter(|pane| pane.narrow.is_none()) {
                self.kept.tables.insert(table_name(pane.kind), pane.state());
            }
        }
        &self.kept
    }

    /// The table in front.
    pub fn pane(&self) -> &Pane {
        &self.panes[self.active]
    }

    pub(super) fn pane_mut(&mut self) -> &mut Pane {
        &mut self.panes[self.active]
    }

    /// The view in front, if one lies over the tables.
    pub fn view(&self) -> Option<&dyn View> {
        self.views.last().map(|(view, _)| &**view)
    }

    /// What drawing needs beside the state.
    pub fn look(&self) -> Look<'_> {
        Look { theme: &self.theme, store: &self.store, now: self.now, ascii: self.options.ascii }
    }

    /// Whether the mouse is taken.
    pub const fn takes_mouse(&self) -> bool {
        self.mouse
    }

    /// The prefix of consoles and the keys after it, from the keymap.
    pub fn console_keys(&self) -> ConsoleKeys {
        self.keymap.console()
    }

    /// Where keys are heard now.
    pub fn key_context(&self) -> KeyContext {
        match (&self.menu, self.view()) {
            (Some(_), _) => KeyContext::Menu,
            (None, Some(view)) => view.key_context(),
            (None, None) => KeyContext::Table,
        }
    }

    /// Brings the table in front up to date. The job, if one comes, is to be run elsewhere and its result handed back
    /// as [`Event::Arranged`]. Call it before a draw.
    pub fn arrange(&mut self) -> Option<Job> {
        let hidden = self.hidden.clone();
        let now = self.now;
        let job = self.panes[self.active].arrange(&self.store, &hidden, now);
        self.refill_menu();
        job
    }

    /// Whether something changed since the last draw.
    pub fn is_dirty(&self) -> bool {
        self.dirty || self.view().is_some_and(View::is_dirty)
    }

    /// How long the next frame may wait after the last one.
    pub fn patience(&self) -> Duration {
        match self.view() {
            Some(view) if !self.dirty => view.patience(),
            _ => Duration::ZERO,
        }
    }

    /// After how long it should be drawn again by itself: a toast fades, a flash ends, ages grow.
    pub fn redraw_in(&self) -> Option<Duration> {
        let view = self.view().and_then(View::redraw_in);
        let toast = self.messages.toast_ends_in(self.now);
        let hint = self.typing.hint_in(self.now);
        let flash = if self.views.is_empty() { self.flash_ends_in() } else { None };
        let ages = (!self.paused).then_some(AGES);
        [view, toast, hint, flash, ages].into_iter().flatten().min()
    }

    fn flash_ends_in(&self) -> Option<Duration> {
        self.pane()
            .visible()
            .iter()
            .filter_map(|row| self.store.get(row.id())?.moved)
            .filter_map(|moved| FLASH.checked_sub(self.now.since(moved)))
            .filter(|left| !left.is_zero())
            .min()
    }

    /// Says that it has been drawn; returns whom to sample now, if that changed.
    pub fn drawn(&mut self) -> Option<Effect> {
        self.dirty = false;
        let wanted = self.wanted();
        if wanted == self.watched {
            return None;
        }
        self.watched = wanted;
        Some(Effect::Watch(self.watched.0.clone(), self.watched.1.clone()))
    }

    fn wanted(&self) -> (Vec<ResourceId>, Option<ResourceId>) {
        let instance = |id: &ResourceId| id.kind == Kind::Instance;
        if let Some(view) = self.view() {
            let subject = view.subject().filter(|id| instance(id)).cloned();
            return (subject.clone().into_iter().collect(), subject);
        }
        let visible = self.pane().visible().iter().map(|row| row.id()).filter(|id| instance(id));
        let selected = self.pane().selected().map(|row| row.id()).filter(|id| instance(id));
        (visible.cloned().collect(), selected.cloned())
    }
}

/// A table's name in the palette and in files.
pub(in crate::tui) fn table_name(kind: Kind) -> String {
    kind.title().to_lowercase().replace(' ', "-")
}

/// How long a row that changed its state stands out.
pub(super) const FLASH: Duration = Duration::from_millis(2500);

/// Ages are brought up to date this often when nothing else asks for a frame.
const AGES: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests;
