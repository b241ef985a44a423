//! The check of a token: whose it is, and each sort of read once.

use std::sync::Arc;

use serde_json::Value;

use super::super::api::{Api, field};
use super::workspaces::{Place, Workspaces};
use crate::Check;
use crate::kit::{Probe, Probes};
use qdeck_model::Problem;

pub(crate) async fn run(workspaces: &Workspaces) -> Result<Check, Problem> {
    let api: &Api = &workspaces.api;
    let mut probes = Probes::default();
    let [listed, profile, instances] = probes
        .each([
            probe(api, "workspaces", vec!["workspaces"]),
            probe(api, "profile", vec!["profile"]),
            probe(api, "instances", vec!["instances"]),
        ])
        .await;
    if let Some(id) = first(instances.as_ref()).as_deref() {
        let parts = ["service", "activity", "operations"];
        probes.all(parts.map(|name| probe(api, name, vec!["instances", id, name])).into()).await;
    }
    // A team workspace shows more than the personal one, whose instances were just read.
    let teams = workspaces.teams().await.unwrap_or_default();
    let teams: Vec<Arc<str>> = teams.iter().map(Place::scope).collect();
    let lists =
        teams.iter().map(|id| probe(api, format!("instances of {id}"), vec!["workspaces", id, "instances"]));
    let mut reads: Vec<_> = lists.collect();
    let personal = profile.as_ref().and_then(|it| field(it, "workspace"));
    if let Some(id) = personal.or(teams.first().map(|id| &**id)) {
        reads.extend(["boxes", "providers"].map(|name| probe(api, name, vec!["workspaces", id, name])));
    }
    probes.all(reads).await;
    probes.finish(identity(listed.as_ref(), profile.as_ref()))
}

fn probe<'a>(api: &'a Api, name: impl Into<String>, path: Vec<&'a str>) -> Probe<'a, Value> {
    Probe::new(name, async move { api.get(&path, &[]).await })
}

/// The id of the first of a list that has one.
fn first(list: Option<&Value>) -> Option<String> {
    let mut all = list?.as_array()?.iter();
    all.find_map(|it| field(it, "id")).map(str::to_owned)
}

/// The personal workspace, with a name and an address where there are any.
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
