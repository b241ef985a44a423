//! Commands with arguments: the command itself, or what is wrong with it, then what could come next.

use super::{Choice, wrong};
use crate::model::{ContextName, Kind, Lifecycle};
use crate::table::filter::words_of;
use crate::table::{Column, Table};
use crate::tui::app::{App, table_name};
use crate::tui::overlays::list::Item;
use crate::tui::theme;

/// The items for a command with arguments: the command itself, or what is wrong with it, then what could come next.
pub(super) fn items(app: &App, typed: &str) -> Option<Vec<Item<Choice>>> {
    let text = typed.trim_start();
    if let Some(names) = text.strip_prefix('@') {
        return Some(only(app, names.trim_end()));
    }
    let (first, rest) = text.split_once(char::is_whitespace)?;
    match first {
        "theme" => Some(themes(rest)),
        "sort" => Some(sorts(app, rest)),
        _ => table(app, first, rest),
    }
}

fn next(line: String, what: &str) -> Item<Choice> {
    Item::new("", line.clone(), what, Choice::Complete(line))
}

/// `@one,other` shows only those contexts, `@all` every one.
fn only(app: &App, names: &str) -> Vec<Item<Choice>> {
    let known: Vec<&ContextName> = app.store.contexts().iter().map(|it| &it.name).collect();
    let (before, last) = names.rsplit_once(',').map_or(("", names), |(before, last)| (before, last));
    let mut items = Vec::new();
    let mut chosen = Vec::new();
    let mut problem = None;
    for name in names.split(',').filter(|name| !name.is_empty()) {
        match known.iter().find(|known| known.as_str() == name) {
            Some(name) => chosen.push((*name).clone()),
            None => problem = Some(name),
        }
    }
    let completions: Vec<Item<Choice>> = known
        .iter()
        .map(|name| name.as_str())
        .chain(["all"])
        .filter(|name| name.starts_with(last) && *name != last)
        .map(|name| {
            let comma = if before.is_empty() { "" } else { "," };
            next(format!("@{before}{comma}{name}"), "")
        })
        .collect();
    match problem {
        _ if names == "all" => {
            items.push(Item::new("", "@all", "show every context", Choice::Only(Vec::new())));
        }
        None if !chosen.is_empty() => {
            items.push(Item::new("", format!("@{names}"), "show only these", Choice::Only(chosen)));
        }
        Some(name) if completions.is_empty() => items.push(wrong(format!("no context is called {name}"))),
        _ => {}
    }
    items.extend(completions);
    items
}

fn themes(rest: &str) -> Vec<Item<Choice>> {
    let name = rest.trim();
    let mut items: Vec<Item<Choice>> = theme::names()
        .filter(|known| known.starts_with(name))
        .map(|known| Item::new("", format!("theme {known}"), "", Choice::Theme(known)))
        .collect();
    if items.is_empty() {
        let known: Vec<_> = theme::names().collect();
        items.push(wrong(format!("no theme is called {name}: there are {}", known.join(", "))));
    }
    items
}

/// `sort age desc`: a column of the table in front, and a direction.
fn sorts(app: &App, rest: &str) -> Vec<Item<Choice>> {
    let kind = app.pane().kind;
    let (name, order) = rest.trim_start().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
    let order = order.trim();
    let columns: Vec<_> = Column::all(kind, app.store.facts(kind))
        .into_iter()
        .filter(|column| column.sorts())
        .map(|column| (column, column.id()))
        .collect();
    let mut items = Vec::new();
    for (column, title) in columns.iter().filter(|(_, title)| title.starts_with(name)) {
        for (word, reverse) in [("asc", false), ("desc", true)] {
            if word.starts_with(order) {
                let label = format!("sort {title} {word}");
                items.push(Item::new("", label, "", Choice::SortTo(*column, reverse)));
            }
        }
    }
    if items.is_empty() {
        let titles: Vec<_> = columns.iter().map(|(_, title)| *title).collect();
        items.push(wrong(if columns.iter().any(|(_, title)| title.starts_with(name)) {
            format!("sort {name} asc or desc, not {order}")
        } else {
            format!("no column is called {name}: {}", titles.join(" "))
        }));
    }
    items
}

/// `instances state:failed @cycle-prod`: a table's name, or the beginning of one, and a filter.
fn table(app: &App, first: &str, rest: &str) -> Option<Vec<Item<Choice>>> {
    let first = first.to_lowercase();
    let named = |kind: &Kind| table_name(*kind);
    let kind = Kind::ALL.into_iter().find(|kind| !first.is_empty() && named(kind).starts_with(&first))?;
    let name = named(&kind);
    let mut terms = Vec::new();
    let mut problem = None;
    for term in rest.split_whitespace() {
        match term.strip_prefix('@') {
            Some(context) => {
                if !app.store.contexts().iter().any(|it| it.name.as_str().contains(context)) {
                    problem = Some(format!("no context is called {context}"));
                }
                terms.push(format!("ctx:{context}"));
            }
            None => terms.push(term.to_owned()),
        }
    }
    let filter = terms.join(" ");
    let problem = problem.or_else(|| Table::check_filter(kind, &filter, &app.store).map(|it| it.to_string()));
    let mut items = vec![match problem {
        Some(problem) => wrong(problem),
        None => Item::new(
            "",
            format!("{name} {filter}").trim_end(),
            format!("{}, {}", kind.title(), if filter.is_empty() { "all" } else { "filtered" }),
            Choice::Table(kind, Some(filter)),
        ),
    }];
    let (before, last) = rest.rsplit_once(char::is_whitespace).unwrap_or(("", rest));
    let lead = if before.trim().is_empty() { name } else { format!("{name} {}", before.trim()) };
    let contexts = app.store.contexts().iter().map(|it| format!("@{}", it.name));
    let states = Lifecycle::ALL.map(|state| format!("state:{}", state.word()));
    let keys = words_of(kind).into_iter().map(|word| format!("{word}:"));
    let candidates: Vec<String> =
        if last.starts_with("state:") { states.into() } else { keys.chain(contexts).collect() };
    items.extend(
        candidates
            .into_iter()
            .filter(|candidate| candidate.starts_with(last) && candidate != last)
            .map(|candidate| next(format!("{lead} {candidate}"), "")),
    );
    Some(items)
}
