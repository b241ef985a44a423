//! The check of a token: whose it is, and each sort of read once.

use arcstr::ArcStr;
use serde_json::Value;

use super::super::api::{Api, field};
use super::workspaces::{Place, Workspaces};
use crate::Check;
use crate::kit::{self, Due, Probe, Probes};
use qdeck_model::{Problem, ProblemKind};

pub(crate) async fn run(workspaces: &Workspaces) -> Result<Check, Problem> {
    let api: &Api = &workspaces.api;
    let mut probes = Probes::default();
    let [listed, profile, instances] = probes
        .each([
            probe(api, "workspaces", vec!["workspaces"], Due::List),
            probe(api, "profile", vec!["profile"], Due::Object),
            probe(api, "instances", vec!["instances"], Due::List),
        ])
        .await;
    if let Some(id) = first(instances.as_ref()).as_deref() {
        let parts = [("service", Due::Object), ("activity", Due::List), ("operations", Due::List)];
        let part = |(name, due)| probe(api, name, vec!["instances", id, name], due);
        probes.all(parts.map(part).into()).await;
    }
    // A team workspace shows more than the personal one, whose instances were just read.
    let (teams, _) = workspaces.teams().await.unwrap_or_default();
    let teams: Vec<ArcStr> = teams.iter().map(Place::scope).collect();
    let lists = teams.iter().map(|id| {
        let read = async move {
            let path = ["workspaces", id, "instances"];
            let answer = api.get(&path, &[]).await.map_err(|problem| missing(workspaces, id, problem))?;
            kit::due(answer, Due::List, &kit::request_name("GET", &path))
        };
        Probe::new(format!("instances of {id}"), read)
    });
    let mut reads: Vec<_> = lists.collect();
    let personal = profile.as_ref().and_then(|it| field(it, "workspace"));
    if let Some(id) = personal.or(teams.first().map(|id| &**id)) {
        reads.extend(
            ["boxes", "providers"].map(|name| probe(api, name, vec!["workspaces", id, name], Due::List)),
        );
    }
    probes.all(reads).await;
    probes.finish(identity(listed.as_ref(), profile.as_ref()))
}

fn probe<'a>(
    api: &'a Api,
    name: impl Into<String>,
    path: Vec<&'a str>,
    due: Due<'static>,
) -> Probe<'a, Value> {
    Probe::new(
        name,
        async move { kit::due(api.get(&path, &[]).await?, due, &kit::request_name("GET", &path)) },
    )
}

/// A workspace that the user named and the token does not reach is a mistake, and not one that is merely not there.
fn missing(workspaces: &Workspaces, id: &ArcStr, mut problem: Problem) -> Problem {
    let is_configured = workspaces.is_configured(&Place::Workspace(id.clone()));
    if is_configured && problem.kind == ProblemKind::NotFound {
        problem.kind = ProblemKind::Forbidden;
    }
    problem
}

/// The id of the first of a list that has one.
fn first(list: Option<&Value>) -> Option<String> {
    let mut all = list?.as_array()?.iter();
    all.find_map(|it| field(it, "id")).map(str::to_owned)
}

/// The personal workspace, with a name and an address where there are any.
fn identity(workspaces: Option<&Value>, profile: Option<&Value>) -> Option<String> {
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
        (Some(name), Some(email)) => Some(format!("{name} <{email}>")),
        (Some(name), None) => Some(format!("workspace {name}")),
        (None, email) => email.map(str::to_owned),
    }
}
