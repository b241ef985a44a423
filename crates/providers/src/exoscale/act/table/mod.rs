//! The changes of an instance as data: their entries in the menus, when they fit, and the calls that make them.
//!
//! A change without values needs no more than its entry. One with values has its form and its body in `change`.

mod entry;

use qdeck_model::{ActionId, Danger, Expected, Lifecycle, Method};

use super::change::attach;
pub(super) use entry::{Call, Change};

pub(super) const START_RESCUE: ActionId = ActionId::new("instance.start-rescue");
pub(super) const RESET: ActionId = ActionId::new("instance.reset");
pub(super) const RESIZE_DISK: ActionId = ActionId::new("instance.resize-disk");
pub(super) const REVEAL_PASSWORD: ActionId = ActionId::new("instance.reveal-password");
pub(super) const RESET_PASSWORD: ActionId = ActionId::new("instance.reset-password");
pub(super) const REVERT: ActionId = ActionId::new("instance.revert-snapshot");
pub(super) const RESET_FIELD: ActionId = ActionId::new("instance.reset-field");
const PROTECT: ActionId = ActionId::new("instance.protect");
const UNPROTECT: ActionId = ActionId::new("instance.unprotect");
const SNAPSHOT: ActionId = ActionId::new("instance.create-snapshot");
const ENABLE_TPM: ActionId = ActionId::new("instance.enable-tpm");

/// Every state but those of an instance that is going or gone.
const THERE: &[Lifecycle] = &[
    Lifecycle::Running,
    Lifecycle::Stopped,
    Lifecycle::Pending,
    Lifecycle::Stopping,
    Lifecycle::Failed,
    Lifecycle::Unknown,
];
/// The states in which nothing is done to it.
const SETTLED: &[Lifecycle] =
    &[Lifecycle::Running, Lifecycle::Stopped, Lifecycle::Failed, Lifecycle::Unknown];
const RUNNING: &[Lifecycle] = &[Lifecycle::Running];
const STOPPED: &[Lifecycle] = &[Lifecycle::Stopped];
const RUNNING_OR_STOPPED: &[Lifecycle] = &[Lifecycle::Running, Lifecycle::Stopped];

/// A change without values, to be completed.
const PLAIN: Change = Change {
    id: ActionId::new(""),
    name: "",
    summary: "",
    key: ' ',
    help: "",
    danger: Danger::Disruptive,
    progress: "changing",
    has_form: false,
    in_bulk: false,
    fits: THERE,
    call: Call::put("", ""),
    expected: Expected::Exists,
    consequences: &[],
};

