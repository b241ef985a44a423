//! The question before a write, by the harm that it can do.

use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use serde_json::json;

use super::Scene;
use super::writes::{A_MOMENT, action, answer, id, opened, scene_of, sends, stop, target, write};
use crate::fleet::{FleetEvent, WriteEvent, WritePhase};
use crate::model::{
    Action, ActionId, Availability, ContextColor, Danger, FieldChange, PreparedWrite, Secret, Shown,
    ShownSecret, WriteId,
};
use crate::tui::effect::{CurlOf, Outside, Work};
use crate::tui::ui::Event;

fn delete(danger: Danger) -> Action {
    let base = action(ActionId::INSTANCE_STOP, danger, Availability::Yes);
    Action { id: ActionId::INSTANCE_DELETE, name: "Delete", key: 'd', progress: "deleting", ..base }
}

/// The question about a deletion of this danger.
fn asked(mut scene: Scene, danger: Danger, change: impl FnOnce(&mut PreparedWrite)) -> Scene {
    scene = opened(scene, vec![delete(danger)]);
    scene.keys("d");
    let ticket = scene.ticket();
    let mut write = write(&scene, delete(danger));
    write.preview.summary = "Delete instance web-1 in zone ch-gva-2.".to_owned();
    write.preview.consequences = vec![
        "Its disk and everything on it are lost.".to_owned(),
        "Its elastic IP stays and stays billed.".to_owned(),
    ];
    change(&mut write);
    answer(&mut scene, ticket, Ok(write));
    scene.later(A_MOMENT);
    scene
}

#[test]
fn what_destroys_takes_its_own_letter() {
    let mut scene = asked(scene_of(120, 36), Danger::Destructive, |_| {});
    insta::assert_snapshot!("confirm_letter", scene.text());
    for keys in ["y", "x", "\n"] {
        scene.later(A_MOMENT);
        scene.keys(keys);
        assert!(!sends(&scene), "{keys}");
    }
    assert!(scene.text().contains("Delete web-1: not sent"), "Enter is No: {}", scene.text());
    let mut scene = asked(scene_of(120, 36), Danger::Destructive, |_| {});
    scene.keys("d");
    assert!(sends(&scene), "{:?}", scene.effects);
}

#[test]
fn what_cannot_be_undone_takes_the_name_and_then_the_letter() {
    for (columns, rows, name) in [(120, 36, "confirm_name"), (60, 15, "confirm_name_small")] {
        insta::assert_snapshot!(name, asked(scene_of(columns, rows), Danger::Irreversible, |_| {}).text());
    }
    let mut scene = asked(scene_of(120, 36), Danger::Irreversible, |_| {});
    scene.effects = scene.ui.update(Event::Terminal(TerminalEvent::Paste("web-1".to_owned())));
    scene.later(A_MOMENT);
    scene.keys("d");
    assert!(!sends(&scene), "a paste is nothing");
    scene.press(KeyCode::Char('u'), KeyModifiers::CONTROL);
    for letter in "web-1".chars() {
        let held = KeyEvent::new_with_kind(KeyCode::Char(letter), KeyModifiers::NONE, KeyEventKind::Repeat);
        scene.effects = scene.ui.update(Event::Terminal(TerminalEvent::Key(held)));
    }
    scene.later(A_MOMENT);
    scene.keys("d");
    assert!(!sends(&scene), "held keys are nothing");
    scene.press(KeyCode::Char('u'), KeyModifiers::CONTROL);
    scene.keys("web-1");
    scene.later(A_MOMENT);
    scene.keys("\n");
    assert!(!sends(&scene) && scene.has_menu(), "Enter sends nothing, and loses nothing");
    scene.later(A_MOMENT);
    scene.keys("d");
    assert!(sends(&scene), "{:?}", scene.effects);
}

#[test]
fn the_changes_of_an_update_are_aligned_rows_with_signs() {
    let change = |field: &str, from: Option<serde_json::Value>, to: Option<serde_json::Value>| FieldChange {
        field: field.into(),
        from,
        to,
    };
    let changes = vec![
        change("instance-type", Some(json!("standard.small")), Some(json!("standard.extra-large"))),
        change(
            "labels",
            Some(json!({"env": "test", "old": "1"})),
            Some(json!({"env": "prod", "team": "web"})),
        ),
        change("user-data", None, Some(json!("a".repeat(150)))),
    ];
    for (columns, rows, name) in [(120, 36, "confirm_changes"), (60, 15, "confirm_changes_small")] {
        let changes = changes.clone();
        let scene =
            asked(scene_of(columns, rows), Danger::Disruptive, |write| write.preview.changes = changes);
        insta::assert_snapshot!(name, scene.text());
    }
}

