//! A Gcore instance: its flavor changes while it is stopped, and its deletion asks for its volumes.

use super::{Life, NAME};

#[test]
fn a_gcore_instance_from_its_form_to_its_deletion_with_its_volumes() {
    let life = Life::start("gcore", "api-1");
    life.create("Create an instance");
    life.choose("Region *", "Luxembourg");
    life.choose("Image *", "ubuntu-24.04-x64");
    life.choose("Flavor *", "g2-standard-1-2");
    life.enter("Name *", NAME);
    life.preview("Volumes that are not deleted with the instance stay billed after it.");
    life.answer("y");
    life.done("Create an instance");
    life.filter(NAME);
    life.wait_row(NAME, "active g2-standard-1-2");

    life.act("l", "Change tags");
    life.enter("Tags", "env=life");
    life.preview("+ tags.env  life");
    life.answer("y");
    life.done("Change tags");

    life.act("n", "Rename");
    life.enter("Name *", RENAMED);
    life.preview(&format!("{NAME} → {RENAMED}"));
    life.answer("y");
    life.done("Rename");
    life.wait_row(RENAMED, "active");

    life.act("t", "Stop");
    life.deck.wait_for("nothing is sent");
    life.answer("y");
    life.deck.wait_for(&format!("Stop {RENAMED}: done"));
    life.wait_row(RENAMED, "shutoff");

    life.act("z", "Change flavor");
    life.choose("Flavor *", "g2-standard-2-4");
    life.preview("g2-standard-1-2 → g2-standard-2-4");
    life.answer("y");
    life.deck.wait_for(&format!("Change flavor {RENAMED}: done"));
    life.wait_row(RENAMED, "shutoff g2-standard-2-4");

    life.deck.type_keys("D");
    life.choose("Volumes", "Delete all");
    life.preview("delete");
    life.answer("d");
    life.deck.wait_for(&format!("Delete {RENAMED}: done"));
    life.wait_no_row(RENAMED);

    let expected = [
        "instance.create new instance done",
        "instance.labels life-1 done",
        "instance.rename life-1 done",
        "instance.stop life-1-b done",
        "instance.resize life-1-b done",
        "instance.delete life-1-b done",
    ];
    assert_eq!(life.outcomes(), expected);
}

/// Its second name, which the filter for the first one shows too.
const RENAMED: &str = "life-1-b";
