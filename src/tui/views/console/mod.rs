//! The console of an instance on the screen: what is typed goes to the guest, but for one prefix key.
//!
//! The session lives in [`Sessions`]; leaving the view leaves it running.

mod draw;
mod keys;
mod list;
mod scrollback;

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

pub use keys::{ConsoleKeys, LookUp};
pub use list::SessionsView;

use crate::console::{OpenConsole, RemoteScreen, SessionState, Sessions};
use crate::model::{ResourceId, Timestamp};
use crate::tui::app::App;
use crate::tui::layer::{Handled, Hint, Layer};
use crate::tui::widgets::prompt::Typed;
use crate::tui::{Command, Effect, KeyContext};
use scrollback::Scrollback;

/// A console on the screen.
pub struct ConsoleView {
    sessions: Sessions,
    open: Arc<OpenConsole>,
    keys: ConsoleKeys,
    /// The prefix was pressed.
    armed: bool,
    /// All keys after the prefix are shown.
    explained: bool,
    /// No border.
    zoomed: bool,
    /// Looking back.
    scrollback: Option<Scrollback>,
    /// Where the grid was drawn.
    grid: Rect,
    cursor: Option<Position>,
    /// Something to be said in the border until the next key.
    notice: Option<String>,
    /// What the guest put into the clipboard, until it is taken.
    offered: Option<String>,
    /// Since when it has been connecting.
    waiting: Option<Timestamp>,
}

impl ConsoleView {
    /// A view on an open console; `keys` are the prefix and what follows it.
    pub fn new(sessions: &Sessions, open: Arc<OpenConsole>, keys: ConsoleKeys) -> Self {
        Self {
            sessions: sessions.clone(),
            open,
            keys,
            armed: false,
            explained: false,
            zoomed: false,
            scrollback: None,
            grid: Rect::ZERO,
            cursor: None,
            notice: None,
            offered: None,
            waiting: None,
        }
    }

    fn screen(&self) -> &dyn RemoteScreen {
        self.open.screen.as_ref()
    }

    fn say(&mut self, text: impl Into<String>) -> Vec<Effect> {
        self.notice = Some(text.into());
        Vec::new()
    }

    fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        self.notice = None;
        self.explained = false;
        if std::mem::take(&mut self.armed) {
            return self.after_prefix(key);
        }
        if self.keys.is_prefix(key) {
            self.armed = true;
            return Vec::new();
        }
        self.open.clear_bell();
        match (self.screen().state(), key.code) {
            (SessionState::Ended(_), KeyCode::Char('r')) => {
                self.screen().reconnect();
                Vec::new()
            }
            (SessionState::Ended(_), KeyCode::Char('q')) => self.end(),
            (SessionState::Ended(_) | SessionState::Connecting | SessionState::Page(_), KeyCode::Esc) => {
                vec![Effect::CloseView]
            }
            (SessionState::Ended(_), _) => {
                self.say("The session has ended: r connects again, q closes it, Esc leaves it here")
            }
            _ if !self.screen().takes_input() => {
                let prefix = &self.keys.prefix_name;
                let text = format!(
                    "This context's console takes no input. {prefix} d leaves, {prefix} [ looks back"
                );
                self.say(text)
            }
            _ => {
                self.screen().send(&Event::Key(key));
                Vec::new()
            }
        }
    }

    fn after_prefix(&mut self, key: KeyEvent) -> Vec<Effect> {
        if key.code == KeyCode::Esc {
            return Vec::new();
        }
        if let Some(intent) = self.keys.look_up(key) {
            return self.apply(intent, None);
        }
        // Not in every keymap; only while there is something to take.
        if key.code == KeyCode::Char('y') && self.offered.is_some() {
            return self.apply(Command::Copy, None);
        }
        let text = format!("No such key after {}; nothing was sent", self.keys.prefix_name);
        self.say(text)
    }

    fn mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        let inside = self.grid.contains(Position::new(mouse.column, mouse.row));
        if self.screen().wants_mouse() && inside && self.screen().state() == SessionState::Live {
            let column = mouse.column - self.grid.x;
            let row = mouse.row - self.grid.y;
            self.screen().send(&Event::Mouse(MouseEvent { column, row, ..mouse }));
        } else if mouse.kind == MouseEventKind::ScrollUp
            && self.screen().text().is_some_and(|text| text.scrollback() > 0)
        {
            return self.apply(Command::Scrollback, Some(3));
        }
        Vec::new()
    }

    fn paste(&mut self, event: &Event) -> Vec<Effect> {
        self.armed = false;
        if self.screen().takes_input() && self.screen().state() == SessionState::Live {
            self.screen().send(event);
            return Vec::new();
        }
        self.say("Nothing was pasted: the console takes no input now")
    }

    fn switch(&mut self, forward: bool) -> Vec<Effect> {
        let Some(other) = self.sessions.neighbour(&self.open.id, forward) else {
            return self.say("There is no other console open");
        };
        self.open = other;
        self.scrollback = None;
        self.offered = None;
        self.waiting = None;
        Vec::new()
    }

    fn end(&mut self) -> Vec<Effect> {
        self.sessions.close(&self.open.id);
        vec![Effect::CloseView, Effect::Say(format!("Closed the console of {}", self.open.name))]
    }

    fn scroll_back(&mut self, lines: Option<u32>) -> Vec<Effect> {
        let Some(text) = self.open.screen.text() else {
            return self.say("This screen has no text to scroll back");
        };
        let mut scrollback = Scrollback::new(text, self.grid.height);
        if lines.is_some() {
            scrollback.apply(Command::Up, lines, text);
        }
        self.scrollback = Some(scrollback);
        Vec::new()
    }

    /// The keys after the prefix that do something on this screen.
    fn keys_offered(&self) -> impl Iterator<Item = &(String, Command, &'static str)> {
        let has_text = self.screen().text().is_some();
        self.keys.shown.iter().filter(move |(_, intent, _)| has_text || *intent != Command::Scrollback)
    }

    /// Moves in the scrollback; leaves it where it ends.
    fn look_back(&mut self, intent: Command, count: Option<u32>) -> Option<Vec<Effect>> {
        let scrollback = self.scrollback.as_mut()?;
        let text = self.open.screen.text()?;
        match intent {
            Command::Back | Command::Close | Command::Scrollback => self.scrollback = None,
            Command::Detach | Command::EndSession | Command::NextSession | Command::PreviousSession => {
                return None;
            }
            _ => {
                if !scrollback.apply(intent, count, text) {
                    return None;
                }
            }
        }
        Some(Vec::new())
    }

    fn type_search(&mut self, event: &Event) -> Vec<Effect> {
        if let Some(scrollback) = &mut self.scrollback
            && let Some(prompt) = &mut scrollback.prompt
            && let Some(text) = self.open.screen.text()
        {
            match prompt.type_event(event) {
                Typed::Changed => scrollback.typed(text),
                Typed::Accepted => scrollback.prompt = None,
                Typed::Cancelled => scrollback.cancel(),
                Typed::Nothing => {}
            }
        }
        Vec::new()
    }

    fn searching(&self) -> bool {
        self.scrollback.as_ref().is_some_and(|scrollback| scrollback.prompt.is_some())
    }
}

