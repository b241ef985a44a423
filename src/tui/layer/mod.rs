//! The layers of the screen: the tables, a view, a menu, a line that is typed into, a question. Layers lie one
//! upon another in [`Layers`], which alone decides in which order they get input and are drawn.

mod stack;
#[cfg(test)]
mod tests;
mod ticket;

use std::any::Any;
use std::time::Duration;

use crossterm::event::Event as TerminalEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

pub use stack::Layers;
pub use ticket::{Answer, Asking, Question, Ticket};

use super::app::App;
use super::effect::{ScreenEffect, TerminalEffect, View, Work};
use super::{Command, Effect, KeyContext};
use crate::fleet::WriteEvent;
use crate::model::{Kind, ResourceId};
use crate::terminal::input::MouseProtocolMode;

/// The response of a layer to an event or a command.
#[derive(Debug, PartialEq)]
pub enum Handled {
    /// Nothing: it goes on to the layer below, or to the commands of the whole program.
    Ignored,
    /// It is done, but for these effects.
    Consumed(Vec<Effect>),
}

impl Handled {
    /// Consumed, without any effect.
    pub const fn done() -> Self {
        Self::Consumed(Vec::new())
    }

    /// Its effects; none where it was ignored.
    pub fn effects(self) -> Vec<Effect> {
        match self {
            Self::Ignored => Vec::new(),
            Self::Consumed(effects) => effects,
        }
    }
}

impl From<Vec<Effect>> for Handled {
    fn from(effects: Vec<Effect>) -> Self {
        Self::Consumed(effects)
    }
}

impl From<Effect> for Handled {
    fn from(effect: Effect) -> Self {
        Self::Consumed(vec![effect])
    }
}

impl From<ScreenEffect> for Handled {
    fn from(effect: ScreenEffect) -> Self {
        Effect::from(effect).into()
    }
}

impl From<View> for Handled {
    fn from(view: View) -> Self {
        Effect::from(view).into()
    }
}

impl From<TerminalEffect> for Handled {
    fn from(effect: TerminalEffect) -> Self {
        Effect::from(effect).into()
    }
}

impl From<Work> for Handled {
    fn from(work: Work) -> Self {
        Effect::from(work).into()
    }
}

/// The instances that a layer wants sampled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watched {
    /// All of them.
    pub visible: Vec<ResourceId>,
    /// The one to sample most closely.
    pub focus: Option<ResourceId>,
}

impl Watched {
    /// One resource and no other; nothing where it is no instance.
    pub fn only(subject: Option<&ResourceId>) -> Self {
        let focus = subject.filter(|id| id.kind == Kind::Instance).cloned();
        Self { visible: focus.clone().into_iter().collect(), focus }
    }
}

/// A key's place in the hint line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// The command whose key is shown.
    pub command: Command,
    /// A word for what it does here and now.
    pub word: &'static str,
    /// False if the credentials are known not to allow it; then it is struck out.
    pub allowed: bool,
}

impl Hint {
    /// A command that is allowed.
    pub const fn new(command: Command, word: &'static str) -> Self {
        Self { command, word, allowed: true }
    }
}

impl From<(Command, &'static str)> for Hint {
    fn from((command, word): (Command, &'static str)) -> Self {
        Self::new(command, word)
    }
}

/// A layer of the screen.
///
/// Input goes to the topmost layer first: [`Layer::event`] gets it raw; what is ignored there is looked up in the keymap
/// under [`Layer::key_context`], and [`Layer::perform`] gets the command. What is ignored there too goes to the layer
/// below, if [`Layer::passes_input`], and at last to the commands of the whole program.
pub trait Layer: Any + Send {
    /// The effects to run when it is opened. Its questions are cancelled by themselves when it is closed.
    fn open(&mut self) -> Vec<Effect> {
        Vec::new()
    }

    /// Returns true if it covers the tables or the view below it, so that drawing starts with it.
    fn is_opaque(&self) -> bool {
        true
    }

    /// Returns true if input that it ignores goes to the layer below it.
    fn passes_input(&self) -> bool {
        false
    }

    /// The key context that applies now; a layer may change it (a console and its copy mode).
    fn key_context(&self) -> KeyContext;

    /// The resource it is about.
    fn subject(&self) -> Option<&ResourceId> {
        None
    }

    /// The resources that it wants sampled; `None` leaves that to the layer below.
    fn watched(&self, _app: &App) -> Option<Watched> {
        Some(Watched::only(self.subject()))
    }

    /// The commands that do something here and now, the most useful first.
    fn hints(&self, app: &App) -> Vec<Hint>;

    /// Takes a raw event: text while something is typed, the mouse, focus, a new size.
    fn event(&mut self, _event: &TerminalEvent, _app: &mut App) -> Handled {
        Handled::Ignored
    }

    /// Does what a key is bound to. `count` is the number typed before it.
    fn perform(&mut self, command: Command, count: Option<u32>, app: &mut App) -> Handled;

    /// The mouse events that it wants while it is in front. They come only where the user has not released the mouse.
    fn mouse_wish(&self) -> MouseProtocolMode {
        MouseProtocolMode::PressRelease
    }

    /// Returns true if it wants, while it is in front, keys distinguished that a terminal usually sends as the same bytes.
    fn wants_unambiguous_keys(&self) -> bool {
        false
    }

    /// Shows another view itself, where it can; returns the effects that follow. The layers above it are closed then.
    fn take_view(&mut self, _view: &View, _app: &mut App) -> Option<Vec<Effect>> {
        None
    }

    /// Returns true if it has more to show than the console of this instance.
    fn outlives(&self, _id: &ResourceId) -> bool {
        false
    }

    /// Takes an answer to a question that it asked; returns the effects that follow. Answers to cancelled questions
    /// never come here.
    fn answer(&mut self, _ticket: Ticket, _answer: Answer) -> Vec<Effect> {
        Vec::new()
    }

    /// Takes news of a write on its way; returns the effects that follow. `None` where the layer waited for this and is to be
    /// closed.
    fn take_write(&mut self, _event: &WriteEvent) -> Option<Vec<Effect>> {
        Some(Vec::new())
    }

    /// Takes note that rows, or what is being done to them, have changed; returns the effects that follow.
    fn rows_changed(&mut self, _app: &App) -> Vec<Effect> {
        Vec::new()
    }

    /// Returns true if the tables are only a preview while it is open, not to be saved for the next run.
    fn is_draft(&self) -> bool {
        false
    }

    /// Brings what it shows up to date with the fleet, before each draw.
    fn prepare(&mut self, _app: &App) {}

    /// Returns true if something changed that it must be drawn for.
    fn is_dirty(&self) -> bool {
        false
    }

    /// The time that a frame requested only by this layer may wait after the last one, so that a flood of lines is
    /// drawn in batches. Keys are always answered at once.
    fn frame_wait(&self) -> Duration {
        Duration::ZERO
    }

    /// The time after which it is drawn again by itself, because something counts or fades. Asked after each draw;
    /// `None` where it can stay as it is until something happens.
    fn redraw_in(&self, _app: &App) -> Option<Duration> {
        None
    }

    /// Draws it into `area`, between the header and the hint line, which is the row below. The layer draws its own border
    /// and title.
    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App);

    /// The position of the terminal's cursor after the draw, if it should show.
    fn cursor(&self) -> Option<Position> {
        None
    }
}
