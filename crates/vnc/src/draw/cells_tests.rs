use proptest::prelude::*;

use super::*;
use crate::draw::testing::{mean_of_area, noise};
use crate::draw::{CellSize, Overlay, Pan};
use crate::{Framebuffer, Region};

const HALVES: CellStyle = CellStyle { shapes: Shapes::Halves, has_colors: true };
const QUARTERS: CellStyle = CellStyle { shapes: Shapes::Quadrants, has_colors: true };

fn drawn(screen: &Framebuffer, geometry: &Geometry, style: CellStyle) -> Buffer {
    let area = Rect::new(0, 0, geometry.columns, geometry.rows);
    let mut buf = Buffer::empty(area);
    let mut renderer = CellRenderer::default();
    renderer.update(screen.into(), geometry, style);
    renderer.picture().draw(area, &mut buf);
    buf
}

/// The colour of a quadrant of a cell as a terminal draws it.
fn quadrant(buf: &Buffer, (x, y): (u16, u16), bit: usize) -> [u8; 3] {
    let cell = &buf[(x, y)];
    let shape = QUADRANTS.iter().position(|symbol| *symbol == cell.symbol()).unwrap();
    match if shape >> bit & 1 == 1 { cell.fg } else { cell.bg } {
        Color::Rgb(red, green, blue) => [red, green, blue],
        other => panic!("{other:?}"),
    }
}

#[test]
fn half_blocks_at_one_to_one_are_the_pixels_themselves() {
    let screen = noise(40, 30, 3);
    let geometry = Geometry::actual((40, 30), 10, 5, CellSize::default(), Pan { x: 7, y: 9 });
    let buf = drawn(&screen, &geometry, HALVES);
    for y in 0..10 {
        for x in 0..10 {
            let [_, red, green, blue] = screen.row(y + 9)[usize::from(x + 7)].to_be_bytes();
            let bit = usize::from(y % 2) * 2;
            assert_eq!(quadrant(&buf, (x, y / 2), bit), [red, green, blue], "{x} {y}");
        }
    }
}

#[test]
fn quadrants_show_two_colours_exactly_in_every_shape() {
    let (one, other) = (0x0011_2233, 0x00dd_ccbb);
    for shape in 0..16_u16 {
        let mut screen = Framebuffer::new(2, 4);
        screen.write(screen.bounds(), |y, row| {
            for (x, pixel) in (0..).zip(row) {
                *pixel = if shape >> (y / 2 * 2 + x) & 1 == 1 { one } else { other };
            }
        });
        let buf = drawn(&screen, &Geometry::fit((2, 4), 1, 1, CellSize::new(2, 4)), QUARTERS);
        for bit in 0..4_usize {
            let [_, red, green, blue] = if shape >> bit & 1 == 1 { one } else { other }.to_be_bytes();
            assert_eq!(quadrant(&buf, (0, 0), bit), [red, green, blue], "{shape} {bit}");
        }
    }
}

#[test]
fn only_cells_over_changed_blocks_are_computed_again() {
    let mut screen = noise(1920, 1080, 5);
    let geometry = Geometry::fit((1920, 1080), 120, 34, CellSize::new(8, 16));
    let mut renderer = CellRenderer::default();
    let mut draw = |screen: &Framebuffer, overlay| {
        renderer.update(Source { screen, overlay, is_dimmed: false }, &geometry, HALVES)
    };
    assert_eq!(draw(&screen, None), 120 * 34);
    assert_eq!(draw(&screen, None), 0);
    screen.fill(Region { x: 3, y: 3, width: 2, height: 2 }, 0x00ff_ffff);
    let few = draw(&screen, None);
    assert!((1..=2).contains(&few), "{few}");
    let pointer = |x| Overlay { x, y: 500, width: 2, pixels: &[u32::MAX; 4] };
    assert_eq!(draw(&screen, Some(pointer(100))), 1);
    assert_eq!(draw(&screen, Some(pointer(100))), 0);
    assert_eq!(draw(&screen, Some(pointer(900))), 2, "where it was and where it is");
    let other = noise(1920, 1080, 6);
    assert_eq!(draw(&other, None), 120 * 34, "another screen has younger generations");
}

