//! The client's end of a VNC connection, without the connection.

mod clipboard;
mod events;
mod extensions;
mod handshake;
mod messages;
mod outgoing;
mod pace;
mod password;
mod session;
mod size;
mod update;

#[cfg(test)]
mod tests;

use zeroize::Zeroizing;

pub use events::{Event, LockKeys};
pub use size::SizeAnswer;

use crate::error::{Result, malformed};
use crate::input::Input;
use crate::{ByteOrder, CursorImage, Encoding, Framebuffer, Keysym, ProtocolError};
use extensions::Extension;
use handshake::Handshake;
use messages::Messages;
use session::Session;

/// Bytes that are parsed at a time, so that what waits for its rest stays small.
const FEED_SLICE_BYTES: usize = 64 << 10;
/// Output that may wait for the wire: texts for the clipboard, and what a long wait adds of keys and motions of the pointer.
const MAX_WAITING_OUTPUT_BYTES: usize = 16 << 20;
/// The receive buffer above which its memory is given back.
const MAX_KEPT_INPUT_BYTES: usize = 1 << 20;

/// Settings of a connection.
#[derive(Clone)]
pub struct Options {
    /// The password for the security type `VNC password`, of which the protocol uses eight bytes.
    pub password: Option<Zeroizing<String>>,
    /// True to let other viewers of the same screen stay connected.
    pub shared: bool,
    /// The order of the bytes of pixels that is asked for.
    pub byte_order: ByteOrder,
    /// The encodings that are announced for pixels, the best first; see [`Encoding`].
    pub encodings: Vec<Encoding>,
    /// The effort that the server spends on compression, 0 to 9.
    pub compression: u8,
}

impl Options {
    /// The numbers for `SetEncodings`.
    fn announced(&self) -> Vec<i32> {
        let pixels = self.encodings.iter().map(|encoding| encoding.number());
        pixels.chain(Extension::announced(self.compression)).collect()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            password: None,
            shared: true,
            byte_order: ByteOrder::default(),
            encodings: Encoding::ALL.to_vec(),
            compression: 2,
        }
    }
}

/// The client's end of a VNC connection.
///
/// ```
/// use qdeck_vnc::{Client, Options};
///
/// let mut client = Client::new(Options::default());
/// client.feed(b"RFB 003.008\n")?;
/// assert_eq!(client.take_output(), b"RFB 003.008\n");
/// # Ok::<(), qdeck_vnc::ProtocolError>(())
/// ```
pub struct Client {
    input: Input,
    phase: Phase,
    session: Session,
}

enum Phase {
    Handshake(Handshake),
    Messages(Messages),
    Failed(ProtocolError),
}

impl Client {
    /// A client for a new connection, before its first byte.
    pub fn new(options: Options) -> Self {
        Self::with_framebuffer(options, Framebuffer::new(0, 0))
    }

    /// A client for another connection to a screen whose last picture is known: it stays until the server sends a new
    /// one, and its generations go on.
    pub fn with_framebuffer(options: Options, framebuffer: Framebuffer) -> Self {
        Self {
            input: Input::default(),
            phase: Phase::Handshake(Handshake::new()),
            session: Session::new(options, framebuffer),
        }
    }

    /// Takes bytes that the server sent. What is to be sent in answer is in [`Client::take_output`] then.
    ///
    /// # Errors
    /// The server broke the protocol, or wants what this client does not have. The connection is of no more use; every
    /// further call returns the same.
    pub fn feed(&mut self, bytes: &[u8]) -> std::result::Result<(), ProtocolError> {
        for slice in bytes.chunks(FEED_SLICE_BYTES) {
            if let Phase::Failed(error) = &self.phase {
                return Err(error.clone());
            }
            self.input.push(slice);
            if let Err(error) = self.parse().and_then(|()| self.check_output()) {
                self.phase = Phase::Failed(error.clone());
                self.input = Input::default();
                self.session.output = Vec::new();
                return Err(error);
            }
        }
        if self.input.available().is_empty() && self.input.capacity() > MAX_KEPT_INPUT_BYTES {
            self.input = Input::default();
        }
        Ok(())
    }

    /// Parses until something is missing.
    fn parse(&mut self) -> Result<()> {
        loop {
            match &mut self.phase {
                Phase::Handshake(handshake) => {
                    if !handshake.advance(&mut self.input, &mut self.session)? {
                        return Ok(());
                    }
                    if handshake.is_done() {
                        self.phase = Phase::Messages(Messages::default());
                    }
                }
                Phase::Messages(messages) => {
                    if !messages.advance(&mut self.input, &mut self.session)? {
                        return Ok(());
                    }
                }
                Phase::Failed(_) => return Ok(()),
            }
        }
    }

