//! The one registry of intents: each with its name in files and in the palette, and what it does in the help.

use crate::tui::Intent;

/// An intent, its name, and what it does.
pub struct Entry {
    /// The intent.
    pub intent: Intent,
    /// Its name in the keymap file and the palette.
    pub name: &'static str,
    /// What it does, for the help.
    pub what: &'static str,
}

macro_rules! registry {
    ($($intent:expr, $name:literal, $what:literal;)*) => {
        /// Every intent, in the order of the help.
        pub const REGISTRY: &[Entry] = &[$(Entry { intent: $intent, name: $name, what: $what }),*];
    };
}

registry! {
    Intent::Down, "down", "one down; a count before it repeats";
    Intent::Up, "up", "one up";
    Intent::Top, "top", "to the first; with a count, to that one";
    Intent::Bottom, "bottom", "to the last";
    Intent::HalfPageDown, "half-page-down", "half a page down";
    Intent::HalfPageUp, "half-page-up", "half a page up";
    Intent::PageDown, "page-down", "a page down";
    Intent::PageUp, "page-up", "a page up";
    Intent::Left, "left", "to the left";
    Intent::Right, "right", "to the right";
    Intent::Open, "open", "drill in, choose";
    Intent::Back, "back", "cancel, clear the filter, close, back one level";
    Intent::Close, "close", "close or back; at the root asks to quit";
    Intent::Quit, "quit", "quit at once";
    Intent::NextPane, "next-pane", "the next pane";
    Intent::PreviousPane, "previous-pane", "the previous pane";
    Intent::Pane(1), "pane-1", "instances";
    Intent::Pane(2), "pane-2", "containers";
    Intent::Pane(3), "pane-3", "revisions";
    Intent::Pane(4), "pane-4", "GPU models";
    Intent::Pane(5), "pane-5", "operations";
    Intent::HistoryBack, "history-back", "back in the history of places";
    Intent::HistoryForward, "history-forward", "forward in it";
    Intent::LastPlace, "last-place", "the last place";
    Intent::Search, "search", "filter a table, search a text";
    Intent::NextMatch, "next-match", "the next match";
    Intent::PreviousMatch, "previous-match", "the previous match";
    Intent::Palette, "palette", "the command palette";
    Intent::Help, "help", "the keys that work here";
    Intent::Mark, "mark", "mark or unmark the row";
    Intent::MarkRange, "mark-range", "mark from the last mark to here";
    Intent::ClearMarks, "clear-marks", "unmark all";
    Intent::SortMenu, "sort-menu", "choose the column to sort by";
    Intent::SortByName, "sort-by-name", "sort by name; again to reverse";
    Intent::SortByAge, "sort-by-age", "sort by age; again to reverse";
    Intent::SortByState, "sort-by-state", "sort by state; again to reverse";
    Intent::SortByContext, "sort-by-context", "sort by context; again to reverse";
    Intent::Wide, "wide", "all columns of a table, wrap in a text";
    Intent::Columns, "columns", "choose the columns and their order";
    Intent::Describe, "describe", "details as a form";
    Intent::Yaml, "yaml", "the platform's answer as YAML";
    Intent::Json, "json", "the platform's answer as JSON";
    Intent::Unmask, "unmask", "show masked secrets for five seconds";
    Intent::Fold, "fold", "fold or unfold what is under the cursor";
    Intent::Logs, "logs", "tail the logs of the row or of the marks, merged";
    Intent::Attach, "attach", "attach the console";
    Intent::Telemetry, "telemetry", "telemetry on the full screen";
    Intent::Revisions, "revisions", "the revisions of a container";
    Intent::Copy, "copy", "copy the name or the line";
    Intent::CopyMenu, "copy-menu", "choose what to copy";
    Intent::Save, "save", "save what is shown to a file";
    Intent::Refresh, "refresh", "list again now";
    Intent::PauseRefresh, "pause-refresh", "pause or resume refreshing";
    Intent::Contexts, "contexts", "the contexts and how they fare";
    Intent::Reconnect, "reconnect", "sign in again where that is needed";
    Intent::Attention, "attention", "only what needs attention";
    Intent::Suspend, "suspend", "stop the program; fg brings it back";
    Intent::Redraw, "redraw", "draw everything anew";
    Intent::NextTheme, "next-theme", "the next theme";
    Intent::Mouse, "mouse", "take or release the mouse";
    Intent::Messages, "messages", "the messages so far";
    Intent::Sessions, "sessions", "the open consoles";
    Intent::Follow, "follow", "follow the end";
    Intent::Timestamps, "timestamps", "show times";
    Intent::MarkLine, "mark-line", "mark a line";
    Intent::KeepLines, "keep-lines", "keep only lines that match; with ! drop them";
    Intent::Since(0), "since-0", "all lines";
    Intent::Since(1), "since-1", "lines of the last minute";
    Intent::Since(2), "since-2", "lines of the last 5 minutes";
    Intent::Since(3), "since-3", "lines of the last 15 minutes";
    Intent::Since(4), "since-4", "lines of the last hour";
    Intent::Since(5), "since-5", "lines of the last 6 hours";
    Intent::Since(6), "since-6", "lines of the last day";
    Intent::ZoomIn, "zoom-in", "a shorter time window";
    Intent::ZoomOut, "zoom-out", "a longer time window";
    Intent::Detach, "detach", "leave the console; the session goes on";
    Intent::EndSession, "end-session", "end the session";
    Intent::NextSession, "next-session", "the next session";
    Intent::PreviousSession, "previous-session", "the previous session";
    Intent::Scrollback, "scrollback", "scroll back and search";
    Intent::Zoom, "zoom", "the console on the whole screen, or back";
    Intent::Prefix, "prefix", "the key that takes the next one from the guest";
    Intent::SendPrefix, "send-prefix", "send the prefix key itself";
}

/// The intent of a name.
pub fn intent(name: &str) -> Option<Intent> {
    REGISTRY.iter().find(|entry| entry.name == name).map(|entry| entry.intent)
}

/// The name and the explanation of an intent. Every intent is in the registry; a test holds it to that.
pub fn entry(intent: Intent) -> Option<&'static Entry> {
    REGISTRY.iter().find(|entry| entry.intent == intent)
}

/// The name of an intent.
pub fn name(intent: Intent) -> &'static str {
    entry(intent).map_or("?", |entry| entry.name)
}
