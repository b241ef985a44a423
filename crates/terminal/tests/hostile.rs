//! Bytes meant to harm: whatever they are, memory stays bounded, nothing panics, and the terminal works on.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use peak_alloc::PeakAlloc;
use qdeck_terminal::{Emulator, Encoding, Size};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// The heap that a terminal may have grown by, whatever it was sent.
const MAX_GROWTH_BYTES: usize = 24 * 1024 * 1024;
/// The replies that may wait.
const MAX_REPLY_BYTES: usize = 128 * 1024;
const SIZE: Size = Size { columns: 80, rows: 24 };

/// Held by the test whose heap is measured.
static ALONE: Mutex<()> = Mutex::new(());

/// Hostile streams, by what they overfill.
fn streams() -> Vec<(&'static str, Vec<u8>)> {
    let million = 1_000_000;
    let numbered = |count: u32, piece: &dyn Fn(u32) -> String| {
        (0..count).fold(String::new(), |mut all, number| {
            let _ = write!(all, "{}", piece(number));
            all
        })
    };
    let text = [
        ("a long title", format!("\x1b]0;{}\x07", "t".repeat(million))),
        ("a title of controls", format!("\x1b]2;{}\x07", "\u{202e}\x01\u{9b}31m".repeat(50_000))),
        ("saved titles", numbered(20_000, &|number| format!("\x1b]2;title {number}\x07\x1b[22;0t"))),
        ("a large clipboard offer", format!("\x1b]52;c;{}\x07", "QUJD".repeat(million))),
        ("many clipboard offers", numbered(20_000, &|_| "\x1b]52;c;QUJD\x07".to_owned())),
        ("a clipboard query", "\x1b]52;c;?\x07".repeat(1000)),
        ("a setting of a million bytes", format!("\x1bP$q{}\x1b\\", "m".repeat(million))),
        ("settings without end", "\x1bP$qm\x1b\\\x1bP$qr\x1b\\".repeat(20_000)),
        ("queries without end", "\x1b[c\x1b[>c\x1b[6n\x1b[?7$p\x1b]10;?\x07\x1b[18t".repeat(20_000)),
        ("a parameter of a million digits", format!("\x1b[{}A", "9".repeat(million))),
        ("a million parameters", format!("\x1b[{}m", "38;5;".repeat(200_000))),
        ("a million subparameters", format!("\x1b[{}m", "4:".repeat(500_000))),
        ("a million intermediates", format!("\x1b[{}p", "!".repeat(million))),
        ("repeats", "x\x1b[65535b".repeat(2000)),
        ("repeats of wide characters between margins", "\x1b[?69h\x1b[3;5s漢\x1b[65535b".repeat(2000)),
        (
            "large edits",
            "\x1b[65535@\x1b[65535P\x1b[65535L\x1b[65535M\x1b[65535X\x1b[65535S\x1b[65535T".repeat(2000),
        ),
        (
            "large movements",
            "\x1b[65535;65535H\x1b[65535A\x1b[65535B\x1b[65535C\x1b[65535D\x1b[65535I\x1b[65535Z"
                .repeat(2000),
        ),
        ("reverse wraps", "\x1b[?45h\x1b[65535D\x1b[4294967296D".repeat(2000)),
        (
            "large rectangles",
            "\x1b[88;1;1;65535;65535$x\x1b[1;1;65535;65535;1;2;2;1$v\x1b[1;1;65535;65535*y".repeat(200),
        ),
        ("columns in and out", "\x1b[65535'}\x1b[65535'~\x1b[65535 @\x1b[65535 A".repeat(2000)),
        ("an endless OSC", format!("\x1b]0;{}", "x".repeat(8 * million))),
        ("an endless DCS", format!("\x1bP{}", "x".repeat(8 * million))),
        ("an endless APC", format!("\x1b_{}", "x".repeat(8 * million))),
        ("a sixel bomb", format!("\x1bPq\"1;1;99999;99999{}\x1b\\", "#0!65535~-".repeat(100_000))),
        ("a kitty image", "\x1b_Gf=32,s=10000,v=10000,m=1;AAAA\x1b\\".repeat(20_000)),
        ("marks without end on one character", format!("a{}", "\u{301}".repeat(million))),
        (
            "marks of every kind on every cell",
            numbered(60_000, &|number| {
                let mark = char::from_u32(0x300 + number % 0x70).unwrap_or('\u{301}');
                let other = char::from_u32(0x300 + number / 0x70 % 0x70).unwrap_or('\u{301}');
                format!("{}{mark}{other}", char::from(b'a' + (number % 26) as u8))
            }),
        ),
        ("keyboard modes", "\x1b[>31u".repeat(10_000)),
        ("keyboard modes of both screens", "\x1b[>1u\x1b[?1049h\x1b[>1u\x1b[?1049l".repeat(10_000)),
        ("keyboard modes taken back", "\x1b[<65535u".repeat(10_000)),
        ("unknown modes", numbered(65_535, &|number| format!("\x1b[?{number}h\x1b[{number}h"))),
        ("saved modes", numbered(65_535, &|number| format!("\x1b[?{number}s"))),
        ("widths", "\x1b[?40h\x1b[?3h\x1b[?3l".repeat(500)),
        (
            "links",
            numbered(50_000, &|number| format!("\x1b]8;id={number};https://example.com/{number}\x07x")),
        ),
        ("a long link", format!("\x1b]8;;https://example.com/{}\x07x", "y".repeat(million))),
        (
            "underline colours",
            numbered(50_000, &|number| {
                format!("\x1b[4;58:2::{}:{}:{}mx", number % 251, number / 251 % 251, number % 7)
            }),
        ),
        (
            "palettes",
            numbered(20_000, &|number| {
                format!("\x1b]4;{};#010203;{number};#040506\x07\x1b]5;{number};#010203\x07", number % 256)
            }),
        ),
        ("dynamic colours", numbered(20_000, &|number| format!("\x1b]{};#010203\x07", 10 + number % 200))),
        ("an update that never ends", format!("\x1b[?2026h{}", "line\r\n".repeat(200_000))),
        ("updates that begin and end", "\x1b[?2026hx\x1b[?2026l".repeat(20_000)),
        ("screens", "\x1b[?1049hx\x1b[?47h\x1b[?1047h\x1b[?1049l".repeat(10_000)),
        (
            "columns that change under a screen in colour",
            format!("\x1b[?40h{}", "\x1b[44m\x1b[?3h\x1b#8\x1b[?3l\x1b#8\x1b[?40l\x1b[?40h".repeat(500)),
        ),
        ("resets", "x\x1bc\x1b[!p\x1b#8".repeat(2000)),
        ("lines without end", "a line of a log that goes on and on\r\n".repeat(100_000)),
        ("one line without end", "x".repeat(4 * million)),
        ("blank lines in colour", "\x1b[44m\n".repeat(200_000)),
        (
            "every cell in a colour of its own",
            numbered(200_000, &|number| format!("\x1b[38;2;{};{};1mx", number % 251, number % 241)),
        ),
        ("prompts", "\x1b]133;A\x07$ \r\n".repeat(50_000)),
        ("bells", "\x07".repeat(million)),
    ];
    let mut streams: Vec<_> = text.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    streams.push(("bytes that are no UTF-8", [0xff, 0xc0, 0xe6, 0xbc, 0xf0, 0x9f].repeat(200_000)));
    streams.push(("every byte in turn", (0..=255).cycle().take(million).collect()));
    streams
}

