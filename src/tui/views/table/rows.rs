//! Verbs on the selected row, or on the marked ones.

use crate::model::{GpuModel, Kind, Resource, ResourceId};
use crate::tui::app::App;
use crate::tui::layer::Handled;
use crate::tui::overlays::copy;
use crate::tui::{Command, DocumentForm, Effect};

/// Does what a key of rows is bound to.
pub(super) fn perform(command: Command, app: &mut App) -> Handled {
    let Some(row) = app.pane().selected().cloned() else {
        return Handled::Ignored;
    };
    let id = row.id().clone();
    let effect = match command {
        Command::Open => drill(&row, app),
        Command::Describe => Effect::ShowDocument(id, DocumentForm::Form),
        Command::Yaml => Effect::ShowDocument(id, DocumentForm::Yaml),
        Command::Json => Effect::ShowDocument(id, DocumentForm::Json),
        Command::Logs => logs(app),
        Command::Attach if row.offers().console.is_some() => Effect::ShowConsole(id),
        Command::Attach => not_offered(&row, "console"),
        Command::Telemetry if row.offers().telemetry => Effect::ShowTelemetry(id),
        Command::Telemetry => not_offered(&row, "telemetry"),
        Command::Revisions => match (&*row, row.container()) {
            (Resource::Container(_), _) => Effect::Follow(Kind::Revision, id),
            (_, Some(link)) => Effect::Follow(Kind::Revision, link.id.clone()),
            _ => Effect::Complain(format!("{} has no revisions", row.name())),
        },
        Command::Copy => {
            let names: Vec<_> = app.pane().targets().iter().map(|row| row.name().to_owned()).collect();
            let what = if names.len() == 1 { "name".to_owned() } else { format!("{} names", names.len()) };
            Effect::Copy(names.join("\n"), what)
        }
        Command::CopyMenu => {
            app.open_layer(copy::menu(&row));
            return Handled::done();
        }
        _ => return Handled::Ignored,
    };
    effect.into()
}

/// Whether a command of tables does something here and now.
pub(in crate::tui) fn is_available(command: Command, app: &App) -> bool {
    let pane = app.pane();
    let row = pane.selected();
    let offers = row.map(|row| row.offers()).unwrap_or_default();
    match command {
        Command::Attach => offers.console.is_some(),
        Command::Telemetry => offers.telemetry,
        Command::Logs => offers.logs || row.is_some_and(|row| row.kind() == Kind::Container),
        Command::Revisions => {
            row.is_some_and(|row| row.kind() == Kind::Container || row.container().is_some())
        }
        // A model has neither a state nor an age.
        Command::Attention | Command::SortByState | Command::SortByAge => pane.kind != Kind::GpuModel,
        Command::ClearMarks => !pane.marks.is_empty(),
        Command::NextMatch | Command::PreviousMatch => pane.has_searched(),
        Command::Open
        | Command::Describe
        | Command::Yaml
        | Command::Json
        | Command::Mark
        | Command::MarkRange
        | Command::Copy
        | Command::CopyMenu => row.is_some(),
        _ => true,
    }
}

fn drill(row: &Resource, app: &App) -> Effect {
    let id = row.id().clone();
    match row {
        Resource::Container(_) => {
            let lists_instances = app.store.listing(&id.context, Kind::Instance).is_some();
            let kind = if lists_instances { Kind::Instance } else { Kind::Revision };
            Effect::Follow(kind, id)
        }
        Resource::GpuModel(it) => Effect::Follow(users_of(it, app), id),
        _ => Effect::ShowDocument(id, DocumentForm::Form),
    }
}

/// The table that shows who uses a GPU model: instances, or containers where no instance is known to.
fn users_of(model: &GpuModel, app: &App) -> Kind {
    let usage = app.store.usage(model);
    let lists = |kind| app.store.listing(&model.id.context, kind).is_some();
    let of_instances = usage.instances > 0 || (usage.containers == 0 && lists(Kind::Instance));
    if of_instances { Kind::Instance } else { Kind::Container }
}

/// Logs of the targets; of a container whose platform has logs of instances only, those of its instances.
fn logs(app: &App) -> Effect {
    let targets = app.pane().targets();
    let mut ids: Vec<ResourceId> = Vec::new();
    for row in &targets {
        if row.offers().logs {
            ids.push(row.id().clone());
        } else if row.kind() == Kind::Container {
            ids.extend(
                app.store
                    .of_container(Kind::Instance, row.id())
                    .filter(|row| row.resource.offers().logs)
                    .map(|row| row.resource.id().clone()),
            );
        } else if let Some(link) = row.container() {
            let offered = app.store.get(&link.id).is_some_and(|row| row.resource.offers().logs);
            ids.extend(offered.then(|| link.id.clone()));
        }
    }
    ids.dedup();
    match (ids.is_empty(), targets.first()) {
        (true, Some(row)) => not_offered(row, "logs"),
        _ => Effect::ShowLogs(ids),
    }
}

fn not_offered(row: &Resource, what: &str) -> Effect {
    Effect::Complain(format!(
        "{}: this platform offers no {what} for this {}",
        row.name(),
        row.kind().singular()
    ))
}
