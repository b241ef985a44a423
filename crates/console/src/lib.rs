//! Consoles of remote instances, without a screen to show them on: how one is opened, the session that runs it, and the
//! registry of all that are open.
//!
//! An [`Opener`] asks the platform and answers with bytes to read ([`Transport`]), with pixels ([`PixelTransport`]) or with
//! a page for another program ([`Page`]). A [`TerminalSession`] carries the bytes, a [`VncSession`] the pixels, and each is
//! a [`RemoteScreen`], which is all that a view needs.
//! [`Sessions`] keeps the open ones while no view shows them. A [`Passthrough`] carries the bytes as they are, for the
//! caller's own terminal.

mod open;
pub mod pictures;
pub mod recording;
mod registry;
mod remote_screen;
mod session;
pub mod ssh;
mod switching;
mod transport;
mod vnc;

#[cfg(test)]
mod tests;

pub use open::{Connector, Opened, Opener, Page};
pub use qdeck_terminal::input::InputModes;
pub use qdeck_terminal::{Cursor, CursorShape, Encoding, Line, Match, Place, Size, ViewRow};
pub use registry::{Mark, Marks, OpenConsole, SessionId, SessionOptions, Sessions, Wake};
pub use remote_screen::{PixelScreen, RecordableScreen, RemoteScreen, Retry, SessionState, TextScreen};
pub use session::{Passthrough, TerminalSession};
pub use switching::SwitchingSession;
pub use transport::{ByteStream, PixelTransport, ResizeReports, Transport};
pub use vnc::{VncSession, add_fonts, fonts};
