//! Maps boxes, which are what can be deployed and the policies for deploying it, to containers.

use super::{Mapper, lifespan};
use crate::elasticbox::wire;
use crate::mapping::facts::Facts;
use crate::mapping::lenient::ObjectOrDefault;
use qdeck_model::{Container, Kind, Lifecycle, Offers, ResourceId, State};

impl Mapper {
    /// Maps a box. A box is a description and does not run: its state is its kind.
    pub(crate) fn container(&self, wire: &wire::Box) -> Container {
        let id = &*wire.id;
        let lifecycle = if wire.deleted.is_some() { Lifecycle::Gone } else { Lifecycle::Done };
        let profile = &wire.profile;
        let joined = |texts: &[String]| texts.join(", ");
        let (requirements, claims) = (joined(&wire.requirements), joined(&wire.claims));
        let written = |(name, script): (&String, &ObjectOrDefault<wire::Script>)| {
            (*script.length != Some(0)).then(|| name.clone())
        };
        let events: Vec<String> = wire.events.iter().filter_map(written).collect();
        let (events, lifespan) = (joined(&events), lifespan(&wire.lifespan));
        let mut facts = Facts::new(&self.strings);
        facts.extend([
            ("kind", Some(kind(wire))),
            ("owner", wire.owner.as_deref()),
            ("visibility", wire.visibility.as_deref()),
            ("service", wire.service.as_deref()),
            ("flavor", profile.flavor.as_deref()),
            ("claims", Some(&claims)),
            ("requirements", Some(&requirements)),
            ("events", Some(&events)),
            ("lifespan", lifespan.as_deref()),
            ("automatic_updates", wire.automatic_updates.as_deref()),
            ("provider_id", wire.provider_id.as_deref()),
            ("organization", wire.organization.as_deref()),
            ("description", wire.description.as_deref()),
        ]);
        Container {
            image: self.strings.intern_some(profile.image.as_deref().or(profile.template.as_deref())),
            location: self.strings.intern_some(profile.location.as_deref().or(profile.datacenter.as_deref())),
            created: wire.created.timestamp(),
            changed: wire.updated.timestamp(),
            offers: Offers { actions: true, ..Offers::default() },
            facts: facts.into_vec(),
            ..Container::new(
                ResourceId::new(&self.context, Kind::Container, self.strings.intern(id)),
                wire.name.as_deref().unwrap_or(id),
                State::new(lifecycle, self.strings.intern(kind(wire))),
            )
        }
    }
}

/// The kind of a box, which ends its schema's address: `script`, `policy`, `cloudformation`, `docker`, `application`.
pub(crate) fn kind(wire: &wire::Box) -> &str {
    let schema = wire.schema.as_deref().unwrap_or_default();
    match schema.rsplit('/').next() {
        Some(kind) if !kind.is_empty() => kind,
        _ => "box",
    }
}
