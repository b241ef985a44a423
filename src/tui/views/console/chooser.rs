//! The list that asks which console to put into a new tile or tab: sessions without a tile, and instances.

use crate::console::{SessionId, Sessions};
use crate::model::{Kind, ResourceId};
use crate::tui::Effect;
use crate::tui::app::{App, is_text};
use crate::tui::overlays::list::{Item, List};
use crate::tui::overlays::{Menu, MenuLayer, Shape};

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Choice {
    /// An open session.
    Session(SessionId),
    /// A new session on an instance.
    Instance(ResourceId),
}

/// The list.
pub(super) struct Chooser {
    title: &'static str,
    /// What was chosen, until the view takes it.
    chosen: Option<Choice>,
}

impl Chooser {
    /// The list, with the sessions for which `is_shown` is false and all instances with a console of text.
    pub fn layer(
        title: &'static str,
        sessions: &Sessions,
        is_shown: impl Fn(SessionId) -> bool,
        app: &App,
    ) -> MenuLayer<Self> {
        let mut items = Vec::new();
        let open: Vec<_> = sessions.all().into_iter().filter(|open| !is_shown(open.session)).collect();
        if !open.is_empty() {
            items.push(Item::heading("Open, without a tile"));
        }
        items.extend(open.iter().map(|open| {
            let marks: String = open.marks().iter().map(|mark| mark.symbol(app.options.ascii)).collect();
            Item::new(marks, open.label(), open.id.context.as_str(), Choice::Session(open.session))
        }));
        let rows = app.store.rows(Kind::Instance);
        let attachable = rows.filter(|row| app.best_way(row).is_ok_and(is_text));
        let mut instances: Vec<_> = attachable
            .map(|row| {
                let id = row.id();
                let is_open = if sessions.latest_of(id).is_some() { ", another session" } else { "" };
                let detail = format!("{}{is_open}", id.context);
                Item::new("", row.name(), detail, Choice::Instance(id.clone()))
            })
            .collect();
        instances.sort_by(|one, other| one.label.cmp(&other.label));
        if !instances.is_empty() {
            items.push(Item::heading("Attach another"));
        }
        items.extend(instances);
        Self { title, chosen: None }.searched_layer("search: ", items)
    }

    /// Takes what was chosen.
    pub fn take(&mut self) -> Option<Choice> {
        self.chosen.take()
    }
}

impl Menu for Chooser {
    type Choice = Choice;

    fn title(&self) -> String {
        self.title.to_owned()
    }

    fn foot(&self, _ascii: bool) -> &'static str {
        "type to search  enter open  esc cancel"
    }

    fn shape(&self) -> Shape {
        Shape::Middle(64)
    }

    fn choose(&mut self, choice: Choice, _list: &mut List<Choice>, _app: &mut App) -> Vec<Effect> {
        self.chosen = Some(choice);
        Vec::new()
    }
}
