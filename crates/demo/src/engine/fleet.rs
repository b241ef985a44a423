//! The state of the demo cloud: places, containers, instances, jobs. Plain data, no wire words of any platform.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::plan::{Gpu, LocationPlan, ProviderPlan, ServerPlan};
use super::rows::Rows;
use crate::workload::Kind;

/// The most containers that may be there beside those of the plan.
pub const MOST_CONTAINERS_MADE: usize = 2000;
/// The most instances that may be there beside those of the plan.
pub const MOST_INSTANCES_MADE: usize = 5000;
/// The most revisions that a container keeps.
const MOST_REVISIONS: usize = 100;

/// The account that owns a container; each face shows one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Account {
    /// The hub behind the Cycle face.
    #[default]
    Cycle,
    /// The user behind the Quasarch face.
    Quasarch,
    /// The project behind the Gcore face; a container is a group of alike virtual machines, each an instance.
    Gcore,
    /// The user behind the ElasticBox face; a container is a box, an instance a deployment of it.
    ElasticBox,
    /// The organisation behind the Exoscale face; a container is a group of alike virtual machines.
    Exoscale,
}

/// The state of an instance or a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Created, nothing done yet.
    New,
    /// On its way up.
    Starting,
    /// Up.
    Running,
    /// Moving to another server.
    Migrating,
    /// On its way down.
    Stopping,
    /// Down on purpose.
    Stopped,
    /// Down by accident.
    Failed,
    /// Being removed.
    Deleting,
    /// Removed; lists leave it out.
    Gone,
}

/// One replica of a container. Small on purpose: a big fleet holds 100,000 of them.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Index of its container in [`Fleet::containers`].
    pub container: u32,
    /// Index of its host in [`Fleet::servers`].
    pub server: u32,
    /// Counts from 1 within the container; part of the host name.
    pub ordinal: u32,
    /// Its state.
    pub phase: Phase,
    /// The last health check's verdict; `None` when there is none.
    pub healthy: Option<bool>,
    /// True if its traffic is being drained.
    pub draining: bool,
    /// When it was created.
    pub created: Timestamp,
    /// When its phase last changed.
    pub changed: Timestamp,
    /// Why it failed.
    pub error: Option<Box<str>>,
}

/// Settings of one machine beside those of its group.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    /// A name of its own.
    pub name: Option<String>,
    /// Labels or tags.
    pub labels: BTreeMap<String, String>,
    /// True if it refuses to be deleted.
    pub protected: bool,
}

/// One deployed version of a container.
#[derive(Debug, Clone)]
pub struct Revision {
    /// Counts from 1, the oldest.
    pub number: u32,
    /// The image with its tag.
    pub image: String,
    /// When it was made.
    pub created: Timestamp,
}

/// A description of what runs, with its instances.
#[derive(Debug, Clone)]
pub struct Container {
    /// The account that owns it.
    pub account: Account,
    /// Its display name.
    pub name: String,
    /// A slug; also the host names' stem.
    pub identifier: String,
    /// Index into [`Fleet::environments`].
    pub environment: u32,
    /// The image with its tag.
    pub image: String,
    /// The workload of its instances.
    pub workload: Kind,
    /// Indices into [`Fleet::instances`], oldest first, without the removed ones.
    pub instances: Vec<u32>,
    /// The number of instances it ever had; the next ordinal follows.
    pub made: u32,
    /// Its state.
    pub phase: Phase,
    /// The state that was asked for.
    pub desired: Phase,
    /// When the phase last changed.
    pub changed: Timestamp,
    /// When it was created.
    pub created: Timestamp,
    /// When it was last edited; `None` for never.
    pub updated: Option<Timestamp>,
    /// When it was last started.
    pub started: Option<Timestamp>,
    /// The deployment's version, where there is one.
    pub version: Option<String>,
    /// True if instances keep their identity and volumes.
    pub stateful: bool,
    /// True if it refuses to be deleted.
    pub lock: bool,
    /// The strategy that spreads its instances.
    pub strategy: String,
    /// The networks it is reachable from.
    pub public: String,
    /// `outside:inside`, or one bare port.
    pub ports: Vec<String>,
    /// Share limit: ten are a thread.
    pub cpu_shares: u32,
    /// Leased processors, where those are what is asked for.
    pub cpus: f64,
    /// Memory limit in MiB.
    pub ram_mb: u64,
    /// Scratch disk in GiB.
    pub storage_gb: u64,
    /// The number of accelerators.
    pub gpu: u32,
    /// Any one of these models will do.
    pub gpu_models: Vec<String>,
    /// The program in place of the image's own.
    pub command: Vec<String>,
    /// The arguments of the program.
    pub arguments: Vec<String>,
    /// The container whose image it took over; `None` for one of its own.
    pub image_of: Option<u32>,
    /// Mount points of its volumes.
    pub volumes: Vec<String>,
    /// True if instances are health-checked.
    pub health_check: bool,
    /// The environment of its processes.
    pub env: BTreeMap<String, String>,
    /// Host names it answers on.
    pub urls: Vec<String>,
    /// Oldest first.
    pub revisions: Vec<Revision>,
    /// The story it plays by itself.
    pub life: super::plan::Life,
}

