//! Conformance tables: bytes, and the screen, replies and cursor that a real terminal has after them.

mod lines;
mod replies;
mod screens;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier};

use super::{CursorShape, Emulator};
use crate::extended::{OVERLINED, Underline, with_underline};
use crate::{Place, Size};

fn emulator(columns: u16, rows: u16) -> Emulator {
    Emulator::new(Size { columns, rows })
}

fn rows(emulator: &Emulator) -> Vec<String> {
    let mut rows: Vec<String> = (0..emulator.size().rows).map(|row| emulator.row(row)).collect();
    while rows.last().is_some_and(String::is_empty) {
        rows.pop();
    }
    rows
}

fn replies(emulator: &mut Emulator) -> String {
    String::from_utf8(emulator.take_replies()).unwrap()
}

fn cursor(emulator: &Emulator) -> (u16, u16) {
    let cursor = emulator.cursor();
    (cursor.row + 1, cursor.column + 1)
}

fn drawn(emulator: &mut Emulator, area: Rect) -> (Buffer, Option<Position>) {
    let mut buf = Buffer::filled(Rect::new(0, 0, 20, 8), ratatui::buffer::Cell::new("·"));
    let cursor = emulator.draw(area, &mut buf);
    (buf, cursor)
}

#[test]
fn renditions_reach_the_cells() {
    use Color::{Blue, Indexed, LightRed, Red, Reset, Rgb};
    let none = Modifier::empty();
    for (bytes, fg, bg, modifier) in [
        ("\x1b[31;44m", Red, Blue, none),
        ("\x1b[91m", LightRed, Reset, none),
        ("\x1b[38;5;200m", Indexed(200), Reset, none),
        ("\x1b[38:5:200m", Indexed(200), Reset, none),
        ("\x1b[38;2;1;2;3m", Rgb(1, 2, 3), Reset, none),
        ("\x1b[38:2:1:2:3m", Rgb(1, 2, 3), Reset, none),
        ("\x1b[38:2::1:2:3m", Rgb(1, 2, 3), Reset, none),
        ("\x1b[48:2::1:2:3;31m", Red, Rgb(1, 2, 3), none),
        ("\x1b[1;3;4m", Reset, Reset, Modifier::BOLD | Modifier::ITALIC | Modifier::UNDERLINED),
        ("\x1b[2;7m", Reset, Reset, Modifier::DIM | Modifier::REVERSED),
        ("\x1b[4:3m", Reset, Reset, with_underline(none, Some(Underline::Curly))),
        ("\x1b[4m\x1b[4:0m", Reset, Reset, none),
        ("\x1b[21m", Reset, Reset, with_underline(none, Some(Underline::Double))),
        ("\x1b[5;9;53m", Reset, Reset, Modifier::SLOW_BLINK | Modifier::CROSSED_OUT | OVERLINED),
        ("\x1b[5;9;53m\x1b[25;29;55m", Reset, Reset, none),
        // An underline colour must not be read as blink, dim or a colour of the text.
        ("\x1b[58;2;2;1;7m", Reset, Reset, none),
        ("\x1b[58:5:1;31m", Red, Reset, none),
        ("\x1b[58;5;7;1m", Reset, Reset, Modifier::BOLD),
        ("\x1b[1;31m\x1b[m", Reset, Reset, none),
        ("\x1b[?5h", Reset, Reset, Modifier::REVERSED),
        ("\x1b]4;1;#010203\x07\x1b[31m", Rgb(1, 2, 3), Reset, none),
    ] {
        let mut emulator = emulator(10, 5);
        emulator.feed(bytes.as_bytes());
        emulator.feed(b"x");
        let (buf, _) = drawn(&mut emulator, Rect::new(2, 1, 10, 5));
        let cell = &buf[(2, 1)];
        assert_eq!((cell.symbol(), cell.fg, cell.bg, cell.modifier), ("x", fg, bg, modifier), "{bytes:?}");
    }
}

#[test]
fn a_grid_is_cut_by_its_area_and_blank_beyond_its_end() {
    let mut emulator = emulator(10, 3);
    emulator.feed("abc漢字\r\n\r\ne\u{301}nd".as_bytes());
    let (buf, cursor) = drawn(&mut emulator, Rect::new(1, 1, 4, 2));
    let line = |buf: &Buffer, y: u16| (0..20).map(|x| buf[(x, y)].symbol()).collect::<String>();
    assert_eq!(line(&buf, 1), "·abc ···············", "half a wide character is a blank");
    assert_eq!(line(&buf, 2), "·    ···············");
    assert_eq!(line(&buf, 3), "····················");
    assert_eq!(cursor, None);
    let (buf, cursor) = drawn(&mut emulator, Rect::new(0, 0, 12, 5));
    assert_eq!(line(&buf, 0), "abc漢 字      ········");
    assert_eq!(line(&buf, 2), "e\u{301}nd         ········");
    assert_eq!(line(&buf, 4), "            ········");
    assert_eq!(cursor, Some(Position::new(3, 2)));
}

