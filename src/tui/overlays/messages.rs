//! The messages so far, the latest first.

use super::list::{Item, List, Tone};
use super::{Menu, MenuLayer, Shape};
use crate::model::Lifecycle;
use crate::tui::Effect;
use crate::tui::app::App;

/// The list of messages.
pub struct Messages;

/// All messages that are kept.
pub fn menu(app: &App) -> MenuLayer<Messages> {
    Messages.layer(items(app))
}

impl Menu for Messages {
    type Choice = String;

    fn title(&self) -> String {
        "messages".to_owned()
    }

    fn foot(&self, _ascii: bool) -> &'static str {
        "c copy  esc close"
    }

    fn shape(&self) -> Shape {
        Shape::Wide
    }

    fn items(&self, app: &App) -> Option<Vec<Item<String>>> {
        Some(items(app))
    }

    fn choose(&mut self, text: String, _list: &mut List<String>, _app: &mut App) -> Vec<Effect> {
        vec![Effect::close(), Effect::copy(text, "message".to_owned())]
    }
}

fn items(app: &App) -> Vec<Item<String>> {
    let mut items: Vec<Item<String>> = app
        .messages
        .iter()
        .rev()
        .map(|message| {
            let tone = if message.bad { Tone::State(Lifecycle::Failed) } else { Tone::Plain };
            let clock = message.at.clock();
            let clock = clock.split('.').next().unwrap_or(&clock).to_owned();
            Item::new(clock, message.text.clone(), "", message.text.clone()).toned(tone)
        })
        .collect();
    if items.is_empty() {
        items.push(Item::text("", "no messages yet").toned(Tone::Dim));
    }
    items
}
