//! The text of the question about several targets: what is sent to which of them, what follows, and the requests.

use std::collections::HashMap;

use super::super::band;
use super::super::text::Text;
use super::columns::Columns;
use crate::fleet::PreparedBulk;
use crate::model::{ContextName, Target};
use crate::tui::app::App;

/// Of the targets that something follows for, so many are named.
const MAX_NAMED: usize = 3;

/// Writes what is sent to which target, what is skipped and why, and the requests.
pub(super) fn write(text: &mut Text<'_>, bulk: &PreparedBulk, app: &App) {
    let theme = text.look.theme;
    let contexts: Vec<_> = bulk.contexts().into_iter().map(|context| band::words(app, context)).collect();
    let targets: Vec<Target> = bulk.writes().map(|write| write.target.clone()).collect();
    let what =
        format!("{} {} {} in {}.", bulk.action.name, targets.len(), plural(&targets), contexts.join(", "));
    text.strong(&what);
    let not_shown = app.pane().not_shown(bulk.writes().map(|write| &write.target.id));
    let (hidden, seen): (Vec<_>, Vec<_>) =
        bulk.writes().partition(|write| not_shown.contains(&write.target.id));
    let columns = Columns::of(targets.iter());
    text.heading("targets");
    columns.grid(text, &seen.iter().map(|write| &write.target).collect::<Vec<_>>());
    if !hidden.is_empty() {
        if !seen.is_empty() {
            text.gap();
        }
        text.words(&format!("{} of them not shown in the table:", hidden.len()), theme.warn);
        columns.grid(text, &hidden.iter().map(|write| &write.target).collect::<Vec<_>>());
    }
    skipped(text, bulk);
    consequences(text, bulk);
    requests(text, bulk);
}

/// Writes what follows for the targets: each sentence once, with the names of those that it is about where not all are.
fn consequences(text: &mut Text<'_>, bulk: &PreparedBulk) {
    let mut all: Vec<(&str, Vec<&Target>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for write in bulk.writes() {
        for consequence in &write.preview.consequences {
            let at = *places.entry(consequence).or_insert(all.len());
            match all.get_mut(at) {
                Some((_, targets)) if targets.last().is_some_and(|last| last.id == write.target.id) => {}
                Some((_, targets)) => targets.push(&write.target),
                None => all.push((consequence, vec![&write.target])),
            }
        }
    }
    if !all.is_empty() {
        text.gap();
    }
    let sign = if text.look.ascii { "*" } else { "•" };
    let by_context = count_by_context(bulk.writes().map(|write| &write.target));
    for (consequence, targets) in all {
        let line = match subject(&targets, &by_context) {
            Some(subject) => format!("{subject}: {consequence}"),
            None => consequence.to_owned(),
        };
        text.point(sign, &line, text.look.theme.text);
    }
}

/// The names of the contexts whose targets these are, or of the targets themselves where their contexts have others;
/// `None` where these are all.
fn subject(targets: &[&Target], by_context: &HashMap<&ContextName, usize>) -> Option<String> {
    let own = count_by_context(targets.iter().copied());
    let is_whole = own.iter().all(|(context, count)| by_context.get(context) == Some(count));
    if is_whole && own.len() == by_context.len() {
        return None;
    }
    let mut names: Vec<&str> = if is_whole {
        own.keys().map(|context| context.as_str()).collect()
    } else {
        targets.iter().map(|target| &*target.name).collect()
    };
    if is_whole {
        names.sort_unstable();
    }
    let more = names.len().saturating_sub(MAX_NAMED);
    names.truncate(MAX_NAMED);
    let names = names.join(", ");
    Some(if more == 0 { names } else { format!("{names} and {more} more") })
}

/// The number of targets in each context.
fn count_by_context<'a>(targets: impl Iterator<Item = &'a Target>) -> HashMap<&'a ContextName, usize> {
    let mut counts = HashMap::new();
    for target in targets {
        *counts.entry(target.context()).or_insert(0) += 1;
    }
    counts
}

/// Writes the targets that are skipped, by reason.
fn skipped(text: &mut Text<'_>, bulk: &PreparedBulk) {
    let theme = text.look.theme;
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for (target, problem) in bulk.skipped() {
        // Without the name in front, many have the same one.
        let reason = PreparedBulk::reason(target, problem);
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(&target.name),
            None => reasons.push((reason, vec![&target.name])),
        }
    }
    for (reason, names) in reasons {
        text.gap();
        text.words(&format!("{} skipped: {reason}", names.len()), theme.warn);
        text.words(&names.join(", "), theme.dim);
    }
}

/// Writes the requests: each line of them, and a body once where all have the same.
fn requests(text: &mut Text<'_>, bulk: &PreparedBulk) {
    text.heading("requests");
    let all: Vec<_> = bulk.writes().flat_map(|write| &write.preview.requests).collect();
    let Some((first, rest)) = all.split_first() else { return };
    text.request(first);
    let body = first.masked_body();
    let is_same = rest.iter().all(|other| other.masked_body() == body);
    for request in rest {
        text.exact(&format!("{} {}", request.method, request.url), text.look.theme.text);
        if !is_same && let Some(body) = request.masked_body() {
            text.json(&body);
        }
    }
}

/// What targets are called together.
pub(super) fn plural(targets: &[Target]) -> &'static str {
    match targets.first().map(|target| target.id.kind) {
        Some(kind) if targets.iter().all(|target| target.id.kind == kind) => kind.plural(),
        _ => "rows",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Kind, ResourceId};

    fn target(context: &str, name: &str) -> Target {
        let id = ResourceId::new(&ContextName::new(context), Kind::Instance, name);
        Target { id, name: name.into(), state: None }
    }

    #[test]
    fn what_follows_for_some_targets_names_their_contexts_or_them() {
        let names = ["a-1", "a-2", "a-3", "a-4", "a-5"];
        let mut all: Vec<Target> = names.iter().map(|name| target("a", name)).collect();
        all.extend([target("b", "b-1"), target("c", "c-1")]);
        let by_context = count_by_context(all.iter());
        let subject_of =
            |targets: &[usize]| subject(&targets.iter().map(|at| &all[*at]).collect::<Vec<_>>(), &by_context);
        for (targets, named) in [
            (&[0, 1, 2, 3, 4, 5, 6][..], None),
            (&[5], Some("b")),
            (&[6, 5], Some("b, c")),
            (&[1], Some("a-2")),
            (&[0, 5], Some("a-1, b-1")),
            (&[0, 1, 2, 3], Some("a-1, a-2, a-3 and 1 more")),
        ] {
            assert_eq!(subject_of(targets).as_deref(), named, "{targets:?}");
        }
    }
}
