//! `POST /instance`: what may be asked for, and the machine that comes of it.

use serde_json::Value;

use super::Answer;
use super::instances::instance;
use crate::engine::fleet::Account;
use crate::engine::machines::{self, Wish};
use crate::faces::exoscale::account::Operation;
use crate::faces::exoscale::account::guest::{Guest, default_group};
use crate::faces::exoscale::catalog::{templates, types};
use crate::faces::exoscale::context::{Names, RequestContext};
use crate::faces::exoscale::ids::{Thing, index};
use crate::faces::exoscale::problem::Problem;

/// The size of a disk in GiB.
pub(super) const DISK: std::ops::RangeInclusive<i64> = 10..=51_200;

/// The parsed body of a request for an instance.
struct Order {
    name: Option<String>,
    start: bool,
    labels: std::collections::BTreeMap<String, String>,
    guest: Guest,
    kind: String,
}

fn order(ctx: &RequestContext<'_>) -> Result<Order, Problem> {
    let mut fields = ctx.fields();
    fields.require(&["disk-size", "instance-type", "template"]);
    let disk = fields.number("disk-size", DISK).unwrap_or_default();
    let kind = fields.reference("instance-type").unwrap_or_default();
    let template = fields.reference("template").unwrap_or_default();
    let mut keys = fields.all_named("ssh-keys").unwrap_or_default();
    if let Some(key) = fields.named("ssh-key")
        && !keys.contains(&key)
    {
        keys.insert(0, key);
    }
    let data = fields.text_of("user-data", 1..=32_768);
    if data.as_deref().is_some_and(|data| !is_base64(data)) {
        fields.error("user-data", "must be base64");
    }
    let assignment = fields.word("public-ip-assignment", &["inet4", "dual", "none"]);
    // The older field says the same in part.
    let dual = fields.switch("ipv6-enabled").unwrap_or(false);
    let guest = Guest {
        kind: 0,
        template,
        disk_gib: disk.unsigned_abs(),
        user_data: data,
        keys,
        assignment: assignment.unwrap_or(if dual { "dual" } else { "inet4" }),
        groups: fields
            .references("security-groups")
            .filter(|groups| !groups.is_empty())
            .unwrap_or_else(|| vec![default_group()]),
        apart: fields.references("anti-affinity-groups").unwrap_or_default(),
        addresses: Vec::new(),
        networks: Vec::new(),
        target: fields.reference("deploy-target"),
        secureboot: fields.switch("secureboot-enabled").unwrap_or(false),
        tpm: fields.switch("tpm-enabled").unwrap_or(false),
        consistent: fields.switch("application-consistent-snapshot-enabled").unwrap_or(false),
        password: None,
        rescue: None,
        domain: None,
    };
    let order = Order {
        name: fields.text_of("name", 1..=255),
        start: fields.switch("auto-start").unwrap_or(true),
        labels: fields.labels().unwrap_or_default(),
        guest,
        kind,
    };
    fields.done().map(|()| order)
}

fn is_base64(text: &str) -> bool {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).is_ok()
}

/// The number of a type that can be had here, by its id.
pub(super) fn sold(ctx: &RequestContext<'_>, text: &str) -> Result<u32, Problem> {
    let found = index(Thing::InstanceType, text).and_then(|key| types::at(key).map(|kind| (key, kind)));
    let (key, kind) = found.ok_or_else(|| Problem::missing("The instance type"))?;
    if !kind.zones.contains(&ctx.zone_name()) {
        return Err(Problem::state(format!(
            "The instance type {}.{} is not sold in {}",
            kind.family,
            kind.size,
            ctx.zone_name()
        )));
    }
    if !kind.authorized() {
        return Err(Problem::forbidden(format!(
            "The organisation is not authorised for {} types",
            kind.family
        )));
    }
    Ok(key)
}

