//! Every endpoint that is documented as read is requested once everything has been read.

use std::time::Duration;

use futures_util::StreamExt as _;
use quarterdeck::model::{Choices, FieldKind, FormValues, Kind, LogStart, Resource, Target, Timestamp};
use quarterdeck::providers::{
    Registration, SharedProvider, Use, cycle, elasticbox, exoscale, gcore, quasarch,
};

use crate::setup::{Demo, demo, list, within};

/// Reads everything a provider offers: lists, details, samples, logs, consoles, changes, and the check.
async fn read_everything(provider: &SharedProvider) {
    for &kind in provider.kinds() {
        let (rows, _) = list(provider, kind).await;
        for row in representatives(&rows) {
            // One resource of a kind may be gone by now; the others are not.
            let _ = within(provider.get(row.id())).await;
            within(provider.describe(row.id()).collect::<Vec<_>>()).await;
            use_offers(provider, row).await;
            use_forms(provider, row).await;
        }
    }
    if let Some(mut changes) = provider.changes() {
        started(changes.next()).await;
    }
    within(provider.check()).await.expect("the demo's credentials are good");
}

/// Gives a stream the time for its request; its content is for other tests.
async fn started<T>(next: impl Future<Output = Option<T>>) {
    let _ = tokio::time::timeout(Duration::from_secs(2), next).await;
}

/// The first row of each variety: rows differ by what they offer, by their state and by their facts.
fn representatives(rows: &[Resource]) -> Vec<&Resource> {
    let mut seen = std::collections::HashSet::new();
    rows.iter()
        .filter(|row| {
            let words = row.facts().iter().map(|fact| fact.name).collect::<Vec<_>>();
            let state = row.state().map(|state| state.lifecycle);
            seen.insert(format!("{:?} {state:?} {words:?}", row.offers()))
        })
        .take(12)
        .collect()
}

async fn use_offers(provider: &SharedProvider, row: &Resource) {
    let offers = row.offers();
    if offers.telemetry {
        let _ = within(provider.samples(row.id(), Timestamp::now())).await;
        if let Some(mut live) = provider.live_samples(row.id()) {
            started(live.next()).await;
        }
    }
    if offers.logs {
        let hour_ago = Timestamp::now().before(Duration::from_secs(3600));
        for start in [LogStart::Backlog, LogStart::Since(hour_ago)] {
            let mut logs = provider.logs(row.id(), start);
            started(logs.next()).await;
        }
    }
    if let Some(kind) = offers.console {
        // A stopped one may refuse; the request was made.
        let _ = within(provider.console(row.id(), kind)).await;
    }
}

/// Opens the form of every action that can be taken, and loads its choices.
async fn use_forms(provider: &SharedProvider, row: &Resource) {
    let (target, values) = (Target::of(row), FormValues::new());
    let actions = provider.actions(row).into_iter();
    for action in actions.filter(|action| action.has_form && action.availability.is_yes()) {
        let Ok(form) = within(provider.form(&target, action.id, &values)).await else { continue };
        for field in form.fields {
            if let FieldKind::Choice(Choices::Loaded) | FieldKind::Several(Choices::Loaded) = field.kind {
                let _ = within(provider.choices(&target, action.id, &field.name, &values)).await;
            }
        }
    }
}

/// True for paths that match a template: braces stand for anything but a slash.
pub fn fits(template: &str, path: &str) -> bool {
    let (wanted, found): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    wanted.len() == found.len()
        && wanted.iter().zip(found).all(|(wanted, found)| match (wanted.find('{'), wanted.rfind('}')) {
            (Some(from), Some(to)) => {
                let (before, after) = (&wanted[..from], &wanted[to + 1..]);
                found.len() > before.len() + after.len()
                    && found.starts_with(before)
                    && found.ends_with(after)
            }
            _ => *wanted == found,
        })
}

