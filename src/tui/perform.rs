//! Effects that reach outside of the screen: the fleet, files, the clipboard, consoles. What takes time runs in tasks
//! that end when the screen does; results come back as events.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::StreamExt;
use tokio::sync::{Notify, mpsc};
use tokio::task::{AbortHandle, JoinSet};

use super::app::{App, Event};
use super::browser::Browsers;
use super::kept::Kept;
use super::panes::Job;
use super::views::console::{ConsoleView, Pages, Sessions, SessionsView};
use super::views::page::{Page, is_text};
use super::{Effect, terminal};
use crate::fleet::Fleet;
use crate::model::{ResourceId, ScreenKind, Secret};

/// Names tried for a file before giving up.
const TRIES: u32 = 1000;

/// Runs effects.
pub(super) struct Performer {
    fleet: Fleet,
    sender: mpsc::Sender<Event>,
    tasks: JoinSet<()>,
    sessions: Sessions,
    /// Waits for the page of a console.
    page: Option<AbortHandle>,
}

impl Performer {
    /// `wake` is told when a console has something new.
    pub(super) fn new(fleet: Fleet, sender: mpsc::Sender<Event>, wake: Arc<Notify>) -> Self {
        Self {
            fleet,
            sender,
            tasks: JoinSet::new(),
            page: None,
            sessions: Sessions::new(Arc::new(move || wake.notify_one())),
        }
    }

    /// Ends all that runs.
    pub(super) fn end(&mut self) {
        self.tasks.abort_all();
        self.sessions.close_all();
    }

    /// Asks the consoles that nobody looks at for news, so that they may wake us again.
    pub(super) fn listen(&self) {
        self.sessions.poll();
    }

    /// Runs an effect; what is known at once comes back as events.
    pub(super) fn perform(&mut self, app: &App, effect: Effect) -> Vec<Event> {
        while self.tasks.try_join_next().is_some() {}
        match effect {
            Effect::Refresh => self.fleet.refresh(),
            Effect::Pause(paused) => self.fleet.pause(paused),
            Effect::Reconnect(context) => self.fleet.reconnect(&context),
            Effect::Watch(visible, focus) => self.fleet.watch(visible, focus),
            Effect::Backfill(id, back) => self.fleet.backfill(&id, back),
            Effect::Describe(id) => self.describe(id),
            Effect::OpenTail(id, start) => {
                let tail = self.fleet.open_tail(&id, start);
                return vec![Event::TailOpened(id, tail)];
            }
            Effect::CloseTail(tail) => self.fleet.close_tail(tail),
            Effect::Copy(text, what) => return vec![copy(&text, &what)],
            Effect::Save(name, bytes) => self.save(name, bytes),
            Effect::CopyAddress(address, what) => return vec![copy(address.0.expose(), &what)],
            Effect::Browse(address) => self.browse(address.0),
            Effect::FetchPage(id, kind) => self.fetch_page(id, kind),
            Effect::DropPage => self.drop_page(),
            Effect::EndConsole(id) => self.sessions.close(&id),
            Effect::ShowConsole(id) => return vec![self.console(app, id)],
            Effect::ShowSessions => {
                let selected = app.view().and_then(|view| view.subject()).cloned();
                let view = SessionsView::new(&self.sessions, selected, &app.console_keys());
                return vec![Event::Opened(Box::new(view), Effect::ShowSessions)];
            }
            // The others change the screen or the loop and never come here.
            _ => {}
        }
        Vec::new()
    }

    fn console(&self, app: &App, id: ResourceId) -> Event {
        let Some(row) = app.store.get(&id) else {
            return match self.sessions.get(&id) {
                Some(open) => {
                    let view = ConsoleView::new(&self.sessions, open, app.console_keys());
                    Event::Opened(Box::new(view), Effect::ShowConsole(id))
                }
                None => Event::Failed(format!("{id} is gone")),
            };
        };
        let name = row.resource.name();
        let Some(kind) = row.resource.offers().console else {
            return Event::Failed(format!("{name} offers no console"));
        };
        let pages = self.pages(id.clone(), kind);
        let open = self.sessions.attach(&self.fleet, &id, name, kind, pages);
        let view = ConsoleView::new(&self.sessions, open, app.console_keys());
        Event::Opened(Box::new(view), Effect::ShowConsole(id))
    }

