//! The question before a session is closed that ends for good with it: what runs in a shell by SSH ends with the link. Of
//! other consoles only the view closes, and what they show goes on.

use crossterm::event::{KeyCode, KeyEvent};

use super::{ConsoleView, Mode};
use crate::console::{OpenConsole, SessionId, SessionState};
use crate::model::ScreenKind;
use crate::tui::widgets::frame::Piece;
use crate::tui::{Effect, Look};

/// Returns true if closing a console ends what runs in it.
pub(super) fn ends_what_runs(console: &OpenConsole) -> bool {
    console.kind == ScreenKind::Ssh && console.screen.state() == SessionState::Live
}

/// Returns true if a key answers the question with yes; any other one means no.
pub(super) fn is_yes(key: KeyEvent) -> bool {
    matches!(key.code, KeyCode::Char('y' | 'Y'))
}

/// The question with its keys.
pub(super) fn question(look: &Look<'_>) -> Vec<Piece> {
    let theme = look.theme;
    vec![
        (" End this SSH session and what runs in it? ".to_owned(), theme.warn),
        (" y".to_owned(), theme.key),
        (" end ".to_owned(), theme.text),
        (" n".to_owned(), theme.key),
        (" keep ".to_owned(), theme.text),
    ]
}

impl ConsoleView {
    /// Ends the session with the focus, or asks first.
    pub(super) fn ask_to_end(&mut self) -> Vec<Effect> {
        let console = &self.pane().console;
        if !ends_what_runs(console) {
            return self.end_session();
        }
        self.mode = Mode::Ending(console.session);
        Vec::new()
    }

    /// Takes the answer about a session.
    pub(super) fn answer_ending(&mut self, session: SessionId, key: KeyEvent) -> Vec<Effect> {
        if is_yes(key) && self.pane().console.session == session {
            self.end_session()
        } else {
            self.notify("Kept: the session goes on")
        }
    }
}
