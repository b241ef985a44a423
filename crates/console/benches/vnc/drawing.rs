//! The ways in which a screen is drawn, and what of it an echo is seen in.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use qdeck_console::pictures::{CellRequest, PictureSource, PictureWorker, SessionCells, SessionImages};
use qdeck_console::{PixelScreen, RemoteScreen, VncSession, Wake};
use qdeck_vnc::Framebuffer;
use qdeck_vnc::draw::{
    CellPicture, CellSize, CellStyle, Cells, Geometry, ImagePicture, Protocol, Shapes, Source,
};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use crate::far_side::{ECHO, echoed_keys};

/// The cells of the terminal.
const CELLS: (u16, u16) = (160, 45);
/// The size of a cell where pixels are shown.
const CELL: CellSize = CellSize { width: 10, height: 20 };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    HalfBlocks,
    Kitty,
    Sixel,
}

impl Way {
    pub const ALL: [Self; 3] = [Self::HalfBlocks, Self::Kitty, Self::Sixel];

    pub const fn name(self) -> &'static str {
        match self {
            Self::HalfBlocks => "half-blocks",
            Self::Kitty => "kitty",
            Self::Sixel => "sixel",
        }
    }
}

/// What a frame showed.
#[derive(Debug, Default)]
pub struct Drawn {
    /// The number of keys that are echoed on it, where that part was drawn.
    pub echoed: Option<usize>,
    /// True if something was written.
    pub is_written: bool,
    /// Bytes of images.
    pub bytes: usize,
}

/// The pixels of the session, and the number of keys that were echoed in them when they were read last.
struct Pixels {
    session: Arc<VncSession>,
    echoed: AtomicUsize,
}

impl PictureSource for Pixels {
    fn key(&self) -> usize {
        0
    }

    fn read(&self, read: &mut dyn FnMut(Source<'_>)) {
        self.session.with_framebuffer(&mut |screen, _| {
            if let Some(echoed) = echo_pixel(screen) {
                self.echoed.store(echoed, Ordering::Release);
            }
            read(screen.into());
        });
    }
}

/// A terminal of some kind, and what it shows of the session.
pub struct Drawing {
    session: Arc<VncSession>,
    shown: Shown,
    worker: PictureWorker,
    source: Arc<Pixels>,
}

enum Shown {
    Cells { picture: CellPicture, finished: SessionCells, buf: Buffer },
    Image { picture: ImagePicture, finished: SessionImages },
}

impl Drawing {
    /// `wake` is called when there are pictures for another frame.
    pub fn new(way: Way, session: Arc<VncSession>, wake: Wake) -> Self {
        let image = |protocol| Shown::Image {
            picture: ImagePicture::new(protocol, 0),
            finished: SessionImages::default(),
        };
        let shown = match way {
            Way::HalfBlocks => Shown::Cells {
                picture: CellPicture::default(),
                finished: SessionCells::default(),
                buf: Buffer::empty(Rect::new(0, 0, CELLS.0, CELLS.1)),
            },
            Way::Kitty => image(Protocol::Kitty),
            Way::Sixel => image(Protocol::Sixel { registers: 256 }),
        };
        let source = Arc::new(Pixels { session: Arc::clone(&session), echoed: AtomicUsize::new(0) });
        Self { session, shown, worker: PictureWorker::new(wake), source }
    }

    /// Draws a frame.
    pub fn draw(&mut self) -> Drawn {
        let size = self.session.pixels().map(PixelScreen::size).unwrap_or_default();
        let source: Arc<dyn PictureSource> = Arc::clone(&self.source) as _;
        let mut drawn = Drawn::default();
        match &mut self.shown {
            Shown::Cells { picture, finished, buf } => {
                let style = CellStyle { shapes: Shapes::Halves, has_colors: true };
                let geometry = Geometry::fit(size, CELLS.0, CELLS.1, CellSize::default());
                if let Some(new) = finished.take().flatten() {
                    *picture = new;
                    drawn.is_written = true;
                }
                finished.request(&self.worker, &source, || Some(CellRequest { geometry, style }));
                // The frame loop draws all of the screen for each frame.
                picture.draw(buf.area, buf);
                drawn.echoed = echo_cell(buf);
            }
            Shown::Image { picture, finished } => {
                let geometry = Geometry::fit(size, CELLS.0, CELLS.1, CELL);
                // Read before the next request is made, which reads the session again.
                let echoed = self.source.echoed.load(Ordering::Acquire);
                let pieces = picture.update(&geometry, &Cells::FREE, finished.take());
                let at = (ECHO[0] / 12, ECHO[1] / 24).into();
                let is_drawn = pieces.iter().any(|piece| piece.cells.contains(at));
                drawn.echoed = is_drawn.then_some(echoed);
                drawn.is_written = !pieces.is_empty();
                drawn.bytes = pieces.iter().map(|piece| piece.bytes.len()).sum();
                finished.request(&self.worker, &source, || picture.request(&Cells::FREE));
            }
        }
        drawn
    }
}

/// The echo in a picture of half blocks.
fn echo_cell(buf: &Buffer) -> Option<usize> {
    let (x, y) = (ECHO[0] / 12, ECHO[1] / 24);
    match buf.cell((x, y))?.bg {
        Color::Rgb(red, green, blue) => Some(echoed_keys(u32::from_be_bytes([0, red, green, blue]))),
        _ => None,
    }
}

/// The echo on the screen itself.
fn echo_pixel(screen: &Framebuffer) -> Option<usize> {
    screen.row(ECHO[1] + 1).get(usize::from(ECHO[0]) + 1).copied().map(echoed_keys)
}
