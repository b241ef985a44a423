//! Sharing an area among the children of a split.

use std::ops::Range;

use ratatui::layout::Rect;

use super::{Axis, Child, Direction, TileId};

/// The areas of the tiles of a tab.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placement {
    /// The tiles that have an area, in the order of the tree.
    pub tiles: Vec<(TileId, Rect)>,
    /// The tiles that have none, because the area is too small for all.
    pub hidden: Vec<TileId>,
}

impl Placement {
    /// The area of a tile.
    pub fn area(&self, tile: TileId) -> Option<Rect> {
        self.tiles.iter().find(|(id, _)| *id == tile).map(|(_, area)| *area)
    }

    /// The tiles that share the line on one side of a tile, with the number of cells that they share.
    pub fn beside(&self, tile: TileId, direction: Direction) -> Vec<(TileId, u16)> {
        let Some(from) = self.area(tile) else { return Vec::new() };
        let touches = |area: &Rect| match direction {
            Direction::Left => area.right() + 1 == from.x,
            Direction::Right => from.right() + 1 == area.x,
            Direction::Up => area.bottom() + 1 == from.y,
            Direction::Down => from.bottom() + 1 == area.y,
        };
        let shared = |area: &Rect| match direction.axis() {
            Axis::Columns => area.bottom().min(from.bottom()).saturating_sub(area.y.max(from.y)),
            Axis::Rows => area.right().min(from.right()).saturating_sub(area.x.max(from.x)),
        };
        let neighbours = self.tiles.iter().filter(|(_, area)| touches(area));
        neighbours.map(|(id, area)| (*id, shared(area))).filter(|(_, shared)| *shared > 0).collect()
    }
}

/// The lines between so many children.
pub(super) fn lines(children: usize) -> u32 {
    u32::try_from(children.saturating_sub(1)).unwrap_or(u32::MAX)
}

pub(super) const fn length_of(area: Rect, axis: Axis) -> u16 {
    match axis {
        Axis::Columns => area.width,
        Axis::Rows => area.height,
    }
}

/// The part of an area that begins `at` cells along an axis and has this length.
pub(super) const fn part_of(area: Rect, axis: Axis, at: u16, length: u16) -> Rect {
    match axis {
        Axis::Columns => Rect { x: area.x + at, width: length, ..area },
        Axis::Rows => Rect { y: area.y + at, height: length, ..area },
    }
}

/// The children that fit into `length`: all, or as many as can be beside the one with the focus.
pub(super) fn fitting(children: &[Child], axis: Axis, length: u16, focus: TileId) -> Range<usize> {
    let needed: Vec<u32> = children.iter().map(|child| child.node.min_length(axis)).collect();
    let room = u32::from(length);
    let fits = |range: &Range<usize>| needed[range.clone()].iter().sum::<u32>() + lines(range.len()) <= room;
    let all = 0..children.len();
    if fits(&all) {
        return all;
    }
    let focused = children.iter().position(|child| child.node.has(focus)).unwrap_or(0);
    let mut shown = focused..focused + 1;
    loop {
        let (longer, earlier) = (shown.start..shown.end + 1, shown.start.saturating_sub(1)..shown.end);
        if longer.end <= children.len() && fits(&longer) {
            shown = longer;
        } else if earlier.start < shown.start && fits(&earlier) {
            shown = earlier;
        } else {
            return shown;
        }
    }
}

/// The lengths of children by their weights, which with a line between each two are `length` in all. None is below its
/// least one if there is room for those of all.
pub(super) fn shares(children: &[Child], axis: Axis, length: u16) -> Vec<u16> {
    let room = u32::from(length).saturating_sub(lines(children.len()));
    let total = children.iter().map(|child| child.weight).sum::<u64>().max(1);
    let mut before = 0_u64;
    let mut lengths: Vec<u32> = children
        .iter()
        .map(|child| {
            let start = before * u64::from(room) / total;
            before += child.weight;
            u32::try_from(before * u64::from(room) / total - start).unwrap_or(0)
        })
        .collect();
    let least: Vec<u32> = children.iter().map(|child| child.node.min_length(axis)).collect();
    if least.iter().sum::<u32>() <= room {
        // What is too short takes from the one with the most to spare.
        for at in 0..lengths.len() {
            while lengths[at] < least[at] {
                let spare = |index: &usize| lengths[*index].saturating_sub(least[*index]);
                let Some(from) = (0..lengths.len()).max_by_key(spare).filter(|from| spare(from) > 0) else {
                    break;
                };
                lengths[from] -= 1;
                lengths[at] += 1;
            }
        }
    }
    lengths.into_iter().map(|length| u16::try_from(length).unwrap_or(u16::MAX)).collect()
}
