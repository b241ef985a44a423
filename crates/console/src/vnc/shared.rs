//! The screen that the handle and the task of a session share.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::{Mutex, MutexGuard};
use qdeck_vnc::text::Recognizer;
use qdeck_vnc::{Client, Event, Framebuffer, Options, SizeAnswer};
use tokio::sync::Notify;

use super::fonts::fonts;
use super::text::TextMode;
use super::typing::Queue;
use crate::{SessionState, Wake};

/// The part that the lock guards.
pub(super) struct Screen {
    pub state: SessionState,
    pub client: Client,
    pub transport_takes_input: bool,
    pub typing: Queue,
    pub rang: bool,
    /// The newest text of the machine's clipboard.
    pub clipboard: Option<String>,
    /// The answer to a request for a size, with that size.
    pub size_answer: Option<((u16, u16), SizeAnswer)>,
    /// The text of the screen, while it shows text and that is wanted.
    pub text: Option<TextMode>,
    pub pixels_only: bool,
    recognizer: Recognizer,
    pub buttons: u8,
}

impl Screen {
    pub fn takes_input(&self) -> bool {
        self.transport_takes_input && self.state == SessionState::Live
    }

    /// Sets whether text is shown as pixels, too.
    pub fn set_pixels_only(&mut self, pixels_only: bool) {
        self.pixels_only = pixels_only;
        self.read_text();
    }

    /// Begins another connection, whose picture replaces the last one once it is there.
    pub fn begin(&mut self, options: Options, takes_input: bool) {
        let framebuffer =
            std::mem::replace(&mut self.client, Client::new(Options::default())).into_framebuffer();
        self.client = Client::with_framebuffer(options, framebuffer);
        self.transport_takes_input = takes_input;
        self.typing.clear();
        self.buttons = 0;
    }

    /// Takes what the client reports. Returns whether there is something to draw.
    pub fn take_events(&mut self) -> Changes {
        let mut changes = Changes::default();
        for event in self.client.take_events() {
            match event {
                Event::Updated => changes.update = true,
                Event::Resized { .. } | Event::Cursor | Event::Named => changes.other = true,
                Event::Bell => {
                    self.rang = true;
                    changes.other = true;
                }
                Event::Clipboard(text) => {
                    self.clipboard = Some(text);
                    changes.other = true;
                }
                Event::SizeAnswered { width, height, answer } => {
                    self.size_answer = Some(((width, height), answer));
                    changes.other = true;
                }
                // Lock keys are corrected as keys are typed.
                Event::ClipboardTooLong(_) | Event::LockKeys => {}
            }
        }
        if changes.update {
            self.read_text();
        }
        changes
    }

    fn read_text(&mut self) {
        let grid = if self.pixels_only { None } else { self.recognizer.read(self.client.framebuffer()) };
        match (grid, &mut self.text) {
            (None, text) => *text = None,
            (Some(grid), Some(text)) => text.show(&grid),
            (Some(grid), none) => *none = Some(TextMode::new(&grid)),
        }
    }
}

/// What changed with some bytes.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Changes {
    /// An update is complete.
    pub update: bool,
    /// Something else is to be drawn.
    pub other: bool,
}

/// The shared screen, with its marks.
pub(super) struct Shared {
    screen: Mutex<Screen>,
    pub dirty: AtomicBool,
    /// An update came since the mark was taken.
    pub output: AtomicBool,
    /// There is something to send.
    pub outgoing: Notify,
    wake: Wake,
}

impl Shared {
    pub fn new(wake: Wake) -> Self {
        Self {
            screen: Mutex::new(Screen {
                state: SessionState::Connecting,
                client: Client::with_framebuffer(Options::default(), Framebuffer::new(0, 0)),
                transport_takes_input: true,
                typing: Queue::default(),
                rang: false,
                clipboard: None,
                size_answer: None,
                text: None,
                pixels_only: false,
                recognizer: Recognizer::new(fonts()),
                buttons: 0,
            }),
            dirty: AtomicBool::new(false),
            output: AtomicBool::new(false),
            outgoing: Notify::new(),
            wake,
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, Screen> {
        self.screen.lock()
    }

    /// Runs a short piece of work on the screen.
    pub fn with<T>(&self, work: impl FnOnce(&mut Screen) -> T) -> T {
        work(&mut self.lock())
    }

    /// Runs work after which there may be something to send.
    pub fn send(&self, work: impl FnOnce(&mut Screen)) {
        self.with(work);
        self.outgoing.notify_one();
    }

    /// Sets the "changed" mark, and wakes the screen if it had taken the last one.
    pub fn mark_dirty(&self) {
        if !self.dirty.swap(true, Ordering::AcqRel) {
            (self.wake)();
        }
    }

    /// Changes the state.
    pub fn enter(&self, state: SessionState) {
        self.with(|screen| screen.state = state);
        self.mark_dirty();
    }
}
