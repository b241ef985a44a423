//! The README's picture of the screen, made from the real binary.

use std::path::Path;

use crate::deck::Deck;

#[test]
#[ignore = "writes README.md: run it by name when the screen has changed"]
fn picture() {
    const BEGIN: &str = "<!-- made from the binary: begin -->";
    const END: &str = "<!-- made from the binary: end -->";
    let deck = Deck::sized(&["--context", "demo-cycle,demo-quasarch"], 120, 32);
    // Wait until the sparklines have something to show.
    deck.wait_until("sparklines", |screen| {
        screen.contents().chars().filter(|c| ('▁'..='█').contains(c)).count() > 270
    });
    let screen: Vec<String> = deck.screen().lines().map(|line| line.trim_end().to_owned()).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let page = std::fs::read_to_string(&path).expect("readable");
    let (before, rest) = page.split_once(BEGIN).expect("a first mark");
    let (_, after) = rest.split_once(END).expect("a second mark");
    let page = format!("{before}{BEGIN}\n```text\n{}\n```\n{END}{after}", screen.join("\n"));
    std::fs::write(&path, page).expect("writable");
}
