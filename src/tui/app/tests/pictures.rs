//! The screen as the user sees it, at three sizes.

use super::Scene;
use crate::tui::sample;

#[test]
fn the_fleet_at_three_sizes() {
    for (columns, rows) in [(60, 15), (120, 36), (250, 60)] {
        let scene = Scene::new(sample::fleet(), columns, rows);
        insta::assert_snapshot!(format!("fleet_{columns}x{rows}"), scene.text());
    }
}

#[test]
fn every_pane() {
    let mut scene = Scene::new(sample::fleet(), 120, 20);
    for pane in ["2", "3", "4", "5"] {
        scene.later(std::time::Duration::from_secs(1));
        scene.keys(pane);
        insta::assert_snapshot!(format!("pane_{pane}"), scene.text());
    }
}

#[test]
fn lists_over_the_screen() {
    for (name, keys) in
        [("help", "?"), ("palette", ":inst"), ("sort", "o"), ("contexts", "@"), ("copy", "C"), ("quit", "q")]
    {
        let mut scene = Scene::new(sample::fleet(), 100, 26);
        scene.keys(keys);
        insta::assert_snapshot!(name, scene.text());
    }
}

#[test]
fn the_filter_says_where_it_is_wrong() {
    let mut scene = Scene::new(sample::fleet(), 100, 14);
    scene.keys("/stat:failed");
    insta::assert_snapshot!(scene.text());
}

#[test]
fn ascii_draws_nothing_else() {
    let options = crate::tui::Options { ascii: true, ..Default::default() };
    let mut scene = Scene::with(sample::fleet(), options, 120, 36);
    for keys in ["", "w", "?", "\x1b@", "\x1b:", "\x1b/web", "\x1b5"] {
        scene.later(std::time::Duration::from_secs(1));
        scene.keys(keys);
        let text = scene.text();
        let strange: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
        assert!(strange.is_empty(), "{keys:?}: {strange:?}\n{text}");
    }
}

#[test]
fn no_size_makes_it_panic() {
    for columns in [0, 1, 2, 5, 29, 30, 31, 45, 61] {
        for rows in [0, 1, 2, 5, 6, 7, 8, 9, 17, 18, 26] {
            let mut scene = Scene::new(sample::fleet(), columns, rows);
            scene.keys("jw?\x1b:\x1b@\x1b/x\x1b5d");
        }
    }
}
