//! `FramebufferUpdate` (RFC 6143, 7.6.1): rectangles one after another.

use super::session::Session;
use crate::Region;
use crate::encodings::{Decoder, Target};
use crate::error::{Result, malformed};
use crate::input::Input;

/// Bytes of a rectangle's header.
const HEADER_BYTES: usize = 12;

/// An update that is being read.
#[derive(Debug)]
pub(super) struct Update {
    /// Rectangles that have not begun.
    left: u16,
    /// The one that has.
    decoder: Option<Decoder>,
}

impl Update {
    pub const fn new(rectangles: u16) -> Self {
        Self { left: rectangles, decoder: None }
    }

    /// Reads what is there; returns true at the end of the update.
    pub fn advance(&mut self, input: &mut Input, session: &mut Session) -> Result<bool> {
        loop {
            if let Some(decoder) = &mut self.decoder {
                let mut target = Target {
                    screen: &mut session.screen,
                    order: session.options.byte_order,
                    streams: &mut session.streams,
                };
                if !decoder.advance(input, &mut target)? {
                    return Ok(false);
                }
                self.decoder = None;
            }
            if self.left == 0 {
                return Ok(true);
            }
            let Some(header) = input.take_array::<HEADER_BYTES>() else { return Ok(false) };
            self.left -= 1;
            self.begin(header, session)?;
        }
    }

    fn begin(&mut self, header: [u8; HEADER_BYTES], session: &Session) -> Result<()> {
        let [x0, x1, y0, y1, w0, w1, h0, h1, number @ ..] = header;
        let [x, y, width, height] = [[x0, x1], [y0, y1], [w0, w1], [h0, h1]].map(u16::from_be_bytes);
        let region = Region { x, y, width, height };
        let number = i32::from_be_bytes(number);
        let Some(decoder) = Decoder::new(number, region) else {
            return malformed(format!("it sent encoding {number}, which was not asked for"));
        };
        let screen = session.screen.bounds();
        if region.right() > screen.right() || region.bottom() > screen.bottom() {
            return malformed(format!(
                "it sent {width}x{height} pixels at {x},{y}, outside of its screen of {}x{}",
                screen.width, screen.height
            ));
        }
        self.decoder = Some(decoder);
        Ok(())
    }
}
