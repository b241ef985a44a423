//! Maps ElasticBox's instances, boxes and operations to rows.

mod boxes;
mod lease;
mod operation;
pub(crate) mod state;

use std::sync::Arc;

use arcstr::ArcStr;

use super::wire;
use crate::mapping::facts::Facts;
use crate::mapping::interner::Interner;
pub(crate) use boxes::kind as kind_of_box;
pub(crate) use lease::{LEASE, Lease, lifespan};
pub(crate) use operation::LATEST;
use qdeck_model::{
    ContainerLink, ContextName, Fact, Instance, Kind, Lifecycle, Offers, ResourceId, State, Timestamp,
};

/// Maps the wire types to rows of one context, with interned texts. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Mapper {
    pub(crate) context: ContextName,
    pub(crate) strings: Interner,
    pub(crate) facts: Interner<Arc<[Fact]>>,
    pub(crate) containers: Interner<Arc<ContainerLink>>,
}

impl Mapper {
    /// Maps an instance. Its addresses come from its service, which is read separately.
    pub(crate) fn instance(&self, wire: &wire::Instance, now: Timestamp) -> Instance {
        let id = &*wire.id;
        let profile = |field| wire.profile(field);
        Instance {
            container: self.link(wire),
            size: self.strings.intern_some(profile(|it| &it.flavor)),
            image: self.strings.intern_some(profile(|it| &it.image).or(profile(|it| &it.template))),
            location: self.strings.intern_some(profile(|it| &it.location).or(profile(|it| &it.datacenter))),
            labels: self.labels(&wire.tags),
            created: wire.created.timestamp(),
            changed: wire.updated.timestamp(),
            offers: Offers { console: None, telemetry: false, logs: true, actions: true },
            facts: self.facts.intern(self.instance_facts(wire, now).as_slice()),
            ..Instance::new(
                ResourceId::new(&self.context, Kind::Instance, id),
                wire.name.as_deref().unwrap_or(id),
                self.instance_state(wire),
            )
        }
    }

    pub(crate) fn instance_state(&self, wire: &wire::Instance) -> State {
        let mut state = state::pair(&self.strings, wire.state.as_deref(), wire.operation.event.as_deref());
        if wire.deleted.is_some() {
            state.lifecycle = Lifecycle::Gone;
        }
        state
    }

    fn instance_facts(&self, wire: &wire::Instance, now: Timestamp) -> Facts<'_> {
        let machines = machines(&wire.service.machines);
        let lease = Lease::of(&wire.lease, &self.strings).map(|lease| lease.remaining(now));
        let updates = wire.automatic_updates.as_deref().filter(|word| *word != "off");
        let mut facts = Facts::new(&self.strings);
        facts.extend([
            ("state", wire.state.as_deref()),
            ("operation", wire.operation.event.as_deref()),
            ("owner", wire.owner.as_deref()),
            ("service", wire.service.kind.as_deref()),
            ("service.id", wire.service.id.as_deref()),
            ("machines", machines.as_deref()),
            ("policy_box", wire.policy_box.name.as_deref()),
            ("cloud", wire.profile(|it| &it.cloud)),
            (LEASE, lease.as_deref()),
            ("automatic_updates", updates),
        ]);
        facts
    }

    /// The deployed box: the one that `box` refers to. Its name is in its copy in `boxes`.
    fn link(&self, wire: &wire::Instance) -> Option<Arc<ContainerLink>> {
        let named = wire.box_id.as_deref();
        let same = |it: &&wire::BoxCopy| named.is_none() || it.id.as_deref() == named;
        let copy = wire.boxes.iter().find(same);
        let id = named.or(copy?.id.as_deref())?;
        Some(self.containers.intern_owned(ContainerLink {
            id: ResourceId::new(&self.context, Kind::Container, self.strings.intern(id)),
            name: self.strings.intern_some(copy.and_then(|it| it.name.as_deref())),
        }))
    }

    fn labels(&self, tags: &[String]) -> Box<[(ArcStr, ArcStr)]> {
        tags.iter().map(|tag| (self.strings.intern(tag), self.strings.intern(""))).collect()
    }
}

/// The machines with their states, except for `done`: `web-1, web-2 unavailable`.
fn machines(machines: &[wire::Machine]) -> Option<String> {
    let texts = machines.iter().filter_map(|machine| {
        let name = machine.name.as_deref()?;
        Some(match machine.state.as_deref() {
            None | Some("done") => name.to_owned(),
            Some(state) => format!("{name} {state}"),
        })
    });
    let texts: Vec<String> = texts.collect();
    Some(texts.join(", ")).filter(|it| !it.is_empty())
}
