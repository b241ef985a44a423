//! Rows: order, filter, cursor, marks, large tables.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers};

use super::Scene;
use crate::fleet::{FleetEvent, Health, ListEvent, page_rows};
use crate::model::{Kind, Lifecycle, Problem, ProblemKind, ReachedBound, Resource};
use crate::providers::{cycle, exoscale};
use crate::tui::effect::{Outside, View, Work};
use crate::tui::layer::Watched;
use crate::tui::sample;
use crate::tui::ui::Event;

fn scene() -> Scene {
    Scene::new(sample::fleet(), 120, 36)
}

#[test]
fn names_are_in_the_order_people_count_in() {
    let scene = scene();
    let shown = scene.shown();
    let web: Vec<_> = shown.iter().filter(|name| name.starts_with("web")).collect();
    assert_eq!(*web[1], "web-2");
    assert_eq!(*web[11], "web-12");
}

#[test]
fn sorting_by_state_shows_what_needs_attention_first_and_again_reverses() {
    let mut scene = scene();
    scene.keys("S");
    assert_eq!(scene.shown()[0], "train-0");
    scene.keys("S");
    assert_eq!(scene.shown().last(), Some(&"train-0"));
}

#[test]
fn the_cursor_follows_the_resource() {
    let mut scene = scene();
    scene.keys("/web-7\n");
    assert_eq!(scene.selected(), "web-7");
    scene.keys("j");
    scene.keys("\x1b");
    assert_eq!(scene.selected(), "web-7", "the filter went, the cursor stays");
    scene.keys("S");
    assert_eq!(scene.selected(), "web-7", "sorted otherwise");
    let new = sample::instance("cycle-prod", "a-new-one", Lifecycle::Failed);
    scene.ui.update(Event::Fleet(Box::new(FleetEvent::Upsert(Box::new(new)))));
    scene.draw();
    assert_eq!(scene.selected(), "web-7", "one came before it");
    let id = scene.ui.app.pane().selected().unwrap().id().clone();
    scene.ui.update(Event::Fleet(Box::new(FleetEvent::Gone(id))));
    scene.draw();
    assert_ne!(scene.selected(), "", "its neighbour, when it is gone");
}

#[test]
fn a_filter_by_age_follows_the_clock_where_no_row_changes() {
    let mut scene = scene();
    let mut new = sample::instance("cycle-prod", "a-new-one", Lifecycle::Running);
    let Resource::Instance(instance) = &mut new else { panic!("{new:?}") };
    instance.created = Some(scene.ui.app.now.before(Duration::from_secs(9 * 60)));
    scene.ui.update(Event::Fleet(Box::new(FleetEvent::Upsert(Box::new(new)))));
    scene.keys("/age:<10m\n");
    assert_eq!(scene.shown(), ["a-new-one"]);
    scene.later(Duration::from_secs(61));
    scene.draw();
    assert_eq!(scene.shown(), [""; 0], "it is ten minutes old by now");
}

#[test]
fn a_filter_that_hides_the_selected_row_selects_the_first_and_one_that_is_left_goes_back() {
    let mut scene = scene();
    scene.keys("gjjjj");
    let before = scene.selected().to_owned();
    assert!(!before.contains("web-1"));
    scene.keys("/web-1");
    assert_eq!((scene.ui.app.pane().cursor(), scene.selected()), (0, scene.shown()[0]));
    scene.keys("\x1b");
    assert_eq!(scene.selected(), before, "nothing was chosen with it");
}

#[test]
fn until_moved_the_cursor_stays_on_the_first_row() {
    let mut scene = scene();
    let new = sample::instance("cycle-prod", "a-new-one", Lifecycle::Running);
    scene.ui.update(Event::Fleet(Box::new(FleetEvent::Upsert(Box::new(new)))));
    scene.draw();
    assert_eq!(scene.selected(), "a-new-one");
}

#[test]
fn a_filter_that_cannot_be_read_leaves_the_rows_and_esc_brings_the_old_one_back() {
    let mut scene = scene();
    scene.keys("/web-1\n");
    let before = scene.shown().len();
    scene.keys("/");
    scene.press(KeyCode::Right, KeyModifiers::NONE);
    scene.keys(" \"");
    assert_eq!(scene.shown().len(), before);
    scene.keys("\n");
    assert!(scene.is_filtering(), "it is not accepted");
    scene.keys("\x1b");
    assert_eq!(scene.ui.app.pane().filter_text, "web-1");
}

