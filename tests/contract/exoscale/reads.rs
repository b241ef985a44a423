//! Every read: its requests, and the rows and sections made of the answers.

use std::collections::BTreeSet;
use std::time::Duration;

use quarterdeck::model::{Kind, Lifecycle, Resource, ScreenKind, Timestamp};
use quarterdeck::providers::exoscale;
use quarterdeck::providers::{Console, ListEvent, Use};
use serde_json::json;

use super::{choose_for_a_new_instance, geneva, id, instance, organisation, recorded, verified, web};
use crate::setup::{described, list, titles, within};

#[tokio::test]
async fn instances_are_read_from_every_zone_and_joined_with_its_catalogues() {
    let (recorder, provider) = recorded(organisation).await;
    let (rows, rest) = list(&provider, Kind::Instance).await;
    let of_zone = |zone: &str| {
        ["instance", "template visibility=private", "template visibility=public"]
            .map(|path| format!("GET /{zone}/v2/{path}"))
    };
    let mut expected = [&of_zone("ch-gva-2")[..], &of_zone("de-fra-1")].concat();
    // A template that is no longer in a list is read by itself.
    expected.extend(["instance-type", "template/m-old", "zone"].map(geneva));
    expected.sort();
    assert_eq!(verified(&recorder), expected);
    let (shop, db) = (instance(&rows, "web-1"), instance(&rows, "db-1"));
    assert_eq!(shop.id, web());
    assert_eq!((shop.size.as_deref(), shop.image.as_deref()), (Some("gpua30.small"), Some("Linux 22")));
    let gpus = shop.gpus.as_ref().unwrap();
    assert_eq!((gpus.count, &*gpus.models[0]), (1, "NVIDIA A30"));
    assert_eq!((db.location.as_deref(), db.image.as_deref()), (Some("de-fra-1"), Some("Linux 24")));
    assert_eq!((db.state.lifecycle, &db.gpus), (Lifecycle::Stopped, &None));
    let ends = rest.iter().filter(|it| matches!(it, ListEvent::ScopeEnd(_))).count();
    assert_eq!((ends, rest.len()), (2, 3), "{rest:?}");
    assert!(matches!(rest.last(), Some(ListEvent::End)));

    list(&provider, Kind::Instance).await;
    assert_eq!(
        verified(&recorder),
        [geneva("instance"), "GET /de-fra-1/v2/instance".to_owned()],
        "catalogues and zones are cached for an hour"
    );
    let Ok(Resource::Instance(row)) = within(provider.get(&web())).await else { panic!("an instance") };
    assert_eq!(verified(&recorder), [geneva("instance/i1")]);
    assert_eq!((&row.id, row.size.as_deref()), (&web(), Some("gpua30.small")));
}

