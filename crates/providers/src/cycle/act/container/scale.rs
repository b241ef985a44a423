//! Gives a container another number of instances.

use serde_json::json;

use super::super::super::read::detail;
use super::super::Deck;
use super::{UP, task};
use crate::kit::form::{Entered, refused, whole};
use qdeck_model::{
    Container, Danger, Expected, Field, FieldChange, FieldValue, Form, FormValues, Lifecycle, Preview,
    Problem, Resource, ResourceId, Unit,
};

const INSTANCES: &str = "instances";

/// The most instances that can be entered. No limit is documented; a slip of a finger must not make thousands.
pub(super) const MAX_INSTANCES: f64 = 1000.0;

pub(super) fn form(now: Option<u32>) -> Form {
    let field = Field::new(INSTANCES, "Instances", whole(1.0, MAX_INSTANCES, Unit::COUNT)).required();
    let field = match now {
        Some(now) => field.help(format!("{now} now; those made last are deleted first.")),
        None => field.help("Those made last are deleted first."),
    };
    let default = now.filter(|now| *now > 0).map(|now| FieldValue::text(now.to_string()));
    Form { fields: vec![Field { default, ..field }] }
}

/// The number of instances now.
pub(super) async fn count(deck: &Deck, id: &ResourceId) -> Result<Option<u32>, Problem> {
    match detail::get(&deck.api, &deck.map, id).await? {
        Resource::Container(it) => Ok(it.instances),
        _ => Ok(None),
    }
}

pub(super) fn preview(deck: &Deck, row: &Container, values: &FormValues) -> Result<Preview, Problem> {
    let entered = Entered::check(form(row.instances), values)?;
    let wanted = entered.whole(INSTANCES).unwrap_or_default();
    let now = row.instances.map(i64::from);
    if now == Some(wanted) {
        return Err(refused(&row.name, &format!("it has {wanted} already")));
    }
    let body = json!({"action": "scale", "contents": {"instances": wanted}});
    let request = task(deck, &row.id, &body)?;
    let summary = format!("Scale container {} to {wanted}.", row.name);
    // A container that is stopped stays so.
    let expected = if row.state.lifecycle == Lifecycle::Stopped { Expected::Exists } else { UP };
    let mut preview = Preview::new(summary, vec![request], expected);
    match now.map(|now| now - wanted) {
        Some(fewer @ 1..) => {
            let which = if fewer == 1 { "instance is".to_owned() } else { format!("{fewer} instances are") };
            preview = preview
                .consequence(format!("The newest {which} deleted, with what is on volumes of theirs."));
            preview.danger = Some(Danger::Destructive);
        }
        _ => preview = preview.consequence("More instances take more of the servers under them."),
    }
    let from = now.map(Into::into);
    preview.changes = vec![FieldChange { field: INSTANCES.into(), from, to: Some(wanted.into()) }];
    Ok(preview)
}
