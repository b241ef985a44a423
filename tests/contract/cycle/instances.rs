//! Changes of instances against the demo, through the fleet's gate and to their end.

use quarterdeck::fleet::WriteEnd;
use quarterdeck::model::{ActionId, FormValues, Kind, Lifecycle, ProblemKind, Resource};
use quarterdeck::providers::{SharedProvider, cycle};

use super::containers::{self, DELETE_INSTANCES, REIMAGE, sent};
use crate::setup::{Deck, available, demo, described, list, texts, unwritten, within};

pub const MIGRATE: ActionId = ActionId::new("instance.migrate");
pub const REVERT: ActionId = ActionId::new("instance.revert-migration");
pub const EXTEND: ActionId = ActionId::new("instance.extend-volume");
pub const DRAIN: ActionId = ActionId::new("instance.drain-traffic");
pub const UNDRAIN: ActionId = ActionId::new("instance.undrain-traffic");
pub const SSH: ActionId = ActionId::new("instance.ssh-credentials");
pub const EXPIRE: ActionId = ActionId::new("instance.expire-ssh");

async fn up(provider: &SharedProvider) -> Vec<Resource> {
    let (rows, _) = list(provider, Kind::Instance).await;
    let is_up = |row: &Resource| row.state().is_some_and(|state| state.lifecycle == Lifecycle::Running);
    rows.into_iter().filter(is_up).collect()
}

/// An instance that is up and has volumes.
async fn stateful(provider: &SharedProvider) -> Resource {
    for row in up(provider).await {
        let sections = described(provider, row.id()).await;
        let volumes = sections.iter().find(|section| section.title == "volumes").unwrap();
        if volumes.body.as_ref().unwrap().value.as_array().is_some_and(|all| !all.is_empty()) {
            return row;
        }
    }
    panic!("the fleet has one with volumes")
}

async fn again(provider: &SharedProvider, row: &Resource) -> Resource {
    within(provider.get(row.id())).await.unwrap()
}

#[tokio::test]
async fn an_instance_migrates_and_is_taken_back() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let row = up(&provider).await.remove(0);
    let mut deck = Deck::of(cycle::PLATFORM, &provider, &row);
    let before = available(&provider, &row);
    assert_eq!(before, [MIGRATE, EXTEND, DRAIN, SSH, EXPIRE, ActionId::INSTANCE_DELETE]);
    let servers = deck.choices(&row, MIGRATE, "destination_server_id").await;
    let here: Vec<_> = servers.iter().filter(|server| server.unavailable.is_some()).collect();
    assert_eq!(here.len(), 1, "the one it runs on cannot be chosen: {servers:?}");
    let there = servers.iter().find(|server| server.unavailable.is_none()).unwrap();
    let host = |row: &Resource| match row {
        Resource::Instance(it) => it.host.clone(),
        other => panic!("{other:?}"),
    };
    let stay = deck.prepare(&row, MIGRATE, texts(&[("destination_server_id", &here[0].value)])).await;
    assert!(stay.unwrap_err().message.ends_with("it runs there already"));

    let values = texts(&[("destination_server_id", &there.value)]);
    assert_eq!(deck.perform(&row, MIGRATE, values).await, WriteEnd::Done);
    let moved = again(&provider, &row).await;
    assert_ne!(host(&moved), host(&row));
    assert!(available(&provider, &moved).contains(&REVERT));
    assert_eq!(deck.perform(&moved, REVERT, FormValues::new()).await, WriteEnd::Done);
    let back = again(&provider, &row).await;
    assert_eq!(host(&back), host(&row));
    let late = deck.prepare(&back, REVERT, FormValues::new()).await.unwrap_err();
    assert_eq!(
        *late.message,
        format!("{}: there is no migration of it to revert, so nothing was sent", row.name())
    );
}

#[tokio::test]
async fn traffic_is_drained_and_let_in_again() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let row = up(&provider).await.remove(0);
    let mut deck = Deck::of(cycle::PLATFORM, &provider, &row);
    assert_eq!(deck.perform(&row, DRAIN, FormValues::new()).await, WriteEnd::Done);
    let drained = again(&provider, &row).await;
    assert_eq!(drained.state().unwrap().reason.as_deref(), Some("traffic drained"));
    assert!(available(&provider, &drained).contains(&UNDRAIN));
    assert!(!available(&provider, &drained).contains(&DRAIN));
    assert_eq!(deck.perform(&drained, UNDRAIN, FormValues::new()).await, WriteEnd::Done);
    let row = again(&provider, &row).await;
    assert!(available(&provider, &row).contains(&DRAIN) && !available(&provider, &row).contains(&UNDRAIN));
}

