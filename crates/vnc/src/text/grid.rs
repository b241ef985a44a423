//! The text that was read.

/// What stands for a cell that is no glyph of any font.
pub const UNKNOWN: char = '\u{fffd}';

/// A cell of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextCell {
    /// Its character; a space for a cell of one colour, [`UNKNOWN`] for one that is no glyph.
    pub ch: char,
    /// The colour of its character, `0x00RRGGBB`.
    pub foreground: u32,
    /// The colour behind, `0x00RRGGBB`.
    pub background: u32,
}

/// The text of a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextGrid {
    pub(super) columns: u16,
    pub(super) cells: Vec<TextCell>,
    pub(super) cursor: Option<(u16, u16)>,
    pub(super) cell_size: (u16, u16),
    pub(super) origin: (u16, u16),
}

impl TextGrid {
    /// Cells in a row.
    pub const fn columns(&self) -> u16 {
        self.columns
    }

    /// The number of rows.
    pub fn rows(&self) -> u16 {
        u16::try_from(self.cells.len() / usize::from(self.columns.max(1))).unwrap_or(u16::MAX)
    }

    /// The cells of a row; empty below the last.
    pub fn row(&self, row: u16) -> &[TextCell] {
        let start = usize::from(row) * usize::from(self.columns);
        self.cells.get(start..start + usize::from(self.columns)).unwrap_or_default()
    }

    /// Column and row of the cursor, while it is visible: a blinking one comes and goes.
    pub const fn cursor(&self) -> Option<(u16, u16)> {
        self.cursor
    }

    /// Width and height of a cell on the screen, in pixels.
    pub const fn cell_size(&self) -> (u16, u16) {
        self.cell_size
    }

    /// Where the first cell begins on the screen, in pixels.
    pub const fn origin(&self) -> (u16, u16) {
        self.origin
    }

    /// The cells that are no glyph of any font.
    pub fn unknown(&self) -> usize {
        self.cells.iter().filter(|cell| cell.ch == UNKNOWN).count()
    }

    /// Its lines, each ended by a line feed: without blanks at their ends, and without empty lines at the end.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for row in 0..self.rows() {
            let line: String = self.row(row).iter().map(|cell| cell.ch).collect();
            text.push_str(line.trim_end_matches(' '));
            text.push('\n');
        }
        let end = text.trim_end_matches('\n').len();
        text.truncate(end);
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }
}

/// The number of a colour among the 16 of the VGA, in the order of terminals (1 is red, 4 is blue), if it is exactly one of
/// them. Both usual forms count: eight bits a channel, and the six of the VGA's converter expanded as QEMU does.
pub fn vga_color(rgb: u32) -> Option<u8> {
    let [_, red, green, blue] = rgb.to_be_bytes();
    let level = |channel: u8| match channel {
        0x00 => Some(0),
        0x55 | 0x57 | 0x54 => Some(1),
        0xaa | 0xa8 => Some(2),
        0xff => Some(3),
        _ => None,
    };
    let (red, green, blue) = (level(red)?, level(green)?, level(blue)?);
    // Brown has half the green of a dark yellow.
    if (red, green, blue) == (2, 1, 0) {
        return Some(3);
    }
    let bits = |on: u8| u8::from(red == on) | u8::from(green == on) << 1 | u8::from(blue == on) << 2;
    let all = |levels: [u8; 2]| [red, green, blue].iter().all(|channel| levels.contains(channel));
    if all([0, 2]) && (red, green, blue) != (2, 2, 0) {
        Some(bits(2))
    } else if all([1, 3]) {
        Some(8 + bits(3))
    } else {
        None
    }
}
