//! The view of consoles: keys go to the remote side, except for those after one prefix key.
//!
//! It has tabs, and each tab has tiles that show a console each. The sessions belong to [`Sessions`]; leaving the view
//! leaves them running, and [`SavedTabs`] keeps the tabs for the next time.

mod act;
mod chooser;
mod copy;
mod cut;
mod draw;
mod ending;
mod footer;
mod help;
mod input;
mod keys;
mod list;
mod mouse;
mod pane;
mod pixels;
mod recording;
mod tab_bar;
mod tiles;
mod together;
mod type_ahead;

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::Event;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

pub use act::asked_for;
pub use keys::{ConsoleKeys, LookUp};
pub use list::SessionsView;
pub use tiles::SavedTabs;

use crate::console::{Marks, OpenConsole, PixelScreen, SessionId, SessionState, Sessions};
use crate::model::{ResourceId, Timestamp};
use crate::terminal::input::MouseProtocolMode;
use crate::tui::app::App;
use crate::tui::command::PlaybackCommand;
use crate::tui::effect::View;
use crate::tui::layer::{Answer, Handled, Hint, Layer, Ticket};
use crate::tui::overlays::MenuLayer;
use crate::tui::theme::Depth;
use crate::tui::widgets::prompt::Prompt;
use crate::tui::{Command, Effect, KeyContext};
use chooser::Chooser;
use copy::CopyMode;
use keys::ShownKeys;
use mouse::Pressed;
use pane::Pane;
use pixels::{Canvas, KeyMenu};
use recording::{playback, playback_keys};
use tab_bar::TabBar;
use tiles::{Axis, Tabs};
use type_ahead::TypeAhead;

/// The time between two new sizes of a guest while tiles are being resized.
const RESIZE_INTERVAL: Duration = Duration::from_millis(100);

/// The time between two frames that show a time which goes on.
const CLOCK_REDRAW: Duration = Duration::from_millis(500);

/// What the next key is for.
enum Mode {
    /// The console with the focus.
    Typing,
    /// A command: the prefix was pressed.
    Prefix,
    /// The same, and the keys are listed, from this page on.
    Help(usize),
    /// Moving the lines of the tile with the focus.
    Resizing,
    /// Moving over the pixels of the console with the focus.
    Panning,
    /// The choice of keys to send.
    SendingKeys(Box<MenuLayer<KeyMenu>>),
    /// A name that is being typed.
    Naming(Named, Prompt),
    /// The answer whether to paste this into several consoles.
    Pasting(String),
    /// The answer whether to end this session.
    Ending(SessionId),
    /// A command that asks for a console was given; the list follows with the state that all layers share.
    WantsConsole(Destination),
    /// The choice of a console.
    Choosing(Destination, Box<MenuLayer<Chooser>>),
}

/// What is being named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Tab,
    Session,
}

/// Where a chosen console goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Destination {
    /// Beside the tile with the focus, or below it.
    Split(Axis),
    /// Into a new tab.
    Tab,
}

/// The view of open consoles.
pub struct ConsoleView {
    sessions: Sessions,
    saved: SavedTabs,
    tabs: Tabs,
    keys: ConsoleKeys,
    mode: Mode,
    type_ahead: TypeAhead,
    /// The time of the last event.
    now: Timestamp,
    /// When the key or the paste that is handled was read.
    key_read: Timestamp,
    /// The session that got the focus last, to report its loss.
    focus_sent: SessionId,
    /// The terminal has the focus.
    is_terminal_focused: bool,
    tab_bar: TabBar,
    /// What a button of the mouse that is down is for.
    pressed: Pressed,
    /// The position of the cursor in a line that is typed.
    prompt_cursor: Option<Position>,
    /// The terminal was resized last at this time.
    terminal_resized: Option<Timestamp>,
    /// The guests were resized last at this time, while tiles are being resized.
    guests_resized: Option<Timestamp>,
    /// A guest waits so long for its new size.
    resize_due: Option<Duration>,
    /// The marks of sessions out of view in the last draw.
    drawn_marks: Vec<(SessionId, Marks)>,
}

impl ConsoleView {
    /// A view of an open console; `keys` are the prefix and the keys after it.
    pub fn new(sessions: &Sessions, console: Arc<OpenConsole>, keys: ConsoleKeys) -> Self {
        Self {
            sessions: sessions.clone(),
            saved: SavedTabs::default(),
            focus_sent: console.session,
            tabs: Tabs::new(console),
            keys,
            mode: Mode::Typing,
            type_ahead: TypeAhead::default(),
            now: Timestamp::now(),
            key_read: Timestamp::now(),
            is_terminal_focused: true,
            tab_bar: TabBar::default(),
            pressed: Pressed::Nothing,
            prompt_cursor: None,
            terminal_resized: None,
            guests_resized: None,
            resize_due: None,
            drawn_marks: Vec::new(),
        }
    }

    /// The same with the tabs that were saved when the view was left, where they will be saved again.
    #[must_use]
    pub fn with_saved(mut self, saved: &SavedTabs) -> Self {
        self.saved = saved.clone();
        if let Some(tabs) = saved.restore(&self.sessions) {
            let wanted = Arc::clone(&self.pane().console);
            self.tabs = tabs;
            self.tabs.show(wanted);
        }
        self
    }

