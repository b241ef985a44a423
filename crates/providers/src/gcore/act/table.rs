//! Every action as data: name, key, danger, and the story that does it.

use super::instance::power::{self, Power};
use qdeck_model::{Action, ActionId, Availability, Danger};

/// The way in which an action is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Story {
    /// The action call: start, stop and so on.
    Power(&'static Power),
    /// Another name.
    Rename,
    /// Tags by a merge patch of the instance.
    Tags,
    /// Tags by the older calls for metadata.
    Metadata(Metadata),
    /// Delete, with what goes along.
    Delete,
    /// Another flavor.
    Flavor,
    /// A new interface.
    AttachInterface,
    /// One interface less.
    DetachInterface,
    /// Security groups are assigned to ports.
    AssignGroup,
    /// Security groups are taken from ports.
    UnassignGroup,
    /// Into a server group.
    JoinServerGroup,
    /// Out of its server group.
    LeaveServerGroup,
    /// A new instance, from nothing or like another one.
    Create,
    /// A deployment or container is started.
    ContainerStart,
    /// It is stopped.
    ContainerStop,
    /// Other numbers of replicas.
    ContainerScale,
    /// Other settings.
    ContainerUpdate,
    /// It is deleted.
    ContainerDelete,
    /// A reseller looks for an instance of any client.
    ResellerSearch,
    /// A reseller's templates are listed.
    ResellerList,
    /// They are set in a region.
    ResellerSet,
    /// They are dropped in a region.
    ResellerDrop,
}

impl Story {
    /// Returns true for the calls of resellers.
    pub(super) const fn is_resellers(self) -> bool {
        matches!(self, Self::ResellerSearch | Self::ResellerList | Self::ResellerSet | Self::ResellerDrop)
    }
}

/// A call for metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Metadata {
    /// Adds items, or changes their values.
    Put,
    /// Replaces all items.
    Replace,
    /// Deletes one item.
    Delete,
    /// Reads one item.
    Read,
}

/// One action.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: ActionId,
    pub(super) name: &'static str,
    pub(super) key: char,
    pub(super) help: &'static str,
    pub(super) danger: Danger,
    pub(super) progress: &'static str,
    pub(super) has_form: bool,
    pub(super) in_bulk: bool,
    pub(super) story: Story,
}

impl Entry {
    /// The action with this availability.
    pub(super) fn action(&self, availability: Availability) -> Action {
        Action {
            id: self.id,
            name: self.name,
            key: self.key,
            help: self.help,
            danger: self.danger,
            progress: self.progress,
            has_form: self.has_form,
            in_bulk: self.in_bulk,
            availability,
        }
    }
}

