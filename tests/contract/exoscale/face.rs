//! The provider against the demo's face, which was written from the same documents apart from it.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use quarterdeck::model::{
    ContextName, Kind, Lifecycle, ProblemKind, Resource, ResourceId, ScreenKind, Timestamp,
};
use quarterdeck::providers::exoscale;
use quarterdeck::providers::{Console, ListEvent, Use};

use super::{choose_for_a_new_instance, signature};
use crate::coverage::fits;
use crate::setup::{Demo, demo, list, running, until, within};

/// Requests a change, signed here, since no provider writes.
async fn change(demo: &Demo, zone: &str, path: &str) {
    let path = format!("{}/{path}", demo.base_path().replace("ch-gva-2", zone));
    let expires = (Timestamp::now().as_millis() / 1000 + 600).to_string();
    let access = demo.access();
    let signed = signature(access.secret.expose(), &format!("PUT {path}"), "", "", &expires);
    let key = access.key.as_ref().unwrap().expose();
    let authorization = format!("EXO2-HMAC-SHA256 credential={key},expires={expires},signature={signed}");
    let status = demo.send("PUT", &path, &[("authorization", &authorization)], "").await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn everything_is_listed_read_and_described() {
    let demo = demo("exoscale").start().await;
    let provider = demo.provider();
    for &kind in provider.kinds() {
        let (rows, events) = list(&provider, kind).await;
        assert!(matches!(events.last(), Some(ListEvent::End)), "{events:?}");
        let failed = events.iter().any(|it| matches!(it, ListEvent::ScopeFailed(..)));
        assert!(!failed && !rows.is_empty(), "{kind:?}: {events:?}");
        let known = |row: &Resource| row.state().is_none_or(|state| state.lifecycle != Lifecycle::Unknown);
        assert!(rows.iter().all(known), "{rows:?}");
        for row in rows.iter().rev().take(3) {
            let alone = within(provider.get(row.id())).await.unwrap();
            assert_eq!(alone.id(), row.id());
            assert_eq!((alone.name(), alone.facts()), (row.name(), row.facts()));
            let sections: Vec<_> = within(provider.describe(row.id()).collect()).await;
            assert!(!sections.is_empty());
            for section in sections {
                let document = section.body.unwrap_or_else(|it| panic!("{kind:?} {}: {it}", section.title));
                assert!(!document.value.to_string().contains("problem"), "{}", document.value);
            }
        }
    }
}

#[tokio::test]
async fn instances_are_in_zones_with_what_they_are_sold_as() {
    let demo = demo("exoscale").start().await;
    let provider = demo.provider();
    let (rows, events) = list(&provider, Kind::Instance).await;
    let ended = events.iter().filter(|it| matches!(it, ListEvent::ScopeEnd(_))).count();
    assert_eq!(ended, 8, "a scope a zone");
    // Rows are sent again once their names are known: the last ones count.
    let mut last = std::collections::BTreeMap::new();
    for row in rows {
        let Resource::Instance(it) = row else { panic!("an instance") };
        last.insert(it.id.clone(), it);
    }
    let zones: BTreeSet<_> = last.values().map(|it| it.location.clone()).collect();
    assert!(zones.len() > 1, "{zones:?}");
    for it in last.values() {
        assert_eq!(it.id.scope, it.location);
        assert!(it.size.is_some() && it.image.is_some(), "{it:?}");
        assert!(it.created.is_some(), "{it:?}");
    }
    let with = last.values().filter_map(|it| it.gpus.as_ref());
    let used: BTreeSet<_> = with.flat_map(|gpus| gpus.models.iter().cloned()).collect();
    let (models, _) = list(&provider, Kind::GpuModel).await;
    for model in &used {
        assert!(models.iter().any(|it| it.name() == &**model), "{model} is not sold");
    }
    for model in models {
        let Resource::GpuModel(it) = model else { panic!("a GPU model") };
        assert!(!it.sizes.is_empty() && !it.locations.is_empty() && it.quota.is_some(), "{it:?}");
        assert_ne!(it.name, it.code, "a known family");
    }
}

#[tokio::test]
async fn a_change_is_in_the_row_and_in_the_log() {
    let demo = demo("exoscale").start().await;
    let provider = demo.provider();
    let row = running(&provider).await;
    let (id, name) = (row.id(), row.name());
    let zone = id.scope.as_deref().unwrap();
    change(&demo, zone, &format!("instance/{}:stop", id.id)).await;
    until(&provider, id, Lifecycle::Stopped).await;
    let (rows, _) = list(&provider, Kind::Operation).await;
    let stopped = rows.iter().find_map(|row| match row {
        Resource::Operation(it) if &*it.name == "stop-instance" => Some(it),
        _ => None,
    });
    let stopped = stopped.unwrap_or_else(|| panic!("{rows:?}"));
    assert_eq!((stopped.target.as_deref(), stopped.state.lifecycle), (Some(name), Lifecycle::Done));
}

#[tokio::test]
async fn a_console_has_an_address() {
    let demo = demo("exoscale").start().await;
    let provider = demo.provider();
    let row = running(&provider).await;
    let Ok(Console::Framebuffer { endpoint, page, .. }) =
        within(provider.console(row.id(), ScreenKind::WebPage)).await
    else {
        panic!("a framebuffer")
    };
    assert!(endpoint.expose().starts_with("ws"));
    assert!(page.is_none(), "the portal does not have the demo's consoles");
}

#[tokio::test]
async fn a_check_finds_every_read_good_and_a_wrong_secret_is_refused() {
    let demo = demo("exoscale").start().await;
    let check = within(demo.provider().check()).await.unwrap();
    assert!(
        check.identity.as_deref().is_some_and(|it| it.starts_with("organisation ")),
        "{:?}",
        check.identity
    );
    for (name, result) in &check.probes {
        assert!(result.is_ok(), "{name}: {result:?}");
    }
    let wrong = demo.provider_with_secret("obviously-wrong");
    let (rows, events) = list(&wrong, Kind::Instance).await;
    assert!(rows.is_empty());
    let Some(ListEvent::Failed(problem)) = events.last() else { panic!("{events:?}") };
    assert_eq!(problem.kind, ProblemKind::Unauthorized, "{problem}");
    assert!(!problem.to_string().contains("obviously-wrong"));
}

#[tokio::test]
async fn lists_are_whole_in_spite_of_errors_cuts_and_garbage() {
    let calm = demo("exoscale").start().await;
    let rough = demo("exoscale").faults("error=3%,429=1%,cut=2%,garbage=2%,seed=5").start().await;
    let (good, bad) = (calm.provider(), rough.provider());
    for &kind in good.kinds() {
        let ids = |rows: Vec<Resource>| {
            // A sign-in of the past is named by its time, which depends on the second in which its demo was started.
            let undated = |id: &str| id.split_once("Z ").map_or(id, |(_, rest)| rest).to_owned();
            let mut ids: Vec<String> = rows.iter().map(|row| undated(&row.id().id)).collect();
            ids.sort();
            ids
        };
        let (rows, events) = list(&bad, kind).await;
        assert!(matches!(events.last(), Some(ListEvent::End)), "{events:?}");
        let failed = events.iter().find(|it| matches!(it, ListEvent::ScopeFailed(..)));
        assert!(failed.is_none(), "{failed:?}");
        assert_eq!(ids(rows), ids(list(&good, kind).await.0), "{kind:?}");
    }
}

#[tokio::test]
async fn every_documented_read_is_requested() {
    let demo = demo("exoscale").start().await;
    let provider = demo.provider();
    for &kind in provider.kinds() {
        for row in list(&provider, kind).await.0 {
            within(provider.describe(row.id()).collect::<Vec<_>>()).await;
            if let Some(screen) = row.offers().console {
                let _ = within(provider.console(row.id(), screen)).await;
            }
        }
    }
    // Operations are in no list: the answer to a change contains one.
    let name = ContextName::new(demo.access().context.as_str());
    let operation = ResourceId::scoped(&name, Kind::Operation, "ch-gva-2", "none");
    assert!(within(provider.get(&operation)).await.is_err());
    within(provider.check()).await.unwrap();
    choose_for_a_new_instance(&provider, &name).await;
    let asked = demo.cloud.asked();
    let below = |line: &str| Some(line.strip_prefix("GET /exoscale/")?.split_once("/v2")?.1.to_owned());
    let asked: BTreeSet<String> = asked.iter().filter_map(|line| below(line)).collect();
    let unasked: Vec<&str> = exoscale::REGISTRATION
        .endpoints
        .iter()
        .filter(|it| matches!(it.used, Use::Reads(_)))
        .map(|it| it.path)
        // No instance of the demo is on a deploy target of its own; the recorded answers have one.
        .filter(|path| *path != "/deploy-target/{id}")
        .filter(|path| !asked.iter().any(|line| fits(path, line)))
        .collect();
    assert!(unasked.is_empty(), "{unasked:?}");
}
