//! Where a person has been, to go back and forward.

use crate::model::{Kind, ResourceId};
use crate::table::Narrow;
use crate::tui::Effect;

/// Places kept.
const KEPT: usize = 100;

/// A place: a table with what it was narrowed to, or a view over it.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    /// The table.
    pub kind: Kind,
    /// What it was narrowed to.
    pub narrow: Option<Narrow>,
    /// Its filter.
    pub filter: String,
    /// The row under the cursor.
    pub selected: Option<ResourceId>,
    /// What opened the view over it.
    pub view: Option<Effect>,
}

impl Spot {
    /// Whether it is the same place, the cursor put aside.
    fn is_same_place(&self, other: &Self) -> bool {
        self.kind == other.kind && self.narrow == other.narrow && self.view == other.view
    }
}

/// Places left behind, and places gone back from.
#[derive(Debug, Default)]
pub(super) struct History {
    back: Vec<Spot>,
    forward: Vec<Spot>,
}

impl History {
    /// Remembers a place that is being left for a new one.
    pub(super) fn leave(&mut self, spot: Spot) {
        self.forward.clear();
        if self.back.last().is_none_or(|last| !last.is_same_place(&spot)) {
            self.back.push(spot);
        }
        if self.back.len() > KEPT {
            self.back.remove(0);
        }
    }

    /// Forgets the place that was left last.
    pub(super) fn unleave(&mut self) {
        self.back.pop();
    }

    /// The place to go back to from `here`.
    pub(super) fn go_back(&mut self, here: Spot) -> Option<Spot> {
        while let Some(spot) = self.back.pop() {
            if !spot.is_same_place(&here) {
                self.forward.push(here);
                return Some(spot);
            }
        }
        None
    }

    /// The place left last, with `here` in its stead: twice leads back here.
    pub(super) fn swap(&mut self, here: Spot) -> Option<Spot> {
        let at = self.back.iter().rposition(|spot| !spot.is_same_place(&here))?;
        let spot = self.back.remove(at);
        self.back.push(here);
        Some(spot)
    }

    /// The place to go forward to from `here`.
    pub(super) fn go_forward(&mut self, here: Spot) -> Option<Spot> {
        let spot = self.forward.pop()?;
        self.back.push(here);
        Some(spot)
    }

    /// The last table that is not `here`, when Esc leaves a narrowed one.
    pub(super) fn last_table(&mut self, here: &Spot) -> Option<Spot> {
        while let Some(spot) = self.back.pop() {
            if spot.view.is_none() && !spot.is_same_place(here) {
                return Some(spot);
            }
        }
        None
    }
}
