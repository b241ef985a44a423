//! Whole lists: every workspace by itself and several at once, so that one that is slow or refuses hides no other.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use foldhash::fast::RandomState;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use parking_lot::Mutex;

use super::addresses::Addresses;
use super::history::Histories;
use super::listed::Listed;
use super::workspaces::{Place, Workspaces};
use crate::kit::pages::CountedRows as _;
use crate::kit::{self, Listing, is_of_context, unless_gone};
use crate::{ListEvent, PageRows};
use qdeck_model::{Kind, Problem, ProblemKind, Resource, Timestamp};
use qdeck_net::produce;

/// Requests at once for what is read aside: most slots stay free for lists.
const ASIDE_READS_AT_ONCE: usize = 2;

/// A listing ends at most so much later for what is read aside.
const ASIDE_READS_TIMEOUT: Duration = Duration::from_secs(4);

/// The scope of the list of workspaces itself, where it may not be read.
const UNLISTED_TEAMS: &str = "team workspaces";

/// The reads of single instances beside the lists.
#[derive(Default)]
pub(crate) struct Aside {
    pub(crate) histories: Histories,
    pub(crate) addresses: Addresses,
    sent: Mutex<HashMap<Kind, SentRows>>,
}

/// The rows that were sent of each place in the latest listing of a kind, in the parts that they were sent in.
type SentRows = HashMap<Place, Box<[PageRows]>>;

/// The instances, operations or boxes of all workspaces.
pub(crate) fn walk(
    workspaces: Arc<Workspaces>,
    aside: Arc<Aside>,
    kind: Kind,
    at_once: usize,
) -> BoxStream<'static, ListEvent> {
    produce(move |out| async move {
        // Boxes come from another list, and a table of them may be listed more often.
        if matches!(kind, Kind::Instance | Kind::Operation) {
            workspaces.begin_listing();
        }
        let walk = Walk {
            workspaces: &workspaces,
            aside: &aside,
            kind,
            listing: Listing::new(out),
            sent: Mutex::default(),
            before: aside.sent.lock().remove(&kind).unwrap_or_default(),
        };
        let personal = async {
            let (scope, result) = walk.place(Place::Personal).await;
            walk.listing.end_scope(scope, result).await;
        };
        let teams = async {
            let (teams, unreadable) = workspaces.teams().await?;
            walk.listing.count(&unreadable);
            let teams = stream::iter(teams).map(Ok);
            walk.listing.scopes(teams, at_once, |place| walk.place(place).boxed()).await;
            Ok(())
        };
        let ((), teams) = futures_util::join!(personal, teams);
        end(walk.listing, teams.err()).await;
    })
}

struct Walk<'a> {
    workspaces: &'a Workspaces,
    aside: &'a Aside,
    kind: Kind,
    listing: Listing,
    /// The ids sent so far: an instance shared between workspaces is in the arrays of each.
    sent: Mutex<HashSet<ArcStr, RandomState>>,
    /// The rows of the listing before.
    before: SentRows,
}

impl Walk<'_> {
    async fn place(&self, place: Place) -> (ArcStr, Result<(), Problem>) {
        let result = match self.kind {
            Kind::Instance | Kind::Operation => self.of_instances(&place).await,
            _ => self.boxes(&place).await,
        };
        // A team workspace that was listed a moment ago may have been deleted. One that the user named is a mistake.
        let may_be_gone = place != Place::Personal && !self.workspaces.is_configured(&place);
        (place.scope(), if may_be_gone { unless_gone(result) } else { result })
    }

    async fn of_instances(&self, place: &Place) -> Result<(), Problem> {
        let page = self.workspaces.instances(place).first().await?;
        self.listing.count(page.unreadable());
        let fresh: Vec<&Listed> = {
            let mut sent = self.sent.lock();
            page.rows().map(|row| &**row).filter(|row| sent.insert(row.id.clone())).collect()
        };
        if self.kind == Kind::Instance {
            self.instances(place, &fresh).await
        } else {
            self.operations(place, fresh).await
        }
    }

    /// Addresses that are read now are shown with the next listing: no row waits for them, and none is sent twice.
    async fn instances(&self, place: &Place, fresh: &[&Listed]) -> Result<(), Problem> {
        let addresses = &self.aside.addresses;
        self.send(place, addresses.rows(fresh, Timestamp::now())).await;
        let reading = stream::iter(addresses.unread(fresh))
            .for_each_concurrent(ASIDE_READS_AT_ONCE, |unread| addresses.read(&self.workspaces.api, unread));
        // What is not read in time is asked for again with the next one.
        let _ = tokio::time::timeout(ASIDE_READS_TIMEOUT, reading).await;
        Ok(())
    }

    async fn operations(&self, place: &Place, fresh: Vec<&Listed>) -> Result<(), Problem> {
        let histories = &self.aside.histories;
        let (known, wanted) = histories.sort(fresh);
        self.listing.count(&known.unreadable);
        self.send(place, known.good).await;
        let map = &self.workspaces.map;
        let mut read = stream::iter(wanted)
            .map(|row| histories.read(&self.workspaces.api, map, row))
            .buffer_unordered(ASIDE_READS_AT_ONCE);
        while let Some(operations) = read.next().await {
            self.listing.count(&operations.unreadable);
            let rows = Box::new(operations.good.into_iter());
            self.listing.rows(&place.scope(), rows, None).await;
        }
        Ok(())
    }

    async fn boxes(&self, place: &Place) -> Result<(), Problem> {
        let boxes = self.workspaces.boxes(place).await?;
        self.listing.count(&boxes.unreadable);
        let rows = boxes.good.iter().map(|it| self.workspaces.map.container(it));
        let fresh: Vec<Arc<Resource>> = {
            let mut sent = self.sent.lock();
            let fresh = rows.filter(|row| sent.insert(row.id.id.clone()));
            fresh.map(|row| Arc::new(Resource::Container(row.into()))).collect()
        };
        self.send(place, fresh).await;
        Ok(())
    }

    /// Sends rows in parts, of which those that have not changed are the same allocations as in the listing before.
    async fn send(&self, place: &Place, rows: Vec<Arc<Resource>>) {
        let chunks = kit::chunks(&rows, self.before.get(place).map_or(&[], |before| before));
        drop(rows);
        self.aside.sent.lock().entry(self.kind).or_default().insert(place.clone(), chunks.clone());
        self.listing.chunks(Some(&place.scope()), &chunks, || None).await;
    }
}

/// Ends a listing. `unlisted` is why the team workspaces are not known.
async fn end(listing: Listing, unlisted: Option<Problem>) {
    let failure = match (unlisted, listing.failure()) {
        // A token that may not see the list of workspaces still has its own.
        (Some(problem), None) if matches!(problem.kind, ProblemKind::Forbidden | ProblemKind::NotFound) => {
            listing.end_scope(UNLISTED_TEAMS.into(), Err(problem)).await;
            None
        }
        (Some(problem), Some(scope)) if is_of_context(&scope) && !is_of_context(&problem) => Some(scope),
        // Rows of workspaces that could not be asked for stay as they were.
        (Some(problem), _) => Some(problem),
        (None, scope) => scope,
    };
    listing.end(failure).await;
}
