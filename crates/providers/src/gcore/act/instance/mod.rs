//! Actions on an instance: when each fits, its form and its requests.

mod delete;
mod flavor;
mod groups;
pub(super) mod interfaces;
pub(super) mod metadata;
pub(super) mod power;
mod rename;

use std::sync::Arc;

use super::super::read::single;
use super::super::{Site, unsupported, wire};
use super::create;
use super::table::{Entry, Story};
use crate::kit::form::refused;
use qdeck_model::{Availability, Form, FormValues, Instance, Lifecycle, Preview, Problem, Target};

pub(super) use flavor::flavor_name;

/// The state of an instance as far as it decides what can be done to it.
pub(super) struct Standing {
    status: String,
    /// The task in progress, in the words of the software below.
    task: Option<String>,
    /// A server without a hypervisor.
    is_bare_metal: bool,
}

/// The statuses of an instance that is settled.
const SETTLED: &[&str] = &["ACTIVE", "PASSWORD", "SHUTOFF", "SUSPENDED", "PAUSED", "RESCUE"];
/// An instance that was changed and is settled again.
const UNCHANGED: &[Lifecycle] = &[Lifecycle::Running, Lifecycle::Degraded, Lifecycle::Stopped];

impl Standing {
    /// That of a row.
    pub(super) fn of_row(row: &Instance) -> Self {
        let fact = |name: &str| {
            let found = row.facts.iter().find(|fact| fact.name == name);
            found.map(|fact| fact.value.to_string())
        };
        Self {
            status: fact("status").unwrap_or_else(|| "unknown".to_owned()),
            task: fact("task_state"),
            is_bare_metal: fact("resource_class").is_some(),
        }
    }

    /// That of an instance that was read.
    pub(super) fn of_wire(wire: &wire::Instance) -> Self {
        Self {
            status: wire.status.as_deref().unwrap_or("unknown").to_owned(),
            task: wire.task_state.as_deref().map(str::to_owned),
            is_bare_metal: wire.flavor.resource_class.as_deref().is_some(),
        }
    }

    /// The status as tables show it.
    fn word(&self) -> String {
        self.status.to_lowercase()
    }

    /// The availability of an action.
    pub(super) fn availability(&self, story: Story) -> Availability {
        let is_gone = matches!(&*self.status, "DELETED" | "SOFT_DELETED");
        let is_read = matches!(story, Story::Create | Story::Metadata(super::table::Metadata::Read));
        let reason = match (story, &self.task) {
            _ if is_gone => Some("it is deleted".to_owned()),
            _ if is_read => None,
            (_, Some(task)) => Some(format!("it is {task}")),
            (Story::Power(power), None) => self.power_reason(power),
            (Story::Flavor, None) if self.is_bare_metal => {
                Some("bare metal servers have one flavor for life".to_owned())
            }
            (Story::JoinServerGroup | Story::LeaveServerGroup, None) if self.is_bare_metal => {
                Some("bare metal servers do not support server groups".to_owned())
            }
            (Story::Flavor, None) if !["ACTIVE", "SHUTOFF"].contains(&&*self.status) => {
                Some(format!("it is {}", self.word()))
            }
            (
                Story::AttachInterface
                | Story::DetachInterface
                | Story::JoinServerGroup
                | Story::LeaveServerGroup,
                None,
            ) if !SETTLED.contains(&&*self.status) => Some(format!("it is {}", self.word())),
            _ => None,
        };
        reason.map_or(Availability::Yes, |reason| Availability::No(reason.into()))
    }

    fn power_reason(&self, power: &power::Power) -> Option<String> {
        if self.is_bare_metal && !power.on_bare_metal {
            return Some("bare metal servers cannot be suspended and resumed".to_owned());
        }
        if power.from.contains(&&*self.status) {
            return None;
        }
        let is_there = match &*self.status {
            "ACTIVE" => power.to.contains(&Lifecycle::Running),
            "SHUTOFF" | "SUSPENDED" => power.to.contains(&Lifecycle::Stopped),
            _ => false,
        };
        let already = if is_there { " already" } else { "" };
        Some(format!("it is{already} {}", self.word()))
    }
}

/// Reads the target again.
///
/// # Errors
/// The action does not fit it any more.
async fn refuse_unless_fit(
    site: &Arc<Site>,
    target: &Target,
    entry: &Entry,
) -> Result<wire::Instance, Problem> {
    let instance = single::instance(site, &target.id).await?;
    match Standing::of_wire(&instance).availability(entry.story).reason() {
        None => Ok(instance),
        Some(reason) => Err(refused(&target.name, reason)),
    }
}

/// The form of an action on an instance.
pub(super) async fn form(
    site: &Arc<Site>,
    target: &Target,
    story: Story,
    values: &FormValues,
) -> Result<Form, Problem> {
    match story {
        Story::Rename => Ok(rename::form(target)),
        Story::Tags => metadata::tags_form(site, target).await,
        Story::Metadata(call) => metadata::form(site, target, call).await,
        Story::Flavor => flavor::form(site, target).await,
        Story::Delete => delete::form(site, target, values).await,
        Story::AttachInterface => {
            let instance = single::instance(site, &target.id).await?;
            Ok(interfaces::attach_form(instance.flavor.resource_class.as_deref().is_some(), values))
        }
        Story::DetachInterface => interfaces::detach_form(site, target).await,
        Story::AssignGroup => groups::form(site, target, true).await,
        Story::UnassignGroup => groups::form(site, target, false).await,
        Story::JoinServerGroup => groups::join_form(site, target).await,
        Story::Create => create::form(site, target, values).await,
        _ => Ok(Form::default()),
    }
}

/// Reads the instance again and prepares the requests of an action on it.
pub(super) async fn preview(
    site: &Arc<Site>,
    target: &Target,
    entry: &Entry,
    values: &FormValues,
) -> Result<Preview, Problem> {
    match entry.story {
        Story::Power(power) => power::preview(site, target, entry, power).await,
        Story::Create => create::preview(site, target, values).await,
        Story::Rename => rename::preview(site, target, entry, values).await,
        Story::Tags => metadata::tags_preview(site, target, entry, values).await,
        Story::Metadata(call) => metadata::preview(site, target, entry, call, values).await,
        Story::Flavor => flavor::preview(site, target, entry, values).await,
        Story::Delete => delete::preview(site, target, entry, values).await,
        Story::AttachInterface => interfaces::attach(site, target, entry, values).await,
        Story::DetachInterface => interfaces::detach(site, target, entry, values).await,
        Story::AssignGroup | Story::UnassignGroup => groups::preview(site, target, entry, values).await,
        Story::JoinServerGroup => groups::join(site, target, entry, values).await,
        Story::LeaveServerGroup => groups::leave(site, target, entry).await,
        _ => Err(unsupported(&format!("there is no action {} on an instance", entry.id))),
    }
}
