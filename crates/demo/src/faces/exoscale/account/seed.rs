//! The account as a newcomer finds it: keys, groups, addresses, networks, snapshots, and a past.

use std::net::Ipv4Addr;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::AccountState;
use super::guest::{Guest, default_group};
use super::journal::time;
use crate::engine::fleet::{Account, Fleet, ago};
use crate::faces::AppState;
use crate::faces::exoscale::catalog::zone_name;
use crate::faces::exoscale::context::{zone_named, zone_of};
use crate::faces::exoscale::ids::{Thing, id};

/// The most instances of a big fleet that get settings of their own: a big fleet is for measurements.
const DRESSED: usize = 40;

/// One instance that gets something.
struct Member {
    key: u32,
    zone: u32,
    identifier: String,
    name: String,
    created: Timestamp,
    disk_gib: u64,
}

/// The account of a new cloud.
pub(in crate::faces::exoscale) fn account(app: &AppState) -> AccountState {
    let mut account = AccountState::empty();
    keys(&mut account);
    let groups = groups(&mut account);
    let members = app.engine.write(|fleet, _| {
        let members = members(fleet);
        for member in &members {
            label(fleet, member);
        }
        members
    });
    app.engine.read(|fleet| {
        attach_groups(&mut account, fleet, &members, &groups);
        addresses(&mut account, fleet, &members);
        networks(&mut account, fleet, &members);
    });
    storage(&mut account, &members);
    past(&mut account, &members, &app.credentials.email, &app.credentials.exoscale_key);
    account
}

fn members(fleet: &Fleet) -> Vec<Member> {
    let all = fleet.machines_of(Account::Exoscale).take(DRESSED);
    all.filter_map(|(key, instance, group)| {
        Some(Member {
            key,
            zone: zone_of(fleet, instance)?,
            identifier: group.identifier.clone(),
            name: fleet.name(key, instance),
            created: instance.created,
            disk_gib: group.storage_gb.max(10),
        })
    })
    .collect()
}

fn label(fleet: &mut Fleet, member: &Member) {
    let (role, environment) = match member.identifier.as_str() {
        "front" => ("web", "production"),
        "backup" => ("backup", "production"),
        "vision" => ("training", "research"),
        _ => return,
    };
    let extras = fleet.extras.entry(member.key).or_default();
    extras.labels.insert("role".to_owned(), role.to_owned());
    extras.labels.insert("env".to_owned(), environment.to_owned());
}

fn keys(account: &mut AccountState) {
    for (name, digest) in [
        ("captain", "SHA256:Yk1tq0d3bU8mW4n2Zc7s5fGhJkLpQrTvXyAaBbCcDdE"),
        ("deploy", "SHA256:9fJ2kLmN4pQrS6tUvWxY8zAbCdEfGhIjKlMnOpQrStU"),
    ] {
        let document = json!({ "name": name, "fingerprint": digest });
        account.hold_as(name.to_owned(), Thing::SshKey, None, document);
    }
}

/// The ids of the groups for the web, and of the one that keeps apart.
struct Groups {
    web: String,
    apart: String,
}

fn rule(
    account: &mut AccountState,
    description: &str,
    protocol: &str,
    ports: Option<(u16, u16)>,
    from: Value,
) -> Value {
    let number = account.number();
    let mut rule = json!({
        "id": id(Thing::Rule, number), "description": description, "flow-direction": "ingress", "protocol": protocol,
    });
    if let Some((start, end)) = ports {
        rule["start-port"] = start.into();
        rule["end-port"] = end.into();
    }
    let source = if from.is_string() { "network" } else { "security-group" };
    rule[source] = from;
    rule
}

