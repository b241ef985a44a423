use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use parking_lot::Mutex;
use ratatui::layout::Position;
use ratatui::style::Style;

use super::super::{Abilities, Screen};
use super::*;
use crate::console::Wake;
use crate::vnc::draw::Source;
use crate::vnc::{Framebuffer, Region};

/// Remembers each write.
#[derive(Clone, Default)]
struct Writes(Rc<RefCell<Vec<String>>>);

impl Write for Writes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().push(String::from_utf8(bytes.to_vec()).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Writes {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.borrow_mut())
    }
}

struct Pixels(Mutex<Framebuffer>);

impl PictureSource for Pixels {
    fn key(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    fn read(&self, read: &mut dyn FnMut(Source<'_>)) {
        read((&*self.0.lock()).into());
    }
}

const AREA: Rect = Rect::new(2, 1, 16, 8);

struct Fixture {
    writes: Writes,
    screen: Screen<Writes>,
    source: Arc<Pixels>,
    images: Receiver<()>,
    protocol: Protocol,
}

impl Fixture {
    fn new(protocol: Protocol) -> Self {
        let writes = Writes::default();
        let (wake, images) = channel();
        let wake: Wake = Arc::new(move || {
            let _ = wake.send(());
        });
        let screen = Screen::new(writes.clone(), 20, 10, Abilities::ALL);
        let mut screen = screen.with_pictures(PictureWorker::new(wake));
        screen.set_protocol(Some(protocol));
        let source = Arc::new(Pixels(Mutex::new(Framebuffer::new(128, 128))));
        Self { writes, screen, source, images, protocol }
    }

    /// Draws a frame with the picture and `text` over its third row; returns what was written.
    fn draw(&mut self, has_picture: bool, text: &str) -> Vec<String> {
        let geometry = Geometry::fit((128, 128), AREA.width, AREA.height, CellSize::new(8, 16));
        let source: Arc<dyn PictureSource> = Arc::clone(&self.source) as _;
        let draw = |_, buf: &mut Buffer| {
            buf.set_string(0, 0, "title", Style::new());
            let mut wanted = Vec::new();
            if has_picture {
                mark(AREA, buf);
                wanted.push(Picture { area: AREA, geometry, source });
            }
            buf.set_string(5, 3, text, Style::new());
            (Some(Position::new(1, 1)), wanted)
        };
        self.screen.draw_with_pictures(draw).unwrap();
        self.writes.take()
    }

    /// Draws frames, each when images for it are finished, until all of these parts were written. Returns the frames.
    fn draw_until(&mut self, text: &str, parts: &[&str]) -> Vec<String> {
        let mut written = self.draw(true, text);
        while !parts.iter().all(|part| written.concat().contains(part)) {
            let woken = self.images.recv_timeout(Duration::from_secs(30));
            assert_eq!(woken, Ok(()), "{parts:?} after {written:?}");
            written.extend(self.draw(true, text));
        }
        written
    }

    /// The starts of the images of the whole picture.
    fn whole(&self) -> &'static [&'static str] {
        match self.protocol {
            Protocol::Kitty => &["\x1b[2;3H\x1b_Ga=t"],
            Protocol::Sixel { .. } => &["\x1b[2;3H\x1bP0;1;0q", "\x1b[5;3H\x1bP", "\x1b[8;3H\x1bP"],
            Protocol::Iterm2 => &["\x1b[2;3H\x1b]1337;File=", "\x1b[6;3H\x1b]1337;"],
        }
    }

    /// Draws until the whole picture is on the screen.
    fn draw_whole(&mut self, text: &str) -> Vec<String> {
        self.draw_until(text, self.whole())
    }

    fn change(&self) {
        self.source.0.lock().fill(Region { x: 0, y: 0, width: 8, height: 8 }, 0x00ff_0000);
    }
}

#[test]
fn images_follow_in_frames_of_their_own_that_write_nothing_else() {
    for protocol in [Protocol::Kitty, Protocol::Sixel { registers: 256 }, Protocol::Iterm2] {
        let mut fixture = Fixture::new(protocol);
        let frames = fixture.draw_whole("");
        assert!(frames[0].contains("title") && frames.len() > 1, "the cells wait for no image: {frames:?}");
        for frame in &frames[1..] {
            assert!(!frame.contains("title"), "{frame:?}");
            assert!(
                frame.starts_with("\x1b[?2026h") && frame.ends_with("\x1b[2;2H\x1b[?25h\x1b[?2026l"),
                "one write, and the cursor goes back: {frame:?}"
            );
        }
        assert_eq!(fixture.draw(true, ""), [""; 0], "nothing has changed");
        fixture.change();
        let first = fixture.whole()[0];
        let begin = &first[..first.len() - 1];
        // Kitty deletes an image before it sends it again.
        let begin = if protocol == Protocol::Kitty { "a=t" } else { begin };
        let frames = fixture.draw_until("", &[begin]);
        assert!(frames.len() == 1 && !frames[0].contains("title"), "{frames:?}");
    }
}

#[test]
fn a_session_that_is_locked_holds_up_no_frame() {
    let mut fixture = Fixture::new(Protocol::Kitty);
    let source = Arc::clone(&fixture.source);
    let locked = source.0.lock();
    let frames = [fixture.draw(true, ""), fixture.draw(true, "menu")].concat();
    assert!(frames[0].contains("title") && frames[1].contains("menu"), "{frames:?}");
    drop(locked);
    fixture.draw_whole("");
}

#[test]
fn text_over_an_image_cuts_it_and_it_comes_back() {
    let mut kitty = Fixture::new(Protocol::Kitty);
    kitty.draw_whole("");
    let over = kitty.draw(true, "menu").concat();
    assert!(over.contains("menu") && over.contains("a=d,d=i") && !over.contains("a=t"), "{over:?}");
    assert_eq!(over.matches("a=p").count(), 4, "above, below, to the left and right: {over:?}");
    let back = kitty.draw(true, "").concat();
    assert!(!back.contains("menu") && back.matches("a=p").count() == 1, "{back:?}");

    let mut sixel = Fixture::new(Protocol::Sixel { registers: 256 });
    sixel.draw_whole("");
    let over = sixel.draw(true, "menu").concat();
    assert!(over.contains("menu") && !over.contains("\x1bP"), "the text alone: {over:?}");
    sixel.change();
    let changed = sixel.draw_until("menu", &["\x1bP"]).concat();
    let (image, text) = (changed.find("\x1bP").unwrap(), changed.find("menu").map_or(0, |at| at));
    assert!(text == 0 || text > image, "what covers the image is written behind it: {changed:?}");
    sixel.draw_until("", &["\x1bP"]);
}

#[test]
fn a_row_of_text_in_a_changed_strip_is_written_behind_the_image() {
    let mut sixel = Fixture::new(Protocol::Sixel { registers: 256 });
    sixel.draw_whole("menu");
    sixel.source.0.lock().fill(Region { x: 0, y: 0, width: 128, height: 128 }, 0x0000_00ff);
    let changed = sixel.draw_whole("menu").concat();
    let (image, text) = (changed.find("\x1b[2;3H\x1bP").unwrap(), changed.rfind("menu").unwrap());
    assert!(image < text, "{changed:?}");
}

#[test]
fn an_image_that_is_not_wanted_any_more_is_deleted() {
    let mut kitty = Fixture::new(Protocol::Kitty);
    kitty.draw_whole("");
    let gone = kitty.draw(false, "").concat();
    assert!(gone.contains("a=d,d=I"), "{gone:?}");
    assert!(kitty.draw(false, "").is_empty());
    // Cells that an image was part of are written.
    let mut sixel = Fixture::new(Protocol::Sixel { registers: 256 });
    sixel.draw_whole("");
    let gone = sixel.draw(false, "").concat();
    assert!(gone.contains("\x1b[2;3H") && !gone.contains("\x1bP"), "{gone:?}");
}

#[test]
fn a_terminal_that_was_cleared_gets_everything_anew() {
    let mut kitty = Fixture::new(Protocol::Kitty);
    kitty.draw_whole("");
    kitty.screen.forget();
    let anew = kitty.draw_whole("").concat();
    let (clear, image) = (anew.find("\x1b[2J").unwrap(), anew.find("a=t").unwrap());
    assert!(clear < image && anew.contains("d=A"), "{anew:?}");
}

#[test]
fn marked_blanks_are_never_erased_or_drawn_over_with_others() {
    let mut buf = Buffer::empty(Rect::new(0, 0, 30, 1));
    mark(Rect::new(10, 0, 5, 1), &mut buf);
    let cells: Vec<Change<'_>> =
        (0..30).map(|x| (x, 0, &buf[(x, 0)])).filter(|(x, ..)| !(10..15).contains(x)).collect();
    let mut out = Vec::new();
    Painter::new(Abilities::ALL).paint(&cells, &buf, &mut out);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text, "\x1b[1H\x1b[10X\x1b[15C\x1b[K", "the cells of the image are stepped over");
}
