//! Bytes meant to harm: whatever they are, memory stays bounded, nothing panics, and the terminal works on.

#[path = "hostile/streams.rs"]
mod streams;

use std::sync::{Mutex, PoisonError};

use peak_alloc::PeakAlloc;
use qdeck_terminal::{Emulator, Encoding, Size};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use streams::streams;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// The heap that a terminal may have grown by, whatever it was sent.
const MAX_GROWTH_BYTES: usize = 24 * 1024 * 1024;
/// The replies that may wait.
const MAX_REPLY_BYTES: usize = 128 * 1024;
const SIZE: Size = Size { columns: 80, rows: 24 };

/// Held by the test whose heap is measured.
static ALONE: Mutex<()> = Mutex::new(());

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
