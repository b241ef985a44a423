//! Instances of a container: made on a server that is chosen, and several deleted at once.

use serde_json::json;

use super::super::super::api::PAGE_SIZE;
use super::super::super::wire;
use super::super::{Deck, container_path, request};
use super::{scale::MAX_INSTANCES, servers};
use crate::kit::form::{Entered, label, whole};
use qdeck_model::{
    Choice, Choices, Container, Expected, Field, FieldKind, FieldValue, Form, FormValues, Kind, Method,
    NewResource, Preview, Problem, ResourceId, Unit,
};

pub(super) const SERVER: &str = "server_id";
const NEW_INSTANCES: &str = "new_instances";
pub(super) const INSTANCES: &str = "instances";

pub(super) fn create_form() -> Form {
    Form {
        fields: vec![
            Field::new(SERVER, "Server", FieldKind::Choice(Choices::Loaded))
                .required()
                .help("A server that the container's constraints allow."),
            Field::new(NEW_INSTANCES, "Instances", whole(1.0, MAX_INSTANCES, Unit::COUNT))
                .required()
                .default(FieldValue::text("1"))
                .help("How many new ones."),
        ],
    }
}

pub(super) async fn create(deck: &Deck, row: &Container, values: &FormValues) -> Result<Preview, Problem> {
    let entered = Entered::check(create_form(), values)?;
    let servers = servers::usable(deck, &row.id.id, None).await?;
    entered.check_choice(SERVER, &servers)?;
    let server = entered.text(SERVER).unwrap_or_default();
    let label = label(&servers, server);
    let count = entered.whole(NEW_INSTANCES).unwrap_or_default();
    let url = deck.api.address(&container_path(&row.id, &["instances"]))?;
    let request = request(Method::Post, url).body(json!([{"server_id": server, "new_instances": count}]));
    let many = if count == 1 { "1 instance".to_owned() } else { format!("{count} instances") };
    let summary = format!("Create {many} of container {} on server {label}.", row.name);
    let mut preview = Preview::new(summary, vec![request], Expected::Exists)
        .consequence("More instances take more of the server.")
        .consequence(
            "Cycle does not document whether the container's strategy keeps instances made by hand.",
        );
    let scope = Some(row.id.id.clone());
    preview.creates =
        Some(NewResource { kind: Kind::Instance, scope, name: format!("new {}", row.name).into() });
    Ok(preview)
}

pub(super) fn delete_form() -> Form {
    let instances = Field::new(INSTANCES, "Instances", FieldKind::Several(Choices::Loaded));
    Form { fields: vec![instances.required().help("The instances to delete.")] }
}

/// The instances of the container, each with its state and its server.
pub(super) async fn choices(deck: &Deck, id: &ResourceId) -> Result<Vec<Choice>, Problem> {
    let (size, path) = (PAGE_SIZE.to_string(), container_path(id, &["instances"]));
    let mut all: Vec<Choice> = Vec::new();
    // As a listing does: until a page is short.
    for number in 1.. {
        let number = number.to_string();
        let query = [("include", "servers,locations"), ("page[size]", &*size), ("page[number]", &*number)];
        let page: wire::List<wire::Instance> = deck.api.get(&path, &query).await?;
        deck.map.learn(&page.includes);
        let rows = &page.data.good;
        let is_news = rows.iter().any(|row| all.iter().all(|known| *known.value != *row.id));
        all.extend(rows.iter().map(|instance| {
            let row = deck.map.instance(instance, &id.id, None);
            let place = row.host.map_or_else(String::new, |host| format!(" on {host}"));
            let ends = row.state.lifecycle == qdeck_model::Lifecycle::Deleting;
            Choice {
                label: row.name,
                note: Some(format!("{}{place}", row.state.raw).into()),
                unavailable: ends.then(|| "it is being deleted".into()),
                ..Choice::plain(&*instance.id)
            }
        }));
        if rows.len() < PAGE_SIZE || !is_news {
            break;
        }
    }
    Ok(all)
}

/// One request an instance: the call that deletes several documents no body, so that it names none, and an empty one might
/// mean all.
pub(super) async fn delete(deck: &Deck, row: &Container, values: &FormValues) -> Result<Preview, Problem> {
    let entered = Entered::check(delete_form(), values)?;
    let all = choices(deck, &row.id).await?;
    entered.check_choice(INSTANCES, &all)?;
    let chosen = entered.several(INSTANCES);
    let mut requests = Vec::new();
    for instance in chosen {
        let url = deck.api.address(&container_path(&row.id, &["instances", instance]))?;
        requests.push(request(Method::Delete, url));
    }
    let names: Vec<&str> =
        all.iter().filter(|choice| chosen.contains(&choice.value)).map(|choice| &*choice.label).collect();
    let summary = format!("Delete {} of {} instances of container {}.", names.len(), all.len(), row.name);
    let preview = Preview::new(summary, requests, Expected::Exists)
        .consequence(format!("These are deleted, each by a request of its own: {}.", names.join(", ")))
        .consequence("What is on their volumes is lost.")
        .consequence(
            "Cycle does not document whether the container's strategy makes new ones in their place.",
        );
    Ok(preview)
}

/// The instance that a job made: the newest of the container that is not older than the job.
pub(in super::super) async fn made_since(
    deck: &Deck,
    container: &str,
    job: &str,
) -> Result<Option<String>, Problem> {
    let one: wire::One<wire::Job> = deck.api.get(&["v1", "jobs", job], &[]).await?;
    let Some(queued) = one.data.events.queued.timestamp() else { return Ok(None) };
    let size = PAGE_SIZE.to_string();
    let path = ["v1", "containers", container, "instances"];
    let query = [("sort", "-id"), ("page[size]", &*size)];
    let list: wire::List<wire::Instance> = deck.api.get(&path, &query).await?;
    let rows = list.data.good.iter();
    let made = rows.filter_map(|row| Some((row.events.created.timestamp().filter(|at| *at >= queued)?, row)));
    Ok(made.max_by_key(|(at, _)| *at).map(|(_, row)| row.id.to_string()))
}
