//! The fields of a new instance.

use std::sync::Arc;

use super::super::super::Site;
use super::super::choices::REGION;
use super::super::instance::interfaces::{INTERFACE_TYPES, IP_FAMILIES, MAX_INTERFACE_NAME};
use super::super::instance::metadata::tags_kind;
use super::super::naming::{NAME, NAME_TEMPLATE, Naming, PLACEHOLDERS};
use super::system::System;
use crate::kit::form::{line, one_of, whole};
use qdeck_model::{Choice, Choices, Field, FieldKind, FieldValue, FormValues, Problem, TextRule, Unit};

/// The most data volumes and interfaces that the form has. The API documents no number.
pub(super) const MAX_PARTS: u32 = 8;
/// The most GiB of a volume that the form takes. The API documents no number.
const MAX_VOLUME: f64 = 100_000.0;
/// The most bytes of user data: 65,535 in base64, the limit of the software below.
const MAX_USER_DATA: usize = 49_149;
const MAX_PASSWORD: usize = 255;

const SYSTEM: &str = "System";
const VOLUMES: &str = "Volumes";
const FLAVOR: &str = "Flavor";
const NAMES: &str = "Name";
const NETWORK: &str = "Network";
const ACCESS: &str = "Access";
const APP: &str = "Application";
const PLACEMENT: &str = "Placement and tags";

const BOOT_SOURCES: &[(&str, &str)] = &[
    ("image", "An image"),
    ("apptemplate", "An app template"),
    ("snapshot", "A snapshot"),
    ("existing-volume", "A volume that there is"),
];
const DATA_SOURCES: &[(&str, &str)] = &[
    ("new-volume", "A new, empty volume"),
    ("existing-volume", "A volume that there is"),
    ("snapshot", "A snapshot"),
    ("image", "An image"),
];
const VOLUME_TYPES: &[(&str, &str)] = &[
    ("standard", "standard"),
    ("ssd_hiiops", "ssd_hiiops: high IOPS"),
    ("ssd_lowlatency", "ssd_lowlatency: low latency"),
    ("ssd_local", "ssd_local: on the host"),
    ("cold", "cold"),
    ("ultra", "ultra"),
];
/// `CreateInstanceCreateVolumeFromSnapshotSerializer.type_name`.
const SNAPSHOT_VOLUME_TYPES: &[(&str, &str)] =
    &[("standard", "standard"), ("ssd_hiiops", "ssd_hiiops: high IOPS")];

/// The fields that the flavors on offer follow from.
const FLAVOR_DEPENDS: &[&str] = &[
    REGION,
    "volume_1_source",
    "volume_1_image_id",
    "volume_1_apptemplate_id",
    "volume_1_snapshot_id",
    "volume_1_volume_id",
    "volume_1_size",
    "volume_1_type_name",
];

/// The network that the subnets of an interface follow from.
const SUBNET_DEPENDS: [&[&str]; MAX_PARTS as usize] = [
    &["interface_1_network_id"],
    &["interface_2_network_id"],
    &["interface_3_network_id"],
    &["interface_4_network_id"],
    &["interface_5_network_id"],
    &["interface_6_network_id"],
    &["interface_7_network_id"],
    &["interface_8_network_id"],
];

fn loaded() -> FieldKind {
    FieldKind::Choice(Choices::Loaded)
}

/// The region, which everything else follows from.
pub(in super::super) async fn region(site: &Arc<Site>) -> Result<Field, Problem> {
    let regions = site.places.regions().await?;
    let choices: Vec<Choice> = regions
        .mine
        .iter()
        .map(|region| Choice { label: region.name.clone(), ..Choice::plain(region.scope.clone()) })
        .collect();
    let only = if let [one] = &choices[..] { Some(FieldValue::text(&*one.value)) } else { None };
    let field = Field::new(REGION, "Region", FieldKind::Choice(Choices::Fixed(choices)));
    let field = field.required().reshapes().help("The region that it is made in; the other fields follow.");
    Ok(Field { default: only, ..field })
}

/// All fields but the region.
pub(super) fn of(values: &FormValues, system: &System, naming: &Naming) -> Vec<Field> {
    let mut fields = volume(1, values, system.least_disk);
    fields.push(count("data_volumes", "Data volumes", 0, VOLUMES, "How many more volumes it gets."));
    for nth in 0..parts(values, "data_volumes", 0) {
        fields.extend(volume(nth + 2, values, 0));
    }
    fields.push(
        Field::new("flavor", "Flavor", loaded())
            .section(FLAVOR)
            .required()
            .depends_on(FLAVOR_DEPENDS)
            .help("The flavors that fit the volumes, with their prices."),
    );
    fields.extend(names(values, system, naming));
    fields.push(count("interfaces", "Interfaces", 1, NETWORK, "How many networks it is connected to."));
    for nth in 0..parts(values, "interfaces", 1) {
        fields.extend(interface(nth + 1, values));
    }
    fields.extend(access(system));
    fields.extend(app(system));
    fields.push(
        Field::new("servergroup_id", "Server group", loaded())
            .section(PLACEMENT)
            .depends_on(&[REGION])
            .help("A group that places its members apart or together."),
    );
    fields.push(Field::new("tags", "Tags", tags_kind()).section(PLACEMENT).help("Keys with values."));
    fields
}

