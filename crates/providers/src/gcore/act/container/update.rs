//! Update: image, flavor, port, environment and the rest of what a deployment or a container is.

use std::collections::BTreeMap;
use std::sync::Arc;

use arcstr::ArcStr;
use serde_json::{Value, json};

use super::super::super::Site;
use super::super::choices::price;
use super::super::region::{InRegion, rows, text, unwrapped};
use super::Subject;
use crate::kit::form::{Changes, Entered, line, whole, wrong_field};
use qdeck_model::{
    Choice, Choices, Expected, Field, FieldKind, FieldValue, Form, FormValues, Method, Preview, Problem,
    Target, TextRule, Unit,
};

const ENVS: &str = "envs";
const ENVS_REMOVED: &str = "envs_removed";
/// The most variables, arguments and keys of one form. The API documents no numbers.
const MAX_ENTRIES: usize = 200;
/// The longest image: of containers as a service. Deployments document no length.
const MAX_IMAGE: usize = 230;
const MAX_DESCRIPTION: usize = 255;
/// The longest value of a variable: of containers as a service, and a bound of ours for deployments.
const MAX_VARIABLE: usize = 255;
const MAX_DEPLOYMENT_VARIABLE: usize = 32_768;

/// What is there now. Values of variables are secrets and are not shown.
pub(super) async fn form(
    site: &Arc<Site>,
    target: &Target,
    subject: &Subject,
    found: &Value,
) -> Result<Form, Problem> {
    let flavors = flavors(site, target, subject).await.unwrap_or_default();
    Ok(form_of(subject, found, flavors))
}

fn form_of(subject: &Subject, found: &Value, flavors: Vec<Choice>) -> Form {
    let now = |name: &str| match found.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(FieldValue::text(text.as_str())),
        Some(Value::Number(number)) => Some(FieldValue::text(number.to_string())),
        _ => None,
    };
    let field = |name: &'static str, label: &str, kind: FieldKind, help: &str| Field {
        default: now(name),
        ..Field::new(name, label, kind).help(help)
    };
    let (flavor_field, is_deployment) = (flavor_field(subject), subject.is_deployment);
    let flavor_kind = if flavors.is_empty() {
        FieldKind::Text(line(1, 255))
    } else {
        FieldKind::Choice(Choices::Fixed(flavors))
    };
    let variable = if is_deployment { MAX_DEPLOYMENT_VARIABLE } else { MAX_VARIABLE };
    let variables = FieldKind::Map {
        names: line(1, 255),
        values: TextRule { lines: true, ..TextRule::up_to(variable) },
        most: MAX_ENTRIES,
    };
    let mut fields = vec![
        field("image", "Image", FieldKind::Text(line(1, MAX_IMAGE)), "The image with its tag: nginx:1.27.")
            .required(),
        field(flavor_field, "Flavor", flavor_kind, "The size of each replica.").required(),
        field(
            "listening_port",
            "Port",
            whole(1.0, 65_535.0, Unit::COUNT),
            "The port that the container listens on.",
        )
        .required(),
        field(
            "description",
            "Description",
            FieldKind::Text(line(0, MAX_DESCRIPTION)),
            "Up to 255 characters.",
        ),
    ];
    let timeout = if is_deployment { 86_400.0 } else { 180.0 };
    fields.push(field(
        "timeout",
        "Timeout",
        whole(0.0, timeout, Unit::SECONDS),
        "The time without requests after which it is scaled down.",
    ));
    if is_deployment {
        let arguments = FieldKind::List { texts: TextRule::up_to(4096), most: MAX_ENTRIES };
        let command = Field::new("command", "Command", arguments).help("The command with its arguments.");
        fields.push(Field { default: command_of(found), ..command });
        let names = FieldKind::Text(line(0, 255));
        fields.push(field("credentials_name", "Registry credentials", names, "Their name at Gcore."));
    } else {
        let command = FieldKind::Text(line(0, 4096));
        fields.push(field("commands", "Command", command, "The command with its arguments."));
    }
    let known = envs(found);
    fields.push(
        Field::new(ENVS, "Variables to set", variables)
            .private()
            .section("Environment")
            .help("New variables, and new values of those that there are; the others stay."),
    );
    if !known.is_empty() {
        let names = known.keys().map(|name| Choice::plain(name.as_str())).collect();
        fields.push(
            Field::new(ENVS_REMOVED, "Variables to remove", FieldKind::Several(Choices::Fixed(names)))
                .section("Environment")
                .help("They are not set any more."),
        );
    }
    Form { fields }
}

const fn flavor_field(subject: &Subject) -> &'static str {
    if subject.is_deployment { "flavor_name" } else { "flavor" }
}

/// A command comes as a list, and from older servers as one text.
fn command_of(found: &Value) -> Option<FieldValue> {
    let all: Vec<ArcStr> = match found.get("command")? {
        Value::Array(words) => words.iter().filter_map(Value::as_str).map(Into::into).collect(),
        Value::String(text) => text.split_whitespace().map(Into::into).collect(),
        _ => return None,
    };
    (!all.is_empty()).then_some(FieldValue::Several(all))
}

