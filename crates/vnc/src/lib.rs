//! The screen of a machine by VNC, without I/O: the protocol's client, the pixels, what changed
//! of them, and the text that they show.
//!
//! A [`Client`] is fed with what the server sent and hands out what is to be sent; a caller that owns a connection carries
//! both. Its pixels are a [`Framebuffer`], of which any number of readers find by themselves what is new. Nothing here
//! reads a clock, and everything that a server announces is bounded before memory is taken for it.
//!
//! The protocol is that of [RFC 6143](https://www.rfc-editor.org/rfc/rfc6143) with the extensions that
//! [rfbproto](https://github.com/rfbproto/rfbproto) collects.

mod client;
mod cursor;
pub mod draw;
mod encodings;
mod error;
mod format;
mod framebuffer;
mod input;
pub mod keys;
pub mod text;

pub use client::{Client, Event, LockKeys, Options, SizeAnswer};
pub use cursor::CursorImage;
pub use encodings::Encoding;
pub use error::ProtocolError;
pub use format::ByteOrder;
pub use framebuffer::{BLOCK, Framebuffer, Generation, Region};
pub use keys::Keysym;

/// The longest side of a screen that is shown, in pixels: 8192x8192 take 256 MiB.
pub const MAX_SIDE: u16 = 8192;