fn groups(account: &mut AccountState) -> Groups {
    let anywhere = || Value::from("0.0.0.0/0");
    let mut ping = rule(account, "Ping", "icmp", None, anywhere());
    ping["icmp"] = json!({ "type": 8, "code": 0 });
    let ssh = rule(account, "SSH", "tcp", Some((22, 22)), anywhere());
    let default = default_group();
    let document = json!({
        "id": default, "name": "default", "description": "Worn where no other is chosen", "visibility": "private",
        "rules": [ssh, ping],
    });
    account.hold_as(default.clone(), Thing::SecurityGroup, None, document);
    let (http, https) = (
        rule(account, "HTTP", "tcp", Some((80, 80)), anywhere()),
        rule(account, "HTTPS", "tcp", Some((443, 443)), anywhere()),
    );
    let web = json!({ "name": "web", "description": "Web servers", "visibility": "private", "rules": [http, https] });
    let web = account.hold(Thing::SecurityGroup, None, web);
    let from_web = json!({ "id": web, "name": "web", "visibility": "private" });
    let postgres = rule(account, "From the web servers", "tcp", Some((5432, 5432)), from_web);
    let database = json!({
        "name": "database", "description": "Databases", "visibility": "private", "rules": [postgres],
        "external-sources": ["192.0.2.0/24"],
    });
    account.hold(Thing::SecurityGroup, None, database);
    let empty =
        json!({ "name": "quarantine", "description": "Nothing in, nothing out", "visibility": "private" });
    account.hold(Thing::SecurityGroup, None, empty);
    let shared = json!({ "name": "public-managed-services", "visibility": "public" });
    account.hold(Thing::SecurityGroup, None, shared);
    let apart = json!({ "name": "front-apart", "description": "No two on one host" });
    let apart = account.hold(Thing::AntiAffinityGroup, None, apart);
    let target = json!({ "name": "edge-geneva", "type": "edge", "description": "Hosts at the edge" });
    account.hold(Thing::DeployTarget, zone_named("ch-gva-2"), target);
    Groups { web, apart }
}

fn attach_groups(account: &mut AccountState, fleet: &Fleet, members: &[Member], groups: &Groups) {
    for member in members {
        let change = |guest: &mut Guest| match member.identifier.as_str() {
            "front" => {
                guest.groups.push(groups.web.clone());
                guest.apart.push(groups.apart.clone());
                guest.domain = Some(format!("{}.example.com.", member.name));
            }
            "vision" => {
                guest.assignment = "dual";
                guest.keys.push("deploy".to_owned());
                guest.user_data = Some("I2Nsb3VkLWNvbmZpZwpwYWNrYWdlczogW2dpdF0K".to_owned());
            }
            "legacy" => guest.assignment = "none",
            "bastion" => guest.tpm = true,
            _ => {}
        };
        account.update_guest(fleet, member.key, change);
    }
}

fn addresses(account: &mut AccountState, fleet: &Fleet, members: &[Member]) {
    let geneva = zone_named("ch-gva-2");
    let front = json!({
        "ip": "203.0.113.10", "addressfamily": "inet4", "cidr": "203.0.113.10/32", "description": "The shop's front",
        "labels": { "role": "web" },
        "healthcheck": {
            "mode": "http", "port": 80, "uri": "/health", "interval": 10, "timeout": 3, "strikes-ok": 2, "strikes-fail": 3,
        },
    });
    let front = account.hold(Thing::ElasticIp, geneva, front);
    let spare = json!({
        "ip": "203.0.113.11", "addressfamily": "inet4", "cidr": "203.0.113.11/32", "description": "Spare", "labels": {},
    });
    account.hold(Thing::ElasticIp, geneva, spare);
    let sixth =
        json!({ "ip": "2001:db8:e1::1", "addressfamily": "inet6", "cidr": "2001:db8:e1::/64", "labels": {} });
    account.hold(Thing::ElasticIp, zone_named("de-fra-1"), sixth);
    for member in members.iter().filter(|m| m.identifier == "front" && Some(m.zone) == geneva) {
        account.update_guest(fleet, member.key, |guest| guest.addresses.push(front.clone()));
    }
}

fn networks(account: &mut AccountState, fleet: &Fleet, members: &[Member]) {
    let geneva = zone_named("ch-gva-2");
    let backend = json!({
        "name": "backend", "description": "Behind the front", "labels": {}, "vni": 4101,
        "start-ip": "10.0.0.20", "end-ip": "10.0.0.200", "netmask": "255.255.255.0",
        "options": { "dns-servers": ["10.0.0.2"], "domain-search": ["backend.example.com"] },
    });
    let backend = account.hold(Thing::PrivateNetwork, geneva, backend);
    let copies = json!({
        "name": "copies", "description": "Backups alone", "labels": {}, "vni": 4102, "options": {},
    });
    let copies = account.hold(Thing::PrivateNetwork, zone_named("de-fra-1"), copies);
    for (nth, member) in (20_u8..).zip(members) {
        let is_attached = match member.identifier.as_str() {
            "front" | "bastion" if Some(member.zone) == geneva => {
                (backend.clone(), Some(Ipv4Addr::new(10, 0, 0, nth)))
            }
            "backup" => (copies.clone(), None),
            _ => continue,
        };
        account.update_guest(fleet, member.key, |guest| guest.networks.push(is_attached));
    }
}

