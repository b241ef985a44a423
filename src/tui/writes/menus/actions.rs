//! The menu of what can be done to a row: every action with its key and danger, what is not available with its reason.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::super::form::FormOpening;
use crate::model::{Action, ActionId, Danger, FormValues, Kind, Resource, State, Target};
use crate::tui::Effect;
use crate::tui::app::App;
use crate::tui::effect::{ScreenEffect, View};
use crate::tui::layer::{Answer, Asking, Handled, Question, Ticket};
use crate::tui::overlays::list::{Item, List, Tone};
use crate::tui::overlays::{Menu, MenuLayer, Shape};

/// The choice that opens the menu of ways into an instance.
const WAYS: usize = usize::MAX;

/// The actions on one row, as it is now.
pub struct ActionMenu {
    target: Target,
    actions: Vec<Action>,
    /// The row, and what is being done to it, as of the last time that its actions were asked for.
    seen: (Arc<Resource>, Option<&'static str>),
    /// Its actions are asked for again.
    refreshing: Asking,
    /// The action to choose as soon as it is open.
    chosen: Option<ActionId>,
    /// The row is marked and the table does not show it.
    is_hidden: bool,
    /// The write that is being prepared.
    preparing: Asking,
}

impl ActionMenu {
    /// The menu of a row; `chosen` is chosen in it as if by its key.
    pub fn layer(
        row: &Arc<Resource>,
        actions: Vec<Action>,
        chosen: Option<ActionId>,
        is_hidden: bool,
    ) -> MenuLayer<Self> {
        let at = chosen.and_then(|chosen| named(&actions, chosen));
        let menu = Self {
            target: Target::of(row),
            actions,
            seen: (row.clone(), None),
            refreshing: Asking::default(),
            chosen,
            is_hidden,
            preparing: Asking::default(),
        };
        let items = menu.lines();
        let layer = Menu::layer(menu, items);
        match at {
            Some(at) => layer.selecting(&at),
            None => layer,
        }
    }

    fn lines(&self) -> Vec<Item<usize>> {
        let mut items: Vec<_> =
            self.actions.iter().enumerate().map(|(at, action)| item(at, action)).collect();
        if self.target.id.kind == Kind::Instance {
            let help = "Lists console, SSH and screen with what each needs.";
            let detail = format!("{:<10}  {help}", Danger::Safe.word());
            items.push(Item::new("", "Ways in", detail, WAYS));
        }
        items
    }

    /// Has an action prepared, or reports why it is not available.
    fn take(&mut self, at: usize) -> Vec<Effect> {
        if at == WAYS {
            return vec![Effect::close(), View::Ways(self.target.id.clone()).into()];
        }
        let Some(action) = self.actions.get(at) else {
            return Vec::new();
        };
        if let Some(reason) = action.availability.reason() {
            return vec![Effect::complain(format!("{} {}: {reason}", action.name, self.target.name))];
        }
        if action.has_form {
            return vec![ScreenEffect::Form(Box::new(FormOpening::new(&self.target, action))).into()];
        }
        let (target, action) = (Box::new(self.target.clone()), Box::new(action.clone()));
        self.preparing.ask(Question::Write(target, action, FormValues::new()))
    }
}

/// The action of an id; where there is none to delete with, the one to terminate with.
fn named(actions: &[Action], id: ActionId) -> Option<usize> {
    let verb = |id: ActionId| id.as_str().split_once('.').map(|(_, verb)| verb);
    let exact = actions.iter().position(|action| action.id == id);
    let is_other = |action: &Action| verb(id) == Some("delete") && verb(action.id) == Some("terminate");
    exact.or_else(|| actions.iter().position(is_other))
}

fn item(at: usize, action: &Action) -> Item<usize> {
    let key = action.key.to_string();
    match action.availability.reason() {
        Some(reason) => Item::new(key, action.name, reason, at).toned(Tone::Dim),
        None => Item::new(key, action.name, format!("{:<10}  {}", action.danger.word(), action.help), at),
    }
}

impl Menu for ActionMenu {
    type Choice = usize;

    fn title(&self) -> String {
        let state = || self.target.state.as_ref().map(State::word);
        let state = self.seen.1.map(Into::into).or_else(state);
        let state = state.map_or_else(String::new, |state| format!(", {state}"));
        let hidden = if self.is_hidden { " (1 marked, not shown)" } else { "" };
        format!("{} in {}{state}{hidden}", self.target.name, self.target.context())
    }

    fn foot(&self, _ascii: bool) -> &'static str {
        if self.preparing.is_open() {
            "preparing the request  esc cancel"
        } else {
            "enter or its key choose  esc close"
        }
    }

    fn shape(&self) -> Shape {
        Shape::Middle(100)
    }

    fn open(&mut self) -> Vec<Effect> {
        let Some(chosen) = self.chosen.take() else {
            return Vec::new();
        };
        if let Some(at) = named(&self.actions, chosen) {
            return self.take(at);
        }
        let (kind, verb) = (self.target.id.kind.singular(), ActionId::verb_of(chosen.as_str()));
        vec![Effect::complain(format!("{}: no action `{verb}` on this {kind}", self.target.name))]
    }

    fn items(&self, _app: &App) -> Option<Vec<Item<usize>>> {
        Some(self.lines())
    }

    fn rows_changed(&mut self, app: &App) -> Vec<Effect> {
        let id = &self.target.id;
        let Some(row) = app.store.get(id) else { return Vec::new() };
        let now = (row.clone(), app.store.busy(id, app.now).map(|busy| busy.progress));
        if now == self.seen {
            return Vec::new();
        }
        self.seen = now;
        self.refreshing.ask(Question::ActionsOn(id.clone()))
    }

    fn choose(&mut self, at: usize, _list: &mut List<usize>, _app: &mut App) -> Vec<Effect> {
        self.take(at)
    }

    fn key(&mut self, key: KeyEvent, _list: &mut List<usize>, _app: &App) -> Handled {
        let KeyCode::Char(letter) = key.code else {
            return Handled::Ignored;
        };
        if !key.modifiers.difference(KeyModifiers::SHIFT).is_empty() {
            return Handled::Ignored;
        }
        match self.actions.iter().position(|action| action.key == letter) {
            // A key that is held down chooses once.
            Some(_) if key.kind == KeyEventKind::Repeat => Handled::done(),
            Some(at) => self.take(at).into(),
            None => Handled::Ignored,
        }
    }

    fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Effect> {
        if let Answer::ActionsOn(actions) = answer {
            if self.refreshing.is(ticket) {
                self.refreshing.close();
                (self.target, self.actions) = (Target::of(&self.seen.0), actions);
            }
            return Vec::new();
        }
        prepared(&mut self.preparing, ticket, answer)
    }
}

/// Returns what follows from the answer about a write that was asked for: its confirmation, or a message of why there is none.
pub(in crate::tui::writes) fn prepared(
    preparing: &mut Asking,
    ticket: Ticket,
    answer: Answer,
) -> Vec<Effect> {
    let Answer::Prepared(write) = answer else {
        return Vec::new();
    };
    if !preparing.is(ticket) {
        return Vec::new();
    }
    preparing.close();
    vec![match *write {
        Ok(write) => ScreenEffect::Confirm(Box::new(write)).into(),
        Err(problem) => Effect::complain(problem.to_string()),
    }]
}
