//! The queries for a screen, and xterm's replies to them.

use std::io::Write as _;

use unicode_width::UnicodeWidthChar;

use crate::screen::{Cell, Colour, WIDE_TAIL, escaped};

/// From the upper left corner whatever the origin mode, the sum of a cell as its plain first code point.
const READ_FIRST: &[u8] = b"\x1b F\x1b[64;1\"p\x1b[?6l\x1b[55#y";

/// The sum of a cell with its combining characters, but with eight bits of the first.
const READ_COMBINING: &[u8] = b"\x1b[39#y";

/// Three queries a cell: its first code point and its rendition, then the sum of the others.
pub(crate) fn query(columns: u16, rows: u16) -> Vec<u8> {
    let places: Vec<String> = (1..=rows)
        .flat_map(|row| (1..=columns).map(move |column| format!("{row};{column};{row};{column}")))
        .collect();
    let mut query = READ_FIRST.to_vec();
    for place in &places {
        write!(query, "\x1b[1;0;{place}*y\x1b[{place}#|").unwrap();
    }
    query.extend_from_slice(READ_COMBINING);
    for place in &places {
        write!(query, "\x1b[2;0;{place}*y").unwrap();
    }
    query
}

pub(crate) fn parse_cells(mut replies: &[u8]) -> Vec<Cell> {
    let (mut cells, mut codes) = (Vec::new(), Vec::new());
    let mut combined = 0;
    while !replies.is_empty() {
        let (sum, after) = split(replies, b"\x1b\\");
        replies = after;
        if let Some(sum) = sum.strip_prefix("\x1bP1!~") {
            let (rendition, after) = split(after, b"m");
            let code = u16::from_str_radix(sum, 16).unwrap();
            codes.push(code);
            cells.push(Cell {
                text: plain_text(code),
                ..parse_rendition(rendition.strip_prefix("\x1b[").unwrap())
            });
            replies = after;
        } else if let Some(sum) = sum.strip_prefix("\x1bP2!~") {
            let cell: &mut Cell = &mut cells[combined];
            let sum = u16::from_str_radix(sum, 16).unwrap();
            // Codes below the blank have none, and those of another set come in seven bits.
            let own = codes[combined] & 0xff;
            cell.combining = if sum < 0x20 || sum == own & 0x7f { 0 } else { sum.wrapping_sub(own) };
            combined += 1;
        } else {
            panic!("unexpected reply of xterm: {}", escaped(sum.as_bytes()));
        }
    }
    assert_eq!(combined, cells.len());
    join_halves(&mut cells);
    cells
}

/// xterm's own codes below the blank are glyphs of DEC Special Graphics, and zero where nothing was written.
fn plain_text(code: u16) -> u16 {
    const GLYPHS: &str = " ◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";
    match GLYPHS.chars().nth(code.into()) {
        Some(glyph) if code < 0x20 => u16::try_from(u32::from(glyph)).unwrap(),
        _ if code == 0x7f => u16::from(b' '),
        _ => code,
    }
}

/// Joins what belongs to a wide character. xterm keeps its combining characters with the second half, and some edits leave
/// a half alone, which shows as a blank.
fn join_halves(cells: &mut [Cell]) {
    // The lower half of an emoji's code point is in the private use area.
    let is_wide = |cell: Cell| {
        (0xf300..0xf700).contains(&cell.text)
            || char::from_u32(u32::from(cell.text)).and_then(UnicodeWidthChar::width) == Some(2)
    };
    let mut is_tail = false;
    for at in 0..cells.len() {
        let follows = cells.get(at + 1).is_some_and(|next| next.text == WIDE_TAIL);
        if is_tail {
            is_tail = false;
        } else if follows && is_wide(cells[at]) {
            let combining = std::mem::take(&mut cells[at + 1].combining);
            cells[at].combining = cells[at].combining.wrapping_add(combining);
            is_tail = true;
        } else if is_wide(cells[at]) || cells[at].text == WIDE_TAIL {
            cells[at] = Cell { text: u16::from(b' '), combining: 0, is_half: true, ..cells[at] };
        }
    }
}

fn parse_rendition(rendition: &str) -> Cell {
    let mut cell = Cell::default();
    let mut fields = rendition.split(';');
    while let Some(field) = fields.next() {
        let mut parts = field.split(':').map(|part| part.parse::<u16>().unwrap_or(0));
        let code = parts.next().unwrap_or(0);
        let narrow = |value: u16| u8::try_from(value).unwrap();
        match code {
            1 => cell.attributes |= 1,
            2 => cell.attributes |= 1 << 1,
            3 => cell.attributes |= 1 << 2,
            4 => cell.attributes |= 1 << 3,
            5 => cell.attributes |= 1 << 4,
            7 => cell.attributes |= 1 << 5,
            0 | 8 => {}
            9 => cell.attributes |= 1 << 6,
            21 => cell.attributes |= 1 << 7,
            30..=37 => cell.foreground = Colour::Index(narrow(code - 30)),
            40..=47 => cell.background = Colour::Index(narrow(code - 40)),
            90..=97 => cell.foreground = Colour::Index(narrow(code - 82)),
            100..=107 => cell.background = Colour::Index(narrow(code - 92)),
            38 | 48 => {
                let rest: Vec<u16> = parts.collect();
                let colour = match rest[..] {
                    [5, index] => Colour::Index(narrow(index)),
                    [2, _, red, green, blue] => Colour::Rgb(narrow(red), narrow(green), narrow(blue)),
                    [] => {
                        assert_eq!(fields.next(), Some("5"), "{rendition}");
                        Colour::Index(fields.next().and_then(|index| index.parse().ok()).unwrap())
                    }
                    _ => panic!("an unknown colour: {rendition}"),
                };
                if code == 38 { cell.foreground = colour } else { cell.background = colour }
            }
            _ => panic!("an unknown rendition of xterm: {rendition}"),
        }
    }
    cell
}

fn split<'a>(bytes: &'a [u8], at: &[u8]) -> (&'a str, &'a [u8]) {
    let place = find(bytes, at).unwrap();
    (std::str::from_utf8(&bytes[..place]).unwrap(), &bytes[place + at.len()..])
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}
