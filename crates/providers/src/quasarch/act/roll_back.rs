//! Rolls a container back: an update with the image of an earlier revision. There is no call for it.

use serde_json::json;

use super::super::wire;
use super::{Deck, permit, read};
use crate::kit::form::{Entered, refused, wrong_field};
use qdeck_model::{
    Choice, Choices, Expected, Field, FieldChange, FieldKind, Form, FormValues, Kind, Lifecycle, Method,
    PreparedRequest, Preview, Problem, Target, Timestamp,
};

/// The revision to roll back to.
pub(super) const REVISION: &str = "revision";

/// The form on a container; on a revision nothing is asked for.
pub(super) fn form() -> Form {
    let revision = Field::new(REVISION, "Revision", FieldKind::Choice(Choices::Loaded));
    Form { fields: vec![revision.required().help("The revision whose image is deployed again.")] }
}

/// The revisions, the newest first.
pub(super) async fn choices(deck: &Deck, container: &str) -> Result<Vec<Choice>, Problem> {
    let mut all = revisions(deck, container).await?;
    all.sort_by_key(|revision| std::cmp::Reverse(revision.number));
    let newest = all.first().map(|revision| revision.number);
    let choice = |revision: &wire::Revision| {
        let made = revision.date_created.as_deref().and_then(Timestamp::parse);
        let unavailable = match revision.image.as_deref() {
            _ if Some(revision.number) == newest => Some("it is the revision in force".into()),
            None => Some("it names no image".into()),
            Some(_) => None,
        };
        Choice {
            label: format!("{}  {}", revision.number, revision.image.as_deref().unwrap_or("no image")).into(),
            note: made.map(|at| at.to_string().into()),
            unavailable,
            ..Choice::plain(revision.number.to_string())
        }
    };
    Ok(all.iter().map(choice).collect())
}

async fn revisions(deck: &Deck, container: &str) -> Result<Vec<wire::Revision>, Problem> {
    Ok(deck.api.all(&["v1", "containers", container, "revisions"]).await?.good)
}

pub(super) async fn preview(deck: &Deck, target: &Target, values: &FormValues) -> Result<Preview, Problem> {
    let (container, number) = if let (Kind::Revision, Some(container)) = (target.id.kind, &target.id.scope) {
        (container.clone(), target.id.id.to_string())
    } else {
        let entered = Entered::check(form(), values)?;
        (target.id.id.clone(), entered.text(REVISION).unwrap_or_default().to_owned())
    };
    let now = read(deck, &container).await?;
    let name = super::name_of(&now).to_owned();
    permit(&now, &name)?;
    let all = revisions(deck, &container).await?;
    let newest = all.iter().map(|revision| revision.number).max();
    let Some(wanted) = all.iter().find(|revision| revision.number.to_string() == number) else {
        return Err(wrong_field(REVISION, format!("{name} has no revision {number}")));
    };
    let Some(image) = wanted.image.as_deref() else {
        return Err(refused(&name, &format!("revision {number} names no image")));
    };
    if Some(wanted.number) == newest || now.image.as_deref() == Some(image) {
        return Err(refused(&name, &format!("it runs the image of revision {number} already")));
    }
    let url = deck.api.address(&["v1", "containers", &container])?;
    let request = PreparedRequest::new(Method::Put, url).body(json!({"image": image}));
    let summary = format!("Roll {name} back to revision {number}, image {image}.");
    let mut preview = Preview::new(summary, vec![request], expected(target.id.kind))
        .consequence(format!("It is an update: revision {} is made of that image.", newest.unwrap_or(0) + 1))
        .consequence(
            "A revision holds its image alone: variables, resources, accelerators, port and command stay as they are now.",
        )
        .consequence("The container is deployed anew and interrupted meanwhile; the content of its storage is lost.");
    let from = now.image.as_deref().map(Into::into);
    preview.changes = vec![FieldChange { field: "image".into(), from, to: Some(image.into()) }];
    Ok(preview)
}

/// A revision stays what it is; that its container is up again is what the deployment reports.
const fn expected(kind: Kind) -> Expected {
    match kind {
        Kind::Container => Expected::State(&[Lifecycle::Running]),
        _ => Expected::Exists,
    }
}
