//! The menu of what can be made: the actions on contexts, those of the kind in front and of the contexts in view first.

use std::collections::HashSet;

use super::super::form::FormOpening;
use super::actions::prepared;
use crate::model::{Action, ActionId, ContextName, FormValues, Kind, Target};
use crate::tui::Effect;
use crate::tui::app::App;
use crate::tui::effect::ScreenEffect;
use crate::tui::layer::{Answer, Asking, Question, Ticket};
use crate::tui::overlays::list::{Item, List, Tone};
use crate::tui::overlays::{Menu, MenuLayer, Shape};

/// With more items than these a line is there to search them.
const MAX_PLAIN_ITEMS: usize = 9;

/// An action on a context.
pub type Creation = (ContextName, Action);

/// The actions on contexts.
pub struct CreateMenu {
    actions: Vec<Creation>,
    kind: Kind,
    /// The action to choose as soon as it is open.
    chosen: Option<usize>,
    preparing: Asking,
}

impl CreateMenu {
    /// The menu for the table in front; `chosen` is chosen in it as if by Enter.
    pub fn layer(
        mut actions: Vec<Creation>,
        app: &App,
        chosen: Option<&(ContextName, ActionId)>,
    ) -> MenuLayer<Self> {
        let kind = app.pane().kind;
        let selected = app.pane().selected().map(|row| row.id().context.clone());
        order(&mut actions, kind, selected.as_ref(), &app.hidden);
        let is_chosen = |(context, action): &Creation| {
            chosen.is_some_and(|(name, id)| name == context && *id == action.id)
        };
        let chosen = actions.iter().position(is_chosen);
        let is_searched = actions.len() > MAX_PLAIN_ITEMS;
        let items = actions.iter().enumerate().map(|(at, action)| item(at, action, &app.hidden)).collect();
        let menu = Self { actions, kind, chosen, preparing: Asking::default() };
        let layer = if is_searched { menu.searched_layer("/", items) } else { Menu::layer(menu, items) };
        match chosen {
            Some(at) => layer.selecting(&at),
            None => layer,
        }
    }

    fn take(&mut self, at: usize) -> Vec<Effect> {
        let Some((context, action)) = self.actions.get(at) else {
            return Vec::new();
        };
        if let Some(reason) = action.availability.reason() {
            return vec![Effect::complain(format!("{} in {context}: {reason}", action.name))];
        }
        let target = Target::new_in(context, kind_of(action.id).unwrap_or(self.kind));
        if action.has_form {
            return vec![
                Effect::close(),
                ScreenEffect::Form(Box::new(FormOpening::new(&target, action))).into(),
            ];
        }
        let action = Box::new(action.clone());
        self.preparing.ask(Question::Write(Box::new(target), action, FormValues::new()))
    }
}

/// The kind of what an action makes, by its id.
fn kind_of(action: ActionId) -> Option<Kind> {
    match action.as_str().split_once('.')?.0 {
        "instance" => Some(Kind::Instance),
        "container" => Some(Kind::Container),
        _ => None,
    }
}

/// Puts first what the table in front shows: its kind, then the context of the row under the cursor, then those in view.
fn order(
    actions: &mut [Creation],
    kind: Kind,
    selected: Option<&ContextName>,
    hidden: &HashSet<ContextName>,
) {
    actions.sort_by_key(|(context, action)| {
        let of_kind = kind_of(action.id);
        (
            hidden.contains(context),
            match of_kind {
                Some(made) if made == kind => 0,
                Some(_) => 1,
                None => 2,
            },
            selected != Some(context),
        )
    });
}

/// The name of an action on a context. Where it is the verb alone, as `Create`, the kind is added: it is what they differ in.
pub(in crate::tui::writes) fn label(action: &Action) -> String {
    match kind_of(action.id) {
        Some(kind) if !action.name.contains(' ') => {
            format!("{} {}", action.name, kind.singular())
        }
        _ => action.name.to_owned(),
    }
}

fn item(at: usize, (context, action): &Creation, hidden: &HashSet<ContextName>) -> Item<usize> {
    let is_hidden = hidden.contains(context);
    let detail = match action.availability.reason() {
        Some(reason) => reason.to_owned(),
        None if is_hidden => format!("{} (context is hidden)", action.help),
        None => action.help.to_owned(),
    };
    let item = Item::new(context.as_str(), label(action), detail, at);
    if action.availability.is_yes() && !is_hidden { item } else { item.toned(Tone::Dim) }
}

impl Menu for CreateMenu {
    type Choice = usize;

    fn title(&self) -> String {
        "create".to_owned()
    }

    fn foot(&self, _ascii: bool) -> &'static str {
        if self.preparing.is_open() { "preparing the request  esc cancel" } else { "enter choose  esc close" }
    }

    fn shape(&self) -> Shape {
        Shape::Middle(110)
    }

    fn open(&mut self) -> Vec<Effect> {
        self.chosen.take().map(|at| self.take(at)).unwrap_or_default()
    }

    fn choose(&mut self, at: usize, _list: &mut List<usize>, _app: &mut App) -> Vec<Effect> {
        self.take(at)
    }

    fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Effect> {
        let mut effects = prepared(&mut self.preparing, ticket, answer);
        if matches!(effects.first(), Some(Effect::Screen(ScreenEffect::Confirm(_)))) {
            effects.insert(0, Effect::close());
        }
        effects
    }
}
