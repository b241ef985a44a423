use super::*;
use crate::screen::{Colour, Extra, Flags, Glyph, Style};

fn row(text: &str, style: Style, wrapped: bool) -> Row {
    let mut row = Row::blank(80, Style::default());
    for (cell, c) in row.cells.iter_mut().zip(text.chars()) {
        *cell = Cell { glyph: Glyph::char(c), style };
    }
    row.wrapped = wrapped;
    row
}

fn push(history: &mut History, row: &Row) {
    history.push(row, 80, &Clusters::default(), &Extras::default());
}

#[test]
fn lines_come_back_with_their_styles() {
    let mut extras = Extras::default();
    let target = crate::extended::intern_link("https://example.com/");
    let extra = extras.intern(Extra { underline: Colour::rgb(1, 2, 3), link: target });
    let mut clusters = Clusters::default();
    let accent = clusters.intern("e\u{301}");
    let mut history = History::new();
    let mut styled = row("plain red", Style::default(), false);
    let red = Style { fg: Colour::indexed(1), bg: Colour::rgb(9, 8, 7), flags: Flags::BOLD, extra };
    styled.cells[6..9].iter_mut().for_each(|cell| cell.style = red);
    styled.cells[0].glyph = Glyph::cluster(accent);
    styled.is_prompt = true;
    history.push(&styled, 80, &clusters, &extras);
    let line = history.line(0).unwrap();
    assert_eq!((line.text, line.width, line.is_prompt), ("e\u{301}lain red", 9, true));
    let (cells, _) = history.pop(&mut clusters, &mut extras).unwrap();
    assert_eq!(cells, styled.cells[..9]);
    assert!(history.pop(&mut clusters, &mut extras).is_none());
}

#[test]
fn rows_that_were_wrapped_are_one_line() {
    let mut history = History::new();
    push(&mut history, &row(&"x".repeat(80), Style::default(), true));
    assert_eq!((history.next(), history.open_cells()), (0, Some(80)));
    assert_eq!(history.open_line().unwrap().text.len(), 80);
    push(&mut history, &row("end", Style::default(), false));
    assert_eq!((history.next(), history.open_cells()), (1, None));
    assert_eq!(history.line(0).unwrap().width, 83);
    // A line without an end is cut.
    for _ in 0..1000 {
        push(&mut history, &row(&"y".repeat(80), Style::default(), true));
    }
    assert!(history.line(1).unwrap().width <= MAX_LINE_CELLS + 80);
}

#[test]
fn the_oldest_lines_go_and_numbers_stay() {
    let mut history = History::new();
    for number in 0..100_000 {
        push(
            &mut history,
            &row(&format!("line {number} of a log that goes on and on"), Style::default(), false),
        );
    }
    assert_eq!((history.first(), history.next()), (0, 100_000));
    assert_eq!(history.line(77_777).unwrap().text, "line 77777 of a log that goes on and on");
    assert!(history.bytes() < 100_000 * 64, "{} bytes", history.bytes());
    history.trim(1_000_000);
    assert!(history.bytes() <= 1_000_000);
    assert!(history.first() > 0 && history.line(history.first() - 1).is_none());
    assert_eq!(history.line(99_999).unwrap().text, "line 99999 of a log that goes on and on");
    let blocks: Vec<_> = history.blocks_before(99_000).collect();
    assert_eq!(blocks[0].1.last().unwrap().text, "line 98999 of a log that goes on and on");
    assert!(blocks.is_sorted_by_key(|(first, _)| std::cmp::Reverse(*first)));
    let lines: usize = blocks.iter().map(|(_, lines)| lines.len()).sum();
    assert_eq!(history.first() + lines as u64, 99_000);
    assert!(history.blocks_before(history.first()).next().is_none());
    history.clear();
    assert_eq!((history.first(), history.next(), history.bytes()), (100_000, 100_000, 0));
}
