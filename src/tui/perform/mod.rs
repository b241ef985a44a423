//! The work outside of the screen: the fleet, files, the clipboard, consoles. What takes time runs in tasks
//! that end when the screen does; results come back as events.

mod consoles;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use futures_util::{StreamExt, TryStreamExt};
use tokio::sync::{Notify, mpsc};
use tokio::task::{AbortHandle, JoinSet};

use crate::console::recording::RecordingOptions;
use crate::console::{Opener, SessionOptions, Sessions};
use crate::fleet::{Attention, BulkHandle, Fleet, TailId};
use crate::model::{
    Action, ActionId, Form, FormValues, Origin, PreparedWrite, Problem, ResourceId, Secret, Target, redact,
};
use crate::table::{Arranged, Job};
use crate::tui::browser::Browsers;
use crate::tui::curl;
use crate::tui::effect::{View, Work};
use crate::tui::layer::{Answer, Question, Ticket};
use crate::tui::terminal::Clipboard;
use crate::tui::ui::{Event, Ui};
use crate::tui::ui_state::UiState;
use crate::tui::views::console::{SavedTabs, SessionsView};
use crate::tui::writes::form::{CommonForm, FilledForm, FoundFiles, StoredForms};
use crate::tui::writes::outside;

/// Names tried for a file before giving up.
const MAX_FILE_NAMES: u32 = 1000;

/// Recordings that are offered to be played.
const MAX_RECORDINGS: usize = 200;

/// Time for which the end of the program waits for recordings to be complete on the disk.
const RECORDINGS_TIMEOUT: Duration = Duration::from_millis(300);

/// Time for which the end of the program waits for SSH credentials to be expired.
const EXPIRE_SSH_TIMEOUT: Duration = Duration::from_secs(2);

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

/// Does the work outside.
pub(in crate::tui) struct Performer {
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
    pub(in crate::tui) fn new(
        fleet: Fleet,
        sender: mpsc::Sender<Event>,
        wake: Arc<Notify>,
        recordings: RecordingOptions,
        sessions: SessionOptions,
    ) -> Self {
        let opener = crate::consoles::opener(fleet.clone());
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

    /// Expires the SSH credentials that were made, where their context asks for it.
    pub(in crate::tui) async fn expire_ssh(&self) {
        self.fleet.expire_ssh(EXPIRE_SSH_TIMEOUT).await;
    }

    /// Ends all that runs.
    pub(in crate::tui) fn end(&mut self) {
        self.tasks.abort_all();
        self.sessions.end_recordings(RECORDINGS_TIMEOUT);
        self.sessions.close_all();
    }

    /// Does a work; what is known at once comes back as events.
    pub(in crate::tui) fn perform(&mut self, ui: &Ui, work: Work) -> Vec<Event> {
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
            Work::OpenConsoles(view) => return self.consoles(ui, view),
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
                let actions = self.fleet.declared_actions(row.map(|row| &**row));
                let creations = self.fleet.context_actions();
                return vec![Event::Answer(ticket, Answer::Actions(actions, creations))];
            }
            Question::ActionsOn(id) => {
                let row = ui.app.store.get(&id);
                let actions = row.map(|row| self.fleet.actions(row)).unwrap_or_default();
                return vec![Event::Answer(ticket, Answer::ActionsOn(actions))];
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
        let (sender, runtime) = (self.sender.clone(), tokio::runtime::Handle::current());
        // A thread begun here: a browser inherits its priority, and those of the runtime have a low one.
        let opening = std::thread::Builder::new().name("browser".to_owned()).spawn(move || {
            runtime.block_on(async move {
                let event = match browsers.open(&address).await {
                    Ok(name) => Event::Reported(format!("sent to {name}")),
                    Err(error) => Event::Failed(error),
                };
                let _ = sender.send(event).await;
            });
        });
        if let Err(error) = opening {
            // A full queue has other news.
            let _ = self.sender.try_send(Event::Failed(format!("could not open a browser: {error}")));
        }
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
    pub(in crate::tui) fn keep_forms(&mut self, forms: StoredForms, path: PathBuf) {
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
        field: ArcStr,
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

    /// Lets the fleet ask by what the user attends to.
    pub(in crate::tui) fn attend(&self, attention: Attention) {
        self.fleet.attend(attention);
    }

    /// Arranges the rows of a large table on a thread for such work.
    pub(in crate::tui) fn arrange(&mut self, job: Job) {
        let sender = self.sender.clone();
        self.tasks.spawn(async move {
            if let Ok(Some(arranged)) = tokio::task::spawn_blocking(move || job.run()).await {
                let _ = sender.send(Event::Arranged(Box::new(arranged))).await;
            }
        });
    }

    /// Drops rows that are not shown any more, on a thread for such work.
    pub(in crate::tui) fn discard(&mut self, spent: Arranged) {
        self.tasks.spawn_blocking(move || drop(spent));
    }

    /// Writes what is kept between runs.
    pub(in crate::tui) fn keep(&mut self, kept: UiState, path: PathBuf) {
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