#[test]
fn keys_that_come_before_the_next_frame_act_on_what_was_typed() {
    let mut scene = scene();
    for letter in "/name:web-9".chars() {
        scene.press_unseen(KeyCode::Char(letter));
    }
    scene.press_unseen(KeyCode::Enter);
    scene.press_unseen(KeyCode::Char('c'));
    assert_eq!(scene.effects, [Work::Copy("web-9".to_owned(), "name".to_owned())]);
}

#[test]
fn marks_make_verbs_plural() {
    let mut scene = scene();
    scene.keys("/web\n  ");
    scene.press(KeyCode::Char(' '), KeyModifiers::CONTROL);
    assert_eq!(scene.ui.app.pane().marks.len(), 3);
    scene.keys("c");
    assert_eq!(scene.effects, [Work::Copy("web-1\nweb-2\nweb-3".to_owned(), "3 names".to_owned())]);
    scene.keys("l");
    assert!(
        matches!(scene.ui.layers.front().unwrap(), View::Logs(ids) if ids.len() == 3),
        "the logs of all three"
    );
}

#[test]
fn what_is_copied_is_what_is_shown() {
    let mut scene = scene();
    let odd = "nl\nhere-\u{202e}gnp.exe\u{202c}-zero\u{200b}width\u{200d}-\u{1b}[31mred";
    let row = sample::instance("cycle-prod", odd, Lifecycle::Running);
    scene.ui.update(Event::Fleet(Box::new(FleetEvent::Upsert(Box::new(row)))));
    scene.draw();
    scene.keys("/gnp\n");
    let shown = "nlhere-gnp.exe-zerowidth-[31mred";
    assert!(scene.text().contains(&format!(" {shown} ")), "{}", scene.text());
    scene.keys("c");
    assert_eq!(scene.effects, [Work::Copy(shown.to_owned(), "name".to_owned())]);
    scene.keys("CG\n");
    let [.., Outside::Work(Work::Copy(text, what))] = &scene.effects[..] else {
        panic!("{:?}", scene.effects)
    };
    assert_eq!(what, "row");
    assert!(text.starts_with(shown) && !text.contains(char::is_control), "{text:?}");
}

#[test]
fn logs_of_a_container_without_its_own_are_those_of_its_instances() {
    let mut scene = scene();
    scene.keys("2");
    scene.later(std::time::Duration::from_secs(1));
    scene.keys("/web\nl");
    assert!(matches!(scene.ui.layers.front().unwrap(), View::Logs(ids) if ids.len() == 12));
}

#[test]
fn csv_holds_what_is_shown_and_no_formula() {
    let mut scene = scene();
    let evil = sample::instance("cycle-prod", "=web,\"x\"", Lifecycle::Running);
    scene.ui.update(Event::Fleet(Box::new(FleetEvent::Upsert(Box::new(evil)))));
    scene.draw();
    scene.keys("/name:web,old\n");
    scene.press(KeyCode::Char('s'), KeyModifiers::CONTROL);
    let [Outside::Work(Work::Save(name, bytes))] = &scene.effects[..] else { panic!("{:?}", scene.effects) };
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert_eq!(name, "instances.csv");
    assert_eq!(text.lines().count(), 15);
    assert!(text.starts_with("name,context,state,"), "{text}");
    assert!(text.contains("\"'=web,\"\"x\"\"\""), "{text}");
}

#[test]
fn a_context_that_stopped_answering_shows_its_age_and_greys_its_rows() {
    let mut scene = scene();
    let since = sample::now();
    scene.later(std::time::Duration::from_secs(45));
    let silent = |since| {
        let traffic = crate::fleet::Traffic::default();
        let health = Health::Silent { since };
        FleetEvent::Context(sample::context("cycle-prod"), health, crate::fleet::Auth::Good, traffic)
    };
    scene.ui.update(Event::Fleet(Box::new(silent(since))));
    scene.draw();
    let text = scene.text();
    assert!(text.lines().next().unwrap_or_default().contains("45s old"), "in the header: {text}");
    assert!(text.contains("cycle-prod 45s old"), "in the table's border: {text}");
}

