//! `FramebufferUpdate` (RFC 6143, 7.6.1): rectangles one after another.

use super::extensions::{Extension, Read};
use super::session::Session;
use crate::encodings::{Decoder, Encoding, Target, within};
use crate::error::{Result, malformed};
use crate::input::Input;
use crate::{MAX_SIDE, Region};

/// Bytes of a rectangle's header.
const HEADER_BYTES: usize = 12;
/// How often one update may draw all of the screen. Servers do it once; a rectangle of one colour takes 16 bytes, so that
/// without a bound a few of them would keep the client busy for minutes.
const MAX_REDRAWS: u64 = 8;
/// Pixels beyond that, for updates that make a small screen a large one: twice the largest there is.
const MIN_BUDGET: u64 = 2 * (MAX_SIDE as u64).pow(2);

/// An update that is being read.
#[derive(Debug)]
pub(super) struct Update {
    /// Rectangles that have not begun.
    left: u16,
    /// Pixels that they may still draw.
    budget: u64,
    /// The one that has.
    current: Option<Rectangle>,
}

#[derive(Debug)]
enum Rectangle {
    Pixels(Decoder, Encoding, Region),
    Extension(Extension, Region),
}

impl Update {
    pub const fn new(rectangles: u16, screen: Region) -> Self {
        let budget = MIN_BUDGET + MAX_REDRAWS * screen.area();
        Self { left: rectangles, budget, current: None }
    }

    /// Reads what is there; returns true at the end of the update.
    pub fn advance(&mut self, input: &mut Input, session: &mut Session) -> Result<bool> {
        loop {
            match &mut self.current {
                Some(Rectangle::Pixels(decoder, encoding, region)) => {
                    let mut target = Target {
                        screen: &mut session.screen,
                        order: session.options.byte_order,
                        streams: &mut session.streams,
                    };
                    if !decoder.advance(input, &mut target)? {
                        return Ok(false);
                    }
                    session.pixels.add(*encoding, region.area());
                }
                Some(Rectangle::Extension(extension, region)) => {
                    match extension.read(*region, input, session)? {
                        Some(Read::Done) => {}
                        Some(Read::Last) => self.left = 0,
                        None => return Ok(false),
                    }
                }
                None => {}
            }
            self.current = None;
            if self.left == 0 {
                return Ok(true);
            }
            let Some(header) = input.take_array() else { return Ok(false) };
            self.left -= 1;
            self.current = Some(self.begin(header, session)?);
        }
    }

    fn begin(&mut self, header: [u8; HEADER_BYTES], session: &Session) -> Result<Rectangle> {
        let [x0, x1, y0, y1, w0, w1, h0, h1, number @ ..] = header;
        let [x, y, width, height] = [[x0, x1], [y0, y1], [w0, w1], [h0, h1]].map(u16::from_be_bytes);
        let region = Region { x, y, width, height };
        let number = i32::from_be_bytes(number);
        let rectangle = if let Some(encoding) = Encoding::from_number(number) {
            let region = within(region, session.screen.bounds())?;
            Rectangle::Pixels(Decoder::new(encoding, region), encoding, region)
        } else if let Some(extension) = Extension::from_number(number) {
            Rectangle::Extension(extension, region)
        } else {
            return malformed(format!("it sent encoding {number}, which was not asked for"));
        };
        // A screen that is too large is refused by its size.
        let is_believable = width <= MAX_SIDE && height <= MAX_SIDE;
        if rectangle.draws() && is_believable {
            let Some(budget) = self.budget.checked_sub(region.area()) else {
                return malformed("it draws the same pixels again and again in one update");
            };
            self.budget = budget;
        }
        Ok(rectangle)
    }
}

impl Rectangle {
    /// True if it takes work in proportion to its size.
    const fn draws(&self) -> bool {
        match self {
            Self::Pixels(..) => true,
            Self::Extension(extension, _) => extension.resizes(),
        }
    }
}
