//! Snapshots: taken, exported, made into templates, put back, removed.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::instances::instance;
use super::{Answer, instances};
use crate::engine::fleet::Phase;
use crate::engine::machines;
use crate::faces::exoscale::account::journal::time;
use crate::faces::exoscale::account::{AccountState, Change, Reference};
use crate::faces::exoscale::context::{Names, RequestContext};
use crate::faces::exoscale::ids::{Thing, id};
use crate::faces::exoscale::problem::Problem;

fn reference(id: &str) -> Reference {
    Reference { kind: "snapshot", id: id.to_owned() }
}

/// The snapshot that the path or a body names.
fn found(ctx: &RequestContext<'_>, text: &str) -> Result<(String, Value), Problem> {
    let held = ctx.account.find(Thing::Snapshot, ctx.zone, text);
    held.map(|held| (text.to_owned(), held.document.clone())).ok_or_else(|| Problem::missing("The snapshot"))
}

/// One that nothing is being done to.
fn ready(ctx: &RequestContext<'_>, text: &str) -> Result<(String, Value), Problem> {
    let (key, snapshot) = found(ctx, text)?;
    match snapshot["state"].as_str() {
        Some("ready" | "exported") => Ok((key, snapshot)),
        state => Err(Problem::state(format!("The snapshot is {}", state.unwrap_or("not ready")))),
    }
}

/// A change of state once the work is done.
fn becomes(key: &str, state: &'static str) -> Change {
    let key = key.to_owned();
    Box::new(move |account: &mut AccountState| {
        if let Some(document) = account.document(&key) {
            document["state"] = state.into();
        }
    })
}

/// `POST /instance/{id}:create-snapshot`; the operation refers to the snapshot.
pub(super) fn create(ctx: &mut RequestContext<'_>) -> Answer {
    let machine = ctx.machine()?;
    ctx.account.check_limit(Thing::Snapshot)?;
    match ctx.idle(machine)? {
        Phase::Running | Phase::Stopped => {}
        _ => return Err(Problem::state("The instance is neither running nor stopped")),
    }
    let guest = ctx.app.engine.read(|fleet| ctx.account.guest(fleet, machine));
    let now = Timestamp::now();
    let name = instances::name(ctx, machine);
    let key = ctx.account.hold(
        Thing::Snapshot,
        Some(ctx.zone),
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
    Ok(ctx.submit_plain(caption, "machine.snapshot", reference(&key), Names::Always, Some(done)))
}

/// `GET /snapshot/{id}`.
pub(super) fn get(ctx: &mut RequestContext<'_>) -> Answer {
    found(ctx, ctx.param("id")).map(|(_, snapshot)| snapshot)
}

/// `DELETE /snapshot/{id}`.
pub(super) fn delete(ctx: &mut RequestContext<'_>) -> Answer {
    let (key, _) = ready(ctx, ctx.param("id"))?;
    if let Some(document) = ctx.account.document(&key) {
        document["state"] = "deleting".into();
    }
    let (caption, struck) = (format!("Delete snapshot {key}"), key.clone());
    let done: Change = Box::new(move |account: &mut AccountState| account.remove(&struck));
    Ok(ctx.submit_plain(caption, "snapshot.delete", reference(&key), Names::UntilDone, Some(done)))
}

/// `POST /snapshot/{id}:export`: afterwards the snapshot names where its file is.
pub(super) fn export(ctx: &mut RequestContext<'_>) -> Answer {
    let (key, _) = ready(ctx, ctx.param("id"))?;
    if let Some(document) = ctx.account.document(&key) {
        document["state"] = "exporting".into();
    }
    let (zone, exported) = (ctx.zone_name(), key.clone());
    let done: Change = Box::new(move |account: &mut AccountState| {
        if let Some(document) = account.document(&exported) {
            document["state"] = "exported".into();
            document["export"] = json!({
                "presigned-url": format!("https://sos-{zone}.example.com/exports/{exported}.qcow2?signature=demo"),
                "md5sum": exported.replace('-', ""),
            });
        }
    });
    let caption = format!("Export snapshot {key}");
    Ok(ctx.submit_plain(caption, "snapshot.export", reference(&key), Names::Always, Some(done)))
}

/// `POST /snapshot/{id}:promote`: a private template of it.
pub(super) fn promote(ctx: &mut RequestContext<'_>) -> Answer {
    let mut fields = ctx.fields();
    fields.require(&["name"]);
    let name = fields.text_of("name", 1..=255).unwrap_or_default();
    let description = fields.text_of("description", 0..=255);
    let user = fields.text_of("default-user", 1..=255);
    let (ssh, password) = (fields.switch("ssh-key-enabled"), fields.switch("password-enabled"));
    fields.done()?;
    let (_, snapshot) = ready(ctx, ctx.param("id"))?;
    ctx.account.check_limit(Thing::Template)?;
    let key = ctx.account.hold(
        Thing::Template,
        Some(ctx.zone),
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
    Ok(ctx.submit_plain(caption, "template.create", template, Names::Always, None))
}

/// `POST /instance/{instance-id}:revert-snapshot`: the instance must be stopped, the snapshot its own.
pub(super) fn revert(ctx: &mut RequestContext<'_>) -> Answer {
    let machine = ctx.machine()?;
    let mut fields = ctx.fields();
    fields.require(&["id"]);
    let key = fields.uuid("id").unwrap_or_default().to_owned();
    fields.done()?;
    let (_, snapshot) = ready(ctx, &key)?;
    if snapshot["instance"]["id"] != id(Thing::Instance, machine) {
        return Err(Problem::missing("The snapshot"));
    }
    ctx.stopped(machine)?;
    let phases = [("Putting the disk back", Phase::Stopped)];
    let work =
        ctx.app.engine.read(|fleet| machines::through(fleet, machine, ("Revert", "machine.revert"), &phases));
    Ok(ctx.submit(work, instance(machine), Names::Always, None))
}

/// `DELETE /template/{id}`: a private one.
pub(super) fn delete_template(ctx: &mut RequestContext<'_>) -> Answer {
    let key = ctx.param("id").to_owned();
    if crate::faces::exoscale::catalog::templates::find(ctx.zone, &key).is_some() {
        return Err(Problem::forbidden("The template is not the organisation's own"));
    }
    let held = ctx.account.find(Thing::Template, ctx.zone, &key);
    held.ok_or_else(|| Problem::missing("The template"))?;
    ctx.account.remove(&key);
    let caption = format!("Delete template {key}");
    let template = Reference { kind: "template", id: key };
    Ok(ctx.submit_plain(caption, "template.delete", template, Names::UntilDone, None))
}
