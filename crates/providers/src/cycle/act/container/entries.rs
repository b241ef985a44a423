//! What can be done to a container, and which rows that fits.

use super::super::entry::{Entry, fact, in_state, unless_ending};
use qdeck_model::{ActionId, Availability, Danger, Lifecycle, Resource};

pub(super) const REIMAGE: ActionId = ActionId::new("container.reimage");
pub(super) const DELETE_INSTANCES: ActionId = ActionId::new("container.delete-instances");

const UP: [Lifecycle; 2] = [Lifecycle::Running, Lifecycle::Degraded];
/// The capability of all container tasks but those of volumes.
const MANAGE: &[&str] = &["containers-manage"];
/// The endpoints of instances name `containers-update`, which is in no list of capabilities.
const UPDATE: &[&str] = &["containers-manage", "containers-update"];

pub(in super::super) const ENTRIES: &[Entry] = &[
    Entry {
        id: ActionId::INSTANCE_CREATE,
        name: "Create instances",
        key: 'n',
        help: "Makes instances of the container on a server that is chosen.",
        danger: Danger::Disruptive,
        progress: "creating instances",
        has_form: true,
        in_bulk: false,
        needs: UPDATE,
        fits: unless_ending,
    },
    Entry {
        id: ActionId::CONTAINER_START,
        name: "Start",
        key: 's',
        help: "Starts every instance of the container.",
        danger: Danger::Safe,
        progress: "starting",
        has_form: false,
        in_bulk: true,
        needs: MANAGE,
        fits: can_start,
    },
    Entry {
        id: ActionId::CONTAINER_STOP,
        name: "Stop",
        key: 't',
        help: "Stops every instance of the container until it is started again.",
        danger: Danger::Disruptive,
        progress: "stopping",
        has_form: false,
        in_bulk: true,
        needs: MANAGE,
        fits: |row| in_state(row, &UP, &[Lifecycle::Stopped]),
    },
    Entry {
        id: ActionId::CONTAINER_RESTART,
        name: "Restart",
        key: 'r',
        help: "Stops every instance of the container and starts it again.",
        danger: Danger::Disruptive,
        progress: "restarting",
        has_form: false,
        in_bulk: true,
        needs: MANAGE,
        fits: |row| in_state(row, &UP, &[]),
    },
    Entry {
        id: ActionId::CONTAINER_SCALE,
        name: "Scale",
        key: 'z',
        help: "Gives the container another number of instances; the newest go first.",
        danger: Danger::Disruptive,
        progress: "scaling",
        has_form: true,
        in_bulk: true,
        needs: MANAGE,
        fits: can_scale,
    },
    Entry {
        id: ActionId::CONTAINER_UPDATE,
        name: "Reconfigure",
        key: 'u',
        help: "Changes network, strategy, resources, variables or command of the container.",
        danger: Danger::Disruptive,
        progress: "reconfiguring",
        has_form: true,
        in_bulk: false,
        needs: MANAGE,
        fits: unless_ending,
    },
    Entry {
        id: REIMAGE,
        name: "Reimage",
        key: 'i',
        help: "Runs another image in every instance of the container.",
        danger: Danger::Destructive,
        progress: "reimaging",
        has_form: true,
        in_bulk: false,
        needs: MANAGE,
        fits: unless_ending,
    },
    Entry {
        id: DELETE_INSTANCES,
        name: "Delete several instances",
        key: 'w',
        help: "Deletes those instances of the container that are chosen.",
        danger: Danger::Destructive,
        progress: "deleting instances",
        has_form: true,
        in_bulk: false,
        needs: UPDATE,
        fits: has_instances,
    },
    Entry {
        id: ActionId::CONTAINER_DELETE,
        name: "Delete",
        key: 'd',
        help: "Deletes the container with all of its instances.",
        danger: Danger::Destructive,
        progress: "deleting",
        has_form: false,
        in_bulk: true,
        needs: MANAGE,
        fits: can_delete,
    },
];

/// "Container has been marked as deprecated, not attempting a start": the platform's own words.
fn can_start(row: &Resource) -> Availability {
    match fact(row, "deprecate") {
        Some(_) => Availability::No("it is deprecated, and Cycle starts no deprecated container".into()),
        None => in_state(row, &[Lifecycle::Stopped], &UP),
    }
}

/// The portal's form refuses stateful containers; whether the API does is not documented.
fn can_scale(row: &Resource) -> Availability {
    match fact(row, "stateful") {
        Some(_) => Availability::No("it is stateful: create or delete instances instead".into()),
        None => unless_ending(row),
    }
}

fn has_instances(row: &Resource) -> Availability {
    match row {
        Resource::Container(it) if it.instances == Some(0) => Availability::No("it has no instances".into()),
        _ => unless_ending(row),
    }
}

fn can_delete(row: &Resource) -> Availability {
    match fact(row, "lock") {
        Some(_) => Availability::No("it is locked: unlock it in the portal first".into()),
        None => unless_ending(row),
    }
}
