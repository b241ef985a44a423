//! The theme follows the terminal's background until one is chosen, and what is chosen is there again the next time.

use crate::deck::{Deck, keys};

/// The colour of the product's name in the theme of a terminal of 256 colours or more.
const DARK_ACCENT: vt100::Color = vt100::Color::Idx(6);
const LIGHT_ACCENT: vt100::Color = vt100::Color::Idx(25);
const HARBOUR_ACCENT: vt100::Color = vt100::Color::Rgb(0xe8, 0xb4, 0x5a);

const DEMO: [&str; 2] = ["--context", "demo-cycle"];

fn wait_accent(deck: &Deck, color: vt100::Color) {
    deck.wait_until(&format!("the name in {color:?}"), |screen| {
        screen.cell(0, 1).is_some_and(|cell| cell.contents() == "q" && cell.fgcolor() == color)
    });
}

fn has_asked(deck: &Deck) -> bool {
    deck.raw().windows(5).any(|bytes| bytes == b"\x1b]11;")
}

#[test]
fn a_light_background_gets_the_light_theme_and_its_answer_is_no_key() {
    let deck = Deck::on_background(&DEMO, Some("fdfd/f6f6/e3e3"));
    wait_accent(&deck, LIGHT_ACCENT);
    deck.wait_for("web-1");
    // Had the answer been taken for keys, `:` of it would have opened the palette, where this is a letter.
    deck.look_into_help();
    assert!(deck.screen().contains("instances(all)"), "{}", deck.screen());
    let raw = deck.raw();
    let at = |part: &[u8]| raw.windows(part.len()).position(|bytes| bytes == part);
    assert!(at(b"\x1b[>0q").is_some(), "asked for its name, too");
    assert!(at(b"\x1b]11;?") > at(b"\x1b[?2026l"), "asked after the first frame");
}

#[test]
fn without_an_answer_the_theme_is_the_dark_one_and_keys_work_at_once() {
    let deck = Deck::on_background(&DEMO, None);
    wait_accent(&deck, DARK_ACCENT);
    deck.wait_for("web-1");
    deck.look_into_help();
    wait_accent(&deck, DARK_ACCENT);
}

#[test]
fn the_theme_chosen_on_the_screen_is_there_again_and_the_command_line_comes_before_it() {
    let light = Some("ffff/ffff/ffff");
    let mut deck = Deck::on_background(&DEMO, light);
    wait_accent(&deck, LIGHT_ACCENT);
    deck.type_keys("T");
    deck.wait_for("theme harbour");
    wait_accent(&deck, HARBOUR_ACCENT);
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    let mut deck = deck.again(&DEMO);
    wait_accent(&deck, HARBOUR_ACCENT);
    deck.wait_for("web-1");
    assert!(!has_asked(&deck), "a theme that was chosen needs no answer");
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    let deck = deck.again(&["--context", "demo-cycle", "--theme", "dark"]);
    wait_accent(&deck, DARK_ACCENT);
    deck.wait_for("web-1");
    assert!(!has_asked(&deck), "nor does one of the command line");
}

#[test]
fn a_terminal_that_cannot_place_its_cursor_is_refused_with_the_reason() {
    let mut deck = Deck::with_environment(&DEMO, &[("TERM", "dumb"), ("COLORTERM", "")]);
    assert!(!deck.exit_status().success());
    assert!(deck.screen().contains("TERM is `dumb`"), "{}", deck.screen());
    assert!(!deck.raw().contains(&0x1b), "it would draw the escape sequences");
}

#[test]
fn a_vt100_gets_letters_without_colours() {
    let deck = Deck::with_environment(&DEMO, &[("TERM", "vt100"), ("COLORTERM", "")]);
    deck.wait_for("web-1");
    assert!(deck.raw().is_ascii(), "{}", deck.screen());
    assert!(!has_asked(&deck));
    let colored = deck.raw().windows(5).any(|bytes| bytes == b"\x1b[38;" || bytes == b"\x1b[48;");
    assert!(!colored, "colours are no part of a VT100");
}
