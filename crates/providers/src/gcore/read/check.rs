//! The check of an API token: whose it is, and each sort of read once.

use serde_json::Value;

use super::super::Site;
use super::super::api::{Api, Query};
use super::super::map::Source;
use super::super::places::{PROJECTS, REGIONS, Region};
use super::catalogue::{INFERENCE_CAPACITY, INFERENCE_FLAVORS, QUOTAS, path};
use crate::Check;
use crate::kit::{self, Due, Probe, Probes};
use qdeck_model::Problem;

pub(crate) const ME: [&str; 3] = ["iam", "clients", "me"];

/// A list needs no more than one row to show that it may be read.
const ONE_ROW: [(&str, &str); 1] = [("limit", "1")];

const LIST: Due<'_> = Due::ListIn("results");

/// Reads by region are tried in the first region, and those of accelerators in the first that has any.
pub(crate) async fn run(site: &Site) -> Result<Check, Problem> {
    let mut probes = Probes::default();
    let [client, projects, _] = probes
        .each([
            probe(&site.api, "account", ME.to_vec(), &[], Due::Object),
            probe(&site.api, "projects", PROJECTS.to_vec(), &[("limit", "1000")], LIST),
            probe(&site.api, "regions", REGIONS.to_vec(), &ONE_ROW, LIST),
        ])
        .await;
    // Neither of the two needs another request where the context names what it wants.
    let project = site.places.project().await.ok();
    let regions = site.places.regions().await.ok();
    let regions = regions.as_ref().map(|regions| &regions.mine[..]).unwrap_or_default();
    let query = project.as_deref().map(|project| [("project_id", project), ONE_ROW[0]]);
    let mut reads = Vec::new();
    if let (Some(project), Some(query)) = (project.as_deref(), &query) {
        if let Some(region) = regions.first() {
            reads.extend(of_region(site, project, region));
        }
        reads.push(probe(&site.api, "tasks", vec!["cloud", "v1", "tasks"], query, LIST));
        let deployments = vec!["cloud", "v3", "inference", project, "deployments"];
        reads.push(probe(&site.api, "inference deployments", deployments, &ONE_ROW, LIST));
        if let Some(region) = regions.iter().find(|region| region.has_gpus) {
            let catalogues =
                [("virtual GPU flavors", Source::Virtual), ("bare metal GPU flavors", Source::BareMetal)];
            let of_catalogue =
                |(name, source)| regional(site, region, name, path(source, project, &region.scope));
            reads.extend(catalogues.map(of_catalogue));
        }
    }
    reads.push(probe(&site.api, "inference flavors", INFERENCE_FLAVORS.to_vec(), &ONE_ROW, LIST));
    reads.push(probe(&site.api, "inference capacity", INFERENCE_CAPACITY.to_vec(), &[], LIST));
    reads.push(probe(&site.api, "quotas", QUOTAS.to_vec(), &[], Due::Object));
    probes.all(reads).await;
    probes.finish(identity(client.as_ref(), projects.as_ref(), project.as_deref()))
}

/// The reads that every region has.
fn of_region<'a>(site: &'a Site, project: &'a str, region: &'a Region) -> [Probe<'a, Value>; 5] {
    let scope = &*region.scope;
    [
        ("instances", vec!["cloud", "v1", "instances", project, scope]),
        ("flavors", path(Source::Instance, project, scope)),
        ("volumes", vec!["cloud", "v1", "volumes", project, scope]),
        ("app templates", vec!["cloud", "v1", "apptemplates", project, scope]),
        ("security groups", vec!["cloud", "v1", "securitygroups", project, scope]),
    ]
    .map(|(name, path)| regional(site, region, name, path))
}

fn regional<'a>(site: &Site, region: &Region, name: &str, path: Vec<&'a str>) -> Probe<'a, Value> {
    let api = site.api.region(region.id);
    Probe::new(name, async move { read(&api, &path, &ONE_ROW, LIST).await })
}

fn probe<'a>(
    api: &'a Api,
    name: &str,
    path: Vec<&'a str>,
    query: &'a [(&'a str, &'a str)],
    due: Due<'static>,
) -> Probe<'a, Value> {
    Probe::new(name, async move { read(api, &path, query, due).await })
}

async fn read(api: &Api, path: &[&str], query: &Query<'_>, due: Due<'_>) -> Result<Value, Problem> {
    kit::due(api.get(path, query).await?, due, &kit::request_name("GET", path))
}

/// `Example Ltd <me@example.com>, project web`.
fn identity(client: Option<&Value>, projects: Option<&Value>, project: Option<&str>) -> Option<String> {
    let word = |name: &str| client?.get(name)?.as_str().filter(|text| !text.is_empty());
    let company = word("companyName").or_else(|| word("name"));
    let who = match (company, word("email")) {
        (Some(company), Some(email)) => Some(format!("{company} <{email}>")),
        (one, other) => one.or(other).map(str::to_owned),
    };
    let mine = |it: &&Value| it.get("id").map(Value::to_string).as_deref() == project;
    let named =
        projects.and_then(|list| list.get("results")?.as_array()?.iter().find(mine)?.get("name")?.as_str());
    let project = named.or(project).map(|name| format!("project {name}"));
    let parts: Vec<String> = who.into_iter().chain(project).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
