//! The choices of a binding: the tags of the instances that it could be bound to.
//!
//! A binding points at the instances of the owner's workspace that are not terminated, come from its box and have at least
//! its tags (the vendor's article on bindings, 2016).

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::wire;
use super::variables::{Kind, Variable};
use super::{Acts, not_offered_field};
use qdeck_model::{Choice, Lifecycle, Problem};

/// The value of a binding to an instance of any box.
const ANY_BOX: &str = "AnyBox";
/// Names of instances in a note.
const MAX_NAMES: usize = 3;

/// The tags to choose from for the binding of this field.
pub(super) async fn choices(
    acts: &Acts,
    name: &str,
    variables: Option<&Value>,
    owner: Option<&str>,
) -> Result<Vec<Choice>, Problem> {
    let all = Variable::all(variables);
    let binding = all.iter().find(|it| it.kind() == Kind::Binding && it.field_name() == name);
    let binding = binding.ok_or_else(|| not_offered_field(name))?;
    let path = match owner {
        Some(owner) => vec!["workspaces", owner, "instances"],
        None => vec!["instances"],
    };
    let list: wire::List<wire::Instance> = acts.api.get(&path, &[]).await?;
    let bound = binding.value();
    let mut tags: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let fits = |it: &&wire::Instance| {
        let is_of_box = matches!(bound, "" | ANY_BOX) || it.box_id.as_deref() == Some(bound);
        is_of_box && acts.map.instance_state(it).lifecycle != Lifecycle::Gone
    };
    for instance in list.0.good.iter().filter(fits) {
        for tag in &*instance.tags {
            tags.entry(tag).or_default().push(instance.name.as_deref().unwrap_or(&instance.id));
        }
    }
    Ok(tags
        .into_iter()
        .map(|(tag, names)| Choice { note: Some(note(&names).into()), ..Choice::plain(tag) })
        .collect())
}

/// `web-1, web-2 and 5 more`.
fn note(names: &[&str]) -> String {
    let shown = names[..names.len().min(MAX_NAMES)].join(", ");
    match names.len().saturating_sub(MAX_NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_names_a_few() {
        assert_eq!(note(&["a", "b", "c"]), "a, b, c");
        assert_eq!(note(&["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
    }
}
