//! The choices of fields, loaded from the zone that the instance is in or will be in.

use super::super::api::{Ask, Zone};
use super::super::read::anywhere;
use super::super::{Deck, wire};
use crate::kit::form::Entered;
use qdeck_model::{Bytes, Choice, Problem, ProblemKind};

/// A list that a field chooses from.
#[derive(Debug, Clone, Copy)]
pub(super) struct NamedKind {
    /// The call that lists it.
    pub(super) operation: &'static str,
    /// Its noun in paths.
    pub(super) noun: &'static str,
    /// They are named, and have no ids.
    pub(super) by_name: bool,
}

const fn listed(operation: &'static str, noun: &'static str) -> NamedKind {
    NamedKind { operation, noun, by_name: false }
}

pub(super) const SSH_KEYS: NamedKind = NamedKind { by_name: true, ..listed("list-ssh-keys", "ssh-key") };
pub(super) const SECURITY_GROUPS: NamedKind = listed("list-security-groups", "security-group");
pub(super) const ANTI_AFFINITY_GROUPS: NamedKind = listed("list-anti-affinity-groups", "anti-affinity-group");
pub(super) const DEPLOY_TARGETS: NamedKind = listed("list-deploy-targets", "deploy-target");
pub(super) const PRIVATE_NETWORKS: NamedKind = listed("list-private-networks", "private-network");
pub(super) const ELASTIC_IPS: NamedKind = listed("list-elastic-ips", "elastic-ip");

/// The rows of a list, each as a choice.
pub(super) async fn named(deck: &Deck, zone: &Zone, kind: NamedKind) -> Result<Vec<Choice>, Problem> {
    let ask = Ask::new(kind.operation, &[kind.noun]);
    let list: wire::NamedList = deck.api.get(zone, &ask).await?;
    let rows = list.rows.readable(&ask.name())?.good;
    let choice = |row: &wire::Named| {
        let value = if kind.by_name { row.name.as_deref() } else { row.id.as_deref() }?;
        let label = row.name.as_deref().or(row.ip.as_deref()).unwrap_or(value);
        let note = row.description.as_deref().or(row.fingerprint.as_deref()).filter(|note| !note.is_empty());
        Some(Choice { label: label.into(), note: note.map(Into::into), ..Choice::plain(value) })
    };
    Ok(rows.iter().filter_map(choice).collect())
}

/// The snapshots of an instance, the latest first. Only those that are ready can be put back.
pub(super) async fn snapshots(deck: &Deck, zone: &Zone, instance: &str) -> Result<Vec<Choice>, Problem> {
    let ask = Ask::new("list-snapshots", &["snapshot"]);
    let list: wire::NamedList = deck.api.get(zone, &ask).await?;
    let mut rows = list.rows.readable(&ask.name())?.good;
    rows.retain(|row| row.instance.id.as_deref() == Some(instance));
    rows.sort_by(|one, other| other.created_at.as_deref().cmp(&one.created_at.as_deref()));
    let choice = |row: &wire::Named| {
        let id = row.id.as_deref()?;
        let state = row.state.as_deref().unwrap_or("unknown");
        let size = row.size.map(|gib| format!("{gib} GiB"));
        let notes = [row.created_at.0.clone(), size];
        Some(Choice {
            label: row.name.as_deref().unwrap_or(id).into(),
            note: Some(notes.into_iter().flatten().collect::<Vec<_>>().join(", ").into()),
            unavailable: (!matches!(state, "ready" | "exported")).then(|| format!("it is {state}").into()),
            ..Choice::plain(id)
        })
    };
    Ok(rows.iter().filter_map(choice).collect())
}

/// The types that a zone sells.
pub(super) async fn types(deck: &Deck, zone: &Zone) -> Result<Vec<wire::InstanceType>, Problem> {
    let ask = Ask::new("list-instance-types", &["instance-type"]);
    let list: wire::TypeList = deck.api.get(zone, &ask).await?;
    let mut types = list.instance_types.readable(&ask.name())?.good;
    types.retain(|kind| kind.zones.is_empty() || kind.zones.iter().any(|sold| **sold == *zone.name));
    Ok(types)
}

