//! The mark of a state.

use qdeck_model::Lifecycle;

/// A mark for each state, different in shape too: not everyone can distinguish its colours.
pub const fn state_mark(lifecycle: Lifecycle, ascii: bool) -> &'static str {
    match (lifecycle, ascii) {
        (Lifecycle::Running, false) => "●",
        (Lifecycle::Running, true) => "*",
        (Lifecycle::Pending, false) => "◐",
        (Lifecycle::Stopping, false) => "◑",
        (Lifecycle::Pending | Lifecycle::Stopping, true) => "~",
        (Lifecycle::Degraded, false) => "▲",
        (Lifecycle::Degraded, true) => "!",
        (Lifecycle::Failed, false) => "✗",
        (Lifecycle::Failed, true) => "x",
        (Lifecycle::Stopped, false) => "○",
        (Lifecycle::Stopped, true) => "o",
        (Lifecycle::Done, false) => "✔",
        (Lifecycle::Done, true) => "+",
        (Lifecycle::Deleting, false) => "◌",
        (Lifecycle::Deleting, true) => "-",
        (Lifecycle::Gone, false) => "·",
        (Lifecycle::Gone, true) => ".",
        (Lifecycle::Unknown, _) => "?",
    }
}
