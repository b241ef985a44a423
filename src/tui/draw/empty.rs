//! A table without rows says why, and what to press.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{columns, put, wrap};
use crate::fleet::{ContextState, Feature, Health, reason};
use crate::model::{ContextName, Kind, Platform, Problem, ProblemKind};
use crate::tui::app::App;
use crate::tui::overlays::key_of;
use crate::tui::panes::Narrow;
use crate::tui::widgets::ansi::plain;
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

/// Why there is nothing, and what to do about it.
fn words(app: &App) -> (String, String) {
    let pane = app.pane();
    let what = pane.kind.title().to_lowercase().replace("gpu", "GPU");
    let key = |intent| key_of(app, KeyContext::Table, intent);
    let all = app.store.len(pane.kind);
    if pane.is_arranging() {
        return (format!("looking through {} {what}…", super::table::grouped(all)), String::new());
    }
    if all > 0 {
        return hidden(app, &what, all);
    }
    let contexts: Vec<_> = app.store.contexts().iter().filter(|it| !app.hidden.contains(&it.name)).collect();
    if app.store.contexts().is_empty() {
        return (
            "no contexts are configured".to_owned(),
            "`qdeck config init` writes a file to begin with".to_owned(),
        );
    }
    if contexts.is_empty() {
        return ("every context is hidden".to_owned(), format!("{} shows them", key(Command::Contexts)));
    }
    let offering: Vec<_> = contexts.iter().filter(|it| lists(it, pane.kind)).collect();
    if offering.is_empty() {
        return (
            have_none(contexts.iter().map(|it| it.platform), &what),
            "the numbers lead to the other tables".to_owned(),
        );
    }
    if let Some((name, problem)) = offering.iter().find_map(|it| match &it.health {
        Health::Down(problem) | Health::Retrying { problem, .. } => Some((&it.name, problem)),
        _ => None,
    }) {
        return (
            format!("{name}: {}", problem.message),
            format!(
                "{} tells all of it and reconnects, {} tries again now",
                key(Command::Contexts),
                key(Command::Refresh)
            ),
        );
    }
    let failed = offering.iter().find_map(|it| {
        let listing = app.store.listing(&it.name, pane.kind)?;
        listing.problem.as_ref().map(|problem| (&it.name, problem))
    });
    if let Some((name, problem)) = failed.filter(|(_, problem)| problem.kind == ProblemKind::Forbidden) {
        return (
            forbidden(name.as_str(), pane.kind, problem),
            format!("asked again every 10 minutes, or now with {}", key(Command::Refresh)),
        );
    }
    if let Some((name, problem)) = failed {
        return (
            format!("{name}: {}", problem.message),
            format!("{} tries again now", key(Command::Refresh)),
        );
    }
    let waiting: Vec<_> = offering
        .iter()
        .map(|it| &it.name)
        .filter(|name| app.store.listing(name, pane.kind).is_some_and(|listing| listing.confirmed.is_none()))
        .map(ContextName::as_str)
        .collect();
    if !waiting.is_empty() {
        return (format!("asking {} for {what}…", waiting.join(", ")), String::new());
    }
    (format!("there are no {what}"), format!("{} asks again", key(Command::Refresh)))
}

/// That a context may not list a kind, and what it lacks.
pub(super) fn forbidden(name: &str, kind: Kind, problem: &Problem) -> String {
    let deed = Feature::List(kind).deed();
    format!("{name} may not {deed}: {}", plain(reason(problem)))
}

/// There are rows, but none of them is shown.
fn hidden(app: &App, what: &str, all: usize) -> (String, String) {
    let pane = app.pane();
    let back = key_of(app, KeyContext::Table, Command::Back);
    let all = super::table::grouped(all);
    if !pane.filter_text.is_empty() {
        let narrow = pane.narrow.as_ref().map_or(String::new(), |narrow| format!(" of {}", narrow.name()));
        return (
            format!("none of {all} {what}{narrow} matches {}", pane.filter_text),
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
    let contexts = app.store.contexts().iter();
    let without = contexts
        .filter(|it| !app.hidden.contains(&it.name) && !lists(it, kind))
        // One that could not even be opened lists nothing at all: its own words tell why.
        .filter(|it| it.listings.iter().any(Option::is_some));
    let platforms: Vec<_> = without.map(|it| it.platform).collect();
    let what = kind.title().to_lowercase().replace("gpu", "GPU");
    (!platforms.is_empty()).then(|| have_none(platforms.into_iter(), &what))
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

/// Whether a context has this kind of resource at all.
fn lists(context: &ContextState, kind: Kind) -> bool {
    Kind::ALL.iter().position(|known| *known == kind).is_some_and(|index| context.listings[index].is_some())
}
