//! Maps Cycle's containers and instances to rows.

mod jobs;
mod names;

use std::sync::Arc;

use arcstr::ArcStr;

use super::wire;
use crate::mapping::facts::Facts;
use crate::mapping::interner::Interner;
pub(crate) use names::{Names, Owner};
use qdeck_model::{
    Address, Bytes, Container, ContainerLink, ContextName, Cores, Fact, Instance, Kind, Lifecycle, Offers,
    ResourceId, ScreenKind, State,
};

/// Maps the wire types to rows of one context, with interned texts and the names learned so far. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Mapper {
    pub(crate) context: ContextName,
    pub(crate) strings: Interner,
    pub(crate) facts: Interner<Arc<[Fact]>>,
    pub(crate) containers: Interner<Arc<ContainerLink>>,
    pub(crate) names: Names,
}

impl Mapper {
    /// Learns the names included in an answer. To be called before the rows that need them are mapped.
    pub(crate) fn learn(&self, includes: &wire::Includes) {
        self.names.learn(includes, &self.strings);
    }

    /// Maps a container, and remembers its name and image for its instances.
    pub(crate) fn container(&self, wire: &wire::Container) -> Container {
        let counts = wire.meta.instances_count.as_ref();
        let in_state = |state: &str| counts.map(|counts| counts.state.get(state).map_or(0, |count| count.0));
        let mut facts = Facts::new(&self.strings);
        facts.add("identifier", wire.identifier.as_deref());
        facts.add("desired", wire.state.desired.as_deref());
        facts.add("strategy", wire.config.deploy.strategy.as_deref());
        facts.add("network", wire.config.network.public.as_deref());
        facts.add("service", wire.image.service.as_deref());
        facts.add("deployment", wire.deployment.version.as_deref());
        facts.add("stateful", wire.stateful.then_some("yes"));
        facts.add("lock", wire.lock.then_some("yes"));
        facts.add("deprecate", wire.deprecate.then_some("yes"));
        facts.add("started", wire.events.started.timestamp().map(|t| t.to_string()).as_deref());
        let mut endpoints: Vec<ArcStr> =
            wire.meta.domains.iter().filter_map(|domain| domain.fqdn.as_deref()).map(Into::into).collect();
        endpoints.extend(wire.config.network.hostname.as_deref().map(Into::into));
        let id = ResourceId::new(&self.context, Kind::Container, self.strings.intern(&wire.id));
        let name = wire.name.as_deref().or(wire.identifier.as_deref());
        let owner = Owner { name: self.strings.intern(name.unwrap_or(&wire.id)), image: self.image(wire) };
        self.names.learn_container(&id.id, owner.clone());
        Container {
            id,
            name: owner.name,
            state: container_state(&self.strings, &wire.state, in_state("failed")),
            image: owner.image,
            instances_running: in_state("running"),
            instances: wire.instances.or(*wire.config.deploy.instances),
            // Ten shares are one thread of the host.
            cpu: wire.config.resources.cpu.shares.limit.map(|shares| Cores(shares / 10.0)),
            memory: wire.config.resources.ram.limit.as_deref().and_then(size),
            gpus: None,
            location: self.name_or_id(wire.environment.id.as_deref()),
            endpoints: endpoints.into(),
            labels: Box::default(),
            created: wire.events.created.timestamp(),
            changed: wire.state.changed.timestamp().or_else(|| wire.events.updated.timestamp()),
            offers: Offers { actions: true, ..Offers::default() },
            facts: facts.into_vec(),
        }
    }

    /// The image's name where it is known, else the service it runs, else its shortened id.
    fn image(&self, wire: &wire::Container) -> Option<ArcStr> {
        let id = wire.image.id.as_deref();
        id.and_then(|id| self.names.get(id)).or_else(|| {
            let text = wire.image.service.as_deref().or(id.map(names::shortened))?;
            Some(self.strings.intern(text))
        })
    }

    /// Maps an instance of a container, of which `owner` is known.
    pub(crate) fn instance(
        &self,
        wire: &wire::Instance,
        container: &ArcStr,
        owner: Option<&Owner>,
    ) -> Instance {
        let mut facts = Facts::new(&self.strings);
        facts.add("ready_state", wire.ready_state.as_deref().filter(|state| *state != "active"));
        facts.add("vendor", wire.provider.vendor.as_deref().or(wire.provider.identifier.as_deref()));
        facts.add("service", wire.service.as_deref());
        facts.add("deployment", wire.deployment.version.as_deref());
        facts.add("healthy", wire.state.health.healthy.map(yes_no));
        facts.add("ready", wire.state.readiness.ready.map(yes_no));
        let drained = wire.traffic_drain.as_ref().and_then(|it| it.started.timestamp());
        facts.add("traffic_drain", drained.map(|at| at.to_string()).as_deref());
        facts.add("migration", self.migration(wire).as_deref());
        let location = self
            .name_or_id(wire.location_id.as_deref())
            .or_else(|| self.strings.intern_some(wire.provider.location.as_deref()));
        Instance {
            container: Some(self.containers.intern_owned(ContainerLink {
                id: ResourceId::new(&self.context, Kind::Container, container.clone()),
                name: owner.map(|owner| owner.name.clone()),
            })),
            image: owner.and_then(|owner| owner.image.clone()),
            location,
            host: self.name_or_id(wire.server_id.as_deref()),
            addresses: addresses(wire),
            created: wire.events.created.timestamp(),
            changed: wire.state.changed.timestamp(),
            offers: Offers {
                console: Some(ScreenKind::Terminal),
                telemetry: true,
                logs: true,
                actions: true,
            },
            facts: self.facts.intern(facts.as_slice()),
            ..Instance::new(
                ResourceId::scoped(&self.context, Kind::Instance, container.clone(), &*wire.id),
                wire.hostname.as_deref().unwrap_or(&wire.id),
                instance_state(&self.strings, wire),
            )
        }
    }

