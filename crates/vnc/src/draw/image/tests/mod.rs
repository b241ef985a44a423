//! Each protocol's bytes, decoded again and compared with a reference picture.

mod decoders;

use proptest::prelude::*;

use super::tiles::{strip_rows, uncovered};
use super::*;
use crate::draw::scale::Scaler;
use crate::draw::testing::noise;
use crate::draw::{CellSize, Geometry, Overlay, Pan, Source};
use crate::{Framebuffer, Region};
use decoders::Screen;

const SIXEL: Protocol = Protocol::Sixel { registers: 256 };
const PROTOCOLS: [Protocol; 3] = [Protocol::Kitty, SIXEL, Protocol::Iterm2];
const ALL: usize = usize::MAX;

/// A picture and its renderer, one after the other.
struct Whole {
    picture: ImagePicture,
    renderer: ImageRenderer,
    is_complete: bool,
}

impl Whole {
    fn new(protocol: Protocol, slot: u8) -> Self {
        let (picture, renderer) = (ImagePicture::new(protocol, slot), ImageRenderer::default());
        Self { picture, renderer, is_complete: true }
    }

    /// A frame in which the images are finished at once. Returns what is written.
    fn update(
        &mut self,
        source: Source<'_>,
        geometry: &Geometry,
        cells: &Cells<'_>,
        budget: usize,
    ) -> Vec<Piece> {
        let mut pieces = self.picture.update(geometry, cells, None);
        let request = self.picture.request(cells).unwrap();
        let rendered = self.renderer.render(source, &request, &mut |bytes| bytes > budget);
        self.is_complete = rendered.is_complete();
        let untouched = Cells { is_blanked: &|_, _| false, ..*cells };
        pieces.extend(self.picture.update(geometry, &untouched, Some(rendered)));
        pieces
    }
}

/// The picture as it should be.
fn reference(source: Source<'_>, geometry: &Geometry) -> Vec<u32> {
    let (width, height) = (geometry.cell.width, geometry.cell.height);
    let mut pixels = Vec::new();
    let size = |cells: u16, pixels: u16| u32::from(cells) * u32::from(pixels);
    let (columns, rows) = (0..size(geometry.columns, width), 0..size(geometry.rows, height));
    Scaler::default().scale(source, &geometry.grid((width, height)), columns, rows, &mut pixels);
    pixels
}

/// Asserts that a picture is the reference, but for what each part of a colour may differ by.
fn assert_shown(shown: &[Option<u32>], reference: &[u32], tolerance: u32) {
    assert_eq!(shown.len(), reference.len());
    for (index, (shown, expected)) in shown.iter().zip(reference).enumerate() {
        let shown = shown.unwrap_or_else(|| panic!("pixel {index} was not drawn"));
        for shift in [16, 8, 0] {
            let (shown, expected) = ((shown >> shift) & 0xff, (expected >> shift) & 0xff);
            assert!(shown.abs_diff(expected) <= tolerance, "pixel {index}: {shown} is not {expected}");
        }
    }
}

/// Hundredths of a colour in sixel.
fn tolerance(protocol: Protocol) -> u32 {
    if matches!(protocol, Protocol::Sixel { .. }) { 2 } else { 0 }
}

/// A screen as a text console or a desktop has it: areas of few colours.
fn plain(width: u16, height: u16) -> Framebuffer {
    let mut screen = Framebuffer::new(width, height);
    for number in 0..40_u16 {
        let (x, y) = (number * 37 % width.max(1), number * 53 % height.max(1));
        let region = Region { x, y, width: 1 + number % 23, height: 1 + number % 11 };
        screen.fill(region, u32::from(number) * 0x0006_0301);
    }
    screen
}

fn show(screen: &mut Screen, pieces: &[Piece], protocol: Protocol) {
    for piece in pieces {
        screen.take(piece, protocol);
    }
}

#[test]
fn each_protocol_shows_the_reference_picture() {
    let source = plain(300, 200);
    for protocol in PROTOCOLS {
        for geometry in [
            Geometry::actual((300, 200), 30, 11, CellSize::new(9, 17), Pan { x: 20, y: 3 }),
            Geometry::actual((300, 200), 80, 24, CellSize::new(8, 16), Pan::default()),
        ] {
            let mut screen = Screen::new(geometry.columns, geometry.rows, geometry.cell);
            let mut picture = Whole::new(protocol, 1);
            let pieces = picture.update((&source).into(), &geometry, &Cells::FREE, ALL);
            show(&mut screen, &pieces, protocol);
            let reference = reference((&source).into(), &geometry);
            assert_shown(&screen.seen(), &reference, tolerance(protocol));
            assert!(picture.is_complete);
            assert_eq!(picture.update((&source).into(), &geometry, &Cells::FREE, ALL), []);
        }
    }
}

