//! Values longer than the page is wide, or taller than it is.

use crossterm::event::{MouseEvent, MouseEventKind};

use super::*;
use crate::tui::widgets::testing::{self, SIZES, numbered_words};

/// A document with a value of 1,000 words.
fn long_value(form: DocumentForm) -> DocumentView {
    let text = numbered_words(1000);
    let mut view = DocumentView::new(id(), "web-1".to_owned(), form);
    let ticket = reads(&view.open());
    answer(
        &mut view,
        ticket,
        [part("instance", json!({"first": 1, "user_data": text, "last": [1, 2, 3]}), &[])],
    );
    view
}

fn words_seen(
    view: &mut DocumentView,
    (width, height): (u16, u16),
    turn: impl FnMut(&mut DocumentView),
) -> usize {
    testing::words_seen(view, |view| drawn(view, width, height), turn)
}

#[test]
fn a_wrapped_value_taller_than_the_page_is_read_to_its_end_and_back() {
    for size in SIZES {
        for form in [DocumentForm::Form, DocumentForm::Yaml, DocumentForm::Json] {
            let mut view = long_value(form);
            view.apply(Command::Wide, None);
            drawn(&mut view, size.0, size.1);
            let by_lines: &[Command] =
                if form == DocumentForm::Form { &[Command::Down, Command::Up] } else { &[] };
            for &command in by_lines.iter().chain(&[Command::PageDown, Command::PageUp]) {
                let seen = words_seen(&mut view, size, |view| _ = view.apply(command, None));
                assert_eq!(seen, 1000, "{command:?} {form:?} {size:?}");
            }
            for kind in [MouseEventKind::ScrollDown, MouseEventKind::ScrollUp] {
                let event = MouseEvent { kind, column: 5, row: 5, modifiers: KeyModifiers::NONE };
                let seen = words_seen(&mut view, size, |view| {
                    view.event(&TerminalEvent::Mouse(event), &mut crate::tui::sample::app());
                });
                assert_eq!(seen, 1000, "{kind:?} {form:?} {size:?}");
            }
        }
    }
}

#[test]
fn a_match_comes_into_view_wherever_it_is_in_its_value() {
    for size in SIZES {
        for wrap in [true, false] {
            let mut view = long_value(DocumentForm::Form);
            view.wrap = wrap;
            drawn(&mut view, size.0, size.1);
            view.apply(Command::Search, None);
            type_text(&mut view, "w(0500|0900) |ENDWORDS");
            for found in ["w0500", "w0900", "ENDWORDS", "w0500"] {
                let seen = drawn(&mut view, size.0, size.1);
                assert!(seen.contains(found), "{found} {size:?} {wrap}: {seen}");
                press(&mut view, KeyCode::Enter);
                view.apply(Command::NextMatch, None);
            }
        }
    }
}

#[test]
fn a_chopped_value_shows_that_it_goes_on_and_has_an_end() {
    let mut view = long_value(DocumentForm::Json);
    let seen = drawn(&mut view, 60, 15);
    assert_eq!(seen.matches('›').count(), 1, "{seen}");
    for _ in 0..3 {
        view.apply(Command::Right, Some(100_000));
        drawn(&mut view, 60, 15);
    }
    let seen = drawn(&mut view, 60, 15);
    assert!(seen.contains('‹') && !seen.contains('›'), "{seen}");
    assert!(view.pager.left < 1000 * 6 + 100, "{}", view.pager.left);
}

#[test]
fn a_value_of_a_megabyte_is_cut_into_rows_once() {
    let mut view = DocumentView::new(id(), "web-1".to_owned(), DocumentForm::Json);
    let ticket = reads(&view.open());
    answer(&mut view, ticket, [part("instance", json!({"user_data": "é".repeat(500_000)}), &[])]);
    view.wrap = true;
    drawn(&mut view, 60, 15);
    let row = view.shown.iter().position(|&row| view.sheet.text(row).len() > 1_000_000).unwrap();
    let rows = view.rows_of(view.shown[row]);
    assert!(rows.len() > 8000);
    for _ in 0..50 {
        view.apply(Command::PageDown, None);
        drawn(&mut view, 60, 15);
    }
    assert!(std::sync::Arc::ptr_eq(&rows, &view.rows_of(view.shown[row])));
}
