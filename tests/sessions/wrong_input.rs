//! Networks and servers that fail: the program says what happened and goes on.

use rustix::process::Signal;

use crate::cloud::Cloud;
use crate::deck::{Deck, keys};
use crate::network::{Cable, Server, answer, contexts};

/// A demo cloud and beside it one context that fails in its own way; `words` tell how, and the demo goes on.
fn beside_a_good_one(url: String, words: &str) {
    let cloud = Cloud::start(&[]);
    let mut deck = Deck::configured(&format!("{}\n{}", cloud.text(), contexts(&[("odd-one", url)])));
    deck.wait_for("odd-one");
    deck.wait_for("web-1");
    deck.type_keys("@");
    deck.wait_for("─ contexts ─");
    deck.wait_for(words);
    assert!(!deck.screen().contains("fake-token"));
    deck.type_keys(keys::ESC);
    // Esc and another key at once would be Alt and that key.
    deck.wait_gone("─ contexts ─");
    deck.wait_for("web-1");
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
}

#[test]
fn a_refused_token() {
    let server = Server::start(answer(
        "401 Unauthorized",
        "application/json",
        r#"{"error":{"status":401,"code":"401.auth-invalid","title":"That key is not known here"},"data":null}"#,
    ));
    beside_a_good_one(server.url(), "That key is not known here");
}

#[test]
fn nobody_at_the_address() {
    let mut cable = Cable::to("127.0.0.1:1");
    cable.pull();
    beside_a_good_one(format!("http://{}", cable.address()), "unreachable");
}

#[test]
fn a_web_page_where_an_answer_belongs() {
    let page = "<!doctype html><html><body>Sign in to the hotel's network</body></html>";
    let server = Server::start(answer("200 OK", "text/html", page));
    beside_a_good_one(server.url(), "unexpected answer");
}

#[test]
fn half_a_document() {
    let half = r#"{"data":[{"id":"651586fca6078e98982dbd90","name":"ha"#;
    let server = Server::start(answer("200 OK", "application/json", half));
    beside_a_good_one(server.url(), "unexpected answer");
}

#[test]
fn bytes_that_are_no_text() {
    let mut bytes = answer("200 OK", "application/json", "????").into_bytes();
    let length = bytes.len();
    bytes[length - 4..].copy_from_slice(&[0xff, 0xfe, 0x00, 0x1b]);
    let server = Server::start(bytes);
    beside_a_good_one(server.url(), "unexpected answer");
}

#[test]
fn a_server_that_goes_and_comes_back() {
    let cloud = Cloud::start(&[]);
    let mut cable = Cable::to(&cloud.address());
    let through_cable = cloud.text().replace(&cloud.address(), &cable.address());
    let mut deck = Deck::configured(&through_cable);
    deck.wait_for("web-1");
    cable.pull();
    deck.type_keys("r");
    deck.wait_for("retry");
    assert!(deck.screen().contains("web-1"), "what was known stays:\n{}", deck.screen());
    cable.plug();
    deck.type_keys("r");
    deck.wait_gone("retry");
    assert!(deck.screen().contains("web-1"));
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    deck.assert_restored();
}

#[test]
fn a_server_that_hangs_does_not_hang_the_screen() {
    let cloud = Cloud::start(&[]);
    let mut deck = Deck::connected(&cloud);
    deck.wait_for("web-1");
    cloud.signal(Signal::STOP);
    deck.type_keys("r");
    deck.look_into_help();
    deck.type_keys(keys::CTRL_C);
    let left = deck.exit_status().success();
    cloud.signal(Signal::CONT);
    assert!(left);
    deck.assert_restored();
}

#[test]
fn every_size_of_terminal_is_drawn_on() {
    let mut deck = Deck::sized(&[], 1, 1);
    for (columns, rows) in [(2, 2), (300, 1), (1, 100), (10, 4), (60, 15)] {
        deck.resize(columns, rows);
    }
    deck.resize(120, 36);
    deck.wait_for("demo-cycle");
    deck.resize(1, 1);
    deck.resize(120, 36);
    deck.wait_for("demo-cycle");
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
}
