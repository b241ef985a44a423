//! The tabs of the console view and the tiles of each. There is one tab at least, and one tile in each.

mod borders;
mod saved;
mod tab;
mod tree;

use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) use borders::{Frame, draw_frames};
pub use saved::SavedTabs;
pub(super) use tab::{Tab, Tile};
pub(super) use tree::{Axis, Direction, Placement, TileId};
use tree::{Preset, Tree};

use super::pane::Pane;
use crate::console::{OpenConsole, SessionId};

/// The tabs, and which is in front.
pub(super) struct Tabs {
    list: Vec<Tab>,
    active: usize,
    /// The number of the next tile.
    next: u32,
}

impl Tabs {
    /// One tab of one tile.
    pub fn new(console: Arc<OpenConsole>) -> Self {
        let tab = Tab::new(Tile::new(TileId(0), Pane::new(console)));
        Self { list: vec![tab], active: 0, next: 1 }
    }

    /// The tab in front.
    pub fn tab(&self) -> &Tab {
        &self.list[self.active]
    }

    /// The tab in front, to be changed.
    pub fn tab_mut(&mut self) -> &mut Tab {
        &mut self.list[self.active]
    }

    /// The pane with the focus.
    pub fn focused(&self) -> &Pane {
        self.tab().focused()
    }

    /// The pane with the focus, to be changed.
    pub fn focused_mut(&mut self) -> &mut Pane {
        self.tab_mut().focused_mut()
    }

    /// All tabs, in order.
    pub fn all(&self) -> &[Tab] {
        &self.list
    }

    /// The place of the tab in front, from 0.
    pub const fn active(&self) -> usize {
        self.active
    }

    /// The number of tiles in all tabs.
    pub fn tile_count(&self) -> usize {
        self.list.iter().map(|tab| tab.tiles().len()).sum()
    }

    /// The panes of all tabs.
    pub fn panes(&self) -> impl Iterator<Item = &Pane> {
        self.list.iter().flat_map(|tab| tab.tiles().iter().map(|tile| &tile.pane))
    }

    /// The panes of all tabs, to be changed.
    pub fn panes_mut(&mut self) -> impl Iterator<Item = &mut Pane> {
        self.list.iter_mut().flat_map(|tab| tab.tiles_mut().iter_mut().map(|tile| &mut tile.pane))
    }

    /// Returns true if a session has a tile.
    pub fn has(&self, session: SessionId) -> bool {
        self.panes().any(|pane| pane.console.session == session)
    }

    /// Gives the focus to the tile of a session. Returns false if it has none.
    pub fn focus_session(&mut self, session: SessionId) -> bool {
        let found = self.list.iter().enumerate().find_map(|(at, tab)| Some((at, tab.tile_of(session)?)));
        let Some((at, tile)) = found else {
            return false;
        };
        self.active = at;
        self.tab_mut().focus(tile);
        true
    }

    fn new_tile(&mut self, console: Arc<OpenConsole>) -> Tile {
        let tile = Tile::new(TileId(self.next), Pane::new(console));
        self.next += 1;
        tile
    }

    /// Shows a console: in its tile if it has one, in the place of another where there is one tile only, else in a new
    /// tab.
    pub fn show(&mut self, console: Arc<OpenConsole>) {
        if self.focus_session(console.session) {
            return;
        }
        if self.tile_count() == 1 {
            self.replace(console);
        } else {
            self.open_tab(console);
        }
    }

    /// Shows a console in the tile with the focus.
    pub fn replace(&mut self, console: Arc<OpenConsole>) {
        *self.focused_mut() = Pane::new(console);
    }

    /// Opens a tab of these consoles, in a grid, unless a tab has just those. What had a tile elsewhere is moved; one
    /// console alone is no arrangement worth keeping beside it.
    pub fn open_tiled(&mut self, consoles: Vec<Arc<OpenConsole>>) {
        let sessions: BTreeSet<SessionId> = consoles.iter().map(|console| console.session).collect();
        if let Some(at) = self.list.iter().position(|tab| tab.sessions() == sessions) {
            self.active = at;
            return;
        }
        let is_alone = self.tile_count() == 1;
        let tiles: Vec<Tile> = consoles.into_iter().map(|console| self.new_tile(console)).collect();
        let ids: Vec<TileId> = tiles.iter().map(|tile| tile.id).collect();
        let Some(tree) = Tree::arranged(Preset::Grid, &ids) else { return };
        self.list.retain_mut(|tab| !is_alone && tab.retain(|pane| !sessions.contains(&pane.console.session)));
        self.add(Tab::of(tree, tiles));
    }

    /// Opens a tab of one console, which has no tile in another afterwards.
    pub fn open_tab(&mut self, console: Arc<OpenConsole>) {
        if self.tile_count() == 1 && self.has(console.session) {
            return;
        }
        self.take_out(console.session);
        let tile = self.new_tile(console);
        self.add(Tab::new(tile));
    }

    fn add(&mut self, tab: Tab) {
        self.list.push(tab);
        self.active = self.list.len() - 1;
    }

    /// Puts a console beside the one with the focus, or below it.
    pub fn split(&mut self, axis: Axis, console: Arc<OpenConsole>) {
        if console.session == self.focused().console.session {
            return;
        }
        self.take_out(console.session);
        let tile = self.new_tile(console);
        self.tab_mut().split(axis, tile);
    }

    /// Takes the tile of a session out of its tab, unless it is the only one there is.
    pub fn take_out(&mut self, session: SessionId) -> bool {
        if self.tile_count() < 2 {
            return false;
        }
        self.retain(|pane| pane.console.session != session)
    }

    /// Keeps the tiles whose pane is wanted. All may go but the last one, which stays. Returns true if any went.
    pub fn retain(&mut self, wanted: impl Fn(&Pane) -> bool) -> bool {
        let before = self.tile_count();
        if self.panes().all(&wanted) || !self.panes().any(&wanted) {
            return false;
        }
        let active = self.active;
        let mut at = 0;
        let mut gone_before = 0;
        self.list.retain_mut(|tab| {
            let stays = tab.retain(&wanted);
            gone_before += usize::from(!stays && at < active);
            at += 1;
            stays
        });
        self.active = active.saturating_sub(gone_before).min(self.list.len() - 1);
        self.tile_count() != before
    }

    /// Brings a tab to the front, by its place from 0. Returns false if there is none.
    pub fn go_to(&mut self, tab: usize) -> bool {
        let exists = tab < self.list.len();
        if exists {
            self.active = tab;
        }
        exists
    }

    /// Returns true if no tab follows (or precedes); where there is one only, no tile.
    pub fn is_at_end(&self, forward: bool) -> bool {
        match self.list.len() {
            1 => self.tab().is_at_end(forward),
            tabs => self.active == if forward { tabs - 1 } else { 0 },
        }
    }

    /// Brings the next (or previous) tab to the front, wrapping at the ends.
    pub fn next_tab(&mut self, forward: bool) {
        let step = if forward { 1 } else { self.list.len() - 1 };
        self.active = (self.active + step) % self.list.len();
    }
}
