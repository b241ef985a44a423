//! The text of lines behind what happened to their cells, at other sizes, and in the history.

use proptest::prelude::*;
use proptest::sample;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;

fn fed(columns: u16, rows: u16, bytes: &str) -> Emulator {
    let mut emulator = emulator(columns, rows);
    emulator.feed(bytes.as_bytes());
    emulator
}

fn line(emulator: &Emulator, number: u64) -> String {
    emulator.line(number).map(|line| line.text).unwrap_or_default()
}

#[test]
fn a_cell_that_a_wide_character_left_free_is_a_blank_once_it_moves() {
    let mut emulator = fed(5, 3, "abcd漢");
    assert_eq!((rows(&emulator).join("|"), line(&emulator, 0)), ("abcd|漢".to_owned(), "abcd漢".to_owned()));
    emulator.feed(b"\x1b[H\x1b[P");
    assert_eq!(line(&emulator, 0), "bcd  漢", "columns of the text are those of the cells");
    emulator.resize(Size { columns: 10, rows: 3 });
    assert_eq!(rows(&emulator), ["bcd  漢"]);
    emulator.feed(b"\n\n\n");
    assert_eq!(line(&emulator, 0), "bcd  漢", "in the history");
}

#[test]
fn half_of_a_wide_character_with_a_mark_is_not_copied() {
    for (from, to) in [("1;1;1;1", "1;5"), ("1;2;1;2", "1;5")] {
        let emulator = fed(10, 3, &format!("漢\u{301}\x1b[{from};1;{to};1$v"));
        assert_eq!(rows(&emulator), ["漢\u{301}"], "{from}");
    }
}

#[test]
fn a_line_of_double_width_ends_before_what_its_edge_cuts() {
    let mut emulator = fed(5, 3, "漢漢\x1b#6");
    assert_eq!(line(&emulator, 0), "漢");
    emulator.feed(b"\r\n\n\n\n");
    assert_eq!((emulator.lines().start, line(&emulator, 0)), (0, "漢".to_owned()));
}

#[test]
fn a_wrap_that_finds_no_row_below_joins_no_lines() {
    // Below the lower margin nothing scrolls.
    let mut emulator = fed(5, 3, "\x1b[1;2r\x1b[3;1Habcdefg");
    assert_eq!(rows(&emulator), ["", "", "fgcde"]);
    emulator.feed(b"\x1b[r\x1b[3;1H\nx");
    emulator.resize(Size { columns: 10, rows: 3 });
    assert_eq!(rows(&emulator), ["", "fgcde", "x"]);
}

#[test]
fn a_saved_cursor_keeps_its_place_at_a_new_size() {
    for (bytes, saved) in [
        ("\x1b[4;3H\x1b7\x1b[H", (4, 3)),
        ("ab\x1b[1;7H\x1b7\x1b[H", (1, 7)),
        ("one\r\ntwo\x1b7\x1b[H", (2, 4)),
        ("0123456789\x1b7\x1b[H", (1, 10)),
    ] {
        let mut emulator = fed(10, 5, bytes);
        for (columns, rows) in [(8, 5), (20, 3), (10, 5)] {
            emulator.resize(Size { columns, rows });
        }
        emulator.feed(b"\x1b8");
        assert_eq!(cursor(&emulator), saved, "{bytes:?}");
    }
}

#[test]
fn a_screen_with_room_gets_back_what_a_smaller_one_took() {
    let sizes = |emulator: &mut Emulator, sizes: &[(u16, u16)]| {
        for (columns, rows) in sizes {
            emulator.resize(Size { columns: *columns, rows: *rows });
        }
    };
    let mut emulator = fed(10, 4, "1\r\n2\r\n3\r\n4\r\n5\r\nsix six six");
    assert_eq!(rows(&emulator), ["4", "5", "six six si", "x"]);
    sizes(&mut emulator, &[(10, 2), (20, 4), (10, 4)]);
    assert_eq!(rows(&emulator), ["4", "5", "six six si", "x"]);
    // A row is erased.
    emulator.feed(b"\x1b[4H\x1b[K\x1b[3H");
    let before = (rows(&emulator), cursor(&emulator));
    assert_eq!(before.0, ["4", "5", "six six si"]);
    for other in [&[(10, 2)][..], &[(10, 3)], &[(5, 4)], &[(20, 4)], &[(5, 2), (5, 4), (20, 3)]] {
        sizes(&mut emulator, other);
        sizes(&mut emulator, &[(10, 4)]);
        assert_eq!((rows(&emulator), cursor(&emulator)), before, "{other:?}");
    }
}

#[test]
fn a_place_saved_below_a_smaller_screen_costs_no_text() {
    let mut emulator = fed(9, 5, "\x1b[5;5H\x1b7\x1b[H");
    emulator.resize(Size { columns: 9, rows: 2 });
    emulator.feed(b"one\r\ntwo\x1b[?47h");
    emulator.resize(Size { columns: 2, rows: 2 });
    emulator.feed(b"\x1b[?47l");
    emulator.resize(Size { columns: 9, rows: 2 });
    assert_eq!((line(&emulator, 0), line(&emulator, 1)), ("one".to_owned(), "two".to_owned()));
}

