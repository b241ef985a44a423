//! Every platform at once: one table over all of them, and one that goes and comes back while the others live on.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use quarterdeck::providers::Registry;

use crate::cloud::Cloud;
use crate::deck::{Deck, keys};
use crate::network::Cable;

/// Rows of every context, by name: each is filtered for, since not all fit the screen at once.
fn each_context_has_rows(deck: &Deck, without: &[&str]) {
    for registration in Registry::builtin().iter() {
        let name = registration.platform().name();
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
                    && ["●", "○", "◐", "▲", "✗", "✔", "·"].iter().any(|mark| line.contains(mark))
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

/// What a server answers to `GET` of an address.
fn get(address: &str) -> String {
    let (host, path) =
        address.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("an address");
    let mut stream = TcpStream::connect(host).expect("it listens");
    let ask = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(ask.as_bytes()).expect("it listens");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("a whole answer");
    answer
}

#[test]
fn a_console_that_is_a_page_opens_in_a_browser_and_shows_its_address_nowhere_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let (browser, seen) = (folder.path().join("browser"), folder.path().join("seen"));
    let script = format!("#!/bin/sh\nprintf %s \"$1\" > '{0}.part'\nmv '{0}.part' '{0}'\n", seen.display());
    std::fs::write(&browser, script).expect("writable");
    let may_run = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&browser, may_run).expect("it is ours");
    let deck =
        Deck::with_environment(&["--context", "demo-gcore"], &[("BROWSER", &browser.to_string_lossy())]);
    deck.wait_for("api-2");
    deck.type_keys(keys::ESC);
    deck.wait_gone("esc hides this");
    deck.type_keys("/api-2\r");
    deck.wait_gone("api-1");
    deck.type_keys("i");
    deck.wait_for("page in a browser");
    deck.type_keys("w");
    deck.wait_for("a page for a browser");
    deck.wait_for("http://127.0.0.1/••••");
    deck.type_keys(keys::ENTER);
    deck.wait_for("browser");
    deck.wait_until("the browser has it", |_| seen.exists());
    let address = std::fs::read_to_string(&seen).expect("an address");
    let page = get(&address);
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("<h1>api-2</h1>"), "{page}");
    let token = address.rsplit("token%3D").next().expect("a token");
    assert!(token.len() > 20, "{address}");
    let shown = String::from_utf8_lossy(&deck.raw()).into_owned();
    assert!(!shown.contains(token), "the token was on the screen");
}

#[test]
fn one_platform_goes_and_comes_back_by_itself_and_the_others_live_on() {
    let registry = Registry::builtin();
    let names = registry.iter().map(|it| it.platform().name());
    let rest: Vec<&str> = names.filter(|name| *name != "exoscale").collect();
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
        contents.lines().any(|line| line.contains("demo-exoscale") && line.contains("old"))
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
