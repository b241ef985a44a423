//! One request while it is answered: what was asked, where, and the ways to answer it.

pub(super) mod fields;
pub(super) mod route;

use serde_json::{Value, json};

use super::account::{AccountState, Change, Operation, Reference};
use super::catalog::{self, zones};
use super::ids::{Thing, index};
use super::problem::Problem;
use crate::engine::fleet::{Account, Container, Fleet, Instance, JobPhase, Phase};
use crate::engine::jobs::Work;
use crate::faces::AppState;
use fields::Fields;

/// True if an operation names what it worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// From the first answer to the last.
    Always,
    /// Not once it has succeeded, as was seen where something was deleted.
    UntilDone,
    /// Never; `resource` is there instead, as was seen of starts and stops.
    AsResource,
}

/// One request that was let in.
pub(super) struct RequestContext<'a> {
    pub(super) app: &'a AppState,
    pub(super) account: &'a mut AccountState,
    /// The host the client asked for: addresses in answers lead the same way, through a tunnel too.
    pub(super) host: String,
    /// Index into [`zones`].
    pub(super) zone: u32,
    /// The path's parameters, decoded.
    pub(super) params: Vec<(&'static str, String)>,
    /// The query, decoded.
    pub(super) query: Vec<(String, String)>,
    /// Null when there was none.
    pub(super) body: Value,
    /// True if it was signed.
    pub(super) known: bool,
}

impl RequestContext<'_> {
    /// A parameter of the path.
    pub(super) fn param(&self, name: &str) -> &str {
        let found = self.params.iter().find(|(n, _)| *n == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// A parameter of the query; an empty one is none.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// One of the words in the query.
    pub(super) fn asked_word(&self, name: &str, words: &[&str]) -> Result<Option<&str>, Problem> {
        match self.asked(name) {
            Some(odd) if !words.contains(&odd) => {
                Err(Problem::field(name, &format!("must be one of {}", words.join(", "))))
            }
            word => Ok(word),
        }
    }

    /// The zone's name.
    pub(super) fn zone_name(&self) -> &'static str {
        catalog::zone_name(self.zone)
    }

    /// The body, to be read.
    pub(super) fn fields(&self) -> Fields<'_> {
        Fields::of(&self.body)
    }

    /// The instance that the path names; one of another zone is not here.
    pub(super) fn machine(&self) -> Result<u32, Problem> {
        self.machine_with(self.param("id"))
    }

    /// The instance that the body's `instance` names.
    pub(super) fn machine_of_body(&self) -> Result<u32, Problem> {
        let mut fields = self.fields();
        fields.require(&["instance"]);
        let text = fields.reference("instance").unwrap_or_default();
        fields.done()?;
        self.machine_with(&text)
    }

    fn machine_with(&self, text: &str) -> Result<u32, Problem> {
        let key = index(Thing::Instance, text).ok_or_else(|| Problem::missing("The instance"))?;
        self.app
            .engine
            .read(|fleet| here(fleet, self.zone, key).map(|_| key))
            .ok_or_else(|| Problem::missing("The instance"))
    }

    /// The phase of an instance, unless other work on it is under way.
    pub(super) fn idle(&self, machine: u32) -> Result<Phase, Problem> {
        let (phase, busy) = self.app.engine.read(|fleet| {
            let phase = fleet.instances.get(machine).map(|i| i.phase);
            let under_way = |phase| matches!(phase, JobPhase::Queued | JobPhase::Running);
            let busy = fleet.jobs.iter().any(|job| job.instance == Some(machine) && under_way(job.phase));
            (phase, busy)
        });
        if busy {
            return Err(Problem::conflict("Another operation on the instance is under way"));
        }
        phase.ok_or_else(|| Problem::missing("The instance"))
    }

    /// That an instance is stopped and nothing else is done to it.
    pub(super) fn stopped(&self, machine: u32) -> Result<(), Problem> {
        match self.idle(machine)? {
            Phase::Stopped => Ok(()),
            _ => Err(Problem::state("The instance must be stopped first")),
        }
    }

    /// Hands work in and answers with its operation; `change` is made in the account once the work is done.
    pub(super) fn submit(
        &mut self,
        work: Work,
        reference: Reference,
        names: Names,
        change: Option<Change>,
    ) -> Value {
        let job = self.app.engine.submit(work).number;
        if let Some(change) = change {
            self.account.later(job, change);
        }
        let number = self.account.operate(Operation {
            zone: self.zone,
            job: Some(job),
            reference: Some(reference),
            names,
            failure: None,
        });
        self.operation(number).unwrap_or(Value::Null)
    }

    /// Work on nothing that the engine has: it merely takes its time.
    pub(super) fn submit_plain(
        &mut self,
        caption: String,
        action: &'static str,
        reference: Reference,
        names: Names,
        change: Option<Change>,
    ) -> Value {
        let work =
            Work { caption, action, container: None, instance: None, steps: vec![("Working", Vec::new())] };
        self.submit(work, reference, names, change)
    }

    /// The operation of something that was done at once; it names nothing.
    pub(super) fn done(&mut self) -> Value {
        let number = self.account.operate(Operation {
            zone: self.zone,
            job: None,
            reference: None,
            names: Names::Always,
            failure: None,
        });
        self.operation(number).unwrap_or(Value::Null)
    }

    /// The present state of an operation. `None` where this zone knows none of the number.
    pub(super) fn operation(&self, number: u32) -> Option<Value> {
        let operation = self.account.operation(number).filter(|o| o.zone == self.zone)?;
        let phase = operation.job.map_or(Some(JobPhase::Completed), |number| {
            let find = |fleet: &Fleet| fleet.jobs.iter().rev().find(|j| j.number == number).map(|j| j.phase);
            self.app.engine.read(find)
        });
        // What the engine has forgotten was done long ago.
        let state = match phase.unwrap_or(JobPhase::Completed) {
            JobPhase::Queued | JobPhase::Running => "pending",
            JobPhase::Completed if operation.failure.is_none() => "success",
            JobPhase::Completed | JobPhase::Error => "failure",
        };
        let mut document = json!({ "id": super::ids::id(Thing::Operation, number), "state": state });
        if let (Some((reason, message)), "failure") = (operation.failure, state) {
            document["reason"] = reason.into();
            document["message"] = message.into();
        }
        if let Some(reference) = &operation.reference {
            match operation.names {
                Names::UntilDone if state == "success" => {}
                Names::Always | Names::UntilDone => document["reference"] = reference.document(),
                Names::AsResource => document["resource"] = reference.resource(),
            }
        }
        Some(document)
    }
}

/// An instance of the account in a zone, with its group.
pub(super) fn here(fleet: &Fleet, zone: u32, key: u32) -> Option<(&Instance, &Container)> {
    let (instance, container) = fleet.machine_of(Account::Exoscale, key)?;
    (zone_of(fleet, instance)? == zone).then_some((instance, container))
}

/// The zone of an instance.
pub(super) fn zone_of(fleet: &Fleet, instance: &Instance) -> Option<u32> {
    let location = fleet.locations.get(fleet.location_of(instance)? as usize)?;
    zone_named(&location.code)
}

/// The number of a zone.
pub(super) fn zone_named(name: &str) -> Option<u32> {
    let at = zones().iter().position(|zone| *zone == name)?;
    u32::try_from(at).ok()
}
