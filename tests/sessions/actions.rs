//! Changing things by keys alone: an instance of the demo's Exoscale is stopped and started again.

use crate::cloud::Cloud;
use crate::deck::{Deck, keys};

/// The instance that is stopped.
const NAME: &str = "front-1";

/// One row of it, in a state.
fn is(state: &str) -> impl Fn(&vt100::Screen) -> bool {
    move |screen: &vt100::Screen| {
        let contents = screen.contents();
        contents.lines().any(|line| line.starts_with('│') && line.contains(NAME) && line.contains(state))
    }
}

fn shown(config: &str) -> Deck {
    let deck = Deck::configured(config);
    deck.wait_for("demo-exoscale");
    deck.type_keys(&format!("/{NAME}\r"));
    deck.wait_until("its row", is("running"));
    deck
}

#[test]
fn an_instance_is_stopped_after_a_question_and_started_without_one() {
    let cloud = Cloud::start(&["--faces", "exoscale"]);
    let mut deck = shown(&cloud.text());
    deck.type_keys("x");
    deck.wait_for("it is already running");
    deck.type_keys("t");
    deck.wait_for(":stop");
    deck.wait_for("What runs on it is interrupted");
    deck.quiet();
    deck.type_keys(keys::ENTER);
    deck.wait_for(&format!("Stop {NAME}: not sent"));

    deck.type_keys("x");
    deck.wait_for("it is already running");
    deck.type_keys("t");
    deck.wait_for("nothing is sent");
    deck.quiet();
    deck.type_keys("y");
    deck.wait_until("its verb", is("stopping…"));
    deck.wait_for(&format!("Stop {NAME}: done"));
    deck.wait_until("it is stopped", is("stopped"));

    deck.type_keys("x");
    deck.wait_for("it is already stopped");
    deck.type_keys("s");
    deck.wait_for(&format!("Start {NAME}: done"));
    deck.wait_until("it runs again", is("running"));

    deck.type_keys("5");
    for operation in ["start-instance", "stop-instance"] {
        deck.wait_for(operation);
    }
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    let journal = deck.home.path().join(".local/state/quarterdeck/journal.jsonl");
    let journal = std::fs::read_to_string(journal).expect("it was written");
    let ends = journal.lines().filter(|line| line.contains(r#""outcome":"done""#)).count();
    assert_eq!((journal.lines().count(), ends), (6, 2), "{journal}");
}

#[test]
fn a_read_only_program_shows_actions_and_takes_none() {
    let cloud = Cloud::start(&["--faces", "exoscale"]);
    let deck = shown(&format!("read_only = true\n{}", cloud.text()));
    deck.type_keys("x");
    deck.wait_for("context is read-only");
    deck.type_keys("t");
    deck.wait_for(&format!("Stop {NAME}: context is read-only"));
    assert!(!deck.home.path().join(".local/state/quarterdeck/journal.jsonl").exists(), "nothing was begun");
}
