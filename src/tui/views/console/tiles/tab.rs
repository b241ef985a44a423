//! A tab: its tiles, their arrangement, and which has the focus.

use std::collections::BTreeSet;

use ratatui::layout::{Position, Rect};

use super::super::pane::Pane;
use super::tree::{Axis, Direction, Placement, Preset, TileId, Tree};
use crate::console::SessionId;

/// Cells by which one key moves a line between tiles, in columns and rows.
const RESIZE_STEP: (u16, u16) = (4, 2);

/// A pane in its place.
pub struct Tile {
    /// Its number.
    pub id: TileId,
    /// What it shows.
    pub pane: Pane,
    /// It belongs to those that are typed into together.
    pub is_together: bool,
    /// When it had the focus last: the higher, the later.
    used: u64,
}

impl Tile {
    /// A tile that never had the focus.
    pub const fn new(id: TileId, pane: Pane) -> Self {
        Self { id, pane, is_together: false, used: 0 }
    }

    /// Returns true if what is typed into several consoles goes into this one: it takes input now, and is not in copy
    /// mode.
    pub fn takes_shared_input(&self) -> bool {
        self.pane.takes_input() && self.pane.copy.is_none()
    }
}

/// A tab.
pub struct Tab {
    /// The name that the user gave.
    pub name: Option<String>,
    /// The tile with the focus is shown alone.
    pub is_zoomed: bool,
    pub(super) tree: Tree,
    pub(super) tiles: Vec<Tile>,
    pub(super) focus: TileId,
    /// The even arrangement that was chosen last.
    preset: Option<Preset>,
    /// The area of all tiles in the last draw.
    area: Rect,
    /// The areas of the last draw.
    placement: Placement,
}

impl Tab {
    /// A tab of one tile.
    pub fn new(tile: Tile) -> Self {
        let tree = Tree::new(tile.id);
        Self::of(tree, vec![tile])
    }

    /// A tab of the tiles of a tree; the first one has the focus.
    pub(super) fn of(tree: Tree, tiles: Vec<Tile>) -> Self {
        let focus = tiles.first().map_or(TileId(0), |tile| tile.id);
        Self {
            name: None,
            is_zoomed: false,
            tree,
            tiles,
            focus,
            preset: None,
            area: Rect::ZERO,
            placement: Placement::default(),
        }
    }

    /// Its tiles, in the order in which they were made.
    pub fn tiles(&self) -> &[Tile] {
        &self.tiles
    }

    /// Its tiles, to be changed.
    pub fn tiles_mut(&mut self) -> &mut [Tile] {
        &mut self.tiles
    }

    /// The number of the tile with the focus.
    pub const fn focus_id(&self) -> TileId {
        self.focus
    }

    fn focus_at(&self) -> usize {
        // There is always one.
        self.tiles.iter().position(|tile| tile.id == self.focus).unwrap_or(0)
    }

    /// The tile with the focus.
    pub fn focused_tile(&self) -> &Tile {
        &self.tiles[self.focus_at()]
    }

    /// The tile with the focus, to be changed.
    pub fn focused_tile_mut(&mut self) -> &mut Tile {
        let at = self.focus_at();
        &mut self.tiles[at]
    }

    /// The pane with the focus.
    pub fn focused(&self) -> &Pane {
        &self.focused_tile().pane
    }

    /// The pane with the focus, to be changed.
    pub fn focused_mut(&mut self) -> &mut Pane {
        &mut self.focused_tile_mut().pane
    }

