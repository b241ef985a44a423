//! The values of a row that can be copied.

use super::list::{Item, List};
use super::{Menu, MenuLayer};
use crate::model::{Resource, ResourceId, Timestamp};
use crate::table::{Cell, Column, Row};
use crate::tui::Effect;
use crate::tui::app::App;
use crate::tui::effect::{CurlOf, Work};

/// The list of what can be copied of one row.
pub struct Copy {
    name: String,
}

/// A value of the row.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// A text, and what to call it.
    Text(String, &'static str),
    /// The request that reads the row.
    Request(ResourceId),
}

/// The values of a row that can be copied.
pub fn menu(row: &Resource) -> MenuLayer<Copy> {
    let copy = |what, text: String| Item::new("", what, text.clone(), Choice::Text(text, what));
    let mut items = vec![copy("name", row.name().to_owned()), copy("id", row.id().id.to_string())];
    let now = Timestamp::now();
    let cells = Row { resource: row, platform: "", now, count: None };
    for (what, id) in [("address", "address"), ("image", "image"), ("endpoint", "endpoints")] {
        let cell = Column::find(row.kind(), id).map_or(Cell::Empty, |column| column.cell(&cells));
        let text = cell.text(now).into_owned();
        if !text.is_empty() {
            items.push(copy(what, text));
        }
    }
    let cells: Vec<_> = Column::defaults(row.kind())
        .map(|column| column.cell(&cells))
        // An age is another one by the time it is pasted.
        .filter(|cell| !matches!(cell, Cell::Age(_)))
        .map(|cell| cell.text(now).into_owned())
        .filter(|text| !text.is_empty())
        .collect();
    let request = Choice::Request(row.id().clone());
    items.push(Item::new("", "request", "as curl, its credentials as variables of the shell", request));
    items.push(copy("row", cells.join("  ")));
    Copy { name: row.name().to_owned() }.layer(items)
}

impl Menu for Copy {
    type Choice = Choice;

    fn title(&self) -> String {
        format!("copy of {}", self.name)
    }

    fn foot(&self, _ascii: bool) -> &'static str {
        "enter copy  esc close"
    }

    fn choose(&mut self, choice: Choice, _list: &mut List<Choice>, _app: &mut App) -> Vec<Effect> {
        let copy = match choice {
            Choice::Text(text, what) => Effect::copy(text, what),
            Choice::Request(id) => Work::CopyCurl(CurlOf::Read(id)).into(),
        };
        vec![Effect::close(), copy]
    }
}
