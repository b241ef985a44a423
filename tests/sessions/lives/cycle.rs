//! Containers and instances of Cycle: instances are created, migrated and deleted, a container is stopped, started and
//! scaled, a volume is extended, and SSH credentials are made.

use std::time::{Duration, Instant};

use super::Life;
use crate::deck::keys;

/// A container whose number of instances only an operator changes.
const CONTAINER: &str = "Storefront";
/// The instance that is made.
const NAME: &str = "web-7";

/// Goes to a pane by its key and shows the rows with this name alone.
fn show(life: &Life, pane: &str, name: &str) {
    life.deck.type_keys(pane);
    life.wait_row(name, "");
    life.filter(name);
}

/// Lists again until the row of this name shows a text: a container counts its instances only when it is listed.
fn refresh_until(life: &Life, name: &str, text: &str) {
    let is_shown = |screen: &str| screen.lines().any(|line| line.contains(name) && line.contains(text));
    for _ in 0..15 {
        life.deck.type_keys("r");
        let since = Instant::now();
        life.deck.wait_until("a list", |screen| {
            is_shown(&screen.contents()) || since.elapsed() > Duration::from_secs(2)
        });
        if is_shown(&life.deck.screen()) {
            return;
        }
    }
    panic!("no {text} of {name}:\n{}", life.deck.screen());
}

#[test]
fn an_instance_of_cycle_is_created_migrated_and_deleted() {
    let life = Life::start("cycle", "web-1");
    let deck = &life.deck;
    show(&life, "2", CONTAINER);
    life.wait_row(CONTAINER, "running 6/6");
    life.act("n", "Create instances");
    life.choose("Server *", "plover");
    life.preview(&format!("container {CONTAINER}"));
    life.confirm("y");
    deck.wait_for(&format!("Create instances new {CONTAINER}: done"));
    show(&life, "1", NAME);
    life.wait_row(NAME, "running Amsterdam");
    deck.type_keys("2");
    refresh_until(&life, CONTAINER, " 7/7 ");
    deck.type_keys("1");
    life.wait_row(NAME, "running Amsterdam");

    life.act("m", "Migrate");
    life.choose("Server *", "osprey");
    life.preview(&format!("Migrate instance {NAME} of container {CONTAINER} to server osprey."));
    deck.wait_for("plover → osprey");
    life.confirm("y");
    deck.wait_for(&format!("Migrate {NAME}: done"));
    life.wait_row(NAME, "running Ashburn");

    deck.type_keys("D");
    deck.wait_for("What is on its volumes is lost.");
    life.confirm("d");
    deck.wait_for(&format!("Delete {NAME}: done"));
    life.wait_no_row(NAME);
    deck.wait_for("0 of ");
    assert_eq!(
        life.outcomes(),
        [
            format!("instance.create {CONTAINER} done"),
            format!("instance.migrate {NAME} done"),
            format!("instance.delete {NAME} done"),
        ]
    );
}

#[test]
fn a_container_of_cycle_is_stopped_started_and_scaled_and_a_volume_is_extended() {
    let life = Life::start("cycle", "web-1");
    let deck = &life.deck;
    show(&life, "2", CONTAINER);
    life.act("t", "Stop");
    deck.wait_for(&format!("Stop container {CONTAINER} with its 6 instances."));
    life.confirm("y");
    deck.wait_for(&format!("Stop {CONTAINER}: done"));
    life.wait_row(CONTAINER, "stopped 0/6");
    // A start needs no answer.
    life.act("s", "Start");
    deck.wait_for(&format!("Start {CONTAINER}: done"));
    life.wait_row(CONTAINER, "running 6/6");

    life.act("z", "Scale");
    life.enter("Instances *", "8");
    life.preview(&format!("Scale container {CONTAINER} to 8."));
    deck.wait_for("6 → 8");
    life.confirm("y");
    deck.wait_for(&format!("Scale {CONTAINER}: done"));
    life.wait_row(CONTAINER, "running 8/8");

    show(&life, "1", "db-1");
    life.act("e", "Extend a volume");
    life.choose("Volume *", "/var/lib/postgresql");
    life.enter("Extend by *", "5");
    life.preview("Extend volume /var/lib/postgresql of instance db-1");
    life.confirm("y");
    deck.wait_for("Extend a volume db-1: done");
    assert_eq!(
        life.outcomes(),
        [
            format!("container.stop {CONTAINER} done"),
            format!("container.start {CONTAINER} done"),
            format!("container.scale {CONTAINER} done"),
            "instance.extend-volume db-1 done".to_owned(),
        ]
    );
}

#[test]
fn ssh_credentials_of_cycle_are_shown_once_and_closing_asks() {
    let life = Life::start("cycle", "web-1");
    let deck = &life.deck;
    life.filter("web-1");
    deck.wait_for("1 of ");
    life.act("h", "Make SSH credentials");
    deck.wait_for("opens a shell in the instance for half an hour");
    life.confirm("y");
    deck.wait_for("shown only now");
    let password_line =
        |screen: &str| screen.lines().find(|line| line.contains("password")).map(str::to_owned);
    let masked = password_line(&deck.screen()).expect("a password");
    assert!(masked.contains("••••••••"), "{masked}");
    deck.wait_for("ssh -p ");
    life.answer("u");
    deck.wait_for("u mask");
    let shown = password_line(&deck.screen()).expect("a password");
    let password = shown.split_whitespace().find(|word| word.len() > 12).expect("a password").to_owned();
    deck.type_keys("u");
    deck.wait_gone(&password);
    deck.type_keys(keys::ESC);
    deck.wait_for("not copied yet, and not shown again");
    deck.wait_for("shown only now");
    deck.type_keys(keys::ESC);
    deck.wait_gone("shown only now");

    deck.type_keys(":journal\r");
    deck.wait_for("ssh credentials web-1");
    assert_eq!(life.outcomes(), ["instance.ssh-credentials web-1 done"]);
    let path = deck.home.path().join(".local/state/quarterdeck/journal.jsonl");
    let journal = std::fs::read_to_string(path).expect("a journal");
    assert!(!journal.contains(&password), "the password is not written down");
}
