//! The account and what it may use: zones, catalogues, keys, quotas, balance, audit trail.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use ring::digest;
use serde_json::{Value, json};

use super::Answer;
use super::networks::private::with_leases;
use crate::engine::fleet::{Account, Fleet};
use crate::faces::exoscale::account::journal::KEPT;
use crate::faces::exoscale::catalog::{self, templates, types};
use crate::faces::exoscale::context::RequestContext;
use crate::faces::exoscale::ids::{Thing, id, index};
use crate::faces::exoscale::problem::Problem;

/// The most requests for the balance, and the time they are counted in.
const BALANCES: (usize, Duration) = (5, Duration::from_secs(10));

/// `GET /zone`: each with its own address, which a client follows. The id is not in the description, but is sent.
pub(super) fn zones(ctx: &mut RequestContext<'_>) -> Value {
    let host = &ctx.host;
    let zones = (0..).zip(catalog::zones()).map(|(key, name)| {
        json!({
            "id": id(Thing::Zone, key),
            "name": name,
            "api-endpoint": format!("http://{host}/exoscale/{name}/v2"),
            "sos-endpoint": format!("https://sos-{name}.example.com"),
        })
    });
    json!({ "zones": zones.collect::<Vec<Value>>() })
}

/// `GET /operation/{id}`, in the zone it was begun in.
pub(super) fn operation(ctx: &mut RequestContext<'_>) -> Answer {
    let number = index(Thing::Operation, ctx.param("id"));
    number.and_then(|number| ctx.operation(number)).ok_or_else(|| Problem::missing("The operation"))
}

/// `GET /instance-type`: of every zone, each saying where it is sold.
pub(super) fn types(ctx: &mut RequestContext<'_>) -> Value {
    let all = (0..).zip(types::all()).map(|(key, kind)| kind.document(key, ctx.known));
    json!({ "instance-types": all.collect::<Vec<Value>>() })
}

/// `GET /instance-type/{id}`.
pub(super) fn one_type(ctx: &mut RequestContext<'_>) -> Answer {
    let key = index(Thing::InstanceType, ctx.param("id"));
    key.and_then(|key| Some(types::at(key)?.document(key, ctx.known)))
        .ok_or_else(|| Problem::missing("The instance type"))
}

/// `GET /ai/instance-type`: the families with accelerators of this zone, and whether there are any left.
pub(super) fn accelerators(ctx: &mut RequestContext<'_>) -> Value {
    let here = types::all().iter().filter(|t| t.gpus > 0 && t.zones.contains(&ctx.zone_name()));
    let mut families: Vec<Value> =
        here.map(|kind| json!({ "family": kind.family, "authorized": kind.authorized() })).collect();
    families.dedup();
    json!({ "instance-types": families })
}

/// `GET /template`: the public ones, unless the private ones are asked for.
pub(super) fn templates(ctx: &mut RequestContext<'_>) -> Answer {
    let wanted = ctx.asked_word("visibility", &["private", "public"])?.unwrap_or("public");
    let family = ctx.asked("family");
    let private = ctx.account.all(Thing::Template, ctx.zone).map(|(_, held)| held.document.clone());
    let all: Vec<Value> =
        if wanted == "public" { templates::documents(ctx.zone).collect() } else { private.collect() };
    let all = all.into_iter().filter(|t| family.is_none_or(|family| t["family"] == family));
    Ok(json!({ "templates": all.collect::<Vec<Value>>() }))
}

/// `GET /template/{id}`.
pub(super) fn template(ctx: &mut RequestContext<'_>) -> Answer {
    match templates::find(ctx.zone, ctx.param("id")) {
        Some((key, template)) => Ok(template.document(key)),
        None => one(ctx, Thing::Template, "The template"),
    }
}

fn all(ctx: &RequestContext<'_>, thing: Thing, name: &str) -> Value {
    let rows = ctx.account.all(thing, ctx.zone).map(|(_, held)| &held.document);
    json!({ name: rows.collect::<Vec<&Value>>() })
}

fn one(ctx: &RequestContext<'_>, thing: Thing, what: &str) -> Answer {
    let held = ctx.account.find(thing, ctx.zone, ctx.param("id"));
    held.map(|held| held.document.clone()).ok_or_else(|| Problem::missing(what))
}

/// `GET /snapshot`.
pub(super) fn snapshots(ctx: &mut RequestContext<'_>) -> Value {
    all(ctx, Thing::Snapshot, "snapshots")
}

/// `GET /elastic-ip`.
pub(super) fn addresses(ctx: &mut RequestContext<'_>) -> Value {
    all(ctx, Thing::ElasticIp, "elastic-ips")
}