/// Endpoints that are read only for resources the demo's fleet does not have; each has a test with a recorder.
const SPECIAL: [&str; 26] = [
    // Machines made from an app template, resellers' rules for names, and containers as a service.
    "/cloud/v1/apptemplates/{project_id}/{region_id}/{apptemplate_id}",
    "/cloud/v1/reseller_name_templates/{project_id}/{region_id}/available_names",
    "/cloud/v1/caas/{project_id}/{region_id}/containers/{container_name}",
    "/cloud/v1/caas/{project_id}/{region_id}/containers/{container_name}/logs",
    "/cloud/v1/caas/flavors/{project_id}/{region_id}",
    // Bare metal.
    "/cloud/v1/bmflavors/{project_id}/{region_id}",
    // An operation in progress, and machines on hosts of their own.
    "/operation/{id}",
    "/deploy-target/{id}",
    // Lists that only forms choose from.
    "/anti-affinity-group",
    "/deploy-target",
    "/cloud/v1/images/{project_id}/{region_id}",
    "/cloud/v1/images/{project_id}/{region_id}/{image_id}",
    "/cloud/v1/snapshots/{project_id}/{region_id}",
    "/cloud/v1/snapshots/{project_id}/{region_id}/{snapshot_id}",
    "/cloud/v1/networks/{project_id}/{region_id}",
    "/cloud/v1/subnets/{project_id}/{region_id}",
    "/cloud/v1/reserved_fixed_ips/{project_id}/{region_id}",
    "/cloud/v1/floatingips/{project_id}/{region_id}",
    "/cloud/v1/servergroups/{project_id}/{region_id}",
    "/cloud/v1/ssh_keys/{project_id}",
    // Questions before an instance is made, and reads that are actions.
    "/cloud/v2/instances/{project_id}/{region_id}/check_limits",
    "/cloud/v1/instances/{project_id}/{region_id}/available_flavors",
    "/cloud/v1/instances/{project_id}/{region_id}/{instance_id}/metadata/{key}",
    "/cloud/v2/instances/{project_id}/{region_id}/{instance_id}/metadata_item",
    "/cloud/v1/instances/search",
    "/cloud/v1/reseller_name_templates",
];

/// The endpoints that are documented as read and were not requested.
fn unrequested(demo: &Demo, platform: &Registration) -> Vec<String> {
    let asked = demo.cloud.asked();
    // Exoscale's zones have a base each.
    let name = platform.platform();
    let base = if name == exoscale::PLATFORM { "/exoscale/{zone}/v2".into() } else { format!("/{name}") };
    platform
        .endpoints
        .iter()
        .filter(|endpoint| matches!(endpoint.used, Use::Reads(_)) && !SPECIAL.contains(&endpoint.path))
        .filter(|endpoint| {
            let method = if endpoint.method == "WS" { "GET" } else { endpoint.method };
            !asked.iter().any(|line| {
                line.split_once(' ').is_some_and(|(verb, path)| {
                    verb == method && fits(&format!("{base}{}", endpoint.path), path)
                })
            })
        })
        .map(|endpoint| format!("{} {}", endpoint.method, endpoint.path))
        .collect()
}

async fn everything_is_requested(demo: &Demo, platform: &Registration) {
    let provider = demo.provider();
    read_everything(&provider).await;
    let unrequested = unrequested(demo, platform);
    assert!(unrequested.is_empty(), "documented as read and never requested: {unrequested:#?}");
}

#[tokio::test]
async fn every_documented_read_of_cycle_is_requested() {
    let demo = demo("cycle").start().await;
    // So that there is an operation.
    let (containers, _) = list(&demo.provider(), Kind::Container).await;
    demo.container_task(&containers[0].id().id, "restart").await;
    everything_is_requested(&demo, &cycle::REGISTRATION).await;
}

#[tokio::test]
async fn every_documented_read_of_quasarch_is_requested() {
    let demo = demo("quasarch").start().await;
    everything_is_requested(&demo, &quasarch::REGISTRATION).await;
}

#[tokio::test]
async fn every_documented_read_of_gcore_is_requested() {
    let demo = demo("gcore").start().await;
    // So that there is a task.
    let (machines, _) = list(&demo.provider(), Kind::Instance).await;
    let machine = machines[0].id();
    let gcore = demo.access();
    let project = gcore.project.expect("a project");
    let region = machine.scope.as_deref().expect("a region");
    let path = format!("{}/cloud/v2/instances/{project}/{region}/{}/action", demo.base_path(), machine.id);
    let key = format!("APIKey {}", gcore.secret.expose());
    let headers = [("authorization", &*key), ("content-type", "application/json")];
    let status = demo.send("POST", &path, &headers, r#"{"action":"reboot"}"#).await;
    assert_eq!(status, 200);
    everything_is_requested(&demo, &gcore::REGISTRATION).await;
}

#[tokio::test]
async fn every_documented_read_of_elasticbox_is_requested() {
    let demo = demo("elasticbox").start().await;
    everything_is_requested(&demo, &elasticbox::REGISTRATION).await;
}

#[tokio::test]
async fn every_documented_read_of_exoscale_is_requested() {
    let demo = demo("exoscale").start().await;
    everything_is_requested(&demo, &exoscale::REGISTRATION).await;
}

#[test]
fn templates_fit_paths_of_their_shape_only() {
    assert!(fits("/a/{id}", "/a/1") && fits("/a/{id}:start", "/a/1:start"));
    assert!(!fits("/a/{id}", "/a/1/b") && !fits("/a/{id}:start", "/a/1") && !fits("/a/{id}", "/a/"));
}
