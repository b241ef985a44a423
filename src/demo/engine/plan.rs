//! The shape of `assets/demo/fleet.toml` and how a fleet grows from it: the hand-made one, or one of any size.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::fleet::{Account, Container, Environment, Fleet, Instance, Phase, Revision, ago};
use crate::demo::workload::Kind;

const HAND_MADE: &str = include_str!("../../../assets/demo/fleet.toml");
const MACHINES: &str = include_str!("../../../assets/demo/machines.toml");
const FLOOD: &str = include_str!("../../../assets/demo/flood.toml");

/// The story a container plays by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Life {
    /// It just runs.
    #[default]
    Steady,
    /// One of its instances fails its health check now and then.
    Degraded,
    /// It starts, crashes, waits, starts again.
    CrashLooping,
    /// Somebody stopped it.
    Stopped,
    /// A new version is on its way in.
    Deploying,
    /// One of its instances is down for good: whoever starts it finds it down again.
    Broken,
    /// Its instances were removed for good. Faces whose lists keep the dead tell of them.
    Terminated,
}

/// A place servers stand in.
#[derive(Debug, Clone, Deserialize)]
pub struct LocationPlan {
    /// Whose place it is.
    #[serde(default)]
    pub account: Account,
    /// `Amsterdam, Netherlands`.
    pub name: String,
    /// A short code.
    pub code: String,
    /// The city.
    pub city: String,
    /// The state or province.
    pub state: String,
    /// The country.
    pub country: String,
    /// The part of the world.
    pub region: String,
    /// Degrees north.
    pub latitude: i32,
    /// Degrees east.
    pub longitude: i32,
}

/// A host.
#[derive(Debug, Clone, Deserialize)]
pub struct ServerPlan {
    /// Whose host it is.
    #[serde(default)]
    pub account: Account,
    /// Its host name.
    pub hostname: String,
    /// What people call it.
    pub nickname: String,
    /// Index into the locations.
    pub location: u32,
    /// The vendor's word for the machine.
    pub model: String,
    /// Hardware threads.
    pub threads: u32,
    /// Memory in MiB.
    pub ram_mb: u64,
    /// What it is for.
    pub tags: Vec<String>,
}

/// A model of accelerator.
#[derive(Debug, Clone, Deserialize)]
pub struct Gpu {
    /// `a100`.
    pub code: String,
    /// `Nvidia a100`.
    pub name: String,
}

/// Somebody who leases machines.
#[derive(Debug, Clone, Deserialize)]
pub struct ProviderPlan {
    /// The organisation.
    pub organization: String,
    /// Its host.
    pub host: String,
    /// Whether it is a partner.
    pub partner: bool,
}

#[derive(Debug, Deserialize)]
struct Plan {
    location: Vec<LocationPlan>,
    server: Vec<ServerPlan>,
    environment: Vec<EnvironmentPlan>,
    container: Vec<ContainerPlan>,
    gpu: Vec<Gpu>,
    provider: Vec<ProviderPlan>,
}

/// More of it; indices count within the one document.
#[derive(Debug, Deserialize)]
struct Further {
    #[serde(default)]
    location: Vec<LocationPlan>,
    #[serde(default)]
    server: Vec<ServerPlan>,
    container: Vec<ContainerPlan>,
}

#[derive(Debug, Deserialize)]
struct EnvironmentPlan {
    name: String,
    identifier: String,
    cluster: String,
    description: String,
}

#[derive(Debug, Clone, Deserialize)]
struct ContainerPlan {
    account: Account,
    name: String,
    identifier: String,
    #[serde(default)]
    environment: u32,
    image: String,
    instances: u32,
    servers: Vec<u32>,
    workload: Kind,
    #[serde(default)]
    strategy: String,
    #[serde(default)]
    public: String,
    #[serde(default)]
    ports: Vec<String>,
    #[serde(default)]
    port: Option<String>,
    #[serde(default)]
    cpu_shares: u32,
    #[serde(default)]
    cpus: f64,
    ram_mb: u64,
    #[serde(default)]
    storage_gb: u64,
    #[serde(default)]
    gpu: u32,
    #[serde(default)]
    gpu_models: Vec<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    stateful: bool,
    #[serde(default)]
    lock: bool,
    #[serde(default)]
    health_check: bool,
    #[serde(default)]
    volumes: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    revisions: Vec<RevisionPlan>,
    age_hours: i64,
    #[serde(default)]
    life: Life,
}

