//! The view of a console: keys go to the remote side, except for those after one prefix key.
//!
//! The session belongs to [`Sessions`]; leaving the view leaves it running.

mod copy;
mod draw;
mod input;
mod keys;
mod list;
mod pane;
mod recording;

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::Event;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use copy::CopyMode;
pub use keys::{ConsoleKeys, LookUp};
pub use list::SessionsView;
use pane::Pane;
use recording::PLAYBACK_KEYS;

use crate::console::{OpenConsole, SessionState, Sessions};
use crate::model::ResourceId;
use crate::terminal::input::MouseProtocolMode;
use crate::tui::app::App;
use crate::tui::command::{ConsoleCommand, CopyCommand, PlaybackCommand};
use crate::tui::effect::View;
use crate::tui::layer::{Answer, Handled, Hint, Layer, Ticket};
use crate::tui::{Command, Effect, KeyContext};

/// The time between two frames that show a time which goes on.
const CLOCK_REDRAW: Duration = Duration::from_millis(500);

/// The view of an open console.
pub struct ConsoleView {
    sessions: Sessions,
    pane: Pane,
    keys: ConsoleKeys,
    /// The prefix was pressed; the next key is a command.
    prefix_pressed: bool,
    /// The list of keys after the prefix is shown.
    keys_shown: bool,
    /// Drawn without a border.
    zoomed: bool,
}

impl ConsoleView {
    /// A view of an open console; `keys` are the prefix and the keys after it.
    pub fn new(sessions: &Sessions, console: Arc<OpenConsole>, keys: ConsoleKeys) -> Self {
        Self {
            sessions: sessions.clone(),
            pane: Pane::new(console),
            keys,
            prefix_pressed: false,
            keys_shown: false,
            zoomed: false,
        }
    }

    /// Shows a message in the border until the next key.
    fn notify(&mut self, text: impl Into<String>) -> Vec<Effect> {
        self.pane.notify(text);
        Vec::new()
    }

    /// Shows the next (or previous) console in this view.
    fn switch(&mut self, forward: bool) -> Vec<Effect> {
        let Some(other) = self.sessions.neighbour(self.pane.console.session, forward) else {
            return self.notify("No other console is open");
        };
        self.pane = Pane::new(other);
        Vec::new()
    }

    /// Ends the session and closes the view.
    fn end_session(&mut self) -> Vec<Effect> {
        self.sessions.close(self.pane.console.session);
        vec![Effect::close(), Effect::report(format!("closed the console of {}", self.pane.console.label()))]
    }

    /// The keys after the prefix that do something on this screen.
    fn keys_offered(&self) -> impl Iterator<Item = &(String, Command, &'static str)> {
        let screen = self.pane.screen();
        self.keys.shown.iter().filter(move |(_, command, _)| match command {
            Command::CopyMode => screen.text().is_some(),
            Command::Record => screen.recordable().is_some(),
            Command::PauseRecording => screen.recordable().is_some_and(|it| it.recording_status().is_some()),
            _ => true,
        })
    }
}

impl ConsoleView {
    fn offers(&self) -> Vec<(Command, &'static str)> {
        if let Some(copy) = &self.pane.copy {
            return copy.offers();
        }
        // The keys of this context work after the prefix only; the border shows it.
        if self.is_playback() && !self.prefix_pressed {
            PLAYBACK_KEYS.into()
        } else if self.prefix_pressed {
            self.keys_offered().map(|(_, command, word)| (*command, *word)).collect()
        } else {
            Vec::new()
        }
    }

    /// Does what a key is bound to: after the prefix, or in copy mode.
    fn apply(&mut self, command: Command, count: Option<u32>) -> Handled {
        if self.pane.copy.is_some()
            && let Some(effects) = CopyCommand::of(command).and_then(|it| self.pane.copy_command(it, count))
        {
            return effects.into();
        }
        ConsoleCommand::of(command).map_or(Handled::Ignored, |it| self.act(it).into())
    }

