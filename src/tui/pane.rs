//! A table on the screen: its cursor, its marks, the part of it that is seen.

use std::collections::{HashMap, HashSet};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use crate::fleet::Store;
use crate::model::{ContextName, Kind, Resource, ResourceId, Timestamp};
use crate::table::filter::{Filter, Matcher};
use crate::table::{Arranged, Column, Job, OrderedRows, Progress, Row, Table, TableState, Taken};
use crate::tui::command::Movement;

/// A table on the screen. Filter, order, columns and rows are the [`Table`]'s, which it dereferences to; what is its own
/// is where the user is in them.
pub struct Pane {
    table: Table,
    /// Marked rows.
    pub marks: HashSet<ResourceId>,
    /// The row of the last mark.
    pub anchor: Option<ResourceId>,
    /// The first row on the screen.
    pub top: usize,
    /// Rows on the screen, as last drawn.
    pub page: usize,
    /// Widths of columns so far: they grow with what is seen and do not shrink while scrolling.
    pub widths: HashMap<Column, Width>,
    /// What they were measured by.
    pub measured: MeasuredBy,
    /// Columns that the last draw had no room for, by their number.
    pub columns_without_room: usize,
    /// The last filter: `n` goes to the next row that matches it, also when all rows are shown again.
    searched: Filter,
    selected: Option<ResourceId>,
    cursor: usize,
    /// The filter is one that was kept from an earlier run, and has not been confirmed since.
    pub is_filter_kept: bool,
    /// Other rows pass the filter since the rows were last arranged.
    is_filter_new: bool,
    /// True once the user has moved the cursor; until then it stays on the first row while rows arrive.
    moved: bool,
}

/// What the widths of a table were measured by.
#[derive(Debug, Clone, Copy, Default)]
pub struct MeasuredBy {
    /// The rows at its top, by their number.
    pub rows: usize,
    /// The version of the rows of its kind.
    pub version: u64,
    /// When.
    pub at: Option<Timestamp>,
}

/// The width of a column as far as its rows were seen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Width {
    /// The width it asks for.
    pub width: u16,
    /// The width of its longest text.
    pub full: u16,
}

impl Deref for Pane {
    type Target = Table;

    fn deref(&self) -> &Table {
        &self.table
    }
}

impl DerefMut for Pane {
    fn deref_mut(&mut self) -> &mut Table {
        &mut self.table
    }
}

impl Pane {
    /// A table as it is at the start.
    pub fn new(kind: Kind) -> Self {
        Self {
            table: Table::new(kind),
            marks: HashSet::new(),
            anchor: None,
            top: 0,
            page: 0,
            widths: HashMap::new(),
            measured: MeasuredBy::default(),
            columns_without_room: 0,
            searched: Filter::default(),
            selected: None,
            cursor: 0,
            moved: false,
            is_filter_kept: false,
            is_filter_new: false,
        }
    }

    /// Takes a filter as typed. Columns are measured anew if other rows pass it.
    pub fn set_filter(&mut self, text: &str, store: &Store) {
        self.is_filter_kept &= self.filter_text == text;
        if self.table.set_filter(text, store) {
            self.widths.clear();
            self.is_filter_new = true;
        }
    }

    /// Takes the choices of an earlier run.
    pub fn restore(&mut self, state: &TableState, store: &Store) {
        self.table.restore(state, store);
        self.is_filter_kept = !self.filter_text.is_empty();
        self.widths.clear();
    }

    /// Shows a column or hides it.
    pub fn toggle_column(&mut self, column: Column, store: &Store) {
        self.table.toggle_column(column, store);
        self.widths.clear();
    }

    /// Moves a column one to the left or to the right.
    pub fn move_column(&mut self, column: Column, right: bool, store: &Store) {
        self.table.move_column(column, right, store);
        self.widths.clear();
    }

