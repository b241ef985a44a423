//! Changes that can do harm, by keys alone: one in a protected context, and one of twenty of which three are refused.

use crate::cloud::Cloud;
use crate::deck::{Deck, keys};

/// The instance that is deleted.
const NAME: &str = "front-1";

fn journal(deck: &Deck) -> String {
    let path = deck.home.path().join(".local/state/quarterdeck/journal.jsonl");
    std::fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn in_a_protected_context_a_deletion_takes_the_name_and_the_letter() {
    let cloud = Cloud::start(&["--faces", "exoscale"]);
    let platform = "platform = \"exoscale\"";
    let config = cloud.text();
    assert!(config.contains(platform), "{config}");
    let config = config.replacen(platform, &format!("{platform}\nprotected = true\ncolor = \"red\""), 1);
    let deck = Deck::configured(&config);
    deck.wait_for("demo-exoscale");
    deck.type_keys(&format!("/{NAME}\r"));
    deck.wait_for("1 of ");
    deck.type_keys("D");
    deck.wait_for(&format!("type {NAME}, then d"));
    deck.wait_for("demo-exoscale (red, protected)");
    deck.quiet();
    // Neither the letter alone nor the name with Enter is an answer.
    deck.type_keys("d");
    deck.quiet();
    deck.type_keys("\x15");
    deck.type_keys(NAME);
    deck.wait_for(&format!("then d: {NAME}"));
    deck.type_keys(keys::ENTER);
    deck.wait_for("Enter sends nothing");
    assert_eq!(journal(&deck), "", "nothing was begun");
    deck.confirm("d");
    deck.wait_for(&format!("Delete {NAME}: done"));
    deck.wait_for("0 of ");

    deck.type_keys(":journal\r");
    deck.wait_for(&format!("delete {NAME}  done"));
    deck.type_keys(keys::ENTER);
    deck.wait_for("DELETE http");
    assert!(journal(&deck).contains(r#""outcome":"done""#), "{}", journal(&deck));
}

#[test]
fn of_twenty_that_are_stopped_at_once_three_are_refused_and_stay_marked() {
    let cloud = Cloud::start(&["--faces", "exoscale", "--instances", "60", "--faults", "conflict=6"]);
    let deck = Deck::configured(&cloud.text());
    deck.wait_for("demo-exoscale");
    deck.type_keys("/state:running\r");
    // The rows are there, and the filter applies to them.
    deck.wait_for("/state:running");
    deck.wait_for(" of 60 ");
    deck.type_keys(&" ".repeat(20));
    deck.wait_for("20 marked");
    deck.type_keys("x");
    deck.wait_for("all 20 fit");
    deck.type_keys("t");
    deck.wait_for("these 20 requests are sent");
    deck.quiet();
    // A bulk takes the letter of what takes `y` alone.
    deck.type_keys("y");
    deck.confirm("t");
    deck.wait_for("3 failed");
    deck.wait_for("17 done, 3 failed");
    deck.wait_for("refused");
    deck.type_keys(keys::ESC);
    deck.wait_for("3 marked");
    let journal = journal(&deck);
    let count = |outcome: &str| journal.matches(&format!(r#""outcome":"{outcome}""#)).count();
    assert_eq!((count("done"), count("refused")), (17, 3), "{journal}");
}
