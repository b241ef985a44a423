//! Whole lists: every workspace by itself and several at once, so that one that is slow or refuses hides no other.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::sync::mpsc::Sender;

use super::addresses::Addresses;
use super::history::Histories;
use super::workspaces::{Listed, Place, Workspaces};
use crate::ListEvent;
use qdeck_model::{Kind, Problem, ProblemKind, Resource};
use qdeck_net::produce;

/// Rows told at once: a bare array may hold thousands, and the screen draws in between.
const PAGE: usize = 500;

/// Requests at once for what is read aside: most slots stay free for lists.
const ASIDE_AT_ONCE: usize = 2;

/// A listing ends at most so much later for what is read aside.
const ASIDE: Duration = Duration::from_secs(4);

/// The scope of the list of workspaces itself, where it may not be read.
const UNTOLD: &str = "team workspaces";

/// What is read of single instances beside the lists.
#[derive(Default)]
pub(crate) struct Aside {
    pub(crate) histories: Histories,
    pub(crate) addresses: Addresses,
}

/// The instances, operations or boxes of all workspaces.
pub(crate) fn walk(
    workspaces: Arc<Workspaces>,
    aside: Arc<Aside>,
    kind: Kind,
    at_once: usize,
) -> BoxStream<'static, ListEvent> {
    produce(move |out| async move {
        let walk = Walk {
            workspaces: &workspaces,
            aside: &aside,
            kind,
            out: &out,
            told: Mutex::default(),
            fate: Mutex::default(),
        };
        let teams = async {
            let teams = workspaces.teams().await?;
            let walk = &walk;
            stream::iter(teams)
                .for_each_concurrent(at_once.max(1), |place| async move { walk.place(&place).await })
                .await;
            Ok(())
        };
        let ((), teams) = futures_util::join!(walk.place(&Place::Personal), teams);
        for event in walk.end(teams.err()) {
            // Nobody listening is no failure.
            let _ = out.send(event).await;
        }
    })
}

struct Walk<'a> {
    workspaces: &'a Workspaces,
    aside: &'a Aside,
    kind: Kind,
    out: &'a Sender<ListEvent>,
    /// What is shared between workspaces is in the arrays of each.
    told: Mutex<HashSet<Arc<str>>>,
    fate: Mutex<Fate>,
}

/// How the workspaces fared.
#[derive(Default)]
struct Fate {
    good: bool,
    /// The first failure, or the first that means that nothing can be read at all.
    failure: Option<Problem>,
}

impl Walk<'_> {
    async fn place(&self, place: &Place) {
        let told = match self.kind {
            Kind::Instance | Kind::Operation => self.of_instances(place).await,
            _ => self.boxes(place).await,
        };
        let scope = place.scope();
        let gone = |problem: &Problem| {
            problem.kind == ProblemKind::NotFound
                && *place != Place::Personal
                && !self.workspaces.is_configured(place)
        };
        let end = match told {
            Err(problem) if !gone(&problem) => {
                let mut fate = locked(&self.fate);
                if is_over(&problem) || fate.failure.is_none() {
                    fate.failure = Some(problem.clone());
                }
                ListEvent::ScopeFailed(scope, problem)
            }
            // A team workspace that was told a moment ago and is no more has no rows.
            _ => {
                locked(&self.fate).good = true;
                ListEvent::ScopeEnd(scope)
            }
        };
        let _ = self.out.send(end).await;
    }

    async fn of_instances(&self, place: &Place) -> Result<(), Problem> {
        let page = self.workspaces.instances(place).page(1).await?;
        let fresh: Vec<&Listed> = page.rows.iter().filter(|row| self.is_new(&row.instance.id.id)).collect();
        if self.kind == Kind::Instance {
            self.instances(place, &fresh).await
        } else {
            self.operations(place, fresh).await
        }
    }

    /// Addresses that are read now are shown with the next listing: no row waits for them, and none is told twice.
    async fn instances(&self, place: &Place, fresh: &[&Listed]) -> Result<(), Problem> {
        let addresses = &self.aside.addresses;
        let rows = fresh.iter().map(|row| addresses.fill(row.instance.clone()));
        self.send(place, rows.map(Resource::Instance).collect()).await?;
        let reading = stream::iter(addresses.unread(fresh))
            .for_each_concurrent(ASIDE_AT_ONCE, |unread| addresses.read(&self.workspaces.api, unread));
        // What is not read in time is asked for again with the next one.
        let _ = tokio::time::timeout(ASIDE, reading).await;
        Ok(())
    }

    async fn operations(&self, place: &Place, fresh: Vec<&Listed>) -> Result<(), Problem> {
        let histories = &self.aside.histories;
        let (known, wanted) = histories.sort(fresh);
        let rows = known.into_iter().map(Resource::Operation).collect();
        self.send(place, rows).await?;
        let map = &self.workspaces.map;
        let mut read = stream::iter(wanted)
            .map(|row| histories.read(&self.workspaces.api, map, row))
            .buffer_unordered(ASIDE_AT_ONCE);
        while let Some(operations) = read.next().await {
            let rows = operations.into_iter().map(Resource::Operation).collect();
            self.send(place, rows).await?;
        }
        Ok(())
    }

    async fn boxes(&self, place: &Place) -> Result<(), Problem> {
        let boxes = self.workspaces.boxes(place).await?;
        let rows = boxes.iter().filter_map(|it| self.workspaces.map.container(it));
        let fresh = rows.filter(|row| self.is_new(&row.id.id));
        self.send(place, fresh.map(Resource::Container).collect()).await
    }

    /// Whether no other workspace has told it in this listing.
    fn is_new(&self, id: &Arc<str>) -> bool {
        locked(&self.told).insert(id.clone())
    }

    async fn send(&self, place: &Place, rows: Vec<Resource>) -> Result<(), Problem> {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let page = ListEvent::Page {
                scope: Some(place.scope()),
                rows: rows.by_ref().take(PAGE).collect(),
                expected: None,
            };
            if self.out.send(page).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    /// What the listing ends with. `untold` is why the workspaces are not known.
    fn end(self, untold: Option<Problem>) -> Vec<ListEvent> {
        let fate = self.fate.into_inner().unwrap_or_else(PoisonError::into_inner);
        match (untold, fate.failure) {
            (Some(problem), _) | (_, Some(problem)) if is_over(&problem) || !fate.good => {
                vec![ListEvent::Failed(problem)]
            }
            // A token that may not see the list of workspaces still has its own.
            (Some(problem), _) if matches!(problem.kind, ProblemKind::Forbidden | ProblemKind::NotFound) => {
                vec![ListEvent::ScopeFailed(UNTOLD.into(), problem), ListEvent::End]
            }
            // Rows of workspaces that could not be asked for stay as they were.
            (Some(problem), _) => vec![ListEvent::Failed(problem)],
            (None, _) => vec![ListEvent::End],
        }
    }
}

/// Whether a problem is one of the whole context.
fn is_over(problem: &Problem) -> bool {
    matches!(problem.kind, ProblemKind::Unauthorized | ProblemKind::Local)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
