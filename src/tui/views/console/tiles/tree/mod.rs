//! The arrangement of the tiles of a tab: a tree of splits, and the areas that it gives them.
//!
//! ```text
//! Split(Columns)                 ┌────────┬────────┐
//! ├── 1                          │   1    │   2    │
//! └── Split(Rows)                │        ├────────┤
//!     ├── 2                      │        │   3    │
//!     └── 3                      └────────┴────────┘
//! ```
//!
//! Between two neighbours lies one column or row for the line that they share. Children have weights; each arrangement
//! shares the cells by them, so that a tab keeps its proportions when the screen grows or shrinks.

mod place;

use ratatui::layout::Rect;

pub use place::Placement;
use place::{fitting, length_of, lines, part_of, shares};

/// The smallest tile, in columns and rows without its border. What does not fit beside another is hidden.
pub const MIN_TILE_SIZE: (u16, u16) = (16, 3);

/// The largest weight of a child; the products of two and their sums are far from overflowing.
const MAX_WEIGHT: u64 = 1 << 20;

/// The number of a tile within the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId(pub u32);

/// The direction in which the children of a split follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// Side by side.
    Columns,
    /// One below the other.
    Rows,
}

/// A direction on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Left,
    Right,
    Up,
    Down,
}

impl Direction {
    /// The axis along which it goes.
    pub const fn axis(self) -> Axis {
        match self {
            Self::Left | Self::Right => Axis::Columns,
            Self::Up | Self::Down => Axis::Rows,
        }
    }

    /// Returns true if it goes towards the later child of a split.
    pub const fn is_forward(self) -> bool {
        matches!(self, Self::Right | Self::Down)
    }
}

/// An even arrangement of all tiles of a tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// All side by side.
    Columns,
    /// All one below the other.
    Rows,
    /// One on the left, the others one below the other on the right.
    MainAndStack,
    /// Rows of equally many.
    Grid,
}

impl Preset {
    /// The one after this in the order of the key that goes through them.
    pub const fn next(self) -> Self {
        match self {
            Self::Columns => Self::Rows,
            Self::Rows => Self::MainAndStack,
            Self::MainAndStack => Self::Grid,
            Self::Grid => Self::Columns,
        }
    }

    /// Its name on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Columns => "even columns",
            Self::Rows => "even rows",
            Self::MainAndStack => "one and a stack",
            Self::Grid => "grid",
        }
    }
}

/// A tile, or a split of two and more.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Tile(TileId),
    Split(Axis, Vec<Child>),
}

/// A child of a split, with its share of the cells.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Child {
    weight: u64,
    node: Node,
}

impl Child {
    const fn new(weight: u64, node: Node) -> Self {
        Self { weight, node }
    }
}

/// A move of a line between tiles.
#[derive(Debug, Clone, Copy)]
struct Move {
    direction: Direction,
    cells: u16,
    /// Only the line after the tile; else for the last of a split the one before it.
    after_only: bool,
}

/// The arrangement of the tiles of a tab. It has one at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    root: Node,
}

impl Tree {
    /// One tile.
    pub const fn new(tile: TileId) -> Self {
        Self { root: Node::Tile(tile) }
    }

    /// These tiles in an even arrangement; `None` where there are none.
    pub fn arranged(preset: Preset, tiles: &[TileId]) -> Option<Self> {
        let root = match (preset, tiles) {
            (_, []) => return None,
            (_, [tile]) => Node::Tile(*tile),
            (Preset::Columns, _) => even(Axis::Columns, tiles.iter().map(|tile| Node::Tile(*tile))),
            (Preset::Rows, _) => even(Axis::Rows, tiles.iter().map(|tile| Node::Tile(*tile))),
            (Preset::MainAndStack, [main, stack @ ..]) => {
                let stack = match stack {
                    [tile] => Node::Tile(*tile),
                    _ => even(Axis::Rows, stack.iter().map(|tile| Node::Tile(*tile))),
                };
                even(Axis::Columns, [Node::Tile(*main), stack])
            }
            (Preset::Grid, _) => grid(tiles),
        };
        Some(Self { root })
    }

    /// The tiles, in order.
    pub fn tiles(&self) -> Vec<TileId> {
        let mut tiles = Vec::new();
        self.root.collect(&mut tiles);
        tiles
    }

    /// Puts a new tile right of a tile or below it; both share the area that the first had.
    pub fn split(&mut self, tile: TileId, axis: Axis, new: TileId) {
        self.root.split(tile, axis, new);
    }

    /// Takes a tile out; its neighbour gets the area. Returns false for the last one, which stays.
    pub fn remove(&mut self, tile: TileId) -> bool {
        if matches!(self.root, Node::Tile(_)) {
            return false;
        }
        self.root.remove(tile)
    }

