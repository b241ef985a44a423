//! The boxes in the document of an instance: its own copy of the box that it was deployed from. Another version of that box
//! can take its place.

use serde_json::{Value, json};

use super::super::super::api::{Api, field};
use crate::kit::form::wrong_field;
use qdeck_model::{Choice, Problem, ProblemKind};

/// The copy that the instance has.
pub(super) const AS_DEPLOYED: &str = "deployed";
/// The box as it is now, which is a draft beside its versions.
const CURRENT: &str = "current";

/// The copy, the box as it is now, and the versions of it.
pub(super) async fn choices(api: &Api, instance: &Value) -> Result<Vec<Choice>, Problem> {
    let mut all = vec![choice(AS_DEPLOYED, "As deployed", None)];
    let Some(id) = field(instance, "box") else { return Ok(all) };
    let current: Value = match api.get(&["boxes", id], &[]).await {
        Err(problem) if problem.kind == ProblemKind::NotFound => return Ok(all),
        answer => answer?,
    };
    all.push(choice(CURRENT, "As the box is now", field(&current, "updated")));
    all.extend(versions(api, id).await?.iter().filter_map(|version| {
        let id = field(version, "id")?;
        let number = version.get("version").and_then(number).unwrap_or_else(|| id.to_owned());
        Some(choice(id, &format!("Version {number}"), field(version, "updated")))
    }));
    Ok(all)
}

/// The boxes of an instance with the chosen version in the place of its copy.
pub(super) async fn chosen(api: &Api, instance: &Value, version: &str) -> Result<Value, Problem> {
    let id = field(instance, "box").unwrap_or_default();
    let document: Option<Value> = match version {
        CURRENT => Some(api.get(&["boxes", id], &[]).await?),
        version => versions(api, id).await?.into_iter().find(|it| field(it, "id") == Some(version)),
    };
    let document =
        document.ok_or_else(|| wrong_field(super::BOXES, format!("its box has no version {version}")))?;
    let mut boxes = instance.get("boxes").and_then(Value::as_array).cloned().unwrap_or_default();
    match boxes.iter_mut().find(|it| field(it, "id") == Some(id)) {
        Some(copy) => *copy = document,
        None => boxes.insert(0, document),
    }
    Ok(json!(boxes))
}

/// The versions of a box; none where the server has no such path.
async fn versions(api: &Api, id: &str) -> Result<Vec<Value>, Problem> {
    match api.get(&["boxes", id, "versions"], &[]).await {
        Err(problem) if problem.kind == ProblemKind::NotFound => Ok(Vec::new()),
        Ok(Value::Array(all)) => Ok(all),
        answer => answer.map(|_: Value| Vec::new()),
    }
}

/// `{"number": {"major": 1, "minor": 2, "patch": 3}}` and `{"number": "1.2.3"}`: the shape is in no document of the API.
fn number(version: &Value) -> Option<String> {
    let number = version.get("number")?;
    let part = |name| number.get(name).map(Value::to_string);
    match number {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => Some([part("major")?, part("minor")?, part("patch")?].join(".")),
    }
}

fn choice(value: &str, label: &str, note: Option<&str>) -> Choice {
    Choice { label: label.into(), note: note.map(Into::into), ..Choice::plain(value) }
}
