//! The lowest line of the console view: keys, messages, and what is typed.

use unicode_width::UnicodeWidthStr;

use super::pane::state_piece;
use super::recording::{playback, playback_footer};
use super::{ConsoleView, Mode, ending};
use crate::console::SessionState;
use crate::model::age;
use crate::tui::widgets::frame::Piece;
use crate::tui::{Command, Look};

impl ConsoleView {
    /// The pieces of the footer; of the keys after the prefix as many as fit into `room` columns whole.
    pub(super) fn footer(&self, room: u16, look: &Look<'_>) -> Vec<Piece> {
        let theme = look.theme;
        match &self.mode {
            Mode::Prefix => return self.keys_of_footer(room, look),
            // The list has them.
            Mode::Help(_) => return vec![(format!(" {} ", self.keys.prefix_name), theme.accent)],
            Mode::Resizing => return resizing(look),
            Mode::Panning => return panning(look),
            Mode::Pasting(text) => {
                return vec![
                    (format!(" {} ", self.paste_question(text)), theme.warn),
                    (" y".to_owned(), theme.key),
                    (" paste ".to_owned(), theme.text),
                    (" n".to_owned(), theme.key),
                    (" cancel ".to_owned(), theme.text),
                ];
            }
            Mode::Ending(_) => return ending::question(look),
            Mode::Typing
            | Mode::Naming(..)
            | Mode::WantsConsole(_)
            | Mode::Choosing(..)
            | Mode::SendingKeys(_) => {}
        }
        let mut pieces = self.state_of_zoomed(look);
        if let Some(notice) = &self.pane().notice {
            pieces.push((format!(" {notice} "), theme.warn));
            return pieces;
        }
        let used: usize = pieces.iter().map(|piece| piece.0.width()).sum();
        let left = room.saturating_sub(u16::try_from(used).unwrap_or(u16::MAX));
        if let Some(of_copy) = self.pane().copy_footer(left, look) {
            pieces.extend(of_copy);
            return pieces;
        }
        if self.ignores_keys(look) {
            pieces.push((" keys ignored until you pause for a second ".to_owned(), theme.warn));
            return pieces;
        }
        if let Some(pieces) = self.footer_of_state(look) {
            return pieces;
        }
        if let Some(status) = playback(&self.pane().console) {
            return playback_footer(&status, room.into(), look);
        }
        let mut pieces = self.together_of_footer(look);
        pieces.push((format!(" {}", self.keys.prefix_name), theme.key));
        for command in [Command::Detach, Command::Help] {
            if let Some(shown) = self.keys.of(command) {
                pieces.push((format!(" {}", shown.keys), theme.key));
                pieces.push((format!(" {} ", shown.word), theme.dim));
            }
        }
        // What is asked takes the room first.
        if let Some(pixels) = self.pane().shown_pixels()
            && self.pane().clipboard_offer.is_none()
        {
            pieces.push(self.pane().pixels.status(pixels.size(), look));
        }
        pieces
    }

    /// The state of a zoomed console that is not live, since there is no title to show it.
    fn state_of_zoomed(&self, look: &Look<'_>) -> Vec<Piece> {
        let state = self.pane().screen().state();
        let is_shown = self.tabs.tab().is_zoomed && state != SessionState::Live;
        let (word, style) = state_piece(&state, look);
        if is_shown { vec![(format!(" {word} "), style)] } else { Vec::new() }
    }

    fn keys_of_footer(&self, room: u16, look: &Look<'_>) -> Vec<Piece> {
        let theme = look.theme;
        let mut pieces = vec![(format!(" {} ", self.keys.prefix_name), theme.accent)];
        let copy = self.pane().clipboard_offer.as_ref().map(|_| ("y", "copy"));
        let keys = self.keys_offered().map(|shown| (shown.keys.as_str(), shown.word));
        let mut used = pieces[0].0.width();
        for (key, word) in copy.into_iter().chain(keys) {
            let (key, word) = (format!(" {key}"), format!(" {word} "));
            let wide = key.width() + word.width();
            if used + wide <= usize::from(room) {
                used += wide;
                pieces.extend([(key, theme.key), (word, theme.text)]);
            }
        }
        pieces
    }

    fn paste_question(&self, text: &str) -> String {
        let (lines, characters) = (text.lines().count(), text.chars().count());
        let text = match (lines, characters) {
            (0 | 1, 1) => "1 character".to_owned(),
            (0 | 1, _) => format!("{characters} characters"),
            _ => format!("{lines} lines"),
        };
        format!("Paste {text} into {} consoles?", self.typed_into())
    }

