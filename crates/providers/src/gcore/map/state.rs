//! Maps Gcore's states, which for instances are those of `OpenStack`'s compute service.

use super::super::wire;
use crate::mapping::interner::Interner;
use qdeck_model::{Lifecycle, State};

/// The state of an instance. `status` may stay `ACTIVE` while a reboot is in progress: it is settled only when
/// `task_state` is null, and until then the task is shown. Both raw values are facts of the row.
pub(super) fn of_instance(strings: &Interner, wire: &wire::Instance) -> State {
    let status = wire.status.as_deref().unwrap_or("unknown");
    let mut state = match wire.task_state.as_deref() {
        Some(task) => State::new(during_task(task), strings.intern(&format!("{task}…")))
            .because(strings.intern(&format!("status {status}"))),
        None => State::new(of_status(status), strings.intern(status)),
    };
    let isolation = wire.instance_isolation.as_ref();
    if let Some(isolation) = isolation {
        let reason = isolation.reason.as_deref().unwrap_or("isolated");
        state.reason = Some(strings.intern(&format!("isolated: {reason}")));
        if state.lifecycle == Lifecycle::Running {
            state.lifecycle = Lifecycle::Degraded;
        }
    }
    let under_attack = wire.blackhole_ports.iter().find(|port| {
        // An end in the year 1 does not parse as a time: the alarm has not ended.
        port.alarm_end.timestamp().is_none()
    });
    if let (Some(port), None) = (under_attack, isolation) {
        let address = port.destination.as_deref().unwrap_or("an address");
        state.reason = Some(strings.intern(&format!("{address} is blackholed")));
        if state.lifecycle == Lifecycle::Running {
            state.lifecycle = Lifecycle::Degraded;
        }
    }
    if state.reason.is_none() && status == "VERIFY_RESIZE" {
        state.reason = Some(strings.intern("the resize waits to be confirmed"));
    }
    state
}

/// The lifecycle during a task. Gcore does not list the task states: these are those of `OpenStack`.
fn during_task(task: &str) -> Lifecycle {
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

/// The state of a deployment; the first error of a region is the reason.
pub(super) fn of_deployment(strings: &Interner, wire: &wire::Deployment) -> State {
    let raw = wire.status.as_deref().unwrap_or("unknown");
    let error = wire.containers.iter().find_map(|placed| placed.error_message.as_deref());
    let lifecycle = match raw {
        "ACTIVE" if error.is_none() => Lifecycle::Running,
        "ACTIVE" | "PARTIALLYDEPLOYED" if error.is_some() => Lifecycle::Degraded,
        "DEPLOYING" | "PARTIALLYDEPLOYED" => Lifecycle::Pending,
        // Scaled to zero until a request arrives.
        "PENDING" | "DISABLED" => Lifecycle::Stopped,
        "DELETING" => Lifecycle::Deleting,
        _ => Lifecycle::Unknown,
    };
    let state = State::new(lifecycle, strings.intern(raw));
    match error {
        Some(error) => state.because(error),
        None if raw == "PENDING" => state.because(strings.intern("scaled to zero")),
        None => state,
    }
}

/// The state of a container. The documents have one sample, `RUNNING`: the other values are likely ones.
pub(super) fn of_container(strings: &Interner, wire: &wire::CaasContainer) -> State {
    let raw = wire.status.as_deref().unwrap_or("unknown");
    let lifecycle = match raw.to_ascii_uppercase().as_str() {
        _ if *wire.is_disabled => Lifecycle::Stopped,
        "RUNNING" | "ACTIVE" | "DEPLOYED" => Lifecycle::Running,
        "DEPLOYING" | "CREATING" | "UPDATING" | "PENDING" | "NEW" => Lifecycle::Pending,
        "PARTIALLYDEPLOYED" => Lifecycle::Degraded,
        "STOPPED" | "DISABLED" => Lifecycle::Stopped,
        "DELETING" => Lifecycle::Deleting,
        "FAILED" | "ERROR" => Lifecycle::Failed,
        _ => Lifecycle::Unknown,
    };
    let state = State::new(lifecycle, strings.intern(raw));
    match wire.status_message.as_deref() {
        Some(message) => state.because(message),
        None => state,
    }
}

/// The state of a task, with its error as the reason.
pub(super) fn of_task(strings: &Interner, wire: &wire::Task) -> State {
    let raw = wire.state.as_deref().unwrap_or("unknown");
    let lifecycle = match raw {
        "NEW" => Lifecycle::Pending,
        "RUNNING" => Lifecycle::Running,
        "FINISHED" => Lifecycle::Done,
        "ERROR" => Lifecycle::Failed,
        _ => Lifecycle::Unknown,
    };
    let state = State::new(lifecycle, strings.intern(raw));
    match (wire.error.as_deref(), wire.detailed_state.as_deref()) {
        (Some(error), _) => state.because(error),
        (None, Some(detail)) if detail != raw => state.because(strings.intern(detail)),
        _ => state,
    }
}
