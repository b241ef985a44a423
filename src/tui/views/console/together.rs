//! Typing into several consoles together.

use crossterm::event::{Event, KeyEvent};

use super::{ConsoleView, Mode};
use crate::tui::Effect;

impl ConsoleView {
    /// Includes all tiles of the tab in what is typed, or none where all are.
    pub(super) fn toggle_together(&mut self) {
        let tab = self.tabs.tab_mut();
        if tab.tiles().len() < 2 {
            self.notify("One tile only: there is no other to type into");
            return;
        }
        let text = if tab.toggle_together() {
            if tab.is_zoomed { "Typed into all tiles together once it is not zoomed" } else { "" }
        } else {
            "Typed into this console only"
        };
        if !text.is_empty() {
            self.notify(text);
        }
    }

    /// Includes the tile with the focus in what is typed, or leaves it out.
    pub(super) fn toggle_this_one(&mut self) {
        let tab = self.tabs.tab_mut();
        if tab.tiles().len() < 2 {
            self.notify("One tile only: there is no other to type into");
            return;
        }
        let tile = tab.focused_tile_mut();
        tile.is_together = !tile.is_together;
        let text = match (tile.is_together, tab.together()) {
            (true, 1) => "Marked: mark others to type into them together",
            (true, _) => return,
            (false, _) => "Not typed into together with others",
        };
        self.notify(text);
    }

    /// Sends a key to the console with the focus, and to all that are typed into together with it. Those that take no
    /// input now are left out.
    pub(super) fn send_key(&mut self, key: KeyEvent) {
        let event = Event::Key(key);
        if self.types_into_several() {
            self.send_to_all(&event);
        } else {
            self.pane_mut().press(key, "");
        }
    }

    /// Returns true if a key goes to several consoles now. It does not while the one with the focus takes none.
    pub(super) fn types_into_several(&self) -> bool {
        let tab = self.tabs.tab();
        tab.types_together() && tab.focused_tile().takes_shared_input()
    }

    /// The number of consoles that a key goes to.
    pub(super) fn typed_into(&self) -> usize {
        let tiles = self.tabs.tab().tiles().iter();
        tiles.filter(|tile| tile.is_together && tile.takes_shared_input()).count()
    }

    fn send_to_all(&mut self, event: &Event) {
        let tiles = self.tabs.tab_mut().tiles_mut().iter_mut();
        for tile in tiles.filter(|tile| tile.is_together && tile.takes_shared_input()) {
            tile.pane.console.clear_bell();
            tile.pane.send_typed(event);
        }
    }

    /// Sends a paste, or asks first where it goes to several consoles.
    pub(super) fn paste(&mut self, text: &str) {
        self.mode = Mode::Typing;
        if self.types_into_several() && self.typed_into() > 1 {
            self.mode = Mode::Pasting(text.to_owned());
        } else {
            self.pane_mut().paste(&Event::Paste(text.to_owned()));
        }
    }

    /// Takes the answer whether to paste: `y` does, `n` and Esc do not, and all else waits for one of them.
    pub(super) fn answer_paste(&mut self, text: String, key: KeyEvent) -> Vec<Effect> {
        use crossterm::event::KeyCode;
        match key.code {
            KeyCode::Char('y' | 'Y') if self.types_into_several() => {
                let consoles = self.typed_into();
                self.send_to_all(&Event::Paste(text));
                self.notify(format!("Pasted into {consoles} consoles"))
            }
            KeyCode::Char('y' | 'Y') => self.notify("Not pasted: the console takes no input now"),
            KeyCode::Char('n' | 'N') | KeyCode::Esc => self.notify("Not pasted"),
            _ => {
                self.mode = Mode::Pasting(text);
                Vec::new()
            }
        }
    }
}
