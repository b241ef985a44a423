//! One table: what is asked of it, the rows that came of it, the cursor, the marks.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::arrange::{Arranged, Job, Spec, Start};
use super::{Column, Narrow, Sort, figures};
use crate::fleet::Store;
use crate::model::{ContextName, Kind, Resource, ResourceId, Timestamp};
use crate::tui::Command;
use crate::tui::filter::{Filter, FilterError};
use crate::tui::kept::KeptTable;

/// Tables up to this size are arranged on the spot: it takes less than a millisecond.
const SMALL: usize = 1500;

/// One table.
pub struct Pane {
    /// What it lists.
    pub kind: Kind,
    /// What it is narrowed to.
    pub narrow: Option<Narrow>,
    /// Only what needs attention.
    pub attention: bool,
    /// All columns.
    pub wide: bool,
    /// The columns that a person chose, in order, by their codes; `-` before one that is not shown.
    pub chosen: Option<Vec<String>>,
    /// By what it is sorted.
    pub sort: Sort,
    /// The filter as typed; [`Pane::misread`] says whether it could be read.
    pub filter_text: String,
    /// Marked rows.
    pub marks: HashSet<ResourceId>,
    /// Where the last mark was set.
    pub anchor: Option<ResourceId>,
    /// The first row on the screen.
    pub top: usize,
    /// Rows on the screen, as last drawn.
    pub page: usize,
    /// Widths of columns so far: they grow with what is seen and do not shrink while scrolling.
    pub widths: HashMap<Column, u16>,
    /// A column to sort by that is not known yet, by its code: a fact that no row has told.
    wished: Option<(String, bool)>,
    /// How many facts were known when the filter and the wish were read.
    facts: usize,
    /// What was filtered by last: `n` goes to the next row that matches, also when all rows are shown again.
    pub(super) searched: Filter,
    filter: Filter,
    misread: Option<FilterError>,
    selected: Option<ResourceId>,
    cursor: usize,
    /// Whether a person has moved the cursor; until then it stays on the first row while rows arrive.
    moved: bool,
    rows: Option<Arranged>,
    pending: Option<(Spec, u64, Arc<AtomicBool>)>,
    generation: u64,
}

