//! Credentials that are refused amid a session, and things that they may not do.

use crate::cloud::Cloud;
use crate::deck::{Deck, keys};
use crate::gate::Gate;

const CTRL_R: &str = "\x12";

/// Cycle's demo behind a gate.
fn gated() -> (Cloud, Gate, String) {
    let cloud = Cloud::start(&["--faces", "cycle"]);
    let gate = Gate::before(&cloud.address());
    let configuration = cloud.text().replace(&cloud.address(), &gate.address());
    (cloud, gate, configuration)
}

#[test]
fn a_token_that_is_refused_amid_the_session_is_told_and_a_key_signs_in_again() {
    let (_cloud, gate, configuration) = gated();
    let mut deck = Deck::configured(&configuration);
    deck.wait_for("web-1");
    gate.shut(true);
    deck.type_keys("r");
    deck.wait_for("demo-cycle: the credentials were refused: That key is not known here");
    assert!(deck.screen().contains("^r signs in again"), "{}", deck.screen());
    assert!(deck.screen().contains("web-1"), "what was known stays:\n{}", deck.screen());

    // While they are refused, the key tries and tells the same.
    deck.type_keys(CTRL_R);
    deck.wait_for("signing in again to demo-cycle");
    deck.wait_for("the credentials were refused");

    // Nothing is tried by itself: only the key brings it back.
    gate.shut(false);
    deck.type_keys(CTRL_R);
    deck.wait_gone("the credentials were refused");
    deck.wait_gone("401");
    deck.wait_for("web-1");
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
    deck.assert_restored();
}

#[test]
fn what_a_role_lacks_is_noted_in_its_pane_and_hides_nothing_else() {
    let (_cloud, gate, configuration) = gated();
    gate.forbid("/v1/jobs");
    let mut deck = Deck::configured(&configuration);
    deck.wait_for("web-1");
    deck.wait_for("Operations ✗");
    deck.type_keys("5");
    deck.wait_for("demo-cycle may not list operations");
    deck.wait_for("`apionly-jobs-view`");
    // Back to the table before.
    deck.type_keys("-");
    deck.wait_for("instances(all)");
    deck.wait_for("web-1");
    assert!(!deck.screen().contains("may not"), "{}", deck.screen());
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
}
