use proptest::prelude::*;

use super::*;

fn text(lines: usize, rows: &dyn Fn(usize) -> usize) -> Extent<'_> {
    Extent { lines, rows }
}

fn settled(lines: usize, page: usize, rows: &dyn Fn(usize) -> usize) -> Pager {
    let mut pager = Pager::default();
    pager.settle(page, &text(lines, rows));
    pager
}

#[test]
fn a_page_follows_the_cursor_and_fills_from_the_end() {
    let lines = text(100, &|_| 1);
    let mut pager = settled(100, 10, &|_| 1);
    let mut moved = |command, count| {
        pager.travel(command, count, &lines);
        pager.settle(10, &lines);
        (pager.cursor, pager.top)
    };
    assert_eq!(moved(Movement::Down, Some(9)), (9, 0));
    assert_eq!(moved(Movement::Down, None), (10, 1));
    assert_eq!(moved(Movement::Bottom, None), (99, 90));
    assert_eq!(moved(Movement::Top, Some(50)), (49, 49));
}

#[test]
fn lines_of_several_rows_keep_the_cursor_on_the_page() {
    let lines = text(20, &|_| 3);
    let mut pager = settled(20, 6, &|_| 3);
    pager.travel(Movement::Down, Some(5), &lines);
    pager.settle(6, &lines);
    assert_eq!((pager.cursor, pager.top, pager.skip), (5, 4, 0));
}

#[test]
fn half_pages_and_the_wheel_move_the_page_at_once() {
    let lines = text(100, &|_| 1);
    let mut pager = settled(100, 10, &|_| 1);
    pager.travel(Movement::HalfPageDown, None, &lines);
    assert_eq!((pager.cursor, pager.top), (5, 5), "the cursor keeps its row");
    pager.wheel(true, &lines);
    assert_eq!((pager.cursor, pager.top), (8, 8), "and is taken along at the edge");
    pager.wheel(false, &lines);
    assert_eq!((pager.cursor, pager.top), (8, 5), "but for that the wheel leaves it on its line");
    pager.travel(Movement::HalfPageUp, None, &lines);
    assert_eq!((pager.cursor, pager.top), (3, 0));
    pager.travel(Movement::HalfPageUp, None, &lines);
    assert_eq!((pager.cursor, pager.top), (0, 0), "at the end of the text the cursor goes on alone");
}

#[test]
fn a_line_taller_than_the_page_is_read_to_its_end() {
    let rows = |line| if line == 1 { 25 } else { 1 };
    let lines = text(3, &rows);
    let mut pager = settled(3, 10, &rows);
    pager.travel(Movement::Down, None, &lines);
    assert_eq!((pager.cursor, pager.top, pager.skip), (1, 1, 0), "its beginning is shown first");
    for seen in 1..=15 {
        pager.travel(Movement::Down, None, &lines);
        assert_eq!((pager.cursor, pager.top, pager.skip), (1, 1, seen), "then a row at a time");
    }
    pager.travel(Movement::Down, None, &lines);
    assert_eq!((pager.cursor, pager.top, pager.skip), (2, 1, 16), "and then the line after it");
    pager.travel(Movement::Up, None, &lines);
    assert_eq!((pager.cursor, pager.top, pager.skip), (1, 1, 15), "from below its end is shown");
    pager.travel(Movement::Up, None, &lines);
    assert_eq!((pager.top, pager.skip), (1, 14));
    pager.travel(Movement::PageUp, None, &lines);
    assert_eq!((pager.top, pager.skip), (1, 5));
    pager.travel(Movement::Bottom, None, &lines);
    assert_eq!((pager.cursor, pager.top, pager.skip), (2, 1, 16));
    pager.travel(Movement::HalfPageUp, None, &lines);
    assert_eq!((pager.top, pager.skip), (1, 11));
}

#[test]
fn a_row_and_columns_that_were_found_come_into_view() {
    let rows = |line| if line == 1 { 100 } else { 1 };
    let lines = text(3, &rows);
    let mut pager = settled(3, 10, &rows);
    pager.jump(1, &lines);
    pager.show_row(60, &lines);
    assert_eq!((pager.cursor, pager.top, pager.skip), (1, 1, 55));
    assert!(pager.rows_on_page(1, &lines).contains(&60));
    for (columns, left) in
        [(0..4, 0), (70..76, 0), (78..84, 39), (500..506, 461), (470..476, 461), (10..14, 0)]
    {
        pager.show_columns(columns.clone(), 80);
        assert_eq!(pager.left, left, "{columns:?}");
    }
}

#[test]
fn a_million_lines_are_not_measured_for_a_jump() {
    let measured = std::cell::Cell::new(0);
    let rows = |line: usize| {
        measured.set(measured.get() + 1);
        1 + line % 7
    };
    let lines = text(1_000_000, &rows);
    let mut pager = settled(1_000_000, 40, &rows);
    for command in [Movement::Bottom, Movement::Top, Movement::PageDown, Movement::HalfPageUp, Movement::Down]
    {
        for count in [None, Some(999_999)] {
            pager.travel(command, count, &lines);
            pager.settle(40, &lines);
        }
    }
    assert!(measured.get() < 20_000, "{}", measured.get());
}

proptest! {
    #[test]
    fn the_cursor_is_always_on_the_page(
        moves in prop::collection::vec((0_usize..10, 1_u32..40), 0..40),
        lines in 0_usize..200,
        page in 1_usize..40,
        tall in 1_usize..60,
    ) {
        let all = [
            Movement::Down, Movement::Up, Movement::Top, Movement::Bottom, Movement::PageDown, Movement::PageUp,
            Movement::HalfPageDown, Movement::HalfPageUp,
        ];
        let rows = |line: usize| 1 + (line * 7) % tall;
        let text = text(lines, &rows);
        let mut pager = settled(lines, page, &rows);
        for (which, count) in moves {
            let before = (pager.top, pager.skip);
            match all.get(which) {
                Some(movement) => pager.travel(*movement, (count > 1).then_some(count), &text),
                None => pager.wheel(which == 8, &text),
            }
            pager.settle(page, &text);
            prop_assert!(lines == 0 || pager.cursor < lines);
            if lines == 0 {
                continue;
            }
            let (first, last) = (pager.top, pager.bottom(&text));
            prop_assert!((first..=last).contains(&pager.cursor));
            let whole = (first..=last).any(|line| pager.is_whole(line, &text));
            prop_assert!(rows(pager.cursor) > page || pager.is_whole(pager.cursor, &text) || !whole);
            prop_assert!((pager.top, pager.skip) <= pager.lowest_top(&text), "the page is filled");
            let turned = matches!(all.get(which), None | Some(Movement::PageDown | Movement::PageUp | Movement::HalfPageDown | Movement::HalfPageUp));
            if turned && count == 1 {
                let after = (pager.top, pager.skip);
                let moved = text.between(before.min(after), before.max(after), usize::MAX);
                prop_assert!(moved <= page.max(WHEEL_ROWS), "no row is passed over: {}", moved);
            }
        }
    }
}