#[derive(Debug, Clone, Deserialize)]
struct RevisionPlan {
    image: String,
    age_hours: i64,
}

/// Grows a fleet of these accounts: the hand-made one, or one with `wanted` instances on the servers.
///
/// # Errors
/// A sentence, when the embedded plan cannot be read.
pub fn grow(wanted: Option<usize>, accounts: &[Account], now: Timestamp) -> Result<Fleet, String> {
    let mut plan: Plan =
        toml::from_str(HAND_MADE).map_err(|e| format!("the demo fleet cannot be read: {e}"))?;
    plan.add(toml::from_str(MACHINES).map_err(|e| format!("the demo machines cannot be read: {e}"))?);
    plan.container.retain(|c| accounts.contains(&c.account));
    let mut fleet = Fleet {
        locations: plan.location,
        servers: plan.server,
        gpus: plan.gpu,
        providers: plan.provider,
        born: Some(now),
        ..Fleet::default()
    };
    fleet.environments = plan
        .environment
        .into_iter()
        .map(|e| Environment {
            name: e.name,
            identifier: e.identifier,
            cluster: e.cluster,
            description: e.description,
            created: ago(now, SignedDuration::from_hours(3000)),
        })
        .collect();
    match wanted {
        None => plan.container.iter().for_each(|c| plant(&mut fleet, c, now)),
        Some(wanted) => sow(&mut fleet, &plan.container, wanted, now),
    }
    Ok(fleet)
}

impl Plan {
    /// Puts more behind what there is, counting on.
    fn add(&mut self, more: Further) {
        let (locations, servers) = (count(&self.location), count(&self.server));
        self.location.extend(more.location);
        self.server
            .extend(more.server.into_iter().map(|server| ServerPlan {
                location: server.location + locations,
                ..server
            }));
        self.container
            .extend(more.container.into_iter().map(|mut container| {
                container.servers.iter_mut().for_each(|server| *server += servers);
                container
            }));
    }
}

fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

/// Adds a container on each side that prints `rate` numbered lines a second, for who measures log tails.
///
/// # Errors
/// A sentence, when the embedded plan cannot be read.
pub fn flood(fleet: &mut Fleet, rate: u32, now: Timestamp) -> Result<(), String> {
    let plan: Further = toml::from_str(FLOOD).map_err(|e| format!("the demo flood cannot be read: {e}"))?;
    for mut container in plan.container {
        container.env.insert("FLOOD_RATE".into(), rate.to_string());
        plant(fleet, &container, now);
    }
    Ok(())
}

/// A big fleet: the hand-made containers over and over, numbered, with a few hundred instances each, as many for
/// every account that has servers.
fn sow(fleet: &mut Fleet, plans: &[ContainerPlan], wanted: usize, now: Timestamp) {
    fleet.instances.reserve(wanted + plans.len());
    let mut accounts: Vec<Account> = Vec::new();
    for plan in plans.iter().filter(|plan| !plan.servers.is_empty()) {
        if !accounts.contains(&plan.account) {
            accounts.push(plan.account);
        }
    }
    let many = accounts.len();
    for (nth, account) in accounts.into_iter().enumerate() {
        // What does not divide goes to the first ones.
        let share = wanted / many + usize::from(nth < wanted % many);
        sow_account(fleet, plans, account, share, now);
    }
    for plan in plans.iter().filter(|plan| plan.servers.is_empty()) {
        plant(fleet, plan, now);
    }
}

fn sow_account(fleet: &mut Fleet, plans: &[ContainerPlan], account: Account, wanted: usize, now: Timestamp) {
    widen(fleet, account, wanted);
    let servers: Vec<u32> = fleet.servers_of(account).map(|(key, _)| key).collect();
    let per_container = wanted.div_ceil(8).clamp(1, 500);
    let lives = |p: &&ContainerPlan| p.account == account && p.life != Life::Terminated;
    let on_servers: Vec<&ContainerPlan> = plans.iter().filter(lives).collect();
    let mut left = wanted;
    for round in 1_usize.. {
        for plan in &on_servers {
            if left == 0 {
                break;
            }
            let take = left.min(per_container);
            left -= take;
            let mut plan = (*plan).clone();
            if round > 1 {
                plan.name = format!("{} {round}", plan.name);
                plan.identifier = format!("{}{round}", plan.identifier);
            }
            plan.servers.clone_from(&servers);
            plan.instances = u32::try_from(take).unwrap_or(u32::MAX);
            plant(fleet, &plan, now);
        }
        if left == 0 {
            break;
        }
    }
}

