//! Trying an API token: who it is, and each sort of read once.

use std::time::Duration;

use serde_json::Value;

use super::super::map::Source;
use super::super::places::{PROJECTS, REGIONS};
use super::super::{Site, api::Query};
use super::catalogue::{INFERENCE_CAPACITY, INFERENCE_FLAVORS, QUOTAS, path};
use crate::Check;
use crate::kit::timed;
use qdeck_model::Problem;

pub(crate) const ME: [&str; 3] = ["iam", "clients", "me"];

type Probe = (String, Result<Duration, Problem>);

/// A list needs no more than one row to show that it may be read.
const ONE: (&str, &str) = ("limit", "1");

struct Probes<'a> {
    site: &'a Site,
    all: Vec<Probe>,
}

impl Probes<'_> {
    async fn try_one(
        &mut self,
        name: &str,
        region: Option<u64>,
        path: &[&str],
        query: &Query<'_>,
    ) -> Option<Value> {
        let api = region.map_or_else(|| self.site.api.clone(), |id| self.site.api.region(id));
        let (answer, took) = timed(api.get::<Value>(path, query)).await;
        let (value, result) = match answer {
            Ok(value) => (Some(value), Ok(took)),
            Err(problem) => (None, Err(problem)),
        };
        self.all.push((name.to_owned(), result));
        value
    }
}

/// The projects tell whether the token works at all; the others show what its role lacks. Reads by region are tried in
/// the first region, and those of accelerators in the first that has any.
pub(crate) async fn run(site: &Site) -> Result<Check, Problem> {
    let mut probes = Probes { site, all: Vec::new() };
    let client = probes.try_one("account", None, &ME, &[]).await;
    let projects = probes.try_one("projects", None, &PROJECTS, &[("limit", "1000")]).await;
    probes.try_one("regions", None, &REGIONS, &[ONE]).await;
    // Neither of the two needs another request where the context names what it wants.
    let project = site.places.project().await;
    let regions = site.places.regions().await;
    if let Ok(project) = &project {
        let regions = regions.as_ref().ok().map(|regions| &regions.mine[..]).unwrap_or_default();
        if let Some(region) = regions.first() {
            let (id, scope) = (Some(region.id), &*region.scope);
            for (name, path) in [
                ("instances", vec!["cloud", "v1", "instances", project, scope]),
                ("flavors", path(Source::Instance, project, scope)),
                ("volumes", vec!["cloud", "v1", "volumes", project, scope]),
                ("app templates", vec!["cloud", "v1", "apptemplates", project, scope]),
                ("security groups", vec!["cloud", "v1", "securitygroups", project, scope]),
            ] {
                probes.try_one(name, id, &path, &[ONE]).await;
            }
        }
        let query = [("project_id", &**project), ONE];
        probes.try_one("tasks", None, &["cloud", "v1", "tasks"], &query).await;
        let path_of = ["cloud", "v3", "inference", project, "deployments"];
        probes.try_one("inference deployments", None, &path_of, &[ONE]).await;
        if let Some(region) = regions.iter().find(|region| region.has_gpus) {
            for (name, source) in
                [("virtual GPU flavors", Source::Virtual), ("bare metal GPU flavors", Source::BareMetal)]
            {
                let path = path(source, project, &region.scope);
                probes.try_one(name, Some(region.id), &path, &[ONE]).await;
            }
        }
    }
    probes.try_one("inference flavors", None, &INFERENCE_FLAVORS, &[ONE]).await;
    probes.try_one("inference capacity", None, &INFERENCE_CAPACITY, &[]).await;
    probes.try_one("quotas", None, &QUOTAS, &[]).await;
    // When nothing at all can be read, the reason is the answer.
    if probes.all.iter().all(|(_, result)| result.is_err())
        && let Some((_, Err(problem))) = probes.all.pop()
    {
        return Err(problem);
    }
    let identity = identity(client.as_ref(), projects.as_ref(), project.as_deref().ok());
    Ok(Check { identity, probes: probes.all })
}

/// `Example Ltd <me@example.com>, project web`.
fn identity(client: Option<&Value>, projects: Option<&Value>, project: Option<&str>) -> String {
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
    if parts.is_empty() { "signed in".to_owned() } else { parts.join(", ") }
}
