//! Bytes against what a real terminal shows, answers, and does with its cursor for them.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier};

use super::{CursorShape, Emulator};
use crate::console::Size;

fn emulator(columns: u16, rows: u16) -> Emulator {
    Emulator::new(Size { columns, rows }, 100)
}

fn rows(emulator: &Emulator) -> Vec<String> {
    let mut rows: Vec<String> = (0..emulator.size().rows).map(|row| emulator.line(row)).collect();
    while rows.last().is_some_and(String::is_empty) {
        rows.pop();
    }
    rows
}

fn answers(emulator: &mut Emulator) -> String {
    String::from_utf8(emulator.take_answers()).unwrap()
}

fn cursor(emulator: &Emulator) -> (u16, u16) {
    let cursor = emulator.cursor();
    (cursor.row + 1, cursor.column + 1)
}

/// Name, bytes, rows from the top without trailing blanks, cursor from one. The screen is 10 columns by 5 rows.
type Case = (&'static str, &'static str, &'static [&'static str], (u16, u16));

const SCREENS: &[Case] = &[
    ("text wraps", "0123456789ab", &["0123456789", "ab"], (2, 3)),
    ("a wrap waits", "0123456789", &["0123456789"], (1, 10)),
    (
        "back from a waiting wrap",
        "0123456789\x08x",
        &["01234567x9"],
        (1, 10),
    ),
    (
        "left from a waiting wrap",
        "0123456789\x1b[Dx",
        &["01234567x9"],
        (1, 10),
    ),
    // Character sets. `LC_ALL=C whiptail` draws its boxes like this.
    ("lines by G0", "\x1b(0lqk\x1b(Bq", &["┌─┐q"], (1, 5)),
    ("lines by G1 and SO", "\x1b)0a\x0exqx\x0fx", &["a│─│x"], (1, 6)),
    ("british", "\x1b(A#\x1b(B#", &["£#"], (1, 3)),
    ("single shift", "\x1b*0\x1bNqq", &["─q"], (1, 3)),
    ("locking shift two", "\x1b*0\x1bnqq\x0fq", &["──q"], (1, 4)),
    ("save keeps the set", "\x1b(0\x1b7\x1b(B\x1b8q", &["─"], (1, 2)),
    // Line feeds and their kin.
    ("index", "ab\x1bDc", &["ab", "  c"], (2, 4)),
    ("next line", "ab\x1bEc", &["ab", "c"], (2, 2)),
    (
        "reverse index scrolls",
        "a\r\nb\x1b[H\x1bMc",
        &["c", "a", "b"],
        (1, 2),
    ),
    (
        "new-line mode",
        "\x1b[20hab\nc\x1b[20l\nd",
        &["ab", "c", " d"],
        (3, 3),
    ),
    // Tabs.
    ("own stop", "\x1b[4G\x1bH\r\tx", &["   x"], (1, 5)),
    ("no stops", "\x1b[3g\tx", &["         x"], (1, 10)),
    ("cleared stop", "\x1b[9G\x1b[g\r\tx", &["         x"], (1, 10)),
    ("forward and back tabs", "\x1b[Ia\x1b[2Zb", &["b       a"], (1, 2)),
    ("tab in a sequence", "a\x1b[\t1Cb", &["a        b"], (1, 10)),
    // Cursor.
    ("ANSI save and restore", "ab\x1b[sXY\x1b[uc", &["abcY"], (1, 4)),
    ("relative", "\x1b[2a\x1b[1ex", &["", "  x"], (2, 4)),
    (
        "row in origin mode",
        "\x1b[2;4r\x1b[?6h\x1b[2dx",
        &["", "", "x"],
        (3, 2),
    ),
    (
        "origin mode homes to the margin",
        "\x1b[2;4r\x1b[?6hx",
        &["", "x"],
        (2, 2),
    ),
    ("margins home the cursor", "ab\x1b[2;4rx", &["xb"], (1, 2)),
    ("a wrong margin is none", "\x1b[4;2rab", &["ab"], (1, 3)),
    // Scroll regions.
    (
        "scroll in a region",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[4;1H\nx",
        &["a", "c", "d", "x", "e"],
        (4, 2),
    ),
    (
        "insert a line in a region",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[2H\x1b[L",
        &["a", "", "b", "c", "e"],
        (2, 1),
    ),
    (
        "delete a line in a region",
        "a\r\nb\r\nc\r\nd\r\ne\x1b[2;4r\x1b[2H\x1b[M",
        &["a", "c", "d", "", "e"],
        (2, 1),
    ),
    // Insert, no wrap.
    ("insert mode", "abc\r\x1b[4hXY\x1b[4lZ", &["XYZbc"], (1, 4)),
    ("insert wide", "abc\r\x1b[4h漢", &["漢abc"], (1, 3)),
    (
        "insert at the margin",
        "\x1b[4h0123456789ab",
        &["0123456789", "ab"],
        (2, 3),
    ),
    ("no wrap", "\x1b[?7l0123456789ab", &["012345678b"], (1, 10)),
    ("no wrap, wide", "\x1b[?7l01234567漢字", &["01234567字"], (1, 10)),
    (
        "wrap again",
        "\x1b[?7l0123456789ab\x1b[?7hcd",
        &["012345678b", "cd"],
        (2, 3),
    ),
    ("repeat", "ab\x1b[3b", &["abbbb"], (1, 6)),
    // Whole screens.
    (
        "alignment",
        "\x1b[31m\x1b[2;3r\x1b#8",
        &[
            "EEEEEEEEEE",
            "EEEEEEEEEE",
            "EEEEEEEEEE",
            "EEEEEEEEEE",
            "EEEEEEEEEE",
        ],
        (1, 1),
    ),
    (
        "1049 comes back",
        "main\x1b[?1049h\x1b[Halt\x1b[?1049l!",
        &["main!"],
        (1, 6),
    ),
    (
        "1049 begins blank, cursor stays",
        "main\x1b[?1049hx",
        &["    x"],
        (1, 6),
    ),
    (
        "47 keeps the other screen",
        "m\x1b[?47h\ra\x1b[?47l\x1b[?47hb",
        &["ab"],
        (1, 3),
    ),
    (
        "1047 clears the other screen",
        "m\x1b[?1047h\ra\x1b[?1047l\x1b[?1047hb",
        &[" b"],
        (1, 3),
    ),
    (
        "1048 is the cursor alone",
        "ab\x1b[?1048hcd\x1b[?1048lX",
        &["abXd"],
        (1, 4),
    ),
    (
        "soft reset keeps text and cursor",
        "ab\x1b[4h\x1b[?6h\x1b[2;3r\x1b[2;2H\x1b[!pc",
        &["ab", "", " c"],
        (3, 3),
    ),
    ("reset", "ab\x1b(0\x1b[4h\x1b[?1049hx\x1bcq", &["q"], (1, 2)),
    // What is not shown.
    (
        "an emoji asked for in colour",
        "a\u{2764}\u{fe0f}b",
        &["a\u{2764}b"],
        (1, 4),
    ),
    (
        "strings are swallowed",
        "a\x1b_x\x1b\\b\x1b^y\x1b\\c\x1bXz\x1b\\d",
        &["abcd"],
        (1, 5),
    ),
    (
        "odd sequences are swallowed",
        "a\x1b[1?2zb\x1b[>4;2mc\x1b[=1ud\x1b[<ue",
        &["abcde"],
        (1, 6),
    ),
    (
        "a cancelled sequence",
        "a\x1b[31\x18b\x1b]0;t\x1ac",
        &["abc"],
        (1, 4),
    ),
    (
        "an escape in a sequence begins anew",
        "a\x1b[3\x1b[2Cb",
        &["a  b"],
        (1, 5),
    ),
    ("a control in a sequence acts", "ab\x1b[\r2Cc", &["abc"], (1, 4)),
    ("no text after a cut escape is lost", "a\x1bé", &["aé"], (1, 3)),
    ("C1 controls show nothing", "a\u{9b}31mb", &["a31mb"], (1, 6)),
];

#[test]
fn screens_are_as_a_real_terminal_has_them() {
    for (name, bytes, expected, place) in SCREENS {
        let mut emulator = emulator(10, 5);
        emulator.feed(bytes.as_bytes());
        assert_eq!(rows(&emulator), *expected, "{name}");
        assert_eq!(cursor(&emulator), *place, "{name}");
        assert!(answers(&mut emulator).is_empty(), "{name}");

        let mut by_byte = super::Emulator::new(emulator.size(), 100);
        for byte in bytes.as_bytes() {
            by_byte.feed(&[*byte]);
        }
        assert_eq!(rows(&by_byte), *expected, "{name}, byte by byte");
        assert_eq!(cursor(&by_byte), *place, "{name}, byte by byte");
    }
}

const ANSWERS: &[(&str, &str, &str)] = &[
    (
        "DA1",
        "\x1b[c\x1b[0c\x1bZ",
        "\x1b[?62;22c\x1b[?62;22c\x1b[?62;22c",
    ),
    ("DA2", "\x1b[>c", "\x1b[>1;4000;0c"),
    ("DA3", "\x1b[=c", "\x1bP!|00000000\x1b\\"),
    ("well", "\x1b[5n", "\x1b[0n"),
    ("cursor", "ab\x1b[6n", "\x1b[1;3R"),
    ("cursor while a wrap waits", "0123456789\x1b[6n", "\x1b[1;10R"),
    (
        "cursor in origin mode",
        "\x1b[2;4r\x1b[?6h\x1b[2;3H\x1b[6n",
        "\x1b[2;3R",
    ),
    ("extended cursor", "\x1b[?6n", "\x1b[?1;1;1R"),
    ("mode set", "\x1b[?2004h\x1b[?2004$p", "\x1b[?2004;1$y"),
    ("mode reset", "\x1b[?1$p\x1b[4$p", "\x1b[?1;2$y\x1b[4;2$y"),
    (
        "mode not known",
        "\x1b[?31337$p\x1b[99$p",
        "\x1b[?31337;0$y\x1b[99;0$y",
    ),
    (
        "wrap and synchronised",
        "\x1b[?7$p\x1b[?2026$p",
        "\x1b[?7;1$y\x1b[?2026;2$y",
    ),
    ("rendition", "\x1b[1;31m\x1bP$qm\x1b\\", "\x1bP1$r0;31;1m\x1b\\"),
    ("plain rendition", "\x1bP$qm\x1b\\", "\x1bP1$r0m\x1b\\"),
    ("margins", "\x1b[2;4r\x1bP$qr\x1b\\", "\x1bP1$r2;4r\x1b\\"),
    ("cursor style", "\x1b[4 q\x1bP$q q\x1b\\", "\x1bP1$r4 q\x1b\\"),
    ("unknown setting", "\x1bP$qx\x1b\\", "\x1bP0$r\x1b\\"),
    ("terminfo", "\x1bP+q544e\x1b\\", "\x1bP0+r\x1b\\"),
    ("size in cells", "\x1b[18t", "\x1b[8;5;10t"),
    ("size in pixels", "\x1b[14t\x1b[16t", "\x1b[4;80;80t\x1b[6;16;8t"),
    ("background", "\x1b]11;?\x07", "\x1b]11;rgb:0000/0000/0000\x07"),
    (
        "foreground and background at once",
        "\x1b]10;?;?\x1b\\",
        "\x1b]10;rgb:e5e5/e5e5/e5e5\x1b\\\x1b]11;rgb:0000/0000/0000\x1b\\",
    ),
    ("palette", "\x1b]4;1;?\x1b\\", "\x1b]4;1;rgb:cdcd/0000/0000\x1b\\"),
    (
        "palette set",
        "\x1b]4;1;#010203\x07\x1b]4;1;?\x07",
        "\x1b]4;1;rgb:0101/0202/0303\x07",
    ),
    ("title is never told", "\x1b]2;rm -rf\x07\x1b[21t", "\x1b]l\x1b\\"),
    ("clipboard is never told", "\x1b]52;c;?\x07", ""),
    ("checksum", "AB\x1b[7;1;1;1;1;2*y", "\x1bP7!~FF7D\x1b\\"),
];

#[test]
fn questions_are_answered_once_however_they_are_cut() {
    for (name, bytes, expected) in ANSWERS {
        let mut whole = emulator(10, 5);
        whole.feed(bytes.as_bytes());
        assert_eq!(answers(&mut whole), *expected, "{name}");
        let mut cut = emulator(10, 5);
        for byte in bytes.as_bytes() {
            cut.feed(&[*byte]);
        }
        assert_eq!(answers(&mut cut), *expected, "{name}, byte by byte");
    }
}

#[test]
fn a_flood_of_questions_keeps_a_bounded_debt() {
    let mut emulator = emulator(10, 5);
    emulator.feed("\x1b[c".repeat(100_000).as_bytes());
    assert!(emulator.take_answers().len() <= 64 * 1024);
}

#[test]
fn the_version_is_told() {
    let mut emulator = emulator(10, 5);
    emulator.feed(b"\x1b[>q");
    let said = answers(&mut emulator);
    assert!(
        said.starts_with("\x1bP>|Quarterdeck(") && said.ends_with(")\x1b\\"),
        "{said:?}"
    );
}

fn drawn(emulator: &mut Emulator, area: Rect, back: usize) -> (Buffer, Option<Position>) {
    let mut buf = Buffer::filled(Rect::new(0, 0, 20, 8), ratatui::buffer::Cell::new("·"));
    let cursor = emulator.draw(area, &mut buf, back);
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
        (
            "\x1b[1;3;4m",
            Reset,
            Reset,
            Modifier::BOLD | Modifier::ITALIC | Modifier::UNDERLINED,
        ),
        ("\x1b[2;7m", Reset, Reset, Modifier::DIM | Modifier::REVERSED),
        ("\x1b[4:3m", Reset, Reset, Modifier::UNDERLINED),
        ("\x1b[4m\x1b[4:0m", Reset, Reset, none),
        ("\x1b[21m", Reset, Reset, Modifier::UNDERLINED),
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
        let (buf, _) = drawn(&mut emulator, Rect::new(2, 1, 10, 5), 0);
        let cell = &buf[(2, 1)];
        assert_eq!(
            (cell.symbol(), cell.fg, cell.bg, cell.modifier),
            ("x", fg, bg, modifier),
            "{bytes:?}"
        );
    }
}

#[test]
fn a_grid_is_cut_by_its_area_and_blank_beyond_its_end() {
    let mut emulator = emulator(10, 3);
    emulator.feed("abc漢字\r\n\r\ne\u{301}nd".as_bytes());
    let (buf, cursor) = drawn(&mut emulator, Rect::new(1, 1, 4, 2), 0);
    let line = |buf: &Buffer, y: u16| (0..20).map(|x| buf[(x, y)].symbol()).collect::<String>();
    assert_eq!(
        line(&buf, 1),
        "·abc ···············",
        "half a wide character is a blank"
    );
    assert_eq!(line(&buf, 2), "·    ···············");
    assert_eq!(line(&buf, 3), "····················");
    assert_eq!(cursor, None);
    let (buf, cursor) = drawn(&mut emulator, Rect::new(0, 0, 12, 5), 0);
    assert_eq!(line(&buf, 0), "abc漢 字      ········");
    assert_eq!(line(&buf, 2), "e\u{301}nd         ········");
    assert_eq!(line(&buf, 4), "            ········");
    assert_eq!(cursor, Some(Position::new(3, 2)));
}

#[test]
fn an_area_outside_the_buffer_draws_what_fits() {
    let mut emulator = emulator(10, 3);
    emulator.feed(b"abc");
    let (buf, _) = drawn(&mut emulator, Rect::new(18, 7, 10, 3), 0);
    assert_eq!(buf[(18, 7)].symbol(), "a");
    assert_eq!(buf[(19, 7)].symbol(), "b");
}

#[test]
fn nothing_that_controls_the_outer_terminal_reaches_a_cell() {
    let mut emulator = emulator(20, 8);
    emulator
        .feed("a\u{202e}b\u{200d}c\u{200b}d\u{2066}e\u{ad}f\u{feff}g\x7fh\u{85}i\x01j\u{fffd}".as_bytes());
    let (buf, _) = drawn(&mut emulator, Rect::new(0, 0, 20, 8), 0);
    let line: String = (0..20).map(|x| buf[(x, 0)].symbol()).collect();
    assert_eq!(line.trim_end().replace(' ', ""), "abcdefghij");
}

#[test]
fn titles_bell_clipboard_and_cursor_are_told() {
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
    assert_eq!(
        (cursor.shape, cursor.blinking, cursor.visible),
        (CursorShape::Bar, false, false)
    );
    emulator.feed(b"\x1bc");
    assert_eq!(emulator.cursor().shape, CursorShape::Default);
    assert!(emulator.cursor().visible);
}

#[test]
fn scrollback_is_drawn_searched_and_bounded() {
    let mut emulator = emulator(10, 4);
    for line in 0..200 {
        emulator.feed(format!("line {line}\r\n").as_bytes());
    }
    assert_eq!(emulator.scrollback(), 100);
    assert_eq!(emulator.history(), 197);
    let first = |emulator: &mut Emulator, back| {
        let (buf, _) = drawn(emulator, Rect::new(0, 0, 10, 4), back);
        (0..10)
            .map(|x| buf[(x, 0)].symbol())
            .collect::<String>()
            .trim_end()
            .to_owned()
    };
    assert_eq!(first(&mut emulator, 0), "line 197");
    assert_eq!(first(&mut emulator, 5), "line 192");
    assert_eq!(first(&mut emulator, 10_000), "line 97", "as far as there is");
    let found = emulator.search(&regex::Regex::new("^line 1[0-9]5$").unwrap());
    assert_eq!(found.len(), 10);
    assert!(found.is_sorted(), "{found:?}");
    for (back, line) in found
        .iter()
        .zip([195, 185, 175, 165, 155, 145, 135, 125, 115, 105])
    {
        let (buf, _) = drawn(&mut emulator, Rect::new(0, 0, 10, 4), *back);
        let shown = (0..4).any(|y| {
            (0..10)
                .map(|x| buf[(x, y)].symbol())
                .collect::<String>()
                .starts_with(&format!("line {line}"))
        });
        assert!(shown, "{back} back does not show line {line}");
    }
    assert_eq!(emulator.search(&regex::Regex::new("line 199").unwrap()), [0]);
    emulator.feed(b"\x1b[3J");
    assert_eq!(emulator.scrollback(), 0);
}

#[test]
fn a_synchronised_update_shows_nothing_until_it_ends() {
    let mut emulator = emulator(10, 4);
    emulator.feed(b"old");
    let shown = |emulator: &mut Emulator| {
        drawn(emulator, Rect::new(0, 0, 10, 4), 0).0[(0, 0)]
            .symbol()
            .to_owned()
    };
    emulator.feed(b"\x1b[?2026h\x1b[Hnew");
    assert_eq!(shown(&mut emulator), "o");
    assert!(emulator.hold_ends().is_some());
    emulator.feed(b"\x1b[?2026l");
    assert_eq!(shown(&mut emulator), "n");
    assert!(emulator.hold_ends().is_none());

    emulator.feed(b"\x1b[?2026h\x1b[Hone\x1b[?2026l");
    assert!(
        emulator.hold_ends().is_none(),
        "an update in one feed holds nothing"
    );
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
    assert!(emulator.wants().application_cursor && emulator.wants().bracketed_paste);
    assert_eq!(rows(&emulator), ["one", "two", "~", "", "", "\"file\" 2L, 8B"]);
    emulator.feed(b"\x1b[6;1H\x1b[K\x1b[6;1H\x1b[?2004l\x1b[?1l\x1b>\x1b[6;1H\x1b[?1049l\x1b[23;0;0t");
    assert!(!emulator.alternate_screen());
    assert_eq!(rows(&emulator), ["$ ls", "file", "$ vi file"]);
    assert_eq!(cursor(&emulator), (3, 10));
    assert!(!emulator.wants().application_cursor && !emulator.wants().bracketed_paste);
}

#[test]
fn a_seam_leaves_the_modes_of_the_guest_before_and_keeps_its_text() {
    let mut emulator = emulator(30, 6);
    emulator
        .feed(b"before\x1b[?1000h\x1b[?1006h\x1b(0\x1b[4h\x1b[2;3r\x1b[?6h\x1b[?1049h\x1b[31malt\x1b]0;cut");
    emulator.seam("connected again");
    emulator.feed(b"lqk");
    assert_eq!(rows(&emulator), ["before", "── connected again ──", "lqk"]);
    assert!(!emulator.wants().hears_mouse());
    let (buf, _) = drawn(&mut emulator, Rect::new(0, 0, 20, 6), 0);
    assert_eq!(buf[(0, 2)].fg, Color::Reset);
}
