//! State that all layers share: the fleet as it was last read, the tables, the theme, the messages. Nothing here waits, reads or
//! writes: what must be done outside is returned as effects, so that every test can press keys and read the screen.

mod auth;
mod consoles;
mod history;
mod messages;
mod polling;
mod settings;
mod targets;
mod ways;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

pub(in crate::tui) use auth::cause;
pub use consoles::{OpenConsoles, console_symbol, mark_symbol};
pub(in crate::tui) use history::History;
pub use history::Location;
pub use messages::{Message, Messages};
use polling::Polling;
pub use targets::Targets;
pub use ways::{ChosenWay, WaysOf};
pub(in crate::tui) use ways::{is_page, is_text, refusal, short_way, way_name};

use super::keymap::Keymap;
use super::layer::Layer;
use super::pane::Pane;
use super::terminal::pictures::{Picture, PictureSupport};
use super::theme::{Background, Depth};
use super::ui_state::UiState;
use super::views::console::ConsoleKeys;
use super::writes::BulkRuns;
use super::writes::form::StoredForms;
use super::{Look, Theme, theme};
use crate::config::Pictures;
use crate::console::SessionOptions;
use crate::console::pictures::PictureWorker;
use crate::console::recording::{PlayOptions, RecordingOptions};
use crate::fleet::{Auth, ListingCondition, Store};
use crate::model::{Bytes, ContextColor, ContextName, Kind, Platform, ResourceId, Timestamp};
use crate::table::Job;

/// Options of the screen.
#[derive(Debug, Clone)]
pub struct Options {
    /// A line to show once under the header: that this is the demo, how to leave it. Esc puts it away.
    pub banner: Option<String>,
    /// What could not be used of what was configured, for the messages.
    pub incomplete: Vec<String>,
    /// The theme of the start.
    pub theme: theme::Choice,
    /// ASCII only. Also taken when the locale's character set is not UTF-8.
    pub ascii: bool,
    /// Nothing may be changed; shown in the header.
    pub read_only: bool,
    /// Keys of the user, laid over the default ones.
    pub keys: toml::Table,
    /// True if the mouse is captured.
    pub mouse: bool,
    /// Time between two listings, for the header.
    pub refresh: Duration,
    /// How many times longer it is while the user is away.
    pub slow_away: u32,
    /// Without a key for this long the user is away.
    pub away_after: Duration,
    /// The colour depth of the terminal.
    pub depth: Depth,
    /// The way in which screens of pixels are drawn.
    pub pictures: Pictures,
    /// Bytes of a log that are kept, per source.
    pub log_buffer: Bytes,
    /// The encodings and the scrollback of consoles.
    pub sessions: SessionOptions,
    /// Contexts through which nothing may be changed; marked in the list of contexts.
    pub read_only_contexts: HashSet<ContextName>,
    /// The colours by which contexts are marked.
    pub colors: HashMap<ContextName, ContextColor>,
    /// Contexts in which destroying something takes its name.
    pub protected_contexts: HashSet<ContextName>,
    /// The file in which filters, orders and columns are kept between runs.
    pub kept: Option<std::path::PathBuf>,
    /// The file in which drafts of forms and the values of their last use are kept.
    pub forms: Option<std::path::PathBuf>,
    /// Where and how consoles are recorded.
    pub recordings: RecordingOptions,
    /// The recording that is shown, in the place of a fleet: the program ends with its view.
    pub play: Option<(std::path::PathBuf, PlayOptions)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            banner: None,
            incomplete: Vec::new(),
            theme: theme::Choice::Terminal(None),
            ascii: false,
            read_only: false,
            keys: toml::Table::new(),
            mouse: true,
            refresh: Duration::from_secs(5),
            slow_away: 6,
            away_after: Duration::from_secs(600),
            depth: Depth::Ansi,
            pictures: Pictures::Auto,
            log_buffer: Bytes(32 << 20),
            sessions: SessionOptions::default(),
            read_only_contexts: HashSet::new(),
            colors: HashMap::new(),
            protected_contexts: HashSet::new(),
            kept: None,
            forms: None,
            recordings: RecordingOptions::default(),
            play: None,
        }
    }
}

