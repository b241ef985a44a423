//! The top of the screen: the name, the contexts with their conditions, the tables with their row counts, the banner.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::{banner, columns, put, put_right};
use crate::fleet::{Condition, ContextState, ListingCondition};
use crate::model::{Kind, Lifecycle, Resource, Timestamp, age};
use crate::table::state_mark;
use crate::tui::app::{App, mark_symbol};
use crate::tui::overlays::{condition_words, key_of, milliseconds};
use crate::tui::{Command, KeyContext};

/// Draws it with the keys that do something in this context: in a console they go to the remote side.
pub(super) fn draw(app: &mut App, context: KeyContext, area: Rect, buf: &mut Buffer) -> Rect {
    // A recording that is played by itself has no fleet to be about.
    if app.options.play.is_some() && app.store.contexts().is_empty() {
        app.tabs.clear();
        return Rect { height: 0, ..area };
    }
    let rows = 2 + u16::from(banner::is_shown(app, area));
    top(app, context, area, buf);
    app.tabs = tabs(app, area, buf);
    if rows == 3 {
        banner::draw(app, context, Rect::new(area.x, area.y + 2, area.width, 1), buf);
    }
    Rect::new(area.x, area.y, area.width, rows)
}

fn top(app: &App, context: KeyContext, area: Rect, buf: &mut Buffer) {
    let theme = &app.theme;
    let y = area.y;
    let mut x = put(buf, area.x + 1, y, 12, "quarterdeck", theme.accent) + 2;
    let mut right = area.right() - 1;
    if area.width >= 50 {
        let help = format!("{} help", key_of(app, KeyContext::Table, Command::Help));
        // Its room is kept, so that nothing moves where a console opens.
        let shown = if context == KeyContext::Console { " ".repeat(columns(&help).into()) } else { help };
        right = put_right(buf, right, y, 20, &shown, theme.dim).saturating_sub(2);
    }
    let (refresh, style) = match (app.paused, app.options.ascii) {
        (true, false) => ("⏸ paused".to_owned(), theme.warn),
        (true, true) => ("paused".to_owned(), theme.warn),
        (false, ascii) => {
            let slower = if app.polling.is_away { app.options.slow_away } else { 1 };
            let seconds = app.options.refresh.saturating_mul(slower).as_secs_f32();
            let away = if app.polling.is_away { " away" } else { "" };
            (format!("{}{seconds}s{away}", if ascii { "every " } else { "⟳ " }), theme.dim)
        }
    };
    right = put_right(buf, right, y, 18, &refresh, style).saturating_sub(2);
    if app.options.read_only {
        right = put_right(buf, right, y, 10, "read-only", theme.warn).saturating_sub(2);
    }
    for (mark, count) in app.consoles.counts().rev() {
        let (symbol, style) = mark_symbol(mark, &app.look());
        right = put_right(buf, right, y, 6, &format!("{symbol} {count}"), style).saturating_sub(2);
    }
    let all = app.store.contexts();
    let shown = all.iter().filter(|context| !app.hidden.contains(&context.name)).count();
    let chosen =
        if shown == all.len() { format!("all ({shown})") } else { format!("{shown} of {}", all.len()) };
    if area.width >= 70 {
        x = put(buf, x, y, right.saturating_sub(x), "ctx: ", theme.dim);
        x = put(buf, x, y, right.saturating_sub(x), &chosen, theme.text) + 3;
    }
    contexts(app, x, right, y, buf);
}

