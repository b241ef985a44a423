//! The shape of `assets/demo/fleet.toml` and how a fleet grows from it: the hand-made one, or one of any size.

mod seed;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::fleet::{Account, Environment, Fleet, ago};
use crate::workload::Kind;
pub(super) use seed::{BROKEN, CRASHED};
use seed::{seed, seed_container};

const HAND_MADE: &str = include_str!("../../../../assets/demo/fleet.toml");
const MACHINES: &str = include_str!("../../../../assets/demo/machines.toml");
const FLOOD: &str = include_str!("../../../../assets/demo/flood.toml");

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
    /// It was stopped on purpose.
    Stopped,
    /// A new version is on its way in.
    Deploying,
    /// One of its instances is down for good: it fails again after every start.
    Broken,
    /// Its instances were removed for good. Faces whose lists keep deleted instances still show them.
    Terminated,
}

/// A place with servers.
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
    /// Its display name.
    pub nickname: String,
    /// Index into the locations.
    pub location: u32,
    /// The vendor's word for the machine.
    pub model: String,
    /// Hardware threads.
    pub threads: u32,
    /// Memory in MiB.
    pub ram_mb: u64,
    /// A sentence about it.
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

/// A company that leases machines.
#[derive(Debug, Clone, Deserialize)]
pub struct ProviderPlan {
    /// The organisation.
    pub organization: String,
    /// Its host.
    pub host: String,
    /// True if it is a partner.
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
        None => plan.container.iter().for_each(|c| seed_container(&mut fleet, c, now)),
        Some(wanted) => seed(&mut fleet, &plan.container, wanted, now),
    }
    Ok(fleet)
}

impl Plan {
    /// Puts more behind what there is, counting on.
    fn add(&mut self, more: Further) {
        let (locations, servers) = (count(&self.location), count(&self.server));
        self.location.extend(more.location);
        self.server.extend(
            more.server
                .into_iter()
                .map(|server| ServerPlan { location: server.location + locations, ..server }),
        );
        self.container.extend(more.container.into_iter().map(|mut container| {
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
        seed_container(fleet, &container, now);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fleet::Phase;

    const ALL: [Account; 5] =
        [Account::Cycle, Account::Quasarch, Account::Gcore, Account::ElasticBox, Account::Exoscale];

    #[test]
    fn only_the_accounts_that_were_asked_for_have_anything() {
        let two = [Account::Cycle, Account::Quasarch];
        let fleet = grow(Some(100), &two, Timestamp::now()).expect("the plan reads");
        assert_eq!(fleet.machines_of(Account::Cycle).count(), 100);
        assert_eq!(fleet.containers_of(Account::Exoscale).count(), 0);
    }

    #[test]
    fn every_machine_is_on_a_server_of_its_account() {
        let fleet = grow(None, &ALL, Timestamp::now()).expect("the plan reads");
        for account in [Account::Gcore, Account::ElasticBox, Account::Exoscale] {
            let places: Vec<u32> = fleet.locations_of(account).map(|(key, _)| key).collect();
            assert!(places.len() > 1, "{account:?} has one place only");
            assert!(fleet.machines_of(account).count() > 4, "{account:?}");
            for (_, instance, _) in fleet.machines_of(account) {
                let place = fleet.location_of(instance).expect("a place");
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
            assert!(fleet.instances.iter().any(|(_, i)| i.phase == phase), "{phase:?} is missing");
        }
        assert!(fleet.instances.iter().any(|(_, i)| i.healthy == Some(false)), "no instance is unhealthy");
    }

    #[test]
    fn a_big_fleet_has_exactly_what_was_asked() {
        for wanted in [1, 7, 501, 100_000] {
            let fleet = grow(Some(wanted), &ALL, Timestamp::now()).expect("the plan reads");
            let counts = [Account::Cycle, Account::Gcore, Account::ElasticBox, Account::Exoscale]
                .map(|account| fleet.machines_of(account).count());
            assert_eq!(counts.iter().sum::<usize>(), wanted);
            assert!(counts[0] - counts[3] <= 1, "each has as many: {counts:?}");
        }
    }
}
