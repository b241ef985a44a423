//! From the form to the write, and what comes back from it.

use super::*;
use crate::fleet::WriteEnd;
use crate::model::{Expected, Method, Origin, PreparedRequest, PreparedWrite, Preview};
use crate::tui::effect::{ScreenEffect, View};
use crate::tui::writes::ActionMenu;

fn small() -> Form {
    let name = form().fields[0].clone();
    let disk = form().fields[3].clone();
    Form { fields: vec![name, disk] }
}

fn filled() -> (Scene, Ticket) {
    let mut scene = with_form(small(), 120, 36);
    scene.keys("web-9");
    control(&mut scene, 's');
    let (ticket, _) = write_asked(&scene).expect("the write");
    (scene, ticket)
}

fn prepared(values: FormValues, now: crate::model::Timestamp) -> PreparedWrite {
    let request = PreparedRequest::new(Method::Post, "https://api.example/v2/instance");
    PreparedWrite {
        id: WriteId::new("w1"),
        action: create(),
        target: target(),
        values,
        preview: Preview::new("Create instance web-9.", vec![request], Expected::Exists),
        danger: Danger::Disruptive,
        origin: Origin::Screen,
        prepared: now,
    }
}

/// The confirmation lies over the form.
fn confirming() -> Scene {
    let (mut scene, ticket) = filled();
    let values =
        FormValues::new().with("name", FieldValue::text("web-9")).with("disk-size", FieldValue::text("50"));
    let write = prepared(values, scene.ui.app.now);
    give(&mut scene, ticket, Answer::Prepared(Box::new(Ok(write))));
    assert!(scene.has_menu(), "{}", scene.text());
    scene
}

fn news(scene: &mut Scene, phase: WritePhase) {
    let event = WriteEvent {
        id: WriteId::new("w1"),
        action: create(),
        target: target(),
        makes: None,
        elapsed: std::time::Duration::from_secs(1),
        phase,
    };
    scene.effects = scene.ui.update(Event::Fleet(Box::new(FleetEvent::Write(Box::new(event)))));
    scene.draw();
}

fn sends(scene: &Scene) -> bool {
    scene.effects.iter().any(|effect| matches!(effect, Outside::Work(Work::Send(_))))
}

fn is_open(scene: &Scene) -> bool {
    scene.ui.layers.top_as::<FormLayer>().is_some()
}

fn confirm(scene: &mut Scene) {
    scene.later(std::time::Duration::from_millis(400));
    scene.keys("y");
    assert!(sends(scene), "{:?}", scene.effects);
    news(scene, WritePhase::Sent);
}

#[test]
fn an_action_with_a_form_opens_it_in_the_place_of_the_menu() {
    let mut scene = empty_scene(120, 36);
    let id = sample::id("exo-prod", Kind::Instance, "i-web-1");
    scene.keys("x");
    let row = scene.ui.app.store.get(&id).unwrap().clone();
    let menu = Box::new(ActionMenu::layer(&row, vec![create()], None, false));
    scene.effects = scene.ui.update(Event::Opened(menu, View::Actions(id)));
    scene.keys("n");
    assert_eq!(
        scene.asked(),
        [Question::Form(vec![Target::of(&row)], ActionId::INSTANCE_CREATE, FormValues::new())]
    );
    assert!(is_open(&scene) && scene.text().contains("Create: web-1 in exo-prod"), "{}", scene.text());
    scene.keys("\x1b");
    assert!(!is_open(&scene) && !scene.has_menu(), "{}", scene.text());
}

