//! Known text drawn with each font, and read back.

use std::sync::LazyLock;

use super::font::CP437;
use super::mask::Mask;
use super::*;
use crate::{Framebuffer, Region};

const GREY: u32 = 0x00aa_aaaa;
const BLACK: u32 = 0;

/// Draws text into a screen as a console does.
struct Console<'a> {
    font: &'a Font,
    /// The width of a cell: 9 for a font of 8 as the VGA draws it.
    width: u8,
    origin: (u16, u16),
    screen: Framebuffer,
}

impl<'a> Console<'a> {
    fn new(font: &'a Font, width: u16, height: u16) -> Self {
        Self { font, width: font.size.width, origin: (0, 0), screen: Framebuffer::new(width, height) }
    }

    fn region(&self, column: u16, row: u16) -> Region {
        let (width, height) = (u16::from(self.width), u16::from(self.font.size.height));
        Region { x: self.origin.0 + column * width, y: self.origin.1 + row * height, width, height }
    }

    fn mask(&self, ch: char) -> Mask {
        let known = self.font.glyphs.iter().find(|(known, _)| *known == ch);
        known.map(|(_, mask)| *mask).unwrap_or_default()
    }

    fn draw(&mut self, column: u16, row: u16, ch: char, ink: u32, paper: u32) {
        let (mask, font_width, width) = (self.mask(ch), self.font.size.width, self.width);
        let continued = ('\u{2500}'..='\u{259f}').contains(&ch);
        let region = self.region(column, row);
        self.screen.write(region, |line, pixels| {
            let mut bits = u32::from(mask.row(u8::try_from(line).unwrap()));
            if width > font_width {
                bits = bits << 1 | if continued { bits & 1 } else { 0 };
            }
            for (x, pixel) in pixels.iter_mut().enumerate() {
                let set = bits >> (usize::from(width) - 1 - x) & 1 == 1;
                *pixel = if set { ink } else { paper };
            }
        });
    }

    fn print(&mut self, column: u16, row: u16, text: &str, ink: u32, paper: u32) {
        for (offset, ch) in (0u16..).zip(text.chars()) {
            self.draw(column + offset, row, ch, ink, paper);
        }
    }

    /// A cursor as the VGA draws it: rows in the colour of the character.
    fn vga_cursor(&mut self, column: u16, row: u16, rows: std::ops::Range<u16>) {
        let cell = self.region(column, row);
        let part = Region { y: cell.y + rows.start, height: rows.end - rows.start, ..cell };
        self.screen.fill(part, GREY);
    }

    /// A cursor as Linux's framebuffer console draws it: rows with their two colours exchanged.
    fn linux_cursor(&mut self, column: u16, row: u16, rows: std::ops::Range<u16>) {
        let cell = self.region(column, row);
        let part = Region { y: cell.y + rows.start, height: rows.end - rows.start, ..cell };
        self.screen.write(part, |_, pixels| pixels.iter_mut().for_each(|pixel| *pixel ^= GREY));
    }
}

fn recognizer() -> Recognizer {
    static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::new(&builtin()));
    Recognizer::new(&FONTS)
}

/// The fonts that have all letters.
fn whole_fonts() -> impl Iterator<Item = Font> {
    builtin().into_iter().filter(|font| font.glyphs.len() >= 256)
}

/// The font of the VGA with 16 rows.
fn vga() -> Font {
    builtin().swap_remove(0)
}

fn line(grid: &TextGrid, row: u16) -> String {
    grid.row(row).iter().map(|cell| cell.ch).collect::<String>().trim_end().to_owned()
}