/// How many parts of a list there are.
pub(super) fn parts(values: &FormValues, field: &str, least: u32) -> u32 {
    let entered = values.text(field).and_then(|text| text.trim().parse().ok());
    entered.unwrap_or(least).clamp(least, MAX_PARTS)
}

fn count(name: &'static str, label: &str, least: u32, section: &'static str, help: &str) -> Field {
    Field::new(name, label, whole(f64::from(least), f64::from(MAX_PARTS), Unit::COUNT))
        .section(section)
        .default(FieldValue::text(least.to_string()))
        .help(help)
        .reshapes()
}

/// The fields of one volume; the first is the one that is booted.
fn volume(nth: u32, values: &FormValues, least: u64) -> Vec<Field> {
    let name = |field: &str| format!("volume_{nth}_{field}");
    let is_boot = nth == 1;
    let section = if is_boot { SYSTEM } else { VOLUMES };
    let (sources, first) = if is_boot { (BOOT_SOURCES, "image") } else { (DATA_SOURCES, "new-volume") };
    let label = |label: &str| if is_boot { label.to_owned() } else { format!("{label} {nth}") };
    let source_field = name("source");
    let source = values.text(&source_field).unwrap_or(first);
    let is_there = source == "existing-volume";
    let mut fields = vec![
        Field::new(
            source_field.clone(),
            label(if is_boot { "Boots from" } else { "Volume" }),
            one_of(sources),
        )
        .section(section)
        .required()
        .default(FieldValue::text(first))
        .help("What the volume is made from.")
        .reshapes(),
    ];
    let from = match source {
        "image" => Some(("image_id", "Image")),
        "apptemplate" => Some(("apptemplate_id", "App template")),
        "snapshot" => Some(("snapshot_id", "Snapshot")),
        "existing-volume" => Some(("volume_id", "Volume")),
        _ => None,
    };
    fields.extend(from.map(|(field, word)| {
        let field = Field::new(name(field), label(word), loaded()).section(section).required();
        let field = field.depends_on(&[REGION]).help("What it is made from.");
        if is_boot { field.reshapes() } else { field }
    }));
    if !is_there {
        #[expect(clippy::cast_precision_loss, reason = "a disk has fewer GiB than a number has bits")]
        let least = (least as f64).max(1.0);
        let size = Field::new(name("size"), label("Size"), whole(least, MAX_VOLUME, Unit::GIBIBYTES))
            .section(VOLUMES)
            .help("The size of the volume in GiB, at least that of what it is made from.");
        let size = if least > 1.0 { size.default(FieldValue::text(least.to_string())) } else { size };
        fields.push(if source == "apptemplate" { size } else { size.required() });
        let types = if source == "snapshot" { SNAPSHOT_VOLUME_TYPES } else { VOLUME_TYPES };
        fields.push(
            Field::new(name("type_name"), label("Type"), one_of(types))
                .section(VOLUMES)
                .help("The type of the volume; the region's default where nothing is chosen."),
        );
        fields.push(
            Field::new(name("name"), label("Volume name"), FieldKind::Text(NAME))
                .section(VOLUMES)
                .help("A name is made where nothing is entered."),
        );
    }
    fields.push(
        Field::new(name("delete_on_termination"), label("Delete with the instance"), FieldKind::Switch)
            .section(VOLUMES)
            .default(FieldValue::Switch(false))
            .help("The volume is deleted when the instance is."),
    );
    fields.push(
        Field::new(name("attachment_tag"), label("Attachment tag"), FieldKind::Text(TextRule::up_to(60)))
            .section(VOLUMES)
            .help("A tag of the device that the guest can read, without commas and slashes."),
    );
    fields
}

/// A name of one's own or a template, as far as the region takes each.
fn names(values: &FormValues, system: &System, naming: &Naming) -> Vec<Field> {
    let mut fields = Vec::new();
    if naming.is_free {
        let ways = one_of(&[("name", "A name"), ("template", "A template with parts of its address")]);
        fields.push(
            Field::new("naming", "Named by", ways)
                .section(NAMES)
                .default(FieldValue::text("name"))
                .help("The way in which it gets its name.")
                .reshapes(),
        );
        if values.text("naming") != Some("template") {
            fields.push(
                Field::new("name", "Name", FieldKind::Text(NAME))
                    .section(NAMES)
                    .required()
                    .help("From 3 to 63 letters, digits, dots, underlines, hyphens and spaces."),
            );
            return fields;
        }
    }
    let kind = match naming.templates(system.is_windows) {
        Some(all) => {
            let all = all.iter().map(|template| Choice::plain(template.as_str()));
            FieldKind::Choice(Choices::Fixed(all.collect()))
        }
        None => FieldKind::Text(NAME_TEMPLATE),
    };
    fields.push(
        Field::new("name_template", "Name template", kind)
            .section(NAMES)
            .required()
            .help(format!("A name with one of {}.", PLACEHOLDERS.join(", "))),
    );
    fields
}

