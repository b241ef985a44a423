//! Another flavor.

use std::sync::Arc;

use serde_json::json;

use super::super::super::Site;
use super::super::choices::{PRICED, flavor_choice};
use super::super::region::{InRegion, rows, text};
use super::super::table::Entry;
use super::{UNCHANGED, refuse_unless_fit};
use crate::kit::form::{Changes, Entered};
use qdeck_model::{Choices, Expected, Field, FieldKind, Form, FormValues, Method, Preview, Problem, Target};

const FIELD: &str = "flavor_id";

/// The flavors that Gcore finds suitable, with their prices.
pub(super) async fn form(site: &Arc<Site>, target: &Target) -> Result<Form, Problem> {
    let place = InRegion::of(site, &target.id).await?;
    let all = place.instance(&target.id.id, &["available_flavors"], &[PRICED]).await?;
    let choices = rows(&all).iter().filter_map(flavor_choice).collect();
    let flavor = Field::new(FIELD, "Flavor", FieldKind::Choice(Choices::Fixed(choices)))
        .required()
        .help("The flavors that this instance can be given.");
    Ok(Form { fields: vec![flavor] })
}

/// `changeflavor`.
pub(super) async fn preview(
    site: &Arc<Site>,
    target: &Target,
    entry: &Entry,
    values: &FormValues,
) -> Result<Preview, Problem> {
    let instance = refuse_unless_fit(site, target, entry).await?;
    let form = form(site, target).await?;
    let note = |id: &str| match &form.fields[0].kind {
        FieldKind::Choice(Choices::Fixed(all)) => {
            all.iter().find(|choice| *choice.value == *id).and_then(|choice| choice.note.clone())
        }
        _ => None,
    };
    let now = instance.flavor.name().unwrap_or_default();
    let wanted = values.text(FIELD).unwrap_or_default();
    let note = note(wanted);
    let entered = Entered::check(form, values)?;
    let wanted = entered.text(FIELD).unwrap_or_default();
    let mut changes = Changes::default();
    changes.compare(FIELD, Some(now.into()), Some(wanted.into()));
    let changes = changes.into_some(&target.name)?;
    let place = InRegion::of(site, &target.id).await?;
    let request = place.request(Method::Post, &target.id.id, &["changeflavor"], &[])?;
    let request = request.body(json!({ "flavor_id": wanted }));
    let summary =
        format!("Change the flavor of instance {} in region {} to {wanted}.", target.name, place.name);
    let mut preview = Preview::new(summary, vec![request], Expected::State(UNCHANGED))
        .consequence("What runs on it may be interrupted while it moves to the other flavor.");
    if let Some(note) = note {
        preview = preview.consequence(format!("It is billed as the new flavor from then on: {note}."));
    }
    Ok(Preview { changes, ..preview })
}

/// The name of a flavor in a list.
pub(in super::super) fn flavor_name(flavor: &serde_json::Value) -> Option<&str> {
    text(flavor, &["flavor_id", "flavor_name", "name"])
}
