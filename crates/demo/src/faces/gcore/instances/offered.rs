//! Lists that a new machine or interface is chosen from: networks, subnets and addresses. There are neither snapshots
//! nor reserved addresses here.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::super::state::FaceState;
use super::super::view::View;
use super::super::wire::{Answer, Named, Problem, Query, Scope};
use super::network::{interface, network, ports};
use crate::faces::kit::is_uuid;

/// The networks of a region: the project's own unless all are asked for.
fn networks_of(view: &View<'_>, scope: &Scope, query: &Query) -> Result<Vec<Value>, Problem> {
    let owned = query.choice("owned_by", &["project", "any"])?.unwrap_or("project");
    let all = [true, false].map(|outside| network(view, &scope.region, outside));
    Ok(all.into_iter().filter(|row| owned == "any" || !row["project_id"].is_null()).collect())
}

/// `GET /v1/networks/{project}/{region}`.
pub(crate) async fn networks(State(face): State<FaceState>, scope: Scope, query: Query) -> Answer {
    let page = query.page(1000)?;
    let external = query.text("external").map(|_| query.switch("external", true)).transpose()?;
    let name = query.text("name");
    let mut rows = face.look(|view| networks_of(view, &scope, &query))?;
    rows.retain(|row| external.is_none_or(|wanted| row["external"] == wanted));
    rows.retain(|row| name.is_none_or(|part| row["name"].as_str().is_some_and(|it| it.contains(part))));
    for row in &mut rows {
        // The list has the ids of subnets only.
        let ids: Vec<Value> =
            row["subnets"].as_array().into_iter().flatten().map(|it| it["id"].clone()).collect();
        row["subnets"] = json!(ids);
    }
    Ok(Json(page.of(&rows, Clone::clone)))
}

/// `GET /v1/subnets/{project}/{region}`.
pub(crate) async fn subnets(State(face): State<FaceState>, scope: Scope, query: Query) -> Answer {
    let page = query.page(1000)?;
    let of = query.text("network_id");
    if of.is_some_and(|id| !is_uuid(id)) {
        return Err(Problem::field("network_id", "Input should be a valid UUID"));
    }
    let networks = face.look(|view| networks_of(view, &scope, &query))?;
    let subnets = networks.iter().flat_map(|row| row["subnets"].as_array().into_iter().flatten());
    let rows: Vec<&Value> = subnets.filter(|row| of.is_none_or(|id| row["network_id"] == id)).collect();
    Ok(Json(page.of(&rows, |row| (*row).clone())))
}

/// `GET /v1/floatingips/{project}/{region}`: every one is in use.
pub(crate) async fn floating_ips(State(face): State<FaceState>, scope: Scope, query: Query) -> Answer {
    let page = query.page(1000)?;
    let status = query.choice("status", &["ACTIVE", "DOWN", "ERROR"])?;
    Ok(Json(face.look(|view| {
        let mut rows = Vec::new();
        for vm in view.machines_in(&scope.region).filter(|_| status.is_none_or(|it| it == "ACTIVE")) {
            for port in ports(view, &vm) {
                let own = interface(view, &scope.region, &vm, &port);
                rows.extend(own["floatingip_details"].as_array().into_iter().flatten().map(|it| {
                    let mut row = it.clone();
                    row["instance"] = Value::Null;
                    row["loadbalancer"] = Value::Null;
                    row
                }));
            }
        }
        page.of(&rows, Clone::clone)
    })))
}

/// `GET /v1/snapshots/{project}/{region}` and `GET /v1/reserved_fixed_ips/{project}/{region}`.
pub(crate) async fn none(_: Scope, query: Query) -> Answer {
    Ok(Json(query.page(1000)?.of(&[] as &[Value], Clone::clone)))
}

/// `GET /v1/snapshots/{project}/{region}/{snapshot}`.
pub(crate) async fn no_snapshot(_: Scope, Named(id): Named) -> Answer {
    Err(Problem::no("Snapshot", &id))
}