/// Looks up a template: its name, the least disk for it in GiB, and whether it has passwords.
pub(super) fn template(ctx: &RequestContext<'_>, text: &str) -> Result<(String, u64, bool), Problem> {
    if let Some((_, template)) = templates::find(ctx.zone, text) {
        return Ok((template.name.to_owned(), template.size_gib, template.password));
    }
    let held = ctx.account.find(Thing::Template, ctx.zone, text);
    let held = held.ok_or_else(|| Problem::missing("The template"))?;
    let document = &held.document;
    Ok((
        document["name"].as_str().unwrap_or_default().to_owned(),
        document["size"].as_u64().unwrap_or(0).div_ceil(1 << 30),
        document["password-enabled"].as_bool().unwrap_or(false),
    ))
}

/// That a disk is large enough for a template and not too large for a type.
pub(super) fn disk_fits(disk_gib: u64, least: u64, kind: u32) -> Result<(), Problem> {
    let most = types::at(kind).map_or(u64::MAX, types::InstanceType::most_disk);
    if disk_gib < least {
        return Err(Problem::field("disk-size", &format!("the template needs {least} GiB at least")));
    }
    if disk_gib > most {
        return Err(Problem::field("disk-size", &format!("the type takes {most} GiB at most")));
    }
    Ok(())
}

fn all_there(ctx: &RequestContext<'_>, guest: &Guest) -> Result<(), Problem> {
    let kinds = [
        (Thing::SshKey, "The SSH key", guest.keys.as_slice()),
        (Thing::SecurityGroup, "The security group", guest.groups.as_slice()),
        (Thing::AntiAffinityGroup, "The anti-affinity group", guest.apart.as_slice()),
        (Thing::DeployTarget, "The deploy target", guest.target.as_slice()),
    ];
    for (thing, what, ids) in kinds {
        if ids.iter().any(|id| ctx.account.find(thing, ctx.zone, id).is_none()) {
            return Err(Problem::missing(what));
        }
    }
    Ok(())
}

/// `POST /instance`.
pub(super) fn create(ctx: &mut RequestContext<'_>) -> Answer {
    let mut order = order(ctx)?;
    order.guest.kind = sold(ctx, &order.kind)?;
    let (image, least, password) = template(ctx, &order.guest.template)?;
    disk_fits(order.guest.disk_gib, least, order.guest.kind)?;
    all_there(ctx, &order.guest)?;
    if password {
        order.guest.password = Some(super::actions::new_password()?);
    }
    let kind = types::at(order.guest.kind).ok_or_else(|| Problem::missing("The instance type"))?;
    let zone = ctx.zone_name();
    let disk = order.guest.disk_gib;
    let made = ctx.app.engine.write(|fleet, _| {
        let place = fleet.locations_of(Account::Exoscale).find(|(_, location)| location.code == zone);
        let place = place.map(|(key, _)| key);
        let server = fleet.servers_of(Account::Exoscale).find(|(_, s)| Some(s.location) == place);
        let Some((server, _)) = server else {
            return Ok(None);
        };
        let wish = Wish {
            account: Account::Exoscale,
            name: order.name.unwrap_or_else(|| "instance".to_owned()),
            image,
            server,
            cpus: f64::from(kind.cpus),
            ram_mb: kind.memory_mib,
            storage_gb: disk,
            gpu: (kind.gpus, vec![kind.family.to_owned()]),
            labels: order.labels,
            start: order.start,
        };
        let made = machines::create(fleet, wish);
        if let Some((machine, _)) = &made {
            ctx.account.update_guest(fleet, *machine, |guest| *guest = order.guest);
        }
        made.map(Some).ok_or_else(|| Problem::forbidden("The quota of instances is used up"))
    })?;
    match made {
        Some((machine, work)) => Ok(ctx.submit(work, instance(machine), Names::Always, None)),
        None => Ok(no_room(ctx)),
    }
}

/// A zone without hosts takes the order and fails with it.
fn no_room(ctx: &mut RequestContext<'_>) -> Value {
    let number = ctx.account.operate(Operation {
        zone: ctx.zone,
        job: None,
        reference: None,
        names: Names::Always,
        failure: Some(("unavailable", "There is no room left in this zone")),
    });
    ctx.operation(number).unwrap_or(Value::Null)
}
