//! The ways into an instance, with what each of them needs and why one cannot be taken.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::list::{Item, List, Tone};
use super::{Menu, MenuLayer, Shape};
use crate::model::{ResourceId, ScreenKind, Way};
use crate::tui::app::{App, refusal, way_name};
use crate::tui::effect::{ScreenEffect, View};
use crate::tui::layer::Handled;
use crate::tui::views::page::wrap;
use crate::tui::{Command, Effect};

/// The most columns of the menu.
const MAX_COLUMNS: u16 = 90;
/// The least columns that a text below a way is wrapped to.
const MIN_TEXT_COLUMNS: u16 = 20;

/// The menu of ways.
pub struct WaysMenu {
    id: ResourceId,
    name: String,
    ways: Vec<Way>,
    /// The one that was chosen last.
    chosen: Option<ScreenKind>,
}

/// The menu of the ways into a resource, with the cursor on the one that was chosen last, else on the best.
pub fn menu(id: &ResourceId, app: &App) -> MenuLayer<WaysMenu> {
    let (name, ways) = (app.name_of(id), app.ways(id));
    let best = app.store.get(id).and_then(|row| app.best_way(row).ok());
    let menu = WaysMenu { id: id.clone(), name, ways, chosen: app.chosen_way(id) };
    let items = menu.items_in(u16::MAX);
    let layer = Menu::layer(menu, items);
    match best {
        Some(kind) => layer.selecting(&kind),
        None => layer,
    }
}

const fn key_of(kind: ScreenKind) -> char {
    match kind {
        ScreenKind::Terminal => 'a',
        ScreenKind::Ssh => 's',
        ScreenKind::Framebuffer => 'v',
        ScreenKind::WebPage => 'w',
    }
}

impl WaysMenu {
    /// A line a way, and below it what it is like or needs, or what is in the way, wrapped to so many columns.
    fn items_in(&self, columns: u16) -> Vec<Item<ScreenKind>> {
        let width = usize::from(columns.max(MIN_TEXT_COLUMNS));
        let mut items = Vec::new();
        for way in &self.ways {
            let mark = if Some(way.kind) == self.chosen { "  chosen last" } else { "" };
            let label = format!("{}{mark}", way_name(way.kind));
            let item = Item::new(key_of(way.kind), label, "", way.kind);
            items.push(if way.barrier.is_some() { item.toned(Tone::Dim) } else { item });
            let text = match &way.barrier {
                Some(barrier) => format!("not now: {barrier}"),
                None => way.needs.clone(),
            };
            if !text.is_empty() {
                let lines = wrap(&text, width).into_iter();
                items.extend(
                    lines.map(|line| Item::text("", format!("  {}", line.trim_end())).toned(Tone::Note)),
                );
            }
        }
        if items.is_empty() {
            items.push(Item::text("", "this platform offers no way into it").toned(Tone::Dim));
        }
        items
    }

    fn take(&self, kind: ScreenKind, app: &mut App) -> Vec<Effect> {
        match self.ways.iter().find(|way| way.kind == kind) {
            Some(way) if way.barrier.is_some() => vec![Effect::complain(refusal(way, &self.name))],
            Some(_) => {
                app.choose_way(&self.id, kind);
                vec![Effect::close(), View::Way(self.id.clone(), kind).into()]
            }
            None => Vec::new(),
        }
    }
}

impl Menu for WaysMenu {
    type Choice = ScreenKind;

    fn title(&self) -> String {
        format!("ways into {} in {}", self.name, self.id.context)
    }

    fn foot(&self, _ascii: bool) -> &'static str {
        "enter or its key take and remember  esc close"
    }

    fn shape(&self) -> Shape {
        Shape::Middle(MAX_COLUMNS)
    }

    fn fit(&self, list: &mut List<ScreenKind>, columns: u16) {
        // The key and the indent.
        list.refill(self.items_in(columns.min(MAX_COLUMNS).saturating_sub(8)));
    }

    fn choose(&mut self, kind: ScreenKind, _list: &mut List<ScreenKind>, app: &mut App) -> Vec<Effect> {
        self.take(kind, app)
    }

    fn key(&mut self, key: KeyEvent, list: &mut List<ScreenKind>, _app: &App) -> Handled {
        let KeyCode::Char(letter) = key.code else { return Handled::Ignored };
        if key.modifiers != KeyModifiers::NONE {
            return Handled::Ignored;
        }
        match self.ways.iter().find(|way| key_of(way.kind) == letter) {
            Some(way) => {
                list.select(&way.kind);
                Effect::from(ScreenEffect::Perform(Command::Open)).into()
            }
            None => Handled::Ignored,
        }
    }
}
