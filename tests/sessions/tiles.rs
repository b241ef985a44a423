//! Consoles in tiles: opened together, typed into together, zoomed, left and found again.

use crate::consoles::run;
use crate::deck::{Deck, keys};

/// The text typed after the prefix is a command.
fn command(deck: &Deck, key: &str) {
    deck.type_keys(keys::PREFIX);
    deck.type_keys(key);
}

/// Waits until a text is on the screen so many times.
fn wait_times(deck: &Deck, text: &str, times: usize) {
    let what = format!("{text:?} {times} times");
    deck.wait_until(&what, |screen| screen.contents().matches(text).count() == times);
}

/// Marks these instances in the table and attaches the consoles of all, up to the shells' prompts.
fn attach_marked(deck: &Deck, filter: &str, names: &[&str]) {
    let count = names.len();
    deck.type_keys("1");
    deck.wait_for("trainer-1");
    deck.type_keys(&format!("/{filter}\r"));
    deck.wait_gone("trainer-1");
    deck.wait_until("the instances run", |screen| {
        let rows = screen.contents();
        let runs = |name: &str| rows.lines().any(|row| row.contains(name) && row.contains("running"));
        names.iter().all(|name| runs(name))
    });
    deck.type_keys("g");
    deck.type_keys(&" ".repeat(count));
    deck.wait_for(&format!("{count} marked"));
    deck.type_keys("a");
    wait_times(deck, "Enter", count);
}

#[test]
fn four_consoles_in_tiles_are_typed_into_together_and_zoomed_there_and_back() {
    let mut deck = Deck::demo();
    attach_marked(&deck, "name:relay,db", &["db-1", "db-2", "relay-1", "relay-2"]);
    command(&deck, "b");
    wait_times(&deck, "typed into together", 4);
    deck.wait_for("typing into 4 of 4 tiles");
    deck.type_keys(keys::ENTER);
    run(&deck, "clear; echo all-$((40 + 2))");
    wait_times(&deck, "all-42", 4);

    // One of them alone, on the whole screen and back.
    command(&deck, "b");
    wait_times(&deck, "typed into together", 0);
    run(&deck, "clear; echo one-$((50 + 3))");
    deck.wait_for("one-53");
    wait_times(&deck, "one-53", 1);
    command(&deck, "z");
    deck.wait_gone("● live");
    deck.wait_for("one-53");
    command(&deck, "z");
    wait_times(&deck, "● live", 4);
    wait_times(&deck, "one-53", 1);

    // Left, and found again as they were.
    command(&deck, "d");
    deck.wait_gone("one-53");
    deck.type_keys("a");
    wait_times(&deck, "● live", 4);
    deck.wait_for("one-53");
    command(&deck, "d");
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    deck.assert_restored();
}

#[test]
fn a_console_is_split_from_the_list_and_its_tile_closed() {
    let deck = Deck::demo();
    crate::consoles::attach(&deck);
    command(&deck, "%");
    deck.wait_for("which console on the right");
    deck.type_keys("db-1");
    deck.wait_until("one instance is left", |screen| {
        let list = screen.contents();
        list.contains("db-1") && !list.contains("trainer-1")
    });
    deck.type_keys(keys::ENTER);
    deck.wait_gone("which console on the right");
    wait_times(&deck, "● live", 2);
    deck.wait_for("Enter");
    deck.type_keys(keys::ENTER);
    run(&deck, "clear; echo right-$((60 + 4))");
    deck.wait_for("right-64");
    deck.wait_for("ready-42");
    command(&deck, "h");
    run(&deck, "clear; echo left-$((70 + 5))");
    deck.wait_for("left-75");
    deck.wait_for("right-64");
    command(&deck, "x");
    deck.wait_gone("left-75");
    wait_times(&deck, "● live", 1);
    deck.wait_for("right-64");
    command(&deck, "n");
    deck.wait_for("left-75");
}
