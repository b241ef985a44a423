//! The changes that take values: the form of each, its choices, and the body that is made of what was entered.

pub(super) mod attach;
mod disk;
mod settings;
mod size;
mod user_data;

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::Deck;
use super::now::Now;
use super::table::{
    Change, RESET, RESET_FIELD, RESET_PASSWORD, RESIZE_DISK, REVEAL_PASSWORD, REVERT, START_RESCUE,
};
use crate::kit::form::{Entered, one_of, refused};
pub(super) use disk::TEMPLATE;
use qdeck_model::{
    ActionId, Choice, Danger, Field, FieldChange, FieldValue, Form, FormValues, PreparedRequest, Problem,
};
pub(super) use settings::{
    ASSIGNMENT, ASSIGNMENTS, CONSISTENT, LABELS, NAME, NAME_RULE, labels as labels_field,
};
pub(super) use size::{DISK, DISK_GIB, TYPE, entered_disk};
use user_data::SCRIPT_FILE;
pub(super) use user_data::{SCRIPT, script_fields, script_of};

/// The part of a preview that follows from the values and from the instance as it is now.
#[derive(Default)]
pub(super) struct Draft {
    /// The body, where the call has one.
    pub(super) body: Option<Value>,
    /// JSON pointers of the secrets in it.
    pub(super) secrets: Vec<String>,
    /// The requests, where they are not the one call of the change.
    pub(super) requests: Vec<PreparedRequest>,
    /// The harm, where it is more than was declared.
    pub(super) danger: Option<Danger>,
    /// The path segment after the instance, where there is one.
    pub(super) field: Option<String>,
    /// The rest of the summary: ` to standard.large`.
    pub(super) clause: String,
    pub(super) changes: Vec<FieldChange>,
    pub(super) consequences: Vec<String>,
}

/// The form of a change of this instance.
pub(super) fn form(now: &Now, action: ActionId) -> Form {
    let fields = match action {
        START_RESCUE => vec![rescue_profile()],
        ActionId::INSTANCE_UPDATE => settings::all(now),
        ActionId::INSTANCE_RENAME => vec![settings::name(now)],
        ActionId::INSTANCE_LABELS => vec![settings::labels(now.labels())],
        ActionId::INSTANCE_RESIZE => vec![size::kind()],
        RESIZE_DISK => vec![size::larger_disk(now)],
        RESET => disk::reset_fields(now),
        REVERT => vec![disk::snapshot()],
        RESET_FIELD => vec![settings::resettable()],
        _ => attach::of_action(action).map(|kind| kind.field(now)).into_iter().collect(),
    };
    Form { fields }
}

/// The choices of a field.
pub(super) async fn choices(
    deck: &Arc<Deck>,
    now: &Now,
    action: ActionId,
    field: &str,
    values: &FormValues,
) -> Result<Vec<Choice>, Problem> {
    match (action, field) {
        (ActionId::INSTANCE_RESIZE, size::TYPE) => size::choices(deck, now).await,
        (RESET, disk::TEMPLATE) => disk::templates(deck, now, size::entered_disk(values)).await,
        (REVERT, disk::SNAPSHOT) => super::choices::snapshots(deck, &now.zone, &now.id).await,
        _ => match attach::of_action(action) {
            Some(kind) => kind.choices(deck, &now.zone).await,
            None => Ok(Vec::new()),
        },
    }
}

/// The request's body, and what it changes.
pub(super) async fn draft(
    deck: &Arc<Deck>,
    now: &Now,
    change: &Change,
    entered: &Entered,
) -> Result<Draft, Problem> {
    match change.id {
        START_RESCUE => Ok(rescue(entered)),
        ActionId::INSTANCE_UPDATE | ActionId::INSTANCE_RENAME | ActionId::INSTANCE_LABELS => {
            settings::draft(now, entered).await
        }
        RESET_FIELD => settings::reset(now, entered),
        ActionId::INSTANCE_RESIZE => size::draft(deck, now, entered).await,
        RESIZE_DISK => Ok(size::disk_draft(now, entered)),
        RESET => disk::reset(deck, now, entered).await,
        REVERT => disk::revert(deck, now, entered).await,
        REVEAL_PASSWORD | RESET_PASSWORD => with_password(deck, now).await,
        ActionId::INSTANCE_DELETE => Ok(disk::delete(now)),
        action => match attach::of_action(action) {
            Some(kind) => kind.draft(deck, now, entered).await,
            None => Ok(Draft { body: change.call.empty_body.then(|| json!({})), ..Draft::default() }),
        },
    }
}

const RESCUE_PROFILE: &str = "rescue-profile";

/// "using named profile (supported: netboot, netboot-efi)", as the description of `start-instance` puts it.
fn rescue_profile() -> Field {
    let profiles = [
        ("netboot", "netboot, for templates that boot the legacy way"),
        ("netboot-efi", "netboot-efi, for templates that boot by UEFI"),
    ];
    Field::new(RESCUE_PROFILE, "Rescue profile", one_of(&profiles))
        .required()
        .default(FieldValue::text("netboot"))
        .help("The system that is started from the network.")
}

fn rescue(entered: &Entered) -> Draft {
    let profile = entered.text(RESCUE_PROFILE).unwrap_or_default();
    Draft {
        body: Some(json!({RESCUE_PROFILE: profile})),
        clause: format!(" with the rescue profile {profile}"),
        ..Draft::default()
    }
}

/// "only available for VMs created against templates having the password-enabled property set to true", as the description
/// of `reveal-instance-password` puts it.
async fn with_password(deck: &Arc<Deck>, now: &Now) -> Result<Draft, Problem> {
    let template = now.is.template.id.as_deref().unwrap_or_default();
    let catalogue = deck.catalogues.of(&now.zone.name);
    // Without the list of templates the platform decides.
    let _ = catalogue.templates(&deck.api, &now.zone, &deck.map.strings).await;
    match catalogue.template(template) {
        Some(template) if !template.password_enabled => {
            Err(refused(&now.name, &format!("its template {} has no passwords", template.name)))
        }
        _ => Ok(Draft::default()),
    }
}
