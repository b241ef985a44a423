//! Messages about a write in progress.

use std::fmt::Write as _;

use crate::fleet::{WriteEnd, WriteEvent, WritePhase};
use crate::model::{Danger, Problem, age};

/// The message of an event, and whether it is about a failure. `None` where nothing is worth one.
pub(in crate::tui) fn message(event: &WriteEvent) -> Option<(String, bool)> {
    let (action, name) = (event.action.name, event.name());
    let took = age(event.elapsed);
    Some(match &event.phase {
        WritePhase::Sent => (format!("{} {name}", event.action.progress), false),
        WritePhase::PickedUp => {
            (format!("{} {name} since {took} ago: following it to its end", event.action.progress), false)
        }
        WritePhase::Accepted(_) | WritePhase::Created(_) | WritePhase::Step { problem: None, .. } => {
            return None;
        }
        WritePhase::Shown(shown) => {
            let labels: Vec<_> = shown.secrets.iter().map(|secret| &*secret.label).collect();
            let how = if event.action.danger == Danger::Safe { "shown" } else { "shown once" };
            (format!("{action} {name}: {how}: {}", labels.join(", ")), false)
        }
        WritePhase::Step { problem: Some(problem), .. } => {
            let progress = event.action.progress;
            (format!("{progress} {name}: no answer ({}), checking again", problem.message), false)
        }
        WritePhase::Ended(WriteEnd::Done) => (format!("{action} {name}: done after {took}"), false),
        WritePhase::Ended(WriteEnd::Refused(problem)) => {
            (format!("{action} {name} was refused: {}", whole(problem)), true)
        }
        WritePhase::Ended(WriteEnd::Failed(problem)) => {
            (format!("{action} {name} failed after {took}: {}", whole(problem)), true)
        }
        WritePhase::Ended(WriteEnd::Unsent(problem)) => {
            (format!("{action} {name}: not sent: {}", whole(problem)), true)
        }
        WritePhase::Ended(WriteEnd::Unknown(problem)) => {
            (format!("{action} {name}: outcome unknown: {}", whole(problem)), true)
        }
    })
}

/// A problem with its status, the id of its request and what to do.
pub(super) fn whole(problem: &Problem) -> String {
    let mut text = problem.message.to_string();
    if let Some(status) = problem.status {
        _ = write!(text, " ({status})");
    }
    if let Some(id) = &problem.request_id {
        _ = write!(text, ", request id {id}");
    }
    if let Some(hint) = &problem.hint {
        _ = write!(text, ". {hint}");
    }
    text
}