#[test]
fn every_glyph_of_every_font_is_read_back() {
    assert_eq!(CP437.chars().count(), 256);
    let fonts = builtin();
    assert_eq!(fonts.len(), 10, "each font that comes with the program can be parsed");
    for font in &fonts {
        let mut console = Console::new(font, 1024, 768);
        let columns = 1024 / u16::from(font.size.width);
        for (index, (ch, _)) in (0u16..).zip(&font.glyphs) {
            console.draw(index % columns, index / columns, *ch, GREY, BLACK);
        }
        let grid = recognizer().read(&console.screen).expect("a screen of text");
        assert_eq!(grid.columns(), columns);
        for (index, (ch, mask)) in (0u16..).zip(&font.glyphs) {
            let cell = grid.row(index / columns)[usize::from(index % columns)];
            if mask.is_blank() || mask.inverted(font.size).is_blank() {
                assert_eq!(cell.ch, ' ');
                continue;
            }
            let (plain, inverse) = (console.mask(cell.ch), console.mask(cell.ch).inverted(font.size));
            // Only a character with the same picture may be read for another: of this font, or another's plainer one.
            let same = plain == *mask || inverse == *mask;
            assert!(
                same || super::font::plainness(cell.ch) < 4,
                "{:?} as {:?} in {:?}",
                ch,
                cell.ch,
                font.size
            );
            if ('!'..='~').contains(ch) {
                assert_eq!(cell.ch, *ch, "in {:?}", font.size);
                assert_eq!((cell.foreground, cell.background), (GREY, BLACK));
            }
        }
    }
}

#[test]
fn a_vga_with_nine_pixels_a_cell_is_read_with_its_lines() {
    let font = vga();
    let mut console = Console::new(&font, 720, 400);
    console.width = 9;
    console.print(0, 0, "┌──────────────┐", GREY, BLACK);
    console.print(0, 1, "│GNU GRUB  2.06│", GREY, BLACK);
    console.print(0, 2, "└──────────────┘", GREY, BLACK);
    console.print(70, 24, "the corner", GREY, BLACK);
    let grid = recognizer().read(&console.screen).expect("a screen of text");
    assert_eq!((grid.columns(), grid.rows(), grid.cell_size()), (80, 25, (9, 16)));
    assert_eq!(line(&grid, 0), "┌──────────────┐");
    assert_eq!(line(&grid, 1), "│GNU GRUB  2.06│");
    assert_eq!(line(&grid, 2), "└──────────────┘");
    assert!(line(&grid, 24).ends_with("the corner"));
    assert!(grid.to_text().starts_with("┌──────────────┐\n│GNU GRUB  2.06│\n"));
}

#[test]
fn screens_of_any_size_are_read_and_their_rest_is_left_alone() {
    for font in whole_fonts() {
        for (width, height) in [(640, 480), (1024, 768), (1366, 768), (1921, 1081)] {
            let mut console = Console::new(&font, width, height);
            console.print(3, 2, "login: root", GREY, BLACK);
            let grid = recognizer().read(&console.screen).expect("a screen of text");
            assert_eq!(grid.columns(), width / u16::from(font.size.width));
            assert_eq!(grid.rows(), height / u16::from(font.size.height));
            assert_eq!(line(&grid, 2), "   login: root");
        }
    }
}

#[test]
fn a_grid_that_begins_elsewhere_is_found() {
    let font = vga();
    let mut console = Console::new(&font, 800, 600);
    console.origin = (5, 11);
    console.print(4, 3, "Booting a command list", GREY, BLACK);
    let grid = recognizer().read(&console.screen).expect("a screen of text");
    assert_eq!((grid.origin(), line(&grid, 3)), ((5, 11), "    Booting a command list".to_owned()));
}

#[test]
fn cells_of_twice_the_size_are_read() {
    let font = vga();
    let mut console = Console::new(&font, 640, 400);
    console.print(0, 0, "Twice as large", GREY, BLACK);
    let mut doubled = Framebuffer::new(1280, 800);
    let bounds = doubled.bounds();
    doubled.write(bounds, |y, row| {
        for (x, pixel) in row.iter_mut().enumerate() {
            *pixel = console.screen.row(y / 2)[x / 2];
        }
    });
    let grid = recognizer().read(&doubled).expect("a screen of text");
    assert_eq!((line(&grid, 0).as_str(), grid.cell_size()), ("Twice as large", (16, 32)));
}