impl Container {
    /// Takes another image as the next revision; the oldest one is dropped when there are too many.
    pub fn revise(&mut self, image: String) {
        let number = self.revisions.last().map_or(1, |latest| latest.number + 1);
        if self.revisions.len() >= MOST_REVISIONS {
            self.revisions.remove(0);
        }
        self.revisions.push(Revision { number, image: image.clone(), created: Timestamp::now() });
        if self.image != image {
            self.workload = Kind::of_image(&image);
            self.image = image;
        }
    }
}

/// A group of containers that share a network.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Its display name.
    pub name: String,
    /// A slug.
    pub identifier: String,
    /// The servers' group it may use.
    pub cluster: String,
    /// A sentence about it.
    pub description: String,
    /// When it was created.
    pub created: Timestamp,
}

/// The state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobPhase {
    /// Accepted, waiting.
    Queued,
    /// Being worked on.
    Running,
    /// Done.
    Completed,
    /// Ended badly.
    Error,
}

/// One step of a job.
#[derive(Debug, Clone)]
pub struct Step {
    /// A few words about it.
    pub caption: String,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it was done.
    pub completed: Option<Timestamp>,
}

/// A long-running change.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its number; it never changes and is never reused.
    pub number: u32,
    /// A sentence about it.
    pub caption: String,
    /// The dotted name of what it does, such as `container.start`.
    pub action: &'static str,
    /// The container it works on.
    pub container: Option<u32>,
    /// The instance it works on.
    pub instance: Option<u32>,
    /// When it was accepted.
    pub queued: Timestamp,
    /// When work began.
    pub started: Option<Timestamp>,
    /// When it ended, well or badly.
    pub completed: Option<Timestamp>,
    /// Its steps, in order.
    pub steps: Vec<Step>,
    /// Its state.
    pub phase: JobPhase,
    /// Why it failed.
    pub error: Option<String>,
}

/// Everything the demo cloud has.
#[derive(Debug, Default)]
pub struct Fleet {
    /// Places with servers.
    pub locations: Vec<LocationPlan>,
    /// Hosts.
    pub servers: Vec<ServerPlan>,
    /// Groups of containers.
    pub environments: Vec<Environment>,
    /// Containers, also those removed lately.
    pub containers: Rows<Container>,
    /// Instances, also those removed lately.
    pub instances: Rows<Instance>,
    /// The last few hundred jobs, oldest first.
    pub jobs: VecDeque<Job>,
    /// The next job's number.
    pub next_job: u32,
    /// Settings of single instances beside those of their group, by index.
    pub extras: BTreeMap<u32, Extras>,
    /// Instances that were moved to another host and can be taken back, by index.
    pub moved: BTreeMap<u32, super::reshape::Moved>,
    /// Gibibytes added to volumes, by instance and place among its volumes.
    pub extended: BTreeMap<(u32, u32), u64>,
    /// Accelerators on offer.
    pub gpus: Vec<Gpu>,
    /// Companies that lease machines.
    pub providers: Vec<ProviderPlan>,
    /// When the cloud started.
    pub born: Option<Timestamp>,
}

impl Fleet {
    /// The containers of an account that are not removed, with their indices.
    pub fn containers_of(&self, account: Account) -> impl Iterator<Item = (u32, &Container)> {
        self.containers.iter().filter(move |(_, c)| c.account == account && c.phase != Phase::Gone)
    }

