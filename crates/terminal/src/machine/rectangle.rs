//! Rectangles: copying, filling, erasing, changing attributes, and their checksum.

use super::{Machine, Margins};
use crate::parser::Params;
use crate::screen::{Cell, Flags, Glyph, Style};

impl Machine {
    /// The rectangle of four numbers from `place` on, as rows and columns of the screen; `None` where there is none.
    fn rectangle(&self, params: &Params, place: usize) -> Option<Margins> {
        let limits = if self.modes.origin {
            self.margins
        } else {
            Margins { top: 0, bottom: self.rows - 1, left: 0, right: self.columns - 1 }
        };
        let first = |place, offset: usize| params.count(place) - 1 + offset;
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
        let offset = if self.modes.origin { (self.margins.top, self.margins.left) } else { (0, 0) };
        let (top, left) = (params.count(5) - 1 + offset.0, params.count(6) - 1 + offset.1);
        if top >= self.rows || left >= self.columns {
            return;
        }
        let height = (from.bottom - from.top + 1).min(self.rows - top);
        let width = (from.right - from.left + 1).min(self.columns - left);
        let cells: Vec<Vec<Cell>> = (from.top..from.top + height)
            .map(|row| self.grid()[row].cells[from.left..from.left + width].to_vec())
            .collect();
        for (row, cells) in self.grid_mut()[top..].iter_mut().zip(cells) {
            row.split_wide(left);
            row.split_wide(left + width);
            row.cells[left..left + width].copy_from_slice(&cells);
            mend_halves(&mut row.cells, left, left + width);
        }
    }

    /// DECFRA.
    pub(super) fn fill_rectangle(&mut self, params: &Params) {
        let Ok(byte @ (0x20..=0x7e | 0xa0..=0xff)) = u8::try_from(params.get(0)) else { return };
        let glyph = Glyph::char(self.charsets.map(char::from(byte)));
        let style = self.style;
        self.fill(params, 1, Cell { glyph, style }, false);
    }

    /// DECERA, and DECSERA, which spares protected cells.
    pub(super) fn erase_rectangle(&mut self, params: &Params, selective: bool) {
        let cell = if selective {
            Cell { glyph: Glyph::char(' '), style: Style::default() }
        } else {
            Cell::blank(self.blank())
        };
        self.fill(params, 0, cell, selective);
    }

    fn fill(&mut self, params: &Params, place: usize, cell: Cell, selective: bool) {
        let Some(area) = self.rectangle(params, place) else { return };
        if area.top >= self.rows || area.left >= self.columns {
            return;
        }
        for row in &mut self.grid_mut()[area.top..=area.bottom] {
            row.split_wide(area.left);
            row.split_wide(area.right + 1);
            for old in &mut row.cells[area.left..=area.right] {
                if !selective {
                    *old = cell;
                } else if !old.style.flags.contains(Flags::PROTECTED) {
                    old.glyph = cell.glyph;
                }
            }
        }
    }

    /// DECCARA and DECRARA: sets or toggles bold, underline, blink and reverse. As a stream (DECSACE 0 and 1) the area
    /// runs from its first cell to its last in reading order.
    pub(super) fn change_rectangle(&mut self, params: &Params, toggle: bool) {
        let Some(area) = self.rectangle(params, 0) else { return };
        if area.top >= self.rows || area.left >= self.columns {
            return;
        }
        let changes: Vec<u16> = params.values().iter().skip(4).copied().collect();
        let (columns, is_exact) = (self.columns, self.modes.exact_rectangles);
        for number in area.top..=area.bottom {
            let (from, to) = if is_exact {
                (area.left, area.right + 1)
            } else {
                let from = if number == area.top { area.left } else { 0 };
                (from, if number == area.bottom { area.right + 1 } else { columns })
            };
            for cell in self.grid_mut()[number].cells.iter_mut().take(to).skip(from) {
                for change in &changes {
                    change_flags(&mut cell.style.flags, *change, toggle);
                }
                if changes.is_empty() {
                    change_flags(&mut cell.style.flags, 0, toggle);
                }
            }
        }
    }

    /// DECRQCRA: the checksum of a rectangle, by which conformance suites read the screen. Its form is set by XTCHECKSUM:
    /// bit 0 not negated, bit 1 without attributes.
    pub(super) fn checksum(&mut self, params: &Params) {
        let mut sum = 0_u32;
        if let Some(area) = self.rectangle(params, 2) {
            for row in area.top..=area.bottom.min(self.rows - 1) {
                for column in area.left..=area.right {
                    sum = sum.wrapping_add(self.checksum_of(row, column));
                }
            }
        }
        if self.checksum_form & 1 == 0 {
            sum = sum.wrapping_neg();
        }
        self.reply(format_args!("\x1bP{}!~{:04X}\x1b\\", params.get(0), sum & 0xffff));
    }

    fn checksum_of(&self, row: usize, column: usize) -> u32 {
        let cell = self.cell(row, column);
        let c = match cell.glyph.as_cluster() {
            Some(number) => self.cluster(number).chars().next(),
            None => cell.glyph.as_char(),
        };
        let mut value = c.map_or(0, u32::from);
        if self.checksum_form & 2 == 0 {
            let flags = cell.style.flags;
            for (flag, weight) in [
                (Flags::PROTECTED, 0x4),
                (Flags::CONCEAL, 0x8),
                (Flags::UNDERLINE, 0x10),
                (Flags::REVERSE, 0x20),
                (Flags::BLINK, 0x40),
                (Flags::BOLD, 0x80),
            ] {
                if flags.intersects(flag) {
                    value += weight;
                }
            }
        }
        value
    }
}

fn change_flags(flags: &mut Flags, change: u16, toggle: bool) {
    let all = Flags::BOLD | Flags::UNDERLINE | Flags::BLINK | Flags::REVERSE;
    let which = match change % 20 {
        0 => all,
        1 => Flags::BOLD,
        2 if change == 22 => Flags::BOLD,
        4 => Flags::UNDERLINE,
        5 => Flags::BLINK,
        7 => Flags::REVERSE,
        _ => return,
    };
    let single = |flags: &mut Flags, flag: Flags, on: bool| {
        if flag == Flags::UNDERLINE { flags.set_underline(u8::from(on)) } else { flags.set(flag, on) }
    };
    for flag in [Flags::BOLD, Flags::UNDERLINE, Flags::BLINK, Flags::REVERSE] {
        if which.contains(flag) {
            let on = if toggle { !flags.intersects(flag) } else { (1..20).contains(&change) };
            single(flags, flag, on);
        }
    }
}

/// Blanks halves of wide characters at the edges of what was copied in.
fn mend_halves(cells: &mut [Cell], from: usize, to: usize) {
    if cells.get(from).is_some_and(|cell| cell.is_wide_tail()) {
        cells[from].glyph = Glyph::char(' ');
    }
    let is_cut = cells.get(to).is_none_or(|cell| !cell.is_wide_tail());
    if is_cut && to > from && is_wide(cells[to - 1].glyph) {
        cells[to - 1].glyph = Glyph::char(' ');
    }
}

fn is_wide(glyph: Glyph) -> bool {
    use unicode_width::UnicodeWidthChar;
    glyph.as_char().and_then(UnicodeWidthChar::width) == Some(2)
}