/// State that all layers share.
pub struct App {
    /// The fleet as it is known.
    pub store: Store,
    /// The time, as of the event being handled.
    pub now: Timestamp,
    /// When the input being handled was read, where it may have waited since.
    pub input_read: Option<Timestamp>,
    pub(super) options: Options,
    pub(super) keymap: Keymap,
    pub(super) theme: Theme,
    pub(super) panes: [Pane; 5],
    pub(super) active: usize,
    pub(super) messages: Messages,
    pub(super) hidden: Arc<HashSet<ContextName>>,
    pub(super) paused: bool,
    pub(super) polling: Polling,
    /// The images that the terminal can show.
    pub(super) pictures: PictureSupport,
    /// What computes pictures beside the frame loop.
    pub(super) picture_worker: PictureWorker,
    /// The images that the frame being drawn wants to be shown.
    pub(super) wanted_pictures: Vec<Picture>,
    pub(super) mouse: bool,
    pub(super) banner: Option<String>,
    /// Notices about credentials that the user has dismissed.
    pub(super) put_away: HashMap<ContextName, Auth>,
    pub(super) header_area: ratatui::layout::Rect,
    pub(super) table_area: ratatui::layout::Rect,
    pub(super) tabs: Vec<(u16, u16, usize)>,
    pub(super) heads: Vec<(u16, u16, crate::table::Column)>,
    pub(super) history: History,
    /// The history of the palette, the latest last.
    pub(super) typed_commands: Vec<String>,
    /// The open consoles.
    pub(super) consoles: OpenConsoles,
    /// The bulks on their way.
    pub(super) bulks: BulkRuns,
    /// Drafts of forms, and the values of their last use.
    pub(super) forms: StoredForms,
    /// Layers to be put on the screen.
    opening: Vec<Box<dyn Layer>>,
    kept: UiState,
    /// The ways into an instance.
    ways_of: WaysOf,
    /// True until a key is pressed or the table in front has rows.
    is_first_look: bool,
}

impl App {
    /// The screen at the start. Mistakes in the user's keys, and what could not be used, are shown in the
    /// messages.
    pub fn new(store: Store, options: Options, now: Timestamp) -> Self {
        let (keymap, problems) = Keymap::load((!options.keys.is_empty()).then_some(&options.keys));
        let mut messages = Messages::default();
        for problem in problems.iter().map(ToString::to_string).chain(options.incomplete.iter().cloned()) {
            messages.add(now, true, problem);
        }
        let name = match &options.theme {
            theme::Choice::Terminal(background) => background.unwrap_or(Background::Dark).theme(),
            theme::Choice::Argument(name) | theme::Choice::Configured(name) => name,
        };
        let theme = theme::load(name, options.depth).unwrap_or_else(|| theme::default(options.depth));
        Self {
            store,
            now,
            input_read: None,
            keymap,
            theme,
            panes: Kind::ALL.map(Pane::new),
            active: 0,
            messages,
            hidden: Arc::default(),
            paused: false,
            polling: Polling::default(),
            pictures: PictureSupport::default(),
            picture_worker: PictureWorker::default(),
            wanted_pictures: Vec::new(),
            mouse: options.mouse,
            banner: options.banner.clone(),
            put_away: HashMap::new(),
            header_area: ratatui::layout::Rect::default(),
            table_area: ratatui::layout::Rect::default(),
            tabs: Vec::new(),
            heads: Vec::new(),
            history: History::default(),
            typed_commands: Vec::new(),
            consoles: OpenConsoles::default(),
            bulks: BulkRuns::default(),
            forms: StoredForms::default(),
            opening: Vec::new(),
            kept: UiState::default(),
            ways_of: ways::offered(),
            is_first_look: true,
            options,
        }
    }

    /// Restores the state of the last run, or reports why it cannot.
    pub fn restore(&mut self, kept: Result<Option<UiState>, String>) {
        match kept {
            Ok(Some(kept)) => {
                for pane in &mut self.panes {
                    if let Some(table) = kept.tables.get(table_name(pane.kind).as_str()) {
                        pane.restore(table, &self.store);
                    }
                }
                self.kept = kept;
                self.restore_theme();
            }
            Ok(None) => {}
            Err(error) => self.messages.add(self.now, true, error),
        }
    }

