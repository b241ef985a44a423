//! The interface of a session on a remote screen.

use std::ops::Range;
use std::sync::Arc;

use crossterm::event::Event;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use regex::Regex;

use super::recording::{CastVersion, PlayedSession, RecordingFile, RecordingHandle, RecordingStatus};
use super::{Cursor, Encoding, InputModes, Line, Match, Page, Place, Size, ViewRow, Wake};
use qdeck_model::{Problem, Timestamp};
use qdeck_vnc::{CursorImage, Framebuffer, Keysym, SizeAnswer};

/// The state of a session.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionState {
    /// The transport is being opened.
    Connecting,
    /// Bytes flow.
    Live,
    /// The link broke, and is opened again by itself; the screen stays as it was.
    Reconnecting(Retry),
    /// The link is down; the screen stays as it was. `None` after an orderly end.
    Ended(Option<Problem>),
    /// The platform answered with a page for another program. The session is over and cannot be reconnected.
    Page(Page),
}

impl SessionState {
    /// True while the screen shows what was before the link went down.
    pub const fn is_down(&self) -> bool {
        matches!(self, Self::Ended(_) | Self::Reconnecting(_))
    }

    /// True if the link is opened again when that is asked for: it ended, or the next attempt has not begun.
    pub const fn waits_for_reconnect(&self) -> bool {
        match self {
            Self::Ended(_) => true,
            Self::Reconnecting(retry) => retry.at.is_some(),
            Self::Connecting | Self::Live | Self::Page(_) => false,
        }
    }
}

/// The next attempt to open a link that broke.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// When it begins; `None` once it has.
    pub at: Option<Timestamp>,
    /// Why the link broke, or why the attempt before failed.
    pub problem: Problem,
}

/// A session on a remote screen, whatever it is made of: cells or pixels.
pub trait RemoteScreen: Send + Sync {
    /// The current state.
    fn state(&self) -> SessionState;

    /// Opens the transport again after the end, or at once while that waits; the screen stays. Does nothing while the
    /// link holds.
    fn reconnect(&self);

    /// True if what is typed now is sent.
    fn takes_input(&self) -> bool;

    /// The modes that decide which events the remote program gets, and in which form.
    fn input_modes(&self) -> InputModes;

    /// True if the remote program asked for mouse events.
    fn wants_mouse(&self) -> bool {
        self.input_modes().reports_mouse()
    }

    /// Sends a key, a paste, a change of focus, or a mouse event whose position is relative to the screen. Dropped where
    /// the remote program did not ask for it or takes no input.
    fn send(&self, event: &Event);

    /// Resizes the screen, and the remote side where it accepts that.
    fn resize(&self, size: Size);

    /// Takes the "changed" mark: whether anything changed since the last call.
    fn take_dirty(&self) -> bool;

    /// Takes the output mark: whether anything came from the remote side since the last call.
    fn take_output(&self) -> bool;

    /// Takes the bell: whether it rang since the last call.
    fn take_bell(&self) -> bool;

    /// The title that the remote program set, sanitised.
    fn title(&self) -> Option<String>;

    /// Copies the current text into `area` of `buf`; nothing where a screen of pixels shows none. Returns where the cursor is, if
    /// it shows.
    fn draw(&self, area: Rect, buf: &mut Buffer) -> Option<Position>;

    /// The text of the screen; `None` where it has none, as a screen of pixels.
    fn text(&self) -> Option<&dyn TextScreen>;

    /// The pixels of the screen; `None` where it has none, as a terminal.
    fn pixels(&self) -> Option<&dyn PixelScreen> {
        None
    }

    /// Takes the character for which the last key or paste was not sent, because the encoding of the remote side does
    /// not have it.
    fn take_refused(&self) -> Option<char> {
        None
    }

    /// The recording of the screen; `None` where it cannot be recorded.
    fn recordable(&self) -> Option<&dyn RecordableScreen> {
        None
    }

    /// The player, where the screen is a recording itself.
    fn playback(&self) -> Option<&PlayedSession> {
        None
    }
}

/// The part of a session that only one has whose output can be recorded.
pub trait RecordableScreen: Send + Sync {
    /// Starts to record to a new file; a recording under way ends. `wake` is called when the recording has ended.
    ///
    /// # Errors
    /// The system refuses a thread. A failure of the file ends the recording, which its handle reports.
    fn start_recording(
        &self,
        file: RecordingFile,
        version: CastVersion,
        title: &str,
        wake: Wake,
    ) -> std::io::Result<RecordingHandle>;

    /// The state of the recording under way.
    fn recording_status(&self) -> Option<RecordingStatus>;

    /// Pauses the recording, or goes on with it.
    fn pause_recording(&self, paused: bool);

    /// Ends the recording, with the exit status of the remote program where that is known.
    fn stop_recording(&self, exit_status: Option<i32>);
}

