//! Runs another image in a container.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::api::PAGE_SIZE;
use super::super::super::map::is_id;
use super::super::{Deck, container_path, document};
use super::{UP, task};
use crate::kit::form::{Entered, label, line, refused, wrong_field};
use crate::mapping::lenient::{ObjectOrDefault, RowId, Rows, Text};
use qdeck_model::{
    Characters, Choice, Choices, Container, Expected, Field, FieldChange, FieldKind, Form, FormValues,
    Lifecycle, Preview, Problem, ResourceId, TextRule,
};

pub(super) const IMAGE: &str = "image_id";
const INCOMPATIBLE: &str = "allow_incompatible";
const OTHER_IMAGE: &str = "incompatible_image_id";
const OVERWRITE: &str = "overwrite_runtime_config";

/// An image of `GET /v1/containers/{id}/compatible-images`.
#[derive(Deserialize)]
struct Image {
    id: RowId,
    name: Text,
    state: ObjectOrDefault<ImageState>,
}

#[derive(Default, Deserialize)]
struct ImageState {
    current: Text,
}

#[derive(Deserialize)]
struct Answer {
    data: Rows<Image>,
}

pub(super) fn form() -> Form {
    let id = TextRule { characters: Characters::LowerName { also: "" }, ..line(24, 24) };
    Form {
        fields: vec![
            Field::new(IMAGE, "Image", FieldKind::Choice(Choices::Loaded))
                .help("An image that is compatible with the one in use."),
            Field::new(OTHER_IMAGE, "Other image", FieldKind::Text(id))
                .help("The id of an image that is not compatible, 24 hexadecimal digits; in place of the choice above."),
            Field::new(OVERWRITE, "Overwrite the runtime configuration", FieldKind::Switch)
                .help("Takes command, variables and the like from the new image."),
        ],
    }
}

/// The compatible images.
pub(super) async fn choices(deck: &Deck, id: &ResourceId) -> Result<Vec<Choice>, Problem> {
    let size = PAGE_SIZE.to_string();
    let path = container_path(id, &["compatible-images"]);
    let answer: Answer = deck.api.get(&path, &[("page[size]", &size)]).await?;
    let choice = |image: &Image| {
        let state = image.state.current.as_deref();
        Choice {
            label: image.name.as_deref().unwrap_or(&image.id).into(),
            note: Some((&*image.id).into()),
            unavailable: state.filter(|state| *state != "live").map(|state| format!("it is {state}").into()),
            ..Choice::plain(&*image.id)
        }
    };
    Ok(answer.data.good.iter().map(choice).collect())
}

pub(super) async fn preview(deck: &Deck, row: &Container, values: &FormValues) -> Result<Preview, Problem> {
    let entered = Entered::check(form(), values)?;
    let overwrites = entered.switch(OVERWRITE) == Some(true);
    let (image, name, is_other) = match (entered.text(IMAGE), entered.text(OTHER_IMAGE)) {
        (Some(image), None) => {
            let all = choices(deck, &row.id).await?;
            entered.check_choice(IMAGE, &all)?;
            (image.to_owned(), label(&all, image).to_string(), false)
        }
        (None, Some(other)) if is_id(other) => (other.to_owned(), format!("image {other}"), true),
        (None, Some(_)) => return Err(wrong_field(OTHER_IMAGE, "must be 24 hexadecimal digits")),
        (None, None) => return Err(wrong_field(IMAGE, "must be filled in")),
        (Some(_), Some(_)) => return Err(wrong_field(OTHER_IMAGE, "there is a choice above already")),
    };
    let now = document(deck, &container_path(&row.id, &[]), &[]).await?;
    let current = now.pointer("/image/id").and_then(Value::as_str);
    if current == Some(&*image) {
        return Err(refused(&row.name, &format!("it runs {name} already")));
    }
    let mut contents = json!({"image_id": image});
    for (field, on) in [(INCOMPATIBLE, is_other), (OVERWRITE, overwrites)] {
        if on {
            contents[field] = true.into();
        }
    }
    let request = task(deck, &row.id, &json!({"action": "reimage", "contents": contents}))?;
    let summary = format!("Reimage container {} with {name}.", row.name);
    let expected = if row.state.lifecycle == Lifecycle::Stopped { Expected::Exists } else { UP };
    let mut preview = Preview::new(summary, vec![request], expected)
        .consequence("What runs in it is interrupted until the new image is up.")
        .consequence("What was written outside volumes is lost.");
    if is_other {
        preview = preview.consequence("Cycle does not check that this image fits the container.");
    }
    if overwrites {
        preview = preview
            .consequence("The runtime configuration of the container is overwritten by that of the image.");
    }
    let from = row.image.as_deref().map(Into::into);
    preview.changes = vec![FieldChange { field: "image".into(), from, to: Some(name.into()) }];
    Ok(preview)
}
