//! ElasticBox's instances, boxes and operations as rows.

mod boxes;
mod lease;
mod operation;
pub(crate) mod state;

use std::sync::Arc;

use super::wire;
use crate::words::{Pool, Words};
pub(crate) use operation::LATEST;
use qdeck_model::{
    ContainerLink, ContextName, Fact, Instance, Kind, Lifecycle, Offers, ResourceId, State, Timestamp,
};

/// What rows are made with: whose they are, and where their words are kept.
#[derive(Clone)]
pub(crate) struct Mapper {
    pub(crate) context: ContextName,
    pub(crate) words: Words,
    pub(crate) facts: Pool<[Fact]>,
}

impl Mapper {
    /// An instance, if it has an id at all.
    pub(crate) fn instance(&self, wire: &wire::Instance, now: Timestamp) -> Option<Instance> {
        let id = wire.id.as_deref()?;
        let policy = &wire.policy_box;
        let profile = &policy.profile;
        Some(Instance {
            id: ResourceId::new(&self.context, Kind::Instance, id),
            name: wire.name.as_deref().unwrap_or(id).into(),
            state: self.instance_state(wire),
            container: self.link(wire),
            size: self.share(profile.flavor.as_deref()),
            gpus: None,
            image: self.share(profile.image.as_deref().or(profile.template.as_deref())),
            location: self.share(profile.location.as_deref().or(profile.datacenter.as_deref())),
            host: None,
            // The service of each instance tells them, and it is read besides.
            addresses: Vec::new(),
            labels: self.labels(&wire.tags),
            created: date(wire.created.as_deref()),
            changed: date(wire.updated.as_deref()),
            offers: Offers { console: None, telemetry: false, logs: true },
            facts: self.facts.share(&self.instance_facts(wire, now)),
        })
    }

    pub(crate) fn instance_state(&self, wire: &wire::Instance) -> State {
        let mut state = state::pair(&self.words, wire.state.as_deref(), wire.operation.event.as_deref());
        if wire.deleted.is_some() {
            state.lifecycle = Lifecycle::Gone;
        }
        state
    }

    fn instance_facts(&self, wire: &wire::Instance, now: Timestamp) -> Vec<Fact> {
        let machines = machines(&wire.service.machines);
        let lease = lease::told(&wire.lease, now);
        let updates = wire.automatic_updates.as_deref().filter(|word| *word != "off");
        self.told([
            ("state", wire.state.as_deref()),
            ("operation", wire.operation.event.as_deref()),
            ("owner", wire.owner.as_deref()),
            ("service", wire.service.sort.as_deref()),
            ("service.id", wire.service.id.as_deref()),
            ("machines", machines.as_deref()),
            ("policy_box", wire.policy_box.name.as_deref()),
            ("cloud", wire.policy_box.profile.cloud.as_deref()),
            ("lease", lease.as_deref()),
            ("automatic_updates", updates),
        ])
    }

    /// The deployed box: the one that `box` names. Its name is in the copy that lies in `boxes`.
    fn link(&self, wire: &wire::Instance) -> Option<ContainerLink> {
        let named = wire.box_id.as_deref();
        let same = |it: &&wire::Copied| named.is_none() || it.id.as_deref() == named;
        let copy = wire.boxes.iter().find(same);
        let id = named.or(copy?.id.as_deref())?;
        Some(ContainerLink {
            id: ResourceId::new(&self.context, Kind::Container, self.words.share(id)),
            name: self.share(copy.and_then(|it| it.name.as_deref())),
        })
    }

    fn labels(&self, tags: &[String]) -> Vec<(Arc<str>, Arc<str>)> {
        tags.iter().map(|tag| (self.words.share(tag), self.words.share(""))).collect()
    }

    fn share(&self, word: Option<&str>) -> Option<Arc<str>> {
        word.map(|word| self.words.share(word))
    }

    /// The facts that are known.
    fn told<const N: usize>(&self, facts: [(&'static str, Option<&str>); N]) -> Vec<Fact> {
        let known = facts.into_iter().filter_map(|(name, value)| {
            let value = self.words.share(value.filter(|it| !it.is_empty())?);
            Some(Fact { name, value })
        });
        known.collect()
    }
}

/// `web-1, web-2 unavailable`: a machine's state is told where it is not `done`.
fn machines(machines: &[wire::Machine]) -> Option<String> {
    let told = machines.iter().filter_map(|machine| {
        let name = machine.name.as_deref()?;
        Some(match machine.state.as_deref() {
            None | Some("done") => name.to_owned(),
            Some(state) => format!("{name} {state}"),
        })
    });
    let told: Vec<String> = told.collect();
    Some(told.join(", ")).filter(|it| !it.is_empty())
}

fn date(text: Option<&str>) -> Option<Timestamp> {
    text.and_then(Timestamp::parse)
}
