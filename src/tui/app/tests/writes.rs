//! The menu of actions, the question before a write is sent, and what is shown of a write on its way.

use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use serde_json::json;

use super::Scene;
use crate::fleet::{DeclaredAction, FleetEvent, WriteEnd, WriteEvent, WritePhase};
use crate::model::{
    Action, ActionId, Availability, Danger, Expected, FormValues, Kind, Lifecycle, Method, Origin,
    PreparedRequest, PreparedWrite, Preview, Problem, ProblemKind, Resource, ResourceId, Target, WriteId,
};
use crate::providers::{exoscale, gcore};
use crate::tui::effect::{Outside, View, Work};
use crate::tui::layer::{Answer, Question, Ticket};
use crate::tui::ui::Event;
use crate::tui::writes::ActionMenu;
use crate::tui::{Command, command::Availability as Offered, sample};

/// Long enough for a key to count.
pub(super) const A_MOMENT: Duration = Duration::from_millis(300);

pub(super) fn id() -> ResourceId {
    sample::id("exo-prod", Kind::Instance, "i-web-1")
}

pub(super) fn action(id: ActionId, danger: Danger, availability: Availability) -> Action {
    let is_start = id == ActionId::INSTANCE_START;
    Action {
        id,
        name: if is_start { "Start" } else { "Stop" },
        key: if is_start { 's' } else { 't' },
        help: if is_start { "Starts the instance." } else { "Stops the instance until it is started again." },
        danger,
        progress: if is_start { "starting" } else { "stopping" },
        has_form: false,
        in_bulk: true,
        availability,
    }
}

pub(super) fn stop() -> Action {
    action(ActionId::INSTANCE_STOP, Danger::Disruptive, Availability::Yes)
}

pub(super) fn scene() -> Scene {
    scene_of(120, 36)
}

pub(super) fn scene_of(columns: u16, rows: u16) -> Scene {
    let mut store = sample::empty(&[("exo-prod", exoscale::PLATFORM)]);
    let row = sample::instance("exo-prod", "web-1", Lifecycle::Running);
    sample::list(&mut store, "exo-prod", Kind::Instance, vec![row]);
    Scene::new(store, columns, rows)
}

pub(super) fn target(scene: &Scene) -> Target {
    Target::of(scene.ui.app.store.get(&id()).unwrap())
}

fn with_menu(actions: Vec<Action>) -> Scene {
    opened(scene(), actions)
}

/// The menu of actions, opened over a scene.
pub(super) fn opened(mut scene: Scene, actions: Vec<Action>) -> Scene {
    scene.keys("x");
    assert_eq!(scene.effects, [Work::OpenActions(id(), None)]);
    let row = scene.ui.app.store.get(&id()).unwrap().clone();
    let menu = Box::new(ActionMenu::layer(&row, actions, None, false));
    scene.effects = scene.ui.update(Event::Opened(menu, View::Actions(id())));
    scene.draw();
    scene
}

/// A write that waits for its confirmation.
pub(super) fn write(scene: &Scene, action: Action) -> PreparedWrite {
    let url = "https://api-ch-gva-2.example/v2/instance/i-web-1:stop";
    PreparedWrite {
        id: WriteId::new("w1"),
        danger: action.danger,
        action,
        target: target(scene),
        values: FormValues::new(),
        preview: Preview {
            summary: "Stop instance web-1 in zone ch-gva-2.".to_owned(),
            consequences: vec!["What runs on it is interrupted until it is started again.".to_owned()],
            requests: vec![PreparedRequest::new(Method::Put, url).body(json!({"force": false}))],
            changes: Vec::new(),
            expected: Expected::State(&[Lifecycle::Stopped]),
            creates: None,
            danger: None,
        },
        origin: Origin::Screen,
        prepared: scene.ui.app.now,
    }
}

pub(super) fn answer(scene: &mut Scene, ticket: Ticket, answer: Result<PreparedWrite, Problem>) {
    scene.effects = scene.ui.update(Event::Answer(ticket, Answer::Prepared(Box::new(answer))));
    scene.draw();
}

fn with_question() -> Scene {
    question_over(scene())
}

fn question_over(scene: Scene) -> Scene {
    let mut scene = opened(scene, vec![stop()]);
    scene.keys("t");
    let (ticket, write) = (scene.ticket(), write(&scene, stop()));
    answer(&mut scene, ticket, Ok(write));
    scene
}

pub(super) fn sends(scene: &Scene) -> bool {
    scene.effects.iter().any(|effect| matches!(effect, Outside::Work(Work::Send(_))))
}

