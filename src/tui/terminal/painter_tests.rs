use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::super::Screen;
use super::*;
use crate::terminal::extended::{self, LinkId, OVERLINED, Underline};
use crate::terminal::{Emulator, Size};
use crate::tui::theme::Depth;

const WIDTH: u16 = 14;
const HEIGHT: u16 = 4;

/// The bytes that lead from one frame to another.
fn painted_by(abilities: Abilities, before: &Buffer, after: &Buffer) -> Vec<u8> {
    let mut out = Vec::new();
    Painter::new(abilities).paint(&before.diff(after), after, &mut out);
    out
}

fn painted(after: &Buffer) -> String {
    String::from_utf8(painted_by(Abilities::ALL, &Buffer::empty(after.area), after)).unwrap()
}

/// A row of letters, each with a style.
fn row(cells: &[(&str, Style)]) -> Buffer {
    let mut buf = Buffer::empty(Rect::new(0, 0, u16::try_from(cells.len()).unwrap() + 1, 1));
    for ((symbol, style), x) in cells.iter().zip(0..) {
        buf.set_string(x, 0, symbol, *style);
    }
    buf
}

fn underlined(kind: Underline) -> Style {
    Style::new().add_modifier(extended::with_underline(Modifier::empty(), Some(kind)))
}

#[test]
fn a_style_is_changed_by_what_differs_or_from_the_start_whichever_is_shorter() {
    let plain = Style::new();
    let bold = plain.add_modifier(Modifier::BOLD);
    let red = bold.fg(Color::Red);
    assert_eq!(painted(&row(&[("a", bold), ("b", red), ("c", plain)])), "\x1b[1H\x1b[1ma\x1b[31mb\x1b[mc");
    let full = red.bg(Color::LightBlue).add_modifier(Modifier::ITALIC | Modifier::CROSSED_OUT);
    assert_eq!(painted(&row(&[("a", full), ("b", bold)])), "\x1b[1H\x1b[1;3;9;31;104ma\x1b[0;1mb\x1b[m");
    let dim = plain.add_modifier(Modifier::DIM).fg(Color::Indexed(200));
    let strong = dim.add_modifier(Modifier::BOLD);
    assert_eq!(
        painted(&row(&[("a", strong), ("b", dim)])),
        "\x1b[1H\x1b[1;2;38;5;200ma\x1b[22;2mb\x1b[m",
        "bold and dim end together"
    );
    let blinking = plain.add_modifier(Modifier::SLOW_BLINK | OVERLINED | Modifier::HIDDEN);
    assert_eq!(painted(&row(&[("a", blinking)])), "\x1b[1H\x1b[5;8;53ma\x1b[m");
    assert_eq!(
        painted(&row(&[("a", plain.fg(Color::Rgb(1, 20, 255)))])),
        "\x1b[1H\x1b[38;2;1;20;255ma\x1b[m"
    );
}

#[test]
fn a_kind_of_underline_comes_behind_the_plain_one_in_a_sequence_of_its_own() {
    let curly = underlined(Underline::Curly).underline_color(Color::Rgb(1, 2, 3));
    let dashed = underlined(Underline::Dashed).underline_color(Color::Red);
    let single = underlined(Underline::Single);
    assert_eq!(
        painted(&row(&[("a", curly), ("b", dashed), ("c", single), ("d", Style::new())])),
        "\x1b[1H\x1b[4m\x1b[4:3m\x1b[58:2::1:2:3ma\x1b[4:5m\x1b[58:5:1mb\x1b[4m\x1b[59mc\x1b[md"
    );
    let red = Style::new().fg(Color::Red);
    assert_eq!(
        painted(&row(&[("a", curly.fg(Color::Red)), ("b", red), ("c", single.fg(Color::Red))])),
        "\x1b[1H\x1b[4;31m\x1b[4:3m\x1b[58:2::1:2:3ma\x1b[24mb\x1b[4m\x1b[59mc\x1b[m",
        "the colour of an underline ends before the next one that has another"
    );
    let plain = Abilities { underline_kinds: false, ..Abilities::ALL };
    let frame = row(&[("a", curly), ("b", dashed)]);
    let bytes = painted_by(plain, &Buffer::empty(frame.area), &frame);
    assert_eq!(String::from_utf8(bytes).unwrap(), "\x1b[1H\x1b[4mab\x1b[m");
}

