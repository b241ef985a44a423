//! Every list: its requests, and the rows made of the answers.

use quarterdeck::model::{Kind, Lifecycle, Resource};
use quarterdeck::providers::{ListEvent, gcore};
use serde_json::{Value, json};

use super::{account, account_context, list as page, recorded, signed};
use crate::setup::{Reply, list, within};

const ALL: &str = "limit=1000&offset=0";
const INSTANCES: &str = "include_ai=true&include_baremetal=true";

/// Narrows a context to the fifth project and one of its regions.
fn in_region(context: &mut quarterdeck::config::Context, region: u64) {
    context.settings.set(&gcore::PROJECT, 5_u64);
    context.settings.set(&gcore::REGIONS, vec![region]);
}

#[tokio::test]
async fn instances_are_read_from_every_active_region_of_the_default_project() {
    let (recorder, provider) = recorded(account).await;
    let (rows, rest) = list(&provider, Kind::Instance).await;
    let of_region =
        |region: u8| format!("GET /v1/instances/5/{region} {INSTANCES}&{ALL}&order_by=created.asc");
    assert_eq!(
        signed(&recorder),
        [of_region(7), of_region(9), format!("GET /v1/projects {ALL}"), format!("GET /v1/regions {ALL}")]
    );
    let [Resource::Instance(row)] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((&row.id, &*row.name, row.location.as_deref()), (&super::web(), "web", Some("Luxembourg")));
    let ends = rest.iter().filter(|it| matches!(it, ListEvent::ScopeEnd(_))).count();
    assert_eq!((ends, rest.len()), (2, 3), "{rest:?}");
    assert!(matches!(rest.last(), Some(ListEvent::End)));
    list(&provider, Kind::Instance).await;
    assert_eq!(signed(&recorder), [of_region(7), of_region(9)], "places are cached");
}

#[tokio::test]
async fn a_context_with_configured_places_requests_nothing_else() {
    let context = account_context().with(|context| in_region(context, 9));
    let (recorder, provider) = context.recorded(account).await;
    list(&provider, Kind::Instance).await;
    assert_eq!(
        signed(&recorder),
        [format!("GET /v1/instances/5/9 {INSTANCES}&{ALL}&order_by=created.asc")],
        "the first rows need one round trip"
    );
}

/// 2,300 instances in a region whose pages have as many rows as requested, or `most`.
fn many(line: &str, most: usize) -> Reply {
    let of = |name: &str| {
        let query = line.split(' ').nth(2)?;
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
    };
    if !line.contains("/instances/5/7") {
        return Reply::json(&page(&[]));
    }
    let (offset, limit): (usize, usize) = (of("offset").unwrap(), of("limit").unwrap());
    let last = (offset + limit.min(most)).min(2300);
    let rows: Vec<Value> =
        (offset..last).map(|n| json!({"id": format!("i{n}"), "status": "ACTIVE"})).collect();
    Reply::json(&json!({"count": 2300, "results": rows}))
}

#[tokio::test]
async fn pages_are_followed_to_the_end_whatever_their_size() {
    for (most, pages) in [(1000, 3), (400, 6)] {
        let context = account_context().with(|context| in_region(context, 7));
        let (recorder, provider) = context.recorded(move |line, _| many(line, most)).await;
        let (rows, rest) = list(&provider, Kind::Instance).await;
        let ids: std::collections::HashSet<_> = rows.iter().map(|row| row.id().id.clone()).collect();
        assert_eq!((rows.len(), ids.len()), (2300, 2300));
        assert_eq!(recorder.take().len(), pages, "{most} a page");
        assert!(matches!(rest.last(), Some(ListEvent::End)), "{rest:?}");
    }
}

