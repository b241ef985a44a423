//! The fields of a new instance: those of `create-instance` in the API's description, and what is attached afterwards.

use std::sync::Arc;

use arcstr::ArcStr;

use super::super::super::Deck;
use super::super::super::api::Zone;
use super::super::change::{
    ASSIGNMENT, ASSIGNMENTS, CONSISTENT, DISK, DISK_GIB, NAME_RULE, TEMPLATE, TYPE, labels_field,
    script_fields,
};
use super::super::choices::{self, type_name};
use super::super::now::{Now, ids};
use super::Source;
use crate::kit::form::{one_of, whole};
use qdeck_model::{Choice, Choices, Field, FieldKind, FieldValue, Unit};

pub(super) use super::super::change::{LABELS, NAME};

pub(super) const ZONE: &str = "zone";
pub(super) const SSH_KEYS: &str = "ssh-keys";
pub(super) const SECURITY_GROUPS: &str = "security-groups";
pub(super) const ANTI_AFFINITY_GROUPS: &str = "anti-affinity-groups";
pub(super) const DEPLOY_TARGET: &str = "deploy-target";
pub(super) const PRIVATE_NETWORKS: &str = "private-networks";
pub(super) const ELASTIC_IPS: &str = "elastic-ips";
pub(super) const SECURE_BOOT: &str = "secureboot-enabled";
pub(super) const TPM: &str = "tpm-enabled";
pub(super) const AUTO_START: &str = "auto-start";

/// The official command line's defaults.
const USUAL_TYPE: &str = "standard.medium";
const USUAL_DISK_GIB: i64 = 50;
const USUAL_ASSIGNMENT: &str = "inet4";

/// Every field, with the defaults of a zone.
pub(super) async fn all(deck: &Arc<Deck>, zones: &[Arc<Zone>], zone: &Zone, source: &Source) -> Vec<Field> {
    let like = source.like.as_ref();
    let mut fields = vec![zone_field(zones, zone), name(source.free_name(deck))];
    fields.extend(machine(deck, zone, source).await);
    fields.extend(access(like));
    fields.extend(network(like));
    fields.extend(placement(like, source.like_in(zone)));
    fields.extend(options(like));
    fields
}

fn zone_field(zones: &[Arc<Zone>], zone: &Zone) -> Field {
    let choice = |zone: &Arc<Zone>| Choice {
        unavailable: zone.endpoint.as_ref().err().map(|problem| problem.message.clone()),
        ..Choice::plain(zone.name.clone())
    };
    Field::new(ZONE, "Zone", FieldKind::Choice(Choices::Fixed(zones.iter().map(choice).collect())))
        .required()
        .reshapes()
        .default(FieldValue::text(&*zone.name))
        .help("Types, templates, networks and groups are those of the zone.")
}

/// The API makes a name up where there is none; here it is how the instance is found again if the answer is lost.
fn name(free: Option<String>) -> Field {
    let field = Field::new(NAME, "Name", FieldKind::Text(NAME_RULE)).required().help("1 to 255 characters.");
    with_default(field, free.map(FieldValue::Text))
}

fn with_default(field: Field, value: Option<FieldValue>) -> Field {
    match value {
        Some(value) => field.default(value),
        None => field,
    }
}

async fn machine(deck: &Arc<Deck>, zone: &Zone, source: &Source) -> Vec<Field> {
    let like = source.like.as_ref();
    let usual = match like {
        // Types have the same ids in all zones.
        Some(like) => like.is.instance_type.id.0.clone(),
        None => usual_type(deck, zone).await,
    };
    let kind = Field::new(TYPE, "Type", FieldKind::Choice(Choices::Loaded))
        .required()
        .depends_on(&[ZONE])
        .help("Cores, memory and GPUs.");
    let disk = like.and_then(|like| *like.is.disk_size).unwrap_or(USUAL_DISK_GIB);
    let disk = Field::new(DISK, "Disk", whole(DISK_GIB.0, DISK_GIB.1, Unit::GIBIBYTES))
        .required()
        .default(FieldValue::text(disk.to_string()))
        .help("10 GiB to 50 TiB; a type may take less, a template may need more.");
    let template = Field::new(TEMPLATE, "Template", FieldKind::Choice(Choices::Loaded))
        .required()
        .depends_on(&[ZONE, DISK])
        .help("The system to install; those that need a larger disk cannot be chosen.");
    let image = source.template_in(deck, zone).await.map(|id| FieldValue::text(&*id));
    vec![with_default(kind, usual.map(FieldValue::Text)), disk, with_default(template, image)]
}

