//! Pictures of cells.

use qdeck_vnc::draw::{CellPicture, CellRenderer, CellStyle, Geometry, Snapshot};

use super::{Beside, PictureSource, Render, copy};

/// The cells of one picture.
pub type SessionCells = Beside<CellWork>;

/// What a picture of cells is to show.
#[derive(Debug, Clone, Copy)]
pub struct CellRequest {
    /// The part of the screen, and its cells.
    pub geometry: Geometry,
    /// The way that they are drawn.
    pub style: CellStyle,
}

/// What computing one picture of cells needs again and again.
#[derive(Default)]
pub struct CellWork {
    snapshot: Snapshot,
    renderer: CellRenderer,
}

impl Render for CellWork {
    type Request = CellRequest;
    /// `None` where nothing has changed.
    type Rendered = Option<CellPicture>;

    fn render(&mut self, source: &dyn PictureSource, request: &CellRequest) -> Option<CellPicture> {
        copy(&mut self.snapshot, source, request.geometry.source);
        let computed = self.renderer.update(self.snapshot.source(), &request.geometry, request.style);
        (computed > 0).then(|| self.renderer.picture().clone())
    }

    fn is_news(rendered: &Option<CellPicture>) -> bool {
        rendered.is_some()
    }
}