#[test]
fn the_menu_shows_every_action_and_dims_what_does_not_fit_with_its_reason() {
    let start =
        action(ActionId::INSTANCE_START, Danger::Safe, Availability::No("it is already running".into()));
    let mut scene = with_menu(vec![start, stop()]);
    insta::assert_snapshot!("actions", scene.text());
    scene.keys("s");
    assert!(scene.effects.is_empty());
    assert!(scene.text().contains("Start web-1: it is already running"), "{}", scene.text());
    let target = target(&scene);
    scene.keys("t");
    assert_eq!(scene.asked(), [Question::Write(Box::new(target), Box::new(stop()), FormValues::new())]);
    assert!(scene.text().contains("preparing the request"), "{}", scene.text());
}

#[test]
fn closing_the_menu_gives_up_the_write_that_is_being_prepared() {
    let mut scene = with_menu(vec![stop()]);
    scene.keys("t");
    let (ticket, write) = (scene.ticket(), write(&scene, stop()));
    scene.keys("\x1b");
    assert_eq!(scene.effects, [Work::Cancel(ticket)]);
    answer(&mut scene, ticket, Ok(write));
    assert!(!scene.has_menu() && scene.effects.is_empty(), "{}", scene.text());
}

#[test]
fn a_safe_action_is_sent_without_a_question_and_a_problem_leaves_the_menu() {
    let start = action(ActionId::INSTANCE_START, Danger::Safe, Availability::Yes);
    let mut scene = with_menu(vec![start.clone()]);
    scene.keys("s");
    let ticket = scene.ticket();
    answer(&mut scene, ticket, Err(Problem::new(ProblemKind::Unreachable, "the connection broke")));
    assert!(scene.text().contains("the connection broke"), "{}", scene.text());
    assert!(scene.has_menu() && scene.effects.is_empty());
    scene.keys("s");
    let (ticket, write) = (scene.ticket(), write(&scene, start));
    answer(&mut scene, ticket, Ok(write));
    assert!(sends(&scene) && !scene.has_menu(), "{:?}", scene.effects);
}

#[test]
fn the_menu_and_the_question_fit_a_small_terminal() {
    let start =
        action(ActionId::INSTANCE_START, Danger::Safe, Availability::No("it is already running".into()));
    insta::assert_snapshot!("actions_small", opened(scene_of(60, 15), vec![start, stop()]).text());
    insta::assert_snapshot!("confirm_small", question_over(scene_of(60, 15)).text());
}

#[test]
fn a_read_only_context_shows_its_actions_and_takes_none() {
    let forbidden = Availability::Forbidden("context is read-only".into());
    let mut scene = with_menu(vec![action(ActionId::INSTANCE_STOP, Danger::Disruptive, forbidden)]);
    assert!(scene.text().contains("context is read-only"), "{}", scene.text());
    for keys in ["t", "\n"] {
        scene.keys(keys);
        assert!(scene.effects.is_empty(), "{:?}", scene.effects);
    }
}

#[test]
fn actions_are_offered_on_instances_and_marked_as_forbidden_where_nothing_may_be_changed() {
    let mut scene = scene();
    assert_eq!(Command::Actions.availability(&scene.ui.app), Offered::Yes);
    scene.ui.app.options.read_only_contexts.insert(id().context);
    let forbidden = Offered::Forbidden("context is read-only".to_owned());
    assert_eq!(Command::Actions.availability(&scene.ui.app), forbidden);
    let mut containers = Scene::new(sample::fleet(), 120, 36);
    containers.keys("2");
    let reason = Command::Actions.availability(&containers.ui.app);
    assert!(reason.reason().unwrap().ends_with(": there are no actions on this container"), "{reason:?}");
}

/// The actions of the fleet, as they come for the palette and the help.
fn answer_with_actions(scene: &mut Scene) {
    assert_eq!(scene.asked(), [Question::Actions(Some(id()))]);
    let ticket = scene.ticket();
    let start =
        action(ActionId::INSTANCE_START, Danger::Safe, Availability::No("it is already running".into()));
    let declare = |action| DeclaredAction::new(action, exoscale::PLATFORM);
    let of_containers = Availability::No("no such action on this instance".into());
    let stop_containers = action(ActionId::new("container.stop"), Danger::Disruptive, of_containers.clone());
    let of_gcore = action(ActionId::new("instance.stop-all"), Danger::Disruptive, of_containers);
    let of_gcore = DeclaredAction::new(of_gcore, gcore::PLATFORM);
    let actions = vec![of_gcore, declare(stop_containers), declare(start), declare(stop())];
    scene.effects = scene.ui.update(Event::Answer(ticket, Answer::Actions(actions, Vec::new())));
    scene.draw();
}

