//! The mouse over a console: the guest in front gets the events that it asked for, and nothing else does.

use rustix::process::Signal;
use vt100::MouseProtocolMode;

use crate::consoles::{attach, detach, run};
use crate::deck::{Deck, keys};

fn wait_mode(deck: &Deck, mode: MouseProtocolMode) {
    deck.wait_until(&format!("the mouse mode {mode:?}"), |screen| screen.mouse_protocol_mode() == mode);
}

/// The guest asks for a mode and shows what it is sent, escapes as `^[`.
fn watch_mouse(deck: &Deck, mode: u16) {
    run(deck, &format!(r"printf '\033[?{mode}h\033[?1006h'; echo asked-$((30 + 3)); cat -v"));
    deck.wait_for("asked-33");
}

/// What the guest was last sent by the mouse: button, column and row.
fn last_report(screen: &str) -> Option<(u16, u16, u16)> {
    let (_, report) = screen.rsplit_once("^[[<")?;
    let numbers = report.split(['M', 'm']).next()?;
    let mut numbers = numbers.split(';').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn wait_report(deck: &Deck, expected: (u16, u16, u16)) {
    deck.wait_until(&format!("the report {expected:?}"), |screen| {
        last_report(&screen.contents()) == Some(expected)
    });
}

#[test]
fn a_drag_reaches_the_guest_that_asked_for_it_and_nothing_more_is_asked_for_elsewhere() {
    let mut deck = Deck::demo();
    wait_mode(&deck, MouseProtocolMode::PressRelease);
    attach(&deck);
    watch_mouse(&deck, 1002);
    wait_mode(&deck, MouseProtocolMode::ButtonMotion);
    deck.type_keys("\x1b[<0;20;14M");
    deck.wait_for("^[[<0;");
    let (_, column, row) = last_report(&deck.screen()).expect("just seen");
    deck.type_keys("\x1b[<32;22;15M");
    wait_report(&deck, (32, column + 2, row + 1));
    // Where it leaves the grid it goes on at the edge.
    deck.type_keys("\x1b[<32;1;15M");
    wait_report(&deck, (32, 1, row + 1));
    deck.type_keys("\x1b[<0;18;14m");
    wait_report(&deck, (0, column - 2, row));
    assert!(deck.screen().contains(&format!("^[[<0;{};{row}m", column - 2)), "{}", deck.screen());

    deck.type_keys(keys::CTRL_C);
    run(&deck, "clear; echo ready-$((40 + 2))");
    deck.wait_for("ready-42");
    detach(&deck);
    wait_mode(&deck, MouseProtocolMode::PressRelease);
    deck.type_keys("a");
    deck.wait_for("ready-42");
    wait_mode(&deck, MouseProtocolMode::ButtonMotion);
    run(&deck, r"printf '\033[?1003h'");
    wait_mode(&deck, MouseProtocolMode::AnyMotion);
    // It wants only clicks now; without any wish of its own, drags select its text.
    run(&deck, r"printf '\033[?1003l\033[?1000h'");
    wait_mode(&deck, MouseProtocolMode::PressRelease);
    run(&deck, r"printf '\033[?1000l'");
    wait_mode(&deck, MouseProtocolMode::ButtonMotion);
    detach(&deck);
    wait_mode(&deck, MouseProtocolMode::PressRelease);
    deck.type_keys("M");
    wait_mode(&deck, MouseProtocolMode::None);
    deck.type_keys("a");
    deck.wait_for("ready-42");
    run(&deck, r"printf '\033[?1003h'; echo again-$((50 + 5))");
    deck.wait_for("again-55");
    wait_mode(&deck, MouseProtocolMode::None);
    detach(&deck);
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    deck.assert_restored();
}

#[test]
fn a_signal_gives_the_mouse_back_from_under_a_guest_that_has_all_of_it() {
    let mut deck = Deck::demo();
    attach(&deck);
    watch_mouse(&deck, 1003);
    wait_mode(&deck, MouseProtocolMode::AnyMotion);
    deck.type_keys("\x1b[<35;20;14M");
    deck.wait_for("^[[<35;");
    deck.signal(Signal::TERM);
    deck.exit_status();
    deck.assert_restored();
}

#[test]
fn keys_come_through_a_storm_of_motion() {
    let deck = Deck::demo();
    attach(&deck);
    run(&deck, r"printf '\033[?1003h\033[?1006h'; echo asked-$((30 + 3)); stty raw -echo; cat -v");
    deck.wait_for("asked-33");
    wait_mode(&deck, MouseProtocolMode::AnyMotion);
    let motion = |step| format!("\x1b[<35;{};{}M", 10 + step % 80, 10 + step % 9);
    deck.type_keys(&(0..3_000).map(motion).collect::<String>());
    deck.type_keys("@@@");
    deck.wait_for("@@@");
}
