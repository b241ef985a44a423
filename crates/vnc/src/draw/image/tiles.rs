//! The parts of a picture that are sent by themselves.

use std::ops::Range;

use ratatui::layout::Rect;

use super::Protocol;
use crate::draw::geometry::Geometry;

/// The side of a tile in pixels, about: whole cells.
const TILE_SIDE: u16 = 128;

/// The most rows of cells in a strip: any height times as many is a multiple of the six pixels of a sixel.
const MAX_STRIP_ROWS: u16 = 6;

/// The height that a strip of images has at least, in pixels.
const MIN_STRIP_HEIGHT: u16 = 64;

/// A part of a picture: a tile for kitty, for others a strip of whole rows of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tile {
    /// Its cells.
    pub cells: Rect,
}

/// The tiles of a picture, row by row.
pub(super) fn tiles(geometry: &Geometry, protocol: Protocol) -> Vec<Tile> {
    let (width, height) = match protocol {
        Protocol::Kitty => (whole_cells(geometry.cell.width), whole_cells(geometry.cell.height)),
        Protocol::Sixel { .. } => (geometry.columns.max(1), strip_rows(geometry.cell.height)),
        Protocol::Iterm2 => (geometry.columns.max(1), MIN_STRIP_HEIGHT.div_ceil(geometry.cell.height)),
    };
    let tops = (0..geometry.rows).step_by(height.into());
    let lefts = || (0..geometry.columns).step_by(width.into());
    let corners = tops.flat_map(|y| lefts().map(move |x| (x, y)));
    let tile = |(x, y): (u16, u16)| {
        let (width, height) = (width.min(geometry.columns - x), height.min(geometry.rows - y));
        Tile { cells: Rect { x, y, width, height } }
    };
    corners.map(tile).collect()
}

/// The cells of a tile along one side.
const fn whole_cells(pixels: u16) -> u16 {
    if pixels >= TILE_SIDE { 1 } else { TILE_SIDE / pixels }
}

/// The rows of cells of a strip of sixels: the fewest whose height is a multiple of six pixels, and more where that is low.
pub(super) fn strip_rows(height: u16) -> u16 {
    let least = (1..=MAX_STRIP_ROWS).find(|rows| (u32::from(height) * u32::from(*rows)).is_multiple_of(6));
    let least = least.unwrap_or(MAX_STRIP_ROWS);
    least * (MIN_STRIP_HEIGHT / 2).div_ceil(height.saturating_mul(least)).max(1)
}

/// The columns from the first to the last of both; those of one where the other has none.
pub(super) fn join(one: &Range<u16>, other: &Range<u16>) -> Range<u16> {
    match (one.is_empty(), other.is_empty()) {
        (true, _) => other.clone(),
        (_, true) => one.clone(),
        _ => one.start.min(other.start)..one.end.max(other.end),
    }
}

/// The cells of a tile that nothing else covers, in few rectangles.
pub(super) fn uncovered(tile: Rect, is_covered: &dyn Fn(u16, u16) -> bool) -> Vec<Rect> {
    let mut found: Vec<Rect> = Vec::new();
    for y in tile.top()..tile.bottom() {
        let mut from = None;
        for x in tile.left()..=tile.right() {
            if x < tile.right() && !is_covered(x, y) {
                from.get_or_insert(x);
                continue;
            }
            let Some(start) = from.take() else { continue };
            let above =
                found.iter_mut().find(|above| (above.x, above.right(), above.bottom()) == (start, x, y));
            match above {
                Some(above) => above.height += 1,
                None => found.push(Rect { x: start, y, width: x - start, height: 1 }),
            }
        }
    }
    found
}