/// Every change of an instance, in the order of the menu. Calls, bodies and what they need are those of the API's
/// description; the states are its words where it has any, and what was measured where it has none.
pub(super) const CHANGES: &[Change] = &[
    Change {
        id: ActionId::INSTANCE_START,
        name: "Start",
        summary: "Start instance",
        key: 's',
        help: "Starts the instance.",
        danger: Danger::Safe,
        progress: "starting",
        in_bulk: true,
        fits: STOPPED,
        // "required": the object of an optional rescue profile.
        call: Call::put("start-instance", ":start").with_empty_body(),
        expected: Expected::State(RUNNING),
        ..PLAIN
    },
    Change {
        id: START_RESCUE,
        name: "Start with a rescue profile",
        summary: "Start instance",
        key: 'e',
        help: "Starts the instance from the network, to repair what is on its disk.",
        progress: "starting",
        has_form: true,
        in_bulk: true,
        fits: STOPPED,
        call: Call::put("start-instance", ":start"),
        expected: Expected::State(RUNNING),
        consequences: &[
            "It starts a rescue system and not what is on its disk.",
            "The API does not show that an instance is in rescue mode; stop and start it to end it.",
        ],
        ..PLAIN
    },
    Change {
        id: ActionId::INSTANCE_STOP,
        name: "Stop",
        summary: "Stop instance",
        key: 't',
        help: "Stops the instance until it is started again.",
        progress: "stopping",
        in_bulk: true,
        fits: RUNNING,
        call: Call::put("stop-instance", ":stop"),
        expected: Expected::State(STOPPED),
        consequences: &[
            "What runs on it is interrupted until it is started again.",
            "Exoscale does not document whether the guest is asked to shut down first.",
        ],
        ..PLAIN
    },
    Change {
        id: ActionId::INSTANCE_REBOOT,
        name: "Reboot",
        summary: "Reboot instance",
        key: 'r',
        help: "Restarts the instance.",
        progress: "rebooting",
        in_bulk: true,
        fits: RUNNING,
        call: Call::put("reboot-instance", ":reboot"),
        expected: Expected::State(RUNNING),
        consequences: &[
            "What runs on it is interrupted until it is up again.",
            "Exoscale does not document whether the guest is asked to shut down first.",
        ],
        ..PLAIN
    },
    Change {
        id: ActionId::INSTANCE_UPDATE,
        name: "Change settings",
        summary: "Change settings of instance",
        key: 'u',
        help: "Changes name, labels, user data and public addresses.",
        progress: "updating",
        has_form: true,
        call: Call::put("update-instance", ""),
        ..PLAIN
    },
    Change {
        id: ActionId::INSTANCE_RENAME,
        name: "Rename",
        summary: "Rename instance",
        key: 'n',
        help: "Gives the instance another name.",
        progress: "renaming",
        has_form: true,
        call: Call::put("update-instance", ""),
        consequences: &["The host name inside the guest stays as it is."],
        ..PLAIN
    },
    Change {
        id: ActionId::INSTANCE_LABELS,
        name: "Change labels",
        summary: "Change the labels of instance",
        key: 'l',
        help: "Adds, changes and removes labels.",
        progress: "labelling",
        has_form: true,
        call: Call::put("update-instance", ""),
        ..PLAIN
    },
    Change {
        id: RESET_FIELD,
        name: "Reset a field",
        summary: "Reset a field of instance",
        key: 'L',
        help: "Removes all labels.",
        danger: Danger::Destructive,
        progress: "updating",
        has_form: true,
        call: Call { method: Method::Delete, ..Call::put("reset-instance-field", "") },
        ..PLAIN
    },
    Change {
        id: ActionId::INSTANCE_RESIZE,
        name: "Change size",
        summary: "Change the size of instance",
        key: 'z',
        help: "Gives the instance another type of the same family.",
        progress: "scaling",
        has_form: true,
        fits: STOPPED,
        call: Call::put("scale-instance", ":scale"),
        consequences: &["It is billed by its new type from then on."],
        ..PLAIN
    },
    Change {
        id: RESIZE_DISK,
        name: "Grow the disk",
        summary: "Grow the disk of instance",
        key: 'i',
        help: "Makes the disk larger; it cannot be made smaller again.",
        progress: "growing its disk",
        has_form: true,
        fits: STOPPED,
        call: Call::put("resize-instance-disk", ":resize-disk"),
        consequences: &[
            "A disk can only grow: this cannot be taken back.",
            "The larger disk is billed from then on.",
            "Partitions and file systems on it may have to be grown in the guest.",
        ],
        ..PLAIN
    },
    Change {
        id: RESET,
        name: "Reset",
        summary: "Reset instance",
        key: 'w',
        help: "Wipes the disk and installs a template on it.",
        danger: Danger::Destructive,
        progress: "resetting",
        has_form: true,
        fits: STOPPED,
        call: Call::put("reset-instance", ":reset"),
        consequences: &["Everything on its disk is lost."],
        ..PLAIN
    },
    Change {
        id: attach::GROUPS.action,
        name: "Change security groups",
        summary: "Change the security groups of instance",
        key: 'G',
        help: "Attaches security groups and detaches them.",
        progress: "changing its groups",
        has_form: true,
        call: Call::put("attach-instance-to-security-group", ""),
        ..PLAIN
    },
    Change {
        id: attach::NETWORKS.action,
        name: "Change private networks",
        summary: "Change the private networks of instance",
        key: 'N',
        help: "Attaches private networks and detaches them.",
        progress: "changing its networks",
        has_form: true,
        call: Call::put("attach-instance-to-private-network", ""),
        ..PLAIN
    },
    Change {
        id: attach::ELASTIC.action,
        name: "Change elastic IPs",
        summary: "Change the elastic IPs of instance",
        key: 'E',
        help: "Attaches elastic IPs and detaches them.",
        progress: "changing its addresses",
        has_form: true,
        call: Call::put("attach-instance-to-elastic-ip", ""),
        ..PLAIN
    },
    Change {
        id: SNAPSHOT,
        name: "Create a snapshot",
        summary: "Create a snapshot of instance",
        key: 'f',
        help: "Makes a snapshot of the disk.",
        progress: "making a snapshot",
        in_bulk: true,
        fits: RUNNING_OR_STOPPED,
        call: Call { method: Method::Post, ..Call::put("create-snapshot", ":create-snapshot") },
        consequences: &["The snapshot is billed until it is deleted."],
        ..PLAIN
    },
    Change {
        id: REVERT,
        name: "Revert to a snapshot",
        summary: "Revert instance",
        key: 'b',
        help: "Puts the disk back to what it was when a snapshot was made.",
        danger: Danger::Irreversible,
        progress: "reverting",
        has_form: true,
        fits: STOPPED,
        call: Call { method: Method::Post, ..Call::put("revert-instance-to-snapshot", ":revert-snapshot") },
        consequences: &["What was written to its disk since that snapshot is lost."],
        ..PLAIN
    },
    Change {
        id: REVEAL_PASSWORD,
        name: "Reveal the password",
        summary: "Reveal the password of instance",
        key: 'p',
        help: "Shows the password that was set last.",
        danger: Danger::Safe,
        progress: "reading its password",
        call: Call { method: Method::Get, ..Call::put("reveal-instance-password", ":password") },
        ..PLAIN
    },
    Change {
        id: RESET_PASSWORD,
        name: "Reset the password",
        summary: "Reset the password of instance",
        key: 'o',
        help: "Sets a new password, to be revealed for a day.",
        progress: "resetting its password",
        call: Call::put("reset-instance-password", ":reset-password"),
        consequences: &[
            "The password that was revealed before is of no more use.",
            "The new one can be revealed for at most 24 hours.",
        ],
        ..PLAIN
    },
    Change {
        id: PROTECT,
        name: "Add protection",
        summary: "Add protection to instance",
        key: 'a',
        help: "Has its deletion refused until it is removed.",
        danger: Danger::Safe,
        progress: "protecting",
        in_bulk: true,
        call: Call::put("add-instance-protection", ":add-protection"),
        ..PLAIN
    },
    Change {
        id: UNPROTECT,
        name: "Remove protection",
        summary: "Remove the protection of instance",
        key: 'v',
        help: "Lets the instance be deleted again.",
        progress: "removing protection",
        call: Call::put("remove-instance-protection", ":remove-protection"),
        consequences: &["It can be deleted afterwards."],
        ..PLAIN
    },
    Change {
        id: ENABLE_TPM,
        name: "Enable TPM",
        summary: "Enable the TPM of instance",
        key: 'm',
        help: "Adds a Trusted Platform Module for good.",
        danger: Danger::Irreversible,
        progress: "adding a TPM",
        fits: STOPPED,
        call: Call { method: Method::Post, ..Call::put("enable-tpm", ":enable-tpm") },
        consequences: &["There is no call that removes the TPM again."],
        ..PLAIN
    },
    Change {
        id: ActionId::INSTANCE_DELETE,
        name: "Delete",
        summary: "Delete instance",
        key: 'd',
        help: "Deletes the instance and its disk.",
        danger: Danger::Destructive,
        progress: "deleting",
        in_bulk: true,
        fits: SETTLED,
        call: Call { method: Method::Delete, ..Call::put("delete-instance", "") },
        expected: Expected::Gone,
        consequences: &["Its disk and everything on it are lost."],
        ..PLAIN
    },
];

/// The change of this id.
pub(super) fn change(id: ActionId) -> Option<&'static Change> {
    CHANGES.iter().find(|change| change.id == id)
}

#[cfg(test)]
mod tests;
