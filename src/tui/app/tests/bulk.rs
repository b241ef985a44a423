//! One action on several marked rows: what they have in common, the question, the outcome of each.

use std::time::Duration;

use super::Scene;
use super::writes::{A_MOMENT, action, stop, write};
use crate::fleet::{BulkItem, FleetEvent, PreparedBulk, WriteEnd, WriteEvent, WritePhase};
use crate::model::{
    Action, ActionId, Availability, Danger, FormValues, Kind, Lifecycle, Origin, PreparedWrite, Preview,
    Problem, ProblemKind, Target, WriteId,
};
use crate::providers::exoscale;
use crate::tui::effect::{Outside, ScreenEffect, View, Work};
use crate::tui::layer::{Answer, Question, Ticket};
use crate::tui::sample;
use crate::tui::ui::Event;
use crate::tui::writes::BulkMenu;
use crate::tui::writes::form::{FilledForm, FormOpening};

/// Six instances, of which the last two are stopped, all marked.
fn marked(columns: u16, rows: u16) -> Scene {
    marked_of(6, columns, rows)
}

/// So many instances, of which those after the fourth of six are stopped, all marked.
fn marked_of(count: usize, columns: u16, rows: u16) -> Scene {
    let mut store = sample::empty(&[("exo-prod", exoscale::PLATFORM)]);
    let state = |nth| if count == 6 && nth > 4 { Lifecycle::Stopped } else { Lifecycle::Running };
    let instances =
        (1..=count).map(|nth| sample::instance("exo-prod", &format!("web-{nth}"), state(nth))).collect();
    sample::list(&mut store, "exo-prod", Kind::Instance, instances);
    let mut scene = Scene::new(store, columns, rows);
    scene.keys(&" ".repeat(count));
    assert_eq!(scene.ui.app.pane().marks.len(), count);
    scene
}

fn stop_of(lifecycle: Lifecycle) -> Action {
    let availability = Availability::when(lifecycle == Lifecycle::Running, "it is already stopped");
    action(ActionId::INSTANCE_STOP, Danger::Disruptive, availability)
}

/// The menu of what the marked rows have in common.
fn menu(mut scene: Scene) -> Scene {
    scene.keys("x");
    let [Outside::Work(Work::OpenBulkActions(ids, None))] = &*scene.effects else {
        panic!("{:?}", scene.effects);
    };
    assert_eq!(ids.len(), scene.ui.app.pane().marks.len());
    let ids = ids.clone();
    let rows: Vec<_> = ids
        .iter()
        .map(|id| scene.ui.app.store.get(id).unwrap().clone())
        .map(|row| {
            let lifecycle = row.state().unwrap().lifecycle;
            let alone = Action { in_bulk: false, ..delete() };
            (row, vec![alone, stop_of(lifecycle)])
        })
        .collect();
    let hidden = ids.iter().filter(|id| scene.ui.app.pane().hides_marked(id)).count();
    let menu = BulkMenu::layer(&rows, hidden, None).unwrap();
    scene.effects = scene.ui.update(Event::Opened(Box::new(menu), View::BulkActions(ids)));
    scene.draw();
    scene
}

fn delete() -> Action {
    let base = action(ActionId::INSTANCE_STOP, Danger::Destructive, Availability::Yes);
    Action { id: ActionId::INSTANCE_DELETE, name: "Delete", key: 'd', progress: "deleting", ..base }
}

/// The targets of a scene in the order of their names.
fn targets(scene: &Scene) -> Vec<Target> {
    scene.ui.app.pane().shown().iter().map(|row| Target::of(row)).collect()
}

fn prepared(scene: &Scene, targets: &[Target], action: &Action) -> PreparedBulk {
    let one = |target: &Target| {
        let running = target.state.as_ref().is_some_and(|state| state.lifecycle == Lifecycle::Running);
        let refusal = || Problem::new(ProblemKind::Refused, "it is already stopped");
        let base = write(scene, action.clone());
        let item = PreparedWrite {
            id: WriteId::new(format!("w-{}", target.name)),
            target: target.clone(),
            values: FormValues::new(),
            preview: Preview { summary: format!("Stop {}.", target.name), ..base.preview },
            origin: Origin::Screen,
            ..base
        };
        BulkItem { target: target.clone(), prepared: running.then_some(item).ok_or_else(refusal) }
    };
    PreparedBulk { action: action.clone(), items: targets.iter().map(one).collect() }
}

/// The question about stopping all of them.
fn asked(scene: Scene) -> Scene {
    let mut scene = menu(scene);
    scene.keys("t");
    answer_with_writes(&mut scene, &stop());
    scene
}

fn answer_with_writes(scene: &mut Scene, action: &Action) {
    let asked = scene.effects.iter().find_map(|effect| match effect {
        Outside::Work(Work::Ask(ticket, Question::WriteAll(form))) => Some((*ticket, form.targets.clone())),
        _ => None,
    });
    let (ticket, targets) = asked.expect("the writes are asked for");
    let bulk = prepared(scene, &targets, action);
    scene.effects = scene.ui.update(Event::Answer(ticket, Answer::PreparedAll(Box::new(bulk))));
    scene.draw();
    scene.later(A_MOMENT);
}

