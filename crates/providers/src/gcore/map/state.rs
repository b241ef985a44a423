//! The words of Gcore's states, which are those of `OpenStack`'s compute service for instances.

use super::super::wire;
use crate::words::Words;
use qdeck_model::{Lifecycle, State};

/// An instance's state. Its `status` may stay `ACTIVE` while it is being rebooted: it is settled only when
/// `task_state` is null, and until then the task is what it is doing. The raw words are facts beside it.
pub(super) fn of_instance(words: &Words, wire: &wire::Instance) -> State {
    let status = wire.status.as_deref().unwrap_or("unknown");
    let mut state = match wire.task_state.as_deref() {
        Some(task) => {
            let raw = words.share(&format!("{task}…"));
            State::new(moving(task), raw).because(words.share(&format!("status {status}")))
        }
        None => State::new(of_status(status), words.share(status)),
    };
    let isolation = wire.instance_isolation.as_ref();
    if let Some(isolation) = isolation {
        let reason = isolation.reason.as_deref().unwrap_or("isolated");
        state.reason = Some(words.share(&format!("isolated: {reason}")));
        if state.lifecycle == Lifecycle::Running {
            state.lifecycle = Lifecycle::Degraded;
        }
    }
    let under_attack = wire.blackhole_ports.iter().find(|port| {
        // The year 1 is no time: the alarm has not ended.
        super::date(port.alarm_end.as_deref()).is_none()
    });
    if let (Some(port), None) = (under_attack, isolation) {
        let address = port.destination.as_deref().unwrap_or("an address");
        state.reason = Some(words.share(&format!("{address} is blackholed")));
        if state.lifecycle == Lifecycle::Running {
            state.lifecycle = Lifecycle::Degraded;
        }
    }
    if state.reason.is_none() && status == "VERIFY_RESIZE" {
        state.reason = Some(words.share("the resize waits to be confirmed"));
    }
    state
}

/// What a task makes of an instance. The words are not listed anywhere: these are those of `OpenStack`.
fn moving(task: &str) -> Lifecycle {
    let stops = [
        "powering-off",
        "stopping",
        "suspending",
        "pausing",
        "shelving",
        "shelving_offloading",
        "shelving_image_pending_upload",
        "shelving_image_uploading",
    ];
    if task.contains("deleting") {
        Lifecycle::Deleting
    } else if stops.contains(&task) {
        Lifecycle::Stopping
    } else {
        Lifecycle::Pending
    }
}

fn of_status(status: &str) -> Lifecycle {
    match status {
        "ACTIVE" | "PASSWORD" => Lifecycle::Running,
        "BUILD" | "HARD_REBOOT" | "REBOOT" | "MIGRATING" | "REBUILD" | "RESIZE" | "REVERT_RESIZE"
        | "VERIFY_RESIZE" => Lifecycle::Pending,
        "SHUTOFF" | "SUSPENDED" | "PAUSED" | "SHELVED" | "SHELVED_OFFLOADED" => Lifecycle::Stopped,
        "RESCUE" => Lifecycle::Degraded,
        "ERROR" => Lifecycle::Failed,
        "DELETED" | "SOFT_DELETED" => Lifecycle::Gone,
        _ => Lifecycle::Unknown,
    }
}

/// A deployment's state; what a region says is wrong is the reason.
pub(super) fn of_deployment(words: &Words, wire: &wire::Deployment) -> State {
    let word = wire.status.as_deref().unwrap_or("unknown");
    let error = wire.containers.iter().find_map(|placed| placed.error_message.as_deref());
    let lifecycle = match word {
        "ACTIVE" if error.is_none() => Lifecycle::Running,
        "ACTIVE" | "PARTIALLYDEPLOYED" if error.is_some() => Lifecycle::Degraded,
        "DEPLOYING" | "PARTIALLYDEPLOYED" => Lifecycle::Pending,
        // Up, but scaled to nothing until somebody asks.
        "PENDING" | "DISABLED" => Lifecycle::Stopped,
        "DELETING" => Lifecycle::Deleting,
        _ => Lifecycle::Unknown,
    };
    let state = State::new(lifecycle, words.share(word));
    match error {
        Some(error) => state.because(error),
        None if word == "PENDING" => state.because(words.share("scaled to zero")),
        None => state,
    }
}

/// A container's state. Its words are listed nowhere but for one sample, `RUNNING`: these are the likely ones.
pub(super) fn of_container(words: &Words, wire: &wire::CaasContainer) -> State {
    let word = wire.status.as_deref().unwrap_or("unknown");
    let lifecycle = match word.to_ascii_uppercase().as_str() {
        _ if wire.is_disabled => Lifecycle::Stopped,
        "RUNNING" | "ACTIVE" | "DEPLOYED" => Lifecycle::Running,
        "DEPLOYING" | "CREATING" | "UPDATING" | "PENDING" | "NEW" => Lifecycle::Pending,
        "PARTIALLYDEPLOYED" => Lifecycle::Degraded,
        "STOPPED" | "DISABLED" => Lifecycle::Stopped,
        "DELETING" => Lifecycle::Deleting,
        "FAILED" | "ERROR" => Lifecycle::Failed,
        _ => Lifecycle::Unknown,
    };
    let state = State::new(lifecycle, words.share(word));
    match wire.status_message.as_deref() {
        Some(message) => state.because(message),
        None => state,
    }
}

/// A task's state, with what went wrong.
pub(super) fn of_task(words: &Words, wire: &wire::Task) -> State {
    let word = wire.state.as_deref().unwrap_or("unknown");
    let lifecycle = match word {
        "NEW" => Lifecycle::Pending,
        "RUNNING" => Lifecycle::Running,
        "FINISHED" => Lifecycle::Done,
        "ERROR" => Lifecycle::Failed,
        _ => Lifecycle::Unknown,
    };
    let state = State::new(lifecycle, words.share(word));
    match (wire.error.as_deref(), wire.detailed_state.as_deref()) {
        (Some(error), _) => state.because(error),
        (None, Some(detail)) if detail != word => state.because(words.share(detail)),
        _ => state,
    }
}
