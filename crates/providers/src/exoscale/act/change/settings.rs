//! The settings that `update-instance` changes: name, labels, user data, public addresses, kind of snapshots.

use serde_json::{Value, json};

use super::super::now::Now;
use super::{Draft, SCRIPT, SCRIPT_FILE, script_fields, script_of};
use crate::kit::form::{Body, Changes, Entered, line, one_of, wrong_field};
use qdeck_model::{Choice, Choices, Field, FieldKind, FieldValue, Problem, TextRule};

pub(in crate::exoscale::act) const NAME: &str = "name";
pub(in crate::exoscale::act) const LABELS: &str = "labels";
pub(in crate::exoscale::act) const ASSIGNMENT: &str = "public-ip-assignment";
pub(in crate::exoscale::act) const CONSISTENT: &str = "application-consistent-snapshot-enabled";
const FIELD: &str = "field";

/// The bound of `name` in the API's description.
pub(in crate::exoscale::act) const NAME_RULE: TextRule = line(1, 255);
/// The API's description has no bound of labels; these keep a slip from being sent.
const LABEL_NAMES: TextRule = line(1, 1000);
const LABEL_VALUES: TextRule = line(0, 1000);
const MAX_LABELS: usize = 1000;

/// The values of `public-ip-assignment` and what they mean.
pub(in crate::exoscale::act) const ASSIGNMENTS: [(&str, &str); 3] = [
    ("inet4", "inet4: an IPv4 address"),
    ("dual", "dual: IPv4 and IPv6 addresses"),
    ("none", "none: no public address"),
];

pub(super) fn all(now: &Now) -> Vec<Field> {
    let mut fields = vec![name(now), labels(now.labels())];
    fields.extend(script_fields("", now.is.user_data.as_deref()));
    fields.push(assignment(now));
    let consistent = Field::new(CONSISTENT, "Application-consistent snapshots", FieldKind::Switch)
        .default(FieldValue::Switch(now.is.application_consistent_snapshot_enabled.unwrap_or(false)))
        .help("Has the guest agent write everything to disk before a snapshot.");
    fields.push(consistent);
    fields
}

pub(super) fn name(now: &Now) -> Field {
    Field::new(NAME, "Name", FieldKind::Text(NAME_RULE))
        .required()
        .default(FieldValue::text(now.current_name()))
        .help("1 to 255 characters.")
}

pub(in crate::exoscale::act) fn labels(present: Vec<(String, String)>) -> Field {
    let kind = FieldKind::Map { names: LABEL_NAMES, values: LABEL_VALUES, most: MAX_LABELS };
    Field::new(LABELS, "Labels", kind)
        .default(FieldValue::Map(present))
        .help("Names with values, such as env=prod.")
}

/// From `inet4` to `dual` only: the platform's page on private instances.
fn assignment(now: &Now) -> Field {
    let present = now.is.public_ip_assignment.as_deref();
    let choice = |(value, label): (&str, &str)| {
        let fits = match present {
            None => true,
            Some(present) => present == value || (present, value) == ("inet4", "dual"),
        };
        let why = || format!("only inet4 can become dual, and this is {}", present.unwrap_or_default());
        Choice { label: label.into(), unavailable: (!fits).then(|| why().into()), ..Choice::plain(value) }
    };
    let choices = Choices::Fixed(ASSIGNMENTS.into_iter().map(choice).collect());
    let field = Field::new(ASSIGNMENT, "Public addresses", FieldKind::Choice(choices))
        .help("An IPv6 address can be added to an IPv4 address, and that cannot be taken back.");
    match present {
        Some(present) => field.default(FieldValue::text(present)),
        None => field,
    }
}

/// The one field of `reset-instance-field`'s path in the API's description.
pub(super) fn resettable() -> Field {
    Field::new(FIELD, "Field", one_of(&[(LABELS, "Labels: all of them are removed")]))
        .required()
        .default(FieldValue::text(LABELS))
        .help("The field that is set back to its default.")
}

pub(super) fn reset(now: &Now, entered: &Entered) -> Result<Draft, Problem> {
    let mut changes = Changes::default();
    changes.compare(LABELS, as_object(&now.labels()), None);
    Ok(Draft {
        field: entered.text(FIELD).map(ToOwned::to_owned),
        changes: changes.into_some(&now.name)?,
        clause: ": remove its labels".to_owned(),
        ..Draft::default()
    })
}

fn as_object(pairs: &[(String, String)]) -> Option<Value> {
    let object: Value = pairs.iter().map(|(name, value)| (name.clone(), Value::from(&**value))).collect();
    (!pairs.is_empty()).then_some(object)
}

/// The body with what differs from the instance as it is now: a field that is left out stays, and labels are replaced as a
/// whole. Renaming and labelling have one field of this each.
pub(super) async fn draft(now: &Now, entered: &Entered) -> Result<Draft, Problem> {
    let mut changes = Changes::default();
    let mut body = Body::default();
    let is = &now.is;
    let text = |field: &str| entered.text(field).map(Value::from);
    if entered.has(NAME) && changes.compare(NAME, is.name.as_deref().map(Value::from), text(NAME)) {
        body = body.with(NAME, text(NAME));
    }
    if entered.has(LABELS) && changes.compare(LABELS, as_object(&now.labels()), entered.map(LABELS)) {
        body = body.with(LABELS, Some(entered.map(LABELS).unwrap_or_else(|| json!({}))));
    }
    let mut secrets = Vec::new();
    if entered.has(SCRIPT) {
        let script = script_of(entered).await?;
        if script.is_none() && is.user_data.is_some() {
            return Err(wrong_field(SCRIPT, "can be replaced and not removed"));
        }
        if script != is.user_data.0 {
            let size = |script: &Option<String>| script.as_deref().map(size_of);
            changes.note(SCRIPT, size(&is.user_data), size(&script));
            body = body.with(SCRIPT, script);
            secrets.push(format!("/{SCRIPT}"));
        }
    }
    if let Some(assignment) = entered.text(ASSIGNMENT)
        && changes.compare(ASSIGNMENT, is.public_ip_assignment.as_deref().map(Value::from), text(ASSIGNMENT))
    {
        body = body.with(ASSIGNMENT, Some(assignment));
    }
    if let Some(consistent) = entered.switch(CONSISTENT)
        && consistent != is.application_consistent_snapshot_enabled.unwrap_or(false)
    {
        let present = is.application_consistent_snapshot_enabled.map(Value::from);
        changes.compare(CONSISTENT, present, Some(consistent.into()));
        body = body.with(CONSISTENT, Some(consistent));
    }
    let consequences = consequences(entered, &changes);
    Ok(Draft {
        body: Some(body.into_value()),
        secrets,
        changes: changes.into_some(&now.name)?,
        consequences,
        ..Draft::default()
    })
}

fn consequences(entered: &Entered, changes: &Changes) -> Vec<String> {
    let mut all = Vec::new();
    if changes.has(LABELS) {
        all.push("The labels are replaced as a whole.".to_owned());
    }
    if changes.has(ASSIGNMENT) {
        all.push("The IPv6 address cannot be taken away again.".to_owned());
    }
    if changes.has(SCRIPT) {
        all.push("Exoscale does not document when the guest reads changed user data.".to_owned());
        if entered.get(SCRIPT_FILE).is_some() {
            all.push("The file is sent as it is now.".to_owned());
        }
    }
    all
}

/// User data as a change shows it: scripts hold passwords.
fn size_of(encoded: &str) -> Value {
    Value::from(format!("a script of {} bytes", encoded.trim_end_matches('=').len() * 3 / 4))
}