    /// Refuses a server that asks for answers, such as fences, and reads none of them: they would take all memory.
    fn check_output(&self) -> Result<()> {
        if self.session.output.len() > MAX_WAITING_OUTPUT_BYTES {
            return malformed("it asks for answers without end, and reads none of them");
        }
        Ok(())
    }

    /// Takes the bytes that are to be sent.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.session.output)
    }

    /// Takes what happened since the last call.
    pub fn take_events(&mut self) -> Vec<Event> {
        self.session.events.take()
    }

    /// True once the screen's size is known and updates are asked for.
    pub fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Messages(_))
    }

    /// True while an update has begun and not ended: some of the pixels are of the picture before.
    pub fn is_within_update(&self) -> bool {
        matches!(&self.phase, Phase::Messages(messages) if messages.is_within_update())
    }

    /// The pixels.
    pub fn framebuffer(&self) -> &Framebuffer {
        &self.session.screen
    }

    /// The number of pixels that have come in an encoding over this connection, those that came again counted again.
    pub const fn pixels_in(&self, encoding: Encoding) -> u64 {
        self.session.pixels.of(encoding)
    }

    /// The pixels, for the client of the next connection.
    pub fn into_framebuffer(self) -> Framebuffer {
        self.session.screen
    }

    /// The shape of the pointer, where the server has set one.
    pub fn cursor(&self) -> Option<&CursorImage> {
        self.session.cursor.as_ref()
    }

    /// The name of the screen, readable: without control characters.
    pub fn name(&self) -> &str {
        &self.session.name
    }

    /// The lock keys that are on, where the server reports them.
    pub fn lock_keys(&self) -> Option<LockKeys> {
        self.session.lock_keys
    }

    /// Asks for what has changed since the last update, if no request is on its way: to be called when the last update
    /// has been used, so that a slow reader gets fewer of them.
    pub fn request_update(&mut self) {
        if self.is_running() {
            self.session.request_update();
        }
    }

    /// Asks for what has changed, even if a request is on its way: a server may have dropped it. To be called after a
    /// second without an update.
    pub fn repeat_request(&mut self) {
        if self.is_running() {
            self.session.repeat_request();
        }
    }

    /// Asks for the whole screen.
    pub fn refresh(&mut self) {
        if self.is_running() {
            self.session.refresh();
        }
    }

    /// Returns true if the server takes requests for another size of the screen.
    pub const fn can_set_size(&self) -> bool {
        self.session.can_set_size()
    }

    /// Asks the server for a screen of this size, of one monitor. It answers with [`Event::SizeAnswered`]. Returns false if it
    /// takes no such requests, or the size is none that a screen may have.
    pub fn set_size(&mut self, width: u16, height: u16) -> bool {
        self.is_running() && self.session.set_size(width, height)
    }

    /// Presses or releases a key: by its keysym, and by the position on a keyboard, as the code that an XT keyboard sends
    /// (`0xe0` before it is `0x80` in it), where that is known.
    pub fn key(&mut self, keysym: Keysym, position: Option<u8>, down: bool) {
        if self.is_running() {
            self.session.key(keysym, position, down);
        }
    }

    /// Releases all keys that are pressed, and the buttons of the pointer.
    pub fn release_all(&mut self) {
        if self.is_running() {
            self.session.release_all();
        }
    }

    /// Moves the pointer to a pixel and sets its buttons: bit 0 is the left one, 1 the middle, 2 the right, and 3 to 6 are
    /// presses of the wheel up, down, left and right.
    pub fn pointer(&mut self, x: u16, y: u16, buttons: u8) {
        if self.is_running() {
            self.session.pointer(x, y, buttons);
        }
    }

    /// The pixel that the pointer was last moved to.
    pub fn pointer_position(&self) -> (u16, u16) {
        self.session.pointer_position()
    }

    /// Puts a text into the machine's clipboard. Returns false if it cannot: the text is longer than 1 MiB, or the server
    /// takes Latin-1 only and the text has other characters.
    pub fn cut_text(&mut self, text: &str) -> bool {
        self.is_running() && self.session.cut_text(text)
    }

    /// True if the server takes any text into the machine's clipboard, and reports what it did with it. Others may take
    /// texts of Latin-1 or drop them without notice.
    pub fn has_clipboard(&self) -> bool {
        self.session.has_clipboard()
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let screen = &self.session.screen;
        write!(f, "Client({}x{}, running: {})", screen.width(), screen.height(), self.is_running())
    }
}
