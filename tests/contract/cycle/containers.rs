//! Changes of containers against the demo, through the fleet's gate and to their end.

use quarterdeck::fleet::WriteEnd;
use quarterdeck::model::{ActionId, Container, Expected, FormValues, Kind, Lifecycle, Resource, ResourceId};
use quarterdeck::providers::{SharedProvider, cycle};

use crate::setup::{Deck, Demo, available, demo, described, list, pairs, several, texts, within};

pub const REIMAGE: ActionId = ActionId::new("container.reimage");
pub const DELETE_INSTANCES: ActionId = ActionId::new("container.delete-instances");

pub async fn read(provider: &SharedProvider, id: &ResourceId) -> Container {
    match within(provider.get(id)).await.unwrap() {
        Resource::Container(it) => *it,
        other => panic!("{other:?}"),
    }
}

/// A container that is up, has no state of its own and is not locked.
pub async fn running(provider: &SharedProvider) -> Resource {
    let (rows, _) = list(provider, Kind::Container).await;
    let fits = |row: &Resource| {
        let is_up = row.state().is_some_and(|state| state.lifecycle == Lifecycle::Running);
        is_up && !row.facts().iter().any(|fact| matches!(fact.name, "stateful" | "lock"))
    };
    rows.into_iter().find(fits).expect("the fleet has one")
}

pub fn sent(demo: &Demo) -> Vec<String> {
    let is_write = |line: &String| !line.starts_with("GET ") || line.ends_with("/ssh");
    demo.cloud.asked().into_iter().filter(is_write).collect()
}

#[tokio::test]
async fn a_container_is_stopped_started_restarted_and_deleted_as_its_state_allows() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let row = running(&provider).await;
    let mut deck = Deck::of(cycle::PLATFORM, &provider, &row);
    let up = [
        ActionId::INSTANCE_CREATE,
        ActionId::CONTAINER_STOP,
        ActionId::CONTAINER_RESTART,
        ActionId::CONTAINER_SCALE,
        ActionId::CONTAINER_UPDATE,
        REIMAGE,
        DELETE_INSTANCES,
        ActionId::CONTAINER_DELETE,
    ];
    assert_eq!(available(&provider, &row), up);
    let none = FormValues::new;
    let early = deck.prepare(&row, ActionId::CONTAINER_START, none()).await.unwrap_err();
    assert_eq!(*early.message, format!("{}: it is already running, so nothing was sent", row.name()));

    assert_eq!(deck.perform(&row, ActionId::CONTAINER_STOP, none()).await, WriteEnd::Done);
    let stopped = Resource::Container(read(&provider, row.id()).await.into());
    assert_eq!(stopped.state().unwrap().lifecycle, Lifecycle::Stopped);
    let actions = available(&provider, &stopped);
    assert!(actions.contains(&ActionId::CONTAINER_START), "{actions:?}");
    assert!(!actions.contains(&ActionId::CONTAINER_STOP) && !actions.contains(&ActionId::CONTAINER_RESTART));
    assert_eq!(deck.perform(&stopped, ActionId::CONTAINER_START, none()).await, WriteEnd::Done);
    assert_eq!(deck.perform(&row, ActionId::CONTAINER_RESTART, none()).await, WriteEnd::Done);
    assert_eq!(read(&provider, row.id()).await.state.lifecycle, Lifecycle::Running);
    assert_eq!(deck.perform(&row, ActionId::CONTAINER_DELETE, none()).await, WriteEnd::Done);
    assert!(within(provider.get(row.id())).await.is_err());

    let path = format!("/cycle/v1/containers/{}", row.id().id);
    let task = format!("POST {path}/tasks");
    assert_eq!(sent(&demo), [task.clone(), task.clone(), task, format!("DELETE {path}")], "each once");
    assert_eq!(deck.journal.read().unwrap().open().count(), 0);
}

#[tokio::test]
async fn a_container_is_scaled_up_and_down_and_what_goes_is_said() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let row = running(&provider).await;
    let mut deck = Deck::of(cycle::PLATFORM, &provider, &row);
    let now = read(&provider, row.id()).await.instances.unwrap();
    let scale = |to: u32| texts(&[("instances", &to.to_string())]);
    let form = deck.form(&row, ActionId::CONTAINER_SCALE).await;
    assert_eq!(form.defaults().text("instances"), Some(&*now.to_string()), "as it is now, and not 0");
    assert_eq!(deck.perform(&row, ActionId::CONTAINER_SCALE, scale(now + 2)).await, WriteEnd::Done);
    assert_eq!(read(&provider, row.id()).await.instances, Some(now + 2));
    let write = deck.prepare(&row, ActionId::CONTAINER_SCALE, scale(now)).await.unwrap();
    assert!(write.danger > write.action.danger, "fewer instances are a loss");
    assert!(write.preview.consequences[0].starts_with("The newest 2 instances are deleted"));
    assert_eq!(deck.send(write).await.0, WriteEnd::Done);
    assert_eq!(read(&provider, row.id()).await.instances, Some(now));
    let again = deck.prepare(&row, ActionId::CONTAINER_SCALE, scale(now)).await.unwrap_err();
    assert_eq!(*again.message, format!("{}: it has {now} already, so nothing was sent", row.name()));
}

