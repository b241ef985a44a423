//! The clipboard: plain texts of Latin-1 (RFC 6143, 7.5.6 and 7.6.4), and the extended one of UTF-8 (rfbproto).

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::events::Event;
use super::outgoing;
use super::session::Session;
use crate::error::{ProtocolError, Result, malformed};
use crate::input::Reader;

/// The longest text that is taken and sent, in bytes.
pub(super) const MAX_TEXT_BYTES: u32 = 1 << 20;
/// The longest one that is skipped; a longer one ends the connection.
const MAX_SKIPPED_BYTES: u32 = 16 << 20;
/// Output that may wait for the wire before further requests for the text are dropped.
const MAX_WAITING_BYTES: usize = 4 << 20;

/// The format: text, UTF-8 with CR LF and a zero at its end.
const TEXT: u32 = 1;
const CAPS: u32 = 1 << 24;
const REQUEST: u32 = 1 << 25;
const PEEK: u32 = 1 << 26;
const NOTIFY: u32 = 1 << 27;
const PROVIDE: u32 = 1 << 28;

/// The extended clipboard of a connection.
#[derive(Debug, Default)]
pub(super) struct Clipboard {
    /// The actions and formats of the server; 0 until it has sent them, and for servers without.
    server: u32,
    /// The text that the server may ask for, compressed.
    offered: Option<Vec<u8>>,
}

/// What a message with a text is.
pub(super) enum Incoming {
    /// It was read.
    Read,
    /// Bytes are missing.
    Starved,
    /// So many bytes follow that are of no use.
    Skip(u64),
}

impl Session {
    /// Reads `ServerCutText` after its first byte.
    pub(super) fn read_cut_text(&mut self, reader: &mut Reader<'_>) -> Result<Incoming> {
        let Some([_, _, _, length @ ..]) = reader.array::<7>() else { return Ok(Incoming::Starved) };
        let signed = i32::from_be_bytes(length);
        let length = signed.unsigned_abs();
        if length > MAX_SKIPPED_BYTES {
            let length = u32::from_be_bytes(signed.to_be_bytes()).into();
            let limit = MAX_SKIPPED_BYTES.into();
            return Err(ProtocolError::TooLong { what: "a text for the clipboard", length, limit });
        }
        if length > MAX_TEXT_BYTES {
            self.events.push(Event::ClipboardTooLong(length.into()));
            return Ok(Incoming::Skip(length.into()));
        }
        let Some(body) = reader.take(length as usize) else { return Ok(Incoming::Starved) };
        if signed < 0 {
            self.extended_cut_text(body)?;
        } else {
            // The bytes of Latin-1 are the code points.
            self.events.push(Event::Clipboard(body.iter().map(|byte| char::from(*byte)).collect()));
        }
        Ok(Incoming::Read)
    }

    fn extended_cut_text(&mut self, body: &[u8]) -> Result<()> {
        let mut reader = Reader::new(body);
        let Some(flags) = reader.u32() else {
            return malformed("its message about the clipboard is too short");
        };
        if flags & CAPS != 0 {
            self.clipboard.server = flags;
            let size = MAX_TEXT_BYTES.to_be_bytes();
            let can = CAPS | REQUEST | PEEK | NOTIFY | PROVIDE | TEXT;
            outgoing::extended_cut_text(&mut self.output, can, &size);
        } else if flags & NOTIFY != 0 {
            if flags & TEXT != 0 {
                outgoing::extended_cut_text(&mut self.output, REQUEST | TEXT, &[]);
            }
        } else if flags & PEEK != 0 {
            let has = if self.clipboard.offered.is_some() { TEXT } else { 0 };
            outgoing::extended_cut_text(&mut self.output, NOTIFY | has, &[]);
        } else if flags & REQUEST != 0 {
            self.provide();
        } else if flags & (PROVIDE | TEXT) == PROVIDE | TEXT {
            let text = inflate_text(&body[reader.position()..])?;
            self.events.push(match text {
                Some(text) => Event::Clipboard(text),
                None => Event::ClipboardTooLong(u64::from(MAX_TEXT_BYTES) + 1),
            });
        }
        Ok(())
    }

    fn provide(&mut self) {
        if self.output.len() > MAX_WAITING_BYTES {
            return;
        }
        if let Some(body) = &self.clipboard.offered {
            outgoing::extended_cut_text(&mut self.output, PROVIDE | TEXT, body);
        }
    }

    /// See [`Client::cut_text`](super::Client::cut_text).
    pub(super) fn cut_text(&mut self, text: &str) -> bool {
        if text.len() > MAX_TEXT_BYTES as usize {
            return false;
        }
        if self.clipboard.server & NOTIFY != 0 {
            self.clipboard.offered = deflate_text(text);
            outgoing::extended_cut_text(&mut self.output, NOTIFY | TEXT, &[]);
            return true;
        }
        let latin1: Option<Vec<u8>> = text.chars().map(|it| u8::try_from(u32::from(it)).ok()).collect();
        if let Some(latin1) = &latin1 {
            outgoing::cut_text(&mut self.output, latin1);
        }
        latin1.is_some()
    }

    /// See [`Client::has_clipboard`](super::Client::has_clipboard).
    pub(super) fn has_clipboard(&self) -> bool {
        self.clipboard.server & NOTIFY != 0
    }
}

/// Inflates a text; `None` if it is too long.
fn inflate_text(compressed: &[u8]) -> Result<Option<String>> {
    let mut plain = Vec::new();
    let limit = u64::from(MAX_TEXT_BYTES) + 4;
    if ZlibDecoder::new(compressed).take(limit).read_to_end(&mut plain).is_err() && plain.len() < 4 {
        return malformed("its text for the clipboard is damaged");
    }
    let mut reader = Reader::new(&plain);
    let Some(length) = reader.u32() else { return malformed("its text for the clipboard is damaged") };
    if length > MAX_TEXT_BYTES {
        return Ok(None);
    }
    let Some(text) = reader.take(length as usize) else {
        return malformed("its text for the clipboard is shorter than announced");
    };
    let text = text.strip_suffix(b"\0").unwrap_or(text);
    Ok(Some(String::from_utf8_lossy(text).replace("\r\n", "\n")))
}

/// A text as it is provided; `None` if it becomes too long.
fn deflate_text(text: &str) -> Option<Vec<u8>> {
    let mut plain = text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes();
    plain.push(0);
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&u32::try_from(plain.len()).ok()?.to_be_bytes()).ok()?;
    encoder.write_all(&plain).ok()?;
    encoder.finish().ok()
}
