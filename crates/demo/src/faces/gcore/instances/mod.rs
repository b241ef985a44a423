//! Virtual machines: lists with their filters, single ones, and everything below them.

pub(super) mod actions;
pub(super) mod console;
pub(super) mod create;
mod filters;
pub(super) mod metrics;
pub(super) mod network;
pub(super) mod offered;
pub(super) mod plugs;
pub(super) mod shape;
pub(super) mod tags;

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use super::catalogue::flavors::{self, Flavor};
use super::marks::{Kind, index};
use super::state::{Disk, FaceState};
pub(super) use filters::addresses;

use super::view::{Region, View, Vm};
use super::wire::{Answer, Body, Form, Named, Page, Problem, Query, Scope, Target};

/// The size of a machine.
pub(super) fn flavor(view: &View<'_>, vm: &Vm<'_>) -> &'static Flavor {
    let own = view.traits(vm.key).and_then(super::state::Traits::size);
    own.unwrap_or_else(|| flavors::fitting(vm))
}

/// The volumes of a machine, the one it boots from first.
pub(super) fn disks(view: &View<'_>, vm: &Vm<'_>) -> Vec<Disk> {
    if let Some(disks) = view.traits(vm.key).and_then(|t| t.disks.clone()) {
        return disks;
    }
    let name = view.name(vm);
    let disk = |name: String, size: u64, kind: &str, boots: bool| Disk {
        name,
        size: i64::try_from(size).unwrap_or(i64::MAX),
        kind: kind.to_owned(),
        delete_on_termination: boots,
        boots,
    };
    let root = disk(format!("{name}-boot"), vm.group.storage_gb.max(5), "ssd_hiiops", true);
    let more = vm
        .group
        .volumes
        .iter()
        .map(|mount| disk(format!("{name}{}", mount.replace('/', "-")), 50, "standard", false));
    std::iter::once(root).chain(more).collect()
}

/// Returns the number of volumes of a machine, and their GiB.
pub(super) fn disks_taken(view: &View<'_>, vm: &Vm<'_>) -> (i64, i64) {
    let disks = disks(view, vm);
    (i64::try_from(disks.len()).unwrap_or(0), disks.iter().map(|d| d.size).sum())
}

/// Returns the number of external addresses of a machine.
pub(super) fn external_taken(view: &View<'_>, vm: &Vm<'_>) -> i64 {
    let outside = network::ports(view, vm).into_iter().filter(|port| port.outside).count();
    i64::try_from(outside).unwrap_or(0)
}

/// One machine as `GET` by id returns it.
pub(super) fn one(view: &View<'_>, key: u32) -> Option<Value> {
    let vm = view.machine(key)?;
    let job = view.under().way(&vm);
    Some(shape::instance(view, &vm, job, shape::Detail::Whole))
}

/// `GET /v1/instances/{project}/{region}`.
pub(super) async fn list(State(face): State<FaceState>, scope: Scope, query: Query) -> Answer {
    let page = query.page(1000)?;
    let filters = filters::Filters::read(&query)?;
    let detail = if query.switch("with_interfaces_name", false)? {
        shape::Detail::Ports
    } else {
        shape::Detail::Short
    };
    Ok(Json(face.look(|view| {
        let under = view.under();
        let rows = filters.select(view, &under, view.machines_in(&scope.region));
        page.of(&rows, |vm| shape::instance(view, vm, under.way(vm), detail))
    })))
}

/// `GET /v1/instances/{project}/{region}/{instance}`.
pub(super) async fn get(State(face): State<FaceState>, target: Target) -> Answer {
    face.look(|view| one(view, target.key)).map(Json).ok_or_else(|| Problem::no("Instance", &target.id))
}

/// `PATCH`: another name, other tags; a merge, so that what is left out stays.
pub(super) async fn update(State(face): State<FaceState>, target: Target, body: Body) -> Answer {
    let mut form = Form::new(&body.0);
    let name = form.name("name").map(ToOwned::to_owned);
    let tags = form.tags("tags", true);
    let all_gone = body.0.get("tags").is_some_and(Value::is_null);
    form.done()?;
    face.engine.write(|fleet, _| {
        let extras = fleet.extras.entry(target.key).or_default();
        if name.is_some() {
            extras.name = name;
        }
        if all_gone {
            extras.labels.clear();
        }
        tags::merge(&mut extras.labels, tags);
    });
    get(State(face), target).await
}

/// `GET /v1/securitygroups/{project}/{region}/{group}/instances`.
pub(super) async fn in_group(State(face): State<FaceState>, scope: Scope, Named(id): Named) -> Answer {
    let nth = network::group_nth(&scope.region, &id).ok_or_else(|| Problem::no("Security group", &id))?;
    Ok(Json(face.look(|view| {
        let under = view.under();
        let rows: Vec<Vm<'_>> = view
            .machines_in(&scope.region)
            .filter(|vm| network::groups_of(view, vm).contains(&network::GROUPS[nth]))
            .collect();
        Page::WHOLE.of(&rows, |vm| shape::instance(view, vm, under.way(vm), shape::Detail::Short))
    })))
}

/// `GET /v1/instances/search`: over all regions; numbers of project and region are texts here.
pub(super) async fn search(State(face): State<FaceState>, query: Query) -> Answer {
    let page = query.page(1000)?;
    let (name, id, ip) = (query.text("name"), query.text("id"), query.text("instance_ip"));
    let project = face.credentials.project;
    Ok(Json(face.look(|view| {
        let rows: Vec<(Vm<'_>, Region)> = view
            .machines()
            .filter(|vm| name.is_none_or(|wanted| view.name(vm).contains(wanted)))
            .filter(|vm| id.is_none_or(|wanted| index(Kind::Instance, wanted) == Some(vm.key)))
            .filter(|vm| ip.is_none_or(|wanted| filters::addresses(view, vm).iter().any(|it| it == wanted)))
            .filter_map(|vm| Some((vm, view.region_of(vm.row)?)))
            .collect();
        page.of(&rows, |(vm, region)| {
            serde_json::json!({
                "id": vm.id(), "name": view.name(vm), "client_id": super::account::CLIENT,
                "project_id": project.to_string(), "project_name": "default",
                "region_id": region.id.to_string(), "region_name": region.name,
            })
        })
    })))
}
