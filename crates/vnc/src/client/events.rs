//! What a server reports beside pixels.

use super::size::SizeAnswer;

/// Something that a server reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The screen has a size, or another one.
    Resized {
        /// Width in pixels.
        width: u16,
        /// Height in pixels.
        height: u16,
    },
    /// The server has answered the request for a size of the screen.
    SizeAnswered {
        /// The width that was asked for, in pixels.
        width: u16,
        /// The height.
        height: u16,
        /// The answer.
        answer: SizeAnswer,
    },
    /// An update is complete: the picture is one that the screen has shown.
    Updated,
    /// The pointer has another shape.
    Cursor,
    /// The screen has another name; see [`Client::name`](crate::Client::name).
    Named,
    /// The bell rang.
    Bell,
    /// A text was put into the machine's clipboard.
    Clipboard(String),
    /// A text of so many bytes was put into the machine's clipboard; it was too long to be taken.
    ClipboardTooLong(u64),
    /// Lock keys were switched; see [`Client::lock_keys`](crate::Client::lock_keys).
    LockKeys,
}

/// The lock keys of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LockKeys {
    /// Scroll lock is on.
    pub scroll: bool,
    /// Num lock is on.
    pub num: bool,
    /// Caps lock is on.
    pub caps: bool,
}

impl LockKeys {
    /// From the bits of the wire.
    pub(crate) const fn from_bits(bits: u8) -> Self {
        Self { scroll: bits & 1 != 0, num: bits & 2 != 0, caps: bits & 4 != 0 }
    }
}

/// Events that were not taken yet: of each kind the newest, so that no flood of them takes memory.
#[derive(Debug, Default)]
pub(crate) struct Events {
    waiting: Vec<Event>,
}

impl Events {
    /// Adds an event in the place of an earlier one of its kind.
    pub fn push(&mut self, event: Event) {
        let is_clipboard = |it: &Event| matches!(it, Event::Clipboard(_) | Event::ClipboardTooLong(_));
        self.waiting.retain(|it| {
            std::mem::discriminant(it) != std::mem::discriminant(&event)
                && !(is_clipboard(it) && is_clipboard(&event))
        });
        self.waiting.push(event);
    }

    /// Takes them, in their order.
    pub fn take(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.waiting)
    }
}