fn first_row(emulator: &mut Emulator) -> String {
    let Size { columns, rows } = emulator.size();
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    emulator.draw(area, &mut buffer);
    (0..columns).map(|column| buffer[(column, 0)].symbol()).collect()
}

/// The terminal shows text and answers again, once what was under way is cut short.
fn check_that_it_works(emulator: &mut Emulator, name: &str) {
    emulator.take_replies();
    emulator.feed(b"\x18\x1b\\\x1b[?2026l\x1bc\x1b[3Jstill here\x1b[6n");
    emulator.end_hold();
    assert!(first_row(emulator).starts_with("still here"), "after {name}");
    assert_eq!(emulator.take_replies(), b"\x1b[1;11R", "after {name}");
}

#[test]
fn hostile_streams_leave_a_bounded_terminal_that_works() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for (name, stream) in streams() {
        for encoding in [Encoding::Utf8, Encoding::Latin1, Encoding::Cp437] {
            let before = HEAP.current_usage();
            let mut emulator = Emulator::new(SIZE);
            emulator.set_encoding(encoding);
            for chunk in stream.chunks(65_521) {
                emulator.feed(chunk);
                let growth = HEAP.current_usage().saturating_sub(before);
                assert!(growth < MAX_GROWTH_BYTES, "{name}: {growth} bytes");
            }
            assert!(emulator.take_replies().len() <= MAX_REPLY_BYTES, "{name}");
            assert!(emulator.title().is_none_or(|title| title.len() <= 4096), "{name}");
            assert!(emulator.take_clipboard().is_none_or(|text| text.len() <= 1024 * 1024), "{name}");
            check_that_it_works(&mut emulator, name);
        }
    }
}

