//! The fleet on the screen: panes, filters, details.

use crate::deck::{Deck, keys};

#[test]
fn an_empty_home_reaches_a_useful_screen_that_says_what_it_is() {
    let deck = Deck::start(&[]);
    deck.wait_for("qdeck config init connects your own");
    deck.wait_for("db-1");
    deck.wait_for("running");
    assert!(
        std::fs::read_dir(deck.home.path()).expect("readable").next().is_none(),
        "nothing is written to a home"
    );
}

#[test]
fn every_pane_opens() {
    let mut deck = Deck::demo();
    deck.wait_for("web-1");
    // Tab, since digits that follow each other are a count.
    for words in ["Storefront", "finetune:0.7.1", "h100", "demo-cycle", "web-1"] {
        deck.type_keys("\t");
        deck.wait_for(words);
    }
    deck.look_into_help();
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
}

#[test]
fn a_filter_keeps_what_failed_and_esc_brings_all_back() {
    let deck = Deck::demo();
    deck.wait_for("trainer-1");
    deck.type_keys("/state:failed");
    deck.wait_gone("trainer-1");
    deck.wait_for("mailer-1");
    deck.type_keys(keys::ENTER);
    deck.wait_for("mailer-1");
    deck.type_keys(keys::ESC);
    deck.wait_for("trainer-1");
}

#[test]
fn filters_and_columns_are_there_again_the_next_time() {
    let mut deck = Deck::demo();
    deck.wait_for("trainer-1");
    deck.type_keys("/state:failed\r");
    deck.wait_gone("trainer-1");
    deck.type_keys("W");
    deck.wait_for("always shown");
    deck.type_keys("j\r");
    deck.wait_for("the usual columns");
    deck.type_keys(keys::ESC);
    deck.wait_gone("always shown");
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    let deck = deck.again(&["--context", "demo-cycle"]);
    deck.wait_for("/state:failed");
    deck.wait_for("mailer-1");
    let screen = deck.screen();
    assert!(!screen.contains("trainer-1") && !screen.contains("CONTEXT"), "{screen}");
}

#[test]
fn details_are_shown_in_three_forms() {
    let deck = Deck::demo();
    deck.wait_for("web-1");
    deck.type_keys("/name:web-1\r");
    deck.wait_gone("checkout-1");
    for (key, words) in [("d", "ready_state"), ("y", "hostname: web-1"), ("J", "\"integration_id\": \"")] {
        deck.type_keys(key);
        deck.wait_for("instance in demo-cycle");
        deck.wait_until(words, |screen| screen.contents().to_lowercase().contains(words));
        deck.type_keys(keys::ESC);
        deck.wait_gone("instance in demo-cycle");
    }
}

#[test]
fn a_container_leads_to_its_instances_and_back() {
    let deck = Deck::demo();
    deck.type_keys("2");
    deck.wait_for("Recommendatio");
    deck.type_keys("/name:Recommendation\r");
    deck.wait_gone("Storefront");
    deck.type_keys(keys::ENTER);
    deck.wait_for("trainer-2");
    deck.wait_gone("web-1");
    deck.type_keys(keys::ESC);
    deck.wait_for("Recommendatio");
}

#[test]
fn a_key_is_answered_with_whole_frames() {
    let deck = Deck::demo();
    deck.wait_for("web-1");
    deck.type_keys("p");
    deck.wait_for("paused");
    let from = deck.written();
    deck.type_keys("G");
    deck.wait_frame(from);
    // All of it, from the program's first byte: a look that began amid a frame would count half of it.
    let raw = deck.raw();
    let raw = String::from_utf8_lossy(&raw);
    let mut inside = false;
    for (at, _) in raw.match_indices("\x1b[?2026") {
        let begins = raw[at..].starts_with("\x1b[?2026h");
        let ends = raw[at..].starts_with("\x1b[?2026l");
        assert!(begins || ends, "neither begun nor ended: {:?}", &raw[at..]);
        assert_ne!(begins, inside, "a frame within a frame, or an end without one");
        inside = begins;
    }
}

#[test]
fn a_context_that_may_not_be_changed_is_marked_among_the_contexts() {
    let cloud = crate::cloud::Cloud::start(&[]);
    let text = cloud.text().replacen("platform = \"cycle\"", "platform = \"cycle\"\nread_only = true", 1);
    let deck = Deck::configured(&text);
    deck.wait_for("web-1");
    deck.type_keys("@");
    deck.wait_until("one read-only context", |screen| screen.contents().matches("read-only").count() == 1);
}

#[test]
fn sixty_by_fifteen_shows_the_names_and_all_comes_back() {
    let mut deck = Deck::demo();
    deck.wait_for("WHERE");
    // All rows: the last one must be further down than sixty by fifteen shows.
    deck.wait_for("web-1");
    deck.resize(60, 15);
    deck.wait_gone("WHERE");
    deck.wait_for("1 Inst ");
    deck.wait_for("checkout-1");
    deck.type_keys("G");
    deck.wait_gone("checkout-1");
    deck.type_keys("g");
    deck.wait_for("checkout-1");
    deck.resize(120, 36);
    for words in ["WHERE", "1 Instances", "checkout-1", "web-1"] {
        deck.wait_for(words);
    }
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    deck.assert_restored();
}

#[test]
fn the_wheel_moves_a_table_by_three_rows_until_the_mouse_is_released() {
    const DOWN: &str = "\x1b[<65;20;8M";
    const UP: &str = "\x1b[<64;20;8M";
    let deck = Deck::demo();
    deck.wait_for("web-1");
    // So low that not all rows fit. The thumb says that the program knows: before, its last row of a higher screen lands
    // on the last of this one.
    deck.resize(120, 15);
    deck.wait_until("the thumb of a table that does not fit", |screen| {
        let screen = screen.contents();
        screen.contains("checkout-4")
            && (1..6).contains(&screen.lines().filter(|line| line.ends_with('┃')).count())
    });
    deck.type_keys(DOWN);
    deck.wait_until("three rows gone", |screen| {
        let screen = screen.contents();
        !screen.contains("checkout-3") && screen.contains("checkout-4")
    });
    deck.type_keys(UP);
    deck.wait_for("checkout-1");
    let before = deck.written();
    deck.type_keys("M");
    deck.wait_for("mouse released");
    let after = String::from_utf8_lossy(&deck.raw()[before..]).into_owned();
    assert!(after.contains("\x1b[?1000l"), "the mouse was not released: {after:?}");
}
