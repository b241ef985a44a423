//! Keys, pastes and clicks of a form.

use arcstr::ArcStr;
use crossterm::event::{
    Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent,
    MouseEventKind,
};
use ratatui::layout::Position;

use super::draw::Spot;
use super::edit::Edit;
use super::field::{Entry, OnScreen as _};
use super::{FormLayer, UNMASKED_FOR, Waiting};
use crate::tui::app::App;
use crate::tui::command::{FormCommand, Movement};
use crate::tui::effect::TerminalEffect;
use crate::tui::keymap::{Chord, Lookup};
use crate::tui::layer::Handled;
use crate::tui::widgets::prompt::Typed;
use crate::tui::{Command, Effect, KeyContext};

/// Lines that a notch of the wheel moves in a list.
const WHEEL_LINES: u32 = 3;

impl FormLayer {
    /// The commands that do something now.
    pub(super) fn offers(&self) -> Vec<(Command, &'static str)> {
        if self.preparing.is_open() {
            return vec![(Command::Back, "cancel")];
        }
        if !self.is_ready || matches!(self.waiting, Waiting::Sent(_)) {
            return vec![(Command::Back, "close")];
        }
        let focused = self.focused();
        if focused.is_some_and(|field| field.choices.is_open()) {
            let mut offers = vec![(Command::Back, "close the list")];
            if focused.is_some_and(|field| field.choices.can_reload()) {
                offers.push((Command::Refresh, "load again"));
            }
            return offers;
        }
        let mut offers = vec![(Command::Submit, "preview")];
        if self.focus < self.fields.len() {
            offers.push((Command::NextField, "next"));
        }
        if focused.is_some_and(|field| field.is_secret() && !field.is_empty()) {
            offers.push((Command::Unmask, "show for 5s"));
        }
        if focused.is_some_and(|field| field.has_choices() && field.choices.can_reload()) {
            offers.push((Command::Refresh, "load again"));
        }
        offers.push((Command::EditForm, "editor"));
        if self.is_touched() {
            offers.push((Command::StartOver, "start over"));
        }
        offers.push((Command::Back, if self.is_touched() { "keep as draft" } else { "close" }));
        offers
    }

    pub(super) fn act(&mut self, command: FormCommand) -> Vec<Effect> {
        if command == FormCommand::Back {
            return self.back();
        }
        if self.is_locked() {
            return Vec::new();
        }
        match command {
            FormCommand::NextField => self.next(),
            FormCommand::PreviousField => {
                let to = if self.focus == 0 { self.fields.len() } else { self.focus - 1 };
                self.go_to(to)
            }
            FormCommand::Submit => self.submit(),
            FormCommand::EditForm => self.edit_document(),
            FormCommand::StartOver if self.is_touched() => self.start_over(),
            FormCommand::StartOver | FormCommand::Back => Vec::new(),
            FormCommand::Unmask => self.unmask(),
            FormCommand::Refresh => match self.focused() {
                Some(field) if field.has_choices() && field.choices.can_reload() => {
                    self.load_choices(self.focus)
                }
                _ => Vec::new(),
            },
        }
    }

    fn back(&mut self) -> Vec<Effect> {
        if let Some(field) = self.focused_mut()
            && field.choices.is_open()
        {
            field.choices.close();
            return Vec::new();
        }
        if self.preparing.is_open() {
            return self.preparing.give_up().into_iter().collect();
        }
        self.leave()
    }

    fn unmask(&mut self) -> Vec<Effect> {
        if self.focused().is_some_and(|field| field.is_secret() && !field.is_empty()) {
            self.unmasked_until = self.now.after(UNMASKED_FOR);
            return vec![TerminalEffect::DrawAfter(UNMASKED_FOR).into()];
        }
        Vec::new()
    }