#[test]
fn a_cursor_of_a_vga_is_found_and_the_character_below_it_read() {
    let font = vga();
    for (text, column, under) in
        [("root@guest:~# ", 14, ' '), ("dagger", 2, 'g'), ("façade", 5, 'e'), ("Case", 0, 'C')]
    {
        for rows in [13..15, 14..16, 12..16, 8..16] {
            if rows.start == 8 && under != ' ' {
                continue;
            }
            let mut console = Console::new(&font, 720, 400);
            console.width = 9;
            console.print(0, 5, text, GREY, BLACK);
            let mut recognizer = recognizer();
            let plain = recognizer.read(&console.screen).expect("a screen of text");
            console.vga_cursor(column, 5, rows.clone());
            let grid = recognizer.read(&console.screen).expect("a screen of text");
            assert_eq!(grid.cursor(), Some((column, 5)), "{text:?} {rows:?}");
            assert_eq!((line(&grid, 5), grid.unknown()), (line(&plain, 5), 0), "{text:?} {rows:?}");
        }
    }
}

#[test]
fn a_character_that_a_cursor_hides_is_not_guessed() {
    // Without rows 13 and 14 `g` and `q` of the VGA are the same.
    let font = vga();
    let mut console = Console::new(&font, 640, 400);
    console.print(0, 0, "dagger", GREY, BLACK);
    console.vga_cursor(2, 0, 13..15);
    let grid = recognizer().read(&console.screen).expect("a screen of text");
    assert_eq!((line(&grid, 0), grid.cursor()), (format!("da{UNKNOWN}ger"), Some((2, 0))));
}

#[test]
fn a_cursor_of_a_framebuffer_console_is_found_and_the_character_below_it_read() {
    for font in whole_fonts().filter(|font| font.size.height == 16) {
        let (mut lines, mut blocks) = (recognizer(), recognizer());
        let mut console = Console::new(&font, 640, 400);
        for column in [0, 3, 7, 9, 13] {
            for rows in [14..16, 11..16, 8..16, 0..16] {
                if rows.start == 8 && column == 13 {
                    continue;
                }
                console.print(0, 4, "agetty(Qj)[y] ", GREY, BLACK);
                console.linux_cursor(column, 4, rows.clone());
                let recognizer = if rows.start == 0 { &mut blocks } else { &mut lines };
                let grid = recognizer.read(&console.screen).expect("a screen of text");
                assert_eq!(grid.cursor(), Some((column, 4)), "{rows:?}");
                assert_eq!(line(&grid, 4), "agetty(Qj)[y]", "{rows:?} at {column}");
                let cell = grid.row(4)[usize::from(column)];
                assert_eq!(cell.background, BLACK);
            }
        }
    }
}

#[test]
fn half_a_cell_is_a_character_though_it_is_the_only_one() {
    let font = vga();
    let mut console = Console::new(&font, 640, 400);
    console.print(0, 0, "load ▄", GREY, BLACK);
    let grid = recognizer().read(&console.screen).expect("a screen of text");
    assert_eq!((line(&grid, 0).as_str(), grid.cursor()), ("load ▄", None));
}

#[test]
fn a_full_cell_is_no_cursor_where_the_cursor_is_a_line() {
    let font = vga();
    let mut console = Console::new(&font, 640, 400);
    console.print(0, 0, "load", GREY, BLACK);
    let full = console.region(5, 0);
    console.screen.fill(full, GREY);
    let mut recognizer = recognizer();
    let first = recognizer.read(&console.screen).expect("a screen of text");
    assert_eq!(first.cursor(), Some((5, 0)), "it may be one");
    console.vga_cursor(0, 1, 13..15);
    let grid = recognizer.read(&console.screen).expect("a screen of text");
    assert_eq!((grid.cursor(), grid.row(0)[5].background), (Some((0, 1)), GREY));
    console.print(0, 1, " ", GREY, BLACK);
    let grid = recognizer.read(&console.screen).expect("a screen of text");
    assert_eq!((grid.cursor(), grid.row(0)[5].background), (None, GREY));
}

