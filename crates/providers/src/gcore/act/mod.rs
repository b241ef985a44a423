//! Changes at Gcore: the actions that fit a resource, their forms and requests, and how those are sent.
//!
//! ```text
//! table ─▶ actions(row)            form, choices, preview ─▶ the story of each action
//!                                  perform ─▶ send: each request once ─▶ the task that the answer names
//! ```
//!
//! Nearly every change answers with a task, which is read until it ends.

mod choices;
mod container;
mod create;
mod instance;
mod naming;
mod region;
mod reseller;
mod send;
mod table;

use std::sync::Arc;
use std::time::Duration;

use super::{Site, unsupported};
use instance::Standing;
use qdeck_model::{
    Action, ActionId, Availability, Choice, Form, FormValues, Kind, Preview, Problem, Resource, Target,
};
pub(super) use send::{KnownPaths, created, perform};
use table::{CONTAINER, CONTEXT, Entry, INSTANCE, RESELLER};

/// Every action that there is in a context.
pub(super) fn declared(site: &Site) -> Vec<Action> {
    let on_rows = INSTANCE.iter().chain(CONTAINER).map(|entry| entry.action(Availability::Yes));
    on_rows.chain(of_context(site)).collect()
}

/// The actions on the context itself; those of resellers in a context that is marked as such.
pub(super) fn of_context(site: &Site) -> Vec<Action> {
    let resellers = RESELLER.iter().filter(|_| site.is_reseller);
    CONTEXT.iter().chain(resellers).map(|entry| entry.action(Availability::Yes)).collect()
}

/// The actions that fit a resource as it is now.
pub(super) fn actions(resource: &Resource) -> Vec<Action> {
    match resource {
        Resource::Instance(row) => {
            let standing = Standing::of_row(row);
            INSTANCE.iter().map(|entry| entry.action(standing.availability(entry.story))).collect()
        }
        Resource::Container(row) => {
            CONTAINER.iter().map(|entry| entry.action(container::availability(row, entry.story))).collect()
        }
        _ => Vec::new(),
    }
}

fn entry(action: ActionId) -> Result<&'static Entry, Problem> {
    let mut all = INSTANCE.iter().chain(CONTAINER).chain(CONTEXT).chain(RESELLER);
    all.find(|entry| entry.id == action).ok_or_else(|| unsupported(&format!("there is no action {action}")))
}

/// The form of an action, given what has been entered so far.
pub(super) async fn form(
    site: &Arc<Site>,
    target: &Target,
    action: ActionId,
    values: &FormValues,
) -> Result<Form, Problem> {
    let story = entry(action)?.story;
    match target.id.kind {
        _ if story.is_resellers() => reseller::form(site, story).await,
        Kind::Container => container::form(site, target, story).await,
        _ => instance::form(site, target, story, values).await,
    }
}

/// The choices of a field that are loaded when it is reached.
pub(super) async fn choices(
    site: &Arc<Site>,
    target: &Target,
    action: ActionId,
    field: &str,
    values: &FormValues,
) -> Result<Vec<Choice>, Problem> {
    entry(action)?;
    choices::load(site, target, field, values).await
}

/// Reads the target again and prepares the requests.
pub(super) async fn preview(
    site: &Arc<Site>,
    target: &Target,
    action: ActionId,
    values: &FormValues,
) -> Result<Preview, Problem> {
    let entry = entry(action)?;
    match target.id.kind {
        _ if entry.story.is_resellers() => reseller::preview(site, entry, values).await,
        Kind::Container => container::preview(site, target, entry, values).await,
        _ => instance::preview(site, target, entry, values).await,
    }
}

/// The time between two reads of a task of this age: the official clients read every 1 to 3 s. Slower with age, since
/// servers on bare metal take half an hour.
pub(super) fn poll_interval(age: Duration) -> Duration {
    (age / 10).clamp(Duration::from_secs(1), Duration::from_secs(30))
}
