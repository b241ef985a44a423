//! What holds for every arrangement, however it came to be.

use proptest::prelude::*;

use super::*;

/// One change of a tree, with a number that chooses the tile.
#[derive(Debug, Clone)]
enum Change {
    Split(usize, Axis),
    Remove(usize),
    Resize(usize, Direction, u16),
    Grow(usize, bool),
    Swap(usize, usize),
    Arrange(Preset),
}

fn axis() -> impl Strategy<Value = Axis> {
    prop_oneof![Just(Axis::Columns), Just(Axis::Rows)]
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Left), Just(Direction::Right), Just(Direction::Up), Just(Direction::Down)]
}

fn preset() -> impl Strategy<Value = Preset> {
    prop_oneof![Just(Preset::Columns), Just(Preset::Rows), Just(Preset::MainAndStack), Just(Preset::Grid)]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (any::<usize>(), axis()).prop_map(|(tile, axis)| Change::Split(tile, axis)),
        1 => any::<usize>().prop_map(Change::Remove),
        2 => (any::<usize>(), direction(), 1..9_u16).prop_map(|(tile, to, by)| Change::Resize(tile, to, by)),
        1 => (any::<usize>(), any::<bool>()).prop_map(|(tile, larger)| Change::Grow(tile, larger)),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(one, other)| Change::Swap(one, other)),
        1 => preset().prop_map(Change::Arrange),
    ]
}

fn area() -> impl Strategy<Value = Rect> {
    (0..4_u16, 0..4_u16, 1..260_u16, 1..80_u16).prop_map(|(x, y, width, height)| Rect { x, y, width, height })
}

/// Makes the changes that are possible with at most nine tiles.
fn grown(changes: &[Change], area: Rect) -> Tree {
    let mut tree = Tree::new(TileId(0));
    for (change, new) in changes.iter().zip(1..) {
        let tiles = tree.tiles();
        let nth = |number: usize| tiles[number % tiles.len()];
        match *change {
            Change::Split(tile, axis) if tiles.len() < 9 => tree.split(nth(tile), axis, TileId(new)),
            Change::Split(..) => {}
            Change::Remove(tile) => assert_eq!(tree.remove(nth(tile)), tiles.len() > 1),
            Change::Resize(tile, direction, cells) => {
                tree.resize(nth(tile), direction, cells, area);
            }
            Change::Grow(tile, larger) => {
                tree.grow(nth(tile), larger, (4, 2), area);
            }
            Change::Swap(one, other) => tree.swap(nth(one), nth(other)),
            Change::Arrange(preset) => tree = Tree::arranged(preset, &tiles).unwrap(),
        }
    }
    tree
}

