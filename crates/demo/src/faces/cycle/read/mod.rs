//! Reading: lists with their pages, filters and sorts, and single documents.

pub(super) mod containers;
pub(super) mod instances;
pub(super) mod jobs;
pub(super) mod logs;
pub(super) mod places;

use axum::Json;
use serde_json::{Map, Value};

use super::ids::{Thing, index};
use super::problem::Problem;
use super::query::Query;
use crate::engine::fleet::{Account, Container, Fleet, Instance};

type Answer = Result<Json<Value>, Problem>;

fn answer(data: Value, includes: Option<Value>) -> Json<Value> {
    let mut root = Map::new();
    root.insert("data".to_owned(), data);
    if let Some(includes) = includes {
        root.insert("includes".to_owned(), includes);
    }
    Json(Value::Object(root))
}

/// A container named in a path, or 404.
pub(crate) fn find_container<'f>(fleet: &'f Fleet, text: &str) -> Result<(u32, &'f Container), Problem> {
    index(Thing::Container, text)
        .and_then(|key| fleet.container_of(Account::Cycle, key).map(|c| (key, c)))
        .ok_or_else(|| Problem::missing("404.container"))
}

/// An instance named in a path together with its container, or 404.
pub(crate) fn find_instance<'f>(
    fleet: &'f Fleet,
    container: &str,
    text: &str,
) -> Result<(u32, &'f Instance), Problem> {
    let (owner, _) = find_container(fleet, container)?;
    index(Thing::Instance, text)
        .and_then(|key| fleet.instance_of(owner, key).map(|i| (key, i)))
        .ok_or_else(|| Problem::missing("404.instance"))
}

fn wanted_id(query: &Query, name: &str, thing: Thing) -> Result<Option<u32>, Problem> {
    let Some(text) = query.filter(name) else {
        return Ok(None);
    };
    match index(thing, text) {
        Some(key) => Ok(Some(key)),
        None => Err(Problem::invalid(format!("filter[{name}] is not an id of this hub"))),
    }
}

/// The documents of one kind that rows name, each once, under their ids.
fn gathered(documents: impl Iterator<Item = Option<Value>>) -> Value {
    let mut found = Map::new();
    for document in documents {
        insert(&mut found, document);
    }
    Value::Object(found)
}

/// The `includes` of an answer: what was asked for, and nothing where nothing was.
fn includes(
    query: &Query,
    known: &'static [&'static str],
    value_of: impl Fn(&'static str) -> Value,
) -> Option<Value> {
    let wanted = || known.iter().filter(|name| query.includes(name));
    wanted().next()?;
    Some(Value::Object(wanted().map(|name| ((*name).to_owned(), value_of(name))).collect()))
}

fn insert(map: &mut Map<String, Value>, document: Option<Value>) {
    if let Some(document) = document
        && let Some(id) = document["id"].as_str()
    {
        map.insert(id.to_owned(), document);
    }
}
