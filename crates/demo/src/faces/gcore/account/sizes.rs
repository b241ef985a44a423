//! Sizes: all of them, those a machine may be moved to, and those a machine with given volumes may have.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::super::catalogue::{flavors, gpu, images};
use super::super::state::FaceState;
use super::super::wire::{Answer, Body, Form, Problem, Query, Scope, Target};
use crate::faces::gcore::instances;

/// `GET .../available_flavors`: what a machine may be resized to.
pub(crate) async fn resizes(State(face): State<FaceState>, target: Target, query: Query) -> Answer {
    let prices = query.switch("include_prices", false)?;
    let current = face
        .look(|view| view.machine(target.key).map(|vm| instances::flavor(view, &vm)))
        .ok_or_else(|| Problem::no("Instance", &target.id))?;
    let fits = flavors::all().iter().filter(|to| instances::actions::resizable(current, to));
    Ok(Json(listed(fits, prices)))
}

/// `POST /v1/instances/{project}/{region}/available_flavors`: what a machine with such volumes may be.
pub(crate) async fn fitting(State(_): State<FaceState>, scope: Scope, query: Query, body: Body) -> Answer {
    let prices = query.switch("include_prices", false)?;
    let mut form = Form::new(&body.0);
    let list = form.need_list("volumes");
    let volumes = form.each("volumes", list, |form| {
        instances::create::volume(form, &scope.region, false)?;
        let image = form.text("image_id");
        Some(image.and_then(|id| images::by_id(&scope.region, id)))
    });
    form.done()?;
    let windows = volumes.into_iter().flatten().any(|(_, image)| image.distro == "windows");
    let os = if windows { "windows" } else { "linux" };
    let fits =
        flavors::all().iter().filter(|flavor| flavor.os() == os && !flavor.disabled && flavor.gpu.is_none());
    Ok(Json(listed(fits, prices)))
}

/// `GET /v1/flavors/{project}/{region}`.
pub(crate) async fn all(State(_): State<FaceState>, _: Scope, query: Query) -> Answer {
    let page = query.page(1000)?;
    let prices = query.switch("include_prices", false)?;
    let disabled = query.switch("disabled", true)?;
    let without = |name: &str| query.switch(name, false);
    let (no_linux, no_windows) = (without("exclude_linux")?, without("exclude_windows")?);
    let rows: Vec<&flavors::Flavor> = flavors::all()
        .iter()
        .filter(|f| (disabled || !f.disabled) && f.gpu.is_none())
        .filter(|f| !(if f.os() == "linux" { no_linux } else { no_windows }))
        .collect();
    Ok(Json(page.of(&rows, |flavor| flavor.listed(prices))))
}

/// `GET /v1/bmflavors/{project}/{region}`: servers without a hypervisor, all of which have accelerators here and run
/// Linux and Windows alike.
pub(crate) async fn metal(State(face): State<FaceState>, scope: Scope, query: Query) -> Answer {
    let page = query.page(1000)?;
    let prices = query.switch("include_prices", false)?;
    let disabled = query.switch("disabled", true)?;
    let (no_linux, _) = (query.switch("exclude_linux", false)?, query.switch("exclude_windows", false)?);
    let shown = gpu::Shown {
        prices,
        capacity: query.switch("include_capacity", false)?,
        reserved: query.switch("include_reservation_stock", false)?,
    };
    Ok(Json(face.look(|view| {
        let mut rows = gpu::metal(view, &scope.region, disabled, shown);
        rows.retain(|_| !no_linux);
        page.of(&rows, Clone::clone)
    })))
}

fn listed<'a>(rows: impl Iterator<Item = &'a flavors::Flavor>, prices: bool) -> Value {
    let rows: Vec<Value> = rows.map(|flavor| flavor.listed(prices)).collect();
    json!({ "count": rows.len(), "results": rows })
}