/// More servers for a big fleet: about one for every 200 instances.
fn widen(fleet: &mut Fleet, account: Account, wanted: usize) {
    let seeds: Vec<ServerPlan> = fleet
        .servers_of(account)
        .map(|(_, server)| server.clone())
        .collect();
    for (number, seed) in (2..)
        .zip(seeds.iter().cycle())
        .take((wanted / 200).saturating_sub(seeds.len()))
    {
        let mut server = seed.clone();
        server.hostname = format!("{}-{number:03}", seed.hostname);
        server.nickname = format!("{}-{number}", seed.nickname);
        fleet.servers.push(server);
    }
}

/// Puts one container with its instances into the fleet.
fn plant(fleet: &mut Fleet, plan: &ContainerPlan, now: Timestamp) {
    let hours = |h: i64| ago(now, SignedDuration::from_hours(h));
    let phase = match plan.life {
        Life::Stopped => Phase::Stopped,
        Life::Deploying => Phase::Starting,
        Life::CrashLooping if plan.account == Account::Quasarch => Phase::Failed,
        _ => Phase::Running,
    };
    let changed = match plan.life {
        Life::Deploying => ago(now, SignedDuration::from_secs(40)),
        Life::CrashLooping => ago(now, SignedDuration::from_secs(75)),
        _ => hours(plan.age_hours / 3),
    };
    let created = hours(plan.age_hours);
    let revisions: Vec<Revision> = (1..)
        .zip(&plan.revisions)
        .map(|(number, r)| Revision {
            number,
            image: r.image.clone(),
            created: hours(r.age_hours),
        })
        .collect();
    let updated = revisions.iter().skip(1).next_back().map(|r| r.created);
    let urls = if plan.account == Account::Quasarch && plan.life != Life::Deploying {
        vec![format!("{}.ingress.example.com", plan.identifier)]
    } else {
        Vec::new()
    };
    let key = u32::try_from(fleet.containers.len()).unwrap_or(u32::MAX);
    let mut ports = plan.ports.clone();
    ports.extend(plan.port.clone());
    fleet.containers.push(Container {
        account: plan.account,
        name: plan.name.clone(),
        identifier: plan.identifier.clone(),
        environment: plan.environment,
        image: plan.image.clone(),
        workload: plan.workload,
        instances: Vec::with_capacity(plan.instances as usize),
        made: 0,
        phase,
        desired: if plan.life == Life::Stopped {
            Phase::Stopped
        } else {
            Phase::Running
        },
        changed,
        created,
        updated,
        started: (phase != Phase::Stopped).then_some(changed),
        version: plan.version.clone(),
        stateful: plan.stateful,
        lock: plan.lock,
        strategy: plan.strategy.clone(),
        public: plan.public.clone(),
        ports,
        cpu_shares: plan.cpu_shares,
        cpus: plan.cpus,
        ram_mb: plan.ram_mb,
        storage_gb: plan.storage_gb,
        gpu: plan.gpu,
        gpu_models: plan.gpu_models.clone(),
        volumes: plan.volumes.clone(),
        health_check: plan.health_check,
        env: plan.env.clone(),
        urls,
        revisions,
        life: plan.life,
    });
    for ordinal in 0..plan.instances {
        let server = plan
            .servers
            .get(ordinal as usize % plan.servers.len().max(1))
            .copied()
            .unwrap_or(0);
        add_instance(fleet, key, server, phase, changed);
    }
    settle(fleet, key);
}

/// Adds one instance to a container and gives its index.
pub fn add_instance(
    fleet: &mut Fleet,
    container: u32,
    server: u32,
    phase: Phase,
    at: Timestamp,
) -> Option<u32> {
    let index = u32::try_from(fleet.instances.len()).ok()?;
    let owner = fleet.containers.get_mut(container as usize)?;
    owner.made += 1;
    owner.instances.push(index);
    let healthy = (owner.health_check && phase == Phase::Running).then_some(true);
    fleet.instances.push(Instance {
        container,
        server,
        ordinal: owner.made,
        phase,
        healthy,
        draining: false,
        created: at.min(owner.changed).max(owner.created),
        changed: at,
        error: None,
    });
    Some(index)
}

