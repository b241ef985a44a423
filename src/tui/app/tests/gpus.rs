//! GPU models: who uses them, what they cost, what is left.

use std::sync::Arc;

use arcstr::ArcStr;

use super::Scene;
use crate::fleet::Store;
use crate::model::{GpuRequest, Kind, Lifecycle, Resource};
use crate::providers::{exoscale, quasarch};
use crate::tui::sample;

fn model(context: &str, name: &str, price: Option<&str>, quota: Option<&str>) -> Resource {
    let Resource::GpuModel(mut it) = sample::gpu(context) else { unreachable!("a GPU model") };
    let code = name.to_lowercase();
    it.id = sample::id(context, Kind::GpuModel, &code);
    it.name = format!("Nvidia {name}").into();
    it.code = code.into();
    it.price = price.map(Into::into);
    it.quota = quota.map(Into::into);
    Resource::GpuModel(it)
}

fn with(mut row: Resource, models: &[&str]) -> Resource {
    let models = models.iter().map(|model| ArcStr::from(*model)).collect();
    let request = GpuRequest { count: 2, models };
    match &mut row {
        Resource::Instance(it) => it.gpus = Some(Arc::new(request)),
        Resource::Container(it) => it.gpus = Some(request),
        _ => {}
    }
    row
}

/// One context of machines, one of containers; both offer the A100.
fn store() -> Store {
    let mut store = sample::empty(&[("machines", exoscale::PLATFORM), ("boxes", quasarch::PLATFORM)]);
    let models = vec![
        model("machines", "A100", Some("730 EUR/month"), Some("10 left")),
        model("machines", "L4", Some("0.90 EUR/h"), None),
        model("machines", "H100", Some("12 EUR/h"), Some("2 left")),
    ];
    sample::list(&mut store, "machines", Kind::GpuModel, models);
    sample::list(&mut store, "boxes", Kind::GpuModel, vec![model("boxes", "A100", None, None)]);
    let instance = |name: &str| sample::instance("machines", name, Lifecycle::Running);
    let instances = vec![
        with(instance("train-1"), &["A100"]),
        with(instance("train-2"), &["nvidia a100"]),
        with(instance("draw-1"), &["l4"]),
        instance("web-1"),
    ];
    sample::list(&mut store, "machines", Kind::Instance, instances);
    let container = |name: &str| sample::container("boxes", name, Lifecycle::Running);
    let containers = vec![
        with(container("embed"), &["a100", "l4"]),
        with(container("any"), &[]),
        with(container("other"), &["h100"]),
    ];
    sample::list(&mut store, "boxes", Kind::Container, containers);
    store
}

fn scene() -> Scene {
    let mut scene = Scene::new(store(), 120, 20);
    scene.keys("4");
    scene
}

#[test]
fn the_pane_tells_who_uses_what() {
    let mut scene = scene();
    insta::assert_snapshot!("gpu_models", scene.text());
    scene.keys("/ctx:machines gpu:a100\n\n");
    insta::assert_snapshot!("gpu_users", scene.text());
}

#[test]
fn enter_leads_to_the_users_of_its_context_and_esc_back() {
    let mut scene = scene();
    scene.keys("/ctx:machines gpu:a100\n\n");
    assert_eq!((scene.ui.app.pane().kind, scene.shown()), (Kind::Instance, vec!["train-1", "train-2"]));
    scene.keys("\x1b");
    assert_eq!((scene.ui.app.pane().kind, scene.selected()), (Kind::GpuModel, "Nvidia A100"));
    scene.keys("\x1b/ctx:boxes\n\n");
    assert_eq!((scene.ui.app.pane().kind, scene.shown()), (Kind::Container, vec!["any", "embed"]));
    scene.keys("\x1b\x1b/gpu:h100\n\n");
    assert_eq!(scene.ui.app.pane().kind, Kind::Instance, "machines have no containers");
    assert!(scene.text().contains("no instances of machines use Nvidia H100"), "{}", scene.text());
}

#[test]
fn enter_asks_which_users_where_instances_and_containers_use_a_model() {
    let mut store = store();
    let container = with(sample::container("machines", "serve", Lifecycle::Running), &["A100"]);
    sample::list(&mut store, "machines", Kind::Container, vec![container]);
    let mut scene = Scene::new(store, 120, 20);
    scene.keys("4/ctx:machines gpu:a100\n\n");
    let text = scene.text();
    assert!(text.contains("Nvidia A100 is used by") && text.contains("2  instances"), "{text}");
    scene.keys("\n");
    assert_eq!((scene.ui.app.pane().kind, scene.shown()), (Kind::Instance, vec!["train-1", "train-2"]));
    scene.keys("\x1b\nj\n");
    assert_eq!((scene.ui.app.pane().kind, scene.shown()), (Kind::Container, vec!["serve"]));
}

#[test]
fn prices_quotas_and_users_sort_as_numbers_and_what_is_unknown_comes_last() {
    let mut scene = scene();
    let codes = |scene: &Scene| -> Vec<String> {
        let rows = scene.ui.app.pane().shown().iter();
        rows.map(|row| format!("{}/{}", row.id().context, row.id().id)).collect()
    };
    for (column, order) in [
        ("price", ["machines/l4", "machines/a100", "machines/h100", "boxes/a100"]),
        ("quota", ["machines/h100", "machines/a100", "boxes/a100", "machines/l4"]),
        ("used-by", ["machines/h100", "machines/l4", "boxes/a100", "machines/a100"]),
    ] {
        scene.keys(&format!(":sort {column} asc\n"));
        assert_eq!(codes(&scene), order, "{column}");
    }
    let gone = sample::id("machines", Kind::Instance, "i-train-1");
    for name in ["train-1", "train-2"] {
        let id = crate::model::ResourceId { id: format!("i-{name}").into(), ..gone.clone() };
        let event = crate::fleet::FleetEvent::Gone(id);
        scene.ui.update(super::Event::Fleet(Box::new(event)));
    }
    scene.draw();
    assert_eq!(codes(&scene)[..2], ["machines/a100", "machines/h100"], "what is counted now");
}

#[test]
fn figures_and_accelerators_are_filtered_by() {
    let mut scene = scene();
    for (pane, filter, shown) in [
        ("1", "gpu:a100", &["train-1", "train-2"][..]),
        ("2", "gpu:a100", &["embed"]),
        ("4", "price:<1.5", &["Nvidia A100", "Nvidia L4"]),
        ("4", "memory:>40 used:<1", &["Nvidia H100"]),
        ("4", "quota:<5", &["Nvidia H100"]),
        ("2", "up:>0", &[]),
    ] {
        scene.later(std::time::Duration::from_secs(1));
        scene.keys(&format!("{pane}/{filter}\n"));
        assert_eq!(scene.shown(), shown, "{filter}");
        scene.keys("\x1b");
    }
}
