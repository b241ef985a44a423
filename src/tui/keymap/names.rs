//! The one registry of commands: each with its name in files and in the palette, and what it does in the help.

use crate::tui::Command;

/// An command, its name, and what it does.
pub struct Entry {
    /// The command.
    pub command: Command,
    /// Its name in the keymap file and the palette.
    pub name: &'static str,
    /// What it does, for the help.
    pub what: &'static str,
}

macro_rules! registry {
    ($($command:expr, $name:literal, $what:literal;)*) => {
        /// Every command, in the order of the help.
        pub const REGISTRY: &[Entry] = &[$(Entry { command: $command, name: $name, what: $what }),*];
    };
}

registry! {
    Command::Down, "down", "one down; a count before it repeats";
    Command::Up, "up", "one up";
    Command::Top, "top", "to the first; with a count, to that one";
    Command::Bottom, "bottom", "to the last";
    Command::HalfPageDown, "half-page-down", "half a page down";
    Command::HalfPageUp, "half-page-up", "half a page up";
    Command::PageDown, "page-down", "a page down";
    Command::PageUp, "page-up", "a page up";
    Command::Left, "left", "to the left";
    Command::Right, "right", "to the right";
    Command::Open, "open", "drill in, choose";
    Command::Back, "back", "cancel, clear the filter, close, back one level";
    Command::Close, "close", "close or back; at the root asks to quit";
    Command::Quit, "quit", "quit at once";
    Command::NextPane, "next-pane", "the next pane";
    Command::PreviousPane, "previous-pane", "the previous pane";
    Command::Pane(1), "pane-1", "instances";
    Command::Pane(2), "pane-2", "containers";
    Command::Pane(3), "pane-3", "revisions";
    Command::Pane(4), "pane-4", "GPU models";
    Command::Pane(5), "pane-5", "operations";
    Command::HistoryBack, "history-back", "back in the history of places";
    Command::HistoryForward, "history-forward", "forward in it";
    Command::LastPlace, "last-place", "the last place";
    Command::Search, "search", "filter a table, search a text";
    Command::NextMatch, "next-match", "the next match";
    Command::PreviousMatch, "previous-match", "the previous match";
    Command::Palette, "palette", "the command palette";
    Command::Help, "help", "the keys that work here";
    Command::Mark, "mark", "mark or unmark the row";
    Command::MarkRange, "mark-range", "mark from the last mark to here";
    Command::ClearMarks, "clear-marks", "unmark all";
    Command::SortMenu, "sort-menu", "choose the column to sort by";
    Command::SortByName, "sort-by-name", "sort by name; again to reverse";
    Command::SortByAge, "sort-by-age", "sort by age; again to reverse";
    Command::SortByState, "sort-by-state", "sort by state; again to reverse";
    Command::SortByContext, "sort-by-context", "sort by context; again to reverse";
    Command::Wide, "wide", "all columns of a table, wrap in a text";
    Command::Columns, "columns", "choose the columns and their order";
    Command::Describe, "describe", "details as a form";
    Command::Yaml, "yaml", "the platform's answer as YAML";
    Command::Json, "json", "the platform's answer as JSON";
    Command::Unmask, "unmask", "show masked secrets for five seconds";
    Command::Fold, "fold", "fold or unfold what is under the cursor";
    Command::Logs, "logs", "tail the logs of the row or of the marks, merged";
    Command::Attach, "attach", "attach the console";
    Command::Telemetry, "telemetry", "telemetry on the full screen";
    Command::Revisions, "revisions", "the revisions of a container";
    Command::Copy, "copy", "copy the name or the line";
    Command::CopyMenu, "copy-menu", "choose what to copy";
    Command::Save, "save", "save what is shown to a file";
    Command::Refresh, "refresh", "list again now";
    Command::PauseRefresh, "pause-refresh", "pause or resume refreshing";
    Command::Contexts, "contexts", "the contexts and how they fare";
    Command::Reconnect, "reconnect", "sign in again where that is needed";
    Command::Attention, "attention", "only what needs attention";
    Command::Suspend, "suspend", "stop the program; fg brings it back";
    Command::Redraw, "redraw", "draw everything anew";
    Command::NextTheme, "next-theme", "the next theme";
    Command::Mouse, "mouse", "take or release the mouse";
    Command::Messages, "messages", "the messages so far";
    Command::Sessions, "sessions", "the open consoles";
    Command::Follow, "follow", "follow the end";
    Command::Timestamps, "timestamps", "show times";
    Command::MarkLine, "mark-line", "mark a line";
    Command::KeepLines, "keep-lines", "keep only lines that match; with ! drop them";
    Command::Since(0), "since-0", "all lines";
    Command::Since(1), "since-1", "lines of the last minute";
    Command::Since(2), "since-2", "lines of the last 5 minutes";
    Command::Since(3), "since-3", "lines of the last 15 minutes";
    Command::Since(4), "since-4", "lines of the last hour";
    Command::Since(5), "since-5", "lines of the last 6 hours";
    Command::Since(6), "since-6", "lines of the last day";
    Command::ZoomIn, "zoom-in", "a shorter time window";
    Command::ZoomOut, "zoom-out", "a longer time window";
    Command::Detach, "detach", "leave the console; the session goes on";
    Command::EndSession, "end-session", "end the session";
    Command::NextSession, "next-session", "the next session";
    Command::PreviousSession, "previous-session", "the previous session";
    Command::Scrollback, "scrollback", "scroll back and search";
    Command::Zoom, "zoom", "the console on the whole screen, or back";
    Command::Prefix, "prefix", "the key that takes the next one from the guest";
    Command::SendPrefix, "send-prefix", "send the prefix key itself";
}

/// The command of a name.
pub fn command(name: &str) -> Option<Command> {
    REGISTRY.iter().find(|entry| entry.name == name).map(|entry| entry.command)
}

/// The name and the explanation of a command. Every command is in the registry; a test holds it to that.
pub fn entry(command: Command) -> Option<&'static Entry> {
    REGISTRY.iter().find(|entry| entry.command == command)
}

/// The name of a command.
pub fn name(command: Command) -> &'static str {
    entry(command).map_or("?", |entry| entry.name)
}
