//! Consoles: attached, typed into, resized, left and found again.

use crate::deck::{Deck, keys};

/// Narrows the instances to one whose own process is silent and attaches its console, up to the shell's prompt.
pub fn attach(deck: &Deck) {
    deck.type_keys("1");
    attach_to(deck, "relay-2");
}

/// The same with one of this name, from the list of all.
pub fn attach_to(deck: &Deck, name: &str) {
    // The row itself may be below the last one shown.
    deck.wait_for("instances(");
    deck.type_keys(&format!("/name:{name}\r"));
    deck.wait_gone("trainer-1");
    deck.wait_until(&format!("{name} running"), |screen| {
        let rows = screen.contents();
        rows.lines().any(|row| row.contains(name) && row.contains("running"))
    });
    deck.type_keys("a");
    deck.wait_for("Enter");
    deck.type_keys(keys::ENTER);
    run(deck, "echo ready-$((40 + 2))");
    deck.wait_for("ready-42");
}

/// Types a line at the guest's shell.
pub fn run(deck: &Deck, line: &str) {
    deck.type_keys(line);
    deck.type_keys(keys::ENTER);
}

/// Leaves the console; the session goes on.
pub fn detach(deck: &Deck) {
    deck.type_keys(keys::PREFIX);
    deck.type_keys("d");
    deck.wait_gone("ready-42");
}

/// Rows and columns as the guest knows them, told under this label.
fn guest_size(deck: &Deck, label: &str) -> (u16, u16) {
    let so = |screen: &str| -> Option<(u16, u16)> {
        let (_, told) = screen.rsplit_once(&format!("{label}="))?;
        let mut numbers = told.split_whitespace().map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    };
    // The label is put together by the shell, so that what was typed is not taken for the answer.
    let (first, second) = label.split_at(1);
    run(deck, &format!("echo {first}''{second}=$(stty size)"));
    deck.wait_until(&format!("{label}= and a size"), |screen| so(&screen.contents()).is_some());
    so(&deck.screen()).expect("just seen")
}

#[test]
fn typed_into_resized_left_and_found_again() {
    let mut deck = Deck::demo();
    attach(&deck);

    let (rows, columns) = guest_size(&deck, "before");
    assert!(rows > 20 && rows < 36 && columns > 100 && columns <= 120, "{rows} {columns}");
    deck.resize(100, 30);
    // The new size travels by itself: ask until it has arrived.
    let mut asked = 0;
    let (later_rows, later_columns) = loop {
        asked += 1;
        let size = guest_size(&deck, &format!("after{asked}"));
        if size != (rows, columns) || asked == 50 {
            break size;
        }
    };
    assert_eq!((later_rows + 6, later_columns + 20), (rows, columns));

    run(&deck, "kept=still-$((30 + 3))-here");
    run(&deck, "clear; echo ready-$((40 + 2))");
    detach(&deck);
    deck.wait_for("relay-2");
    deck.type_keys("a");
    deck.wait_for("ready-42");
    run(&deck, "echo $kept");
    deck.wait_for("still-33-here");

    deck.type_keys(keys::PREFIX);
    deck.type_keys("d");
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    deck.assert_restored();
}

/// The share of processor time in the row of an instance.
fn busy(screen: &str, name: &str) -> Option<u32> {
    let row = screen.lines().find(|line| line.contains(name) && line.contains('%'))?;
    let (before, _) = row.split_once('%')?;
    let digits = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    before[before.len() - digits..].parse().ok()
}

#[test]
fn load_made_in_a_console_moves_its_instance() {
    let deck = Deck::demo();
    attach(&deck);
    run(&deck, "yes >/dev/null &");
    detach(&deck);
    deck.wait_until("a busy instance", |screen| {
        busy(&screen.contents(), "relay-2").is_some_and(|share| share >= 10)
    });
}

#[test]
fn the_guests_escapes_stay_inside() {
    let mut deck = Deck::demo();
    attach(&deck);
    // The title, the clipboard, the terminal's answers and its alternate screen are the user's, not the guest's.
    run(
        &deck,
        r"printf '\033]0;owned\007\033]52;c;b3duZWQ=\007\033[>c\033[?1h\033P+q544e\033\\'; echo harm''less",
    );
    deck.wait_for("harmless");
    let raw = String::from_utf8_lossy(&deck.raw()).into_owned();
    for leaked in ["\x1b]0;owned", "\x1b]52;c;b3duZWQ=", "\x1b[>c", "\x1b[?1h", "\x1bP+q"] {
        assert!(!raw.contains(leaked), "{leaked:?} reached the terminal");
    }
    detach(&deck);
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    deck.assert_restored();
}

#[test]
fn two_consoles_are_switched_and_each_keeps_its_own() {
    let deck = Deck::demo();
    attach(&deck);
    run(&deck, "me=second; clear; echo ready-$((40 + 2))");
    detach(&deck);
    deck.type_keys(keys::ESC);
    deck.wait_for("trainer-1");
    attach_to(&deck, "relay-1");
    run(&deck, "me=first; clear; echo i-am-$me");
    deck.wait_for("i-am-first");
    for (key, name) in [("n", "second"), ("p", "first"), ("p", "second"), ("n", "first")] {
        deck.type_keys(keys::PREFIX);
        deck.type_keys(key);
        // What the other one shows leaves the screen first: what follows is typed into this one.
        run(&deck, "clear; echo i-am-$me");
        deck.wait_for(&format!("i-am-{name}"));
    }
    deck.type_keys(keys::PREFIX);
    deck.type_keys("w");
    deck.wait_until("both in the list", |screen| {
        let list = screen.contents();
        list.contains("relay-1") && list.contains("relay-2")
    });
}

#[test]
fn a_paste_arrives_whole_and_in_brackets_where_the_guest_wants_them() {
    const FROM: &str = "\x1b[200~";
    const TO: &str = "\x1b[201~";
    let deck = Deck::demo();
    attach(&deck);
    deck.type_keys(&format!("{FROM}echo one-$((10 + 1))\necho two-$((20 + 2)){TO}"));
    deck.type_keys(keys::ENTER);
    deck.wait_for("one-11");
    deck.wait_for("two-22");

    // The guest asks for brackets; its terminal shows the escape as `^[`, and the program's own keys stay text.
    run(&deck, r"printf '\033[?2004h'; echo asked-$((30 + 3)); cat -v");
    deck.wait_for("asked-33");
    deck.type_keys(&format!("{FROM}pasted 1 2 q{TO}"));
    deck.type_keys(keys::ENTER);
    deck.wait_for("^[[200~pasted 1 2 q^[[201~");
}