    /// Returns true if keys are ignored now, since they were typed for what showed before.
    pub(super) fn ignores_keys(&self, look: &Look<'_>) -> bool {
        self.type_ahead.ignores(self.pane().keys_changed(), look.now)
    }

    /// What to do about a session that is not live; the keys as soon as they act.
    fn footer_of_state(&self, look: &Look<'_>) -> Option<Vec<Piece>> {
        let theme = look.theme;
        let is_pausing = self.type_ahead.pause_left(self.pane().keys_changed(), look.now).is_some();
        let keys = |first: &str| {
            if is_pausing {
                return Vec::new();
            }
            vec![
                (" r".to_owned(), theme.key),
                (format!(" {first} "), theme.text),
                (" q".to_owned(), theme.key),
                (" close ".to_owned(), theme.text),
            ]
        };
        match self.pane().screen().state() {
            SessionState::Ended(problem) => {
                let mut pieces = keys("reconnect");
                pieces.push(match problem {
                    Some(problem) => (format!(" {} ", problem.message), theme.bad),
                    None => (" closed by the remote side ".to_owned(), theme.dim),
                });
                Some(pieces)
            }
            SessionState::Reconnecting(retry) => {
                let when = retry.at.map_or_else(
                    || "reconnecting".to_owned(),
                    |at| format!("reconnecting in {}", age(at.since(look.now))),
                );
                let mut pieces = keys("now");
                pieces.push((format!(" {when} (attempt {}) ", retry.attempt), theme.moving));
                pieces.push((format!("{} ", retry.problem.message), theme.bad));
                Some(pieces)
            }
            SessionState::Page(page) => {
                let text = format!(" this console is a web page at {} ", page.host());
                Some(vec![(text, theme.dim)])
            }
            SessionState::Connecting | SessionState::Live => None,
        }
    }

    /// How many consoles get what is typed, where it is not one.
    fn together_of_footer(&self, look: &Look<'_>) -> Vec<Piece> {
        let tab = self.tabs.tab();
        let marked = tab.together();
        if self.types_into_several() {
            let text = format!(" typing into {} of {} tiles ", self.typed_into(), tab.tiles().len());
            vec![(text, look.theme.banner)]
        } else if marked > 1 {
            vec![(" typing into this one only ".to_owned(), look.theme.warn)]
        } else {
            Vec::new()
        }
    }

    pub(super) fn right_of_footer(&self, look: &Look<'_>) -> Vec<Piece> {
        let theme = look.theme;
        let prefix = &self.keys.prefix_name;
        if !matches!(self.mode, Mode::Typing) {
            return Vec::new();
        }
        if let Some(text) = &self.pane().clipboard_offer {
            return vec![
                (format!(" {} bytes for the clipboard:", text.len()), theme.warn),
                (format!(" {prefix} y "), theme.key),
            ];
        }
        let hidden = self.tabs.tab().hidden();
        if hidden > 0
            && let Some(zoom) = self.keys.of(Command::Zoom)
        {
            return vec![
                (format!(" {hidden} hidden:"), theme.warn),
                (format!(" {prefix} {}", zoom.keys), theme.key),
                (" zooms ".to_owned(), theme.warn),
            ];
        }
        let elsewhere = self.sessions.len().saturating_sub(self.tabs.tile_count());
        match (self.sessions.len(), elsewhere) {
            (0 | 1, _) | (_, 0) => Vec::new(),
            (sessions, _) => vec![(format!(" {sessions} consoles open "), theme.dim)],
        }
    }
}

fn resizing(look: &Look<'_>) -> Vec<Piece> {
    let keys = [("arrows", "move the line"), ("+", "larger"), ("-", "smaller"), ("Enter", "done")];
    mode_with_keys(" resizing ", &keys, look)
}

fn panning(look: &Look<'_>) -> Vec<Piece> {
    mode_with_keys(" moving over the screen ", &[("arrows", "move"), ("Enter", "done")], look)
}

fn mode_with_keys(name: &str, keys: &[(&str, &str)], look: &Look<'_>) -> Vec<Piece> {
    let theme = look.theme;
    let mut pieces = vec![(name.to_owned(), theme.accent)];
    for (key, word) in keys {
        pieces.push((format!(" {key}"), theme.key));
        pieces.push((format!(" {word} "), theme.text));
    }
    pieces
}
