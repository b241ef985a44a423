//! Keys that come all at once, as a fast typist's do over a slow connection.

use crate::deck::Deck;

#[test]
fn keys_that_come_together_are_all_taken_at_once() {
    let deck = Deck::demo();
    // No key follows that could carry the others along.
    deck.type_keys("/abcdefgh");
    deck.wait_for("/abcdefgh");
}
