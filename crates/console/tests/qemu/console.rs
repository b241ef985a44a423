//! What a text console holds by its own account, and how the screen that is read differs from it.

use std::fmt::Debug;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qdeck_console::{RemoteScreen as _, TextScreen, VncSession};
use qdeck_vnc::text::{UNKNOWN, vga_color};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Color;

/// Code page 437, in whose order the fonts of a VGA and of Linux's console are: 0 and 255 are blank.
const CP437: &str = " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼ !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`\
abcdefghijklmnopqrstuvwxyz{|}~⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ";
/// Whose font a console has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Font {
    /// That of the VGA or the kernel, in the order of code page 437.
    Own,
    /// One that was loaded into it.
    Loaded,
}

/// The most differences that are reported.
const REPORTED: usize = 12;

/// A cell, its colours as terminals count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    ch: char,
    ink: u8,
    paper: u8,
}

impl Cell {
    /// A cell from a byte of the VGA's text memory, which counts blue as 1 and red as 4.
    fn new(ch: char, attribute: u8) -> Self {
        let color = |vga: u8| (vga & 0b1010) | (vga & 1) << 2 | (vga & 4) >> 2;
        Self { ch, ink: color(attribute & 15), paper: color(attribute >> 4) }
    }

    /// The same as it can be seen: a full block is a cell of one colour, as is a character on its own colour.
    fn seen(self) -> Self {
        match self.ch {
            '█' => Self { ch: ' ', ink: 0, paper: self.ink },
            '\0' | ' ' | '\u{a0}' => Self { ch: ' ', ink: 0, paper: self.paper },
            _ if self.ink == self.paper => Self { ch: ' ', ink: 0, paper: self.paper },
            _ => self,
        }
    }
}

/// How a cell is read, where it is not as it should be.
#[derive(Debug)]
#[expect(dead_code, reason = "printed by a test that fails")]
pub struct Difference {
    column: u16,
    row: u16,
    expected: String,
    read: String,
}

impl Difference {
    fn new((column, row): (u16, u16), expected: &dyn Debug, read: &dyn Debug) -> Self {
        Self { column, row, expected: format!("{expected:?}"), read: format!("{read:?}") }
    }
}

/// A text console.
#[derive(Debug)]
pub struct Console {
    columns: u16,
    rows: u16,
    cells: Vec<Cell>,
    /// Where the cursor is, if that is known.
    cursor: Option<Position>,
}

impl Console {
    /// A VGA in text mode with 80 columns: for each cell its character and its colours.
    pub fn of_text_memory(memory: &[u8]) -> Self {
        let cells = memory.chunks_exact(2).map(|cell| Cell::new(of_font(cell[0]), cell[1])).collect();
        Self { columns: 80, rows: 25, cells, cursor: None }
    }

    /// What a guest has reported of its first console: `/dev/vcsa1`, and `/dev/vcsu1` in the order of this machine. The
    /// characters are those of the glyphs, or with a loaded font those that were printed.
    pub fn of_report(report: &str, font: Font) -> Self {
        let (glyphs, characters) = report.split_once("characters\n").expect("two parts");
        let decoded = |part: &str| STANDARD.decode(part.split_whitespace().collect::<String>()).unwrap();
        let (glyphs, characters) = (decoded(glyphs), decoded(characters));
        let [rows, columns, x, y, cells @ ..] = &*glyphs else { panic!("no header: {glyphs:?}") };
        let characters = characters.as_chunks().0.iter().map(|number| u32::from_ne_bytes(*number));
        let characters = characters.map(|number| char::from_u32(number).expect("a character"));
        let cells = cells.chunks_exact(2).zip(characters).map(|(cell, ch)| {
            let ch = if font == Font::Own { of_font(cell[0]) } else { ch };
            Cell::new(ch, cell[1])
        });
        let console = Self {
            columns: u16::from(*columns),
            rows: u16::from(*rows),
            cells: cells.collect(),
            cursor: Some(Position::new(u16::from(*x), u16::from(*y))),
        };
        assert_eq!(console.cells.len(), usize::from(console.columns) * usize::from(console.rows));
        console
    }

    /// Compares the cells with those that a session shows. Returns whether its cursor is visible now: the cell under it may
    /// be unknown, and has colours of its own.
    ///
    /// # Errors
    /// The cells that differ; one where the session shows no text of this size.
    pub fn compare(&self, session: &VncSession) -> Result<bool, Vec<Difference>> {
        // Which also asks for what is new.
        session.take_dirty();
        let rows = session.text().map(TextScreen::lines).unwrap_or_default();
        if rows.end - rows.start != u64::from(self.rows) {
            return Err(vec![Difference::new((0, 0), &format!("{} rows", self.rows), &rows)]);
        }
        let area = Rect::new(0, 0, self.columns, self.rows);
        let mut drawn = Buffer::empty(area);
        let cursor = session.draw(area, &mut drawn);
        let places = (0..self.rows).flat_map(|row| (0..self.columns).map(move |column| (column, row)));
        let cells = places.zip(&self.cells).filter_map(|(place, expected)| {
            let (cell, expected) = (&drawn[place], expected.seen());
            let ch = cell.symbol().chars().next().unwrap_or(' ');
            if cursor == Some(place.into()) && [expected.ch, UNKNOWN].contains(&ch) {
                return None;
            }
            let read = Cell { ch, ink: number(cell.fg), paper: number(cell.bg) }.seen();
            (read != expected).then(|| Difference::new(place, &expected, &read))
        });
        let mut differences: Vec<Difference> = cells.take(REPORTED).collect();
        if let (Some(cursor), Some(expected)) = (cursor, self.cursor)
            && cursor != expected
        {
            differences.push(Difference::new((cursor.x, cursor.y), &expected, &cursor));
        }
        if differences.is_empty() { Ok(cursor.is_some()) } else { Err(differences) }
    }
}

/// The character of a glyph.
fn of_font(glyph: u8) -> char {
    CP437.chars().nth(glyph.into()).expect("256 characters")
}

/// The number of a colour; one that is none of the VGA's has no number.
fn number(color: Color) -> u8 {
    let Color::Rgb(red, green, blue) = color else { return u8::MAX };
    vga_color(u32::from_be_bytes([0, red, green, blue])).unwrap_or(u8::MAX)
}
