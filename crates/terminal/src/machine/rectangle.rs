//! Rectangles: copying, filling, erasing, changing attributes, and their checksum.

use super::{Machine, Margins, Protection};
use crate::parser::Params;
use crate::screen::{Cell, Colour, Flags, Glyph, Style};

impl Machine {
    /// The rows and columns that rectangles are confined to: in origin mode those between the margins.
    fn rectangle_limits(&self) -> Margins {
        if self.modes.origin {
            self.margins
        } else {
            Margins { top: 0, bottom: self.rows - 1, left: 0, right: self.columns - 1 }
        }
    }

    /// The rectangle of four numbers from `place` on, as rows and columns of the screen; `None` where there is none.
    fn rectangle(&self, params: &Params, place: usize) -> Option<Margins> {
        let limits = self.rectangle_limits();
        let first = |place, offset: usize| first_of(params.get(place), offset);
        let last = |place, offset: usize, most: usize| match params.get(place) {
            0 => most,
            value => (usize::from(value) - 1 + offset).min(most),
        };
        let area = Margins {
            top: first(place, limits.top),
            left: first(place + 1, limits.left),
            bottom: last(place + 2, limits.top, limits.bottom),
            right: last(place + 3, limits.left, limits.right),
        };
        (area.top <= area.bottom && area.left <= area.right).then_some(area)
    }

    /// DECCRA. Pages do not count: there is one.
    pub(super) fn copy_rectangle(&mut self, params: &Params) {
        let Some(from) = self.rectangle(params, 0) else { return };
        let limits = self.rectangle_limits();
        let (top, left) = (first_of(params.get(5), limits.top), first_of(params.get(6), limits.left));
        if top > limits.bottom || left > limits.right {
            return;
        }
        let height = (from.bottom - from.top + 1).min(limits.bottom + 1 - top);
        let width = (from.right - from.left + 1).min(limits.right + 1 - left);
        let cells: Vec<Vec<Cell>> = (from.top..from.top + height)
            .map(|row| whole_cells(&self.grid()[row].cells, from.left, from.left + width))
            .collect();
        for (row, cells) in self.grid_mut()[top..].iter_mut().zip(cells) {
            row.split_wide(left);
            row.split_wide(left + width);
            row.cells[left..left + width].copy_from_slice(&cells);
        }
    }

    /// DECFRA.
    pub(super) fn fill_rectangle(&mut self, params: &Params) {
        if let Ok(byte @ (0x20..=0x7e | 0xa0..=0xff)) = u8::try_from(params.get(0)) {
            self.fill(params, 1, Glyph::char(char::from(byte)));
        }
    }

    /// DECERA.
    pub(super) fn erase_rectangle(&mut self, params: &Params) {
        self.fill(params, 0, Glyph::char(' '));
    }

    /// Fills with the attributes in force, and with the colours in force where there are any.
    fn fill(&mut self, params: &Params, place: usize, glyph: Glyph) {
        let Some(area) = self.rectangle(params, place) else { return };
        let style = self.style;
        let has_colour = (style.fg, style.bg) != (Colour::DEFAULT, Colour::DEFAULT);
        for row in &mut self.grid_mut()[area.top..=area.bottom] {
            row.split_wide(area.left);
            row.split_wide(area.right + 1);
            for cell in &mut row.cells[area.left..=area.right] {
                let (fg, bg) = if has_colour { (style.fg, style.bg) } else { (cell.style.fg, cell.style.bg) };
                *cell = Cell { glyph, style: Style { fg, bg, ..style } };
            }
        }
    }

    /// DECSERA: erases the text that DECSCA does not protect; colours and attributes stay.
    pub(super) fn selectively_erase_rectangle(&mut self, params: &Params) {
        let Some(area) = self.rectangle(params, 0) else { return };
        let spares = self.protection == Protection::Selective;
        for row in &mut self.grid_mut()[area.top..=area.bottom] {
            row.split_wide(area.left);
            row.split_wide(area.right + 1);
            for cell in &mut row.cells[area.left..=area.right] {
                if !spares || !cell.style.flags.contains(Flags::PROTECTED) {
                    cell.glyph = Glyph::char(' ');
                }
            }
        }
    }

