//! The history of locations, to go back and forward, and the ways from one table to another.

use std::sync::Arc;

use super::App;
use crate::model::{Kind, Resource, ResourceId};
use crate::table::Narrow;
use crate::tui::effect::View;

/// Locations remembered.
const MAX_REMEMBERED: usize = 100;

/// A table with what it was narrowed to, or a view over it.
#[derive(Debug, Clone, PartialEq)]
pub struct Location {
    /// The table.
    pub kind: Kind,
    /// Its scope.
    pub narrow: Option<Narrow>,
    /// Its filter.
    pub filter: String,
    /// The row under the cursor.
    pub selected: Option<ResourceId>,
    /// The view over it.
    pub view: Option<View>,
}

impl Location {
    /// Returns true if it is the same but for the cursor.
    fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.narrow == other.narrow && self.view == other.view
    }
}

/// Locations left behind, and those gone back from.
#[derive(Debug, Default)]
pub(in crate::tui) struct History {
    back: Vec<Location>,
    forward: Vec<Location>,
}

impl History {
    /// Remembers a location that is being left for a new one.
    pub(in crate::tui) fn leave(&mut self, location: Location) {
        self.forward.clear();
        if self.back.last().is_none_or(|last| !last.is_same(&location)) {
            self.back.push(location);
        }
        if self.back.len() > MAX_REMEMBERED {
            self.back.remove(0);
        }
    }

    /// The location to go back to from `here`.
    pub(in crate::tui) fn go_back(&mut self, here: Location) -> Option<Location> {
        while let Some(location) = self.back.pop() {
            if !location.is_same(&here) {
                self.forward.push(here);
                return Some(location);
            }
        }
        None
    }

    /// The location left last, with `here` in its stead: twice leads back here.
    pub(in crate::tui) fn swap(&mut self, here: Location) -> Option<Location> {
        let at = self.back.iter().rposition(|location| !location.is_same(&here))?;
        let location = self.back.remove(at);
        self.back.push(here);
        Some(location)
    }

    /// The location to go forward to from `here`.
    pub(in crate::tui) fn go_forward(&mut self, here: Location) -> Option<Location> {
        let location = self.forward.pop()?;
        self.back.push(here);
        Some(location)
    }

    /// The last table that is not `here`, when Esc leaves a narrowed one.
    pub(in crate::tui) fn last_table(&mut self, here: &Location) -> Option<Location> {
        while let Some(location) = self.back.pop() {
            if location.view.is_none() && !location.is_same(here) {
                return Some(location);
            }
        }
        None
    }
}

impl App {
    /// The location of the tables, under a view that shows `view`.
    pub(in crate::tui) fn location(&self, view: Option<View>) -> Location {
        let pane = self.pane();
        Location {
            kind: pane.kind,
            narrow: pane.narrow.clone(),
            filter: pane.filter_text.clone(),
            selected: pane.selected().map(|row| row.id().clone()),
            view,
        }
    }

    /// Goes to a table by its number.
    pub(in crate::tui) fn go_to_pane(&mut self, pane: usize) {
        if pane < self.panes.len() && pane != self.active {
            let here = self.location(None);
            self.history.leave(here);
            self.active = pane;
        }
    }

    /// Puts the tables where they were.
    pub(in crate::tui) fn restore_location(&mut self, location: &Location) {
        self.active = Kind::ALL.iter().position(|kind| *kind == location.kind).unwrap_or(0);
        let pane = &mut self.panes[self.active];
        pane.narrow.clone_from(&location.narrow);
        pane.set_filter(&location.filter, &self.store);
        if let Some(id) = &location.selected {
            pane.select(id);
        }
    }

    /// The scope of a table of a kind that shows the parts of a resource.
    ///
    /// # Errors
    /// Why nothing does.
    pub(in crate::tui) fn narrow_to(&self, kind: Kind, id: &ResourceId) -> Result<Narrow, String> {
        let name = self.name_of(id);
        Ok(match (id.kind, self.store.get(id).map(|row| &**row)) {
            _ if id.kind == kind => Narrow::Only(id.clone(), name.into()),
            (Kind::GpuModel, Some(Resource::GpuModel(it))) => Narrow::Gpu(Arc::new(it.clone())),
            (_, Some(resource)) if id.kind != Kind::Container => match resource.container() {
                Some(link) if kind == Kind::Container => {
                    Narrow::Only(link.id.clone(), link.name.clone().unwrap_or_else(|| link.id.id.clone()))
                }
                Some(link) => Narrow::Container(link.id.clone(), self.name_of(&link.id).into()),
                None => return Err(format!("{} belongs to no container", resource.name())),
            },
            _ => Narrow::Container(id.clone(), name.into()),
        })
    }

    /// Goes to the table of a kind, narrowed, without remembering where it was.
    pub(in crate::tui) fn show_narrowed(&mut self, kind: Kind, narrow: Narrow) {
        self.active = Kind::ALL.iter().position(|known| *known == kind).unwrap_or(0);
        let pane = &mut self.panes[self.active];
        pane.narrow = Some(narrow);
        pane.attention = false;
        pane.set_filter("", &self.store);
        pane.widths.clear();
        pane.select_row(0);
    }

    /// Goes to the table of a kind, all of it, with a filter if one was given.
    ///
    /// # Errors
    /// Why the filter cannot be read; the terms before the mistake apply.
    pub(in crate::tui) fn show_table(&mut self, kind: Kind, filter: Option<&str>) -> Result<(), String> {
        self.go_to_pane(Kind::ALL.iter().position(|known| *known == kind).unwrap_or(0));
        let pane = &mut self.panes[self.active];
        pane.narrow = None;
        if let Some(filter) = filter {
            pane.set_filter(filter, &self.store);
        }
        self.pane().filter_error().map_or(Ok(()), |error| Err(format!("filter: {error}")))
    }
}
