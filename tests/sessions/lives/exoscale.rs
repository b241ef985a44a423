//! An Exoscale instance: its type changes once it is stopped.

use super::{Life, NAME};

#[test]
fn an_exoscale_instance_from_its_form_to_its_deletion() {
    let life = Life::start("exoscale", "front-1");
    life.create("Create an instance");
    life.enter("Name *", NAME);
    life.choose("Template *", "Linux Ubuntu 24.04");
    life.preview("It is billed until it is deleted.");
    life.answer("y");
    life.done("Create an instance");
    life.filter(NAME);
    life.wait_row(NAME, "running standard.medium");

    life.act("l", "Change labels");
    life.enter("Labels", "env=life");
    life.preview("+ labels.env  life");
    life.answer("y");
    life.done("Change labels");
    life.deck.wait_for("env=life");

    life.deck.type_keys("x");
    life.deck.wait_for("it is running: stop it first");
    life.deck.type_keys("t");
    life.deck.wait_for("nothing is sent");
    life.answer("y");
    life.done("Stop");
    life.wait_row(NAME, "stopped");

    life.act("z", "Change size");
    life.choose("Type *", "standard.large");
    life.preview("standard.medium → standard.large");
    life.answer("y");
    life.done("Change size");
    life.wait_row(NAME, "stopped standard.large");

    life.deck.type_keys("D");
    life.deck.wait_for("Its disk and everything on it are lost.");
    life.answer("d");
    life.done("Delete");
    life.wait_no_row(NAME);

    let expected = [
        "instance.create new instance done",
        "instance.labels life-1 done",
        "instance.stop life-1 done",
        "instance.resize life-1 done",
        "instance.delete life-1 done",
    ];
    assert_eq!(life.outcomes(), expected);
}
