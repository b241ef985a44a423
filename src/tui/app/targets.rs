//! The rows that a verb acts on: one rule for all verbs that can act on several.

use std::sync::Arc;

use super::App;
use crate::model::{Resource, ResourceId};

/// The rows that a verb acts on.
pub struct Targets {
    /// In the order of the table; those that the table does not show are last.
    pub rows: Vec<Arc<Resource>>,
    /// How many of them are marked and not shown, as by a filter.
    pub hidden: usize,
}

impl App {
    /// The marked rows, also those that are not shown; the row under the cursor where none is marked.
    pub fn targets(&self) -> Targets {
        let pane = self.pane();
        if !pane.marks.is_empty() {
            let is_marked = |row: &&Arc<Resource>| pane.marks.contains(row.id());
            let mut rows: Vec<_> = pane.shown().iter().filter(is_marked).cloned().collect();
            let others = pane.not_shown(&pane.marks).into_iter();
            let mut hidden: Vec<_> = others.filter_map(|id| self.store.get(id)).cloned().collect();
            if rows.len() + hidden.len() > 0 {
                hidden.sort_by(|one, other| one.id().cmp(other.id()));
                let count = hidden.len();
                rows.append(&mut hidden);
                return Targets { rows, hidden: count };
            }
        }
        Targets { rows: pane.selected().cloned().into_iter().collect(), hidden: 0 }
    }
}

impl Targets {
    /// Their ids.
    pub fn ids(&self) -> Vec<ResourceId> {
        self.rows.iter().map(|row| row.id().clone()).collect()
    }

    /// `3 marked, 1 not shown`, where there are any that the user does not see.
    pub fn hidden_note(&self) -> Option<String> {
        (self.hidden > 0).then(|| format!("{} marked, {} not shown", self.rows.len(), self.hidden))
    }
}
