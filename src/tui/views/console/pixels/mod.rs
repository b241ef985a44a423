//! A console of pixels as a pane shows it: the part and scale of the machine's screen, as an image or as cells.

mod act;
mod footer;
mod menu;
mod mouse;
mod rate;
mod size;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::console::pictures::{CellRequest, PictureSource, PictureWorker, SessionCells};
use crate::console::{OpenConsole, PixelScreen};
use crate::model::Timestamp;
use crate::tui::terminal::pictures::{self, Picture, PictureSupport};
use crate::vnc::draw::{CellPicture, CellSize, CellStyle, Geometry, Overlay, Pan, Protocol, Shapes, Source};
use crate::vnc::{CursorImage, Framebuffer};
use rate::Rate;

pub(super) use menu::KeyMenu;
pub(super) use size::answer_text;

/// The part of the shown width and height by which one key moves.
const STEPS_A_SCREEN: u16 = 8;

/// What the terminal can show of pixels, and what computes it.
#[derive(Clone, Default)]
pub(in crate::tui) struct Canvas {
    /// Images, and the size of a cell.
    pub support: PictureSupport,
    /// No characters beyond ASCII.
    pub is_ascii: bool,
    /// No colours.
    pub is_plain: bool,
    /// What computes pictures beside the frame loop.
    pub worker: PictureWorker,
}

/// The scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Scale {
    /// All of the screen, as large as it fits.
    #[default]
    Fit,
    /// Pixel by pixel: a part of the screen, where it is larger.
    Actual,
}

/// The state of a pane that shows pixels.
#[derive(Default)]
pub(super) struct PixelView {
    /// What the terminal can show.
    pub canvas: Canvas,
    scale: Scale,
    pan: Pan,
    cells: SessionCells,
    /// The cells that were finished last.
    finished_cells: CellPicture,
    /// Set once images could not be computed: cells are drawn from then on.
    images_failed: Arc<AtomicBool>,
    has_reported_failure: bool,
    /// Set once cells could not be computed: nothing is drawn from then on.
    cells_failed: Arc<AtomicBool>,
    /// Where the screen was drawn last; `None` where it was not.
    placed: Option<(Rect, Geometry)>,
    /// The buttons of the mouse that the machine has as pressed.
    buttons: u8,
    /// The pixel that the pointer was moved to last.
    pointer: Option<(u16, u16)>,
    /// Where the mouse began to move what shows, and what showed then.
    drag: Option<(Position, Pan)>,
    rate: Rate,
    picture: Option<Picture>,
}

impl PixelView {
    /// Takes note that it is not on the screen.
    pub fn leave_screen(&mut self) {
        self.placed = None;
        self.picture = None;
    }

    /// Takes the image that the last draw wants to be shown.
    pub fn take_picture(&mut self) -> Option<Picture> {
        self.picture.take()
    }

    /// Draws the screen into the middle of `grid`.
    pub fn draw(
        &mut self,
        console: &Arc<OpenConsole>,
        pixels: &dyn PixelScreen,
        (grid, is_dimmed): (Rect, bool),
        now: Timestamp,
        buf: &mut Buffer,
    ) {
        let grid = grid.intersection(buf.area);
        let (geometry, style) = self.geometry(pixels.size(), grid);
        let area = geometry.within(grid);
        self.pan = geometry.pan();
        self.placed = Some((area, geometry));
        if geometry.is_empty() {
            return;
        }
        pixels.with_framebuffer(&mut |screen, _| self.rate.note(screen.generation(), now));
        let is_image = self.protocol().is_some();
        let failed = if is_image { &self.images_failed } else { &self.cells_failed };
        let source: Arc<dyn PictureSource> = Arc::new(ConsolePixels {
            console: Arc::clone(console),
            pointer: self.pointer,
            is_dimmed,
            failed: Arc::clone(failed),
        });
        if is_image {
            pictures::mark(area, buf);
            self.picture = Some(Picture { area, geometry, source });
        } else {
            if let Some(finished) = self.cells.take().flatten() {
                self.finished_cells = finished;
            }
            self.cells.request(&self.canvas.worker, &source, || Some(CellRequest { geometry, style }));
            // Until those of this geometry are finished the last ones show.
            self.finished_cells.draw(grid, buf);
        }
    }

    /// The protocol of images; `None` where cells are drawn.
    fn protocol(&self) -> Option<Protocol> {
        self.canvas.support.protocol.filter(|_| !self.images_failed.load(Ordering::Acquire))
    }