#[test]
fn the_palette_and_the_help_list_the_actions_of_platforms_and_take_them_as_the_menu_does() {
    for keys in [":", "?"] {
        let mut scene = scene();
        scene.keys(keys);
        answer_with_actions(&mut scene);
        scene.keys("stop inst");
        let text = scene.text();
        assert!(text.contains("x t") && text.contains("Exoscale: Stops the instance until"), "{text}");
        assert!(!text.contains("no such action"), "of containers, of another platform: {text}");
        scene.press(KeyCode::Char('u'), KeyModifiers::CONTROL);
        scene.keys("start");
        assert!(scene.text().contains("Exoscale: it is already running"), "{}", scene.text());
        scene.press(KeyCode::Char('u'), KeyModifiers::CONTROL);
        scene.keys("stop");
        if keys == "?" {
            // The help keeps its order: the key of the menu comes first.
            scene.press(KeyCode::Down, KeyModifiers::NONE);
        }
        scene.keys("\n");
        let chosen = Some(ActionId::INSTANCE_STOP);
        assert_eq!(scene.effects, [Work::OpenActions(id(), chosen)], "after {keys}");
        let row = scene.ui.app.store.get(&id()).unwrap().clone();
        let menu = Box::new(ActionMenu::layer(&row, vec![stop()], chosen, false));
        scene.effects = scene.ui.update(Event::Opened(menu, View::Actions(id())));
        let target = target(&scene);
        assert_eq!(scene.asked(), [Question::Write(Box::new(target), Box::new(stop()), FormValues::new())]);
        let (ticket, write) = (scene.ticket(), write(&scene, stop()));
        answer(&mut scene, ticket, Ok(write));
        assert!(scene.text().contains("stop web-1 in exo-prod?"), "{}", scene.text());
        assert!(!sends(&scene));
    }
}

#[test]
fn the_key_of_actions_is_shown_only_where_the_platform_has_some() {
    assert!(scene().text().contains("x actions"));
    let mut store = sample::empty(&[("exo-prod", exoscale::PLATFORM)]);
    let mut row = sample::instance("exo-prod", "web-1", Lifecycle::Running);
    if let Resource::Instance(instance) = &mut row {
        instance.offers.actions = false;
    }
    sample::list(&mut store, "exo-prod", Kind::Instance, vec![row]);
    let scene = Scene::new(store, 120, 36);
    assert!(!scene.text().contains("x actions"), "{}", scene.text());
    let reason = Command::Actions.availability(&scene.ui.app);
    assert_eq!(reason.reason(), Some("web-1: there are no actions on this instance"));
}

#[test]
fn the_question_shows_the_whole_request_and_y_alone_sends_it_once() {
    let mut scene = with_question();
    insta::assert_snapshot!("confirm", scene.text());
    scene.later(A_MOMENT);
    scene.keys("y");
    assert!(sends(&scene), "{:?}", scene.effects);
    assert!(!scene.has_menu());
    scene.keys("y");
    assert!(!sends(&scene));
}

#[test]
fn a_question_longer_than_the_screen_begins_at_its_beginning_with_the_answers_in_view() {
    let mut scene = opened(scene_of(60, 15), vec![stop()]);
    scene.keys("t");
    let (ticket, mut write) = (scene.ticket(), write(&scene, stop()));
    write.preview.consequences = (1..=20).map(|nth| format!("Consequence number {nth}.")).collect();
    answer(&mut scene, ticket, Ok(write));
    let text = scene.text();
    assert!(text.contains("Stop instance web-1 in zone") && text.contains("lines 1-"), "{text}");
    assert!(text.contains("nothing is sent") && text.contains("this request is sent"), "{text}");
    assert!(text.contains("Consequence number 5.") && !text.contains("Consequence number 20."), "{text}");
    scene.press(KeyCode::End, KeyModifiers::NONE);
    let text = scene.text();
    assert!(text.contains("force") && text.contains("nothing is sent"), "the end: {text}");
    assert!(!text.contains("Stop instance web-1 in zone"), "{text}");
    scene.press(KeyCode::Home, KeyModifiers::NONE);
    assert!(scene.text().contains("Stop instance web-1 in zone"), "{}", scene.text());
    assert!(scene.text().contains("nothing is sent"), "{}", scene.text());
    scene.later(A_MOMENT);
    scene.keys("y");
    assert!(sends(&scene), "{:?}", scene.effects);
}

