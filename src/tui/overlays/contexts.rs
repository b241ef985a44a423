//! The contexts and their status: which are shown, and why one is not live.

use std::time::Duration;

use super::list::{Item, List, Tone};
use super::{Menu, MenuLayer, Shape, WIDE_MARGIN};
use crate::fleet::{Auth, Condition, ContextState, Feature};
use crate::model::{ContextName, Kind, Lifecycle, age};
use crate::table::state_mark;
use crate::tui::Effect;
use crate::tui::app::{App, cause};
use crate::tui::command::MenuCommand;
use crate::tui::draw::wrap;
use crate::tui::effect::Work;
use crate::tui::layer::Handled;
use crate::tui::widgets::ansi::plain;
use crate::tui::widgets::number::grouped;

/// Columns before a reason.
const REASON_INDENT: u16 = 3;
/// The width that reasons are broken to before the first frame.
const MIN_SCREEN_COLUMNS: u16 = 30;

/// The list of contexts.
pub struct Contexts;

/// The contexts, to show one or to hide it.
pub fn menu(app: &App) -> MenuLayer<Contexts> {
    Contexts.layer(items(app))
}

impl Menu for Contexts {
    type Choice = ContextName;

    fn title(&self) -> String {
        "contexts".to_owned()
    }

    fn foot(&self, _ascii: bool) -> &'static str {
        "enter show or hide  R sign in again  esc close"
    }

    fn shape(&self) -> Shape {
        Shape::Wide
    }

    fn items(&self, app: &App) -> Option<Vec<Item<ContextName>>> {
        Some(items(app))
    }

    fn choose(&mut self, name: ContextName, _list: &mut List<ContextName>, app: &mut App) -> Vec<Effect> {
        vec![app.toggle_context(name)]
    }

    fn perform(&mut self, command: MenuCommand, list: &List<ContextName>, _app: &mut App) -> Handled {
        if command != MenuCommand::Reconnect {
            return Handled::Ignored;
        }
        let Some(name) = list.chosen().and_then(|item| item.choice.clone()) else {
            return Handled::done();
        };
        let text = format!("signing in again to {name}");
        vec![Work::Reconnect(name).into(), Effect::report(text)].into()
    }
}

fn items(app: &App) -> Vec<Item<ContextName>> {
    let mut items = Vec::new();
    for context in app.store.contexts() {
        let hidden = app.hidden.contains(&context.name);
        let (lifecycle, word) = condition_words(context);
        let mut detail = vec![context.platform.name().to_owned(), word];
        if app.options.read_only || app.options.read_only_contexts.contains(&context.name) {
            detail.push("read-only".to_owned());
        }
        if hidden {
            detail.push("hidden".to_owned());
        }
        if let Some(latency) = context.traffic.latency {
            detail.push(milliseconds(latency));
        }
        if let Some(rate) = app.polling.rates.of(&context.name, app.now) {
            detail.push(format!("{rate:.1} requests/s"));
        }
        detail.push(format!("{} requests, {} retried", context.traffic.requests, context.traffic.retries));
        items.push(
            Item::new(
                state_mark(lifecycle, app.options.ascii),
                context.name.as_str(),
                detail.join(" · "),
                context.name.clone(),
            )
            .toned(if hidden { Tone::Dim } else { Tone::State(lifecycle) }),
        );
        // The width of the last frame; the next one has it after a change.
        let room = app.header_area.width.max(MIN_SCREEN_COLUMNS).saturating_sub(WIDE_MARGIN + REASON_INDENT);
        for line in problems(context, app).iter().flat_map(|text| wrap(&plain(text), room)) {
            let label = format!("{:indent$}{line}", "", indent = usize::from(REASON_INDENT));
            items.push(Item::new("", label, "", context.name.clone()).toned(Tone::Dim));
        }
    }
    if items.is_empty() {
        items.push(Item::text("", "no contexts: see `qdeck config init`").toned(Tone::Dim));
    }
    items
}

/// The reason why a context is not live, and its listings that are old, in full.
fn problems(context: &ContextState, app: &App) -> Vec<String> {
    let mut texts = Vec::new();
    if let Condition::Silent { since } = context.condition() {
        texts.push(format!("no good answer for {}", age(app.now.since(since))));
    }
    texts.extend(context.condition().problem().map(ToString::to_string));
    for (kind, listing) in Kind::ALL.into_iter().zip(&context.listings) {
        let Some(listing) = listing else { continue };
        let since = match listing.confirmed {
            Some(at) => format!("as of {} ago", age(app.now.since(at))),
            None => "never listed".to_owned(),
        };
        if let Some(problem) = &listing.problem {
            texts.push(format!("{}: {since}: {problem}", kind.title().to_lowercase()));
        }
        if listing.unreadable.any() {
            texts.push(format!("{}: {}", kind.title().to_lowercase(), listing.unreadable));
        }
    }
    for (kind, listing) in Kind::ALL.into_iter().zip(&context.listings) {
        if let Some((rows, bound)) = listing.as_ref().and_then(|listing| listing.bounded) {
            let (kind, rows) = (kind.title().to_lowercase(), grouped(rows));
            let setting = bound.setting();
            texts.push(format!("{kind}: first {rows} shown, the listing ended at {bound} ({setting})"));
        }
    }
    for feature in [Feature::Logs, Feature::Console, Feature::Telemetry] {
        if let Some(problem) = context.forbidden(feature) {
            texts.push(format!("may not {}: {problem}", feature.verb()));
        }
    }
    if let Auth::Expiring(_) = &context.auth {
        texts.push(cause(&context.auth, app.now));
    }
    texts.dedup();
    texts
}

/// A latency in a word: `84ms`, `<1ms`.
pub(in crate::tui) fn milliseconds(latency: Duration) -> String {
    match latency.as_millis() {
        0 => "<1ms".to_owned(),
        millis => format!("{millis}ms"),
    }
}

/// A context's condition as a state, for mark and colour, and in words.
pub(in crate::tui) fn condition_words(context: &ContextState) -> (Lifecycle, String) {
    match context.condition() {
        Condition::Connecting => (Lifecycle::Pending, "connecting".to_owned()),
        Condition::Live => (Lifecycle::Running, "live".to_owned()),
        Condition::Silent { .. } => (Lifecycle::Degraded, "not answering".to_owned()),
        Condition::Retrying { attempt, problem } => {
            (Lifecycle::Degraded, format!("{}, retry {attempt}", problem.kind.word()))
        }
        Condition::Expired(_) => (Lifecycle::Failed, "sign-in expired".to_owned()),
        Condition::Refused(problem) | Condition::Down(problem) => {
            (Lifecycle::Failed, problem.kind.word().to_owned())
        }
    }
}