/// `GET /elastic-ip/{id}`.
pub(super) fn address(ctx: &mut RequestContext<'_>) -> Answer {
    one(ctx, Thing::ElasticIp, "The elastic IP")
}

/// `GET /private-network`.
pub(super) fn networks(ctx: &mut RequestContext<'_>) -> Value {
    let all = ctx.account.all(Thing::PrivateNetwork, ctx.zone);
    let rows: Vec<Value> = all.map(|(key, held)| with_leases(ctx, key, &held.document)).collect();
    json!({ "private-networks": rows })
}

/// `GET /deploy-target`.
pub(super) fn targets(ctx: &mut RequestContext<'_>) -> Value {
    all(ctx, Thing::DeployTarget, "deploy-targets")
}

/// `GET /deploy-target/{id}`.
pub(super) fn target(ctx: &mut RequestContext<'_>) -> Answer {
    one(ctx, Thing::DeployTarget, "The deploy target")
}

/// `GET /block-storage-snapshot`.
pub(super) fn volume_snapshots(ctx: &mut RequestContext<'_>) -> Value {
    all(ctx, Thing::VolumeSnapshot, "block-storage-snapshots")
}

/// `GET /block-storage-snapshot/{id}`.
pub(super) fn volume_snapshot(ctx: &mut RequestContext<'_>) -> Answer {
    one(ctx, Thing::VolumeSnapshot, "The volume snapshot")
}

/// `GET /block-storage`: all, or those of one instance.
pub(super) fn volumes(ctx: &mut RequestContext<'_>) -> Value {
    let of = ctx.asked("instance-id");
    let all = ctx.account.all(Thing::Volume, ctx.zone).map(|(_, held)| &held.document);
    let rows: Vec<&Value> = all.filter(|volume| of.is_none_or(|of| volume["instance"]["id"] == of)).collect();
    json!({ "block-storage-volumes": rows })
}

/// `GET /block-storage/{id}`.
pub(super) fn volume(ctx: &mut RequestContext<'_>) -> Answer {
    one(ctx, Thing::Volume, "The volume")
}

/// `GET /ssh-key`.
pub(super) fn keys(ctx: &mut RequestContext<'_>) -> Value {
    all(ctx, Thing::SshKey, "ssh-keys")
}

/// `GET /ssh-key/{name}`.
pub(super) fn key(ctx: &mut RequestContext<'_>) -> Answer {
    let held = ctx.account.find(Thing::SshKey, ctx.zone, ctx.param("name"));
    held.map(|held| held.document.clone()).ok_or_else(|| Problem::missing("The SSH key"))
}

/// `POST /ssh-key`: done at once. The text of the key is never given back.
pub(super) fn register_key(ctx: &mut RequestContext<'_>) -> Answer {
    let mut fields = ctx.fields();
    fields.require(&["name", "public-key"]);
    let name = fields.text_of("name", 1..=255).unwrap_or_default();
    let text = fields.text_of("public-key", 1..=16_384).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if !name.chars().all(plain) || !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        fields.error("name", "must be letters, digits, dots, dashes and underscores");
    }
    fields.done()?;
    ctx.account.free(Thing::SshKey, ctx.zone, &name)?;
    let fingerprint = fingerprint(&text).ok_or_else(|| Problem::conflict("The public key cannot be used"))?;
    let document = json!({ "name": name, "fingerprint": fingerprint });
    ctx.account.hold_as(name, Thing::SshKey, None, document);
    Ok(ctx.done())
}

/// The fingerprint as `ssh-keygen -l` prints it, if the text is a public key: the kind in front is also inside.
fn fingerprint(text: &str) -> Option<String> {
    let mut words = text.split_whitespace();
    let (kind, blob) = (words.next()?, STANDARD.decode(words.next()?).ok()?);
    let length = u32::try_from(kind.len()).ok()?.to_be_bytes();
    let inside = blob.strip_prefix(&length).and_then(|rest| rest.strip_prefix(kind.as_bytes()));
    inside?;
    let digest = digest::digest(&digest::SHA256, &blob);
    Some(format!("SHA256:{}", STANDARD_NO_PAD.encode(digest)))
}

/// `DELETE /ssh-key/{name}`: done at once; instances keep it.
pub(super) fn delete_key(ctx: &mut RequestContext<'_>) -> Answer {
    key(ctx)?;
    let name = ctx.param("name").to_owned();
    ctx.account.remove(&name);
    Ok(ctx.done())
}

