use std::time::{Duration, Instant};

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use super::*;

const GRID: Rect = Rect { x: 1, y: 1, width: 20, height: 5 };
const DOWN: MouseEventKind = MouseEventKind::Down(MouseButton::Left);
const DRAG: MouseEventKind = MouseEventKind::Drag(MouseButton::Left);
const UP: MouseEventKind = MouseEventKind::Up(MouseButton::Left);

/// An event over a cell of the grid.
fn over(kind: MouseEventKind, column: u16, row: u16) -> MouseEvent {
    MouseEvent { kind, column: GRID.x + column, row: GRID.y + row, modifiers: KeyModifiers::NONE }
}

fn text() -> Fake {
    Fake::new("zero\none two_2 three\nlong line that is wrapped at twenty\n日本語\nlast", 20, 5)
}

/// The texts that some events over a live screen copy.
fn copied(events: &[MouseEvent]) -> Vec<String> {
    let (text, now) = (text(), Instant::now());
    let mut live = LiveMouse::default();
    let mut copy: Option<CopyMode> = None;
    let mut copied = Vec::new();
    for event in events {
        match &mut copy {
            Some(copy) => {
                let After::Stay(effects) = copy.mouse(*event, GRID, now, &text) else { panic!("left") };
                for effect in effects {
                    let Effect::Work(Work::Copy(text, _)) = effect else { panic!("{effect:?}") };
                    copied.push(text);
                }
            }
            None => copy = live.event(*event, GRID, now, (&text, "web-1")),
        }
    }
    copied
}

#[test]
fn a_drag_selects_and_its_release_copies() {
    // The view begins at the second line: five rows of six.
    assert_eq!(copied(&[over(DOWN, 4, 0), over(DRAG, 5, 0), over(DRAG, 8, 0), over(UP, 8, 0)]), ["two_2"]);
    assert_eq!(copied(&[over(DOWN, 15, 1), over(DRAG, 4, 2), over(UP, 4, 2)]), ["is wrapped"]);
    assert_eq!(copied(&[over(DOWN, 3, 3), over(DRAG, 0, 3), over(UP, 0, 3)]), ["日本"]);
    let mut block = [over(DOWN, 0, 3), over(DRAG, 1, 4), over(UP, 1, 4)];
    block[1].modifiers = KeyModifiers::ALT;
    assert_eq!(copied(&block), ["日\nla"]);
    assert_eq!(copied(&[over(DOWN, 4, 0), over(UP, 4, 0)]), [] as [&str; 0], "a click copies nothing");
    let over_blanks = [over(DOWN, 9, 4), over(DRAG, 12, 4), over(UP, 12, 4)];
    assert_eq!(copied(&over_blanks), [] as [&str; 0], "nor does a drag behind the end of a line");
}

#[test]
fn a_double_click_selects_a_word_and_a_triple_click_a_line() {
    let click = [over(DOWN, 5, 0), over(UP, 5, 0)];
    assert_eq!(copied(&[click, click].concat()), ["two_2"]);
    assert_eq!(copied(&[click, click, click].concat()), ["two_2", "one two_2 three"]);
    let elsewhere = [over(DOWN, 1, 4), over(UP, 1, 4)];
    assert_eq!(copied(&[click, elsewhere].concat()), [] as [&str; 0]);
    let wrapped = [over(DOWN, 3, 2), over(UP, 3, 2)];
    assert_eq!(
        copied(&[wrapped, wrapped, wrapped].concat()),
        ["wrapped", "long line that is wrapped at twenty"]
    );
}

#[test]
fn clicks_far_apart_are_no_double_click() {
    let (text, now) = (text(), Instant::now());
    let mut live = LiveMouse::default();
    let later = now + Duration::from_secs(1);
    assert!(live.event(over(DOWN, 5, 0), GRID, now, (&text, "x")).is_none());
    assert!(live.event(over(DOWN, 5, 0), GRID, later, (&text, "x")).is_none());
    assert!(live.event(over(DOWN, 5, 0), GRID, later, (&text, "x")).is_some());
}

#[test]
fn a_click_with_shift_extends_the_selection() {
    let (text, now) = (text(), Instant::now());
    let mut copy = CopyMode::enter(&text, Size { columns: 20, rows: 5 }, "web-1");
    copy.mouse(over(DOWN, 0, 0), GRID, now, &text);
    copy.mouse(over(UP, 0, 0), GRID, now, &text);
    for (column, row, expected) in [(6, 0, "one two"), (2, 0, "one"), (3, 1, "one two_2 three\nlong")] {
        let mut press = over(DOWN, column, row);
        press.modifiers = KeyModifiers::SHIFT;
        copy.mouse(press, GRID, now, &text);
        let After::Stay(effects) = copy.mouse(over(UP, column, row), GRID, now, &text) else { panic!() };
        assert!(
            matches!(&effects[..], [Effect::Work(Work::Copy(text, _))] if text == expected),
            "{effects:?}"
        );
    }
}

#[test]
fn dragging_beyond_the_edge_scrolls() {
    let (text, now) = (Fake::counted(50, 20, 5), Instant::now());
    let mut copy = CopyMode::enter(&text, Size { columns: 20, rows: 5 }, "web-1");
    copy.mouse(over(DOWN, 0, 2), GRID, now, &text);
    let beyond = MouseEvent { row: 0, ..over(DRAG, 0, 0) };
    for _ in 0..3 {
        copy.mouse(beyond, GRID, now, &text);
    }
    assert_eq!((copy.view.top, copy.cursor), (at(42, 0), at(42, 0)));
    let beyond = MouseEvent { row: GRID.bottom() + 1, ..over(DRAG, 0, 0) };
    copy.mouse(beyond, GRID, now, &text);
    assert_eq!((copy.view.top, copy.cursor), (at(44, 0), at(48, 0)));
    assert_eq!(copy.selection.map(|selection| selection.anchor), Some(at(47, 0)));
}

#[test]
fn the_wheel_enters_and_leaves_again_at_the_end() {
    let (text, now) = (Fake::counted(50, 20, 5), Instant::now());
    let wheel = |kind| over(kind, 3, 3);
    let mut live = LiveMouse::default();
    assert!(live.event(wheel(MouseEventKind::ScrollDown), GRID, now, (&text, "x")).is_none());
    let mut copy = live.event(wheel(MouseEventKind::ScrollUp), GRID, now, (&text, "x")).unwrap();
    assert_eq!(copy.view.top, at(42, 0));
    assert_eq!(copy.mouse(wheel(MouseEventKind::ScrollUp), GRID, now, &text), After::stay());
    assert_eq!(copy.view.top, at(39, 0));
    assert_eq!(copy.mouse(wheel(MouseEventKind::ScrollDown), GRID, now, &text), After::stay());
    assert_eq!(copy.mouse(wheel(MouseEventKind::ScrollDown), GRID, now, &text), After::Leave(Vec::new()));
    let all_on_screen = Fake::counted(5, 20, 5);
    assert!(live.event(wheel(MouseEventKind::ScrollUp), GRID, now, (&all_on_screen, "x")).is_none());
}
