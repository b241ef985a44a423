//! Tags, and metadata as they were called before. What the platform itself wrote can be read only.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::super::state::FaceState;
use super::super::wire::{Answer, Body, Form, Named, Page, Problem, Query, Target};
use super::shape;

/// The most tags of one instance. The document has no limit; a client that adds for ever needs one.
const MOST_TAGS: usize = 128;

type Done = Result<StatusCode, Problem>;

/// Puts tags in; a tag without a value is taken away.
pub(crate) fn merge(labels: &mut BTreeMap<String, String>, tags: Vec<(String, Option<String>)>) {
    for (key, value) in tags {
        match value {
            Some(value) => labels.insert(key, value),
            None => labels.remove(&key),
        };
    }
}

/// `GET .../metadata`.
pub(crate) async fn list(State(face): State<FaceState>, target: Target) -> Answer {
    let found = face.look(|view| {
        let vm = view.machine(target.key)?;
        Some(Page::WHOLE.of(&shape::tags(view, &vm), shape::tag))
    });
    found.map(Json).ok_or_else(|| Problem::no("Instance", &target.id))
}

fn write(face: &FaceState, target: &Target, body: &Body, anew: bool) -> Done {
    let mut form = Form::new(&body.0);
    let tags = form.all_tags();
    form.done()?;
    face.engine.write(|fleet, _| {
        let extras = fleet.extras.get(&target.key);
        let kept = extras.filter(|_| !anew).map(|extras| extras.labels.clone());
        let mut labels = kept.unwrap_or_default();
        merge(&mut labels, tags);
        if labels.len() > MOST_TAGS {
            return Err(Problem::field("tags", &format!("An instance has up to {MOST_TAGS} tags")));
        }
        fleet.extras.entry(target.key).or_default().labels = labels;
        Ok(StatusCode::NO_CONTENT)
    })
}

/// `POST .../metadata`: puts some in.
pub(crate) async fn put(State(face): State<FaceState>, target: Target, body: Body) -> Done {
    write(&face, &target, &body, false)
}

/// `PUT .../metadata`: these and no others.
pub(crate) async fn replace(State(face): State<FaceState>, target: Target, body: Body) -> Done {
    write(&face, &target, &body, true)
}

fn one(face: &FaceState, target: &Target, key: &str) -> Answer {
    let found = face.look(|view| {
        let vm = view.machine(target.key)?;
        let tags = shape::tags(view, &vm);
        tags.iter().find(|(name, ..)| name == key).map(shape::tag)
    });
    found.map(Json).ok_or_else(|| Problem::no("Metadata item", key))
}

fn remove(face: &FaceState, target: &Target, key: &str) -> Done {
    let gone = face.engine.write(|fleet, _| {
        let extras = fleet.extras.get_mut(&target.key);
        extras.and_then(|extras| extras.labels.remove(key)).is_some()
    });
    if gone {
        return Ok(StatusCode::NO_CONTENT);
    }
    match one(face, target, key) {
        Ok(_) => Err(Problem::wrong(format!("Metadata item {key} is read-only"))),
        Err(problem) => Err(problem),
    }
}

/// `GET .../metadata/{key}`.
pub(crate) async fn item(State(face): State<FaceState>, target: Target, Named(key): Named) -> Answer {
    one(&face, &target, &key)
}

/// `DELETE .../metadata/{key}`.
pub(crate) async fn remove_item(State(face): State<FaceState>, target: Target, Named(key): Named) -> Done {
    remove(&face, &target, &key)
}

fn asked(query: &Query) -> Result<&str, Problem> {
    query.text("key").ok_or_else(|| Problem::field("key", "Field required"))
}

/// `GET /v2/.../metadata_item?key=`: for keys that a path cannot carry.
pub(crate) async fn asked_item(State(face): State<FaceState>, target: Target, query: Query) -> Answer {
    one(&face, &target, asked(&query)?)
}

/// `DELETE /v2/.../metadata_item?key=`.
pub(crate) async fn remove_asked_item(State(face): State<FaceState>, target: Target, query: Query) -> Done {
    remove(&face, &target, asked(&query)?)
}
