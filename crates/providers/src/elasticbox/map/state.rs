//! What a pair of state and latest event means. Neither word says anything without the other: a terminated instance is
//! `done` too.

use crate::words::Words;
use qdeck_model::{Lifecycle, State};

/// Where an operation leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aim {
    Up,
    Down,
    End,
    Unknown,
}

/// The page names seven events; `shutdown_service`, `snapshot`, `execute` and the migrations are known to clients. Both
/// ends of a service come in two steps (`terminate`, then `terminate_service`): either counts as the goal.
fn aim(event: &str) -> Aim {
    match event {
        "deploy" | "poweron" | "reinstall" | "reconfigure" | "snapshot" | "execute" => Aim::Up,
        "shutdown" | "shutdown_service" => Aim::Down,
        "terminate" | "terminate_service" => Aim::End,
        _ if event.ends_with("_migration") => Aim::Up,
        _ => Aim::Unknown,
    }
}

fn lifecycle(state: &str, aim: Aim) -> Lifecycle {
    match (state, aim) {
        ("processing", Aim::Up | Aim::Unknown) => Lifecycle::Pending,
        ("processing", Aim::Down) => Lifecycle::Stopping,
        ("processing", Aim::End) => Lifecycle::Deleting,
        ("done", Aim::Up) => Lifecycle::Running,
        ("done", Aim::Down) => Lifecycle::Stopped,
        ("done", Aim::End) => Lifecycle::Gone,
        ("unavailable", _) => Lifecycle::Failed,
        _ => Lifecycle::Unknown,
    }
}

/// The state of an instance in the word that the vendor's own pages show for the pair; a pair without one stays as it is,
/// as `done / pull`. What is under way, or has failed, is the reason.
pub(crate) fn pair(words: &Words, state: Option<&str>, event: Option<&str>) -> State {
    let (state, event) = (state.unwrap_or("unknown"), event.unwrap_or_default());
    let lifecycle = lifecycle(state, aim(event));
    let word = match lifecycle {
        Lifecycle::Running => "online",
        Lifecycle::Stopped => "shutdown",
        Lifecycle::Gone => "terminated",
        Lifecycle::Unknown if !event.is_empty() => {
            return State::new(lifecycle, words.share(&format!("{state} / {event}")));
        }
        _ => state,
    };
    let told = State::new(lifecycle, words.share(word));
    match lifecycle {
        _ if event.is_empty() => told,
        Lifecycle::Failed => told.because(words.share(&format!("{event} failed"))),
        _ if lifecycle.is_moving() => told.because(words.share(event)),
        _ => told,
    }
}

/// The state of an operation by itself.
pub(crate) fn operation(words: &Words, state: Option<&str>) -> State {
    let word = state.unwrap_or("unknown");
    let lifecycle = match word {
        "processing" => Lifecycle::Running,
        "done" => Lifecycle::Done,
        "unavailable" => Lifecycle::Failed,
        _ => Lifecycle::Unknown,
    };
    State::new(lifecycle, words.share(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_has_its_place() {
        use Lifecycle::{Deleting, Failed, Gone, Pending, Running, Stopped, Stopping, Unknown};
        for (state, event, lifecycle, word) in [
            ("processing", "deploy", Pending, "processing"),
            ("processing", "poweron", Pending, "processing"),
            ("processing", "pull", Pending, "processing"),
            ("processing", "shutdown", Stopping, "processing"),
            ("processing", "shutdown_service", Stopping, "processing"),
            ("processing", "terminate", Deleting, "processing"),
            ("processing", "terminate_service", Deleting, "processing"),
            ("done", "deploy", Running, "online"),
            ("done", "poweron", Running, "online"),
            ("done", "reinstall", Running, "online"),
            ("done", "reconfigure", Running, "online"),
            ("done", "snapshot", Running, "online"),
            ("done", "vm_migration", Running, "online"),
            ("done", "shutdown", Stopped, "shutdown"),
            ("done", "shutdown_service", Stopped, "shutdown"),
            ("done", "terminate", Gone, "terminated"),
            ("done", "terminate_service", Gone, "terminated"),
            ("done", "pull", Unknown, "done / pull"),
            ("unavailable", "terminate", Failed, "unavailable"),
            ("unavailable", "pull", Failed, "unavailable"),
            ("resting", "deploy", Unknown, "resting / deploy"),
        ] {
            let told = pair(&Words::default(), Some(state), Some(event));
            assert_eq!((told.lifecycle, &*told.raw), (lifecycle, word), "{state} {event}");
            let under_way = (state == "processing").then_some(event);
            if state != "unavailable" {
                assert_eq!(told.reason.as_deref(), under_way, "{state} {event}");
            }
        }
        let failed = pair(&Words::default(), Some("unavailable"), Some("reinstall"));
        assert_eq!(failed.reason.as_deref(), Some("reinstall failed"));
        assert_eq!(&*pair(&Words::default(), Some("done"), None).raw, "done");
        assert_eq!(pair(&Words::default(), None, None).lifecycle, Unknown);
    }
}