#[test]
fn a_link_is_open_over_its_cells_only_and_is_one_over_several_rows() {
    let link = extended::intern_link("https://example.org/x").unwrap();
    let mut frame = Buffer::with_lines(["ab", "cd"]);
    extended::set_link(&mut frame[(1, 0)], link);
    extended::set_link(&mut frame[(0, 1)], link);
    let open = format!("\x1b]8;id=qd{};https://example.org/x\x1b\\", link.number());
    assert_eq!(painted(&frame), format!("\x1b[1Ha{open}b\x1b[2Hc\x1b]8;;\x1b\\d"));
    extended::set_link(&mut frame[(1, 1)], link);
    assert!(painted(&frame).ends_with("cd\x1b]8;;\x1b\\"), "it ends with the frame");
    let none = Abilities { links: false, ..Abilities::ALL };
    let bytes = painted_by(none, &Buffer::empty(frame.area), &frame);
    assert_eq!(String::from_utf8(bytes).unwrap(), "\x1b[1Hab\x1b[2Hcd");
}

#[test]
fn without_colours_none_is_sent_and_old_terminals_get_those_of_their_palette() {
    let style =
        underlined(Underline::Curly).fg(Color::Red).bg(Color::Rgb(9, 9, 9)).underline_color(Color::Blue);
    let frame = row(&[("a", style)]);
    let none = Abilities { colors: Depth::None, ..Abilities::ALL };
    let bytes = painted_by(none, &Buffer::empty(frame.area), &frame);
    assert_eq!(String::from_utf8(bytes).unwrap(), "\x1b[1H\x1b[4m\x1b[4:3ma\x1b[m");
    let frame = row(&[("a", Style::new().bg(Color::Rgb(255, 0, 0)))]);
    let indexed = Abilities { colors: Depth::Indexed, ..Abilities::ALL };
    let bytes = painted_by(indexed, &Buffer::empty(frame.area), &frame);
    assert_eq!(String::from_utf8(bytes).unwrap(), "\x1b[1H\x1b[48;5;196ma\x1b[m");
}

#[test]
fn blanks_are_erased_and_gaps_are_stepped_over() {
    let before = Buffer::with_lines(["a longer line of text and more", "abcdefgh"]);
    let after = Buffer::with_lines(["a             of text         ", "abXdefgY"]);
    let bytes = String::from_utf8(painted_by(Abilities::ALL, &before, &after)).unwrap();
    assert_eq!(bytes, "\x1b[1;3H\x1b[12X\x1b[20C\x1b[K\x1b[2;3HX\x1b[4CY");
    let spaced = Buffer::with_lines(["x  y   z    w", ""]);
    let bytes = String::from_utf8(painted_by(Abilities::ALL, &Buffer::empty(spaced.area), &spaced)).unwrap();
    assert_eq!(bytes, "\x1b[1Hx  y   z\x1b[4Cw", "few blanks are shorter than a step");
    let mut colored = after.clone();
    colored.set_style(Rect::new(2, 0, 12, 1), Style::new().bg(Color::Blue));
    let bytes = String::from_utf8(painted_by(Abilities::ALL, &before, &colored)).unwrap();
    assert!(
        bytes.starts_with("\x1b[1;3H\x1b[44m            \x1b["),
        "not each terminal erases in a colour: {bytes:?}"
    );
}

/// A terminal that shows what is written.
#[derive(Clone)]
struct Shown(Rc<RefCell<vt100::Parser>>);

