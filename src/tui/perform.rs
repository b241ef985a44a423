//! The work outside of the screen: the fleet, files, the clipboard, consoles. What takes time runs in tasks
//! that end when the screen does; results come back as events.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use tokio::sync::{Notify, mpsc};
use tokio::task::{AbortHandle, JoinSet};

use super::app::OpenConsoles;
use super::browser::Browsers;
use super::curl;
use super::effect::{View, Work};
use super::layer::{Answer, Question, Ticket};
use super::terminal::Clipboard;
use super::ui::{Event, Ui};
use super::ui_state::UiState;
use super::views::console::{self, ConsoleView, SavedTabs, SessionsView};
use super::views::page::not_a_page;
use super::writes::form::{CommonForm, FilledForm, FoundFiles, StoredForms};
use super::writes::outside;
use crate::console::recording::{self, PlayOptions, RecordingEnd, RecordingOptions};
use crate::console::{OpenConsole, Opened, Opener, SessionId, SessionOptions, Sessions};
use crate::consoles;
use crate::fleet::{BulkHandle, Fleet, TailId};
use crate::model::{
    Action, ActionId, Form, FormValues, Origin, PreparedWrite, Problem, ResourceId, ScreenKind, Secret,
    Target, redact,
};
use crate::table::Job;

/// Names tried for a file before giving up.
const MAX_FILE_NAMES: u32 = 1000;

/// Recordings that are offered to be played.
const MAX_RECORDINGS: usize = 200;

/// Time for which the end of the program waits for recordings to be complete on the disk.
const RECORDINGS_TIMEOUT: Duration = Duration::from_millis(300);

/// Forms of several targets that are asked for at once.
const FORMS_AT_ONCE: usize = 4;

/// The sender of the answers to a question.
enum Asked {
    Task(AbortHandle),
    Tail(TailId),
}

impl Asked {
    fn is_running(&self) -> bool {
        match self {
            Self::Task(task) => !task.is_finished(),
            Self::Tail(_) => true,
        }
    }

