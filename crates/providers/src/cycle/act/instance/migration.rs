//! Moves an instance to another server, and takes it back.

use serde_json::{Value, json};

use super::super::super::instance_path;
use super::super::container::usable_servers;
use super::super::{Deck, document};
use super::{of_container, task};
use crate::kit::form::{Entered, label};
use qdeck_model::{
    Choice, Choices, Expected, Field, FieldChange, FieldKind, FieldValue, Form, FormValues, Instance,
    Preview, Problem, ResourceId,
};

pub(super) const DESTINATION: &str = "destination_server_id";
const COPY_VOLUMES: &str = "copy_volumes";

pub(super) fn form(is_stateful: bool) -> Form {
    let mut fields = vec![
        Field::new(DESTINATION, "Server", FieldKind::Choice(Choices::Loaded))
            .required()
            .help("A server of the same cluster that the container's constraints allow."),
    ];
    if is_stateful {
        let copy = Field::new(COPY_VOLUMES, "Copy its volumes", FieldKind::Switch);
        fields.push(
            copy.default(FieldValue::Switch(true)).help("Without this it begins with empty volumes there."),
        );
    }
    Form { fields }
}

/// The instance as it is now.
pub(super) async fn read(deck: &Deck, id: &ResourceId) -> Result<Value, Problem> {
    document(deck, &instance_path(id, &[])?, &[]).await
}

/// Returns true if the instance has volumes of its own.
pub(super) fn is_stateful(instance: &Value) -> bool {
    instance.get("stateful").is_some_and(Value::is_object)
}

/// The servers that the container can run on, but for the one that the instance is on.
pub(super) async fn choices(deck: &Deck, id: &ResourceId, instance: &Value) -> Result<Vec<Choice>, Problem> {
    let here = instance.get("server_id").and_then(Value::as_str);
    usable_servers(deck, id.scope.as_deref().unwrap_or_default(), here).await
}

pub(super) async fn start(deck: &Deck, row: &Instance, values: &FormValues) -> Result<Preview, Problem> {
    let instance = read(deck, &row.id).await?;
    let is_stateful = is_stateful(&instance);
    let entered = Entered::check(form(is_stateful), values)?;
    let servers = choices(deck, &row.id, &instance).await?;
    entered.check_choice(DESTINATION, &servers)?;
    let server = entered.text(DESTINATION).unwrap_or_default();
    let label = label(&servers, server);
    let copies = entered.switch(COPY_VOLUMES) == Some(true);
    let mut contents = json!({DESTINATION: server});
    if is_stateful {
        contents["stateful"] = json!({COPY_VOLUMES: copies});
    }
    let request = task(deck, &row.id, &json!({"action": "migration.start", "contents": contents}))?;
    let summary = format!("Migrate instance {}{} to server {label}.", row.name, of_container(row));
    // The instance that was moved is kept for a while, so that it can be taken back.
    let mut preview = Preview::new(summary, vec![request], Expected::Exists)
        .consequence("It is stopped while it moves: what runs in it is interrupted.")
        .consequence("It can be reverted until Cycle purges what is left at the old server.");
    if is_stateful && !copies {
        preview = preview.consequence("Its volumes are empty at the new server.");
    }
    let from = row.host.as_deref().map(Into::into);
    preview.changes = vec![FieldChange { field: "server".into(), from, to: Some((&*label).into()) }];
    Ok(preview)
}

pub(super) fn revert(deck: &Deck, row: &Instance) -> Result<Preview, Problem> {
    let request = task(deck, &row.id, &json!({"action": "migration.revert"}))?;
    let summary = format!("Revert the migration of instance {}{}.", row.name, of_container(row));
    Ok(Preview::new(summary, vec![request], Expected::Exists)
        .consequence("It is stopped while it moves back: what runs in it is interrupted.")
        .consequence("What it wrote to its volumes since the migration may be lost."))
}
