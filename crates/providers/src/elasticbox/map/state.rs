//! Maps a pair of state and latest event to a state. Neither is enough alone: a terminated instance is `done` too.

use crate::mapping::interner::Interner;
use qdeck_model::{Lifecycle, State};

/// The state an operation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aim {
    Up,
    Down,
    End,
    Unknown,
}

/// The aim of an event. The page has seven events; `shutdown_service`, `snapshot`, `execute` and the migrations are in
/// clients. Shutdown and termination of a service take two steps (`terminate`, then `terminate_service`): both have the
/// same aim.
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

/// The state of an instance, under the name that the vendor's own pages show for the pair; a pair without one is shown as
/// it is, `done / pull`. The event in progress, or the one that failed, is the reason.
pub(crate) fn pair(strings: &Interner, state: Option<&str>, event: Option<&str>) -> State {
    let (state, event) = (state.unwrap_or("unknown"), event.unwrap_or_default());
    let lifecycle = lifecycle(state, aim(event));
    let raw = match lifecycle {
        Lifecycle::Running => "online",
        Lifecycle::Stopped => "shutdown",
        Lifecycle::Gone => "terminated",
        Lifecycle::Unknown if !event.is_empty() => {
            return State::new(lifecycle, strings.intern(&format!("{state} / {event}")));
        }
        _ => state,
    };
    let named = State::new(lifecycle, strings.intern(raw));
    match lifecycle {
        _ if event.is_empty() => named,
        Lifecycle::Failed => named.because(strings.intern(&format!("{event} failed"))),
        _ if lifecycle.is_moving() => named.because(strings.intern(event)),
        _ => named,
    }
}

/// The state of an operation by itself.
pub(crate) fn operation(strings: &Interner, state: Option<&str>) -> State {
    let raw = state.unwrap_or("unknown");
    let lifecycle = match raw {
        "processing" => Lifecycle::Running,
        "done" => Lifecycle::Done,
        "unavailable" => Lifecycle::Failed,
        _ => Lifecycle::Unknown,
    };
    State::new(lifecycle, strings.intern(raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_has_a_state() {
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
            let mapped = pair(&Interner::default(), Some(state), Some(event));
            assert_eq!((mapped.lifecycle, &*mapped.raw), (lifecycle, word), "{state} {event}");
            let under_way = (state == "processing").then_some(event);
            if state != "unavailable" {
                assert_eq!(mapped.reason.as_deref(), under_way, "{state} {event}");
            }
        }
        let failed = pair(&Interner::default(), Some("unavailable"), Some("reinstall"));
        assert_eq!(failed.reason.as_deref(), Some("reinstall failed"));
        assert_eq!(&*pair(&Interner::default(), Some("done"), None).raw, "done");
        assert_eq!(pair(&Interner::default(), None, None).lifecycle, Unknown);
    }
}
