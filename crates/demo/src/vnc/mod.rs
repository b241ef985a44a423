//! The screens of machines by VNC, as a hypervisor serves them: an RFB server over the terminal of a machine's shell.
//!
//! Written from [RFC 6143](https://www.rfc-editor.org/rfc/rfc6143) and the community's
//! [rfbproto](https://github.com/rfbproto/rfbproto).
//!
//! ```text
//!  shell ─▶ terminal (vt100) ─▶ text screen: cells ─▶ what differs from what was sent ─▶ pixels ─▶ Raw or ZRLE ─▶ websocket
//!  shell ◀─ keys ◀─ keysyms ◀─ client's messages ◀──────────────────────────────────────────────────────────── websocket
//! ```

mod colors;
mod encoding;
mod font;
mod keys;
mod pixel_format;
mod protocol;
mod screen;
mod viewer;

pub(crate) use viewer::{Viewer, upgrade};

/// A rectangle of the screen in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rectangle {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}
