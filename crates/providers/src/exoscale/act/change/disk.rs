//! What becomes of the disk: installed anew from a template, put back to a snapshot, or deleted.

use std::sync::Arc;

use serde_json::json;

use super::super::super::Deck;
use super::super::choices::{self, of_templates, snapshots};
use super::super::now::Now;
use super::Draft;
use super::size::{DISK, DISK_GIB};
use crate::kit::form::{Body, Changes, Entered, label, whole};
use qdeck_model::{Choice, Choices, Field, FieldKind, FieldValue, Problem, Unit};

pub(in crate::exoscale::act) const TEMPLATE: &str = "template";
pub(super) const SNAPSHOT: &str = "id";

/// Both are optional: without them the present template and size are used again.
pub(super) fn reset_fields(now: &Now) -> Vec<Field> {
    let template = Field::new(TEMPLATE, "Template", FieldKind::Choice(Choices::Loaded))
        .depends_on(&[DISK])
        .help("The template to install; empty for the present one.");
    let disk = Field::new(DISK, "Disk", whole(DISK_GIB.0, DISK_GIB.1, Unit::GIBIBYTES))
        .help("The size of the new disk; empty for the present one.");
    match now.is.disk_size.map(|size| FieldValue::text(size.to_string())) {
        Some(size) => vec![disk.default(size), template],
        None => vec![disk, template],
    }
}

/// The templates that fit on the disk.
pub(super) async fn templates(
    deck: &Arc<Deck>,
    now: &Now,
    disk_gib: Option<i64>,
) -> Result<Vec<Choice>, Problem> {
    let all = choices::templates(deck, &now.zone).await?;
    Ok(of_templates(&all, disk_gib.or(*now.is.disk_size)))
}

pub(super) async fn reset(deck: &Arc<Deck>, now: &Now, entered: &Entered) -> Result<Draft, Problem> {
    let size = entered.whole(DISK);
    let fitting = templates(deck, now, size).await;
    let choices = choices::check(entered, TEMPLATE, fitting)?;
    let present = now.is.template.id.as_deref();
    let chosen = entered.text(TEMPLATE);
    let template = chosen.filter(|chosen| Some(*chosen) != present);
    // Only what is different is sent: what is left out stays.
    let other_size = size.filter(|size| Some(*size) != *now.is.disk_size);
    let mut changes = Changes::default();
    let named = |id: &str| (&*label(&choices, id)).into();
    if let Some(template) = template {
        changes.compare(TEMPLATE, present.map(named), Some(named(template)));
    }
    if let Some(size) = other_size {
        changes.compare(DISK, now.is.disk_size.map(Into::into), Some(size.into()));
    }
    let name = chosen.or(present).map_or_else(|| "its template".into(), |id| label(&choices, id));
    let body = Body::default().with(TEMPLATE, template.map(|id| json!({"id": id}))).with(DISK, other_size);
    Ok(Draft {
        body: Some(body.into_value()),
        clause: format!(" to {name}"),
        changes: changes.into_vec(),
        ..Draft::default()
    })
}

pub(super) fn snapshot() -> Field {
    Field::new(SNAPSHOT, "Snapshot", FieldKind::Choice(Choices::Loaded))
        .required()
        .help("A snapshot of this instance, the latest first.")
}

pub(super) async fn revert(deck: &Arc<Deck>, now: &Now, entered: &Entered) -> Result<Draft, Problem> {
    let all = snapshots(deck, &now.zone, &now.id).await;
    let choices = choices::check(entered, SNAPSHOT, all)?;
    let id = entered.text(SNAPSHOT).unwrap_or_default();
    Ok(Draft {
        body: Some(json!({SNAPSHOT: id})),
        clause: format!(" to snapshot {}", label(&choices, id)),
        ..Draft::default()
    })
}

/// What stays, and stays billed, when the instance is deleted.
pub(super) fn delete(now: &Now) -> Draft {
    let is = &now.is;
    let count = |count: usize, noun: &str| {
        (count > 0).then(|| format!("{count} {noun}{}", if count == 1 { "" } else { "s" }))
    };
    let stay = [
        count(is.elastic_ips.len(), "elastic IP"),
        count(is.block_storage_volumes.len(), "block storage volume"),
        count(is.snapshots.len(), "snapshot"),
    ];
    let stay: Vec<_> = stay.into_iter().flatten().collect();
    let mut consequences = Vec::new();
    if !stay.is_empty() {
        consequences.push(format!("Not deleted with it, and billed on: {}.", stay.join(", ")));
    }
    consequences.push("A protected instance is refused: remove its protection first.".to_owned());
    Draft { consequences, ..Draft::default() }
}
