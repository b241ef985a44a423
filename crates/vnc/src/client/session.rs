//! What a connection is made of once it runs: the picture, what the server can do, and what is to be sent.

use super::clipboard::Clipboard;
use super::events::{Event, Events, LockKeys};
use super::pace::Pace;
use super::size::Layout;
use super::{Options, outgoing};
use crate::encodings::{PixelCounts, Streams};
use crate::error::{ProtocolError, Result};
use crate::input::Input;
use crate::{CursorImage, Framebuffer, Keysym, MAX_SIDE, keys};

/// The longest name of a screen, in bytes.
const MAX_NAME_BYTES: u32 = 4096;
/// Bytes of `ServerInit` before the name.
const SERVER_INIT_BYTES: usize = 24;
/// Keys that may be pressed at a time; a keyboard has not many more.
const MAX_PRESSED_KEYS: usize = 64;

/// The state that handshake and messages work on.
pub(super) struct Session {
    pub options: Options,
    pub output: Vec<u8>,
    pub events: Events,
    pub screen: Framebuffer,
    pub streams: Streams,
    pub pixels: PixelCounts,
    pub cursor: Option<CursorImage>,
    pub name: String,
    pub lock_keys: Option<LockKeys>,
    pub pace: Pace,
    pub clipboard: Clipboard,
    pub layout: Layout,
    /// The server takes QEMU's extended key events.
    pub has_extended_keys: bool,
    /// The keys that are pressed.
    pressed: Vec<(Keysym, Option<u8>)>,
    /// The pointer: its pixel and its buttons.
    pointer: (u16, u16, u8),
}

impl Session {
    pub fn new(options: Options, screen: Framebuffer) -> Self {
        Self {
            options,
            output: Vec::new(),
            events: Events::default(),
            screen,
            streams: Streams::default(),
            pixels: PixelCounts::default(),
            cursor: None,
            name: String::new(),
            lock_keys: None,
            pace: Pace::default(),
            clipboard: Clipboard::default(),
            layout: Layout::default(),
            has_extended_keys: false,
            pressed: Vec::new(),
            pointer: (0, 0, 0),
        }
    }

    /// Reads `ServerInit`, and answers with the pixel format, the encodings and the first request. Returns false where
    /// bytes are missing.
    pub fn server_init(&mut self, input: &mut Input) -> Result<bool> {
        let mut reader = input.reader();
        let (Some(width), Some(height)) = (reader.u16(), reader.u16()) else { return Ok(false) };
        let (Some(_pixel_format), Some(length)) = (reader.take(16), reader.u32()) else { return Ok(false) };
        debug_assert_eq!(reader.position(), SERVER_INIT_BYTES);
        check_name(length)?;
        let Some(name) = reader.take(length as usize) else { return Ok(false) };
        self.name = readable(name);
        let used = reader.position();
        input.consume(used);
        self.resize(width, height)?;
        self.events.push(Event::Named);
        outgoing::set_pixel_format(&mut self.output, self.options.byte_order);
        outgoing::set_encodings(&mut self.output, &self.options.announced());
        self.refresh();
        Ok(true)
    }

    /// Gives the screen a size.
    pub fn resize(&mut self, width: u16, height: u16) -> Result<()> {
        if width > MAX_SIDE || height > MAX_SIDE {
            return Err(ProtocolError::ScreenTooLarge { width, height });
        }
        if (width, height) != (self.screen.width(), self.screen.height()) {
            self.screen.resize(width, height);
            self.renew_continuous();
        }
        self.events.push(Event::Resized { width, height });
        Ok(())
    }

    /// Switches a lock off, or that of the keypad on, before a key that it would change: what is typed is already what is
    /// meant. Once only, until the server has reported the locks again.
    fn correct_locks(&mut self, keysym: Keysym, position: Option<u8>) {
        let Some(locks) = self.lock_keys else { return };
        let lock = if keysym.is_letter() && position.is_some() && locks.caps {
            Keysym::CAPS_LOCK
        } else if keysym.is_keypad_digit() && !locks.num {
            Keysym::NUM_LOCK
        } else {
            return;
        };
        self.lock_keys = None;
        for action in keys::chord(&[lock]) {
            self.send_key(action.keysym, action.position, action.down);
        }
    }

    /// See [`Client::key`](super::Client::key).
    pub fn key(&mut self, keysym: Keysym, position: Option<u8>, down: bool) {
        if down {
            self.correct_locks(keysym, position);
        }
        self.pressed.retain(|(pressed, _)| *pressed != keysym);
        if down && self.pressed.len() < MAX_PRESSED_KEYS {
            self.pressed.push((keysym, position));
        }
        self.send_key(keysym, position, down);
    }

    fn send_key(&mut self, keysym: Keysym, position: Option<u8>, down: bool) {
        match position {
            Some(position) if self.has_extended_keys => {
                outgoing::extended_key(&mut self.output, keysym, position, down);
            }
            _ => outgoing::key(&mut self.output, keysym, down),
        }
    }

    /// See [`Client::release_all`](super::Client::release_all).
    pub fn release_all(&mut self) {
        // The last one pressed is released first: a key before its modifiers.
        while let Some((keysym, position)) = self.pressed.pop() {
            self.key(keysym, position, false);
        }
        let (x, y, buttons) = self.pointer;
        if buttons != 0 {
            self.pointer(x, y, 0);
        }
    }

    /// The pixel of the pointer.
    pub const fn pointer_position(&self) -> (u16, u16) {
        (self.pointer.0, self.pointer.1)
    }

    /// See [`Client::pointer`](super::Client::pointer).
    pub fn pointer(&mut self, x: u16, y: u16, buttons: u8) {
        let x = x.min(self.screen.width().saturating_sub(1));
        let y = y.min(self.screen.height().saturating_sub(1));
        self.pointer = (x, y, buttons);
        outgoing::pointer(&mut self.output, x, y, buttons);
    }
}

/// Refuses a name that is too long.
pub(super) fn check_name(length: u32) -> Result<()> {
    if length > MAX_NAME_BYTES {
        let (length, limit) = (length.into(), MAX_NAME_BYTES.into());
        return Err(ProtocolError::TooLong { what: "a name of its screen", length, limit });
    }
    Ok(())
}

/// A name without control characters.
pub(super) fn readable(name: &[u8]) -> String {
    String::from_utf8_lossy(name).chars().filter(|character| !character.is_control()).collect()
}