    /// To the next field, from the button to the first. In an open list the choice under the cursor is taken first.
    fn next(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.focused().is_some_and(|field| field.choices.is_open() && matches!(field.entry, Entry::One(_)))
        {
            effects = self.choose();
            if self.focused().is_some_and(|field| field.choices.is_open()) {
                return effects;
            }
        }
        let to = if self.focus == self.fields.len() { 0 } else { self.focus + 1 };
        effects.extend(self.go_to(to));
        effects
    }

    pub(super) fn take_event(&mut self, event: &TerminalEvent, app: &App) -> Handled {
        match event {
            TerminalEvent::Key(key) if key.kind == KeyEventKind::Release => Handled::done(),
            TerminalEvent::Key(key) => self.take_key(*key, app),
            TerminalEvent::Paste(text) => self.paste(text).into(),
            TerminalEvent::Mouse(mouse) => self.mouse(*mouse).into(),
            TerminalEvent::FocusGained | TerminalEvent::FocusLost | TerminalEvent::Resize(..) => {
                Handled::Ignored
            }
        }
    }

    fn take_key(&mut self, key: KeyEvent, app: &App) -> Handled {
        let is_typed =
            matches!(key.code, KeyCode::Char(_)) && key.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        if !is_typed && let Lookup::Bound(command) = app.keymap.look_up(KeyContext::Form, &[Chord::of(key)]) {
            if matches!(command, Command::Quit | Command::Suspend | Command::Redraw | Command::Help) {
                return Handled::Ignored;
            }
            if let Some(command) = FormCommand::of(command) {
                return self.act(command).into();
            }
        }
        if self.is_locked() {
            return Handled::done();
        }
        self.field_key(key).into()
    }

