//! What the forms refuse, with the name of the field, and what does not fit a container.

use quarterdeck::model::{ActionId, FieldValue, FormValues, Kind, Resource};
use quarterdeck::providers::cycle;

use super::containers::{DELETE_INSTANCES, REIMAGE, running};
use super::instances::{EXTEND, MIGRATE};
use crate::setup::{Deck, demo, list, offered, pairs, several, texts};

#[tokio::test]
async fn every_wrong_value_is_refused_beside_its_field() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let container = running(&provider).await;
    let (instances, _) = list(&provider, Kind::Instance).await;
    let deck = Deck::of(cycle::PLATFORM, &provider, &container);
    let is_up = |row: &&Resource| {
        deck.fleet.actions(row).iter().any(|it| it.id == MIGRATE && it.availability.is_yes())
    };
    let instance = instances.iter().find(is_up).expect("one that is up");
    let text = FieldValue::text;
    let (update, scale) = (ActionId::CONTAINER_UPDATE, ActionId::CONTAINER_SCALE);
    let long = "x".repeat(300);
    for (action, field, value, message) in [
        (scale, "instances", text("0"), "must be from 1 to 1000"),
        (scale, "instances", text("1001"), "must be from 1 to 1000"),
        (scale, "instances", text(""), "must be filled in"),
        (scale, "instances", text("two"), "expected a whole number"),
        (scale, "instances", text("2.5"), "must be a whole number"),
        (ActionId::INSTANCE_CREATE, "server_id", text(""), "must be filled in"),
        (ActionId::INSTANCE_CREATE, "server_id", text("nowhere"), "nowhere is not among the choices"),
        (ActionId::INSTANCE_CREATE, "new_instances", text("0"), "must be from 1 to 1000"),
        (DELETE_INSTANCES, "instances", several(&[]), "must be filled in"),
        (DELETE_INSTANCES, "instances", several(&["i9"]), "i9 is not among the choices"),
        (REIMAGE, "image_id", text(""), "must be filled in"),
        (REIMAGE, "image_id", text("nothing"), "nothing is not among the choices"),
        (REIMAGE, "incompatible_image_id", text("short"), "at least 24 characters, this has 5"),
        (REIMAGE, "incompatible_image_id", text("zzzzzzzzzzzzzzzzzzzzzzzz"), "must be 24 hexadecimal digits"),
        (update, "public", text(""), "must be filled in"),
        (update, "public", text("everyone"), "everyone is not among the choices"),
        (update, "hostname", text("Web"), "must begin with one of the small letters of ASCII or a digit"),
        (update, "hostname", text("wäb"), "may hold small letters, digits and - ., not ä"),
        (update, "hostname", text(long.as_str()), "at most 253 characters, this has 300"),
        (update, "ports", several(&["80 8080"]), "80 8080: may hold letters, digits and : /, not a space"),
        (update, "strategy", text("chaos"), "chaos is not among the choices"),
        (update, "cpu_limit", text("-1"), "must be from 0 to 10000"),
        (update, "cpu_reserve", text("9999"), "must not be more than the limit"),
        (update, "ram_limit", text("-1"), "must be from 0 MiB to 16777216 MiB"),
        (update, "ram_reserve", text("16T"), "expected a whole number of MiB"),
        (update, "ram_reserve", text("9000G"), "must not be more than the limit"),
        (update, "command", text("a\u{7}"), "may hold no control characters"),
        (
            update,
            "environment_vars",
            pairs(&[("A=B", "x")]),
            "A=B is no name of a variable: no spaces, no =, no digit first",
        ),
        (
            update,
            "environment_vars",
            pairs(&[("Ä", "x")]),
            "the name Ä: may hold only ASCII characters, not Ä",
        ),
        (MIGRATE, "destination_server_id", text(""), "must be filled in"),
        (MIGRATE, "destination_server_id", text("nowhere"), "nowhere is not among the choices"),
        (EXTEND, "extend_size", text("0"), "must be from 1 GiB to 65536 GiB"),
        (EXTEND, "extend_size", text("1.5"), "must be a whole number"),
        (EXTEND, "volume_id", text("v9"), "v9 is not among the choices"),
    ] {
        let row = if matches!(action, MIGRATE | EXTEND) { instance } else { &container };
        let servers = match field {
            "new_instances" => deck.choices(row, action, "server_id").await,
            _ => Vec::new(),
        };
        let mut values = match field {
            "extend_size" => texts(&[("volume_id", "v1")]),
            "volume_id" => texts(&[("extend_size", "1G")]),
            _ => FormValues::new(),
        };
        if let Some(server) = servers.first() {
            values.set("server_id", FieldValue::text(&*server.value));
        }
        values.set(field, value.clone());
        let problem = deck.prepare(row, action, values).await.unwrap_err();
        assert_eq!(&*problem.message, format!("{field}: {message}"), "{action} {value:?}");
    }
    let asked = demo.cloud.asked();
    assert!(asked.iter().all(|line| line.starts_with("GET ")), "{asked:?}");
}

#[tokio::test]
async fn what_is_locked_or_stateful_says_so() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let (rows, _) = list(&provider, Kind::Container).await;
    let with = |name: &str| rows.iter().find(|row| row.facts().iter().any(|fact| fact.name == name));
    let reason = |row: &Resource, id| {
        let actions = provider.actions(row);
        offered(&actions, id).availability.reason().map(str::to_owned)
    };
    let locked = with("lock").expect("the fleet has one that is locked");
    assert_eq!(
        reason(locked, ActionId::CONTAINER_DELETE).as_deref(),
        Some("it is locked: unlock it in the portal first")
    );
    let stateful = with("stateful").expect("the fleet has one that is stateful");
    assert_eq!(
        reason(stateful, ActionId::CONTAINER_SCALE).as_deref(),
        Some("it is stateful: create or delete instances instead")
    );
}
