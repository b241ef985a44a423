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

/// Written from the console's shell into the terminal of the instance's own process, which is what its log shows.
#[cfg(target_os = "linux")]
#[test]
fn a_line_of_ten_megabytes_and_bytes_that_are_no_text() {
    let mut deck = Deck::demo();
    attach(&deck);
    let gate = deck.home.path().join("gate");
    run(
        &deck,
        "for p in /proc/[0-9]*; do [ \"$(readlink $p/cwd)\" = \"$PWD\" ] && grep -q demo-workload $p/cmdline && own=$p; done",
    );
    run(&deck, "echo own=''${own#/proc}");
    deck.wait_for("own=/");
    run(
        &deck,
        &format!(
            "(until [ -e {} ]; do sleep 0.1; done; head -c 10000000 /dev/zero | tr '\\0' x; \
             printf '\\n\\377\\376\\033[2J is no text\\n'; echo after''wards) >$own/fd/1 &",
            gate.display()
        ),
    );
    detach(&deck);
    deck.type_keys("l");
    deck.wait_for("logs relay-2");
    std::fs::write(&gate, "").expect("writable");
    deck.wait_for("afterwards");
    deck.wait_for("is no text");
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    deck.assert_restored();
}
