//! The messages of the server (RFC 6143, 7.6).

use super::clipboard::Incoming;
use super::events::Event;
use super::outgoing;
use super::session::Session;
use super::update::Update;
use crate::error::{Result, malformed};
use crate::input::Input;

/// The longest payload of a fence, in bytes.
const MAX_FENCE_BYTES: u8 = 64;
/// The bit of a fence that asks for one in answer.
const FENCE_REQUEST: u32 = 1 << 31;
/// The bits of a fence that an answer may have: block before, block after, and synchronise with the next message. This
/// client reads one message after another, so that it always does all of them.
const FENCE_FLAGS: u32 = 7;

/// The message that is being read.
#[derive(Debug, Default)]
pub(super) enum Messages {
    /// None has begun.
    #[default]
    Between,
    Update(Update),
    /// Bytes that are of no use.
    Skip(u64),
}

impl Messages {
    pub const fn is_within_update(&self) -> bool {
        matches!(self, Self::Update(_))
    }

    /// Takes one step; returns false where bytes are missing for it.
    pub fn advance(&mut self, input: &mut Input, session: &mut Session) -> Result<bool> {
        match self {
            Self::Between => {
                let Some(next) = begin(input, session)? else { return Ok(false) };
                *self = next;
            }
            Self::Update(update) => {
                if !update.advance(input, session)? {
                    return Ok(false);
                }
                session.end_update();
                *self = Self::Between;
            }
            Self::Skip(left) => {
                let length = input.available().len();
                let skipped = usize::try_from(*left).unwrap_or(usize::MAX).min(length);
                input.consume(skipped);
                *left -= skipped as u64;
                if *left > 0 {
                    return Ok(false);
                }
                *self = Self::Between;
            }
        }
        Ok(true)
    }
}

/// Reads the start of a message, or a short one whole; `None` where bytes are missing.
fn begin(input: &mut Input, session: &mut Session) -> Result<Option<Messages>> {
    let mut reader = input.reader();
    let Some(kind) = reader.u8() else { return Ok(None) };
    let next = match kind {
        0 => {
            let Some([_, high, low]) = reader.array() else { return Ok(None) };
            Messages::Update(Update::new(u16::from_be_bytes([high, low]), session.screen.bounds()))
        }
        // SetColourMapEntries: pixels of true colour have none.
        1 => {
            let Some([_, _, _, high, low]) = reader.array() else { return Ok(None) };
            Messages::Skip(u64::from(u16::from_be_bytes([high, low])) * 6)
        }
        2 => {
            session.events.push(Event::Bell);
            Messages::Between
        }
        3 => match session.read_cut_text(&mut reader)? {
            Incoming::Read => Messages::Between,
            Incoming::Skip(length) => Messages::Skip(length),
            Incoming::Starved => return Ok(None),
        },
        150 => {
            session.continuous_updates_ended();
            Messages::Between
        }
        248 => {
            let (Some(_), Some(flags), Some(length)) = (reader.take(3), reader.u32(), reader.u8()) else {
                return Ok(None);
            };
            if length > MAX_FENCE_BYTES {
                return malformed(format!("it sent a fence of {length} bytes"));
            }
            let Some(payload) = reader.take(length.into()) else { return Ok(None) };
            if flags & FENCE_REQUEST != 0 {
                outgoing::fence(&mut session.output, flags & FENCE_FLAGS, payload);
            }
            Messages::Between
        }
        other => return malformed(format!("it sent message {other}, which was not asked for")),
    };
    let used = reader.position();
    input.consume(used);
    Ok(Some(next))
}
