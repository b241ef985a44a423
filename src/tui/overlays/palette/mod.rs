//! The command palette: what can be asked for by name, with arguments, completion and the commands typed before.

mod arguments;
mod recordings;

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent};

use super::list::{Item, List, Tone};
use super::{Menu, MenuLayer, Shape};
use crate::console::recording::PlayOptions;
use crate::model::{ContextName, Kind, Lifecycle, ResourceId};
use crate::table::Column;
use crate::tui::app::{App, table_name};
use crate::tui::command::{Availability, ENTRIES, Movement};
use crate::tui::effect::{DocumentForm, ScreenEffect, View, Work};
use crate::tui::layer::{Answer, Handled, Ticket};
use crate::tui::widgets::prompt::Prompt;
use crate::tui::writes::{self, Chosen, DeclaredActions};
use crate::tui::{Command, Effect, KeyContext, theme};
use recordings::Recordings;

/// The palette.
pub struct Palette {
    /// The key context it was opened in: keys of that context are shown beside the names.
    context: KeyContext,
    actions: DeclaredActions,
    recordings: Recordings,
}

/// The effect of choosing an item.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// A command.
    Command(Command),
    /// Sorts the table.
    Sort(Column),
    /// Sorts the table this way round; true is from the end.
    SortTo(Column, bool),
    /// Shows only these contexts; none named shows all.
    Only(Vec<ContextName>),
    /// Goes on typing with this line.
    Complete(String),
    /// Nothing: it shows the mistake in the text typed.
    Wrong,
    /// A theme.
    Theme(&'static str),
    /// A table, and its filter if one was given.
    Table(Kind, Option<String>),
    /// Shows or hides a context.
    Context(ContextName),
    /// Signs in again.
    Reconnect(ContextName),
    /// The platform's answer for a resource.
    Json(ResourceId),
    /// Takes an action of a platform.
    Action(Chosen),
    /// Plays a recording.
    Play(PathBuf),
}

/// Everything that can be asked for by name in a key context.
pub fn menu(app: &App, context: KeyContext) -> MenuLayer<Palette> {
    let actions = DeclaredActions::for_selected(app);
    let recordings = Recordings::default();
    let items = items(app, context, &actions, &recordings, "");
    let mut layer = Palette { context, actions, recordings }.searched_layer(":", items);
    layer.list.by_rank = true;
    layer
}

impl Palette {
    /// Puts a line into it as if it had been typed.
    fn type_line(&self, text: &str, list: &mut List<Choice>, app: &App) {
        list.prompt = Some(Prompt::new(":", text));
        self.fill(list, app);
    }

    /// Shows what fits what is typed.
    fn fill(&self, list: &mut List<Choice>, app: &App) {
        let typed = list.typed().to_owned();
        list.refill(items(app, self.context, &self.actions, &self.recordings, &typed));
        // What was read with its arguments offers what can follow: there is nothing to search.
        let needle = typed.trim();
        let has_arguments = needle.contains(' ') || needle.starts_with('@');
        let was_read = |item: &Item<Choice>| match &item.choice {
            // The command itself is in the list of all, too.
            Some(Choice::Complete(line)) => line.trim_end() != recordings::WORD,
            choice => matches!(
                choice,
                Some(
                    Choice::Table(_, Some(_))
                        | Choice::SortTo(..)
                        | Choice::Wrong
                        | Choice::Only(_)
                        | Choice::Play(_)
                )
            ),
        };
        if recordings::is_asked_for(&typed) || has_arguments && list.items().iter().any(was_read) {
            list.show_all();
        } else {
            list.search();
        }
    }

    /// Puts the item under the cursor into the line, ready for arguments.
    fn complete(&self, list: &mut List<Choice>, app: &App) {
        let is_completion = |item: &&Item<Choice>| matches!(item.choice, Some(Choice::Complete(_)));
        let item = list
            .chosen()
            .filter(|item| is_completion(item))
            .or_else(|| list.lines().find(is_completion))
            .or_else(|| list.chosen());
        let line = item.map(|item| match item.choice {
            Some(Choice::Table(_, None)) => format!("{} ", item.label),
            Some(Choice::Wrong) => list.typed().to_owned(),
            _ => item.label.clone(),
        });
        if let Some(line) = line {
            self.type_line(&line, list, app);
        }
    }

    /// Puts the command before the one shown into the line.
    fn recall(&self, list: &mut List<Choice>, app: &App) {
        let typed = list.typed();
        let at = app.typed_commands.iter().rposition(|known| known == typed);
        let at = at.unwrap_or(app.typed_commands.len());
        if let Some(line) = at.checked_sub(1).and_then(|at| app.typed_commands.get(at)) {
            self.type_line(line, list, app);
        }
    }
}

impl Menu for Palette {
    type Choice = Choice;

    fn title(&self) -> String {
        "command".to_owned()
    }

