//! The text of a table without rows: the reason, and the key to press.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{columns, put, wrap};
use crate::fleet::{Feature, ListingCondition, missing_permission};
use crate::model::{Kind, Platform, Problem};
use crate::table::Narrow;
use crate::tui::app::App;
use crate::tui::overlays::key_of;
use crate::tui::widgets::ansi::plain;
use crate::tui::widgets::number::grouped;
use crate::tui::{Command, KeyContext};

pub(super) fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let (what, then) = words(app);
    let width = area.width.saturating_sub(4).min(76);
    let lines: Vec<_> = wrap(&what, width)
        .into_iter()
        .map(|line| (line, app.theme.text))
        .chain(wrap(&then, width).into_iter().map(|line| (line, app.theme.dim)))
        .filter(|(line, _)| !line.is_empty())
        .collect();
    let height = u16::try_from(lines.len()).unwrap_or(0);
    let top = area.y + area.height.saturating_sub(height) / 2;
    for (y, (line, style)) in (top..area.bottom()).zip(lines) {
        let x = area.x + area.width.saturating_sub(columns(&line)) / 2;
        put(buf, x, y, area.right() - x, &line, style);
    }
}

/// The reason for an empty table, and the key to press.
fn words(app: &App) -> (String, String) {
    let pane = app.pane();
    let what = pane.kind.plural();
    let key = |intent| key_of(app, KeyContext::Table, intent);
    let all = app.store.len(pane.kind);
    if pane.is_arranging() {
        return (format!("looking through {} {what}…", grouped(all)), String::new());
    }
    if all > 0 {
        return hidden(app, what, all);
    }
    let contexts: Vec<_> = app.store.contexts().iter().filter(|it| !app.hidden.contains(&it.name)).collect();
    if app.store.contexts().is_empty() {
        return (
            "no contexts are configured".to_owned(),
            "`qdeck config init` writes a configuration file".to_owned(),
        );
    }
    if contexts.is_empty() {
        return ("every context is hidden".to_owned(), format!("{} shows them", key(Command::Contexts)));
    }
    let again = || key(Command::Refresh);
    let names = |condition| {
        let waiting = contexts.iter().filter(|it| it.listing_condition(pane.kind) == condition);
        waiting.map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let conditions = contexts.iter().map(|it| (it.name.as_str(), it.listing_condition(pane.kind)));
    match conditions.min_by_key(|(_, condition)| urgency(*condition)) {
        Some((name, ListingCondition::ContextFailed(problem))) => (
            format!("{name}: {}", problem.message),
            format!(
                "{} shows the whole error and reconnects, {} retries now",
                key(Command::Contexts),
                again()
            ),
        ),
        Some((name, ListingCondition::Forbidden(problem))) => (
            forbidden(name, pane.kind, problem),
            format!("retried every 10 minutes, or now with {}", again()),
        ),
        Some((name, ListingCondition::Failed(problem))) => {
            (format!("{name}: {}", problem.message), format!("{} retries now", again()))
        }
        Some((_, ListingCondition::Pending)) => {
            (format!("asking {} for {what}…", names(ListingCondition::Pending)), String::new())
        }
        Some((_, ListingCondition::Listed)) => {
            (format!("there are no {what}"), format!("{} refreshes", again()))
        }
        Some((_, ListingCondition::Unsupported)) | None => (
            have_none(contexts.iter().map(|it| it.platform), what),
            "the number keys show other tables".to_owned(),
        ),
    }
}

/// The rank of a condition: of several, the lowest explains an empty table.
const fn urgency(condition: ListingCondition<'_>) -> u8 {
    match condition {
        ListingCondition::ContextFailed(_) => 0,
        ListingCondition::Forbidden(_) | ListingCondition::Failed(_) => 1,
        ListingCondition::Pending => 2,
        ListingCondition::Listed => 3,
        ListingCondition::Unsupported => 4,
    }
}

/// The text of a context that may not list a kind, with the missing permission.
pub(super) fn forbidden(name: &str, kind: Kind, problem: &Problem) -> String {
    let verb = Feature::List(kind).verb();
    format!("{name} may not {verb}: {}", plain(missing_permission(problem)))
}

/// There are rows, but none of them is shown.
fn hidden(app: &App, what: &str, all: usize) -> (String, String) {
    let pane = app.pane();
    let back = key_of(app, KeyContext::Table, Command::Back);
    let all = grouped(all);
    if !pane.filter_text.is_empty() {
        // How many there are of what was drilled into is not known here, and may be none.
        let among = pane
            .narrow
            .as_ref()
            .map_or_else(|| format!("{all} {what}"), |narrow| format!("the {what} of {}", narrow.name()));
        let kept = if pane.is_filter_kept { ", the filter of your last run" } else { "" };
        return (
            format!("none of {among} matches {}{kept}", pane.filter_text),
            format!("{back} clears the filter"),
        );
    }
    if pane.attention {
        return (format!("none of {all} {what} needs attention"), format!("{back} shows all of them"));
    }
    match &pane.narrow {
        Some(Narrow::Gpu(model)) => {
            (format!("no {what} of {} use {}", model.id.context, model.name), format!("{back} goes back"))
        }
        Some(narrow) => (format!("{} has no {what}", narrow.name()), format!("{back} goes back")),
        None => (
            format!("all {all} {what} are in hidden contexts"),
            format!("{} shows them", key_of(app, KeyContext::Table, Command::Contexts)),
        ),
    }
}

/// `Exoscale has no containers`, of the contexts shown whose platform has no such kind.
pub(super) fn absent(app: &App) -> Option<String> {
    let kind = app.pane().kind;
    let contexts = app.store.contexts().iter().filter(|it| !app.hidden.contains(&it.name));
    let without = contexts.filter(|it| it.listing_condition(kind) == ListingCondition::Unsupported);
    let platforms: Vec<_> = without.map(|it| it.platform).collect();
    (!platforms.is_empty()).then(|| have_none(platforms.into_iter(), kind.plural()))
}

fn have_none(platforms: impl Iterator<Item = Platform>, what: &str) -> String {
    let mut names: Vec<_> = platforms.map(Platform::name).collect();
    names.sort_unstable();
    names.dedup();
    match names.split_last() {
        Some((last, [])) => format!("{last} has no {what}"),
        Some((last, others)) => format!("{} and {last} have no {what}", others.join(", ")),
        None => format!("there are no {what}"),
    }
}
