//! Images for terminals with a graphics protocol.

use std::time::{Duration, Instant};

use qdeck_vnc::draw::{ImageRenderer, ImageRequest, RenderedImages, Snapshot};

use super::{Beside, PictureSource, Render, copy};

/// Time after which what is finished is shown, and the rest computed from a newer state.
const MAX_RENDER_TIME: Duration = Duration::from_millis(10);
/// Bytes of finished images at which the same is done.
const MAX_IMAGE_BYTES: usize = 4 << 20;

/// The images of one picture.
pub type SessionImages = Beside<ImageWork>;

/// What computing the images of one picture needs again and again.
#[derive(Default)]
pub struct ImageWork {
    snapshot: Snapshot,
    renderer: ImageRenderer,
}

impl Render for ImageWork {
    type Request = ImageRequest;
    type Rendered = RenderedImages;

    fn render(&mut self, source: &dyn PictureSource, request: &ImageRequest) -> RenderedImages {
        copy(&mut self.snapshot, source, request.region());
        let start = Instant::now();
        self.renderer.render(self.snapshot.source(), request, &mut |bytes| {
            bytes >= MAX_IMAGE_BYTES || start.elapsed() >= MAX_RENDER_TIME
        })
    }

    fn is_news(rendered: &RenderedImages) -> bool {
        !rendered.is_empty() || !rendered.is_complete()
    }
}
