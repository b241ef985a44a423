//! The fields of the forms that make and update containers.
//!
//! The reference pages document two rules: an image must carry its tag, and the port is sent as a text. All other bounds
//! are those of what the fields are, wide enough for any machine on offer.

use arcstr::ArcStr;
use serde_json::{Map, Value, json};

use super::super::wire;
use super::super::{GPU_MODELS, PROVIDERS};
use super::{Deck, quantity};
use crate::kit::form::{Entered, line, whole, wrong_field};
use qdeck_model::{
    Characters, Choice, Choices, Field, FieldKind, FieldValue, NumberRule, Problem, TextRule, Unit,
};

pub(super) const NAME: &str = "name";
pub(super) const IMAGE: &str = "image";
pub(super) const CPU: &str = "cpu";
pub(super) const RAM: &str = "ram";
pub(super) const STORAGE: &str = "ephemeralStorage";
pub(super) const GPU: &str = "gpu";
/// The models of accelerators, by name: any one of them will do.
pub(super) const MODELS: &str = "desiredGPUs";
pub(super) const PORT: &str = "port";
pub(super) const COMMAND: &str = "command";
pub(super) const ARGUMENTS: &str = "arguments";
/// Variables to set. Those that are set already are not in the form: their values are secrets.
pub(super) const ENV: &str = "env";

const RESOURCES: &str = "Resources";
const PROGRAM: &str = "Program";

/// The name of a new container. The pages document no rule; this is what the samples' names and host names are made of.
pub(super) fn name() -> Field {
    let rule = TextRule { characters: Characters::Name { also: "-_." }, ..line(1, 63) };
    Field::new(NAME, "Name", FieldKind::Text(rule)).required().help("Letters, digits and - _ . up to 63.")
}

/// "Images must include the tag": the tag itself is checked by [`check_image`].
pub(super) fn image(now: Option<&wire::Container>) -> Field {
    let rule = TextRule { characters: Characters::Name { also: "._-/:@" }, ..line(1, 512) };
    let field = Field::new(IMAGE, "Image", FieldKind::Text(rule))
        .required()
        .help("With its tag, such as nginx:1.27, in a public registry.");
    filled(field, now.and_then(|it| it.image.as_deref()))
}

/// The fields that a new container and an update share, filled with what a container has now.
pub(super) fn shared(now: Option<&wire::Container>) -> Vec<Field> {
    let mut all = resources(now);
    let port = Field::new(PORT, "Port", whole(1.0, 65_535.0, Unit::COUNT))
        .section(PROGRAM)
        .required()
        .help("The port that the program listens on; it is reached through port 80 of its host name.");
    all.push(filled(port, now.map_or(Some("80"), |it| it.port.as_deref())));
    for (name, label, help, value) in [
        (COMMAND, "Command", "The program to run in place of the image's own.", now.map(|it| &it.command)),
        (ARGUMENTS, "Arguments", "The arguments of the program, one each.", now.map(|it| &it.arguments)),
    ] {
        let field = Field::new(name, label, FieldKind::List { texts: line(1, 4096), most: 64 })
            .section(PROGRAM)
            .help(help);
        let value = value.map(|value| words(value)).unwrap_or_default();
        all.push(if value.is_empty() { field } else { field.default(FieldValue::Several(value)) });
    }
    all
}

fn resources(now: Option<&wire::Container>) -> Vec<Field> {
    let cores = NumberRule { least: 0.1, most: 256.0, whole: false, unit: Unit::CORES };
    let size = || whole(1.0, 16_777_216.0, Unit::MEBIBYTES);
    let cpu = Field::new(CPU, "Processors", FieldKind::Number(cores))
        .section(RESOURCES)
        .required()
        .help("In cores: 0.5, or 500m.");
    let ram = Field::new(RAM, "Memory", size()).section(RESOURCES).required().help("512M, or 2G.");
    let storage = Field::new(STORAGE, "Storage", size())
        .section(RESOURCES)
        .required()
        .help("Its content is lost with every deployment: it is ephemeral.");
    let gpu = Field::new(GPU, "Accelerators", whole(0.0, 64.0, Unit::COUNT))
        .section(RESOURCES)
        .required()
        .help("How many; 0 for none.");
    let models = Field::new(MODELS, "Models", FieldKind::Several(Choices::Loaded))
        .section(RESOURCES)
        .help("Any one of them will do.");
    let amount =
        |value: &Option<String>| value.as_deref().and_then(quantity::mebibytes).map(|it| it.to_string());
    let models = match now {
        Some(it) if !it.desired_gpus.is_empty() => {
            let wanted = it.desired_gpus.iter().map(|name| name.as_str().into()).collect();
            models.default(FieldValue::Several(wanted))
        }
        _ => models,
    };
    match now {
        None => vec![
            filled(cpu, Some("1")),
            filled(ram, Some("512")),
            filled(storage, Some("10240")),
            filled(gpu, Some("0")),
            models,
        ],
        Some(it) => vec![
            filled(cpu, it.cpu.map(|cores| cores.to_string()).as_deref()),
            filled(ram, amount(&it.ram).as_deref()),
            filled(storage, amount(&it.ephemeral_storage).as_deref()),
            filled(gpu, Some(&it.gpu.to_string())),
            models,
        ],
    }
}

