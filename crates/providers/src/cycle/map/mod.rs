//! Cycle's containers and instances as rows.

mod jobs;
mod names;

use std::sync::Arc;

use super::wire;
use crate::words::{Pool, Words};
pub(crate) use names::{Names, Owner};
use qdeck_model::{
    Address, Bytes, Container, ContainerLink, ContextName, Cores, Fact, Instance, Kind, Lifecycle, Offers,
    ResourceId, ScreenKind, State, Timestamp,
};

/// What rows are made with: whose they are, and where their words are kept.
#[derive(Clone)]
pub(crate) struct Mapper {
    pub(crate) context: ContextName,
    pub(crate) words: Words,
    pub(crate) facts: Pool<[Fact]>,
    pub(crate) names: Names,
}

impl Mapper {
    /// Takes in the names that were sent along: before the rows that need them.
    pub(crate) fn learn(&self, includes: &wire::Includes) {
        self.names.learn(includes, &self.words);
    }

    /// A container; its name and image are remembered for its instances.
    pub(crate) fn container(&self, wire: &wire::Container) -> Container {
        let counts = wire.meta.instances_count.as_ref();
        let in_state = |word: &str| counts.map(|counts| counts.state.get(word).copied().unwrap_or(0));
        let mut facts = Facts::new(&self.words);
        facts.add("identifier", wire.identifier.as_deref());
        facts.add("desired", wire.state.desired.as_deref());
        facts.add("strategy", wire.config.deploy.strategy.as_deref());
        facts.add("network", wire.config.network.public.as_deref());
        facts.add("service", wire.image.service.as_deref());
        facts.add("deployment", wire.deployment.version.as_deref());
        facts.add("stateful", wire.stateful.then_some("yes"));
        facts.add("lock", wire.lock.then_some("yes"));
        facts.add("deprecate", wire.deprecate.then_some("yes"));
        facts.add("started", date(wire.events.started.as_deref()).map(|t| t.to_string()).as_deref());
        let mut endpoints: Vec<Arc<str>> =
            wire.meta.domains.iter().filter_map(|domain| domain.fqdn.as_deref()).map(Into::into).collect();
        endpoints.extend(wire.config.network.hostname.as_deref().map(Into::into));
        let id = ResourceId::new(&self.context, Kind::Container, self.words.share(&wire.id));
        let name = wire.name.as_deref().or(wire.identifier.as_deref());
        let owner = Owner { name: self.words.share(name.unwrap_or(&wire.id)), image: self.image(wire) };
        self.names.learn_container(&id.id, owner.clone());
        Container {
            id,
            name: owner.name,
            state: container_state(&self.words, &wire.state, in_state("failed")),
            image: owner.image,
            instances_running: in_state("running"),
            instances: wire.instances.or(wire.config.deploy.instances),
            // Ten shares are one thread of the host.
            cpu: wire.config.resources.cpu.shares.limit.map(|shares| Cores(shares / 10.0)),
            memory: wire.config.resources.ram.limit.as_deref().and_then(size),
            gpus: None,
            location: self.named(wire.environment.id.as_deref()),
            endpoints,
            labels: Vec::new(),
            created: date(wire.events.created.as_deref()),
            changed: date(wire.state.changed.as_deref()).or_else(|| date(wire.events.updated.as_deref())),
            offers: Offers::default(),
            facts: facts.whole(),
        }
    }

    /// The image by its name where that was sent along, else the service it runs, else its id.
    fn image(&self, wire: &wire::Container) -> Option<Arc<str>> {
        let id = wire.image.id.as_deref();
        id.and_then(|id| self.names.get(id)).or_else(|| {
            let word = wire.image.service.as_deref();
            let word = word.or(id.map(names::short))?;
            Some(self.words.share(word))
        })
    }

    /// An instance of a container; `owner` is what is known of that.
    pub(crate) fn instance(
        &self,
        wire: &wire::Instance,
        container: &Arc<str>,
        owner: Option<&Owner>,
    ) -> Instance {
        let mut facts = Facts::new(&self.words);
        facts.add("ready_state", wire.ready_state.as_deref().filter(|word| *word != "active"));
        facts.add("vendor", wire.provider.vendor.as_deref().or(wire.provider.identifier.as_deref()));
        facts.add("service", wire.service.as_deref());
        facts.add("deployment", wire.deployment.version.as_deref());
        facts.add("healthy", wire.state.health.healthy.map(yes_no));
        facts.add("ready", wire.state.readiness.ready.map(yes_no));
        let location = self
            .named(wire.location_id.as_deref())
            .or_else(|| wire.provider.location.as_deref().map(|word| self.words.share(word)));
        Instance {
            id: ResourceId::scoped(&self.context, Kind::Instance, container.clone(), &*wire.id),
            name: wire.hostname.as_deref().unwrap_or(&wire.id).into(),
            state: instance_state(&self.words, wire),
            container: Some(ContainerLink {
                id: ResourceId::new(&self.context, Kind::Container, container.clone()),
                name: owner.map(|owner| owner.name.clone()),
            }),
            size: None,
            image: owner.and_then(|owner| owner.image.clone()),
            location,
            host: self.named(wire.server_id.as_deref()),
            addresses: addresses(wire),
            labels: Vec::new(),
            gpus: None,
            created: date(wire.events.created.as_deref()),
            changed: date(wire.state.changed.as_deref()),
            offers: Offers { console: Some(ScreenKind::Terminal), telemetry: true, logs: true },
            facts: self.facts.share(&facts.all),
        }
    }