#[test]
fn the_colour_and_the_protection_of_a_context_are_in_words_and_frame_the_question() {
    let mut scene = scene_of(120, 36);
    scene.ui.app.options.colors.insert(id().context, ContextColor::Red);
    scene.ui.app.options.protected_contexts.insert(id().context);
    scene.ui.app.options.depth = crate::tui::theme::Depth::Ansi;
    let scene = asked(scene, Danger::Irreversible, |_| {});
    let text = scene.text();
    assert!(text.contains("context exo-prod (red, protected), it is running"), "{text}");
    let row = text.lines().position(|line| line.contains("delete web-1 in")).expect("its title");
    let corner = scene.buffer.content.iter().skip(row * 120).find(|cell| cell.symbol() == "┌").unwrap();
    assert_eq!(corner.fg, ratatui::style::Color::Red);
}

#[test]
fn c_copies_the_requests_as_curl_and_sends_nothing() {
    let mut scene = asked(scene_of(120, 36), Danger::Destructive, |_| {});
    scene.keys("c");
    let copies = |effect: &Outside| {
        matches!(effect, Outside::Work(Work::CopyCurl(CurlOf::Requests(context, requests)))
            if *context == id().context && requests.len() == 1)
    };
    assert!(scene.effects.iter().any(copies), "{:?}", scene.effects);
    assert!(scene.has_menu() && !sends(&scene));
}

/// News that a write has an answer which is shown once.
fn shown(scene: &mut Scene, shown: Shown) {
    shown_by(scene, stop(), shown);
}

/// The same of an action.
fn shown_by(scene: &mut Scene, action: Action, shown: Shown) {
    let event = WriteEvent {
        id: WriteId::new("w1"),
        action,
        target: target(scene),
        makes: None,
        elapsed: Duration::from_secs(1),
        phase: WritePhase::Shown(shown),
    };
    scene.effects = scene.ui.update(Event::Fleet(Box::new(FleetEvent::Write(Box::new(event)))));
    scene.draw();
    scene.later(A_MOMENT);
}

fn secret(label: &str, value: &str) -> ShownSecret {
    ShownSecret { label: label.into(), value: Secret::new(value.to_owned()) }
}

#[test]
fn a_secret_that_is_shown_once_is_masked_copied_by_a_key_and_not_closed_by_accident() {
    let mut scene = scene_of(120, 36);
    shown(&mut scene, Shown { secrets: vec![secret("password", "correct-horse")], document: None });
    insta::assert_snapshot!("shown", scene.text());
    assert!(!scene.text().contains("correct-horse"));
    scene.keys("u");
    assert!(scene.text().contains("correct-horse"), "{}", scene.text());
    scene.keys("u");
    scene.keys("\x1b");
    assert!(scene.has_menu(), "it is not copied yet");
    assert!(scene.text().contains("not copied yet"), "{}", scene.text());
    scene.keys("\x1b");
    assert!(
        !scene.has_menu() && !scene.text().contains("not copied yet"),
        "it is about the box: {}",
        scene.text()
    );
    let mut scene = scene_of(120, 36);
    shown(&mut scene, Shown { secrets: vec![secret("password", "correct-horse")], document: None });
    scene.keys("c");
    let copies =
        |effect: &Outside| matches!(effect, Outside::Work(Work::CopyAddress(_, what)) if what == "password");
    assert!(scene.effects.iter().any(copies), "{:?}", scene.effects);
    scene.keys("\x1b");
    assert!(!scene.has_menu());
    let messages = scene.ui.app.messages.iter().map(|message| &*message.text).collect::<Vec<_>>().join("\n");
    assert!(!messages.contains("correct-horse"), "{messages}");
}

#[test]
fn a_secret_that_can_be_read_again_is_closed_without_a_question() {
    let mut scene = scene_of(120, 36);
    let reveal = Action { name: "Reveal the password", danger: Danger::Safe, ..stop() };
    shown_by(
        &mut scene,
        reveal,
        Shown { secrets: vec![secret("password", "correct-horse")], document: None },
    );
    let text = scene.text();
    assert!(text.contains("it can be read again") && !text.contains("only now"), "{text}");
    assert!(text.contains("reveal the password web-1 in exo-prod "), "the whole title: {text}");
    scene.keys("\x1b");
    assert!(!scene.has_menu());
}

#[test]
fn an_answer_that_is_a_document_is_shown_whole() {
    let mut scene = scene_of(60, 15);
    let document = json!({"clients": (1..=30).map(|nth| format!("client-{nth}")).collect::<Vec<_>>()});
    shown(&mut scene, Shown { secrets: Vec::new(), document: Some(("clients".into(), document)) });
    assert!(scene.text().contains("client-1") && scene.text().contains("lines 1-"), "{}", scene.text());
    scene.press(KeyCode::End, KeyModifiers::NONE);
    assert!(scene.text().contains("client-30"), "{}", scene.text());
    scene.keys("\x1b");
    assert!(!scene.has_menu(), "nothing is lost with it");
}
