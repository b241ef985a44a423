//! The messages: in the hint line, and whole in their list.

use super::Scene;
use crate::tui::Effect;
use crate::tui::app::App;
use crate::tui::{Options, sample};

#[test]
fn a_message_is_whole_where_hints_would_take_its_room_and_goes_when_another_box_opens() {
    let mut scene = Scene::new(sample::fleet(), 60, 15);
    let last = |scene: &Scene| scene.text().lines().last().unwrap_or_default().trim().to_owned();
    scene.effects = scene.ui.settle(vec![Effect::report("Roll back image-resizer/1: done after 12s")]);
    scene.draw();
    assert!(last(&scene).ends_with("✔ Roll back image-resizer/1: done after 12s"), "{}", last(&scene));
    scene.effects = scene.ui.settle(vec![Effect::complain("there is no such thing")]);
    scene.draw();
    assert!(last(&scene).contains("no such thing"), "{}", last(&scene));
    scene.keys("o");
    assert!(!last(&scene).contains("no such thing"), "{}", last(&scene));
    // News of the fleet are about no box.
    let now = scene.ui.app.now;
    scene.ui.app.messages.add(now, true, "web-1 failed");
    scene.keys("\x1b");
    assert!(last(&scene).contains("web-1 failed"), "{}", last(&scene));
}

#[test]
fn what_is_longer_than_the_hint_line_is_whole_in_the_list() {
    let mut scene = Scene::new(sample::fleet(), 60, 15);
    let text =
        "could not save filters and columns to /home/me/.local/state/quarterdeck/screen.toml: disk full";
    let now = scene.ui.app.now;
    scene.ui.app.messages.add(now, true, text);
    scene.keys(":messages\n");
    let letters = |text: &str| text.replace([' ', '\n', '│'], "");
    assert!(letters(&scene.text()).contains(&letters(text)), "{}", scene.text());
}

#[test]
fn credentials_that_cannot_be_used_are_whole_in_the_messages() {
    let why = "CYCLE_API_KEY is set but CYCLE_HUB_ID is not: set both";
    let options = Options { incomplete: vec![why.to_owned()], ..Default::default() };
    let app = App::new(sample::fleet(), options, sample::now());
    assert_eq!(app.messages.toast(sample::now()).map(|message| &*message.text), Some(why));
}
