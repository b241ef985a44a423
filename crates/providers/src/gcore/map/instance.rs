//! Maps instances to rows.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use arcstr::ArcStr;
use parking_lot::Mutex;

use super::super::wire;
use super::{Mapper, card_of_flavor, card_of_text, date, state};
use crate::mapping::accelerator;
use crate::mapping::facts::Facts;
use qdeck_model::{Address, GpuRequest, Instance, Kind, Lifecycle, Offers, ResourceId, ScreenKind};

/// Processors and memory of a machine; its metrics are percentages of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) vcpus: Option<u32>,
    /// In MiB.
    pub(crate) ram: Option<u32>,
}

impl Size {
    pub(crate) fn of(flavor: &wire::Flavor) -> Self {
        let (vcpus, ram) = (*flavor.vcpus, *flavor.ram);
        Self { vcpus, ram }
    }
}

/// The most sizes that are cached. At the limit the cache is cleared; sizes are then read one by one.
const MAX_CACHED_SIZES: usize = 50_000;

/// A cache of the size of each instance as it was last listed. Cheap to clone; clones share the cache.
#[derive(Clone, Default)]
pub(crate) struct Sizes(Arc<Mutex<HashMap<ArcStr, Size>>>);

impl Sizes {
    fn learn(&self, id: &ArcStr, size: Size) {
        let mut sizes = self.0.lock();
        if sizes.len() >= MAX_CACHED_SIZES {
            sizes.clear();
        }
        sizes.insert(id.clone(), size);
    }

    pub(crate) fn of(&self, id: &str) -> Option<Size> {
        let sizes = self.0.lock();
        sizes.get(id).copied()
    }
}

impl Mapper {
    /// Maps an instance of this region.
    pub(crate) fn instance(&self, wire: &wire::Instance, region: &ArcStr, place: Option<&str>) -> Instance {
        let id: ArcStr = wire.id().into();
        let flavor = &wire.flavor;
        self.sizes.learn(&id, Size::of(flavor));
        let state = state::of_instance(&self.strings, wire);
        let gone = matches!(state.lifecycle, Lifecycle::Gone | Lifecycle::Deleting);
        let labels = wire.tags();
        Instance {
            size: self.strings.intern_some(flavor.name()),
            image: image(&labels).map(|image| self.strings.intern(&image)),
            // `region` of the answer is the display name, too.
            location: self.strings.intern_some(place.or(wire.region.as_deref())),
            addresses: addresses(wire),
            labels: labels
                .iter()
                .map(|(key, value)| (self.strings.intern(key), self.strings.intern(value)))
                .collect(),
            gpus: self.gpus(flavor),
            created: date(wire.created()),
            offers: Offers {
                console: (!gone).then_some(ScreenKind::Terminal),
                telemetry: !gone,
                logs: false,
                actions: true,
            },
            facts: self.facts.intern(&self.instance_facts(wire)),
            ..Instance::new(
                ResourceId::scoped(&self.context, Kind::Instance, region.clone(), id.clone()),
                wire.name().map_or(id, ArcStr::from),
                state,
            )
        }
    }

    fn instance_facts(&self, wire: &wire::Instance) -> Vec<qdeck_model::Fact> {
        let flavor = &wire.flavor;
        let number = |number: Option<u64>| number.map(|number| number.to_string());
        let vcpus = number(flavor.vcpus.map(u64::from));
        let ram = flavor.ram.map(|ram| format!("{ram} MiB"));
        let volumes = number(wire.volumes.as_ref().map(|volumes| volumes.len() as u64));
        let groups: Vec<&str> =
            wire.security_groups.iter().filter_map(|group| group.name.as_deref()).collect();
        let mut facts = Facts::new(&self.strings);
        facts.add("status", wire.status.as_deref());
        facts.add("vm_state", wire.vm_state.as_deref());
        facts.add("task_state", wire.task_state.as_deref());
        facts.add("vcpus", vcpus.as_deref());
        facts.add("ram", ram.as_deref());
        facts.add("os_type", flavor.os_type.as_deref());
        facts.add("architecture", flavor.architecture.as_deref());
        facts.add("gpu", flavor.hardware_description.gpu.as_deref());
        facts.add("resource_class", flavor.resource_class.as_deref());
        facts.add("ssh_key_name", wire.ssh_key());
        facts.add("security_groups", Some(&groups.join(", ")));
        facts.add("volumes", volumes.as_deref());
        facts.add("instance_description", wire.instance_description.as_deref());
        facts.into_vec()
    }

    /// The accelerators of a machine: those its flavor describes, or those the flavor's name implies.
    fn gpus(&self, flavor: &wire::Flavor) -> Option<Arc<GpuRequest>> {
        let description = flavor.hardware_description.gpu.as_deref();
        let card = description.and_then(card_of_text).or_else(|| card_of_flavor(flavor.name()?))?;
        Some(Arc::new(GpuRequest {
            count: card.count,
            models: vec![self.strings.intern(&accelerator::canonical_name(&card.model))],
        }))
    }
}

/// The image as the system's own tags name it.
fn image(tags: &[(&str, &str)]) -> Option<String> {
    let of = |name: &str| {
        let tag = tags.iter().find(|(key, value)| *key == name && !value.is_empty());
        tag.map(|(_, value)| *value)
    };
    if let Some(name) = of("image_name") {
        return Some(name.to_owned());
    }
    let (distro, version) = (of("os_distro")?, of("os_version"));
    Some(version.map_or_else(|| distro.to_owned(), |version| format!("{distro} {version}")))
}

/// The addresses: those reachable from the internet first, and of those the floating ones first.
fn addresses(wire: &wire::Instance) -> Box<[Address]> {
    let mut all: Vec<(bool, Address)> = Vec::with_capacity(wire.addresses.len());
    for address in wire.addresses.values().flat_map(|all| all.iter()) {
        let Some(value) = address.addr.as_deref() else {
            continue;
        };
        let floating = address.kind.as_deref() == Some("floating");
        let public = floating || value.parse::<IpAddr>().is_ok_and(is_public);
        let value = value.into();
        all.push((floating, Address { value, public }));
    }
    all.sort_by_key(|(floating, address)| (!address.public, !floating));
    all.into_iter().map(|(_, address)| address).collect()
}

/// False for addresses of private networks.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            // 100.64.0.0/10 is shared address space of carriers (RFC 6598).
            let shared = ip.octets()[0] == 100 && ip.octets()[1] & 0b1100_0000 == 64;
            !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || shared)
        }
        IpAddr::V6(ip) => !(ip.is_unique_local() || ip.is_loopback() || ip.is_unicast_link_local()),
    }
}
