//! Maps Exoscale's instances to rows.

pub(crate) mod events;
pub(crate) mod gpus;

use std::collections::HashMap;
use std::sync::Arc;

use arcstr::ArcStr;
use parking_lot::Mutex;

use super::catalogue::Catalogue;
use super::wire;
use crate::mapping::facts::Facts;
use crate::mapping::interner::Interner;
use qdeck_model::{
    Address, ContextName, Fact, Instance, Kind, Lifecycle, Offers, ResourceId, ScreenKind, State,
};

/// Maps the wire types to rows of one context, with interned texts. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Mapper {
    pub(crate) context: ContextName,
    pub(crate) strings: Interner,
    pub(crate) facts: Interner<Arc<[Fact]>>,
    /// Names of instances by id, for events that refer to them.
    pub(crate) names: Arc<Mutex<HashMap<ArcStr, ArcStr>>>,
}

impl Mapper {
    pub(crate) fn new(context: ContextName) -> Self {
        Self { context, strings: Interner::default(), facts: Interner::default(), names: Arc::default() }
    }

    /// Maps an instance. Neither its list nor its single read contains the zone: that is the zone of the request.
    pub(crate) fn instance(&self, wire: &wire::Instance, zone: &ArcStr, catalogue: &Catalogue) -> Instance {
        let kind = wire.instance_type.id.as_deref().and_then(|id| catalogue.type_of(id));
        let template = wire.template.id.as_deref().and_then(|id| catalogue.template(id));
        let intern = |text: &str| self.strings.intern(text);
        let size = kind.as_ref().map(|kind| kind.name.clone()).or_else(|| {
            let (family, size) = (wire.instance_type.family.as_deref()?, wire.instance_type.size.as_deref()?);
            Some(intern(&format!("{family}.{size}")))
        });
        let image = template.as_ref().map(|template| template.name.clone());
        let image = image.or_else(|| wire.template.name.as_deref().map(intern));
        let user = template.and_then(|template| template.default_user.clone());
        let id = ResourceId::scoped(&self.context, Kind::Instance, zone.clone(), &*wire.id);
        let name: ArcStr = wire.name.as_deref().unwrap_or(&wire.id).into();
        self.learn(&id.id, &name);
        let state = state(&self.strings, wire.state.as_deref());
        let gone = matches!(state.lifecycle, Lifecycle::Deleting | Lifecycle::Gone);
        let mut facts = Facts::new(&self.strings);
        if let Some(kind) = &kind {
            facts.add("cpus", kind.cpus.map(|cpus| cpus.to_string()).as_deref());
            facts.add("memory", kind.memory.map(|memory| memory.to_string()).as_deref());
        }
        facts.add("default-user", user.as_deref());
        facts.add("ssh-keys", keys(wire).as_deref());
        facts.add("security-groups", names_or_count(&wire.security_groups).as_deref());
        facts.add("private-networks", names_or_count(&wire.private_networks).as_deref());
        facts.add("public-ip-assignment", wire.public_ip_assignment.as_deref());
        facts.add("manager", wire.manager.kind.as_deref());
        Instance {
            id,
            name,
            state,
            container: None,
            size,
            image,
            gpus: kind.and_then(|kind| kind.request.clone()),
            location: Some(zone.clone()),
            host: None,
            addresses: addresses(wire),
            labels: wire
                .labels
                .iter()
                .map(|(name, value)| (intern(name), intern(value.as_deref().unwrap_or_default())))
                .collect(),
            created: wire.created_at.timestamp(),
            changed: None,
            offers: Offers {
                console: (!gone).then_some(ScreenKind::Framebuffer),
                telemetry: false,
                logs: false,
                actions: true,
            },
            facts: self.facts.intern(facts.as_slice()),
        }
    }

    /// The state of an instance by the word of the API.
    pub(crate) fn state(&self, word: Option<&str>) -> State {
        state(&self.strings, word)
    }

    fn learn(&self, id: &ArcStr, name: &ArcStr) {
        let mut names = self.names.lock();
        if names.get(id) != Some(name) {
            names.insert(id.clone(), name.clone());
        }
    }

    /// Returns true if an instance of this name was listed.
    pub(crate) fn is_name_taken(&self, name: &str) -> bool {
        self.names.lock().values().any(|taken| **taken == *name)
    }

    /// The name of an instance that was listed.
    pub(crate) fn name_of(&self, id: &str) -> Option<ArcStr> {
        let names = self.names.lock();
        names.get(id).cloned()
    }
}

/// The state of an instance, by `instance-state`.
fn state(strings: &Interner, state: Option<&str>) -> State {
    let raw = state.unwrap_or("unknown");
    let lifecycle = match raw {
        "starting" | "migrating" => Lifecycle::Pending,
        "running" => Lifecycle::Running,
        "stopping" => Lifecycle::Stopping,
        "stopped" => Lifecycle::Stopped,
        "error" => Lifecycle::Failed,
        "expunging" | "destroying" => Lifecycle::Deleting,
        "destroyed" => Lifecycle::Gone,
        _ => Lifecycle::Unknown,
    };
    State::new(lifecycle, strings.intern(raw))
}

/// The public addresses. Addresses in private networks are sent only where they are leased, and shown in the details.
fn addresses(wire: &wire::Instance) -> Box<[Address]> {
    let all = [&wire.public_ip, &wire.ipv6_address];
    all.into_iter()
        .filter_map(|ip| ip.as_deref())
        // Some servers send `none` for instances without one.
        .filter(|ip| *ip != "none")
        .map(|ip| Address { value: ip.into(), public: true })
        .collect()
}

/// The names of the SSH keys. The older field has one key; where both are sent, it repeats the first of the newer.
fn keys(wire: &wire::Instance) -> Option<String> {
    let all: Vec<&str> = wire.ssh_keys.iter().filter_map(|key| key.name.as_deref()).collect();
    if all.is_empty() {
        return wire.ssh_key.name.0.clone();
    }
    Some(all.join(", "))
}

/// The names of what is referred to, or the number of references where names are missing.
fn names_or_count(all: &[wire::NamedReference]) -> Option<String> {
    if all.is_empty() {
        return None;
    }
    let names: Vec<&str> = all.iter().filter_map(|one| one.name.as_deref()).collect();
    Some(if names.len() == all.len() { names.join(", ") } else { all.len().to_string() })
}