    /// Exchanges two tiles.
    pub fn swap(&mut self, one: TileId, other: TileId) {
        self.root.for_each(&mut |tile| {
            *tile = if *tile == one {
                other
            } else if *tile == other {
                one
            } else {
                *tile
            };
        });
    }

    /// The areas of all tiles within `area`. Where not all fit, those nearest to `focus` do.
    pub fn place(&self, area: Rect, focus: TileId) -> Placement {
        let mut placement = Placement::default();
        self.root.place(area, focus, &mut placement);
        placement
    }

    /// Moves the line beside a tile by `cells` in a direction: the one after it, or for the last of a split the one
    /// before it. `area` is what all tiles have. Returns false where there is no such line or no room.
    pub fn resize(&mut self, tile: TileId, direction: Direction, cells: u16, area: Rect) -> bool {
        self.root.move_line(tile, Move { direction, cells, after_only: false }, area)
    }

    /// Moves the line after a tile, right of it or below it. Returns false where there is none or no room.
    pub fn drag(&mut self, tile: TileId, direction: Direction, cells: u16, area: Rect) -> bool {
        self.root.move_line(tile, Move { direction, cells, after_only: true }, area)
    }

    /// Makes a tile larger or smaller within the innermost split that it is in.
    pub fn grow(&mut self, tile: TileId, larger: bool, cells: (u16, u16), area: Rect) -> bool {
        let Some((axis, is_last)) = self.root.innermost(tile) else {
            return false;
        };
        let direction = match (axis, larger != is_last) {
            (Axis::Columns, true) => Direction::Right,
            (Axis::Columns, false) => Direction::Left,
            (Axis::Rows, true) => Direction::Down,
            (Axis::Rows, false) => Direction::Up,
        };
        let cells = if axis == Axis::Columns { cells.0 } else { cells.1 };
        self.resize(tile, direction, cells, area)
    }
}

fn even(axis: Axis, nodes: impl IntoIterator<Item = Node>) -> Node {
    Node::Split(axis, nodes.into_iter().map(|node| Child::new(1, node)).collect())
}

/// Rows of equally many tiles, as many rows as columns or one more; the last row may have fewer.
fn grid(tiles: &[TileId]) -> Node {
    let columns = (1..=tiles.len()).find(|columns| columns * columns >= tiles.len()).unwrap_or(1);
    let mut rows: Vec<Node> = tiles
        .chunks(columns)
        .map(|row| match row {
            [tile] => Node::Tile(*tile),
            _ => even(Axis::Columns, row.iter().map(|tile| Node::Tile(*tile))),
        })
        .collect();
    if rows.len() == 1 { rows.remove(0) } else { even(Axis::Rows, rows) }
}

impl Node {
    fn collect(&self, tiles: &mut Vec<TileId>) {
        match self {
            Self::Tile(tile) => tiles.push(*tile),
            Self::Split(_, children) => children.iter().for_each(|child| child.node.collect(tiles)),
        }
    }

    fn for_each(&mut self, change: &mut impl FnMut(&mut TileId)) {
        match self {
            Self::Tile(tile) => change(tile),
            Self::Split(_, children) => children.iter_mut().for_each(|child| child.node.for_each(change)),
        }
    }

    fn has(&self, tile: TileId) -> bool {
        match self {
            Self::Tile(id) => *id == tile,
            Self::Split(_, children) => children.iter().any(|child| child.node.has(tile)),
        }
    }

    fn split(&mut self, tile: TileId, axis: Axis, new: TileId) {
        match self {
            Self::Tile(id) if *id == tile => *self = even(axis, [Self::Tile(tile), Self::Tile(new)]),
            Self::Tile(_) => {}
            Self::Split(along, children) => {
                let Some(at) = children.iter().position(|child| child.node.has(tile)) else { return };
                if *along == axis && children[at].node == Self::Tile(tile) {
                    let half = children[at].weight;
                    // All others doubled, so that the halves are whole numbers.
                    for child in children.iter_mut() {
                        child.weight *= 2;
                    }
                    children[at].weight = half;
                    children.insert(at + 1, Child::new(half, Self::Tile(new)));
                    reduce(children);
                } else {
                    children[at].node.split(tile, axis, new);
                }
            }
        }
    }

    fn remove(&mut self, tile: TileId) -> bool {
        let Self::Split(axis, children) = self else {
            return false;
        };
        let Some(at) = children.iter().position(|child| child.node.has(tile)) else {
            return false;
        };
        if children[at].node == Self::Tile(tile) {
            let weight = children.remove(at).weight;
            children[at.saturating_sub(1)].weight += weight;
            reduce(children);
        } else if !children[at].node.remove(tile) {
            return false;
        }
        let axis = *axis;
        self.flatten(axis);
        true
    }

