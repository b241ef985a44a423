//! Verbs on the selected row, or on the marked ones.

use super::users;
use crate::model::{ActionId, Kind, Resource, ResourceId, ScreenKind};
use crate::tui::Effect;
use crate::tui::app::{App, is_text, refusal};
use crate::tui::command::{RowCommand, container_with_revisions, no_revisions, not_offered};
use crate::tui::effect::{DocumentForm, ScreenEffect, View, Work};
use crate::tui::layer::Handled;
use crate::tui::overlays::copy;
use crate::tui::writes;

/// Does what a key of rows is bound to.
pub(super) fn perform(command: RowCommand, app: &mut App) -> Handled {
    let Some(row) = app.pane().selected().cloned() else {
        return Handled::Ignored;
    };
    let id = row.id().clone();
    let effect: Effect = match command {
        RowCommand::Open => return drill(&row, app),
        RowCommand::Describe => View::Document(id, DocumentForm::Form).into(),
        RowCommand::Yaml => View::Document(id, DocumentForm::Yaml).into(),
        RowCommand::Json => View::Document(id, DocumentForm::Json).into(),
        RowCommand::Logs => return logs(app),
        RowCommand::Attach => return attach(app),
        RowCommand::Ways if !app.ways_of_row(&row).is_empty() => View::Ways(id).into(),
        RowCommand::Ways => Effect::complain(not_offered(&row, "console")),
        RowCommand::Ssh => match app.ways_of_row(&row).iter().find(|way| way.kind == ScreenKind::Ssh) {
            Some(way) if way.barrier.is_some() => Effect::complain(refusal(way, row.name())),
            Some(_) => View::Way(id, ScreenKind::Ssh).into(),
            None => Effect::complain(not_offered(&row, "SSH")),
        },
        RowCommand::Telemetry if row.offers().telemetry => View::Telemetry(id).into(),
        RowCommand::Telemetry => Effect::complain(not_offered(&row, "telemetry")),
        RowCommand::Revisions => match container_with_revisions(app, &row) {
            Some(container) => ScreenEffect::Follow(Kind::Revision, container.clone()).into(),
            None => Effect::complain(no_revisions(&row)),
        },
        RowCommand::Actions => return actions(app, id, None),
        RowCommand::Edit => return actions(app, id.clone(), writes::update_of(id.kind)),
        RowCommand::Delete => return actions(app, id.clone(), writes::delete_of(id.kind)),
        RowCommand::RollBack => Work::OpenActions(id, Some(ActionId::REVISION_ROLL_BACK)).into(),
        RowCommand::Copy => {
            let targets = app.targets();
            let names: Vec<_> = targets.rows.iter().map(|row| row.name().to_owned()).collect();
            let what = if names.len() == 1 { "name".to_owned() } else { format!("{} names", names.len()) };
            let what = targets.hidden_note().map_or_else(|| what.clone(), |note| format!("{what} ({note})"));
            Effect::copy_lines(names, what)
        }
        RowCommand::CopyMenu => {
            app.open_layer(copy::menu(&row));
            return Handled::done();
        }
    };
    effect.into()
}

/// Opens the menu of actions on a row, or on the marked ones where there are any, and chooses one in it.
fn actions(app: &App, id: ResourceId, chosen: Option<ActionId>) -> Handled {
    match (app.pane().marks.is_empty(), chosen) {
        (false, chosen) => Work::OpenBulkActions(app.targets().ids(), chosen).into(),
        (true, None) => View::Actions(id).into(),
        (true, chosen) => Work::OpenActions(id, chosen).into(),
    }
}

/// The most consoles that are opened together.
const MAX_CONSOLES_TOGETHER: usize = 9;

/// Attaches the console of the target; those of several in the tiles of one tab.
fn attach(app: &App) -> Handled {
    let targets = app.targets();
    let note = targets.hidden_note();
    let targets = targets.rows;
    let marked = targets.len();
    if let [row] = &*targets {
        let mut effects = if app.ways_of_row(row).is_empty() {
            vec![Effect::complain(not_offered(row, "console"))]
        } else {
            vec![View::Console(row.id().clone()).into()]
        };
        effects.extend(note.map(Effect::report));
        return effects.into();
    }
    let is_text = |row: &&Resource| app.best_way(row).is_ok_and(is_text);
    let mut ids: Vec<ResourceId> =
        targets.iter().map(|row| &**row).filter(is_text).map(|row| row.id().clone()).collect();
    let offered = ids.len();
    ids.truncate(MAX_CONSOLES_TOGETHER);
    let mut effects = Vec::new();
    effects.extend(note.map(Effect::report));
    if offered < marked {
        effects.push(Effect::complain(format!("{} of {marked} have no console of text", marked - offered)));
    }
    if offered > MAX_CONSOLES_TOGETHER {
        let text = format!("opened the first {MAX_CONSOLES_TOGETHER} of {offered}: no more fit on a screen");
        effects.push(Effect::report(text));
    }
    if !ids.is_empty() {
        effects.insert(0, View::Consoles(ids).into());
    }
    effects.into()
}

fn drill(row: &Resource, app: &mut App) -> Handled {
    let id = row.id().clone();
    match row {
        Resource::Container(_) => {
            let lists_instances = app.store.listing(&id.context, Kind::Instance).is_some();
            let kind = if lists_instances { Kind::Instance } else { Kind::Revision };
            ScreenEffect::Follow(kind, id).into()
        }
        Resource::GpuModel(it) => users::follow(it, app),
        _ => View::Document(id, DocumentForm::Form).into(),
    }
}

/// Logs of the targets; of a container whose platform has logs of instances only, those of its instances.
fn logs(app: &App) -> Handled {
    let targets = app.targets();
    let mut ids: Vec<ResourceId> = Vec::new();
    for row in &targets.rows {
        if row.offers().logs {
            ids.push(row.id().clone());
        } else if row.kind() == Kind::Container {
            ids.extend(
                app.store
                    .of_container(Kind::Instance, row.id())
                    .filter(|row| row.offers().logs)
                    .map(|row| row.id().clone()),
            );
        } else if let Some(link) = row.container() {
            let offered = app.store.get(&link.id).is_some_and(|row| row.offers().logs);
            ids.extend(offered.then(|| link.id.clone()));
        }
    }
    ids.dedup();
    let mut effects: Vec<Effect> = match (ids.is_empty(), targets.rows.first()) {
        (true, Some(row)) => vec![Effect::complain(not_offered(row, "logs"))],
        _ => vec![View::Logs(ids).into()],
    };
    effects.extend(targets.hidden_note().map(Effect::report));
    effects.into()
}
