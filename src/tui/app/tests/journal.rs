//! The journal in the program, and what can be made.

use serde_json::json;

use super::Scene;
use super::writes::{action, id, scene_of};
use crate::fleet::Section;
use crate::fleet::journal::History;
use crate::model::{Action, ActionId, Availability, Danger, Document, Kind, Lifecycle, Resource, Target};
use crate::tui::effect::{CurlOf, Outside, View, Work};
use crate::tui::layer::{Answer, Question};
use crate::tui::sample;
use crate::tui::ui::Event;
use crate::tui::writes::{CreateMenu, Creation};

const LINES: &str = r#"{"v":1,"id":"a","at":"2026-11-21T11:00:00Z","record":"intent","by":"screen","context":"exo-prod","target":{"kind":"instance","id":"i-web-1","name":"web-1","state":"running"},"action":"instance.stop","summary":"Stop instance web-1.","requests":[{"method":"PUT","url":"https://api.example/v2/instance/i-web-1:stop","headers":{"authorization":"••••••••"}}]}
{"v":1,"id":"a","at":"2026-11-21T11:00:04Z","record":"ended","outcome":"done","duration_ms":4210}
{"v":1,"id":"b","at":"2026-11-21T11:30:00Z","record":"intent","by":"command","context":"exo-prod","target":{"kind":"instance","id":"i-web-2","name":"web-2"},"action":"instance.delete","summary":"Delete instance web-2.","requests":[]}
{"v":1,"id":"b","at":"2026-11-21T11:30:01Z","record":"ended","outcome":"refused","message":"it is protected","status":403,"request_id":"r-77","duration_ms":900}
{"v":1,"id":"c","at":"2026-11-21T11:40:00Z","record":"intent","by":"screen","context":"exo-prod","target":{"kind":"instance","id":"i-web-3","name":"web-3"},"action":"instance.reboot","summary":"Reboot instance web-3.","requests":[]}
{"v":1,"id":"#;

fn journal(columns: u16, rows: u16) -> Scene {
    let mut scene = scene_of(columns, rows);
    scene.keys(":journal\n");
    let asked =
        scene.effects.iter().any(|effect| matches!(effect, Outside::Work(Work::Ask(_, Question::Journal))));
    assert!(asked, "{:?}", scene.effects);
    let history = History::parse(LINES.as_bytes());
    scene.effects = scene.ui.update(Event::Answer(scene.ticket(), Answer::Journal(Ok(history))));
    scene.draw();
    scene
}

#[test]
fn the_journal_lists_every_change_with_its_outcome_and_is_searched() {
    let mut scene = journal(120, 36);
    let text = scene.text();
    let at = |name: &str| text.find(name).unwrap_or_else(|| panic!("{name}: {text}"));
    assert!(at("reboot web-3") < at("delete web-2"), "the latest first");
    assert!(text.contains("refused (403): it is protected") && text.contains("done after 4s"), "{text}");
    assert!(text.contains("outcome unknown"), "{text}");
    assert!(text.contains("1 of its lines"), "the torn one is counted: {text}");
    scene.keys("delete");
    assert!(!scene.text().contains("reboot"), "{}", scene.text());
    scene.keys("\n");
    let text = scene.text();
    for part in ["Delete instance web-2.", "from the command line", "r-77", "it is protected"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn the_journal_shows_each_outcome_also_where_there_is_little_room_and_no_colour() {
    let text = journal(60, 15).text();
    let row = |name: &str| text.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("{text}"));
    assert!(row("stop web-1").contains("✔ ") && row("stop web-1").contains("done after 4s"), "{text}");
    assert!(row("delete web-2").contains("✗ ") && row("delete web-2").contains("refused (403)"), "{text}");
    assert!(row("reboot web-3").contains("? ") && row("reboot web-3").contains("outcome unknown"), "{text}");
}

#[test]
fn a_record_shows_its_requests_masked() {
    let mut scene = journal(60, 15);
    scene.keys("stop\n");
    let text = scene.text();
    assert!(text.contains("PUT https://api.example/v2/instance/i-web-1:stop"), "{text}");
    assert!(text.contains("authorization: ••••••••"), "{text}");
    scene.keys("C");
    let is_curl = |effect: &Outside| matches!(effect, Outside::Work(Work::CopyCurl(CurlOf::Requests(_, requests))) if !requests.is_empty());
    assert!(scene.effects.iter().any(is_curl), "{:?}", scene.effects);
    scene.keys("\x1b");
    assert!(scene.text().contains("stop web-1"), "back in the list: {}", scene.text());
}

fn create(name: &'static str, id: &'static str) -> Action {
    let base = action(ActionId::INSTANCE_STOP, Danger::Disruptive, Availability::Yes);
    Action { id: ActionId::new(id), name, key: 'n', help: "Makes one.", has_form: true, ..base }
}

#[test]
fn plus_offers_what_can_be_made_and_opens_its_form() {
    let mut scene = scene_of(120, 36);
    scene.keys("+");
    assert_eq!(scene.effects, [Work::OpenCreate(None)]);
    let context = id().context;
    let actions: Vec<Creation> = vec![
        (context.clone(), create("Create", "container.create")),
        (context.clone(), create("Create", "instance.create")),
    ];
    let menu = CreateMenu::layer(actions, &scene.ui.app, None);
    scene.effects = scene.ui.update(Event::Opened(Box::new(menu), View::Create));
    scene.draw();
    let text = scene.text();
    let at = |name: &str| text.find(name).unwrap_or_else(|| panic!("{name}: {text}"));
    assert!(at("Create instance") < at("Create container"), "the kind in front first: {text}");
    scene.keys("\n");
    let targets = vec![Target::new_in(&context, Kind::Instance)];
    let asks = |effect: &Outside| {
        matches!(effect, Outside::Work(Work::Ask(_, Question::Form(of, action, _)))
            if *of == targets && *action == ActionId::INSTANCE_CREATE)
    };
    assert!(scene.effects.iter().any(asks), "{:?}", scene.effects);
}

/// The comparison of an old revision with the one in use, both read.
fn compared(columns: u16, rows: u16) -> Scene {
    let mut scene = Scene::new(sample::fleet(), columns, rows);
    scene.keys("3");
    scene.ui.app.pane_mut().select(&sample::id("quasarch-ml", Kind::Revision, "embed-2"));
    scene.keys("=");
    let asked: Vec<_> = scene
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Outside::Work(Work::Ask(ticket, Question::Details(id))) => Some((*ticket, id.id.to_string())),
            _ => None,
        })
        .collect();
    assert_eq!(asked.len(), 2, "{:?}", scene.effects);
    for (ticket, id) in asked {
        let value = if id == "embed-2" {
            json!({"image": "registry.example/embed:2", "replicas": 3, "env": {"LEVEL": "info", "OLD": "1"}})
        } else {
            json!({"image": "registry.example/embed:3", "replicas": 3, "env": {"LEVEL": "debug", "NEW": "2"}})
        };
        let section = Section { title: "revision", body: Ok(Document::new(value, Vec::new())) };
        scene.ui.update(Event::Answer(ticket, Answer::Section(Box::new(section))));
        scene.ui.update(Event::Answer(ticket, Answer::EndOfDetails));
    }
    scene.draw();
    scene
}

