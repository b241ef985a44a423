//! Credentials that do not hold, and things that they may not do: shown once, hiding nothing.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::style::Modifier;

use super::Scene;
use crate::fleet::{Auth, Feature, FleetEvent, Health, ListEvent, Store, Traffic};
use crate::model::{Kind, Problem, ProblemKind, Timestamp};
use crate::tui::effect::{Outside, Work};
use crate::tui::sample;
use crate::tui::ui::Event;

fn refused() -> Problem {
    let mut problem = Problem::new(ProblemKind::Unauthorized, "That key is not known here");
    problem.status = Some(401);
    problem
}

fn forbidden() -> Problem {
    let hint = "The API key's role lacks the capability `apionly-jobs-view`";
    Problem::new(ProblemKind::Forbidden, "not permitted").hint(hint)
}

fn condition(name: &str, health: Health, auth: Auth) -> [FleetEvent; 1] {
    [FleetEvent::Context(sample::context(name), health, auth, Traffic::default())]
}

fn out(name: &str) -> [FleetEvent; 1] {
    condition(name, Health::Down(refused()), Auth::Refused(refused()))
}

fn back(name: &str) -> [FleetEvent; 1] {
    condition(name, Health::Live, Auth::Good)
}

fn after(mut store: Store, events: impl IntoIterator<Item = FleetEvent>) -> Store {
    for event in events {
        store.apply_at(event, sample::now());
    }
    store
}

impl Scene {
    fn apply(&mut self, events: impl IntoIterator<Item = FleetEvent>) {
        for event in events {
            self.ui.update(Event::Fleet(Box::new(event)));
        }
        self.draw();
    }
}

#[test]
fn refused_credentials_are_a_line_and_the_rows_stay() {
    for (columns, rows) in [(60, 15), (120, 36)] {
        let scene = Scene::new(after(sample::fleet(), out("cycle-prod")), columns, rows);
        assert!(scene.text().contains("web-1"), "what was known stays");
        insta::assert_snapshot!(format!("refused_{columns}x{rows}"), scene.text());
    }
}

#[test]
fn each_cause_has_its_words() {
    let at = |seconds: i64| Timestamp::from_millis(sample::now().as_millis() + seconds * 1000).unwrap();
    for (auth, words) in [
        (Auth::Refused(refused()), "were refused: That key is not known here"),
        (Auth::Expired(refused()), "has expired: That key is not known here"),
        (Auth::Expiring(at(480)), "ends in 8m"),
        (Auth::Expiring(at(-5)), "has passed its own expiry date"),
    ] {
        let event = condition("quasarch-ml", Health::Live, auth);
        let scene = Scene::new(after(sample::fleet(), event), 120, 36);
        let line = scene.text().lines().nth(2).unwrap_or_default().to_owned();
        assert!(line.contains("quasarch-ml: ") && line.contains(words), "{words}: {line}");
    }
}

#[test]
fn esc_puts_the_line_away_until_there_is_news() {
    let mut scene = Scene::new(after(sample::fleet(), out("cycle-prod")), 120, 36);
    let says = |scene: &Scene| scene.text().contains("the credentials were refused");
    assert!(says(&scene));
    scene.keys("\x1b");
    assert!(!says(&scene));
    scene.apply(out("cycle-prod"));
    assert!(!says(&scene), "shown once");
    scene.apply(back("cycle-prod"));
    scene.apply(out("cycle-prod"));
    assert!(says(&scene), "and again when it happens again");
    scene.apply(back("cycle-prod"));
    assert!(!says(&scene), "gone with its cause");
}

#[test]
fn several_are_counted_and_hidden_ones_are_not() {
    let both = [out("cycle-prod"), out("quasarch-ml")].concat();
    let mut scene = Scene::new(after(sample::fleet(), both), 120, 36);
    assert!(scene.text().contains("cycle-prod (and 1 more): "), "{}", scene.text());
    scene.keys("\x1b");
    assert!(scene.text().contains("quasarch-ml: the credentials"), "{}", scene.text());
}

#[test]
fn one_key_signs_in_where_it_is_needed() {
    let reconnects = |scene: &mut Scene| -> Vec<String> {
        scene.press(KeyCode::Char('r'), KeyModifiers::CONTROL);
        let name = |effect: &Outside| match effect {
            Outside::Work(Work::Reconnect(name)) => Some(name.to_string()),
            _ => None,
        };
        scene.effects.iter().filter_map(name).collect()
    };
    let mut scene = Scene::new(sample::fleet(), 120, 36);
    assert!(reconnects(&mut scene).is_empty());
    assert!(scene.text().contains("every context is signed in"));
    let name = sample::context("quasarch-ml");
    scene.apply([FleetEvent::May(name.clone(), Feature::Logs, Err(forbidden()))]);
    assert_eq!(reconnects(&mut scene), ["quasarch-ml"], "it may be allowed by now");
    scene.apply(out("cycle-prod"));
    assert_eq!(reconnects(&mut scene), ["cycle-prod"]);
    scene.keys("d");
    assert_eq!(reconnects(&mut scene), ["cycle-prod"], "in a view, too");
}

#[test]
fn a_forbidden_kind_is_noted_in_its_pane_and_the_others_stay_live() {
    let name = sample::context("quasarch-ml");
    let events = [
        FleetEvent::ListStarted(name.clone(), Kind::Operation),
        FleetEvent::List(name.clone(), Kind::Operation, ListEvent::Failed(forbidden())),
    ];
    let mut scene = Scene::new(after(sample::fleet(), events), 120, 16);
    assert!(!scene.text().contains("may not"), "other panes have no part in it");
    scene.later(Duration::from_secs(1));
    scene.keys("5");
    insta::assert_snapshot!("forbidden_beside_rows", scene.text());
    let name = sample::context("cycle-prod");
    scene.apply([
        FleetEvent::ListStarted(name.clone(), Kind::Operation),
        FleetEvent::List(name.clone(), Kind::Operation, ListEvent::End),
        FleetEvent::ListStarted(name.clone(), Kind::Operation),
        FleetEvent::List(name, Kind::Operation, ListEvent::Failed(forbidden())),
    ]);
    insta::assert_snapshot!("forbidden_everywhere", scene.text());
    assert!(scene.text().contains("Operations ✗"));
}

#[test]
fn what_may_not_be_done_is_struck_out_with_its_reason_in_the_contexts() {
    let mut scene = Scene::new(sample::fleet(), 120, 20);
    let style = |scene: &Scene, word: &str| {
        let line = scene.text().lines().last().unwrap_or_default().to_owned();
        let at = line.find(word).map(|byte| line[..byte].chars().count());
        let x = u16::try_from(at.expect("it is there")).unwrap();
        scene.buffer[(x, 19)].modifier.contains(Modifier::CROSSED_OUT)
    };
    assert!(!style(&scene, "attach") && !style(&scene, "logs"));
    let name = sample::context("cycle-prod");
    scene.apply([FleetEvent::May(name.clone(), Feature::Console, Err(forbidden()))]);
    assert!(style(&scene, "attach") && !style(&scene, "logs"));
    scene.keys("@");
    let text = scene.text();
    assert!(text.contains("may not open consoles: not permitted"), "{text}");
    scene.keys("\x1b");
    scene.apply([FleetEvent::May(name, Feature::Console, Ok(()))]);
    assert!(!style(&scene, "attach"));
}