/// The field of variables to set.
pub(super) fn env(label: &'static str, help: &'static str) -> Field {
    let names = TextRule { characters: Characters::Ascii, ..line(1, 255) };
    let values = TextRule { lines: true, ..TextRule::up_to(32_768) };
    Field::new(ENV, label, FieldKind::Map { names, values, most: 500 })
        .section("Variables")
        .private()
        .help(help)
}

fn filled(field: Field, text: Option<&str>) -> Field {
    match text.filter(|text| !text.is_empty()) {
        Some(text) => field.default(FieldValue::text(text)),
        None => field,
    }
}

/// A command as its words. No sample has one: the console's templates have a text as well as a list.
pub(super) fn words(value: &Value) -> Vec<ArcStr> {
    match value {
        Value::String(text) if !text.is_empty() => vec![text.as_str().into()],
        Value::Array(all) => all.iter().filter_map(Value::as_str).map(Into::into).collect(),
        _ => Vec::new(),
    }
}

/// Checks what the rules of the fields cannot: the tag, the names of variables, and the models on offer.
pub(super) async fn check(deck: &Deck, entered: &Entered) -> Result<(), Problem> {
    if let Some(image) = entered.text(IMAGE) {
        check_image(image)?;
    }
    let names = entered.map(ENV);
    for name in names.iter().filter_map(Value::as_object).flat_map(Map::keys) {
        if name.contains([' ', '=']) || name.starts_with(|c: char| c.is_ascii_digit()) {
            let message = format!("{name} is no name of a variable: no spaces, no =, no digit first");
            return Err(wrong_field(ENV, message));
        }
    }
    if entered.get(MODELS).is_some() {
        entered.check_choice(MODELS, &models(deck).await?)?;
        if entered.whole(GPU) == Some(0) {
            return Err(wrong_field(GPU, "must be 1 or more, since models are chosen"));
        }
    }
    Ok(())
}

/// "Images must include the tag. Tag is not latest by default."
fn check_image(image: &str) -> Result<(), Problem> {
    let last = image.rsplit('/').next().unwrap_or_default();
    match last.split_once(':') {
        Some((name, tag)) if !name.is_empty() && !tag.is_empty() => Ok(()),
        _ => Err(wrong_field(IMAGE, "must carry its tag, such as nginx:1.27: there is no tag by default")),
    }
}

/// The models on offer. Their list has a name and a code, and neither price nor what is free.
pub(super) async fn models(deck: &Deck) -> Result<Vec<Choice>, Problem> {
    let models = deck.api.all::<wire::GpuModel>(&GPU_MODELS).await?.good;
    let choice = |model: &wire::GpuModel| {
        let name = model.name.as_deref().unwrap_or(&model.code);
        Choice { note: Some((&*model.code).into()), ..Choice::plain(name) }
    };
    Ok(models.iter().map(choice).collect())
}

/// How many providers could take a container; `None` where that cannot be read. No field ties a container to one.
pub(super) async fn providers(deck: &Deck) -> Option<usize> {
    let list: wire::List<Value> = deck.api.get(&PROVIDERS, &[("page", "1"), ("rows", "1")]).await.ok()?;
    *list.total
}

/// The value of a field as it is sent; `None` where it has none.
pub(super) fn sent(entered: &Entered, field: &str) -> Option<Value> {
    Some(match field {
        CPU => {
            let cores = entered.number(CPU)?;
            if cores.fract() == 0.0 { entered.whole(CPU)?.into() } else { json!(cores) }
        }
        RAM | STORAGE => quantity::of_mebibytes(entered.whole(field)?).into(),
        GPU => entered.whole(GPU)?.into(),
        PORT => entered.whole(PORT)?.to_string().into(),
        MODELS | COMMAND | ARGUMENTS => {
            let all = entered.several(field);
            all.iter().map(|text| Value::from(&**text)).collect()
        }
        _ => entered.text(field)?.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_needs_a_tag_and_a_port_of_a_registry_is_none() {
        for good in ["nginx:1", "host:5000/a/b:c", "ghcr.io/x/y@sha256:0a"] {
            assert!(check_image(good).is_ok(), "{good}");
        }
        for bad in ["nginx", "host:5000/nginx", "nginx:", ":1"] {
            let message = check_image(bad).unwrap_err().message;
            assert!(message.starts_with("image: must carry its tag"), "{bad}: {message}");
        }
    }

    #[test]
    fn a_command_is_read_as_a_text_and_as_a_list() {
        assert_eq!(words(&json!(["sh", "-c"])), ["sh", "-c"]);
        assert_eq!(words(&json!("serve")), ["serve"]);
        assert!(words(&Value::Null).is_empty() && words(&json!({})).is_empty());
    }
}
