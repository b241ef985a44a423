//! The check of an API key: whose it is, and each sort of read once.

use serde_json::Value;

use super::super::api::Api;
use crate::Check;
use crate::kit::{self, Due, Probe, Probes};
use qdeck_model::Problem;

/// A list needs no more than one row to show that it may be read.
const ONE_ROW: [(&str, &str); 2] = [("page[size]", "1"), ("page[number]", "1")];

const OBJECT: Due<'_> = Due::ObjectIn("data");
const LIST: Due<'_> = Due::ListIn("data");

pub(crate) async fn run(api: &Api) -> Result<Check, Problem> {
    let mut probes = Probes::default();
    let [hub, containers] = probes
        .each([
            probe(api, "hub", vec!["v1", "hubs", "current"], &[], OBJECT),
            probe(api, "containers", vec!["v1", "containers"], &ONE_ROW, LIST),
        ])
        .await;
    let container = containers.as_ref().and_then(|rows| rows.pointer("/data/0/id")?.as_str());
    let instances = container
        .map(|id| probe(api, "instances", vec!["v1", "containers", id, "instances"], &ONE_ROW, LIST));
    let others = [
        probe(api, "jobs", vec!["v1", "jobs"], &ONE_ROW, LIST),
        probe(api, "servers", vec!["v1", "infrastructure", "servers"], &ONE_ROW, LIST),
        probe(api, "notifications", vec!["v1", "hubs", "current", "notifications"], &[], OBJECT),
    ];
    probes.all(instances.into_iter().chain(others).collect()).await;
    probes.finish(Some(identity(hub.as_ref().and_then(|it| it.get("data")), api.hub.as_deref())))
}

fn probe<'a>(
    api: &'a Api,
    name: &str,
    path: Vec<&'a str>,
    query: &'a [(&'a str, &'a str)],
    due: Due<'static>,
) -> Probe<'a, Value> {
    Probe::new(name, async move {
        let answer = api.get(&path, query).await?;
        kit::due(answer, due, &kit::request_name("GET", &path))
    })
}

/// The hub by its name; a role that may not read it may still see containers.
fn identity(hub: Option<&Value>, id: Option<&str>) -> String {
    let Some(hub) = hub else {
        return format!("hub {}", id.unwrap_or("of the key"));
    };
    let word = |name| hub.get(name).and_then(Value::as_str).filter(|word| !word.is_empty());
    let name = word("name").or(word("identifier")).or(id).unwrap_or("without a name");
    format!("hub {name}")
}
