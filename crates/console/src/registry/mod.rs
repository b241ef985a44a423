//! The registry of open consoles, which are alive while no view shows them.

mod budget;
mod marks;
mod open_console;

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio_util::task::AbortOnDropHandle;

use super::recording::{PlayOptions, PlayedSession, Recordings};
use super::{Connector, Opener, Page, RemoteScreen, SessionState, Size, SwitchingSession, VncSession};
pub use marks::{Mark, Marks};
pub use open_console::{OpenConsole, SessionId};
use qdeck_model::{ContextName, Kind, ResourceId, ScreenKind, Timestamp};
use qdeck_terminal::Encoding;

/// The size until the first frame sets the real one.
const INITIAL_SIZE: Size = Size { columns: 80, rows: 24 };
/// The least time between two looks at a silence, so that one that was marked costs nothing.
const MIN_SILENCE_CHECK: Duration = Duration::from_millis(100);

/// The scrollback of all sessions together, unless it is set.
const DEFAULT_HISTORY_BYTES: usize = 64 << 20;

/// Called, from any thread, when a session has something new. Must be cheap.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// The open consoles in their order, which is the one they were opened in until they are moved. Clones are handles on
/// the same list.
#[derive(Clone)]
pub struct Sessions {
    opener: Opener,
    wake: Wake,
    open: Arc<Mutex<Vec<Arc<OpenConsole>>>>,
    last_id: Arc<AtomicU64>,
    frames: Arc<AtomicU64>,
    recordings: Recordings,
    options: Arc<SessionOptions>,
}

/// Settings of the sessions of a registry.
#[derive(Debug, Clone)]
pub struct SessionOptions {
    /// The encoding in which the consoles of a context begin, where that is not UTF-8.
    pub encodings: HashMap<ContextName, Encoding>,
    /// Bytes that the scrollback of all sessions takes at most, but for a few lines of each.
    pub history_bytes: usize,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self { encodings: HashMap::new(), history_bytes: DEFAULT_HISTORY_BYTES }
    }
}

impl Sessions {
    /// An empty registry. `opener` opens the consoles; `wake` is called when any of them has something new.
    pub fn new(opener: Opener, wake: Wake) -> Self {
        Self::with_options(opener, wake, SessionOptions::default())
    }

    /// The same with settings.
    pub fn with_options(opener: Opener, wake: Wake, options: SessionOptions) -> Self {
        Self {
            opener,
            wake,
            open: Arc::default(),
            last_id: Arc::default(),
            frames: Arc::default(),
            recordings: Recordings::default(),
            options: Arc::new(options),
        }
    }

