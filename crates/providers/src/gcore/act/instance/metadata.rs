//! Tags by the merge patch of an instance, and metadata by the older calls: put, replace, delete and read.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::super::Site;
use super::super::region::{InRegion, rows};
use super::super::table::{Entry, Metadata};
use super::refuse_unless_fit;
use crate::kit::form::{Changes, Entered, line, wrong_field};
use qdeck_model::{
    Choice, Choices, Expected, Field, FieldChange, FieldKind, FieldValue, Form, FormValues, Method,
    PreparedRequest, Preview, Problem, Target,
};

const TAGS: &str = "tags";
const METADATA: &str = "metadata";
const KEY: &str = "key";

/// The most pairs of one form. The API documents no number.
const MAX_TAGS: usize = 128;

/// Names with values under the rule of tags: `CreateTagsSerializer`.
pub(in super::super) fn tags_kind() -> FieldKind {
    FieldKind::Map { names: line(1, 255), values: line(1, 255), most: MAX_TAGS }
}

const TAGS_HELP: &str = "Keys of up to 255 characters without spaces and =, each with a value of up to 255.";

/// Checks what the rule of a map cannot express.
///
/// # Errors
/// The field is wrong.
pub(in super::super) fn check_tags(field: &str, tags: &Value) -> Result<(), Problem> {
    for (key, value) in tags.as_object().into_iter().flatten() {
        if key.chars().any(|c| c.is_whitespace() || c == '=') {
            return Err(wrong_field(field, format!("the key {key} may hold no spaces and no =")));
        }
        let value = value.as_str().unwrap_or_default();
        if value.trim() != value {
            return Err(wrong_field(field, format!("the value of {key} may not begin or end with a space")));
        }
    }
    Ok(())
}

/// The items of an instance: value, and whether the platform itself wrote it, by key.
struct Items(BTreeMap<String, (String, bool)>);

impl Items {
    async fn read(place: &InRegion, id: &str) -> Result<Self, Problem> {
        let list = place.instance(id, &["metadata"], &[]).await?;
        let item = |row: &Value| {
            let value = row.get("value").and_then(Value::as_str).unwrap_or_default();
            let is_read_only = row.get("read_only") == Some(&Value::Bool(true));
            Some((row.get("key")?.as_str()?.to_owned(), (value.to_owned(), is_read_only)))
        };
        Ok(Self(rows(&list).iter().filter_map(item).collect()))
    }

    fn writable(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter().filter(|(_, (_, is_read_only))| !is_read_only).map(|(key, (value, _))| (key, value))
    }

