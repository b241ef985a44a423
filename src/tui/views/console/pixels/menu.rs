//! The menu of keys that a terminal does not send, by their names.

use crate::tui::Effect;
use crate::tui::app::App;
use crate::tui::overlays::list::{Item, List};
use crate::tui::overlays::{Menu, MenuLayer, Shape};
use crate::vnc::Keysym;
use crate::vnc::keys::menu;

/// The menu.
#[derive(Default)]
pub(in crate::tui::views::console) struct KeyMenu {
    /// What was chosen, until the view takes it: the name, and the keys in the order in which they are pressed.
    chosen: Option<(String, Vec<Keysym>)>,
}

impl KeyMenu {
    /// The menu with all of its keys.
    pub fn layer() -> MenuLayer<Self> {
        let items = menu().into_iter().map(|entry| {
            let choice = (entry.name.clone(), entry.keys);
            Item::new("", entry.name, entry.purpose, choice)
        });
        Self::default().searched_layer("search: ", items.collect())
    }

    /// Takes what was chosen.
    pub fn take(&mut self) -> Option<(String, Vec<Keysym>)> {
        self.chosen.take()
    }
}

impl Menu for KeyMenu {
    type Choice = (String, Vec<Keysym>);

    fn title(&self) -> String {
        "send keys".to_owned()
    }

    fn foot(&self, _ascii: bool) -> &'static str {
        "type to search  enter send  esc cancel"
    }

    fn shape(&self) -> Shape {
        Shape::Middle(64)
    }

    fn choose(
        &mut self,
        choice: Self::Choice,
        _list: &mut List<Self::Choice>,
        _app: &mut App,
    ) -> Vec<Effect> {
        self.chosen = Some(choice);
        Vec::new()
    }
}
