//! Trying a token: whose it is, and each sort of read once.

use serde_json::Value;

use super::super::api::{Api, field};
use super::workspaces::Workspaces;
use crate::Check;
use crate::kit::timed;
use qdeck_model::Problem;

type Probes = Vec<(String, Result<std::time::Duration, Problem>)>;

/// The list of workspaces tells whether the token works; the others show what it does not reach.
pub(crate) async fn run(workspaces: &Workspaces) -> Result<Check, Problem> {
    let api = &workspaces.api;
    let mut probes = Vec::new();
    let told = probe(api, &mut probes, "workspaces", &["workspaces"]).await;
    let profile = probe(api, &mut probes, "profile", &["profile"]).await;
    let personal = profile.as_ref().and_then(|it| field(it, "workspace"));
    let instances = probe(api, &mut probes, "instances", &["instances"]).await;
    let one = first(instances.as_ref());
    for name in ["service", "activity", "operations"] {
        if let Some(id) = &one {
            probe(api, &mut probes, name, &["instances", id, name]).await;
        }
    }
    // A team workspace shows more than the personal one, whose instances were just read.
    let teams = workspaces.teams().await.unwrap_or_default();
    for place in &teams {
        let id = place.scope();
        let name = format!("instances of {id}");
        probe(api, &mut probes, &name, &["workspaces", &id, "instances"]).await;
    }
    if let Some(id) = personal.map(Into::into).or_else(|| teams.first().map(super::workspaces::Place::scope))
    {
        let id: std::sync::Arc<str> = id;
        for name in ["boxes", "providers"] {
            probe(api, &mut probes, name, &["workspaces", &id, name]).await;
        }
    }
    // When nothing at all can be read, the reason is the answer.
    if probes.iter().all(|(_, result)| result.is_err())
        && let Some((_, Err(problem))) = probes.first()
    {
        return Err(problem.clone());
    }
    let identity = identity(told.as_ref(), profile.as_ref());
    Ok(Check { identity, probes })
}

async fn probe(api: &Api, probes: &mut Probes, name: &str, path: &[&str]) -> Option<Value> {
    let (answer, took) = timed(api.get::<Value>(path, &[])).await;
    probes.push((name.to_owned(), answer.as_ref().map(|_| took).map_err(Clone::clone)));
    answer.ok()
}

/// The id of the first of a list that has one.
fn first(list: Option<&Value>) -> Option<String> {
    let mut all = list?.as_array()?.iter();
    all.find_map(|it| field(it, "id")).map(str::to_owned)
}

/// The personal workspace, with a name and an address where they are told.
fn identity(workspaces: Option<&Value>, profile: Option<&Value>) -> String {
    let of_profile = |name| profile.and_then(|it| field(it, name));
    let own = of_profile("workspace");
    let all = workspaces.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let personal = all.iter().find(|it| match own {
        Some(own) => field(it, "id") == Some(own),
        None => field(it, "schema").is_some_and(|schema| schema.ends_with("/personal")),
    });
    let word = |name| of_profile(name).or_else(|| personal.and_then(|it| field(it, name)));
    let workspace = own.or_else(|| personal.and_then(|it| field(it, "id")));
    match (word("name").or(workspace), word("email")) {
        (Some(name), Some(email)) => format!("{name} <{email}>"),
        (Some(name), None) => format!("workspace {name}"),
        (None, Some(email)) => email.to_owned(),
        (None, None) => "signed in".to_owned(),
    }
}
