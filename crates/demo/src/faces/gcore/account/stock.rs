//! The contents of a region beside machines: volumes, ports, security groups, clusters of accelerators.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::super::marks::{self, Kind, index, uuid};
use super::super::state::{Disk, FaceState};
use super::super::view::{Region, View, Vm};
use super::super::wire::{Answer, Named, Problem, Query, Scope};
use crate::engine::fleet::Phase;
use crate::faces::gcore::instances::{self, network};
use crate::faces::kit::is_uuid;

fn volume(view: &View<'_>, region: &Region, vm: &Vm<'_>, nth: u32, disk: &Disk) -> Value {
    let id = uuid(Kind::Volume, vm.key * 8 + nth);
    let at = marks::offset(vm.row.created);
    let device = char::from(b'a' + u8::try_from(nth % 8).unwrap_or(0));
    let image = json!({ "image_name": vm.group.image });
    json!({
        "id": id,
        "name": disk.name,
        "size": disk.size,
        "status": "in-use",
        "volume_type": disk.kind,
        "bootable": disk.boots,
        "is_root_volume": disk.boots,
        "attachments": [{
            "attachment_id": id,
            "volume_id": id,
            "server_id": vm.id(),
            "instance_name": view.name(vm),
            "flavor_id": instances::flavor(view, vm).id,
            "device": format!("/dev/vd{device}"),
            "attached_at": at,
        }],
        "limiter_stats": {
            "MBps_base_limit": 100, "MBps_burst_limit": 200, "iops_base_limit": 3000, "iops_burst_limit": 6000,
        },
        "snapshot_ids": [],
        "volume_image_metadata": if disk.boots { image } else { json!({}) },
        "tags": [],
        "task_id": Value::Null,
        "creator_task_id": Value::Null,
        "project_id": view.account.project,
        "region": region.name,
        "region_id": region.id,
        "created_at": at,
        "updated_at": at,
    })
}

