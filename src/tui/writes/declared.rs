//! The actions of all platforms by name, for the palette and the help: the part of the table of commands that platforms
//! declare themselves.

use crate::fleet::DeclaredAction;
use crate::model::{ActionId, ResourceId};
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
    is_new: bool,
}

impl DeclaredActions {
    /// Those for the row under the cursor, still to be asked for.
    pub fn for_selected(app: &App) -> Self {
        let row = app.pane().selected().map(|row| row.id().clone());
        Self { row, asking: Asking::default(), actions: Vec::new(), is_new: false }
    }

    /// Asks for them.
    pub fn ask(&mut self) -> Vec<Effect> {
        self.asking.ask(Question::Actions(self.row.clone()))
    }

    /// Takes the answer.
    pub fn take(&mut self, ticket: Ticket, answer: Answer) {
        if let Answer::Actions(actions) = answer
            && self.asking.is(ticket)
        {
            self.asking.close();
            self.actions = actions;
            self.is_new = true;
        }
    }

    /// Returns true once after an answer.
    pub fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.is_new)
    }

    /// An item an action: its keys, its name, its platforms, and what it does or why it is not available.
    pub fn items<C>(&self, app: &App, choice: impl Fn(ResourceId, ActionId) -> C) -> Vec<Item<C>> {
        let menu = key_of(app, KeyContext::Table, Command::Actions);
        let item = |declared: &DeclaredAction| {
            let action = &declared.action;
            let platforms: Vec<_> = declared.platforms.iter().map(|platform| platform.title()).collect();
            let reason = action.availability.reason();
            let detail = format!("{}: {}", platforms.join(", "), reason.unwrap_or(action.help));
            let key = format!("{menu} {}", action.key);
            let item = Item {
                choice: self.row.clone().map(|row| choice(row, action.id)),
                ..Item::text(key, action.name.to_lowercase())
            };
            let item = Item { detail, ..item };
            if reason.is_some() { item.toned(Tone::Dim) } else { item }
        };
        self.actions.iter().map(item).collect()
    }
}

/// Opens the menu of actions on a row and chooses one in it.
pub fn choose(row: ResourceId, action: ActionId) -> Effect {
    Work::OpenActions(row, Some(action)).into()
}
