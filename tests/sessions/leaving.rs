//! However the program ends, the terminal is as it was.

use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

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
    deck.type_keys("y");
    assert!(deck.exit_status().success());
    deck.assert_restored();
}

#[test]
fn every_signal_that_ends_it_gives_the_terminal_back() {
    for signal in
        [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT, Signal::ALARM, Signal::ABORT, Signal::PROF]
    {
        let mut deck = Deck::demo();
        deck.signal(signal);
        let code = deck.exit_status().exit_code();
        assert_eq!(i32::try_from(code), Ok(128 + signal.as_raw()));
        deck.assert_restored();
    }
}

#[test]
fn a_signal_that_asks_for_nothing_here_changes_nothing() {
    let mut deck = Deck::demo();
    for signal in [Signal::USR1, Signal::USR2, Signal::XFSZ, Signal::PIPE] {
        deck.signal(signal);
    }
    deck.type_keys("?");
    deck.wait_for("the keys that work here");
    deck.type_keys(keys::CTRL_C);
    deck.wait_gone("the keys that work here");
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    deck.assert_restored();
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

/// The child of a shell that runs in the foreground.
pub fn job_of(shell: &Terminal) -> Pid {
    let pid = shell.pid();
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).expect("a list");
    let child = children.split_whitespace().next().and_then(|pid| pid.parse().ok());
    child.and_then(Pid::from_raw).expect("a child")
}

/// A shell with job control, as a terminal starts it, and the program in it.
fn program_in_a_shell(home: &Path) -> Terminal {
    let shell = Terminal::start(&Start {
        program: "/bin/sh",
        arguments: &["-i"],
        environment: &[("PS1", "shell> "), ("QDECK", QDECK)],
        home,
        columns: 120,
        rows: 36,
    });
    shell.wait_for("shell> ");
    // With a theme that was chosen the terminal is asked for nothing: an answer that came late would be typed to the shell.
    shell.type_keys("\"$QDECK\" --theme dark\r");
    shell.wait_for("demo-cycle");
    shell
}

/// Leaves the program and then the shell: both find the terminal as it was.
fn leave_both(shell: &mut Terminal) {
    shell.type_keys(keys::CTRL_C);
    shell.wait_until("the shell's prompt", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("shell>")
    });
    shell.type_keys("exit\r");
    shell.exit_status();
    shell.assert_restored();
}

/// The program sees no signal when it is stopped so, and the shell has set the terminal to its own needs meanwhile.
#[test]
fn a_stop_that_cannot_be_caught_and_fg_take_the_terminal_back() {
    let home = tempfile::tempdir().expect("a folder");
    let mut shell = program_in_a_shell(home.path());
    // Half of a frame would be written where the shell is once it goes on.
    shell.wait_quiet(Duration::from_millis(200));
    let taken = shell.modes();
    kill_process(job_of(&shell), Signal::STOP).expect("it runs");
    shell.wait_for("Stopped");
    // Raw mode is still on: a line ends with a line feed.
    shell.type_keys("stty sane; printf '\\033[?1049l\\033[?1000l\\033[?2004l'; echo it is $((6 * 7))\n");
    shell.wait_for("it is 42");
    assert_ne!(shell.modes(), taken, "{}", shell.screen());
    shell.type_keys("fg\r");
    shell.wait_until("the fleet again", |screen| {
        screen.alternate_screen() && screen.bracketed_paste() && screen.contents().contains("demo-cycle")
    });
    shell.wait_gone("Stopped");
    assert_eq!(shell.modes(), taken);
    shell.type_keys("?");
    shell.wait_for("the keys that work here");
    shell.type_keys(keys::CTRL_C);
    shell.wait_gone("the keys that work here");
    leave_both(&mut shell);
}

/// A shell with job control starts it, as a person's shell does.
#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_back() {
    let home = tempfile::tempdir().expect("a folder");
    let mut shell = program_in_a_shell(home.path());
    shell.type_keys(keys::CTRL_Z);
    shell.wait_until("the shell's own screen", |screen| {
        !screen.alternate_screen() && !screen.hide_cursor() && screen.contents().contains("Stopped")
    });
    shell.type_keys("echo it is $((6 * 7))\r");
    shell.wait_for("it is 42");
    shell.type_keys("fg\r");
    shell.wait_until("the fleet again", |screen| {
        screen.alternate_screen() && screen.contents().contains("demo-cycle")
    });
    leave_both(&mut shell);
}