    /// The same with these consoles in the tiles of one tab.
    #[must_use]
    pub fn tiled(mut self, consoles: Vec<Arc<OpenConsole>>) -> Self {
        self.tabs.open_tiled(consoles);
        self
    }

    /// The pane with the focus, which gets what is typed.
    fn pane(&self) -> &Pane {
        self.tabs.focused()
    }

    fn pane_mut(&mut self) -> &mut Pane {
        self.tabs.focused_mut()
    }

    /// Shows a message in the border until the next key.
    fn notify(&mut self, text: impl Into<String>) -> Vec<Effect> {
        self.pane_mut().notify(text);
        Vec::new()
    }

    /// The keys after the prefix that do something on this screen.
    fn keys_offered(&self) -> impl Iterator<Item = &ShownKeys> {
        let screen = self.pane().screen();
        let (tiles, tabs) = (self.tabs.tab().tiles().len(), self.tabs.all().len());
        self.keys.shown.iter().filter(move |shown| match shown.command {
            Command::CopyMode | Command::NextEncoding => screen.text().is_some(),
            Command::SendKeys => screen.pixels().is_some(),
            Command::TextOrPixels => {
                screen.pixels().is_some_and(|pixels| screen.text().is_some() || pixels.is_pixels_only())
            }
            Command::NextScale => self.pane().shown_pixels().is_some(),
            Command::MatchSize => screen.pixels().is_some_and(PixelScreen::can_set_size),
            Command::PanScreen => self.can_pan(),
            Command::Record => screen.recordable().is_some(),
            Command::PauseRecording => screen.recordable().is_some_and(|it| it.recording_status().is_some()),
            Command::FocusLeft
            | Command::TypeTogether
            | Command::TypeHereToo
            | Command::ResizeLeft
            | Command::GrowTile
            | Command::NextLayout
            | Command::SwapTile => tiles > 1,
            Command::CloseTile => tiles > 1 || tabs > 1,
            Command::Tab(_) | Command::RenameTab => tabs > 1,
            _ => true,
        })
    }

    /// Reports the focus to the sessions that lost it and got it.
    fn report_focus(&mut self) {
        let now = self.pane().console.session;
        let before = std::mem::replace(&mut self.focus_sent, now);
        if before == now || !self.is_terminal_focused {
            return;
        }
        if let Some(left) = self.sessions.get(before) {
            left.screen.send(&Event::FocusLost);
        }
        self.pane().screen().send(&Event::FocusGained);
    }

    fn offers(&self) -> Vec<(Command, &'static str)> {
        match &self.mode {
            // Those after the prefix are in the border, or in the list over it.
            Mode::Typing => match &self.pane().copy {
                Some(copy) => copy.offers(),
                None => playback(&self.pane().console).map_or_else(Vec::new, |it| playback_keys(&it)),
            },
            _ => Vec::new(),
        }
    }

    /// Returns true if the next keys are not looked up in the keymap: they are for the guest, after the prefix, or text.
    fn typing(&self) -> bool {
        !matches!(self.mode, Mode::Typing) || self.pane().copy.as_ref().is_none_or(CopyMode::takes_text)
    }

    /// The sessions that are not in view, with their marks.
    fn marks_out_of_view(&self) -> Vec<(SessionId, Marks)> {
        let in_view = |session| {
            let shown = self.tabs.tab().tiles().iter().map(|tile| &tile.pane);
            shown.filter(|pane| !pane.grid.is_empty()).any(|pane| pane.console.session == session)
        };
        let all = self.sessions.all().into_iter().filter(|open| !in_view(open.session));
        all.map(|open| (open.session, open.marks())).collect()
    }
}

impl Drop for ConsoleView {
    fn drop(&mut self) {
        self.saved.save(&self.tabs);
    }
}

impl Layer for ConsoleView {
    fn key_context(&self) -> KeyContext {
        match self.mode {
            Mode::Choosing(..) | Mode::SendingKeys(_) => KeyContext::Menu,
            Mode::Typing if self.pane().copy.is_some() => KeyContext::CopyMode,
            Mode::Typing if self.is_playback() => KeyContext::Playback,
            _ => KeyContext::Console,
        }
    }

    fn subject(&self) -> Option<&ResourceId> {
        // A recording is of no instance.
        let console = &self.pane().console;
        console.screen.playback().is_none().then_some(&console.id)
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        self.offers().into_iter().map(Hint::from).collect()
    }

    fn event(&mut self, event: &Event, app: &mut App) -> Handled {
        self.now = app.now;
        self.key_read = app.input_read.unwrap_or(app.now);
        if let Event::Resize(..) = event {
            self.terminal_resized = Some(app.now);
        }
        // The keys of a player are in the keymap, but for the prefix and what follows it.
        if let Event::Key(key) = event
            && matches!(self.mode, Mode::Typing)
            && self.is_playback()
            && !self.keys.is_prefix(*key)
        {
            self.pane_mut().end_notice();
            return Handled::Ignored;
        }
        let handled = if matches!(self.mode, Mode::Choosing(..)) {
            self.choose(app, |menu, app| menu.event(event, app))
        } else if matches!(self.mode, Mode::SendingKeys(_)) {
            self.choose_keys(app, |menu, app| menu.event(event, app))
        } else if self.takes(event) {
            self.type_event(event).into()
        } else {
            Handled::Ignored
        };
        self.ask_for_console(app);
        self.report_focus();
        handled
    }

