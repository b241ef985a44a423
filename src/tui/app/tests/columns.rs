//! The columns of a table, and the state saved for the next run.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers};

use super::Scene;
use crate::fleet::FleetEvent;
use crate::model::{Instance, Kind, Lifecycle, Resource};
use crate::providers::cycle;
use crate::table::TableState;
use crate::tui::effect::TerminalEffect;
use crate::tui::sample;
use crate::tui::ui::Event;
use crate::tui::ui_state::UiState;

fn heads(scene: &Scene) -> Vec<String> {
    let heads = scene.ui.app.heads.iter();
    heads.map(|(.., column)| column.title().into_owned()).collect()
}

fn has_head(scene: &Scene, title: &str) -> bool {
    heads(scene).iter().any(|head| head == title)
}

#[test]
fn the_chooser_shows_hides_and_moves_columns_and_goes_back_to_the_usual_ones() {
    let mut scene = Scene::new(sample::fleet(), 120, 24);
    scene.keys("jW");
    insta::assert_snapshot!("columns", scene.text());
    // The context goes; the state moves before the name.
    scene.keys("j\njhh");
    scene.keys("\x1b");
    assert_eq!(heads(&scene)[..3], ["STATE", "NAME", "TYPE"]);
    scene.keys("W");
    scene.keys("j\n");
    scene.keys("\x1b");
    assert_eq!(heads(&scene)[..2], ["STATE", "NAME"], "the name stays");
    scene.keys("WG\n\x1b");
    assert_eq!(heads(&scene)[..3], ["NAME", "CONTEXT", "STATE"]);
    assert_eq!(scene.ui.app.pane().chosen, None);
}

#[test]
fn a_fact_that_was_asked_for_stays_where_others_go() {
    let mut scene = Scene::new(sample::fleet(), 60, 20);
    assert!(!has_head(&scene, "READY STATE"));
    scene.keys("W");
    let down = "j".repeat(13);
    scene.keys(&down);
    let text = scene.text();
    let line = text.lines().find(|line| line.contains("ready state")).unwrap().to_owned();
    assert!(line.contains("[ ]") && line.contains("a platform's own"), "{line}");
    scene.keys("\n\x1b");
    assert!(has_head(&scene, "READY STATE"), "{}", scene.text());
    scene.keys(":sort ready_state desc\n");
    assert_eq!(scene.ui.app.pane().sort.column.code(), "own:ready_state");
}

#[test]
fn all_columns_are_shown_where_there_is_room() {
    let mut scene = Scene::new(sample::fleet(), 250, 24);
    scene.keys("w");
    for expected in ["CONTAINER", "HOST", "IMAGE", "READY STATE", "ID"] {
        assert!(has_head(&scene, expected), "{expected}: {:?}", heads(&scene));
    }
    assert!(!has_head(&scene, "LABELS"), "no row has any");
}

#[test]
fn the_sort_menu_offers_titles_and_no_column_that_is_empty() {
    let mut scene = Scene::new(sample::fleet(), 100, 30);
    scene.keys("o");
    let text = scene.text();
    assert!(text.contains("│    ready state"), "{text}");
    assert!(!text.contains("│    labels") && !text.contains("│    gpu"), "{text}");
    assert!(!text.contains("ready_state"), "{text}");
}

/// Two instances whose names are alike for 70 letters, among others.
fn payments() -> Scene {
    let mut store = sample::empty(&[("cycle-prod", cycle::PLATFORM)]);
    let stem = "payments-eu-west-1-prod-blue-worker-deployment-aaaaaaaaaaaaaaaaaaaaaaa";
    let names = [format!("{stem}-01"), format!("{stem}-02"), "web-1".to_owned(), "x".repeat(300)];
    let rows = names.iter().map(|name| sample::instance("cycle-prod", name, Lifecycle::Running)).collect();
    sample::list(&mut store, "cycle-prod", Kind::Instance, rows);
    Scene::new(store, 100, 20)
}