#[test]
fn a_line_of_double_width_is_drawn_spaced_and_kept_as_its_text() {
    let mut emulator = emulator(10, 3);
    emulator.feed("single\r\n\x1b#6\x1b[4mab漢\x1b[m".as_bytes());
    let line = |buf: &Buffer, y: u16| (0..10).map(|x| buf[(x, y)].symbol()).collect::<String>();
    let (buf, cursor) = drawn(&mut emulator, Rect::new(0, 0, 10, 3));
    assert_eq!((line(&buf, 0), line(&buf, 1)), ("single    ".to_owned(), "a b 漢     ".to_owned()));
    assert!((0..8).all(|x| buf[(x, 1)].modifier == buf[(0, 1)].modifier), "the space is underlined, too");
    assert_eq!(cursor, Some(Position::new(8, 1)));
    assert_eq!((emulator.column_at(0, 6), emulator.column_at(1, 6)), (6, 3));

    // A smaller area cuts what is drawn.
    let (buf, _) = drawn(&mut emulator, Rect::new(0, 0, 5, 2));
    assert_eq!(line(&buf, 1), "a b  ·····");

    // The view of the text has a cell a column.
    let mut buf = Buffer::empty(Rect::new(0, 0, 10, 3));
    emulator.draw_from(emulator.live_top(), Rect::new(0, 0, 10, 3), &mut buf);
    assert_eq!(line(&buf, 1), "ab漢       ");

    emulator.resize(Size { columns: 4, rows: 3 });
    assert_eq!(rows(&emulator), ["le", "ab", "漢"], "two cells a row");
    emulator.resize(Size { columns: 10, rows: 3 });
    assert_eq!(rows(&emulator), ["single", "ab漢"]);
    emulator.feed(b"\r\n\n\n\n");
    assert_eq!(emulator.line(1).unwrap().text, "ab漢", "the text is in the history");
}

#[test]
fn links_are_found_on_the_screen_and_in_the_history() {
    let mut emulator = emulator(10, 3);
    emulator.feed("see \x1b]8;;https://example.org/a\x1b\\a long link\x1b]8;;\x1b\\ and\r\n".as_bytes());
    let at = |emulator: &mut Emulator, column: u32| emulator.link_at(Place { line: 0, column });
    for _ in 0..2 {
        assert_eq!(at(&mut emulator, 3), None);
        assert_eq!(at(&mut emulator, 4).as_deref(), Some("https://example.org/a"));
        assert_eq!(at(&mut emulator, 14).as_deref(), Some("https://example.org/a"), "in the next row");
        assert_eq!(at(&mut emulator, 15), None);
        assert_eq!(at(&mut emulator, 900), None);
        assert_eq!(emulator.link_at(Place { line: 900, column: 0 }), None);
        // The first row leaves first, then all of the line.
        emulator.feed(b"\n");
    }
    emulator.feed(b"\n\n");
    assert_eq!(at(&mut emulator, 14).as_deref(), Some("https://example.org/a"));
}

#[test]
fn an_area_outside_the_buffer_draws_what_fits() {
    let mut emulator = emulator(10, 3);
    emulator.feed(b"abc");
    let (buf, _) = drawn(&mut emulator, Rect::new(18, 7, 10, 3));
    assert_eq!(buf[(18, 7)].symbol(), "a");
    assert_eq!(buf[(19, 7)].symbol(), "b");
}

#[test]
fn nothing_that_controls_the_outer_terminal_reaches_a_cell() {
    let mut emulator = emulator(20, 8);
    emulator.feed("a\u{202e}b\u{200d}c\u{200b}d\u{2066}e\u{ad}f\u{feff}g\x7fh\u{fe0f}i\x01j".as_bytes());
    let (buf, _) = drawn(&mut emulator, Rect::new(0, 0, 20, 8));
    let line: String = (0..20).map(|x| buf[(x, 0)].symbol()).collect();
    assert_eq!(line.trim_end().replace(' ', ""), "abcdefghij");
}

#[test]
fn titles_bell_clipboard_and_cursor_are_reported() {
    let mut emulator = emulator(10, 5);
    emulator.feed("\x1b]0;one\x07\x1b[22t\x1b]2;t\u{202e}wo\x1b\\".as_bytes());
    assert_eq!(emulator.title(), Some("two"));
    emulator.feed(b"\x1b[23t");
    assert_eq!(emulator.title(), Some("one"));
    assert!(!emulator.take_bell());
    emulator.feed(b"\x07");
    assert!(emulator.take_bell() && !emulator.take_bell());
    emulator.feed(b"\x1b]52;c;aGk=\x07\x1b]52;c;!!\x07");
    assert_eq!(emulator.take_clipboard().as_deref(), Some("hi"));
    assert_eq!(emulator.take_clipboard(), None);
    emulator.feed(b"\x1b[6 q\x1b[?25l");
    let cursor = emulator.cursor();
    assert_eq!((cursor.shape, cursor.blinking, cursor.visible), (CursorShape::Bar, false, false));
    emulator.feed(b"\x1bc");
    assert_eq!(emulator.cursor().shape, CursorShape::Default);
    assert!(emulator.cursor().visible);
}

