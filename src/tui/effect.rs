//! What a change of state asks of the world. Running one may take long; its result comes back as an event.

use std::time::Duration;

use super::Command;
use crate::fleet::TailId;
use crate::model::{ContextName, Kind, LogStart, ResourceId, ScreenKind, Secret};

/// How the details of a resource are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentForm {
    /// Names and values, aligned.
    Form,
    /// YAML.
    Yaml,
    /// JSON.
    Json,
}

/// An address that holds a token: no format shows it.
#[derive(Debug, Clone)]
pub struct Address(pub Secret);

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose() == other.0.expose()
    }
}

/// Something to be done outside of the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Leave the program.
    Quit,
    /// Stop as Ctrl-Z does.
    Suspend,
    /// Clear and draw everything.
    Redraw,
    /// List again.
    Refresh,
    /// Take the mouse or let it go.
    Mouse(bool),
    /// Stop or resume listing and sampling.
    Pause(bool),
    /// Sign in again.
    Reconnect(ContextName),
    /// Which instances to sample: those on the screen, and the one selected.
    Watch(Vec<ResourceId>, Option<ResourceId>),
    /// Samples of the past for a chart.
    Backfill(ResourceId, Duration),
    /// Read details; they come as `Event::Section`.
    Describe(ResourceId),
    /// Open a details view.
    ShowDocument(ResourceId, DocumentForm),
    /// Open a log view of these resources, merged.
    ShowLogs(Vec<ResourceId>),
    /// Open the telemetry screen.
    ShowTelemetry(ResourceId),
    /// Open or come back to the console of an instance.
    ShowConsole(ResourceId),
    /// Open the box that tells where a console is that no terminal can show, asked for as this.
    ShowPage(ResourceId, ScreenKind),
    /// Ask for such a console; it comes as `Event::Page`.
    FetchPage(ResourceId, ScreenKind),
    /// Wait no longer for it.
    DropPage,
    /// Open an address in a browser.
    Browse(Address),
    /// Put an address into the clipboard; the second is what to call it in the message.
    CopyAddress(Address, String),
    /// Open the list of open consoles.
    ShowSessions,
    /// Go to the table of a kind, all of it, with a filter if one is given.
    ShowTable(Kind, Option<String>),
    /// Do what a key is bound to, as if it had been pressed.
    Perform(Command),
    /// Go to a pane narrowed to what belongs to a resource.
    Follow(Kind, ResourceId),
    /// Leave the topmost view.
    CloseView,
    /// Open a log tail for the topmost log view; its id comes back with [`super::layer::Layer::tail_opened`].
    OpenTail(ResourceId, LogStart),
    /// End a log tail.
    CloseTail(TailId),
    /// Put a text into the clipboard; the second is what to call it in the message.
    Copy(String, String),
    /// Write a text to a new file in the working directory; the first is the stem and ending of its name, such as
    /// `web-1.log`.
    Save(String, Vec<u8>),
    /// Say something in the hint line for some seconds and keep it in the messages.
    Say(String),
    /// Say that something failed.
    Complain(String),
    /// Draw again after this time, for something that fades or turns.
    DrawAfter(Duration),
}