#[tokio::test]
async fn a_container_runs_another_image_and_is_reconfigured() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let row = running(&provider).await;
    let mut deck = Deck::of(cycle::PLATFORM, &provider, &row);
    let images = deck.choices(&row, REIMAGE, "image_id").await;
    let now = read(&provider, row.id()).await.image;
    let other = images.iter().find(|choice| now.as_deref() != Some(&*choice.label)).unwrap();
    let values = texts(&[("image_id", &other.value)]);
    assert_eq!(deck.perform(&row, REIMAGE, values.clone()).await, WriteEnd::Done);
    let row = Resource::Container(read(&provider, row.id()).await.into());
    let Resource::Container(now) = &row else { panic!("{row:?}") };
    assert_eq!(now.image.as_deref(), Some(&*other.label));
    let again = deck.prepare(&row, REIMAGE, values).await.unwrap_err();
    assert!(again.message.ends_with("already, so nothing was sent"), "{again}");

    let values = texts(&[("ram_limit", "64G"), ("cpu_limit", "4000"), ("public", "egress-only")])
        .with("ports", several(&["443:8443"]))
        .with("environment_vars", pairs(&[("PILOT", "unlike-any-other-text")]));
    let write = deck.prepare(&row, ActionId::CONTAINER_UPDATE, values).await.unwrap();
    let changed: Vec<_> = write.preview.changes.iter().map(|change| &*change.field).collect();
    assert_eq!(changed, ["public", "cpu_limit", "ram_limit", "ports", "environment_vars.PILOT"]);
    let shown = format!("{} {:?}", write.preview.requests[0].masked(), write.preview.changes);
    assert!(!shown.contains("unlike-any-other-text"), "{shown}");
    assert_eq!(deck.send(write).await.0, WriteEnd::Done);
    let config = described(&provider, row.id()).await[0].body.clone().unwrap().value["config"].clone();
    let at = |pointer: &str| config.pointer(pointer).cloned().unwrap_or_default();
    assert_eq!(at("/network/ports"), serde_json::json!(["443:8443"]));
    assert_eq!(
        (at("/network/public"), at("/resources/cpu/shares/limit")),
        ("egress-only".into(), 4000.into())
    );
    assert_eq!(at("/runtime/environment_vars/PILOT"), "unlike-any-other-text");
    let now = read(&provider, row.id()).await;
    assert_eq!(now.memory.map(|it| it.0), Some(64 << 30), "the row shows the new limit");
}

#[tokio::test]
async fn instances_are_made_on_a_server_that_is_chosen_and_several_deleted() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let row = running(&provider).await;
    let mut deck = Deck::of(cycle::PLATFORM, &provider, &row);
    let servers = deck.choices(&row, ActionId::INSTANCE_CREATE, "server_id").await;
    assert!(servers.iter().all(|server| server.label != server.value), "by name: {servers:?}");
    let before = read(&provider, row.id()).await.instances.unwrap();
    let values = texts(&[("server_id", &servers[0].value), ("new_instances", "2")]);
    assert_eq!(deck.perform(&row, ActionId::INSTANCE_CREATE, values).await, WriteEnd::Done);
    assert_eq!(read(&provider, row.id()).await.instances, Some(before + 2));

    let instances = deck.choices(&row, DELETE_INSTANCES, "instances").await;
    assert_eq!(instances.len(), before as usize + 2);
    let newest: Vec<&str> = instances.iter().rev().take(2).map(|it| &*it.value).collect();
    let values = FormValues::new().with("instances", several(&newest));
    let write = deck.prepare(&row, DELETE_INSTANCES, values).await.unwrap();
    assert_eq!((write.preview.requests.len(), &write.preview.expected), (2, &Expected::Exists));
    assert_eq!(deck.send(write).await.0, WriteEnd::Done);
    assert_eq!(read(&provider, row.id()).await.instances, Some(before));
    let path = format!("/cycle/v1/containers/{}/instances", row.id().id);
    let sent = sent(&demo);
    assert_eq!(sent[0], format!("POST {path}"));
    assert_eq!(sent.len(), 3, "one request an instance, and never one that could mean all: {sent:?}");
    assert!(newest.iter().all(|id| sent.contains(&format!("DELETE {path}/{id}"))), "{sent:?}");
}
