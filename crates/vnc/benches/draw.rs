//! A screen of 1920x1080 as a terminal of 240x67 cells gets it: all of it, and after a line of text has changed.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use qdeck_vnc::draw::{
    CellRenderer, CellSize, CellStyle, Cells, Geometry, ImagePicture, ImageRenderer, Pan, Protocol, Shapes,
    Snapshot, Source,
};
use qdeck_vnc::{Framebuffer, Region};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const SIZE: (u16, u16) = (1920, 1080);
const CELLS: (u16, u16) = (240, 67);
const CELL: CellSize = CellSize { width: 8, height: 16 };
const PROTOCOLS: [Protocol; 3] = [Protocol::Kitty, Protocol::Sixel { registers: 256 }, Protocol::Iterm2];

/// A desktop: a gradient as its background, and windows of text.
fn desktop() -> Framebuffer {
    let mut screen = Framebuffer::new(SIZE.0, SIZE.1);
    screen.write(screen.bounds(), |y, row| {
        for (x, pixel) in (0_u32..).zip(row) {
            *pixel = ((x / 12) << 8) | (u32::from(y) / 6);
        }
    });
    for window in 0..4_u16 {
        let (left, top) = (100 + window * 400, 80 + window * 200);
        screen.fill(Region { x: left, y: top, width: 480, height: 320 }, 0x00f8_f8f8);
        for letter in 0..1000_u16 {
            let (x, y) = (left + 4 + letter % 56 * 8, top + 4 + letter / 56 * 17);
            let height = 4 + letter % 7;
            screen.fill(Region { x, y, width: 2 + letter % 4, height }, 0x0020_2020);
        }
    }
    screen
}

/// Changes a line of text.
fn type_line(screen: &mut Framebuffer, turn: u32) {
    screen.fill(Region { x: 504, y: 300, width: 448, height: 14 }, (turn * 0x0001_0307) & 0x00ff_ffff);
}

fn repaint(screen: &mut Framebuffer, turn: u32) {
    let (x, y) = (u16::try_from(turn % 16).unwrap_or(0), 0);
    let bounds = screen.bounds();
    screen.write(bounds, |line, row| {
        for pixel in row.iter_mut().skip(usize::from(x)).step_by(97) {
            *pixel ^= u32::from(line ^ y) | 1;
        }
    });
}

fn cells(c: &mut Criterion) {
    let mut group = c.benchmark_group("cells");
    let area = Rect::new(0, 0, CELLS.0, CELLS.1);
    for shapes in [Shapes::Halves, Shapes::Quadrants] {
        let style = CellStyle { shapes, has_colors: true };
        let geometry = Geometry::fit(SIZE, CELLS.0, CELLS.1, CELL);
        for (name, change) in [("full", repaint as fn(&mut _, _)), ("line", type_line)] {
            let (mut screen, mut buf) = (desktop(), Buffer::empty(area));
            let (mut renderer, mut turn) = (CellRenderer::default(), 0);
            group.bench_function(BenchmarkId::new(format!("{shapes:?}"), name), |b| {
                b.iter(|| {
                    turn += 1;
                    change(&mut screen, turn);
                    black_box(renderer.update(Source::from(&screen), &geometry, style));
                    renderer.picture().draw(area, &mut buf);
                });
            });
        }
    }
    group.finish();
}

fn images(c: &mut Criterion) {
    let mut group = c.benchmark_group("images");
    group.sample_size(20);
    let actual = Geometry::actual(SIZE, CELLS.0, CELLS.1 + 1, CELL, Pan::default());
    let fit = Geometry::fit(SIZE, 120, 34, CELL);
    for protocol in PROTOCOLS {
        for (scale, geometry) in [("1:1", actual), ("fit", fit)] {
            for (name, change) in [("full", repaint as fn(&mut _, _)), ("line", type_line)] {
                let mut screen = desktop();
                let (mut picture, mut renderer) = (ImagePicture::new(protocol, 0), ImageRenderer::default());
                let (mut snapshot, mut turn) = (Snapshot::default(), 0);
                let mut bytes = 0;
                group.bench_function(BenchmarkId::new(protocol.name(), format!("{scale} {name}")), |b| {
                    b.iter(|| {
                        turn += 1;
                        change(&mut screen, turn);
                        snapshot.take((&screen).into(), geometry.source, usize::MAX);
                        let mut pieces = picture.update(&geometry, &Cells::FREE, None);
                        if let Some(request) = picture.request(&Cells::FREE) {
                            let images = renderer.render(snapshot.source(), &request, &mut |_| false);
                            pieces.extend(picture.update(&geometry, &Cells::FREE, Some(images)));
                        }
                        bytes = pieces.iter().map(|piece| piece.bytes.len()).sum();
                    });
                });
                report(&format!("{} {scale} {name}: {bytes} bytes", protocol.name()));
            }
        }
    }
    group.finish();
}

#[expect(clippy::print_stdout, reason = "a figure that no timing has")]
fn report(text: &str) {
    println!("{text}");
}

criterion_group!(benches, cells, images);
criterion_main!(benches);