    /// DECCARA and DECRARA: sets or toggles bold, underline, blink and reverse. As a stream (DECSACE 0 and 1) the area
    /// runs from its first cell to its last in reading order.
    pub(super) fn change_rectangle(&mut self, params: &Params, toggle: bool) {
        let Some(area) = self.rectangle(params, 0) else { return };
        let limits = self.rectangle_limits();
        let changes: Vec<u16> = params.values().iter().skip(4).copied().collect();
        let is_exact = self.modes.change_extent == 2;
        for number in area.top..=area.bottom {
            let from = if is_exact || number == area.top { area.left } else { limits.left };
            let to = if is_exact || number == area.bottom { area.right } else { limits.right };
            for cell in &mut self.grid_mut()[number].cells[from..=to] {
                for change in &changes {
                    change_flags(&mut cell.style.flags, *change, toggle);
                }
            }
        }
    }

    /// DECRQCRA: the checksum of a rectangle, by which conformance suites read the screen. Its form is set by XTCHECKSUM:
    /// bit 0 not negated, bit 1 without attributes, bit 2 with all blanks, bit 4 with whole code points, not bytes.
    pub(super) fn checksum(&mut self, params: &Params) {
        let mut sum = 0_u32;
        if let Some(area) = self.rectangle(params, 2) {
            let mut is_counted = true;
            for row in area.top..=area.bottom {
                for column in area.left..=area.right {
                    let cell = self.cell(row, column);
                    let value = self.checksum_of(cell);
                    // Blanks that nothing has touched are left out behind the first cell.
                    if is_counted || value != u32::from(b' ') || cell.style != Style::default() {
                        sum = sum.wrapping_add(value);
                    }
                    is_counted = self.checksum_form & 4 != 0;
                }
            }
        }
        if self.checksum_form & 1 == 0 {
            sum = sum.wrapping_neg();
        }
        self.reply(format_args!("\x1bP{}!~{:04X}\x1b\\", params.get(0), sum & 0xffff));
    }

    fn checksum_of(&self, cell: Cell) -> u32 {
        let (bytes_only, untrimmed) = (self.checksum_form & 16 == 0, self.checksum_form & 4 != 0);
        let text = cell.glyph.as_cluster().map(|number| self.cluster(number));
        let first = if cell.is_wide_tail() {
            0xffff
        } else {
            text.map_or_else(|| cell.glyph.as_char(), |text| text.chars().next())
                .map_or(u32::from(b' '), u32::from)
        };
        let mut value = if bytes_only { first & 0xff } else { first };
        if bytes_only && untrimmed {
            value += text.map_or(0, |text| text.chars().skip(1).map(u32::from).sum());
        }
        if self.checksum_form & 2 == 0 {
            let flags = cell.style.flags;
            for (flag, weight) in
                [(Flags::UNDERLINE, 0x10), (Flags::REVERSE, 0x20), (Flags::BLINK, 0x40), (Flags::BOLD, 0x80)]
            {
                if flags.intersects(flag) {
                    value += weight;
                }
            }
        }
        value
    }
}

/// The first row or column of a rectangle. One left out is that of the margin, to which xterm adds the margin once more.
fn first_of(value: u16, margin: usize) -> usize {
    match value {
        0 => 2 * margin,
        value => usize::from(value) - 1 + margin,
    }
}

fn change_flags(flags: &mut Flags, change: u16, toggle: bool) {
    let which: &[Flags] = match change {
        0 if !toggle => &[Flags::BOLD, Flags::UNDERLINE, Flags::BLINK, Flags::REVERSE],
        1 | 22 => &[Flags::BOLD],
        4 | 24 => &[Flags::UNDERLINE],
        5 | 25 => &[Flags::BLINK],
        7 | 27 => &[Flags::REVERSE],
        _ => return,
    };
    if toggle && change > 20 {
        return;
    }
    for flag in which {
        let on = if toggle { !flags.intersects(*flag) } else { (1..20).contains(&change) };
        if *flag == Flags::UNDERLINE {
            flags.set_underline(u8::from(on));
        } else {
            flags.set(*flag, on);
        }
    }
}

/// A copy of the cells from `from` to before `to`; halves of wide characters at its edges are blank.
fn whole_cells(cells: &[Cell], from: usize, to: usize) -> Vec<Cell> {
    let mut copy = cells[from..to].to_vec();
    let cuts_wide = |at: usize| cells.get(at).is_some_and(|cell| cell.is_wide_tail());
    for (half, is_cut) in [(0, cuts_wide(from)), (to - from - 1, cuts_wide(to))] {
        if is_cut {
            copy[half].glyph = Glyph::char(' ');
        }
    }
    copy
}