    fn list(&self) -> MutexGuard<'_, Vec<Arc<OpenConsole>>> {
        self.open.lock()
    }

    /// The console of an instance: the one that was opened last (reconnected if it had ended), else a new session. Must
    /// be called inside a tokio runtime.
    pub fn attach(&self, id: &ResourceId, name: &str, kind: ScreenKind) -> Arc<OpenConsole> {
        self.attached(id).unwrap_or_else(|| self.open_new(id, name, kind))
    }

    /// The console of an instance, made by `start` if none is open.
    pub fn attach_with(
        &self,
        id: &ResourceId,
        name: &str,
        kind: ScreenKind,
        start: impl FnOnce(Wake) -> Box<dyn RemoteScreen>,
    ) -> Arc<OpenConsole> {
        self.attached(id).unwrap_or_else(|| self.open_with(id, name, kind, start))
    }

    /// The console of an instance by one way: the one of this kind that was opened last (reconnected if it had ended), else
    /// a new session. Must be called inside a tokio runtime.
    pub fn attach_by(&self, id: &ResourceId, name: &str, kind: ScreenKind) -> Arc<OpenConsole> {
        let of_kind = self.all_of(id).into_iter().filter(|open| open.kind == kind);
        match of_kind.max_by_key(|open| open.session) {
            Some(open) => {
                open.screen.reconnect();
                open
            }
            None => self.open_new(id, name, kind),
        }
    }

    fn attached(&self, id: &ResourceId) -> Option<Arc<OpenConsole>> {
        let open = self.latest_of(id)?;
        open.screen.reconnect();
        Some(open)
    }

    /// A new session on the console of an instance, beside those that are open. Must be called inside a tokio runtime.
    pub fn open_new(&self, id: &ResourceId, name: &str, kind: ScreenKind) -> Arc<OpenConsole> {
        self.open_with(id, name, kind, |wake| {
            let (opener, id) = (Arc::clone(&self.opener), id.clone());
            let connector: Connector = Arc::new(move || opener(id.clone(), kind));
            match kind {
                ScreenKind::Framebuffer => Box::new(VncSession::start(connector, wake)),
                _ => Box::new(SwitchingSession::start(connector, INITIAL_SIZE, wake)),
            }
        })
    }

    /// A new session on the console of an instance, made by `start`.
    pub fn open_with(
        &self,
        id: &ResourceId,
        name: &str,
        kind: ScreenKind,
        start: impl FnOnce(Wake) -> Box<dyn RemoteScreen>,
    ) -> Arc<OpenConsole> {
        let session = SessionId(self.last_id.fetch_add(1, Ordering::Relaxed) + 1);
        let screen = start(Arc::clone(&self.wake));
        if let (Some(encoding), Some(text)) = (self.options.encodings.get(&id.context), screen.text()) {
            text.set_encoding(*encoding);
        }
        let mut list = self.list();
        // The first number that is free, so that the only session of an instance has none in its label.
        let same = list.iter().filter(|open| open.id == *id && open.kind == kind);
        let taken: Vec<u32> = same.map(|open| open.ordinal()).collect();
        let ordinal = (1..u32::MAX).find(|ordinal| !taken.contains(ordinal)).unwrap_or(u32::MAX);
        let of = (id.clone(), name.to_owned(), kind);
        let open = Arc::new(OpenConsole::new(session, of, ordinal, screen, Arc::clone(&self.frames)));
        list.push(Arc::clone(&open));
        open
    }

    /// The open console of this number.
    pub fn get(&self, session: SessionId) -> Option<Arc<OpenConsole>> {
        self.list().iter().find(|open| open.session == session).cloned()
    }

    /// The console of an instance that was opened last.
    pub fn latest_of(&self, id: &ResourceId) -> Option<Arc<OpenConsole>> {
        self.list().iter().filter(|open| open.id == *id).max_by_key(|open| open.session).cloned()
    }

    /// The open consoles of an instance, in their order.
    pub fn all_of(&self, id: &ResourceId) -> Vec<Arc<OpenConsole>> {
        self.list().iter().filter(|open| open.id == *id).cloned().collect()
    }

    /// All open consoles, in their order.
    pub fn all(&self) -> Vec<Arc<OpenConsole>> {
        self.list().clone()
    }

    /// The number of open consoles.
    pub fn len(&self) -> usize {
        self.list().len()
    }

    /// Returns true if none is open.
    pub fn is_empty(&self) -> bool {
        self.list().is_empty()
    }

    /// Removes a console; its session ends when the view on it is gone too.
    pub fn close(&self, session: SessionId) {
        self.list().retain(|open| open.session != session);
    }

    /// Removes all consoles.
    pub fn close_all(&self) {
        self.list().clear();
    }

    /// Moves a console this many places towards the end, or with a negative number towards the start. Returns whether
    /// it moved.
    pub fn shift(&self, session: SessionId, places: isize) -> bool {
        let mut list = self.list();
        let Some(from) = list.iter().position(|open| open.session == session) else {
            return false;
        };
        let to = from.saturating_add_signed(places).min(list.len() - 1);
        let open = list.remove(from);
        list.insert(to, open);
        from != to
    }

    /// The console after (or before) this one, wrapping at the ends; `None` when there is no other.
    pub fn neighbour(&self, session: SessionId, forward: bool) -> Option<Arc<OpenConsole>> {
        let list = self.list();
        let at = list.iter().position(|open| open.session == session)?;
        let step = if forward { 1 } else { list.len() - 1 };
        let other = &list[(at + step) % list.len()];
        (other.session != session).then(|| Arc::clone(other))
    }

    /// The next console with a mark: of those with the most urgent mark the first after `after`, wrapping at the end.
    /// Without `after`, from the start.
    pub fn next_alert(&self, after: Option<SessionId>) -> Option<Arc<OpenConsole>> {
        let list = self.list();
        let start = after
            .and_then(|after| list.iter().position(|open| open.session == after))
            .map_or(0, |position| position + 1);
        let (before, behind) = list.split_at(start);
        let marked = behind.iter().chain(before).filter(|open| Some(open.session) != after);
        let marked = marked.filter_map(|open| Some((open.alerts().first()?, open)));
        // The first of those that compare equal.
        marked.min_by_key(|(mark, _)| *mark).map(|(_, open)| Arc::clone(open))
    }

    /// Polls every console; returns whether any has something that has not been drawn. To be called at every wake: a
    /// session wakes again only after its marks were taken.
    pub fn poll(&self) -> bool {
        let all = self.all();
        budget::enforce(&all, self.options.history_bytes);
        // No short cut: each one's marks must be taken.
        all.iter().filter(|open| open.poll()).count() > 0
    }

    /// Bytes that the scrollback of all sessions takes, and those that it may take.
    pub fn history(&self) -> (usize, usize) {
        (budget::history_bytes(&self.all()), self.options.history_bytes)
    }

    /// Starts a frame: what is not in view in it (see [`OpenConsole::mark_seen`]) is marked from now on.
    pub fn begin_frame(&self) {
        self.frames.fetch_add(1, Ordering::Relaxed);
    }

    /// Marks a session after this time without output; `None` ends that. Must be called inside a tokio runtime.
    pub fn watch_silence(&self, session: SessionId, after: Option<Duration>) {
        let Some(open) = self.get(session) else { return };
        let watch = wake_at_silence(Arc::downgrade(&open), Arc::clone(&self.wake));
        open.set_silence_after(after, after.map(|_| AbortOnDropHandle::new(tokio::spawn(watch))));
    }

    /// The recordings of the consoles.
    pub fn recordings(&self) -> &Recordings {
        &self.recordings
    }

    /// Ends all recordings, and waits for them to be complete on the disk, but not longer than this.
    pub fn end_recordings(&self, timeout: Duration) {
        for recordable in self.all().iter().filter_map(|open| open.screen.recordable()) {
            recordable.stop_recording(None);
        }
        self.recordings.wait(timeout);
    }

    /// Opens a recording as a console of its own.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub fn play(&self, path: &Path, options: PlayOptions) -> std::io::Result<Arc<OpenConsole>> {
        let screen = PlayedSession::start(path, options, Arc::clone(&self.wake))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        // It belongs to no instance; no context has a blank in its name.
        let id = ResourceId::new(&ContextName::new("a recording"), Kind::Instance, path.to_string_lossy());
        Ok(self.open_with(&id, &name, ScreenKind::Terminal, |_| Box::new(screen)))
    }

    /// Starts to record a console.
    ///
    /// # Errors
    /// Why it cannot be, as a text for the user. A failure of the file is reported by [`Recordings::take_ended`].
    pub fn record(&self, open: &OpenConsole) -> Result<(), String> {
        self.recordings.start(open, Arc::clone(&self.wake))
    }

    /// Removes the consoles that turned out to be pages, and returns them.
    pub fn take_pages(&self) -> Vec<(Arc<OpenConsole>, Page)> {
        let pages: Vec<_> = self
            .all()
            .into_iter()
            .filter_map(|open| match open.screen.state() {
                SessionState::Page(page) => Some((open, page)),
                _ => None,
            })
            .collect();
        for (open, _) in &pages {
            self.close(open.session);
        }
        pages
    }
}

/// Wakes the screen whenever a silence has become long enough, until it is no longer watched or the console is closed.
async fn wake_at_silence(open: Weak<OpenConsole>, wake: Wake) {
    let mut due_in = Duration::ZERO;
    loop {
        tokio::time::sleep(due_in.max(MIN_SILENCE_CHECK)).await;
        let Some(open) = open.upgrade() else { return };
        let Some(left) = open.silence_due_in(Timestamp::now()) else { return };
        due_in = if left.is_zero() {
            wake();
            // Marked by now; output starts the time again.
            open.silence_after().unwrap_or_default()
        } else {
            left
        };
    }
}