    fn field_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let Some(field) = self.fields.get_mut(self.focus) else {
            return self.button_key(key);
        };
        if field.choices.is_open() {
            return self.list_key(key);
        }
        let is_file = field.is_file();
        match &mut field.entry {
            Entry::Text(edit) => {
                // On an empty line of several the next field follows.
                let is_done = field.field.kind.ends_at_blank_line() && edit.is_at_empty_end();
                if key.code == KeyCode::Enter && is_done {
                    return self.next();
                }
                if key.code == KeyCode::Right && edit.is_at_end() && is_file {
                    return self.complete();
                }
                match edit.key(key) {
                    Edit::Changed => self.changed(self.focus, true),
                    Edit::Moved => Vec::new(),
                    Edit::Ignored => self.move_key(key),
                }
            }
            Entry::Switch(_) => self.switch_key(key),
            Entry::One(_) | Entry::Several(_) => self.choice_key(key),
        }
    }

    /// Keys that go from field to field.
    fn move_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        match key.code {
            KeyCode::Enter => self.next(),
            KeyCode::Down => self.go_to(self.focus + 1),
            KeyCode::Up => self.go_to(self.focus.saturating_sub(1)),
            KeyCode::PageDown => self.go_to(self.focus + self.drawn.page.max(1)),
            KeyCode::PageUp => self.go_to(self.focus.saturating_sub(self.drawn.page.max(1))),
            _ => Vec::new(),
        }
    }

    /// Enter on the button goes on to the preview, which sends nothing yet. A key that is held down does not.
    fn button_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        match key.code {
            KeyCode::Enter | KeyCode::Char(' ') if key.kind != KeyEventKind::Repeat => self.submit(),
            KeyCode::Home => self.go_to(0),
            KeyCode::Enter => Vec::new(),
            _ => self.move_key(key),
        }
    }

    fn switch_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let Some(field) = self.focused() else { return Vec::new() };
        let Entry::Switch(on) = field.entry else { return Vec::new() };
        let to = match key.code {
            KeyCode::Char(' ') | KeyCode::Left | KeyCode::Right => Some(!on.unwrap_or(false)),
            KeyCode::Char('y' | 'Y') => Some(true),
            KeyCode::Char('n' | 'N') => Some(false),
            KeyCode::Backspace | KeyCode::Delete if field.field.default.is_none() => None,
            _ => return self.move_key(key),
        };
        self.enter(Entry::Switch(to))
    }

    fn choice_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let Some(field) = self.focused_mut() else { return Vec::new() };
        let chosen = field.chosen();
        let is_one = matches!(field.entry, Entry::One(_));
        match key.code {
            KeyCode::Char(' ') => field.choices.open("", &chosen),
            KeyCode::Enter if chosen.is_empty() && field.field.required => field.choices.open("", &chosen),
            KeyCode::Char(letter) if key.modifiers.difference(KeyModifiers::SHIFT).is_empty() => {
                field.choices.open(letter.encode_utf8(&mut [0; 4]), &chosen);
            }
            KeyCode::Left | KeyCode::Right if is_one => {
                let forward = key.code == KeyCode::Right;
                if let Some(value) = field.choices.beside(chosen.first().map(|value| &**value), forward) {
                    return self.enter(Entry::One(Some(value)));
                }
            }
            KeyCode::Backspace | KeyCode::Delete if !chosen.is_empty() => {
                return self.enter(if is_one { Entry::One(None) } else { Entry::Several(Vec::new()) });
            }
            _ => return self.move_key(key),
        }
        Vec::new()
    }

    /// A key of an open list.
    fn list_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let Some(field) = self.fields.get_mut(self.focus) else { return Vec::new() };
        let is_several = matches!(field.entry, Entry::Several(_));
        let has_choices = !field.choices.takes_typed() && !field.choices.all.is_empty();
        let Some(list) = &mut field.choices.list else { return Vec::new() };
        let movement = match key.code {
            KeyCode::Down => Movement::Down,
            KeyCode::Up => Movement::Up,
            KeyCode::PageDown => Movement::PageDown,
            KeyCode::PageUp => Movement::PageUp,
            KeyCode::Char(' ') if is_several => return self.choose(),
            KeyCode::Enter if is_several && has_choices => {
                field.choices.close();
                return self.next();
            }
            KeyCode::Enter => {
                let mut effects = self.choose();
                if self.focused().is_some_and(|field| !field.choices.is_open()) {
                    effects.extend(self.next());
                }
                return effects;
            }
            _ => {
                let typed = list.prompt.as_mut().map(|prompt| prompt.type_event(&TerminalEvent::Key(key)));
                match typed {
                    Some(Typed::Changed) => list.search(),
                    Some(Typed::Cancelled) => field.choices.close(),
                    _ => {}
                }
                return Vec::new();
            }
        };
        list.travel(movement, 1);
        Vec::new()
    }

    /// Takes the choice under the cursor of the open list, or what was typed where the choices are not there.
    pub(super) fn choose(&mut self) -> Vec<Effect> {
        let Some(field) = self.fields.get_mut(self.focus) else { return Vec::new() };
        let Some(list) = &field.choices.list else { return Vec::new() };
        let typed = list.typed().trim().to_owned();
        let chosen = list.chosen().and_then(|item| item.choice.clone());
        let value = match chosen {
            Some(value) => value,
            None if field.choices.takes_typed() && !typed.is_empty() => typed.into(),
            None if field.choices.takes_typed() => {
                field.choices.close();
                return Vec::new();
            }
            None => return vec![Effect::report(format!("{}: nothing matches {typed}", field.field.label))],
        };
        if let Some(reason) = field.choices.find(&value).and_then(|choice| choice.unavailable.clone()) {
            let label = field.choices.label(&value).to_owned();
            return vec![Effect::complain(format!("{label}: {reason}"))];
        }
        self.pick(value)
    }

    /// Sets the field to a choice, or marks or unmarks one of several.
    fn pick(&mut self, value: ArcStr) -> Vec<Effect> {
        let Some(field) = self.fields.get_mut(self.focus) else { return Vec::new() };
        let Entry::Several(all) = &mut field.entry else {
            field.choices.close();
            return self.enter(Entry::One(Some(value)));
        };
        match all.iter().position(|one| *one == value) {
            Some(at) => drop(all.remove(at)),
            None => all.push(value),
        }
        let chosen = all.clone();
        field.choices.refill(&chosen);
        self.changed(self.focus, false)
    }

    /// Enters a value into the field with the focus.
    fn enter(&mut self, entry: Entry) -> Vec<Effect> {
        match self.focused_mut() {
            Some(field) if field.entry == entry && field.is_touched => Vec::new(),
            Some(field) => {
                field.entry = entry;
                self.changed(self.focus, false)
            }
            None => Vec::new(),
        }
    }

    /// Takes the first path that the typed one may become.
    fn complete(&mut self) -> Vec<Effect> {
        let Some(field) = self.focused_mut() else { return Vec::new() };
        let (Entry::Text(edit), Some(first)) = (&mut field.entry, field.choices.all.first()) else {
            return Vec::new();
        };
        if !first.value.starts_with(edit.text()) || *first.value == *edit.text() {
            return Vec::new();
        }
        edit.replace(&first.value);
        self.changed(self.focus, true)
    }

    /// A paste goes into a text, or into the search of an open list, and nowhere else.
    fn paste(&mut self, text: &str) -> Vec<Effect> {
        if self.is_locked() {
            return Vec::new();
        }
        let Some(field) = self.fields.get_mut(self.focus) else { return Vec::new() };
        if let Some(list) = &mut field.choices.list {
            if let Some(prompt) = &mut list.prompt {
                prompt.type_event(&TerminalEvent::Paste(text.to_owned()));
            }
            list.search();
            return Vec::new();
        }
        match &mut field.entry {
            Entry::Text(edit) => match edit.paste(text) {
                Edit::Changed => self.changed(self.focus, true),
                Edit::Moved | Edit::Ignored => Vec::new(),
            },
            Entry::Switch(_) | Entry::One(_) | Entry::Several(_) => {
                vec![Effect::report("a paste goes into a text field only")]
            }
        }
    }

    fn mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        if self.is_locked() {
            return Vec::new();
        }
        let (movement, to) = match mouse.kind {
            MouseEventKind::ScrollDown => (Movement::Down, self.focus + 1),
            MouseEventKind::ScrollUp => (Movement::Up, self.focus.saturating_sub(1)),
            MouseEventKind::Down(MouseButton::Left) => {
                return self.click(Position::new(mouse.column, mouse.row));
            }
            _ => return Vec::new(),
        };
        match self.focused_mut().and_then(|field| field.choices.list.as_mut()) {
            Some(list) => {
                list.travel(movement, WHEEL_LINES);
                Vec::new()
            }
            None => self.go_to(to),
        }
    }

    fn click(&mut self, at: Position) -> Vec<Effect> {
        let Some((area, spot)) = self.drawn.spots.iter().find(|(area, _)| area.contains(at)) else {
            return Vec::new();
        };
        match spot.clone() {
            Spot::Button => {
                let mut effects = self.go_to(self.fields.len());
                effects.extend(self.submit());
                effects
            }
            Spot::Choice(value) => match self.focused_mut().map(|field| field.choices.find(&value)) {
                Some(Some(choice)) if choice.unavailable.is_some() => Vec::new(),
                _ => self.pick(value),
            },
            Spot::Path(path) => {
                let Some(Entry::Text(edit)) = self.focused_mut().map(|field| &mut field.entry) else {
                    return Vec::new();
                };
                edit.replace(&path);
                self.changed(self.focus, true)
            }
            Spot::Field { field, line, skip } => {
                let column = usize::from(at.x - area.x) + skip;
                let effects = if field == self.focus { Vec::new() } else { self.go_to(field) };
                if let Some(field) = self.focused_mut() {
                    match &mut field.entry {
                        Entry::Text(edit) => edit.point_at(line, column),
                        Entry::One(_) | Entry::Several(_) if effects.is_empty() => {
                            let chosen = field.chosen();
                            field.choices.open("", &chosen);
                        }
                        _ => {}
                    }
                }
                effects
            }
        }
    }
}