async fn usual_type(deck: &Deck, zone: &Zone) -> Option<String> {
    // Where they cannot be listed there is no default.
    let types = choices::types(deck, zone).await.ok()?;
    types.iter().find(|kind| type_name(kind) == USUAL_TYPE)?.id.0.clone()
}

const ACCESS: &str = "Access";
const NETWORK: &str = "Network";
const PLACEMENT: &str = "Placement";
const OPTIONS: &str = "Options";

fn several(name: &'static str, label: &'static str, section: &'static str, present: Vec<ArcStr>) -> Field {
    let field =
        Field::new(name, label, FieldKind::Several(Choices::Loaded)).section(section).depends_on(&[ZONE]);
    with_default(field, (!present.is_empty()).then_some(FieldValue::Several(present)))
}

fn access(like: Option<&Now>) -> Vec<Field> {
    let keys = several(SSH_KEYS, "SSH keys", ACCESS, like.map(Now::ssh_keys).unwrap_or_default())
        .help("Keys of the organisation that may sign in.");
    let mut fields = vec![keys];
    fields.extend(script_fields(ACCESS, like.and_then(|like| like.is.user_data.as_deref())));
    fields
}

fn network(like: Option<&Now>) -> Vec<Field> {
    let present = like.and_then(|like| like.is.public_ip_assignment.as_deref()).unwrap_or(USUAL_ASSIGNMENT);
    let groups = like.map(|like| ids(&like.is.security_groups)).unwrap_or_default();
    let networks = like.map(|like| ids(&like.is.private_networks)).unwrap_or_default();
    vec![
        Field::new(ASSIGNMENT, "Public addresses", one_of(&ASSIGNMENTS))
            .section(NETWORK)
            .default(FieldValue::text(present))
            .help("Later only inet4 can become dual."),
        several(SECURITY_GROUPS, "Security groups", NETWORK, groups)
            .help("Without one it gets the group `default`."),
        several(PRIVATE_NETWORKS, "Private networks", NETWORK, networks)
            .help("Attached once the instance is there."),
        several(ELASTIC_IPS, "Elastic IPs", NETWORK, Vec::new()).help("Attached once the instance is there."),
    ]
}

fn placement(like: Option<&Now>, same_zone: Option<&Now>) -> Vec<Field> {
    let apart = like.map(|like| ids(&like.is.anti_affinity_groups)).unwrap_or_default();
    let target = Field::new(DEPLOY_TARGET, "Deploy target", FieldKind::Choice(Choices::Loaded))
        .section(PLACEMENT)
        .depends_on(&[ZONE])
        .help("Hosts of your own, where the organisation has any.");
    let present = same_zone.and_then(|like| like.is.deploy_target.id.0.clone());
    vec![
        several(ANTI_AFFINITY_GROUPS, "Anti-affinity groups", PLACEMENT, apart)
            .help("Kept on other hosts than the members of these."),
        with_default(target, present.map(FieldValue::Text)),
    ]
}

fn options(like: Option<&Now>) -> Vec<Field> {
    let switch = |name: &'static str, label: &'static str, on: Option<bool>, help: &'static str| {
        Field::new(name, label, FieldKind::Switch)
            .section(OPTIONS)
            .default(FieldValue::Switch(on.unwrap_or(false)))
            .help(help)
    };
    let is = like.map(|like| &like.is);
    vec![
        labels_field(like.map(Now::labels).unwrap_or_default()).section(OPTIONS),
        switch(
            SECURE_BOOT,
            "Secure Boot",
            is.and_then(|is| *is.secureboot_enabled),
            "Boots only what is signed.",
        ),
        switch(
            TPM,
            "TPM",
            is.and_then(|is| *is.tpm_enabled),
            "A Trusted Platform Module, which cannot be removed.",
        ),
        switch(
            CONSISTENT,
            "Application-consistent snapshots",
            is.and_then(|is| *is.application_consistent_snapshot_enabled),
            "Has the guest agent write everything to disk before a snapshot.",
        ),
        switch(AUTO_START, "Start it", Some(true), "Starts the instance once it is made."),
    ]
}
