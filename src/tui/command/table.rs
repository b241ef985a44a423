//! The table of commands, in the order of the help.

use super::Entry;
use super::KeyContext::{Console, Everywhere, Logs, Menu, Page, Scrollback, Table, Telemetry, Text};
use super::availability::{
    actions, after_search, always, console, has_states, logs, on_marks, on_row, revisions, telemetry,
};

/// Declares the commands: the enum of them, and their lines in the table. `in` names the key contexts whose layers do it,
/// `when` what it needs of the table in front.
macro_rules! commands {
    ($(
        $variant:ident $(($type:ty))? { $($(($value:literal))? $name:literal: $help:literal),+ $(,)? }
        in $contexts:expr, when $available:ident;
    )+) => {
        /// A command that keys can be bound to.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Command {
            $($(#[doc = $help])+ $variant $(($type))?),+
        }

        /// Every command.
        pub const ENTRIES: &[Entry] = &[
            $($(Entry {
                command: Command::$variant $(($value))?,
                name: $name,
                help: $help,
                contexts: $contexts,
                available: $available,
            }),+),+
        ];
    };
}

commands! {
    Down { "down": "one down; a count before it repeats" } in &[Everywhere], when always;
    Up { "up": "one up" } in &[Everywhere], when always;
    Top { "top": "to the first; with a count, to that one" } in &[Everywhere], when always;
    Bottom { "bottom": "to the last" } in &[Everywhere], when always;
    HalfPageDown { "half-page-down": "half a page down" } in &[Everywhere], when always;
    HalfPageUp { "half-page-up": "half a page up" } in &[Everywhere], when always;
    PageDown { "page-down": "a page down" } in &[Everywhere], when always;
    PageUp { "page-up": "a page up" } in &[Everywhere], when always;
    Left { "left": "to the left" } in &[Text, Logs, Telemetry, Menu], when always;
    Right { "right": "to the right" } in &[Text, Logs, Telemetry, Menu], when always;
    Open { "open": "drill in, choose" } in &[Table, Text, Telemetry, Page, Menu], when on_row;
    Back { "back": "cancel, clear the filter, close, back one level" } in &[Everywhere], when always;
    Close { "close": "close or back; at the root asks to quit" } in &[Everywhere], when always;
    Quit { "quit": "quit at once" } in &[Everywhere], when always;
    NextPane { "next-pane": "the next pane" } in &[Table], when always;
    PreviousPane { "previous-pane": "the previous pane" } in &[Table], when always;
    Pane(u8) {
        (1) "pane-1": "instances",
        (2) "pane-2": "containers",
        (3) "pane-3": "revisions",
        (4) "pane-4": "GPU models",
        (5) "pane-5": "operations",
    }
        in &[Table, Telemetry], when always;
    HistoryBack { "history-back": "back to where you were before" } in &[Everywhere], when always;
    HistoryForward { "history-forward": "forward again" } in &[Everywhere], when always;
    LastPlace { "last-place": "to where you were last, and back" } in &[Everywhere], when always;
    Search { "search": "filter a table, search a text" } in &[Table, Text, Logs, Scrollback], when always;
    NextMatch { "next-match": "the next match" } in &[Table, Text, Logs, Scrollback], when after_search;
    PreviousMatch { "previous-match": "the previous match" }
        in &[Table, Text, Logs, Scrollback], when after_search;
    Palette { "palette": "the command palette" } in &[Everywhere], when always;
    Help { "help": "the keys that work here" } in &[Everywhere], when always;
    Mark { "mark": "mark or unmark the row" } in &[Table, Telemetry, Menu], when on_row;
    MarkRange { "mark-range": "mark from the last mark to here" } in &[Table], when on_row;
    ClearMarks { "clear-marks": "unmark all" } in &[Table], when on_marks;
    SortMenu { "sort-menu": "choose the column to sort by" } in &[Table], when always;
    SortByName { "sort-by-name": "sort by name; again to reverse" } in &[Table], when always;
    SortByAge { "sort-by-age": "sort by age; again to reverse" } in &[Table], when has_states;
    SortByState { "sort-by-state": "sort by state; again to reverse" } in &[Table], when has_states;
    SortByContext { "sort-by-context": "sort by context; again to reverse" } in &[Table], when always;
    Wide { "wide": "all columns of a table, wrap in a text" } in &[Table, Text, Logs], when always;
    Columns { "columns": "choose the columns and their order" } in &[Table], when always;
    Describe { "describe": "details as a form" } in &[Table, Text, Telemetry], when on_row;
    Yaml { "yaml": "the platform's answer as YAML" } in &[Table, Text], when on_row;
    Json { "json": "the platform's answer as JSON" } in &[Table, Text], when on_row;
    Unmask { "unmask": "show masked secrets for five seconds" } in &[Text, Page], when always;
    Fold { "fold": "fold or unfold what is under the cursor" } in &[Text], when always;
    Logs { "logs": "tail the logs of the row or of the marks, merged" } in &[Table, Telemetry], when logs;
    Attach { "attach": "attach the console" } in &[Table, Telemetry, Menu], when console;
    Telemetry { "telemetry": "telemetry on the full screen" } in &[Table], when telemetry;
    Revisions { "revisions": "the revisions of a container" } in &[Table], when revisions;
    Actions { "actions": "start, stop and other actions on the row" } in &[Table], when actions;
    Copy { "copy": "copy the name or the line" }
        in &[Table, Text, Logs, Page, Console, Scrollback, Menu], when on_row;
    CopyMenu { "copy-menu": "choose what to copy" } in &[Table, Text, Logs], when on_row;
    Save { "save": "save what is shown to a file" } in &[Table, Text, Logs], when always;
    Refresh { "refresh": "list again now" } in &[Everywhere], when always;
    PauseRefresh { "pause-refresh": "pause or resume refreshing" } in &[Everywhere], when always;
    Contexts { "contexts": "the contexts and their status" } in &[Everywhere], when always;
    Reconnect { "reconnect": "sign in again where that is needed" } in &[Everywhere], when always;
    Attention { "attention": "only what needs attention" } in &[Table], when has_states;
    Suspend { "suspend": "stop the program; fg brings it back" } in &[Everywhere], when always;
    Redraw { "redraw": "draw everything anew" } in &[Everywhere], when always;
    NextTheme { "next-theme": "the next theme" } in &[Everywhere], when always;
    Mouse { "mouse": "take or release the mouse" } in &[Everywhere], when always;
    Messages { "messages": "the messages so far" } in &[Everywhere], when always;
    Sessions { "sessions": "the open consoles" } in &[Everywhere], when always;
    Follow { "follow": "follow the end" } in &[Logs, Telemetry], when always;
    Timestamps { "timestamps": "show times" } in &[Logs], when always;
    MarkLine { "mark-line": "mark a line" } in &[Logs], when always;
    KeepLines { "keep-lines": "keep only lines that match; with ! drop them" } in &[Logs], when always;
    Since(u8) {
        (0) "since-0": "all lines",
        (1) "since-1": "lines of the last minute",
        (2) "since-2": "lines of the last 5 minutes",
        (3) "since-3": "lines of the last 15 minutes",
        (4) "since-4": "lines of the last hour",
        (5) "since-5": "lines of the last 6 hours",
        (6) "since-6": "lines of the last day",
    }
        in &[Logs], when always;
    ZoomIn { "zoom-in": "a shorter time window" } in &[Telemetry], when always;
    ZoomOut { "zoom-out": "a longer time window" } in &[Telemetry], when always;
    Detach { "detach": "leave the console; the session goes on" } in &[Console, Scrollback], when always;
    EndSession { "end-session": "end the session" } in &[Console, Scrollback, Menu], when always;
    NextSession { "next-session": "the next session" } in &[Console, Scrollback], when always;
    PreviousSession { "previous-session": "the previous session" } in &[Console, Scrollback], when always;
    Scrollback { "scrollback": "scroll back and search" } in &[Console, Scrollback], when always;
    Zoom { "zoom": "the console on the whole screen, or back" } in &[Telemetry, Console, Scrollback], when always;
    Prefix { "prefix": "the key that takes the next one from the guest" } in &[Console], when always;
    SendPrefix { "send-prefix": "send the prefix key itself" } in &[Console, Scrollback], when always;
}
