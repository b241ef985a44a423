//! Actions on an instance: power, size, disk, password, console.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::create::{DISK, disk_fits, sold, template};
use super::instances::{instance, small};
use super::{Answer, instances};
use crate::credentials::random_hex;
use crate::engine::fleet::Phase;
use crate::engine::machines;
use crate::faces::exoscale::account::AccountState;
use crate::faces::exoscale::account::guest::Guest;
use crate::faces::exoscale::catalog::types;
use crate::faces::exoscale::context::{Names, RequestContext};
use crate::faces::exoscale::problem::Problem;

/// The longest time that a password is kept.
const PASSWORD_LIFE: SignedDuration = SignedDuration::from_hours(24);

fn guest(ctx: &RequestContext<'_>, machine: u32) -> Guest {
    ctx.app.engine.read(|fleet| ctx.account.guest(fleet, machine))
}

fn update_guest(ctx: &mut RequestContext<'_>, machine: u32, change: impl FnOnce(&mut Guest)) {
    ctx.app.engine.read(|fleet| ctx.account.update_guest(fleet, machine, change));
}

/// `PUT :start`, plainly or into rescue.
pub(super) fn start(ctx: &mut RequestContext<'_>) -> Answer {
    let machine = ctx.machine()?;
    let mut fields = ctx.fields();
    let rescue = fields.word("rescue-profile", &["netboot", "netboot-efi"]);
    fields.done()?;
    match ctx.idle(machine)? {
        Phase::Stopped | Phase::Failed => {}
        _ => return Err(Problem::state("The instance is not stopped")),
    }
    update_guest(ctx, machine, |guest| guest.rescue = rescue);
    let work = ctx.app.engine.read(|fleet| machines::start(fleet, machine));
    Ok(ctx.submit(work, instance(machine), Names::AsResource, None))
}

/// `PUT :stop`.
pub(super) fn stop(ctx: &mut RequestContext<'_>) -> Answer {
    let machine = running(ctx)?;
    let work = ctx.app.engine.read(|fleet| machines::stop(fleet, machine));
    Ok(ctx.submit(work, instance(machine), Names::AsResource, None))
}

/// `PUT :reboot`.
pub(super) fn reboot(ctx: &mut RequestContext<'_>) -> Answer {
    let machine = running(ctx)?;
    let work = ctx.app.engine.read(|fleet| machines::restart(fleet, machine));
    Ok(ctx.submit(work, instance(machine), Names::Always, None))
}

fn running(ctx: &RequestContext<'_>) -> Result<u32, Problem> {
    let machine = ctx.machine()?;
    match ctx.idle(machine)? {
        Phase::Running => Ok(machine),
        _ => Err(Problem::state("The instance is not running")),
    }
}

