mod pages;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::json;

use super::*;
use crate::fleet::Store;
use crate::model::{ContextName, Document, Kind, ProblemKind};
use crate::tui::effect::{ScreenEffect, TerminalEffect, Work};
use crate::tui::widgets::testing::{self, text};

fn id() -> ResourceId {
    ResourceId::new(&ContextName::new("cycle-prod"), Kind::Instance, "65f0")
}

fn noon() -> Timestamp {
    Timestamp::parse("2026-05-23T12:00:00Z").unwrap()
}

fn part(title: &'static str, value: Value, secrets: &[&str]) -> Section {
    let mut document = Document::new(value, secrets.iter().map(|&path| path.to_owned()).collect());
    document.read = noon().before(Duration::from_secs(12));
    Section { title, body: Ok(document) }
}

fn instance() -> Section {
    part(
        "instance",
        json!({
            "id": "65f0c1", "hostname": "web-1", "ready_state": {"ready": true, "health": null},
            "state": {"current": "running", "changed": "2026-05-20T12:00:00Z", "error": ""},
            "ports": [80, 443], "memory": 8_589_934_592_u64,
            "env": {"MODE": "prod", "DB_PASSWORD": "hunter2hunter2"},
            "volumes": [{"id": "v1", "path": "/data"}, {"id": "v2", "path": "/logs", "deleted": "0001-01-01T00:00:00Z"}],
            "motd": "one\ntwo: three\n",
            "note": "escape \u{1b}[31m and turn \u{202e}"
        }),
        &["/env/DB_PASSWORD"],
    )
}

fn server() -> Section {
    Section {
        title: "server",
        body: Err(Problem {
            status: Some(403),
            request_id: Some("req-1".into()),
            ..Problem::new(ProblemKind::Forbidden, "this key may not read servers")
                .hint("Give the key the capability servers-view.")
                .request("GET https://api.example/v1/infrastructure/servers/1")
        }),
    }
}

fn opened(form: DocumentForm) -> DocumentView {
    let mut view = DocumentView::new(id(), "web-1".to_owned(), form);
    let ticket = reads(&view.open());
    answer(&mut view, ticket, [instance(), server()]);
    view
}

/// The ticket of the reading that is asked for, at the end of these effects.
fn reads(effects: &[Effect]) -> Ticket {
    match effects {
        [.., Effect::Work(Work::Ask(ticket, question))] if *question == Question::Details(id()) => *ticket,
        other => panic!("no reading: {other:?}"),
    }
}

fn answer(view: &mut DocumentView, ticket: Ticket, sections: impl IntoIterator<Item = Section>) {
    for section in sections {
        view.answer(ticket, Answer::Section(Box::new(section)));
    }
    view.answer(ticket, Answer::EndOfDetails);
}

fn drawn_at(view: &mut DocumentView, width: u16, height: u16, now: Timestamp) -> String {
    let store = Store::new(&[]);
    text(&testing::drawn(|theme| {
        let look = Look { theme, store: &store, now, ascii: false };
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        view.render(buf.area, &mut buf, &look);
        buf
    }))
}

fn drawn(view: &mut DocumentView, width: u16, height: u16) -> String {
    drawn_at(view, width, height, noon())
}

