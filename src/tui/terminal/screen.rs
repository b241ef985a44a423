//! The frame that the terminal shows now and the next one; only the difference is sent.

use std::io::{self, Write};

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::terminal::{Clear, ClearType};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr as _;

use super::Abilities;
use super::frame::FrameWriter;
use super::painter::{Painter, is_uncertain};
use super::pictures::{Picture, Pictures};
use crate::console::pictures::PictureWorker;
use crate::vnc::draw::Protocol;

/// Two buffers and a writer. Unlike `ratatui::Terminal` it writes nothing at all when nothing changed.
pub struct Screen<W: Write> {
    out: FrameWriter<W>,
    painter: Painter,
    pictures: Pictures,
    shown: Buffer,
    next: Buffer,
    cursor: Option<Position>,
    /// Nothing is known of what the terminal shows: clear it first.
    blank: bool,
}

impl<W: Write> Screen<W> {
    /// A screen of this size on a terminal with these abilities, about to be drawn for the first time.
    pub fn new(out: W, columns: u16, rows: u16, abilities: Abilities) -> Self {
        let area = Rect::new(0, 0, columns, rows);
        Self {
            out: FrameWriter::new(out),
            painter: Painter::new(abilities),
            pictures: Pictures::default(),
            shown: Buffer::empty(area),
            next: Buffer::empty(area),
            cursor: None,
            blank: true,
        }
    }

    /// The same with images that this worker computes.
    #[must_use]
    pub fn with_pictures(self, worker: PictureWorker) -> Self {
        Self { pictures: Pictures::computed_by(worker), ..self }
    }

    /// Forgets what the terminal shows, so that the next frame is drawn whole.
    pub fn forget(&mut self) {
        self.blank = true;
    }

    /// Sets the protocol of images; `None` where there are none.
    pub fn set_protocol(&mut self, protocol: Option<Protocol>) {
        self.blank |= self.pictures.set_protocol(protocol);
    }

    /// Takes a new size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let area = Rect::new(0, 0, columns, rows);
        if area != self.next.area {
            self.shown = Buffer::empty(area);
            self.next = Buffer::empty(area);
            self.blank = true;
        }
    }

    /// Has the rows drawn whole that change and show a cluster now or did before: a difference would leave parts of it. And
    /// has drawn anew what is beside a wide character that goes: terminals clear its other half in their own ways.
    fn forget_uncertain_cells(&mut self) {
        let width = usize::from(self.next.area.width).max(1);
        let rows = self.shown.content.chunks_mut(width).zip(self.next.content.chunks(width));
        for (shown, next) in rows {
            // Most rows are letters of one byte.
            let is_long = |cell: &Cell| cell.symbol().len() > 1;
            let was_long = shown.iter().any(is_long);
            if !was_long && !next.iter().any(is_long) {
                continue;
            }
            if shown.iter().chain(next).any(is_uncertain) && shown != next {
                shown.iter_mut().for_each(forget);
            } else if was_long {
                forget_halves(shown, next);
            }
        }
    }

    /// Draws a frame with `draw`, which returns where the cursor belongs, and sends the difference in one write.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, draw: impl FnOnce(Rect, &mut Buffer) -> Option<Position>) -> io::Result<()> {
        self.draw_with_pictures(|area, buf| (draw(area, buf), Vec::new()))
    }

    /// Draws a frame with images: `draw` returns them beside the cursor.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw_with_pictures(
        &mut self,
        draw: impl FnOnce(Rect, &mut Buffer) -> (Option<Position>, Vec<Picture>),
    ) -> io::Result<()> {
        let area = self.next.area;
        self.next.reset();
        let (cursor, wanted) = draw(area, &mut self.next);
        let cursor = cursor.filter(|at| area.contains(*at));
        let first = std::mem::take(&mut self.blank);
        if first {
            self.shown.reset();
            queue!(self.out, Hide)?;
            queue!(self.out, Clear(ClearType::All))?;
            self.pictures.clear(self.out.bytes());
            self.cursor = None;
        }
        self.forget_uncertain_cells();
        let cells = self.shown.diff(&self.next);
        let mut changed = !cells.is_empty();
        if changed {
            if self.cursor.is_some() {
                queue!(self.out, Hide)?;
            }
            self.painter.paint(&cells, &self.next, self.out.bytes());
        }
        let before = self.out.bytes().len();
        self.pictures.draw(&wanted, &self.next, &cells, &mut self.painter, self.out.bytes());
        changed |= self.out.bytes().len() > before;
        if changed || cursor != self.cursor {
            match cursor {
                Some(at) => {
                    queue!(self.out, MoveTo(at.x, at.y), Show)?;
                }
                None if self.cursor.is_some() => queue!(self.out, Hide)?,
                None => {}
            }
            self.cursor = cursor;
        }
        std::mem::swap(&mut self.shown, &mut self.next);
        self.out.flush()
    }
}