fn contexts(app: &App, mut x: u16, right: u16, y: u16, buf: &mut Buffer) {
    let theme = &app.theme;
    let shown: Vec<_> = app.store.contexts().iter().filter(|it| !app.hidden.contains(&it.name)).collect();
    let names: Vec<&str> = shown.iter().map(|context| context.name.as_str()).collect();
    let common = shared_beginning(&names);
    // Every word, or only those of contexts in trouble; whole names, or only where they differ.
    for (quiet_words, left_out) in [(true, 0), (false, 0), (false, common)] {
        let words: Vec<_> = shown
            .iter()
            .map(|context| {
                let lifecycle = condition_words(context).0;
                let quiet = lifecycle == Lifecycle::Running;
                let word = if quiet && !quiet_words { String::new() } else { brief(context, app.now) };
                let name = context.name.as_str();
                (name.get(left_out..).unwrap_or(name), lifecycle, quiet, word)
            })
            .collect();
        let width = |(name, _, _, word): &(&str, Lifecycle, bool, String)| {
            columns(name) + 2 + if word.is_empty() { 0 } else { columns(word) + 1 }
        };
        let needed: u16 = words.iter().map(|it| width(it) + 3).sum();
        if x + needed.saturating_sub(3) > right {
            continue;
        }
        for (name, lifecycle, quiet, word) in words {
            let style = theme.lifecycle(lifecycle);
            x = put(buf, x, y, right - x, name, theme.text) + 1;
            x = put(buf, x, y, right - x, state_mark(lifecycle, app.options.ascii), style);
            if !word.is_empty() {
                x = put(buf, x + 1, y, right - x, &word, if quiet { theme.dim } else { style });
            }
            x += 3;
        }
        return;
    }
    // Too many to name all: those in trouble as far as they fit, the worst first, and counts of the others.
    let mut listed = Vec::new();
    for lifecycle in Lifecycle::ALL.into_iter().filter(|it| is_trouble(*it)) {
        for context in shown.iter().filter(|context| condition_words(context).0 == lifecycle) {
            let name = context.name.as_str();
            let (mark, word) = (state_mark(lifecycle, app.options.ascii), brief(context, app.now));
            let room = right.saturating_sub(x + ROOM_FOR_COUNTS);
            let fits = |text: &String| columns(text) <= room;
            let short = name.get(common..).unwrap_or(name);
            let words = [
                format!("{name} {mark} {word}"),
                format!("{short} {mark} {word}"),
                format!("{short} {mark}"),
            ];
            let Some(text) = words.into_iter().find(fits) else { continue };
            x = put(buf, x, y, right - x, &text, theme.lifecycle(lifecycle)) + 3;
            listed.push(&context.name);
        }
    }
    for lifecycle in Lifecycle::ALL {
        let is_counted =
            |it: &&&ContextState| condition_words(it).0 == lifecycle && !listed.contains(&&it.name);
        let count = shown.iter().filter(is_counted).count();
        if count > 0 && x < right {
            let text = format!("{} {count}", state_mark(lifecycle, app.options.ascii));
            x = put(buf, x, y, right - x, &text, theme.lifecycle(lifecycle)) + 2;
        }
    }
}

/// Columns kept for the counts behind the contexts in trouble.
const ROOM_FOR_COUNTS: u16 = 8;

/// Returns true if a context of this condition is to be named.
const fn is_trouble(lifecycle: Lifecycle) -> bool {
    matches!(lifecycle, Lifecycle::Failed | Lifecycle::Degraded)
}

/// The number of bytes that all names begin with, up to the end of a word: 5 of `demo-cycle` and `demo-gcore`.
fn shared_beginning(names: &[&str]) -> usize {
    let Some((first, others)) = names.split_first() else {
        return 0;
    };
    let ends = first.match_indices(['-', '_', '.', '/', ' ']).map(|(at, mark)| at + mark.len());
    let shared = |end: &usize| {
        let alike = |name: &&str| name.len() > *end && name.get(..*end) == first.get(..*end);
        !others.is_empty() && first.len() > *end && others.iter().all(alike)
    };
    ends.take_while(shared).last().unwrap_or(0)
}

/// A context's condition in a word for the header.
fn brief(context: &ContextState, now: Timestamp) -> String {
    match context.condition() {
        Condition::Live => context.traffic.latency.map_or_else(|| "live".to_owned(), milliseconds),
        Condition::Connecting => "connecting".to_owned(),
        Condition::Silent { since } => format!("{} old", age(now.since(since))),
        Condition::Retrying { attempt, .. } => format!("retry {attempt}"),
        Condition::Expired(_) => "expired".to_owned(),
        Condition::Refused(problem) | Condition::Down(problem) => {
            problem.status.map_or_else(|| problem.kind.word().to_owned(), |it| it.to_string())
        }
    }
}

