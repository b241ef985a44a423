//! Makes a container, from nothing or like another one.

use serde_json::{Map, Value};

use super::super::api::Api;
use super::super::{CONTAINERS, wire};
use super::fields::{self, ARGUMENTS, COMMAND, CPU, ENV, GPU, IMAGE, MODELS, NAME, PORT, RAM, STORAGE};
use super::{Deck, name_of, send};
use crate::kit::form::{Body, Entered};
use qdeck_model::{
    Expected, Field, FieldKind, FieldValue, Form, FormValues, Kind, Lifecycle, Method, NewResource,
    PreparedRequest, Preview, Problem,
};

/// Takes the variables of the container that the new one is like.
const COPY_ENV: &str = "copy-env";

/// The form, filled with the settings of `like`.
pub(super) fn form(like: Option<&wire::Container>) -> Form {
    let mut all = vec![fields::name(), fields::image(like)];
    all.extend(fields::shared(like));
    if let Some(source) = like
        && !source.env.is_empty()
    {
        let help =
            format!("Takes the {} of {}, whose values are not shown.", variables(source), name_of(source));
        let copy = Field::new(COPY_ENV, "Take its variables", FieldKind::Switch);
        all.push(copy.section("Variables").help(help).default(FieldValue::Switch(true)));
    }
    all.push(fields::env("Variables", "Providers can read their values: they are no place for secrets."));
    Form { fields: all }
}

fn variables(container: &wire::Container) -> String {
    match container.env.len() {
        1 => "1 variable".to_owned(),
        many => format!("{many} variables"),
    }
}

pub(super) async fn preview(
    deck: &Deck,
    like: Option<&wire::Container>,
    values: &FormValues,
) -> Result<Preview, Problem> {
    let entered = Entered::check(form(like), values)?;
    fields::check(deck, &entered).await?;
    let env = env(like, &entered);
    let secrets = send::env_pointers(&env);
    // In the order of the sample.
    let given = |field| fields::sent(&entered, field);
    let several = |field| given(field).filter(|value| value.as_array().is_some_and(|all| !all.is_empty()));
    let body = Body::default()
        .with(NAME, given(NAME))
        .with(IMAGE, given(IMAGE))
        .with(CPU, given(CPU))
        .with(RAM, given(RAM))
        .with(GPU, given(GPU))
        .with(STORAGE, given(STORAGE))
        .with(PORT, given(PORT))
        .with(ENV, Some(Value::Object(env)))
        .with(COMMAND, several(COMMAND))
        .with(ARGUMENTS, several(ARGUMENTS))
        .with(MODELS, several(MODELS));
    let url = address(&deck.api)?;
    let request =
        PreparedRequest { secrets, ..PreparedRequest::new(Method::Post, url).body(body.into_value()) };
    let name = entered.text(NAME).unwrap_or_default();
    let image = entered.text(IMAGE).unwrap_or_default();
    let summary = match like {
        None => format!("Create container {name} of image {image}."),
        Some(source) => format!("Create container {name} of image {image}, like {}.", name_of(source)),
    };
    let expected = Expected::State(&[Lifecycle::Running]);
    let mut preview = Preview::new(summary, vec![request], expected)
        .consequence("It is billed by its running time until it is deleted.");
    if let Some(providers) = fields::providers(deck).await {
        preview = preview.consequence(format!(
            "One of {providers} providers takes it; which one, and at what price, is not known before."
        ));
    }
    preview.creates = Some(NewResource { kind: Kind::Container, scope: None, name: name.into() });
    Ok(preview)
}

/// The variables of the new container: those taken from another one, and over them those entered.
fn env(like: Option<&wire::Container>, entered: &Entered) -> Map<String, Value> {
    let mut all = Map::new();
    if let Some(source) = like
        && entered.switch(COPY_ENV) == Some(true)
    {
        all.extend(source.env.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    if let Some(Value::Object(pairs)) = entered.map(ENV) {
        all.extend(pairs);
    }
    all
}

fn address(api: &Api) -> Result<String, Problem> {
    api.address(&CONTAINERS)
}
