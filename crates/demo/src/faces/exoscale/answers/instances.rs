//! Instances: list, read, create, update and delete.

use serde_json::{Value, json};

use super::Answer;
use super::shapes;
use crate::engine::fleet::{Account, Phase};
use crate::engine::machines;
use crate::faces::exoscale::account::{AccountState, Change, Reference};
use crate::faces::exoscale::context::{Names, RequestContext, here, zone_of};
use crate::faces::exoscale::problem::Problem;

/// `GET /instance`: those of this zone.
pub(super) fn list(ctx: &mut RequestContext<'_>) -> Answer {
    let labels: Vec<(String, String)> = labels_asked(ctx.asked("labels"))?;
    ctx.asked_word("manager-type", &["instance-pool"])?;
    let (pool, typed) = (ctx.asked("manager-id"), ctx.asked("manager-type").is_some());
    let address = ctx.asked("ip-address");
    let rows: Vec<Value> = ctx.app.engine.read(|fleet| {
        fleet
            .machines_of(Account::Exoscale)
            .filter(|(_, instance, _)| zone_of(fleet, instance) == Some(ctx.zone))
            .filter(|(key, _, _)| {
                labels.is_empty()
                    || fleet.extras.get(key).is_some_and(|extras| {
                        labels.iter().all(|(name, value)| extras.labels.get(name) == Some(value))
                    })
            })
            .filter(|(_, instance, group)| {
                let own = shapes::pool(instance.container, group);
                (!typed && pool.is_none()) || own.is_some_and(|own| pool.is_none_or(|pool| own == pool))
            })
            .map(|(key, instance, group)| {
                let guest = ctx.account.guest(fleet, key);
                shapes::item(fleet, &guest, key, instance, group)
            })
            .filter(|row| address.is_none_or(|ip| row["public-ip"] == ip || row["ipv6-address"] == ip))
            .collect()
    });
    Ok(json!({ "instances": rows }))
}

/// The form of the `labels` filter is not documented; ours is `name=value`, several with commas between.
fn labels_asked(text: Option<&str>) -> Result<Vec<(String, String)>, Problem> {
    let pairs = text.into_iter().flat_map(|text| text.split(','));
    pairs
        .map(|pair| {
            let (name, value) =
                pair.split_once('=').ok_or_else(|| Problem::field("labels", "must be such as name=value"))?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        })
        .collect()
}

/// `GET /instance/{id}`.
pub(super) fn get(ctx: &mut RequestContext<'_>) -> Answer {
    let key = ctx.machine()?;
    let found = ctx.app.engine.read(|fleet| {
        let (instance, group) = here(fleet, ctx.zone, key)?;
        Some(shapes::whole(fleet, ctx.account, ctx.zone, key, instance, group))
    });
    found.ok_or_else(|| Problem::missing("The instance"))
}

/// `PUT /instance/{id}`: the fields given, the others stay; labels are replaced as a whole.
pub(super) fn update(ctx: &mut RequestContext<'_>) -> Answer {
    let machine = ctx.machine()?;
    let mut fields = ctx.fields();
    let name = fields.text_of("name", 1..=255);
    let data = fields.text_of("user-data", 1..=32_768);
    let assignment = fields.word("public-ip-assignment", &["inet4", "dual", "none"]);
    let labels = fields.labels();
    let consistent = fields.switch("application-consistent-snapshot-enabled");
    fields.done()?;
    let before = ctx.app.engine.read(|fleet| ctx.account.guest(fleet, machine).assignment);
    if let Some(wanted) = assignment
        && wanted != before
        && (before, wanted) != ("inet4", "dual")
    {
        return Err(Problem::state(format!(
            "The public IP assignment cannot become {wanted} once it is {before}"
        )));
    }
    ctx.app.engine.write(|fleet, _| {
        ctx.account.update_guest(fleet, machine, |guest| {
            guest.user_data = data.or(guest.user_data.take());
            guest.assignment = assignment.unwrap_or(guest.assignment);
            guest.consistent = consistent.unwrap_or(guest.consistent);
        });
        let extras = fleet.extras.entry(machine).or_default();
        extras.name = name.or(extras.name.take());
        extras.labels = labels.unwrap_or(std::mem::take(&mut extras.labels));
    });
    Ok(small(ctx, machine, "Update", "machine.update", None))
}

/// `DELETE /instance/{id}/{field}`: labels are all that can be taken back.
pub(super) fn reset_field(ctx: &mut RequestContext<'_>) -> Answer {
    let machine = ctx.machine()?;
    if ctx.param("field") != "labels" {
        return Err(Problem::field("field", "must be labels"));
    }
    ctx.app.engine.write(|fleet, _| {
        if let Some(extras) = fleet.extras.get_mut(&machine) {
            extras.labels.clear();
        }
    });
    Ok(small(ctx, machine, "Reset labels of", "machine.update", None))
}

/// `DELETE /instance/{id}`: 403 while it is protected, and no other answer shows the protection.
pub(super) fn delete(ctx: &mut RequestContext<'_>) -> Answer {
    let machine = ctx.machine()?;
    if protected(ctx, machine) {
        return Err(Problem::forbidden(
            "The instance is protected from deletion; remove the protection first",
        ));
    }
    match ctx.idle(machine)? {
        Phase::Deleting | Phase::Gone => return Err(Problem::conflict("The instance is being deleted")),
        _ => {}
    }
    let work = ctx.app.engine.read(|fleet| machines::remove(fleet, machine));
    let gone: Change = Box::new(move |account: &mut AccountState| account.leave(machine));
    Ok(ctx.submit(work, instance(machine), Names::Always, Some(gone)))
}

/// `PUT /instance/{id}:add-protection`.
pub(super) fn protect(ctx: &mut RequestContext<'_>) -> Answer {
    set_protection(ctx, true)
}

/// `PUT /instance/{id}:remove-protection`.
pub(super) fn unprotect(ctx: &mut RequestContext<'_>) -> Answer {
    set_protection(ctx, false)
}

fn set_protection(ctx: &mut RequestContext<'_>, protected: bool) -> Answer {
    let machine = ctx.machine()?;
    ctx.app.engine.write(|fleet, _| fleet.extras.entry(machine).or_default().protected = protected);
    let (verb, action) =
        if protected { ("Protect", "machine.protect") } else { ("Unprotect", "machine.unprotect") };
    Ok(small(ctx, machine, verb, action, None))
}

fn protected(ctx: &RequestContext<'_>, machine: u32) -> bool {
    let look = |fleet: &crate::engine::fleet::Fleet| fleet.extras.get(&machine).is_some_and(|e| e.protected);
    ctx.app.engine.read(look)
}

/// The reference of an operation on an instance.
pub(super) fn instance(machine: u32) -> Reference {
    use crate::faces::exoscale::ids::{Thing, id};
    Reference { kind: "instance", id: id(Thing::Instance, machine) }
}

/// Work on an instance that leaves it in its phase. It is no job of the instance in the engine: one may follow at once.
pub(super) fn small(
    ctx: &mut RequestContext<'_>,
    machine: u32,
    verb: &str,
    action: &'static str,
    change: Option<Change>,
) -> Value {
    let name = name(ctx, machine);
    ctx.submit_plain(format!("{verb} {name}"), action, instance(machine), Names::Always, change)
}

/// The display name of an instance.
pub(super) fn name(ctx: &RequestContext<'_>, machine: u32) -> String {
    ctx.app.engine.read(|fleet| {
        let found = fleet.instances.get(machine);
        found.map_or_else(String::new, |instance| fleet.name(machine, instance))
    })
}
