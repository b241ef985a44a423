//! Inference: containers with accelerators near the user, addressed by name, in several regions at once.

pub(super) mod list;
pub(super) mod logs;
mod shape;
pub(super) mod writes;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::catalogue::gpu;
use super::state::AccountState;
use super::view::{ACCOUNT, INFERENCE};
use crate::engine::events::Event;
use crate::engine::fleet::{Container, Fleet, Phase, Revision, ago};
use crate::engine::machines;
use crate::workload::Kind;

/// The most replicas of one region that have processes; more are counted in the scale's maximum only.
const MOST: i64 = 8;

/// The scale of a deployment in one region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    /// The region's number.
    pub(super) region: i64,
    /// At least so many.
    pub(super) min: i64,
    /// At most so many.
    pub(super) max: i64,
    /// The wait before it shrinks, in seconds.
    pub(super) cooldown: Option<i64>,
    /// The time between two checks of the load, in seconds.
    pub(super) polling: Option<i64>,
}

/// Settings of a deployment that the engine's container does not have.
#[derive(Debug, Clone, Default)]
pub(super) struct Deployment {
    /// The size of a replica.
    pub(super) flavor: String,
    /// The port it listens on.
    pub(super) port: i64,
    /// A sentence about it.
    pub(super) description: String,
    /// The command instead of the image's own.
    pub(super) command: Option<String>,
    /// The environment of its processes.
    pub(super) envs: BTreeMap<String, String>,
    /// The registry's credentials by name.
    pub(super) credentials: String,
    /// True if callers must show a key.
    pub(super) auth: bool,
    /// Seconds until a scaled-down replica is let go.
    pub(super) timeout: Option<i64>,
    /// Region by region.
    pub(super) scales: Vec<Scale>,
}

/// Sizes of the seeded deployments.
const CHAT_FLAVOR: &str = "inference-16vcpu-232gib-1xl40s-48gb";
const BATCH_FLAVOR: &str = "inference-16vcpu-232gib-1xh100-80gb";

/// The deployments that an account has from the beginning: one that answers in two regions, one that is scaled to
/// nothing until it is called.
pub(super) fn seed(fleet: &mut Fleet, account: &mut AccountState, events: &mut Vec<Event>) {
    let regions = numbers(fleet);
    let now = Timestamp::now();
    let scale = |region: &(i64, u32), min: i64, max: i64| Scale {
        region: region.0,
        min,
        max,
        cooldown: Some(60),
        polling: Some(30),
    };
    let chat = Deployment {
        flavor: CHAT_FLAVOR.to_owned(),
        port: 8000,
        description: "Answers customers' questions.".to_owned(),
        envs: BTreeMap::from([("MODEL".to_owned(), "harbour-7b".to_owned())]),
        timeout: Some(120),
        scales: regions.iter().zip([(2, 4), (1, 3)]).map(|(r, (min, max))| scale(r, min, max)).collect(),
        ..Deployment::default()
    };
    let batch = Deployment {
        flavor: BATCH_FLAVOR.to_owned(),
        port: 8080,
        description: "Embeds documents, when there are any.".to_owned(),
        timeout: Some(600),
        scales: regions.iter().take(1).map(|r| scale(r, 0, 2)).collect(),
        ..Deployment::default()
    };
    for (name, image, deployment, hours) in [
        ("harbour-chat", "registry.example.com/harbour/chat:1.8.2", chat, 310),
        ("embed-batch", "registry.example.com/harbour/embed-worker:0.4.0", batch, 74),
    ] {
        let created = ago(now, SignedDuration::from_hours(hours));
        let key = add_deployment(fleet, account, name, image, deployment, Phase::Running, created);
        events.extend(key.map(|container| Event::Reconfigured { container }));
    }
}

/// The regions' numbers with one of their hosts.
pub(super) fn numbers(fleet: &Fleet) -> Vec<(i64, u32)> {
    let view = super::view::View { fleet, account: &AccountState::default() };
    view.regions()
        .into_iter()
        .filter_map(|region| {
            let mut hosts = fleet.servers_of(ACCOUNT);
            let host = hosts.find(|(_, server)| server.location == region.place)?;
            Some((region.id, host.0))
        })
        .collect()
}

/// Puts a deployment into the fleet with its replicas, and returns its container; `None` when the fleet
/// is full.
pub(super) fn add_deployment(
    fleet: &mut Fleet,
    account: &mut AccountState,
    name: &str,
    image: &str,
    deployment: Deployment,
    phase: Phase,
    created: Timestamp,
) -> Option<u32> {
    let gpu = gpu::inference_flavor(&deployment.flavor).and_then(|size| size.gpu);
    let key = fleet.add_container(Container {
        name: name.to_owned(),
        identifier: name.to_owned(),
        image: image.to_owned(),
        workload: Kind::of_image(image),
        strategy: INFERENCE.to_owned(),
        phase,
        changed: created,
        gpu: gpu.map_or(0, |gpu| gpu.count),
        gpu_models: gpu.map(|gpu| gpu.model.to_owned()).into_iter().collect(),
        ports: vec![deployment.port.to_string()],
        env: deployment.envs.clone(),
        urls: vec![format!("{name}.inference.example.com")],
        revisions: vec![Revision { number: 1, image: image.to_owned(), created }],
        ..machines::blank(ACCOUNT, created)
    })?;
    let hosts = numbers(fleet);
    for scale in &deployment.scales {
        let host = hosts.iter().find(|(region, _)| *region == scale.region);
        for _ in 0..scale.min.min(MOST) {
            fleet.add_instance(key, host.map_or(0, |(_, host)| *host), phase, created);
        }
    }
    account.deployments.insert(key, deployment);
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_of_the_seeded_deployments_are_in_the_catalogue() {
        for name in [CHAT_FLAVOR, BATCH_FLAVOR] {
            assert!(gpu::inference_flavor(name).is_some_and(|size| size.gpu.is_some()), "{name}");
        }
    }
}