fn usage(ctx: &RequestContext<'_>, fleet: &Fleet, resource: &str) -> i64 {
    let machines = || fleet.machines_of(Account::Exoscale);
    let held = |thing| ctx.account.count(thing);
    let of = |count: &dyn Fn(&types::InstanceType) -> u64| -> u64 {
        let kinds = machines().filter_map(|(key, _, _)| types::at(ctx.account.guest(fleet, key).kind));
        kinds.map(count).sum()
    };
    let whole = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    match resource {
        "instance" => whole(machines().count()),
        "elastic-ip" => whole(held(Thing::ElasticIp)),
        "snapshot" => whole(held(Thing::Snapshot)),
        "template" => whole(held(Thing::Template)),
        "private-network" => whole(held(Thing::PrivateNetwork)),
        "security-group" => whole(held(Thing::SecurityGroup)),
        "anti-affinity-group" => whole(held(Thing::AntiAffinityGroup)),
        "ssh-key" => whole(held(Thing::SshKey)),
        "block-storage-volume" => whole(held(Thing::Volume)),
        "iam-key" => 1,
        "cpu" => of(&|t| u64::from(t.cpus)).cast_signed(),
        "memory" => of(&|t| t.memory_mib).cast_signed(),
        family if family.starts_with("gpu") => {
            of(&|t| if t.family == family { u64::from(t.gpus) } else { 0 }).cast_signed()
        }
        _ => 0,
    }
}

fn quota_of(ctx: &RequestContext<'_>, quota: &catalog::Quota) -> Value {
    let usage = ctx.app.engine.read(|fleet| usage(ctx, fleet, quota.resource));
    json!({ "resource": quota.resource, "usage": usage, "limit": quota.limit })
}

/// `GET /quota`: of the whole organisation.
pub(super) fn quotas(ctx: &mut RequestContext<'_>) -> Value {
    let rows = catalog::quotas().iter().map(|quota| quota_of(ctx, quota));
    json!({ "quotas": rows.collect::<Vec<Value>>() })
}

/// `GET /quota/{entity}`.
pub(super) fn quota(ctx: &mut RequestContext<'_>) -> Answer {
    let wanted = ctx.param("entity");
    let found = catalog::quotas().iter().find(|quota| quota.resource == wanted);
    found.map(|quota| quota_of(ctx, quota)).ok_or_else(|| Problem::missing("The quota"))
}

/// `GET /organization`.
pub(super) fn organization(_: &mut RequestContext<'_>) -> Value {
    json!({
        "id": id(Thing::Organization, 1),
        "name": "Quarterdeck demo",
        "address": "1 Harbour Street",
        "postcode": "1200",
        "city": "Geneva",
        "country": "CH",
        "currency": "CHF",
    })
}

/// `GET /live-balance`: the one call whose limit is documented.
pub(super) fn balance(ctx: &mut RequestContext<'_>) -> Answer {
    let (most, span) = BALANCES;
    let (now, asked) = (Instant::now(), &mut ctx.account.balances);
    asked.retain(|then| now.duration_since(*then) < span);
    if let (true, Some(first)) = (asked.len() >= most, asked.front()) {
        let left = span.saturating_sub(now.duration_since(*first));
        return Err(Problem::limited(left.as_secs() + 1));
    }
    asked.push_back(now);
    Ok(json!({ "balance": 412.75, "currency": "CHF" }))
}

/// `GET /event`: a bare array, the last day where nothing else is asked for.
pub(super) fn events(ctx: &mut RequestContext<'_>) -> Answer {
    let now = Timestamp::now();
    let moment = |name: &str| match ctx.asked(name) {
        None => Ok(None),
        Some(text) => text
            .parse::<Timestamp>()
            .map(Some)
            .map_err(|_| Problem::field(name, "must be a time such as 2026-01-31T08:00:00Z")),
    };
    let to = moment("to")?.unwrap_or(now);
    let day = SignedDuration::from_hours(24);
    let from = moment("from")?.unwrap_or_else(|| to.checked_sub(day).unwrap_or(to));
    let oldest = now.checked_sub(KEPT).unwrap_or(from);
    Ok(ctx.account.journal.between(from.max(oldest), to).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_needs_a_public_key() {
        // An Ed25519 key of 32 zero bytes.
        let mut blob = b"\0\0\0\x0bssh-ed25519\0\0\0\x20".to_vec();
        blob.extend([0; 32]);
        let text = format!("ssh-ed25519 {} me@example.com", STANDARD.encode(&blob));
        let found = fingerprint(&text).expect("it is a key");
        assert!(found.starts_with("SHA256:") && found.len() == 50, "{found}");
        for odd in ["", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-rsa !!!", "not a key"] {
            assert_eq!(fingerprint(odd), None, "{odd}");
        }
    }
}