impl Write for Shown {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().process(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

proptest! {
    /// vt100 has no strike, overline, kinds and links, and takes bold and dim for one, but has the rest of a cell.
    #[test]
    fn a_terminal_shows_the_frame_after_any_other(frames in prop::collection::vec(frame(), 1..4)) {
        let size = |cells| std::num::NonZeroU16::new(cells).unwrap();
        let shown = Shown(Rc::new(RefCell::new(vt100::Parser::new(size(HEIGHT), size(WIDTH), 0))));
        let mut drawn = Screen::new(shown.clone(), WIDTH, HEIGHT, Abilities::ALL);
        for frame in frames {
            drawn.draw(|_, buf| { buf.content.clone_from_slice(&frame.content); None }).unwrap();
            let terminal = shown.0.borrow();
            let screen = terminal.screen();
            for (x, y) in (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y))) {
                let (cell, drawn) = (&frame[(x, y)], screen.cell(y, x).unwrap());
                if drawn.is_wide_continuation() {
                    continue;
                }
                let is_blank = cell.symbol() == " ";
                prop_assert_eq!(drawn.contents().trim(), cell.symbol().trim(), "{} {}", x, y);
                prop_assert_eq!(color(drawn.bgcolor()), cell.bg);
                let has = |modifier| cell.modifier.contains(modifier);
                prop_assert_eq!(drawn.inverse(), has(Modifier::REVERSED));
                prop_assert_eq!(drawn.underline(), has(Modifier::UNDERLINED));
                if !is_blank || has(Modifier::REVERSED) || has(Modifier::UNDERLINED) {
                    prop_assert_eq!(color(drawn.fgcolor()), cell.fg);
                }
                if !is_blank {
                    prop_assert_eq!(drawn.bold(), has(Modifier::BOLD));
                    prop_assert_eq!(drawn.dim(), has(Modifier::DIM));
                    prop_assert_eq!(drawn.italic(), has(Modifier::ITALIC));
                }
            }
            let is_plain = !(screen.bold() || screen.dim() || screen.italic() || screen.underline() || screen.inverse());
            prop_assert!(is_plain, "a frame ends in the default style");
            prop_assert_eq!((screen.fgcolor(), screen.bgcolor()), (vt100::Color::Default, vt100::Color::Default));
        }
    }
}

/// What of a cell can be seen.
#[derive(Debug, PartialEq)]
struct Seen {
    symbol: String,
    fg: Option<Color>,
    bg: Color,
    modifier: Modifier,
    underline: Option<Underline>,
    underline_color: Option<Color>,
    link: Option<LinkId>,
}

fn seen(cell: &Cell) -> Seen {
    let always = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT | OVERLINED;
    let known = Modifier::all() | OVERLINED;
    let is_blank = cell.symbol() == " ";
    let shows_fg = !is_blank || cell.modifier.intersects(always);
    let underline = extended::underline(cell.modifier);
    Seen {
        symbol: cell.symbol().to_owned(),
        fg: shows_fg.then_some(cell.fg),
        bg: cell.bg,
        modifier: cell.modifier.intersection(if is_blank { always } else { known }),
        underline,
        underline_color: underline.map(|_| extended::underline_color(cell)),
        link: extended::link(cell),
    }
}

proptest! {
    /// Our own emulator has all of a cell.
    #[test]
    fn our_emulator_shows_the_frame_after_any_other(frames in prop::collection::vec(linked_frame(), 1..4)) {
        let emulator = Emulator::new(Size { columns: WIDTH, rows: HEIGHT });
        let shown = Emulated(Rc::new(RefCell::new(emulator)));
        let mut drawn = Screen::new(shown.clone(), WIDTH, HEIGHT, Abilities::ALL);
        for frame in frames {
            drawn.draw(|_, buf| { buf.content.clone_from_slice(&frame.content); None }).unwrap();
            let mut screen = Buffer::empty(frame.area);
            shown.0.borrow_mut().draw(frame.area, &mut screen);
            let mut is_half = false;
            for (x, y) in (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y))) {
                let cell = &frame[(x, y)];
                // The other half of a wide character has its style.
                if !std::mem::replace(&mut is_half, cell.symbol() == "日") {
                    prop_assert_eq!(seen(&screen[(x, y)]), seen(cell), "{} {}", x, y);
                }
            }
        }
    }
}

