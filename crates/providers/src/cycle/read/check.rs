//! Trying an API key: who it is, and each sort of read once.

use serde_json::Value;

use super::super::api::Api;
use super::super::wire;
use crate::Check;
use crate::kit::timed;
use qdeck_model::Problem;

type Probe = Result<wire::One<Value>, Problem>;

/// The hub tells whether the key works at all; the others show what its role lacks.
pub(crate) async fn run(api: &Api) -> Result<Check, Problem> {
    let mut probes = Vec::new();
    let (hub, took) = timed(api.get(&["v1", "hubs", "current"], &[])).await;
    let hub: Probe = hub;
    probes.push(("hub".to_owned(), hub.as_ref().map(|_| took).map_err(Clone::clone)));
    let one_row = [("page[size]", "1"), ("page[number]", "1")];
    let (containers, took) = timed(api.get(&["v1", "containers"], &one_row)).await;
    let containers: Probe = containers;
    let first = containers.as_ref().ok().and_then(|it| it.data.pointer("/0/id")?.as_str().map(str::to_owned));
    probes.push(("containers".to_owned(), containers.as_ref().map(|_| took).map_err(Clone::clone)));
    let mut paths = vec![("jobs", vec!["v1", "jobs"]), ("servers", vec!["v1", "infrastructure", "servers"])];
    if let Some(id) = &first {
        paths.insert(0, ("instances", vec!["v1", "containers", id, "instances"]));
    }
    for (name, path) in paths {
        let (answer, took) = timed(api.get(&path, &one_row)).await;
        let answer: Probe = answer;
        probes.push((name.to_owned(), answer.map(|_| took)));
    }
    let (answer, took) = timed(api.get(&["v1", "hubs", "current", "notifications"], &[])).await;
    let answer: Probe = answer;
    probes.push(("notifications".to_owned(), answer.map(|_| took)));
    let identity = match (hub, containers) {
        (Ok(hub), _) => identity(&hub.data, api.hub.as_deref()),
        // A role without the hub's name may still see containers.
        (Err(_), Ok(_)) => format!("hub {}", api.hub.as_deref().unwrap_or("of the key")),
        (Err(problem), Err(_)) => return Err(problem),
    };
    Ok(Check { identity, probes })
}

fn identity(hub: &Value, id: Option<&str>) -> String {
    let word = |name| hub.get(name).and_then(Value::as_str).filter(|word| !word.is_empty());
    let name = word("name").or(word("identifier")).or(id).unwrap_or("without a name");
    format!("hub {name}")
}
