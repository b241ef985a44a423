//! What can be done to an instance: power, size, disk, password, console.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::create::{DISK, disk_fits, sold, template};
use super::instances::{instance, small};
use super::{Answer, instances};
use crate::credentials::random_hex;
use crate::engine::fleet::Phase;
use crate::engine::machines;
use crate::faces::exoscale::book::Book;
use crate::faces::exoscale::book::guest::Guest;
use crate::faces::exoscale::catalog::types;
use crate::faces::exoscale::problem::Problem;
use crate::faces::exoscale::visit::{Names, Visit};

/// How long a password is kept at most.
const PASSWORD_LIFE: SignedDuration = SignedDuration::from_hours(24);

fn guest(visit: &Visit<'_>, machine: u32) -> Guest {
    visit.desk.engine.read(|fleet| visit.book.guest(fleet, machine))
}

fn dress(visit: &mut Visit<'_>, machine: u32, change: impl FnOnce(&mut Guest)) {
    visit.desk.engine.read(|fleet| visit.book.dress(fleet, machine, change));
}

/// `PUT :start`, plainly or into rescue.
pub(super) fn start(visit: &mut Visit<'_>) -> Answer {
    let machine = visit.machine()?;
    let mut fields = visit.fields();
    let rescue = fields.word("rescue-profile", &["netboot", "netboot-efi"]);
    fields.end()?;
    match visit.idle(machine)? {
        Phase::Stopped | Phase::Failed => {}
        _ => return Err(Problem::state("The instance is not stopped")),
    }
    dress(visit, machine, |guest| guest.rescue = rescue);
    let work = visit.desk.engine.read(|fleet| machines::start(fleet, machine));
    Ok(visit.submit(work, instance(machine), Names::AsResource, None))
}

/// `PUT :stop`.
pub(super) fn stop(visit: &mut Visit<'_>) -> Answer {
    let machine = running(visit)?;
    let work = visit.desk.engine.read(|fleet| machines::stop(fleet, machine));
    Ok(visit.submit(work, instance(machine), Names::AsResource, None))
}

/// `PUT :reboot`.
pub(super) fn reboot(visit: &mut Visit<'_>) -> Answer {
    let machine = running(visit)?;
    let work = visit.desk.engine.read(|fleet| machines::restart(fleet, machine));
    Ok(visit.submit(work, instance(machine), Names::Always, None))
}

fn running(visit: &Visit<'_>) -> Result<u32, Problem> {
    let machine = visit.machine()?;
    match visit.idle(machine)? {
        Phase::Running => Ok(machine),
        _ => Err(Problem::state("The instance is not running")),
    }
}