/// `GET /v1/volumes/{project}/{region}`.
pub(crate) async fn volumes(State(face): State<FaceState>, scope: Scope, query: Query) -> Answer {
    let page = query.page(1000)?;
    let of = query.text("instance_id");
    if of.is_some_and(|id| !is_uuid(id)) {
        return Err(Problem::field("instance_id", "Input should be a valid UUID"));
    }
    let bootable = query.text("bootable").map(|_| query.switch("bootable", true)).transpose()?;
    let attached = query.switch("has_attachments", true)?;
    let (name, id) = (query.text("name_part"), query.text("id_part"));
    let tagged = query.text("tag_key").is_some() || query.text("tag_key_value").is_some();
    let none = tagged || !attached || query.text("cluster_id").is_some();
    Ok(Json(face.look(|view| {
        let rows: Vec<(Vm<'_>, u32, Disk)> = view
            .machines_in(&scope.region)
            .filter(|vm| !none && of.is_none_or(|id| vm.id() == id))
            .flat_map(|vm| (0..).zip(instances::disks(view, &vm)).map(move |(nth, disk)| (vm, nth, disk)))
            .filter(|(_, _, disk)| bootable.is_none_or(|wanted| disk.boots == wanted))
            .filter(|(_, _, disk)| name.is_none_or(|part| disk.name.contains(part)))
            .filter(|(vm, nth, _)| id.is_none_or(|part| uuid(Kind::Volume, vm.key * 8 + nth).contains(part)))
            .collect();
        page.of(&rows, |(vm, nth, disk)| volume(view, &scope.region, vm, *nth, disk))
    })))
}

/// `GET /v1/volumes/{project}/{region}/{volume}`.
pub(crate) async fn one_volume(State(face): State<FaceState>, scope: Scope, Named(id): Named) -> Answer {
    face.look(|view| {
        let place = index(Kind::Volume, &id)?;
        let vm = view.machine(place / 8)?;
        let disk = instances::disks(view, &vm).into_iter().nth((place % 8) as usize)?;
        (view.fleet.location_of(vm.row) == Some(scope.region.place))
            .then(|| volume(view, &scope.region, &vm, place % 8, &disk))
    })
    .map(Json)
    .ok_or_else(|| Problem::no("Volume", &id))
}

/// `GET /v1/ports/{project}/{region}`.
pub(crate) async fn ports(State(face): State<FaceState>, scope: Scope, query: Query) -> Answer {
    let page = query.page(100)?;
    let (field, down) = query.order(&["created_at", "network_id"], ("created_at", true))?;
    let any = |name: &'static str, it: &str| {
        let wanted = query.all(name);
        wanted.is_empty() || wanted.contains(&it)
    };
    let region = &scope.region;
    Ok(Json(face.look(|view| {
        let mut rows: Vec<(Vm<'_>, network::Port)> = view
            .machines_in(region)
            .flat_map(|vm| network::ports(view, &vm).into_iter().map(move |port| (vm, port)))
            .filter(|(vm, port)| any("ids", &port.id(vm)) && any("ip_addresses", &port.address))
            .filter(|(_, port)| any("network_ids", &network::network_id(region, port.outside)))
            .filter(|(_, port)| any("subnet_ids", &network::subnet_id(region, port.outside)))
            .collect();
        if field == "network_id" {
            rows.sort_by_key(|(_, port)| port.outside);
        } else {
            rows.sort_by_key(|(vm, port)| (vm.row.created, port.nth));
        }
        if down {
            rows.reverse();
        }
        page.of(&rows, |(vm, port)| network::detailed(view, region, vm, port))
    })))
}

fn group(view: &View<'_>, region: &Region, nth: usize) -> Value {
    let at = marks::offset(view.fleet.founded());
    let id = network::group_id(region, nth);
    let open: &[(&str, Option<u32>)] = match nth {
        1 => &[("ingress", Some(80)), ("ingress", Some(443)), ("egress", None)],
        2 => &[("ingress", Some(22)), ("egress", None)],
        _ => &[("egress", None)],
    };
    let rules: Vec<Value> = (0..)
        .zip(open)
        .map(|(rule, (direction, port))| {
            let number = region.nth(u32::try_from(nth).unwrap_or(0)) * 8 + rule;
            json!({
                "id": uuid(Kind::Rule, number),
                "security_group_id": id,
                "direction": direction,
                "ethertype": "IPv4",
                "protocol": port.map(|_| "tcp"),
                "port_range_min": port,
                "port_range_max": port,
                "remote_ip_prefix": port.map(|_| "0.0.0.0/0"),
                "remote_group_id": Value::Null,
                "description": "",
                "revision_number": 0,
                "created_at": at,
                "updated_at": at,
            })
        })
        .collect();
    json!({
        "id": id,
        "name": network::GROUPS[nth],
        "description": if nth == 0 { "Default security group" } else { "" },
        "revision_number": 1 + nth,
        "security_group_rules": rules,
        "tags_v2": [],
        "project_id": view.account.project,
        "region": region.name,
        "region_id": region.id,
        "created_at": at,
        "updated_at": at,
    })
}

/// `GET /v1/securitygroups/{project}/{region}`: ten unless more are asked for.
pub(crate) async fn groups(State(face): State<FaceState>, scope: Scope, query: Query) -> Answer {
    let page = query.page(10)?;
    let none = query.text("tag_key").is_some() || query.text("tag_key_value").is_some();
    let rows: Vec<usize> = (0..network::GROUPS.len())
        .filter(|nth| !none && query.text("name").is_none_or(|name| network::GROUPS[*nth].contains(name)))
        .collect();
    Ok(Json(face.look(|view| page.of(&rows, |nth| group(view, &scope.region, *nth)))))
}

/// `GET /v1/securitygroups/{project}/{region}/{group}`.
pub(crate) async fn one_group(State(face): State<FaceState>, scope: Scope, Named(id): Named) -> Answer {
    let nth = network::group_nth(&scope.region, &id).ok_or_else(|| Problem::no("Security group", &id))?;
    Ok(Json(face.look(|view| group(view, &scope.region, nth))))
}

/// The groups of machines with accelerators that have servers in a region.
fn clustered<'a>(view: &View<'a>, region: &Region) -> Vec<(u32, Vec<Vm<'a>>)> {
    let mut found: Vec<(u32, Vec<Vm<'a>>)> = Vec::new();
    for vm in view.machines_in(region).filter(Vm::is_ai) {
        match found.iter_mut().find(|(key, _)| *key == vm.row.container) {
            Some((_, members)) => members.push(vm),
            None => found.push((vm.row.container, vec![vm])),
        }
    }
    found
}

fn cluster(view: &View<'_>, region: &Region, key: u32, members: &[Vm<'_>]) -> Value {
    let up = members.iter().filter(|vm| vm.row.phase == Phase::Running).count();
    let status = match members.first().map(|vm| vm.row.phase) {
        _ if up == members.len() => "active",
        Some(Phase::Stopped) if up == 0 => "shutoff",
        Some(Phase::New) => "creating",
        Some(Phase::Deleting) if up == 0 => "deleting",
        Some(Phase::Failed) if up == 0 => "error",
        _ => "degraded",
    };
    let first = members.first();
    let at = first.map_or_else(|| view.fleet.founded(), |vm| vm.group.created);
    let name = first.map(|vm| vm.group.name.clone()).unwrap_or_default();
    let default = json!([{ "id": network::group_id(region, 0), "name": network::GROUPS[0] }]);
    json!({
        "id": uuid(Kind::Cluster, key),
        "name": name,
        "flavor": first.map(|vm| instances::flavor(view, vm).id).unwrap_or_default(),
        "status": status,
        "has_pending_changes": false,
        "servers_count": members.len(),
        "servers_ids": members.iter().map(Vm::id).collect::<Vec<String>>(),
        "servers_settings": {
            "file_shares": [],
            "interfaces": [{
                "type": "any_subnet", "name": Value::Null, "ip_family": "ipv4", "ip_address": Value::Null,
                "floating_ip": Value::Null, "network_id": network::network_id(region, false),
                "security_groups": default,
            }],
            "security_groups": default,
            "ssh_key_name": "operator",
            "user_data": Value::Null,
            "volumes": [{
                "name": format!("{name}-boot"), "size": 100, "type": "ssd_hiiops", "boot_index": 0,
                "delete_on_termination": true, "image_id": Value::Null, "tags": [],
            }],
        },
        "tags": [],
        "created_at": marks::zulu(at),
        "updated_at": Value::Null,
    })
}

