//! Boxes as containers: what can be deployed, and the policies that say where.

use std::sync::Arc;

use super::{Mapper, date, lease};
use crate::elasticbox::wire;
use crate::soft::Passing;
use qdeck_model::{Container, Kind, Lifecycle, Offers, ResourceId, State};

impl Mapper {
    /// A box, if it has an id at all. It is a description and does not run: its state tells its kind.
    pub(crate) fn container(&self, wire: &wire::Box) -> Option<Container> {
        let id = wire.id.as_deref()?;
        let lifecycle = if wire.deleted.is_some() { Lifecycle::Gone } else { Lifecycle::Done };
        let profile = &wire.profile;
        let joined = |words: &[String]| Some(words.join(", "));
        let (requirements, claims) = (joined(&wire.requirements), joined(&wire.claims));
        let written = |(name, script): (&String, &Passing<wire::Script>)| {
            (script.0.length != Some(0)).then(|| name.clone())
        };
        let events: Vec<String> = wire.events.0.iter().filter_map(written).collect();
        let (events, lifespan) = (joined(&events), lease::lifespan(&wire.lifespan));
        let facts = [
            ("kind", Some(kind(wire))),
            ("owner", wire.owner.as_deref()),
            ("visibility", wire.visibility.as_deref()),
            ("service", wire.service.as_deref()),
            ("flavor", profile.flavor.as_deref()),
            ("claims", claims.as_deref()),
            ("requirements", requirements.as_deref()),
            ("events", events.as_deref()),
            ("lifespan", lifespan.as_deref()),
            ("automatic_updates", wire.automatic_updates.as_deref()),
            ("provider_id", wire.provider_id.as_deref()),
            ("organization", wire.organization.as_deref()),
            ("description", wire.description.as_deref()),
        ];
        Some(Container {
            id: ResourceId::new(&self.context, Kind::Container, self.words.share(id)),
            name: wire.name.as_deref().map_or_else(|| id.into(), Arc::from),
            state: State::new(lifecycle, self.words.share(kind(wire))),
            image: self.share(profile.image.as_deref().or(profile.template.as_deref())),
            instances_running: None,
            instances: None,
            cpu: None,
            memory: None,
            gpus: None,
            location: self.share(profile.location.as_deref().or(profile.datacenter.as_deref())),
            endpoints: Vec::new(),
            labels: Vec::new(),
            created: date(wire.created.as_deref()),
            changed: date(wire.updated.as_deref()),
            offers: Offers::default(),
            facts: self.told(facts),
        })
    }
}

/// `script`, `policy`, `cloudformation`, `docker`, `application`: the end of the schema's address.
fn kind(wire: &wire::Box) -> &str {
    let schema = wire.schema.as_deref().unwrap_or_default();
    match schema.rsplit('/').next() {
        Some(kind) if !kind.is_empty() => kind,
        _ => "box",
    }
}
