//! The fleet as this platform sees it: regions, virtual machines, the tasks that hold them, and what was done.

use std::collections::HashMap;

use crate::engine::fleet::{Account, Container, Fleet, Instance, Job, JobPhase, Phase};
use crate::engine::plan::LocationPlan;

use super::marks::{Kind, uuid};
use super::state::{AccountState, Traits};

/// Whose machines these are.
pub(super) const ACCOUNT: Account = Account::Gcore;
/// The `strategy` of a container that is an inference deployment rather than a group of virtual machines.
pub(super) const INFERENCE: &str = "inference";

/// A region: one of the engine's places.
#[derive(Debug, Clone)]
pub(super) struct Region {
    /// The engine's index of the place.
    pub(super) place: u32,
    /// Its number in paths.
    pub(super) id: i64,
    /// `Luxembourg`.
    pub(super) name: String,
    /// `ED-16`.
    pub(super) keystone: String,
}

impl Region {
    fn of(place: u32, plan: &LocationPlan) -> Self {
        let number: i64 =
            plan.code.rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or_else(|| i64::from(place));
        Self { place, id: 60 + number, name: plan.name.clone(), keystone: plan.code.to_uppercase() }
    }

    /// Returns whether it has a proxy for serial consoles: not every region of the platform does.
    pub(super) fn has_serial(&self) -> bool {
        self.keystone != "ED-29"
    }

    /// A small number for ids of things that a region has several of.
    pub(super) fn nth(&self, nth: u32) -> u32 {
        self.place * 64 + nth
    }
}

/// The fleet and the account side by side.
pub(super) struct View<'a> {
    /// The engine's fleet.
    pub(super) fleet: &'a Fleet,
    /// State that only this API has.
    pub(super) account: &'a AccountState,
}

/// A virtual machine.
#[derive(Clone, Copy)]
pub(super) struct Vm<'a> {
    /// The engine's index.
    pub(super) key: u32,
    /// The engine's row.
    pub(super) row: &'a Instance,
    /// The group it belongs to.
    pub(super) group: &'a Container,
}

impl Vm<'_> {
    /// Its id.
    pub(super) fn id(&self) -> String {
        uuid(Kind::Instance, self.key)
    }

    /// Returns whether it is a server of a cluster of accelerators.
    pub(super) fn is_ai(&self) -> bool {
        self.group.gpu > 0
    }
}

/// A job under way, by what it works on.
pub(super) struct Pending<'a> {
    machines: HashMap<u32, &'a Job>,
    groups: HashMap<u32, &'a Job>,
}

impl<'a> Pending<'a> {
    /// The job that holds a machine.
    pub(super) fn way(&self, vm: &Vm<'_>) -> Option<&'a Job> {
        self.machines.get(&vm.key).or_else(|| self.groups.get(&vm.row.container)).copied()
    }
}

impl<'a> View<'a> {
    /// Every region.
    pub(super) fn regions(&self) -> Vec<Region> {
        self.fleet.locations_of(ACCOUNT).map(|(place, plan)| Region::of(place, plan)).collect()
    }

    /// A region by its number.
    pub(super) fn region(&self, id: i64) -> Option<Region> {
        self.regions().into_iter().find(|region| region.id == id)
    }

    /// The region of an instance.
    pub(super) fn region_of(&self, row: &Instance) -> Option<Region> {
        let place = self.fleet.location_of(row)?;
        let plan = self.fleet.locations.get(place as usize)?;
        Some(Region::of(place, plan))
    }

    /// Every virtual machine of the account.
    pub(super) fn machines(&self) -> impl Iterator<Item = Vm<'a>> {
        let fleet = self.fleet;
        fleet
            .machines_of(ACCOUNT)
            .filter(|(_, row, group)| group.strategy != INFERENCE && row.phase != Phase::Gone)
            .map(|(key, row, group)| Vm { key, row, group })
    }

    /// Those of one region.
    pub(super) fn machines_in(&self, region: &Region) -> impl Iterator<Item = Vm<'a>> {
        let (fleet, place) = (self.fleet, region.place);
        self.machines().filter(move |vm| fleet.location_of(vm.row) == Some(place))
    }

    /// A virtual machine by its index.
    pub(super) fn machine(&self, key: u32) -> Option<Vm<'a>> {
        let (row, group) = self.fleet.machine_of(ACCOUNT, key)?;
        (group.strategy != INFERENCE).then_some(Vm { key, row, group })
    }

    /// Its name.
    pub(super) fn name(&self, vm: &Vm<'_>) -> String {
        self.fleet.name(vm.key, vm.row)
    }

    /// The traits of a machine.
    pub(super) fn traits(&self, key: u32) -> Option<&'a Traits> {
        self.account.traits.get(&key)
    }

    /// The jobs of this account, oldest first.
    pub(super) fn jobs(&self) -> impl DoubleEndedIterator<Item = &'a Job> {
        let fleet = self.fleet;
        fleet.jobs.iter().filter(move |job| {
            job.container
                .and_then(|key| fleet.containers.get(key))
                .is_some_and(|group| group.account == ACCOUNT)
        })
    }

    /// The jobs that are not over, by what they work on.
    pub(super) fn under(&self) -> Pending<'a> {
        let (mut machines, mut groups) = (HashMap::new(), HashMap::new());
        for job in self.jobs().filter(|job| !over(job)) {
            match (job.instance, job.container) {
                (Some(machine), _) => machines.insert(machine, job),
                (None, Some(group)) => groups.insert(group, job),
                (None, None) => None,
            };
        }
        Pending { machines, groups }
    }

    /// The task type of a job: as the face that submitted it noted, or by what the engine says it does.
    pub(super) fn task_type(&self, job: &Job) -> &'static str {
        if let Some(note) = self.account.notes.get(&job.number) {
            return note.kind;
        }
        match job.action.rsplit('.').next().unwrap_or_default() {
            "create" | "scale" | "deploy" => "create_vm",
            "start" => "start_vm",
            "stop" => "stop_vm",
            "restart" | "reboot" => "soft_reboot_vm",
            "delete" => "delete_vm",
            "resize" => "resize_vm",
            _ => "update_vm",
        }
    }
}

/// Returns whether a job has ended.
pub(super) fn over(job: &Job) -> bool {
    matches!(job.phase, JobPhase::Completed | JobPhase::Error)
}