fn type_text(view: &mut DocumentView, text: &str) {
    for c in text.chars() {
        view.type_event(&TerminalEvent::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
    }
}

fn press(view: &mut DocumentView, code: KeyCode) {
    view.type_event(&TerminalEvent::Key(KeyEvent::new(code, KeyModifiers::NONE)));
}

#[test]
fn the_form_aligns_names_and_values() {
    insta::assert_snapshot!(drawn(&mut opened(DocumentForm::Form), 100, 36));
}

#[test]
fn the_yaml_and_the_json() {
    insta::assert_snapshot!("yaml", drawn(&mut opened(DocumentForm::Yaml), 100, 44));
    insta::assert_snapshot!("json", drawn(&mut opened(DocumentForm::Json), 60, 15));
}

#[test]
fn while_it_is_read_the_wait_is_counted() {
    let mut view = DocumentView::new(id(), "web-1".to_owned(), DocumentForm::Form);
    let ticket = reads(&view.open());
    drawn(&mut view, 60, 15);
    let later = Timestamp::from_millis(noon().as_millis() + 3000).unwrap();
    insta::assert_snapshot!(drawn_at(&mut view, 60, 15, later));
    assert_eq!(view.counting, Some(Duration::from_secs(1)));
    view.answer(ticket, Answer::EndOfDetails);
    assert!(drawn(&mut view, 60, 15).contains("returned no details"));
}

#[test]
fn secrets_show_for_five_seconds_and_never_leave_masked_copies() {
    let mut view = opened(DocumentForm::Json);
    assert!(!drawn(&mut view, 100, 60).contains("hunter2"));
    let Some(Effect::Work(Work::Save(name, bytes))) = view.apply(Command::Save, None).effects().pop() else {
        panic!()
    };
    assert_eq!(name, "web-1.json");
    assert!(!String::from_utf8(bytes).unwrap().contains("hunter2"));

    assert_eq!(view.apply(Command::Unmask, None).effects(), [TerminalEffect::DrawAfter(UNMASKED_FOR)]);
    assert!(drawn(&mut view, 100, 60).contains("hunter2hunter2"));
    let just_before = Timestamp::from_millis(noon().as_millis() + 4999).unwrap();
    assert!(drawn_at(&mut view, 100, 60, just_before).contains("hunter2hunter2"));
    let after = Timestamp::from_millis(noon().as_millis() + 5000).unwrap();
    assert!(!drawn_at(&mut view, 100, 60, after).contains("hunter2"));
}

#[test]
fn a_search_jumps_counts_and_wraps_around() {
    let mut view = opened(DocumentForm::Yaml);
    drawn(&mut view, 80, 12);
    view.apply(Command::Search, None);
    assert!(view.prompt.is_some());
    type_text(&mut view, "path");
    let seen = drawn(&mut view, 80, 12);
    assert!(seen.contains("1/2") && seen.contains("/data"), "{seen}");
    press(&mut view, KeyCode::Enter);
    assert!(view.prompt.is_none());
    view.apply(Command::NextMatch, None);
    assert!(drawn(&mut view, 80, 12).contains("/path 2/2"));
    view.apply(Command::NextMatch, None);
    assert!(drawn(&mut view, 80, 12).contains("/path 1/2"));
    view.apply(Command::PreviousMatch, None);
    assert!(drawn(&mut view, 80, 12).contains("/path 2/2"));
    assert!(view.apply(Command::Back, None).effects().is_empty());
    assert_eq!(view.apply(Command::Back, None).effects(), [Effect::close()]);
}

#[test]
fn a_match_inside_a_fold_is_unfolded() {
    let mut view = opened(DocumentForm::Json);
    drawn(&mut view, 80, 20);
    view.apply(Command::Top, Some(2));
    view.apply(Command::Fold, None);
    let folded = drawn(&mut view, 80, 20);
    assert!(folded.contains("▸ {") && !folded.contains("hostname"), "{folded}");
    view.apply(Command::Search, None);
    type_text(&mut view, "hostname");
    assert!(drawn(&mut view, 80, 20).contains("\"hostname\": \"web-1\""));
}

#[test]
fn turning_to_another_form_stays_on_the_value() {
    let mut view = opened(DocumentForm::Form);
    drawn(&mut view, 80, 12);
    view.apply(Command::Search, None);
    type_text(&mut view, "/logs");
    press(&mut view, KeyCode::Enter);
    for command in [Command::Yaml, Command::Json, Command::Describe] {
        view.apply(command, None);
        let row = view.row().unwrap();
        assert!(view.sheet.text(row).contains("/logs"), "{command:?}: {}", view.sheet.text(row));
    }
}

#[test]
fn copying_takes_the_value_and_not_its_looks() {
    for form in [DocumentForm::Form, DocumentForm::Yaml, DocumentForm::Json] {
        let mut view = opened(form);
        drawn(&mut view, 80, 12);
        let mut copy_at = |find: &str| {
            view.apply(Command::Search, None);
            type_text(&mut view, find);
            press(&mut view, KeyCode::Enter);
            view.apply(Command::Copy, None).effects()
        };
        assert_eq!(copy_at("hostname"), [Effect::copy("web-1", "hostname".to_owned())]);
        let Some(Effect::Work(Work::Copy(motd, _))) = copy_at("motd").pop() else { panic!() };
        assert_eq!(motd, "one\ntwo: three\n");
        // As the form shows it: what a tab sets apart stays apart.
        assert_eq!(Effect::copy("a\tb", "x"), Effect::copy("a    b", "x"));
        assert!(matches!(copy_at("DB_PASS").as_slice(), [Effect::Screen(ScreenEffect::Report(_))]));
    }
}

#[test]
fn what_is_read_again_replaces_what_was_there() {
    let mut view = opened(DocumentForm::Form);
    let again = view.apply(Command::Refresh, None).effects();
    assert_eq!(again.len(), 1, "there was no reading to give up");
    let ticket = reads(&again);
    view.answer(ticket, Answer::Section(Box::new(part("instance", json!({"id": "changed"}), &[]))));
    assert!(drawn(&mut view, 80, 30).contains("may not read"), "the rest stays until all has come");
    view.answer(ticket, Answer::EndOfDetails);
    let seen = drawn(&mut view, 80, 30);
    assert!(seen.contains("changed") && !seen.contains("may not read"), "{seen}");
}

#[test]
fn long_values_wrap_under_themselves() {
    let mut view = DocumentView::new(id(), "web-1".to_owned(), DocumentForm::Form);
    let ticket = reads(&view.open());
    answer(&mut view, ticket, [part("instance", json!({"short": 1, "cmd": "word ".repeat(30)}), &[])]);
    view.apply(Command::Wide, None);
    insta::assert_snapshot!(drawn(&mut view, 60, 12));
}

#[test]
fn megabytes_are_laid_out_once_and_drawn_by_the_page() {
    let many: Vec<Value> = (0..40_000)
        .map(|n| json!({"id": n, "name": format!("resource number {n}"), "tags": ["a", "b"]}))
        .collect();
    let mut view = DocumentView::new(id(), "web-1".to_owned(), DocumentForm::Json);
    let ticket = reads(&view.open());
    answer(&mut view, ticket, [part("instances", json!(many), &[])]);
    drawn(&mut view, 120, 36);
    view.apply(Command::Bottom, None);
    assert!(drawn(&mut view, 120, 36).contains("\"resource number 39999\""));
    for _ in 0..20 {
        view.apply(Command::Up, None);
        assert!(!view.stale, "moving lays nothing out anew");
        drawn(&mut view, 120, 36);
    }
}

#[test]
fn no_size_of_screen_breaks_it() {
    for form in [DocumentForm::Form, DocumentForm::Yaml, DocumentForm::Json] {
        let mut view = opened(form);
        for (width, height) in [(0, 0), (1, 1), (2, 2), (3, 3), (4, 10), (10, 4), (300, 3)] {
            drawn(&mut view, width, height);
            view.apply(Command::Wide, None);
            view.apply(Command::Search, None);
            drawn(&mut view, width, height);
            press(&mut view, KeyCode::Esc);
        }
    }
}