    /// The name of a thing, or its id.
    fn named(&self, id: Option<&str>) -> Option<Arc<str>> {
        let id = id?;
        Some(self.names.get(id).unwrap_or_else(|| self.words.share(id)))
    }
}

fn yes_no(truth: bool) -> &'static str {
    if truth { "yes" } else { "no" }
}

/// The facts of a row, those that are known.
struct Facts<'a> {
    words: &'a Words,
    all: Vec<Fact>,
}

impl<'a> Facts<'a> {
    fn new(words: &'a Words) -> Self {
        Self { words, all: Vec::new() }
    }

    /// All of them, in no more room than they need.
    fn whole(mut self) -> Vec<Fact> {
        self.all.shrink_to_fit();
        self.all
    }

    fn add(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            let value = self.words.share(value);
            self.all.push(Fact { name, value });
        }
    }
}

pub(crate) fn date(text: Option<&str>) -> Option<Timestamp> {
    text.and_then(Timestamp::parse)
}

/// The words of `ContainerState` and `InstanceState`; `reimaging` is from the client of 2022.
fn lifecycle(word: &str) -> Lifecycle {
    match word {
        "new" | "starting" | "migrating" | "reimaging" => Lifecycle::Pending,
        // A function container has no instances of its own while nobody calls it: it is up.
        "running" | "function" => Lifecycle::Running,
        "stopping" => Lifecycle::Stopping,
        "stopped" => Lifecycle::Stopped,
        "failed" => Lifecycle::Failed,
        "deleting" => Lifecycle::Deleting,
        "deleted" => Lifecycle::Gone,
        _ => Lifecycle::Unknown,
    }
}

fn state(words: &Words, wire: &wire::State) -> State {
    let word = wire.current.as_deref().unwrap_or("unknown");
    let mut state = State::new(lifecycle(word), words.share(word));
    state.reason =
        wire.error.as_ref().and_then(|error| error.message.as_deref()).map(|message| words.share(message));
    state
}

fn container_state(words: &Words, wire: &wire::State, failed: Option<u32>) -> State {
    let mut state = state(words, wire);
    if state.lifecycle == Lifecycle::Running
        && let Some(failed @ 1..) = failed
    {
        state.lifecycle = Lifecycle::Degraded;
        let reason = || words.share(&format!("{failed} failed"));
        state.reason.get_or_insert_with(reason);
    }
    state
}

fn instance_state(words: &Words, wire: &wire::Instance) -> State {
    let mut state = state(words, &wire.state);
    let mut say = |lifecycle, reason: &str| {
        state.lifecycle = lifecycle;
        state.reason.get_or_insert_with(|| words.share(reason));
    };
    let running = wire.state.current.as_deref() == Some("running");
    let migrating = wire
        .migration
        .as_ref()
        .is_some_and(|it| date(it.started.as_deref()).is_some() && date(it.completed.as_deref()).is_none());
    let draining = wire.traffic_drain.as_ref().is_some_and(|it| date(it.started.as_deref()).is_some());
    match wire.ready_state.as_deref() {
        _ if running && wire.state.health.healthy == Some(false) => say(Lifecycle::Degraded, "unhealthy"),
        _ if running && wire.state.readiness.ready == Some(false) => say(Lifecycle::Degraded, "not ready"),
        Some("purge") if running => say(Lifecycle::Deleting, "to be purged"),
        _ if running && migrating => say(Lifecycle::Pending, "migrating"),
        _ if running && draining => say(Lifecycle::Running, "traffic drained"),
        _ => {}
    }
    state
}

fn addresses(wire: &wire::Instance) -> Vec<Address> {
    let network = &wire.environment;
    let v4 = network.legacy.as_ref().and_then(|legacy| legacy.ipv4.as_ref());
    let mut all: Vec<Address> = [network.ipv6.as_ref(), v4]
        .into_iter()
        .flatten()
        .filter_map(|net| net.ip.as_deref())
        .map(|ip| Address { value: ip.into(), public: ip.parse::<std::net::IpAddr>().is_ok_and(is_public) })
        .collect();
    // A list begins with room for four.
    all.shrink_to_fit();
    all
}

fn is_public(ip: std::net::IpAddr) -> bool {
    match ip {
        std::net::IpAddr::V4(ip) => !(ip.is_private() || ip.is_loopback() || ip.is_link_local()),
        std::net::IpAddr::V6(ip) => !(ip.is_unique_local() || ip.is_loopback() || ip.is_unicast_link_local()),
    }
}

/// `DataSize`: `512M`, `10GB`, with binary multiples as the platform counts memory.
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