/// The ticket under which a bulk was sent.
fn sent(scene: &Scene) -> Option<(Ticket, usize)> {
    scene.effects.iter().find_map(|effect| match effect {
        Outside::Work(Work::SendAll(ticket, bulk)) => Some((*ticket, bulk.writes().count())),
        _ => None,
    })
}

fn news(scene: &mut Scene, name: &str, phase: WritePhase) {
    let target = targets(scene).into_iter().find(|target| &*target.name == name).unwrap();
    let event = WriteEvent {
        id: WriteId::new(format!("w-{name}")),
        action: stop(),
        target,
        makes: None,
        elapsed: Duration::from_secs(3),
        phase,
    };
    scene.effects = scene.ui.update(Event::Fleet(Box::new(FleetEvent::Write(Box::new(event)))));
    scene.draw();
}

fn refusal() -> WriteEnd {
    let problem = Problem::new(ProblemKind::Refused, "the instance is locked");
    WriteEnd::Refused(Problem { status: Some(409), ..problem })
}

#[test]
fn marked_rows_offer_what_they_have_in_common_with_how_many_it_fits() {
    let scene = menu(marked(120, 36));
    let text = scene.text();
    assert!(text.contains("4 of 6 fit; 2: it is already stopped"), "{text}");
    assert!(!text.contains("Delete"), "it is not for several at once: {text}");
    insta::assert_snapshot!("bulk_menu", text);
}

