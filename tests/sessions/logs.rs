//! Logs as they come.

use crate::cloud::Cloud;
use crate::consoles::{attach, detach, run};
use crate::deck::{Deck, keys};

#[test]
fn the_logs_of_two_containers_at_once() {
    let deck = Deck::demo();
    deck.type_keys("2");
    deck.wait_for("Receipt mailer");
    for name in ["Order queue", "landing-page"] {
        deck.type_keys(&format!("/{name}\r"));
        // In the frame's head it stands between two lines once it is set.
        let set = format!("─ /{name} ─");
        deck.wait_for(&set);
        deck.wait_gone("Receipt mailer");
        deck.type_keys(" ");
        deck.type_keys(keys::ESC);
        // An Esc and the next key together would be another key.
        deck.wait_gone(&set);
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

/// The number of a flood's line: `flood 0000000042 INFO …`.
fn number(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once("flood ")?;
    rest.get(..10)?.parse().ok()
}

#[test]
fn five_thousand_lines_a_second_and_not_one_is_lost() {
    const LINES: u64 = 25_000;
    let cloud = Cloud::start(&["--flood", "5000"]);
    let deck = Deck::connected(&cloud);
    deck.wait_for("running");
    deck.type_keys("/name:/^flood-1$/\r");
    deck.wait_for("1 of ");
    deck.type_keys("l");
    let last = |screen: &vt100::Screen| screen.contents().lines().filter_map(number).max();
    deck.wait_until("numbered lines", |screen| last(screen).is_some());
    let first = deck.screen().lines().filter_map(number).max().expect("numbered lines");
    deck.wait_until("five seconds of them", |screen| last(screen) >= Some(first + LINES));
    deck.type_keys("\x13");
    deck.wait_for("flood-1.log");
    let saved = std::fs::read_to_string(deck.home.path().join("flood-1.log")).expect("it was saved");
    let numbers: Vec<u64> = saved.lines().filter_map(number).collect();
    // Where the tail began the remote's backlog may begin inside a line; from there on every number follows.
    let gap = numbers.windows(2).find(|pair| pair[0] + 1 != pair[1]);
    assert_eq!(gap, None, "of {} lines", numbers.len());
    assert!(numbers.len() as u64 >= LINES, "{}", numbers.len());
}