    /// The name: what the user gave, else that of the console with the focus.
    pub fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.focused().console.label())
    }

    /// The sessions of its tiles.
    pub fn sessions(&self) -> BTreeSet<SessionId> {
        self.tiles.iter().map(|tile| tile.pane.console.session).collect()
    }

    /// The tile of a session.
    pub fn tile_of(&self, session: SessionId) -> Option<TileId> {
        self.tiles.iter().find(|tile| tile.pane.console.session == session).map(|tile| tile.id)
    }

    /// The tile at a place on the screen.
    pub fn tile_at(&self, at: Position) -> Option<TileId> {
        self.placement.tiles.iter().find(|(_, area)| area.contains(at)).map(|(tile, _)| *tile)
    }

    /// Gives the focus to a tile.
    pub fn focus(&mut self, tile: TileId) {
        let latest = self.tiles.iter().map(|tile| tile.used).max().unwrap_or(0);
        if let Some(tile) = self.tiles.iter_mut().find(|it| it.id == tile) {
            tile.used = latest + 1;
            self.focus = tile.id;
        }
    }

    /// Gives the focus to the neighbour in a direction: of several the one that had it last, else the one that shares
    /// most of the line. Returns false where there is none.
    pub fn focus_towards(&mut self, direction: Direction) -> bool {
        // Tiles that are hidden now have neighbours too.
        let area = if self.placement.hidden.is_empty() && !self.is_zoomed { self.area } else { ROOMY };
        let beside = self.tree.place(area, self.focus).beside(self.focus, direction);
        let used = |tile: &TileId| self.tiles.iter().find(|it| it.id == *tile).map_or(0, |it| it.used);
        let Some((tile, _)) = beside.into_iter().max_by_key(|(tile, shared)| (used(tile), *shared)) else {
            return false;
        };
        self.focus(tile);
        true
    }

    /// Returns true if no tile follows (or precedes) the one with the focus in the order of the arrangement.
    pub fn is_at_end(&self, forward: bool) -> bool {
        let order = self.tree.tiles();
        let end = if forward { order.last() } else { order.first() };
        end == Some(&self.focus)
    }

    /// Gives the focus to the next (or previous) tile, wrapping at the ends.
    pub fn focus_next(&mut self, forward: bool) {
        self.focus(self.neighbour(forward));
    }

    /// The tile after (or before) the one with the focus in the order of the arrangement, wrapping at the ends.
    fn neighbour(&self, forward: bool) -> TileId {
        let order = self.tree.tiles();
        let at = order.iter().position(|tile| *tile == self.focus).unwrap_or(0);
        let step = if forward { 1 } else { order.len() - 1 };
        order[(at + step) % order.len()]
    }

    /// Puts a tile beside the one with the focus, or below it, and gives it the focus.
    pub(super) fn split(&mut self, axis: Axis, tile: Tile) {
        self.tree.split(self.focus, axis, tile.id);
        let id = tile.id;
        self.tiles.push(tile);
        self.focus(id);
        self.is_zoomed = false;
    }

    /// Keeps the tiles whose pane is wanted. Returns false if none is; then the tab is of no use any more.
    pub(super) fn retain(&mut self, wanted: impl Fn(&Pane) -> bool) -> bool {
        if !self.tiles.iter().any(|tile| wanted(&tile.pane)) {
            return false;
        }
        let tree = &mut self.tree;
        self.tiles.retain(|tile| {
            let stays = wanted(&tile.pane);
            if !stays {
                tree.remove(tile.id);
            }
            stays
        });
        if !self.tiles.iter().any(|tile| tile.id == self.focus) {
            let latest = self.tiles.iter().max_by_key(|tile| tile.used);
            self.focus = latest.map_or(self.focus, |tile| tile.id);
            self.is_zoomed = false;
        }
        if self.tiles.len() == 1 {
            self.tiles[0].is_together = false;
        }
        true
    }

    /// Exchanges the tile with the focus and the next (or previous) one.
    pub fn swap(&mut self, forward: bool) {
        self.tree.swap(self.focus, self.neighbour(forward));
    }

    /// Arranges all tiles evenly, in the next of the arrangements that there are; returns its name.
    pub fn next_layout(&mut self) -> &'static str {
        let preset = self.preset.map_or(Preset::Columns, Preset::next);
        self.preset = Some(preset);
        let order = self.tree.tiles();
        self.tree = Tree::arranged(preset, &order).unwrap_or_else(|| Tree::new(self.focus));
        preset.word()
    }

    /// Moves a line of the tile with the focus. Returns false where there is none, or no room.
    pub fn resize(&mut self, direction: Direction) -> bool {
        let step = if direction.axis() == Axis::Columns { RESIZE_STEP.0 } else { RESIZE_STEP.1 };
        self.tree.resize(self.focus, direction, step, self.area)
    }

    /// Makes the tile with the focus larger or smaller.
    pub fn grow(&mut self, larger: bool) -> bool {
        self.tree.grow(self.focus, larger, RESIZE_STEP, self.area)
    }

    /// The line between two tiles at a place on the screen: the tile before it, and the axis that it moves along.
    pub fn line_at(&self, at: Position) -> Option<(TileId, Axis)> {
        if !self.area.contains(at) || self.tile_at(at).is_some() {
            return None;
        }
        let left = self.tile_at(Position { x: at.x.saturating_sub(1), ..at });
        let above = self.tile_at(Position { y: at.y.saturating_sub(1), ..at });
        left.map(|tile| (tile, Axis::Columns)).or_else(|| above.map(|tile| (tile, Axis::Rows)))
    }

    /// Moves the line after a tile to a place on the screen, as far as there is room.
    pub fn drag(&mut self, (tile, axis): (TileId, Axis), to: Position) {
        let Some(area) = self.placement.area(tile) else { return };
        let (line, to) = if axis == Axis::Columns { (area.right(), to.x) } else { (area.bottom(), to.y) };
        let direction = match (axis, to > line) {
            (Axis::Columns, true) => Direction::Right,
            (Axis::Columns, false) => Direction::Left,
            (Axis::Rows, true) => Direction::Down,
            (Axis::Rows, false) => Direction::Up,
        };
        if self.tree.drag(tile, direction, to.abs_diff(line), self.area) {
            self.place(self.area);
        }
    }

    /// Shares `area` among the tiles; returns the areas of those that fit.
    pub fn place(&mut self, area: Rect) -> &Placement {
        self.area = area;
        self.placement = self.tree.place(area, self.focus);
        &self.placement
    }

    /// Takes note that no tile but the one with the focus is on the screen.
    pub fn place_none(&mut self) {
        self.placement = Placement::default();
    }

    /// The number of tiles that had no room in the last draw.
    pub fn hidden(&self) -> usize {
        self.placement.hidden.len()
    }

    /// Includes all tiles in what is typed into together, or none where all are. Returns true if they are now.
    pub fn toggle_together(&mut self) -> bool {
        let on = !self.tiles.iter().all(|tile| tile.is_together);
        for tile in &mut self.tiles {
            tile.is_together = on;
        }
        on
    }

    /// The number of tiles that are to be typed into together.
    pub fn together(&self) -> usize {
        self.tiles.iter().filter(|tile| tile.is_together).count()
    }

    /// Returns true if what is typed now goes into several tiles.
    pub fn types_together(&self) -> bool {
        !self.is_zoomed && self.focused_tile().is_together && self.together() > 1
    }
}

/// An area in which every arrangement fits, to find neighbours that are not on the screen.
const ROOMY: Rect = Rect { x: 0, y: 0, width: 4000, height: 1000 };