/// The first moment of each story: who has failed, who is unwell, who is already up.
fn settle(fleet: &mut Fleet, key: u32) {
    let Some(container) = fleet.containers.get(key as usize) else {
        return;
    };
    let (life, created, members) = (container.life, container.created, container.instances.clone());
    for (nth, index) in members.into_iter().enumerate() {
        let Some(instance) = fleet.instances.get_mut(index as usize) else {
            continue;
        };
        match life {
            Life::Degraded if nth == 1 => instance.healthy = Some(false),
            // In a big fleet most replicas of an unlucky container are up: states are varied, not uniform.
            Life::CrashLooping if nth % 3 == 0 => {
                instance.phase = Phase::Failed;
                instance.error = Some(CRASHED.into());
            }
            Life::Deploying if nth % 2 == 1 => instance.phase = Phase::Running,
            Life::Broken if nth == 0 => {
                instance.phase = Phase::Failed;
                instance.error = Some(BROKEN.into());
            }
            Life::Terminated => instance.phase = Phase::Gone,
            _ => {}
        }
        // Who was ended lived before it.
        if matches!(life, Life::Stopped | Life::Terminated) {
            instance.created = created;
        }
    }
    if life == Life::Terminated
        && let Some(container) = fleet.containers.get_mut(key as usize)
    {
        container.instances.clear();
    }
}

/// What an instance says that is down for good.
pub(super) const BROKEN: &str = "no space left on device: /var/lib is full";

/// What a crashed instance says.
pub(super) const CRASHED: &str = "process exited with code 101; restarting with backoff";

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Account; 5] = [
        Account::Cycle,
        Account::Quasarch,
        Account::Gcore,
        Account::ElasticBox,
        Account::Exoscale,
    ];

    #[test]
    fn only_the_accounts_that_were_asked_for_have_anything() {
        let two = [Account::Cycle, Account::Quasarch];
        let fleet = grow(Some(100), &two, Timestamp::now()).expect("the plan reads");
        assert_eq!(fleet.machines_of(Account::Cycle).count(), 100);
        assert_eq!(fleet.containers_of(Account::Exoscale).count(), 0);
    }

    #[test]
    fn every_machine_stands_where_its_account_is() {
        let fleet = grow(None, &ALL, Timestamp::now()).expect("the plan reads");
        for account in [Account::Gcore, Account::ElasticBox, Account::Exoscale] {
            let places: Vec<u32> = fleet.locations_of(account).map(|(key, _)| key).collect();
            assert!(places.len() > 1, "{account:?} has one place only");
            assert!(fleet.machines_of(account).count() > 4, "{account:?}");
            for (_, instance, _) in fleet.machines_of(account) {
                let place = fleet.stands(instance).expect("a place");
                assert!(places.contains(&place), "{account:?} in {place}");
            }
        }
    }

    #[test]
    fn the_hand_made_fleet_is_varied() {
        let fleet = grow(None, &ALL, Timestamp::now()).expect("the plan reads");
        assert_eq!(fleet.containers_of(Account::Cycle).count(), 8);
        assert_eq!(fleet.containers_of(Account::Quasarch).count(), 6);
        assert_eq!(fleet.gpus.len(), 25);
        for phase in [Phase::Running, Phase::Starting, Phase::Failed, Phase::Stopped] {
            assert!(
                fleet.instances.iter().any(|i| i.phase == phase),
                "{phase:?} is missing"
            );
        }
        assert!(
            fleet.instances.iter().any(|i| i.healthy == Some(false)),
            "nobody is unwell"
        );
    }

    #[test]
    fn a_big_fleet_has_exactly_what_was_asked() {
        for wanted in [1, 7, 501, 100_000] {
            let fleet = grow(Some(wanted), &ALL, Timestamp::now()).expect("the plan reads");
            let counts = [
                Account::Cycle,
                Account::Gcore,
                Account::ElasticBox,
                Account::Exoscale,
            ]
            .map(|account| fleet.machines_of(account).count());
            assert_eq!(counts.iter().sum::<usize>(), wanted);
            assert!(counts[0] - counts[3] <= 1, "each has as many: {counts:?}");
        }
    }
}
