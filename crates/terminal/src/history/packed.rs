//! The packed form of a line:
//!
//! ```text
//!  length of the text (varint) | text, UTF-8 | runs: cells (varint), header, what the header names ...
//! ```
//!
//! A line in the plain style has no runs. The header of a run has a bit for each part that is not the default: text
//! colour, background, flags, underline colour, link.

use unicode_width::UnicodeWidthChar;

use crate::extended::LinkId;
use crate::screen::{Cell, Clusters, Colour, Extra, Extras, Flags, Glyph, Row, Style};

const HAS_FG: u8 = 1;
const HAS_BG: u8 = 1 << 1;
const HAS_FLAGS: u8 = 1 << 2;
const HAS_UNDERLINE: u8 = 1 << 3;
const HAS_LINK: u8 = 1 << 4;

/// A style with nothing looked up elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct RunStyle {
    fg: Colour,
    bg: Colour,
    flags: Flags,
    extra: Extra,
}

/// A line that is being put together from rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Packer {
    text: String,
    runs: Vec<(usize, RunStyle)>,
    cells: usize,
    is_prompt: bool,
    has_wide: bool,
}

impl Packer {
    pub fn cells(&self) -> usize {
        self.cells
    }

    pub fn is_prompt(&self) -> bool {
        self.is_prompt
    }

    pub fn has_wide(&self) -> bool {
        self.has_wide
    }

    pub fn bytes(&self) -> usize {
        self.text.len() + size_of_val(self.runs.as_slice())
    }

    pub fn clear(&mut self) {
        self.text.clear();
        self.runs.clear();
        self.cells = 0;
        self.is_prompt = false;
        self.has_wide = false;
    }

    /// Appends a row.
    pub fn push(&mut self, row: &Row, columns: usize, clusters: &Clusters, extras: &Extras) {
        self.is_prompt |= row.is_prompt;
        let mut last = None;
        for cell in row.line_cells(columns) {
            match cell.glyph {
                Glyph::WIDE_TAIL => self.has_wide = true,
                glyph => match glyph.as_char() {
                    Some(c) => self.text.push(c),
                    None => self.text.push_str(glyph.as_cluster().map_or(" ", |number| clusters.get(number))),
                },
            }
            self.cells += 1;
            if last != Some(cell.style) {
                last = Some(cell.style);
                let Style { fg, bg, flags, extra } = cell.style;
                let style = RunStyle { fg, bg, flags, extra: extras.get(extra) };
                if self.runs.last().is_none_or(|(_, before)| *before != style) {
                    self.runs.push((0, style));
                }
            }
            if let Some((length, _)) = self.runs.last_mut() {
                *length += 1;
            }
        }
    }

    /// Appends the packed form to `out`.
    pub fn pack_into(&self, out: &mut Vec<u8>) {
        put_varint(out, self.text.len());
        out.extend_from_slice(self.text.as_bytes());
        let is_plain = self.runs.iter().all(|(_, style)| *style == RunStyle::default());
        if is_plain {
            return;
        }
        for (length, style) in &self.runs {
            put_varint(out, *length);
            put_style(out, style);
        }
    }

    /// The line so far, for those who read it before it is whole.
    pub fn line(&self) -> PackedLine<'_> {
        PackedLine {
            text: &self.text,
            runs: Runs::Open(&self.runs),
            width: self.cells,
            is_prompt: self.is_prompt,
            has_wide: self.has_wide,
        }
    }
}

fn put_varint(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return out.push(low & 0x7f);
        }
        out.push(low | 0x80);
    }
}

fn put_style(out: &mut Vec<u8>, style: &RunStyle) {
    let header = out.len();
    out.push(0);
    let mut parts = 0;
    let mut put = |part: u8, bytes: &[u8]| {
        parts |= part;
        out.extend_from_slice(bytes);
    };
    if style.fg != Colour::DEFAULT {
        put(HAS_FG, &style.fg.bits().to_le_bytes());
    }
    if style.bg != Colour::DEFAULT {
        put(HAS_BG, &style.bg.bits().to_le_bytes());
    }
    if !style.flags.is_empty() {
        put(HAS_FLAGS, &style.flags.bits().to_le_bytes());
    }
    if style.extra.underline != Colour::DEFAULT {
        put(HAS_UNDERLINE, &style.extra.underline.bits().to_le_bytes());
    }
    if let Some(link) = style.extra.link {
        put(HAS_LINK, &link.number().to_le_bytes());
    }
    out[header] = parts;
}