#[test]
fn names_are_whole_while_anything_else_can_go_and_then_lose_their_middle() {
    for (columns, others) in [(100, 3), (120, 4), (200, 9)] {
        let mut scene = payments();
        scene.buffer.resize(ratatui::layout::Rect::new(0, 0, columns, 20));
        scene.draw();
        let text = scene.text();
        assert!(text.contains("aaa-01 ") && text.contains("payments-eu-west-1-prod-blue-worker"), "{text}");
        assert_eq!(heads(&scene).len(), others, "{columns}: {text}");
    }
    let mut scene = payments();
    scene.buffer.resize(ratatui::layout::Rect::new(0, 0, 60, 15));
    scene.draw();
    let text = scene.text();
    for end in ["-01", "-02"] {
        let is_cut = |line: &&str| line.contains("payments-") && line.contains(&format!("{end} "));
        assert_eq!(text.lines().filter(is_cut).count(), 1, "{text}");
    }
}

/// A fleet of instances with these names.
fn named(names: impl Iterator<Item = String>, columns: u16, rows: u16) -> Scene {
    let mut store = sample::empty(&[("cycle-prod", cycle::PLATFORM)]);
    let rows_of = names.map(|name| sample::instance("cycle-prod", &name, Lifecycle::Running)).collect();
    sample::list(&mut store, "cycle-prod", Kind::Instance, rows_of);
    Scene::new(store, columns, rows)
}

#[test]
fn one_name_that_is_far_longer_than_the_others_is_cut_and_costs_no_column() {
    let outlier = "web-30-of-the-migration-that-was-to-be-deleted-last-year-by-payments";
    let short = || (1..=90).map(|nth| format!("web-{nth:02}"));
    for (columns, rows) in [(60, 15), (120, 36)] {
        let usual = heads(&named(short(), columns, rows));
        let names = short().chain([outlier.to_owned()]);
        let mut scene = named(names, columns, rows);
        assert_eq!(heads(&scene), usual, "{}", scene.text());
        scene.keys(&"j".repeat(35));
        let text = scene.text();
        assert!(text.contains("web-30 ") && text.contains("web-30-of-"), "{text}");
        assert_eq!(heads(&scene), usual, "also while it is on the screen: {text}");
        scene.keys(":sort name desc\n");
        assert_eq!(heads(&scene), usual, "{}", scene.text());
    }
    let scene = named(short().chain([outlier.to_owned()]), 200, 50);
    assert!(scene.text().contains(outlier), "where there is room it is whole: {}", scene.text());
}

#[test]
fn a_wide_table_says_how_many_columns_have_no_room() {
    let mut scene = Scene::new(sample::fleet(), 80, 24);
    scene.keys("w");
    let left_out = scene.ui.app.pane().columns_without_room;
    assert!(left_out > 1, "{}", scene.text());
    assert!(scene.text().contains(&format!(" wide: no room for {left_out} columns ")), "{}", scene.text());
    scene.keys("w");
    assert!(!scene.text().contains(" wide: "), "{}", scene.text());
    let mut scene = Scene::new(sample::fleet(), 250, 24);
    scene.keys("w");
    assert!(scene.text().contains("(all) ─ wide ─"), "{}", scene.text());
}

#[test]
fn no_column_comes_or_goes_while_scrolling() {
    let short = (1..=60).map(|nth| format!("web-{nth}"));
    let names: Vec<String> = short.chain(["zz-a-name-that-needs-more-room-than-others".to_owned()]).collect();
    for (columns, rows) in [(60, 15), (120, 36)] {
        let mut scene = named(names.iter().cloned(), columns, rows);
        let first = heads(&scene);
        for key in ["G", "g"] {
            scene.keys(key);
            assert_eq!(heads(&scene), first, "{}", scene.text());
        }
    }
}