#[derive(Clone)]
struct Emulated(Rc<RefCell<Emulator>>);

impl Write for Emulated {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().feed(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A frame with the attributes that ratatui does not have, too.
fn linked_frame() -> impl Strategy<Value = Buffer> {
    let kinds = prop::sample::select(vec![
        None,
        Some(Underline::Single),
        Some(Underline::Double),
        Some(Underline::Curly),
        Some(Underline::Dotted),
        Some(Underline::Dashed),
    ]);
    let colors =
        prop::sample::select(vec![Color::Reset, Color::Red, Color::Indexed(77), Color::Rgb(9, 8, 7)]);
    let links = prop::sample::select(vec![None, Some("https://a.example/"), Some("https://b.example/?q")]);
    let patch = (kinds, colors, links, any::<bool>(), 0..WIDTH, 0..HEIGHT, 1..6_u16);
    (frame(), prop::collection::vec(patch, 0..8)).prop_map(|(mut buf, patches)| {
        for (kind, color, uri, overlined, from, y, width) in patches {
            for x in from..(from + width).min(WIDTH) {
                let cell = &mut buf[(x, y)];
                let without_link = cell.modifier.intersection(Modifier::all());
                cell.modifier = extended::with_underline(without_link, kind);
                cell.modifier.set(OVERLINED, overlined);
                cell.underline_color = color;
                if let Some(link) = uri.and_then(extended::intern_link) {
                    extended::set_link(cell, link);
                }
            }
        }
        buf
    })
}

fn color(color: vt100::Color) -> Color {
    match color {
        vt100::Color::Default => Color::Reset,
        vt100::Color::Idx(1) => Color::Red,
        vt100::Color::Idx(12) => Color::LightBlue,
        vt100::Color::Idx(index) => Color::Indexed(index),
        vt100::Color::Rgb(r, g, b) => Color::Rgb(r, g, b),
    }
}

/// A frame of runs of few styles, as real ones are.
fn frame() -> impl Strategy<Value = Buffer> {
    let colors = || {
        prop::sample::select(vec![
            Color::Reset,
            Color::Red,
            Color::LightBlue,
            Color::Indexed(100),
            Color::Rgb(1, 2, 3),
        ])
    };
    let modifiers = prop::sample::select(vec![
        Modifier::empty(),
        Modifier::BOLD,
        Modifier::DIM,
        Modifier::DIM | Modifier::ITALIC,
        Modifier::REVERSED,
        extended::with_underline(Modifier::BOLD, Some(Underline::Curly)),
        Modifier::UNDERLINED | Modifier::CROSSED_OUT,
    ]);
    let symbols = prop::sample::select(vec!["a", "b", " ", "           ", "─", "日", "xyz"]);
    let run = (symbols, colors(), colors(), modifiers, 0..WIDTH, 0..HEIGHT);
    prop::collection::vec(run, 0..16).prop_map(|runs| {
        let mut buf = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        for (symbol, fg, bg, modifier, x, y) in runs {
            buf.set_string(x, y, symbol, Style::reset().fg(fg).bg(bg).add_modifier(modifier));
        }
        well_formed(buf)
    })
}

/// Blanks the halves of wide characters that were drawn over.
fn well_formed(mut buf: Buffer) -> Buffer {
    for (x, y) in (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y))) {
        let is_cut = x + 1 == WIDTH || buf[(x + 1, y)].symbol() != " ";
        if buf[(x, y)].symbol() == "日" && is_cut {
            buf[(x, y)].set_symbol(" ");
        }
    }
    buf
}
