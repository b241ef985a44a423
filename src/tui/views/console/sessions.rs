//! The open consoles: each instance has at most one, and it goes on while nobody looks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Guest, Pages, connector};
use crate::console::{Session, SessionState, Size};
use crate::fleet::Fleet;
use crate::model::{ResourceId, ScreenKind, Timestamp};

/// The size before the first frame has told the real one.
const FIRST_SIZE: Size = Size { columns: 80, rows: 24 };

/// Something to be called when any session has news; cheap, from any thread.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// One open console.
pub struct Open {
    /// The instance.
    pub id: ResourceId,
    /// What a person calls it.
    pub name: String,
    /// The session.
    pub guest: Box<dyn Guest>,
    news: Mutex<News>,
}

/// What was heard of a session.
#[derive(Debug, Clone, Copy)]
struct News {
    /// When it last had something new, or was opened.
    heard: Timestamp,
    /// There is something that has not been drawn.
    unseen: bool,
    /// The bell rang since somebody looked.
    rang: bool,
    size: Size,
}

impl Open {
    fn news(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the session for news; whether there is something that has not been drawn.
    pub fn poll(&self) -> bool {
        let dirty = self.guest.take_dirty();
        let rang = self.guest.take_bell();
        let mut news = self.news();
        if dirty || rang {
            news.heard = Timestamp::now();
            news.unseen = true;
            news.rang |= rang;
        }
        news.unseen
    }

    /// When it last had something new.
    pub fn heard(&self) -> Timestamp {
        self.news().heard
    }

    /// Its grid as it was last drawn.
    pub fn size(&self) -> Size {
        self.news().size
    }

    /// Whether the bell rang since somebody typed into it.
    pub fn rang(&self) -> bool {
        self.news().rang
    }

    pub(super) fn seen(&self) {
        self.news().unseen = false;
    }

    pub(super) fn quiet(&self) {
        self.news().rang = false;
    }

    /// Tells the session its size when it has changed.
    pub(super) fn fit(&self, size: Size) {
        let before = std::mem::replace(&mut self.news().size, size);
        if before != size {
            self.guest.resize(size);
        }
    }
}

/// The open consoles, in the order in which they were opened. Clones are handles on the same list.
#[derive(Clone)]
pub struct Sessions {
    wake: Wake,
    open: Arc<Mutex<Vec<Arc<Open>>>>,
}

impl Sessions {
    /// None yet. `wake` is called when any of them has something new.
    pub fn new(wake: Wake) -> Self {
        Self { wake, open: Arc::default() }
    }

    fn list(&self) -> MutexGuard<'_, Vec<Arc<Open>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The console of an instance: the one that is open (connected again if it had ended), else a new one. Must be
    /// called inside a tokio runtime.
    /// `pages` hears where the console is a page after all.
    pub fn attach(
        &self,
        fleet: &Fleet,
        id: &ResourceId,
        name: &str,
        kind: ScreenKind,
        pages: Pages,
    ) -> Arc<Open> {
        let connector = connector(fleet.clone(), id.clone(), kind, pages);
        self.attach_with(id, name, |wake| Box::new(Session::start(connector, FIRST_SIZE, wake)))
    }

    /// The console of an instance, made by `start` if none is open.
    pub fn attach_with(
        &self,
        id: &ResourceId,
        name: &str,
        start: impl FnOnce(Wake) -> Box<dyn Guest>,
    ) -> Arc<Open> {
        if let Some(open) = self.get(id) {
            if matches!(open.guest.state(), SessionState::Ended(_)) {
                open.guest.reconnect();
            }
            return open;
        }
        let open = Arc::new(Open {
            id: id.clone(),
            name: name.to_owned(),
            guest: start(Arc::clone(&self.wake)),
            news: Mutex::new(News { heard: Timestamp::now(), unseen: true, rang: false, size: FIRST_SIZE }),
        });
        self.list().push(Arc::clone(&open));
        open
    }

    /// The open console of an instance.
    pub fn get(&self, id: &ResourceId) -> Option<Arc<Open>> {
        self.list().iter().find(|open| open.id == *id).cloned()
    }

    /// All of them.
    pub fn all(&self) -> Vec<Arc<Open>> {
        self.list().clone()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list().is_empty()
    }

    /// Forgets one; it ends when the view on it is gone too.
    pub fn close(&self, id: &ResourceId) {
        self.list().retain(|open| open.id != *id);
    }

    /// Ends all of them.
    pub fn close_all(&self) {
        self.list().clear();
    }

    /// The one after (or before) that of `id`, round the end; `None` when there is no other.
    pub fn neighbour(&self, id: &ResourceId, forward: bool) -> Option<Arc<Open>> {
        let list = self.list();
        let at = list.iter().position(|open| open.id == *id)?;
        let step = if forward { 1 } else { list.len() - 1 };
        let other = &list[(at + step) % list.len()];
        (other.id != *id).then(|| Arc::clone(other))
    }

    /// Asks all of them for news; whether any has something that has not been drawn. To be called at every wake when
    /// no console is on the screen: a session wakes again only after its news were taken.
    pub fn poll(&self) -> bool {
        // Every one is asked: a bell must be heard even behind another's output.
        self.all().iter().filter(|open| open.poll()).count() > 0
    }
}
