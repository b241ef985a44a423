//! Our terminal's side of the comparison.

use qdeck_terminal::extended::{self, Underline};
use qdeck_terminal::{Emulator, Size};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

use crate::screen::{Cell, Colour, Screen, WIDE_TAIL};
use crate::xterm::CLOSING;

pub(crate) struct Ours {
    emulator: Emulator,
    columns: u16,
    rows: u16,
}

impl Ours {
    pub(crate) fn new(columns: u16, rows: u16) -> Self {
        Self { emulator: Emulator::new(Size { columns, rows }), columns, rows }
    }

    pub(crate) fn run(columns: u16, rows: u16, case: &[u8]) -> Screen {
        let mut ours = Self::new(columns, rows);
        ours.feed(case);
        ours.read_screen()
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.emulator.feed(bytes);
    }

    pub(crate) fn read_screen(&mut self) -> Screen {
        self.emulator.feed(CLOSING);
        self.emulator.end_hold();
        let Self { columns, rows, .. } = *self;
        // Wider than the comparison where the case asks for 132 columns.
        let area = Rect::new(0, 0, self.emulator.size().columns, rows);
        let mut buffer = Buffer::empty(area);
        self.emulator.draw(area, &mut buffer);
        let cells = (0..rows)
            .flat_map(|row| match self.emulator.column_at(row, 2) {
                1 => read_double_row(&buffer, row, columns),
                _ => read_row(&buffer, row, columns),
            })
            .collect();
        Screen { columns, cells, replies: self.emulator.take_replies() }
    }
}

/// The cells of a line of double width, each of which is drawn with as much space behind it.
fn read_double_row(buffer: &Buffer, row: u16, columns: u16) -> Vec<Cell> {
    let drawn = read_row(buffer, row, columns);
    let mut cells = Vec::new();
    let mut at = 0;
    while at < drawn.len() {
        let width = if drawn.get(at + 1).is_some_and(|next| next.text == WIDE_TAIL) { 2 } else { 1 };
        cells.extend_from_slice(&drawn[at..at + width]);
        let spaces = &drawn[(at + width).min(drawn.len())..(at + 2 * width).min(drawn.len())];
        assert!(spaces.iter().all(|cell| cell.text == u16::from(b' ')), "no space in a line of double width");
        at += 2 * width;
    }
    cells.resize(columns.into(), Cell { is_hidden: true, ..Cell::default() });
    cells
}

fn read_row(buffer: &Buffer, row: u16, columns: u16) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut tail = false;
    for column in 0..columns {
        let cell = &buffer[(column, row)];
        let text = if tail { WIDE_TAIL } else { sum(cell.symbol().chars().take(1)) };
        tail = !tail && cell.symbol().width() == 2;
        cells.push(Cell {
            text,
            combining: sum(cell.symbol().chars().skip(1)),
            foreground: colour(cell.fg),
            background: colour(cell.bg),
            attributes: attributes(cell.modifier),
            is_half: false,
            is_hidden: false,
        });
    }
    cells
}

/// The sum that xterm's checksum gives: of 16 bits.
fn sum(characters: impl Iterator<Item = char>) -> u16 {
    characters.fold(0, |sum: u16, c| sum.wrapping_add((u32::from(c) & 0xffff) as u16))
}

fn attributes(modifier: Modifier) -> u16 {
    let underline = match extended::underline(modifier) {
        None => 0,
        Some(Underline::Double) => 1 << 7,
        Some(_) => 1 << 3,
    };
    [
        (Modifier::BOLD, 1),
        (Modifier::DIM, 1 << 1),
        (Modifier::ITALIC, 1 << 2),
        (Modifier::SLOW_BLINK, 1 << 4),
        (Modifier::REVERSED, 1 << 5),
        (Modifier::CROSSED_OUT, 1 << 6),
    ]
    .into_iter()
    .filter(|(flag, _)| modifier.contains(*flag))
    .fold(underline, |all, (_, bit)| all | bit)
}

fn colour(colour: Color) -> Colour {
    let index = match colour {
        Color::Reset => return Colour::Default,
        Color::Rgb(red, green, blue) => return Colour::Rgb(red, green, blue),
        Color::Indexed(index) => index,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    Colour::Index(index)
}