#[test]
fn rows_that_could_not_be_read_are_in_the_border_and_in_the_list_of_contexts() {
    let mut scene = scene();
    let (name, kind) = (sample::context("cycle-prod"), crate::model::Kind::Instance);
    let unreadable = crate::model::Unreadable { rows: 7, of: 9, why: Some("no id".into()) };
    for event in [
        FleetEvent::ListStarted(name.clone(), kind),
        FleetEvent::List(name.clone(), kind, crate::fleet::ListEvent::Unreadable(unreadable)),
        FleetEvent::List(
            name,
            kind,
            crate::fleet::ListEvent::Failed(Problem::new(ProblemKind::Server, "broke")),
        ),
    ] {
        scene.ui.update(Event::Fleet(Box::new(event)));
    }
    scene.draw();
    assert!(scene.text().contains("7 of 9 rows could not be read: no id"), "{}", scene.text());
    scene.keys("@");
    assert!(scene.text().contains("instances: 7 of 9 rows could not be read: no id"), "{}", scene.text());
}

#[test]
fn a_context_that_is_down_says_why_and_its_rows_are_old() {
    let mut scene = scene();
    let problem = Problem::new(ProblemKind::Unreachable, "no route to host");
    let health = Health::Retrying { problem, attempt: 3 };
    scene.later(std::time::Duration::from_secs(75));
    let traffic = crate::fleet::Traffic::default();
    let auth = crate::fleet::Auth::Good;
    let event = FleetEvent::Context(sample::context("cycle-prod"), health, auth, traffic);
    scene.ui.update(Event::Fleet(Box::new(event)));
    scene.draw();
    let text = scene.text();
    assert!(text.contains("cycle-prod 1m old"), "{text}");
    assert!(text.contains("retry 3"), "{text}");
    scene.keys("@");
    assert!(scene.text().contains("no route to host"), "{}", scene.text());
}

#[test]
fn an_empty_table_says_why() {
    for (filter, words) in [("/nothing-like-it\n", "none of 15 instances matches nothing-like-it"), ("@", "")]
    {
        let mut scene = scene();
        scene.keys(filter);
        assert!(scene.text().contains(words), "{}", scene.text());
    }
    let mut healthy = sample::empty(&[("one", cycle::PLATFORM)]);
    sample::list(&mut healthy, "one", Kind::Instance, Vec::new());
    let scene = Scene::new(healthy, 120, 20);
    assert!(scene.text().contains("there are no instances"), "{}", scene.text());
}

#[test]
fn a_hidden_context_takes_its_rows_away() {
    let mut scene = scene();
    scene.keys("@\n\x1b");
    assert!(scene.shown().is_empty());
    assert!(scene.text().contains("hidden contexts"), "{}", scene.text());
}

#[test]
fn a_large_table_is_arranged_elsewhere_and_paints_meanwhile() {
    let mut store = sample::empty(&[("cycle-prod", cycle::PLATFORM)]);
    let rows =
        (0..5000).map(|n| sample::instance("cycle-prod", &format!("web-{n}"), Lifecycle::Running)).collect();
    sample::list(&mut store, "cycle-prod", Kind::Instance, rows);
    let mut scene = Scene::new(store, 120, 36);
    assert_eq!(scene.shown().len(), 5000);
    scene.ui.app.pane_mut().set_filter("web-49", &sample::fleet());
    let first = scene.ui.arrange().expect("a job");
    scene.ui.app.pane_mut().set_filter("web-499", &sample::fleet());
    let second = scene.ui.arrange().expect("another");
    assert!(first.run().is_none(), "superseded");
    assert_eq!(scene.shown().len(), 5000, "what was there stays until the result comes");
    let arranged = second.run().unwrap();
    scene.ui.update(Event::Arranged(Box::new(arranged)));
    assert!(scene.shown().len() < 100 && scene.shown().contains(&"web-499"), "{:?}", scene.shown());
}

#[test]
fn only_what_is_looked_at_is_sampled() {
    let mut ui = crate::tui::ui::Ui::new(sample::fleet(), crate::tui::Options::default(), sample::now());
    let mut buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 80, 12));
    ui.arrange();
    let area = buffer.area;
    crate::tui::draw::frame(&mut ui, area, &mut buffer);
    let Some(Work::Watch(Watched { visible, focus: Some(focus) })) = ui.drawn() else {
        panic!("nothing to watch")
    };
    assert_eq!(visible.len(), ui.app.pane().page);
    assert_eq!(visible[0], focus);
    assert_eq!(ui.drawn(), None, "the same is not asked twice");
}

