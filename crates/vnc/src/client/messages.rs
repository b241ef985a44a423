//! The messages of the server (RFC 6143, 7.6).

use super::events::Event;
use super::session::Session;
use super::update::Update;
use crate::error::{ProtocolError, Result, malformed};
use crate::input::Input;

/// The longest text for the clipboard that is taken, in bytes.
const MAX_CLIPBOARD_BYTES: u32 = 1 << 20;
/// The longest one that is skipped; a longer one ends the connection.
const MAX_SKIPPED_CLIPBOARD_BYTES: u32 = 16 << 20;

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
            Messages::Update(Update::new(u16::from_be_bytes([high, low])))
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
        3 => {
            let (Some(_), Some(length)) = (reader.take(3), reader.u32()) else { return Ok(None) };
            if length > MAX_SKIPPED_CLIPBOARD_BYTES {
                let (length, limit) = (length.into(), MAX_SKIPPED_CLIPBOARD_BYTES.into());
                return Err(ProtocolError::TooLong { what: "a text for the clipboard", length, limit });
            }
            if length > MAX_CLIPBOARD_BYTES {
                session.events.push(Event::ClipboardTooLong(length.into()));
                Messages::Skip(length.into())
            } else {
                let Some(text) = reader.take(length as usize) else { return Ok(None) };
                // It is Latin-1, whose bytes are the code points.
                session.events.push(Event::Clipboard(text.iter().map(|byte| char::from(*byte)).collect()));
                Messages::Between
            }
        }
        other => return malformed(format!("it sent message {other}, which was not asked for")),
    };
    let used = reader.position();
    input.consume(used);
    Ok(Some(next))
}