/// With the border around each, which neighbours share.
fn framed(area: Rect) -> (u16, u16, u16, u16) {
    (area.x, area.y, area.right() + 2, area.bottom() + 2)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn tiles_and_the_lines_between_them_fill_the_area_without_overlap(
        changes in proptest::collection::vec(change(), 0..30), area in area(), focus in any::<usize>(),
    ) {
        let tree = grown(&changes, area);
        let tiles = tree.tiles();
        let focus = tiles[focus % tiles.len()];
        let placement = tree.place(area, focus);
        // Each cell belongs to one tile at most; with their borders the tiles cover everything.
        let mut owners = vec![0_u8; usize::from(area.width) * usize::from(area.height)];
        let mut covered = vec![false; usize::from(area.width + 2) * usize::from(area.height + 2)];
        for (tile, rect) in &placement.tiles {
            prop_assert!(rect.width > 0 && rect.height > 0, "{tile:?} has no cell: {placement:?}");
            prop_assert_eq!(rect.intersection(area), *rect);
            for at in rect.positions() {
                owners[usize::from(at.y - area.y) * usize::from(area.width) + usize::from(at.x - area.x)] += 1;
            }
            let (left, top, right, bottom) = framed(*rect);
            for (x, y) in (left..right).flat_map(|x| (top..bottom).map(move |y| (x, y))) {
                covered[usize::from(y - area.y) * usize::from(area.width + 2) + usize::from(x - area.x)] = true;
            }
        }
        prop_assert!(owners.iter().all(|owners| *owners <= 1), "{:?}", placement);
        prop_assert!(covered.iter().all(|covered| *covered), "{:?}", placement);
        // Nothing is lost: each tile has an area or is hidden, and the one with the focus is never hidden.
        let mut all: Vec<_> = placement.tiles.iter().map(|(tile, _)| *tile).chain(placement.hidden.clone()).collect();
        let mut expected = tiles;
        all.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(all, expected);
        prop_assert!(placement.area(focus).is_some());
        // Only a lone tile is smaller than the least size.
        if placement.tiles.len() > 1 {
            for (_, rect) in &placement.tiles {
                prop_assert!(rect.width >= MIN_TILE_SIZE.0.min(area.width) && rect.height >= MIN_TILE_SIZE.1.min(area.height));
            }
        }
    }

    #[test]
    fn a_split_and_its_removal_leave_the_others_as_they_were(
        changes in proptest::collection::vec(change(), 0..20), chosen in any::<usize>(), axis in axis(),
    ) {
        let area = Rect::new(0, 0, 400, 200);
        let mut tree = grown(&changes, area);
        let tiles = tree.tiles();
        let tile = tiles[chosen % tiles.len()];
        let before = tree.place(area, tile);
        tree.split(tile, axis, TileId(1000));
        let halves = tree.place(area, tile);
        if let (Some(one), Some(other)) = (halves.area(tile), halves.area(TileId(1000))) {
            prop_assert!(one.width.abs_diff(other.width) <= 1 || axis == Axis::Rows, "{one} {other}");
            prop_assert!(one.height.abs_diff(other.height) <= 1 || axis == Axis::Columns, "{one} {other}");
        }
        prop_assert!(tree.remove(TileId(1000)));
        let after = tree.place(area, tile);
        for (tile, rect) in before.tiles {
            let back = after.area(tile).unwrap();
            let off = [rect.x.abs_diff(back.x), rect.y.abs_diff(back.y), rect.width.abs_diff(back.width), rect.height.abs_diff(back.height)];
            prop_assert!(off.iter().all(|off| *off <= 1), "{rect} became {back}");
        }
    }

    #[test]
    fn a_neighbour_looks_back(changes in proptest::collection::vec(change(), 0..30), area in area()) {
        let tree = grown(&changes, area);
        let placement = tree.place(area, tree.tiles()[0]);
        let back = |direction| match direction {
            Direction::Left => Direction::Right,
            Direction::Right => Direction::Left,
            Direction::Up => Direction::Down,
            Direction::Down => Direction::Up,
        };
        for (tile, rect) in &placement.tiles {
            for direction in [Direction::Left, Direction::Right, Direction::Up, Direction::Down] {
                let neighbours = placement.beside(*tile, direction);
                for (other, shared) in &neighbours {
                    prop_assert!(placement.beside(*other, back(direction)).contains(&(*tile, *shared)));
                }
                // Who has no neighbour on a side is at the edge there.
                let at_edge = match direction {
                    Direction::Left => rect.x == area.x,
                    Direction::Right => rect.right() == area.right(),
                    Direction::Up => rect.y == area.y,
                    Direction::Down => rect.bottom() == area.bottom(),
                };
                prop_assert_eq!(neighbours.is_empty(), at_edge, "{:?} of {}", direction, rect);
            }
        }
    }

    #[test]
    fn a_line_moves_by_what_was_asked_for_or_not_at_all(
        changes in proptest::collection::vec(change(), 1..20), chosen in any::<usize>(), direction in direction(),
    ) {
        let area = Rect::new(0, 0, 300, 120);
        let mut tree = grown(&changes, area);
        let tiles = tree.tiles();
        let tile = tiles[chosen % tiles.len()];
        let before = tree.place(area, tile);
        let moved = tree.resize(tile, direction, 1, area);
        let after = tree.place(area, tile);
        prop_assert!(moved || before == after);
        let edges = |placement: &Placement| -> Vec<_> {
            placement.tiles.iter().map(|(tile, rect)| (*tile, [rect.x, rect.y, rect.right(), rect.bottom()])).collect()
        };
        let changed = edges(&before) != edges(&after);
        prop_assert_eq!(moved, changed);
    }
}