#[tokio::test]
async fn gpu_models_are_families_with_what_is_left() {
    let (recorder, provider) = recorded(organisation).await;
    let (rows, rest) = list(&provider, Kind::GpuModel).await;
    assert!(matches!(rest[..], [ListEvent::End]), "{rest:?}");
    assert_eq!(verified(&recorder), [geneva("instance-type"), geneva("quota"), geneva("zone"),]);
    let Some(Resource::GpuModel(model)) = rows.last() else { panic!("{rows:?}") };
    assert_eq!((&*model.code, &*model.name), ("gpua30", "NVIDIA A30"));
    assert_eq!((&*model.sizes[0], &*model.locations[0]), ("small 1x", "ch-gva-2"));
    assert_eq!((model.quota.as_deref(), &model.price), (Some("3 of 4"), &None));
    let same = within(provider.get(&model.id)).await.unwrap();
    assert_eq!(&same, rows.last().unwrap());
    verified(&recorder);
    let sections = described(&provider, &model.id).await;
    assert_eq!(titles(&sections), ["instance-types", "quota", "quotas", "ai/instance-type"]);
    let room = &sections[3].body.as_ref().unwrap().value;
    assert_eq!(
        (&room["ch-gva-2"]["authorized"], &room["de-fra-1"]["authorized"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        verified(&recorder),
        [
            geneva("ai/instance-type"),
            geneva("instance-type"),
            geneva("quota"),
            geneva("quota/gpua30"),
            "GET /de-fra-1/v2/ai/instance-type".to_owned()
        ]
    );
}

#[tokio::test]
async fn the_log_of_the_last_day_is_read_from_one_zone() {
    let (recorder, provider) = recorded(organisation).await;
    list(&provider, Kind::Instance).await;
    verified(&recorder);
    let (rows, _) = list(&provider, Kind::Operation).await;
    let lines = verified(&recorder);
    let [line] = &lines[..] else { panic!("one request: {lines:?}") };
    let query = line.strip_prefix(&geneva("event from=")).unwrap();
    let (from, to) = query.split_once("&to=").unwrap();
    assert_eq!((from.len(), to.len()), ("2026-01-02T03:04:05Z".len(), from.len()), "to the second");
    let (from, to) = (Timestamp::parse(from).unwrap(), Timestamp::parse(to).unwrap());
    assert_eq!(to.since(from), Duration::from_secs(86_400));
    let operations: Vec<_> = rows
        .iter()
        .map(|row| match row {
            Resource::Operation(it) => (&*it.name, it.target.as_deref(), it.state.lifecycle),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        operations,
        [
            ("delete-snapshot", Some("s9"), Lifecycle::Failed),
            ("stop-instance", Some("web-1"), Lifecycle::Done)
        ]
    );
    let event = rows[1].id();
    assert_eq!(within(provider.get(event)).await.unwrap(), rows[1]);
    let sections = described(&provider, event).await;
    assert_eq!(sections[0].body.as_ref().unwrap().value["request-id"], "r1");
    verified(&recorder);
    let operation = id(Kind::Operation, Some("de-fra-1"), "o1");
    let row = within(provider.get(&operation)).await.unwrap();
    assert_eq!(row.state().unwrap().lifecycle, Lifecycle::Running);
    assert_eq!(verified(&recorder), ["GET /de-fra-1/v2/operation/o1"], "in its own zone");
}

#[tokio::test]
async fn details_contain_everything_that_an_instance_refers_to() {
    let (recorder, provider) = recorded(organisation).await;
    let sections = described(&provider, &web()).await;
    assert_eq!(
        titles(&sections),
        [
            "instance",
            "user-data",
            "instance-type",
            "template",
            "deploy-target",
            "security-groups",
            "elastic-ips",
            "private-networks",
            "anti-affinity-groups",
            "snapshots",
            "ssh-keys",
            "instance-pool",
            "block-storage-volumes",
            "block-storage-snapshots",
            "reverse-dns",
            "password",
            "events",
        ]
    );
    let asked: Vec<String> =
        verified(&recorder).into_iter().filter(|line| !line.contains("/event")).collect();
    let mut expected: Vec<String> = [
        "anti-affinity-group/a1",
        "block-storage instance-id=i1",
        "block-storage-snapshot",
        "deploy-target/d1",
        "elastic-ip/e1",
        "instance-pool/p1",
        "instance-type/t-gpu",
        "instance/i1",
        "instance/i1:password",
        "private-network/n1",
        "reverse-dns/instance/i1",
        "security-group/g1",
        "snapshot/s1",
        "ssh-key/ann%20b",
        "template/m-old",
        "template/m-old",
        "zone",
    ]
    .map(geneva)
    .into();
    expected.sort();
    assert_eq!(asked, expected);
    let body = |title: &str| {
        let section = sections.iter().find(|it| it.title == title).unwrap();
        section.body.as_ref().unwrap()
    };
    assert_eq!(body("instance").value["disk-size"], 50);
    assert_eq!(body("user-data").value["user-data"], "#cloud-config");
    for (title, field) in [("instance", "user-data"), ("user-data", "user-data"), ("password", "password")] {
        assert_eq!(body(title).masked()[field], "••••••••", "{title}");
    }
    let snapshots = &body("block-storage-snapshots").value;
    assert_eq!(
        snapshots,
        &json!([{"id": "bs1", "block-storage-volume": {"id": "b1"}}]),
        "only of its volumes"
    );
    assert_eq!(body("events").value.as_array().unwrap().len(), 1, "only its own");
}

#[tokio::test]
async fn a_console_comes_with_the_page_that_shows_it() {
    let (recorder, provider) = recorded(organisation).await;
    let Ok(Console::Framebuffer { endpoint, page, good_for, .. }) =
        within(provider.console(&web(), ScreenKind::WebPage)).await
    else {
        panic!("a framebuffer")
    };
    assert_eq!(endpoint.expose(), "wss://console-proxy.example/?token=fake");
    assert_eq!(good_for, Some(Duration::from_secs(60)));
    assert_eq!(
        page.unwrap().expose(),
        "https://portal.exoscale.com/vnc?host=console-proxy.example&path=%3Ftoken%3Dfake"
    );
    assert_eq!(verified(&recorder), [geneva("console/i1"), geneva("zone")]);
}

#[tokio::test]
async fn every_documented_read_is_requested_and_no_other() {
    let (recorder, provider) = recorded(organisation).await;
    for kind in provider.kinds() {
        list(&provider, *kind).await;
    }
    for of in [web(), id(Kind::GpuModel, None, "gpua30"), id(Kind::Operation, Some("ch-gva-2"), "o1")] {
        described(&provider, &of).await;
    }
    let _ = within(provider.console(&web(), ScreenKind::WebPage)).await;
    within(provider.check()).await.unwrap();
    choose_for_a_new_instance(&provider, &web().context).await;
    let shape = |path: &str| {
        let parts = path.trim_start_matches('/').split('/').map(|part| match part {
            "i1:password" | "{id}:password" => "*:password",
            "i1" | "t-gpu" | "m-old" | "o1" | "gpua30" | "s1" | "g1" | "ann%20b" | "e1" | "n1" | "a1"
            | "d1" | "p1" => "*",
            part if part.starts_with('{') => "*",
            part => part,
        });
        parts.collect::<Vec<_>>().join("/")
    };
    let asked: BTreeSet<String> = verified(&recorder)
        .iter()
        .map(|line| {
            let path = line.split(' ').nth(1).unwrap();
            shape(path.split_once("/v2/").unwrap().1)
        })
        .collect();
    let written: BTreeSet<String> = exoscale::REGISTRATION
        .endpoints
        .iter()
        .filter(|it| matches!(it.used, Use::Reads(_)))
        .map(|it| {
            assert_eq!(it.method, "GET");
            shape(it.path)
        })
        .collect();
    assert_eq!(asked, written);
}
