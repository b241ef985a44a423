//! Changes the configuration of a container. The API takes the whole of it: what the form does not have is sent back as
//! it was read.

use serde_json::{Map, Value, json};

use super::super::super::map::size;
use super::super::{Deck, container_path, document};
use super::{UP, task};
use crate::kit::form::{Changes, Entered, line, one_of, whole, wrong_field};
use crate::kit::secret_fields;
use qdeck_model::{
    Bytes, Characters, Choice, Choices, Container, Expected, Field, FieldKind, FieldValue, Form, FormValues,
    Lifecycle, MASK, Preview, Problem, ResourceId, TextRule, Unit,
};

/// `ContainerNetwork.public`.
const PUBLIC: [(&str, &str); 4] = [
    ("enable", "Enabled"),
    ("egress-only", "Egress only"),
    ("environment-limited", "Within the environment"),
    ("disable", "Disabled"),
];
/// `DeploymentStrategyName`.
const STRATEGIES: [(&str, &str); 8] = [
    ("resource-density", "Resource density"),
    ("high-availability", "High availability"),
    ("distributed", "Distributed"),
    ("first-available", "First available"),
    ("manual", "Manual"),
    ("node", "Node"),
    ("edge", "Edge"),
    ("function", "Function"),
];
const SET_ENV: &str = "environment_vars";
const REMOVE_ENV: &str = "remove_environment_vars";

/// A field of the form, and where it is in the configuration.
struct Place {
    field: &'static str,
    pointer: &'static str,
}

const TEXTS: [Place; 5] = [
    Place { field: "public", pointer: "/network/public" },
    Place { field: "hostname", pointer: "/network/hostname" },
    Place { field: "strategy", pointer: "/deploy/strategy" },
    Place { field: "command", pointer: "/runtime/command/path" },
    Place { field: "arguments", pointer: "/runtime/command/args" },
];
const NUMBERS: [Place; 2] = [
    Place { field: "cpu_limit", pointer: "/resources/cpu/shares/limit" },
    Place { field: "cpu_reserve", pointer: "/resources/cpu/shares/reserve" },
];
const SIZES: [Place; 2] = [
    Place { field: "ram_limit", pointer: "/resources/ram/limit" },
    Place { field: "ram_reserve", pointer: "/resources/ram/reserve" },
];
const PORTS: Place = Place { field: "ports", pointer: "/network/ports" };
const ENV: &str = "/runtime/environment_vars";

/// The configuration of a container now.
pub(super) async fn current(deck: &Deck, id: &ResourceId) -> Result<Value, Problem> {
    let container = document(deck, &container_path(id, &[]), &[]).await?;
    Ok(container.get("config").cloned().unwrap_or_else(|| json!({})))
}

/// The form, filled with what the container has now.
pub(super) fn form(config: &Value) -> Form {
    let host = TextRule { characters: Characters::LowerName { also: "-." }, ..line(1, 253) };
    let port = TextRule { characters: Characters::Name { also: ":/" }, ..line(1, 32) };
    let shares = || whole(0.0, 10_000.0, Unit::COUNT);
    let ram = || whole(0.0, 16_777_216.0, Unit::MEBIBYTES);
    let text = |field, label, kind| Field::new(field, label, kind);
    let mut fields = vec![
        text("public", "Public network", one_of(&PUBLIC)).section("Network").required(),
        text("hostname", "Host name", FieldKind::Text(host)).section("Network").required(),
        text("ports", "Ports", FieldKind::List { texts: port, most: 100 })
            .section("Network")
            .help("Outside and inside, such as 443:8443."),
        text("strategy", "Strategy", strategies(config))
            .section("Deployment")
            .help("How instances are spread over servers."),
        text("cpu_limit", "Processor limit", shares())
            .section("Resources")
            .help("In shares of each instance: ten are a thread."),
        text("cpu_reserve", "Processor reserve", shares())
            .section("Resources")
            .help("In shares of each instance."),
        text("ram_limit", "Memory limit", ram()).section("Resources").help("Of each instance: 512M, or 2G."),
        text("ram_reserve", "Memory reserve", ram())
            .section("Resources")
            .help("Of each instance: 512M, or 2G."),
        text("command", "Command", FieldKind::Text(line(1, 4096)))
            .section("Program")
            .help("The path of the program to run in place of the image's own."),
        text("arguments", "Arguments", FieldKind::Text(line(1, 4096))).section("Program"),
    ];
    for field in &mut fields {
        field.default = default_of(&field.name, config);
    }
    let names = TextRule { characters: Characters::Ascii, ..line(1, 255) };
    let values = TextRule { lines: true, ..TextRule::up_to(32_768) };
    fields.push(
        Field::new(SET_ENV, "Set variables", FieldKind::Map { names, values, most: 500 })
            .section("Variables")
            .private()
            .help("Those that are set already stay as they are, unless given here."),
    );
    let set = config.pointer(ENV).and_then(Value::as_object).filter(|all| !all.is_empty());
    if let Some(set) = set {
        let names = set.keys().map(|name| Choice::plain(name.as_str())).collect();
        let kind = FieldKind::Several(Choices::Fixed(names));
        fields.push(Field::new(REMOVE_ENV, "Remove variables", kind).section("Variables"));
    }
    Form { fields }
}