    /// Returns true if there is something that Esc takes away from the table itself: a filter, marks, what was drilled into.
    pub fn has_more_to_clear(&self) -> bool {
        !self.filter_text.is_empty() || self.attention || !self.marks.is_empty() || self.narrow.is_some()
    }

    /// Back to the default columns.
    pub fn default_columns(&mut self) {
        self.table.default_columns();
        self.widths.clear();
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
    pub fn visible(&self) -> OrderedRows<'_> {
        let shown = self.shown();
        shown.range(self.top.min(shown.len())..(self.top + self.page).min(shown.len()))
    }

    /// Those of these rows that are not shown, as under a filter.
    pub fn not_shown<'a>(&self, ids: impl IntoIterator<Item = &'a ResourceId>) -> HashSet<&'a ResourceId> {
        let mut hidden: HashSet<_> = ids.into_iter().collect();
        let mut shown = self.shown().iter();
        while !hidden.is_empty()
            && let Some(row) = shown.next()
        {
            hidden.remove(row.id());
        }
        hidden
    }

    /// Returns true if a row is marked and not shown.
    pub fn hides_marked(&self, id: &ResourceId) -> bool {
        self.marks.contains(id) && !self.not_shown([id]).is_empty()
    }

    /// Brings the rows up to date with the store: at once where there are few, else by returning a job to be run beside
    /// the screen.
    pub fn arrange(
        &mut self,
        store: &Store,
        hidden: &Arc<HashSet<ContextName>>,
        now: Timestamp,
    ) -> Option<Job> {
        match self.table.arrange(store, hidden, now) {
            Progress::Unchanged => None,
            Progress::Arranged => {
                self.follow_selected();
                None
            }
            Progress::Job(job) => Some(*job),
        }
    }

    /// Brings the rows up to date here and now, however many there are: before a verb acts on what the cursor is on, it
    /// must be on what was asked for last. Rows that only became newer can wait for the next frame.
    pub fn finish(&mut self, store: &Store, hidden: &Arc<HashSet<ContextName>>, now: Timestamp) {
        if self.table.is_as_asked(store, hidden) {
            return;
        }
        self.table.cancel();
        if let Some(arranged) = self.arrange(store, hidden, now).and_then(Job::run) {
            drop(self.take(arranged));
        }
    }

    /// Takes arranged rows, unless something newer is under way. Returns those that are not shown, to be dropped beside the
    /// screen.
    pub fn take(&mut self, arranged: Arranged) -> Option<Arranged> {
        let Taken { is_shown, spent } = self.table.take(arranged);
        if is_shown {
            self.follow_selected();
        }
        spent
    }

    /// Puts the cursor back on the resource it was on, after the rows have changed.
    fn follow_selected(&mut self) {
        let before = self.cursor.saturating_sub(self.top);
        let shown = self.shown();
        let last = shown.len().saturating_sub(1);
        let found = match (&self.selected, self.moved) {
            (Some(id), true) => {
                outwards(self.cursor, shown.len()).find(|at| shown.get(*at).is_some_and(|row| row.id() == id))
            }
            _ => Some(0),
        };
        // What was selected is gone: its neighbour takes its place. Where a new filter has hidden it, no row is its
        // neighbour: the first one is what was looked for.
        let instead = if std::mem::take(&mut self.is_filter_new) { 0 } else { self.cursor };
        let cursor = found.unwrap_or(instead).min(last);
        self.cursor = cursor;
        self.top = cursor.saturating_sub(before);
        // What a filter hides is not lost: when the filter goes, the cursor goes back to it.
        if found.is_some() || !self.is_partial() {
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
        let found = self.shown().iter().position(|row| row.id() == id);
        if let Some(at) = found {
            self.cursor = at;
            self.reveal();
        }
    }

    /// Keeps the cursor on the row that it is on, whatever comes before it from now on.
    pub fn keep_selected(&mut self) {
        if self.selected().is_some() {
            self.moved = true;
            self.remember();
        }
    }

    /// Puts the cursor on the row at this number.
    pub fn select_row(&mut self, row: usize) {
        self.moved = true;
        self.cursor = row.min(self.shown().len().saturating_sub(1));
        self.remember();
        self.reveal();
    }

    /// Moves the cursor.
    pub fn travel(&mut self, movement: Movement, count: Option<u32>) {
        let times = count.unwrap_or(1).max(1) as usize;
        let page = self.page.max(1);
        let last = self.shown().len().saturating_sub(1);
        self.select_row(match movement {
            Movement::Down => self.cursor.saturating_add(times),
            Movement::Up => self.cursor.saturating_sub(times),
            Movement::Top => count.map_or(0, |row| (row as usize).saturating_sub(1)),
            Movement::Bottom => count.map_or(last, |row| (row as usize).saturating_sub(1)),
            Movement::HalfPageDown => self.cursor.saturating_add(times * (page / 2).max(1)),
            Movement::HalfPageUp => self.cursor.saturating_sub(times * (page / 2).max(1)),
            Movement::PageDown => self.cursor.saturating_add(times * page),
            Movement::PageUp => self.cursor.saturating_sub(times * page),
        });
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
        self.travel(Movement::Down, None);
    }

    /// Marks from the last mark to the cursor.
    pub fn mark_range(&mut self) {
        let from = self
            .anchor
            .as_ref()
            .and_then(|anchor| self.shown().iter().position(|row| row.id() == anchor))
            .unwrap_or(self.cursor);
        let (low, high) = (from.min(self.cursor), from.max(self.cursor));
        let ids: Vec<_> = self.shown().range(low..high + 1).iter().map(|row| row.id().clone()).collect();
        self.anchor = ids.last().cloned();
        self.marks.extend(ids);
    }

    /// Remembers the filter that applies, to go from match to match when it is gone.
    pub fn remember_search(&mut self) {
        self.is_filter_kept = false;
        self.searched = self.filter().clone();
    }

    /// Forgets it.
    pub fn forget_search(&mut self) {
        self.searched = Filter::default();
    }

    /// Returns true if there is a search whose next match can be shown.
    pub fn has_searched(&self) -> bool {
        !self.searched.is_empty()
    }

    /// Moves the cursor to the next row that matches, round the end. Returns whether there is another.
    pub fn next_match(&mut self, forward: bool, store: &Store, now: Timestamp) -> bool {
        let (rows, from) = (self.shown().len(), self.cursor());
        let mut matcher = Matcher::default();
        let steps = (1..rows).map(|step| (from + if forward { step } else { rows - step }) % rows);
        let found = steps.into_iter().find(|at| {
            let row = self.shown().get(*at).map(|row| Row::new(row, store, now));
            row.is_some_and(|row| self.searched.matches(&mut matcher, &row))
        });
        if let Some(row) = found {
            self.select_row(row);
        }
        found.is_some()
    }
}

/// The places of a list of so many, those next to `from` first: what has moved has rarely moved far.
fn outwards(from: usize, len: usize) -> impl Iterator<Item = usize> {
    let from = from.min(len);
    let steps = from.max(len - from);
    let around = (0..steps).flat_map(move |step| [Some(from + step), from.checked_sub(step + 1)]);
    around.flatten().filter(move |at| *at < len)
}

#[cfg(test)]
mod tests {
    use super::outwards;

    #[test]
    fn every_place_is_looked_at_once_the_nearest_first() {
        assert_eq!(outwards(2, 6).collect::<Vec<_>>(), [2, 1, 3, 0, 4, 5]);
        for (from, len) in [(0, 0), (0, 1), (0, 5), (4, 5), (5, 5), (9, 5), (3, 8)] {
            let mut places: Vec<_> = outwards(from, len).collect();
            places.sort_unstable();
            assert_eq!(places, (0..len).collect::<Vec<_>>(), "{from} of {len}");
        }
    }
}