/// The part of a session that only a screen of pixels has.
pub trait PixelScreen: Send + Sync {
    /// Width and height in pixels; both 0 before the first connection.
    fn size(&self) -> (u16, u16);

    /// Reads the pixels and the shape of the pointer, under a lock: to be short. The pixels of a screen keep their
    /// generations from one connection to the next.
    fn with_framebuffer(&self, read: &mut dyn FnMut(&Framebuffer, Option<&CursorImage>));

    /// Presses keys in their order and releases them in the opposite one, as for Ctrl-Alt-Del. Dropped where the screen
    /// takes no input.
    fn send_keys(&self, keys: &[Keysym]);

    /// Moves the pointer to a pixel and sets its buttons: bit 0 is the left one, 1 the middle, 2 the right, and 3 to 6 are
    /// presses of the wheel up, down, left and right. Dropped where the screen takes no input.
    fn send_pointer(&self, x: u16, y: u16, buttons: u8);

    /// Takes the text that was put into the machine's clipboard since the last call, if one was.
    fn take_clipboard(&self) -> Option<String>;

    /// True if the remote side takes requests for another size.
    fn can_set_size(&self) -> bool;

    /// Asks the remote side for a screen of so many pixels. Returns false where nothing was sent: it takes no such requests or
    /// no input, or no screen may have the size.
    fn set_size(&self, width: u16, height: u16) -> bool;

    /// Takes the answer to the last such request, with the size that was asked for, once there is one.
    fn take_size_answer(&self) -> Option<((u16, u16), SizeAnswer)>;

    /// Sets whether a screen that shows text is shown as pixels all the same: then its text is not looked for, and
    /// [`RemoteScreen::text`] is `None`.
    fn set_pixels_only(&self, pixels_only: bool);

    /// True if text is shown as pixels.
    fn is_pixels_only(&self) -> bool;
}

/// The part of a session that only a screen of text has.
///
/// Its text is lines as their authors made them, which no width wraps, by numbers that stay while more arrive: a view
/// that begins at a [`Place`] stays on its text. On the alternate screen the rows shown are the lines.
pub trait TextScreen: Send + Sync {
    /// The encoding of what arrives and of what is typed.
    fn encoding(&self) -> Encoding {
        Encoding::Utf8
    }

    /// Sets the encoding of what arrives from now on, and of what is typed. Does nothing where it is given.
    fn set_encoding(&self, _encoding: Encoding) {}

    /// Bytes that the scrollback takes.
    fn history_bytes(&self) -> usize {
        0
    }

    /// Drops the oldest lines until the scrollback takes about so many bytes.
    fn trim_history(&self, _to_bytes: usize) {}

    /// The numbers of the lines held, from the oldest of the scrollback to the last of the screen.
    fn lines(&self) -> Range<u64>;

    /// A line; `None` if it is not held.
    fn line(&self, number: u64) -> Option<Line>;

    /// The first row of the live screen.
    fn live_top(&self) -> Place;

    /// The start of the row so many rows below that of `from`, or above it; not before the first row held, and not
    /// below [`TextScreen::live_top`].
    fn step_rows(&self, from: Place, rows: i64) -> Place;

    /// The rows from `top` on, as many as there are of `count`.
    fn view_rows(&self, top: Place, count: u16) -> Vec<ViewRow>;

    /// The part of an area that the text is drawn into: the middle of it, where the screen has a size of its own.
    fn area_within(&self, area: Rect) -> Rect {
        area
    }

    /// The first column and row of the live screen that show in an area of this size: where the screen is larger, the part
    /// with the cursor shows.
    fn live_origin(&self, _area: Size) -> Position {
        Position::ORIGIN
    }

    /// Copies the rows from `top` on into `area` of `buf`.
    fn draw_from(&self, top: Place, area: Rect, buf: &mut Buffer);

    /// The cell of the cursor.
    fn cursor_place(&self) -> Place;

    /// The URI of the link at a place (OSC 8): a web page, an FTP server or a mail.
    fn link_at(&self, _place: Place) -> Option<Arc<str>> {
        None
    }

    /// Finds all matches, the oldest first.
    fn search(&self, needle: &Regex) -> Vec<Match>;

    /// Position, form and visibility of the cursor.
    fn cursor(&self) -> Cursor;

    /// Takes the text that the remote program offered for the clipboard (OSC 52), if it did.
    fn take_clipboard(&self) -> Option<String>;

    /// Returns true if there is text above the live screen.
    fn has_scrollback(&self) -> bool {
        self.lines().start < self.live_top().line
    }

    /// All of the text, line by line.
    fn whole(&self) -> Vec<String> {
        self.lines().filter_map(|number| self.line(number)).map(|line| line.text).collect()
    }
}