#[test]
fn a_long_word_that_was_there_for_a_moment_takes_no_column_for_good() {
    let mut scene = Scene::new(sample::empty(&[("cycle-prod", cycle::PLATFORM)]), 60, 15);
    let upsert = |scene: &mut Scene, name: &str| {
        let row = Resource::Instance(Instance {
            name: name.into(),
            ..match sample::instance("cycle-prod", "web-1", Lifecycle::Running) {
                Resource::Instance(it) => it,
                other => panic!("{other:?}"),
            }
        });
        scene.ui.update(Event::Fleet(Box::new(FleetEvent::Upsert(Box::new(row)))));
        scene.draw();
    };
    upsert(&mut scene, "web-1");
    let first = heads(&scene);
    upsert(&mut scene, "web-1-with-a-name-for-which-others-give-way");
    assert_ne!(heads(&scene), first);
    scene.ui.app.now = scene.ui.app.now.after(Duration::from_secs(6)).unwrap();
    upsert(&mut scene, "web-1");
    assert_eq!(heads(&scene), first);
}

#[test]
fn what_is_kept_comes_back_and_what_no_row_has_told_yet_waits() {
    let mut scene = Scene::new(sample::fleet(), 120, 24);
    scene.keys("/web\nSSw:sort ready_state desc\n");
    scene.keys("W");
    scene.press(KeyCode::Down, KeyModifiers::NONE).keys("\n\x1b");
    let kept = scene.ui.keep().clone();
    let table = &kept.tables["instances"];
    assert_eq!(
        (&*table.filter, &*table.sort, table.reverse, table.wide),
        ("web", "own:ready_state", true, true)
    );
    assert_eq!(table.columns[..2], ["name", "-context"]);
    assert_eq!(kept.tables["gpu-models"], TableState::default());

    let mut next = Scene::new(sample::empty(&[("cycle-prod", cycle::PLATFORM)]), 120, 24);
    next.ui.restore(Ok(Some(kept.clone())));
    assert_eq!(*next.ui.keep(), kept, "before there are any rows");
    let rows = vec![
        sample::instance("cycle-prod", "web-1", Lifecycle::Running),
        sample::instance("cycle-prod", "db-1", Lifecycle::Running),
    ];
    sample::list(&mut next.ui.app.store, "cycle-prod", Kind::Instance, rows);
    next.draw();
    assert_eq!(next.shown(), ["web-1"]);
    assert_eq!(next.ui.app.pane().sort.column.code(), "own:ready_state");
    assert_eq!(*next.ui.keep(), kept);
}

#[test]
fn what_is_typed_or_drilled_into_is_not_kept_and_a_broken_file_is_told() {
    let mut scene = Scene::new(sample::fleet(), 120, 24);
    scene.keys("/web");
    assert_eq!(*scene.ui.keep(), UiState::default(), "not before Enter");
    scene.keys("\x1b2/train\n");
    scene.keys("\n/zero\n");
    let kept = scene.ui.keep().clone();
    assert_eq!(kept.tables["containers"].filter, "train");
    assert_eq!(kept.tables.get("instances"), None, "what was drilled into");
    scene.ui.restore(Err("screen.toml is ignored: it is empty".to_owned()));
    scene.draw();
    assert!(scene.text().contains("screen.toml is ignored"), "{}", scene.text());
    assert!(scene.effects.iter().all(|effect| *effect != TerminalEffect::Quit));
}

#[test]
fn a_filter_of_an_earlier_run_is_marked_until_it_is_confirmed_or_changed() {
    let kept = UiState {
        tables: [("instances".to_owned(), TableState { filter: "zzz".to_owned(), ..TableState::default() })]
            .into(),
        ..UiState::default()
    };
    for (keys, is_marked) in
        [("", true), ("/\n", false), ("/web\n", false), ("\x1b", false), ("/a\x1b", false)]
    {
        let mut scene = Scene::new(sample::fleet(), 120, 24);
        scene.ui.restore(Ok(Some(kept.clone())));
        scene.draw();
        assert!(scene.text().contains("matches zzz, the filter of your last run"), "{}", scene.text());
        scene.keys(keys);
        assert_eq!(scene.text().contains("from your last run"), is_marked, "{keys:?}: {}", scene.text());
    }
}
