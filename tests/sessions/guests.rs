//! What a guest draws and asks for, as the user's own terminal gets it.

use crate::consoles::{attach, detach, run};
use crate::deck::{Deck, keys};

/// Draws a word in each of the attributes, links included.
const WORDS: &str = concat!(
    r"printf '\033[9mstruck\033[0m \033[4:3;58:2::1:2:3mcurly\033[0m \033[4;58;5;9mplain\033[0m \033[53mover\033[0m ",
    r"\033]8;;https://example.org/x\033\\link\033]8;;\033\\ \033]8;;file:///etc/passwd\033\\local\033]8;;\033\\ ",
    r"\033[5;31mblink\033[0m\n'; echo drawn-$((40 + 4))",
);

fn drawn(environment: &[(&str, &str)]) -> (Deck, String) {
    let deck = Deck::with_environment(&["--context", "demo-cycle,demo-quasarch"], environment);
    deck.wait_for("demo-cycle");
    deck.type_keys(keys::ESC);
    deck.wait_gone("esc hides this");
    attach(&deck);
    let from = deck.written();
    run(&deck, WORDS);
    deck.wait_for("drawn-44");
    let raw = String::from_utf8_lossy(&deck.raw()[from..]).into_owned();
    (deck, raw)
}

#[test]
fn attributes_and_links_reach_a_terminal_that_shows_them() {
    let (mut deck, raw) = drawn(&[]);
    for expected in [
        "\x1b[9ms",
        "4m\x1b[4:3m\x1b[58:2::1:2:3mc",
        "\x1b[4m\x1b[58:5:9mp",
        "53mo",
        ";https://example.org/x\x1b\\\x1b[mlink",
        "\x1b]8;;\x1b\\local",
        "\x1b[5;31mb",
    ] {
        assert!(raw.contains(expected), "{expected:?} is missing in {raw:?}");
    }
    assert!(!raw.contains("file:///etc/passwd\x1b"), "a link into this machine: {raw:?}");
    assert!(deck.screen().contains("struck curly plain over link local blink"), "{}", deck.screen());
    run(&deck, "clear; echo ready-$((40 + 2))");
    deck.wait_for("ready-42");
    detach(&deck);
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    deck.assert_restored();
}

#[test]
fn a_terminal_that_would_draw_them_gets_none_but_the_plain_ones() {
    let (_deck, raw) = drawn(&[("TERM", "linux"), ("COLORTERM", "")]);
    for foreign in ["\x1b[4:", "\x1b[58", "\x1b]8;"] {
        assert!(!raw.contains(foreign), "{foreign:?} was sent: {raw:?}");
    }
    for expected in ["\x1b[9ms", "4mc", "\x1b[5;31mb"] {
        assert!(raw.contains(expected), "{expected:?} is missing in {raw:?}");
    }
}

#[test]
fn without_colours_a_guest_has_its_attributes_alone() {
    let (_deck, raw) = drawn(&[("NO_COLOR", "1")]);
    for expected in ["\x1b[9ms", "4m\x1b[4:3mc", "\x1b[5mb"] {
        assert!(raw.contains(expected), "{expected:?} is missing in {raw:?}");
    }
    assert!(!raw.contains("\x1b[58") && !raw.contains("\x1b[5;31m"), "{raw:?}");
}

#[test]
fn keys_come_in_kittys_form_where_the_guest_wants_them_and_only_there() {
    let mut deck = Deck::demo();
    attach(&deck);
    let last_is = |last: &'static str, other: &str| {
        deck.wait_written(last, |raw| {
            let raw = String::from_utf8_lossy(raw);
            raw.rfind(last).is_some_and(|at| raw.rfind(other).is_none_or(|other| other < at))
        });
    };
    run(&deck, r"printf '\033[=1u'; echo asked-$((30 + 3)); cat -v");
    deck.wait_for("asked-33");
    last_is("\x1b[=1u", "\x1b[=0u");
    // Shift and Enter, then Ctrl and `;`, as a terminal with the protocol sends them.
    deck.type_keys("\x1b[13;2u\x1b[59;5u");
    deck.wait_for("^[[13;2u^[[59;5u");
    deck.type_keys("\x1b[99;5u");
    deck.wait_for("^[[99;5u");
    // No one takes back the mode of a program that has ended.
    deck.type_keys("\x1b[93;5ud");
    deck.wait_gone("asked-33");
    last_is("\x1b[=0u", "\x1b[=1u");
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    deck.assert_restored();
}
