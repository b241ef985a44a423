//! Every platform at once: one table over all of them, and one that goes and comes back while the others live on.

use quarterdeck::model::Platform;

use crate::cloud::Cloud;
use crate::deck::{Deck, keys};
use crate::network::Cable;

/// Rows of every context, by name: each is filtered for, since not all fit the screen at once.
fn each_context_has_rows(deck: &Deck, without: &[&str]) {
    for platform in Platform::ALL {
        let name = platform.name();
        // Quasarch has containers and no instances.
        let pane = if name == "quasarch" { "2" } else { "1" };
        if without.contains(&name) {
            continue;
        }
        deck.type_keys(pane);
        deck.type_keys(&format!("/ctx:demo-{name}\r"));
        // In the frame's head it stands between two lines once it is set.
        let set = format!("─ /ctx:demo-{name} ─");
        deck.wait_for(&set);
        deck.wait_until(&format!("rows of {name}"), |screen| {
            let contents = screen.contents();
            // A row begins with the mark of its state.
            contents.lines().any(|line| {
                line.contains(&format!("demo-{name}"))
                    && line.starts_with('│')
                    && ["●", "○", "◐", "▲", "✗", "✔", "·"]
                        .iter()
                        .any(|mark| line.contains(mark))
            })
        });
        deck.type_keys(keys::ESC);
        deck.wait_gone(&set);
    }
}

#[test]
fn one_table_holds_every_platform() {
    let mut deck = Deck::start(&[]);
    deck.wait_for("demo-cycle");
    deck.type_keys(keys::ESC);
    deck.wait_gone("esc hides this");
    each_context_has_rows(&deck, &[]);
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
}

#[test]
fn one_platform_goes_and_comes_back_by_itself_and_the_others_live_on() {
    let rest: Vec<&str> = Platform::ALL
        .iter()
        .map(|platform| platform.name())
        .filter(|name| *name != "exoscale")
        .collect();
    let cloud = Cloud::start(&["--faces", &rest.join(",")]);
    let far = Cloud::start(&["--faces", "exoscale"]);
    let mut cable = Cable::to(&far.address());
    // Exoscale's zones are told as addresses of the far end; the cable must be what they lead to.
    let text = far.text().replace(&far.address(), &cable.address());
    let mut deck = Deck::configured(&format!("{}\n{text}", cloud.text()));
    deck.wait_for("demo-exoscale");
    each_context_has_rows(&deck, &[]);
    cable.pull();
    deck.type_keys("r");
    let stale = |screen: &vt100::Screen| {
        let contents = screen.contents();
        contents
            .lines()
            .any(|line| line.contains("demo-exoscale") && line.contains("old"))
    };
    deck.wait_until("its rows marked as old", stale);
    each_context_has_rows(&deck, &["exoscale"]);
    // What was known of it stays.
    deck.type_keys("1/ctx:demo-exoscale\r");
    deck.wait_for("front-1");
    cable.plug();
    // Nobody presses a key: it recovers by itself.
    deck.wait_until("its rows are fresh", |screen| !stale(screen));
    deck.wait_for("front-1");
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
}