    /// A split of one becomes its child; a split within one of the same axis becomes part of it.
    fn flatten(&mut self, axis: Axis) {
        let Self::Split(_, children) = self else { return };
        if let Some(at) =
            children.iter().position(|child| matches!(&child.node, Self::Split(it, _) if *it == axis))
        {
            let inner = children.remove(at);
            if let Self::Split(_, parts) = inner.node {
                // All weights times the sum of the inner ones: the shares stay as they were.
                let sum = parts.iter().map(|part| part.weight).sum::<u64>().max(1);
                for child in children.iter_mut() {
                    child.weight *= sum;
                }
                let parts = parts.into_iter().map(|part| Child::new(part.weight * inner.weight, part.node));
                children.splice(at..at, parts);
                reduce(children);
            }
        }
        if children.len() == 1 {
            let only = children.remove(0).node;
            *self = only;
        }
    }

    /// The cells that it needs along an axis to show all of its tiles.
    fn min_length(&self, axis: Axis) -> u32 {
        match self {
            Self::Tile(_) => match axis {
                Axis::Columns => MIN_TILE_SIZE.0.into(),
                Axis::Rows => MIN_TILE_SIZE.1.into(),
            },
            Self::Split(along, children) => {
                let lengths = children.iter().map(|child| child.node.min_length(axis));
                if *along == axis {
                    lengths.sum::<u32>() + lines(children.len())
                } else {
                    lengths.max().unwrap_or(0)
                }
            }
        }
    }

    fn place(&self, area: Rect, focus: TileId, placement: &mut Placement) {
        match self {
            Self::Tile(tile) => placement.tiles.push((*tile, area)),
            Self::Split(axis, children) => {
                let length = length_of(area, *axis);
                let visible = fitting(children, *axis, length, focus);
                for child in children[..visible.start].iter().chain(&children[visible.end..]) {
                    child.node.collect(&mut placement.hidden);
                }
                let shown = &children[visible];
                let mut at = 0;
                for (child, share) in shown.iter().zip(shares(shown, *axis, length)) {
                    child.node.place(part_of(area, *axis, at, share), focus, placement);
                    at += share + 1;
                }
            }
        }
    }

    /// See [`Tree::resize`].
    fn move_line(&mut self, tile: TileId, by: Move, area: Rect) -> bool {
        let Self::Split(axis, children) = self else {
            return false;
        };
        let axis = *axis;
        let length = length_of(area, axis);
        let Some(at) = children.iter().position(|child| child.node.has(tile)) else {
            return false;
        };
        if fitting(children, axis, length, tile) != (0..children.len()) {
            return false;
        }
        let lengths = shares(children, axis, length);
        // The innermost line first.
        let start = lengths[..at].iter().map(|length| length + 1).sum();
        let inner = part_of(area, axis, start, lengths[at]);
        if children[at].node.move_line(tile, by, inner) {
            return true;
        }
        let is_last = at + 1 == children.len();
        if axis != by.direction.axis() || (by.after_only && is_last) {
            return false;
        }
        let line = if is_last { at - 1 } else { at };
        let (grows, shrinks) = if by.direction.is_forward() { (line, line + 1) } else { (line + 1, line) };
        let least = u16::try_from(children[shrinks].node.min_length(axis)).unwrap_or(u16::MAX);
        let cells = by.cells.min(lengths[shrinks].saturating_sub(least));
        if cells == 0 {
            return false;
        }
        for (child, length) in children.iter_mut().zip(&lengths) {
            child.weight = u64::from(*length).max(1);
        }
        children[grows].weight += u64::from(cells);
        children[shrinks].weight -= u64::from(cells);
        true
    }

    /// The axis of the innermost split that a tile is in, and whether it is the last there.
    fn innermost(&self, tile: TileId) -> Option<(Axis, bool)> {
        let Self::Split(axis, children) = self else {
            return None;
        };
        let at = children.iter().position(|child| child.node.has(tile))?;
        children[at].node.innermost(tile).or(Some((*axis, at + 1 == children.len())))
    }
}

/// Keeps weights small: divides them by what they have in common, and halves them while one is large.
fn reduce(children: &mut [Child]) {
    let common =
        children.iter().fold(0, |common, child| greatest_common_divisor(common, child.weight)).max(1);
    for child in children.iter_mut() {
        child.weight = (child.weight / common).max(1);
    }
    while children.iter().any(|child| child.weight > MAX_WEIGHT) {
        for child in children.iter_mut() {
            child.weight = (child.weight / 2).max(1);
        }
    }
}

const fn greatest_common_divisor(mut one: u64, mut other: u64) -> u64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
mod tests;