#[tokio::test]
async fn containers_are_deployments_and_the_containers_of_regions() {
    let (recorder, provider) = recorded(account).await;
    let (rows, rest) = list(&provider, Kind::Container).await;
    assert_eq!(
        signed(&recorder),
        [
            format!("GET /v1/caas/5/7/containers {ALL}"),
            format!("GET /v1/caas/5/9/containers {ALL}"),
            format!("GET /v1/projects {ALL}"),
            format!("GET /v1/regions {ALL}"),
            format!("GET /v1/regions {ALL}&product=containers"),
            format!("GET /v3/inference/5/deployments {ALL}"),
            format!("GET /v3/inference/flavors {ALL}"),
        ]
    );
    let named = |name: &str| match rows.iter().find(|row| row.name() == name) {
        Some(Resource::Container(row)) => row.clone(),
        _ => panic!("{name} of {rows:?}"),
    };
    let (llm, nginx) = (named("llm"), named("nginx"));
    assert_eq!((llm.location.as_deref(), nginx.location.as_deref()), (Some("Manassas"), Some("Luxembourg")));
    assert!(llm.offers.logs && !nginx.offers.logs);
    assert_eq!(&*llm.gpus.unwrap().models[0], "H100");
    let scopes: Vec<&str> = rest
        .iter()
        .filter_map(|event| match event {
            ListEvent::ScopeEnd(scope) => Some(&**scope),
            _ => None,
        })
        .collect();
    assert_eq!((scopes.len(), rest.len()), (3, 4), "{rest:?}");
    assert!(["7", "9", "inference"].iter().all(|scope| scopes.contains(scope)));
}

#[tokio::test]
async fn tasks_are_the_latest_of_the_project() {
    let (recorder, provider) = recorded(account).await;
    let (rows, rest) = list(&provider, Kind::Operation).await;
    let asked = signed(&recorder);
    let tasks = asked.iter().find(|line| line.starts_with("GET /v1/tasks ")).unwrap();
    let (since, others) = tasks.trim_start_matches("GET /v1/tasks from_timestamp=").split_once('&').unwrap();
    assert_eq!(others, format!("{ALL}&order_by=desc&project_id=5"));
    assert!(since.ends_with('Z') && !since.contains('.'), "{since}");
    let [Resource::Operation(row)] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((&*row.name, row.state.lifecycle), ("create_vm", Lifecycle::Done));
    assert!(row.finished.is_some(), "its times have no zone");
    assert!(matches!(rest[..], [ListEvent::End]));
}

#[tokio::test]
async fn models_are_merged_from_every_catalogue_and_cached_for_a_while() {
    let (recorder, provider) = recorded(account).await;
    let (rows, rest) = list(&provider, Kind::GpuModel).await;
    let prices = format!("include_prices=true&{ALL}");
    assert_eq!(
        signed(&recorder),
        [
            format!("GET /v1/flavors/5/7 {prices}"),
            format!("GET /v1/flavors/5/9 {prices}"),
            format!("GET /v1/projects {ALL}"),
            format!("GET /v1/regions {ALL}"),
            "GET /v2/client_quotas".to_owned(),
            // The other region has no accelerators.
            format!("GET /v3/gpu/baremetal/5/7/flavors {prices}"),
            format!("GET /v3/gpu/virtual/5/7/flavors {prices}"),
            format!("GET /v3/inference/capacity {ALL}"),
            format!("GET /v3/inference/flavors {ALL}"),
        ]
    );
    assert!(matches!(rest[..], [ListEvent::End]), "{rest:?}");
    let [Resource::GpuModel(model)] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((&*model.code, &*model.name), ("h100", "NVIDIA H100"));
    assert_eq!(model.quota.as_deref(), Some("5 of 8 virtual, 2 of 2 inference"));
    assert_eq!(model.price.as_deref(), Some("from 3.10 EUR/h"));
    let places: Vec<&str> = model.locations.iter().map(|place| &**place).collect();
    assert_eq!(places, ["Luxembourg", "Manassas"]);
    let (again, _) = list(&provider, Kind::GpuModel).await;
    assert_eq!(signed(&recorder), [""; 0], "they were just read");
    assert_eq!(again, [Resource::GpuModel(model.clone())]);
    provider.sign_in_again();
    within(provider.get(&model.id)).await.unwrap();
    assert_eq!(signed(&recorder).len(), 9, "another account may have others");
}
