//! Actions on inference deployments and on containers as a service.
//!
//! A deployment has calls of its own to start and to stop it, which answer with nothing; a container is started and
//! stopped by its `is_disabled`. Everything else answers with a task.

mod scale;
mod update;

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::Site;
use super::super::api::Api;
use super::region::{InRegion, text};
use super::table::{Entry, Story};
use crate::kit::form::refused;
use qdeck_model::{
    Availability, Container, Expected, Form, FormValues, Lifecycle, Method, PreparedRequest, Preview,
    Problem, Target,
};

/// A deployment, or a container of one region.
struct Subject {
    api: Api,
    path: Vec<String>,
    is_deployment: bool,
}

impl Subject {
    async fn of(site: &Arc<Site>, target: &Target) -> Result<Self, Problem> {
        let name = &*target.id.id;
        let own = |parts: &[&str]| parts.iter().map(|&part| part.to_owned()).collect();
        if target.id.scope.is_none() {
            let project = site.places.project().await?;
            let path = own(&["cloud", "v3", "inference", &project, "deployments", name]);
            return Ok(Self { api: site.api.clone(), path, is_deployment: true });
        }
        let place = InRegion::of(site, &target.id).await?;
        let path = own(&place.path("v1", "caas", &["containers", name]));
        Ok(Self { api: place.api, path, is_deployment: false })
    }

    fn noun(&self) -> &'static str {
        if self.is_deployment { "deployment" } else { "container" }
    }

    async fn read(&self) -> Result<Value, Problem> {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        self.api.get(&path, &[]).await
    }

    fn request(&self, method: Method, rest: &[&str]) -> Result<PreparedRequest, Problem> {
        let path: Vec<&str> = self.path.iter().map(String::as_str).chain(rest.iter().copied()).collect();
        self.api.prepare(method, &path, &[])
    }
}

/// The availability of an action on a row.
pub(super) fn availability(row: &Container, story: Story) -> Availability {
    let is_off = row.facts.iter().any(|fact| fact.name == "is_disabled") || &*row.state.raw == "DISABLED";
    reason(story, &row.state.raw, is_off).map_or(Availability::Yes, |reason| Availability::No(reason.into()))
}

fn reason(story: Story, status: &str, is_off: bool) -> Option<String> {
    match story {
        _ if status == "DELETING" => Some("it is deleting".to_owned()),
        Story::ContainerStart if !is_off => Some(format!("it is not disabled but {}", status.to_lowercase())),
        Story::ContainerStop if is_off => Some("it is already disabled".to_owned()),
        _ => None,
    }
}

/// Reads the target again.
///
/// # Errors
/// The action does not fit it any more.
async fn refuse_unless_fit(subject: &Subject, target: &Target, entry: &Entry) -> Result<Value, Problem> {
    let found = subject.read().await?;
    let status = text(&found, &["status"]).unwrap_or("unknown");
    let is_off = status == "DISABLED" || found.get("is_disabled") == Some(&Value::Bool(true));
    match reason(entry.story, status, is_off) {
        None => Ok(found),
        Some(reason) => Err(refused(&target.name, &reason)),
    }
}

/// The form of an action.
pub(super) async fn form(site: &Arc<Site>, target: &Target, story: Story) -> Result<Form, Problem> {
    if !matches!(story, Story::ContainerScale | Story::ContainerUpdate) {
        return Ok(Form::default());
    }
    let subject = Subject::of(site, target).await?;
    let found = subject.read().await?;
    match story {
        Story::ContainerScale => Ok(scale::form(site, &subject, &found)),
        _ => update::form(site, target, &subject, &found).await,
    }
}

/// Reads the target again and prepares the request.
pub(super) async fn preview(
    site: &Arc<Site>,
    target: &Target,
    entry: &Entry,
    values: &FormValues,
) -> Result<Preview, Problem> {
    let subject = Subject::of(site, target).await?;
    let found = refuse_unless_fit(&subject, target, entry).await?;
    match entry.story {
        Story::ContainerScale => scale::preview(site, target, &subject, &found, values),
        Story::ContainerUpdate => update::preview(site, target, &subject, &found, values).await,
        Story::ContainerDelete => {
            let request = subject.request(Method::Delete, &[])?;
            let summary = format!("Delete {} {}.", subject.noun(), target.name);
            let preview = Preview::new(summary, vec![request], Expected::Gone);
            Ok(preview.consequence("Its address and its settings are gone, and requests to it fail."))
        }
        story => switch(target, &subject, &found, story == Story::ContainerStart),
    }
}

/// Start and stop.
fn switch(target: &Target, subject: &Subject, found: &Value, starts: bool) -> Result<Preview, Problem> {
    let request = if subject.is_deployment {
        subject.request(Method::Post, &[if starts { "start" } else { "stop" }])?
    } else {
        subject.request(Method::Patch, &[])?.body(json!({"is_disabled": !starts}))
    };
    let verb = if starts { "Start" } else { "Stop" };
    let summary = format!("{verb} {} {}.", subject.noun(), target.name);
    if !starts {
        let preview = Preview::new(summary, vec![request], Expected::State(&[Lifecycle::Stopped]));
        return Ok(preview.consequence("It answers no requests until it is started again."));
    }
    // Scaled to zero it counts as stopped, whether it is disabled or waits for a request. Large images take longer to
    // pull than is waited for, and no task shows how far that is: what is being deployed has been started.
    let expected = if least(found) > 0 {
        Expected::State(&[Lifecycle::Running, Lifecycle::Degraded, Lifecycle::Pending])
    } else {
        Expected::Exists
    };
    Ok(Preview::new(summary, vec![request], expected))
}

/// The least number of replicas in all regions.
fn least(found: &Value) -> u64 {
    let of = |row: &Value| row.pointer("/scale/min").and_then(Value::as_u64).unwrap_or_default();
    let regions = found.get("containers").and_then(Value::as_array).into_iter().flatten();
    regions.map(of).sum::<u64>() + of(found)
}