/// Reads what [`put_varint`] and [`put_style`] wrote.
#[derive(Debug, Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    fn varint(&mut self) -> Option<usize> {
        let mut value = 0;
        for shift in (0..usize::BITS).step_by(7) {
            let [byte] = self.bytes()?;
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn number(&mut self) -> Option<u32> {
        self.bytes().map(u32::from_le_bytes)
    }

    fn run(&mut self) -> Option<(usize, RunStyle)> {
        let length = self.varint()?;
        let [parts] = self.bytes()?;
        let mut style = RunStyle::default();
        if parts & HAS_FG != 0 {
            style.fg = Colour::from_bits(self.number()?);
        }
        if parts & HAS_BG != 0 {
            style.bg = Colour::from_bits(self.number()?);
        }
        if parts & HAS_FLAGS != 0 {
            style.flags = Flags::from_bits(u16::from_le_bytes(self.bytes()?));
        }
        if parts & HAS_UNDERLINE != 0 {
            style.extra.underline = Colour::from_bits(self.number()?);
        }
        if parts & HAS_LINK != 0 {
            style.extra.link = Some(LinkId::from_number(self.number()?));
        }
        Some((length, style))
    }
}

/// The runs of a line, each with its length in cells.
#[derive(Debug, Clone, Copy)]
enum Runs<'a> {
    Packed(Reader<'a>),
    Open(&'a [(usize, RunStyle)]),
}

impl Runs<'_> {
    /// Takes the first run.
    fn next(&mut self) -> Option<(usize, RunStyle)> {
        match self {
            Self::Packed(reader) => reader.run(),
            Self::Open(runs) => runs.split_off_first().copied(),
        }
    }
}

/// A line of the history: packed, or the open one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PackedLine<'a> {
    pub text: &'a str,
    runs: Runs<'a>,
    /// Its length in cells.
    pub width: usize,
    pub is_prompt: bool,
    pub has_wide: bool,
}

impl<'a> PackedLine<'a> {
    pub(super) fn new(data: &'a [u8], width: usize, is_prompt: bool, has_wide: bool) -> Self {
        let mut reader = Reader(data);
        let length = reader.varint().unwrap_or(0).min(reader.0.len());
        let (text, runs) = reader.0.split_at(length);
        let text = std::str::from_utf8(text).unwrap_or_default();
        Self { text, runs: Runs::Packed(Reader(runs)), width, is_prompt, has_wide }
    }

    /// The line as cells.
    pub fn cells(&self, clusters: &mut Clusters, extras: &mut Extras) -> Vec<Cell> {
        let mut cells: Vec<Cell> = Vec::with_capacity(self.width);
        for c in self.text.chars() {
            match c.width().unwrap_or(0) {
                0 => add_mark(&mut cells, c, clusters),
                width => {
                    cells.push(Cell { glyph: Glyph::char(c), style: Style::default() });
                    if width > 1 {
                        cells.push(Cell { glyph: Glyph::WIDE_TAIL, style: Style::default() });
                    }
                }
            }
        }
        let mut rest = &mut cells[..];
        let mut runs = self.runs;
        while let Some((length, style)) = runs.next() {
            let RunStyle { fg, bg, flags, extra } = style;
            let style = Style { fg, bg, flags, extra: extras.intern(extra) };
            let (run, after) = rest.split_at_mut(length.min(rest.len()));
            for cell in run {
                cell.style = style;
            }
            rest = after;
        }
        cells
    }
}

fn add_mark(cells: &mut [Cell], mark: char, clusters: &mut Clusters) {
    let Some(at) = cells.iter().rposition(|cell| !cell.is_wide_tail()) else { return };
    let base = match cells[at].glyph.as_cluster() {
        Some(number) => clusters.get(number).to_owned(),
        None => cells[at].glyph.as_char().unwrap_or(' ').to_string(),
    };
    if let Some(number) = clusters.add(&base, mark) {
        cells[at].glyph = Glyph::cluster(number);
    }
}