/// `GET /v3/gpu/virtual/{project}/{region}/clusters`: ten unless more are asked for.
pub(crate) async fn clusters(State(face): State<FaceState>, scope: Scope, query: Query) -> Answer {
    let page = query.page(10)?;
    // These filters are written with brackets.
    let (holds, is) = (query.text("name[contains]"), query.text("name[eq]"));
    Ok(Json(face.look(|view| {
        let mut rows = clustered(view, &scope.region);
        rows.retain(|(_, members)| {
            let name = members.first().map_or("", |vm| vm.group.name.as_str());
            holds.is_none_or(|part| name.contains(part)) && is.is_none_or(|wanted| name == wanted)
        });
        page.of(&rows, |(key, members)| cluster(view, &scope.region, *key, members))
    })))
}

/// `GET /v3/gpu/virtual/{project}/{region}/clusters/{cluster}`.
pub(crate) async fn one_cluster(State(face): State<FaceState>, scope: Scope, Named(id): Named) -> Answer {
    face.look(|view| {
        let wanted = index(Kind::Cluster, &id)?;
        let rows = clustered(view, &scope.region);
        let (key, members) = rows.iter().find(|(key, _)| *key == wanted)?;
        Some(cluster(view, &scope.region, *key, members))
    })
    .map(Json)
    .ok_or_else(|| Problem::no("Cluster", &id))
}

/// `GET /v3/gpu/baremetal/{project}/{region}/clusters`: there are none.
pub(crate) async fn metal_clusters(State(_): State<FaceState>, _: Scope, query: Query) -> Answer {
    let page = query.page(10)?;
    Ok(Json(page.of(&[] as &[Value], Clone::clone)))
}

/// `GET /v3/gpu/virtual/{project}/{region}/clusters/{cluster}/servers`.
pub(crate) async fn servers(
    State(face): State<FaceState>,
    scope: Scope,
    query: Query,
    Named(id): Named,
) -> Answer {
    let page = query.page(10)?;
    face.look(|view| {
        let wanted = index(Kind::Cluster, &id)?;
        let rows = clustered(view, &scope.region);
        let (_, members) = rows.iter().find(|(key, _)| *key == wanted)?;
        let under = view.under();
        Some(page.of(members, |vm| {
            let job = under.way(vm);
            let at = marks::zulu(vm.row.created);
            json!({
                "id": vm.id(),
                "name": view.name(vm),
                "status": instances::shape::standing_of(view, vm, job).status,
                "flavor": instances::flavor(view, vm).id,
                "image_id": Value::Null,
                "ip_addresses": instances::addresses(view, vm),
                "security_groups": [{ "id": network::group_id(&scope.region, 0), "name": network::GROUPS[0] }],
                "ssh_key_name": "operator",
                "tags": [],
                "task_id": job.map(|job| uuid(Kind::Task, job.number)),
                "applied_servers_settings": { "image_id": vm.group.image, "servers_settings": {} },
                "has_pending_changes": false,
                "created_at": at,
                "updated_at": at,
            })
        }))
    })
    .map(Json)
    .ok_or_else(|| Problem::no("Cluster", &id))
}
