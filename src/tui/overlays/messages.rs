//! The messages so far, the latest first.

use super::list::{Item, List, Tone};
use super::{Menu, MenuLayer, Shape, WIDE_MARGIN};
use crate::model::Lifecycle;
use crate::tui::Effect;
use crate::tui::app::App;
use crate::tui::draw::wrap;

/// The columns of a time of day beyond those of a key of one letter.
const CLOCK_COLUMNS: u16 = 7;
/// The least columns that a message is wrapped to.
const MIN_TEXT_COLUMNS: u16 = 12;

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
    // The width of the last frame; the next one has it after a change.
    let room = app.header_area.width.saturating_sub(WIDE_MARGIN + CLOCK_COLUMNS).max(MIN_TEXT_COLUMNS);
    let mut items = Vec::new();
    for message in app.messages.iter().rev() {
        let tone = if message.bad { Tone::State(Lifecycle::Failed) } else { Tone::Plain };
        let clock = message.at.clock();
        let clock = clock.split('.').next().unwrap_or(&clock).to_owned();
        let mut lines = wrap(&message.text, room).into_iter();
        let first = lines.next().unwrap_or_default();
        items.push(Item::new(clock, first, "", message.text.clone()).toned(tone));
        items.extend(lines.map(|line| Item::text("", line).toned(Tone::Note)));
    }
    if items.is_empty() {
        items.push(Item::text("", "no messages yet").toned(Tone::Dim));
    }
    items
}