#[test]
fn a_revision_is_compared_with_the_one_in_use_and_can_be_rolled_back_to() {
    insta::assert_snapshot!("compare_small", compared(60, 15).text());
    let mut scene = compared(120, 36);
    insta::assert_snapshot!("compare", scene.text());
    assert!(!scene.text().contains("replicas"), "it is the same in both");
    scene.keys("a");
    assert!(scene.text().contains("replicas"), "{}", scene.text());
    scene.keys("b");
    let id = sample::id("quasarch-ml", Kind::Revision, "embed-2");
    assert_eq!(scene.effects, [Work::OpenActions(id, Some(ActionId::REVISION_ROLL_BACK))]);
}

#[test]
fn the_revision_in_use_is_not_compared_with_itself() {
    let mut scene = Scene::new(sample::fleet(), 120, 36);
    scene.keys("3");
    scene.ui.app.pane_mut().select(&sample::id("quasarch-ml", Kind::Revision, "embed-3"));
    scene.keys("=");
    assert!(scene.text().contains("is the one in use"), "{}", scene.text());
}

#[test]
fn an_instance_is_compared_with_what_it_was_seen_to_be_before() {
    let mut scene = scene_of(120, 36);
    scene.keys("=");
    assert!(scene.text().contains("web-1 was not seen to change"), "{}", scene.text());
    let mut row = sample::instance("exo-prod", "web-1", Lifecycle::Running);
    if let Resource::Instance(instance) = &mut row {
        instance.size = Some("large".into());
    }
    sample::list(&mut scene.ui.app.store, "exo-prod", Kind::Instance, vec![row]);
    scene.draw();
    scene.keys("=");
    assert!(scene.effects.is_empty(), "nothing is asked: {:?}", scene.effects);
    let text = scene.text();
    for part in ["as observed: before and now", "small", "large"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
