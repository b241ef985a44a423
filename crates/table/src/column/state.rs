//! The word and the mark of a state.

use std::borrow::Cow;

use qdeck_model::{Lifecycle, State};

/// The platform's own word for a state, in lower case; the mapped one where it has none, or where its word would name
/// another state than the mark beside it: a platform may call `running` what fails its health checks.
pub fn state_text(state: &State) -> Cow<'_, str> {
    let mapped = state.lifecycle.word();
    if state.raw.is_empty() {
        return mapped.into();
    }
    let raw: Cow<'_, str> = if state.raw.chars().any(char::is_uppercase) {
        state.raw.to_lowercase().into()
    } else {
        (&*state.raw).into()
    };
    let misleads = raw != mapped && Lifecycle::ALL.iter().any(|other| other.word() == raw);
    if misleads { mapped.into() } else { raw }
}

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