fn storage(account: &mut AccountState, members: &[Member]) {
    let now = Timestamp::now();
    let days = |days: i64| time(ago(now, SignedDuration::from_hours(24 * days)));
    for member in members.iter().filter(|m| matches!(m.identifier.as_str(), "backup" | "vision")).take(2) {
        for age in [9, 2] {
            let document = json!({
                "name": format!("{}_{age}", member.name), "created-at": days(age), "state": "ready",
                "size": member.disk_gib, "instance": { "id": id(Thing::Instance, member.key) },
                "application-consistent": false,
            });
            account.hold(Thing::Snapshot, Some(member.zone), document);
        }
        let volume = json!({
            "name": format!("{}-data", member.name), "size": 100, "state": "attached", "labels": {}, "blocksize": 4096,
            "created-at": days(30), "instance": { "id": id(Thing::Instance, member.key) },
            "block-storage-snapshots": [], "encrypted": true,
        });
        let volume = account.hold(Thing::Volume, Some(member.zone), volume);
        let snapshot = json!({
            "name": format!("{}-data-weekly", member.name), "size": 37, "volume-size": 100, "state": "created",
            "labels": {}, "created-at": days(4), "block-storage-volume": { "id": volume },
        });
        let snapshot = account.hold(Thing::VolumeSnapshot, Some(member.zone), snapshot);
        if let Some(document) = account.document(&volume) {
            document["block-storage-snapshots"] = json!([{ "id": snapshot }]);
        }
    }
    let loose = json!({
        "name": "old-wiki", "size": 40, "state": "detached", "labels": { "keep": "until-summer" }, "blocksize": 4096,
        "created-at": days(200), "block-storage-snapshots": [], "encrypted": true,
    });
    account.hold(Thing::Volume, zone_named("ch-gva-2"), loose);
}

/// Seeds the events of the last days: logins, which carry little, and the birth of young instances.
fn past(account: &mut AccountState, members: &[Member], email: &str, key: &str) {
    let now = Timestamp::now();
    let hours = |hours: i64| ago(now, SignedDuration::from_hours(hours));
    for at in [3, 27, 75] {
        for (handler, second) in [("authenticate", 0), ("create session", 12)] {
            let at = hours(at).saturating_add(SignedDuration::from_secs(second));
            let event = json!({
                "handler": handler, "message": format!("User {email}: {handler}"), "status": 200,
                "source-ip": "192.0.2.44",
            });
            account.journal.note(at.unwrap_or(now), event);
        }
    }
    let born = members.iter().map(|m| (m.created, m, "create-instance", ""));
    let rebooted = members.iter().filter(|m| m.identifier == "bastion");
    let rebooted = rebooted.map(|m| (hours(5), m, "reboot-instance", ":reboot"));
    for (at, member, handler, verb) in born.chain(rebooted) {
        let zone = zone_name(member.zone);
        let own = id(Thing::Instance, member.key);
        let (path, params) = if verb.is_empty() {
            ("/v2/instance".to_owned(), json!({}))
        } else {
            (format!("/v2/instance/{own}{verb}"), json!({ "id": own }))
        };
        let request = account.number();
        let event = json!({
            "handler": handler, "message": format!("API key {key}: {handler}"), "status": 200,
            "source-ip": "192.0.2.44", "zone": zone, "uri": path, "elapsed-ms": 140 + request % 90,
            "request-id": id(Thing::Request, request),
            "iam-api-key": { "name": "qdeck", "key": key, "role-id": id(Thing::Role, 1) },
            "path-params": params, "get-params": {}, "body-params": {},
        });
        account.journal.note(at, event);
    }
}
