//! The list of open consoles.

mod draw;

use std::time::Duration;

use crossterm::event::{Event, KeyEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ConsoleKeys;
use super::act::closed;
use super::ending::{ends_what_runs, is_yes};
use crate::console::{OpenConsole, SessionId, Sessions};
use crate::model::ResourceId;
use crate::tui::app::App;
use crate::tui::command::{MenuCommand, Movement};
use crate::tui::effect::View;
use crate::tui::layer::{Handled, Hint, Layer};
use crate::tui::{Command, Effect, KeyContext};

/// Time without output after which a console is marked, where that is asked for.
const SILENCE: Duration = Duration::from_secs(30);

/// The list of open consoles, to choose one or to close it.
pub struct SessionsView {
    sessions: Sessions,
    prefix: String,
    /// The session under the cursor, which stays on it while others are opened and closed.
    selected: Option<SessionId>,
    /// The next key answers whether to end this session.
    asks_to_end: Option<SessionId>,
}

impl SessionsView {
    /// The list, with the cursor on the console of `selected` if that is open.
    pub fn new(sessions: &Sessions, selected: Option<&ResourceId>, keys: &ConsoleKeys) -> Self {
        let selected = selected.and_then(|id| sessions.latest_of(id)).map(|open| open.session);
        Self { sessions: sessions.clone(), prefix: keys.prefix_name.clone(), selected, asks_to_end: None }
    }

    fn position(&self) -> usize {
        let all = self.sessions.all();
        all.iter().position(|open| Some(open.session) == self.selected).unwrap_or(0)
    }

    fn select(&mut self, position: usize) {
        let all = self.sessions.all();
        self.selected = all.get(position.min(all.len().saturating_sub(1))).map(|open| open.session);
    }

    /// Does what a key is bound to.
    pub(super) fn apply(&mut self, command: Command, count: Option<u32>) -> Handled {
        let count = count.map_or(1, |count| usize::try_from(count).unwrap_or(usize::MAX)).max(1);
        let at = self.position();
        let Some(command) = MenuCommand::of(command) else {
            return Handled::Ignored;
        };
        let chosen = self.sessions.all().into_iter().nth(at);
        match command {
            MenuCommand::Move(movement) => self.select(match movement {
                Movement::Down | Movement::HalfPageDown | Movement::PageDown => at.saturating_add(count),
                Movement::Up | Movement::HalfPageUp | Movement::PageUp => at.saturating_sub(count),
                Movement::Top => 0,
                Movement::Bottom => usize::MAX,
            }),
            MenuCommand::Open | MenuCommand::Attach => {
                if let Some(open) = chosen {
                    return vec![Effect::close(), View::Session(open.session).into()].into();
                }
            }
            MenuCommand::EndSession => {
                if let Some(open) = chosen {
                    if ends_what_runs(&open) {
                        self.asks_to_end = Some(open.session);
                    } else {
                        return self.end(&open).into();
                    }
                }
            }
            MenuCommand::Back | MenuCommand::Close => return Effect::close().into(),
            MenuCommand::Left => self.shift(at, -1),
            MenuCommand::Right => self.shift(at, 1),
            MenuCommand::Reconnect => {
                if let Some(open) = chosen {
                    open.screen.reconnect();
                }
            }
            MenuCommand::WatchSilence => {
                if let Some(open) = chosen {
                    return self.watch_silence(&open).into();
                }
            }
            MenuCommand::Encoding => {
                if let Some(open) = chosen {
                    return next_encoding(&open).into();
                }
            }
            MenuCommand::Mark
            | MenuCommand::Copy
            | MenuCommand::SortMenu
            | MenuCommand::Columns
            | MenuCommand::CopyMenu
            | MenuCommand::Contexts
            | MenuCommand::Messages => return Handled::Ignored,
        }
        Handled::done()
    }

    /// Closes a console; the cursor stays in its place.
    fn end(&mut self, open: &OpenConsole) -> Effect {
        let at = self.position();
        self.sessions.close(open.session);
        self.select(at);
        Effect::report(closed(open))
    }

    /// Takes the answer whether to end a session, where that was asked.
    fn answer(&mut self, event: &Event) -> Handled {
        let Some(session) = self.asks_to_end else { return Handled::Ignored };
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                self.asks_to_end = None;
                let open = self.sessions.get(session).filter(|_| is_yes(*key));
                open.map_or_else(Handled::done, |open| self.end(&open).into())
            }
            // A paste is no answer.
            Event::Paste(_) | Event::Mouse(_) => Handled::done(),
            _ => Handled::Ignored,
        }
    }

    /// Moves a console by so many places; the cursor stays on it.
    fn shift(&mut self, at: usize, places: isize) {
        self.select(at);
        if let Some(session) = self.selected {
            self.sessions.shift(session, places);
        }
    }

    /// Marks a console after a while without output, or no longer.
    fn watch_silence(&self, open: &OpenConsole) -> Effect {
        let after = if open.silence_after().is_some() { None } else { Some(SILENCE) };
        self.sessions.watch_silence(open.session, after);
        Effect::report(match after {
            Some(after) => format!("{} is marked after {} s without output", open.label(), after.as_secs()),
            None => format!("the silence of {} is not marked any more", open.label()),
        })
    }
}

/// Sets the next encoding of a console.
fn next_encoding(open: &OpenConsole) -> Effect {
    let before = open.encoding();
    match open.next_encoding() {
        None => Effect::complain(format!("{} has no text", open.label())),
        now if now == before => Effect::complain(format!("the encoding of {} is given", open.label())),
        Some(now) => Effect::report(format!("{} is read and typed as {}", open.label(), now.name())),
    }
}

impl Layer for SessionsView {
    fn key_context(&self) -> KeyContext {
        KeyContext::Menu
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        if self.asks_to_end.is_some() {
            return Vec::new();
        }
        if self.sessions.is_empty() {
            return vec![Hint::new(Command::Back, "back")];
        }
        [
            (Command::Open, "attach"),
            (Command::EndSession, "close it"),
            (Command::Reconnect, "reconnect"),
            (Command::WatchSilence, "mark silence"),
            (Command::Encoding, "encoding"),
            (Command::Left, "move up"),
            (Command::Right, "move down"),
            (Command::Back, "back"),
        ]
        .map(Hint::from)
        .into()
    }

    fn event(&mut self, event: &Event, _app: &mut App) -> Handled {
        self.answer(event)
    }

    fn perform(&mut self, command: Command, count: Option<u32>, _app: &mut App) -> Handled {
        self.apply(command, count)
    }

    fn is_dirty(&self) -> bool {
        self.sessions.poll()
    }

    fn frame_wait(&self) -> Duration {
        Duration::from_millis(500)
    }

    fn redraw_in(&self, _app: &App) -> Option<Duration> {
        (!self.sessions.is_empty()).then_some(Duration::from_secs(1))
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        self.render(area, buf, &app.look());
    }
}
