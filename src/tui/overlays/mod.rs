//! Lists that lie over the screen: help, palette, sort, columns, contexts, messages, what to copy, whether to quit. Each is
//! a [`Menu`] in a file of its own; [`MenuLayer`] is what is the same for all of them.

pub mod columns;
pub mod contexts;
pub mod copy;
mod draw;
pub mod help;
pub mod list;
pub mod messages;
pub mod palette;
pub mod quit;
pub mod sort;
pub mod ways;

use crossterm::event::{
    Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind,
};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

pub(super) use contexts::{condition_words, milliseconds};

use super::app::App;
use super::command::{MenuCommand, Movement};
use super::keymap::{Chord, Lookup};
use super::layer::{Answer, Handled, Hint, Layer, Ticket, Watched};
use super::widgets::prompt::{Prompt, Typed};
use super::{Command, Effect, KeyContext};
use list::{Item, List};

/// Lines that a notch of the wheel moves the cursor.
const WHEEL_LINES: u32 = 3;

/// Columns of a screen that the labels of a [`Shape::Wide`] list with keys of one letter cannot have: the margin, the
/// border, the keys and the space between.
const WIDE_MARGIN: u16 = 11;

/// The place and the width of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// In the middle, up to this many columns.
    Middle(u16),
    /// In the middle, as wide as its lines are.
    Wide,
    /// At the top, where the eye goes first.
    Top,
}

/// The content of one list, and the effects of its choices and keys.
pub trait Menu: Send + Sized + 'static {
    /// The effect of choosing an item.
    type Choice: Clone + PartialEq + Send;

    /// Its title.
    fn title(&self) -> String;

    /// The keys that no item shows, for the lower border.
    fn foot(&self, ascii: bool) -> &'static str;

    /// Its place on the screen.
    fn shape(&self) -> Shape {
        Shape::Middle(90)
    }

    /// The effects to run when it is opened.
    fn open(&mut self) -> Vec<Effect> {
        Vec::new()
    }

    /// The items anew, for a list whose content changes by itself.
    fn items(&self, _app: &App) -> Option<Vec<Item<Self::Choice>>> {
        None
    }

    /// Brings its list up to date, before each draw.
    fn prepare(&mut self, list: &mut List<Self::Choice>, app: &App) {
        if let Some(items) = self.items(app) {
            list.refill(items);
        }
    }

    /// Makes the items anew for lines of this many columns, before each draw.
    fn fit(&self, _list: &mut List<Self::Choice>, _columns: u16) {}

    /// Does what an item is for.
    fn choose(&mut self, choice: Self::Choice, list: &mut List<Self::Choice>, app: &mut App) -> Vec<Effect>;

    /// A key of its own, before those of every list.
    fn key(&mut self, _key: KeyEvent, _list: &mut List<Self::Choice>, _app: &App) -> Handled {
        Handled::Ignored
    }

    /// A command of its own, before those of every list.
    fn perform(&mut self, _command: MenuCommand, _list: &List<Self::Choice>, _app: &mut App) -> Handled {
        Handled::Ignored
    }

    /// Takes an answer to a question that it asked; see [`Layer::answer`].
    fn answer(&mut self, _ticket: Ticket, _answer: Answer) -> Vec<Effect> {
        Vec::new()
    }

    /// Takes note that rows, or what is being done to them, have changed; see [`Layer::rows_changed`].
    fn rows_changed(&mut self, _app: &App) -> Vec<Effect> {
        Vec::new()
    }

    /// Takes note of what is typed; returns the effects to run.
    fn typed(&mut self, list: &mut List<Self::Choice>, _app: &App) -> Vec<Effect> {
        list.search();
        Vec::new()
    }

    /// The layer of this list.
    fn layer(self, items: Vec<Item<Self::Choice>>) -> MenuLayer<Self> {
        MenuLayer { menu: self, list: List::new(items), cursor: None }
    }

    /// The layer of this list, with a line in which its items are searched.
    fn searched_layer(self, label: &'static str, items: Vec<Item<Self::Choice>>) -> MenuLayer<Self> {
        let mut layer = self.layer(items);
        layer.list.prompt = Some(Prompt::new(label, ""));
        layer
    }
}

/// A list over the screen. It takes every key but the one that quits at once.
pub struct MenuLayer<M: Menu> {
    menu: M,
    list: List<M::Choice>,
    cursor: Option<Position>,
}

impl<M: Menu> MenuLayer<M> {
    /// Its content.
    pub fn menu_mut(&mut self) -> &mut M {
        &mut self.menu
    }

    /// Its list.
    #[cfg(test)]
    pub fn list(&self) -> &List<M::Choice> {
        &self.list
    }

    /// The same with the cursor on the first item of a choice.
    #[must_use]
    pub fn selecting(mut self, choice: &M::Choice) -> Self {
        self.list.select(choice);
        self
    }

    fn choose(&mut self, app: &mut App) -> Vec<Effect> {
        match self.list.chosen().map(|item| item.choice.clone()) {
            Some(Some(choice)) => self.menu.choose(choice, &mut self.list, app),
            Some(None) => Vec::new(),
            None => vec![Effect::complain(format!("no command `{}`", self.list.typed()))],
        }
    }

