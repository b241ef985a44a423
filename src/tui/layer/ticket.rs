//! Questions of a layer to the outside. Each has a ticket: answers carry it, the layer that asked gets them,
//! and when that layer closes or asks anew the question is cancelled and late answers are dropped.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arcstr::ArcStr;

use crate::console::Page;
use crate::console::recording::RecordedFile;
use crate::fleet::journal::History;
use crate::fleet::{DeclaredAction, PreparedBulk, Section};
use crate::model::{
    Action, ActionId, Choice, FormValues, LogEvent, LogStart, PreparedWrite, Problem, ResourceId, ScreenKind,
    Target,
};
use crate::tui::writes::Creation;
use crate::tui::writes::form::{CommonForm, FilledForm, FoundFiles};
use crate::tui::{Effect, effect::Work};

/// The number of one question. No two questions of a run have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket(u64);

/// A question that a layer can ask.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// The details of a resource, part by part.
    Details(ResourceId),
    /// The console of a resource that is a page, asked for as this.
    Page(ResourceId, ScreenKind),
    /// The samples of an instance so far back, for a chart. They go into the store.
    Past(ResourceId, Duration),
    /// The log of a resource, for as long as the question is open.
    Tail(ResourceId, LogStart),
    /// Every change in the journal.
    Journal,
    /// The actions of all platforms, with their availability for a row. It is answered at once.
    Actions(Option<ResourceId>),
    /// The actions that fit a row now. It is answered at once.
    ActionsOn(ResourceId),
    /// The write that an action on a resource is: what it would send, of which nothing is sent yet.
    Write(Box<Target>, Box<Action>, FormValues),
    /// The form of an action, given what has been entered so far. For several targets it is what their forms have in common.
    Form(Vec<Target>, ActionId, FormValues),
    /// The writes that an action on several targets is; nothing of them is sent yet.
    WriteAll(Box<FilledForm>),
    /// The choices of a field of the form of an action, given what has been entered so far.
    Choices(Box<Target>, ActionId, ArcStr, FormValues),
    /// The file of a path that is being typed, and those that it may become.
    Files(String),
    /// The recordings of consoles that were made here.
    Recordings,
}

/// An answer to a question.
#[derive(Debug)]
pub enum Answer {
    /// A part of the details.
    Section(Box<Section>),
    /// All parts have come.
    EndOfDetails,
    /// The samples of the past have been read, or cannot be.
    EndOfPast,
    /// The page of a console, or why there is none.
    Page(Box<Result<Page, Problem>>),
    /// The actions of all platforms on rows, and those on contexts.
    Actions(Vec<DeclaredAction>, Vec<Creation>),
    /// The actions that fit a row.
    ActionsOn(Vec<Action>),
    /// A write that waits for its confirmation, or why it cannot be made.
    Prepared(Box<Result<PreparedWrite, Problem>>),
    /// Writes of one action on several targets that wait for their confirmation.
    PreparedAll(Box<PreparedBulk>),
    /// A form, or why there is none.
    Form(Box<Result<CommonForm, Problem>>),
    /// The choices of a field, or why they cannot be loaded.
    Choices(Result<Vec<Choice>, Problem>),
    /// Every change in the journal, or why it cannot be read.
    Journal(Result<History, Problem>),
    /// The file of a path, and those that the path may become.
    Files(FoundFiles),
    /// The recordings, the newest first.
    Recordings(Vec<RecordedFile>),
    /// A text as it was left in the editor, or why it was not.
    Edited(Result<String, String>),
    /// News of a log.
    Log(LogEvent),
    /// A log has ended for good.
    EndOfLog,
}

impl Answer {
    /// Returns true if nothing more comes after it.
    pub(super) const fn is_last(&self) -> bool {
        match self {
            Self::EndOfDetails
            | Self::EndOfPast
            | Self::Page(_)
            | Self::Actions(..)
            | Self::ActionsOn(_)
            | Self::Prepared(_)
            | Self::PreparedAll(_)
            | Self::Journal(_)
            | Self::Form(_)
            | Self::Choices(_)
            | Self::Files(_)
            | Self::Recordings(_)
            | Self::Edited(_)
            | Self::EndOfLog => true,
            Self::Section(_) | Self::Log(_) => false,
        }
    }
}

impl Ticket {
    /// A ticket that no other question has.
    #[expect(clippy::new_without_default, reason = "each is another: there is no default")]
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// At most one open question: asking anew gives up the one before.
#[derive(Debug, Default)]
pub struct Asking(Option<Ticket>);

impl Asking {
    /// Opens a question that is asked otherwise than by [`Work::Ask`]; returns its ticket and the effect that gives up the one
    /// before.
    pub fn begin(&mut self) -> (Ticket, Option<Effect>) {
        let ticket = Ticket::new();
        (ticket, self.0.replace(ticket).map(|before| Work::Cancel(before).into()))
    }

    /// Asks; returns the effects that do.
    pub fn ask(&mut self, question: Question) -> Vec<Effect> {
        let (ticket, before) = self.begin();
        before.into_iter().chain([Work::Ask(ticket, question).into()]).collect()
    }

    /// Gives up the open question; returns the effect that does.
    pub fn give_up(&mut self) -> Option<Effect> {
        self.0.take().map(|ticket| Work::Cancel(ticket).into())
    }

    /// Returns true if this is the ticket of the open question.
    pub fn is(&self, ticket: Ticket) -> bool {
        self.0 == Some(ticket)
    }

    /// Returns true if a question is open.
    pub const fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// Takes note that it has been answered.
    pub fn close(&mut self) {
        self.0 = None;
    }
}