    fn act(&mut self, command: ConsoleCommand) -> Vec<Effect> {
        match command {
            ConsoleCommand::Detach | ConsoleCommand::Back | ConsoleCommand::Close => {
                return vec![Effect::close()];
            }
            ConsoleCommand::EndSession => return self.end_session(),
            ConsoleCommand::NextSession => return self.switch(true),
            ConsoleCommand::PreviousSession => return self.switch(false),
            ConsoleCommand::Zoom => self.zoomed = !self.zoomed,
            ConsoleCommand::CopyMode => self.pane.enter_copy_mode(),
            ConsoleCommand::SendPrefix => self.pane.screen().send(&Event::Key(self.keys.prefix())),
            ConsoleCommand::Help => {
                self.prefix_pressed = true;
                self.keys_shown = true;
            }
            ConsoleCommand::Sessions => return vec![View::Sessions.into()],
            ConsoleCommand::Reconnect | ConsoleCommand::Refresh => self.pane.screen().reconnect(),
            ConsoleCommand::Copy => return self.pane.copy_offer(),
            ConsoleCommand::Record => return self.toggle_recording(),
            ConsoleCommand::PauseRecording => return self.pause_recording(),
            // It is taken before keys are looked up.
            ConsoleCommand::Prefix => {}
        }
        Vec::new()
    }

    /// True if the next keys are not looked up in the keymap: they are for the guest, or text.
    fn typing(&self) -> bool {
        self.pane.copy.as_ref().is_none_or(CopyMode::takes_text)
    }

    fn type_event(&mut self, event: &Event) -> Vec<Effect> {
        match event {
            Event::Mouse(mouse) => self.mouse(*mouse),
            Event::FocusGained | Event::FocusLost => {
                self.pane.screen().send(event);
                Vec::new()
            }
            Event::Resize(..) => Vec::new(),
            _ if self.pane.copy.is_some() => self.pane.type_in_copy_mode(event),
            Event::Key(key) => self.press(*key),
            Event::Paste(_) => self.paste(event),
        }
    }
}

impl Layer for ConsoleView {
    fn key_context(&self) -> KeyContext {
        match (&self.pane.copy, self.is_playback()) {
            (Some(_), _) => KeyContext::CopyMode,
            (None, true) => KeyContext::Playback,
            (None, false) => KeyContext::Console,
        }
    }

    fn subject(&self) -> Option<&ResourceId> {
        // A recording is of no instance.
        let console = &self.pane.console;
        console.screen.playback().is_none().then_some(&console.id)
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        self.offers().into_iter().map(Hint::from).collect()
    }

    fn event(&mut self, event: &Event, _app: &mut App) -> Handled {
        // The keys of a player are in the keymap, but for the prefix and what follows it.
        if let Event::Key(key) = event
            && self.is_playback()
            && !self.prefix_pressed
            && !self.keys.is_prefix(*key)
        {
            self.pane.notice = None;
            return Handled::Ignored;
        }
        if self.typing() || !matches!(event, Event::Key(_) | Event::Paste(_)) {
            self.type_event(event).into()
        } else {
            Handled::Ignored
        }
    }

    /// Commands arrive here in copy mode and for a player only: keys after the prefix are handled as raw events.
    fn perform(&mut self, command: Command, count: Option<u32>, _app: &mut App) -> Handled {
        if self.is_playback() {
            return PlaybackCommand::of(command).map_or(Handled::Ignored, |it| self.play(it).into());
        }
        self.apply(command, count)
    }

    fn mouse_wish(&self) -> MouseProtocolMode {
        self.pane.mouse_wish()
    }

    fn wants_unambiguous_keys(&self) -> bool {
        self.pane.wants_unambiguous_keys()
    }

    /// The text that was opened in an editor was a copy: only a failure matters.
    fn answer(&mut self, _ticket: Ticket, answer: Answer) -> Vec<Effect> {
        match answer {
            Answer::Edited(Err(reason)) => vec![Effect::complain(reason)],
            _ => Vec::new(),
        }
    }

    fn is_dirty(&self) -> bool {
        // All are polled, so that the list has the time of each one's last change; only this one is drawn.
        self.sessions.poll();
        self.pane.console.poll()
    }

    fn redraw_in(&self, _app: &App) -> Option<Duration> {
        let is_waiting =
            matches!(self.pane.screen().state(), SessionState::Connecting | SessionState::Reconnecting(_));
        if is_waiting {
            Some(Duration::from_secs(1))
        } else {
            self.has_running_time().then_some(CLOCK_REDRAW)
        }
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        self.draw_console(area, buf, &app.look());
    }

    fn cursor(&self) -> Option<Position> {
        self.pane.cursor
    }
}

#[cfg(test)]
mod tests;
