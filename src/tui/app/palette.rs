//! What keys do in the lists over the screen, and what their choices do.

use std::sync::Arc;

use crossterm::event::{Event as TerminalEvent, KeyCode, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::App;
use crate::model::{ContextName, Kind};
use crate::tui::keymap::{Chord, Lookup};
use crate::tui::overlays::{Choice, Item, MenuKind, palette_items};
use crate::tui::widgets::prompt::{Prompt, Typed};
use crate::tui::{Command, Effect, KeyContext};

/// Commands remembered.
const REMEMBERED: usize = 50;

impl App {
    pub(super) fn menu_key(&mut self, event: &TerminalEvent) -> Vec<Effect> {
        let recalls = self.typed_nothing();
        let Some(menu) = &mut self.menu else {
            return Vec::new();
        };
        let TerminalEvent::Key(key) = event else {
            return self.menu_typed(event);
        };
        if menu.prompt.is_some() {
            match key.code {
                KeyCode::Down => _ = menu.travel(Command::Down, 1),
                KeyCode::Up if menu.kind == MenuKind::Palette && recalls => self.recall(),
                KeyCode::Up => _ = menu.travel(Command::Up, 1),
                KeyCode::PageDown => _ = menu.travel(Command::PageDown, 1),
                KeyCode::PageUp => _ = menu.travel(Command::PageUp, 1),
                KeyCode::Tab => self.complete(),
                _ => return self.menu_typed(event),
            }
            return Vec::new();
        }
        let kind = menu.kind;
        match (kind, key.code) {
            (MenuKind::Quit, KeyCode::Char('y' | 'Y')) => return vec![Effect::Quit],
            (MenuKind::Quit, KeyCode::Char('n' | 'N')) => return self.close_menu(),
            _ => {}
        }
        let Lookup::Bound(command) = self.keymap.look_up(KeyContext::Menu, &[Chord::of(*key)]) else {
            return Vec::new();
        };
        if menu.travel(command, 1) {
            return Vec::new();
        }
        match command {
            Command::Open | Command::Mark => self.choose(),
            Command::Close if kind == MenuKind::Quit => vec![Effect::Quit],
            Command::Back
            | Command::Close
            | Command::SortMenu
            | Command::Columns
            | Command::Contexts
            | Command::CopyMenu
            | Command::Messages => self.close_menu(),
            Command::Left | Command::Right => {
                if let Some(Choice::Column(column)) = menu.chosen().map(|item| item.choice.clone()) {
                    self.panes[self.active].move_column(column, command == Command::Right, &self.store);
                }
                Vec::new()
            }
            Command::Reconnect => match menu.chosen().map(|item| item.choice.clone()) {
                Some(Choice::Context(name)) => {
                    vec![Effect::Reconnect(name.clone()), Effect::Say(format!("signing in again to {name}"))]
                }
                _ => Vec::new(),
            },
            Command::Copy => match menu.chosen() {
                Some(item) => vec![Effect::Copy(item.label.trim().to_owned(), "line".to_owned())],
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn typed_nothing(&self) -> bool {
        self.menu.as_ref().and_then(|menu| menu.prompt.as_ref()).is_some_and(|prompt| {
            prompt.text().is_empty() || self.commands.iter().any(|known| known == prompt.text())
        })
    }

    /// Puts the command before the one shown into the line.
    fn recall(&mut self) {
        let shown =
            self.menu.as_ref().and_then(|menu| menu.prompt.as_ref()).map(|prompt| prompt.text().to_owned());
        let at = self
            .commands
            .iter()
            .rposition(|known| Some(known) == shown.as_ref())
            .unwrap_or(self.commands.len());
        if let Some(command) = at.checked_sub(1).and_then(|at| self.commands.get(at)).cloned() {
            self.type_into_palette(&command);
        }
    }

    /// Puts the item under the cursor into the line, ready for arguments.
    fn complete(&mut self) {
        let Some(menu) = self.menu.as_ref().filter(|menu| menu.kind == MenuKind::Palette) else {
            return;
        };
        let is_completion = |item: &&Item| matches!(item.choice, Choice::Complete(_));
        let item = menu
            .chosen()
            .filter(|item| is_completion(item))
            .or_else(|| menu.lines().find(is_completion))
            .or_else(|| menu.chosen());
        let label = item.map(|item| match item.choice {
            Choice::Pane(_, None) => format!("{} ", item.label),
            Choice::Wrong => menu.prompt.as_ref().map(|it| it.text().to_owned()).unwrap_or_default(),
            _ => item.label.clone(),
        });
        if let Some(label) = label {
            self.type_into_palette(&label);
        }
    }

    fn type_into_palette(&mut self, text: &str) {
        let items = palette_items(self, text);
        if let Some(menu) = &mut self.menu {
            menu.prompt = Some(Prompt::new(":", text));
            menu.refill(items);
            menu.search();
        }
    }

    fn menu_typed(&mut self, event: &TerminalEvent) -> Vec<Effect> {
        let Some(prompt) = self.menu.as_mut().and_then(|menu| menu.prompt.as_mut()) else {
            return Vec::new();
        };
        let typed = prompt.type_event(event);
        let text = prompt.text().to_owned();
        match typed {
            Typed::Changed => {
                let items = palette_items(self, &text);
                if let Some(menu) = &mut self.menu {
                    if menu.kind == MenuKind::Palette {
                        menu.refill(items);
                    }
                    menu.search();
                }
                Vec::new()
            }
            Typed::Nothing => Vec::new(),
            Typed::Accepted => self.choose(),
            Typed::Cancelled => self.close_menu(),
        }
    }

    pub(super) fn menu_wheel(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        if let Some(menu) = &mut self.menu {
            match mouse.kind {
                MouseEventKind::ScrollDown => _ = menu.travel(Command::Down, 3),
                MouseEventKind::ScrollUp => _ = menu.travel(Command::Up, 3),
                MouseEventKind::Down(MouseButton::Left) => {
                    let at = Position::new(mouse.column, mouse.row);
                    if menu.is_beside(at) {
                        return self.close_menu();
                    }
                    if menu.point_at(at) {
                        return self.choose();
                    }
                }
                _ => {}
            }
        }
        Vec::new()
    }

    fn close_menu(&mut self) -> Vec<Effect> {
        self.menu = None;
        Vec::new()
    }

    /// Brings a list whose state changes by itself up to date.
    pub(super) fn refill_menu(&mut self) {
        let items = self.menu.as_ref().and_then(|menu| menu.live_items(self));
        if let (Some(items), Some(menu)) = (items, &mut self.menu) {
            menu.refill(items);
        }
    }

    fn choose(&mut self) -> Vec<Effect> {
        let Some(menu) = &self.menu else {
            return Vec::new();
        };
        let typed = menu.prompt.as_ref().map(|prompt| prompt.text().to_owned());
        let is_palette = menu.kind == MenuKind::Palette;
        let Some(choice) = menu.chosen().map(|item| item.choice.clone()) else {
            let text = typed.unwrap_or_default();
            return vec![Effect::Complain(format!("no command `{text}`"))];
        };
        if let Choice::Context(name) = choice {
            if is_palette {
                self.menu = None;
            }
            return self.toggle_context(name);
        }
        match &choice {
            Choice::Column(column) => {
                self.panes[self.active].toggle_column(*column, &self.store);
                return Vec::new();
            }
            Choice::UsualColumns => {
                self.pane_mut().usual_columns();
                return Vec::new();
            }
            Choice::Read => return Vec::new(),
            Choice::Wrong => {
                let told = menu.chosen().map(|item| item.label.clone()).unwrap_or_default();
                return vec![Effect::Complain(told)];
            }
            Choice::Complete(line) => {
                let line = line.clone();
                self.type_into_palette(&line);
                return Vec::new();
            }
            _ => {}
        }
        self.menu = None;
        if let Some(text) = typed.filter(|text| is_palette && !text.trim().is_empty()) {
            self.commands.retain(|known| *known != text);
            self.commands.push(text);
            if self.commands.len() > REMEMBERED {
                self.commands.remove(0);
            }
        }
        match choice {
            Choice::Read
            | Choice::Wrong
            | Choice::Complete(_)
            | Choice::Stay
            | Choice::Context(_)
            | Choice::Column(_)
            | Choice::UsualColumns => Vec::new(),
            Choice::SortTo(column, reverse) => {
                self.pane_mut().sort_to(column, reverse);
                Vec::new()
            }
            Choice::Only(names) => self.show_only(&names),
            Choice::Command(command) => self.dispatch(command, None),
            Choice::Sort(column) => {
                self.pane_mut().sort_by(column);
                Vec::new()
            }
            Choice::Theme(name) => self.use_theme(name),
            Choice::Pane(kind, filter) => self.go_to_table(kind, filter.as_deref()),
            Choice::Effect(effect) => vec![effect],
        }
    }

    fn go_to_table(&mut self, kind: Kind, filter: Option<&str>) -> Vec<Effect> {
        let effects = self.close_views();
        self.go_to_pane(Kind::ALL.iter().position(|known| *known == kind).unwrap_or(0));
        let pane = &mut self.panes[self.active];
        pane.narrow = None;
        if let Some(filter) = filter {
            pane.set_filter(filter, &self.store);
        }
        match self.pane().filter_error() {
            Some(error) => {
                let told = format!("filter: {error}");
                effects.into_iter().chain([Effect::Complain(told)]).collect()
            }
            None => effects,
        }
    }

    fn show_only(&mut self, names: &[ContextName]) -> Vec<Effect> {
        let contexts = self.store.contexts().iter().map(|it| it.name.clone());
        let hidden = contexts.filter(|name| !names.is_empty() && !names.contains(name));
        self.hidden = Arc::new(hidden.collect());
        let said = if names.is_empty() {
            "every context is shown".to_owned()
        } else {
            let names: Vec<_> = names.iter().map(ContextName::as_str).collect();
            format!("only {} shown", names.join(", "))
        };
        vec![Effect::Say(said)]
    }

    fn toggle_context(&mut self, name: ContextName) -> Vec<Effect> {
        let hidden = Arc::make_mut(&mut self.hidden);
        let said = if hidden.remove(&name) {
            format!("{name} is shown")
        } else {
            let said = format!("{name} is hidden");
            hidden.insert(name);
            said
        };
        vec![Effect::Say(said)]
    }
}
