//! Offers: images, applications, prices, and accelerators by region.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::super::catalogue::flavors::{self, Flavor};
use super::super::catalogue::{cents, gpu, images};
use super::super::state::FaceState;
use super::super::wire::{Answer, Body, Form, Named, Page, Problem, Query, Scope, Target};
use crate::faces::gcore::instances;

/// `GET /v1/images/{project}/{region}`.
pub(crate) async fn images(State(face): State<FaceState>, scope: Scope, query: Query) -> Answer {
    let page = query.page(1000)?;
    let prices = query.switch("include_prices", false)?;
    query.choice("architecture", &["aarch64", "x86_64"])?;
    let visibility = query.choice("visibility", &["private", "public", "shared"])?;
    let (name, distro, version) = (query.text("name"), query.text("os_distro"), query.text("os_version"));
    // There are public images for one architecture, without tags.
    let none = visibility.is_some_and(|wanted| wanted != "public")
        || query.text("architecture") == Some("aarch64")
        || query.text("private").is_some()
        || query.text("tag_key").is_some()
        || query.text("tag_key_value").is_some();
    let rows: Vec<(usize, &images::Image)> = images::all()
        .iter()
        .enumerate()
        .filter(|_| !none)
        .filter(|(_, image)| name.is_none_or(|name| image.name.contains(name)))
        .filter(|(_, image)| distro.is_none_or(|distro| image.distro == distro))
        .filter(|(_, image)| version.is_none_or(|version| image.version == version))
        .collect();
    let project = face.credentials.project;
    let founded = face.look(|view| view.fleet.founded());
    Ok(Json(page.of(&rows, |(nth, image)| image.listed(&scope.region, project, *nth, founded, prices))))
}

/// `GET /v1/images/{project}/{region}/{image}`.
pub(crate) async fn image(
    State(face): State<FaceState>,
    scope: Scope,
    Named(id): Named,
    query: Query,
) -> Answer {
    let prices = query.switch("include_prices", false)?;
    let (nth, image) = images::by_id(&scope.region, &id).ok_or_else(|| Problem::no("Image", &id))?;
    let founded = face.look(|view| view.fleet.founded());
    Ok(Json(image.listed(&scope.region, face.credentials.project, nth, founded, prices)))
}

/// `GET /v1/apptemplates/{project}/{region}`.
pub(crate) async fn apps(State(_): State<FaceState>, scope: Scope) -> Json<Value> {
    Json(Page::WHOLE.of(images::apps(), |app| app.listed(&scope.region)))
}

/// `GET /v1/apptemplates/{project}/{region}/{app}`.
pub(crate) async fn app(State(_): State<FaceState>, scope: Scope, Named(id): Named) -> Answer {
    let found = images::app(&id).ok_or_else(|| Problem::no("Application template", &id))?;
    Ok(Json(found.listed(&scope.region)))
}

/// Euros an hour of a machine's size, volumes and external addresses.
fn parts(flavor: &Flavor, gibs: f64, external: f64) -> [f64; 3] {
    [flavor.hour, gibs * 0.0001, external * 0.004]
}

/// `GET /v1/pricing/{project}/{region}/instances/{instance}`.
pub(crate) async fn price(State(face): State<FaceState>, target: Target) -> Answer {
    let found = face.look(|view| {
        let vm = view.machine(target.key)?;
        let (_, size) = instances::disks_taken(view, &vm);
        let external = instances::external_taken(view, &vm);
        let whole = |n: i64| f64::from(i32::try_from(n).unwrap_or(i32::MAX));
        Some(parts(instances::flavor(view, &vm), whole(size), whole(external)).iter().sum::<f64>())
    });
    let hour = found.ok_or_else(|| Problem::no("Instance", &target.id))?;
    Ok(Json(json!({
        "currency_code": "EUR",
        "price_per_hour": (hour * 10_000.0).round() / 10_000.0,
        "price_per_month": cents(hour * 730.0),
        "price_without_discount_per_month": cents(hour * 730.0),
        "price_status": "show",
        "discount_percent": Value::Null,
        "tax_percent": 17.0,
    })))
}

/// `POST /v2/pricing/{project}/{region}/instances`: what a machine would cost.
pub(crate) async fn preview(State(_): State<FaceState>, _: Scope, body: Body) -> Answer {
    let mut form = Form::new(&body.0);
    let id = form.need_text("flavor");
    let flavor = id.and_then(flavors::by_id);
    if let Some(id) = id.filter(|_| flavor.is_none()) {
        form.error("flavor", format!("Flavor {id} could not be found"));
    }
    let list = form.need_list("interfaces");
    let external = list.iter().filter(|interface| interface["type"] == "external").count();
    let list = form.list("volumes");
    let sizes = form.each("volumes", list, |volume| {
        volume.need_text("source")?;
        Some(volume.number("size", 1..=2048).unwrap_or(0))
    });
    let count = form.list("names").len().max(1);
    form.done()?;
    let whole = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    let gibs = f64::from(i32::try_from(sizes.iter().sum::<i64>()).unwrap_or(i32::MAX));
    let [size, disks, address] = flavor.map_or([0.0; 3], |flavor| parts(flavor, gibs, whole(external)));
    let times = |factor: f64| {
        json!({
            "flavor": cents(size * factor), "external_ip": cents(address * factor), "floating_ip": 0.0,
            "volumes": { "standard": cents(disks * factor) },
        })
    };
    let total = (size + disks + address) * whole(count);
    Ok(Json(json!({
        "currency_code": "EUR",
        "discount_details": [],
        "discount_percent": "0",
        "per_gb": Value::Null,
        "per_hour": times(1.0),
        "per_month": times(730.0),
        "price_status": "show",
        "price_without_discount_per_month": cents(total * 730.0),
        "tax_percent": 17.0,
        "total_price_per_hour": (total * 10_000.0).round() / 10_000.0,
        "total_price_per_month": cents(total * 730.0),
        "vm_count": count,
    })))
}

fn accelerators(face: &FaceState, scope: &Scope, query: &Query, metal: bool) -> Answer {
    let page = query.page(1000)?;
    let prices = query.switch("include_prices", false)?;
    let all = !query.switch("hide_disabled", false)?;
    Ok(Json(face.look(|view| {
        let rows = gpu::listed(view, &scope.region, metal, all, prices);
        page.of(&rows, Clone::clone)
    })))
}

/// `GET /v3/gpu/virtual/{project}/{region}/flavors`.
pub(crate) async fn virtual_gpus(State(face): State<FaceState>, scope: Scope, query: Query) -> Answer {
    accelerators(&face, &scope, &query, false)
}

/// `GET /v3/gpu/baremetal/{project}/{region}/flavors`.
pub(crate) async fn metal_gpus(State(face): State<FaceState>, scope: Scope, query: Query) -> Answer {
    accelerators(&face, &scope, &query, true)
}

/// `GET /v1/bmcapacity/{project}/{region}`.
pub(crate) async fn metal_capacity(State(face): State<FaceState>, scope: Scope) -> Json<Value> {
    Json(face.look(|view| gpu::metal_capacity(view, &scope.region)))
}
