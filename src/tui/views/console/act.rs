//! What the keys after the prefix do.

use std::sync::Arc;

use crossterm::event::{Event, KeyEvent};

use super::chooser::{Choice, Chooser};
use super::tiles::{Axis, Direction};
use super::{ConsoleView, Destination, Mode, Named};
use crate::console::{OpenConsole, Sessions};
use crate::model::{ResourceId, ScreenKind};
use crate::tui::app::{App, is_text};
use crate::tui::command::{ConsoleCommand, CopyCommand};
use crate::tui::effect::{ScreenEffect, View};
use crate::tui::layer::Handled;
use crate::tui::overlays::MenuLayer;
use crate::tui::widgets::prompt::{Prompt, Typed};
use crate::tui::{Command, Effect};

impl ConsoleView {
    /// Does what a key is bound to: after the prefix, or in copy mode.
    pub(super) fn apply(&mut self, command: Command, count: Option<u32>) -> Handled {
        if self.pane().copy.is_some()
            && let Some(command) = CopyCommand::of(command)
            && let Some(effects) = self.pane_mut().copy_command(command, count)
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
            ConsoleCommand::EndSession => return self.ask_to_end(),
            ConsoleCommand::NextSession => return self.switch(true),
            ConsoleCommand::PreviousSession => return self.switch(false),
            ConsoleCommand::Zoom => self.zoom(),
            ConsoleCommand::CopyMode => self.pane_mut().enter_copy_mode(),
            ConsoleCommand::SendPrefix => {
                let prefix: KeyEvent = self.keys.prefix();
                self.send_key(prefix);
            }
            ConsoleCommand::Help => {
                self.mode = match self.mode {
                    Mode::Help(page) => Mode::Help(page + 1),
                    _ => Mode::Help(0),
                }
            }
            ConsoleCommand::Sessions => return vec![View::Sessions.into()],
            ConsoleCommand::Reconnect | ConsoleCommand::Refresh => self.pane().screen().reconnect(),
            ConsoleCommand::Copy => return self.pane_mut().copy_offer(),
            ConsoleCommand::SplitRight => self.mode = Mode::WantsConsole(Destination::Split(Axis::Columns)),
            ConsoleCommand::SplitBelow => self.mode = Mode::WantsConsole(Destination::Split(Axis::Rows)),
            ConsoleCommand::NewTab => self.mode = Mode::WantsConsole(Destination::Tab),
            ConsoleCommand::FocusLeft => self.focus_towards(Direction::Left),
            ConsoleCommand::FocusDown => self.focus_towards(Direction::Down),
            ConsoleCommand::FocusUp => self.focus_towards(Direction::Up),
            ConsoleCommand::FocusRight => self.focus_towards(Direction::Right),
            ConsoleCommand::ResizeLeft => self.resize(Direction::Left),
            ConsoleCommand::ResizeDown => self.resize(Direction::Down),
            ConsoleCommand::ResizeUp => self.resize(Direction::Up),
            ConsoleCommand::ResizeRight => self.resize(Direction::Right),
            ConsoleCommand::GrowTile => self.grow(true),
            ConsoleCommand::ShrinkTile => self.grow(false),
            ConsoleCommand::NextLayout => {
                let tab = self.tabs.tab_mut();
                tab.is_zoomed = false;
                let word = tab.next_layout();
                self.notify(format!("Layout: {word}"));
            }
            ConsoleCommand::SwapTile => self.tabs.tab_mut().swap(true),
            ConsoleCommand::CloseTile => return self.close_tile(),
            ConsoleCommand::Tab(number) => {
                if !self.tabs.go_to(usize::from(number) - 1) {
                    self.notify(format!("No tab {number}: there {}", tab_count(self.tabs.all().len())));
                }
            }
            ConsoleCommand::RenameTab => {
                let prompt = Prompt::selected("name of the tab: ", &self.tabs.tab().title());
                self.mode = Mode::Naming(Named::Tab, prompt);
            }
            ConsoleCommand::RenameSession => {
                let prompt = Prompt::selected("name of the session: ", &self.pane().console.label());
                self.mode = Mode::Naming(Named::Session, prompt);
            }
            ConsoleCommand::AnotherSession => return self.another_session(),
            ConsoleCommand::NextEncoding => self.next_encoding(),
            ConsoleCommand::NextAlert => self.go_to_alert(),
            ConsoleCommand::TypeTogether => self.toggle_together(),
            ConsoleCommand::TypeHereToo => self.toggle_this_one(),
            ConsoleCommand::SendKeys => self.open_key_menu(),
            ConsoleCommand::TextOrPixels => self.toggle_text(),
            ConsoleCommand::NextScale => self.next_scale(),
            ConsoleCommand::MatchSize => self.match_size(),
            ConsoleCommand::PanScreen => self.begin_panning(),
            ConsoleCommand::Record => return self.toggle_recording(),
            ConsoleCommand::PauseRecording => return self.pause_recording(),
            // It is taken before keys are looked up.
            ConsoleCommand::Prefix => {}
        }
        Vec::new()
    }

    /// Goes to the next (or previous) tab; where there is one only, to the next tile; where there is one tile only, shows
    /// the next session in it. Sessions without a tile follow after the last tab or tile, each in a new tab.
    fn switch(&mut self, forward: bool) -> Vec<Effect> {
        if self.tabs.tile_count() > 1
            && self.tabs.is_at_end(forward)
            && let Some(console) = self.without_tile(forward)
        {
            self.tabs.open_tab(console);
        } else if self.tabs.all().len() > 1 {
            self.tabs.next_tab(forward);
        } else if self.tabs.tab().tiles().len() > 1 {
            self.tabs.tab_mut().focus_next(forward);
            self.notify_zoomed();
        } else {
            let Some(other) = self.sessions.neighbour(self.pane().console.session, forward) else {
                return self.notify("No other console is open");
            };
            self.tabs.replace(other);
        }
        Vec::new()
    }

    /// The first (or last) session that has no tile.
    fn without_tile(&self, first: bool) -> Option<Arc<OpenConsole>> {
        let mut sessions = self.sessions.all();
        sessions.retain(|open| !self.tabs.has(open.session));
        if first { sessions.into_iter().next() } else { sessions.pop() }
    }

    /// Ends the session. The view closes with its last one.
    pub(super) fn end_session(&mut self) -> Vec<Effect> {
        let console = Arc::clone(&self.pane().console);
        self.sessions.close(console.session);
        let report = Effect::report(closed(&console));
        if !self.tabs.take_out(console.session) {
            return vec![Effect::close(), report];
        }
        self.type_ahead.move_focus(self.now);
        vec![report]
    }

    /// Closes the tile; the session goes on. The view closes with the last one.
    pub(super) fn close_tile(&mut self) -> Vec<Effect> {
        let session = self.pane().console.session;
        if !self.tabs.take_out(session) {
            return vec![Effect::close()];
        }
        self.type_ahead.move_focus(self.now);
        Vec::new()
    }

    /// Shows the tile with the focus alone, or all of the tab again.
    pub(super) fn zoom(&mut self) {
        let tab = self.tabs.tab_mut();
        tab.is_zoomed = !tab.is_zoomed;
        if tab.is_zoomed && tab.together() > 1 {
            self.notify("Typed into this console only while zoomed");
        } else {
            self.notify_zoomed();
        }
    }

    /// Which tile is shown, while it is zoomed: it has no border to say so.
    fn notify_zoomed(&mut self) {
        let tab = self.tabs.tab();
        let tiles = tab.tiles().len();
        if tab.is_zoomed && tiles > 1 {
            let text = format!("{}, one of {tiles} tiles", self.pane().console.label());
            self.notify(text);
        }
    }

    fn focus_towards(&mut self, direction: Direction) {
        if self.tabs.tab_mut().focus_towards(direction) {
            self.notify_zoomed();
        }
    }

    pub(super) fn resize(&mut self, direction: Direction) {
        self.tabs.tab_mut().is_zoomed = false;
        if self.tabs.tab().tiles().len() < 2 {
            self.notify("One tile only: there is no line to move");
        } else {
            self.tabs.tab_mut().resize(direction);
            self.mode = Mode::Resizing;
        }
    }

    pub(super) fn grow(&mut self, larger: bool) {
        self.tabs.tab_mut().is_zoomed = false;
        if self.tabs.tab().tiles().len() < 2 {
            self.notify("One tile only: there is nothing to take from");
        } else {
            self.tabs.tab_mut().grow(larger);
            self.mode = Mode::Resizing;
        }
    }

    fn another_session(&mut self) -> Vec<Effect> {
        let console = &self.pane().console;
        if !is_text(console.kind) {
            return self.notify("This console is not of text: one session only");
        }
        let new = self.sessions.open_new(&console.id, &console.name, console.kind);
        self.tabs.open_tab(new);
        Vec::new()
    }

    fn next_encoding(&mut self) {
        match self.pane().console.next_encoding() {
            Some(encoding) => self.notify(format!("Encoding: {}", encoding.name())),
            None => self.notify("This console is not of text: it has no encoding"),
        };
    }

    fn go_to_alert(&mut self) {
        match self.sessions.next_alert(Some(self.pane().console.session)) {
            Some(console) => self.tabs.show(console),
            None => {
                self.notify("No console has a mark");
            }
        }
    }

    /// Edits a name that is being typed.
    pub(super) fn type_name(&mut self, named: Named, mut prompt: Prompt, event: &Event) {
        match prompt.type_event(event) {
            Typed::Changed | Typed::Nothing => self.mode = Mode::Naming(named, prompt),
            Typed::Cancelled => {}
            Typed::Accepted => {
                let name = prompt.text().trim();
                match named {
                    Named::Session => self.pane().console.rename(name),
                    Named::Tab => {
                        self.tabs.tab_mut().name = (!name.is_empty()).then(|| name.to_owned());
                    }
                }
            }
        }
    }

    /// Opens the list of consoles, where a command asked for it.
    pub(super) fn ask_for_console(&mut self, app: &App) {
        let Mode::WantsConsole(destination) = self.mode else { return };
        let title = match destination {
            Destination::Split(Axis::Columns) => "which console on the right",
            Destination::Split(Axis::Rows) => "which console below",
            Destination::Tab => "which console in a new tab",
        };
        let menu = Chooser::layer(title, &self.sessions, |session| self.tabs.has(session), app);
        self.mode = Mode::Choosing(destination, Box::new(menu));
    }

    /// Hands something to the list of consoles, and does what was chosen.
    pub(super) fn choose(
        &mut self,
        app: &mut App,
        act: impl FnOnce(&mut MenuLayer<Chooser>, &mut App) -> Handled,
    ) -> Handled {
        let Mode::Choosing(destination, menu) = &mut self.mode else {
            return Handled::Ignored;
        };
        let destination = *destination;
        let handled = act(menu, app);
        if let Some(choice) = menu.menu_mut().take() {
            self.mode = Mode::Typing;
            return self.place(destination, choice, app).into();
        }
        match handled {
            Handled::Ignored => Handled::Ignored,
            Handled::Consumed(effects) => {
                let (closing, others): (Vec<_>, Vec<_>) =
                    effects.into_iter().partition(|effect| *effect == Effect::Screen(ScreenEffect::Close));
                if !closing.is_empty() {
                    self.mode = Mode::Typing;
                }
                others.into()
            }
        }
    }

    fn place(&mut self, destination: Destination, choice: Choice, app: &App) -> Vec<Effect> {
        let console = match choice {
            Choice::Session(session) => self.sessions.get(session),
            Choice::Instance(id) => {
                console_of(app, &id).ok().map(|(name, kind)| self.sessions.open_new(&id, name, kind))
            }
        };
        match (console, destination) {
            (None, _) => return self.notify("That console is gone"),
            (Some(console), Destination::Split(axis)) => self.tabs.split(axis, console),
            (Some(console), Destination::Tab) => self.tabs.open_tab(console),
        }
        Vec::new()
    }

    /// Shows another view in this one, where it is one of consoles. `None` where it is not.
    pub(super) fn show_view(&mut self, view: &View, app: &App) -> Option<Vec<Effect>> {
        let (open, failed) = asked_for(view, &self.sessions, app)?;
        if matches!(view, View::Consoles(_)) && !open.is_empty() {
            self.tabs.open_tiled(open);
        } else if let Some(console) = open.into_iter().next() {
            self.tabs.show(console);
        }
        Some(failed.into_iter().map(Effect::complain).collect())
    }
}

