//! The actions against the demo's face, which was written from the same documents apart from the client.

use quarterdeck::fleet::WriteEnd;
use quarterdeck::model::{
    ActionId, FieldKind, FieldValue, Form, FormValues, Kind, Lifecycle, Resource, Target,
};
use quarterdeck::model::{Choice, Choices};
use quarterdeck::providers::{SharedProvider, gcore};

use super::cases::{action, map, several, text};
use crate::setup::{Deck, demo, list, running, until, within};

/// Performs an action on a row that is read again before and after.
async fn act(
    deck: &mut Deck,
    provider: &SharedProvider,
    row: &Resource,
    id: &'static str,
    values: FormValues,
) -> Resource {
    let now = within(provider.get(row.id())).await.unwrap();
    let end = deck.perform(&now, action(id), values).await;
    assert_eq!(end, WriteEnd::Done, "{id}");
    within(provider.get(row.id())).await.unwrap()
}

/// The form of an action.
async fn form(provider: &SharedProvider, row: &Resource, id: &'static str) -> Form {
    within(provider.form(&Target::of(row), action(id), &FormValues::new())).await.unwrap()
}

/// The choices of a field that can be chosen.
fn usable<'f>(form: &'f Form, name: &str) -> Vec<&'f Choice> {
    let field = form.fields.iter().find(|field| &*field.name == name).unwrap();
    let (FieldKind::Choice(Choices::Fixed(all)) | FieldKind::Several(Choices::Fixed(all))) = &field.kind
    else {
        panic!("{field:?}");
    };
    all.iter().filter(|choice| choice.unavailable.is_none()).collect()
}

fn fact(row: &Resource, name: &str) -> Option<String> {
    row.facts().iter().find(|fact| fact.name == name).map(|fact| fact.value.to_string())
}

#[tokio::test]
async fn an_instance_goes_through_all_states_of_the_action_call() {
    let demo = demo("gcore").start().await;
    let provider = demo.provider();
    let row = running(&provider).await;
    let mut deck = Deck::of(gcore::PLATFORM, &provider, &row);
    for (id, status) in [
        ("instance.stop", "SHUTOFF"),
        ("instance.start", "ACTIVE"),
        ("instance.reboot", "ACTIVE"),
        ("instance.suspend", "SUSPENDED"),
        ("instance.resume", "ACTIVE"),
        ("instance.power-cycle", "ACTIVE"),
        ("instance.stop", "SHUTOFF"),
        ("instance.suspend", "SUSPENDED"),
    ] {
        let now = act(&mut deck, &provider, &row, id, FormValues::new()).await;
        assert_eq!(fact(&now, "status").as_deref(), Some(status), "{id}");
    }
    let asked = demo.cloud.asked();
    let writes: Vec<&String> = asked.iter().filter(|line| line.starts_with("POST ")).collect();
    assert_eq!(writes.len(), 8, "each was sent once: {writes:?}");
    assert!(writes.iter().all(|line| line.ends_with("/action")));
}

#[tokio::test]
async fn an_instance_is_renamed_tagged_resized_and_deleted() {
    let demo = demo("gcore").start().await;
    let provider = demo.provider();
    let row = running(&provider).await;
    let mut deck = Deck::of(gcore::PLATFORM, &provider, &row);
    let now = act(&mut deck, &provider, &row, "instance.rename", text("name", "renamed.1")).await;
    assert_eq!(now.name(), "renamed.1");

    let labels = |row: &Resource| {
        let Resource::Instance(row) = row else { panic!("{row:?}") };
        let mut own: Vec<(String, String)> =
            row.labels.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        own.retain(|(key, _)| key != "image_name" && !key.starts_with("os_"));
        own.sort();
        own
    };
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let now =
        act(&mut deck, &provider, &row, "instance.labels", map("tags", &[("env", "test"), ("x", "1")])).await;
    assert_eq!(labels(&now), [pair("env", "test"), pair("x", "1")]);
    let now = act(&mut deck, &provider, &row, "instance.metadata-put", map("metadata", &[("x", "2")])).await;
    assert_eq!(labels(&now), [pair("env", "test"), pair("x", "2")]);
    let now = act(
        &mut deck,
        &provider,
        &row,
        "instance.metadata-replace",
        map("metadata", &[("a.b/c", "3"), ("y", "4")]),
    )
    .await;
    assert_eq!(labels(&now), [pair("a.b/c", "3"), pair("y", "4")]);
    let write = deck.prepare(&now, action("instance.metadata-read"), text("key", "a.b/c")).await.unwrap();
    assert_eq!(deck.send(write).await.1.document.unwrap().1["value"], "3");
    let now = act(&mut deck, &provider, &row, "instance.metadata-delete", text("key", "a.b/c")).await;
    let now = act(&mut deck, &provider, &now, "instance.metadata-delete", text("key", "y")).await;
    assert_eq!(labels(&now), []);

    let flavors = form(&provider, &now, "instance.resize").await;
    let flavor = usable(&flavors, "flavor_id")[0].value.to_string();
    let now = act(&mut deck, &provider, &row, "instance.resize", text("flavor_id", &flavor)).await;
    let Resource::Instance(resized) = &now else { panic!("{now:?}") };
    assert_eq!(resized.size.as_deref(), Some(&*flavor));

    let end = deck.perform(&now, action("instance.delete"), text("delete_volumes", "all")).await;
    assert_eq!(end, WriteEnd::Done);
    let asked = demo.cloud.asked();
    assert_eq!(
        asked.iter().filter(|line| line.starts_with("DELETE ") && !line.contains("metadata")).count(),
        1
    );
    assert!(within(provider.get(row.id())).await.is_err());
}

