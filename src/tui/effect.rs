//! Effects requested by a layer, by who runs them: the screen, the frame loop that holds the terminal, or work outside,
//! whose results come back as events.

use std::path::PathBuf;
use std::time::Duration;

use super::Command;
use super::layer::{Question, Ticket, Watched};
use super::widgets::ansi::{TAB, visible};
use super::writes::form::{FilledForm, FormOpening};
use crate::console::SessionId;
use crate::console::recording::PlayOptions;
use crate::fleet::PreparedBulk;
use crate::model::{
    ActionId, ContextName, Kind, PreparedRequest, PreparedWrite, ResourceId, ScreenKind, Secret,
};

/// The form in which the details of a resource are shown.
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

/// The content of a view: enough to open it, and to open it again from the history.
#[derive(Debug, Clone, PartialEq)]
pub enum View {
    /// The details of a resource.
    Document(ResourceId, DocumentForm),
    /// The logs of these resources, merged.
    Logs(Vec<ResourceId>),
    /// The telemetry screen of an instance.
    Telemetry(ResourceId),
    /// The console of an instance: the one that is open, else a new one by the way that was chosen last or is best.
    Console(ResourceId),
    /// A way into an instance: the open console of that kind, else a new one.
    Way(ResourceId, ScreenKind),
    /// The menu of ways into an instance.
    Ways(ResourceId),
    /// The consoles of these instances, in the tiles of one tab.
    Consoles(Vec<ResourceId>),
    /// A new session on the console of an instance, beside those that are open.
    NewConsole(ResourceId),
    /// An open console.
    Session(SessionId),
    /// The box about a console that no terminal can show, asked for as this.
    Page(ResourceId, ScreenKind),
    /// The box about a link in the text of a console.
    Link(Address),
    /// The list of open consoles.
    Sessions,
    /// The menu of actions on a resource, and in its place the confirmation of the one that was chosen.
    Actions(ResourceId),
    /// The menu of actions that these resources have in common.
    BulkActions(Vec<ResourceId>),
    /// The menu of what can be made.
    Create,
}

/// Something to be done after a key or an event.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// By the screen itself.
    Screen(ScreenEffect),
    /// By the frame loop.
    Terminal(TerminalEffect),
    /// Outside.
    Work(Work),
}

/// An effect that changes only the screen.
#[derive(Debug, PartialEq)]
pub enum ScreenEffect {
    /// Close the topmost layer.
    Close,
    /// Open a view, or bring it to the front.
    Open(View),
    /// Go to the table of a kind, all of it, with a filter if one is given.
    ShowTable(Kind, Option<String>),
    /// Go to the table of a kind, narrowed to what belongs to a resource.
    Follow(Kind, ResourceId),
    /// Do what a key is bound to, as if it had been pressed.
    Perform(Command),
    /// Show a message for some seconds and keep it in the list of messages.
    Report(String),
    /// The same, of a failure.
    Complain(String),
    /// Ask for the confirmation of a write, in the place of the menu it was chosen from. One that is safe is sent at once.
    Confirm(Box<PreparedWrite>),
    /// Open the form of an action, in the place of the menu it was chosen from.
    Form(Box<FormOpening>),
    /// Prepare and confirm an action on several targets with the values of its form, which stays below.
    ConfirmAll(Box<FilledForm>),
}

/// An effect run by the frame loop, which holds the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerminalEffect {
    /// Leave the program.
    Quit,
    /// Stop as Ctrl-Z does.
    Suspend,
    /// Clear and draw everything.
    Redraw,
    /// Draw again after this time, for something that fades or turns.
    DrawAfter(Duration),
    /// Give the terminal to the user's editor, with a text. The answer has the ticket.
    Edit(Box<EditRequest>),
}

/// A text to be edited in the user's editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditRequest {
    /// The ticket of the answer, `Answer::Edited`.
    pub ticket: Ticket,
    /// The name of the file, by which editors choose colours: `instance.create.toml`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// The request that a command of `curl` is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum CurlOf {
    /// The one that reads a resource.
    Read(ResourceId),
    /// Those of a context, one after the other.
    Requests(ContextName, Vec<PreparedRequest>),
}

