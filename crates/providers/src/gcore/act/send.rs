//! Sending: each prepared request once, and what the answer names.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::Value;

use super::super::api::Api;
use super::super::read::single;
use super::super::{Site, wire};
use super::entry;
use super::instance::power::{Power, old_request};
use super::region::InRegion;
use super::reseller;
use super::table::{Metadata, Story};
use crate::Answer;
use crate::mapping::lenient::Rows;
use qdeck_model::{
    Kind, NewResource, Outcome, PreparedRequest, PreparedWrite, Problem, ResourceId, Target, Timestamp,
};

/// The difference between the clocks of this machine and of the platform that is allowed for.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(60);

/// The calls that this server is known to have, or not to have.
#[derive(Default)]
pub(crate) struct KnownPaths {
    has_action: AtomicBool,
    has_no_action: AtomicBool,
}

impl KnownPaths {
    /// Returns true while it is open whether the server has the action call.
    pub(super) fn is_action_open(&self) -> bool {
        !self.has_action.load(Ordering::Relaxed) && !self.has_no_action()
    }

    /// Returns true once the action call turned out to be unknown.
    pub(super) fn has_no_action(&self) -> bool {
        self.has_no_action.load(Ordering::Relaxed)
    }
}

/// Sends the requests of a write, and returns the task that was made of the last one.
pub(in super::super) fn perform(site: Arc<Site>, write: &PreparedWrite) -> Answer<Outcome> {
    let (action, target) = (write.action.id, write.target.clone());
    let (requests, creates) = (write.preview.requests.clone(), write.preview.creates.clone());
    async move {
        let story = entry(action)?.story;
        let region = target.id.scope.clone().or_else(|| creates?.scope);
        let api = match region.and_then(|region| region.parse().ok()) {
            Some(region) => site.api.region(region),
            None => site.api.clone(),
        };
        let mut outcome = Outcome::done();
        for request in &requests {
            let answer = match story {
                Story::Power(power) => send_power(&site, &api, &target, power, request).await?,
                story if story.is_resellers() => api.write(request).await.map_err(reseller::explain)?,
                _ => api.write(request).await?,
            };
            outcome = outcome_of(story, &target, answer);
        }
        Ok(outcome)
    }
    .boxed()
}

fn outcome_of(story: Story, target: &Target, answer: Value) -> Outcome {
    if let Story::Metadata(Metadata::Read) = story {
        let key = answer.get("key").and_then(Value::as_str).unwrap_or("item");
        let title = format!("metadata {key} of {}", target.name);
        return Outcome::done().document(title, answer);
    }
    if story.is_resellers() {
        let title = reseller::title(story);
        return match reseller::shown(answer) {
            Some(answer) => Outcome::done().document(title, answer),
            None => Outcome::done(),
        };
    }
    match task_of(&answer) {
        Some(task) => Outcome::accepted(ResourceId::new(target.context(), Kind::Operation, task)),
        None => Outcome::done(),
    }
}

/// The task that an answer names. The older calls answer with the instance, which names the task that holds it.
fn task_of(answer: &Value) -> Option<&str> {
    let first = answer.get("tasks").and_then(|tasks| tasks.get(0));
    first.or_else(|| answer.get("task_id"))?.as_str()
}

/// Sends the action call, or the older call to a server that does not have it.
///
/// The older call is sent only after the action call was refused as an unknown path, which the server has then taken on
/// nothing for: with 405, or with 404 while the instance itself can be read.
async fn send_power(
    site: &Arc<Site>,
    api: &Api,
    target: &Target,
    power: &Power,
    request: &PreparedRequest,
) -> Result<Value, Problem> {
    let refusal = match api.write(request).await {
        Ok(answer) => {
            // Where it is known to be missing, this was the older call.
            site.known_paths.has_action.store(!site.known_paths.has_no_action(), Ordering::Relaxed);
            return Ok(answer);
        }
        Err(problem) => problem,
    };
    let is_unknown = match refusal.status {
        _ if !site.known_paths.is_action_open() => false,
        Some(405) => true,
        Some(404) => single::instance(site, &target.id).await.is_ok(),
        _ => false,
    };
    if !is_unknown {
        return Err(refusal);
    }
    let place = InRegion::of(site, &target.id).await?;
    let answer = api.write(&old_request(&place, target, power)?).await?;
    site.known_paths.has_no_action.store(true, Ordering::Relaxed);
    Ok(answer)
}

/// The resource that a write made: as its task names it, or, where the answer was lost, the one of that name that has
/// come since.
pub(in super::super) fn created(
    site: Arc<Site>,
    write: &PreparedWrite,
    operation: Option<ResourceId>,
) -> Answer<Option<ResourceId>> {
    let (creates, target, prepared) = (write.preview.creates.clone(), write.target.clone(), write.prepared);
    async move {
        let Some(creates) = creates else { return Ok(None) };
        match (creates.kind, operation) {
            // Deployments and containers are addressed by their names.
            (Kind::Container, _) => Ok(Some(ResourceId {
                scope: creates.scope,
                ..ResourceId::new(target.context(), Kind::Container, &*creates.name)
            })),
            (_, Some(task)) => made_by(&site, &task.id, &creates, &target).await,
            (_, None) => made_since(&site, &creates, &target, prepared).await,
        }
    }
    .boxed()
}

/// The instance among the resources that a task created.
async fn made_by(
    site: &Site,
    task: &str,
    creates: &NewResource,
    target: &Target,
) -> Result<Option<ResourceId>, Problem> {
    let task: wire::Task = site.api.get(&["cloud", "v1", "tasks", task], &[]).await?;
    let made = task.created_resources.get("instances").and_then(|all| all.get(0)?.as_str());
    Ok(made.map(|id| instance_id(creates, target, id)))
}

/// The only instance of this name that is not older than the write.
async fn made_since(
    site: &Site,
    creates: &NewResource,
    target: &Target,
    prepared: Timestamp,
) -> Result<Option<ResourceId>, Problem> {
    let place = InRegion::numbered(site, creates.scope.as_deref().unwrap_or_default()).await?;
    let path = place.path("v1", "instances", &[]);
    let all: Rows<wire::Instance> = place.api.all(&path, &[("name", &creates.name)]).await?;
    // Clocks differ, and times have no more than seconds.
    let since = prepared.before(CLOCK_TOLERANCE);
    let is_it = |it: &&wire::Instance| {
        it.name() == Some(&*creates.name)
            && it.created().and_then(Timestamp::parse).is_some_and(|at| at >= since)
    };
    let mut found = all.good.iter().filter(is_it);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(Some(instance_id(creates, target, one.id()))),
        _ => Ok(None),
    }
}

fn instance_id(creates: &NewResource, target: &Target, id: &str) -> ResourceId {
    ResourceId { scope: creates.scope.clone(), ..ResourceId::new(target.context(), Kind::Instance, id) }
}