fn envs(found: &Value) -> BTreeMap<String, Value> {
    let fields = found.get(ENVS).and_then(Value::as_object).into_iter().flatten();
    fields.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The flavors of all deployments, or of a region's containers.
async fn flavors(site: &Arc<Site>, target: &Target, subject: &Subject) -> Result<Vec<Choice>, Problem> {
    let list: Value = if subject.is_deployment {
        site.api.get(&["cloud", "v3", "inference", "flavors"], &[("limit", "1000")]).await?
    } else {
        let place = InRegion::of(site, &target.id).await?;
        let path = ["cloud", "v1", "caas", "flavors", &place.project, &place.region];
        place.api.get(&path, &[("limit", "1000")]).await?
    };
    let list = unwrapped(list);
    let choice = |row: &Value| {
        let note = text(row, &["description"]).map(str::to_owned).or_else(|| price(row));
        Some(Choice { note: note.map(Into::into), ..Choice::plain(text(row, &["name"])?) })
    };
    Ok(rows(&list).iter().filter_map(choice).collect())
}

/// `PATCH` with what differs. Variables are sent whole, since they are replaced as one.
pub(super) async fn preview(
    site: &Arc<Site>,
    target: &Target,
    subject: &Subject,
    found: &Value,
    values: &FormValues,
) -> Result<Preview, Problem> {
    let flavors = flavors(site, target, subject).await.unwrap_or_default();
    let entered = Entered::check(form_of(subject, found, flavors), values)?;
    let mut changes = Changes::default();
    let mut body = serde_json::Map::new();
    let mut compare = |name: &str, to: Option<Value>| {
        let is_empty = |value: &Value| match value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(all) => all.is_empty(),
            _ => false,
        };
        let from = found.get(name).filter(|value| !is_empty(value)).cloned();
        if changes.compare(name, from, to.clone()) {
            body.insert(name.to_owned(), to.unwrap_or_else(|| empty_of(name)));
        }
    };
    let texts = ["image", flavor_field(subject), "description", "credentials_name", "commands"];
    for name in texts.into_iter().filter(|name| has(subject, name)) {
        compare(name, entered.text(name).map(Value::from));
    }
    compare("listening_port", entered.whole("listening_port").map(Value::from));
    let timeout = entered.whole("timeout").map(Value::from);
    // An emptied time stays as it is: nothing documents how it is unset.
    compare("timeout", timeout.or_else(|| found.get("timeout").filter(|it| !it.is_null()).cloned()));
    if subject.is_deployment {
        let now = command_of(found);
        let command = entered.several("command");
        let is_same = matches!(&now, Some(FieldValue::Several(all)) if all[..] == *command)
            || now.is_none() && command.is_empty();
        if !is_same {
            compare("command", (!command.is_empty()).then(|| json!(command)));
        }
    }
    let envs = new_envs(&mut changes, found, &entered)?;
    let changes = changes.into_some(&target.name)?;
    let mut secrets = Vec::new();
    if let Some(envs) = envs {
        secrets = envs.keys().map(|name| format!("/{ENVS}/{}", pointer_part(name))).collect();
        body.insert(ENVS.to_owned(), json!(envs));
    }
    let mut request = subject.request(Method::Patch, &[])?.body(Value::Object(body));
    request.secrets = secrets;
    let summary = format!("Change settings of {} {}.", subject.noun(), target.name);
    let preview = Preview::new(summary, vec![request], Expected::Exists)
        .consequence("Its replicas may be replaced by new ones with these settings.");
    Ok(Preview { changes, ..preview })
}

/// The fields that only one of the two has.
fn has(subject: &Subject, name: &str) -> bool {
    match name {
        "credentials_name" => subject.is_deployment,
        "commands" => !subject.is_deployment,
        _ => true,
    }
}

/// The value of a field that was emptied.
fn empty_of(name: &str) -> Value {
    if name == "command" { json!([]) } else { json!("") }
}

/// All variables as they are to be, if some differ. Changes name them without their values.
fn new_envs(
    changes: &mut Changes,
    found: &Value,
    entered: &Entered,
) -> Result<Option<BTreeMap<String, Value>>, Problem> {
    let now = envs(found);
    let mut wanted = now.clone();
    for name in entered.several(ENVS_REMOVED) {
        wanted.remove(&**name);
    }
    let set = entered.map(ENVS).unwrap_or_default();
    for (name, value) in set.as_object().into_iter().flatten() {
        if now.contains_key(name) && !wanted.contains_key(name) {
            return Err(wrong_field(ENVS_REMOVED, format!("{name} cannot be both set and removed")));
        }
        wanted.insert(name.clone(), value.clone());
    }
    let mut names: Vec<&String> = now.keys().chain(wanted.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let (from, to) = (now.get(name), wanted.get(name));
        if from != to {
            let word = |value: Option<&Value>, word: &str| value.map(|_| Value::from(word));
            changes.compare(&format!("{ENVS}.{name}"), word(from, "a value"), word(to, "another value"));
        }
    }
    Ok((now != wanted).then_some(wanted))
}

/// A name as a part of a JSON pointer.
fn pointer_part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
