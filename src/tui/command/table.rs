//! The table of commands, in the order of the help.

use super::availability::{
    actions, after_search, always, attach, console, has_past, has_states, logs, on_marks, on_revision,
    on_row, revisions, ssh, telemetry,
};
use super::{Entry, KeyContext};

/// Declares the commands: the enum of them, their lines in the table, and for each kind of layer the enum of those that
/// its layers do, which they match exhaustively: a command without its arm does not compile.
///
/// `in` names who does it, in this order: `Movement` (every layer that has a cursor), `Program` (the whole program, in
/// every key context), `Row` (a table, on the row under its cursor), then the key contexts. `when` is what it needs of the table in front.
macro_rules! commands {
    ($(
        $variant:ident $(($type:ty))? { $($(($value:literal))? $name:literal: $help:literal),+ $(,)? }
        in $layers:tt, when $available:ident;
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
                contexts: key_contexts!($layers),
                available: $available,
            }),+),+
        ];

        layers! { listed $($variant [$(number $type)?] $layers)+ }
    };
}

/// The key contexts in which the keymap binds what these layers do.
macro_rules! key_contexts {
    ([$($layer:ident),+]) => {
        &[$(key_context!($layer)),+]
    };
}

/// The key context of a kind of layer.
macro_rules! key_context {
    (Movement) => {
        KeyContext::Everywhere
    };
    (Program) => {
        KeyContext::Everywhere
    };
    (Row) => {
        KeyContext::Table
    };
    ($context:ident) => {
        KeyContext::$context
    };
}

/// Sorts the commands by who does them. The empty visibility after a name marks, line by line, that it was listed.
macro_rules! layers {
    (listed $($variant:ident $number:tt [$($layer:ident),+])+) => {
        layers! { $($variant $number [$($layer,)+])+ }
    };
    ($(
        $variant:ident $number:tt [
            $(Movement $movement:vis,)? $(Program $program:vis,)? $(Row $row:vis,)? $(Table $table:vis,)?
            $(Text $text:vis,)? $(Logs $logs:vis,)? $(Telemetry $telemetry:vis,)? $(Page $page:vis,)?
            $(Console $console:vis,)? $(CopyMode $copy_mode:vis,)? $(Playback $playback:vis,)? $(Menu $menu:vis,)? $(Form $form:vis,)?
        ]
    )+) => {
        layer! { "A movement of a cursor." Movement [] $($($movement $variant $number)?)+ }
        layer! { "A command of the whole program." ProgramCommand [] $($($program $variant $number)?)+ }
        layer! { "A command on the row under the cursor." RowCommand [] $($($row $variant $number)?)+ }
        layer! {
            "A command of the tables." TableCommand [Move(Movement) Row(RowCommand)]
            $($($table $variant $number)?)+
        }
        layer! { "A command of a document." TextCommand [Move(Movement)] $($($text $variant $number)?)+ }
        layer! { "A command of a log." LogCommand [Move(Movement)] $($($logs $variant $number)?)+ }
        layer! { "A command of the telemetry." TelemetryCommand [Move(Movement)] $($($telemetry $variant $number)?)+ }
        layer! { "A command of the box of a page." PageCommand [] $($($page $variant $number)?)+ }
        layer! { "A command after the prefix." ConsoleCommand [] $($($console $variant $number)?)+ }
        layer! { "A command of copy mode." CopyCommand [Move(Movement)] $($($copy_mode $variant $number)?)+ }
        layer! { "A command of the player of a recording." PlaybackCommand [] $($($playback $variant $number)?)+ }
        layer! { "A command of a list." MenuCommand [Move(Movement)] $($($menu $variant $number)?)+ }
        layer! { "A command of a form." FormCommand [] $($($form $variant $number)?)+ }
    };
}

/// Declares the commands of one kind of layer; in brackets are those that it has of another enum.
macro_rules! layer {
    (
        $doc:literal $name:ident [$($part:ident($of:ident))*]
        $($marker:vis $variant:ident [$($number:ident $type:ty)?])*
    ) => {
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $(
                #[doc = concat!("One of [`", stringify!($of), "`].")]
                $part($of),
            )*
            $(
                #[doc = concat!("[`Command::", stringify!($variant), "`].")]
                $variant $(($type))?,
            )*
        }

        impl $name {
            /// The command as one of these; `None` where it is done elsewhere.
            pub const fn of(command: Command) -> Option<Self> {
                $(
                    if let Some(command) = $of::of(command) {
                        return Some(Self::$part(command));
                    }
                )*
                match command {
                    $(Command::$variant $(($number))? => Some(Self::$variant $(($number))?),)*
                    _ => None,
                }
            }
        }
    };
}