    /// Takes what the user is to be shown of images that could not be computed, once.
    pub fn take_failure(&mut self) -> Option<&'static str> {
        let is_new = self.images_failed.load(Ordering::Acquire) && !self.has_reported_failure;
        self.has_reported_failure |= is_new;
        is_new.then_some("Images of this screen failed: it is drawn as block characters")
    }

    /// Returns the text that shows in place of a screen that cannot be drawn.
    pub fn failure(&self) -> Option<&'static str> {
        let has_failed = self.protocol().is_none() && self.cells_failed.load(Ordering::Acquire);
        has_failed.then_some("this screen cannot be drawn: computing its picture failed")
    }

    /// The part of a screen of this size that shows in an area, and the shapes of cells where it is drawn with them.
    fn geometry(&self, size: (u16, u16), area: Rect) -> (Geometry, CellStyle) {
        let (protocol, cell) = (self.protocol(), self.canvas.support.cell);
        let shapes = match self.scale {
            _ if self.canvas.is_ascii => Shapes::Ascii,
            // Each half is a pixel.
            Scale::Actual => Shapes::Halves,
            Scale::Fit => Shapes::Quadrants,
        };
        let geometry = match self.scale {
            Scale::Fit => Geometry::fit(size, area.width, area.height, cell),
            Scale::Actual => {
                let cell = if protocol.is_some() { cell } else { CellSize::default() };
                Geometry::actual(size, area.width, area.height, cell, self.pan)
            }
        };
        (geometry, CellStyle { shapes, has_colors: !self.canvas.is_plain })
    }

    /// Changes between all of the screen and pixel by pixel; returns the name of the scale.
    pub fn next_scale(&mut self) -> &'static str {
        self.scale = match self.scale {
            Scale::Fit => Scale::Actual,
            Scale::Actual => Scale::Fit,
        };
        self.scale_name()
    }

    const fn scale_name(&self) -> &'static str {
        match self.scale {
            Scale::Fit => "fit",
            Scale::Actual => "1:1",
        }
    }

    /// True if a part of the screen shows, which can be moved.
    pub fn can_pan(&self, size: (u16, u16)) -> bool {
        let shown = self.placed.map(|(_, geometry)| (geometry.source.width, geometry.source.height));
        shown.is_some_and(|shown| shown != size)
    }

    /// Moves what shows by steps to the right and down.
    pub fn pan(&mut self, right: i32, down: i32) {
        let Some((_, geometry)) = self.placed else { return };
        let step = |length: u16, steps: i32| i32::from((length / STEPS_A_SCREEN).max(1)) * steps;
        let by = (step(geometry.source.width, right), step(geometry.source.height, down));
        self.pan = moved(self.pan, by);
    }
}

/// A position moved by so many pixels; the edge beyond is kept where the screen is drawn.
fn moved(pan: Pan, (x, y): (i32, i32)) -> Pan {
    let along = |at: u16, by: i32| u16::try_from(i32::from(at).saturating_add(by).max(0)).unwrap_or(u16::MAX);
    Pan { x: along(pan.x, x), y: along(pan.y, y) }
}

/// The pixels, with the pointer where it was moved to.
fn source<'a>(
    screen: &'a Framebuffer,
    cursor: Option<&'a CursorImage>,
    pointer: Option<(u16, u16)>,
    is_dimmed: bool,
) -> Source<'a> {
    let overlay = cursor.zip(pointer).filter(|(cursor, _)| cursor.width > 0).map(|(cursor, at)| Overlay {
        x: i32::from(at.0) - i32::from(cursor.hotspot.0),
        y: i32::from(at.1) - i32::from(cursor.hotspot.1),
        width: cursor.width,
        pixels: &cursor.pixels,
    });
    Source { screen, overlay, is_dimmed }
}

/// The pixels of a session for what computes its picture.
struct ConsolePixels {
    console: Arc<OpenConsole>,
    pointer: Option<(u16, u16)>,
    is_dimmed: bool,
    failed: Arc<AtomicBool>,
}

impl PictureSource for ConsolePixels {
    fn key(&self) -> usize {
        Arc::as_ptr(&self.console).addr()
    }

    fn read(&self, read: &mut dyn FnMut(Source<'_>)) {
        if let Some(pixels) = self.console.screen.pixels() {
            pixels.with_framebuffer(&mut |screen, cursor| {
                read(source(screen, cursor, self.pointer, self.is_dimmed));
            });
        }
    }

    fn fail(&self) {
        self.failed.store(true, Ordering::Release);
    }
}