#[test]
fn without_colours_shapes_show_what_is_bright() {
    let mut screen = Framebuffer::new(4, 4);
    screen.fill(Region { x: 0, y: 0, width: 1, height: 4 }, 0x00ff_ffff);
    let geometry = Geometry::fit((4, 4), 2, 2, CellSize::new(1, 2));
    let plain = CellStyle { has_colors: false, ..QUARTERS };
    let buf = drawn(&screen, &Geometry { columns: 2, rows: 1, content: (2, 2), ..geometry }, plain);
    assert_eq!((buf[(0, 0)].symbol(), buf[(1, 0)].symbol()), ("▌", " "));
    assert_eq!((buf[(0, 0)].fg, buf[(0, 0)].bg), (Color::Reset, Color::Reset));
    let ascii = CellStyle { shapes: Shapes::Ascii, has_colors: false };
    let buf = drawn(&screen, &Geometry::fit((4, 4), 4, 2, CellSize::default()), ascii);
    assert_eq!((buf[(0, 0)].symbol(), buf[(3, 1)].symbol()), ("@", " "));
}

#[test]
fn nothing_is_drawn_outside_of_the_area_and_the_buffer() {
    let screen = noise(20, 20, 1);
    let mut buf = Buffer::filled(Rect::new(0, 0, 6, 4), ratatui::buffer::Cell::new("x"));
    let geometry = Geometry::fit((20, 20), 8, 4, CellSize::default());
    let mut renderer = CellRenderer::default();
    renderer.picture().draw(buf.area, &mut buf);
    let changed = |buf: &Buffer| buf.content.iter().filter(|cell| cell.symbol() != "x").count();
    assert_eq!(changed(&buf), 0, "there is none before the first was computed");
    renderer.update((&screen).into(), &geometry, HALVES);
    renderer.picture().draw(Rect::new(3, 1, 2, 2), &mut buf);
    assert_eq!(changed(&buf), 4);
    renderer.picture().draw(Rect::new(4, 2, 50, 50), &mut buf);
    renderer.picture().draw(Rect::new(u16::MAX, u16::MAX, u16::MAX, 1), &mut buf);
    assert_eq!(changed(&buf), 4, "in the middle, which is outside of the buffer");
}

proptest! {
    #[test]
    fn half_blocks_are_the_mean_of_what_they_cover(
        size in (1..50_u16, 1..50_u16), cells in (1..20_u16, 1..20_u16), seed in any::<u64>(),
    ) {
        let screen = noise(size.0, size.1, seed);
        let geometry = Geometry::fit(size, cells.0, cells.1, CellSize::new(8, 16));
        let buf = drawn(&screen, &geometry, HALVES);
        let to = (u32::from(geometry.columns), u32::from(geometry.rows) * 2);
        for at in [(0, 0), (to.0 - 1, to.1 - 1), (to.0 / 2, to.1 / 2)] {
            let (x, y) = (u16::try_from(at.0).unwrap(), u16::try_from(at.1).unwrap());
            let shown = quadrant(&buf, (x, y / 2), usize::from(y % 2) * 2);
            for (part, mean) in shown.into_iter().zip(mean_of_area(&screen, at, to)) {
                prop_assert!((f64::from(part) - mean).abs() <= 2.5, "{at:?}");
            }
        }
    }

    #[test]
    fn a_picture_that_was_kept_is_the_same_as_a_new_one(
        changes in prop::collection::vec((0..100_u16, 0..60_u16, 0..40_u16, 0..40_u16, any::<u32>()), 1..6),
        quarters in any::<bool>(),
    ) {
        let style = if quarters { QUARTERS } else { HALVES };
        let mut screen = noise(100, 60, 2);
        let geometry = Geometry::fit((100, 60), 33, 20, CellSize::new(9, 17));
        let area = Rect::new(0, 0, geometry.columns, geometry.rows);
        let mut renderer = CellRenderer::default();
        for (x, y, width, height, color) in changes {
            let mut kept = Buffer::empty(area);
            screen.fill(Region { x, y, width, height }, color & 0x00ff_ffff);
            renderer.update((&screen).into(), &geometry, style);
            renderer.picture().draw(area, &mut kept);
            prop_assert_eq!(kept, drawn(&screen, &geometry, style));
        }
    }
}
