//! The actions on a container.

mod entries;
mod instances;
mod reconfigure;
mod reimage;
mod scale;
mod servers;

use serde_json::{Value, json};

use super::super::unsupported;
use super::{Deck, container_path, request};
pub(super) use entries::ENTRIES;
use entries::{DELETE_INSTANCES, REIMAGE};
pub(super) use instances::made_since;
use qdeck_model::{
    ActionId, Choice, Container, Expected, Form, FormValues, Lifecycle, Method, PreparedRequest, Preview,
    Problem, ResourceId,
};
pub(super) use servers::usable as usable_servers;

/// A container is up, whether all of its instances are or not.
const UP: Expected = Expected::State(&[Lifecycle::Running, Lifecycle::Degraded]);

/// The form of an action that has one.
pub(super) async fn form(deck: &Deck, id: &ResourceId, action: ActionId) -> Result<Form, Problem> {
    match action {
        ActionId::INSTANCE_CREATE => Ok(instances::create_form()),
        DELETE_INSTANCES => Ok(instances::delete_form()),
        ActionId::CONTAINER_SCALE => Ok(scale::form(scale::count(deck, id).await?)),
        REIMAGE => Ok(reimage::form()),
        ActionId::CONTAINER_UPDATE => Ok(reconfigure::form(&reconfigure::current(deck, id).await?)),
        _ => Ok(Form::default()),
    }
}

/// The choices of a field.
pub(super) async fn choices(deck: &Deck, id: &ResourceId, field: &str) -> Result<Vec<Choice>, Problem> {
    match field {
        instances::SERVER => servers::usable(deck, &id.id, None).await,
        instances::INSTANCES => instances::choices(deck, id).await,
        reimage::IMAGE => reimage::choices(deck, id).await,
        _ => Ok(Vec::new()),
    }
}

/// Prepares the requests of an action on a container that was read a moment ago.
pub(super) async fn preview(
    deck: &Deck,
    row: &Container,
    action: ActionId,
    values: &FormValues,
) -> Result<Preview, Problem> {
    match action {
        ActionId::CONTAINER_START => {
            let summary = format!("Start container {}.", row.name);
            Ok(Preview::new(summary, vec![task(deck, &row.id, &json!({"action": "start"}))?], UP))
        }
        ActionId::CONTAINER_STOP => stop(deck, row),
        ActionId::CONTAINER_RESTART => restart(deck, row),
        ActionId::CONTAINER_DELETE => delete(deck, row),
        ActionId::INSTANCE_CREATE => instances::create(deck, row, values).await,
        DELETE_INSTANCES => instances::delete(deck, row, values).await,
        ActionId::CONTAINER_SCALE => scale::preview(deck, row, values),
        REIMAGE => reimage::preview(deck, row, values).await,
        ActionId::CONTAINER_UPDATE => reconfigure::preview(deck, row, values).await,
        _ => Err(unsupported(&format!("there is no action {action}"))),
    }
}

/// The request of a task of a container.
fn task(deck: &Deck, id: &ResourceId, body: &Value) -> Result<PreparedRequest, Problem> {
    let url = deck.api.address(&container_path(id, &["tasks"]))?;
    Ok(request(Method::Post, url).body(body.clone()))
}

fn stop(deck: &Deck, row: &Container) -> Result<Preview, Problem> {
    let request = task(deck, &row.id, &json!({"action": "stop"}))?;
    let summary = format!("Stop container {} with its {}.", row.name, count_of(row));
    Ok(Preview::new(summary, vec![request], Expected::State(&[Lifecycle::Stopped]))
        .consequence("What runs in it is interrupted until it is started again.")
        .consequence("What was written outside volumes is lost.")
        .consequence("The servers under it stay on, and stay billed."))
}

fn restart(deck: &Deck, row: &Container) -> Result<Preview, Problem> {
    let request = task(deck, &row.id, &json!({"action": "restart"}))?;
    let summary = format!("Restart container {} with its {}.", row.name, count_of(row));
    Ok(Preview::new(summary, vec![request], UP)
        .consequence("What runs in it is interrupted until it is up again.")
        .consequence("What was written outside volumes is lost."))
}

fn delete(deck: &Deck, row: &Container) -> Result<Preview, Problem> {
    let url = deck.api.address(&container_path(&row.id, &[]))?;
    let request = request(Method::Delete, url);
    let summary = format!("Delete container {} with its {}.", row.name, count_of(row));
    Ok(Preview::new(summary, vec![request], Expected::Gone)
        .consequence("Its instances and what is on their volumes are lost.")
        .consequence("The servers under it stay on, and stay billed."))
}

/// `3 instances`.
fn count_of(row: &Container) -> String {
    match row.instances {
        Some(1) => "1 instance".to_owned(),
        Some(many) => format!("{many} instances"),
        None => "instances".to_owned(),
    }
}
