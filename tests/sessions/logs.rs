//! Logs as they come.

use crate::consoles::{attach, detach, run};
use crate::deck::{Deck, keys};

#[test]
fn the_logs_of_two_containers_at_once() {
    let deck = Deck::demo();
    deck.type_keys("2");
    deck.wait_for("Storefront");
    for name in ["Order queue", "landing-page"] {
        deck.type_keys(&format!("/{name}\r"));
        deck.wait_until(&format!("only {name}"), |screen| {
            !screen.contents().contains("Receipt mailer")
        });
        deck.type_keys(" ");
        deck.type_keys(keys::ESC);
        deck.wait_for("Receipt mailer");
    }
    deck.type_keys("l");
    // Each has lines only it prints.
    deck.wait_for("\"job\":");
    deck.wait_for("GET /");
}

#[test]
fn a_line_of_ten_megabytes_and_bytes_that_are_no_text() {
    let mut deck = Deck::demo();
    attach(&deck);
    let gate = deck.home.path().join("gate");
    run(
        &deck,
        &format!(
            "(until [ -e {} ]; do sleep 0.1; done; head -c 10000000 /dev/zero | tr '\\0' x; \
             printf '\\n\\377\\376\\033[2J is no text\\n'; echo after''wards) &",
            gate.display()
        ),
    );
    detach(&deck);
    deck.type_keys("l");
    deck.wait_for("ready-42");
    std::fs::write(&gate, "").expect("writable");
    deck.wait_for("afterwards");
    deck.wait_for("is no text");
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    deck.assert_restored();
}
