//! Another type of the same family, and a larger disk.

use std::sync::Arc;

use serde_json::json;

use super::super::super::{Deck, wire};
use super::super::choices::{self, of_types, type_name, types};
use super::super::now::Now;
use super::Draft;
use crate::kit::form::{Changes, Entered, label, whole};
use qdeck_model::{Choice, Choices, Field, FieldChange, FieldKind, FormValues, NumberRule, Problem, Unit};

pub(in crate::exoscale::act) const TYPE: &str = "instance-type";
pub(in crate::exoscale::act) const DISK: &str = "disk-size";
/// The bounds of `disk-size` in the API's description, in GiB.
pub(in crate::exoscale::act) const DISK_GIB: (f64, f64) = (10.0, 51_200.0);

pub(super) fn kind() -> Field {
    Field::new(TYPE, "Type", FieldKind::Choice(Choices::Loaded))
        .required()
        .help("A type of the same family, with other numbers of cores and memory.")
}

/// The types of the family, with the present one marked. The description of `scale-instance`: "the new Instance Type must
/// be within the same family".
pub(super) async fn choices(deck: &Arc<Deck>, now: &Now) -> Result<Vec<Choice>, Problem> {
    let present = now.is.instance_type.id.as_deref();
    let all = types(deck, &now.zone).await?;
    let family = match all.iter().find(|kind| kind.id.as_deref() == present) {
        Some(kind) => kind.family.0.clone(),
        // Not sold here any more.
        None => family_of(deck, now).await?,
    };
    let (of_family, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|kind| kind.family.0 == family);
    let family = family.unwrap_or_default();
    let mut choices = of_types(deck, &of_family).await;
    for choice in choices.iter_mut().filter(|choice| Some(&*choice.value) == present) {
        choice.unavailable = Some("it has this type now".into());
    }
    let others = others.iter().filter_map(|kind| {
        let why = format!("only types of the family {family} fit");
        Some(Choice {
            label: type_name(kind).into(),
            unavailable: Some(why.into()),
            ..Choice::plain(kind.id.as_deref()?)
        })
    });
    choices.extend(others);
    Ok(choices)
}

async fn family_of(deck: &Deck, now: &Now) -> Result<Option<String>, Problem> {
    let Some(id) = now.is.instance_type.id.as_deref() else { return Ok(None) };
    let ask = super::super::super::api::Ask::new("get-instance-type", &["instance-type", id]);
    let kind: wire::InstanceType = deck.api.get(&now.zone, &ask).await?;
    Ok(kind.family.0)
}

pub(super) async fn draft(deck: &Arc<Deck>, now: &Now, entered: &Entered) -> Result<Draft, Problem> {
    let choices = choices::check(entered, TYPE, choices(deck, now).await)?;
    let chosen = entered.text(TYPE).unwrap_or_default();
    let to = label(&choices, chosen);
    let from = now.is.instance_type.id.as_deref().map(|id| label(&choices, id));
    let change =
        FieldChange { field: TYPE.into(), from: from.map(|from| (&*from).into()), to: Some((&*to).into()) };
    Ok(Draft {
        body: Some(json!({TYPE: {"id": chosen}})),
        clause: format!(" to {to}"),
        changes: vec![change],
        ..Draft::default()
    })
}

/// Larger than now: "the disk can only grow, cannot be shrunk", as the description of `resize-instance-disk` puts it.
#[expect(clippy::cast_precision_loss, reason = "sizes of disks are small numbers")]
pub(super) fn larger_disk(now: &Now) -> Field {
    let present = *now.is.disk_size;
    let least = present.map_or(DISK_GIB.0, |present| (present + 1) as f64);
    let help = match present {
        Some(present) => format!("Larger than the {present} GiB it has now, at most {} GiB.", DISK_GIB.1),
        None => format!("At most {} GiB.", DISK_GIB.1),
    };
    Field::new(DISK, "Disk", whole(least, DISK_GIB.1, Unit::GIBIBYTES)).required().help(help)
}

/// The size of a disk as far as it was entered, in GiB.
#[expect(clippy::cast_possible_truncation, reason = "the rule bounds it")]
pub(in crate::exoscale::act) fn entered_disk(values: &FormValues) -> Option<i64> {
    let rule = NumberRule { least: DISK_GIB.0, most: DISK_GIB.1, whole: true, unit: Unit::GIBIBYTES };
    rule.parse(values.text(DISK)?).ok().map(|size| size as i64)
}

pub(super) fn disk_draft(now: &Now, entered: &Entered) -> Draft {
    let size = entered.whole(DISK);
    let mut changes = Changes::default();
    changes.compare(DISK, now.is.disk_size.map(Into::into), size.map(Into::into));
    Draft {
        body: Some(json!({DISK: size})),
        clause: size.map(|size| format!(" to {size} GiB")).unwrap_or_default(),
        changes: changes.into_vec(),
        ..Draft::default()
    }
}
