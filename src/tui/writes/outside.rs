//! The part of writes that asks the fleet: the menus of actions, and what is read for questions.

use serde_json::{Value, json};

use super::bulk::BulkMenu;
use super::history::outcome;
use super::{ActionMenu, CreateMenu};
use crate::fleet::journal::Written;
use crate::fleet::{Fleet, Section};
use crate::model::{ActionId, ContextName, Document, ResourceId};
use crate::tui::command::no_actions;
use crate::tui::effect::View;
use crate::tui::ui::{Event, Ui};

/// The menu of actions on a row, as it is at this moment.
pub(in crate::tui) fn actions(fleet: &Fleet, ui: &Ui, id: ResourceId, chosen: Option<ActionId>) -> Event {
    let Some(row) = ui.app.store.get(&id) else {
        return Event::Failed(format!("{id} is gone"));
    };
    let actions = fleet.actions(row);
    if actions.is_empty() {
        return Event::Failed(no_actions(row));
    }
    let menu = ActionMenu::layer(row, actions, chosen, ui.app.pane().hides_marked(&id));
    Event::Opened(Box::new(menu), View::Actions(id))
}

/// The menu of actions that several rows have in common.
pub(in crate::tui) fn bulk_actions(
    fleet: &Fleet,
    ui: &Ui,
    ids: Vec<ResourceId>,
    chosen: Option<ActionId>,
) -> Event {
    if let [id] = &*ids {
        return actions(fleet, ui, id.clone(), chosen);
    }
    let known = ids.iter().filter_map(|id| ui.app.store.get(id));
    let rows: Vec<_> = known.map(|row| (row.clone(), fleet.actions(row))).collect();
    let hidden = ui.app.pane().not_shown(rows.iter().map(|(row, _)| row.id())).len();
    match BulkMenu::layer(&rows, hidden, chosen) {
        Ok(menu) => Event::Opened(Box::new(menu), View::BulkActions(ids)),
        Err(why) => Event::Failed(why),
    }
}

/// The menu of what can be made.
pub(in crate::tui) fn creations(fleet: &Fleet, ui: &Ui, chosen: Option<&(ContextName, ActionId)>) -> Event {
    let actions = fleet.context_actions();
    if actions.is_empty() {
        return Event::Failed("no context here offers to create anything".to_owned());
    }
    let menu = CreateMenu::layer(actions, &ui.app, chosen);
    Event::Opened(Box::new(menu), View::Create)
}

/// The title of the section of details with the changes made from here.
pub(in crate::tui) const OWN_WRITES: &str = "changes made from here";

/// The section of a resource's details with the writes of the journal to it, the latest first; `None` without any.
pub(in crate::tui) async fn own_writes(fleet: &Fleet, id: &ResourceId) -> Option<Section> {
    let body = match fleet.history().await {
        Ok(history) => {
            let is_its = |write: &&Written| {
                let context = &write.intent.context;
                write.intent.target.reference.in_context(context) == *id
            };
            let writes: Vec<Value> = history.writes.iter().rev().filter(is_its).map(brief).collect();
            if writes.is_empty() {
                return None;
            }
            Ok(Document::new(Value::Array(writes), Vec::new()))
        }
        Err(problem) => Err(problem),
    };
    Some(Section { title: OWN_WRITES, body })
}

/// A write of the journal in a section.
fn brief(write: &Written) -> Value {
    json!({
        "at": write.at.map(|at| at.to_string()),
        "action": write.intent.action,
        "outcome": outcome(write),
        "by": write.intent.by,
    })
}
