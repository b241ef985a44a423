//! The first look: a table that has rows, the context that is down by its name, and its reason in full.

use super::Scene;
use crate::fleet::{Auth, FleetEvent, Health, ListEvent, Store, Traffic, page_rows};
use crate::model::{Kind, Lifecycle, Problem, ProblemKind};
use crate::providers::{cycle, exoscale, gcore};
use crate::tui::sample;
use crate::tui::ui::Event;

const NAMES: [&str; 5] = ["demo-cycle", "demo-quasarch", "demo-gcore", "demo-elasticbox", "demo-exoscale"];

const REASON: &str = "could not list instances of demo-gcore: 403 forbidden, the key's role lacks the permission \
     compute.instances.list in project 1234567 of region Luxembourg-2. Ask its owner, or press R to sign in again";

/// Five contexts, of which one is down.
fn one_down() -> Store {
    let mut store = sample::empty(&NAMES.map(|name| (name, cycle::PLATFORM)));
    let row = sample::instance(NAMES[0], "web-1", Lifecycle::Running);
    sample::list(&mut store, NAMES[0], Kind::Instance, vec![row]);
    let mut problem = Problem::new(ProblemKind::Forbidden, REASON);
    problem.status = Some(403);
    let event = FleetEvent::Context(
        sample::context("demo-gcore"),
        Health::Down(problem),
        Auth::Good,
        Traffic::default(),
    );
    store.apply_at(event, sample::now());
    store
}

#[test]
fn the_header_names_the_context_that_is_down() {
    for (columns, expected) in [(100, "demo-gcore ✗ 403"), (80, "gcore ✗ 403"), (60, "gcore ✗")] {
        let scene = Scene::new(one_down(), columns, 20);
        let line = scene.text().lines().next().unwrap_or_default().to_owned();
        assert!(line.contains(expected) && line.contains("● 4"), "{columns}: {line}");
    }
}

#[test]
fn the_reason_in_the_contexts_is_there_in_full() {
    for (columns, rows) in [(60, 24), (100, 24), (120, 36)] {
        let mut scene = Scene::new(one_down(), columns, rows);
        scene.keys("@");
        let text = scene.text();
        for word in REASON.split_whitespace() {
            assert!(text.contains(word), "{columns}: {word} in\n{text}");
        }
        // The cursor goes over the lines of a reason and stays on the one it is on.
        scene.keys("jjjjj");
        let line = |scene: &Scene| scene.text().lines().position(|line| line.contains("demo-cycle"));
        let before = line(&scene);
        scene.draw();
        assert_eq!(line(&scene), before);
    }
}

fn without_instances() -> Store {
    let mut store = sample::empty(&[("one", gcore::PLATFORM), ("other", exoscale::PLATFORM)]);
    let row = sample::container("one", "web", Lifecycle::Running);
    sample::list(&mut store, "one", Kind::Container, vec![row]);
    sample::list(&mut store, "one", Kind::Instance, vec![]);
    store.apply_at(FleetEvent::ListStarted(sample::context("other"), Kind::Instance), sample::now());
    store
}

fn list_rest(scene: &mut Scene, rows: Vec<crate::model::Resource>) {
    let name = sample::context("other");
    let rows = page_rows(rows);
    for event in [
        FleetEvent::List(name.clone(), Kind::Instance, ListEvent::Page { scope: None, rows, expected: None }),
        FleetEvent::List(name, Kind::Instance, ListEvent::End),
    ] {
        scene.ui.update(Event::Fleet(Box::new(event)));
    }
    scene.draw();
}

#[test]
fn the_table_opened_first_is_one_with_rows() {
    let mut scene = Scene::new(without_instances(), 100, 20);
    assert_eq!(scene.ui.app.pane().kind, Kind::Instance, "the others may still have some");
    list_rest(&mut scene, vec![]);
    assert_eq!(scene.ui.app.pane().kind, Kind::Container, "{}", scene.text());
    let mut scene = Scene::new(without_instances(), 100, 20);
    list_rest(&mut scene, vec![sample::instance("other", "db-1", Lifecycle::Running)]);
    assert_eq!(scene.ui.app.pane().kind, Kind::Instance);
}

#[test]
fn a_table_that_the_user_looks_at_stays() {
    let mut scene = Scene::new(without_instances(), 100, 20);
    scene.keys("j");
    list_rest(&mut scene, vec![]);
    assert_eq!(scene.ui.app.pane().kind, Kind::Instance);
}
