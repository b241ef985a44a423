//! What the lists hold, made from the live state and the live keymap.

use std::time::Duration;

use super::{Choice, Item, Menu, MenuKind, Tone};
use crate::fleet::{Auth, Condition, ContextState, Feature};
use crate::model::{Kind, Lifecycle, Resource, age};
use crate::table::{Column, mark};
use crate::tui::app::{App, cause};
use crate::tui::keymap::{self, KEY_CONTEXTS, REGISTRY};
use crate::tui::widgets::prompt::Prompt;
use crate::tui::{Command, Effect, KeyContext};

impl Menu {
    /// The keys that work where the user is, here and now, then those that work everywhere.
    pub fn help(app: &App) -> Self {
        let here = app.key_context();
        let mut items = Vec::new();
        let places = KEY_CONTEXTS
            .iter()
            .filter(|place| place.0 == here)
            .chain(KEY_CONTEXTS.iter().filter(|place| place.0 == KeyContext::Everywhere && place.0 != here));
        for (place, _, title) in places {
            let bound: Vec<_> = REGISTRY
                .iter()
                .map(|entry| (entry, app.keymap.keys(*place, entry.command)))
                .filter(|(entry, keys)| {
                    !keys.is_empty() && (here != KeyContext::Table || app.works(entry.command))
                })
                .collect();
            if bound.is_empty() {
                continue;
            }
            items.push(Item::heading(if *place == here {
                format!("{title} (here)")
            } else {
                (*title).to_owned()
            }));
            items.extend(bound.into_iter().map(|(entry, keys)| {
                Item::new(keys.join("  "), entry.what, entry.name, Choice::Command(entry.command))
            }));
        }
        items.push(Item::heading("Filter"));
        items.extend(
            [
                ("web 12", "words, fuzzy over the visible columns; all must match"),
                ("state:failed,degraded", "a column; a comma means or"),
                ("ctx: name: image: where: host: type:", "columns that can be named"),
                ("platform: container: addr: gpu: used:", "more of them, and the platform's own facts"),
                ("label:env=prod", "a label"),
                ("age:<10m price:<2", "younger; less. memory:>40 more; age:>2d older"),
                ("!TERM", "what does not match"),
                ("\"exact words\"", "as they stand"),
                ("re:/web-[0-9]+/", "a pattern; also name:/^web/"),
            ]
            .map(|(key, label)| Item::new(key, label, "", Choice::Read)),
        );
        items.push(Item::heading("States"));
        items.extend(Lifecycle::ALL.map(|state| {
            Item::new(mark(state, app.options.ascii), state.word(), "", Choice::Read)
                .toned(Tone::State(state))
        }));
        let mut menu = Self::new(MenuKind::Help, "help: the keys that work here", items);
        menu.prompt = Some(Prompt::new("search: ", ""));
        menu.foot = "type to search  enter do it  esc close";
        menu
    }

    /// Everything that can be asked for by name.
    pub fn palette(app: &App) -> Self {
        let mut menu = Self::new(MenuKind::Palette, "command", super::palette_items(app, ""));
        menu.prompt = Some(Prompt::new(":", ""));
        menu.foot = "tab complete  ↑↓ choose  enter do it  esc close";
        menu
    }

    /// The columns that the table can be sorted by.
    pub fn sort(app: &App) -> Self {
        let pane = app.pane();
        let items = Column::all(pane.kind, app.store.facts(pane.kind))
            .into_iter()
            .filter(|column| column.sorts())
            .map(|column| {
                let current = pane.sort.column == column;
                let arrow = match (current, pane.sort.reverse) {
                    (false, _) => " ",
                    (true, false) if app.options.ascii => "^",
                    (true, true) if app.options.ascii => "v",
                    (true, false) => "▲",
                    (true, true) => "▼",
                };
                let detail = if current { "again to reverse" } else { "" };
                Item::new(arrow, column.word(pane.kind), detail, Choice::Sort(column))
            })
            .collect();
        let mut menu = Self::new(MenuKind::Sort, "sort by", items);
        if let Some(at) = menu.items.iter().position(|item| item.choice == Choice::Sort(pane.sort.column)) {
            menu.cursor = at;
        }
        menu.foot = "enter sort  esc close";
        menu
    }

    /// Which columns the table shows.
    pub fn columns(app: &App) -> Self {
        let mut menu = Self::new(MenuKind::Columns, "columns", columns(app));
        menu.foot = "enter show or hide  ← → move  esc close";
        if app.options.ascii {
            menu.foot = "enter show or hide  left right move  esc close";
        }
        menu
    }

    /// The contexts.
    pub fn contexts(app: &App) -> Self {
        let mut menu = Self::new(MenuKind::Contexts, "contexts", contexts(app));
        menu.foot = "enter show or hide  R sign in again  esc close";
        menu
    }

    /// What has been said, the latest first.
    pub fn messages(app: &App) -> Self {
        let mut menu = Self::new(MenuKind::Messages, "messages", messages(app));
        menu.foot = "c copy  esc close";
        menu
    }