    fn pairs(&self) -> FieldValue {
        FieldValue::Map(self.writable().map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    /// The keys to choose from; to delete, those that can be deleted.
    fn choices(&self, to_delete: bool) -> Vec<Choice> {
        let choice = |(key, (value, is_read_only)): (&String, &(String, bool))| Choice {
            note: Some(value.as_str().into()),
            unavailable: (to_delete && *is_read_only).then(|| "the platform's own item is read-only".into()),
            ..Choice::plain(key.as_str())
        };
        self.0.iter().map(choice).collect()
    }

    /// The changes to the items that can be changed, if these are wanted.
    fn changes(&self, wanted: &Map<String, Value>, drops_others: bool) -> Changes {
        let mut changes = Changes::default();
        for (key, value) in wanted {
            let now = self.0.get(key).map(|(value, _)| Value::from(value.as_str()));
            changes.compare(&format!("{TAGS}.{key}"), now, Some(value.clone()));
        }
        for (key, value) in self.writable().filter(|(key, _)| drops_others && !wanted.contains_key(*key)) {
            changes.compare(&format!("{TAGS}.{key}"), Some(value.as_str().into()), None);
        }
        changes
    }

    /// Refuses to set an item of the platform's own.
    fn check_writable(&self, field: &str, wanted: &Map<String, Value>) -> Result<(), Problem> {
        let read_only = wanted.keys().find(|key| self.0.get(*key).is_some_and(|(_, read_only)| *read_only));
        match read_only {
            Some(key) => Err(wrong_field(field, format!("{key} is the platform's own and read-only"))),
            None => Ok(()),
        }
    }
}

pub(super) async fn tags_form(site: &Arc<Site>, target: &Target) -> Result<Form, Problem> {
    let place = InRegion::of(site, &target.id).await?;
    let items = Items::read(&place, &target.id.id).await?;
    Ok(tags_form_of(&items))
}

fn tags_form_of(items: &Items) -> Form {
    Form { fields: vec![Field::new(TAGS, "Tags", tags_kind()).default(items.pairs()).help(TAGS_HELP)] }
}

/// `PATCH` with the tags that change; `null` removes one.
pub(super) async fn tags_preview(
    site: &Arc<Site>,
    target: &Target,
    entry: &Entry,
    values: &FormValues,
) -> Result<Preview, Problem> {
    refuse_unless_fit(site, target, entry).await?;
    let place = InRegion::of(site, &target.id).await?;
    let items = Items::read(&place, &target.id.id).await?;
    let wanted = checked(TAGS, tags_form_of(&items), values, &items)?;
    let changes = items.changes(&wanted, true).into_some(&target.name)?;
    let patch = patch_of(&changes);
    let request = place.request(Method::Patch, &target.id.id, &[], &[])?.body(json!({ TAGS: patch }));
    let summary = format!("Change tags of instance {} in region {}.", target.name, place.name);
    Ok(Preview { changes, ..Preview::new(summary, vec![request], Expected::Exists) })
}

/// The merge patch of changed tags.
fn patch_of(changes: &[FieldChange]) -> Map<String, Value> {
    changes.iter().map(|change| (key_of(change).to_owned(), change.to.clone().unwrap_or_default())).collect()
}

/// The key of the item that a change is of. A key may itself begin with the name of the field.
fn key_of(change: &FieldChange) -> &str {
    change.field.strip_prefix("tags.").unwrap_or(&change.field)
}

/// The pairs of a map field, checked.
fn checked(
    field: &str,
    form: Form,
    values: &FormValues,
    items: &Items,
) -> Result<Map<String, Value>, Problem> {
    let entered = Entered::check(form, values)?;
    let wanted = entered.map(field).unwrap_or_else(|| json!({}));
    check_tags(field, &wanted)?;
    let wanted = wanted.as_object().cloned().unwrap_or_default();
    items.check_writable(field, &wanted)?;
    Ok(wanted)
}

pub(super) async fn form(site: &Arc<Site>, target: &Target, call: Metadata) -> Result<Form, Problem> {
    let place = InRegion::of(site, &target.id).await?;
    let items = Items::read(&place, &target.id.id).await?;
    Ok(form_of(&items, call))
}

fn form_of(items: &Items, call: Metadata) -> Form {
    let field = match call {
        Metadata::Put => Field::new(METADATA, "Metadata", tags_kind()).required().help(TAGS_HELP),
        Metadata::Replace => {
            Field::new(METADATA, "Metadata", tags_kind()).default(items.pairs()).help(TAGS_HELP)
        }
        Metadata::Delete | Metadata::Read => {
            let choices = items.choices(call == Metadata::Delete);
            Field::new(KEY, "Key", FieldKind::Choice(Choices::Fixed(choices)))
                .required()
                .help("The key of the item.")
        }
    };
    Form { fields: vec![field] }
}

pub(super) async fn preview(
    site: &Arc<Site>,
    target: &Target,
    entry: &Entry,
    call: Metadata,
    values: &FormValues,
) -> Result<Preview, Problem> {
    refuse_unless_fit(site, target, entry).await?;
    let place = InRegion::of(site, &target.id).await?;
    let items = Items::read(&place, &target.id.id).await?;
    let (form, id) = (form_of(&items, call), &*target.id.id);
    let (subject, region) = (&target.name, &place.name);
    match call {
        Metadata::Put | Metadata::Replace => {
            let is_put = call == Metadata::Put;
            let wanted = checked(METADATA, form, values, &items)?;
            let changes = items.changes(&wanted, !is_put).into_some(subject)?;
            let method = if is_put { Method::Post } else { Method::Put };
            let request = place.request(method, id, &[METADATA], &[])?.body(Value::Object(wanted));
            let verb = if is_put { "Add metadata to" } else { "Replace the metadata of" };
            let summary = format!("{verb} instance {subject} in region {region}.");
            let lost: Vec<&str> = changes.iter().filter(|change| change.to.is_none()).map(key_of).collect();
            let mut preview = Preview::new(summary, vec![request], Expected::Exists);
            if !lost.is_empty() {
                preview = preview.consequence(format!("These items are deleted: {}.", lost.join(", ")));
            }
            Ok(Preview { changes, ..preview })
        }
        Metadata::Delete => {
            let entered = Entered::check(form, values)?;
            let key = entered.text(KEY).unwrap_or_default();
            let request = item_request(&place, Method::Delete, id, key)?;
            let summary = format!("Delete metadata item {key} of instance {subject} in region {region}.");
            let from = items.0.get(key).map(|(value, _)| Value::from(value.as_str()));
            let changes = vec![FieldChange { field: format!("{TAGS}.{key}").into(), from, to: None }];
            Ok(Preview { changes, ..Preview::new(summary, vec![request], Expected::Exists) })
        }
        Metadata::Read => {
            let entered = Entered::check(form, values)?;
            let key = entered.text(KEY).unwrap_or_default();
            let request = item_request(&place, Method::Get, id, key)?;
            let summary = format!("Read metadata item {key} of instance {subject} in region {region}.");
            Ok(Preview::new(summary, vec![request], Expected::Exists))
        }
    }
}

/// The call for one item: by its path, or by a query where the key has characters that the path does not support.
fn item_request(place: &InRegion, method: Method, id: &str, key: &str) -> Result<PreparedRequest, Problem> {
    let is_plain = key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if is_plain {
        place.request(method, id, &[METADATA, key], &[])
    } else {
        place.request_v2(method, id, "metadata_item", &[(KEY, key)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_begins_with_the_name_of_the_field_is_kept_whole() {
        let item = |key: &str, value: &str| (key.to_owned(), (value.to_owned(), false));
        let items = Items([item("tags.tags.env", "a"), item("tags.old", "b"), item("same", "c")].into());
        let wanted = json!({"tags.tags.env": "new", "tags.": "d", "same": "c"});
        let changes = items.changes(wanted.as_object().unwrap(), true).into_vec();
        assert_eq!(
            Value::Object(patch_of(&changes)),
            json!({"tags.tags.env": "new", "tags.": "d", "tags.old": null})
        );
    }
}
