//! Maps inference deployments and containers to rows.

use std::collections::HashMap;

use arcstr::ArcStr;

use super::super::places::{Region, Regions};
use super::super::wire;
use super::{Mapper, card_of_flavor, state};
use crate::mapping::accelerator;
use crate::mapping::facts::Facts;
use qdeck_model::{Bytes, Container, Cores, GpuRequest, Kind, Offers, ResourceId};

/// The flavors of deployments, by name.
pub(crate) type InferenceFlavors = HashMap<String, wire::InferenceFlavor>;

impl Mapper {
    /// Maps a deployment, which may be in several regions. Its resources are those of its flavor, where that is known.
    pub(crate) fn deployment(
        &self,
        wire: &wire::Deployment,
        flavors: Option<&InferenceFlavors>,
        regions: Option<&Regions>,
    ) -> Container {
        let name = wire.flavor_name.as_deref();
        let flavor = name.and_then(|name| flavors?.get(name));
        let sum = |of: fn(&wire::Placed) -> Option<u32>| {
            let mut counts = wire.containers.iter().filter_map(of).peekable();
            counts.peek()?;
            Some(counts.fold(0, u32::saturating_add))
        };
        let variables = (!wire.envs.is_empty()).then(|| wire.envs.len().to_string());
        let mut facts = Facts::new(&self.strings);
        facts.add("flavor_name", name);
        facts.add("scale", scale(&wire.containers).as_deref());
        facts.add("listening_port", wire.listening_port.as_deref());
        facts.add("credentials_name", wire.credentials_name.as_deref());
        facts.add("timeout", wire.timeout.as_deref());
        facts.add("auth_enabled", wire.auth_enabled.then_some("yes"));
        facts.add("envs", variables.as_deref());
        facts.add("description", wire.description.as_deref());
        let addresses = std::iter::once(wire.address.as_deref())
            .chain(wire.containers.iter().map(|placed| placed.address.as_deref()));
        let mut endpoints: Vec<ArcStr> = Vec::new();
        for address in addresses.flatten() {
            if !endpoints.iter().any(|other| **other == *address) {
                endpoints.push(address.into());
            }
        }
        Container {
            image: self.strings.intern_some(wire.image.as_deref()),
            instances_running: sum(|placed| *placed.deploy_status.ready),
            instances: sum(|placed| *placed.deploy_status.total),
            cpu: flavor.and_then(|flavor| *flavor.cpu).map(Cores),
            memory: flavor.and_then(|flavor| *flavor.memory).map(gib),
            gpus: self.deployment_gpus(name, flavor),
            location: self.locations(wire, regions),
            endpoints: endpoints.into(),
            created: wire.created_at.timestamp(),
            offers: Offers { console: None, telemetry: false, logs: true, actions: true },
            facts: facts.into_vec(),
            ..Container::new(
                ResourceId::new(&self.context, Kind::Container, &*wire.name),
                &*wire.name,
                state::of_deployment(&self.strings, wire),
            )
        }
    }

    /// The accelerators of a flavor, or those its name implies where the catalogue is not available.
    fn deployment_gpus(
        &self,
        name: Option<&str>,
        flavor: Option<&wire::InferenceFlavor>,
    ) -> Option<GpuRequest> {
        let (count, model) = if let Some(flavor) = flavor {
            let model = flavor.gpu_model.as_deref().unwrap_or_default();
            ((*flavor.gpu)?, accelerator::canonical_name(model))
        } else {
            let card = card_of_flavor(name?)?;
            (card.count, accelerator::canonical_name(&card.model))
        };
        (count > 0).then(|| GpuRequest {
            count,
            models: (!model.is_empty()).then(|| self.strings.intern(&model)).into_iter().collect(),
        })
    }

    fn locations(&self, wire: &wire::Deployment, regions: Option<&Regions>) -> Option<ArcStr> {
        let names: Vec<ArcStr> = wire
            .containers
            .iter()
            .filter_map(|placed| *placed.region_id)
            .map(|id| regions.map_or_else(|| format!("region {id}").into(), |regions| regions.name(id)))
            .collect();
        (!names.is_empty()).then(|| self.strings.intern(&names.join(", ")))
    }

    /// Maps a container of one region. Its logs are not offered: they have no documented shape, and no time to resume at.
    pub(crate) fn caas(&self, wire: &wire::CaasContainer, region: &Region) -> Container {
        let (cpu, memory) = wire.flavor.as_deref().map_or((None, None), caas_size);
        let variables = (!wire.envs.is_empty()).then(|| wire.envs.len().to_string());
        let mut facts = Facts::new(&self.strings);
        facts.add("flavor", wire.flavor.as_deref());
        facts.add("scale", range(&wire.scale).as_deref());
        facts.add("listening_port", wire.listening_port.as_deref());
        facts.add("is_disabled", wire.is_disabled.then_some("yes"));
        facts.add("envs", variables.as_deref());
        facts.add("description", wire.description.as_deref());
        Container {
            image: self.strings.intern_some(wire.image.as_deref()),
            instances_running: *wire.deploy_status.ready,
            instances: *wire.deploy_status.total,
            cpu,
            memory,
            location: Some(region.name.clone()),
            endpoints: wire.address.as_deref().map(Into::into).into_iter().collect(),
            created: wire.created_at.timestamp(),
            facts: facts.into_vec(),
            ..Container::new(
                ResourceId::scoped(&self.context, Kind::Container, region.scope.clone(), &*wire.name),
                &*wire.name,
                state::of_container(&self.strings, wire),
            )
        }
    }
}

/// The scale limits: `1-3` where all regions are alike, else those of each region.
fn scale(placed: &[wire::Placed]) -> Option<String> {
    let mut all: Vec<String> = placed.iter().filter_map(|placed| range(&placed.scale)).collect();
    all.dedup();
    (!all.is_empty()).then(|| all.join(", "))
}

fn range(scale: &wire::Scale) -> Option<String> {
    match (*scale.min, *scale.max) {
        (Some(min), Some(max)) => Some(format!("{min}-{max}")),
        (one, other) => one.or(other).map(|number| number.to_string()),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast saturates, and no flavor has less than nothing"
)]
pub(super) fn gib(number: f64) -> Bytes {
    Bytes((number * f64::from(1 << 30)) as u64)
}

/// Parses the size in a flavor such as `250mCPU-512MiB`.
fn caas_size(flavor: &str) -> (Option<Cores>, Option<Bytes>) {
    let mut size = (None, None);
    for part in flavor.split('-') {
        if let Some(milli) = part.strip_suffix("mCPU").and_then(|text| text.parse::<f64>().ok()) {
            size.0 = Some(Cores(milli / 1000.0));
        } else if let Some(mib) = part.strip_suffix("MiB").and_then(|text| text.parse::<u64>().ok()) {
            size.1 = mib.checked_mul(1 << 20).map(Bytes);
        }
    }
    size
}
