//! Phases of instances and containers, and what follows from a change of one.

use jiff::Timestamp;

use super::events::Event;
use super::fleet::{Fleet, Phase};

/// Sets an instance's phase and adds the event of it. A removed instance stays removed.
pub(super) fn set_phase(fleet: &mut Fleet, instance: u32, phase: Phase, events: &mut Vec<Event>) {
    let Some(row) = fleet.instances.get_mut(instance) else {
        return;
    };
    let Some(before) = change(&mut row.phase, &mut row.changed, phase) else {
        return;
    };
    let container = row.container;
    let checked = fleet.containers.get(container).is_some_and(|c| c.health_check);
    row.healthy = (checked && phase == Phase::Running).then_some(true);
    if phase != Phase::Failed {
        row.error = None;
    }
    events.push(Event::Instance { container, instance, phase, before });
    if phase == Phase::Gone
        && let Some(forgotten) = fleet.instances.retire(instance)
    {
        fleet.extras.remove(&forgotten);
        fleet.moved.remove(&forgotten);
        fleet.extended.retain(|(instance, _), _| *instance != forgotten);
    }
}

/// Sets a container's phase and adds the event of it. A removed container stays removed.
pub(super) fn set_container_phase(fleet: &mut Fleet, container: u32, phase: Phase, events: &mut Vec<Event>) {
    let Some(row) = fleet.containers.get_mut(container) else {
        return;
    };
    let Some(before) = change(&mut row.phase, &mut row.changed, phase) else {
        return;
    };
    match phase {
        Phase::Starting | Phase::Running => row.desired = Phase::Running,
        Phase::Stopping | Phase::Stopped => row.desired = Phase::Stopped,
        Phase::Deleting | Phase::Gone => row.desired = Phase::Gone,
        Phase::New | Phase::Failed | Phase::Migrating => {}
    }
    if phase == Phase::Running {
        row.started = Some(row.changed);
    }
    events.push(Event::Container { container, phase, before });
    if phase == Phase::Gone {
        fleet.containers.retire(container);
    }
}

/// Removes a container with its instances at once.
pub(crate) fn remove_container(fleet: &mut Fleet, container: u32, events: &mut Vec<Event>) {
    for instance in super::jobs::members(fleet, container) {
        set_phase(fleet, instance, Phase::Gone, events);
    }
    set_container_phase(fleet, container, Phase::Gone, events);
}

/// Moves to another phase now and returns the one before; `None` when nothing changes.
fn change(phase: &mut Phase, changed: &mut Timestamp, to: Phase) -> Option<Phase> {
    if *phase == to || *phase == Phase::Gone {
        return None;
    }
    *changed = Timestamp::now();
    Some(std::mem::replace(phase, to))
}