/// Work that changes a stopped instance and leaves it stopped.
fn while_stopped(
    ctx: &mut RequestContext<'_>,
    machine: u32,
    verb: (&str, &'static str),
    caption: &'static str,
    change: impl FnOnce(&mut Guest) + Send + 'static,
) -> Value {
    // It must be written down for the change to find it once the work is done.
    update_guest(ctx, machine, |_| {});
    let work =
        ctx.app.engine.read(|fleet| machines::through(fleet, machine, verb, &[(caption, Phase::Stopped)]));
    let later = Box::new(move |account: &mut AccountState| account.redress(machine, change));
    ctx.submit(work, instance(machine), Names::Always, Some(later))
}

/// `PUT :reset`: the disk is wiped and made anew.
pub(super) fn reset(ctx: &mut RequestContext<'_>) -> Answer {
    let machine = ctx.machine()?;
    let mut fields = ctx.fields();
    let (wanted, disk) = (fields.reference("template"), fields.number("disk-size", DISK));
    fields.done()?;
    let now = guest(ctx, machine);
    let wanted = wanted.unwrap_or(now.template);
    let (_, least, password) = template(ctx, &wanted)?;
    let disk = disk.map_or(now.disk_gib, i64::unsigned_abs);
    disk_fits(disk, least, now.kind)?;
    ctx.stopped(machine)?;
    let password = if password { Some(new_password()?) } else { None };
    Ok(while_stopped(ctx, machine, ("Reset", "machine.reset"), "Writing the disk anew", move |guest| {
        guest.template = wanted;
        guest.disk_gib = disk;
        guest.password = password;
    }))
}

/// `PUT :scale`: another type of the same family.
pub(super) fn scale(ctx: &mut RequestContext<'_>) -> Answer {
    let machine = ctx.machine()?;
    let mut fields = ctx.fields();
    fields.require(&["instance-type"]);
    let wanted = fields.reference("instance-type").unwrap_or_default();
    fields.done()?;
    let wanted = sold(ctx, &wanted)?;
    let now = guest(ctx, machine);
    let (from, to) = (types::at(now.kind), types::at(wanted));
    if let (Some(from), Some(to)) = (from, to)
        && !from.scales_to(to)
    {
        return Err(Problem::state(format!("A {} instance cannot become a {} one", from.family, to.family)));
    }
    disk_fits(now.disk_gib, 0, wanted)?;
    ctx.stopped(machine)?;
    Ok(while_stopped(ctx, machine, ("Scale", "machine.scale"), "Making room", move |guest| {
        guest.kind = wanted;
    }))
}

/// `PUT :resize-disk`: it can only grow.
pub(super) fn resize_disk(ctx: &mut RequestContext<'_>) -> Answer {
    let machine = ctx.machine()?;
    let mut fields = ctx.fields();
    fields.require(&["disk-size"]);
    let wanted = fields.number("disk-size", DISK).unwrap_or_default().unsigned_abs();
    fields.done()?;
    let now = guest(ctx, machine);
    if wanted <= now.disk_gib {
        return Err(Problem::field("disk-size", "a disk can only grow"));
    }
    disk_fits(wanted, 0, now.kind)?;
    ctx.stopped(machine)?;
    Ok(while_stopped(ctx, machine, ("Resize", "machine.resize"), "Growing the disk", move |guest| {
        guest.disk_gib = wanted;
    }))
}

/// `POST :enable-tpm`.
pub(super) fn enable_tpm(ctx: &mut RequestContext<'_>) -> Answer {
    let machine = ctx.machine()?;
    if guest(ctx, machine).tpm {
        return Err(Problem::conflict("The instance has a TPM already"));
    }
    ctx.stopped(machine)?;
    Ok(while_stopped(ctx, machine, ("Enable the TPM of", "machine.tpm"), "Adding the device", |guest| {
        guest.tpm = true;
    }))
}

/// A password and the moment it was made.
pub(super) fn new_password() -> Result<(String, Timestamp), Problem> {
    let password = random_hex(10).map_err(|e| Problem::internal(&e))?;
    Ok((password, Timestamp::now()))
}

fn with_password(ctx: &RequestContext<'_>) -> Result<(u32, Guest), Problem> {
    let machine = ctx.machine()?;
    let guest = guest(ctx, machine);
    match template(ctx, &guest.template) {
        Ok((_, _, false)) => Err(Problem::state("The instance's template has no passwords")),
        _ => Ok((machine, guest)),
    }
}

/// `PUT :reset-password`.
pub(super) fn reset_password(ctx: &mut RequestContext<'_>) -> Answer {
    let (machine, _) = with_password(ctx)?;
    let password = new_password()?;
    update_guest(ctx, machine, |_| {});
    let later = Box::new(move |account: &mut AccountState| {
        account.redress(machine, move |guest| guest.password = Some(password));
    });
    Ok(small(ctx, machine, "Reset the password of", "machine.password", Some(later)))
}

/// `GET :password`: for a day after it was made.
pub(super) fn password(ctx: &mut RequestContext<'_>) -> Answer {
    let (_, guest) = with_password(ctx)?;
    let age = |made| Timestamp::now().duration_since(made);
    match guest.password {
        Some((password, made)) if age(made) < PASSWORD_LIFE => Ok(json!({ "password": password })),
        _ => Err(Problem::missing("A password of the last day")),
    }
}

/// `GET /console/{id}`: where the screen is, for a minute. Host and path are what the platform's own client puts
/// into the address of its web page.
pub(super) fn console(ctx: &mut RequestContext<'_>) -> Answer {
    let machine = ctx.machine()?;
    let phase = ctx.app.engine.read(|fleet| fleet.instances.get(machine).map(|i| i.phase));
    if phase != Some(Phase::Running) {
        return Err(Problem::state("The instance is not running"));
    }
    let token = ctx.account.screens.issue(machine, Instant::now()).map_err(|e| Problem::internal(&e))?;
    let host = ctx.host.clone();
    let path = format!("exoscale/{}/console-proxy?token={token}", ctx.zone_name());
    tracing::debug!(name = instances::name(ctx, machine), "a console address was given");
    Ok(json!({ "url": format!("ws://{host}/{path}"), "host": host, "path": path }))
}
