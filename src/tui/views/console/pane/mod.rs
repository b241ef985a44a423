//! One console as the view shows it: its session, the scrollback over it, and what is drawn of both.

mod draw;

use std::sync::Arc;

use crossterm::event::{Event, KeyCode, KeyEvent, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::scrollback::Scrollback;
use crate::console::{OpenConsole, RemoteScreen, SessionState, TextScreen};
use crate::model::Timestamp;
use crate::terminal::input::{KITTY_FLAGS, MouseProtocolMode};
use crate::tui::Effect;
use crate::tui::command::Movement;
use crate::tui::widgets::ansi::plain;
use crate::tui::widgets::prompt::Typed;

pub(super) use draw::state_piece;

/// Lines that one turn of the wheel scrolls back.
const WHEEL_LINES: u32 = 3;

/// One console in the view.
pub(super) struct Pane {
    /// The session.
    pub console: Arc<OpenConsole>,
    /// The position in the scrollback, while scrolled back.
    pub scrollback: Option<Scrollback>,
    /// The area of the last draw; empty where it is not on the screen.
    pub grid: Rect,
    /// The position of the cursor in the last draw, where it shows.
    pub cursor: Option<Position>,
    /// A message for the border until the next key.
    pub notice: Option<String>,
    /// The text that the remote side offered for the clipboard, until it is taken.
    pub clipboard_offer: Option<String>,
    /// A button that was pressed here is still held.
    button_held: bool,
    /// When the current connecting began.
    connecting_since: Option<Timestamp>,
}

impl Pane {
    /// A pane of an open console.
    pub fn new(console: Arc<OpenConsole>) -> Self {
        Self {
            console,
            scrollback: None,
            grid: Rect::ZERO,
            cursor: None,
            notice: None,
            clipboard_offer: None,
            button_held: false,
            connecting_since: None,
        }
    }

    /// The screen of its session.
    pub fn screen(&self) -> &dyn RemoteScreen {
        self.console.screen.as_ref()
    }

    /// Shows a message in the border until the next key.
    pub fn notify(&mut self, text: impl Into<String>) {
        self.notice = Some(text.into());
    }

    /// Returns true if a key goes to the session now, or a paste.
    pub fn takes_input(&self) -> bool {
        self.screen().takes_input() && self.screen().state() == SessionState::Live
    }

    /// Handles a key that is no command: `r` reconnects what has ended, else it is input for the remote side.
    pub fn press(&mut self, key: KeyEvent, prefix_name: &str) {
        self.console.clear_bell();
        match (self.screen().state(), key.code) {
            (SessionState::Ended(_) | SessionState::Reconnecting(_), KeyCode::Char('r')) => {
                self.screen().reconnect();
            }
            (SessionState::Reconnecting(_), _) => {
                self.notify("Reconnecting: nothing sent. r tries at once, Esc leaves it in the list");
            }
            (SessionState::Ended(_), _) => {
                self.notify("Session ended: r reconnects, q closes it, Esc leaves it in the list");
            }
            (SessionState::Connecting, _) => self.notify("Still connecting: nothing sent"),
            (SessionState::Page(_), _) => self.notify("This console is a web page: nothing sent"),
            (SessionState::Live, _) if !self.screen().takes_input() => {
                self.notify(format!("Read-only console: nothing sent. {prefix_name} d detaches"));
            }
            (SessionState::Live, _) => self.screen().send(&Event::Key(key)),
        }
    }

    /// The mouse events that it wants while it has the focus: those that the remote side asked for, and drags to select
    /// while scrolled back.
    pub fn mouse_wish(&self) -> MouseProtocolMode {
        let least = MouseProtocolMode::PressRelease;
        if self.scrollback.is_some() {
            MouseProtocolMode::ButtonMotion
        } else if self.takes_input() {
            self.screen().input_modes().mouse.max(least)
        } else {
            least
        }
    }

    /// Returns true if the remote side asked for keys in kitty's form, and gets them now.
    pub fn wants_unambiguous_keys(&self) -> bool {
        let asked = || self.screen().input_modes().kitty_flags & KITTY_FLAGS != 0;
        self.scrollback.is_none() && self.takes_input() && asked()
    }

    /// Handles a mouse event: for the remote side where it asked for the mouse, else the wheel scrolls back.
    pub fn mouse(&mut self, mouse: MouseEvent) {
        let inside = self.grid.contains(Position::new(mouse.column, mouse.row));
        let of_drag = matches!(mouse.kind, MouseEventKind::Drag(_) | MouseEventKind::Up(_));
        let is_live = self.screen().wants_mouse() && self.screen().state() == SessionState::Live;
        if is_live && !self.grid.is_empty() && (inside || (self.button_held && of_drag)) {
            self.button_held = matches!(mouse.kind, MouseEventKind::Down(_) | MouseEventKind::Drag(_));
            // A drag that has left the grid goes on at its edge.
            let column = mouse.column.clamp(self.grid.left(), self.grid.right() - 1) - self.grid.x;
            let row = mouse.row.clamp(self.grid.top(), self.grid.bottom() - 1) - self.grid.y;
            self.screen().send(&Event::Mouse(MouseEvent { column, row, ..mouse }));
        } else if mouse.kind == MouseEventKind::ScrollUp
            && self.screen().text().is_some_and(|text| text.has_scrollback())
        {
            self.scroll_back(Some(WHEEL_LINES));
        }
    }

    /// Sends a paste to the remote side.
    pub fn paste(&mut self, event: &Event) {
        if self.takes_input() {
            self.screen().send(event);
        } else {
            self.notify("Not pasted: the console takes no input now");
        }
    }

    /// Enters the scrollback, this many lines up.
    pub fn scroll_back(&mut self, lines: Option<u32>) {
        let Some(text) = self.console.screen.text() else {
            return self.notify("No scrollback: this screen has no text to scroll back");
        };
        let mut scrollback = Scrollback::new(text, self.grid.height);
        if lines.is_some() {
            scrollback.travel(Movement::Up, lines, text);
        }
        self.scrollback = Some(scrollback);
    }

    /// Does something in the scrollback, while scrolled back.
    pub fn in_scrollback(&mut self, act: impl FnOnce(&mut Scrollback, &dyn TextScreen)) {
        if let (Some(scrollback), Some(text)) = (&mut self.scrollback, self.console.screen.text()) {
            act(scrollback, text);
        }
    }

    /// Edits the search that is being typed.
    pub fn type_search(&mut self, event: &Event) {
        if let Some(scrollback) = &mut self.scrollback
            && let Some(prompt) = &mut scrollback.prompt
            && let Some(text) = self.console.screen.text()
        {
            match prompt.type_event(event) {
                Typed::Changed => scrollback.search_typed(text),
                Typed::Accepted => scrollback.prompt = None,
                Typed::Cancelled => scrollback.cancel_search(),
                Typed::Nothing => {}
            }
        }
    }

    /// Returns true while a search is being typed.
    pub fn is_typing_search(&self) -> bool {
        self.scrollback.as_ref().is_some_and(|scrollback| scrollback.prompt.is_some())
    }

    /// Copies the text that the remote side has offered.
    pub fn copy_offer(&mut self) -> Vec<Effect> {
        match self.clipboard_offer.take() {
            // Tabs are blanks, as the console shows them.
            Some(text) => {
                let lines = text.lines().map(plain);
                vec![Effect::copy_lines(lines, format!("the text from {}", self.console.name))]
            }
            None => {
                self.notify("Nothing to copy: the remote side has offered no text");
                Vec::new()
            }
        }
    }
}
