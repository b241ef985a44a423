//! Pictures in real terminals under Xvfb: what they show, by screenshot, is the reference picture.
//!
//! ```text
//!  Framebuffer ──▶ ImageRenderer ──▶ ImagePicture ──▶ pipe ──▶ xterm, kitty (Xvfb) ──▶ xwd
//!       └──────────────── reference ◀───── equal ─────────────────────┘
//! ```
//!
//! Needs `Xvfb`, `xwd`, `xterm` and `kitty`.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, which fail by panicking")]

mod screenshot;
mod terminal;
#[path = "../../../terminal/tests/kit/xvfb.rs"]
mod xvfb;

use qdeck_vnc::draw::{CellSize, Cells, Geometry, ImagePicture, ImageRenderer, Pan, Piece, Protocol};
use qdeck_vnc::{Framebuffer, Region};
use screenshot::Screenshot;
use terminal::Terminal;

/// The screen of a machine in sixteen colours, as a text console or an installer has it.
fn console(width: u16, height: u16) -> Framebuffer {
    const COLORS: [u32; 14] = [
        0x00ff_0000,
        0x0000_ff00,
        0x0000_00ff,
        0x00ff_ff00,
        0x0000_ffff,
        0x00ff_00ff,
        0x0080_8080,
        0x0080_0000,
        0x0000_8000,
        0x0000_0080,
        0x0080_8000,
        0x0000_8080,
        0x0080_0080,
        0x00ff_ffff,
    ];
    let mut screen = Framebuffer::new(width, height);
    screen.fill(screen.bounds(), 0x0020_4060);
    for (number, color) in (0..).zip(COLORS.iter().cycle().take(160)) {
        let (x, y) = (number * 37 % width, number * 53 % height);
        screen.fill(Region { x, y, width: 1 + number % 29, height: 1 + number % 17 }, *color);
    }
    screen
}

/// The bytes of pieces in the upper left corner of the terminal.
fn bytes(pieces: &[Piece]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for piece in pieces {
        bytes.extend(format!("\x1b[{};{}H", piece.cells.y + 1, piece.cells.x + 1).bytes());
        bytes.extend(&piece.bytes);
    }
    bytes
}

/// Waits until the corner of the terminal at `at` shows this, and fails with what differs.
fn assert_shows(terminal: &Terminal, at: (usize, usize), screen: &Framebuffer, tolerance: u32) {
    terminal.wait_for(|shot: &Screenshot| {
        for y in 0..screen.height() {
            for (x, expected) in screen.row(y).iter().enumerate() {
                let shown = shot.pixel(at.0 + x, at.1 + usize::from(y));
                let differs =
                    |shift: u32| ((shown >> shift) & 0xff).abs_diff((expected >> shift) & 0xff) > tolerance;
                if differs(16) || differs(8) || differs(0) {
                    return Err(format!("pixel {x},{y} is {shown:06x} and not {expected:06x}"));
                }
            }
        }
        Ok(())
    });
}

/// Shows a picture pixel by pixel, then a part of it changed, and compares both.
fn show_and_change(terminal: &mut Terminal, protocol: Protocol, tolerance: u32) {
    let cell = CellSize::new(terminal.cell.0, terminal.cell.1);
    let size = (40 * cell.width, 12 * cell.height);
    let mut screen = console(size.0, size.1);
    let geometry = Geometry::actual(size, 40, 12, cell, Pan::default());
    let (mut picture, mut renderer) = (ImagePicture::new(protocol, 0), ImageRenderer::default());
    let mut update = |screen: &Framebuffer| {
        let mut pieces = picture.update(&geometry, &Cells::FREE, None);
        if let Some(request) = picture.request(&Cells::FREE) {
            let images = renderer.render(screen.into(), &request, &mut |_| false);
            pieces.extend(picture.update(&geometry, &Cells::FREE, Some(images)));
        }
        pieces
    };
    terminal.feed(b"\x1b[2J\x1b[?25l");
    let at = terminal.origin();
    let pieces = update(&screen);
    terminal.feed(&bytes(&pieces));
    assert_shows(terminal, at, &screen, tolerance);
    screen.fill(Region { x: 50, y: 40, width: 90, height: 30 }, 0x00ff_ffff);
    screen.fill(Region { x: size.0 - 9, y: size.1 - 9, width: 9, height: 9 }, 0x0000_00ff);
    let pieces = update(&screen);
    terminal.feed(&bytes(&pieces));
    assert_shows(terminal, at, &screen, tolerance);
}

#[test]
fn a_real_xterm_shows_sixels() {
    let mut xterm = Terminal::xterm();
    // Sixel has a hundred parts of a colour, which xterm scales to 255.
    show_and_change(&mut xterm, Protocol::Sixel { registers: 16 }, 4);
}

#[test]
fn a_real_kitty_shows_tiles_below_its_text() {
    let mut kitty = Terminal::kitty();
    show_and_change(&mut kitty, Protocol::Kitty, 1);
}
