//! Every endpoint that the code says it reads is asked for when everything is looked at.

use std::time::Duration;

use futures_util::StreamExt as _;
use quarterdeck::demo::Cloud;
use quarterdeck::model::{Kind, LogStart, Resource, Timestamp};
use quarterdeck::providers::{
    Registration, SharedProvider, Use, cycle, elasticbox, exoscale, gcore, quasarch,
};

use super::cloud::{access, list, post, provider, start, task, within};

/// Looks at everything a person can look at: lists, details, samples, logs, consoles, changes, and the check.
async fn look_at_everything(provider: &SharedProvider) {
    for &kind in provider.kinds() {
        let (rows, _) = list(provider, kind).await;
        for row in representatives(&rows) {
            // One resource of a kind may be gone by now; the others are not.
            let _ = within(provider.get(row.id())).await;
            within(provider.describe(row.id()).collect::<Vec<_>>()).await;
            use_it(provider, row).await;
        }
    }
    if let Some(mut changes) = provider.changes() {
        soon(changes.next()).await;
    }
    within(provider.check()).await.expect("the demo's credentials are good");
}

/// Gives a stream the time to ask; what it tells, and whether, is for other tests.
async fn soon<T>(next: impl Future<Output = Option<T>>) {
    let _ = tokio::time::timeout(Duration::from_secs(2), next).await;
}

/// The first of each way to be: kinds differ by what they offer and by what they are a part of.
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

async fn use_it(provider: &SharedProvider, row: &Resource) {
    let offers = row.offers();
    if offers.telemetry {
        let _ = within(provider.samples(row.id(), Timestamp::now())).await;
        if let Some(mut live) = provider.live_samples(row.id()) {
            soon(live.next()).await;
        }
    }
    if offers.logs {
        let hour_ago = Timestamp::now().before(Duration::from_secs(3600));
        for start in [LogStart::Backlog, LogStart::Since(hour_ago)] {
            let mut logs = provider.logs(row.id(), start);
            soon(logs.next()).await;
        }
    }
    if let Some(kind) = offers.console {
        // A stopped one may refuse; it was asked.
        let _ = within(provider.console(row.id(), kind)).await;
    }
}

/// Whether a path is of a template's shape: braces stand for anything but a slash.
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

/// Read only where something is so that the demo's fleet is not; each is asked of a recorder in a test of its own.
const SPECIAL: [&str; 8] = [
    // Machines made from an app template, resellers' rules for names, and containers as a service.
    "/cloud/v1/apptemplates/{project_id}/{region_id}/{apptemplate_id}",
    "/cloud/v1/reseller_name_templates/{project_id}/{region_id}/available_names",
    "/cloud/v1/caas/{project_id}/{region_id}/containers/{container_name}",
    "/cloud/v1/caas/{project_id}/{region_id}/containers/{container_name}/logs",
    "/cloud/v1/caas/flavors/{project_id}/{region_id}",
    // Bare metal.
    "/cloud/v1/bmflavors/{project_id}/{region_id}",
    // An operation somebody began, and machines on hosts of their own.
    "/operation/{id}",
    "/deploy-target/{id}",
];

/// What the code says it reads and nobody asked for.
fn unasked(cloud: &Cloud, platform: &Registration) -> Vec<String> {
    let asked = cloud.asked();
    // Exoscale's zones have a base each.
    let name = platform.platform;
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

async fn everything_is_asked_for(cloud: &Cloud, platform: &Registration) {
    let provider = provider(cloud, platform.platform.name());
    look_at_everything(&provider).await;
    let unasked = unasked(cloud, platform);
    assert!(unasked.is_empty(), "said to be read and never asked for: {unasked:#?}");
}

#[tokio::test]
async fn all_that_cycle_is_said_to_be_read_of_is_asked_for() {
    let cloud = start(None, None).await;
    // So that there is an operation.
    let cycle = provider(&cloud, "cycle");
    let (containers, _) = list(&cycle, Kind::Container).await;
    task(access(&cloud, "cycle"), &containers[0].id().id, "restart").await;
    everything_is_asked_for(&cloud, &cycle::REGISTRATION).await;
}

#[tokio::test]
async fn all_that_quasarch_is_said_to_be_read_of_is_asked_for() {
    let cloud = start(None, None).await;
    everything_is_asked_for(&cloud, &quasarch::REGISTRATION).await;
}

#[tokio::test]
async fn all_that_gcore_is_said_to_be_read_of_is_asked_for() {
    let cloud = start(None, None).await;
    // So that there is a task.
    let (machines, _) = list(&provider(&cloud, "gcore"), Kind::Instance).await;
    let machine = machines[0].id();
    let gcore = access(&cloud, "gcore");
    let project = gcore.project.expect("a project");
    let region = machine.scope.as_deref().expect("a region");
    let path = format!("/cloud/v2/instances/{project}/{region}/{}/action", machine.id);
    let key = format!("APIKey {}", gcore.secret.expose());
    let status = post(gcore, &path, &[("authorization", &key)], r#"{"action":"reboot"}"#).await;
    assert_eq!(status, 200);
    everything_is_asked_for(&cloud, &gcore::REGISTRATION).await;
}

#[tokio::test]
async fn all_that_elasticbox_is_said_to_be_read_of_is_asked_for() {
    let cloud = start(None, None).await;
    everything_is_asked_for(&cloud, &elasticbox::REGISTRATION).await;
}

#[tokio::test]
async fn all_that_exoscale_is_said_to_be_read_of_is_asked_for() {
    let cloud = start(None, None).await;
    everything_is_asked_for(&cloud, &exoscale::REGISTRATION).await;
}

#[test]
fn templates_fit_paths_of_their_shape_only() {
    assert!(fits("/a/{id}", "/a/1") && fits("/a/{id}:start", "/a/1:start"));
    assert!(!fits("/a/{id}", "/a/1/b") && !fits("/a/{id}:start", "/a/1") && !fits("/a/{id}", "/a/"));
}