/// Forgets the cells behind wide characters that go.
fn forget_halves(shown: &mut [Cell], next: &[Cell]) {
    let mut was_wide = false;
    for (shown, next) in shown.iter_mut().zip(next) {
        let is_wide = shown.symbol().len() > 1 && shown.symbol().width() > 1 && shown != next;
        if std::mem::replace(&mut was_wide, is_wide) {
            forget(shown);
        }
    }
}

/// Makes a cell differ from any that is drawn: none is empty.
fn forget(cell: &mut Cell) {
    cell.set_symbol("");
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use ratatui::style::Style;

    use super::*;

    /// Remembers each write.
    #[derive(Clone, Default)]
    struct Writes(Rc<RefCell<Vec<Vec<u8>>>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn put(text: &'static str) -> impl FnOnce(Rect, &mut Buffer) -> Option<Position> {
        move |_, buf| {
            buf.set_string(0, 0, text, Style::new());
            None
        }
    }

    #[test]
    fn one_write_a_frame_and_none_when_nothing_changed() {
        let writes = Writes::default();
        let mut screen = Screen::new(writes.clone(), 20, 3, Abilities::ALL);
        screen.draw(put("hello")).unwrap();
        assert_eq!(writes.0.borrow().len(), 1);
        screen.draw(put("hello")).unwrap();
        assert_eq!(writes.0.borrow().len(), 1, "an unchanged frame writes nothing");
        screen.draw(put("hullo")).unwrap();
        let last = String::from_utf8(writes.0.borrow().last().unwrap().clone()).unwrap();
        assert!(last.starts_with("\x1b[?2026h") && last.ends_with("\x1b[?2026l"), "{last:?}");
        assert!(last.contains('u') && !last.contains("hullo"), "{last:?}");
    }

    #[test]
    fn a_frame_larger_than_the_room_is_still_one_write() {
        let writes = Writes::default();
        let mut screen = Screen::new(writes.clone(), 500, 200, Abilities::ALL);
        screen
            .draw(|area, buf| {
                for y in 0..area.height {
                    buf.set_string(0, y, "x".repeat(500), Style::new());
                }
                None
            })
            .unwrap();
        assert_eq!(writes.0.borrow().len(), 1);
        assert!(writes.0.borrow()[0].len() > 64 * 1024);
    }

    #[test]
    fn the_cursor_is_shown_moved_and_hidden_only_when_it_changes() {
        let writes = Writes::default();
        let mut screen = Screen::new(writes.clone(), 20, 3, Abilities::ALL);
        screen.draw(|_, _| Some(Position::new(2, 1))).unwrap();
        screen.draw(|_, _| Some(Position::new(2, 1))).unwrap();
        assert_eq!(writes.0.borrow().len(), 1);
        screen.draw(|_, _| None).unwrap();
        let last = String::from_utf8(writes.0.borrow().last().unwrap().clone()).unwrap();
        assert!(last.contains("\x1b[?25l"), "{last:?}");
    }

    /// The screen of a terminal that draws each character of a flag by itself, after these frames.
    fn seen_after(frames: &[&'static str]) -> String {
        let writes = Writes::default();
        let mut screen = Screen::new(writes.clone(), 20, 2, Abilities::ALL);
        let size = |cells| std::num::NonZeroU16::new(cells).unwrap();
        let mut terminal = vt100::Parser::new(size(2), size(20), 0);
        for frame in frames {
            screen.draw(put(frame)).unwrap();
        }
        for bytes in writes.0.borrow().iter() {
            terminal.process(bytes);
        }
        terminal.screen().contents()
    }

    #[test]
    fn a_flag_leaves_nothing_behind_when_it_goes() {
        assert_eq!(seen_after(&["abc🇳🇱d-51", "p1"]).trim_end(), "p1");
        assert_eq!(seen_after(&["p1", "abc🇳🇱d-51", "abcde"]).trim_end(), "abcde");
        assert_eq!(seen_after(&["e\u{301}🇳🇱🇳🇱x", "日本"]).trim_end(), "日本");
    }

    #[test]
    fn the_smallest_terminals_do_not_panic() {
        for (columns, rows) in [(0, 0), (1, 1), (1, 0)] {
            let writes = Writes::default();
            let mut screen = Screen::new(writes.clone(), columns, rows, Abilities::ALL);
            screen.draw(|_, _| Some(Position::new(0, 0))).unwrap();
            screen.resize(3, 1);
            screen.draw(|_, _| None).unwrap();
            assert_eq!(writes.0.borrow().len(), 2, "each begins anew with a clear");
        }
    }
}
