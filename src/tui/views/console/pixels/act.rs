//! What the keys after the prefix do with a console of pixels.

use super::KeyMenu;
use crate::console::PixelScreen;
use crate::tui::app::App;
use crate::tui::effect::ScreenEffect;
use crate::tui::layer::Handled;
use crate::tui::overlays::MenuLayer;
use crate::tui::views::console::{ConsoleView, Mode};
use crate::tui::{Command, Effect};

/// The answer to a key that is for pixels only.
pub(super) const NO_PIXELS: &str = "This console is of text: there are no pixels";

impl ConsoleView {
    /// Opens the menu of keys.
    pub(in crate::tui::views::console) fn open_key_menu(&mut self) {
        if self.pane().screen().pixels().is_none() {
            self.notify("No menu of keys: this console is of text, and gets every key as it is typed");
        } else if self.pane().takes_input() {
            self.mode = Mode::SendingKeys(Box::new(KeyMenu::layer()));
        } else {
            self.notify("Nothing sent: the console takes no input now");
        }
    }

    /// Hands something to the menu of keys, and sends what was chosen.
    pub(in crate::tui::views::console) fn choose_keys(
        &mut self,
        app: &mut App,
        act: impl FnOnce(&mut MenuLayer<KeyMenu>, &mut App) -> Handled,
    ) -> Handled {
        let Mode::SendingKeys(menu) = &mut self.mode else {
            return Handled::Ignored;
        };
        let handled = act(menu, app);
        if let Some((name, keys)) = menu.menu_mut().take() {
            self.mode = Mode::Typing;
            if let Some(pixels) = self.pane().screen().pixels() {
                pixels.send_keys(&keys);
                self.notify(format!("Sent {name}"));
            }
            return Vec::new().into();
        }
        match handled {
            Handled::Ignored => Handled::Ignored,
            Handled::Consumed(mut effects) => {
                let before = effects.len();
                effects.retain(|effect| *effect != Effect::Screen(ScreenEffect::Close));
                if effects.len() < before {
                    self.mode = Mode::Typing;
                }
                effects.into()
            }
        }
    }

    /// Shows the recognised text of the screen, or its pixels.
    pub(in crate::tui::views::console) fn toggle_text(&mut self) {
        let screen = self.pane().screen();
        let Some(pixels) = screen.pixels() else {
            self.notify(NO_PIXELS);
            return;
        };
        let wants_text = pixels.is_pixels_only();
        pixels.set_pixels_only(!wants_text);
        let has_text = screen.text().is_some();
        if !wants_text {
            self.pane_mut().copy = None;
        }
        self.notify(match (wants_text, has_text) {
            (true, true) => "Showing the text of the screen",
            (true, false) => "Text is shown as soon as it is recognised",
            (false, _) => "Showing pixels",
        });
    }

    /// Changes the scale.
    pub(in crate::tui::views::console) fn next_scale(&mut self) {
        if self.pane().shown_pixels().is_none() {
            self.notify_shown_as_text();
            return;
        }
        let name = self.pane_mut().pixels.next_scale();
        self.notify(format!("Scale: {name}"));
    }

    /// Answers a key that is for pixels where none show.
    fn notify_shown_as_text(&mut self) {
        let toggle = self.keys.of(Command::TextOrPixels).map(|shown| shown.keys.as_str());
        let text = match (self.pane().screen().pixels(), toggle) {
            (None, _) => NO_PIXELS.to_owned(),
            (Some(_), None) => "This screen is shown as text, in one size".to_owned(),
            (Some(_), Some(key)) => {
                let prefix = &self.keys.prefix_name;
                format!("This screen is shown as text, in one size: {prefix} {key} shows its pixels")
            }
        };
        self.notify(text);
    }

    /// Returns true if a part of the machine's screen shows, as pixels or as text, that can be moved.
    pub(in crate::tui::views::console) fn can_pan(&self) -> bool {
        let size = self.pane().shown_pixels().map(PixelScreen::size);
        size.is_some_and(|size| self.pane().pixels.can_pan(size)) || self.pane().has_hidden_text()
    }

    /// Begins to move over the machine's screen. Text is moved over in copy mode, whose cursor takes along what shows.
    pub(in crate::tui::views::console) fn begin_panning(&mut self) {
        if self.pane().has_hidden_text() {
            self.pane_mut().enter_copy_mode();
        } else if self.can_pan() {
            self.mode = Mode::Panning;
        } else if self.pane().screen().pixels().is_some() {
            self.notify("All of the screen shows: there is nothing to move");
        } else {
            self.notify(NO_PIXELS);
        }
    }
}
