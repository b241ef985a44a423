//! What is refused before anything is sent: wrong values, each by its field, and what does not fit any more.

use futures_util::future::join_all;
use quarterdeck::model::{FieldValue, FormValues, ProblemKind};

use super::cases::{action, map, several, text};
use super::world::{World, row_and_deck, writes};

/// Prepares an action, which must be refused with this message, and checks that nothing was sent.
async fn refused(world: World, id: &'static str, values: FormValues, message: &str) {
    let (recorder, provider) = world.start().await;
    let (row, deck) = row_and_deck(&provider).await;
    let problem = match deck.prepare(&row, action(id), values).await {
        Ok(write) => panic!("{id} is not refused with {message}: {:?}", write.preview),
        Err(problem) => problem,
    };
    assert_eq!((&*problem.message, problem.kind), (message, ProblemKind::Refused), "{id}");
    assert!(writes(&recorder).is_empty(), "{id}");
}

#[tokio::test]
async fn wrong_values_are_refused_with_the_field() {
    let long = "x".repeat(300);
    let many: Vec<(String, String)> = (0..129).map(|nth| (format!("k{nth}"), "v".to_owned())).collect();
    let pairs = |all: &[(&str, &str)]| map("tags", all);
    let groups = |names: &[&str]| several(FormValues::new(), "security_group_names", names);
    let attach = |kind: &str| text("type", kind);
    let cases: Vec<(&str, FormValues, String)> = [
        ("instance.rename", text("name", "ab"), "name: at least 3 characters, this has 2"),
        ("instance.rename", text("name", &long), "name: at most 63 characters, this has 300"),
        ("instance.rename", text("name", ""), "name: must be filled in"),
        ("instance.rename", text("name", "web\u{7}1"), "name: may hold no control characters"),
        ("instance.rename", text("name", "wéb-1"), "name: may hold letters, digits, spaces and . _ -, not é"),
        (
            "instance.rename",
            text("name", "-web"),
            "name: must begin with one of the letters of ASCII or a digit",
        ),
        (
            "instance.rename",
            text("name", "web-"),
            "name: must end with one of the letters of ASCII, a digit, . or _",
        ),
        (
            "instance.rename",
            FormValues::new().with("name", FieldValue::Switch(true)),
            "name: expected a text",
        ),
        ("instance.labels", pairs(&[("a b", "x")]), "tags: the key a b may hold no spaces and no ="),
        ("instance.labels", pairs(&[("a=b", "x")]), "tags: the key a=b may hold no spaces and no ="),
        ("instance.labels", pairs(&[("k", " x")]), "tags: the value of k may not begin or end with a space"),
        ("instance.labels", pairs(&[("k", "")]), "tags: the value of k: at least 1 character, this has 0"),
        (
            "instance.labels",
            pairs(&[("os_distro", "x")]),
            "tags: os_distro is the platform's own and read-only",
        ),
        ("instance.labels", pairs(&[("k", "a\nb")]), "tags: the value of k: may hold no control characters"),
        ("instance.metadata-put", FormValues::new(), "metadata: must be filled in"),
        ("instance.metadata-delete", text("key", "none"), "key: none is not among the choices"),
        (
            "instance.metadata-delete",
            text("key", "os_distro"),
            "key: os_distro: the platform's own item is read-only",
        ),
        ("instance.metadata-read", FormValues::new(), "key: must be filled in"),
        ("instance.resize", FormValues::new(), "flavor_id: must be filled in"),
        ("instance.resize", text("flavor_id", "g9"), "flavor_id: g9 is not among the choices"),
        ("instance.resize", text("flavor_id", "g1-old-4-8"), "flavor_id: g1-old-4-8: it is disabled"),
        ("instance.delete", text("delete_volumes", "some"), "delete_volumes: some is not among the choices"),
        ("instance.delete", text("delete_volumes", "choose"), "volumes: must be filled in"),
        (
            "instance.delete",
            several(text("delete_volumes", "choose"), "volumes", &["v9"]),
            "volumes: v9 is not among the choices",
        ),
        ("instance.attach-interface", attach("bridge"), "type: bridge is not among the choices"),
        ("instance.attach-interface", attach("subnet"), "subnet_id: must be filled in"),
        ("instance.attach-interface", attach("any_subnet"), "network_id: must be filled in"),
        ("instance.attach-interface", attach("reserved_fixed_ip"), "port_id: must be filled in"),
        ("instance.attach-interface", text("ip_family", "ipx"), "ip_family: ipx is not among the choices"),
        (
            "instance.attach-interface",
            text("interface_name", &long),
            "interface_name: at most 37 characters, this has 300",
        ),
        ("instance.detach-interface", text("port_id", "p9"), "port_id: p9 is not among the choices"),
        ("instance.assign-security-group", groups(&[]), "security_group_names: must be filled in"),
        (
            "instance.assign-security-group",
            groups(&["x"]),
            "security_group_names: x is not among the choices",
        ),
        (
            "instance.unassign-security-group",
            groups(&["db-1"]),
            "security_group_names: db-1 is not among the choices",
        ),
        (
            "instance.join-server-group",
            text("servergroup_id", "s9"),
            "servergroup_id: s9 is not among the choices",
        ),
    ]
    .map(|(id, values, message)| (id, values, message.to_owned()))
    .into();
    let too_many = FormValues::new().with("tags", FieldValue::Map(many));
    let cases = cases.into_iter().chain([(
        "instance.labels",
        too_many,
        "tags: at most 128 of them, these are 129".to_owned(),
    )]);
    join_all(cases.map(|(id, values, message)| async move {
        refused(World::new("ACTIVE", ""), id, values, &message).await;
    }))
    .await;
}