    /// Restores drafts of forms and the values of their last use, or reports why it cannot.
    pub fn restore_forms(&mut self, stored: Result<StoredForms, String>) {
        match stored {
            Ok(stored) => self.forms = stored,
            Err(error) => self.messages.add(self.now, true, error),
        }
    }

    /// The state to save for the next run. Tables that were only drilled into are left out.
    pub fn keep(&mut self) -> &UiState {
        for pane in self.panes.iter().filter(|pane| pane.narrow.is_none()) {
            self.kept.tables.insert(table_name(pane.kind), pane.state());
        }
        &self.kept
    }

    /// The state that was last saved.
    pub const fn kept(&self) -> &UiState {
        &self.kept
    }

    /// The table in front.
    pub fn pane(&self) -> &Pane {
        &self.panes[self.active]
    }

    pub(super) fn pane_mut(&mut self) -> &mut Pane {
        &mut self.panes[self.active]
    }

    /// The theme, the time and the abilities of the terminal, for drawing.
    pub fn look(&self) -> Look<'_> {
        Look { theme: &self.theme, store: &self.store, now: self.now, ascii: self.options.ascii }
    }

    /// True if the mouse is captured.
    pub const fn takes_mouse(&self) -> bool {
        self.mouse
    }

    /// The prefix of consoles and the keys after it, from the keymap.
    pub fn console_keys(&self) -> ConsoleKeys {
        self.keymap.console()
    }

    /// Ends the choice of the first table: the user is looking at this one.
    pub(super) fn end_first_look(&mut self) {
        self.is_first_look = false;
    }

    /// Goes to the first table with rows once it is known that the one in front has none.
    fn choose_first_table(&mut self) {
        let is_asked = |kind| {
            self.store.contexts().iter().any(|context| {
                let has_begun = Kind::ALL
                    .into_iter()
                    .any(|kind| context.listing_condition(kind) != ListingCondition::Unsupported);
                !has_begun || context.listing_condition(kind) == ListingCondition::Pending
            })
        };
        let kind = self.pane().kind;
        if !self.store.is_empty(kind) {
            self.is_first_look = false;
        } else if !is_asked(kind)
            && let Some(first) = self.panes.iter().position(|pane| !self.store.is_empty(pane.kind))
        {
            self.is_first_look = false;
            self.active = first;
        }
    }

    /// Brings the table in front up to date. The job, if one comes, is to be run elsewhere and its result handed back.
    pub fn arrange(&mut self) -> Option<Job> {
        if self.is_first_look {
            self.choose_first_table();
        }
        let Self { panes, active, store, hidden, now, .. } = self;
        panes[*active].arrange(store, hidden, *now)
    }

    /// Brings the table in front up to date here and now, before a command acts on its rows.
    pub(super) fn finish_arranging(&mut self) {
        let Self { panes, active, store, hidden, now, .. } = self;
        panes[*active].finish(store, hidden, *now);
    }

    /// Puts a layer on the screen as soon as the key or event at hand is done.
    pub(super) fn open_layer(&mut self, layer: impl Layer + 'static) {
        self.opening.push(Box::new(layer));
    }

    /// The layers to be put on the screen.
    pub(super) fn take_opening(&mut self) -> Vec<Box<dyn Layer>> {
        std::mem::take(&mut self.opening)
    }

    /// The platform of a context.
    pub(super) fn platform(&self, context: &ContextName) -> Option<Platform> {
        self.store.context(context).map(|context| context.platform)
    }

    /// The name of a resource; its id where it is gone.
    pub(super) fn name_of(&self, id: &ResourceId) -> String {
        self.store.get(id).map_or_else(|| id.id.to_string(), |row| row.name().to_owned())
    }
}

/// A table's name in the palette and in files.
pub(in crate::tui) fn table_name(kind: Kind) -> String {
    kind.title().to_lowercase().replace(' ', "-")
}

/// Time for which a row that changed its state is highlighted.
pub(super) const STATE_FLASH_DURATION: Duration = Duration::from_millis(2500);

#[cfg(test)]
mod tests;
