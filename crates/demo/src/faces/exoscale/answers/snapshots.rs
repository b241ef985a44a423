//! Snapshots: taken, exported, made into templates, put back, removed.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::instances::instance;
use super::{Answer, instances};
use crate::engine::fleet::Phase;
use crate::engine::machines;
use crate::faces::exoscale::book::journal::time;
use crate::faces::exoscale::book::{Book, Change, Reference};
use crate::faces::exoscale::ids::{Thing, id};
use crate::faces::exoscale::problem::Problem;
use crate::faces::exoscale::visit::{Names, Visit};

fn reference(id: &str) -> Reference {
    Reference { kind: "snapshot", id: id.to_owned() }
}

/// The snapshot that the path or a body names.
fn found(visit: &Visit<'_>, text: &str) -> Result<(String, Value), Problem> {
    let held = visit.book.find(Thing::Snapshot, visit.zone, text);
    held.map(|held| (text.to_owned(), held.document.clone())).ok_or_else(|| Problem::missing("The snapshot"))
}

/// One that nothing is being done to.
fn ready(visit: &Visit<'_>, text: &str) -> Result<(String, Value), Problem> {
    let (key, snapshot) = found(visit, text)?;
    match snapshot["state"].as_str() {
        Some("ready" | "exported") => Ok((key, snapshot)),
        state => Err(Problem::state(format!("The snapshot is {}", state.unwrap_or("not ready")))),
    }
}

/// A change of state once the work is done.
fn becomes(key: &str, state: &'static str) -> Change {
    let key = key.to_owned();
    Box::new(move |book: &mut Book| {
        if let Some(document) = book.document(&key) {
            document["state"] = state.into();
        }
    })
}

/// `POST /instance/{id}:create-snapshot`; the operation refers to the snapshot.
pub(super) fn create(visit: &mut Visit<'_>) -> Answer {
    let machine = visit.machine()?;
    visit.book.room(Thing::Snapshot)?;
    match visit.idle(machine)? {
        Phase::Running | Phase::Stopped => {}
        _ => return Err(Problem::state("The instance is neither running nor stopped")),
    }
    let guest = visit.desk.engine.read(|fleet| visit.book.guest(fleet, machine));
    let now = Timestamp::now();
    let name = instances::name(visit, machine);
    let key = visit.book.hold(
        Thing::Snapshot,
        Some(visit.zone),
        json!({
            "name": format!("{name}_{}", now.strftime("%Y%m%d%H%M%S")),
            "created-at": time(now),
            "state": "snapshotting",
            "size": guest.disk_gib,
            "instance": { "id": id(Thing::Instance, machine) },
            "application-consistent": guest.consistent,
        }),
    );
    let caption = format!("Snapshot {name}");
    let done = becomes(&key, "ready");
    Ok(visit.submit_plain(caption, "machine.snapshot", reference(&key), Names::Always, Some(done)))
}

/// `GET /snapshot/{id}`.
pub(super) fn get(visit: &mut Visit<'_>) -> Answer {
    found(visit, visit.param("id")).map(|(_, snapshot)| snapshot)
}

/// `DELETE /snapshot/{id}`.
pub(super) fn delete(visit: &mut Visit<'_>) -> Answer {
    let (key, _) = ready(visit, visit.param("id"))?;
    if let Some(document) = visit.book.document(&key) {
        document["state"] = "deleting".into();
    }
    let (caption, struck) = (format!("Delete snapshot {key}"), key.clone());
    let done: Change = Box::new(move |book: &mut Book| book.strike(&struck));
    Ok(visit.submit_plain(caption, "snapshot.delete", reference(&key), Names::UntilDone, Some(done)))
}

/// `POST /snapshot/{id}:export`: afterwards the snapshot tells where its file is.
pub(super) fn export(visit: &mut Visit<'_>) -> Answer {
    let (key, _) = ready(visit, visit.param("id"))?;
    if let Some(document) = visit.book.document(&key) {
        document["state"] = "exporting".into();
    }
    let (zone, exported) = (visit.zone_name(), key.clone());
    let done: Change = Box::new(move |book: &mut Book| {
        if let Some(document) = book.document(&exported) {
            document["state"] = "exported".into();
            document["export"] = json!({
                "presigned-url": format!("https://sos-{zone}.example.com/exports/{exported}.qcow2?signature=demo"),
                "md5sum": exported.replace('-', ""),
            });
        }
    });
    let caption = format!("Export snapshot {key}");
    Ok(visit.submit_plain(caption, "snapshot.export", reference(&key), Names::Always, Some(done)))
}

/// `POST /snapshot/{id}:promote`: a private template of it.
pub(super) fn promote(visit: &mut Visit<'_>) -> Answer {
    let mut fields = visit.fields();
    fields.require(&["name"]);
    let name = fields.text("name", 1..=255).unwrap_or_default();
    let description = fields.text("description", 0..=255);
    let user = fields.text("default-user", 1..=255);
    let (ssh, password) = (fields.flag("ssh-key-enabled"), fields.flag("password-enabled"));
    fields.end()?;
    let (_, snapshot) = ready(visit, visit.param("id"))?;
    visit.book.room(Thing::Template)?;
    let key = visit.book.hold(
        Thing::Template,
        Some(visit.zone),
        json!({
            "name": name,
            "description": description.unwrap_or_default(),
            "created-at": time(Timestamp::now()),
            "visibility": "private",
            "size": snapshot["size"].as_u64().unwrap_or(10) << 30,
            "boot-mode": "legacy",
            "default-user": user.unwrap_or_else(|| "ubuntu".to_owned()),
            "ssh-key-enabled": ssh.unwrap_or(true),
            "password-enabled": password.unwrap_or(true),
            "application-consistent-snapshot-enabled": false,
            "checksum": snapshot["id"].as_str().unwrap_or_default().replace('-', ""),
        }),
    );
    let template = Reference { kind: "template", id: key };
    let caption = format!("Make template {name}");
    Ok(visit.submit_plain(caption, "template.create", template, Names::Always, None))
}

/// `POST /instance/{instance-id}:revert-snapshot`: the instance must be stopped, the snapshot its own.
pub(super) fn revert(visit: &mut Visit<'_>) -> Answer {
    let machine = visit.machine()?;
    let mut fields = visit.fields();
    fields.require(&["id"]);
    let key = fields.uuid("id").unwrap_or_default();
    fields.end()?;
    let (_, snapshot) = ready(visit, &key)?;
    if snapshot["instance"]["id"] != id(Thing::Instance, machine) {
        return Err(Problem::missing("The snapshot"));
    }
    visit.stopped(machine)?;
    let phases = [("Putting the disk back", Phase::Stopped)];
    let work = visit
        .desk
        .engine
        .read(|fleet| machines::through(fleet, machine, ("Revert", "machine.revert"), &phases));
    Ok(visit.submit(work, instance(machine), Names::Always, None))
}

/// `DELETE /template/{id}`: a private one.
pub(super) fn delete_template(visit: &mut Visit<'_>) -> Answer {
    let key = visit.param("id").to_owned();
    if crate::faces::exoscale::catalog::templates::find(visit.zone, &key).is_some() {
        return Err(Problem::forbidden("The template is not the organisation's own"));
    }
    let held = visit.book.find(Thing::Template, visit.zone, &key);
    held.ok_or_else(|| Problem::missing("The template"))?;
    visit.book.strike(&key);
    let caption = format!("Delete template {key}");
    let template = Reference { kind: "template", id: key };
    Ok(visit.submit_plain(caption, "template.delete", template, Names::UntilDone, None))
}
