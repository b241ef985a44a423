//! A new instance: from nothing, or with the settings of another one to begin with.
//!
//! ```text
//! region ─▶ what it boots from ─▶ fields that follow ─▶ body ─▶ available_flavors, check_limits ─▶ preview
//! ```

mod body;
mod fields;
mod like;
mod limits;
mod system;

use std::sync::Arc;

use arcstr::ArcStr;
use serde_json::{Value, json};

use super::super::Site;
use super::choices::{self, PRICED, REGION, flavor_choice};
use super::region::{InRegion, rows, unwrapped};
use crate::kit::form::{Entered, wrong_field};
pub(super) use fields::region as region_field;
use qdeck_model::{
    Choice, Choices, Expected, FieldKind, Form, FormValues, Kind, Lifecycle, Method, NewResource, Preview,
    Problem, Target,
};
use system::System;

/// A new instance is up, or is isolated or under attack from the start.
const UP: &[Lifecycle] = &[Lifecycle::Running, Lifecycle::Degraded];

/// What a form is made of: the region, and the values that there are before anything is entered.
struct Draft {
    place: InRegion,
    /// The values of the instance that it is to be like, and over them those entered.
    values: FormValues,
    seed: FormValues,
}

impl Draft {
    /// `None` while no region is chosen.
    async fn of(site: &Arc<Site>, target: &Target, entered: &FormValues) -> Result<Option<Self>, Problem> {
        let is_like = !target.is_context();
        let region = if is_like {
            target.id.scope.clone()
        } else {
            let only = site.places.at_once().await?;
            let only = if let [one] = &only.mine[..] { Some(one.scope.clone()) } else { None };
            entered.text(REGION).map(Into::into).or(only)
        };
        let Some(region) = region else { return Ok(None) };
        let place = InRegion::numbered(site, &region).await?;
        let seed = if is_like { like::seed(site, &place, &target.id.id).await? } else { FormValues::new() };
        let mut values = seed.clone();
        for (name, value) in entered.iter() {
            values.set(name.clone(), value.clone());
        }
        Ok(Some(Self { place, values, seed }))
    }
}

/// The form, given what has been entered so far.
pub(super) async fn form(site: &Arc<Site>, target: &Target, values: &FormValues) -> Result<Form, Problem> {
    let draft = Draft::of(site, target, values).await?;
    form_of(site, target, draft.as_ref()).await.map(|(form, _)| form)
}

/// The form of a draft with the system that it follows from; without a draft only the region.
async fn form_of(
    site: &Arc<Site>,
    target: &Target,
    draft: Option<&Draft>,
) -> Result<(Form, System), Problem> {
    let mut fields = Vec::new();
    if target.is_context() {
        fields.push(fields::region(site).await?);
    }
    let Some(draft) = draft else { return Ok((Form { fields }, System::default())) };
    let system = System::read(&draft.place, &draft.values).await?;
    let naming = super::naming::Naming::read(&draft.place).await?;
    let mut more = fields::of(&draft.values, &system, &naming);
    for field in &mut more {
        if let Some(value) = draft.seed.get(&field.name) {
            field.default = Some(value.clone());
        }
    }
    fields.extend(more);
    Ok((Form { fields }, system))
}

/// The flavors that fit the volumes entered so far; every flavor of the region while there are none.
pub(super) async fn flavors(place: &InRegion, values: &FormValues) -> Result<Vec<Choice>, Problem> {
    let volumes = body::volumes_in_brief(values);
    let list = if volumes.is_empty() {
        Value::Array(place.list("flavors", &[PRICED]).await?)
    } else {
        let path = place.path("v1", "instances", &["available_flavors"]);
        unwrapped(place.api.post(&path, &[PRICED], &json!({ "volumes": volumes })).await?)
    };
    Ok(rows(&list).iter().filter_map(flavor_choice).collect())
}

/// Checks everything that can be checked before, quota included, and prepares the request.
pub(super) async fn preview(
    site: &Arc<Site>,
    target: &Target,
    entered: &FormValues,
) -> Result<Preview, Problem> {
    let Some(draft) = Draft::of(site, target, entered).await? else {
        return Err(wrong_field(REGION, "must be filled in"));
    };
    let place = &draft.place;
    let (form, system) = form_of(site, target, Some(&draft)).await?;
    system.check_access(&draft.values)?;
    let loaded: Vec<ArcStr> = form
        .fields
        .iter()
        .filter(|field| {
            matches!(field.kind, FieldKind::Choice(Choices::Loaded) | FieldKind::Several(Choices::Loaded))
        })
        .map(|field| field.name.clone())
        .collect();
    let entered = Entered::check(form, entered)?;
    body::check(&entered)?;
    check_loaded(site, target, &draft, &entered, &loaded).await?;
    let name = entered.text("name").or_else(|| entered.text("name_template")).unwrap_or_default();
    let body = body::of(&entered, &system);
    let unchecked = limits::check(place, &body).await?;
    let path = place.path("v2", "instances", &[]);
    let mut request = place.api.prepare(Method::Post, &path, &[])?.body(body);
    request.secrets = vec!["/password".into(), "/user_data".into()];
    let summary = format!("Create instance {name} in region {}.", place.name);
    let mut preview = Preview::new(summary, vec![request], Expected::State(UP));
    preview.consequences = body::consequences(&entered, &system);
    preview.consequences.extend(unchecked);
    preview.creates =
        Some(NewResource { kind: Kind::Instance, scope: Some(place.region.clone()), name: name.into() });
    Ok(preview)
}

/// Checks the values of fields whose choices are loaded. A list that cannot be read leaves the check to Gcore.
async fn check_loaded(
    site: &Arc<Site>,
    target: &Target,
    draft: &Draft,
    entered: &Entered,
    fields: &[ArcStr],
) -> Result<(), Problem> {
    let given = fields.iter().filter(|field| entered.get(field).is_some());
    let reads = given.map(|field| async move {
        let choices = choices::load(site, target, field, &draft.values).await;
        choices.map_or(Ok(()), |choices| entered.check_choice(field, &choices))
    });
    futures_util::future::try_join_all(reads).await.map(drop)
}