#[test]
fn only_what_has_changed_is_sent() {
    for protocol in PROTOCOLS {
        let mut source = plain(640, 400);
        let geometry = Geometry::actual((640, 400), 80, 25, CellSize::new(8, 16), Pan::default());
        let mut screen = Screen::new(80, 25, geometry.cell);
        let mut picture = Whole::new(protocol, 0);
        let all = picture.update((&source).into(), &geometry, &Cells::FREE, ALL);
        show(&mut screen, &all, protocol);
        source.fill(Region { x: 100, y: 100, width: 5, height: 5 }, 0x00ff_ff00);
        let some = picture.update((&source).into(), &geometry, &Cells::FREE, ALL);
        let area: u32 = some.iter().map(|piece| piece.cells.area()).sum();
        assert!(some.len() == 1 && area <= 16 * 8, "{protocol:?}: {area} cells in {}", some.len());
        show(&mut screen, &some, protocol);
        let pointer = Overlay { x: 630, y: 390, width: 20, pixels: &[0xff00_00ff; 400] };
        let with_cursor = Source { overlay: Some(pointer), ..(&source).into() };
        let some = picture.update(with_cursor, &geometry, &Cells::FREE, ALL);
        assert_eq!(some.len(), 1);
        show(&mut screen, &some, protocol);
        assert_shown(&screen.seen(), &reference(with_cursor, &geometry), tolerance(protocol));
    }
}

#[test]
fn a_kitty_image_has_the_id_of_its_place_and_is_deleted_before_it_is_sent_again() {
    let mut source = plain(400, 300);
    let geometry = Geometry::fit((400, 300), 60, 20, CellSize::new(8, 16));
    let mut screen = Screen::new(60, 20, geometry.cell);
    let mut picture = Whole::new(Protocol::Kitty, 3);
    for round in 0..5 {
        source.fill(Region { x: 0, y: 0, width: 400, height: 300 }, round * 999);
        let pieces = picture.update((&source).into(), &geometry, &Cells::FREE, ALL);
        show(&mut screen, &pieces, Protocol::Kitty);
        assert_eq!(screen.image_count(), 12, "never a new id a frame");
    }
    let bytes = picture.picture.remove();
    screen.take(&Piece { cells: Rect::ZERO, bytes }, Protocol::Kitty);
    assert_eq!(screen.image_count(), 0);
    assert!(screen.seen().iter().all(Option::is_none));
    assert_eq!(picture.picture.remove(), b"");
}

#[test]
fn chunks_of_base64_have_4096_bytes_at_most() {
    let source = noise(256, 256, 9);
    let geometry = Geometry::actual((256, 256), 32, 16, CellSize::new(8, 16), Pan::default());
    let mut screen = Screen::new(32, 16, geometry.cell);
    let pieces = Whole::new(Protocol::Kitty, 0).update((&source).into(), &geometry, &Cells::FREE, ALL);
    show(&mut screen, &pieces, Protocol::Kitty);
    assert_shown(&screen.seen(), &reference((&source).into(), &geometry), 0);
    assert!(screen.chunks.iter().all(|chunk| *chunk <= 4096) && screen.chunks.contains(&4096));
}

