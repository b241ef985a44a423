//! The commands that keys are bound to, and the key contexts they are bound in. Layers match on commands, never on key
//! codes.

/// Where a key is pressed. The bindings of [`KeyContext::Everywhere`] apply in every context, after its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyContext {
    /// Everywhere but where text is typed.
    Everywhere,
    /// A table of resources.
    Table,
    /// A document: details, YAML, JSON, help.
    Text,
    /// A log tail.
    Logs,
    /// The telemetry screen.
    Telemetry,
    /// The box of a console that is a page for a browser.
    Page,
    /// A console, after the prefix key.
    Console,
    /// A console's scrollback.
    Scrollback,
    /// A list in an overlay: contexts, sorts, sessions, messages.
    Menu,
}

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Command {
    /// One row or line down, or as many as the count says.
    Down,
    /// Up.
    Up,
    /// To the first row; with a count, to that row.
    Top,
    /// To the last row.
    Bottom,
    /// Half a page down.
    HalfPageDown,
    /// Half a page up.
    HalfPageUp,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// Sideways, where lines are longer than the screen.
    Left,
    /// Sideways.
    Right,
    /// The next pane.
    NextPane,
    /// The previous pane.
    PreviousPane,
    /// A pane by its number, 1 to 5.
    Pane(u8),
    /// Drill in, choose.
    Open,
    /// Cancel, clear the filter, close, back one level.
    Back,
    /// Close or back; at the root asks to quit.
    Close,
    /// Quit at once.
    Quit,
    /// Back in the history of places.
    HistoryBack,
    /// Forward in it.
    HistoryForward,
    /// The last place.
    LastPlace,
    /// Filter a table, search a text.
    Search,
    /// The next match.
    NextMatch,
    /// The previous match.
    PreviousMatch,
    /// The command palette.
    Palette,
    /// The keys that work here.
    Help,
    /// Mark or unmark the row.
    Mark,
    /// Mark from the last mark to here.
    MarkRange,
    /// Unmark all.
    ClearMarks,
    /// The sort menu.
    SortMenu,
    /// Sort by name; again to reverse.
    SortByName,
    /// Sort by age.
    SortByAge,
    /// Sort by state.
    SortByState,
    /// Sort by context.
    SortByContext,
    /// Wide columns in a table, wrap in a text.
    Wide,
    /// Which columns a table shows.
    Columns,
    /// Details as a form.
    Describe,
    /// The answer as YAML.
    Yaml,
    /// The answer as JSON.
    Json,
    /// Shows masked secrets for five seconds.
    Unmask,
    /// Folds or unfolds the node under the cursor.
    Fold,
    /// Tail the logs of the row or the marks.
    Logs,
    /// Attach the console.
    Attach,
    /// Telemetry on the full screen.
    Telemetry,
    /// The revisions of a container.
    Revisions,
    /// Copies the name or the line.
    Copy,
    /// A menu of what to copy.
    CopyMenu,
    /// Saves what is shown to a file.
    Save,
    /// Lists again now.
    Refresh,
    /// Stops or resumes listing and sampling.
    PauseRefresh,
    /// The contexts and how they fare.
    Contexts,
    /// Signs in again and connects.
    Reconnect,
    /// Only what needs attention.
    Attention,
    /// Stops the program as the shell's Ctrl-Z does.
    Suspend,
    /// Draws everything anew.
    Redraw,
    /// The next theme.
    NextTheme,
    /// Takes or releases the mouse.
    Mouse,
    /// The messages so far.
    Messages,
    /// The open consoles.
    Sessions,
    /// Follow the end.
    Follow,
    /// Show times.
    Timestamps,
    /// Mark a line.
    MarkLine,
    /// Keep only lines that match, or (with `!`) drop them.
    KeepLines,
    /// Lines since a preset: 0 all, 1 the last minute, 2 five, 3 fifteen, 4 an hour, 5 six, 6 a day.
    Since(u8),
    /// A shorter time window.
    ZoomIn,
    /// A longer time window.
    ZoomOut,
    /// Leaves the console; the session goes on.
    Detach,
    /// Ends the session.
    EndSession,
    /// The next session.
    NextSession,
    /// The previous session.
    PreviousSession,
    /// The console's scrollback.
    Scrollback,
    /// The console on the whole screen, or back.
    Zoom,
    /// The prefix key of consoles: the next key is for this program.
    Prefix,
    /// Sends the prefix key itself to the guest.
    SendPrefix,
}
