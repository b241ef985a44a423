//! The ways into an instance: the best one by `a`, all of them with their reasons in a menu, the last choice remembered.

use crate::deck::{CONSOLE_INPUT, Deck, keys};

/// Consoles as the platforms document them.
const AS_DOCUMENTED: &[(&str, &str)] = &[(CONSOLE_INPUT, "0")];
const CYCLE: &[&str] = &["--context", "demo-cycle"];

/// Puts the cursor on an instance.
pub fn select(deck: &Deck, name: &str, state: &str) {
    deck.wait_for(name);
    deck.type_keys(&format!("1/name:{name}\r"));
    deck.wait_until(&format!("{name} {state} alone"), |screen| {
        let rows = screen.contents();
        let is_there = rows.lines().any(|row| row.contains(name) && row.contains(state));
        is_there && !rows.contains("trainer-1")
    });
}

fn start(arguments: &[&str]) -> Deck {
    Deck::with_environment(arguments, AS_DOCUMENTED)
}

#[test]
fn the_menu_shows_what_each_way_needs_and_why_one_cannot_be_taken() {
    let deck = start(CYCLE);
    select(&deck, "relay-2", "running");
    deck.type_keys("i");
    deck.wait_for("ways into relay-2 in demo-cycle");
    for shown in ["SSH", "a password made for the session", "text console", "without input"] {
        deck.wait_for(shown);
    }
    deck.type_keys(keys::ESC);
    deck.wait_gone("ways into");
    // From the menu of actions, too.
    deck.type_keys("x");
    deck.wait_for("Ways in");
    deck.type_keys("G\r");
    deck.wait_for("ways into relay-2 in demo-cycle");
    deck.type_keys(keys::ESC);
    deck.wait_gone("ways into");

    deck.type_keys(keys::ESC);
    select(&deck, "report", "stopped");
    deck.type_keys("i");
    deck.wait_for("ways into report");
    deck.wait_for("not now: it is stopped");
    // Its key reports the same, and opens nothing.
    deck.type_keys("s");
    deck.wait_for("SSH into report");
}

#[test]
fn the_menu_fits_a_small_terminal() {
    let deck = Deck::small(CYCLE, AS_DOCUMENTED);
    select(&deck, "checkout-1", "running");
    deck.type_keys("i");
    deck.wait_for("ways into checkout-1");
    deck.wait_for("a password made for the session");
    deck.wait_for("text console");
}

#[test]
fn the_way_that_was_chosen_is_taken_again_after_a_restart() {
    let mut deck = start(CYCLE);
    select(&deck, "relay-2", "running");
    deck.type_keys("ia");
    // Output alone: what is typed goes nowhere.
    deck.wait_for("read-only");
    deck.type_keys(keys::PREFIX);
    deck.type_keys("d");
    deck.wait_gone("read-only");
    deck.type_keys("i");
    deck.wait_for("chosen last");
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());

    let deck = deck.again_with(CYCLE, AS_DOCUMENTED);
    deck.wait_for("relay-2");
    deck.wait_until("relay-2 running", |screen| {
        screen.contents().lines().any(|row| row.contains("relay-2") && row.contains("running"))
    });
    deck.type_keys("a");
    deck.wait_for("read-only");
}

#[cfg(feature = "system-tests")]
mod system {
    use super::*;
    use crate::consoles::run;

    /// Waits for a shell that answers.
    fn answers(deck: &Deck) {
        deck.wait_for("root@");
        run(deck, "echo ready-$((40 + 2))");
        deck.wait_for("ready-42");
    }

    #[test]
    fn system_ssh_is_what_a_takes_on_cycle_and_its_shell_takes_input() {
        let mut deck = start(CYCLE);
        select(&deck, "relay-2", "running");
        deck.type_keys("a");
        answers(&deck);
        run(&deck, "clear; echo host-$HOSTNAME-$(stty size | tr ' ' x)");
        deck.wait_for("host-relay-2-");
        deck.wait_for(" ssh ");
        run(&deck, "exit");
        // Offered once keys act on it: those that were on their way do not.
        deck.wait_for("q close");
        deck.type_keys("q");
        deck.wait_gone("host-relay-2-");
        deck.type_keys(keys::CTRL_C);
        assert!(deck.exit_status().success());
    }

    #[test]
    fn system_ssh_leads_into_the_machines_of_every_platform_that_has_some() {
        for (context, name) in
            [("demo-gcore", "api-1"), ("demo-exoscale", "front-1"), ("demo-elasticbox", "tomcat-1")]
        {
            let deck = start(&["--context", context]);
            select(&deck, name, "");
            deck.type_keys("s");
            answers(&deck);
        }
    }
}
