use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use qdeck_vnc::draw::{
    CellPicture, CellSize, CellStyle, Cells, Geometry, ImagePicture, Pan, Protocol, Shapes,
};
use qdeck_vnc::{Framebuffer, Region};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use super::*;

#[derive(Default)]
struct Screen {
    pixels: Mutex<Option<Framebuffer>>,
    failures: AtomicUsize,
}

impl Screen {
    fn new() -> Arc<Self> {
        Arc::new(Self { pixels: Mutex::new(Some(Framebuffer::new(32, 32))), failures: AtomicUsize::new(0) })
    }

    fn fill(&self, color: u32) {
        let mut pixels = self.pixels.lock();
        let pixels = pixels.as_mut().unwrap();
        pixels.fill(pixels.bounds(), color);
    }
}

impl PictureSource for Screen {
    fn key(&self) -> usize {
        0
    }

    fn read(&self, read: &mut dyn FnMut(Source<'_>)) {
        read(self.pixels.lock().as_ref().expect("this screen fails").into());
    }

    fn fail(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }
}

struct Fixture {
    worker: PictureWorker,
    wakes: Receiver<()>,
    screen: Arc<Screen>,
    source: Arc<dyn PictureSource>,
}

impl Fixture {
    fn new() -> Self {
        let (sender, wakes) = channel();
        let wake: Wake = Arc::new(move || {
            let _ = sender.send(());
        });
        let screen = Screen::new();
        let source: Arc<dyn PictureSource> = Arc::clone(&screen) as _;
        Self { worker: PictureWorker::new(wake), wakes, screen, source }
    }

    fn woken(&self) {
        self.wakes.recv_timeout(Duration::from_secs(30)).unwrap();
    }
}

fn geometry() -> Geometry {
    Geometry::actual((32, 32), 4, 2, CellSize::new(8, 16), Pan::default())
}

fn cells() -> CellRequest {
    CellRequest {
        geometry: Geometry::fit((32, 32), 4, 2, CellSize::new(8, 16)),
        style: CellStyle { shapes: Shapes::Halves, has_colors: true },
    }
}

/// The colour of the first cell.
fn color(picture: &CellPicture) -> Color {
    let mut buf = Buffer::empty(Rect::new(0, 0, 4, 2));
    picture.draw(buf.area, &mut buf);
    buf[(0, 0)].bg
}

#[test]
fn one_request_is_on_its_way_and_one_that_was_turned_down_wakes_when_it_can_be_made() {
    let fixture = Fixture::new();
    let Fixture { worker, source, .. } = &fixture;
    let mut picture = ImagePicture::new(Protocol::Kitty, 0);
    let images = SessionImages::default();
    picture.update(&geometry(), &Cells::FREE, None);

    images.request(worker, source, || picture.request(&Cells::FREE));
    fixture.woken();
    images.request(worker, source, || panic!("what is finished was not taken"));
    let pieces = picture.update(&geometry(), &Cells::FREE, images.take());
    assert_eq!(pieces.len(), 1);
    assert!(images.take().is_none());

    // Nothing has changed, so that nothing wakes but the request that is turned down meanwhile.
    let locked = fixture.screen.pixels.lock();
    images.request(worker, source, || picture.request(&Cells::FREE));
    images.request(worker, source, || panic!("one is on its way"));
    assert!(images.take().is_none());
    drop(locked);
    fixture.woken();
    assert!(images.take().is_some_and(|rendered| rendered.is_empty() && rendered.is_complete()));
    assert!(fixture.wakes.try_recv().is_err());
}

#[test]
fn cells_are_computed_beside_the_screen_and_only_what_has_changed_wakes_it() {
    let fixture = Fixture::new();
    let Fixture { worker, source, screen, .. } = &fixture;
    let picture = SessionCells::default();
    // A frame does not wait for a session that is locked.
    let locked = screen.pixels.lock();
    picture.request(worker, source, || Some(cells()));
    assert!(picture.take().is_none());
    drop(locked);
    fixture.woken();
    assert_eq!(picture.take().flatten().as_ref().map(color), Some(Color::Rgb(0, 0, 0)));

    picture.request(worker, source, || Some(cells()));
    // Behind it in the queue: what it finished is there when that is.
    let other = SessionCells::default();
    other.request(worker, source, || Some(cells()));
    fixture.woken();
    assert!(other.take().flatten().is_some() && picture.take().is_some_and(|it| it.is_none()));
    assert!(fixture.wakes.try_recv().is_err(), "nothing has changed");

    screen.fill(0x0012_3456);
    picture.request(worker, source, || Some(cells()));
    fixture.woken();
    assert_eq!(picture.take().flatten().as_ref().map(color), Some(Color::Rgb(0x12, 0x34, 0x56)));
}

#[test]
fn a_panic_ends_its_picture_alone_and_is_not_repeated() {
    let fixture = Fixture::new();
    let Fixture { worker, source, screen, .. } = &fixture;
    let (picture, other) = (SessionCells::default(), SessionCells::default());
    let pixels = screen.pixels.lock().take();
    picture.request(worker, source, || Some(cells()));
    fixture.woken();
    assert!(picture.take().is_none());
    assert_eq!(screen.failures.load(Ordering::Relaxed), 1);

    // The thread goes on with others, also after several, and the one that has failed is not tried again.
    let images = SessionImages::default();
    let mut image = ImagePicture::new(Protocol::Kitty, 0);
    image.update(&geometry(), &Cells::FREE, None);
    images.request(worker, source, || image.request(&Cells::FREE));
    fixture.woken();
    assert_eq!(screen.failures.load(Ordering::Relaxed), 2);
    *screen.pixels.lock() = pixels;
    for _ in 0..3 {
        picture.request(worker, source, || panic!("it has failed"));
        images.request(worker, source, || panic!("it has failed"));
    }
    other.request(worker, source, || Some(cells()));
    fixture.woken();
    assert!(other.take().flatten().is_some());
    assert!(picture.take().is_none() && images.take().is_none());
    assert_eq!(screen.failures.load(Ordering::Relaxed), 2);
    assert!(fixture.wakes.try_recv().is_err());
}

#[test]
fn what_shows_of_a_screen_that_is_drawn_in_part_is_copied_under_short_locks() {
    let fixture = Fixture::new();
    let region = Region { x: 0, y: 0, width: 32, height: 16 };
    let mut snapshot = Snapshot::default();
    fixture.screen.fill(7);
    copy(&mut snapshot, fixture.source.as_ref(), region);
    assert_eq!(snapshot.source().screen.row(15)[..2], [7, 7]);
    assert_eq!(snapshot.source().screen.row(16)[..2], [0, 0], "not asked for");
}