#[test]
fn a_term_without_its_value_yet_leaves_the_terms_before_it() {
    let mut scene = scene();
    scene.keys("/web state");
    assert_eq!(scene.shown().len(), 0, "a word that is nowhere");
    scene.keys(":");
    assert_eq!(scene.shown().len(), 12);
    assert!(scene.ui.app.pane().filter_error().is_some(), "and says what is missing");
    scene.keys("x");
    assert_eq!(scene.shown().len(), 0);
}

#[test]
fn after_a_filter_n_goes_from_match_to_match_among_all_rows() {
    let mut scene = scene();
    scene.keys("/web-1\n\x1b");
    assert!(scene.shown().len() > 4 && scene.text().contains("n next match"), "{}", scene.text());
    assert_eq!(scene.selected(), "web-1", "the match that was under the cursor");
    scene.keys("nn");
    assert_eq!(scene.selected(), "web-11");
    scene.keys("N");
    assert_eq!(scene.selected(), "web-10");
    scene.keys("nnn");
    assert_eq!(scene.selected(), "web-1", "round the end");
    // Esc forgets it, and N sorts again.
    scene.keys("\x1bN");
    assert!(scene.ui.app.pane().sort.reverse);
}

#[test]
fn the_row_under_the_cursor_of_a_filter_stays_under_it_when_the_filter_is_removed() {
    let mut scene = scene();
    let first = scene.selected().to_owned();
    scene.keys("/web-11");
    assert_eq!(scene.selected(), "web-11");
    scene.keys("\x1b");
    assert_eq!(scene.selected(), first, "given up while it was typed");
    scene.keys("/web-11\n\x1b");
    assert_eq!(scene.selected(), "web-11");
    scene.keys("/web-10\n\x1b");
    assert_eq!(scene.selected(), "web-10", "also where another row was chosen before");
    scene.keys("/no such row\n\x1b");
    assert_eq!(scene.selected(), "web-10", "what shows no row chooses none");
}

#[test]
fn what_a_platform_does_not_list_is_said_in_the_border() {
    let mut store = sample::empty(&[("one", cycle::PLATFORM), ("other", exoscale::PLATFORM)]);
    let row = sample::container("one", "web", Lifecycle::Running);
    sample::list(&mut store, "one", Kind::Container, vec![row]);
    let instance = sample::instance("other", "db-1", Lifecycle::Running);
    sample::list(&mut store, "other", Kind::Instance, vec![instance]);
    let mut scene = Scene::new(store, 100, 20);
    scene.keys("2");
    let text = scene.text();
    let border = text.lines().rev().nth(1).unwrap();
    assert!(border.contains(" exoscale has no containers "), "{text}");
    scene.later(std::time::Duration::from_secs(1));
    scene.keys("3");
    assert!(scene.text().contains("cycle and exoscale have no revisions"), "{}", scene.text());
}

#[test]
fn a_listing_that_reached_a_bound_shows_how_much_of_it_there_is() {
    let rows = || (0..1_234).map(|n| sample::instance("cycle-prod", &format!("web-{n}"), Lifecycle::Running));
    let one = [("cycle-prod", cycle::PLATFORM)];
    let two = [one[0], ("exo-prod", exoscale::PLATFORM)];
    for (contexts, note) in [
        (&one[..], " first 1,234 shown (listing_rows) "),
        (&two[..], " first 1,234 of cycle-prod shown (listing_rows) "),
    ] {
        let context = sample::context("cycle-prod");
        let list = |event| FleetEvent::List(context.clone(), Kind::Instance, event);
        let mut store = sample::empty(contexts);
        for event in [
            FleetEvent::ListStarted(context.clone(), Kind::Instance),
            list(ListEvent::Page { scope: None, rows: page_rows(rows()), expected: None }),
            list(ListEvent::Bounded(ReachedBound::Rows(1_234))),
            list(ListEvent::End),
        ] {
            store.apply_at(event, sample::now());
        }
        let mut scene = Scene::new(store, 120, 36);
        assert!(scene.text().contains(note), "{}", scene.text());
        scene.keys("@");
        let reason = "instances: first 1,234 shown, the listing ended at 1234 rows (listing_rows)";
        assert!(scene.text().contains(reason), "{}", scene.text());
        scene.keys("\x1b");
        scene.ui.update(Event::Fleet(Box::new(FleetEvent::ListStarted(context.clone(), Kind::Instance))));
        scene.draw();
        assert!(scene.text().contains(note), "until a listing has ended without one");
        scene.ui.update(Event::Fleet(Box::new(list(ListEvent::End))));
        scene.draw();
        assert!(!scene.text().contains("first 1,234"), "{}", scene.text());
    }
}