/// An effect run outside of the screen's thread. It may take long. It cannot be cloned, because a write is sent once.
#[derive(Debug, PartialEq)]
pub enum Work {
    /// List again.
    Refresh,
    /// Stop or resume listing and sampling.
    Pause(bool),
    /// Sign in again.
    Reconnect(ContextName),
    /// Sample these instances, and no others.
    Watch(Watched),
    /// Ask on behalf of a layer; answers come as `Event::Answer` with the same ticket.
    Ask(Ticket, Question),
    /// Give up a question.
    Cancel(Ticket),
    /// Opens the view of consoles on those that a view of them asks for.
    OpenConsoles(View),
    /// Play a recording of a console.
    Play(PathBuf, PlayOptions),
    /// Open the list of open consoles.
    OpenSessions,
    /// Open the menu of actions on a resource, and choose one in it if it is given.
    OpenActions(ResourceId, Option<ActionId>),
    /// Open the menu of actions that these resources have in common, and choose one in it if it is given.
    OpenBulkActions(Vec<ResourceId>, Option<ActionId>),
    /// Open the menu of what can be made, and choose an action on a context in it if it is given.
    OpenCreate(Option<(ContextName, ActionId)>),
    /// Send a write that was confirmed. Its course comes as `FleetEvent::Write`.
    Send(Box<PreparedWrite>),
    /// Send the writes of a bulk that was confirmed. The course of each comes as `FleetEvent::Write`.
    SendAll(Ticket, Box<PreparedBulk>),
    /// Send nothing more of a bulk.
    StopAll(Ticket),
    /// Open an address in a browser.
    Browse(Address),
    /// Put an address into the clipboard; the second is what to call it in the message.
    CopyAddress(Address, String),
    /// Copy a request as a command of `curl` for a shell.
    CopyCurl(CurlOf),
    /// Put a text into the clipboard; the second is what to call it in the message.
    Copy(String, String),
    /// Write a text to a new file in the working directory; the first is the stem and ending of its name, such as
    /// `web-1.log`.
    Save(String, Vec<u8>),
}

/// An effect that the screen does not run itself.
#[derive(Debug, PartialEq)]
pub enum Outside {
    /// For the frame loop.
    Terminal(TerminalEffect),
    /// For the work outside.
    Work(Work),
}

impl Effect {
    /// Closes the topmost layer, which is the one that requests it.
    pub const fn close() -> Self {
        Self::Screen(ScreenEffect::Close)
    }

    /// Opens a view.
    pub const fn open(view: View) -> Self {
        Self::Screen(ScreenEffect::Open(view))
    }

    /// Shows a message.
    pub fn report(text: impl Into<String>) -> Self {
        Self::Screen(ScreenEffect::Report(text.into()))
    }

    /// Shows a message of a failure.
    pub fn complain(text: impl Into<String>) -> Self {
        Self::Screen(ScreenEffect::Complain(text.into()))
    }

    /// Copies a text of one line as the screen shows it; `what` is what to call it in the message.
    pub fn copy(text: impl AsRef<str>, what: impl Into<String>) -> Self {
        Self::copy_lines([text], what)
    }

    /// Copies several lines as the screen shows them: a tab as blanks.
    pub fn copy_lines(lines: impl IntoIterator<Item = impl AsRef<str>>, what: impl Into<String>) -> Self {
        let shown = |line: &str| visible(&line.replace('\t', TAB)).into_owned();
        let lines: Vec<String> = lines.into_iter().map(|line| shown(line.as_ref())).collect();
        Self::Work(Work::Copy(lines.join("\n"), what.into()))
    }
}

impl From<ScreenEffect> for Effect {
    fn from(effect: ScreenEffect) -> Self {
        Self::Screen(effect)
    }
}

impl From<TerminalEffect> for Effect {
    fn from(effect: TerminalEffect) -> Self {
        Self::Terminal(effect)
    }
}

impl From<Work> for Effect {
    fn from(work: Work) -> Self {
        Self::Work(work)
    }
}

impl From<TerminalEffect> for Outside {
    fn from(effect: TerminalEffect) -> Self {
        Self::Terminal(effect)
    }
}

impl From<Work> for Outside {
    fn from(work: Work) -> Self {
        Self::Work(work)
    }
}

/// Opens the view.
impl From<View> for Effect {
    fn from(view: View) -> Self {
        Self::open(view)
    }
}

#[cfg(test)]
mod comparing {
    //! Tests compare what was asked for with one kind of it.

    use super::{Effect, Outside, ScreenEffect, TerminalEffect, View, Work};

    macro_rules! equal {
        ($($whole:ident: $pattern:pat => $found:ident: $part:ident),+ $(,)?) => {$(
            impl PartialEq<$part> for $whole {
                fn eq(&self, part: &$part) -> bool {
                    matches!(self, $pattern if $found == part)
                }
            }
        )+};
    }

    equal!(
        Effect: Self::Work(work) => work: Work,
        Effect: Self::Terminal(effect) => effect: TerminalEffect,
        Effect: Self::Screen(ScreenEffect::Open(view)) => view: View,
        Outside: Self::Work(work) => work: Work,
        Outside: Self::Terminal(effect) => effect: TerminalEffect,
    );
}
