//! A session whose kind is known only once the platform has answered.

use std::sync::{Arc, OnceLock};

use crossterm::event::Event;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::{
    Connector, InputModes, PixelScreen, RecordableScreen, RemoteScreen, SessionState, Size, TerminalSession,
    TextScreen, VncSession, Wake,
};

/// A session on a terminal that becomes one on pixels where the platform opens those instead, as Gcore does for a machine
/// without a serial console.
pub struct SwitchingSession {
    terminal: TerminalSession,
    pixels: Arc<OnceLock<VncSession>>,
}

impl SwitchingSession {
    /// Starts a session. See [`TerminalSession::start`].
    pub fn start(connector: Connector, size: Size, wake: Wake) -> Self {
        let pixels: Arc<OnceLock<VncSession>> = Arc::default();
        let slot = Arc::clone(&pixels);
        let (again, rouse) = (Arc::clone(&connector), Arc::clone(&wake));
        let terminal = TerminalSession::start_or(
            connector,
            size,
            wake,
            Some(Box::new(move |transport| {
                // It is called once, so that the slot is empty.
                let _ = slot.set(VncSession::start_on(Some(transport), again, Arc::clone(&rouse)));
                rouse();
            })),
        );
        Self { terminal, pixels }
    }

    fn current(&self) -> &dyn RemoteScreen {
        match self.pixels.get() {
            Some(pixels) => pixels,
            None => &self.terminal,
        }
    }
}

impl RemoteScreen for SwitchingSession {
    fn state(&self) -> SessionState {
        self.current().state()
    }

    fn reconnect(&self) {
        self.current().reconnect();
    }

    fn takes_input(&self) -> bool {
        self.current().takes_input()
    }

    fn input_modes(&self) -> InputModes {
        self.current().input_modes()
    }

    fn wants_mouse(&self) -> bool {
        self.current().wants_mouse()
    }

    fn send(&self, event: &Event) {
        self.current().send(event);
    }

    fn resize(&self, size: Size) {
        self.current().resize(size);
    }

    fn take_dirty(&self) -> bool {
        self.current().take_dirty()
    }

    fn take_output(&self) -> bool {
        self.current().take_output()
    }

    fn take_bell(&self) -> bool {
        self.current().take_bell()
    }

    fn title(&self) -> Option<String> {
        self.current().title()
    }

    fn draw(&self, area: Rect, buf: &mut Buffer) -> Option<Position> {
        self.current().draw(area, buf)
    }

    fn text(&self) -> Option<&dyn TextScreen> {
        self.current().text()
    }

    fn pixels(&self) -> Option<&dyn PixelScreen> {
        self.current().pixels()
    }

    fn take_refused(&self) -> Option<char> {
        self.current().take_refused()
    }

    fn recordable(&self) -> Option<&dyn RecordableScreen> {
        self.current().recordable()
    }
}