    /// Commands arrive here in copy mode and for a player only: keys after the prefix are handled as raw events.
    fn perform(&mut self, command: Command, count: Option<u32>, app: &mut App) -> Handled {
        self.now = app.now;
        let handled = if matches!(self.mode, Mode::Choosing(..)) {
            self.choose(app, |menu, app| menu.perform(command, count, app))
        } else if matches!(self.mode, Mode::SendingKeys(_)) {
            self.choose_keys(app, |menu, app| menu.perform(command, count, app))
        } else if self.is_playback() {
            PlaybackCommand::of(command).map_or(Handled::Ignored, |it| self.play(it).into())
        } else {
            self.apply(command, count)
        };
        self.ask_for_console(app);
        self.report_focus();
        handled
    }

    fn take_view(&mut self, view: &View, app: &mut App) -> Option<Vec<Effect>> {
        let effects = self.show_view(view, app)?;
        self.mode = Mode::Typing;
        self.report_focus();
        Some(effects)
    }

    fn outlives(&self, id: &ResourceId) -> bool {
        self.tabs.panes().any(|pane| pane.console.id != *id)
    }

    /// The text that was opened in an editor was a copy: only a failure matters.
    fn answer(&mut self, _ticket: Ticket, answer: Answer) -> Vec<Effect> {
        match answer {
            Answer::Edited(Err(reason)) => vec![Effect::complain(reason)],
            _ => Vec::new(),
        }
    }

    fn prepare(&mut self, _app: &App) {
        // Sessions that were closed elsewhere, in the list or because they are pages, have no tile any more.
        let sessions = &self.sessions;
        self.tabs.retain(|pane| sessions.get(pane.console.session).is_some());
        self.report_focus();
    }

    fn mouse_wish(&self) -> MouseProtocolMode {
        let wish = self.pane().mouse_wish();
        // Lines between tiles can be moved by the mouse.
        if self.tabs.tab().tiles().len() > 1 { wish.max(MouseProtocolMode::ButtonMotion) } else { wish }
    }

    fn wants_unambiguous_keys(&self) -> bool {
        matches!(self.mode, Mode::Typing) && self.pane().wants_unambiguous_keys()
    }

    fn is_dirty(&self) -> bool {
        // All are polled, so that the list has the time of each one's last change and the tabs have their marks; only
        // those in view are drawn.
        self.sessions.poll();
        let in_view = self.tabs.tab().tiles().iter().map(|tile| &tile.pane);
        let in_view = in_view.filter(|pane| !pane.grid.is_empty() || pane.is(self.pane()));
        in_view.filter(|pane| pane.console.poll()).count() > 0 || self.marks_out_of_view() != self.drawn_marks
    }

    fn redraw_in(&self, app: &App) -> Option<Duration> {
        let is_counting = |pane: &Pane| {
            !pane.grid.is_empty()
                && matches!(pane.screen().state(), SessionState::Connecting | SessionState::Reconnecting(_))
        };
        let counting = self.tabs.panes().any(is_counting).then_some(Duration::from_secs(1));
        let running = self.has_running_time().then_some(CLOCK_REDRAW);
        let in_view = self.tabs.panes().filter(|pane| !pane.grid.is_empty());
        let rates = in_view.filter_map(|pane| pane.pixels.redraw_in());
        // The footer offers its keys again.
        let pause = self.type_ahead.pause_left(self.pane().keys_changed(), app.now);
        counting.into_iter().chain(running).chain(rates).chain(self.resize_due).chain(pause).min()
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        let canvas = Canvas {
            support: app.pictures,
            is_ascii: app.options.ascii,
            is_plain: app.options.depth == Depth::None,
            worker: app.picture_worker.clone(),
        };
        for pane in self.tabs.panes_mut() {
            pane.pixels.canvas = canvas.clone();
        }
        self.draw_view(area, buf, &app.look());
        app.wanted_pictures.extend(self.tabs.panes_mut().filter_map(|pane| pane.pixels.take_picture()));
        match &mut self.mode {
            Mode::Choosing(_, menu) => menu.draw(area, buf, app),
            Mode::SendingKeys(menu) => menu.draw(area, buf, app),
            _ => {}
        }
    }

    fn cursor(&self) -> Option<Position> {
        match &self.mode {
            Mode::Choosing(_, menu) => menu.cursor(),
            Mode::SendingKeys(menu) => menu.cursor(),
            Mode::Naming(..) => self.prompt_cursor,
            Mode::Pasting(_) | Mode::Ending(_) => None,
            _ => self.pane().cursor,
        }
    }
}

#[cfg(test)]
mod tests;