impl Pane {
    /// A table as it is at the start.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            narrow: None,
            attention: false,
            wide: false,
            chosen: None,
            wished: None,
            facts: 0,
            sort: Sort::usual(kind),
            filter_text: String::new(),
            marks: HashSet::new(),
            anchor: None,
            top: 0,
            page: 0,
            widths: HashMap::new(),
            searched: Filter::default(),
            filter: Filter::default(),
            misread: None,
            selected: None,
            cursor: 0,
            moved: false,
            rows: None,
            pending: None,
            generation: 0,
        }
    }

    /// Takes a filter as typed; the platforms' own facts in `store` are columns too. While it cannot be read, as when
    /// `state:` has no value yet, the terms before the mistake stand.
    pub fn set_filter(&mut self, text: &str, store: &Store) {
        text.clone_into(&mut self.filter_text);
        let own: Vec<_> = store.facts(self.kind).collect();
        let filter = match Filter::parse(text, &own) {
            Ok(filter) => {
                self.misread = None;
                filter
            }
            Err(misread) => {
                self.misread = Some(misread);
                readable(text, &own)
            }
        };
        if self.filter != filter {
            self.filter = filter;
            self.widths.clear();
        }
    }

    /// What is wrong with a text as a filter of a table.
    pub fn misreads(kind: Kind, text: &str, store: &Store) -> Option<FilterError> {
        let own: Vec<_> = store.facts(kind).collect();
        Filter::parse(text, &own).err()
    }

    /// Why the filter as typed cannot be read.
    pub fn misread(&self) -> Option<&FilterError> {
        self.misread.as_ref()
    }

    /// The filter in force.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Sorts by a column; by the same again reverses.
    pub fn sort_by(&mut self, column: Column) {
        let reverse = self.sort.column == column && !self.sort.reverse;
        self.sort_to(column, reverse);
    }

    /// Sorts by a column, this way round.
    pub fn sort_to(&mut self, column: Column, reverse: bool) {
        self.sort = Sort { column, reverse };
        self.wished = None;
    }

    /// What is to be kept of it for the next run.
    pub fn keep(&self) -> KeptTable {
        let usual = Sort::usual(self.kind);
        let (sort, reverse) = match &self.wished {
            Some(wished) => wished.clone(),
            None if self.sort == usual => Default::default(),
            None => (self.sort.column.code(self.kind), self.sort.reverse),
        };
        KeptTable {
            filter: self.filter_text.clone(),
            sort,
            reverse,
            wide: self.wide,
            columns: self.chosen.clone().unwrap_or_default(),
        }
    }

    /// Takes what was kept. What the rows have not told yet is looked for as they come.
    pub fn restore(&mut self, kept: &KeptTable, store: &Store) {
        self.wide = kept.wide;
        self.chosen = (!kept.columns.is_empty()).then(|| kept.columns.clone());
        self.wished = (!kept.sort.is_empty()).then(|| (kept.sort.clone(), kept.reverse));
        self.set_filter(&kept.filter, store);
        self.look_again(store);
    }

    /// Reads the filter and the wished order again once new facts are known: they may name them.
    fn look_again(&mut self, store: &Store) {
        self.facts = store.facts(self.kind).len();
        if let Some((code, reverse)) = &self.wished {
            let all = Column::all(self.kind, store.facts(self.kind));
            let found = all.into_iter().find(|column| column.sorts() && column.code(self.kind) == *code);
            if let Some(column) = found {
                self.sort_to(column, *reverse);
            }
        }
        if self.misread.is_some() {
            let text = self.filter_text.clone();
            self.set_filter(&text, store);
        }
    }

    /// The rows, in order.
    pub fn shown(&self) -> &[Arc<Resource>] {
        self.rows.as_ref().map_or(&[], |rows| &rows.shown)
    }

    /// Whether rows are being arranged anew.
    pub fn is_arranging(&self) -> bool {
        self.pending.is_some()
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&Arc<Resource>> {
        self.shown().get(self.cursor)
    }

    /// The number of the row under the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The rows on the screen.
    pub fn visible(&self) -> &[Arc<Resource>] {
        let shown = self.shown();
        let from = self.top.min(shown.len());
        &shown[from..(self.top + self.page).min(shown.len())]
    }

    /// The resources a verb acts on: the marked ones that are shown, or the selected one.
    pub fn targets(&self) -> Vec<Arc<Resource>> {
        if self.marks.is_empty() {
            self.selected().cloned().into_iter().collect()
        } else {
            self.shown().iter().filter(|row| self.marks.contains(row.id())).cloned().collect()
        }
    }

    fn spec(&self, store: &Store, hidden: &Arc<HashSet<ContextName>>) -> Spec {
        Spec {
            version: figures::version(store, self.kind, self.sort, &self.filter),
            sort: self.sort,
            filter: self.filter.clone(),
            narrow: self.narrow.clone(),
            attention: self.attention,
            hidden: hidden.clone(),
        }
    }

    /// Brings the rows up to date with the store: at once where there are few, else by handing out a job.
    pub fn arrange(
        &mut self,
        store: &Store,
        hidden: &Arc<HashSet<ContextName>>,
        now: Timestamp,
    ) -> Option<Job> {
        if store.facts(self.kind).len() > self.facts {
            self.look_again(store);
        }
        let spec = self.spec(store, hidden);
        if self.rows.as_ref().is_some_and(|rows| rows.spec == spec) {
            self.cancel();
            return None;
        }
        if let Some((pending, ..)) = &self.pending {
            // New rows wait for the work under way, or a busy fleet would never see it end; a new wish does not.
            let wish = Spec { version: pending.version, ..spec.clone() };
            if *pending == wish {
                return None;
            }
        }
        self.cancel();
        self.generation += 1;
        let cancelled = Arc::new(AtomicBool::new(false));
        let job = Job {
            kind: self.kind,
            generation: self.generation,
            start: self.start(store, &spec),
            figures: figures::figures(store, self.kind, self.sort, &self.filter),
            spec: spec.clone(),
            platforms: store.contexts().iter().map(|it| (it.name.clone(), it.platform)).collect(),
            now,
            cancelled: cancelled.clone(),
        };
        if store.len(self.kind) <= SMALL {
            if let Some(arranged) = job.run() {
                self.settle(arranged);
            }
            return None;
        }
        self.pending = Some((spec, self.generation, cancelled));
        Some(job)
    }

    /// Brings the rows up to date here and now, however many there are: before a verb acts on what the cursor is on, it
    /// must be on what was asked for last. Rows that only became newer can wait for the next frame.
    pub fn finish(&mut self, store: &Store, hidden: &Arc<HashSet<ContextName>>, now: Timestamp) {
        let spec = self.spec(store, hidden);
        let as_asked = |rows: &Arranged| {
            let older = Spec { version: rows.spec.version, ..spec.clone() };
            rows.spec == older
        };
        if self.rows.as_ref().is_some_and(as_asked) {
            return;
        }
        self.cancel();
        if let Some(arranged) = self.arrange(store, hidden, now).and_then(Job::run) {
            self.take(arranged);
        }
    }

    fn start(&self, store: &Store, spec: &Spec) -> Start {
        match &self.rows {
            Some(rows) if spec.narrows(&rows.spec) => {
                Start::Narrower(rows.sorted.clone(), rows.shown.clone())
            }
            Some(rows) if spec.same_order(&rows.spec) => Start::Sorted(rows.sorted.clone()),
            _ => Start::Unsorted(store.rows(self.kind).map(|row| row.resource.clone()).collect()),
        }
    }

    fn cancel(&mut self) {
        if let Some((.., cancelled)) = self.pending.take() {
            cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// Takes arranged rows, unless something newer is under way.
    pub fn take(&mut self, arranged: Arranged) {
        if self.pending.as_ref().is_some_and(|(_, generation, _)| *generation == arranged.generation) {
            self.pending = None;
            self.settle(arranged);
        }
    }

    fn settle(&mut self, arranged: Arranged) {
        let before = self.cursor.saturating_sub(self.top);
        // What a filter hides is not lost: when the filter goes, the cursor goes back to it.
        let shown_is_partial = arranged.shown.len() < arranged.sorted.len();
        self.rows = Some(arranged);
        let shown = self.shown();
        let last = shown.len().saturating_sub(1);
        let found = match (&self.selected, self.moved) {
            (Some(id), true) => {
                if shown.get(self.cursor).is_some_and(|row| row.id() == id) {
                    Some(self.cursor)
                } else {
                    shown.iter().position(|row| row.id() == id)
                }
            }
            _ => Some(0),
        };
        // What was selected is gone: its neighbour takes its place.
        let cursor = found.unwrap_or(self.cursor).min(last);
        self.cursor = cursor;
        self.top = cursor.saturating_sub(before);
        if found.is_some() || !shown_is_partial {
            self.remember();
        }
        self.reveal();
    }

    fn remember(&mut self) {
        self.selected = self.selected().map(|row| row.id().clone());
    }

    /// Puts the cursor on a resource, now if it is shown, else as soon as it is.
    pub fn select(&mut self, id: &ResourceId) {
        self.moved = true;
        self.selected = Some(id.clone());
        if let Some(at) = self.shown().iter().position(|row| row.id() == id) {
            self.cursor = at;
            self.reveal();
        }
    }

    /// Puts the cursor on the row at this number.
    pub fn select_row(&mut self, row: usize) {
        self.moved = true;
        self.cursor = row.min(self.shown().len().saturating_sub(1));
        self.remember();
        self.reveal();
    }

    /// Moves the cursor. Returns whether the intent is one that moves.
    pub fn travel(&mut self, intent: Command, count: Option<u32>) -> bool {
        let times = count.unwrap_or(1).max(1) as usize;
        let page = self.page.max(1);
        let last = self.shown().len().saturating_sub(1);
        let to = match intent {
            Command::Down => self.cursor.saturating_add(times),
            Command::Up => self.cursor.saturating_sub(times),
            Command::Top => count.map_or(0, |row| (row as usize).saturating_sub(1)),
            Command::Bottom => count.map_or(last, |row| (row as usize).saturating_sub(1)),
            Command::HalfPageDown => self.cursor.saturating_add(times * (page / 2).max(1)),
            Command::HalfPageUp => self.cursor.saturating_sub(times * (page / 2).max(1)),
            Command::PageDown => self.cursor.saturating_add(times * page),
            Command::PageUp => self.cursor.saturating_sub(times * page),
            _ => return false,
        };
        self.select_row(to);
        true
    }

    /// Scrolls by the wheel: the window moves, and the cursor only as far as it must.
    pub fn scroll(&mut self, down: bool, rows: usize) {
        let most = self.shown().len().saturating_sub(self.page);
        self.top = if down { (self.top + rows).min(most) } else { self.top.saturating_sub(rows) };
        let within = self.cursor.clamp(self.top, self.top + self.page.max(1) - 1);
        self.select_row(within);
    }

    /// Takes the number of rows that fit, and keeps the cursor among them.
    pub fn fit(&mut self, page: usize) {
        self.page = page;
        self.reveal();
    }

    fn reveal(&mut self) {
        let page = self.page.max(1);
        let most = self.shown().len().saturating_sub(page);
        self.top = self.top.min(self.cursor).max((self.cursor + 1).saturating_sub(page)).min(most);
    }

    /// Marks or unmarks the selected row and goes one down.
    pub fn toggle_mark(&mut self) {
        let Some(id) = self.selected().map(|row| row.id().clone()) else {
            return;
        };
        if !self.marks.remove(&id) {
            self.marks.insert(id.clone());
        }
        self.anchor = Some(id);
        self.travel(Command::Down, None);
    }

    /// Marks from the last mark to the cursor.
    pub fn mark_range(&mut self) {
        let from = self
            .anchor
            .as_ref()
            .and_then(|anchor| self.shown().iter().position(|row| row.id() == anchor))
            .unwrap_or(self.cursor);
        let (low, high) = (from.min(self.cursor), from.max(self.cursor));
        let ids: Vec<_> =
            self.shown().get(low..=high).unwrap_or_default().iter().map(|row| row.id().clone()).collect();
        self.anchor = ids.last().cloned();
        self.marks.extend(ids);
    }
}

/// The filter of as many terms from the beginning of a text as can be read.
fn readable(text: &str, own: &[&'static str]) -> Filter {
    let mut rest = text;
    while let Some((before, _)) = rest.trim_end().rsplit_once(char::is_whitespace) {
        if let Ok(filter) = Filter::parse(before, own) {
            return filter;
        }
        rest = before;
    }
    Filter::default()
}