    const fn tail(&self) -> Option<TailId> {
        match self {
            Self::Task(_) => None,
            Self::Tail(tail) => Some(*tail),
        }
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

/// Does the work outside.
pub(super) struct Performer {
    fleet: Fleet,
    sender: mpsc::Sender<Event>,
    tasks: JoinSet<()>,
    opener: Opener,
    sessions: Sessions,
    /// The tabs of the console view while it is not open.
    saved_tabs: SavedTabs,
    /// The tasks that answer the open questions of layers.
    asked: HashMap<Ticket, Asked>,
    /// The bulks that can be stopped.
    bulks: HashMap<Ticket, BulkHandle>,
}

impl Performer {
    /// `wake` is notified when a console has something new.
    pub(super) fn new(
        fleet: Fleet,
        sender: mpsc::Sender<Event>,
        wake: Arc<Notify>,
        recordings: RecordingOptions,
        sessions: SessionOptions,
    ) -> Self {
        let opener = consoles::opener(fleet.clone());
        let wake = Arc::new(move || wake.notify_one());
        let sessions = Sessions::with_options(Arc::clone(&opener), wake, sessions);
        sessions.recordings().set_options(recordings);
        Self {
            fleet,
            sender,
            tasks: JoinSet::new(),
            asked: HashMap::new(),
            bulks: HashMap::new(),
            saved_tabs: SavedTabs::default(),
            sessions,
            opener,
        }
    }

    /// Ends all that runs.
    pub(super) fn end(&mut self) {
        self.tasks.abort_all();
        self.sessions.end_recordings(RECORDINGS_TIMEOUT);
        self.sessions.close_all();
    }

    /// The open consoles as they are now.
    pub(super) fn open_consoles(&self) -> OpenConsoles {
        OpenConsoles::of(&self.sessions)
    }

    /// Starts a frame: consoles that are not drawn in it are out of view.
    pub(super) fn begin_frame(&self) {
        self.sessions.begin_frame();
    }

    /// Polls the consoles, so that those without a view may wake us again. Returns those that turned out to be pages, and
    /// the recordings that ended.
    pub(super) fn poll_consoles(&self) -> Vec<Event> {
        self.sessions.poll();
        let pages = self.sessions.take_pages().into_iter();
        let ended = self.sessions.recordings().take_ended().into_iter();
        pages
            .map(|(console, page)| Event::ConsoleIsPage(console.id.clone(), console.kind, Box::new(page)))
            .chain(ended.map(|(name, end)| recording_ended(&name, end)))
            .collect()
    }

    /// Does a work; what is known at once comes back as events.
    pub(super) fn perform(&mut self, ui: &Ui, work: Work) -> Vec<Event> {
        while self.tasks.try_join_next().is_some() {}
        match work {
            Work::Refresh => self.fleet.refresh(),
            Work::Pause(paused) => self.fleet.pause(paused),
            Work::Reconnect(context) => self.fleet.reconnect(&context),
            Work::Watch(watched) => self.fleet.watch(watched.visible, watched.focus),
            Work::Ask(ticket, question) => return self.ask(ui, ticket, question),
            Work::Cancel(ticket) => self.cancel(ticket),
            Work::Copy(text, what) => self.copy(Secret::new(text), what),
            Work::Save(name, bytes) => self.save(name, bytes),
            Work::CopyAddress(address, what) => self.copy(address.0, what),
            Work::CopyCurl(of) => self.copy_text(curl::lines(self.fleet.clone(), of)),
            Work::Browse(address) => self.browse(address.0),
            Work::OpenConsole(id) => return vec![self.console(ui, id)],
            Work::OpenConsoles(ids) => return self.consoles(ui, ids),
            Work::OpenNewConsole(id) => return vec![self.new_console(ui, &id)],
            Work::OpenSession(session) => return vec![self.session(ui, session)],
            Work::OpenActions(id, chosen) => return vec![outside::actions(&self.fleet, ui, id, chosen)],
            Work::OpenBulkActions(ids, chosen) => {
                return vec![outside::bulk_actions(&self.fleet, ui, ids, chosen)];
            }
            Work::OpenCreate(chosen) => return vec![outside::creations(&self.fleet, ui, chosen.as_ref())],
            Work::SendAll(ticket, bulk) => {
                self.bulks.insert(ticket, self.fleet.perform_all(*bulk));
            }
            Work::StopAll(ticket) => {
                if let Some(bulk) = self.bulks.remove(&ticket) {
                    bulk.stop();
                }
            }
            Work::Send(write) => self.send_write(*write),
            Work::Play(path, options) => return vec![self.play(ui, &path, options)],
            Work::OpenSessions => {
                let view = SessionsView::new(&self.sessions, ui.subject(), &ui.app.console_keys());
                return vec![Event::Opened(Box::new(view), View::Sessions)];
            }
        }
        Vec::new()
    }

    /// Asks on behalf of a layer. Answers come with the ticket, until it is given up.
    fn ask(&mut self, ui: &Ui, ticket: Ticket, question: Question) -> Vec<Event> {
        self.asked.retain(|_, asked| asked.is_running());
        let asked = match question {
            Question::Details(id) => Asked::Task(self.read_details(ticket, &id)),
            Question::Page(id, kind) => Asked::Task(self.fetch_page(ticket, id, kind)),
            Question::Write(target, action, values) => {
                Asked::Task(self.prepare_write(ticket, *target, *action, values))
            }
            Question::Journal => Asked::Task(self.read_journal(ticket)),
            Question::WriteAll(form) => Asked::Task(self.prepare_all(ticket, *form)),
            Question::Form(targets, action, values) => {
                Asked::Task(self.load_form(ticket, targets, action, values))
            }
            Question::Choices(target, action, field, values) => {
                Asked::Task(self.load_choices(ticket, *target, action, field, values))
            }
            Question::Recordings => Asked::Task(self.find_recordings(ticket)),
            Question::Files(path) => Asked::Task(self.find_files(ticket, path)),
            Question::Actions(row) => {
                let row = row.and_then(|id| ui.app.store.get(&id));
                let actions = self.fleet.declared_actions(row.map(|row| &*row.resource));
                let creations = self.fleet.context_actions();
                return vec![Event::Answer(ticket, Answer::Actions(actions, creations))];
            }
            Question::Past(id, back) => Asked::Task(self.read_past(ticket, &id, back)),
            Question::Tail(id, start) => Asked::Tail(self.fleet.open_tail(&id, start)),
        };
        let tail = asked.tail();
        self.asked.insert(ticket, asked);
        tail.map(|tail| Event::TailOpened(ticket, tail)).into_iter().collect()
    }

    fn cancel(&mut self, ticket: Ticket) {
        match self.asked.remove(&ticket) {
            Some(Asked::Task(task)) => task.abort(),
            Some(Asked::Tail(tail)) => self.fleet.close_tail(tail),
            None => {}
        }
    }

    fn console(&self, ui: &Ui, id: ResourceId) -> Event {
        match console::attach(&self.sessions, &id, &ui.app) {
            Ok(open) => self.opened(ui, open, View::Console(id)),
            Err(failure) => Event::Failed(failure),
        }
    }

    /// Opens the consoles of several instances together; what fails is reported.
    fn consoles(&self, ui: &Ui, ids: Vec<ResourceId>) -> Vec<Event> {
        let (mut open, mut events) = (Vec::new(), Vec::new());
        for id in &ids {
            match console::attach(&self.sessions, id, &ui.app) {
                Ok(console) => open.push(console),
                Err(failure) => events.push(Event::Failed(failure)),
            }
        }
        if let Some(first) = open.first() {
            let layer = self.view(ui, Arc::clone(first)).tiled(open);
            events.push(Event::Opened(Box::new(layer), View::Consoles(ids)));
        }
        events
    }

    fn new_console(&self, ui: &Ui, id: &ResourceId) -> Event {
        match console::console_of(&ui.app, id) {
            Ok((name, kind)) => {
                let open = self.sessions.open_new(id, name, kind);
                let view = View::Session(open.session);
                self.opened(ui, open, view)
            }
            Err(failure) => Event::Failed(failure),
        }
    }

    fn session(&self, ui: &Ui, session: SessionId) -> Event {
        match self.sessions.get(session) {
            Some(open) => self.opened(ui, open, View::Session(session)),
            None => Event::Failed("that console was closed meanwhile".to_owned()),
        }
    }

    fn opened(&self, ui: &Ui, open: Arc<OpenConsole>, view: View) -> Event {
        Event::Opened(Box::new(self.view(ui, open)), view)
    }

    /// The view of consoles as it was left, with this console in front.
    fn view(&self, ui: &Ui, open: Arc<OpenConsole>) -> ConsoleView {
        ConsoleView::new(&self.sessions, open, ui.app.console_keys()).with_saved(&self.saved_tabs)
    }

    fn play(&self, ui: &Ui, path: &Path, options: PlayOptions) -> Event {
        match self.sessions.play(path, options) {
            Ok(open) => {
                let view = View::Session(open.session);
                self.opened(ui, open, view)
            }
            Err(error) => Event::Failed(format!("could not play {}: {error}", path.display())),
        }
    }

    /// Lists the recordings that were made here, the newest first.
    fn find_recordings(&mut self, ticket: Ticket) -> AbortHandle {
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
    fn fetch_page(&mut self, ticket: Ticket, id: ResourceId, kind: ScreenKind) -> AbortHandle {
        let opening = (self.opener)(id, kind);
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            let answer = match opening.await {
                Ok(Opened::Page(page)) => Ok(page),
                Ok(Opened::Terminal(_)) => Err(not_a_page()),
                Err(problem) => Err(problem),
            };
            let _ = sender.send(Event::Answer(ticket, Answer::Page(Box::new(answer)))).await;
        })
    }

    fn copy(&mut self, text: Secret, what: String) {
        self.copy_text(async move { Ok((text, what)) });
    }

    /// Copies a text that is made first, with what to call it.
    fn copy_text(&mut self, made: impl Future<Output = Result<(Secret, String), Problem>> + Send + 'static) {
        let clipboard = Clipboard::detect(|name| std::env::var(name).ok());
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            let event = match made.await {
                Ok((text, what)) => match clipboard.copy(text.expose(), &what).await {
                    Ok(report) => Event::Reported(report),
                    Err(failure) => Event::Failed(failure),
                },
                Err(problem) => Event::Failed(problem.to_string()),
            };
            let _ = sender.send(event).await;
        });
    }

    fn browse(&mut self, address: Secret) {
        let browsers = Browsers::of(std::env::var("BROWSER").ok().as_deref());
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            let event = match browsers.open(&address).await {
                Ok(name) => Event::Reported(format!("sent to {name}")),
                Err(error) => Event::Failed(error),
            };
            let _ = sender.send(event).await;
        });
    }

    /// Reads the details of a resource, part by part.
    fn read_details(&mut self, ticket: Ticket, id: &ResourceId) -> AbortHandle {
        let mut sections = self.fleet.describe(id);
        let (fleet, id, sender) = (self.fleet.clone(), id.clone(), self.sender.clone());
        self.tasks.spawn(async move {
            while let Some(section) = sections.next().await {
                let part = Answer::Section(Box::new(section));
                if sender.send(Event::Answer(ticket, part)).await.is_err() {
                    return;
                }
            }
            if let Some(section) = outside::own_writes(&fleet, &id).await {
                let part = Answer::Section(Box::new(section));
                let _ = sender.send(Event::Answer(ticket, part)).await;
            }
            let _ = sender.send(Event::Answer(ticket, Answer::EndOfDetails)).await;
        })
    }

    /// Reads samples of the past, which go into the store.
    fn read_past(&mut self, ticket: Ticket, id: &ResourceId, back: Duration) -> AbortHandle {
        let reading = self.fleet.backfill(id, back);
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            reading.await;
            let _ = sender.send(Event::Answer(ticket, Answer::EndOfPast)).await;
        })
    }

    /// Prepares a write: nothing of it is sent.
    fn prepare_write(
        &mut self,
        ticket: Ticket,
        target: Target,
        action: Action,
        values: FormValues,
    ) -> AbortHandle {
        let (fleet, sender) = (self.fleet.clone(), self.sender.clone());
        self.tasks.spawn(async move {
            let prepared = fleet.prepare(target, action, values, Origin::Screen).await;
            let _ = sender.send(Event::Answer(ticket, Answer::Prepared(Box::new(prepared)))).await;
        })
    }

    /// Reads the journal.
    fn read_journal(&mut self, ticket: Ticket) -> AbortHandle {
        let (fleet, sender) = (self.fleet.clone(), self.sender.clone());
        self.tasks.spawn(async move {
            let history = fleet.history().await;
            let _ = sender.send(Event::Answer(ticket, Answer::Journal(history))).await;
        })
    }

    /// Prepares the writes of an action on several targets: nothing of them is sent.
    fn prepare_all(&mut self, ticket: Ticket, form: FilledForm) -> AbortHandle {
        let (fleet, sender) = (self.fleet.clone(), self.sender.clone());
        self.tasks.spawn(async move {
            let FilledForm { targets, action, values } = form;
            let bulk = fleet.prepare_all(targets, &action, &values, Origin::Screen).await;
            let _ = sender.send(Event::Answer(ticket, Answer::PreparedAll(Box::new(bulk)))).await;
        })
    }

    /// Loads the form of an action, and what the forms of several targets have in common.
    fn load_form(
        &mut self,
        ticket: Ticket,
        targets: Vec<Target>,
        action: ActionId,
        values: FormValues,
    ) -> AbortHandle {
        let (fleet, sender) = (self.fleet.clone(), self.sender.clone());
        self.tasks.spawn(async move {
            let one = |target: Target| {
                let (fleet, values) = (fleet.clone(), values.clone());
                async move { fleet.form(&target, action, &values).await }
            };
            let forms = futures_util::stream::iter(targets).map(one).buffered(FORMS_AT_ONCE);
            let forms: Result<Vec<Form>, Problem> = forms.try_collect().await;
            let answer = Answer::Form(Box::new(forms.map(CommonForm::of)));
            let _ = sender.send(Event::Answer(ticket, answer)).await;
        })
    }

    /// Looks for the file of a path that is being typed.
    fn find_files(&mut self, ticket: Ticket, path: String) -> AbortHandle {
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            if let Ok(found) = tokio::task::spawn_blocking(move || FoundFiles::of(&path)).await {
                let _ = sender.send(Event::Answer(ticket, Answer::Files(found))).await;
            }
        })
    }

    /// Writes the drafts of forms and their last values.
    pub(super) fn keep_forms(&mut self, forms: StoredForms, path: PathBuf) {
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            let file = path.display().to_string();
            if let Ok(Err(error)) = tokio::task::spawn_blocking(move || forms.write(&path)).await {
                let text = format!("could not save drafts of forms to {file}: {error}");
                let _ = sender.send(Event::Failed(text)).await;
            }
        });
    }

    /// Loads the choices of a field.
    fn load_choices(
        &mut self,
        ticket: Ticket,
        target: Target,
        action: ActionId,
        field: Arc<str>,
        values: FormValues,
    ) -> AbortHandle {
        let (fleet, sender) = (self.fleet.clone(), self.sender.clone());
        self.tasks.spawn(async move {
            let choices = fleet.choices(&target, action, &field, &values).await;
            let _ = sender.send(Event::Answer(ticket, Answer::Choices(choices))).await;
        })
    }

    /// Sends a write that was confirmed, or that is safe. Its course comes from the fleet.
    fn send_write(&mut self, write: PreparedWrite) {
        let (fleet, sender) = (self.fleet.clone(), self.sender.clone());
        self.tasks.spawn(async move {
            if let Err(problem) = fleet.perform(write).await {
                let _ = sender.send(Event::Failed(problem.to_string())).await;
            }
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
    pub(super) fn keep(&mut self, kept: UiState, path: PathBuf) {
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            let file = path.display().to_string();
            let failed = match tokio::task::spawn_blocking(move || kept.write(&path)).await {
                Ok(Err(error)) => format!("could not save filters and columns to {file}: {error}"),
                _ => return,
            };
            let _ = sender.send(Event::Failed(failed)).await;
        });
    }

    fn save(&mut self, name: String, bytes: Vec<u8>) {
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            let file = name.clone();
            let event = match tokio::task::spawn_blocking(move || write_new(&name, &bytes)).await {
                Ok(Ok(path)) => Event::Reported(format!("saved {}", path.display())),
                Ok(Err(error)) => Event::Failed(format!("could not save {file} here: {error}")),
                Err(error) => Event::Failed(format!("could not save {file}: {error}")),
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
    for number in 1..=MAX_FILE_NAMES {
        let path = folder.join(if number == 1 {
            format!("{stem}.{ending}")
        } else {
            format!("{stem}-{number}.{ending}")
        });
        match crate::files::create_new(&path) {
            Ok(mut file) => {
                // Remotes wrote most of it.
                let text = String::from_utf8_lossy(bytes);
                io::Write::write_all(&mut file, redact(&text).as_bytes())?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