/// Work that changes a stopped instance and leaves it stopped.
fn while_stopped(
    visit: &mut Visit<'_>,
    machine: u32,
    verb: (&str, &'static str),
    caption: &'static str,
    change: impl FnOnce(&mut Guest) + Send + 'static,
) -> Value {
    // It must be written down for the change to find it once the work is done.
    dress(visit, machine, |_| {});
    let work =
        visit.desk.engine.read(|fleet| machines::through(fleet, machine, verb, &[(caption, Phase::Stopped)]));
    let later = Box::new(move |book: &mut Book| book.redress(machine, change));
    visit.submit(work, instance(machine), Names::Always, Some(later))
}

/// `PUT :reset`: the disk is wiped and made anew.
pub(super) fn reset(visit: &mut Visit<'_>) -> Answer {
    let machine = visit.machine()?;
    let mut fields = visit.fields();
    let (wanted, disk) = (fields.reference("template"), fields.whole("disk-size", DISK));
    fields.end()?;
    let now = guest(visit, machine);
    let wanted = wanted.unwrap_or(now.template);
    let (_, least, password) = template(visit, &wanted)?;
    let disk = disk.map_or(now.disk_gib, i64::unsigned_abs);
    disk_fits(disk, least, now.kind)?;
    visit.stopped(machine)?;
    let password = if password { Some(new_password()?) } else { None };
    Ok(while_stopped(visit, machine, ("Reset", "machine.reset"), "Writing the disk anew", move |guest| {
        guest.template = wanted;
        guest.disk_gib = disk;
        guest.password = password;
    }))
}

/// `PUT :scale`: another type of the same family.
pub(super) fn scale(visit: &mut Visit<'_>) -> Answer {
    let machine = visit.machine()?;
    let mut fields = visit.fields();
    fields.require(&["instance-type"]);
    let wanted = fields.reference("instance-type").unwrap_or_default();
    fields.end()?;
    let wanted = sold(visit, &wanted)?;
    let now = guest(visit, machine);
    let (from, to) = (types::at(now.kind), types::at(wanted));
    if let (Some(from), Some(to)) = (from, to)
        && !from.scales_to(to)
    {
        return Err(Problem::state(format!("A {} instance cannot become a {} one", from.family, to.family)));
    }
    disk_fits(now.disk_gib, 0, wanted)?;
    visit.stopped(machine)?;
    Ok(while_stopped(visit, machine, ("Scale", "machine.scale"), "Making room", move |guest| {
        guest.kind = wanted;
    }))
}

/// `PUT :resize-disk`: it can only grow.
pub(super) fn resize_disk(visit: &mut Visit<'_>) -> Answer {
    let machine = visit.machine()?;
    let mut fields = visit.fields();
    fields.require(&["disk-size"]);
    let wanted = fields.whole("disk-size", DISK).unwrap_or_default().unsigned_abs();
    fields.end()?;
    let now = guest(visit, machine);
    if wanted <= now.disk_gib {
        return Err(Problem::field("disk-size", "a disk can only grow"));
    }
    disk_fits(wanted, 0, now.kind)?;
    visit.stopped(machine)?;
    Ok(while_stopped(visit, machine, ("Resize", "machine.resize"), "Growing the disk", move |guest| {
        guest.disk_gib = wanted;
    }))
}

/// `POST :enable-tpm`.
pub(super) fn enable_tpm(visit: &mut Visit<'_>) -> Answer {
    let machine = visit.machine()?;
    if guest(visit, machine).tpm {
        return Err(Problem::conflict("The instance has a TPM already"));
    }
    visit.stopped(machine)?;
    Ok(while_stopped(visit, machine, ("Enable the TPM of", "machine.tpm"), "Adding the device", |guest| {
        guest.tpm = true;
    }))
}

/// A password and the moment it was made.
pub(super) fn new_password() -> Result<(String, Timestamp), Problem> {
    let password = random_hex(10).map_err(|e| Problem::internal(&e))?;
    Ok((password, Timestamp::now()))
}

fn with_password(visit: &Visit<'_>) -> Result<(u32, Guest), Problem> {
    let machine = visit.machine()?;
    let guest = guest(visit, machine);
    match template(visit, &guest.template) {
        Ok((_, _, false)) => Err(Problem::state("The instance's template has no passwords")),
        _ => Ok((machine, guest)),
    }
}

/// `PUT :reset-password`.
pub(super) fn reset_password(visit: &mut Visit<'_>) -> Answer {
    let (machine, _) = with_password(visit)?;
    let password = new_password()?;
    dress(visit, machine, |_| {});
    let later = Box::new(move |book: &mut Book| {
        book.redress(machine, move |guest| guest.password = Some(password));
    });
    Ok(small(visit, machine, "Reset the password of", "machine.password", Some(later)))
}

/// `GET :password`: for a day after it was made.
pub(super) fn password(visit: &mut Visit<'_>) -> Answer {
    let (_, guest) = with_password(visit)?;
    let age = |made| Timestamp::now().duration_since(made);
    match guest.password {
        Some((password, made)) if age(made) < PASSWORD_LIFE => Ok(json!({ "password": password })),
        _ => Err(Problem::missing("A password of the last day")),
    }
}

/// `GET /console/{id}`: where a screen would be, for a minute. Host and path are what the platform's own client puts
/// into the address of its web page.
pub(super) fn console(visit: &mut Visit<'_>) -> Answer {
    let machine = visit.machine()?;
    let phase = visit.desk.engine.read(|fleet| fleet.instances.get(machine as usize).map(|i| i.phase));
    if phase != Some(Phase::Running) {
        return Err(Problem::state("The instance is not running"));
    }
    let token = random_hex(24).map_err(|e| Problem::internal(&e))?;
    let host = visit.host.clone();
    let path = format!("exoscale/{}/console-proxy?token={token}", visit.zone_name());
    tracing::debug!(name = instances::name(visit, machine), "a console address was given");
    Ok(json!({ "url": format!("ws://{host}/{path}"), "host": host, "path": path }))
}
