//! From one row that matches to the next, after a filter.

use super::Pane;
use crate::fleet::Store;
use crate::model::Timestamp;
use crate::tui::filter::{Filter, Matcher, ResourceFields};

impl Pane {
    /// Remembers the filter in force, to go from match to match when it is gone.
    pub fn remember_search(&mut self) {
        self.searched = self.filter().clone();
    }

    /// Forgets it.
    pub fn forget_search(&mut self) {
        self.searched = Filter::default();
    }

    /// Whether there is something to go to the next match of.
    pub fn has_searched(&self) -> bool {
        !self.searched.is_empty()
    }

    /// Moves the cursor to the next row that matches, round the end. Returns whether there is another.
    pub fn next_match(&mut self, forward: bool, store: &Store, now: Timestamp) -> bool {
        let (rows, from) = (self.shown().len(), self.cursor());
        let mut matcher = Matcher::default();
        let steps = (1..rows).map(|step| (from + if forward { step } else { rows - step }) % rows);
        let found = steps.into_iter().find(|at| {
            let resource = &*self.shown()[*at];
            let context = store.context(&resource.id().context);
            let fields = ResourceFields {
                resource,
                platform: context.map_or("", |it| it.platform.name()),
                now,
                figure: None,
            };
            self.searched.matches(&mut matcher, &fields)
        });
        if let Some(row) = found {
            self.select_row(row);
        }
        found.is_some()
    }
}