    /// Hands a page that came instead of a text console to the screen.
    fn pages(&self, id: ResourceId, kind: ScreenKind) -> Pages {
        let sender = self.sender.clone();
        // The queue is never full of what a person asked for by hand; if it were, the session's words tell.
        Arc::new(move |page| {
            let _ = sender.try_send(Event::Page(id.clone(), kind, Box::new(Ok(page))));
        })
    }

    /// Asks for a console that is a page. The answer to an earlier question is not waited for any more.
    fn fetch_page(&mut self, id: ResourceId, kind: ScreenKind) {
        self.drop_page();
        let (fleet, sender) = (self.fleet.clone(), self.sender.clone());
        let task = self.tasks.spawn(async move {
            let answer = match fleet.open_console(&id, kind).await {
                Ok(console) => Page::of(console).ok_or_else(is_text),
                Err(problem) => Err(problem),
            };
            let _ = sender.send(Event::Page(id, kind, Box::new(answer))).await;
        });
        self.page = Some(task);
    }

    fn drop_page(&mut self) {
        if let Some(task) = self.page.take() {
            task.abort();
        }
    }

    fn browse(&mut self, address: Secret) {
        let browsers = Browsers::of(std::env::var("BROWSER").ok().as_deref());
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            let event = match browsers.open(&address).await {
                Ok(name) => Event::Said(format!("handed to {name}")),
                Err(told) => Event::Failed(told),
            };
            let _ = sender.send(event).await;
        });
    }

    fn describe(&mut self, id: ResourceId) {
        let mut sections = self.fleet.describe(&id);
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            while let Some(section) = sections.next().await {
                if sender.send(Event::Section(id.clone(), Some(Box::new(section)))).await.is_err() {
                    return;
                }
            }
            let _ = sender.send(Event::Section(id, None)).await;
        });
    }

    /// Arranges the rows of a large table on a thread for such work.
    pub(super) fn arrange(&mut self, job: Job) {
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            if let Ok(Some(arranged)) = tokio::task::spawn_blocking(move || job.run()).await {
                let _ = sender.send(Event::Arranged(Box::new(arranged))).await;
            }
        });
    }

    /// Writes what is kept between runs.
    pub(super) fn keep(&mut self, kept: Kept, path: PathBuf) {
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            let told = path.display().to_string();
            let failed = match tokio::task::spawn_blocking(move || kept.write(&path)).await {
                Ok(Err(error)) => format!("filters and columns cannot be kept in {told}: {error}"),
                _ => return,
            };
            let _ = sender.send(Event::Failed(failed)).await;
        });
    }

    fn save(&mut self, name: String, bytes: Vec<u8>) {
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            let told = name.clone();
            let event = match tokio::task::spawn_blocking(move || write_new(&name, &bytes)).await {
                Ok(Ok(path)) => Event::Said(format!("saved {}", path.display())),
                Ok(Err(error)) => Event::Failed(format!("{told} cannot be saved here: {error}")),
                Err(error) => Event::Failed(format!("{told} was not saved: {error}")),
            };
            let _ = sender.send(event).await;
        });
    }
}

/// Writes a file that was not there before: `web-1.log`, else `web-1-2.log` and so on. Returns its path.
fn write_new(name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    // A remote names resources: nothing of a name may lead out of the folder.
    let name: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' })
        .collect();
    let name = name.trim_start_matches('.');
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "txt"));
    let folder = std::env::current_dir()?;
    for number in 1..=TRIES {
        let path = folder.join(if number == 1 {
            format!("{stem}.{ending}")
        } else {
            format!("{stem}-{number}.{ending}")
        });
        match std::fs::File::create_new(&path) {
            Ok(mut file) => {
                io::Write::write_all(&mut file, bytes)?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Hands a text to the terminal's clipboard by OSC 52. Whether the terminal takes it cannot be known.
fn copy(text: &str, what: &str) -> Event {
    match terminal::copy(text) {
        Ok(()) => Event::Said(format!("copied {what}")),
        Err(error) => Event::Failed(format!("{what} cannot be copied: {error}")),
    }
}