    /// What of a row can be copied.
    pub fn copy(row: &Resource) -> Self {
        let copy = |what: &str, text: String| {
            Item::new("", what, text.clone(), Choice::Effect(Effect::Copy(text, what.to_owned())))
        };
        let mut items = vec![copy("name", row.name().to_owned()), copy("id", row.id().id.to_string())];
        for (what, column) in
            [("address", Column::Address), ("image", Column::Image), ("endpoint", Column::Endpoints)]
        {
            let text = column.text(row).into_owned();
            if !text.is_empty() {
                items.push(copy(what, text));
            }
        }
        let cells: Vec<_> = Column::usual(row.kind())
            .iter()
            .map(|column| column.text(row).into_owned())
            .filter(|text| !text.is_empty())
            .collect();
        items.push(copy("row", cells.join("\t")));
        let mut menu = Self::new(MenuKind::Copy, format!("copy of {}", row.name()), items);
        menu.foot = "enter copy  esc close";
        menu
    }

    /// Whether to quit.
    pub fn quit() -> Self {
        let items = vec![
            Item::new("y", "quit", "open consoles end", Choice::Command(Command::Quit)),
            Item::new("n", "stay", "", Choice::Stay),
        ];
        let mut menu = Self::new(MenuKind::Quit, "quit?", items);
        menu.foot = "y quit  n stay";
        menu
    }

    /// The items anew, for the lists whose state changes by itself.
    pub fn live_items(&self, app: &App) -> Option<Vec<Item>> {
        match self.kind {
            MenuKind::Contexts => Some(contexts(app)),
            MenuKind::Columns => Some(columns(app)),
            MenuKind::Messages => Some(messages(app)),
            _ => None,
        }
    }
}

fn columns(app: &App) -> Vec<Item> {
    let pane = app.pane();
    let mut items: Vec<Item> = pane
        .choices(&app.store)
        .into_iter()
        .map(|(column, shown)| {
            let detail = match column {
                Column::Name => "always shown",
                Column::Fact(_) => "a platform's own",
                _ => "",
            };
            let mark = if shown { "[x]" } else { "[ ]" };
            let tone = if shown || pane.wide { Tone::Plain } else { Tone::Dim };
            Item::new(mark, column.word(pane.kind), detail, Choice::Column(column)).toned(tone)
        })
        .collect();
    if pane.chosen.is_some() {
        items.push(Item::new("", "the usual columns", "", Choice::UsualColumns));
    }
    items
}

fn messages(app: &App) -> Vec<Item> {
    let mut items: Vec<Item> = app
        .messages
        .iter()
        .rev()
        .map(|message| {
            let tone = if message.bad { Tone::State(Lifecycle::Failed) } else { Tone::Plain };
            let clock = message.at.clock();
            let clock = clock.split('.').next().unwrap_or(&clock).to_owned();
            let copy = Effect::Copy(message.text.clone(), "message".to_owned());
            Item::new(clock, message.text.clone(), "", Choice::Effect(copy)).toned(tone)
        })
        .collect();
    if items.is_empty() {
        items.push(Item::new("", "nothing has been said yet", "", Choice::Read).toned(Tone::Dim));
    }
    items
}

fn contexts(app: &App) -> Vec<Item> {
    let mut items = Vec::new();
    for context in app.store.contexts() {
        let hidden = app.hidden.contains(&context.name);
        let (lifecycle, word) = condition_words(context);
        let mut detail = vec![context.platform.name().to_owned(), word];
        if let Some(latency) = context.traffic.latency {
            detail.push(milliseconds(latency));
        }
        detail.push(format!("{} requests, {} retried", context.traffic.requests, context.traffic.retries));
        if app.options.read_only || app.options.read_only_contexts.contains(&context.name) {
            detail.push("read-only".to_owned());
        }
        if hidden {
            detail.push("hidden".to_owned());
        }
        items.push(
            Item::new(
                mark(lifecycle, app.options.ascii),
                context.name.as_str(),
                detail.join(" · "),
                Choice::Context(context.name.clone()),
            )
            .toned(if hidden { Tone::Dim } else { Tone::State(lifecycle) }),
        );
        for text in problems(context, app) {
            items.push(
                Item::new("", format!("   {text}"), "", Choice::Context(context.name.clone()))
                    .toned(Tone::Dim),
            );
        }
    }
    if items.is_empty() {
        items.push(Item::new("", "no contexts: see `qdeck config init`", "", Choice::Read).toned(Tone::Dim));
    }
    items
}

/// Why a context is not live, and which of its listings are old, in full.
fn problems(context: &ContextState, app: &App) -> Vec<String> {
    let mut texts = Vec::new();
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
    }
    for feature in [Feature::Logs, Feature::Console, Feature::Telemetry] {
        if let Some(problem) = context.forbidden(feature) {
            texts.push(format!("may not {}: {problem}", feature.deed()));
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
        Condition::Retrying { attempt, problem } => {
            (Lifecycle::Degraded, format!("{}, retry {attempt}", problem.kind.word()))
        }
        Condition::Expired(_) => (Lifecycle::Failed, "sign-in expired".to_owned()),
        Condition::Refused(problem) | Condition::Down(problem) => {
            (Lifecycle::Failed, problem.kind.word().to_owned())
        }
    }
}

/// The name of a command with its key, for a sentence such as `press r`.
pub(in crate::tui) fn key_of(app: &App, place: KeyContext, command: Command) -> String {
    app.keymap
        .hint(place, command, app.options.ascii)
        .unwrap_or_else(|| format!(":{}", keymap::name(command)))
}