    /// Where an instance came from, or goes to: `from metal-1`.
    fn migration(&self, wire: &wire::Instance) -> Option<String> {
        let migration = wire.migration.as_ref()?;
        let place = |end: &wire::MigrationEnd| self.name_or_id(end.server_id.as_deref());
        let from = migration.from.as_ref().map(|end| ("from", place(end)));
        let (word, place) = from.or_else(|| migration.to.as_ref().map(|end| ("to", place(end))))?;
        Some(place.map_or_else(|| "yes".to_owned(), |place| format!("{word} {place}")))
    }

    /// The name of anything that has this id, else the id.
    fn name_or_id(&self, id: Option<&str>) -> Option<ArcStr> {
        let id = id?;
        Some(self.names.get(id).unwrap_or_else(|| self.strings.intern(id)))
    }
}

fn yes_no(truth: bool) -> &'static str {
    if truth { "yes" } else { "no" }
}

/// The lifecycle of `ContainerState` and `InstanceState`; `reimaging` is from the client of 2022.
fn lifecycle(state: &str) -> Lifecycle {
    match state {
        "new" | "starting" | "migrating" | "reimaging" => Lifecycle::Pending,
        // A function container has no instances while it is not called: it counts as running.
        "running" | "function" => Lifecycle::Running,
        "stopping" => Lifecycle::Stopping,
        "stopped" => Lifecycle::Stopped,
        "failed" => Lifecycle::Failed,
        "deleting" => Lifecycle::Deleting,
        "deleted" => Lifecycle::Gone,
        _ => Lifecycle::Unknown,
    }
}

fn state(strings: &Interner, wire: &wire::State) -> State {
    let raw = wire.current.as_deref().unwrap_or("unknown");
    let mut state = State::new(lifecycle(raw), strings.intern(raw));
    state.reason =
        wire.error.as_ref().and_then(|error| error.message.as_deref()).map(|message| strings.intern(message));
    state
}

fn container_state(strings: &Interner, wire: &wire::State, failed: Option<u32>) -> State {
    let mut state = state(strings, wire);
    if state.lifecycle == Lifecycle::Running
        && let Some(failed @ 1..) = failed
    {
        state.lifecycle = Lifecycle::Degraded;
        let reason = || strings.intern(&format!("{failed} failed"));
        state.reason.get_or_insert_with(reason);
    }
    state
}

fn instance_state(strings: &Interner, wire: &wire::Instance) -> State {
    let mut state = state(strings, &wire.state);
    let mut set = |lifecycle, reason: &str| {
        state.lifecycle = lifecycle;
        state.reason.get_or_insert_with(|| strings.intern(reason));
    };
    let running = wire.state.current.as_deref() == Some("running");
    let migrating = wire
        .migration
        .as_ref()
        .is_some_and(|it| it.started.timestamp().is_some() && it.completed.timestamp().is_none());
    let draining = wire.traffic_drain.as_ref().is_some_and(|it| it.started.timestamp().is_some());
    match wire.ready_state.as_deref() {
        _ if running && *wire.state.health.healthy == Some(false) => set(Lifecycle::Degraded, "unhealthy"),
        _ if running && *wire.state.readiness.ready == Some(false) => set(Lifecycle::Degraded, "not ready"),
        Some("purge") if running => set(Lifecycle::Deleting, "to be purged"),
        _ if running && migrating => set(Lifecycle::Pending, "migrating"),
        _ if running && draining => set(Lifecycle::Running, "traffic drained"),
        _ => {}
    }
    state
}

fn addresses(wire: &wire::Instance) -> Box<[Address]> {
    let network = &wire.environment;
    let v4 = network.legacy.as_ref().and_then(|legacy| legacy.ipv4.as_ref());
    [network.ipv6.as_ref(), v4]
        .into_iter()
        .flatten()
        .filter_map(|net| net.ip.as_deref())
        .map(|ip| Address { value: ip.into(), public: ip.parse::<std::net::IpAddr>().is_ok_and(is_public) })
        .collect()
}

/// False for addresses of private networks.
fn is_public(ip: std::net::IpAddr) -> bool {
    match ip {
        std::net::IpAddr::V4(ip) => !(ip.is_private() || ip.is_loopback() || ip.is_link_local()),
        std::net::IpAddr::V6(ip) => !(ip.is_unique_local() || ip.is_loopback() || ip.is_unicast_link_local()),
    }
}

/// Returns true for an id of the platform: 24 hexadecimal digits.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Parses `DataSize`: `512M`, `10GB`, in binary multiples, as the platform counts memory.
pub(crate) fn size(text: &str) -> Option<Bytes> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().ok()?;
    let shift = match text[digits..].trim().to_ascii_uppercase().trim_end_matches('B').trim_end_matches('I') {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return None,
    };
    number.checked_mul(1 << shift).map(Bytes)
}