#[test]
fn enter_never_sends_and_declining_leaves_the_form_as_it_was() {
    let mut scene = with_form(small(), 120, 36);
    scene.keys("web-9\n\n\n");
    let (ticket, values) = write_asked(&scene).expect("the button asks for the write");
    assert_eq!(values.text("disk-size"), Some("50"));
    let write = prepared(values, scene.ui.app.now);
    give(&mut scene, ticket, Answer::Prepared(Box::new(Ok(write))));
    scene.later(std::time::Duration::from_secs(1));
    scene.keys("\n");
    assert!(!sends(&scene), "{:?}", scene.effects);
    assert!(is_open(&scene), "Enter on No closes the question:\n{}", scene.text());
    assert!(lines_of(&scene, "Name").0.contains("web-9"), "{}", scene.text());
    control(&mut scene, 's');
    assert!(write_asked(&scene).is_some(), "and it can be asked again");
}

#[test]
fn a_preview_that_is_refused_marks_its_fields() {
    let (mut scene, ticket) = filled();
    let problem = Problem::new(ProblemKind::Refused, "disk-size: must be at least 60 GiB for this template");
    give(&mut scene, ticket, Answer::Prepared(Box::new(Err(problem))));
    assert!(scene.text().contains("✗ must be at least 60 GiB for this template"), "{}", scene.text());
    assert_eq!(layer(&scene).focused_name(), Some("disk-size"));
    scene.keys("0");
    assert!(!scene.text().contains("must be at least 60"), "a change takes the mark away:\n{}", scene.text());
}

#[test]
fn a_refusal_of_the_platform_comes_back_into_the_form() {
    let mut scene = confirming();
    confirm(&mut scene);
    assert!(is_open(&scene) && scene.text().contains("sent, waiting for the answer"), "{}", scene.text());
    let refusal = Problem {
        status: Some(400),
        request_id: Some("r-7".into()),
        ..Problem::new(ProblemKind::Refused, "Invalid disk_size: 50")
    };
    news(&mut scene, WritePhase::Ended(WriteEnd::Refused(refusal)));
    let text = scene.text();
    assert!(is_open(&scene) && text.contains("✗ Invalid disk_size: 50"), "{text}");
    assert!(text.contains("r-7") && lines_of(&scene, "Name").0.contains("web-9"), "{text}");
    assert_eq!(layer(&scene).focused_name(), Some("disk-size"));
    let other = Problem::new(ProblemKind::Refused, "the quota is used up");
    control(&mut scene, 's');
    let (ticket, values) = write_asked(&scene).expect("it can be sent again");
    let write = prepared(values, scene.ui.app.now);
    give(&mut scene, ticket, Answer::Prepared(Box::new(Ok(write))));
    confirm(&mut scene);
    news(&mut scene, WritePhase::Ended(WriteEnd::Refused(other)));
    assert!(scene.text().contains("✗ the quota is used up"), "{}", scene.text());
}

#[test]
fn what_was_taken_on_closes_the_form_drops_its_draft_and_is_where_the_next_begins() {
    let mut scene = confirming();
    assert!(toml::to_string(&scene.ui.app.forms).unwrap().contains("web-9"));
    confirm(&mut scene);
    news(&mut scene, WritePhase::Accepted(None));
    assert!(!is_open(&scene) && !scene.has_menu(), "{}", scene.text());
    let kept = toml::to_string(&scene.ui.app.forms).unwrap();
    assert!(!kept.contains("web-9") && kept.contains("disk-size"), "{kept}");
    open(&mut scene);
    let ticket = scene.ticket();
    let mut form = small();
    form.fields[1].default = Some(FieldValue::text("10"));
    give_form(&mut scene, ticket, form);
    assert!(lines_of(&scene, "Disk").0.contains("50 GiB"), "the last value:\n{}", scene.text());
    assert!(lines_of(&scene, "Name").0.contains("(empty)"), "but no name twice:\n{}", scene.text());
    scene.keys("\x1b");
    assert!(!scene.text().contains("kept as a draft"), "{}", scene.text());
}

