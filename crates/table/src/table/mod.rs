//! A table: what it is asked for, and the rows that follow from it.

mod choice;
mod state;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use qdeck_model::{ContextName, Kind, Timestamp};

use crate::arrange::{self, Arranged, Job, Narrow, Sort, Spec};
use crate::{Column, Filter, FilterError, OrderedRows, RowSource};

pub use state::TableState;

/// Tables up to this many rows are arranged on the spot: it takes less than a millisecond.
const MAX_ROWS_ON_THE_SPOT: usize = 1500;

/// Between two jobs that only put new rows in order, so many times the duration of the first must pass.
const RESTS_A_JOB: u32 = 20;
/// But never more than this.
const MAX_REST: Duration = Duration::from_secs(2);

/// The table of one kind: filter, order, columns, and the rows arranged by them.
pub struct Table {
    /// The kind that it lists.
    pub kind: Kind,
    /// Only what belongs to a resource.
    pub narrow: Option<Narrow>,
    /// Only what needs attention.
    pub attention: bool,
    /// All columns are shown.
    pub wide: bool,
    /// The columns that the user chose, in order, by their codes; `-` before one that is not shown.
    pub chosen: Option<Vec<String>>,
    /// Its sort.
    pub sort: Sort,
    /// The filter as typed; [`Table::filter_error`] is why it could not be parsed.
    pub filter_text: String,
    /// A column to sort by that no row has yet, by its code, and whether descending: a platform's own fact.
    pending_sort: Option<(String, bool)>,
    /// The number of facts when the filter and the pending sort were resolved.
    facts: usize,
    filter: Filter,
    filter_error: Option<FilterError>,
    rows: Option<Arranged>,
    pending: Option<(Spec, u64, Arc<AtomicBool>)>,
    generation: u64,
    /// When rows were last taken from a job.
    job_ended: Option<Instant>,
    rests_until: Option<Instant>,
}

