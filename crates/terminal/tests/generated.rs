//! Generated sequences with a new size between any two of them: the terminal keeps its invariants.
//!
//! `QDECK_FUZZ_CASES` and `QDECK_FUZZ_SEED` choose more and other sequences.

#[path = "xterm/grammar.rs"]
#[expect(clippy::unwrap_used, reason = "a test's helper fails the test")]
mod grammar;

use qdeck_terminal::{Emulator, Size};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap_or(default))
}

/// Draws the screen: every row is full, and no character reaches beyond it.
fn check_screen(emulator: &mut Emulator) {
    let size = emulator.size();
    let cursor = emulator.cursor();
    assert!(cursor.row < size.rows && cursor.column < size.columns, "{cursor:?} in {size:?}");
    let area = Rect::new(0, 0, size.columns, size.rows);
    let mut buffer = Buffer::filled(area, ratatui::buffer::Cell::new("☃"));
    emulator.draw(area, &mut buffer);
    for row in 0..size.rows {
        let mut column = 0;
        while column < size.columns {
            let symbol = buffer[(column, row)].symbol();
            let width = symbol.width();
            assert!(symbol != "☃" && (1..=2).contains(&width), "row {row}, column {column}: {symbol:?}");
            column += if width == 2 { 2 } else { 1 };
        }
        assert_eq!(column, size.columns, "row {row}");
    }
    let (lines, top, place) = (emulator.lines(), emulator.live_top(), emulator.cursor_place());
    assert!(lines.contains(&top.line) && lines.contains(&place.line), "{lines:?}, {top:?}, {place:?}");
    assert!(top <= place, "{top:?}, {place:?}");
}

#[test]
fn invariants_hold_through_sequences_and_sizes() {
    let seed = from_environment("QDECK_FUZZ_SEED", 3);
    for number in 0..from_environment("QDECK_FUZZ_CASES", 1000) {
        let mut rng = fastrand::Rng::with_seed(seed ^ number << 20);
        let mut emulator = Emulator::new(Size { columns: 20, rows: 6 });
        let chunks =
            if number % 4 == 0 { grammar::noise(seed, number) } else { grammar::sequence(seed, number) };
        for chunk in chunks {
            // Cut anywhere, as a stream is.
            let cut = rng.usize(..=chunk.len());
            emulator.feed(&chunk[..cut]);
            if rng.u8(..4) == 0 {
                let size = Size { columns: rng.u16(1..45), rows: rng.u16(1..12) };
                emulator.resize(size);
            }
            emulator.feed(&chunk[cut..]);
            check_screen(&mut emulator);
        }
        emulator.take_replies();
        for line in emulator.lines() {
            assert!(emulator.line(line).is_some(), "line {line} of sequence {number}");
        }
        let size = Size { columns: rng.u16(1..45), rows: rng.u16(1..12) };
        emulator.resize(size);
        check_screen(&mut emulator);
    }
}