#[test]
fn several_bars_are_text_and_no_cursor() {
    let font = &vga();
    let mut console = Console::new(font, 640, 400);
    console.print(0, 0, "load ▄▌▄▐▄", GREY, BLACK);
    let grid = recognizer().read(&console.screen).expect("a screen of text");
    assert_eq!((line(&grid, 0).as_str(), grid.cursor()), ("load ▄▌▄▐▄", None));
}

#[test]
fn colors_are_those_of_the_screen_and_of_the_vga_where_they_are_exactly_those() {
    let font = vga();
    let mut console = Console::new(&font, 640, 400);
    console.print(0, 0, "failed", 0x00ff_5555, 0x0000_00aa);
    console.print(0, 1, "custom", 0x0012_3456, 0x00aa_5500);
    console.print(0, 2, "      ", GREY, 0x0000_aa00);
    let grid = recognizer().read(&console.screen).expect("a screen of text");
    let colors = |row: u16| (grid.row(row)[0].foreground, grid.row(row)[0].background);
    assert_eq!(colors(0), (0x00ff_5555, 0x0000_00aa));
    assert_eq!(colors(1), (0x0012_3456, 0x00aa_5500));
    assert_eq!(grid.row(2)[3].background, 0x0000_aa00);
    assert_eq!(vga_color(0x00ff_5555), Some(9));
    assert_eq!((vga_color(0x0000_00aa), vga_color(0x0000_00a8)), (Some(4), Some(4)));
    assert_eq!((vga_color(0x00aa_5500), vga_color(0x00a8_5700)), (Some(3), Some(3)));
    assert_eq!((vga_color(0), vga_color(0x00ff_ffff), vga_color(0x0055_5555)), (Some(0), Some(15), Some(8)));
    assert_eq!((vga_color(0x0012_3456), vga_color(0x00ff_0000), vga_color(0x00aa_aa00)), (None, None, None));
    let named = (0..=0x00ff_ffff).step_by(0x55).filter(|rgb| rgb % 0x55 == 0 && vga_color(*rgb).is_some());
    assert!(named.count() >= 16);
}

#[test]
fn what_no_font_has_is_marked_and_never_guessed() {
    let font = vga();
    let mut console = Console::new(&font, 640, 400);
    console.print(0, 0, "abcdefghijklmnop", GREY, BLACK);
    // One pixel more than an `a`, and one of a third colour.
    console.screen.fill(Region { x: 0, y: 0, width: 1, height: 1 }, GREY);
    console.screen.fill(Region { x: 9, y: 0, width: 1, height: 1 }, 0x0012_3456);
    let grid = recognizer().read(&console.screen).expect("a screen of text");
    assert_eq!((line(&grid, 0), grid.unknown()), (format!("{UNKNOWN}{UNKNOWN}cdefghijklmnop"), 2));
    for column in 0..6 {
        console.screen.fill(Region { x: column * 8, y: 0, width: 1, height: 1 }, 0x0012_3456);
    }
    assert_eq!(recognizer().read(&console.screen), None, "too much of it is unknown");
}

#[test]
fn only_what_changed_is_read_again() {
    let font = vga();
    let mut console = Console::new(&font, 640, 400);
    console.print(0, 0, "first", GREY, BLACK);
    let mut recognizer = recognizer();
    let first = recognizer.read(&console.screen).expect("a screen of text");
    assert_eq!(recognizer.read(&console.screen), Some(first));
    console.print(0, 9, "second", GREY, BLACK);
    console.print(2, 0, "xx", GREY, BLACK);
    let grid = recognizer.read(&console.screen).expect("a screen of text");
    assert_eq!((line(&grid, 0), line(&grid, 9)), ("fixxt".to_owned(), "second".to_owned()));
    let bounds = console.screen.bounds();
    console.screen.fill(bounds, BLACK);
    let grid = recognizer.read(&console.screen).expect("an empty screen that was text is text still");
    assert_eq!(grid.to_text(), "");
}