fn tabs(app: &App, area: Rect, buf: &mut Buffer) -> Vec<(u16, u16, usize)> {
    let theme = &app.theme;
    let labels = |title: fn(Kind) -> &'static str, counted: bool| -> Vec<String> {
        Kind::ALL
            .iter()
            .enumerate()
            .map(|(index, kind)| {
                let number = index + 1;
                let title = title(*kind);
                if !counted {
                    return format!("{number} {title}");
                }
                let busy = match (*kind == Kind::Operation && is_busy(app), app.options.ascii) {
                    (true, true) => ">",
                    (true, false) => "▸",
                    (false, _) => "",
                };
                if is_forbidden(app, *kind) {
                    let sign = if app.options.ascii { "x" } else { "✗" };
                    return format!("{number} {title} {sign}");
                }
                format!("{number} {title} {}{busy}", app.store.len(*kind))
            })
            .collect()
    };
    let width = |labels: &[String]| labels.iter().map(|label| columns(label) + 3).sum::<u16>();
    let labels = [labels(Kind::title, true), labels(short, true), labels(short, false)]
        .into_iter()
        .find(|labels| width(labels) <= area.width + 1)
        .unwrap_or_else(|| (1..=Kind::ALL.len()).map(|number| number.to_string()).collect());
    let mut x = area.x + 1;
    let mut spans = Vec::new();
    for (index, label) in labels.iter().enumerate() {
        if index > 0 {
            x = put(buf, x, area.y + 1, 1, if app.options.ascii { "|" } else { "│" }, theme.border) + 1;
        }
        let style = if index == app.active {
            theme.accent.add_modifier(Modifier::UNDERLINED)
        } else if is_forbidden(app, Kind::ALL[index]) {
            theme.off
        } else {
            theme.dim
        };
        let from = x;
        x = put(buf, x, area.y + 1, area.right().saturating_sub(x), label, style) + 1;
        spans.push((from, x, index));
    }
    spans
}

/// A pane's title where room is short.
const fn short(kind: Kind) -> &'static str {
    match kind {
        Kind::Instance => "Inst",
        Kind::Container => "Cont",
        Kind::Revision => "Rev",
        Kind::GpuModel => "GPU",
        Kind::Operation => "Ops",
    }
}

/// Returns true if nothing of a kind can be shown because no context may list it.
fn is_forbidden(app: &App, kind: Kind) -> bool {
    let shown = app.store.contexts().iter().filter(|context| !app.hidden.contains(&context.name));
    let mut forbidden = false;
    for context in shown {
        match context.listing_condition(kind) {
            ListingCondition::Forbidden(_) => forbidden = true,
            ListingCondition::Unsupported => {}
            ListingCondition::ContextFailed(_)
            | ListingCondition::Failed(_)
            | ListingCondition::Pending
            | ListingCondition::Listed => return false,
        }
    }
    forbidden && app.store.is_empty(kind)
}

/// Returns true if an operation is under way. Searches only short lists: a platform lists the latest ones.
fn is_busy(app: &App) -> bool {
    app.store.rows(Kind::Operation).take(500).any(|row| match &**row {
        Resource::Operation(it) => matches!(it.state.lifecycle, Lifecycle::Running | Lifecycle::Pending),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::shared_beginning;

    #[test]
    fn only_whole_words_that_all_names_share_are_left_out() {
        for (names, shared) in [
            (&["demo-cycle", "demo-gcore"][..], 5),
            (&["demo-eu-a", "demo-eu-b", "demo-eu-"], 5),
            (&["demo-cycle", "democracy"], 0),
            (&["prod-eu", "prod-eu-2"], 5),
            (&["prod-", "prod-eu"], 0),
            (&["größe-a", "größe-b"], 8),
            (&["demo-cycle"], 0),
            (&[], 0),
        ] {
            assert_eq!(shared_beginning(names), shared, "{names:?}");
        }
    }
}
