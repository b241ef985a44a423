use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::*;
use crate::fleet::Store;
use crate::model::Timestamp;
use crate::tui::Look;
use crate::tui::widgets::testing::{text, theme};

const AREA: Rect = Rect { x: 0, y: 0, width: 20, height: 5 };

/// What is drawn, the position of the cursor, and the footer.
fn drawn(scene: &mut Scene) -> (Buffer, Option<Position>, String) {
    let (theme, store) = (theme(), Store::default());
    let look = Look { theme: &theme, store: &store, now: Timestamp::now(), ascii: false };
    let mut buf = Buffer::empty(AREA);
    let cursor = scene.copy.draw(AREA, &mut buf, &look, &scene.text);
    let footer = scene.copy.footer(&scene.text, 58, &look);
    (buf, cursor, footer.into_iter().map(|(text, _)| text).collect())
}

/// The cells that have the background of a selection, row by row.
fn selected(buf: &Buffer) -> Vec<String> {
    let background = theme().selected.bg.unwrap();
    let row = |y| (0..AREA.width).map(move |x| (x, y));
    let mark = |at: (u16, u16)| if buf[at].bg == background { '#' } else { '.' };
    (0..AREA.height).map(|y| row(y).map(mark).collect::<String>().trim_end_matches('.').to_owned()).collect()
}

#[test]
fn a_selection_is_drawn_over_the_rows_of_its_lines() {
    const TEXT: &str = "short\n\n0123456789abcdefghijklm\n日本語";
    for (from, keys, rows) in [
        ((0, 1), "vG0", [".#####", "#", "####################", "####", "##"]),
        ((0, 1), "v", [".#", "", "", "", ""]),
        ((0, 0), "V", ["####################", "", "", "", ""]),
        ((2, 1), "⌃vjjl", ["", "", ".###", ".###", "####"]),
    ] {
        let mut scene = Scene::on(TEXT, 20, at(from.0, from.1));
        scene.press(keys);
        let (buf, ..) = drawn(&mut scene);
        assert_eq!(selected(&buf), rows, "{keys}\n{}", text(&buf));
    }
}

#[test]
fn matches_are_highlighted_and_the_current_one_stands_out() {
    let mut scene = Scene::on("ab ab\nxx ab", 20, at(0, 0));
    scene.press("/ab⏎");
    let (buf, cursor, footer) = drawn(&mut scene);
    let colour = theme().matched.fg.unwrap();
    let cells = [(0, 0), (1, 0), (3, 0), (3, 1)].map(|at| {
        assert_eq!(buf[at].fg, colour, "{at:?}");
        buf[at].modifier.contains(Modifier::REVERSED)
    });
    assert_eq!(cells, [false, false, true, false]);
    assert_eq!(buf[(0, 1)].fg, ratatui::style::Color::Reset);
    assert_eq!(cursor, Some(Position::new(3, 0)));
    assert_eq!(footer, " copy line 1 of 2  2/3 ");
}

#[test]
fn the_footer_shows_mode_position_matches_and_new_lines() {
    let mut scene = Scene::new(Fake::counted(10_000, 20, 5));
    scene.press("9120G");
    for _ in 0..120 {
        scene.text.push("more");
    }
    assert_eq!(drawn(&mut scene).2, " copy line 9,120 of 10,120  +120 lines ");
    scene.press("V?line 911⏎");
    assert_eq!(drawn(&mut scene).2, " select lines line 9,119 of 10,120  10/11  +120 lines ");
    scene.press("f");
    assert_eq!(drawn(&mut scene).2, " select lines to which character? line 9,119 of 10,120 ");
}

#[test]
fn any_size_can_be_drawn() {
    let (theme, store) = (theme(), Store::default());
    let look = Look { theme: &theme, store: &store, now: Timestamp::now(), ascii: false };
    for (width, height) in (0..12).flat_map(|width| (0..8).map(move |height| (width, height))) {
        let mut scene = Scene::on(CODE, u32::from(width).max(2), at(1, 9));
        scene.press("⌃v/x⏎");
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        scene.copy.draw(area, &mut buf, &look, &scene.text);
        scene.copy.footer(&scene.text, width, &look);
    }
}

#[test]
fn a_search_without_a_match_is_reported_once() {
    let mut scene = Scene::on("ab\ncd", 20, at(1, 0));
    scene.press("/nowhere⏎");
    for keys in ["", "n", "N"] {
        scene.press(keys);
        assert_eq!(drawn(&mut scene).2, " copy line 2 of 2  no match ", "{keys}");
    }
}