fn tiles(count: u32) -> Vec<TileId> {
    (1..=count).map(TileId).collect()
}

fn areas(preset: Preset, count: u32, width: u16, height: u16) -> Vec<(u16, u16, u16, u16)> {
    let tree = Tree::arranged(preset, &tiles(count)).unwrap();
    let placed = tree.place(Rect::new(0, 0, width, height), TileId(1));
    placed.tiles.iter().map(|(_, area)| (area.x, area.y, area.width, area.height)).collect()
}

#[test]
fn even_arrangements_are_even() {
    assert_eq!(areas(Preset::Columns, 3, 62, 20), [(0, 0, 20, 20), (21, 0, 20, 20), (42, 0, 20, 20)]);
    assert_eq!(areas(Preset::Rows, 2, 60, 21), [(0, 0, 60, 10), (0, 11, 60, 10)]);
    let main = areas(Preset::MainAndStack, 3, 61, 21);
    assert_eq!(main, [(0, 0, 30, 21), (31, 0, 30, 10), (31, 11, 30, 10)]);
    let grid = areas(Preset::Grid, 5, 62, 21);
    assert_eq!(grid[..3], [(0, 0, 20, 10), (21, 0, 20, 10), (42, 0, 20, 10)]);
    assert_eq!(grid[3..], [(0, 11, 30, 10), (31, 11, 31, 10)]);
    assert_eq!(areas(Preset::Grid, 1, 62, 21), [(0, 0, 62, 21)]);
    assert_eq!(areas(Preset::Grid, 2, 61, 21), [(0, 0, 30, 21), (31, 0, 30, 21)], "side by side");
    assert_eq!(Tree::arranged(Preset::Grid, &[]), None);
}

#[test]
fn what_does_not_fit_is_hidden_and_the_tile_with_the_focus_is_not() {
    let tree = Tree::arranged(Preset::Columns, &tiles(5)).unwrap();
    let area = Rect::new(0, 0, 60, 12);
    for tile in tiles(5) {
        let placed = tree.place(area, tile);
        assert!(placed.area(tile).is_some());
        assert_eq!((placed.tiles.len(), placed.hidden.len()), (3, 2), "{placed:?}");
    }
    let all = tree.place(Rect::new(0, 0, 120, 12), TileId(1));
    assert_eq!(all.hidden, []);
}

#[test]
fn a_tile_grows_towards_its_neighbour_wherever_it_is() {
    let area = Rect::new(0, 0, 101, 41);
    let mut tree = Tree::new(TileId(1));
    tree.split(TileId(1), Axis::Columns, TileId(2));
    tree.split(TileId(2), Axis::Rows, TileId(3));
    let size = |tree: &Tree, tile| tree.place(area, tile).area(tile).map(|area| (area.width, area.height));
    assert_eq!(size(&tree, TileId(3)), Some((50, 20)));
    assert!(tree.grow(TileId(3), true, (4, 2), area));
    assert_eq!(size(&tree, TileId(3)), Some((50, 22)));
    assert!(tree.grow(TileId(1), true, (4, 2), area));
    assert_eq!(size(&tree, TileId(1)), Some((54, 41)));
    assert!(tree.resize(TileId(3), Direction::Left, 10, area));
    assert_eq!(size(&tree, TileId(1)), Some((44, 41)));
    assert!(!Tree::new(TileId(1)).grow(TileId(1), true, (4, 2), area));
}
