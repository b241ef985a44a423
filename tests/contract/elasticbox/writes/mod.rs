//! What is changed at ElasticBox: when it is offered, what is sent, what is refused before, and how it is followed.

mod deploy;
mod every;
mod update;
mod verbs;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;

use quarterdeck::fleet::WriteEnd;
use quarterdeck::model::{ActionId, Kind, Lifecycle, ProblemKind, Resource};
use quarterdeck::providers::{SharedProvider, elasticbox};
use serde_json::{Value, json};

use super::{LONG_AGO, OLD_TOKEN, appliance, id, instance, lately, server};
use crate::setup::{Asked, Deck, Description, Recorder, Reply, within};

const RECONFIGURE: ActionId = ActionId::new("instance.reconfigure");
const REINSTALL: ActionId = ActionId::new("instance.reinstall");
const DEPLOY_AGAIN: ActionId = ActionId::new("instance.deploy-again");
const TERMINATE: ActionId = ActionId::new("instance.terminate");
const FORCE_TERMINATE: ActionId = ActionId::new("instance.force-terminate");
const DELETE: ActionId = ActionId::INSTANCE_DELETE;
const POWER_ON: ActionId = ActionId::INSTANCE_START;
const SHUT_DOWN: ActionId = ActionId::INSTANCE_STOP;

fn deck_of(provider: &SharedProvider, row: &Resource) -> Deck {
    Deck::of(elasticbox::PLATFORM, provider, row)
}

/// The answers to reads of `i-1`, the last one again and again: what each write moves forward.
#[derive(Clone)]
struct Life(Arc<Mutex<Vec<Value>>>);

impl Life {
    fn of(documents: impl IntoIterator<Item = Value>) -> Self {
        Self(Arc::new(Mutex::new(documents.into_iter().collect())))
    }

    fn next(&self) -> Value {
        let mut documents = self.0.lock().unwrap();
        if documents.len() > 1 { documents.remove(0) } else { documents[0].clone() }
    }
}

/// A server with an instance `i-1` as it is `before` the write, and of this life after it.
async fn living(
    before: Value,
    life: Life,
    answer: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static,
) -> (Recorder, SharedProvider) {
    let is_changed = Mutex::new(false);
    appliance(OLD_TOKEN)
        .recorded(move |line: &str, _: SocketAddr| {
            if let Some(reply) = answer(line) {
                return reply;
            }
            if !line.starts_with("GET ") {
                *is_changed.lock().unwrap() = true;
                return Reply::new(202, "text/plain", "");
            }
            match line {
                "GET /services/instances/i-1" if *is_changed.lock().unwrap() => match life.next() {
                    Value::Null => Reply::refusal(404, &json!({"message": "Not Found"})),
                    document => Reply::json(&document),
                },
                "GET /services/instances/i-1" => Reply::json(&before),
                other => server(other),
            }
        })
        .await
}

/// The one write that was sent; it must be as the description has it.
fn the_write(asked: &[Asked]) -> &Asked {
    let writes: Vec<_> = asked.iter().filter(|it| !it.line.starts_with("GET")).collect();
    assert_eq!(writes.len(), 1, "{writes:#?}");
    for (name, value) in
        [("elasticbox-token", OLD_TOKEN), ("elasticbox-release", "4.0"), ("content-type", "application/json")]
    {
        assert_eq!(writes[0].headers.get(name).map(String::as_str), Some(value), "{:#?}", writes[0]);
    }
    assert_eq!(faults(writes[0]), [""; 0]);
    writes[0]
}

/// The faults of a request by the description of the API, where that is at hand.
fn faults(asked: &Asked) -> Vec<String> {
    let Some(description) = Description::open("elasticbox.openapi.yaml") else { return Vec::new() };
    let mut words = asked.line.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = path.strip_prefix("/base").unwrap_or(path);
    let body = (asked.body != Value::Null).then_some(&asked.body);
    description.request_faults(method, path, body)
}
