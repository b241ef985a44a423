//! Quasarch's documents: container, revision, GPU model, provider, user, and the page around a list.

use serde_json::{Value, json};

use crate::engine::fleet::{Container, Phase, Revision};
use crate::engine::plan::{Gpu, ProviderPlan};
use crate::faces::time;

/// A UUID that leads back to the engine's index.
pub(super) fn uuid(kind: u8, index: u32) -> String {
    let mixed = index.wrapping_mul(0x9e37_79b9) ^ 0x5ca1_ab1e;
    format!("{mixed:08x}-{kind:02x}c4-4a7e-9b1d-0000{index:08x}")
}

/// The kinds of thing that have a UUID of that form.
pub(super) const CONTAINER: u8 = 0xc0;
/// A provider.
pub(super) const PROVIDER: u8 = 0xd0;

/// The index behind a UUID of that kind.
pub(super) fn index(kind: u8, text: &str) -> Option<u32> {
    let index = u32::from_str_radix(text.get(28..)?, 16).ok()?;
    (text == uuid(kind, index)).then_some(index)
}

/// `deploying` and `deployed` are in the API's samples, `failed` in the console's guide.
pub(super) fn status(phase: Phase) -> &'static str {
    match phase {
        Phase::New | Phase::Starting | Phase::Migrating => "deploying",
        Phase::Failed => "failed",
        Phase::Running => "deployed",
        Phase::Stopping | Phase::Stopped | Phase::Deleting | Phase::Gone => "deleting",
    }
}

/// A quantity as Kubernetes writes it.
fn quantity(mib: u64) -> String {
    if mib.is_multiple_of(1024) { format!("{}Gi", mib / 1024) } else { format!("{mib}Mi") }
}

pub(super) fn container(user: &str, key: u32, container: &Container) -> Value {
    json!({
        "id": uuid(CONTAINER, key),
        "name": container.name,
        "createdBy": user,
        "image": container.image,
        "cpu": container.cpus,
        "ram": quantity(container.ram_mb),
        "gpu": container.gpu,
        "ephemeralStorage": quantity(container.storage_gb * 1024),
        // Null in every sample: that they are lists is the demo's choice.
        "command": (!container.command.is_empty()).then_some(&container.command),
        "arguments": (!container.arguments.is_empty()).then_some(&container.arguments),
        "env": container.env,
        "port": container.ports.first().map_or("80", String::as_str),
        "dateCreated": time(Some(container.created)),
        "dateUpdated": time(container.updated),
        "status": status(container.phase),
        // Null until a provider is negotiated, as in the sample of the create call.
        "urls": (!container.urls.is_empty()).then_some(&container.urls),
        "desiredGPUs": container.gpu_models,
    })
}

pub(super) fn revision(container: u32, revision: &Revision) -> Value {
    json!({
        "containerID": uuid(CONTAINER, container),
        "revisionNumber": revision.number,
        "image": revision.image,
        "dateCreated": time(Some(revision.created)),
    })
}

pub(super) fn gpu_model(gpu: &Gpu) -> Value {
    json!({ "code": gpu.code, "name": gpu.name })
}

pub(super) fn provider(user: &str, key: u32, plan: &ProviderPlan, created: jiff::Timestamp) -> Value {
    json!({
        "id": uuid(PROVIDER, key),
        "externalID": format!("akash1demo{key:034x}"),
        "type": "compute",
        "partner": plan.partner,
        "organization": plan.organization,
        "email": format!("hello@{}", plan.host),
        "hostURI": format!("https://{}:8443", plan.host),
        "dateCreated": time(Some(created)),
        "dateUpdated": time(Some(created)),
        "createdBy": user,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faces::kit::is_uuid;

    #[test]
    fn a_uuid_leads_back_to_its_index_and_kind() {
        let text = uuid(CONTAINER, 70_000);
        assert!(is_uuid(&text), "{text}");
        assert_eq!(index(CONTAINER, &text), Some(70_000));
        assert_eq!(index(PROVIDER, &text), None);
        assert_eq!(index(CONTAINER, "nonsense"), None);
        assert!(!is_uuid("nonsense"));
    }

    #[test]
    fn quantities_read_as_in_the_samples() {
        assert_eq!((quantity(512).as_str(), quantity(2048).as_str()), ("512Mi", "2Gi"));
    }
}