/// The strategies that are documented, and the one in use.
fn strategies(config: &Value) -> FieldKind {
    let now = config.pointer("/deploy/strategy").and_then(Value::as_str).filter(|now| !now.is_empty());
    let mut all = STRATEGIES.to_vec();
    if let Some(now) = now
        && !all.iter().any(|(value, _)| *value == now)
    {
        all.push((now, now));
    }
    one_of(&all)
}

/// The value that a field has in the configuration.
fn default_of(field: &str, config: &Value) -> Option<FieldValue> {
    let at = |places: &[Place]| {
        places.iter().find(|it| it.field == field).and_then(|it| config.pointer(it.pointer))
    };
    if let Some(text) = at(&TEXTS).and_then(Value::as_str) {
        return Some(FieldValue::text(text)).filter(|text| !text.is_empty());
    }
    if let Some(number) = at(&NUMBERS).and_then(Value::as_f64) {
        return Some(FieldValue::text(number.to_string()));
    }
    if let Some(text) = at(&SIZES).and_then(Value::as_str) {
        return mebibytes(text).map(|it| FieldValue::text(it.to_string()));
    }
    let ports = at(&[PORTS]).and_then(Value::as_array)?;
    let ports: Vec<_> = ports.iter().filter_map(Value::as_str).map(Into::into).collect();
    Some(FieldValue::Several(ports)).filter(|ports| !ports.is_empty())
}

/// The whole mebibytes of a size; `None` where it is not a number of them.
fn mebibytes(text: &str) -> Option<u64> {
    let Bytes(bytes) = size(text)?;
    bytes.is_multiple_of(1 << 20).then_some(bytes >> 20)
}

/// `DataSize`: gigabytes where they are whole.
fn data_size(mebibytes: i64) -> String {
    if mebibytes % 1024 == 0 { format!("{}G", mebibytes / 1024) } else { format!("{mebibytes}M") }
}

pub(super) async fn preview(deck: &Deck, row: &Container, values: &FormValues) -> Result<Preview, Problem> {
    let now = current(deck, &row.id).await?;
    let entered = Entered::check(form(&now), values)?;
    let mut config = now.clone();
    let mut changes = Changes::default();
    for Place { field, pointer } in TEXTS {
        apply(&mut config, &mut changes, field, pointer, entered.text(field).map(Into::into));
    }
    for Place { field, pointer } in NUMBERS {
        apply(&mut config, &mut changes, field, pointer, entered.whole(field).map(Into::into));
    }
    for Place { field, pointer } in SIZES {
        let wanted = entered.whole(field);
        let is_same = now.pointer(pointer).and_then(Value::as_str).is_some_and(|text| {
            // An odd size is not in the form: it stays.
            mebibytes(text).is_none_or(|now| i64::try_from(now).ok() == wanted)
        });
        if !is_same {
            apply(&mut config, &mut changes, field, pointer, wanted.map(|it| data_size(it).into()));
        }
    }
    let ports: Vec<Value> = entered.several(PORTS.field).iter().map(|port| Value::from(&**port)).collect();
    let ports = (!ports.is_empty() || config.pointer(PORTS.pointer).is_some()).then(|| ports.into());
    apply(&mut config, &mut changes, PORTS.field, PORTS.pointer, ports);
    check_reserves(&config)?;
    variables(&mut config, &entered, &mut changes)?;
    let changes = changes.into_some(&row.name)?;
    let secrets = secret_fields::secrets(&config).into_iter().map(|at| format!("/contents{at}")).collect();
    let mut request = task(deck, &row.id, &json!({"action": "reconfigure", "contents": config}))?;
    request.secrets = secrets;
    let summary = format!("Reconfigure container {}.", row.name);
    let is_down = row.state.lifecycle == Lifecycle::Stopped;
    let expected = if is_down { Expected::Exists } else { UP };
    let mut preview = Preview::new(summary, vec![request], expected).consequence(
        "The whole configuration is sent: a change that is made elsewhere at this moment is overwritten.",
    );
    if !is_down {
        preview = preview
            .consequence("Its instances are restarted: what runs in them is interrupted.")
            .consequence("What was written outside volumes is lost.");
    }
    Ok(Preview { changes, ..preview })
}