#[test]
fn a_form_that_was_closed_while_it_was_sent_is_kept_until_it_is_taken_on() {
    let mut scene = confirming();
    confirm(&mut scene);
    scene.keys("\x1b");
    assert!(!is_open(&scene));
    news(&mut scene, WritePhase::Ended(WriteEnd::Refused(Problem::new(ProblemKind::Refused, "no"))));
    open(&mut scene);
    let ticket = scene.ticket();
    give_form(&mut scene, ticket, small());
    assert!(lines_of(&scene, "Name").0.contains("web-9"), "{}", scene.text());
}

#[test]
fn preparing_can_be_cancelled_and_a_form_that_cannot_be_loaded_says_why() {
    let (mut scene, ticket) = filled();
    assert!(scene.text().contains("preparing the request"), "{}", scene.text());
    scene.keys("zzz");
    scene.keys("\x1b");
    assert_eq!(scene.effects, [Work::Cancel(ticket)]);
    assert!(is_open(&scene) && lines_of(&scene, "Name").0.contains("web-9 "), "{}", scene.text());
    let mut scene = empty_scene(120, 36);
    open(&mut scene);
    let ticket = scene.ticket();
    let problem = Problem::new(ProblemKind::Unreachable, "no answer from api.example");
    give(&mut scene, ticket, Answer::Form(Box::new(Err(problem))));
    assert!(scene.text().contains("could not load the form: no answer from api.example"), "{}", scene.text());
    scene.keys("\x1b");
    assert!(!is_open(&scene));
}

#[test]
fn several_targets_show_what_differs_and_go_on_together() {
    let mut scene = empty_scene(120, 36);
    let targets: Vec<Target> = ["web-1", "web-2", "web-3"]
        .map(|name| Target::of(&sample::instance("exo-prod", name, Lifecycle::Running)))
        .to_vec();
    let opening = FormOpening { targets: targets.clone(), action: create() };
    scene.effects = scene.ui.update(Event::Tick);
    scene.ui.app.open_layer(FormLayer::new(
        opening,
        crate::tui::writes::form::Beginning::default(),
        sample::now(),
    ));
    scene.effects = scene.ui.update(Event::Tick);
    let ticket = scene.ticket();
    let with_disk = |size: &str| {
        let mut form = small();
        form.fields[0].default = Some(FieldValue::text("same"));
        form.fields[1].default = Some(FieldValue::text(size));
        form
    };
    let common = CommonForm::of(vec![with_disk("50"), with_disk("60"), with_disk("50")]);
    assert_eq!(common.mixed, ["disk-size"]);
    give(&mut scene, ticket, Answer::Form(Box::new(Ok(common))));
    assert!(scene.text().contains("Create: 3 instances in exo-prod"), "{}", scene.text());
    assert!(lines_of(&scene, "Disk").0.contains("(mixed)"), "{}", scene.text());
    press(&mut scene, KeyCode::Tab);
    assert!(scene.text().contains("Each keeps its own value"), "{}", scene.text());
    let layer_effects = |scene: &mut Scene| {
        let mut layer = FormLayer::new(
            FormOpening { targets: targets.clone(), action: create() },
            crate::tui::writes::form::Beginning::default(),
            sample::now(),
        );
        let mut effects = crate::tui::layer::Layer::open(&mut layer);
        let Some(crate::tui::Effect::Work(Work::Ask(ticket, _))) = effects.pop() else {
            panic!("{effects:?}")
        };
        let common = CommonForm::of(vec![with_disk("50"), with_disk("60")]);
        crate::tui::layer::Layer::answer(&mut layer, ticket, Answer::Form(Box::new(Ok(common))));
        let submit = crate::tui::Command::Submit;
        crate::tui::layer::Layer::perform(&mut layer, submit, None, &mut scene.ui.app).effects()
    };
    let effects = layer_effects(&mut scene);
    let [crate::tui::Effect::Screen(ScreenEffect::ConfirmAll(filled))] = &*effects else {
        panic!("{effects:?}")
    };
    assert_eq!(filled.targets, targets);
    assert_eq!((filled.values.text("name"), filled.values.get("disk-size")), (Some("same"), None));
}