impl Table {
    /// A table with the default order and columns, unfiltered and without rows.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            narrow: None,
            attention: false,
            wide: false,
            chosen: None,
            sort: Sort::default_of(kind),
            filter_text: String::new(),
            pending_sort: None,
            facts: 0,
            filter: Filter::default(),
            filter_error: None,
            rows: None,
            pending: None,
            generation: 0,
            job_ended: None,
            rests_until: None,
        }
    }

    /// Takes a filter as typed; the platforms' own facts in `source` are columns too. While it cannot be parsed, as
    /// when `state:` has no value yet, the terms before the mistake apply. Returns whether another filter applies now.
    pub fn set_filter(&mut self, text: &str, source: &impl RowSource) -> bool {
        text.clone_into(&mut self.filter_text);
        let own: Vec<_> = source.facts(self.kind).collect();
        let filter = match Filter::parse_for(self.kind, text, &own) {
            Ok(filter) => {
                self.filter_error = None;
                filter
            }
            Err(error) => {
                self.filter_error = Some(error);
                Filter::parse_prefix(self.kind, text, &own)
            }
        };
        let is_new = self.filter != filter;
        if is_new {
            self.filter = filter;
        }
        is_new
    }

    /// Why a text is no filter of the table of a kind; `None` if it is one.
    pub fn check_filter(kind: Kind, text: &str, source: &impl RowSource) -> Option<FilterError> {
        let own: Vec<_> = source.facts(kind).collect();
        Filter::parse_for(kind, text, &own).err()
    }

    /// Why the filter as typed could not be parsed.
    pub fn filter_error(&self) -> Option<&FilterError> {
        self.filter_error.as_ref()
    }

    /// The filter that applies.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Sorts by a column; by the same again reverses.
    pub fn sort_by(&mut self, column: Column) {
        let reverse = self.sort.column == column && !self.sort.reverse;
        self.sort_to(column, reverse);
    }

    /// Sorts by a column by its id, if the table has it.
    pub fn sort_by_id(&mut self, id: &str) {
        if let Some(column) = Column::find(self.kind, id) {
            self.sort_by(column);
        }
    }

    /// Sorts by the names of the rows.
    pub fn sort_by_name(&mut self) {
        self.sort_by(Column::name(self.kind));
    }

    /// Sorts by a column, ascending or descending.
    pub fn sort_to(&mut self, column: Column, reverse: bool) {
        self.sort = Sort { column, reverse };
        self.pending_sort = None;
    }

    /// The choices that the next run starts with.
    pub fn state(&self) -> TableState {
        let default = Sort::default_of(self.kind);
        let (sort, reverse) = match &self.pending_sort {
            Some(pending) => pending.clone(),
            None if self.sort == default => Default::default(),
            None => (self.sort.column.code(), self.sort.reverse),
        };
        TableState {
            filter: self.filter_text.clone(),
            sort,
            reverse,
            wide: self.wide,
            columns: self.chosen.clone().unwrap_or_default(),
        }
    }

    /// Takes the choices of an earlier run. Columns that no row has yet are resolved as rows arrive.
    pub fn restore(&mut self, state: &TableState, source: &impl RowSource) {
        self.wide = state.wide;
        self.chosen = (!state.columns.is_empty()).then(|| state.columns.clone());
        self.pending_sort = (!state.sort.is_empty()).then(|| (state.sort.clone(), state.reverse));
        self.set_filter(&state.filter, source);
        self.resolve_again(source);
    }

    /// Resolves the filter and the pending sort again once there are new facts: they may name them.
    fn resolve_again(&mut self, source: &impl RowSource) {
        self.facts = source.facts(self.kind).len();
        if let Some((code, reverse)) = &self.pending_sort {
            let all = Column::all(self.kind, source.facts(self.kind));
            let found = all.into_iter().find(|column| column.sorts() && column.code() == *code);
            if let Some(column) = found {
                self.sort_to(column, *reverse);
            }
        }
        if self.filter_error.is_some() {
            let text = self.filter_text.clone();
            self.set_filter(&text, source);
        }
    }

    /// The rows that are shown, in order.
    pub fn shown(&self) -> OrderedRows<'_> {
        self.rows.as_ref().map(Arranged::shown).unwrap_or_default()
    }

    /// Returns true if rows are left out: by the filter, by what it is narrowed to, or because their context is hidden.
    pub fn is_partial(&self) -> bool {
        self.rows.as_ref().is_some_and(Arranged::is_partial)
    }

    /// Returns true if a job is under way whose rows replace those shown.
    pub fn is_arranging(&self) -> bool {
        self.pending.is_some()
    }

    /// What is asked for, but for the time.
    fn spec(&self, source: &impl RowSource, hidden: &Arc<HashSet<ContextName>>) -> Spec {
        Spec {
            second: None,
            version: arrange::version(source, self.kind, self.sort, &self.filter),
            sort: self.sort,
            filter: self.filter.clone(),
            narrow: self.narrow.clone(),
            attention: self.attention,
            hidden: hidden.clone(),
        }
    }

    /// Brings the rows up to date with the source: at once where there are few, else by returning a job, whose result
    /// goes to [`Table::take`].
    pub fn arrange(
        &mut self,
        source: &impl RowSource,
        hidden: &Arc<HashSet<ContextName>>,
        now: Timestamp,
    ) -> Progress {
        if source.facts(self.kind).len() > self.facts {
            self.resolve_again(source);
        }
        let second = self.filter.is_timed().then(|| now.as_millis().div_euclid(1000));
        let spec = Spec { second, ..self.spec(source, hidden) };
        if self.rows.as_ref().is_some_and(|rows| rows.spec == spec) {
            self.rests_until = None;
            self.cancel();
            return Progress::Unchanged;
        }
        if let Some((pending, ..)) = &self.pending {
            // New rows wait for the work under way, or a busy fleet would never see it end; a new choice does not.
            if pending.same_choice(&spec) {
                return Progress::Unchanged;
            }
        }
        self.rests_until = self.rest(&spec);
        if self.rests_until.is_some() {
            return Progress::Unchanged;
        }
        self.cancel();
        self.generation += 1;
        let cancelled = Arc::new(AtomicBool::new(false));
        let job = Job {
            kind: self.kind,
            generation: self.generation,
            rows: source.rows(self.kind).clone(),
            before: self.rows.clone(),
            counts: arrange::counts(source, self.kind, self.sort, &self.filter),
            spec: spec.clone(),
            platforms: source.platforms().map(|(name, platform)| (name.clone(), platform)).collect(),
            now,
            cancelled: cancelled.clone(),
        };
        if source.rows(self.kind).len() <= MAX_ROWS_ON_THE_SPOT {
            return match job.run() {
                Some(arranged) => {
                    self.rows = Some(arranged);
                    Progress::Arranged
                }
                None => Progress::Unchanged,
            };
        }
        self.pending = Some((spec, self.generation, cancelled));
        Progress::Job(Box::new(job))
    }

    /// The time before which no other job is begun: nothing but rows has changed since the last one, and that ended a short
    /// while ago. A large fleet in which something happens all the time would be arranged all the time. What is on the screen
    /// is up to date meanwhile, but for the order.
    fn rest(&self, spec: &Spec) -> Option<Instant> {
        let rows = self.rows.as_ref()?;
        let until = self.job_ended? + (rows.took * RESTS_A_JOB).min(MAX_REST);
        (rows.spec.same_choice(spec) && until > Instant::now()).then_some(until)
    }

    /// The time after which [`Table::arrange`] has a job for rows that have changed, while it lets them wait.
    pub fn rest_ends_in(&self) -> Option<Duration> {
        self.rests_until.map(|until| until.saturating_duration_since(Instant::now()))
    }

    /// Returns true if the rows shown follow from the current choices; they may be older than those of the source.
    pub fn is_as_asked(&self, source: &impl RowSource, hidden: &Arc<HashSet<ContextName>>) -> bool {
        self.rows.as_ref().is_some_and(|rows| rows.spec.same_choice(&self.spec(source, hidden)))
    }

    /// Cancels the job under way.
    pub fn cancel(&mut self) {
        if let Some((.., cancelled)) = self.pending.take() {
            cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// Takes arranged rows, unless something newer is under way.
    pub fn take(&mut self, arranged: Arranged) -> Taken {
        let is_awaited =
            self.pending.as_ref().is_some_and(|(_, generation, _)| *generation == arranged.generation);
        if !is_awaited {
            return Taken { is_shown: false, spent: Some(arranged) };
        }
        self.pending = None;
        self.job_ended = Some(Instant::now());
        Taken { is_shown: true, spent: self.rows.replace(arranged) }
    }
}

/// What has become of arranged rows.
#[must_use]
pub struct Taken {
    /// Whether they are shown now.
    pub is_shown: bool,
    /// Rows that are not shown, or not any more. To drop those of a large table takes milliseconds: not for the thread that
    /// draws.
    pub spent: Option<Arranged>,
}

/// The outcome of bringing a table up to date.
pub enum Progress {
    /// The rows are as they were.
    Unchanged,
    /// The rows were arranged on the spot.
    Arranged,
    /// The rows are to be arranged by this job; those shown stay until its result is taken.
    Job(Box<Job>),
}