    fn foot(&self, _ascii: bool) -> &'static str {
        "tab complete  ↑↓ choose  enter do it  esc close"
    }

    fn shape(&self) -> Shape {
        Shape::Top
    }

    fn open(&mut self) -> Vec<Effect> {
        if self.context == KeyContext::Table { self.actions.ask() } else { Vec::new() }
    }

    fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Effect> {
        if let Some(answer) = self.recordings.take(ticket, answer) {
            self.actions.take(ticket, answer);
        }
        Vec::new()
    }

    fn prepare(&mut self, list: &mut List<Choice>, app: &App) {
        if self.recordings.take_news() | self.actions.take_news() {
            self.fill(list, app);
        }
    }

    fn typed(&mut self, list: &mut List<Choice>, app: &App) -> Vec<Effect> {
        self.fill(list, app);
        self.recordings.ask_for(list.typed())
    }

    fn key(&mut self, key: KeyEvent, list: &mut List<Choice>, app: &App) -> Handled {
        let recalls = || {
            let typed = list.typed();
            typed.is_empty() || app.typed_commands.iter().any(|known| known == typed)
        };
        match key.code {
            KeyCode::Tab => {
                if let Some(effects) = self.recordings.complete(list.typed()) {
                    return effects.into();
                }
                self.complete(list, app);
                return self.recordings.ask_for(list.typed()).into();
            }
            KeyCode::Up if recalls() => self.recall(list, app),
            _ => return Handled::Ignored,
        }
        Handled::done()
    }

    fn choose(&mut self, choice: Choice, list: &mut List<Choice>, app: &mut App) -> Vec<Effect> {
        match choice {
            Choice::Wrong => {
                let text = list.chosen().map(|item| item.label.clone()).unwrap_or_default();
                return vec![Effect::complain(text)];
            }
            Choice::Complete(line) => {
                self.type_line(&line, list, app);
                return self.recordings.ask_for(list.typed());
            }
            Choice::Context(name) => return vec![Effect::close(), app.toggle_context(name)],
            _ => {}
        }
        app.remember_command(list.typed());
        let mut effects = vec![Effect::close()];
        match choice {
            Choice::Wrong | Choice::Complete(_) | Choice::Context(_) => {}
            Choice::Sort(column) => app.pane_mut().sort_by(column),
            Choice::SortTo(column, reverse) => app.pane_mut().sort_to(column, reverse),
            Choice::Only(names) => effects.push(app.show_only(&names)),
            Choice::Command(command) => effects.push(ScreenEffect::Perform(command).into()),
            Choice::Theme(name) => effects.push(app.use_theme(name)),
            Choice::Table(kind, filter) => effects.push(ScreenEffect::ShowTable(kind, filter).into()),
            Choice::Reconnect(name) => effects.push(Work::Reconnect(name).into()),
            Choice::Play(path) => effects.push(Work::Play(path, PlayOptions::default()).into()),
            Choice::Action(chosen) => effects.push(writes::choose(chosen, app)),
            Choice::Json(id) => effects.push(View::Document(id, DocumentForm::Json).into()),
        }
        effects
    }
}

/// The items for what is typed: commands with arguments are read, the rest is searched.
fn items(
    app: &App,
    context: KeyContext,
    actions: &DeclaredActions,
    recordings: &Recordings,
    typed: &str,
) -> Vec<Item<Choice>> {
    if let Some(items) = recordings.items(typed, app.now).or_else(|| arguments::items(app, typed)) {
        return items;
    }
    let mut items = Vec::new();
    for (index, kind) in Kind::ALL.into_iter().enumerate() {
        let name = table_name(kind);
        let count = app.store.len(kind);
        items.push(Item::new(
            (index + 1).to_string(),
            name,
            format!("{count} in the fleet; add a filter or @context"),
            Choice::Table(kind, None),
        ));
    }
    items.extend(ENTRIES.iter().filter(|entry| is_command(entry.command)).filter_map(|entry| {
        let key = app.keymap.first_keys(context, entry.command);
        // These are asked for by name.
        let is_named = matches!(entry.command, Command::Messages | Command::Sessions | Command::Journal);
        if key.is_none() && !is_named {
            return None;
        }
        let availability =
            if context == KeyContext::Table { entry.availability(app) } else { Availability::Yes };
        let item = Item::new(
            key.unwrap_or_default(),
            entry.name,
            availability.reason().unwrap_or(entry.help),
            Choice::Command(entry.command),
        );
        Some(if availability == Availability::Yes { item } else { item.toned(Tone::Dim) })
    }));
    items.extend(actions.items(app, Choice::Action));
    items.push(Item::new(
        "",
        recordings::WORD,
        "play a recording of a console",
        Choice::Complete(format!("{} ", recordings::WORD)),
    ));
    for name in theme::names() {
        items.push(Item::new("", format!("theme {name}"), "", Choice::Theme(name)));
    }
    for context in app.store.contexts() {
        items.push(Item::new(
            "",
            format!("context {}", context.name),
            "show or hide it",
            Choice::Context(context.name.clone()),
        ));
        items.push(Item::new(
            "",
            format!("reconnect {}", context.name),
            "sign in again and connect",
            Choice::Reconnect(context.name.clone()),
        ));
    }
    let kind = app.pane().kind;
    let columns = Column::all(kind, app.store.facts(kind));
    for column in columns.into_iter().filter(|column| column.sorts()) {
        let title = column.id();
        items.push(Item::new("", format!("sort {title}"), "again to reverse", Choice::Sort(column)));
    }
    if let Some(row) = app.pane().selected() {
        let id = row.id().clone();
        items.push(Item::new(
            "",
            format!("json of {}", row.name()),
            "the platform's answer",
            Choice::Json(id),
        ));
    }
    items
}

fn wrong(text: impl Into<String>) -> Item<Choice> {
    Item::new("", text, "", Choice::Wrong).toned(Tone::State(Lifecycle::Failed))
}

/// Commands that make sense by name.
const fn is_command(command: Command) -> bool {
    Movement::of(command).is_none()
        && !matches!(
            command,
            Command::Left
                | Command::Right
                | Command::Pane(_)
                | Command::Palette
                | Command::Back
                | Command::Open
                | Command::Prefix
                | Command::SendPrefix
        )
}
