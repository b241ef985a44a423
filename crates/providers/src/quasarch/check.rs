//! The check of a sign-in: whose it is, and each sort of read once.

use serde_json::Value;

use super::api::Api;
use super::{CONTAINERS, GPU_MODELS, PROVIDERS};
use crate::Check;
use crate::kit::{self, Due, Probe, Probes};
use qdeck_model::Problem;

/// A list needs no more than one row to show that it may be read.
const ONE_ROW: [(&str, &str); 2] = [("page", "1"), ("rows", "1")];

pub(super) async fn run(api: &Api) -> Result<Check, Problem> {
    let mut probes = Probes::default();
    let session = probes.first(Probe::new("sign-in", api.session())).await?;
    let [containers] = probes.each([probe(api, "containers", CONTAINERS.to_vec())]).await;
    // Only a list of containers has rows with revisions.
    let container = containers.as_ref().and_then(|page| page.pointer("/items/0/id")?.as_str());
    let revisions = container.map(|id| probe(api, "revisions", vec!["v1", "containers", id, "revisions"]));
    let others = [probe(api, "gpu-models", GPU_MODELS.to_vec()), probe(api, "providers", PROVIDERS.to_vec())];
    probes.all(revisions.into_iter().chain(others).collect()).await;
    if probes.failure().is_some() {
        return probes.finish(None);
    }
    let user = session.user();
    let profile = match user {
        Some(user) => api.get::<Value>(&["v1", "users", user], &[]).await.ok(),
        None => None,
    };
    probes.finish(identity(profile.as_ref(), user))
}

fn probe<'a>(api: &'a Api, name: &str, path: Vec<&'a str>) -> Probe<'a, Value> {
    Probe::new(name, async move {
        let answer = api.get(&path, &ONE_ROW).await?;
        kit::due(answer, Due::ListIn("items"), &kit::request_name("GET", &path))
    })
}

/// `Ada Example <ada@example.com>`, as far as the profile has it.
fn identity(profile: Option<&Value>, user: Option<&str>) -> Option<String> {
    let word = |name: &str| profile?.get(name)?.as_str();
    match (word("name"), word("email")) {
        (Some(name), Some(email)) => Some(format!("{name} <{email}>")),
        (one, other) => one.or(other).or(user).map(str::to_owned),
    }
}
