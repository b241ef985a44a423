//! Screens that are larger than the area that they are shown in.

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::view::position;
use super::*;
use crate::fleet::Store;
use crate::model::Timestamp;
use crate::tui::Look;
use crate::tui::widgets::testing::{text, theme};

const AREA: Size = Size { columns: 12, rows: 4 };

/// A screen of 30 columns and 8 rows, whose rows have their number at both ends.
fn large(cursor_row: u16) -> Fake {
    let row = |number| format!("{number}abcdefghijklmnopqrstuvwxyz..{number}");
    let rows: Vec<_> = (0..8).map(row).collect();
    Fake { cursor_row: Some(cursor_row), ..Fake::new(&rows.join("\n"), 30, 8) }
}

/// The rows that show, and the position of the cursor in them.
fn shown(scene: &mut Scene) -> (Vec<String>, Option<Position>) {
    let (theme, store) = (theme(), Store::default());
    let look = Look { theme: &theme, store: &store, now: Timestamp::now(), ascii: false };
    let area = Rect::new(0, 0, AREA.columns, AREA.rows);
    let mut buf = Buffer::empty(area);
    let cursor = scene.copy.draw(area, &mut buf, &look, &scene.text);
    (text(&buf).lines().map(str::to_owned).collect(), cursor)
}

#[test]
fn copy_mode_begins_with_the_part_of_the_screen_that_showed() {
    // The cursor is at the end of its row: the last columns show.
    for (cursor_row, rows) in [(0, 0..4), (3, 0..4), (5, 2..6), (7, 4..8)] {
        let mut scene = Scene::in_area(large(cursor_row), AREA);
        let (shown, cursor) = shown(&mut scene);
        let expected: Vec<_> = rows.clone().map(|row| format!("rstuvwxyz..{row}")).collect();
        assert_eq!(shown, expected, "{cursor_row}");
        assert_eq!(cursor, Some(Position::new(11, cursor_row - rows.start)), "{cursor_row}");
    }
}

#[test]
fn every_row_and_column_of_a_larger_screen_is_reached() {
    let mut scene = Scene::in_area(large(0), AREA);
    for (keys, first, at) in [
        ("0", "0abcdefghijk", (0, 0)),
        ("G", "rstuvwxyz..4", (11, 3)),
        ("0", "4abcdefghijk", (0, 3)),
        ("$", "rstuvwxyz..4", (11, 3)),
        ("g0", "0abcdefghijk", (0, 0)),
        ("jjjjjj", "3abcdefghijk", (0, 3)),
        ("12l", "abcdefghijkl", (11, 3)),
        ("11h", "abcdefghijkl", (0, 3)),
        ("?z⏎", "opqrstuvwxyz", (11, 2)),
    ] {
        scene.press(keys);
        let (shown, cursor) = shown(&mut scene);
        assert_eq!((shown[0].as_str(), cursor), (first, Some(at.into())), "{keys}: {shown:?}");
    }
}

#[test]
fn a_place_under_the_mouse_is_the_one_that_shows_there() {
    use std::time::Instant;

    use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

    let mut scene = Scene::in_area(large(7), AREA);
    let kind = MouseEventKind::Down(MouseButton::Left);
    let click = MouseEvent { kind, column: 2, row: 1, modifiers: KeyModifiers::NONE };
    let area = Rect::new(0, 0, AREA.columns, AREA.rows);
    scene.copy.mouse(click, area, Instant::now(), &scene.text);
    assert_eq!(scene.cursor(), (5, 20));
    scene.press("vly");
    assert_eq!(scene.copied(), "tu");
}

#[test]
fn a_selection_is_painted_where_its_columns_show() {
    let mut scene = Scene::in_area(large(7), AREA);
    scene.press("vhh");
    let (theme, store) = (theme(), Store::default());
    let look = Look { theme: &theme, store: &store, now: Timestamp::now(), ascii: false };
    let area = Rect::new(0, 0, AREA.columns, AREA.rows);
    let mut buf = Buffer::empty(area);
    scene.copy.draw(area, &mut buf, &look, &scene.text);
    let painted: Vec<_> = (0..12).filter(|x| buf[(*x, 3)].bg == theme.selected.bg.unwrap()).collect();
    assert_eq!(painted, [9, 10, 11]);
}

#[test]
fn scrolling_to_the_end_leaves_only_where_the_live_screen_shows_it() {
    let text = |cursor_row| {
        let mut text = large(cursor_row);
        for row in 8..20 {
            text.push(&format!("{row}"));
        }
        text
    };
    for (cursor_row, leaves) in [(7, true), (2, false)] {
        let text = text(cursor_row);
        let mut copy = CopyMode::enter_scrolled(&text, AREA, "web-1", 2);
        let after = copy.perform(CopyCommand::Move(crate::tui::command::Movement::PageDown), Some(4), &text);
        assert_eq!(after == Some(After::Leave(Vec::new())), leaves, "{cursor_row}");
        assert_eq!(copy.view.top, at(16, 0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_cursor_shows_whatever_is_pressed(
        cursor_row in 0_u16..8,
        keys in prop::collection::vec(prop::sample::select(&["h", "j", "k", "l", "0", "$", "w", "b", "g", "G",
            "H", "M", "L", "⌃d", "⌃u", "⌃f", "⌃b", "⌃e", "⌃y", "9j", "v", "n"][..]), 0..20),
    ) {
        let mut scene = Scene::in_area(large(cursor_row), AREA);
        for key in keys {
            scene.press(key);
            scene.copy.settle(&scene.text, AREA);
            let view = scene.copy.view;
            let at = position(&view.rows(&scene.text), scene.copy.cursor);
            let is_shown = at.is_some_and(|(x, _)| (view.left..view.left + 12).contains(&x));
            prop_assert!(is_shown, "{:?} is not in {view:?} after {key}", scene.copy.cursor);
        }
    }
}