#[tokio::test]
async fn networks_and_groups_of_an_instance_are_changed() {
    let demo = demo("gcore").start().await;
    let provider = demo.provider();
    let row = running(&provider).await;
    let mut deck = Deck::of(gcore::PLATFORM, &provider, &row);
    let before = usable(&form(&provider, &row, "instance.detach-interface").await, "port_id").len();
    act(&mut deck, &provider, &row, "instance.attach-interface", text("interface_name", "second")).await;
    let attached = form(&provider, &row, "instance.detach-interface").await;
    let ports: Vec<String> = usable(&attached, "port_id").iter().map(|it| it.value.to_string()).collect();
    assert_eq!(ports.len(), before + 1);

    let names = |values| several(values, "security_group_names", &["web"]);
    let port = ports.last().unwrap();
    act(&mut deck, &provider, &row, "instance.assign-security-group", names(text("port_id", port))).await;
    let now = act(
        &mut deck,
        &provider,
        &row,
        "instance.assign-security-group",
        several(FormValues::new(), "security_group_names", &["ssh-only"]),
    )
    .await;
    assert!(fact(&now, "security_groups").unwrap().contains("ssh-only"));
    let now = act(
        &mut deck,
        &provider,
        &row,
        "instance.unassign-security-group",
        several(FormValues::new(), "security_group_names", &["ssh-only"]),
    )
    .await;
    assert!(!fact(&now, "security_groups").unwrap().contains("ssh-only"));
    act(&mut deck, &provider, &row, "instance.detach-interface", text("port_id", port)).await;
    let detached = form(&provider, &row, "instance.detach-interface").await;
    assert_eq!(usable(&detached, "port_id").len(), before);

    let groups = form(&provider, &row, "instance.join-server-group").await;
    let group = usable(&groups, "servergroup_id")[0].value.to_string();
    act(&mut deck, &provider, &row, "instance.join-server-group", text("servergroup_id", &group)).await;
    let again =
        deck.prepare(&row, action("instance.join-server-group"), text("servergroup_id", &group)).await;
    assert!(again.unwrap_err().message.contains("it is in server group"));
    act(&mut deck, &provider, &row, "instance.leave-server-group", FormValues::new()).await;
    until(&provider, row.id(), Lifecycle::Running).await;
    assert_eq!(row.id().kind, Kind::Instance);
}

#[tokio::test]
async fn an_instance_is_created_and_another_one_like_it() {
    let demo = demo("gcore").start().await;
    let provider = demo.provider();
    let row = running(&provider).await;
    let mut deck = Deck::of(gcore::PLATFORM, &provider, &row);
    let target = Target::new_in(&row.id().context, Kind::Instance);
    let region = row.id().scope.clone().unwrap();
    let load = |field: &'static str, values: &FormValues| {
        let (provider, target, values) = (provider.clone(), target.clone(), values.clone());
        async move { within(provider.choices(&target, ActionId::INSTANCE_CREATE, field, &values)).await.unwrap() }
    };
    let values = text("region", &region);
    let images = load("volume_1_image_id", &values).await;
    let linux = |choice: &&Choice| choice.note.as_deref().is_some_and(|note| note.contains("linux"));
    let image = images.iter().find(linux).expect("there is an image of Linux");
    let values = values
        .with("volume_1_image_id", FieldValue::text(&*image.value))
        .with("name", FieldValue::text("made-1"));
    let flavor = load("flavor", &values).await[0].value.clone();
    let network = load("interface_1_network_id", &values).await[0].value.clone();
    let values = values
        .with("flavor", FieldValue::text(&*flavor))
        .with("interface_1_type", FieldValue::text("any_subnet"))
        .with("interface_1_network_id", FieldValue::text(&*network));
    assert_eq!(deck.create(Kind::Instance, ActionId::INSTANCE_CREATE, values).await, WriteEnd::Done);
    let named = |name: &'static str| {
        let provider = provider.clone();
        async move {
            let (rows, _) = list(&provider, Kind::Instance).await;
            let mut found = rows.into_iter().filter(|row| row.name() == name);
            let one = found.next().expect("it was made");
            assert!(found.next().is_none(), "once");
            one
        }
    };
    let made = named("made-1").await;
    let end = deck.perform(&made, ActionId::INSTANCE_CREATE_LIKE, FormValues::new()).await;
    assert_eq!(end, WriteEnd::Done);
    let like = named("made-1-2").await;
    let (Resource::Instance(made), Resource::Instance(like)) = (&made, &like) else { panic!("{like:?}") };
    assert_eq!((&made.size, &made.image), (&like.size, &like.image));
}
