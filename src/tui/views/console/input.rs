//! Keys and pastes of the console view, sorted into commands and input for the remote side.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::copy::CopyMode;
use super::tiles::Direction;
use super::{ConsoleView, Mode};
use crate::console::SessionState;
use crate::tui::Effect;
use crate::tui::command::ConsoleCommand;

impl ConsoleView {
    /// Returns true if a raw event is for this view: all but the keys of copy mode, which are commands.
    pub(super) fn takes(&self, event: &Event) -> bool {
        match event {
            Event::Key(key) => self.typing() || self.keys.is_prefix(*key),
            Event::Paste(_) => self.typing(),
            Event::Mouse(_) | Event::FocusGained | Event::FocusLost | Event::Resize(..) => true,
        }
    }

    /// Returns true while copy mode takes a text: what to search for, or a character to go to.
    fn takes_text(&self) -> bool {
        self.pane().copy.as_ref().is_some_and(CopyMode::takes_text)
    }

    /// Does what a raw event asks for.
    pub(super) fn type_event(&mut self, event: &Event) -> Vec<Effect> {
        match event {
            Event::Mouse(mouse) => return self.mouse(*mouse),
            Event::FocusGained | Event::FocusLost => {
                self.is_terminal_focused = *event == Event::FocusGained;
                self.pane().screen().send(event);
            }
            Event::Resize(..) => {}
            Event::Key(key) if key.kind == KeyEventKind::Release => {}
            Event::Key(_) | Event::Paste(_) => {
                for pane in self.tabs.panes_mut() {
                    pane.end_notice();
                }
                return match (std::mem::replace(&mut self.mode, Mode::Typing), event) {
                    (Mode::Naming(named, prompt), _) => {
                        self.type_name(named, prompt, event);
                        Vec::new()
                    }
                    (mode, Event::Key(key)) => self.press(mode, *key),
                    (mode, _) => self.take_paste(mode, event),
                };
            }
        }
        Vec::new()
    }

    /// Handles a key press in the mode that was left with it.
    fn press(&mut self, mode: Mode, key: KeyEvent) -> Vec<Effect> {
        match mode {
            Mode::Prefix => self.press_after_prefix(None, key),
            Mode::Help(page) => self.press_after_prefix(Some(page), key),
            Mode::Resizing => self.press_resizing(key),
            Mode::Panning => self.press_panning(key),
            Mode::Pasting(text) => self.answer_paste(text, key),
            Mode::Ending(session) => self.answer_ending(session, key),
            _ if self.keys.is_prefix(key) && !self.takes_text() => {
                self.mode = Mode::Prefix;
                Vec::new()
            }
            _ if self.pane().copy.is_some() => self.pane_mut().type_in_copy_mode(&Event::Key(key)),
            _ => self.type_key(key),
        }
    }

    /// Takes note of a key or a paste for the console with the focus. Returns false where it was typed for what showed
    /// before: then it is ignored, which the footer shows.
    fn takes_typed(&mut self) -> bool {
        let (now, read) = (self.now, self.key_read);
        let pane = self.pane_mut();
        pane.note_state(now);
        let changed = pane.keys_changed();
        let takes = self.type_ahead.takes(changed, read);
        self.pane_mut().note_key(takes, read);
        takes
    }

    /// Handles a key for the console with the focus, and for all that are typed into together.
    fn type_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        if !self.takes_typed() {
            return Vec::new();
        }
        if self.types_into_several() {
            self.send_key(key);
            return Vec::new();
        }
        match (self.pane().screen().state(), key.code) {
            (SessionState::Ended(_) | SessionState::Reconnecting(_), KeyCode::Char('q')) => {
                self.end_session()
            }
            (state, KeyCode::Esc) if state != SessionState::Live => self.close_tile(),
            // As terminals do; a guest that shows a whole screen has nothing above it, and gets the key.
            (_, KeyCode::PageUp) if key.modifiers == KeyModifiers::SHIFT && self.pane_mut().page_up() => {
                Vec::new()
            }
            _ => {
                let prefix = self.keys.prefix_name.clone();
                self.pane_mut().press(key, &prefix);
                Vec::new()
            }
        }
    }

    /// Handles the key after the prefix; `page` is that of the list of keys, where it is shown.
    fn press_after_prefix(&mut self, page: Option<usize>, key: KeyEvent) -> Vec<Effect> {
        if key.code == KeyCode::Esc {
            return Vec::new();
        }
        if let Some(command) = self.keys.look_up(key) {
            if let (Some(page), Some(ConsoleCommand::Help)) = (page, ConsoleCommand::of(command)) {
                self.mode = Mode::Help(page);
            }
            return self.apply(command, None).effects();
        }
        // Not in every keymap, and only while there is something to copy.
        if key.code == KeyCode::Char('y') && self.pane().clipboard_offer.is_some() {
            return self.pane_mut().copy_offer();
        }
        let text = format!("No such key after {}: nothing sent", self.keys.prefix_name);
        self.notify(text)
    }

    /// Handles a key while tiles are resized: arrows move the lines, Esc and Enter end it, and so does any other key,
    /// which then does what it always does.
    fn press_resizing(&mut self, key: KeyEvent) -> Vec<Effect> {
        match self.keys.look_up(key).and_then(ConsoleCommand::of) {
            Some(ConsoleCommand::ResizeLeft | ConsoleCommand::FocusLeft) => self.resize(Direction::Left),
            Some(ConsoleCommand::ResizeDown | ConsoleCommand::FocusDown) => self.resize(Direction::Down),
            Some(ConsoleCommand::ResizeUp | ConsoleCommand::FocusUp) => self.resize(Direction::Up),
            Some(ConsoleCommand::ResizeRight | ConsoleCommand::FocusRight) => self.resize(Direction::Right),
            Some(ConsoleCommand::GrowTile) => self.grow(true),
            Some(ConsoleCommand::ShrinkTile) => self.grow(false),
            _ if matches!(key.code, KeyCode::Esc | KeyCode::Enter) => {}
            _ => return self.press(Mode::Typing, key),
        }
        Vec::new()
    }

    /// Handles a key while what shows of the pixels is moved, in the same way.
    fn press_panning(&mut self, key: KeyEvent) -> Vec<Effect> {
        let (right, down) = match self.keys.look_up(key).and_then(ConsoleCommand::of) {
            Some(ConsoleCommand::FocusLeft | ConsoleCommand::ResizeLeft) => (-1, 0),
            Some(ConsoleCommand::FocusDown | ConsoleCommand::ResizeDown) => (0, 1),
            Some(ConsoleCommand::FocusUp | ConsoleCommand::ResizeUp) => (0, -1),
            Some(ConsoleCommand::FocusRight | ConsoleCommand::ResizeRight) => (1, 0),
            _ if matches!(key.code, KeyCode::Esc | KeyCode::Enter) => return Vec::new(),
            _ => return self.press(Mode::Typing, key),
        };
        self.pane_mut().pixels.pan(right, down);
        self.mode = Mode::Panning;
        Vec::new()
    }

    fn take_paste(&mut self, mode: Mode, event: &Event) -> Vec<Effect> {
        let Event::Paste(text) = event else {
            return Vec::new();
        };
        match mode {
            // A paste is no answer.
            Mode::Pasting(_) | Mode::Ending(_) => self.mode = mode,
            _ if self.pane().copy.is_some() => return self.pane_mut().type_in_copy_mode(event),
            _ if !self.takes_typed() => {}
            _ => self.paste(text),
        }
        Vec::new()
    }
}
