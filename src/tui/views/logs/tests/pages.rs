//! Turning pages: lines longer than the page is wide, or taller than it is.

use crossterm::event::{MouseEvent, MouseEventKind};

use super::*;
use crate::tui::widgets::testing::{self, SIZES, numbered_words};

/// A log of a line of 1,500 words among short ones, wrapped or not, from its beginning.
fn tall_line(wrap: bool, (width, height): (u16, u16)) -> LogView {
    let mut view = opened(&["web-1"]);
    print(&mut view, 0, vec![line(0, "before"), line(1, &numbered_words(1500))]);
    print(&mut view, 0, (2..42).map(|n| line(n, &format!("after {n}"))).collect());
    view.wrap = wrap;
    drawn(&mut view, width, height);
    view.apply(Command::Top, None);
    view
}

fn turn_wheel(view: &mut LogView, kind: MouseEventKind) {
    let mouse = MouseEvent { kind, column: 5, row: 5, modifiers: KeyModifiers::NONE };
    view.event(&TerminalEvent::Mouse(mouse), &mut crate::tui::sample::app());
}

fn words_seen(view: &mut LogView, (width, height): (u16, u16), turn: impl FnMut(&mut LogView)) -> usize {
    testing::words_seen(view, |view| drawn(view, width, height), turn)
}

#[test]
fn a_wrapped_line_taller_than_the_page_is_read_to_its_end_and_back() {
    for size in SIZES {
        for (down, up) in [
            (Command::Down, Command::Up),
            (Command::HalfPageDown, Command::HalfPageUp),
            (Command::PageDown, Command::PageUp),
        ] {
            let mut view = tall_line(true, size);
            assert_eq!(
                words_seen(&mut view, size, |view| _ = view.apply(down, None)),
                1500,
                "{down:?} {size:?}"
            );
            assert!(drawn(&mut view, size.0, size.1).contains("after 41"));
            assert_eq!(words_seen(&mut view, size, |view| _ = view.apply(up, None)), 1500, "{up:?} {size:?}");
            assert!(drawn(&mut view, size.0, size.1).contains("before"));
        }
        let mut view = tall_line(true, size);
        assert_eq!(words_seen(&mut view, size, |view| turn_wheel(view, MouseEventKind::ScrollDown)), 1500);
        assert_eq!(words_seen(&mut view, size, |view| turn_wheel(view, MouseEventKind::ScrollUp)), 1500);
    }
}

#[test]
fn the_wheel_and_half_pages_move_the_page_at_once() {
    let mut view = opened(&["web-1"]);
    numbered(&mut view, 0..1000);
    drawn(&mut view, 60, 15);
    view.apply(Command::Top, None);
    let first = |view: &mut LogView| {
        let screen = drawn(view, 60, 15);
        screen.lines().nth(2).unwrap().replace(['│', ' '], "")
    };
    assert_eq!(first(&mut view), "line0");
    turn_wheel(&mut view, MouseEventKind::ScrollDown);
    assert_eq!(first(&mut view), "line3");
    view.apply(Command::HalfPageDown, None);
    assert_eq!(first(&mut view), "line9");
    turn_wheel(&mut view, MouseEventKind::ScrollUp);
    assert_eq!(first(&mut view), "line6");
    view.apply(Command::Bottom, None);
    assert_eq!(first(&mut view), "line988");
    numbered(&mut view, 1000..2000);
    turn_wheel(&mut view, MouseEventKind::ScrollUp);
    assert_eq!(first(&mut view), "line985", "from the page that was seen, whatever has come since");
    assert!(drawn(&mut view, 60, 15).contains("1,000 new below"));
    assert!(drawn(&mut view, 30, 8).contains("‖ paused, 1,000 new ┐"), "the state is not cut");
}

#[test]
fn a_match_comes_into_view_wherever_it_is_in_its_line() {
    for size in SIZES {
        for wrap in [true, false] {
            let mut view = tall_line(wrap, size);
            view.apply(Command::Search, None);
            type_text(&mut view, "ENDWORDS");
            press(&mut view, KeyCode::Enter);
            let seen = drawn(&mut view, size.0, size.1);
            assert!(seen.contains("w1499 ENDWORDS"), "{seen}");
            view.apply(Command::Search, None);
            type_text(&mut view, "/w0(003|700|701)/");
            press(&mut view, KeyCode::Enter);
            assert!(drawn(&mut view, size.0, size.1).contains("w0003"));
            view.apply(Command::NextMatch, None);
            let seen = drawn(&mut view, size.0, size.1);
            assert!(seen.contains("w0700") && !seen.contains("w0003"), "the next in the same line: {seen}");
            view.apply(Command::PreviousMatch, None);
            assert!(drawn(&mut view, size.0, size.1).contains("w0003"), "and back");
            view.apply(Command::Search, None);
            type_text(&mut view, "ENDWORDS");
            press(&mut view, KeyCode::Esc);
            assert!(drawn(&mut view, size.0, size.1).contains("w0003"), "a search given up leads back");
        }
    }
}

#[test]
fn a_chopped_line_shows_on_which_side_it_goes_on() {
    for size in SIZES {
        let mut view = tall_line(false, size);
        let long = |view: &mut LogView| {
            let screen = drawn(view, size.0, size.1);
            screen.lines().nth(3).unwrap().to_owned()
        };
        assert!(long(&mut view).ends_with("›│") && !long(&mut view).contains('‹'), "{}", long(&mut view));
        view.apply(Command::Right, None);
        assert!(long(&mut view).ends_with("›│") && long(&mut view).starts_with("│ ‹"), "{}", long(&mut view));
        view.apply(Command::Right, Some(100_000));
        for _ in 0..10 {
            drawn(&mut view, size.0, size.1);
            view.apply(Command::Right, Some(100_000));
        }
        let end = long(&mut view);
        assert!(!end.contains('›') && end.starts_with("│ ‹") && end.contains("ENDWORDS"), "{end}");
        view.apply(Command::Wide, None);
        assert!(!long(&mut view).contains(['‹', '›']));
    }
}

#[test]
fn a_note_longer_than_the_page_can_be_read() {
    let mut view = opened(&["web-1"]);
    news(&mut view, 0, LogEvent::Interrupted(Problem::new(ProblemKind::Unreachable, numbered_words(40))));
    let seen = drawn(&mut view, 60, 15);
    assert!(seen.contains("w0000") && seen.contains('›') && !seen.contains("ENDWORDS"), "{seen}");
    view.apply(Command::Wide, None);
    let seen = drawn(&mut view, 60, 15);
    assert!(seen.contains("w0000") && seen.contains("w0039") && seen.contains("ENDWORDS ──"), "{seen}");
}

#[test]
fn one_line_is_one_line() {
    let mut view = opened(&["web-1"]);
    print(&mut view, 0, vec![line(0, "only")]);
    assert!(drawn(&mut view, 80, 15).contains(" 1 line "));
    filter(&mut view, "nowhere");
    assert!(drawn(&mut view, 80, 15).contains("The only line is hidden"));
    filter(&mut view, "");
    numbered(&mut view, 0..1);
    assert!(drawn(&mut view, 80, 15).contains(" 2 lines "));
}

#[test]
fn tabs_take_their_rows_where_lines_are_wrapped() {
    let mut view = opened(&["web-1"]);
    view.wrap = true;
    print(&mut view, 0, vec![line(0, &"\tx".repeat(30)), line(1, "after")]);
    view.apply(Command::Top, None);
    let seen = drawn(&mut view, 60, 15);
    assert_eq!(seen.matches('x').count(), 30, "{seen}");
    assert!(seen.contains("after"));
}
