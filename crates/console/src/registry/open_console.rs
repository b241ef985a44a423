//! One open console: its session, its name, and what a view has not seen of it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use qdeck_model::{ResourceId, ScreenKind, Timestamp};
use qdeck_terminal::Encoding;
use tokio_util::task::AbortOnDropHandle;

use super::INITIAL_SIZE;
use super::marks::{Activity, Mark, Marks, Report};
use crate::{RemoteScreen, Size, TextScreen};

/// The number of a session: the first one of a run is 1, and none is given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub(super) u64);

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One open console.
pub struct OpenConsole {
    /// The number of the session.
    pub session: SessionId,
    /// The instance.
    pub id: ResourceId,
    /// The instance's name for the screen.
    pub name: String,
    /// The kind that was asked for.
    pub kind: ScreenKind,
    /// The session.
    pub screen: Box<dyn RemoteScreen>,
    /// The place among the sessions of its instance, from 1.
    ordinal: u32,
    /// The name that the user gave.
    given_name: Mutex<Option<String>>,
    activity: Mutex<Activity>,
    size: Mutex<Size>,
    /// Wakes the screen when a silence is long enough.
    silence_watch: Mutex<Option<AbortOnDropHandle<()>>>,
    /// The frame that is on the screen.
    frames: Arc<AtomicU64>,
}

impl OpenConsole {
    pub(super) fn new(
        session: SessionId,
        (id, name, kind): (ResourceId, String, ScreenKind),
        ordinal: u32,
        screen: Box<dyn RemoteScreen>,
        frames: Arc<AtomicU64>,
    ) -> Self {
        Self {
            session,
            id,
            name,
            kind,
            screen,
            ordinal,
            given_name: Mutex::default(),
            activity: Mutex::new(Activity::new(Timestamp::now())),
            size: Mutex::new(INITIAL_SIZE),
            silence_watch: Mutex::default(),
            frames,
        }
    }

    /// The name on the screen: the one that the user gave, else the instance's, with a number from its second session
    /// on.
    pub fn label(&self) -> String {
        match (&*self.given_name.lock(), self.ordinal) {
            (Some(given), _) => given.clone(),
            (None, 1) => self.name.clone(),
            (None, ordinal) => format!("{} ({ordinal})", self.name),
        }
    }

    /// True if the user gave it a name of its own, in which that of the instance is not.
    pub fn is_renamed(&self) -> bool {
        self.given_name.lock().as_ref().is_some_and(|given| !given.contains(&*self.name))
    }

    /// The place among the sessions of its instance when it was opened, from 1.
    pub fn ordinal(&self) -> u32 {
        self.ordinal
    }

    /// Names the session; an empty name is that of the instance again.
    pub fn rename(&self, name: &str) {
        let name = name.trim();
        *self.given_name.lock() = (!name.is_empty()).then(|| name.to_owned());
        self.activity.lock().undrawn = true;
    }

    /// Takes the session's marks; returns whether there is something that has not been drawn.
    pub fn poll(&self) -> bool {
        let report = Report {
            is_dirty: self.screen.take_dirty(),
            rang: self.screen.take_bell(),
            has_output: self.screen.take_output(),
            state: self.screen.state(),
        };
        let mut activity = self.activity.lock();
        activity.take(&report, Timestamp::now());
        activity.undrawn
    }

    /// When its screen was last in view, or when it was opened.
    pub(super) fn looked_at(&self) -> Timestamp {
        self.activity.lock().looked_at
    }

    /// Bytes that its scrollback takes.
    pub fn history_bytes(&self) -> usize {
        self.screen.text().map_or(0, TextScreen::history_bytes)
    }

    /// The encoding of its text, where it has one.
    pub fn encoding(&self) -> Option<Encoding> {
        self.screen.text().map(TextScreen::encoding)
    }

    /// Sets the encoding of what arrives from now on, and of what is typed.
    pub fn set_encoding(&self, encoding: Encoding) {
        if let Some(text) = self.screen.text() {
            text.set_encoding(encoding);
            self.activity.lock().undrawn = true;
        }
    }

    /// Sets the next encoding; returns the one in force then, which is the same where it is given, as that of a recording.
    /// `None` where there is no text.
    pub fn next_encoding(&self) -> Option<Encoding> {
        let now = self.encoding()?;
        let next = Encoding::ALL.into_iter().cycle().skip_while(|it| *it != now).nth(1)?;
        self.set_encoding(next);
        self.encoding()
    }

    /// The time of the last change.
    pub fn changed_at(&self) -> Timestamp {
        self.activity.lock().changed_at
    }

    /// The size as it was last drawn.
    pub fn size(&self) -> Size {
        *self.size.lock()
    }

    /// True if the bell rang since the last key typed into it.
    pub fn rang(&self) -> bool {
        self.activity.lock().rang
    }

    /// What happened since its screen was last in view; nothing while it is.
    pub fn marks(&self) -> Marks {
        let activity = self.activity.lock();
        if activity.seen_in_frame == Some(self.frames.load(Ordering::Relaxed)) {
            Marks::default()
        } else {
            activity.unseen
        }
    }

    /// The same, and the bell that rang in view and was not answered by a key yet.
    pub(super) fn alerts(&self) -> Marks {
        let mut marks = self.marks();
        marks.set(Mark::Bell, marks.has(Mark::Bell) || self.rang());
        marks
    }

    /// Marks everything so far as drawn, by a list or the like. Its screen was not in view.
    pub fn mark_drawn(&self) {
        self.activity.lock().undrawn = false;
    }

    /// Clears the marks: its screen is in view in the frame that is being drawn, with all that has come until now. A bell
    /// stays for the border until a key is typed.
    pub fn mark_seen(&self) {
        // Else what is about to be seen would be marked with the next look, which may be after the view was left.
        self.poll();
        let frame = self.frames.load(Ordering::Relaxed);
        let mut activity = self.activity.lock();
        activity.undrawn = false;
        activity.unseen = Marks::default();
        activity.seen_in_frame = Some(frame);
        activity.looked_at = Timestamp::now();
    }

    /// Clears the bell and the marks: something was typed into it.
    pub fn clear_bell(&self) {
        let mut activity = self.activity.lock();
        activity.rang = false;
        activity.unseen = Marks::default();
    }

    /// Time without output after which the session is marked, if it is to be.
    pub fn silence_after(&self) -> Option<Duration> {
        self.activity.lock().silence_after
    }

    /// Sets the time without output after which the session is marked, and the task that wakes the screen then.
    pub(super) fn set_silence_after(&self, after: Option<Duration>, watch: Option<AbortOnDropHandle<()>>) {
        {
            let mut activity = self.activity.lock();
            activity.silence_after = after;
            activity.undrawn = true;
        }
        *self.silence_watch.lock() = watch;
    }

    /// Time until the silence is long enough for a mark; `None` if it is not to be marked.
    pub(super) fn silence_due_in(&self, now: Timestamp) -> Option<Duration> {
        let activity = self.activity.lock();
        let after = activity.silence_after?;
        Some(after.saturating_sub(now.since(activity.output_at)))
    }

    /// Resizes the session if the size has changed.
    pub fn fit(&self, size: Size) {
        let before = std::mem::replace(&mut *self.size.lock(), size);
        if before != size {
            self.screen.resize(size);
        }
    }
}
