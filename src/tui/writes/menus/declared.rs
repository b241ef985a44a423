//! The actions of all platforms by name, for the palette and the help: the part of the table of commands that platforms
//! declare themselves.

use super::create::Creation;
use crate::fleet::DeclaredAction;
use crate::model::{ActionId, ContextName, Kind, ResourceId};
use crate::tui::app::App;
use crate::tui::effect::Work;
use crate::tui::layer::{Answer, Asking, Question, Ticket};
use crate::tui::overlays::key_of;
use crate::tui::overlays::list::{Item, Tone};
use crate::tui::{Command, Effect, KeyContext};

/// The actions of all platforms, for the row that was under the cursor when they were asked for.
pub struct DeclaredActions {
    row: Option<ResourceId>,
    asking: Asking,
    actions: Vec<DeclaredAction>,
    creations: Vec<Creation>,
    is_new: bool,
}

impl DeclaredActions {
    /// Those for the row under the cursor, still to be asked for.
    pub fn for_selected(app: &App) -> Self {
        let row = app.pane().selected().map(|row| row.id().clone());
        Self { row, asking: Asking::default(), actions: Vec::new(), creations: Vec::new(), is_new: false }
    }

    /// Asks for them.
    pub fn ask(&mut self) -> Vec<Effect> {
        self.asking.ask(Question::Actions(self.row.clone()))
    }

    /// Takes the answer.
    pub fn take(&mut self, ticket: Ticket, answer: Answer) {
        if let Answer::Actions(actions, creations) = answer
            && self.asking.is(ticket)
        {
            self.asking.close();
            self.actions = actions;
            self.creations = creations;
            self.is_new = true;
        }
    }

    /// Returns true once after an answer.
    pub fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.is_new)
    }

    /// An item an action: its keys, its name, its platforms, and what it does or why it is not available.
    pub fn items<C>(&self, app: &App, choice: impl Fn(Chosen) -> C) -> Vec<Item<C>> {
        let menu = key_of(app, KeyContext::Table, Command::Actions);
        let item = |declared: &DeclaredAction| {
            let action = &declared.action;
            let reason = action.availability.reason();
            // What it does is not the same on all platforms that have it.
            let effect = declared.effects.iter().find(|it| reason.is_none() && it.help == action.help);
            let platforms = effect.map_or(&declared.platforms, |effect| &effect.platforms);
            let platforms: Vec<_> = platforms.iter().map(|platform| platform.title()).collect();
            let detail = format!("{}: {}", platforms.join(", "), reason.unwrap_or(action.help));
            let key = format!("{menu} {}", action.key);
            let item = Item {
                choice: self.row.clone().map(|row| choice(Chosen::Row(row, action.id))),
                ..Item::text(key, action.verb())
            };
            let item = Item { detail, ..item };
            if reason.is_some() { item.toned(Tone::Dim) } else { item }
        };
        let key = key_of(app, KeyContext::Table, Command::Create);
        let create = |(context, action): &Creation| {
            let reason = action.availability.reason();
            let detail = format!("{context}: {}", reason.unwrap_or(action.help));
            let label = super::create::label(action).to_lowercase();
            let item = Item::new(key.clone(), label, detail, choice(Chosen::New(context.clone(), action.id)));
            if reason.is_some() { item.toned(Tone::Dim) } else { item }
        };
        // What only makes something new is not on any row.
        let is_creation = |id| self.creations.iter().any(|(_, action)| action.id == id);
        let platform = self.row.as_ref().and_then(|row| app.platform(&row.context));
        // What only other platforms or other kinds have can never be taken on the row.
        let is_of_row = |declared: &DeclaredAction| {
            self.row.as_ref().is_none_or(|row| declared.action.id.kind().is_none_or(|kind| kind == row.kind))
                && platform.is_none_or(|platform| declared.platforms.contains(&platform))
        };
        let on_rows = |declared: &&DeclaredAction| {
            let DeclaredAction { action, .. } = declared;
            action.availability.is_yes() || !is_creation(action.id) && is_of_row(declared)
        };
        let (available, others): (Vec<_>, Vec<_>) =
            self.actions.iter().filter(on_rows).partition(|it| it.action.availability.is_yes());
        let rows = available.into_iter().chain(others).map(item);
        rows.chain(self.creations.iter().map(create)).collect()
    }
}

/// An action chosen by its name.
#[derive(Debug, Clone, PartialEq)]
pub enum Chosen {
    /// On a row, or on the marked ones where there are any.
    Row(ResourceId, ActionId),
    /// On a context.
    New(ContextName, ActionId),
}

/// Opens the menu of an action and chooses it there.
pub fn choose(chosen: Chosen, app: &App) -> Effect {
    let work = match chosen {
        Chosen::New(context, action) => Work::OpenCreate(Some((context, action))),
        Chosen::Row(row, action) if app.pane().marks.is_empty() => Work::OpenActions(row, Some(action)),
        Chosen::Row(_, action) => Work::OpenBulkActions(app.targets().ids(), Some(action)),
    };
    work.into()
}

/// The action that changes the settings of a resource of a kind.
pub const fn update_of(kind: Kind) -> Option<ActionId> {
    match kind {
        Kind::Instance => Some(ActionId::INSTANCE_UPDATE),
        Kind::Container => Some(ActionId::CONTAINER_UPDATE),
        Kind::Revision | Kind::GpuModel | Kind::Operation => None,
    }
}

/// The action that deletes a resource of a kind.
pub const fn delete_of(kind: Kind) -> Option<ActionId> {
    match kind {
        Kind::Instance => Some(ActionId::INSTANCE_DELETE),
        Kind::Container => Some(ActionId::CONTAINER_DELETE),
        Kind::Revision | Kind::GpuModel | Kind::Operation => None,
    }
}