/// The consoles that a view asks for, opened where they are not open, and as messages why others are not there. `None`
/// where it is no view of consoles. Must be called inside a tokio runtime.
pub fn asked_for(
    view: &View,
    sessions: &Sessions,
    app: &App,
) -> Option<(Vec<Arc<OpenConsole>>, Vec<String>)> {
    let found = match view {
        View::Session(session) => {
            vec![sessions.get(*session).ok_or_else(|| "that console was closed meanwhile".to_owned())]
        }
        View::Console(id) => vec![attach(sessions, id, app)],
        View::Way(id, kind) => vec![name_of(app, id).map(|name| sessions.attach_by(id, name, *kind))],
        View::NewConsole(id) => {
            vec![console_of(app, id).map(|(name, kind)| sessions.open_new(id, name, kind))]
        }
        View::Consoles(ids) => ids.iter().map(|id| attach(sessions, id, app)).collect(),
        _ => return None,
    };
    let (open, failed): (Vec<_>, Vec<_>) = found.into_iter().partition(Result::is_ok);
    Some((open.into_iter().flatten().collect(), failed.into_iter().filter_map(Result::err).collect()))
}

/// The console of an instance: the one that is open, else a new session. Must be called inside a tokio runtime.
///
/// # Errors
/// Where the instance is gone or offers no console, as a message.
fn attach(sessions: &Sessions, id: &ResourceId, app: &App) -> Result<Arc<OpenConsole>, String> {
    match (console_of(app, id), sessions.latest_of(id)) {
        (Ok((name, kind)), _) => Ok(sessions.attach(id, name, kind)),
        // The instance may be gone from its table, and its console is still there.
        (Err(_), Some(open)) => Ok(open),
        (Err(failure), None) => Err(failure),
    }
}

/// The name of an instance, and the way into it.
///
/// # Errors
/// Where it is gone or there is no way, as a message.
fn console_of<'a>(app: &'a App, id: &ResourceId) -> Result<(&'a str, ScreenKind), String> {
    let name = name_of(app, id)?;
    let row = app.store.get(id).ok_or_else(|| format!("{id} is gone"))?;
    Ok((name, app.best_way(row)?))
}

fn name_of<'a>(app: &'a App, id: &ResourceId) -> Result<&'a str, String> {
    let row = app.store.get(id).ok_or_else(|| format!("{id} is gone"))?;
    Ok(row.name())
}

/// The report that a session was ended.
pub(super) fn closed(console: &OpenConsole) -> String {
    let what = if console.screen.playback().is_some() { "recording" } else { "console of" };
    format!("closed the {what} {}", console.label())
}

fn tab_count(tabs: usize) -> String {
    if tabs == 1 { "is one".to_owned() } else { format!("are {tabs}") }
}
