//! The registry of open consoles: at most one an instance, alive while no view shows it.

use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use super::{Connector, Opener, Page, RemoteScreen, SessionState, Size, TerminalSession};
use qdeck_model::{ResourceId, ScreenKind, Timestamp};

/// The size until the first frame sets the real one.
const INITIAL_SIZE: Size = Size { columns: 80, rows: 24 };

/// Called, from any thread, when a session has something new. Must be cheap.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// One open console.
pub struct OpenConsole {
    /// The instance.
    pub id: ResourceId,
    /// The instance's name for the screen.
    pub name: String,
    /// The kind that was asked for.
    pub kind: ScreenKind,
    /// The session.
    pub screen: Box<dyn RemoteScreen>,
    activity: Mutex<Activity>,
}

/// Changes of a session that a view has not dealt with yet.
#[derive(Debug, Clone, Copy)]
struct Activity {
    /// The time of the last change, or of the opening.
    changed_at: Timestamp,
    /// There is something that has not been drawn.
    undrawn: bool,
    /// The bell rang since the last key typed into it.
    rang: bool,
    size: Size,
}

impl OpenConsole {
    /// Takes the session's marks; returns whether there is something that has not been drawn.
    pub fn poll(&self) -> bool {
        let dirty = self.screen.take_dirty();
        let rang = self.screen.take_bell();
        let mut activity = self.activity.lock();
        if dirty || rang {
            activity.changed_at = Timestamp::now();
            activity.undrawn = true;
            activity.rang |= rang;
        }
        activity.undrawn
    }

    /// The time of the last change.
    pub fn changed_at(&self) -> Timestamp {
        self.activity.lock().changed_at
    }

    /// The size as it was last drawn.
    pub fn size(&self) -> Size {
        self.activity.lock().size
    }

    /// True if the bell rang since the last key typed into it.
    pub fn rang(&self) -> bool {
        self.activity.lock().rang
    }

    /// Marks everything so far as drawn.
    pub fn mark_drawn(&self) {
        self.activity.lock().undrawn = false;
    }

    /// Clears the bell.
    pub fn clear_bell(&self) {
        self.activity.lock().rang = false;
    }

    /// Resizes the session if the size has changed.
    pub fn fit(&self, size: Size) {
        let before = std::mem::replace(&mut self.activity.lock().size, size);
        if before != size {
            self.screen.resize(size);
        }
    }
}

/// The open consoles, in the order in which they were opened. Clones are handles on the same list.
#[derive(Clone)]
pub struct Sessions {
    opener: Opener,
    wake: Wake,
    open: Arc<Mutex<Vec<Arc<OpenConsole>>>>,
}

impl Sessions {
    /// An empty registry. `opener` opens the consoles; `wake` is called when any of them has something new.
    pub fn new(opener: Opener, wake: Wake) -> Self {
        Self { opener, wake, open: Arc::default() }
    }

    fn list(&self) -> MutexGuard<'_, Vec<Arc<OpenConsole>>> {
        self.open.lock()
    }

    /// The console of an instance: the one that is open (reconnected if it had ended), else a new session. Must be
    /// called inside a tokio runtime.
    pub fn attach(&self, id: &ResourceId, name: &str, kind: ScreenKind) -> Arc<OpenConsole> {
        self.attach_with(id, name, kind, |wake| {
            let (opener, id) = (Arc::clone(&self.opener), id.clone());
            let connector: Connector = Arc::new(move || opener(id.clone(), kind));
            Box::new(TerminalSession::start(connector, INITIAL_SIZE, wake))
        })
    }

    /// The console of an instance, made by `start` if none is open.
    pub fn attach_with(
        &self,
        id: &ResourceId,
        name: &str,
        kind: ScreenKind,
        start: impl FnOnce(Wake) -> Box<dyn RemoteScreen>,
    ) -> Arc<OpenConsole> {
        if let Some(open) = self.get(id) {
            open.screen.reconnect();
            return open;
        }
        let activity =
            Activity { changed_at: Timestamp::now(), undrawn: true, rang: false, size: INITIAL_SIZE };
        let open = Arc::new(OpenConsole {
            id: id.clone(),
            name: name.to_owned(),
            kind,
            screen: start(Arc::clone(&self.wake)),
            activity: Mutex::new(activity),
        });
        self.list().push(Arc::clone(&open));
        open
    }

    /// The open console of an instance.
    pub fn get(&self, id: &ResourceId) -> Option<Arc<OpenConsole>> {
        self.list().iter().find(|open| open.id == *id).cloned()
    }

    /// All open consoles.
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
    pub fn close(&self, id: &ResourceId) {
        self.list().retain(|open| open.id != *id);
    }

    /// Removes all consoles.
    pub fn close_all(&self) {
        self.list().clear();
    }

    /// The console after (or before) that of `id`, wrapping at the ends; `None` when there is no other.
    pub fn neighbour(&self, id: &ResourceId, forward: bool) -> Option<Arc<OpenConsole>> {
        let list = self.list();
        let at = list.iter().position(|open| open.id == *id)?;
        let step = if forward { 1 } else { list.len() - 1 };
        let other = &list[(at + step) % list.len()];
        (other.id != *id).then(|| Arc::clone(other))
    }

    /// Polls every console; returns whether any has something that has not been drawn. To be called at every wake: a
    /// session wakes again only after its marks were taken.
    pub fn poll(&self) -> bool {
        // No short cut: each one's marks must be taken.
        self.all().iter().filter(|open| open.poll()).count() > 0
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
            self.close(&open.id);
        }
        pages
    }
}
