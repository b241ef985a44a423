//! A container of Quasarch: it is created, updated, compared, rolled back and deleted.

use super::Life;
use crate::deck::keys;

const NAME: &str = "life";
const OLD: &str = "nginx:1.27";
const NEW: &str = "nginx:1.28";

#[test]
fn a_container_of_quasarch_is_created_updated_rolled_back_and_deleted() {
    let life = Life::start_in("2", "quasarch", "wiki");
    let deck = &life.deck;

    deck.type_keys("+");
    deck.wait_for("Create container");
    deck.type_keys(keys::ENTER);
    life.enter("Name *", NAME);
    life.enter("Image *", OLD);
    life.preview(&format!("Create container {NAME} of image {OLD}."));
    deck.wait_for("billed by its running time");
    life.confirm("y");
    deck.wait_for(&format!("Create {NAME}: done"));
    life.wait_row(NAME, &format!("deployed {OLD}"));
    life.filter(NAME);
    deck.wait_for("1 of 7");

    life.act("u", "Change settings");
    life.enter("Image *", NEW);
    life.preview(&format!("{OLD} → {NEW}"));
    life.confirm("y");
    deck.wait_for(&format!("Change settings {NAME}: done"));
    life.wait_row(NAME, &format!("deployed {NEW}"));

    revisions_are_compared_and_the_first_is_rolled_back_to(&life);

    deck.type_keys(keys::ESC);
    life.wait_row(NAME, &format!("deployed {OLD}"));
    deck.type_keys("D");
    deck.wait_for(&format!("It no longer answers at {NAME}."));
    // `y` is no answer to a deletion.
    life.answer("y");
    life.confirm("d");
    deck.wait_for(&format!("Delete {NAME}: done"));
    life.wait_no_row(NAME);
    assert_eq!(
        life.outcomes(),
        [
            "container.create new container done".to_owned(),
            format!("container.update {NAME} done"),
            format!("revision.roll-back {NAME}/1 done"),
            format!("container.delete {NAME} done"),
        ]
    );
}

/// Compares the two revisions of the container under the cursor and rolls back to the older from there.
fn revisions_are_compared_and_the_first_is_rolled_back_to(life: &Life) {
    let deck = &life.deck;
    let has_revision = |number: u32, state: &str, image: &str| {
        deck.wait_until(&format!("revision {number}, {state}"), |screen| {
            let contents = screen.contents();
            let mut rows = contents.lines().filter(|line| line.contains(&format!(" {NAME} ")));
            rows.any(|line| {
                let words: Vec<&str> = line.split_whitespace().collect();
                let all = [&*number.to_string(), state, image];
                all.iter().all(|word| words.contains(word))
            })
        });
    };
    deck.type_keys("R");
    deck.wait_for(&format!("revisions(‹ {NAME})"));
    has_revision(2, "current", NEW);
    has_revision(1, "superseded", OLD);
    // The newest is the first; one alone is compared with the one in use.
    deck.type_keys("j=");
    deck.wait_for("1 compared with 2 (now)");
    deck.wait_until("both images", |screen| {
        let contents = screen.contents();
        contents.lines().any(|line| line.contains("image") && line.contains(OLD) && line.contains(NEW))
    });
    deck.type_keys("b");
    deck.wait_for(&format!("Roll {NAME} back to revision 1, image {OLD}."));
    deck.wait_for(&format!("{NEW} → {OLD}"));
    deck.wait_for("stay as they are");
    // `y` is no answer to what destroys.
    life.answer("y");
    life.confirm("b");
    deck.wait_for(&format!("Roll back {NAME}/1: done"));
    has_revision(3, "current", OLD);
    has_revision(2, "superseded", NEW);
    has_revision(1, "superseded", OLD);
}
