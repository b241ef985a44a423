//! The actions on an instance.

mod entries;
mod migration;
mod ssh;
mod volume;

use serde_json::{Value, json};

use super::super::{instance_path, unsupported};
use super::{Deck, request};
pub(super) use entries::ENTRIES;
use entries::{DRAIN, EXPIRE, EXTEND, MIGRATE, REVERT, SSH, UNDRAIN};
use qdeck_model::{
    ActionId, Choice, Expected, Form, FormValues, Instance, Lifecycle, Method, PreparedRequest, Preview,
    Problem, ResourceId,
};
pub(super) use ssh::{EXPIRE_SSH, GENERATE_SSH, credentials, expired};
pub(in super::super) use ssh::{expire_credentials, mint};

/// An instance is up, whatever its checks report.
const UP: Expected = Expected::State(&[Lifecycle::Running, Lifecycle::Degraded]);

/// The form of an action that has one.
pub(super) async fn form(deck: &Deck, id: &ResourceId, action: ActionId) -> Result<Form, Problem> {
    match action {
        MIGRATE => Ok(migration::form(migration::is_stateful(&migration::read(deck, id).await?))),
        EXTEND => Ok(volume::form()),
        _ => Ok(Form::default()),
    }
}

/// The choices of a field.
pub(super) async fn choices(deck: &Deck, id: &ResourceId, field: &str) -> Result<Vec<Choice>, Problem> {
    match field {
        migration::DESTINATION => migration::choices(deck, id, &migration::read(deck, id).await?).await,
        volume::VOLUME => volume::choices(deck, id).await,
        _ => Ok(Vec::new()),
    }
}

/// Prepares the request of an action on an instance that was read a moment ago.
pub(super) async fn preview(
    deck: &Deck,
    row: &Instance,
    action: ActionId,
    values: &FormValues,
) -> Result<Preview, Problem> {
    match action {
        ActionId::INSTANCE_DELETE => delete(deck, row),
        MIGRATE => migration::start(deck, row, values).await,
        REVERT => migration::revert(deck, row),
        EXTEND => volume::preview(deck, row, values).await,
        DRAIN => drain(deck, row, true),
        UNDRAIN => drain(deck, row, false),
        SSH => ssh::generate(deck, row),
        EXPIRE => ssh::expire(deck, row),
        _ => Err(unsupported(&format!("there is no action {action}"))),
    }
}

/// The request of a task of an instance.
fn task(deck: &Deck, id: &ResourceId, body: &Value) -> Result<PreparedRequest, Problem> {
    let url = deck.api.address(&instance_path(id, &["tasks"])?)?;
    Ok(request(Method::Post, url).body(body.clone()))
}

fn delete(deck: &Deck, row: &Instance) -> Result<Preview, Problem> {
    let url = deck.api.address(&instance_path(&row.id, &[])?)?;
    let summary = format!("Delete instance {}{}.", row.name, of_container(row));
    Ok(Preview::new(summary, vec![request(Method::Delete, url)], Expected::Gone)
        .consequence("What is on its volumes is lost.")
        .consequence("Cycle does not document whether the container's strategy makes a new one in its place.")
        .consequence("The server under it stays on, and stays billed."))
}

fn drain(deck: &Deck, row: &Instance, enable: bool) -> Result<Preview, Problem> {
    let body = json!({"action": "traffic-drain.reconfigure", "contents": {"enable": enable}});
    let request = task(deck, &row.id, &body)?;
    let (summary, consequence) = if enable {
        ("Drain the traffic of", "Load balancers send it nothing new until traffic is let in again.")
    } else {
        ("Let traffic in again to", "Load balancers send it traffic again.")
    };
    let summary = format!("{summary} instance {}{}.", row.name, of_container(row));
    Ok(Preview::new(summary, vec![request], UP).consequence(consequence))
}

/// ` of container web`.
fn of_container(row: &Instance) -> String {
    let name = row.container.as_ref().and_then(|link| link.name.as_deref());
    name.map_or_else(String::new, |name| format!(" of container {name}"))
}
