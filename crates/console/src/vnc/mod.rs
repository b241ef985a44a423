//! A session on a screen of pixels by VNC: the handle, the task behind it, and what the two share.
//!
//! ```text
//!  websocket ─▶ task: feed, in slices ─▶ Client ─▶ Framebuffer ─▶ pictures, half blocks ─▶ frame
//!      ▲                                   │            └─▶ Recognizer ─▶ TextMode ─▶ text
//!      └── what the client sends ◀─────────┴── keys, pointer, clipboard ◀── handle
//! ```
//!
//! A session takes four bytes a pixel (8 MiB at 1920x1080), up to 270 KiB for streams that are inflated, at most 5 MiB for
//! what was received and not parsed, and the text drawn last; each view of it has a copy of the pixels that it draws. An update changes the pixels as it is parsed and in
//! its order; a screen that draws slowly draws fewer pictures, and asks for fewer of them.

mod fonts;
mod pointer;
mod shared;
mod task;
mod text;
mod typing;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crossterm::event::Event;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use qdeck_vnc::{CursorImage, Framebuffer, Keysym, SizeAnswer, keys};

use crate::{
    Connector, InputModes, PixelScreen, PixelTransport, RemoteScreen, SessionState, Size, TextScreen, Wake,
};
pub use fonts::{add_fonts, fonts};
use shared::Shared;
use task::Task;
use typing::Typed;

/// A handle on a screen of pixels. Dropping it ends the session.
pub struct VncSession {
    shared: Arc<Shared>,
    reconnect: mpsc::Sender<()>,
    /// Cancels the session's task.
    _task: DropGuard,
}

impl VncSession {
    /// Starts a session. `wake` is called when there is something new to draw and the last change was taken with
    /// [`RemoteScreen::take_dirty`]. Must be called inside a tokio runtime.
    pub fn start(connector: Connector, wake: Wake) -> Self {
        Self::start_on(None, connector, wake)
    }

    /// The same with a connection that is open already; the connector is for further ones.
    pub fn start_on(first: Option<PixelTransport>, connector: Connector, wake: Wake) -> Self {
        let shared = Arc::new(Shared::new(wake));
        let (reconnect, reconnects) = mpsc::channel(1);
        let cancel = CancellationToken::new();
        let task = Task { shared: Arc::clone(&shared), connector, reconnects, cancel: cancel.clone() };
        tokio::spawn(task.run(first));
        Self { shared, reconnect, _task: cancel.drop_guard() }
    }
}

impl RemoteScreen for VncSession {
    fn state(&self) -> SessionState {
        self.shared.with(|screen| screen.state.clone())
    }

    fn reconnect(&self) {
        if self.state().waits_for_reconnect() {
            // One request waiting is enough.
            let _ = self.reconnect.try_send(());
        }
    }

    fn takes_input(&self) -> bool {
        self.shared.with(|screen| screen.takes_input())
    }

    fn input_modes(&self) -> InputModes {
        InputModes::default()
    }

    fn wants_mouse(&self) -> bool {
        self.takes_input()
    }

    fn send(&self, event: &Event) {
        self.shared.send(|screen| match event {
            Event::Key(key) => screen.type_keys(Typed::Actions(keys::typed(key))),
            Event::Paste(text) => screen.paste(text),
            Event::FocusLost => screen.client.release_all(),
            Event::Mouse(mouse) => screen.mouse(*mouse),
            Event::FocusGained | Event::Resize(..) => {}
        });
    }

    /// The machine's screen keeps its size; the picture is scaled.
    fn resize(&self, _size: Size) {
        self.shared.mark_dirty();
    }

    /// The changes count as used then, and more of them are asked for.
    fn take_dirty(&self) -> bool {
        let is_dirty = self.shared.dirty.swap(false, Ordering::AcqRel);
        if is_dirty {
            self.shared.send(|screen| screen.client.request_update());
        }
        is_dirty
    }

    fn take_output(&self) -> bool {
        self.shared.output.swap(false, Ordering::AcqRel)
    }

    fn take_bell(&self) -> bool {
        self.shared.with(|screen| std::mem::take(&mut screen.rang))
    }

    fn title(&self) -> Option<String> {
        self.shared.with(|screen| Some(screen.client.name().to_owned()).filter(|name| !name.is_empty()))
    }

    /// Draws the text, where the screen shows some. Pixels are drawn from [`PixelScreen`].
    fn draw(&self, area: Rect, buf: &mut Buffer) -> Option<Position> {
        self.shared.with(|screen| screen.text.as_mut().and_then(|text| text.draw(area, buf)))
    }

    fn text(&self) -> Option<&dyn TextScreen> {
        self.shared.with(|screen| screen.text.is_some()).then_some(self as &dyn TextScreen)
    }

    fn pixels(&self) -> Option<&dyn PixelScreen> {
        Some(self)
    }
}

impl PixelScreen for VncSession {
    fn size(&self) -> (u16, u16) {
        self.shared.with(|screen| {
            let pixels = screen.client.framebuffer();
            (pixels.width(), pixels.height())
        })
    }

    fn with_framebuffer(&self, read: &mut dyn FnMut(&Framebuffer, Option<&CursorImage>)) {
        self.shared.with(|screen| read(screen.client.framebuffer(), screen.client.cursor()));
    }

    fn send_keys(&self, keys: &[Keysym]) {
        self.shared.send(|screen| screen.type_keys(Typed::Actions(keys::chord(keys))));
    }

    fn send_pointer(&self, x: u16, y: u16, buttons: u8) {
        self.shared.send(|screen| {
            if screen.takes_input() {
                screen.client.pointer(x, y, buttons);
            }
        });
    }

    fn take_clipboard(&self) -> Option<String> {
        self.shared.with(|screen| screen.clipboard.take())
    }

    fn can_set_size(&self) -> bool {
        self.shared.with(|screen| screen.takes_input() && screen.client.can_set_size())
    }

    fn set_size(&self, width: u16, height: u16) -> bool {
        let mut is_sent = false;
        self.shared.send(|screen| is_sent = screen.takes_input() && screen.client.set_size(width, height));
        is_sent
    }

    fn take_size_answer(&self) -> Option<((u16, u16), SizeAnswer)> {
        self.shared.with(|screen| screen.size_answer.take())
    }

    fn set_pixels_only(&self, pixels_only: bool) {
        self.shared.with(|screen| screen.set_pixels_only(pixels_only));
        self.shared.mark_dirty();
    }

    fn is_pixels_only(&self) -> bool {
        self.shared.with(|screen| screen.pixels_only)
    }
}
