//! However the program ends, the terminal is as it was.

use rustix::process::Signal;

use crate::cloud::QDECK;
use crate::deck::{Deck, keys};
use crate::terminal::{Start, Terminal};

#[test]
fn ctrl_c_leaves_at_once() {
    let mut deck = Deck::demo();
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    deck.assert_restored();
}

#[test]
fn q_asks_and_leaves() {
    let mut deck = Deck::demo();
    deck.type_keys("q");
    deck.wait_for("quit?");
    deck.type_keys("q");
    assert!(deck.exit_status().success());
    deck.assert_restored();
}

#[test]
fn every_signal_that_ends_it_gives_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let mut deck = Deck::demo();
        deck.signal(signal);
        deck.exit_status();
        deck.assert_restored();
    }
}

/// The hook behind it is in debug builds only.
#[cfg(debug_assertions)]
#[test]
fn a_panic_gives_the_terminal_back_and_then_tells() {
    let home = tempfile::tempdir().expect("a folder");
    let mut terminal = Terminal::start(&Start {
        program: QDECK,
        arguments: &[],
        environment: &[("QDECK_TEST_PANIC", "1")],
        home: home.path(),
        columns: 120,
        rows: 36,
    });
    assert!(!terminal.exit_status().success());
    terminal.assert_restored();
    let screen = terminal.screen();
    assert!(
        screen.contains("QDECK_TEST_PANIC"),
        "the report is on the screen that was there before: {screen}"
    );
}

/// A shell with job control starts it, as a person's shell does.
#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_back() {
    let home = tempfile::tempdir().expect("a folder");
    let mut shell = Terminal::start(&Start {
        program: "/bin/sh",
        arguments: &["-i"],
        environment: &[("PS1", "shell> "), ("QDECK", QDECK)],
        home: home.path(),
        columns: 120,
        rows: 36,
    });
    shell.wait_for("shell> ");
    shell.type_keys("\"$QDECK\"\r");
    shell.wait_for("demo-cycle");
    shell.type_keys(keys::CTRL_Z);
    shell.wait_until("the shell's own screen", |screen| {
        !screen.alternate_screen() && !screen.hide_cursor() && screen.contents().contains("topped")
    });
    shell.type_keys("echo it is $((6 * 7))\r");
    shell.wait_for("it is 42");
    shell.type_keys("fg\r");
    shell.wait_until("the fleet again", |screen| {
        screen.alternate_screen() && screen.contents().contains("demo-cycle")
    });
    shell.type_keys(keys::CTRL_C);
    shell.wait_until("the shell's prompt", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("shell>")
    });
    shell.type_keys("exit\r");
    shell.exit_status();
    shell.assert_restored();
}