#[tokio::test]
async fn a_volume_is_extended() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let row = stateful(&provider).await;
    let mut deck = Deck::of(cycle::PLATFORM, &provider, &row);
    let volumes = deck.choices(&row, EXTEND, "volume_id").await;
    assert!(volumes[0].label.starts_with('/') && volumes[0].note.is_some(), "{volumes:?}");
    let values = texts(&[("volume_id", &volumes[0].value), ("extend_size", "5G")]);
    assert_eq!(deck.perform(&row, EXTEND, values).await, WriteEnd::Done);
    let sections = described(&provider, row.id()).await;
    let volumes = &sections.iter().find(|section| section.title == "volumes").unwrap().body;
    let total = volumes.as_ref().unwrap().value.pointer("/0/deployed/storage/total").unwrap().clone();
    assert_eq!(total, 15 * 1024);
}

#[tokio::test]
async fn ssh_credentials_are_shown_once_and_expired() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let row = up(&provider).await.remove(0);
    let mut deck = Deck::of(cycle::PLATFORM, &provider, &row);
    let write = deck.prepare(&row, SSH, FormValues::new()).await.unwrap();
    assert_eq!(sent(&demo), [""; 0], "a preview makes no credential");
    let (end, shown) = deck.send(write).await;
    assert_eq!((end, sent(&demo).len()), (WriteEnd::Done, 1));
    let secret = shown.secrets[0].value.expose().to_owned();
    let (_, document) = shown.document.unwrap();
    let end = demo.cloud.ssh().address;
    let command = format!("ssh -p {} {}@{}", end.port(), row.id().id, end.ip());
    assert_eq!(document["command"], *command);
    let journal = std::fs::read_to_string(deck.journal.path().unwrap()).unwrap();
    assert!(!secret.is_empty() && !journal.contains(&secret), "no secret is in the journal");
    let write = deck.prepare(&row, EXPIRE, FormValues::new()).await.unwrap();
    let (end, shown) = deck.send(write).await;
    assert_eq!((end, shown.document.unwrap().1), (WriteEnd::Done, serde_json::json!({"expired": 1})));

    // Nothing that makes a credential leaves a read-only context, although it is a GET.
    let locked = Deck::open(cycle::PLATFORM, &provider, &row.id().context, true);
    let refused = locked.prepare(&row, SSH, FormValues::new()).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::ReadOnly);
}

#[tokio::test]
async fn every_documented_write_is_sent() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let row = stateful(&provider).await;
    let container = row.container().unwrap().id.clone();
    let owner = within(provider.get(&container)).await.unwrap();
    let mut deck = Deck::of(cycle::PLATFORM, &provider, &row);
    let none = FormValues::new;
    for action in [SSH, EXPIRE, DRAIN] {
        assert_eq!(deck.perform(&row, action, none()).await, WriteEnd::Done, "{action}");
    }
    let server = deck.choices(&owner, ActionId::INSTANCE_CREATE, "server_id").await[0].value.clone();
    let values = texts(&[("server_id", &server)]);
    assert_eq!(deck.perform(&owner, ActionId::INSTANCE_CREATE, values).await, WriteEnd::Done);
    assert_eq!(deck.perform(&row, ActionId::INSTANCE_DELETE, none()).await, WriteEnd::Done);
    assert!(within(provider.get(row.id())).await.is_err());
    // What is read for the forms alone.
    for (action, field) in [(REIMAGE, "image_id"), (DELETE_INSTANCES, "instances")] {
        assert!(!deck.choices(&owner, action, field).await.is_empty());
    }
    let other = containers::running(&provider).await;
    assert_eq!(deck.perform(&other, ActionId::CONTAINER_RESTART, none()).await, WriteEnd::Done);
    assert_eq!(deck.perform(&other, ActionId::CONTAINER_DELETE, none()).await, WriteEnd::Done);
    assert_eq!(unwritten(&demo, &cycle::REGISTRATION), [""; 0]);
}