#[test]
fn each_cell_of_a_large_screen_has_a_style_and_marks_of_its_own() {
    const SIZE: Size = Size { columns: 250, rows: 80 };
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mark = |number: u32| char::from_u32(0x300 + number % 0x4f).unwrap();
    let color = |number: u32| [number / 250, number % 250, 1].map(|part| u8::try_from(part).unwrap());
    let mut emulator = Emulator::new(SIZE);
    // Twice, so that all of the first are thrown away.
    for round in 0..2 {
        emulator.feed(b"\x1b[H");
        for number in 0..20_000 {
            let [r, g, b] = color(number + round);
            let (one, two) = (mark(number), mark(number / 0x4f + round));
            emulator.feed(format!("\x1b[4;58:2::{r}:{g}:{b}mx{one}{two}").as_bytes());
        }
    }
    let area = Rect::new(0, 0, SIZE.columns, SIZE.rows);
    let mut buffer = Buffer::empty(area);
    emulator.draw(area, &mut buffer);
    for (cell, number) in buffer.content.iter().zip(0..) {
        let [r, g, b] = color(number + 1);
        assert_eq!(cell.underline_color, ratatui::style::Color::Rgb(r, g, b), "cell {number}");
        let marks = [mark(number), mark(number / 0x4f + 1)];
        assert_eq!(cell.symbol().chars().skip(1).collect::<Vec<_>>(), marks, "cell {number}");
    }
    check_that_it_works(&mut emulator, "a style a cell");
}

#[test]
fn what_smaller_screens_hide_is_bounded() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let before = HEAP.current_usage();
    let mut emulator = Emulator::new(SIZE);
    // Each row a line of its own in colour, and the cursor at the top: what does not fit is hidden below.
    let fill = (1..=24).map(|row| format!("\x1b[{row}H\x1b[44m\x1b[K")).collect::<Vec<_>>().concat();
    for round in 0..400 {
        for columns in [200, 20] {
            emulator.resize(Size { columns, rows: 24 });
            emulator.feed(fill.as_bytes());
            emulator.feed(b"\x1b[H");
        }
        let growth = HEAP.current_usage().saturating_sub(before);
        assert!(growth < MAX_GROWTH_BYTES, "{round}: {growth} bytes");
    }
    emulator.resize(SIZE);
    check_that_it_works(&mut emulator, "many sizes");
}

#[test]
fn sizes_may_change_between_any_two_bytes() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let pieces = "text 漢字 e\u{301}\r\n\x1b[31mred\x1b[K\x1b[2;4r\x1b[?69h\x1b[3;9s\x1b[5;5Hmore\x1b[2L\x1b[M\x1b[3@\x1b[2P\
                  \x1b[?6h\x1b7\x1b[9;9H\x1b8\x1b[?1049halt\x1b[?1049l\x1b[S\x1b[T\x1b['}\x1b['~\x1b6\x1b9\x1b[88;1;1;9;9$x\
                  \x1b[1;1;5;5;1;2;2;1$v\t\x1b[Z\x1b[?40h\x1b[?3h\x1b[?3l\x1b[40b\x1b[?45h\x1b[99D\x1b[?2026hheld\x1b[?2026l\x1b[!p\
                  0123456789012345678901234567890123456789\n\n\n\x1b[3J\x1b#8\x1b]8;;https://example.com\x07link\x1b]8;;\x07";
    let mut rng = fastrand::Rng::with_seed(7);
    let mut emulator = Emulator::new(SIZE);
    let before = HEAP.current_usage();
    for byte in pieces.repeat(40).bytes() {
        emulator.feed(&[byte]);
        let size = Size { columns: rng.u16(0..200), rows: rng.u16(0..80) };
        emulator.resize(size);
        let now = emulator.size();
        let cursor = emulator.cursor();
        assert!(cursor.row < now.rows && cursor.column < now.columns, "{cursor:?} in {now:?}");
    }
    assert!(HEAP.current_usage().saturating_sub(before) < MAX_GROWTH_BYTES);
    emulator.resize(SIZE);
    check_that_it_works(&mut emulator, "resizes");
}