/// Sets one value of the configuration, and notes it if it changes. A text that was emptied is `null`.
fn apply(config: &mut Value, changes: &mut Changes, field: &str, pointer: &str, wanted: Option<Value>) {
    let from = config.pointer(pointer).filter(|it| !it.is_null() && *it != "").cloned();
    let wanted = wanted.filter(|it| *it != "");
    if changes.compare(field, from, wanted.clone()) {
        set(config, pointer, wanted.unwrap_or(Value::Null));
    }
}

/// Sets a value, and makes the objects that lead to it.
fn set(config: &mut Value, pointer: &str, value: Value) {
    let mut at = config;
    for name in pointer.split('/').skip(1) {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = &mut at[name];
    }
    *at = value;
}

/// A reserve is a part of its limit, and each needs the other: `ContainerResources` requires both of the shares.
fn check_reserves(config: &Value) -> Result<(), Problem> {
    let number = |place: &Place| config.pointer(place.pointer).and_then(Value::as_f64);
    let bytes = |place: &Place| config.pointer(place.pointer)?.as_str().and_then(size);
    match (number(&NUMBERS[0]), number(&NUMBERS[1])) {
        (Some(limit), Some(reserve)) if reserve > limit => {
            return Err(wrong_field(NUMBERS[1].field, "must not be more than the limit"));
        }
        (Some(_), None) => {
            return Err(wrong_field(NUMBERS[1].field, "must be filled in, since there is a limit"));
        }
        (None, Some(_)) => {
            return Err(wrong_field(NUMBERS[0].field, "must be filled in, since there is a reserve"));
        }
        _ => {}
    }
    match (bytes(&SIZES[0]), bytes(&SIZES[1])) {
        (Some(limit), Some(reserve)) if reserve > limit => {
            Err(wrong_field(SIZES[1].field, "must not be more than the limit"))
        }
        _ => Ok(()),
    }
}

/// Sets and removes variables. Their values are secrets: what changes is shown by name.
fn variables(config: &mut Value, entered: &Entered, changes: &mut Changes) -> Result<(), Problem> {
    let before = config.pointer(ENV).and_then(Value::as_object).cloned().unwrap_or_default();
    let mut after = before.clone();
    for name in entered.several(REMOVE_ENV) {
        after.shift_remove(&**name);
    }
    for (name, value) in entered.map(SET_ENV).iter().filter_map(Value::as_object).flatten() {
        if name.contains([' ', '=']) || name.starts_with(|c: char| c.is_ascii_digit()) {
            let message = format!("{name} is no name of a variable: no spaces, no =, no digit first");
            return Err(wrong_field(SET_ENV, message));
        }
        after.insert(name.clone(), value.clone());
    }
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    let mut differs = false;
    for name in names {
        let (from, to) = (before.get(name), after.get(name));
        if from != to {
            let new = if from.is_some() { "•••••••• (another value)" } else { MASK };
            let field = format!("environment_vars.{name}");
            differs |= changes.compare(&field, from.map(|_| MASK.into()), to.map(|_| new.into()));
        }
    }
    if differs {
        // `privileged` is required of a runtime.
        if config.pointer("/runtime/privileged").is_none() {
            set(config, "/runtime/privileged", false.into());
        }
        set(config, ENV, Value::Object(after));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_as_the_description_has_them() {
        assert_eq!([512, 2048, 1536].map(data_size), ["512M", "2G", "1536M"]);
        assert_eq!(["512M", "2GB", "1b", "x"].map(mebibytes), [Some(512), Some(2048), None, None]);
    }

    #[test]
    fn a_form_is_filled_with_what_a_configuration_has() {
        let config = json!({
            "network": {"public": "enable", "hostname": "web", "ports": ["80:8080"]},
            "deploy": {"instances": 2, "strategy": "distributed"},
            "runtime": {"environment_vars": {"KEY": "obviously-fake"}},
            "resources": {"cpu": {"shares": {"limit": 20, "reserve": 10}}, "ram": {"limit": "2G", "reserve": "512M"}},
        });
        let form = form(&config);
        let defaults = form.defaults();
        assert!(form.errors(&defaults).is_empty(), "{:?}", form.errors(&defaults));
        let text = |field| defaults.text(field);
        assert_eq!(
            [text("public"), text("ram_limit"), text("cpu_limit")],
            [Some("enable"), Some("2048"), Some("20")]
        );
        assert_eq!(defaults.several("ports"), ["80:8080"]);
        assert!(!format!("{form:?}").contains("obviously-fake"), "values of variables are in no form");
        let mut sparse = json!({"network": null});
        set(&mut sparse, "/network/ports", json!(["1:2"]));
        assert_eq!(sparse, json!({"network": {"ports": ["1:2"]}}));
    }
}
