//! A new instance: on the context, or with the settings of another one to begin with.

mod body;
mod fields;
mod find;
mod source;

use std::sync::Arc;

use super::super::Deck;
use super::super::api::{Api, Ask, Zone};
use super::super::read::zone_of;
use super::super::wire;
use super::change::{DISK, SCRIPT, TEMPLATE, TYPE, attach, entered_disk};
use super::choices::{
    self, ANTI_AFFINITY_GROUPS, DEPLOY_TARGETS, ELASTIC_IPS, NamedKind, PRIVATE_NETWORKS, SECURITY_GROUPS,
    SSH_KEYS,
};
use crate::kit::form::{Entered, label};
pub(in crate::exoscale) use find::created;
pub(super) use find::instance;
use qdeck_model::{
    Action, ActionId, Availability, Choice, Danger, Expected, Form, FormValues, Kind, Lifecycle, Method,
    NewResource, PreparedRequest, Preview, Problem, State, Target,
};
use source::Source;

/// The call in the API's description.
pub(super) const OPERATION: &str = "create-instance";

/// The entry on the context.
pub(super) fn declared() -> Action {
    Action {
        id: ActionId::INSTANCE_CREATE,
        name: "Create an instance",
        key: 'n',
        help: "Makes an instance in a zone of the organisation.",
        danger: Danger::Disruptive,
        progress: "creating",
        has_form: true,
        in_bulk: false,
        availability: Availability::Yes,
    }
}

/// The entry on an instance.
pub(super) fn declared_like() -> Action {
    Action {
        id: ActionId::INSTANCE_CREATE_LIKE,
        name: "Create one like this",
        key: 'c',
        help: "Makes an instance with the settings of this.",
        ..declared()
    }
}

/// The entry on an instance of this state.
pub(super) fn like_of(state: &State) -> Action {
    let is_there = !matches!(state.lifecycle, Lifecycle::Deleting | Lifecycle::Gone);
    Action {
        availability: Availability::when(is_there, format!("it is {}", state.word())),
        ..declared_like()
    }
}

/// Returns true for the two actions of this module.
pub(super) fn makes(action: ActionId) -> bool {
    matches!(action, ActionId::INSTANCE_CREATE | ActionId::INSTANCE_CREATE_LIKE)
}

/// The form. Its defaults follow from the zone.
pub(super) async fn form(deck: &Arc<Deck>, target: &Target, values: &FormValues) -> Result<Form, Problem> {
    let found = deck.found().await;
    let source = Source::read(deck, target).await?;
    let zone = zone_of_values(&found.zones, values, source.zone())?;
    Ok(Form { fields: fields::all(deck, &found.zones, &zone, &source).await })
}

/// The zone that was chosen, or the one to begin with: that of the other instance, if there is one.
fn zone_of_values(
    zones: &[Arc<Zone>],
    values: &FormValues,
    like: Option<&Arc<Zone>>,
) -> Result<Arc<Zone>, Problem> {
    let chosen = values.text(fields::ZONE).and_then(|name| zones.iter().find(|zone| *zone.name == *name));
    let zone = chosen.or(like).or_else(|| zones.iter().find(|zone| zone.endpoint.is_ok()));
    zone.or(zones.first()).cloned().ok_or_else(|| super::super::unsupported("there are no zones"))
}

/// The choices of a field, as they are in the zone that was chosen.
pub(super) async fn choices(
    deck: &Arc<Deck>,
    target: &Target,
    field: &str,
    values: &FormValues,
) -> Result<Vec<Choice>, Problem> {
    let found = deck.found().await;
    let like = if target.is_context() { None } else { Some(zone_of(deck, &target.id).await?) };
    let zone = zone_of_values(&found.zones, values, like.as_ref())?;
    load(deck, &zone, field, entered_disk(values)).await
}

async fn load(
    deck: &Arc<Deck>,
    zone: &Zone,
    field: &str,
    disk_gib: Option<i64>,
) -> Result<Vec<Choice>, Problem> {
    match field {
        TYPE => Ok(choices::of_types(deck, &choices::types(deck, zone).await?).await),
        TEMPLATE => Ok(choices::of_templates(&choices::templates(deck, zone).await?, disk_gib)),
        _ => match LISTED.iter().find(|(name, _)| *name == field) {
            Some((_, kind)) => choices::named(deck, zone, *kind).await,
            None => Ok(Vec::new()),
        },
    }
}

