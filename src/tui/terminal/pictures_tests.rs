use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use parking_lot::Mutex;
use ratatui::layout::Position;
use ratatui::style::Style;

use super::super::{Abilities, Screen};
use super::*;
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
}

impl Fixture {
    fn new(protocol: Protocol) -> Self {
        let writes = Writes::default();
        let mut screen = Screen::new(writes.clone(), 20, 10, Abilities::ALL);
        screen.set_protocol(Some(protocol));
        Self { writes, screen, source: Arc::new(Pixels(Mutex::new(Framebuffer::new(128, 128)))) }
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

    fn change(&self) {
        self.source.0.lock().fill(Region { x: 0, y: 0, width: 8, height: 8 }, 0x00ff_0000);
    }
}

#[test]
fn images_follow_the_cells_in_the_same_write() {
    for (protocol, begin) in [
        (Protocol::Kitty, "\x1b[2;3H\x1b_Ga=t"),
        (Protocol::Sixel { registers: 256 }, "\x1b[2;3H\x1bP0;1;0q"),
        (Protocol::Iterm2, "\x1b[2;3H\x1b]1337;File="),
    ] {
        let mut fixture = Fixture::new(protocol);
        let writes = fixture.draw(true, "");
        let [frame] = &writes[..] else { panic!("one write: {writes:?}") };
        assert!(
            frame.starts_with("\x1b[?2026h") && frame.ends_with("\x1b[2;2H\x1b[?25h\x1b[?2026l"),
            "{frame:?}"
        );
        let (text, image) = (frame.find("title").unwrap(), frame.find(begin).unwrap());
        assert!(text < image, "{frame:?}");
        assert_eq!(fixture.draw(true, ""), [""; 0], "nothing has changed");
        fixture.change();
        let writes = fixture.draw(true, "");
        assert!(writes.len() == 1 && !writes[0].contains("title"), "{writes:?}");
        assert!(writes[0].ends_with("\x1b[2;2H\x1b[?25h\x1b[?2026l"), "the cursor goes back: {writes:?}");
    }
}

#[test]
fn text_over_an_image_cuts_it_and_it_comes_back() {
    let mut kitty = Fixture::new(Protocol::Kitty);
    kitty.draw(true, "");
    let over = kitty.draw(true, "menu").concat();
    assert!(over.contains("menu") && over.contains("a=d,d=i") && !over.contains("a=t"), "{over:?}");
    assert_eq!(over.matches("a=p").count(), 4, "above, below, to the left and right: {over:?}");
    let back = kitty.draw(true, "").concat();
    assert!(!back.contains("menu") && back.matches("a=p").count() == 1, "{back:?}");

    let mut sixel = Fixture::new(Protocol::Sixel { registers: 256 });
    sixel.draw(true, "");
    let over = sixel.draw(true, "menu").concat();
    assert!(over.contains("menu") && !over.contains("\x1bP"), "the text alone: {over:?}");
    sixel.change();
    let changed = sixel.draw(true, "menu").concat();
    let (image, text) = (changed.find("\x1bP").unwrap(), changed.find("menu").map_or(0, |at| at));
    assert!(text == 0 || text > image, "what covers the image is written behind it: {changed:?}");
    let back = sixel.draw(true, "").concat();
    assert!(back.contains("\x1bP"), "{back:?}");
}

#[test]
fn a_row_of_text_in_a_changed_strip_is_written_behind_the_image() {
    let mut sixel = Fixture::new(Protocol::Sixel { registers: 256 });
    sixel.draw(true, "menu");
    sixel.source.0.lock().fill(Region { x: 0, y: 0, width: 128, height: 128 }, 0x0000_00ff);
    let changed = sixel.draw(true, "menu").concat();
    assert!(changed.rfind("\x1bP").unwrap() < changed.find("menu").unwrap(), "{changed:?}");
}

#[test]
fn an_image_that_is_not_wanted_any_more_is_deleted() {
    let mut kitty = Fixture::new(Protocol::Kitty);
    kitty.draw(true, "");
    let gone = kitty.draw(false, "").concat();
    assert!(gone.contains("a=d,d=I"), "{gone:?}");
    assert!(kitty.draw(false, "").is_empty());
    // Cells that an image was part of are written.
    let mut sixel = Fixture::new(Protocol::Sixel { registers: 256 });
    sixel.draw(true, "");
    let gone = sixel.draw(false, "").concat();
    assert!(gone.contains("\x1b[2;3H") && !gone.contains("\x1bP"), "{gone:?}");
}

#[test]
fn a_terminal_that_was_cleared_gets_everything_anew() {
    let mut kitty = Fixture::new(Protocol::Kitty);
    kitty.draw(true, "");
    kitty.screen.forget();
    let anew = kitty.draw(true, "").concat();
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
