//! Copy mode: text of a console searched, selected by keys and by mouse, and put into the terminal's clipboard.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::consoles::{attach, run};
use crate::deck::{Deck, keys};

/// Waits until the terminal was given a text for its clipboard.
fn wait_copied(deck: &Deck, text: &str) {
    let what = match text.lines().count() {
        1 => format!("{} characters", text.chars().count()),
        lines => format!("{lines} lines"),
    };
    // The message comes after the text.
    deck.wait_for(&format!("sent {what}"));
    let sequence = format!("\x1b]52;c;{}", STANDARD.encode(text));
    let raw = String::from_utf8_lossy(&deck.raw()).into_owned();
    assert!(raw.contains(&sequence), "{text:?} is not in the clipboard:\n{}", deck.screen());
}

/// Enters copy mode by the prefix and `[`.
fn enter(deck: &Deck) {
    deck.type_keys(keys::PREFIX);
    deck.type_keys("[");
    deck.wait_for(" copy line ");
}

/// The row and the column of a text on the screen, from one.
fn position(deck: &Deck, text: &str) -> (usize, usize) {
    let screen = deck.screen();
    let found = screen.lines().zip(1..).find_map(|(line, row)| Some((row, line.find(text)?, line)));
    let (row, byte, line) = found.unwrap_or_else(|| panic!("{text} is not on\n{screen}"));
    (row, line[..byte].chars().count() + 1)
}

#[test]
fn lines_far_above_are_found_selected_and_copied_by_keys() {
    let deck = Deck::demo();
    attach(&deck);
    run(&deck, "clear; seq -f row-%g 1 300; echo the-$((40 + 2))-end");
    deck.wait_for("the-42-end");
    enter(&deck);
    deck.type_keys("?row-7.$");
    deck.wait_for("10/10");
    deck.type_keys(keys::ENTER);
    deck.type_keys("nn");
    deck.wait_for("8/10");
    deck.wait_for("row-77");
    deck.type_keys("Vj");
    deck.wait_for(" select lines ");
    deck.type_keys("y");
    wait_copied(&deck, "row-77\nrow-78");
    deck.wait_for("the-42-end");

    // A word, by its characters; Esc ends the selection first.
    enter(&deck);
    deck.type_keys("?the-42\rv");
    deck.wait_for(" select ");
    deck.type_keys(keys::ESC);
    deck.wait_for(" copy line ");
    deck.type_keys("vEy");
    wait_copied(&deck, "the-42-end");
    // What is typed goes to the guest again.
    run(&deck, "echo again-$((40 + 4))");
    deck.wait_for("again-44");
}

#[test]
fn a_drag_of_the_mouse_copies_what_it_selects() {
    let deck = Deck::demo();
    attach(&deck);
    run(&deck, "clear; echo first-$((40 + 2)) one; echo second-$((40 + 3)) two");
    deck.wait_for("second-43");
    let ((top, left), (bottom, right)) = (position(&deck, "42 one"), position(&deck, "43 two"));
    deck.type_keys(&format!(
        "\x1b[<0;{left};{top}M\x1b[<32;{};{bottom}M\x1b[<32;{};{bottom}M",
        right - 1,
        right + 1
    ));
    deck.wait_for(" select ");
    deck.type_keys(&format!("\x1b[<0;{};{bottom}m", right + 1));
    wait_copied(&deck, "42 one\nsecond-43");
    // The selection stays until copy mode is left; a guest that takes the mouse gets it.
    deck.type_keys("q");
    deck.wait_gone(" select ");
    run(&deck, "printf '\\033[?1000h\\033[?1006h'; echo asked-$((30 + 3)); cat -v");
    deck.wait_for("asked-33");
    deck.type_keys(&format!("\x1b[<0;{left};{top}M\x1b[<0;{left};{top}m"));
    deck.type_keys(keys::ENTER);
    deck.wait_for(&format!("^[[<0;{};{}M", left - 1, top - position_of_grid(&deck)));
}

/// Rows above the console's first one.
fn position_of_grid(deck: &Deck) -> usize {
    position(deck, "┌").0
}

#[test]
fn the_view_stays_while_output_goes_on_and_through_a_new_size() {
    let deck = Deck::demo();
    attach(&deck);
    run(&deck, "clear; seq -f early-%g 1 60; for i in $(seq 9999); do echo tick-$i; sleep 0.05; done");
    deck.wait_for("tick-5");
    enter(&deck);
    deck.type_keys("?early-30$\r");
    deck.wait_for("1/1");
    deck.type_keys("0");
    let shown = |screen: &str| -> Vec<String> {
        let rows = screen.lines().filter(|line| line.contains("early-") || line.contains("tick-"));
        rows.map(str::to_owned).collect()
    };
    let before = shown(&deck.screen());
    assert!(before.iter().any(|row| row.contains("early-30")), "{before:?}");
    let new_lines = |screen: &str| -> Option<u32> {
        let (_, new) = screen.split_once('+')?;
        new.split_once(" lines")?.0.parse().ok()
    };
    deck.wait_until("ten new lines", |screen| new_lines(&screen.contents()).is_some_and(|new| new >= 10));
    assert_eq!(shown(&deck.screen()), before);

    deck.resize(100, 30);
    deck.wait_until("the cursor still on its line", |screen| {
        let (row, _) = screen.cursor_position();
        let rows: Vec<_> = screen.rows(0, 100).collect();
        rows.get(usize::from(row)).is_some_and(|row| row.contains("early-30"))
    });
    deck.type_keys("q");
    deck.wait_gone(" copy line ");
    deck.wait_gone("early-30");
}

#[test]
fn a_wrapped_line_is_copied_whole_and_its_cursor_stays_at_another_width() {
    let deck = Deck::demo();
    attach(&deck);
    run(&deck, "clear; echo long-$(seq -s- 1 60)-tail; seq -f after-%g 1 60");
    deck.wait_for("after-60");
    enter(&deck);
    deck.type_keys("?60-tail$\r");
    deck.wait_for("1/1");
    deck.resize(70, 30);
    deck.wait_until("the cursor still on its word", |screen| {
        let (row, column) = screen.cursor_position();
        let right = screen.rows(column, 2).nth(row.into()).unwrap_or_default();
        right.starts_with("60") && screen.contents().contains("tail")
    });
    deck.type_keys("Y");
    let numbers: Vec<_> = (1..=60).map(|number: u8| number.to_string()).collect();
    wait_copied(&deck, &format!("long-{}-tail", numbers.join("-")));
}
