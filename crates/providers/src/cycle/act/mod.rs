//! Changes at Cycle: containers are started, stopped and reshaped, instances are made, moved and deleted.
//!
//! Most changes answer with a job, which is read until it ends. Which of them are offered follows from the row and from
//! the capabilities of the context's key; see [`capabilities`].

mod capabilities;
mod container;
mod entry;
mod instance;
mod send;

use std::sync::Arc;

use serde_json::Value;

use super::api::{Api, HUB_HEADER};
use super::map::Mapper;
use super::read::detail;
use super::unsupported;
pub(super) use capabilities::Capabilities;
use entry::Entry;
pub(super) use instance::{expire_credentials, mint};
use qdeck_model::{
    Action, ActionId, Choice, Form, FormValues, Kind, Method, PreparedRequest, Preview, Problem, Resource,
    ResourceId, Target,
};
pub(super) use send::{Batches, batch, created, perform};

/// The parts that a change needs.
#[derive(Clone)]
pub(super) struct Deck {
    pub(super) api: Arc<Api>,
    pub(super) map: Mapper,
    pub(super) capabilities: Arc<Capabilities>,
    pub(super) batches: Arc<Batches>,
}

impl Deck {
    /// Sends a prepared request once. A refusal that names a capability is remembered.
    async fn send(&self, request: &PreparedRequest) -> Result<Value, Problem> {
        self.api.write(request).await.map_err(|refusal| {
            if let Some(capability) = refusal.capability {
                self.capabilities.note_missing(&capability);
            }
            refusal.problem
        })
    }
}

/// A request, which is sent with the headers of every call.
fn request(method: Method, url: String) -> PreparedRequest {
    PreparedRequest { credentials: &["authorization", HUB_HEADER], ..PreparedRequest::new(method, url) }
}

/// The capabilities that actions need, as each of them names them.
pub(super) fn needs() -> Vec<&'static [&'static str]> {
    let all = [Kind::Container, Kind::Instance].into_iter().flat_map(entries);
    all.map(|entry| entry.needs).collect()
}

/// What can be done to a kind of resource.
fn entries(kind: Kind) -> &'static [Entry] {
    match kind {
        Kind::Container => container::ENTRIES,
        Kind::Instance => instance::ENTRIES,
        Kind::Revision | Kind::GpuModel | Kind::Operation => &[],
    }
}

/// Every action that there is.
pub(super) fn declared() -> Vec<Action> {
    let all = [Kind::Container, Kind::Instance].into_iter().flat_map(entries);
    all.map(Entry::declared).collect()
}

/// The actions that fit a resource as it is now.
pub(super) fn actions(capabilities: &Capabilities, resource: &Resource) -> Vec<Action> {
    entries(resource.kind()).iter().map(|entry| entry.action(resource, capabilities)).collect()
}

fn entry(target: &Target, action: ActionId) -> Result<&'static Entry, Problem> {
    let found = entries(target.id.kind).iter().find(|entry| entry.id == action);
    found.ok_or_else(|| {
        unsupported(&format!("there is no action {action} on a {}", target.id.kind.singular()))
    })
}

/// The form of an action.
pub(super) async fn form(deck: &Deck, target: &Target, action: ActionId) -> Result<Form, Problem> {
    match (entry(target, action)?.has_form, target.id.kind) {
        (true, Kind::Container) => container::form(deck, &target.id, action).await,
        (true, _) => instance::form(deck, &target.id, action).await,
        (false, _) => Ok(Form::default()),
    }
}

/// The choices of a field.
pub(super) async fn choices(deck: &Deck, target: &Target, field: &str) -> Result<Vec<Choice>, Problem> {
    match target.id.kind {
        Kind::Container => container::choices(deck, &target.id, field).await,
        _ => instance::choices(deck, &target.id, field).await,
    }
}

/// Reads the target again and prepares the requests, if the action still fits.
pub(super) async fn preview(
    deck: &Deck,
    target: &Target,
    action: ActionId,
    values: &FormValues,
) -> Result<Preview, Problem> {
    let entry = entry(target, action)?;
    deck.capabilities.learn_once(&deck.api).await;
    let row = detail::get(&deck.api, &deck.map, &target.id).await?;
    entry.permit(&row, &deck.capabilities)?;
    match &row {
        Resource::Container(it) => container::preview(deck, it, action, values).await,
        Resource::Instance(it) => instance::preview(deck, it, action, values).await,
        _ => Err(unsupported("there is no such thing")),
    }
}

/// The address of a container's call.
fn container_path<'a>(id: &'a ResourceId, rest: &[&'a str]) -> Vec<&'a str> {
    [&["v1", "containers", &*id.id], rest].concat()
}

/// An answer as it was sent, without its envelope.
async fn document(deck: &Deck, path: &[&str], query: &[(&str, &str)]) -> Result<Value, Problem> {
    let one: super::wire::One<Value> = deck.api.get(path, query).await?;
    Ok(one.data)
}