    /// A key or a paste while a line is typed.
    fn type_event(&mut self, event: &TerminalEvent, app: &mut App) -> Vec<Effect> {
        if let TerminalEvent::Key(key) = event {
            let movement = match key.code {
                KeyCode::Down => Movement::Down,
                KeyCode::Up => Movement::Up,
                KeyCode::PageDown => Movement::PageDown,
                KeyCode::PageUp => Movement::PageUp,
                KeyCode::Tab => return Vec::new(),
                _ => return self.type_text(event, app),
            };
            self.list.travel(movement, 1);
            return Vec::new();
        }
        self.type_text(event, app)
    }

    fn type_text(&mut self, event: &TerminalEvent, app: &mut App) -> Vec<Effect> {
        let Some(prompt) = &mut self.list.prompt else {
            return Vec::new();
        };
        match prompt.type_event(event) {
            Typed::Nothing => Vec::new(),
            Typed::Changed => self.menu.typed(&mut self.list, app),
            Typed::Accepted => self.choose(app),
            Typed::Cancelled => vec![Effect::close()],
        }
    }

    fn mouse(&mut self, mouse: MouseEvent, app: &mut App) -> Vec<Effect> {
        match mouse.kind {
            MouseEventKind::ScrollDown => self.list.travel(Movement::Down, WHEEL_LINES),
            MouseEventKind::ScrollUp => self.list.travel(Movement::Up, WHEEL_LINES),
            MouseEventKind::Down(MouseButton::Left) => {
                let at = Position::new(mouse.column, mouse.row);
                if self.list.is_beside(at) {
                    return vec![Effect::close()];
                }
                if self.list.point_at(at) {
                    return self.choose(app);
                }
            }
            _ => {}
        }
        Vec::new()
    }
}

impl<M: Menu> Layer for MenuLayer<M> {
    fn open(&mut self) -> Vec<Effect> {
        self.menu.open()
    }

    fn is_opaque(&self) -> bool {
        false
    }

    fn key_context(&self) -> KeyContext {
        KeyContext::Menu
    }

    fn watched(&self, _app: &App) -> Option<Watched> {
        None
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        // They are in its own border.
        Vec::new()
    }

    fn event(&mut self, event: &TerminalEvent, app: &mut App) -> Handled {
        match event {
            TerminalEvent::Key(key) if key.kind == KeyEventKind::Release => Handled::done(),
            TerminalEvent::Key(key) => {
                let bound = app.keymap.look_up(KeyContext::Everywhere, &[Chord::of(*key)]);
                let closes_input = self.list.prompt.is_some() && Prompt::is_cancel(event);
                if bound == Lookup::Bound(Command::Quit) && !closes_input {
                    return Handled::Ignored;
                }
                match self.menu.key(*key, &mut self.list, app) {
                    Handled::Ignored if self.list.prompt.is_some() => self.type_event(event, app).into(),
                    handled => handled,
                }
            }
            TerminalEvent::Paste(_) => self.type_text(event, app).into(),
            TerminalEvent::Mouse(mouse) => self.mouse(*mouse, app).into(),
            TerminalEvent::FocusGained | TerminalEvent::FocusLost | TerminalEvent::Resize(..) => {
                Handled::Ignored
            }
        }
    }

    fn perform(&mut self, command: Command, _count: Option<u32>, app: &mut App) -> Handled {
        if command == Command::Quit {
            return Handled::Ignored;
        }
        // It takes every key, so that nothing happens below it.
        let Some(command) = MenuCommand::of(command) else {
            return Handled::done();
        };
        if let MenuCommand::Move(movement) = command {
            self.list.travel(movement, 1);
            return Handled::done();
        }
        if let Handled::Consumed(effects) = self.menu.perform(command, &self.list, app) {
            return effects.into();
        }
        match command {
            MenuCommand::Open | MenuCommand::Mark => self.choose(app).into(),
            MenuCommand::Back
            | MenuCommand::Close
            | MenuCommand::SortMenu
            | MenuCommand::Columns
            | MenuCommand::Contexts
            | MenuCommand::CopyMenu
            | MenuCommand::Messages => Effect::close().into(),
            MenuCommand::Copy => match self.list.chosen() {
                Some(item) => Effect::copy(item.label.trim(), "line".to_owned()).into(),
                None => Handled::done(),
            },
            // Of single menus, which have them in their own `perform`.
            MenuCommand::Move(_)
            | MenuCommand::Left
            | MenuCommand::Right
            | MenuCommand::Attach
            | MenuCommand::Reconnect
            | MenuCommand::EndSession
            | MenuCommand::WatchSilence
            | MenuCommand::Encoding => Handled::done(),
        }
    }

    fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Effect> {
        self.menu.answer(ticket, answer)
    }

    fn rows_changed(&mut self, app: &App) -> Vec<Effect> {
        self.menu.rows_changed(app)
    }

    fn prepare(&mut self, app: &App) {
        self.menu.prepare(&mut self.list, app);
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        self.menu.fit(&mut self.list, area.width.saturating_sub(WIDE_MARGIN));
        let (title, foot) = (self.menu.title(), self.menu.foot(app.options.ascii));
        self.cursor = draw::draw(&mut self.list, &title, foot, self.menu.shape(), area, buf, &app.look());
    }

    fn cursor(&self) -> Option<Position> {
        self.cursor
    }
}

/// The key of a command, for a sentence such as `press r`; its name where no key is bound to it.
pub(super) fn key_of(app: &App, context: KeyContext, command: Command) -> String {
    app.keymap.hint(context, command, app.options.ascii).unwrap_or_else(|| format!(":{}", command.name()))
}