#[test]
fn what_a_menu_covers_is_not_seen_and_comes_back_when_it_goes() {
    let source = plain(320, 320);
    let geometry = Geometry::actual((320, 320), 40, 20, CellSize::new(8, 16), Pan::default());
    let menu = Rect::new(5, 3, 20, 9);
    let is_menu = |x: u16, y: u16| menu.contains((x, y).into());
    for protocol in PROTOCOLS {
        let mut screen = Screen::new(40, 20, geometry.cell);
        let mut picture = Whole::new(protocol, 0);
        let pieces = picture.update((&source).into(), &geometry, &Cells::FREE, ALL);
        show(&mut screen, &pieces, protocol);
        // The menu is written.
        if !protocol.is_below_text() {
            menu.positions().for_each(|at| screen.write_over(at.x, at.y));
        }
        let covered = Cells { is_covered: &is_menu, ..Cells::FREE };
        let pieces = picture.update((&source).into(), &geometry, &covered, ALL);
        assert!(pieces.iter().all(|piece| piece.bytes.len() < 2000), "no image is sent for that");
        show(&mut screen, &pieces, protocol);
        assert!(screen.seen_in(menu).iter().all(Option::is_none), "{protocol:?}");
        assert_eq!(picture.update((&source).into(), &geometry, &covered, ALL), []);
        // It goes: its cells are blanks.
        let blanked = Cells { is_blanked: &is_menu, ..Cells::FREE };
        let pieces = picture.update((&source).into(), &geometry, &blanked, ALL);
        show(&mut screen, &pieces, protocol);
        assert_shown(&screen.seen(), &reference((&source).into(), &geometry), tolerance(protocol));
    }
}

#[test]
fn what_changes_below_a_menu_is_sent_when_it_goes() {
    let mut source = plain(320, 320);
    let geometry = Geometry::actual((320, 320), 40, 20, CellSize::new(8, 16), Pan::default());
    let everything = Cells { is_covered: &|_, _| true, ..Cells::FREE };
    for protocol in PROTOCOLS {
        let mut screen = Screen::new(40, 20, geometry.cell);
        let mut picture = Whole::new(protocol, 0);
        let all = picture.update((&source).into(), &geometry, &Cells::FREE, ALL);
        show(&mut screen, &all, protocol);
        source.fill(Region { x: 8, y: 8, width: 99, height: 99 }, 0x0012_3456);
        let pieces = picture.update((&source).into(), &geometry, &everything, ALL);
        assert!(pieces.iter().all(|piece| piece.bytes.len() < 100), "{protocol:?}");
        show(&mut screen, &pieces, protocol);
        let blanked = Cells { is_blanked: &|_, _| true, ..Cells::FREE };
        let pieces = picture.update((&source).into(), &geometry, &blanked, ALL);
        show(&mut screen, &pieces, protocol);
        assert_shown(&screen.seen(), &reference((&source).into(), &geometry), tolerance(protocol));
    }
}

#[test]
fn a_budget_leaves_the_rest_for_later_and_everything_has_its_turn() {
    let source = noise(640, 400, 4);
    let geometry = Geometry::actual((640, 400), 80, 25, CellSize::new(8, 16), Pan::default());
    for protocol in [Protocol::Kitty, Protocol::Iterm2] {
        let mut screen = Screen::new(80, 25, geometry.cell);
        let mut picture = Whole::new(protocol, 0);
        let mut rounds = 0;
        while rounds == 0 || !picture.is_complete {
            let pieces = picture.update((&source).into(), &geometry, &Cells::FREE, 1);
            show(&mut screen, &pieces, protocol);
            rounds += 1;
        }
        assert!(rounds > 3, "{rounds}");
        assert_shown(&screen.seen(), &reference((&source).into(), &geometry), 0);
    }
}

#[test]
fn a_new_geometry_and_a_cleared_terminal_begin_anew() {
    let source = plain(320, 320);
    let small = Geometry::fit((320, 320), 20, 10, CellSize::new(8, 16));
    let large = Geometry::fit((320, 320), 40, 20, CellSize::new(8, 16));
    let mut screen = Screen::new(40, 20, small.cell);
    let mut picture = Whole::new(Protocol::Kitty, 0);
    for geometry in [small, large, small] {
        let pieces = picture.update((&source).into(), &geometry, &Cells::FREE, ALL);
        show(&mut screen, &pieces, Protocol::Kitty);
        let cells = Rect::new(0, 0, geometry.columns, geometry.rows);
        assert_shown(&screen.seen_in(cells), &reference((&source).into(), &geometry), 0);
    }
    let outside = Rect::new(20, 0, 20, 20);
    assert!(screen.seen_in(outside).iter().all(Option::is_none));
    picture.picture.forget();
    let mut cleared = Screen::new(40, 20, small.cell);
    show(&mut cleared, &picture.update((&source).into(), &small, &Cells::FREE, ALL), Protocol::Kitty);
    assert_eq!(cleared.image_count(), screen.image_count());
}