/// `standard.medium`, as the official command line names it.
pub(super) fn type_name(kind: &wire::InstanceType) -> String {
    let word = |word: &Option<String>| word.clone().unwrap_or_else(|| "unknown".to_owned());
    format!("{}.{}", word(&kind.family), word(&kind.size))
}

/// Types as choices, with their sizes and what is left of the quota of their family.
pub(super) async fn of_types(deck: &Deck, types: &[wire::InstanceType]) -> Vec<Choice> {
    let quotas: Vec<wire::Quota> = if types.iter().any(|kind| kind.gpus.is_some_and(|gpus| gpus > 0)) {
        let list: Result<wire::QuotaList, Problem> =
            anywhere(deck, &Ask::new("list-quotas", &["quota"])).await;
        // They are a help to choose: without the permission to read them the choice is there all the same.
        list.map(|list| list.quotas.good).unwrap_or_default()
    } else {
        Vec::new()
    };
    types.iter().filter_map(|kind| of_type(kind, &quotas)).collect()
}

fn of_type(kind: &wire::InstanceType, quotas: &[wire::Quota]) -> Option<Choice> {
    let id = kind.id.as_deref()?;
    let count = |count: u32, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let quota = quotas.iter().find(|quota| Some(&*quota.resource) == kind.family.as_deref());
    let left = quota.filter(|_| kind.gpus.is_some()).and_then(|quota| {
        let limit = quota.limit.filter(|limit| *limit >= 0)?;
        Some(format!("{} of {limit} GPUs left", limit.saturating_sub(*quota.usage).max(0)))
    });
    let notes = [
        kind.cpus.map(|cpus| count(cpus, "core")),
        kind.memory.map(|memory| Bytes(memory).to_string()),
        kind.gpus.filter(|gpus| *gpus > 0).map(|gpus| count(gpus, "GPU")),
        left,
    ];
    Some(Choice {
        label: type_name(kind).into(),
        note: Some(notes.into_iter().flatten().collect::<Vec<_>>().join(", ").into()),
        unavailable: (*kind.authorized == Some(false))
            .then(|| "the organisation is not authorised for it".into()),
        ..Choice::plain(id)
    })
}

/// The templates of a zone, those of the platform and the organisation's own.
pub(super) async fn templates(deck: &Deck, zone: &Zone) -> Result<Vec<wire::Template>, Problem> {
    let mut all = Vec::new();
    // What is listed without this word is not documented.
    for visibility in ["public", "private"] {
        let ask = Ask::new("list-templates", &["template"]).query("visibility", visibility);
        let list: wire::TemplateList = deck.api.get(zone, &ask).await?;
        all.extend(list.templates.readable(&ask.name())?.good);
    }
    Ok(all)
}

/// The smallest disk that a template fits on, in GiB.
pub(super) fn least_disk(template: &wire::Template) -> i64 {
    let gib = template.size.unwrap_or(0).div_ceil(1 << 30);
    i64::try_from(gib).unwrap_or(i64::MAX)
}

/// Templates as choices; those that do not fit on a disk of this size cannot be chosen.
pub(super) fn of_templates(templates: &[wire::Template], disk_gib: Option<i64>) -> Vec<Choice> {
    let choice = |template: &wire::Template| {
        let least = least_disk(template);
        let too_large = disk_gib.is_some_and(|disk| disk < least);
        let id = template.id.as_deref()?;
        Some(Choice {
            label: template.name.as_deref().unwrap_or(id).into(),
            note: (least > 0).then(|| format!("needs {least} GiB").into()),
            unavailable: too_large.then(|| format!("it needs a disk of {least} GiB").into()),
            ..Choice::plain(id)
        })
    };
    templates.iter().filter_map(choice).collect()
}

/// Checks what was chosen against choices that were loaded for it. A key that may not list them chooses by typing, and
/// the platform checks that.
pub(super) fn check(
    entered: &Entered,
    field: &str,
    choices: Result<Vec<Choice>, Problem>,
) -> Result<Vec<Choice>, Problem> {
    match choices {
        Ok(choices) => entered.check_choice(field, &choices).map(|()| choices),
        Err(problem) if problem.kind == ProblemKind::Forbidden => Ok(Vec::new()),
        Err(problem) => Err(problem),
    }
}