#[test]
fn sizes_in_between_leave_no_mark_on_the_alternate_screen() {
    let lines = (1..=8).map(|row| format!("\x1b[{row}Hline {row}")).collect::<Vec<_>>().concat();
    for place in ["\x1b[H", "\x1b[2H", "\x1b[4H"] {
        let mut emulator = fed(10, 8, &format!("\x1b[?1049h{lines}"));
        emulator.resize(Size { columns: 10, rows: 4 });
        // What the program does while rows are hidden above.
        emulator.feed(place.as_bytes());
        let before = (rows(&emulator), cursor(&emulator));
        assert_eq!(before.0, ["line 5", "line 6", "line 7", "line 8"]);
        for sizes in [&[3][..], &[2], &[6], &[9], &[2, 9, 3, 7], &[12, 3, 5]] {
            for rows in sizes {
                emulator.resize(Size { columns: 10, rows: *rows });
            }
            emulator.resize(Size { columns: 10, rows: 4 });
            assert_eq!((rows(&emulator), cursor(&emulator)), before, "{place:?}, {sizes:?}");
        }
        emulator.resize(Size { columns: 10, rows: 8 });
        assert_eq!(rows(&emulator).len(), 8, "{place:?}");
    }
}

#[test]
fn a_screen_that_was_cleared_stays_clear_of_the_history() {
    let mut emulator = fed(10, 4, "one\r\ntwo\r\nthree\r\nfour");
    emulator.resize(Size { columns: 10, rows: 2 });
    emulator.feed(b"\x1b[H\x1b[2J$ ");
    for (columns, size) in [(12, 5), (10, 2), (10, 4)] {
        emulator.resize(Size { columns, rows: size });
        assert_eq!(rows(&emulator), ["$"], "{columns}x{size}");
    }
}

/// What shows: symbols, colours and attributes.
fn picture(emulator: &mut Emulator) -> Buffer {
    let Size { columns, rows } = emulator.size();
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    emulator.draw(area, &mut buffer);
    buffer
}

proptest! {
    #[test]
    fn a_run_of_characters_is_the_same_as_the_characters(
        columns in 2_u16..14,
        rows in 2_u16..8,
        before in "[a-z漢]{0,60}",
        margins in (1_u16..8, 1_u16..8, 1_u16..14, 1_u16..14),
        modes in sample::subsequence(vec!["\x1b[?69h", "\x1b[?7l", "\x1b[4h", "\x1b[8m", "\x1b#6", "\x1b[44m"], 0..3),
        place in (1_u16..8, 1_u16..14),
        c in sample::select(vec!['x', 'é', '漢']),
        count in 0_usize..200,
    ) {
        let (top, bottom, left, right) = margins;
        let start = format!(
            "{before}{}\x1b[{top};{bottom}r\x1b[{left};{right}s\x1b[{};{}H",
            modes.concat(), place.0, place.1
        );
        let mut one_by_one = fed(columns, rows, &start);
        for _ in 0..=count {
            one_by_one.feed(c.to_string().as_bytes());
        }
        let most = usize::from(columns) * usize::from(rows) / if c == '漢' { 2 } else { 1 };
        let at_once = fed(columns, rows, &format!("{start}{}", c.to_string().repeat(count + 1)));
        let repeated = fed(columns, rows, &format!("{start}{c}\x1b[{}b", count.max(1)));
        for (mut emulator, name) in [(at_once, "at once"), (repeated, "repeated")] {
            if name == "repeated" && count == 0 {
                continue;
            }
            prop_assert_eq!(picture(&mut emulator), picture(&mut one_by_one), "{}", name);
            prop_assert_eq!(emulator.cursor(), one_by_one.cursor(), "{}", name);
            if name == "repeated" && count > most {
                // Of so many not all are printed, and the line is shorter.
                continue;
            }
            let lines = |emulator: &Emulator| emulator.lines().map(|n| line(emulator, n)).collect::<Vec<_>>();
            prop_assert_eq!(lines(&emulator), lines(&one_by_one), "{}", name);
            // What is behind the picture: where the next one goes, and which rows are of one line.
            emulator.feed("漢".as_bytes());
            emulator.resize(Size { columns: columns + 5, rows });
            let mut other = one_by_one.clone();
            other.feed("漢".as_bytes());
            other.resize(Size { columns: columns + 5, rows });
            prop_assert_eq!(picture(&mut emulator), picture(&mut other), "{}, wider", name);
        }
    }
}

#[test]
fn tab_stops_go_on_to_the_edge_of_the_widest_screen() {
    let emulator = fed(1100, 2, "\x1b[1060G\t");
    assert_eq!(cursor(&emulator), (1, 1065));
}