#[test]
fn another_part_of_the_screen_replaces_the_one_before_without_a_blank_in_between() {
    let source = plain(640, 400);
    let at = |x: u16| Geometry::actual((640, 400), 40, 20, CellSize::new(8, 16), Pan { x, y: 0 });
    for protocol in PROTOCOLS {
        let mut screen = Screen::new(40, 20, CellSize::new(8, 16));
        let mut picture = Whole::new(protocol, 0);
        show(&mut screen, &picture.update((&source).into(), &at(0), &Cells::FREE, ALL), protocol);
        assert_eq!(picture.picture.update(&at(100), &Cells::FREE, None), [], "{protocol:?}");
        assert_shown(&screen.seen(), &reference((&source).into(), &at(0)), tolerance(protocol));
        show(&mut screen, &picture.update((&source).into(), &at(100), &Cells::FREE, ALL), protocol);
        assert_shown(&screen.seen(), &reference((&source).into(), &at(100)), tolerance(protocol));
    }
}

#[test]
fn strips_of_sixels_end_with_a_whole_band_but_for_the_last() {
    for height in 1..=80 {
        let rows = strip_rows(height);
        assert!((u32::from(rows) * u32::from(height)).is_multiple_of(6), "{height}: {rows} rows");
        assert!(rows * height <= 480, "{height}: {rows} rows");
    }
    assert_eq!((strip_rows(16), strip_rows(18), strip_rows(17)), (3, 2, 6));
}

