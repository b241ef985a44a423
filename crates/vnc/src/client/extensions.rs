//! The pseudo-encodings: rectangles that are no pixels (RFC 6143, 7.8, and rfbproto).

use super::events::{Event, LockKeys};
use super::session::{Session, check_name, readable};
use crate::cursor;
use crate::error::{ProtocolError, Result};
use crate::input::Input;
use crate::{CursorImage, Region};

/// What is announced, beside the encodings of pixels.
const ANNOUNCED: [Extension; 8] = [
    Extension::AlphaCursor,
    Extension::Cursor,
    Extension::ExtendedDesktopSize,
    Extension::DesktopSize,
    Extension::LastRect,
    Extension::ExtendedKeys,
    Extension::LockKeys,
    Extension::Name,
];
/// Three more that no rectangle has.
const FENCE: i32 = -312;
const CONTINUOUS_UPDATES: i32 = -313;
const EXTENDED_CLIPBOARD: i32 = 0xc0a1_e5ce_u32.cast_signed();
/// Compression levels are 0 to 9 from this on.
const COMPRESSION_LEVEL: i32 = -256;

/// A pseudo-encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extension {
    Cursor,
    AlphaCursor,
    DesktopSize,
    ExtendedDesktopSize,
    LastRect,
    ExtendedKeys,
    LockKeys,
    Name,
}

/// What is left to do once a rectangle of an extension was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    Done,
    /// It was the last rectangle of its update.
    Last,
}

impl Extension {
    const fn number(self) -> i32 {
        match self {
            Self::DesktopSize => -223,
            Self::LastRect => -224,
            Self::Cursor => -239,
            Self::ExtendedKeys => -258,
            Self::LockKeys => -261,
            Self::Name => -307,
            Self::ExtendedDesktopSize => -308,
            Self::AlphaCursor => -314,
        }
    }

    pub fn from_number(number: i32) -> Option<Self> {
        ANNOUNCED.into_iter().find(|extension| extension.number() == number)
    }

    /// The numbers for `SetEncodings`. `TigerVNC` takes continuous updates only beside fences.
    pub fn announced(compression: u8) -> impl Iterator<Item = i32> {
        let level = COMPRESSION_LEVEL + i32::from(compression.min(9));
        ANNOUNCED.into_iter().map(Self::number).chain([FENCE, CONTINUOUS_UPDATES, EXTENDED_CLIPBOARD, level])
    }

    /// True if it gives the screen another size.
    pub const fn resizes(self) -> bool {
        matches!(self, Self::DesktopSize | Self::ExtendedDesktopSize)
    }

    /// Reads a rectangle; `None` where bytes are missing.
    pub fn read(self, region: Region, input: &mut Input, session: &mut Session) -> Result<Option<Read>> {
        let Region { x, y, width, height } = region;
        let mut reader = input.reader();
        match self {
            Self::LastRect => return Ok(Some(Read::Last)),
            // An announcement that the server takes such events.
            Self::ExtendedKeys => session.has_extended_keys = true,
            Self::DesktopSize => session.resize(width, height)?,
            Self::ExtendedDesktopSize => {
                if session.read_extended_size(region, &mut reader)?.is_none() {
                    return Ok(None);
                }
            }
            Self::LockKeys => {
                let Some(bits) = reader.u8() else { return Ok(None) };
                session.lock_keys = Some(LockKeys::from_bits(bits));
                session.events.push(Event::LockKeys);
            }
            Self::Name => {
                let Some(length) = reader.u32() else { return Ok(None) };
                check_name(length)?;
                let Some(name) = reader.take(length as usize) else { return Ok(None) };
                session.name = readable(name);
                session.events.push(Event::Named);
            }
            Self::Cursor | Self::AlphaCursor => {
                check_cursor(region)?;
                let read = match self {
                    Self::Cursor => cursor::read_masked(&mut reader, region, session.options.byte_order),
                    // QEMU sends them in the order of its own memory, blue first.
                    _ => cursor::read_alpha(&mut reader, region, session.name.starts_with("QEMU"))?,
                };
                let Some(pixels) = read else { return Ok(None) };
                session.cursor = Some(CursorImage { width, height, hotspot: (x, y), pixels });
                session.events.push(Event::Cursor);
            }
        }
        let used = reader.position();
        input.consume(used);
        Ok(Some(Read::Done))
    }
}

fn check_cursor(region: Region) -> Result<()> {
    let limit = u64::from(cursor::MAX_SIDE).pow(2);
    if region.width > cursor::MAX_SIDE || region.height > cursor::MAX_SIDE {
        let length = u64::from(region.width) * u64::from(region.height) * 4;
        return Err(ProtocolError::TooLong { what: "a pointer", length, limit: limit * 4 });
    }
    Ok(())
}
