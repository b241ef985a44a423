//! The size of the machine's screen as this client asks for it (`SetDesktopSize` and `ExtendedDesktopSize`, rfbproto).

use super::events::Event;
use super::outgoing;
use super::session::Session;
use crate::error::Result;
use crate::input::Reader;
use crate::{MAX_SIDE, Region};

/// Bytes of a screen in a layout.
const SCREEN_BYTES: usize = 16;

/// The answer of a server to a request for another size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeAnswer {
    /// The screen has it.
    Granted,
    /// The server lets no client change it: status 1.
    Prohibited,
    /// The server has not the memory for it: status 2.
    OutOfResources,
    /// The server does not take such a layout: status 3. QEMU answers so for displays whose size is not the host's to choose.
    InvalidLayout,
    /// The machine was asked, and may change the size by and by: status 4.
    Forwarded,
    /// A status that the protocol does not have.
    Unknown(u16),
}

impl SizeAnswer {
    const fn from_status(status: u16) -> Self {
        match status {
            0 => Self::Granted,
            1 => Self::Prohibited,
            2 => Self::OutOfResources,
            3 => Self::InvalidLayout,
            4 => Self::Forwarded,
            other => Self::Unknown(other),
        }
    }
}

/// What is known of the server's layout.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The id and the flags of its first screen; `None` before the server has sent a layout.
    first: Option<([u8; 4], [u8; 4])>,
    /// The size that was asked for and not answered yet.
    asked: Option<(u16, u16)>,
}

impl Session {
    /// See [`Client::can_set_size`](super::Client::can_set_size).
    pub(super) const fn can_set_size(&self) -> bool {
        self.layout.first.is_some()
    }

    /// See [`Client::set_size`](super::Client::set_size).
    pub(super) fn set_size(&mut self, width: u16, height: u16) -> bool {
        let is_possible = (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height);
        let Some((id, flags)) = self.layout.first.filter(|_| is_possible) else { return false };
        self.layout.asked = Some((width, height));
        outgoing::set_desktop_size(&mut self.output, (width, height), id, flags);
        true
    }

    /// Reads the rest of a rectangle of `ExtendedDesktopSize`: its x is who asked, its y the status. `None` where bytes are
    /// missing.
    pub(super) fn read_extended_size(
        &mut self,
        region: Region,
        reader: &mut Reader<'_>,
    ) -> Result<Option<()>> {
        let Some([count, ..]) = reader.array::<4>() else { return Ok(None) };
        let Some(screens) = reader.take(usize::from(count) * SCREEN_BYTES) else { return Ok(None) };
        // A layout without screens still says that the server has them; the id is this client's to choose then.
        self.layout.first = Some(match screens.as_chunks().0 {
            [id, _place, _size, flags, ..] => (*id, *flags),
            _ => <([u8; 4], [u8; 4])>::default(),
        });
        // Only an answer to this client may be a failure, after which the size is as it was.
        let is_answer = region.x == 1;
        if !is_answer || region.y == 0 {
            self.resize(region.width, region.height)?;
        }
        if is_answer && let Some((width, height)) = self.layout.asked.take() {
            let answer = SizeAnswer::from_status(region.y);
            self.events.push(Event::SizeAnswered { width, height, answer });
        }
        Ok(Some(()))
    }
}
