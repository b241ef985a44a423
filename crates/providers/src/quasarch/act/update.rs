//! Changes settings of a container: a new revision, which is deployed.

use serde_json::{Map, Value};

use super::super::wire;
use super::fields::{self, ARGUMENTS, COMMAND, CPU, ENV, GPU, IMAGE, MODELS, PORT, RAM, STORAGE};
use super::{Deck, permit, quantity, read, send, text};
use crate::kit::form::{Body, Changes, Entered};
use qdeck_model::{
    Choice, Choices, Expected, Field, FieldKind, Form, FormValues, Lifecycle, MASK, Method, PreparedRequest,
    Preview, Problem, Target,
};

/// The variables to remove.
const REMOVE_ENV: &str = "remove-env";

/// The form, filled with what the container has now.
pub(super) fn form(now: &wire::Container) -> Form {
    let mut all = vec![fields::image(Some(now))];
    all.extend(fields::shared(Some(now)));
    all.push(fields::env("Set variables", "Those that are set already stay as they are, unless given here."));
    if !now.env.is_empty() {
        let names = now.env.keys().map(|name| Choice::plain(name.as_str())).collect();
        let remove = Field::new(REMOVE_ENV, "Remove variables", FieldKind::Several(Choices::Fixed(names)));
        all.push(remove.section("Variables"));
    }
    Form { fields: all }
}

pub(super) async fn preview(deck: &Deck, target: &Target, values: &FormValues) -> Result<Preview, Problem> {
    let now = read(deck, &target.id.id).await?;
    permit(&now, &target.name)?;
    let entered = Entered::check(form(&now), values)?;
    fields::check(deck, &entered).await?;
    let mut changes = Changes::default();
    let mut body = Body::default();
    for field in [IMAGE, CPU, RAM, GPU, STORAGE, PORT, COMMAND, ARGUMENTS, MODELS] {
        let (from, to) = (current(&now, field), wanted(&now, &entered, field));
        if changes.compare(field, from, to.clone()) {
            body = body.with(field, to);
        }
    }
    let env = env(&now, &entered, &mut changes);
    let secrets = env.as_ref().map(send::env_pointers).unwrap_or_default();
    let body = body.with(ENV, env.map(Value::Object)).into_value();
    let changes = changes.into_some(&target.name)?;
    let url = deck.api.address(&["v1", "containers", &target.id.id])?;
    let request = PreparedRequest { secrets, ..PreparedRequest::new(Method::Put, url).body(body) };
    let summary = format!("Update container {}: a new revision is deployed.", target.name);
    let preview = Preview::new(summary, vec![request], Expected::State(&[Lifecycle::Running]))
        .consequence(
            "The container is deployed anew, perhaps at another provider, and is interrupted meanwhile.",
        )
        .consequence("The content of its storage is lost: it is ephemeral.")
        .consequence("Quasarch has no lock: a change that is made elsewhere at this moment is overwritten.");
    Ok(Preview { changes, ..preview })
}

/// The value of a field now, as it is sent.
fn current(now: &wire::Container, field: &str) -> Option<Value> {
    match field {
        IMAGE => text(&now.image).map(Value::from),
        CPU => now.cpu.map(Value::from),
        RAM => text(&now.ram).map(Value::from),
        STORAGE => text(&now.ephemeral_storage).map(Value::from),
        GPU => Some((*now.gpu).into()),
        PORT => text(&now.port).map(Value::from),
        COMMAND => words(&now.command),
        ARGUMENTS => words(&now.arguments),
        _ => (!now.desired_gpus.is_empty()).then(|| now.desired_gpus.iter().cloned().collect()),
    }
}

fn words(value: &Value) -> Option<Value> {
    (!fields::words(value).is_empty()).then(|| value.clone())
}

/// The value of a field as it is wanted; what is there now where it means the same.
fn wanted(now: &wire::Container, entered: &Entered, field: &str) -> Option<Value> {
    let (from, to) = (current(now, field), fields::sent(entered, field));
    let is_same = match (&from, &to) {
        (Some(Value::String(from)), Some(Value::String(to))) if matches!(field, RAM | STORAGE) => {
            quantity::is_same(from, to)
        }
        (Some(from), Some(to)) if field == CPU => from.as_f64() == to.as_f64(),
        (from, Some(to @ Value::Array(all))) => match from {
            None => all.is_empty(),
            Some(from) => fields::words(from) == fields::words(to),
        },
        // An odd quantity is not in the form: it stays.
        (Some(_), None) => true,
        (from, to) => from == to,
    };
    if is_same { from } else { to }
}

/// All variables afterwards; `None` where none changes. The sample of the pages reads as if they were replaced, so all of
/// them are sent.
fn env(now: &wire::Container, entered: &Entered, changes: &mut Changes) -> Option<Map<String, Value>> {
    let mut all: Map<String, Value> =
        now.env.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    for name in entered.several(REMOVE_ENV) {
        all.shift_remove(&**name);
    }
    if let Some(Value::Object(pairs)) = entered.map(ENV) {
        all.extend(pairs);
    }
    let mut names: Vec<&String> = now.env.keys().chain(all.keys()).collect();
    names.sort();
    names.dedup();
    let mut differs = false;
    for name in names {
        let (from, to) = (now.env.get(name), all.get(name));
        if from != to {
            // Values are secrets: what changes is shown by name.
            let shown = |it: Option<&Value>, what: &str| it.map(|_| Value::from(what));
            let after = if from.is_some() { "•••••••• (another value)" } else { MASK };
            differs |= changes.compare(&format!("env.{name}"), shown(from, MASK), shown(to, after));
        }
    }
    differs.then_some(all)
}
