//! What must hold for any bytes and any sizes, as functions of an input's bytes: for a fuzzer, and for streams that are known.

use qdeck_terminal::{Emulator, Encoding, Size};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr as _;

/// The replies that may wait, in bytes.
const MAX_REPLY_BYTES: usize = 128 * 1024;

/// Numbers out of the bytes of an input, zero once they are used up.
struct Numbers<'a>(&'a [u8]);

impl<'a> Numbers<'a> {
    fn below(&mut self, end: u8) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                first % end
            }
            None => 0,
        }
    }

    fn size(&mut self) -> Size {
        Size { columns: self.below(90).into(), rows: self.below(40).into() }
    }

    fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (now, later) = self.0.split_at(count.min(self.0.len()));
        self.0 = later;
        now
    }

    fn encoding(&mut self) -> Encoding {
        [Encoding::Utf8, Encoding::Utf8, Encoding::Latin1, Encoding::Cp437][usize::from(self.below(4))]
    }
}

/// Draws the screen: every row is full, and no character reaches beyond it.
///
/// # Panics
/// Where one does not hold.
pub fn check_screen(emulator: &mut Emulator) {
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
            assert!(!symbol.chars().any(char::is_control), "row {row}, column {column}: {symbol:?}");
            column += if width == 2 { 2 } else { 1 };
        }
        assert_eq!(column, size.columns, "row {row}");
    }
    let (lines, top, place) = (emulator.lines(), emulator.live_top(), emulator.cursor_place());
    assert!(lines.contains(&top.line) && lines.contains(&place.line), "{lines:?}, {top:?}, {place:?}");
    assert!(top <= place, "{top:?}, {place:?}");
}

/// All text that there is, line by line.
fn lines(emulator: &Emulator) -> Vec<String> {
    let text = |number| {
        let line = emulator.line(number);
        assert!(line.is_some(), "no line {number}");
        line.unwrap_or_default().text
    };
    emulator.lines().map(text).collect()
}

/// The text is there, views of it can be drawn, and the emulator has not failed and begun anew.
fn check_text(emulator: &mut Emulator) {
    for line in lines(emulator) {
        assert!(!line.contains("the screen was rebuilt"), "{line}");
    }
    let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 8));
    for step in [-40, -1, 0, 3] {
        let top = emulator.step_rows(emulator.live_top(), step);
        assert!(top <= emulator.live_top(), "{top:?} after {step}");
        emulator.draw_from(top, Rect::new(3, 1, 20, 6), &mut buffer);
        assert!(emulator.view_rows(top, 6).len() <= 6, "rows from {top:?}");
    }
}

/// Whatever was fed: what is under way can be ended, and the emulator shows text and answers.
fn check_that_it_works(emulator: &mut Emulator) {
    assert!(emulator.take_replies().len() <= MAX_REPLY_BYTES, "replies");
    assert!(emulator.title().is_none_or(|title| title.len() <= 4096), "title");
    emulator.set_encoding(Encoding::Utf8);
    emulator.feed(b"\x18\x1b\\\x1b[?2026l\x1bc\x1b[3Jhi\x1b[6n");
    emulator.end_hold();
    assert!(emulator.row(0).starts_with("hi"), "{:?}", emulator.row(0));
    let replies = emulator.take_replies();
    assert!(replies.starts_with(b"\x1b[1;"), "{:?}", replies.escape_ascii().to_string());
}

/// Bytes to a terminal of a size and an encoding that the first of them choose. Where the stream is cut changes nothing.
///
/// # Panics
/// Where an invariant of the terminal does not hold.
pub fn bytes(data: &[u8]) {
    let mut numbers = Numbers(data);
    let (size, encoding, cut) = (numbers.size(), numbers.encoding(), 1 + numbers.below(9));
    let stream = numbers.0;
    let [mut whole, mut parts] = [(); 2].map(|()| {
        let mut emulator = Emulator::new(size);
        emulator.set_encoding(encoding);
        emulator
    });
    whole.feed(stream);
    check_screen(&mut whole);
    check_text(&mut whole);
    for part in stream.chunks(cut.into()) {
        parts.feed(part);
    }
    // A picture held by an update that was cut is a matter of drawing, and of time.
    whole.end_hold();
    parts.end_hold();
    check_screen(&mut whole);
    assert_eq!(lines(&whole), lines(&parts), "cut by {cut}");
    assert_eq!(whole.cursor(), parts.cursor(), "cut by {cut}");
    assert_eq!(whole.title(), parts.title(), "cut by {cut}");
    check_that_it_works(&mut whole);
}

/// Bytes with a new size between any two of them: the invariants hold at each, and text loses nothing by sizes there and back.
///
/// # Panics
/// Where an invariant of the terminal does not hold.
pub fn sizes(data: &[u8]) {
    let mut numbers = Numbers(data);
    let mut emulator = Emulator::new(numbers.size());
    emulator.set_prompts_redrawn(numbers.below(2) == 1);
    emulator.set_encoding(numbers.encoding());
    while !numbers.0.is_empty() {
        let count = usize::from(numbers.below(64));
        emulator.feed(numbers.bytes(count));
        check_screen(&mut emulator);
        emulator.resize(numbers.size());
        check_screen(&mut emulator);
        check_text(&mut emulator);
    }
    emulator.take_replies();
    // Prompts are blanked on purpose, and the alternate screen has no lines that could be wrapped anew.
    emulator.set_prompts_redrawn(false);
    if !emulator.alternate_screen() {
        check_there_and_back(&mut emulator, data);
    }
    check_that_it_works(&mut emulator);
}

/// Two other sizes and the one before: the characters are the same, in their order. Those that were hidden below a small
/// screen may come back behind them.
fn check_there_and_back(emulator: &mut Emulator, data: &[u8]) {
    let characters = |emulator: &Emulator| {
        let text = lines(emulator).concat();
        text.chars().filter(|c| *c != ' ').collect::<String>()
    };
    let (size, before) = (emulator.size(), characters(emulator));
    let sum = data.iter().fold(7_u16, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into()));
    let other = Size { columns: 2 + sum % 90, rows: 2 + sum / 90 % 40 };
    let narrow = Size { columns: (size.columns / 2).max(2), rows: size.rows };
    for next in [other, narrow, size] {
        emulator.resize(next);
        check_screen(emulator);
    }
    let after = characters(emulator);
    assert!(after.starts_with(&before), "{before:?}, {after:?} after {other:?}, {narrow:?} and {size:?}");
}