/// An action with a form, one resource at a time.
const fn asking(
    id: ActionId,
    (key, name): (char, &'static str),
    danger: Danger,
    progress: &'static str,
    story: Story,
    help: &'static str,
) -> Entry {
    Entry { id, name, key, help, danger, progress, has_form: true, in_bulk: false, story }
}

/// An action without a form, on any number of resources.
const fn plain(
    id: ActionId,
    (key, name): (char, &'static str),
    danger: Danger,
    progress: &'static str,
    story: Story,
    help: &'static str,
) -> Entry {
    Entry { id, name, key, help, danger, progress, has_form: false, in_bulk: true, story }
}

/// The same on any number of resources.
const fn bulk(mut entry: Entry) -> Entry {
    entry.in_bulk = true;
    entry
}

const POWER_CYCLE: ActionId = ActionId::new("instance.power-cycle");
const SUSPEND: ActionId = ActionId::new("instance.suspend");
const RESUME: ActionId = ActionId::new("instance.resume");
const METADATA_PUT: ActionId = ActionId::new("instance.metadata-put");
const METADATA_REPLACE: ActionId = ActionId::new("instance.metadata-replace");
const METADATA_DELETE: ActionId = ActionId::new("instance.metadata-delete");
const METADATA_READ: ActionId = ActionId::new("instance.metadata-read");
const ATTACH_INTERFACE: ActionId = ActionId::new("instance.attach-interface");
const DETACH_INTERFACE: ActionId = ActionId::new("instance.detach-interface");
const ASSIGN_GROUP: ActionId = ActionId::new("instance.assign-security-group");
const UNASSIGN_GROUP: ActionId = ActionId::new("instance.unassign-security-group");
const JOIN_SERVER_GROUP: ActionId = ActionId::new("instance.join-server-group");
const LEAVE_SERVER_GROUP: ActionId = ActionId::new("instance.leave-server-group");

/// The actions on an instance.
pub(super) static INSTANCE: &[Entry] = &[
    plain(
        ActionId::INSTANCE_START,
        ('s', "Start"),
        Danger::Safe,
        "starting",
        Story::Power(&power::START),
        "Starts the instance.",
    ),
    plain(
        ActionId::INSTANCE_STOP,
        ('t', "Stop"),
        Danger::Disruptive,
        "stopping",
        Story::Power(&power::STOP),
        "Stops the instance until it is started again.",
    ),
    plain(
        ActionId::INSTANCE_REBOOT,
        ('r', "Reboot"),
        Danger::Disruptive,
        "rebooting",
        Story::Power(&power::REBOOT),
        "Restarts the operating system of the instance.",
    ),
    plain(
        POWER_CYCLE,
        ('w', "Power-cycle"),
        Danger::Disruptive,
        "power-cycling",
        Story::Power(&power::POWER_CYCLE),
        "Turns the instance off and on again, whatever state its system is in.",
    ),
    plain(
        SUSPEND,
        ('u', "Suspend"),
        Danger::Disruptive,
        "suspending",
        Story::Power(&power::SUSPEND),
        "Keeps the memory of the instance on disk and stops it.",
    ),
    plain(
        RESUME,
        ('e', "Resume"),
        Danger::Safe,
        "resuming",
        Story::Power(&power::RESUME),
        "Continues a suspended instance where it was.",
    ),
    bulk(asking(
        ActionId::INSTANCE_RESIZE,
        ('z', "Change flavor"),
        Danger::Disruptive,
        "resizing",
        Story::Flavor,
        "Gives the instance another flavor: processors, memory and price.",
    )),
    asking(
        ActionId::INSTANCE_RENAME,
        ('n', "Rename"),
        Danger::Disruptive,
        "renaming",
        Story::Rename,
        "Gives the instance another name.",
    ),
    asking(
        ActionId::INSTANCE_LABELS,
        ('l', "Change tags"),
        Danger::Disruptive,
        "changing tags",
        Story::Tags,
        "Adds, changes and removes tags of the instance.",
    ),
    bulk(asking(
        METADATA_PUT,
        ('m', "Add metadata"),
        Danger::Disruptive,
        "adding metadata",
        Story::Metadata(Metadata::Put),
        "Adds metadata items, or changes their values, and leaves the others as they are.",
    )),
    bulk(asking(
        METADATA_REPLACE,
        ('M', "Replace metadata"),
        Danger::Destructive,
        "replacing metadata",
        Story::Metadata(Metadata::Replace),
        "Deletes all metadata of the instance and sets other items.",
    )),
    asking(
        METADATA_DELETE,
        ('v', "Delete a metadata item"),
        Danger::Destructive,
        "deleting metadata",
        Story::Metadata(Metadata::Delete),
        "Deletes one metadata item by its key.",
    ),
    asking(
        METADATA_READ,
        ('i', "Show a metadata item"),
        Danger::Safe,
        "reading metadata",
        Story::Metadata(Metadata::Read),
        "Reads one metadata item by its key.",
    ),
    asking(
        ATTACH_INTERFACE,
        ('a', "Attach an interface"),
        Danger::Disruptive,
        "attaching",
        Story::AttachInterface,
        "Connects the instance to another network.",
    ),
    asking(
        DETACH_INTERFACE,
        ('D', "Detach an interface"),
        Danger::Destructive,
        "detaching",
        Story::DetachInterface,
        "Disconnects the instance from a network; the address is given back.",
    ),
    asking(
        ASSIGN_GROUP,
        ('b', "Assign a security group"),
        Danger::Disruptive,
        "changing security groups",
        Story::AssignGroup,
        "Puts one port of the instance, or all, into security groups.",
    ),
    asking(
        UNASSIGN_GROUP,
        ('B', "Un-assign a security group"),
        Danger::Disruptive,
        "changing security groups",
        Story::UnassignGroup,
        "Takes one port of the instance, or all, out of security groups.",
    ),
    asking(
        JOIN_SERVER_GROUP,
        ('p', "Put into a server group"),
        Danger::Disruptive,
        "joining the group",
        Story::JoinServerGroup,
        "Puts the instance into a group that places its members apart or together.",
    ),
    plain(
        LEAVE_SERVER_GROUP,
        ('o', "Take out of its server group"),
        Danger::Disruptive,
        "leaving the group",
        Story::LeaveServerGroup,
        "Takes the instance out of the group that it is placed by.",
    ),
    asking(
        ActionId::INSTANCE_CREATE_LIKE,
        ('c', "Create one like this"),
        Danger::Disruptive,
        "creating",
        Story::Create,
        "Makes an instance with the settings of this one to begin with.",
    ),
    bulk(asking(
        ActionId::INSTANCE_DELETE,
        ('d', "Delete"),
        Danger::Destructive,
        "deleting",
        Story::Delete,
        "Deletes the instance, and what is chosen of its volumes and addresses.",
    )),
];

/// The actions on a context.
pub(super) static CONTEXT: &[Entry] = &[asking(
    ActionId::INSTANCE_CREATE,
    ('n', "Create an instance"),
    Danger::Disruptive,
    "creating",
    Story::Create,
    "Makes an instance in one of the regions.",
)];

const RESELLER_SEARCH: ActionId = ActionId::new("instance.reseller-search");
const RESELLER_LIST: ActionId = ActionId::new("instance.name-templates");
const RESELLER_SET: ActionId = ActionId::new("instance.name-templates-set");
const RESELLER_DROP: ActionId = ActionId::new("instance.name-templates-drop");

/// The actions on a reseller's context.
pub(super) static RESELLER: &[Entry] = &[
    asking(
        RESELLER_SEARCH,
        ('f', "Search all clients"),
        Danger::Safe,
        "searching",
        Story::ResellerSearch,
        "Looks for an instance of any client of the reseller.",
    ),
    Entry {
        has_form: false,
        ..asking(
            RESELLER_LIST,
            ('v', "Show name templates"),
            Danger::Safe,
            "reading templates",
            Story::ResellerList,
            "Lists the reseller's templates for names in each region.",
        )
    },
    asking(
        RESELLER_SET,
        ('T', "Set name templates"),
        Danger::Disruptive,
        "setting templates",
        Story::ResellerSet,
        "Restricts the names of new instances in a region to templates.",
    ),
    asking(
        RESELLER_DROP,
        ('X', "Drop name templates"),
        Danger::Destructive,
        "dropping templates",
        Story::ResellerDrop,
        "Drops all restrictions of names in a region.",
    ),
];

/// The actions on a deployment or a container.
pub(super) static CONTAINER: &[Entry] = &[
    plain(
        ActionId::CONTAINER_START,
        ('s', "Start"),
        Danger::Safe,
        "starting",
        Story::ContainerStart,
        "Starts it with its least number of replicas.",
    ),
    plain(
        ActionId::CONTAINER_STOP,
        ('t', "Stop"),
        Danger::Disruptive,
        "stopping",
        Story::ContainerStop,
        "Stops all of its replicas until it is started again.",
    ),
    asking(
        ActionId::CONTAINER_SCALE,
        ('z', "Scale"),
        Danger::Disruptive,
        "scaling",
        Story::ContainerScale,
        "Changes the least and the most number of replicas.",
    ),
    asking(
        ActionId::CONTAINER_UPDATE,
        ('u', "Change settings"),
        Danger::Disruptive,
        "updating",
        Story::ContainerUpdate,
        "Changes image, flavor, port, environment and more.",
    ),
    plain(
        ActionId::CONTAINER_DELETE,
        ('d', "Delete"),
        Danger::Destructive,
        "deleting",
        Story::ContainerDelete,
        "Deletes it with all of its replicas.",
    ),
];