#[test]
fn many_colours_become_the_nearest_of_few() {
    // A gradient in red and green has 65,536 colours.
    let mut source = Framebuffer::new(256, 256);
    source.write(source.bounds(), |y, row| {
        for (x, pixel) in (0..).zip(row) {
            *pixel = x << 16 | u32::from(y) << 8;
        }
    });
    let geometry = Geometry::actual((256, 256), 32, 16, CellSize::new(8, 16), Pan::default());
    let reference = reference((&source).into(), &geometry);
    for (registers, most) in [(256, 12), (16, 70), (2, 255), (0, 255)] {
        let protocol = Protocol::Sixel { registers };
        let mut screen = Screen::new(32, 16, geometry.cell);
        let pieces = Whole::new(protocol, 0).update((&source).into(), &geometry, &Cells::FREE, ALL);
        show(&mut screen, &pieces, protocol);
        assert_shown(&screen.seen(), &reference, most);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn pictures_of_any_size_are_shown_whole(
        size in (1..200_u16, 1..200_u16), cells in (1..30_u16, 1..15_u16), cell in (1..14_u16, 1..26_u16),
        pan in (0..200_u16, 0..200_u16), is_fit in any::<bool>(), protocol in prop::sample::select(&PROTOCOLS[..]),
    ) {
        let source = plain(size.0, size.1);
        let cell = CellSize::new(cell.0, cell.1);
        let geometry = if is_fit {
            Geometry::fit(size, cells.0, cells.1, cell)
        } else {
            Geometry::actual(size, cells.0, cells.1, cell, Pan { x: pan.0, y: pan.1 })
        };
        let mut screen = Screen::new(geometry.columns, geometry.rows, cell);
        let pieces = Whole::new(protocol, 0).update((&source).into(), &geometry, &Cells::FREE, ALL);
        show(&mut screen, &pieces, protocol);
        // Scaled edges may have more colours than a palette.
        let most = if is_fit && protocol == SIXEL { 40 } else { tolerance(protocol) };
        assert_shown(&screen.seen(), &reference((&source).into(), &geometry), most);
    }

    #[test]
    fn a_picture_that_was_kept_is_the_same_as_a_new_one(
        changes in prop::collection::vec((0..300_u16, 0..200_u16, 0..90_u16, 0..90_u16, any::<u32>()), 1..6),
        protocol in prop::sample::select(&PROTOCOLS[..]),
    ) {
        let mut source = plain(300, 200);
        let geometry = Geometry::fit((300, 200), 37, 14, CellSize::new(7, 13));
        let mut screen = Screen::new(geometry.columns, geometry.rows, geometry.cell);
        let mut picture = Whole::new(protocol, 0);
        for (x, y, width, height, color) in changes {
            source.fill(Region { x, y, width, height }, color & 0x00ff_ffff);
            let pieces = picture.update((&source).into(), &geometry, &Cells::FREE, ALL);
            show(&mut screen, &pieces, protocol);
        }
        let most = if protocol == SIXEL { 40 } else { 0 };
        assert_shown(&screen.seen(), &reference((&source).into(), &geometry), most);
    }

    #[test]
    fn uncovered_cells_are_in_exactly_one_rectangle(covered in prop::collection::vec(any::<bool>(), 48)) {
        let tile = Rect::new(3, 5, 8, 6);
        let is_covered = |x: u16, y: u16| covered[usize::from((y - 5) * 8 + x - 3)];
        let found = uncovered(tile, &is_covered);
        for at in tile.positions() {
            let count = found.iter().filter(|part| part.contains(at)).count();
            prop_assert_eq!(count, usize::from(!is_covered(at.x, at.y)));
        }
        prop_assert!(found.iter().all(|part| tile.intersection(*part) == *part));
    }

    #[test]
    fn images_that_come_late_are_never_seen_after_newer_ones_and_the_last_state_is_shown(
        steps in prop::collection::vec(step(), 1..40), protocol in prop::sample::select(&PROTOCOLS[..]),
        is_bounded in any::<bool>(),
    ) {
        let menu = Rect::new(3, 2, 9, 5);
        let mut source = plain(300, 200);
        let geometries = [
            Geometry::fit((300, 200), 37, 14, CellSize::new(7, 13)),
            Geometry::actual((300, 200), 37, 14, CellSize::new(7, 13), Pan { x: 30, y: 9 }),
        ];
        let mut screen = Screen::new(37, 14, CellSize::new(7, 13));
        let mut picture = ImagePicture::new(protocol, 0);
        let mut renderer = ImageRenderer::default();
        let mut finished: Option<RenderedImages> = None;
        let (mut geometry, mut had_menu, mut has_menu) = (geometries[0], false, false);
        // At the end nothing covers it, and what is finished is shown until nothing comes any more.
        let end = [Step::Menu(false), Step::Frame, Step::Frame].into_iter().chain((0..80).map(|_| Step::Frame));
        for step in steps.into_iter().chain(end) {
            match step {
                Step::Change(x, y, width, height, color) => {
                    source.fill(Region { x, y, width, height }, color & 0x00ff_ffff);
                }
                Step::Menu(is_open) => has_menu = is_open,
                Step::Scale(number) => geometry = geometries[number],
                Step::Clear => {
                    screen = Screen::new(37, 14, CellSize::new(7, 13));
                    picture.forget();
                }
                Step::Frame => {
                    let is_menu = |x: u16, y: u16| menu.contains((x, y).into());
                    let is_covered = |x: u16, y: u16| has_menu && is_menu(x, y);
                    let is_gone = had_menu && !has_menu;
                    let is_blanked = |x: u16, y: u16| is_gone && is_menu(x, y);
                    let cells = Cells { is_covered: &is_covered, is_blanked: &is_blanked };
                    if !protocol.is_below_text() && (had_menu || has_menu) {
                        menu.positions().for_each(|at| screen.write_over(at.x, at.y));
                    }
                    had_menu = has_menu;
                    show(&mut screen, &picture.update(&geometry, &cells, finished.take()), protocol);
                    if !protocol.is_below_text() && has_menu {
                        menu.positions().for_each(|at| screen.write_over(at.x, at.y));
                    }
                    let request = picture.request(&cells).unwrap();
                    let budget = if is_bounded { 1 } else { ALL };
                    finished = Some(renderer.render((&source).into(), &request, &mut |bytes| bytes > budget));
                }
            }
        }
        let cells = Rect::new(0, 0, geometry.columns, geometry.rows);
        let most = if protocol == SIXEL { 40 } else { 0 };
        assert_shown(&screen.seen_in(cells), &reference((&source).into(), &geometry), most);
    }
}

/// What may happen while images are computed.
#[derive(Debug, Clone)]
enum Step {
    Change(u16, u16, u16, u16, u32),
    Menu(bool),
    Scale(usize),
    Clear,
    Frame,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..300_u16, 0..200_u16, 0..90_u16, 0..90_u16, any::<u32>())
            .prop_map(|(x, y, width, height, color)| Step::Change(x, y, width, height, color)),
        any::<bool>().prop_map(Step::Menu),
        (0..2_usize).prop_map(Step::Scale),
        Just(Step::Clear),
        Just(Step::Frame),
        Just(Step::Frame),
        Just(Step::Frame),
    ]
}
