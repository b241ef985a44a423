//! Consoles and recordings: opened, shown again, played.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::task::AbortHandle;

use super::{MAX_RECORDINGS, Performer};
use crate::console::recording::{self, PlayOptions, RecordingEnd};
use crate::console::{OpenConsole, Opened};
use crate::model::{ResourceId, ScreenKind};
use crate::tui::app::OpenConsoles;
use crate::tui::effect::View;
use crate::tui::layer::{Answer, Ticket};
use crate::tui::ui::{Event, Ui};
use crate::tui::views::console::{self, ConsoleView};
use crate::tui::views::page::not_a_page;

impl Performer {
    /// The open consoles as they are now.
    pub(in crate::tui) fn open_consoles(&self) -> OpenConsoles {
        OpenConsoles::of(&self.sessions)
    }

    /// Starts a frame: consoles that are not drawn in it are out of view.
    pub(in crate::tui) fn begin_frame(&self) {
        self.sessions.begin_frame();
    }

    /// Polls the consoles, so that those without a view may wake us again. Returns those that turned out to be pages, and
    /// the recordings that ended.
    pub(in crate::tui) fn poll_consoles(&self) -> Vec<Event> {
        self.sessions.poll();
        let pages = self.sessions.take_pages().into_iter();
        let ended = self.sessions.recordings().take_ended().into_iter();
        pages
            .map(|(console, page)| Event::ConsoleIsPage(console.id.clone(), console.kind, Box::new(page)))
            .chain(ended.map(|(name, end)| recording_ended(&name, end)))
            .collect()
    }

    /// Opens the view of consoles; what fails is reported.
    pub(super) fn consoles(&self, ui: &Ui, view: View) -> Vec<Event> {
        let Some((open, failed)) = console::asked_for(&view, &self.sessions, &ui.app) else {
            return Vec::new();
        };
        let mut events: Vec<Event> = failed.into_iter().map(Event::Failed).collect();
        if let Some(first) = open.first().cloned() {
            events.push(match view {
                View::Consoles(_) => Event::Opened(Box::new(self.view(ui, first).tiled(open)), view),
                View::NewConsole(_) => {
                    let view = View::Session(first.session);
                    self.opened(ui, first, view)
                }
                _ => self.opened(ui, first, view),
            });
        }
        events
    }

    fn opened(&self, ui: &Ui, open: Arc<OpenConsole>, view: View) -> Event {
        Event::Opened(Box::new(self.view(ui, open)), view)
    }

    /// The view of consoles as it was left, with this console in front.
    fn view(&self, ui: &Ui, open: Arc<OpenConsole>) -> ConsoleView {
        ConsoleView::new(&self.sessions, open, ui.app.console_keys()).with_saved(&self.saved_tabs)
    }

    pub(super) fn play(&self, ui: &Ui, path: &Path, options: PlayOptions) -> Event {
        match self.sessions.play(path, options) {
            Ok(open) => {
                let view = View::Session(open.session);
                self.opened(ui, open, view)
            }
            Err(error) => Event::Failed(format!("could not play {}: {error}", path.display())),
        }
    }

    /// Lists the recordings that were made here, the newest first.
    pub(super) fn find_recordings(&mut self, ticket: Ticket) -> AbortHandle {
        let folder = self.sessions.recordings().options().folder;
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            let listing = move || folder.map(|it| recording::list(&it, MAX_RECORDINGS)).unwrap_or_default();
            if let Ok(found) = tokio::task::spawn_blocking(listing).await {
                let _ = sender.send(Event::Answer(ticket, Answer::Recordings(found))).await;
            }
        })
    }

    /// Asks for a console that is a page.
    pub(super) fn fetch_page(&mut self, ticket: Ticket, id: ResourceId, kind: ScreenKind) -> AbortHandle {
        // What is shown here otherwise is asked for as a page.
        let kind = if kind == ScreenKind::Framebuffer { ScreenKind::WebPage } else { kind };
        let opening = (self.opener)(id, kind);
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            let answer = match opening.await {
                Ok(Opened::Page(page)) => Ok(page),
                Ok(Opened::Terminal(_) | Opened::Framebuffer(_)) => Err(not_a_page()),
                Err(problem) => Err(problem),
            };
            let _ = sender.send(Event::Answer(ticket, Answer::Page(Box::new(answer)))).await;
        })
    }
}

/// A path with `~` in the place of the home folder.
fn short_path(path: &Path) -> String {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    match home.as_deref().and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}

/// The message about a recording that has ended.
fn recording_ended(name: &str, end: RecordingEnd) -> Event {
    let path = end.path.map(|path| short_path(&path));
    match (path, end.error) {
        (Some(path), None) => Event::Reported(format!("recorded {path}")),
        (Some(path), Some(error)) => {
            Event::Failed(format!("recording of {name} ended: {error}. What came before it is in {path}"))
        }
        (None, error) => Event::Failed(format!("could not record {name}: {}", error.unwrap_or_default())),
    }
}
