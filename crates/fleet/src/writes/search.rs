//! Finding out by reading what came of a write whose answer was lost. Nothing is ever sent again.
//!
//! A write that changes its target shows in the target, unless that looked the same before; then in an operation on it
//! that was asked for since. A write that makes something shows as a row of its name that was made since.

use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::time::{Instant, sleep};

use super::{Course, WriteEnd, WritePhase};
use crate::ListEvent;
use crate::link::jittered;
use qdeck_model::{Kind, Outcome, Problem, ProblemKind, Resource, ResourceId, Timestamp};

/// The time for which the effect of a write whose answer was lost is looked for.
pub(super) const SEARCH_LIMIT: Duration = Duration::from_secs(60);
/// Time between two listings of a search: each may be many pages.
const SEARCH_INTERVAL: Duration = Duration::from_secs(6);
/// The platform's clock may be so far behind ours.
const CLOCK_SKEW: Duration = Duration::from_secs(60);
/// A resource that is in no complete listing so long after the request for it left was not made, or is gone again.
const NEVER_MADE_AFTER: Duration = Duration::from_secs(10 * 60);

/// The result of a search for what a write has made.
enum Search {
    Found(ResourceId),
    /// The listing is complete, and it is not there.
    Missing,
    /// It cannot be decided, and why.
    Undecided(Problem),
}

impl Course {
    /// The answer to a write was lost: reads what came of it.
    pub(super) async fn find_out(&self, lost: Problem) -> WriteEnd {
        self.emit(WritePhase::Step { step: None, progress: None, problem: Some(lost.clone()) }).await;
        if self.write.preview.creates.is_some() {
            self.find_new(lost).await
        } else {
            self.find_effect(lost).await
        }
    }

    async fn find_effect(&self, lost: Problem) -> WriteEnd {
        let target = &self.write.target.id;
        if !self.write.target.is_context() {
            if let Some(operation) = self.operation_since().await {
                return self.accepted_as(operation).await;
            }
            if self.expected.met_before {
                sleep(jittered(SEARCH_INTERVAL)).await;
            } else if self.agrees(target, SEARCH_LIMIT).await.is_ok() {
                return WriteEnd::Done;
            }
            if let Some(operation) = self.operation_since().await {
                return self.accepted_as(operation).await;
            }
        }
        WriteEnd::Unknown(lost.hint(
            "It may have arrived: look at the target before you try again. It is not sent again by itself",
        ))
    }

    async fn accepted_as(&self, operation: ResourceId) -> WriteEnd {
        let outcome = Outcome::accepted(operation);
        self.note_accepted(&outcome).await;
        self.settle(outcome).await
    }

    async fn find_new(&self, lost: Problem) -> WriteEnd {
        let began = Instant::now();
        loop {
            let undecided = match self.made_since().await {
                Search::Found(id) => {
                    let outcome = Outcome::done().created(id);
                    self.note_accepted(&outcome).await;
                    return self.settle(outcome).await;
                }
                Search::Missing if self.elapsed() > NEVER_MADE_AFTER => {
                    let message =
                        format!("there is no {}: it was not made, or is gone again", self.made_name());
                    return WriteEnd::Failed(Problem::new(ProblemKind::NotFound, message));
                }
                Search::Missing => None,
                Search::Undecided(problem) => Some(problem),
            };
            if began.elapsed() >= SEARCH_LIMIT {
                let hint = match undecided {
                    Some(problem) => problem.message.to_string(),
                    None => format!(
                        "No {} has appeared so far. Look again before you repeat it: it is not sent again by itself",
                        self.made_name()
                    ),
                };
                return WriteEnd::Unknown(lost.hint(hint));
            }
            sleep(jittered(SEARCH_INTERVAL)).await;
        }
    }

    /// The kind and name of what the write makes: `instance named web-9`.
    fn made_name(&self) -> String {
        let made = self.write.preview.creates.as_ref();
        made.map_or_else(String::new, |made| format!("{} named {}", made.kind.singular(), made.name))
    }

    /// Looks for what the write has made: by its name and place, made since, and by no other write of the journal.
    pub(super) async fn resource_made(&self) -> Option<ResourceId> {
        match self.made_since().await {
            Search::Found(id) => Some(id),
            Search::Missing | Search::Undecided(_) => None,
        }
    }

    async fn made_since(&self) -> Search {
        let Some(made) = &self.write.preview.creates else { return Search::Missing };
        let undecided = |message: String| Search::Undecided(Problem::new(ProblemKind::Unsupported, message));
        let is_it = |row: &Resource| {
            let is_in_place = made.scope.is_none() || row.id().scope == made.scope;
            row.name() == &*made.name && is_in_place && !self.known.contains(row.id())
        };
        let rows = match self.rows(made.kind, is_it).await {
            Ok(rows) => rows,
            Err(problem) => return Search::Undecided(problem),
        };
        let since = self.asked_since();
        let later: Vec<&Resource> =
            rows.iter().filter(|row| row.created().is_some_and(|created| created >= since)).collect();
        match (&*later, rows.iter().any(|row| row.created().is_none())) {
            ([only], _) => Search::Found(only.id().clone()),
            ([], false) => Search::Missing,
            ([], true) => {
                let name = self.made_name();
                undecided(format!("There is an {name}, and the platform does not report when it was created"))
            }
            (several, _) => {
                let (name, count) = (self.made_name(), several.len());
                undecided(format!("There are {count} of an {name} that were created since"))
            }
        }
    }

    /// The operation on the target that was asked for since, if there is exactly one that belongs to no other write.
    async fn operation_since(&self) -> Option<ResourceId> {
        let target = &self.write.target;
        let since = self.asked_since();
        let is_it = |row: &Resource| match row {
            Resource::Operation(operation) => {
                let of = operation.target.as_deref();
                let is_on_target = of == Some(&*target.id.id) || of == Some(&*target.name);
                let asked = operation.created.or(operation.started);
                is_on_target && asked.is_some_and(|at| at >= since) && !self.known.contains(&operation.id)
            }
            _ => false,
        };
        match &*self.rows(Kind::Operation, is_it).await.ok()? {
            [only] => Some(only.id().clone()),
            _ => None,
        }
    }

    /// The rows of a whole listing that fit.
    async fn rows(&self, kind: Kind, fits: impl Fn(&Resource) -> bool) -> Result<Vec<Resource>, Problem> {
        if !self.provider.kinds().contains(&kind) {
            let message = format!("this platform does not list {}s", kind.singular());
            return Err(Problem::new(ProblemKind::Unsupported, message));
        }
        let mut listing = self.provider.list(kind);
        let mut found = Vec::new();
        while let Some(event) = listing.next().await {
            match event {
                ListEvent::Page { rows, .. } => {
                    found.extend(rows.iter().filter(|row| fits(row)).map(|row| Resource::clone(row)));
                }
                ListEvent::ScopeFailed(_, problem) | ListEvent::Failed(problem) => return Err(problem),
                ListEvent::Bounded(_) => {
                    let message = format!("the listing of {}s is cut off", kind.singular());
                    return Err(Problem::new(ProblemKind::Unsupported, message));
                }
                ListEvent::ScopeEnd(_) | ListEvent::Unreadable(_) => {}
                ListEvent::End => return Ok(found),
            }
        }
        Err(Problem::new(
            ProblemKind::Unreachable,
            format!("the listing of {}s has broken off", kind.singular()),
        ))
    }

    /// The time since which its effects may be dated.
    fn asked_since(&self) -> Timestamp {
        Timestamp::now().before(self.elapsed() + CLOCK_SKEW)
    }
}