#[test]
fn the_question_lists_every_target_those_that_are_hidden_and_those_that_are_skipped() {
    let mut scene = marked(120, 36);
    scene.keys("/web-1\n");
    let scene = asked(scene);
    let text = scene.text();
    for part in ["stop 4 instances", "3 of them not shown in the table", "2 skipped: it is already stopped"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    insta::assert_snapshot!("bulk_question", text);
    insta::assert_snapshot!("bulk_question_small", asked(marked(60, 15)).text());
}

#[test]
fn every_verb_for_several_rows_acts_on_all_marks_and_counts_those_that_are_not_shown() {
    let mut scene = marked(60, 15);
    scene.keys("/web-1\n");
    assert!(scene.text().contains("6 marked ─ /web-1"), "{}", scene.text());
    let all: Vec<_> = scene.ui.app.targets().ids();
    assert_eq!(all.len(), 6);
    scene.keys("c");
    let [Outside::Work(Work::Copy(names, what))] = &*scene.effects else { panic!("{:?}", scene.effects) };
    assert_eq!((names.lines().count(), &**what), (6, "6 names (6 marked, 5 not shown)"));
    scene.keys("a");
    assert_eq!(scene.effects, [Work::OpenConsoles(View::Consoles(all.clone()))]);
    assert!(scene.text().contains("6 marked, 5 not shown"), "{}", scene.text());
    let text = menu(scene).text();
    assert!(text.contains("6 marked, 5 not shown, in exo-prod"), "{text}");
}

#[test]
fn one_mark_that_is_not_shown_is_what_every_verb_acts_on() {
    let mut scene = marked_of(1, 120, 36);
    let web = sample::instance("exo-prod", "api-1", Lifecycle::Running);
    scene.ui.update(Event::Fleet(Box::new(FleetEvent::Upsert(Box::new(web)))));
    scene.keys("/api\n");
    assert_eq!(scene.selected(), "api-1");
    let hidden = sample::id("exo-prod", Kind::Instance, "i-web-1");
    scene.keys("c");
    assert_eq!(scene.effects, [Work::Copy("web-1".to_owned(), "name (1 marked, 1 not shown)".to_owned())]);
    scene.keys("D");
    assert_eq!(scene.effects, [Work::OpenBulkActions(vec![hidden.clone()], Some(ActionId::INSTANCE_DELETE))]);
    scene.keys("a");
    assert_eq!(scene.effects, [Work::OpenConsoles(View::Console(hidden))]);
    let target = scene.ui.app.targets().rows.first().map(|row| Target::of(row)).unwrap();
    let form = FormOpening::new(&target, &delete());
    scene.effects = scene.ui.settle(vec![ScreenEffect::Form(Box::new(form)).into()]);
    scene.draw();
    assert!(scene.text().contains("Delete: web-1 in exo-prod (1 marked, not shown)"), "{}", scene.text());
    let write = PreparedWrite { target, ..write(&scene, delete()) };
    scene.effects = scene.ui.settle(vec![ScreenEffect::Confirm(Box::new(write)).into()]);
    scene.draw();
    assert!(scene.text().contains("1 marked, not shown in the table"), "{}", scene.text());
}

#[test]
fn many_targets_are_listed_in_columns() {
    let text = asked(marked_of(20, 120, 36)).text();
    let row = text.lines().find(|line| line.contains("web-1  ") && line.contains("running")).expect("a row");
    let listed = text.lines().filter(|line| line.matches(" running").count() > 2).count();
    assert!(listed >= 3, "{row}: {text}");
    for nth in 1..=20 {
        assert!(text.contains(&format!("web-{nth} ")), "{nth}: {text}");
    }
}

#[test]
fn a_bulk_is_one_level_more_dangerous_and_is_sent_once() {
    let mut scene = asked(marked(120, 36));
    for keys in ["y", "\n"] {
        let mut scene = asked(marked(120, 36));
        scene.keys(keys);
        assert_eq!(sent(&scene), None, "{keys}");
    }
    scene.keys("t");
    assert_eq!(sent(&scene).map(|(_, count)| count), Some(4));
    scene.later(A_MOMENT);
    scene.keys("t");
    assert_eq!(sent(&scene), None);
}

#[test]
fn destroying_several_takes_their_count_and_context() {
    let mut scene = marked(120, 36);
    let form = FilledForm { targets: targets(&scene), action: delete(), values: FormValues::new() };
    scene.effects = scene.ui.settle(vec![ScreenEffect::ConfirmAll(Box::new(form)).into()]);
    answer_with_writes(&mut scene, &delete());
    assert!(scene.text().contains("type 4 exo-prod, then d"), "{}", scene.text());
    scene.keys("d");
    assert_eq!(sent(&scene), None);
    for _ in 0..10 {
        scene.press(crossterm::event::KeyCode::Backspace, crossterm::event::KeyModifiers::NONE);
    }
    scene.keys("4 exo-prod");
    scene.later(A_MOMENT);
    scene.keys("d");
    assert_eq!(sent(&scene).map(|(_, count)| count), Some(4));
}

#[test]
fn each_outcome_is_shown_and_what_failed_stays_marked_and_can_be_tried_again() {
    let mut scene = asked(marked(120, 36));
    scene.keys("t");
    let (ticket, _) = sent(&scene).expect("it is sent");
    for name in ["web-1", "web-2", "web-3"] {
        news(&mut scene, name, WritePhase::Sent);
    }
    news(&mut scene, "web-1", WritePhase::Ended(WriteEnd::Done));
    news(&mut scene, "web-2", WritePhase::Ended(refusal()));
    insta::assert_snapshot!("bulk_running", scene.text());
    scene.keys("\x1b");
    assert_eq!(scene.effects, [Work::StopAll(ticket)]);
    assert!(scene.has_menu(), "it shows what is on its way");
    let unsent = Problem::new(ProblemKind::Local, "stopped before it was sent");
    news(&mut scene, "web-4", WritePhase::Ended(WriteEnd::Unsent(unsent)));
    news(&mut scene, "web-3", WritePhase::Ended(WriteEnd::Done));
    assert!(scene.text().contains("2 done, 1 failed, 1 unsent"), "{}", scene.text());
    let marks = &scene.ui.app.pane().marks;
    let is_marked =
        |name: &str| marks.contains(&sample::id("exo-prod", Kind::Instance, &format!("i-{name}")));
    assert!(!is_marked("web-1") && !is_marked("web-3") && is_marked("web-2") && is_marked("web-4"));
    scene.later(A_MOMENT);
    scene.keys("r");
    let [Outside::Work(Work::Ask(_, Question::WriteAll(form)))] = &*scene.effects else {
        panic!("{:?}", scene.effects);
    };
    let again: Vec<_> = form.targets.iter().map(|target| &*target.name).collect();
    assert_eq!(again, ["web-2", "web-4"]);
}

#[test]
fn a_bulk_goes_on_when_its_box_is_closed_and_its_end_is_reported() {
    let mut scene = asked(marked(120, 36));
    scene.keys("t");
    scene.keys("q");
    assert!(!scene.has_menu());
    for name in ["web-1", "web-2", "web-3"] {
        news(&mut scene, name, WritePhase::Ended(WriteEnd::Done));
    }
    news(&mut scene, "web-4", WritePhase::Ended(refusal()));
    assert!(scene.text().contains("Stop: 3 done, 1 failed"), "{}", scene.text());
}

#[test]
fn the_consoles_of_marked_rows_are_attached_together_up_to_a_bound() {
    let mut scene = marked(120, 36);
    scene.keys("a");
    let all: Vec<_> = targets(&scene).into_iter().map(|target| target.id).collect();
    assert_eq!(scene.effects, [Work::OpenConsoles(View::Consoles(all))]);

    let mut scene = marked_of(12, 120, 36);
    scene.keys("a");
    let [Outside::Work(Work::OpenConsoles(View::Consoles(ids)))] = &*scene.effects else {
        panic!("{:?}", scene.effects);
    };
    assert_eq!(ids.len(), 9);
    assert!(scene.text().contains("opened the first 9 of 12"), "{}", scene.text());
}
