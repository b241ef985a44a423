//! Makes a volume of an instance larger.

use serde::Deserialize;
use serde_json::json;

use super::super::super::api::PAGE_SIZE;
use super::super::super::instance_path;
use super::super::Deck;
use super::{UP, of_container, task};
use crate::kit::form::{Entered, label, whole};
use crate::mapping::lenient::{Number, ObjectOrDefault, RowId, Rows, Text};
use qdeck_model::{
    Choice, Choices, Expected, Field, FieldKind, Form, FormValues, Instance, Lifecycle, Preview, Problem,
    ResourceId, Unit,
};

pub(super) const VOLUME: &str = "volume_id";
const EXTEND_BY: &str = "extend_size";

/// A volume of `GET .../volumes`.
#[derive(Deserialize)]
struct Volume {
    id: RowId,
    config: ObjectOrDefault<Config>,
    deployed: ObjectOrDefault<Deployed>,
}

#[derive(Default, Deserialize)]
struct Config {
    destination: Text,
}

#[derive(Default, Deserialize)]
struct Deployed {
    storage: ObjectOrDefault<Storage>,
}

/// `DeployedVolume.storage`, in megabytes.
#[derive(Default, Deserialize)]
struct Storage {
    used: Number<u64>,
    total: Number<u64>,
}

#[derive(Deserialize)]
struct Answer {
    data: Rows<Volume>,
}

pub(super) fn form() -> Form {
    Form {
        fields: vec![
            Field::new(VOLUME, "Volume", FieldKind::Choice(Choices::Loaded)).required(),
            Field::new(EXTEND_BY, "Extend by", whole(1.0, 65_536.0, Unit::GIBIBYTES))
                .required()
                .help("What is added to its size. Only what is used is taken of the server's disks."),
        ],
    }
}

/// The volumes of the instance, each by where it is mounted.
pub(super) async fn choices(deck: &Deck, id: &ResourceId) -> Result<Vec<Choice>, Problem> {
    let size = PAGE_SIZE.to_string();
    let path = instance_path(id, &["volumes"])?;
    let answer: Answer = deck.api.get(&path, &[("page[size]", &size)]).await?;
    let choice = |volume: &Volume| {
        let Storage { used, total } = &*volume.deployed.storage;
        let note = match (**used, **total) {
            (Some(used), Some(total)) => Some(format!("{used} of {total} MB used").into()),
            _ => None,
        };
        let label = volume.config.destination.as_deref().unwrap_or(&volume.id).into();
        Choice { label, note, ..Choice::plain(&*volume.id) }
    };
    Ok(answer.data.good.iter().map(choice).collect())
}

pub(super) async fn preview(deck: &Deck, row: &Instance, values: &FormValues) -> Result<Preview, Problem> {
    let entered = Entered::check(form(), values)?;
    let volumes = choices(deck, &row.id).await?;
    entered.check_choice(VOLUME, &volumes)?;
    let volume = entered.text(VOLUME).unwrap_or_default();
    let label = label(&volumes, volume);
    let by = format!("{}G", entered.whole(EXTEND_BY).unwrap_or_default());
    let contents = json!({VOLUME: volume, EXTEND_BY: by});
    let request = task(deck, &row.id, &json!({"action": "volume.extend", "contents": contents}))?;
    let summary = format!("Extend volume {label} of instance {}{} by {by}.", row.name, of_container(row));
    let is_up = matches!(row.state.lifecycle, Lifecycle::Running | Lifecycle::Degraded);
    let expected = if is_up { UP } else { Expected::Exists };
    Ok(Preview::new(summary, vec![request], expected)
        .consequence("A volume never becomes smaller again.")
        .consequence("Cycle does not document whether the instance is interrupted."))
}