#[test]
fn enter_a_paste_a_held_key_and_a_key_that_comes_too_soon_send_nothing() {
    let mut scene = with_question();
    scene.keys("y");
    assert!(!sends(&scene), "too soon");
    assert!(scene.has_menu());
    scene.later(Duration::from_millis(200));
    scene.keys("y");
    scene.later(Duration::from_millis(200));
    scene.keys("y");
    assert!(!sends(&scene), "it was never quiet");
    scene.later(A_MOMENT);
    let held = KeyEvent::new_with_kind(KeyCode::Char('y'), KeyModifiers::NONE, KeyEventKind::Repeat);
    for event in [TerminalEvent::Paste("y\n".to_owned()), TerminalEvent::Key(held)] {
        scene.later(A_MOMENT);
        scene.effects = scene.ui.update(Event::Terminal(event));
        assert!(!sends(&scene));
    }
    scene.later(A_MOMENT);
    scene.keys("\n");
    assert!(!sends(&scene), "the focus is on No");
    assert!(!scene.has_menu());
    assert!(scene.text().contains("Stop web-1: not sent"), "{}", scene.text());
    let mut scene = with_question();
    scene.later(A_MOMENT);
    scene.press(KeyCode::Down, KeyModifiers::NONE);
    scene.later(A_MOMENT);
    scene.keys("\n");
    assert!(!sends(&scene), "Enter sends nothing wherever the cursor is");
}

#[test]
fn a_question_that_has_been_there_too_long_is_asked_anew() {
    let mut scene = with_question();
    scene.later(Duration::from_secs(31));
    let target = target(&scene);
    scene.keys("y");
    assert_eq!(scene.asked(), [Question::Write(Box::new(target), Box::new(stop()), FormValues::new())]);
    let (ticket, write) = (scene.ticket(), write(&scene, stop()));
    answer(&mut scene, ticket, Ok(write));
    scene.keys("y");
    assert!(!sends(&scene), "the new question is as new as any");
    scene.later(A_MOMENT);
    scene.keys("y");
    assert!(sends(&scene), "{:?}", scene.effects);
}

/// News of a write that stops the row.
fn report(scene: &mut Scene, phase: WritePhase) {
    let event = WriteEvent {
        id: WriteId::new("w1"),
        action: stop(),
        target: target(scene),
        makes: None,
        elapsed: Duration::from_secs(12),
        phase,
    };
    scene.effects = scene.ui.update(Event::Fleet(Box::new(FleetEvent::Write(Box::new(event)))));
    scene.draw();
}

#[test]
fn a_row_shows_its_verb_while_a_write_is_on_its_way_and_its_end_is_said() {
    let mut scene = scene();
    let mut reported = |phase| {
        report(&mut scene, phase);
        scene.text()
    };
    assert!(reported(WritePhase::Sent).contains("stopping…"));
    let lost = Problem::new(ProblemKind::Unreachable, "the connection broke");
    let text = reported(WritePhase::Step { step: None, progress: None, problem: Some(lost) });
    assert!(text.contains("stopping…") && text.contains("the connection broke"), "{text}");
    let refusal = Problem {
        status: Some(409),
        request_id: Some("r1".into()),
        ..Problem::new(ProblemKind::Refused, "busy")
    };
    let text = reported(WritePhase::Ended(WriteEnd::Failed(refusal)));
    assert!(text.contains("Stop web-1 failed after 12s: busy (409), request id r1"), "{text}");
    assert!(!text.contains("stopping…"), "{text}");
}

#[test]
fn an_open_menu_follows_what_is_done_to_its_row() {
    let busy = Availability::No("it is stopping".into());
    let mut scene =
        with_menu(vec![stop(), action(ActionId::INSTANCE_START, Danger::Safe, Availability::Yes)]);
    scene.keys("j");
    for (phase, availability, title) in [
        (WritePhase::Sent, busy, "web-1 in exo-prod, stopping"),
        (WritePhase::Ended(WriteEnd::Done), Availability::Yes, "web-1 in exo-prod, running"),
    ] {
        report(&mut scene, phase);
        assert_eq!(scene.asked(), [Question::ActionsOn(id())]);
        let actions = [ActionId::INSTANCE_STOP, ActionId::INSTANCE_START];
        let actions = actions.map(|id| action(id, Danger::Disruptive, availability.clone())).to_vec();
        scene.effects = scene.ui.update(Event::Answer(scene.ticket(), Answer::ActionsOn(actions)));
        scene.draw();
        let text = scene.text();
        assert!(text.contains(title), "{text}");
        assert_eq!(text.contains("it is stopping"), !availability.is_yes(), "{text}");
    }
    scene.keys("\n");
    let asked = scene.asked();
    let is_start =
        |asked: &Question| matches!(asked, Question::Write(_, action, _) if action.name == "Start");
    assert!(asked.iter().any(is_start), "the cursor stays on its action: {asked:?}");
}
