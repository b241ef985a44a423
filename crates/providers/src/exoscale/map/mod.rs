//! Exoscale's instances as rows.

pub(crate) mod events;
pub(crate) mod gpus;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::catalogue::Catalogue;
use super::wire;
use crate::words::{Pool, Words};
use qdeck_model::{
    Address, ContextName, Fact, Instance, Kind, Lifecycle, Offers, ResourceId, ScreenKind, State, Timestamp,
};

/// What rows are made with: whose they are, and where their words are kept.
#[derive(Clone)]
pub(crate) struct Mapper {
    pub(crate) context: ContextName,
    pub(crate) words: Words,
    pub(crate) facts: Pool<[Fact]>,
    /// Names of instances by id, for the events that are about them.
    pub(crate) names: Arc<Mutex<HashMap<Arc<str>, Arc<str>>>>,
}

impl Mapper {
    pub(crate) fn new(context: ContextName) -> Self {
        Self { context, words: Words::default(), facts: Pool::default(), names: Arc::default() }
    }

    /// An instance of a zone. Neither its list nor its single read says where it is: that is known from who was asked.
    pub(crate) fn instance(&self, wire: &wire::Instance, zone: &Arc<str>, known: &Catalogue) -> Instance {
        let kind = wire.sold_as.id.as_deref().and_then(|id| known.type_of(id));
        let template = wire.template.id.as_deref().and_then(|id| known.template(id));
        let share = |word: &str| self.words.share(word);
        let size = kind.as_ref().map(|kind| kind.name.clone()).or_else(|| {
            let (family, size) = (wire.sold_as.family.as_deref()?, wire.sold_as.size.as_deref()?);
            Some(share(&format!("{family}.{size}")))
        });
        let image = template.as_ref().map(|template| template.name.clone());
        let image = image.or_else(|| wire.template.name.as_deref().map(share));
        let user = template.and_then(|template| template.default_user.clone());
        let id = ResourceId::scoped(&self.context, Kind::Instance, zone.clone(), &*wire.id);
        let name: Arc<str> = wire.name.as_deref().unwrap_or(&wire.id).into();
        self.learn(&id.id, &name);
        let state = state(&self.words, wire.state.as_deref());
        let gone = matches!(state.lifecycle, Lifecycle::Deleting | Lifecycle::Gone);
        let mut facts = Facts::new(&self.words);
        if let Some(kind) = &kind {
            facts.add("cpus", kind.cpus.map(|cpus| cpus.to_string()).as_deref());
            facts.add("memory", kind.memory.map(|memory| memory.to_string()).as_deref());
        }
        facts.add("default-user", user.as_deref());
        facts.add("ssh-keys", keys(wire).as_deref());
        facts.add("security-groups", told(&wire.security_groups).as_deref());
        facts.add("private-networks", told(&wire.private_networks).as_deref());
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
            labels: wire.labels.iter().map(|(name, value)| (share(name), share(value))).collect(),
            created: wire.created_at.as_deref().and_then(Timestamp::parse),
            changed: None,
            offers: Offers { console: (!gone).then_some(ScreenKind::WebPage), telemetry: false, logs: false },
            facts: self.facts.share(&facts.all),
        }
    }

    fn learn(&self, id: &Arc<str>, name: &Arc<str>) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.get(id) != Some(name) {
            names.insert(id.clone(), name.clone());
        }
    }

    /// The name of an instance that has been listed.
    pub(crate) fn name_of(&self, id: &str) -> Option<Arc<str>> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(id).cloned()
    }
}

/// The facts of a row, those that are known.
pub(crate) struct Facts<'a> {
    words: &'a Words,
    pub(crate) all: Vec<Fact>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(words: &'a Words) -> Self {
        Self { words, all: Vec::new() }
    }

    pub(crate) fn add(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            let value = self.words.share(value);
            self.all.push(Fact { name, value });
        }
    }
}

/// The words of `instance-state`.
fn state(words: &Words, word: Option<&str>) -> State {
    let word = word.unwrap_or("unknown");
    let lifecycle = match word {
        "starting" | "migrating" => Lifecycle::Pending,
        "running" => Lifecycle::Running,
        "stopping" => Lifecycle::Stopping,
        "stopped" => Lifecycle::Stopped,
        "error" => Lifecycle::Failed,
        "expunging" | "destroying" => Lifecycle::Deleting,
        "destroyed" => Lifecycle::Gone,
        _ => Lifecycle::Unknown,
    };
    State::new(lifecycle, words.share(word))
}

/// Public addresses. Private networks give theirs only where they are leased, so they are in the details.
fn addresses(wire: &wire::Instance) -> Vec<Address> {
    let all = [&wire.public_ip, &wire.ipv6_address];
    let mut all: Vec<Address> = all
        .into_iter()
        .filter_map(|ip| ip.as_deref())
        // Instances without one have the word `none` on some servers.
        .filter(|ip| *ip != "none")
        .map(|ip| Address { value: ip.into(), public: true })
        .collect();
    all.shrink_to_fit();
    all
}

/// One key used to be all there was; where both fields are sent, the old one repeats the first of the new.
fn keys(wire: &wire::Instance) -> Option<String> {
    let all: Vec<&str> = wire.ssh_keys.iter().filter_map(|key| key.name.as_deref()).collect();
    if all.is_empty() {
        return wire.ssh_key.name.clone();
    }
    Some(all.join(", "))
}

/// The names of things, or how many there are where the names were not sent.
fn told(all: &[wire::Named]) -> Option<String> {
    if all.is_empty() {
        return None;
    }
    let names: Vec<&str> = all.iter().filter_map(|one| one.name.as_deref()).collect();
    Some(if names.len() == all.len() { names.join(", ") } else { all.len().to_string() })
}