commands! {
    Down { "down": "one down; a count before it repeats" } in [Movement], when always;
    Up { "up": "one up" } in [Movement], when always;
    Top { "top": "to the first; with a count, to that one" } in [Movement], when always;
    Bottom { "bottom": "to the last" } in [Movement], when always;
    HalfPageDown { "half-page-down": "half a page down" } in [Movement], when always;
    HalfPageUp { "half-page-up": "half a page up" } in [Movement], when always;
    PageDown { "page-down": "a page down" } in [Movement], when always;
    PageUp { "page-up": "a page up" } in [Movement], when always;
    Left { "left": "to the left" } in [Text, Logs, Telemetry, CopyMode, Menu], when always;
    Right { "right": "to the right" } in [Text, Logs, Telemetry, CopyMode, Menu], when always;
    Open { "open": "drill in, choose" } in [Row, Text, Telemetry, Page, Menu], when on_row;
    Back { "back": "cancel, clear filter, then marks, close, back" }
        in [Table, Text, Logs, Telemetry, Page, Console, CopyMode, Playback, Menu, Form], when always;
    Close { "close": "close or back; at the root asks to quit" }
        in [Table, Text, Logs, Telemetry, Page, Console, CopyMode, Playback, Menu], when always;
    Quit { "quit": "quit at once" } in [Program], when always;
    NextPane { "next-pane": "the next pane" } in [Table], when always;
    PreviousPane { "previous-pane": "the previous pane" } in [Table], when always;
    Pane(u8) {
        (1) "pane-1": "instances",
        (2) "pane-2": "containers",
        (3) "pane-3": "revisions",
        (4) "pane-4": "GPU models",
        (5) "pane-5": "operations",
    }
        in [Table, Telemetry], when always;
    HistoryBack { "history-back": "back to where you were before" } in [Program], when always;
    HistoryForward { "history-forward": "forward again" } in [Program], when always;
    LastPlace { "last-place": "to where you were last, and back" } in [Program], when always;
    Search { "search": "filter a table, search a text" } in [Table, Text, Logs, CopyMode], when always;
    NextMatch { "next-match": "the next match" } in [Table, Text, Logs, CopyMode], when after_search;
    PreviousMatch { "previous-match": "the previous match" }
        in [Table, Text, Logs, CopyMode], when after_search;
    Palette { "palette": "the command palette" } in [Program], when always;
    Help { "help": "the keys that work here" } in [Program, Console], when always;
    Mark { "mark": "mark or unmark the row" } in [Table, Telemetry, Menu], when on_row;
    MarkRange { "mark-range": "mark from the last mark to here" } in [Table], when on_row;
    ClearMarks { "clear-marks": "unmark all" } in [Table], when on_marks;
    SortMenu { "sort-menu": "choose the column to sort by" } in [Table, Menu], when always;
    SortByName { "sort-by-name": "sort by name; again to reverse" } in [Table], when always;
    SortByAge { "sort-by-age": "sort by age; again to reverse" } in [Table], when has_states;
    SortByState { "sort-by-state": "sort by state; again to reverse" } in [Table], when has_states;
    SortByContext { "sort-by-context": "sort by context; again to reverse" } in [Table], when always;
    Wide { "wide": "all columns of a table, wrap in a text" } in [Table, Text, Logs], when always;
    Columns { "columns": "choose the columns and their order" } in [Table, Menu], when always;
    Describe { "describe": "details as a form" } in [Row, Text, Telemetry], when on_row;
    Yaml { "yaml": "the platform's answer as YAML" } in [Row, Text], when on_row;
    Json { "json": "the platform's answer as JSON" } in [Row, Text], when on_row;
    Unmask { "unmask": "show masked secrets for five seconds" } in [Text, Page, Form], when always;
    Fold { "fold": "fold or unfold what is under the cursor" } in [Text], when always;
    Logs { "logs": "tail the logs of the row or of the marks, merged" } in [Row, Telemetry], when logs;
    Attach { "attach": "attach the console: the best way in" } in [Row, Telemetry, Menu], when attach;
    Ways { "ways": "choose the way into the instance" } in [Row, Telemetry], when console;
    Ssh { "ssh": "a shell by SSH" } in [Row, Text, Telemetry], when ssh;
    Telemetry { "telemetry": "telemetry on the full screen" } in [Row], when telemetry;
    Revisions { "revisions": "the revisions of a container" } in [Row], when revisions;
    Actions { "actions": "start, stop and other actions on the row" } in [Row], when actions;
    Create { "create": "create something new" } in [Table], when always;
    Edit { "edit": "change the settings" } in [Row], when actions;
    Delete { "delete": "delete or terminate" } in [Row], when actions;
    Compare { "compare": "compare revisions, or what was seen to change" } in [Table], when has_past;
    RollBack { "roll-back": "roll back to the revision" } in [Row], when on_revision;
    Copy { "copy": "copy the name or the line" }
        in [Row, Text, Logs, Page, Console, CopyMode, Menu], when on_row;
    CopyMenu { "copy-menu": "choose what to copy" } in [Row, Text, Logs, Menu], when on_row;
    Save { "save": "save what is shown to a file" } in [Table, Text, Logs, CopyMode], when always;
    Refresh { "refresh": "list again now" } in [Program, Text, Logs, Page, Console, Form], when always;
    PauseRefresh { "pause-refresh": "pause or resume refreshing" } in [Program, Telemetry], when always;
    Contexts { "contexts": "the contexts and their status" } in [Program, Menu], when always;
    Reconnect { "reconnect": "sign in again where that is needed" } in [Program, Console, Menu], when always;
    Attention { "attention": "only what needs attention" } in [Table], when has_states;
    Suspend { "suspend": "stop the program; fg brings it back" } in [Program], when always;
    Redraw { "redraw": "draw everything anew" } in [Program], when always;
    NextTheme { "next-theme": "the next theme" } in [Program], when always;
    Mouse { "mouse": "take or release the mouse" } in [Program], when always;
    Messages { "messages": "the messages so far" } in [Program, Menu], when always;
    Journal { "journal": "the changes made from here" } in [Program], when always;
    Sessions { "sessions": "the open consoles" } in [Program, Console, CopyMode], when always;
    Follow { "follow": "follow the end" } in [Logs, Telemetry], when always;
    Timestamps { "timestamps": "show times" } in [Logs], when always;
    MarkLine { "mark-line": "mark a line" } in [Logs], when always;
    KeepLines { "keep-lines": "keep only lines that match; with ! drop them" } in [Logs], when always;
    Since(u8) {
        (0) "since-0": "all lines",
        (1) "since-1": "lines of the last minute",
        (2) "since-2": "lines of the last 5 minutes",
        (3) "since-3": "lines of the last 15 minutes",
        (4) "since-4": "lines of the last hour",
        (5) "since-5": "lines of the last 6 hours",
        (6) "since-6": "lines of the last day",
    }
        in [Logs], when always;
    ZoomIn { "zoom-in": "a shorter time window" } in [Telemetry], when always;
    ZoomOut { "zoom-out": "a longer time window" } in [Telemetry], when always;
    Detach { "detach": "leave the console; the session goes on" } in [Console, CopyMode], when always;
    EndSession { "end-session": "end the session" } in [Console, CopyMode, Menu], when always;
    WatchSilence { "watch-silence": "mark the console after 30 s of silence, or no longer" }
        in [Menu], when always;
    Encoding { "encoding": "the next encoding of the console: UTF-8, CP437, Latin-1" } in [Menu], when always;
    NextSession { "next-session": "the next tab, or tile where there is one tab; then sessions without a tile" }
        in [Console, CopyMode], when always;
    PreviousSession { "previous-session": "the previous tab or tile; then sessions without a tile" } in [Console, CopyMode], when always;
    CopyMode { "copy-mode": "scroll back, search, select and copy" } in [Console, CopyMode, Playback], when always;
    Record { "record": "record the console to a file, or stop" } in [Console], when always;
    PauseRecording { "pause-recording": "pause the recording, or go on with it" } in [Console], when always;
    PlayPause { "play-pause": "pause, or go on; at the end start again" } in [Playback], when always;
    SeekBack { "seek-back": "five seconds back" } in [Playback], when always;
    SeekForward { "seek-forward": "five seconds forward" } in [Playback], when always;
    StepEvent { "step": "pause, and play the next event" } in [Playback], when always;
    PlaySlower { "slower": "play more slowly" } in [Playback], when always;
    PlayFaster { "faster": "play faster" } in [Playback], when always;
    NextMarker { "next-marker": "to the next marker" } in [Playback], when always;
    PreviousMarker { "previous-marker": "to the marker before" } in [Playback], when always;
    SeekTenth(u8) {
        (0) "seek-0": "to the start of the recording",
        (1) "seek-1": "to a tenth of it",
        (2) "seek-2": "to two tenths of it",
        (3) "seek-3": "to three tenths of it",
        (4) "seek-4": "to four tenths of it",
        (5) "seek-5": "to half of it",
        (6) "seek-6": "to six tenths of it",
        (7) "seek-7": "to seven tenths of it",
        (8) "seek-8": "to eight tenths of it",
        (9) "seek-9": "to nine tenths of it",
    }
        in [Playback], when always;
    SendKeys { "send-keys": "choose keys to send by their names: Ctrl-Alt-Del and others" } in [Console], when always;
    TextOrPixels { "text-or-pixels": "the recognised text of a screen of pixels, or its pixels" }
        in [Console], when always;
    NextScale { "scale": "all of a screen of pixels, or pixel by pixel" } in [Console], when always;
    MatchSize { "match-size": "ask a screen of pixels to take the size of its tile" } in [Console], when always;
    PanScreen { "pan": "move over a screen of pixels that shows in part" } in [Console], when always;
    Zoom { "zoom": "the console on the whole screen, or back" }
        in [Telemetry, Console, CopyMode, Playback], when always;
    SplitRight { "split-right": "another console to the right of this one" } in [Console], when always;
    SplitBelow { "split-below": "another console below this one" } in [Console], when always;
    FocusLeft { "focus-left": "to the tile on the left" } in [Console], when always;
    FocusDown { "focus-down": "to the tile below" } in [Console], when always;
    FocusUp { "focus-up": "to the tile above" } in [Console], when always;
    FocusRight { "focus-right": "to the tile on the right" } in [Console], when always;
    ResizeLeft { "resize-left": "move the line beside the tile to the left" } in [Console], when always;
    ResizeDown { "resize-down": "move the line below the tile down" } in [Console], when always;
    ResizeUp { "resize-up": "move the line below the tile up" } in [Console], when always;
    ResizeRight { "resize-right": "move the line beside the tile to the right" } in [Console], when always;
    GrowTile { "grow-tile": "a larger tile" } in [Console], when always;
    ShrinkTile { "shrink-tile": "a smaller tile" } in [Console], when always;
    NextLayout { "next-layout": "the next even arrangement: columns, rows, one and a stack, grid" }
        in [Console], when always;
    SwapTile { "swap-tile": "exchange the tile and the next one" } in [Console], when always;
    CloseTile { "close-tile": "close the tile; the session goes on" } in [Console], when always;
    NewTab { "new-tab": "another console in a new tab" } in [Console], when always;
    Tab(u8) {
        (1) "tab-1": "the first tab",
        (2) "tab-2": "the second tab",
        (3) "tab-3": "the third tab",
        (4) "tab-4": "the fourth tab",
        (5) "tab-5": "the fifth tab",
        (6) "tab-6": "the sixth tab",
        (7) "tab-7": "the seventh tab",
        (8) "tab-8": "the eighth tab",
        (9) "tab-9": "the ninth tab",
    }
        in [Console], when always;
    RenameTab { "rename-tab": "name the tab" } in [Console], when always;
    RenameSession { "rename-session": "name the session" } in [Console], when always;
    AnotherSession { "another-session": "another session on the same instance, in a new tab" }
        in [Console], when always;
    NextEncoding { "next-encoding": "another encoding of the session: UTF-8, CP437, Latin-1" }
        in [Console], when always;
    NextAlert { "next-alert": "the next console with a mark: broken, bell, ended, silence, output" }
        in [Console], when always;
    TypeTogether { "type-together": "type into all tiles of the tab together, or stop that" }
        in [Console], when always;
    TypeHereToo { "type-here-too": "type into this tile together with others, or leave it out" }
        in [Console], when always;
    Prefix { "prefix": "the key that takes the next one from the guest" } in [Console], when always;
    NextField { "next-field": "the next field of a form" } in [Form], when always;
    PreviousField { "previous-field": "the previous field" } in [Form], when always;
    Submit { "submit": "check the form and go on to the preview" } in [Form], when always;
    EditForm { "edit-form": "edit all fields as a document in $EDITOR" } in [Form], when always;
    StartOver { "start-over": "drop what was entered and begin anew" } in [Form], when always;
    SendPrefix { "send-prefix": "send the prefix key itself" } in [Console, CopyMode], when always;
    LineStart { "line-start": "to the start of the line" } in [CopyMode], when always;
    FirstCharacter { "first-character": "to the first character of the line that is no blank" }
        in [CopyMode], when always;
    LineEnd { "line-end": "to the end of the line" } in [CopyMode], when always;
    NextWord { "next-word": "to the next word" } in [CopyMode], when always;
    PreviousWord { "previous-word": "to the start of the word, or of the one before" } in [CopyMode], when always;
    WordEnd { "word-end": "to the end of the word, or of the next" } in [CopyMode], when always;
    NextBigWord { "next-big-word": "to the next word between blanks" } in [CopyMode], when always;
    PreviousBigWord { "previous-big-word": "to the word between blanks before" } in [CopyMode], when always;
    BigWordEnd { "big-word-end": "to the end of the word between blanks" } in [CopyMode], when always;
    NextParagraph { "next-paragraph": "to the next empty line" } in [CopyMode], when always;
    PreviousParagraph { "previous-paragraph": "to the empty line before" } in [CopyMode], when always;
    ScreenTop { "screen-top": "to the first row shown" } in [CopyMode], when always;
    ScreenMiddle { "screen-middle": "to the middle row shown" } in [CopyMode], when always;
    ScreenBottom { "screen-bottom": "to the last row shown" } in [CopyMode], when always;
    ScrollDown { "scroll-down": "scroll a row down" } in [CopyMode], when always;
    ScrollUp { "scroll-up": "scroll a row up" } in [CopyMode], when always;
    FindForward { "find-forward": "to the next character typed after it, in the line" } in [CopyMode], when always;
    FindBack { "find-back": "the same, back" } in [CopyMode], when always;
    TillForward { "till-forward": "up to before the next character typed after it" } in [CopyMode], when always;
    TillBack { "till-back": "the same, back" } in [CopyMode], when always;
    RepeatFind { "repeat-find": "to the next such character again" } in [CopyMode], when always;
    RepeatFindBack { "repeat-find-back": "the same in the other direction" } in [CopyMode], when always;
    MatchingBracket { "matching-bracket": "to the other bracket of the pair" } in [CopyMode], when always;
    NextPrompt { "next-prompt": "to the next prompt of the shell" } in [CopyMode], when always;
    PreviousPrompt { "previous-prompt": "to the prompt before" } in [CopyMode], when always;
    SetMark { "set-mark": "set a mark here" } in [CopyMode], when always;
    GoToMark { "go-to-mark": "to the mark, which moves here" } in [CopyMode], when always;
    Select { "select": "select characters, or end the selection" } in [CopyMode], when always;
    SelectLines { "select-lines": "select lines, or end the selection" } in [CopyMode], when always;
    SelectBlock { "select-block": "select a rectangle, or end the selection" } in [CopyMode], when always;
    OtherEnd { "other-end": "to the other end of the selection; without one, show the link under the cursor and open it" }
        in [CopyMode], when always;
    CopySelection { "copy-selection": "copy the selection and leave" } in [CopyMode], when always;
    CopyLine { "copy-line": "copy the whole line or lines and leave" } in [CopyMode], when always;
    SearchBack { "search-back": "search towards older lines" } in [CopyMode], when always;
    SearchWord { "search-word": "search for the word under the cursor" } in [CopyMode], when always;
    SearchWordBack { "search-word-back": "the same towards older lines" } in [CopyMode], when always;
    OpenText { "open-text": "open all of the text in $EDITOR" } in [CopyMode], when always;
}
