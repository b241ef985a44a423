//! The ways into an instance: the best one, all of them in a menu, the one that was chosen last.

use std::sync::Arc;

use super::Scene;
use crate::model::{Kind, Lifecycle, ResourceId, ScreenKind, Way};
use crate::providers::cycle;
use crate::tui::effect::{View, Work};
use crate::tui::sample;

const STOPPED: &str = "it is stopped: start it first";

fn id(name: &str) -> ResourceId {
    sample::id("fleet", Kind::Instance, &format!("i-{name}"))
}

/// Two instances with SSH, a text console and a screen; nothing leads into the stopped one, and there is no screen yet of
/// the other.
fn scene(columns: u16, rows: u16) -> Scene {
    let mut store = sample::empty(&[("fleet", cycle::PLATFORM)]);
    let instances = vec![
        sample::instance("fleet", "web-1", Lifecycle::Running),
        sample::instance("fleet", "web-2", Lifecycle::Stopped),
    ];
    sample::list(&mut store, "fleet", Kind::Instance, instances);
    let mut scene = Scene::new(store, columns, rows);
    scene.ui.app.set_ways(Arc::new(|row| {
        let stopped = (row.state.lifecycle == Lifecycle::Stopped).then(|| STOPPED.to_owned());
        let screen = Way::open(ScreenKind::Framebuffer, "a proxy").unless(Some(
            "the key lacks the permission for consoles: give it a role with that permission, or use SSH"
                .to_owned(),
        ));
        vec![
            Way::open(ScreenKind::Ssh, "a password made for the session").unless(stopped.clone()),
            Way::open(ScreenKind::Terminal, "output alone").unless(stopped),
            screen,
        ]
    }));
    scene.draw();
    scene
}

/// Returns true if the last key opened this way into the first instance.
fn opens(scene: &Scene, kind: ScreenKind) -> bool {
    let expected = Work::OpenConsoles(View::Way(id("web-1"), kind));
    scene.effects.iter().any(|effect| *effect == expected)
}

#[test]
fn attaching_is_offered_where_a_way_is_open() {
    let mut scene = scene(100, 24);
    scene.keys("g");
    assert!(scene.text().contains("a attach"), "{}", scene.text());
    scene.keys("j");
    assert!(!scene.text().contains("a attach"), "it is stopped: {}", scene.text());
    let offered = crate::tui::Command::Attach.availability(&scene.ui.app);
    assert!(offered.reason().is_some_and(|reason| reason.contains(STOPPED)), "{offered:?}");
}

#[test]
fn revisions_are_offered_where_the_platform_has_some() {
    let mut scene = Scene::new(sample::fleet(), 120, 36);
    scene.keys("2/embed\n");
    assert!(scene.text().contains("R revisions"), "{}", scene.text());
    scene.keys("/train\n");
    assert!(!scene.text().contains("R revisions"), "{}", scene.text());
    scene.keys("R");
    assert!(scene.text().contains("train: there are no revisions of this container"), "{}", scene.text());
}

#[test]
fn the_best_way_is_taken_until_another_is_chosen_and_then_that() {
    let mut scene = scene(100, 24);
    scene.keys("g");
    let best = |scene: &Scene| {
        let row = scene.ui.app.store.get(&id("web-1")).expect("a row");
        scene.ui.app.best_way(row)
    };
    assert_eq!(best(&scene), Ok(ScreenKind::Ssh));
    scene.keys("a");
    assert_eq!(scene.effects, [Work::OpenConsoles(View::Console(id("web-1")))]);
    // Its key in the menu chooses it and opens it.
    scene.keys("ia");
    assert!(opens(&scene, ScreenKind::Terminal), "{:?}", scene.effects);
    assert!(!scene.has_menu());
    assert_eq!(best(&scene), Ok(ScreenKind::Terminal));
    // The key of SSH is no choice.
    scene.keys("s");
    assert!(opens(&scene, ScreenKind::Ssh), "{:?}", scene.effects);
    assert_eq!(best(&scene), Ok(ScreenKind::Terminal));

    // It is kept between runs, and a choice that cannot be taken falls back to the best.
    let kept = scene.ui.keep().clone();
    let mut later = self::scene(100, 24);
    later.ui.restore(Ok(Some(kept)));
    assert_eq!(best(&later), Ok(ScreenKind::Terminal));
    later.ui.app.choose_way(&id("web-1"), ScreenKind::Framebuffer);
    assert_eq!(best(&later), Ok(ScreenKind::Ssh));
    for nth in 0..300 {
        later.ui.app.choose_way(&id(&format!("other-{nth}")), ScreenKind::Ssh);
    }
    assert_eq!(later.ui.app.kept().ways.len(), 200);
    assert_eq!(later.ui.app.chosen_way(&id("web-1")), None, "the oldest choice is forgotten");
}

#[test]
fn the_menu_shows_all_ways_with_their_needs_and_barriers() {
    let mut scene = scene(100, 24);
    scene.keys("gi");
    let text = scene.text();
    for line in [
        "ways into web-1 in fleet",
        "│ s  SSH ",
        "a password made for the session",
        "│ a  text console ",
        "output alone",
        "│ v  screen (VNC) ",
        "not now: the key lacks the permission for consoles",
    ] {
        assert!(text.contains(line), "no `{line}`: {text}");
    }
    // A way with a barrier reports it and opens nothing.
    scene.keys("v");
    assert!(scene.effects.is_empty() && scene.has_menu(), "{:?}", scene.effects);
    assert!(scene.text().contains("Screen (VNC) into web-1: the key lacks"), "{}", scene.text());
}

#[test]
fn the_menu_fits_a_small_screen() {
    let mut scene = scene(60, 15);
    scene.keys("gi");
    let text = scene.text();
    for line in
        ["│ s  SSH ", "│ a  text console ", "│ v  screen (VNC) ", "not now: the key lacks", "or use SSH"]
    {
        assert!(text.contains(line), "no `{line}`: {text}");
    }
}

#[test]
fn an_instance_that_nothing_leads_into_says_why() {
    let mut scene = scene(100, 24);
    scene.keys("Gs");
    assert!(scene.text().contains(&format!("SSH into web-2: {STOPPED}")), "{}", scene.text());
    scene.keys("i");
    assert!(scene.text().contains(&format!("not now: {STOPPED}")), "{}", scene.text());
}