#[tokio::test]
async fn trunks_are_numbered_on_bare_metal_only() {
    let metal = || World { is_bare_metal: true, ..World::new("ACTIVE", "") };
    refused(metal(), "instance.attach-interface", text("port_group", "4"), "port_group: must be from 0 to 3")
        .await;
    let (_recorder, provider) = metal().start().await;
    let (row, deck) = row_and_deck(&provider).await;
    let id = action("instance.attach-interface");
    let write = deck.prepare(&row, id, text("port_group", "2")).await.unwrap();
    assert_eq!(write.preview.requests[0].body.as_ref().unwrap()["port_group"], 2);
}

#[tokio::test]
async fn what_would_change_nothing_is_refused() {
    let same = [("env", "test"), ("a.b/c", "x")];
    for (id, values) in [
        ("instance.rename", text("name", "web-1")),
        ("instance.labels", map("tags", &same)),
        ("instance.metadata-put", map("metadata", &[("env", "test")])),
        ("instance.metadata-replace", map("metadata", &same)),
    ] {
        let message = "web-1: nothing would change, so nothing was sent";
        refused(World::new("ACTIVE", ""), id, values, message).await;
    }
}

#[tokio::test]
async fn what_does_not_fit_any_more_is_refused() {
    let grouped = World { is_grouped: true, ..World::new("ACTIVE", "") };
    let bound = World { is_free: false, ..World::new("ACTIVE", "") };
    let group = text("servergroup_id", super::world::SERVER_GROUP);
    for (world, id, values, message) in [
        (
            World::new("SHUTOFF", ""),
            "instance.stop",
            FormValues::new(),
            "web-1: it is already shutoff, so nothing was sent",
        ),
        (
            World::new("ACTIVE", ""),
            "instance.start",
            FormValues::new(),
            "web-1: it is already active, so nothing was sent",
        ),
        (
            World::new("BUILD", ""),
            "instance.resize",
            text("flavor_id", "g2-standard-4-8"),
            "web-1: it is build, so nothing was sent",
        ),
        (
            grouped,
            "instance.join-server-group",
            group,
            "web-1: it is in server group apart, so nothing was sent",
        ),
        (
            World::new("ACTIVE", ""),
            "instance.leave-server-group",
            FormValues::new(),
            "web-1: it is in no server group, so nothing was sent",
        ),
        (
            bound,
            "instance.rename",
            text("name", "web-2"),
            "region Luxembourg takes names from its templates only, so nothing was sent",
        ),
    ] {
        refused(world, id, values, message).await;
    }
}

#[tokio::test]
async fn a_deletion_names_what_is_lost_and_what_stays_billed() {
    let (_recorder, provider) = World::new("SHUTOFF", "gone").start().await;
    let (row, deck) = row_and_deck(&provider).await;
    let write = deck.prepare(&row, action("instance.delete"), FormValues::new()).await.unwrap();
    assert_eq!(
        write.preview.consequences,
        [
            "The instance cannot be brought back.",
            "Volume boot (20 GiB) is deleted with it.",
            "Volume data (100 GiB) is kept and stays billed.",
            "Floating IP 198.18.0.5 is kept and stays billed.",
            "Reserved fixed IP 10.0.0.6 is kept and stays billed.",
        ]
    );
}