#[test]
fn a_screen_changes_between_text_and_pictures() {
    let font = vga();
    let mut recognizer = recognizer();
    let mut console = Console::new(&font, 640, 400);
    assert_eq!(recognizer.read(&console.screen), None, "a black screen shows no text yet");
    console.print(0, 0, "Loading the desktop", GREY, BLACK);
    assert!(recognizer.read(&console.screen).is_some());
    let bounds = console.screen.bounds();
    console.screen.write(bounds, |y, row| {
        for (x, pixel) in (0u32..).zip(row) {
            *pixel = (x * 0x0101) ^ (u32::from(y) << 12);
        }
    });
    assert_eq!(recognizer.read(&console.screen), None);
    console.screen.fill(bounds, BLACK);
    console.print(0, 3, "back in text mode", GREY, BLACK);
    let grid = recognizer.read(&console.screen).expect("a screen of text");
    assert_eq!(line(&grid, 3), "back in text mode");
    console.screen.resize(720, 400);
    console.screen.fill(Region { x: 0, y: 0, width: 720, height: 400 }, BLACK);
    console.width = 9;
    console.print(0, 3, "with another size", GREY, BLACK);
    let grid = recognizer.read(&console.screen).expect("a screen of text");
    assert_eq!((line(&grid, 3).as_str(), grid.columns()), ("with another size", 80));
}

#[test]
fn pictures_with_lines_and_noise_are_no_text() {
    let mut windows = Framebuffer::new(1024, 768);
    for number in 0..12u16 {
        let region = Region { x: number * 61, y: number * 37, width: 300, height: 200 };
        windows.fill(region, 0x00c0_c0c0);
        windows.fill(Region { height: 18, ..region }, 0x0000_0080);
        windows.fill(Region { width: 1, ..region }, 0x00ff_ffff);
    }
    assert_eq!(recognizer().read(&windows), None);
    let mut state = 1u32;
    let mut noise = Framebuffer::new(640, 400);
    let bounds = noise.bounds();
    noise.write(bounds, |_, row| {
        for pixel in row {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *pixel = if state >> 31 == 0 { GREY } else { BLACK };
        }
    });
    assert_eq!(recognizer().read(&noise), None);
    for (width, height) in [(0, 0), (1, 1), (7, 9000), (9000, 3)] {
        assert_eq!(recognizer().read(&Framebuffer::new(width, height)), None);
    }
}

#[test]
fn bad_fonts_are_errors_that_name_what_is_wrong() {
    assert_eq!(Font::parse(b"").unwrap_err(), FontError::NotPsf);
    assert_eq!(Font::parse(b"STARTFONT 2.1").unwrap_err(), FontError::NotPsf);
    assert_eq!(Font::parse(&[0x36, 0x04, 0, 16, 1, 2]).unwrap_err(), FontError::Truncated);
    assert_eq!(Font::parse(&[0x36, 0x04, 0, 200]).unwrap_err(), FontError::Size { width: 8, height: 200 });
    assert_eq!(Font::parse(&[0x1f, 0x8b, 8, 0]).unwrap_err(), FontError::Compressed);
    let mut second: Vec<u8> =
        [0x864a_b572u32, 0, 32, 1, u32::MAX, u32::MAX, 16, 8].iter().flat_map(|w| w.to_le_bytes()).collect();
    assert_eq!(Font::parse(&second).unwrap_err(), FontError::Truncated);
    second.truncate(20);
    assert_eq!(Font::parse(&second).unwrap_err(), FontError::Truncated);
    let error = Font::parse(&[0x36, 0x04, 0, 200]).unwrap_err().to_string();
    assert_eq!(error, "its glyphs have 8x200 pixels: at most 16x32 can be read");
}