impl ConsoleView {
    fn offers(&self) -> Vec<(Command, &'static str)> {
        if self.scrollback.is_some() {
            return vec![
                (Command::Up, "older"),
                (Command::PageUp, "page"),
                (Command::Search, "search"),
                (Command::NextMatch, "next"),
                (Command::Back, "live"),
            ];
        }
        // The keys of this place work after the prefix only; the border says so.
        if self.armed {
            self.keys_offered().map(|(_, intent, word)| (*intent, *word)).collect()
        } else {
            Vec::new()
        }
    }

    /// Does what a key after the prefix is bound to.
    fn apply(&mut self, intent: Command, count: Option<u32>) -> Vec<Effect> {
        if let Some(effects) = self.look_back(intent, count) {
            return effects;
        }
        match intent {
            Command::Detach | Command::Back | Command::Close => vec![Effect::CloseView],
            Command::EndSession => self.end(),
            Command::NextSession => self.switch(true),
            Command::PreviousSession => self.switch(false),
            Command::Zoom => {
                self.zoomed = !self.zoomed;
                Vec::new()
            }
            Command::Scrollback => self.scroll_back(count),
            Command::SendPrefix => {
                self.screen().send(&Event::Key(self.keys.prefix()));
                Vec::new()
            }
            Command::Help => {
                self.armed = true;
                self.explained = true;
                Vec::new()
            }
            Command::Sessions => vec![Effect::ShowSessions],
            Command::Reconnect | Command::Refresh => {
                self.screen().reconnect();
                Vec::new()
            }
            Command::Copy => match self.offered.take() {
                Some(text) => vec![Effect::Copy(text, "the guest's text".to_owned())],
                None => self.say("The guest has offered nothing for the clipboard"),
            },
            _ => Vec::new(),
        }
    }

    fn typing(&self) -> bool {
        self.scrollback.is_none() || self.searching()
    }

    fn type_event(&mut self, event: &Event) -> Vec<Effect> {
        if self.scrollback.is_some() {
            return self.type_search(event);
        }
        match event {
            Event::Key(key) => self.key(*key),
            Event::Mouse(mouse) => self.mouse(*mouse),
            Event::Paste(_) => self.paste(event),
            Event::FocusGained | Event::FocusLost => {
                self.screen().send(event);
                Vec::new()
            }
            Event::Resize(..) => Vec::new(),
        }
    }
}

impl Layer for ConsoleView {
    fn key_context(&self) -> KeyContext {
        if self.scrollback.is_some() { KeyContext::Scrollback } else { KeyContext::Console }
    }

    fn subject(&self) -> Option<&ResourceId> {
        Some(&self.open.id)
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        self.offers().into_iter().map(Hint::from).collect()
    }

    fn event(&mut self, event: &Event, _app: &mut App) -> Handled {
        if self.typing() { self.type_event(event).into() } else { Handled::Ignored }
    }

    /// What is pressed here is pressed in the scrollback: what follows the prefix is no command of the program's.
    fn perform(&mut self, command: Command, count: Option<u32>, _app: &mut App) -> Handled {
        match self.look_back(command, count) {
            Some(effects) => effects.into(),
            None => match command {
                Command::Detach
                | Command::EndSession
                | Command::NextSession
                | Command::PreviousSession
                | Command::Sessions
                | Command::Zoom
                | Command::SendPrefix
                | Command::Copy => self.apply(command, count).into(),
                _ => Handled::Ignored,
            },
        }
    }

    fn is_dirty(&self) -> bool {
        // All are asked, so that the list knows when each was heard; only this one is drawn.
        self.sessions.poll();
        self.open.poll()
    }

    fn redraw_in(&self, _app: &App) -> Option<Duration> {
        (self.screen().state() == SessionState::Connecting).then_some(Duration::from_secs(1))
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        self.draw_console(area, buf, &app.look());
    }

    fn cursor(&self) -> Option<Position> {
        self.cursor
    }
}

#[cfg(test)]
mod tests;
