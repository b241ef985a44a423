//! One console as the view shows it: its session, the copy mode over it, and what is drawn of both.

mod draw;
mod title;

use std::sync::Arc;
use std::time::Instant;

use crossterm::event::{Event, KeyCode, KeyEvent, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::copy::{After, CopyMode, LiveMouse};
use super::pixels::PixelView;
use crate::console::{OpenConsole, PixelScreen, RemoteScreen, SessionState, Size, TextScreen};
use crate::model::Timestamp;
use crate::terminal::input::{KITTY_FLAGS, MouseProtocolMode};
use crate::tui::Effect;
use crate::tui::command::CopyCommand;
use crate::tui::widgets::ansi::plain;

pub(super) use draw::state_piece;
pub(super) use title::{Look as TitleLook, Together};

/// One console in the view.
pub(super) struct Pane {
    /// The session.
    pub console: Arc<OpenConsole>,
    /// The copy mode, while it is on.
    pub copy: Option<CopyMode>,
    live_mouse: LiveMouse,
    /// How its pixels are shown, where it has some.
    pub pixels: PixelView,
    /// The area of the last draw; empty where it is not on the screen.
    pub grid: Rect,
    /// The position of the cursor in the last draw, where it shows.
    pub cursor: Option<Position>,
    /// A message for the border until the next key.
    pub notice: Option<String>,
    /// The text that the remote side offered for the clipboard, until it is taken.
    pub clipboard_offer: Option<String>,
    /// It was offered since the last key.
    pub is_offer_new: bool,
    /// A button that was pressed here is still held.
    button_held: bool,
    /// When the current connecting began.
    connecting_since: Option<Timestamp>,
    /// Since when its link has been down, as far as it was seen here.
    down_since: Option<Timestamp>,
    /// When the last key was read, if it was ignored or there was no link to send it by.
    unsent_key: Option<Timestamp>,
}

impl Pane {
    /// A pane of an open console.
    pub fn new(console: Arc<OpenConsole>) -> Self {
        let is_down = console.screen.state().is_down();
        Self {
            down_since: is_down.then(|| console.changed_at()),
            console,
            copy: None,
            live_mouse: LiveMouse::default(),
            pixels: PixelView::default(),
            grid: Rect::ZERO,
            cursor: None,
            notice: None,
            clipboard_offer: None,
            is_offer_new: false,
            button_held: false,
            connecting_since: None,
            unsent_key: None,
        }
    }

    /// The screen of its session.
    pub fn screen(&self) -> &dyn RemoteScreen {
        self.console.screen.as_ref()
    }

    /// The pixels of its screen, while they are what shows: a screen may have both, and then shows text.
    pub fn shown_pixels(&self) -> Option<&dyn PixelScreen> {
        self.screen().pixels().filter(|_| self.screen().text().is_none())
    }

    /// Where its text is drawn.
    fn text_area(&self) -> Rect {
        self.screen().text().map_or(self.grid, |text| text.area_within(self.grid))
    }

    /// Returns true if its pixels show as text, of which only a part has room.
    pub fn has_hidden_text(&self) -> bool {
        let Some(text) = self.screen().text().filter(|_| self.screen().pixels().is_some()) else {
            return false;
        };
        let whole = text.area_within(Rect { x: 0, y: 0, width: u16::MAX, height: u16::MAX });
        !self.grid.is_empty() && (whole.width > self.grid.width || whole.height > self.grid.height)
    }

    /// The size of the area that its text is drawn into.
    fn text_size(&self) -> Size {
        let area = self.text_area();
        Size { columns: area.width, rows: area.height }
    }

    /// Shows a message in the border until the next key.
    pub fn notify(&mut self, text: impl Into<String>) {
        self.notice = Some(text.into());
    }

    /// Ends what is shown until the next key.
    pub fn end_notice(&mut self) {
        self.notice = None;
        self.is_offer_new = false;
    }

    /// Takes note of whether its link is down.
    pub fn note_state(&mut self, now: Timestamp) {
        let is_down = self.screen().state().is_down();
        self.down_since = is_down.then(|| self.down_since.unwrap_or(now));
    }

    /// When what keys do here has changed: the link went down, or is there while a word is typed whose beginning was not
    /// sent.
    pub fn keys_changed(&self) -> Option<Timestamp> {
        let is_live = self.screen().state() == SessionState::Live;
        self.down_since.or_else(|| self.unsent_key.filter(|_| is_live))
    }

    /// Takes note of a key that was read at this time, and of whether it may act.
    pub fn note_key(&mut self, takes: bool, read: Timestamp) {
        let state = self.screen().state();
        let has_link = !matches!(state, SessionState::Connecting | SessionState::Reconnecting(_));
        self.unsent_key = (!takes || !has_link).then_some(read);
    }

    /// Returns true if it shows the same session.
    pub fn is(&self, other: &Self) -> bool {
        self.console.session == other.console.session
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
                self.unsent_key = None;
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
            (SessionState::Live, _) => self.send_typed(&Event::Key(key)),
        }
    }

    /// The mouse events that it wants while it has the focus: those that the remote side asked for, else drags to select.
    pub fn mouse_wish(&self) -> MouseProtocolMode {
        let asked =
            if self.takes_input() { self.screen().input_modes().mouse } else { MouseProtocolMode::None };
        if self.copy.is_none() && self.shown_pixels().is_some() {
            // The pointer of the machine follows the mouse.
            if self.takes_input() { MouseProtocolMode::AnyMotion } else { MouseProtocolMode::ButtonMotion }
        } else if self.copy.is_none() && asked != MouseProtocolMode::None {
            asked.max(MouseProtocolMode::PressRelease)
        } else if self.screen().text().is_some() {
            MouseProtocolMode::ButtonMotion
        } else {
            MouseProtocolMode::PressRelease
        }
    }

    /// Returns true if the remote side asked for keys in kitty's form, and gets them now.
    pub fn wants_unambiguous_keys(&self) -> bool {
        let asked = || self.screen().input_modes().kitty_flags & KITTY_FLAGS != 0;
        self.copy.is_none() && self.takes_input() && asked()
    }

    /// Handles a mouse event: for copy mode while it is on, else for the remote side where it asked for the mouse, else
    /// what scrolls back or selects enters copy mode.
    pub fn mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        let (grid, text_area, now) = (self.grid, self.text_area(), Instant::now());
        if self.copy.is_some() {
            return self
                .in_copy_mode(|copy, text| Some(copy.mouse(mouse, text_area, now, text)))
                .unwrap_or_default();
        }
        if self.shown_pixels().is_some() {
            self.mouse_on_pixels(mouse);
        } else if self.is_for_guest(mouse) {
            let inside = grid.contains(Position::new(mouse.column, mouse.row));
            let of_drag = matches!(mouse.kind, MouseEventKind::Drag(_) | MouseEventKind::Up(_));
            if !grid.is_empty() && (inside || (self.button_held && of_drag)) {
                self.button_held = matches!(mouse.kind, MouseEventKind::Down(_) | MouseEventKind::Drag(_));
                // A drag that has left the grid goes on at its edge.
                let column = mouse.column.clamp(grid.left(), grid.right() - 1) - grid.x;
                let row = mouse.row.clamp(grid.top(), grid.bottom() - 1) - grid.y;
                self.screen().send(&Event::Mouse(MouseEvent { column, row, ..mouse }));
            }
        } else if let Some(text) = self.console.screen.text() {
            self.copy = self.live_mouse.event(mouse, text_area, now, (text, &self.console.name));
        }
        Vec::new()
    }

    fn mouse_on_pixels(&mut self, mouse: MouseEvent) {
        let takes_input = self.takes_input();
        if let Some(pixels) = self.console.screen.pixels() {
            self.pixels.mouse(mouse, pixels, takes_input);
        }
    }

    /// True if the remote side gets such an event: it asked for them, or a whole screen of it is shown, over which the
    /// wheel sends keys.
    fn is_for_guest(&self, mouse: MouseEvent) -> bool {
        let is_wheel = matches!(mouse.kind, MouseEventKind::ScrollUp | MouseEventKind::ScrollDown);
        let asked = self.screen().input_modes().mouse != MouseProtocolMode::None;
        let scrolls = is_wheel && self.takes_input() && self.screen().input_modes().wheel_keys;
        let wants = self.screen().wants_mouse() && (asked || is_wheel);
        scrolls || (self.screen().state() == SessionState::Live && wants)
    }

    /// Sends a key or a paste, and reports a character that the console's encoding does not have.
    pub fn send_typed(&mut self, event: &Event) {
        self.screen().send(event);
        if let Some(refused) = self.screen().take_refused() {
            self.notify(format!("Nothing sent: the encoding of this console has no `{refused}`"));
        }
    }

    /// Sends a paste to the remote side.
    pub fn paste(&mut self, event: &Event) {
        if self.takes_input() {
            self.send_typed(event);
        } else {
            self.notify("Not pasted: the console takes no input now");
        }
    }

    /// Enters copy mode on the live screen.
    pub fn enter_copy_mode(&mut self) {
        match self.console.screen.text() {
            Some(text) => {
                self.copy = Some(CopyMode::enter(text, self.text_size(), &*self.console.name));
            }
            None if self.screen().pixels().is_some() => {
                self.notify("No copy mode: no text was recognised in these pixels");
            }
            None => self.notify("No copy mode: this screen has no text"),
        }
    }

    /// Enters copy mode a page up, where there is text above the screen.
    pub fn page_up(&mut self) -> bool {
        let text = self.console.screen.text().filter(|text| text.has_scrollback());
        if let Some(text) = text {
            let size = self.text_size();
            let page = size.rows.saturating_sub(1).max(1);
            self.copy = Some(CopyMode::enter_scrolled(text, size, &*self.console.name, page));
        }
        text.is_some()
    }

    /// Does something in copy mode, which it may end. `None` where it was not for copy mode to do.
    fn in_copy_mode(
        &mut self,
        act: impl FnOnce(&mut CopyMode, &dyn TextScreen) -> Option<After>,
    ) -> Option<Vec<Effect>> {
        let (Some(copy), Some(text)) = (&mut self.copy, self.console.screen.text()) else { return None };
        Some(match act(copy, text)? {
            After::Stay(effects) => effects,
            After::Leave(effects) => {
                self.copy = None;
                effects
            }
        })
    }

    /// Does what a key is bound to in copy mode. `None` where that is not for copy mode to do.
    pub fn copy_command(&mut self, command: CopyCommand, count: Option<u32>) -> Option<Vec<Effect>> {
        self.in_copy_mode(|copy, text| copy.perform(command, count, text))
    }

    /// Takes a key or a paste that is text in copy mode.
    pub fn type_in_copy_mode(&mut self, event: &Event) -> Vec<Effect> {
        self.in_copy_mode(|copy, text| Some(copy.type_event(event, text))).unwrap_or_default()
    }

    /// Copies the text that the remote side has offered.
    pub fn copy_offer(&mut self) -> Vec<Effect> {
        let Some(text) = self.clipboard_offer.take() else {
            self.notify("Nothing to copy: the remote side has offered no text");
            return Vec::new();
        };
        // Tabs are blanks, as the console shows them.
        let lines = text.lines().map(plain);
        vec![Effect::copy_lines(lines, format!("the text from {}", self.console.name))]
    }
}