#[test]
fn a_frame_is_not_held_over_a_change_of_columns() {
    for change in ["\x1bc\x1b[?2026h", "\x1b[?2026h\x1b[?3l", "\x1b[?2026h\x1b[?40l"] {
        let mut emulator = Emulator::new(Size { columns: 20, rows: 3 });
        emulator.feed(b"\x1b[?40h\x1b[?3h\x1b[90Cwide");
        assert_eq!(emulator.cursor().column, 94);
        emulator.feed(change.as_bytes());
        assert!(emulator.cursor().column < emulator.size().columns, "{change:?}");
    }
}

#[test]
fn a_synchronised_update_shows_nothing_until_it_ends() {
    let mut emulator = emulator(10, 4);
    emulator.feed(b"old");
    let shown =
        |emulator: &mut Emulator| drawn(emulator, Rect::new(0, 0, 10, 4)).0[(0, 0)].symbol().to_owned();
    emulator.feed(b"\x1b[?2026h\x1b[Hnew");
    assert_eq!(shown(&mut emulator), "o");
    assert!(emulator.hold_deadline().is_some());
    emulator.feed(b"\x1b[?2026l");
    assert_eq!(shown(&mut emulator), "n");
    assert!(emulator.hold_deadline().is_none());

    emulator.feed(b"\x1b[?2026h\x1b[Hone\x1b[?2026l");
    assert!(emulator.hold_deadline().is_none(), "an update in one feed holds nothing");
    assert_eq!(shown(&mut emulator), "o");

    emulator.feed(b"\x1b[?2026h\x1b[Htwo");
    assert_eq!(shown(&mut emulator), "o");
    let late = std::time::Instant::now() + std::time::Duration::from_secs(1);
    assert!(emulator.end_overdue_hold(late));
    assert_eq!(shown(&mut emulator), "t");

    emulator.feed(b"\x1b[?2026h\x1b[Hsix");
    emulator.feed(&vec![b'\r'; 1024 * 1024 + 1]);
    assert_eq!(shown(&mut emulator), "s", "a flood ends it");
}

#[test]
fn an_editor_leaves_the_screen_as_it_was() {
    let mut emulator = emulator(20, 6);
    emulator.feed(b"$ ls\r\nfile\r\n$ vi file");
    // What vi sends: the alternate screen, keypad, margins, a status line, text.
    emulator.feed(b"\x1b[?1049h\x1b[22;0;0t\x1b[?1h\x1b=\x1b[?2004h\x1b[1;6r\x1b[?25l\x1b[m\x1b[H\x1b[2J");
    emulator.feed(
        b"\x1b[?25l\x1b[6;1H\"file\" 2L, 8B\x1b[1;1Hone\r\ntwo\r\n\x1b[94m~\x1b[m\x1b[1;1H\x1b[34h\x1b[?25h",
    );
    assert!(emulator.alternate_screen());
    assert!(emulator.input_modes().application_cursor && emulator.input_modes().bracketed_paste);
    assert_eq!(rows(&emulator), ["one", "two", "~", "", "", "\"file\" 2L, 8B"]);
    emulator.feed(b"\x1b[6;1H\x1b[K\x1b[6;1H\x1b[?2004l\x1b[?1l\x1b>\x1b[6;1H\x1b[?1049l\x1b[23;0;0t");
    assert!(!emulator.alternate_screen());
    assert_eq!(rows(&emulator), ["$ ls", "file", "$ vi file"]);
    assert_eq!(cursor(&emulator), (3, 10));
    assert!(!emulator.input_modes().application_cursor && !emulator.input_modes().bracketed_paste);
}

#[test]
fn a_new_connection_leaves_the_modes_of_the_one_before_and_keeps_its_text() {
    let mut emulator = emulator(30, 6);
    emulator
        .feed(b"before\x1b[?1000h\x1b[?1006h\x1b(0\x1b[4h\x1b[2;3r\x1b[?6h\x1b[?1049h\x1b[31malt\x1b]0;cut");
    emulator.begin_connection("reconnected");
    emulator.feed(b"lqk");
    assert_eq!(rows(&emulator), ["before", "── reconnected ──", "lqk"]);
    assert!(!emulator.input_modes().reports_mouse());
    let (buf, _) = drawn(&mut emulator, Rect::new(0, 0, 20, 6));
    assert_eq!(buf[(0, 2)].fg, Color::Reset);
}

#[test]
fn the_wheel_is_keys_on_the_alternate_screen_until_a_program_wants_none() {
    let mut emulator = emulator(20, 8);
    for (bytes, expected) in [
        ("", false),
        ("\x1b[?1049h", true),
        ("\x1b[?1007l", false),
        ("\x1b[?1007h", true),
        ("\x1b[?1049l", false),
        ("\x1b[?1007l\x1bc\x1b[?1049h", true),
    ] {
        emulator.feed(bytes.as_bytes());
        assert_eq!(emulator.input_modes().wheel_keys, expected, "{bytes:?}");
    }
}
