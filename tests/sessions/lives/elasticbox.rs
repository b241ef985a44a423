//! An ElasticBox instance: deployed from a box, terminated first and its record deleted then.

use super::{Life, NAME};

#[test]
fn an_elasticbox_instance_from_its_box_to_the_deletion_of_its_record() {
    let life = Life::start("elasticbox", "jenkins-1");
    life.create("Deploy a box");
    life.choose("Box *", "Tomcat");
    life.enter("Name *", NAME);
    life.choose("Policy *", "Shop production in gb3");
    life.preview("The cloud account of its policy pays for its machines from now on.");
    life.answer("y");
    life.done("Deploy a box");
    life.filter(NAME);
    life.wait_row(NAME, "online test.micro Slough");

    life.act("u", "Change settings");
    life.enter("Tags", "life");
    life.preview("~ tags  none → life");
    life.answer("y");
    life.done("Change settings");
    life.deck.wait_for("life=");

    life.act("t", "Shut down");
    life.deck.wait_for("nothing is sent");
    life.answer("y");
    life.done("Shut down");
    life.wait_row(NAME, "shutdown");

    life.deck.type_keys("D");
    life.deck
        .wait_for(&format!("Delete record {NAME}: only the record of a terminated instance can be deleted"));
    life.answer("m");
    life.deck.wait_for("this cannot be undone");
    life.answer("m");
    life.done("Terminate");
    life.wait_row(NAME, "terminated");

    life.deck.type_keys("D");
    life.deck.wait_for(&format!("Delete the record of instance {NAME} "));
    life.answer("d");
    life.done("Delete record");
    life.wait_no_row(NAME);

    let expected = [
        "instance.create new instance done",
        "instance.update life-1 done",
        "instance.stop life-1 done",
        "instance.terminate life-1 done",
        "instance.delete life-1 done",
    ];
    assert_eq!(life.outcomes(), expected);
}
