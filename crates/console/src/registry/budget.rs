//! The scrollback of all sessions in one budget of bytes.

use std::sync::Arc;

use super::OpenConsole;

/// The share of the budget that is freed beyond what is needed, so that not every line of a flood trims.
const SLACK_SHARE: usize = 32;

/// Bytes that the scrollback of these sessions takes.
pub(super) fn history_bytes(sessions: &[Arc<OpenConsole>]) -> usize {
    sessions.iter().map(|open| open.history_bytes()).sum()
}

/// Drops the oldest lines of the sessions that were looked at longest ago until all fit into the budget.
pub(super) fn enforce(sessions: &[Arc<OpenConsole>], budget: usize) {
    let all = history_bytes(sessions);
    if all <= budget {
        return;
    }
    let mut excess = all - budget + budget / SLACK_SHARE;
    let mut by_age: Vec<_> = sessions.iter().collect();
    by_age.sort_by_key(|open| open.looked_at());
    for open in by_age {
        let before = open.history_bytes();
        if let Some(text) = open.screen.text() {
            text.trim_history(before.saturating_sub(excess));
        }
        excess = excess.saturating_sub(before.saturating_sub(open.history_bytes()));
        if excess == 0 {
            return;
        }
    }
}
