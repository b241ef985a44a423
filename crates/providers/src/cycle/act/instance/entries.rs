//! What can be done to an instance, and which rows that fits. One instance cannot be started or stopped: its container is.

use super::super::entry::{Entry, fact, in_state, unless_ending};
use super::ssh::{EXPIRE_SSH, GENERATE_SSH};
use qdeck_model::{ActionId, Availability, Danger, Lifecycle, Resource};

pub(super) const MIGRATE: ActionId = ActionId::new("instance.migrate");
pub(super) const REVERT: ActionId = ActionId::new("instance.revert-migration");
pub(super) const EXTEND: ActionId = ActionId::new("instance.extend-volume");
pub(super) const DRAIN: ActionId = ActionId::new("instance.drain-traffic");
pub(super) const UNDRAIN: ActionId = ActionId::new("instance.undrain-traffic");
pub(super) const SSH: ActionId = GENERATE_SSH;
pub(super) const EXPIRE: ActionId = EXPIRE_SSH;

const UP: [Lifecycle; 2] = [Lifecycle::Running, Lifecycle::Degraded];
/// The endpoint names `containers-update`, which is in no list of capabilities.
const UPDATE: &[&str] = &["containers-manage", "containers-update"];
/// The endpoint of an instance's tasks names the second, the list of capabilities has the first.
const TASKS: &[&str] = &["containers-instances-migrate", "containers-instance-migrate"];
const CREDENTIALS: &[&str] = &["containers-ssh"];

pub(in super::super) const ENTRIES: &[Entry] = &[
    Entry {
        id: MIGRATE,
        name: "Migrate",
        key: 'm',
        help: "Moves the instance to another server; it is stopped while it moves.",
        danger: Danger::Disruptive,
        progress: "migrating",
        has_form: true,
        in_bulk: false,
        needs: TASKS,
        fits: can_migrate,
    },
    Entry {
        id: REVERT,
        name: "Revert the migration",
        key: 'v',
        help: "Takes the instance back to the server it came from, as long as it is kept there.",
        danger: Danger::Disruptive,
        progress: "reverting",
        has_form: false,
        in_bulk: false,
        needs: TASKS,
        fits: |row| {
            Availability::when(fact(row, "migration").is_some(), "there is no migration of it to revert")
        },
    },
    Entry {
        id: EXTEND,
        name: "Extend a volume",
        key: 'e',
        help: "Makes a volume of the instance larger; it never becomes smaller.",
        danger: Danger::Disruptive,
        progress: "extending",
        has_form: true,
        in_bulk: false,
        needs: TASKS,
        fits: unless_ending,
    },
    Entry {
        id: DRAIN,
        name: "Drain traffic",
        key: 'f',
        help: "Has load balancers send the instance nothing new.",
        danger: Danger::Disruptive,
        progress: "draining",
        has_form: false,
        in_bulk: true,
        needs: TASKS,
        fits: |row| match fact(row, "traffic_drain") {
            Some(_) => Availability::No("its traffic is drained already".into()),
            None => in_state(row, &UP, &[]),
        },
    },
    Entry {
        id: UNDRAIN,
        name: "Let traffic in again",
        key: 'o',
        help: "Has load balancers send the instance traffic again.",
        danger: Danger::Disruptive,
        progress: "letting traffic in",
        has_form: false,
        in_bulk: true,
        needs: TASKS,
        fits: |row| match fact(row, "traffic_drain") {
            Some(_) => in_state(row, &UP, &[]),
            None => Availability::No("its traffic is not drained".into()),
        },
    },
    Entry {
        id: SSH,
        name: "Make SSH credentials",
        key: 'h',
        help: "Makes a password for a shell in the instance, shown once and good for half an hour.",
        danger: Danger::Disruptive,
        progress: "making credentials",
        has_form: false,
        in_bulk: false,
        needs: CREDENTIALS,
        fits: |row| in_state(row, &UP, &[]),
    },
    Entry {
        id: EXPIRE,
        name: "Expire SSH credentials",
        key: 'p',
        help: "Makes every SSH credential of the instance useless at once.",
        danger: Danger::Disruptive,
        progress: "expiring credentials",
        has_form: false,
        in_bulk: true,
        needs: CREDENTIALS,
        fits: unless_ending,
    },
    Entry {
        id: ActionId::INSTANCE_DELETE,
        name: "Delete",
        key: 'd',
        help: "Deletes the instance; its container stays.",
        danger: Danger::Destructive,
        progress: "deleting",
        has_form: false,
        in_bulk: true,
        needs: UPDATE,
        fits: unless_ending,
    },
];

fn can_migrate(row: &Resource) -> Availability {
    match row.state() {
        Some(state) if state.raw == "running" && state.lifecycle == Lifecycle::Pending => {
            Availability::No("it is migrating".into())
        }
        _ => in_state(row, &UP, &[]),
    }
}
