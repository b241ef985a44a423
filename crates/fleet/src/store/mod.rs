//! The known state of the fleet: rows, series, contexts. Plain data, owned by the screen; nothing here waits or locks.

mod busy;
mod charts;
mod condition;
mod known;
mod observed;
mod source;
mod sweep;
mod table;
mod tally;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{Auth, Feature, FleetEvent, Health, ListEvent, Member, Series, Traffic};
pub use busy::Busy;
use busy::BusyMarks;
use charts::Charts;
pub use condition::{Condition, ListingCondition};
pub use observed::Observed;
use qdeck_model::{
    ContextName, GpuModel, Kind, Platform, Problem, ProblemKind, ReachedBound, Resource, ResourceId,
    Timestamp, Unreadable,
};
pub use qdeck_table::{Population, Usage};
use table::Table;

/// The latest listing of one kind of one context.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// A listing is under way: rows so far, and the expected number, once known.
    pub loading: Option<(usize, Option<usize>)>,
    /// When a listing last confirmed the rows (but for those of scopes that failed).
    pub confirmed: Option<Timestamp>,
    /// Why the rows may be old: the latest failure since they were confirmed, a scope's or the whole listing's.
    pub problem: Option<Problem>,
    /// The problem is the whole listing's, not only a scope's.
    pub failed: bool,
    /// Nothing good has been answered for three refreshes.
    pub silent: bool,
    /// Rows of the latest listing that ended which could not be read.
    pub unreadable: Unreadable,
    /// Those of the listing under way.
    unreadable_so_far: Unreadable,
    /// The rows of the latest listing and the bound that ended it, if one did: there is more than is shown.
    pub bounded: Option<(usize, ReachedBound)>,
    /// The bound that the listing under way has reached.
    reached: Option<ReachedBound>,
}

/// The known state of a context.
#[derive(Debug, Clone)]
pub struct ContextState {
    /// Its name.
    pub name: ContextName,
    /// Its platform.
    pub platform: Platform,
    /// Its health. [`ContextState::condition`] judges it together with the credentials.
    pub health: Health,
    /// Counts of its requests.
    pub traffic: Traffic,
    /// The state of its credentials.
    pub auth: Auth,
    /// The features that they may not use beside listings, and why.
    forbidden: Vec<(Feature, Problem)>,
    /// By kind, in the order of [`Kind::ALL`]; `None` where the platform has no such kind.
    pub listings: [Option<Listing>; 5],
}

/// The state after all events so far.
///
/// Pages count only between a [`FleetEvent::ListStarted`] and the `End` or `Failed` of the same kind and context;
/// those that come outside of a listing change nothing.
#[derive(Default)]
pub struct Store {
    contexts: Vec<ContextState>,
    tables: [Table; 5],
    charts: Charts,
    busy: BusyMarks,
}

impl Store {
    /// Creates a store with these contexts and no rows.
    pub fn new(members: &[Member]) -> Self {
        Self {
            contexts: members.iter().map(state_of).collect(),
            tables: std::array::from_fn(|_| Table::new(members.len())),
            charts: Charts::default(),
            busy: BusyMarks::default(),
        }
    }

    /// Applies one event. Log events are not for the store and change nothing. Returns whether anything visible
    /// changed.
    pub fn apply(&mut self, event: FleetEvent) -> bool {
        self.apply_at(event, Timestamp::now())
    }

    /// Applies one event as if it were `now`.
    pub fn apply_at(&mut self, event: FleetEvent, now: Timestamp) -> bool {
        match event {
            FleetEvent::ListStarted(context, kind) => self.list_started(&context, kind),
            FleetEvent::List(context, kind, event) => self.listed(&context, kind, event, now),
            FleetEvent::Upsert(resource) => {
                let Some(context) = self.position(&resource.id().context) else {
                    return false;
                };
                self.tables[slot(resource.kind())].upsert(context, *resource, now)
            }
            FleetEvent::Gone(id) => {
                let Some(context) = self.position(&id.context) else {
                    return false;
                };
                let changed = self.tables[slot(id.kind)].gone(context, &id);
                self.charts.forget(&id);
                changed
            }
            FleetEvent::ListSilent(name, kind) => self.list_silent(&name, kind),
            FleetEvent::Context(name, health, auth, traffic) => {
                let Some(context) = self.contexts.iter_mut().find(|it| it.name == name) else {
                    return false;
                };
                let changed = context.health != health || context.auth != auth || context.traffic != traffic;
                context.health = health;
                context.auth = auth;
                context.traffic = traffic;
                changed
            }
            FleetEvent::May(name, feature, may) => self.may(&name, feature, may),
            FleetEvent::Samples(id, samples) => {
                let allowed = !samples.is_empty() && self.may(&id.context, Feature::Telemetry, Ok(()));
                self.charts.extend(id, &samples) || allowed
            }
            FleetEvent::SamplesFailed(id, problem) => {
                if problem.kind == ProblemKind::Forbidden {
                    self.may(&id.context, Feature::Telemetry, Err(problem.clone()));
                }
                self.charts.interrupt(id, problem)
            }
            FleetEvent::Write(event) => self.busy.apply(&event, now),
            FleetEvent::Log(..) | FleetEvent::LogEnded(_) | FleetEvent::JournalUnreadable(_) => false,
        }
    }

