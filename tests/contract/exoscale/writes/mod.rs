//! Every change of an instance: the documented request, its way to success and to failure, and what is refused before.

mod cloud;
mod create;
mod demo;
mod requests;
mod values;

use quarterdeck::fleet::WriteEnd;
use quarterdeck::model::{
    ActionId, FieldValue, FormValues, Kind, Method, PreparedWrite, Resource, ResourceId,
};
use quarterdeck::providers::{SharedProvider, exoscale};
use serde_json::{Value, json};

use super::recorded;
use crate::setup::{Deck, Description, Recorder, id, within};

/// An action of this platform alone.
const fn own(id: &'static str) -> ActionId {
    ActionId::new(id)
}

fn text(value: &str) -> FieldValue {
    FieldValue::text(value)
}

fn several(values: &[&str]) -> FieldValue {
    FieldValue::Several(values.iter().map(|&value| value.into()).collect())
}

fn pairs(pairs: &[(&str, &str)]) -> FieldValue {
    FieldValue::Map(pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn entered<const N: usize>(values: [(&str, FieldValue); N]) -> FormValues {
    values.into_iter().fold(FormValues::new(), |all, (name, value)| all.with(name, value))
}

fn deck_of(provider: &SharedProvider, row: &Resource) -> Deck {
    Deck::of(exoscale::PLATFORM, provider, row)
}

fn web() -> ResourceId {
    id(Kind::Instance, Some("ch-gva-2"), cloud::WEB)
}

/// The requests of a write as `(line below the zone's base, body)`.
fn requests_of(write: &PreparedWrite) -> Vec<(String, Value)> {
    let requests = write.preview.requests.iter();
    requests
        .map(|it| {
            let path = it.url.split_once("/v2").expect("below the base").1;
            (format!("{} {path}", it.method), it.body.clone().unwrap_or(Value::Null))
        })
        .collect()
}

/// What is wrong with the requests of a write by the API's description, where that is at hand.
fn faults(write: &PreparedWrite) -> Vec<String> {
    let Some(description) = Description::open("exoscale.openapi.json") else { return Vec::new() };
    let described = |request: &quarterdeck::model::PreparedRequest| {
        let path = request.url.split_once("/v2").expect("below the base").1;
        description.request_faults(request.method.as_str(), path, request.body.as_ref())
    };
    write.preview.requests.iter().flat_map(described).collect()
}

/// The requests that change something, as they came over the wire, each with a good signature.
fn sent(recorder: &Recorder) -> Vec<(String, Value)> {
    let asked = recorder.take();
    let writes = asked.into_iter().filter(|it| !it.line.starts_with(Method::Get.as_str()));
    writes
        .map(|it| {
            super::verify(&it);
            let (method, path) = it.line.split_once(' ').expect("a method and a path");
            (format!("{method} {}", path.split_once("/v2").expect("below the base").1), it.body)
        })
        .collect()
}

/// A write of one instance on a recorder, prepared from a state of it.
struct Prepared {
    recorder: Recorder,
    deck: Deck,
    write: PreparedWrite,
}

async fn prepare(cloud: cloud::Cloud, action: ActionId, values: FormValues) -> Prepared {
    let (recorder, provider) = recorded(cloud.answers()).await;
    let row = within(provider.get(&web())).await.unwrap();
    let deck = deck_of(&provider, &row);
    let write = deck.prepare(&row, action, values).await.unwrap_or_else(|it| panic!("{action}: {it}"));
    recorder.take();
    Prepared { recorder, deck, write }
}

impl Prepared {
    async fn send(mut self) -> (WriteEnd, Vec<(String, Value)>) {
        let (end, _) = self.deck.send(self.write).await;
        (end, sent(&self.recorder))
    }
}

/// The end of an operation that went wrong.
fn failure() -> Value {
    json!({"state": "failure", "reason": "busy", "message": "The host is full"})
}

fn is_failure(end: &WriteEnd) -> bool {
    matches!(end, WriteEnd::Failed(problem) if &*problem.message == "busy: The host is full")
}