/// The fields of one interface.
fn interface(nth: u32, values: &FormValues) -> Vec<Field> {
    let name = |field: &str| format!("interface_{nth}_{field}");
    let label = |label: &str| if nth == 1 { label.to_owned() } else { format!("{label} {nth}") };
    let type_field = name("type");
    let kind = values.text(&type_field).unwrap_or("external");
    let field = |field: &str, word: &str, kind: FieldKind| {
        Field::new(name(field), label(word), kind).section(NETWORK).depends_on(&[REGION])
    };
    let mut fields = vec![
        Field::new(type_field.clone(), label("Address from"), one_of(INTERFACE_TYPES))
            .section(NETWORK)
            .required()
            .default(FieldValue::text("external"))
            .help("The way in which the interface gets its address.")
            .reshapes(),
    ];
    if matches!(kind, "subnet" | "any_subnet") {
        fields.push(field("network_id", "Network", loaded()).required().help("The network to connect to."));
    }
    match kind {
        "subnet" => {
            let depends = SUBNET_DEPENDS.get(nth as usize - 1).copied().unwrap_or_default();
            let subnet = field("subnet_id", "Subnet", loaded()).required().depends_on(depends);
            fields.push(subnet.help("The subnet that the address is taken from."));
        }
        "any_subnet" => fields.push(
            field("ip_address", "Address", FieldKind::Text(line(0, 45)))
                .help("A certain address; any free one where nothing is entered."),
        ),
        "reserved_fixed_ip" => {
            let port = field("port_id", "Reserved fixed IP", loaded()).required();
            fields.push(port.help("A reserved address that is free."));
        }
        _ => {}
    }
    if matches!(kind, "external" | "any_subnet") {
        let family = field("ip_family", "Addresses", one_of(IP_FAMILIES));
        fields.push(family.default(FieldValue::text("ipv4")).help("The addresses that it gets."));
    }
    if kind != "external" {
        let floating_field = name("floating_ip");
        let ways = one_of(&[("none", "None"), ("new", "A new one"), ("existing", "One that there is")]);
        fields.push(
            field("floating_ip", "Floating IP", ways)
                .default(FieldValue::text("none"))
                .help("An address by which it can be reached from outside.")
                .reshapes(),
        );
        if values.text(&floating_field) == Some("existing") {
            let existing = field("existing_floating_id", "Which floating IP", loaded());
            fields.push(existing.required().help("A floating IP that is free."));
        }
    }
    fields.push(
        field("security_groups", "Security groups", FieldKind::Several(Choices::Loaded))
            .help("The project's default group where nothing is chosen."),
    );
    fields.push(
        field("interface_name", "Interface name", FieldKind::Text(line(0, MAX_INTERFACE_NAME)))
            .help("Up to 37 characters."),
    );
    fields
}

/// The means of signing in, by the rules of the system.
fn access(system: &System) -> Vec<Field> {
    let mut fields = Vec::new();
    if system.ssh_key.as_deref() != Some("deny") {
        let key = Field::new("ssh_key_name", "SSH key", loaded())
            .section(ACCESS)
            .depends_on(&[REGION])
            .help("The key of the image's default user.");
        fields.push(if system.ssh_key.as_deref() == Some("required") { key.required() } else { key });
    }
    let password = if system.is_windows {
        "The password of the user Admin."
    } else {
        fields.push(
            Field::new("username", "User", FieldKind::Text(line(0, 255)))
                .section(ACCESS)
                .help("A new user with the password; the image's default user where nothing is entered."),
        );
        "The password of the user. With it Gcore ignores user data."
    };
    fields.push(
        Field::new("password", "Password", FieldKind::Secret(TextRule::up_to(MAX_PASSWORD)))
            .section(ACCESS)
            .help(password),
    );
    let user_data = TextRule { lines: true, ..TextRule::up_to(MAX_USER_DATA) };
    let script = if system.is_windows { "cloudbase-init" } else { "cloud-init" };
    fields.push(
        Field::new("user_data", "User data", FieldKind::Text(user_data))
            .section(ACCESS)
            .private()
            .help(format!("A {script} script; it is sent in base64.")),
    );
    fields
}

/// The parameters of an app template.
fn app(system: &System) -> Vec<Field> {
    let mut fields = Vec::new();
    if !system.is_app {
        return fields;
    }
    for parameter in &system.app_config {
        let name = format!("configuration_{}", parameter.name);
        let field = Field::new(name, &*parameter.label, FieldKind::Text(TextRule::up_to(4096)))
            .section(APP)
            .help(&*parameter.help);
        let field = if parameter.is_required { field.required() } else { field };
        fields.push(Field { default: parameter.default.as_deref().map(FieldValue::text), ..field });
    }
    fields.push(
        Field::new("allow_app_ports", "Open its ports", FieldKind::Switch)
            .section(APP)
            .default(FieldValue::Switch(true))
            .help("Lets the ports of the application through the security group."),
    );
    fields
}