    /// A number that grows whenever the rows of a kind change.
    pub fn version(&self, kind: Kind) -> u64 {
        self.tables[slot(kind)].version
    }

    /// The rows of a kind in no particular but stable order. Cheap; 100,000 rows are walked, not copied.
    pub fn rows(&self, kind: Kind) -> impl ExactSizeIterator<Item = &Arc<Resource>> {
        self.tables[slot(kind)].rows().iter()
    }

    /// The number of rows of a kind.
    pub fn len(&self, kind: Kind) -> usize {
        self.tables[slot(kind)].rows().len()
    }

    /// Returns whether there is no row of a kind.
    pub fn is_empty(&self, kind: Kind) -> bool {
        self.len(kind) == 0
    }

    /// One row.
    pub fn get(&self, id: &ResourceId) -> Option<&Arc<Resource>> {
        self.tables[slot(id.kind)].get(id)
    }

    /// When the lifecycle of a row last changed since the start; for the flash and the timeline.
    pub fn moved(&self, id: &ResourceId) -> Option<Timestamp> {
        self.tables[slot(id.kind)].moved(id)
    }

    /// The rows of `kind` (instances or revisions) that belong to a container. Walks all rows of the kind.
    pub fn of_container<'a>(
        &'a self,
        kind: Kind,
        container: &'a ResourceId,
    ) -> impl Iterator<Item = &'a Arc<Resource>> + 'a {
        self.rows(kind).filter(move |row| row.container().is_some_and(|link| link.id == *container))
    }

    /// The number of rows of `kind` (instances or revisions) that belong to a container. Counted as rows come and go, so it
    /// costs one look-up.
    pub fn population(&self, kind: Kind, container: &ResourceId) -> Population {
        self.tables[slot(kind)].tally.population(container)
    }

    /// The number of resources of its context that ask for a GPU model or have it. Counted as rows come and go, so it costs a
    /// walk over the different requests of the context, not at its rows.
    pub fn usage(&self, model: &GpuModel) -> Usage {
        let users = |kind| self.tables[slot(kind)].tally.users_of(model);
        Usage { instances: users(Kind::Instance), containers: users(Kind::Container) }
    }

    /// A number that grows whenever the answer of [`Store::usage`] may have changed.
    pub fn usage_version(&self) -> u64 {
        [Kind::Instance, Kind::Container]
            .map(|kind| self.tables[slot(kind)].tally.requests_version)
            .iter()
            .sum()
    }

    /// The names of the platforms' own facts of the rows of a kind so far, in the order of their arrival.
    pub fn facts(&self, kind: Kind) -> impl ExactSizeIterator<Item = &'static str> + '_ {
        self.tables[slot(kind)].tally.facts()
    }

    /// The samples of an instance. Those of a few hundred instances are kept, the ones sampled last.
    pub fn series(&self, id: &ResourceId) -> Option<&Series> {
        self.charts.get(id)
    }

    /// Why the latest samples of an instance could not be read, while that lasts.
    pub fn samples_problem(&self, id: &ResourceId) -> Option<&Problem> {
        self.charts.problem(id)
    }

    /// The change in progress of a resource, if there is one.
    pub fn busy(&self, id: &ResourceId, now: Timestamp) -> Option<&Busy> {
        self.busy.get(id, now)
    }

    /// The configurations that a resource was seen to have, the oldest first: of an instance or a container whose platform
    /// keeps no revisions. Empty where it was not seen to change.
    pub fn observed(&self, id: &ResourceId) -> Vec<Observed> {
        if self.has_observed(id) { self.tables[slot(id.kind)].observed.of(id) } else { Vec::new() }
    }

    /// Returns true if a resource was seen to change, and its platform keeps no revisions.
    pub fn has_observed(&self, id: &ResourceId) -> bool {
        let context = self.context(&id.context);
        let has_revisions = context.is_some_and(|context| context.listings[slot(Kind::Revision)].is_some());
        !has_revisions && self.tables[slot(id.kind)].observed.has(id)
    }

    /// The contexts, in the order of the configuration.
    pub fn contexts(&self) -> &[ContextState] {
        &self.contexts
    }

    /// One context.
    pub fn context(&self, name: &ContextName) -> Option<&ContextState> {
        self.contexts.iter().find(|context| context.name == *name)
    }

    /// The latest listing of one kind of one context.
    pub fn listing(&self, context: &ContextName, kind: Kind) -> Option<&Listing> {
        self.context(context)?.listings[slot(kind)].as_ref()
    }

    /// Records whether something may be done. Returns whether that changed.
    fn may(&mut self, name: &ContextName, feature: Feature, may: Result<(), Problem>) -> bool {
        let Some(context) = self.contexts.iter_mut().find(|it| it.name == *name) else {
            return false;
        };
        let before = context.forbidden.iter().position(|(known, _)| *known == feature);
        match (before, may) {
            (None, Ok(())) => return false,
            (Some(at), Ok(())) => drop(context.forbidden.swap_remove(at)),
            (Some(at), Err(problem)) => context.forbidden[at].1 = problem,
            (None, Err(problem)) => context.forbidden.push((feature, problem)),
        }
        true
    }

    fn position(&self, name: &ContextName) -> Option<usize> {
        self.contexts.iter().position(|context| context.name == *name)
    }

    fn list_started(&mut self, name: &ContextName, kind: Kind) -> bool {
        let Some(context) = self.position(name) else {
            return false;
        };
        self.tables[slot(kind)].begin(context);
        let listing = self.contexts[context].listings[slot(kind)].get_or_insert_default();
        listing.loading = Some((0, None));
        listing.unreadable_so_far = Unreadable::default();
        listing.reached = None;
        listing.confirmed.is_none()
    }

    fn list_silent(&mut self, name: &ContextName, kind: Kind) -> bool {
        let Some(context) = self.position(name) else {
            return false;
        };
        let listing = self.contexts[context].listings[slot(kind)].get_or_insert_default();
        !std::mem::replace(&mut listing.silent, true)
    }

    fn listed(&mut self, name: &ContextName, kind: Kind, event: ListEvent, now: Timestamp) -> bool {
        let Some(context) = self.position(name) else {
            return false;
        };
        let table = &mut self.tables[slot(kind)];
        let listing = self.contexts[context].listings[slot(kind)].get_or_insert_default();
        if !table.is_listing(context) {
            return false;
        }
        // The progress of a listing is shown until one has ended.
        let is_first = listing.confirmed.is_none();
        let was_silent = listing.silent;
        listing.silent &= !event.is_good_answer();
        let is_heard = was_silent && !listing.silent;
        match event {
            ListEvent::Page { scope, rows, expected } => {
                let is_due = |row: &Arc<Resource>| row.kind() == kind && row.id().context == *name;
                let rows = if rows.iter().all(is_due) {
                    rows
                } else {
                    rows.iter().filter(|row| is_due(row)).cloned().collect()
                };
                if let Some((so_far, of)) = &mut listing.loading {
                    *so_far += rows.len();
                    *of = expected.or(*of);
                }
                let changed = table.page(context, scope.as_ref(), &rows, now);
                return changed || is_first || is_heard;
            }
            ListEvent::ScopeEnd(scope) => {
                let removed = table.scope_end(context, &scope);
                if removed && kind == Kind::Instance {
                    self.charts.retain(|id| table.get(id).is_some());
                }
                return removed || is_heard;
            }
            ListEvent::ScopeFailed(scope, problem) => {
                table.scope_failed(context, &scope);
                listing.problem = Some(problem);
                listing.failed = false;
            }
            ListEvent::Unreadable(unreadable) => {
                listing.unreadable_so_far.add(&unreadable);
                return false;
            }
            ListEvent::Bounded(bound) => listing.reached = Some(bound),
            ListEvent::End => {
                let removed = table.end(context);
                if removed && kind == Kind::Instance {
                    self.charts.retain(|id| table.get(id).is_some());
                }
                // The age of what is confirmed is shown beside a problem only.
                let mut is_visible = removed || is_first || is_heard || listing.problem.is_some();
                if !table.is_partial(context) {
                    listing.problem = None;
                }
                is_visible |= std::mem::take(&mut listing.failed);
                let (rows, _) = listing.loading.take().unwrap_or_default();
                let unreadable = std::mem::take(&mut listing.unreadable_so_far);
                let bounded = listing.reached.take().map(|bound| (rows, bound));
                // One that was cut off does not get to count them.
                if bounded.is_none() {
                    is_visible |= listing.unreadable != unreadable;
                    listing.unreadable = unreadable;
                }
                is_visible |= listing.bounded != bounded;
                listing.bounded = bounded;
                listing.confirmed = Some(now);
                return is_visible;
            }
            ListEvent::Failed(problem) => {
                table.broke(context);
                listing.loading = None;
                listing.unreadable = std::mem::take(&mut listing.unreadable_so_far);
                listing.problem = Some(problem);
                listing.failed = true;
            }
        }
        true
    }
}

/// The position of a kind in [`Kind::ALL`].
const fn slot(kind: Kind) -> usize {
    match kind {
        Kind::Instance => 0,
        Kind::Container => 1,
        Kind::Revision => 2,
        Kind::GpuModel => 3,
        Kind::Operation => 4,
    }
}

fn state_of(member: &Member) -> ContextState {
    let kinds = member.provider.as_ref().map_or(&[][..], |provider| provider.kinds());
    ContextState {
        name: member.name.clone(),
        platform: member.platform,
        health: match &member.provider {
            Ok(_) => Health::Connecting,
            Err(problem) => Health::Down(problem.clone()),
        },
        traffic: Traffic::default(),
        auth: Auth::Good,
        forbidden: Vec::new(),
        listings: std::array::from_fn(|at| kinds.contains(&Kind::ALL[at]).then(Listing::default)),
    }
}
