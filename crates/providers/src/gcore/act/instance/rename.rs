//! Another name.

use std::sync::Arc;

use serde_json::json;

use super::super::super::Site;
use super::super::naming::{NAME, Naming, check_name};
use super::super::region::InRegion;
use super::super::table::Entry;
use super::refuse_unless_fit;
use crate::kit::form::{Changes, Entered};
use qdeck_model::{
    Expected, Field, FieldKind, FieldValue, Form, FormValues, Method, Preview, Problem, ProblemKind, Target,
};

const FIELD: &str = "name";

pub(super) fn form(target: &Target) -> Form {
    let name = Field::new(FIELD, "Name", FieldKind::Text(NAME))
        .required()
        .default(FieldValue::text(&*target.name))
        .help("From 3 to 63 letters, digits, dots, underlines, hyphens and spaces.");
    Form { fields: vec![name] }
}

/// `PATCH` with the name alone.
pub(super) async fn preview(
    site: &Arc<Site>,
    target: &Target,
    entry: &Entry,
    values: &FormValues,
) -> Result<Preview, Problem> {
    let entered = Entered::check(form(target), values)?;
    let name = entered.text(FIELD).unwrap_or_default();
    check_name(FIELD, name)?;
    let instance = refuse_unless_fit(site, target, entry).await?;
    let place = InRegion::of(site, &target.id).await?;
    if !Naming::read(&place).await?.is_free {
        let message =
            format!("region {} takes names from its templates only, so nothing was sent", place.name);
        return Err(Problem::new(ProblemKind::Refused, message));
    }
    let mut changes = Changes::default();
    changes.compare(FIELD, instance.name().map(Into::into), Some(name.into()));
    let changes = changes.into_some(&target.name)?;
    let request = place.request(Method::Patch, &target.id.id, &[], &[])?.body(json!({ "name": name }));
    let summary = format!("Rename instance {} in region {} to {name}.", target.name, place.name);
    Ok(Preview { changes, ..Preview::new(summary, vec![request], Expected::Exists) })
}
