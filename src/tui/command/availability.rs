//! The availability of commands for the row under the cursor, with the reason where there is none.

use crate::fleet::{Feature, missing_permission};
use crate::model::{Kind, Offers, Resource, ResourceId, ScreenKind};
use crate::tui::app::App;

/// The availability of a command here and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Availability {
    /// It does.
    Yes,
    /// It does nothing here, and why.
    No(String),
    /// The credentials do not allow it, as far as is known, and what they lack.
    Forbidden(String),
}

impl Availability {
    /// The reason why it is not available; `None` where it is.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Yes => None,
            Self::No(reason) | Self::Forbidden(reason) => Some(reason),
        }
    }

    fn when(available: bool, otherwise: impl FnOnce() -> String) -> Self {
        if available { Self::Yes } else { Self::No(otherwise()) }
    }
}

/// Commands that are always available.
pub(super) fn always(_app: &App) -> Availability {
    Availability::Yes
}

/// Commands on a row.
pub(super) fn on_row(app: &App) -> Availability {
    Availability::when(app.pane().selected().is_some(), || "no row is selected".to_owned())
}

/// Commands that need the row's platform to offer something, and the credentials to allow it.
fn on_offer(
    app: &App,
    what: &str,
    feature: Feature,
    offered: impl Fn(&Resource, Offers) -> bool,
) -> Availability {
    let Some(row) = app.pane().selected() else {
        return on_row(app);
    };
    if !offered(row, row.offers()) {
        return Availability::No(not_offered(row, what));
    }
    let context = app.store.context(&row.id().context);
    match context.and_then(|context| context.forbidden(feature)) {
        Some(problem) => Availability::Forbidden(missing_permission(problem).to_owned()),
        None => Availability::Yes,
    }
}

/// The reason for a row whose platform does not offer something.
pub(in crate::tui) fn not_offered(row: &Resource, what: &str) -> String {
    format!("{}: this platform offers no {what} for this {}", row.name(), row.kind().singular())
}

/// The console of a row. That of the platform may be forbidden to the credentials; SSH has a reason of its own.
pub(super) fn console(app: &App) -> Availability {
    let ways = app.pane().selected().map(|row| app.ways_of_row(row)).unwrap_or_default();
    if ways.iter().any(|way| way.kind == ScreenKind::Ssh && way.barrier.is_none()) {
        return Availability::Yes;
    }
    on_offer(app, "console", Feature::Console, |_, _| !ways.is_empty())
}

/// Attaching a console: one of the ways must be open now.
pub(super) fn attach(app: &App) -> Availability {
    let offered = console(app);
    let (Availability::Yes, Some(row)) = (&offered, app.pane().selected()) else {
        return offered;
    };
    app.best_way(row).map_or_else(Availability::No, |_| Availability::Yes)
}

/// SSH into a row.
pub(super) fn ssh(app: &App) -> Availability {
    let Some(row) = app.pane().selected() else {
        return on_row(app);
    };
    match app.ways_of_row(row).into_iter().find(|way| way.kind == ScreenKind::Ssh) {
        Some(way) => way.barrier.map_or(Availability::Yes, Availability::No),
        None => Availability::No(not_offered(row, "SSH")),
    }
}

/// The telemetry of a row.
pub(super) fn telemetry(app: &App) -> Availability {
    on_offer(app, "telemetry", Feature::Telemetry, |_, offers| offers.telemetry)
}

/// The logs of a row. A container's may be those of its instances.
pub(super) fn logs(app: &App) -> Availability {
    on_offer(app, "logs", Feature::Logs, |row, offers| offers.logs || row.kind() == Kind::Container)
}

/// Actions on a row. The menu shows them with the reason where the context is read-only.
pub(super) fn actions(app: &App) -> Availability {
    let Some(row) = app.pane().selected() else {
        return on_row(app);
    };
    if !row.offers().actions {
        return Availability::No(no_actions(row));
    }
    if app.options.read_only_contexts.contains(&row.id().context) {
        return Availability::Forbidden("context is read-only".to_owned());
    }
    Availability::Yes
}

/// Commands that compare a row with what it was.
pub(super) fn has_past(app: &App) -> Availability {
    match app.pane().selected() {
        Some(row) if row.kind() == Kind::Revision || app.store.has_observed(row.id()) => Availability::Yes,
        Some(row) => Availability::No(format!("{} was not seen to change", row.name())),
        None => on_row(app),
    }
}

/// Actions on a revision.
pub(super) fn on_revision(app: &App) -> Availability {
    match app.pane().selected() {
        Some(row) if row.kind() != Kind::Revision => {
            Availability::No(format!("{} is no revision", row.name()))
        }
        _ => actions(app),
    }
}

/// The reason for a row whose platform offers no actions.
pub(in crate::tui) fn no_actions(row: &Resource) -> String {
    format!("{}: there are no actions on this {}", row.name(), row.kind().singular())
}

/// The revisions of the row's container.
pub(super) fn revisions(app: &App) -> Availability {
    let Some(row) = app.pane().selected() else {
        return on_row(app);
    };
    Availability::when(container_with_revisions(app, row).is_some(), || no_revisions(row))
}

/// The container whose revisions are those of a row. `None` where there is none, or its platform lists none.
pub(in crate::tui) fn container_with_revisions<'a>(app: &App, row: &'a Resource) -> Option<&'a ResourceId> {
    app.store.listing(&row.id().context, Kind::Revision)?;
    if row.kind() == Kind::Container { Some(row.id()) } else { row.container().map(|link| &link.id) }
}

/// The reason for a row that has no revisions.
pub(in crate::tui) fn no_revisions(row: &Resource) -> String {
    format!("{}: there are no revisions of this {}", row.name(), row.kind().singular())
}

/// Commands on states and ages, which a GPU model has not.
pub(super) fn has_states(app: &App) -> Availability {
    let has_states = app.pane().kind != Kind::GpuModel;
    Availability::when(has_states, || "GPU models have neither a state nor an age".to_owned())
}

/// Commands on marked rows.
pub(super) fn on_marks(app: &App) -> Availability {
    Availability::when(!app.pane().marks.is_empty(), || "no row is marked".to_owned())
}

/// Commands on what was filtered by last.
pub(super) fn after_search(app: &App) -> Availability {
    Availability::when(app.pane().has_searched(), || "nothing was filtered yet".to_owned())
}