    /// A container of an account by index, unless it is removed.
    pub fn container_of(&self, account: Account, key: u32) -> Option<&Container> {
        self.containers.get(key).filter(|c| c.account == account && c.phase != Phase::Gone)
    }

    /// An instance of a container, unless it is removed.
    pub fn instance_of(&self, container: u32, key: u32) -> Option<&Instance> {
        self.instances.get(key).filter(|i| i.container == container && i.phase != Phase::Gone)
    }

    /// `web-3`: the name a shell's prompt shows.
    pub fn hostname(&self, instance: &Instance) -> String {
        self.containers.get(instance.container).map_or_else(String::new, |c| {
            if c.account == Account::Quasarch {
                c.identifier.clone()
            } else {
                format!("{}-{}", c.identifier, instance.ordinal)
            }
        })
    }

    /// The display name of an instance: its own name, or its host name. The index is the instance's.
    pub fn name(&self, key: u32, instance: &Instance) -> String {
        self.extras
            .get(&key)
            .and_then(|extras| extras.name.clone())
            .unwrap_or_else(|| self.hostname(instance))
    }

    /// Every instance of an account that is not removed, with its index and container.
    pub fn machines_of(&self, account: Account) -> impl Iterator<Item = (u32, &Instance, &Container)> {
        self.containers_of(account).flat_map(move |(_, container)| {
            container
                .instances
                .iter()
                .filter_map(move |key| Some((*key, self.instances.get(*key)?, container)))
        })
    }

    /// An instance of an account by index, unless it is removed.
    pub fn machine_of(&self, account: Account, key: u32) -> Option<(&Instance, &Container)> {
        let instance = self.instances.get(key)?;
        let container = self.container_of(account, instance.container)?;
        (instance.phase != Phase::Gone).then_some((instance, container))
    }

    /// The location of an instance: an index into [`Fleet::locations`].
    pub fn location_of(&self, instance: &Instance) -> Option<u32> {
        self.servers.get(instance.server as usize).map(|server| server.location)
    }

    /// The places of an account, with their indices.
    pub fn locations_of(&self, account: Account) -> impl Iterator<Item = (u32, &LocationPlan)> {
        (0..).zip(&self.locations).filter(move |(_, location)| location.account == account)
    }

    /// The hosts of an account, with their indices.
    pub fn servers_of(&self, account: Account) -> impl Iterator<Item = (u32, &ServerPlan)> {
        (0..).zip(&self.servers).filter(move |(_, server)| server.account == account)
    }

    /// When the whole fleet was set up: before the oldest container.
    pub fn founded(&self) -> Timestamp {
        let born = self.born.unwrap_or(Timestamp::UNIX_EPOCH);
        ago(born, SignedDuration::from_hours(4000))
    }
}

impl Fleet {
    /// Ends the plan: what comes from now on is counted, and forgotten some time after it is removed.
    pub fn seal(&mut self) {
        self.containers.seal();
        self.instances.seal();
    }

    /// Adds a container and returns its index; `None` when the fleet is full.
    pub fn add_container(&mut self, container: Container) -> Option<u32> {
        if self.containers.made() >= MOST_CONTAINERS_MADE {
            return None;
        }
        self.containers.push(container)
    }

    /// Adds an instance to a container and returns its index; `None` when the fleet is full, or without the container.
    pub fn add_instance(&mut self, container: u32, server: u32, phase: Phase, at: Timestamp) -> Option<u32> {
        if self.instances.made() >= MOST_INSTANCES_MADE {
            return None;
        }
        let owner = self.containers.get_mut(container)?;
        let index = self.instances.push(Instance {
            container,
            server,
            ordinal: owner.made + 1,
            phase,
            healthy: (owner.health_check && phase == Phase::Running).then_some(true),
            draining: false,
            created: at.min(owner.changed).max(owner.created),
            changed: at,
            error: None,
        })?;
        owner.made += 1;
        owner.instances.push(index);
        Some(index)
    }
}

/// `then - by`, or the epoch when that is out of range.
pub fn ago(then: Timestamp, by: SignedDuration) -> Timestamp {
    then.checked_sub(by).unwrap_or(Timestamp::UNIX_EPOCH)
}
