//! Reading deployments, the sizes a replica may have, and what of them is free.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::super::catalogue::gpu;
use super::super::state::FaceState;
use super::super::view::View;
use super::super::wire::{Answer, Body, Form, Named, Owned, Page, Problem, Query};
use super::{Deployment, shape};
use crate::engine::fleet::{Container, Phase};

/// The deployments that are not removed, oldest first.
pub(super) fn all<'a>(view: &View<'a>) -> Vec<(u32, &'a Container, &'a Deployment)> {
    let fleet = view.fleet;
    let there = |key: u32| fleet.containers.get(key).filter(|c| c.phase != Phase::Gone);
    view.account.deployments.iter().filter_map(|(key, own)| Some((*key, there(*key)?, own))).collect()
}

/// A deployment by its name.
pub(super) fn find(face: &FaceState, name: &str) -> Result<u32, Problem> {
    face.look(|view| all(view).into_iter().find(|(_, c, _)| c.name == name).map(|(key, ..)| key))
        .ok_or_else(|| Problem::no("Inference instance", name))
}

/// `GET /v3/inference/{project}/deployments`.
pub(crate) async fn list(State(face): State<FaceState>, _: Owned, query: Query) -> Answer {
    let page = query.page(1000)?;
    Ok(Json(
        face.look(|view| page.of(&all(view), |(_, container, own)| shape::deployment(view, container, own))),
    ))
}

/// `GET /v3/inference/{project}/deployments/{name}`.
pub(crate) async fn one(State(face): State<FaceState>, _: Owned, Named(name): Named) -> Answer {
    let key = find(&face, &name)?;
    face.look(|view| {
        let rows = all(view);
        let (_, container, own) = rows.into_iter().find(|(k, ..)| *k == key)?;
        Some(shape::deployment(view, container, own))
    })
    .map(Json)
    .ok_or_else(|| Problem::no("Inference instance", &name))
}

/// `GET /v3/inference/flavors`: the same everywhere.
pub(crate) async fn sizes(query: Query) -> Answer {
    let page = query.page(1000)?;
    Ok(Json(page.of(gpu::inference(), gpu::InferenceFlavor::listed)))
}

/// `GET /v3/inference/flavors/{name}`.
pub(crate) async fn size(Named(name): Named) -> Answer {
    let size = gpu::inference_flavor(&name).ok_or_else(|| Problem::no("Inference flavor", &name))?;
    Ok(Json(size.listed()))
}

/// `GET /v3/inference/capacity`: what is free now, by region.
pub(crate) async fn capacity(State(face): State<FaceState>) -> Json<Value> {
    Json(face.look(|view| {
        let rows = view.regions();
        let numbered: Vec<(usize, i64)> = rows.iter().enumerate().map(|(nth, row)| (nth, row.id)).collect();
        Page::WHOLE.of(&numbered, |(nth, id)| {
            let sizes: Vec<Value> = gpu::inference()
                .iter()
                .map(|size| {
                    let whole = size.capacity.get(*nth).copied().unwrap_or(0);
                    let free = whole.saturating_sub(taken(view, *id, size.name));
                    json!({ "flavor_name": size.name, "capacity": free })
                })
                .collect();
            json!({ "region_id": id, "capacity": sizes })
        })
    }))
}

/// The number of replicas of a size that fit into a region.
fn taken(view: &View<'_>, region: i64, size: &str) -> u32 {
    let rows = all(view);
    let replicas = rows
        .iter()
        .filter(|(_, _, own)| own.flavor == size)
        .flat_map(|(_, container, _)| &container.instances)
        .filter_map(|key| view.fleet.instances.get(*key))
        .filter(|row| view.region_of(row).is_some_and(|r| r.id == region));
    u32::try_from(replicas.count()).unwrap_or(u32::MAX)
}

/// `POST /v3/inference/{project}/deployments/check_limits`.
pub(crate) async fn check(State(face): State<FaceState>, _: Owned, body: Body) -> Answer {
    let mut form = Form::new(&body.0);
    let size = form.need_text("flavor_name");
    let scales = super::writes::scales(&mut form, &face, true);
    form.done()?;
    let size = size.unwrap_or_default();
    let gpu = gpu::inference_flavor(size).ok_or_else(|| Problem::no("Inference flavor", size))?.gpu;
    let wanted: i64 =
        scales.iter().map(|scale| scale.max).sum::<i64>() * gpu.map_or(0, |gpu| i64::from(gpu.count));
    let quotas = face.look(super::super::catalogue::quota::global);
    let mut document = json!({});
    for thing in ["inference_gpu_a100_count", "inference_gpu_h100_count", "inference_gpu_l40s_count"] {
        let figure = |end: &str| quotas[format!("{thing}_{end}")].as_i64().unwrap_or(0);
        let (limit, usage) = (figure("limit"), figure("usage"));
        let wanted = if gpu.is_some_and(|gpu| thing.contains(gpu.model)) { wanted } else { 0 };
        document[format!("{thing}_limit")] = json!(limit);
        document[format!("{thing}_usage")] = json!(usage);
        document[format!("{thing}_requested")] = json!((usage + wanted - limit).max(0));
    }
    for end in ["limit", "usage"] {
        let name = format!("inference_instance_count_{end}");
        document[&name] = quotas[&name].clone();
    }
    document["inference_instance_count_requested"] = json!(0);
    Ok(Json(document))
}