/// The fields that choose from a list of names.
const LISTED: [(&str, NamedKind); 6] = [
    (fields::SSH_KEYS, SSH_KEYS),
    (fields::SECURITY_GROUPS, SECURITY_GROUPS),
    (fields::ANTI_AFFINITY_GROUPS, ANTI_AFFINITY_GROUPS),
    (fields::DEPLOY_TARGET, DEPLOY_TARGETS),
    (fields::PRIVATE_NETWORKS, PRIVATE_NETWORKS),
    (fields::ELASTIC_IPS, ELASTIC_IPS),
];

/// Checks the values against the form and the lists of the zone, and prepares the requests: the instance first, then
/// what can only be attached to it once it is there.
pub(super) async fn preview(
    deck: &Arc<Deck>,
    target: &Target,
    values: &FormValues,
) -> Result<Preview, Problem> {
    let found = deck.found().await;
    let source = Source::read(deck, target).await?;
    let zone = zone_of_values(&found.zones, values, source.zone())?;
    let form = Form { fields: fields::all(deck, &found.zones, &zone, &source).await };
    let entered = Entered::check(form, values)?;
    let disk_gib = entered.whole(DISK);
    let types = choices::check(&entered, TYPE, load(deck, &zone, TYPE, disk_gib).await)?;
    let templates = choices::check(&entered, TEMPLATE, load(deck, &zone, TEMPLATE, disk_gib).await)?;
    for (field, kind) in LISTED {
        if entered.get(field).is_some() {
            choices::check(&entered, field, choices::named(deck, &zone, kind).await)?;
        }
    }
    let body = body::of(&entered).await?;
    let secrets = if body.get(SCRIPT).is_some() { vec![format!("/{SCRIPT}")] } else { Vec::new() };
    let url = Api::address(&zone, &Ask::new(OPERATION, &["instance"]))?;
    let first = PreparedRequest::new(Method::Post, url.as_str()).body(body);
    let mut requests = vec![PreparedRequest { secrets, ..first }];
    for (field, kind) in
        [(fields::PRIVATE_NETWORKS, &attach::NETWORKS), (fields::ELASTIC_IPS, &attach::ELASTIC)]
    {
        for id in entered.several(field) {
            requests.push(kind.request(&zone, id, attach::NEW_INSTANCE, true)?);
        }
    }
    let name = entered.text(fields::NAME).unwrap_or_default();
    let chosen = |choices: &[Choice], field: &str| label(choices, entered.text(field).unwrap_or_default());
    let summary = format!(
        "Create instance {name} in zone {} as {} with {} and a disk of {} GiB.",
        zone.name,
        chosen(&types, TYPE),
        chosen(&templates, TEMPLATE),
        disk_gib.unwrap_or_default(),
    );
    let starts = entered.switch(fields::AUTO_START).unwrap_or(true);
    let expected: &'static [Lifecycle] = if starts { &[Lifecycle::Running] } else { &[Lifecycle::Stopped] };
    let mut consequences = body::consequences(&entered);
    if requests.len() > 1 {
        consequences.push(
            "Private networks and elastic IPs are attached once it is there, a request each.".to_owned(),
        );
    }
    consequences.extend(quota_left(deck).await);
    Ok(Preview {
        consequences,
        creates: Some(NewResource {
            kind: Kind::Instance,
            scope: Some(zone.name.clone()),
            name: name.into(),
        }),
        ..Preview::new(summary, requests, Expected::State(expected))
    })
}

/// A sentence about what is left of the quota of instances, where that is known and bounded.
async fn quota_left(deck: &Deck) -> Option<String> {
    let ask = Ask::new("get-quota", &["quota", "instance"]);
    // It is a help to decide: without the permission to read it the platform decides.
    let quota: wire::Quota = super::super::read::anywhere(deck, &ask).await.ok()?;
    let limit = quota.limit.filter(|limit| *limit >= 0)?;
    let left = limit.saturating_sub(*quota.usage).max(0);
    Some(format!("{left} of {limit} instances are left in the organisation's quota."))
}
