//! Consoles out of view: links that break and come back, bells and output seen from the table.

use crate::cloud::Cloud;
use crate::consoles::{attach, attach_to, detach, run};
use crate::deck::{Deck, keys};
use crate::network::Cable;

/// A deck whose way to the demo cloud is a cable, with a console attached.
fn attached_through(cable: &Cable, cloud: &Cloud) -> Deck {
    let deck = Deck::configured(&cloud.text().replace(&cloud.address(), &cable.address()));
    deck.wait_for("web-1");
    attach(&deck);
    deck
}

/// The lines of the screen without the border of the console.
fn lines(screen: &str) -> Vec<String> {
    screen.lines().map(|line| line.trim_matches(['│', ' ']).to_owned()).collect()
}

#[test]
fn a_console_whose_link_breaks_comes_back_with_a_seam_and_its_backlog_is_shown_once() {
    let cloud = Cloud::start(&[]);
    let mut cable = Cable::to(&cloud.address());
    let mut deck = attached_through(&cable, &cloud);
    run(&deck, "kept=still-$((30 + 3))-here; echo before-$((50 + 5))");
    deck.wait_for("before-55");
    cable.pull();
    deck.wait_for("reconnecting");
    assert!(deck.screen().contains("before-55"), "the last screen stays:\n{}", deck.screen());
    cable.plug();
    deck.wait_for("── reconnected ");
    deck.wait_gone("reconnecting");
    // What is typed before the replay has come ends the comparison: its answer is none, however alike.
    deck.wait_until("the prompt below the seam", |screen| {
        let screen = screen.contents();
        screen.split_once("── reconnected ").is_some_and(|(_, below)| below.contains("# "))
    });
    run(&deck, "echo $kept");
    deck.wait_for("still-33-here");
    let screen = deck.screen();
    let lines = lines(&screen);
    let at = |text: &str| lines.iter().filter(|line| line.as_str() == text).count();
    assert_eq!((at("ready-42"), at("before-55"), at("still-33-here")), (1, 1, 1), "{screen}");
    let seam = lines.iter().position(|line| line.starts_with("── reconnected ")).expect("a seam");
    assert!(lines[seam].contains(" after ") && lines[seam].ends_with("──"), "{screen}");
    assert!(lines[..seam].iter().any(|line| line == "before-55"), "{screen}");
    assert!(lines[seam + 1].contains("# echo $kept"), "the prompt goes on below the seam:\n{screen}");

    deck.type_keys(keys::PREFIX);
    deck.type_keys("d");
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    deck.assert_restored();
}

#[test]
fn a_shell_that_exits_with_its_platform_gone_can_be_asked_for_at_once() {
    let cloud = Cloud::start(&[]);
    let mut cable = Cable::to(&cloud.address());
    let deck = attached_through(&cable, &cloud);
    cable.pull();
    deck.wait_for("attempt 3");
    cable.plug();
    deck.type_keys("r");
    deck.wait_for("── reconnected ");
    run(&deck, "echo again-$((60 + 6))");
    deck.wait_for("again-66");
}

/// The row of an instance in the table.
fn row(screen: &str, name: &str) -> String {
    screen.lines().find(|line| line.contains(name) && line.contains("running")).unwrap_or_default().to_owned()
}

#[test]
fn a_bell_and_output_are_seen_from_the_table_until_they_are_looked_at() {
    let deck = Deck::demo();
    attach(&deck);
    // Again and again, so that one comes after the console was left.
    run(&deck, "clear; (while :; do printf '\\a'; sleep 0.5; done) & echo ready-$((40 + 2))");
    deck.wait_for("ready-42");
    detach(&deck);
    deck.type_keys(keys::ESC);
    deck.wait_for("trainer-1");
    attach_to(&deck, "relay-1");
    run(&deck, "clear; (while :; do echo tick; sleep 0.5; done) & echo ready-$((40 + 2))");
    deck.wait_for("ready-42");
    detach(&deck);
    deck.type_keys("/name:relay\r");
    deck.wait_until("a bell and activity", |screen| {
        let screen = screen.contents();
        row(&screen, "relay-2").contains('♪') && row(&screen, "relay-1").contains('»')
    });
    let header = deck.screen().lines().next().unwrap_or_default().to_owned();
    assert!(header.contains("♪ 1") && header.contains("» "), "{header}");

    for name in ["relay-1", "relay-2"] {
        deck.type_keys(&format!("/name:{name}\r"));
        let other = if name == "relay-1" { "relay-2" } else { "relay-1" };
        deck.wait_until("the row alone", |screen| row(&screen.contents(), other).is_empty());
        deck.type_keys("a");
        run(&deck, "kill %1; wait; clear; echo over-$((70 + 7))");
        deck.wait_until("the end and a prompt", |screen| {
            let screen = screen.contents();
            let lines = lines(&screen);
            let over = lines.iter().position(|line| line == "over-77");
            over.and_then(|over| lines.get(over + 1)).is_some_and(|line| line.ends_with('#'))
        });
        deck.type_keys(keys::PREFIX);
        // The frame with its keys has seen all of the output: what is seen leaves no mark.
        deck.wait_for("[ copy mode");
        deck.type_keys("d");
        deck.wait_gone("over-77");
    }
    deck.type_keys("/name:relay\r");
    deck.wait_until("no marks", |screen| {
        let screen = screen.contents();
        ["relay-1", "relay-2"].iter().all(|name| {
            let row = row(&screen, name);
            row.contains('›') && !row.contains(['♪', '»'])
        })
    });
    let header = deck.screen().lines().next().unwrap_or_default().to_owned();
    assert!(!header.contains(['♪', '»']), "{header}");
}
