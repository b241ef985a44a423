//! Maps Quasarch's containers, revisions and GPU models to rows.

use arcstr::ArcStr;

use super::wire;
use crate::mapping::accelerator;
use crate::mapping::facts::Facts;
use crate::mapping::interner::Interner;
use qdeck_model::{
    Bytes, Container, ContainerLink, ContextName, Cores, GpuModel, GpuRequest, Kind, Lifecycle, Offers,
    ResourceId, Revision, State,
};

/// Maps the wire types to rows of one context, with interned texts. Cheap to clone.
#[derive(Clone)]
pub(super) struct Mapper {
    pub(super) context: ContextName,
    pub(super) strings: Interner,
}

impl Mapper {
    /// Maps a container. Only the number of its environment variables is kept, since their values are secrets.
    pub(super) fn container(&self, wire: &wire::Container) -> Container {
        let variables = (!wire.env.is_empty()).then(|| wire.env.len().to_string());
        let mut facts = Facts::new(&self.strings);
        facts.extend([
            ("port", wire.port.as_deref()),
            ("ephemeralStorage", wire.ephemeral_storage.as_deref()),
            ("env", variables.as_deref()),
            ("createdBy", wire.created_by.as_deref()),
        ]);
        let wants_gpus = *wire.gpu > 0 || !wire.desired_gpus.is_empty();
        Container {
            image: self.strings.intern_some(wire.image.as_deref()),
            cpu: wire.cpu.map(Cores),
            memory: wire.ram.as_deref().and_then(quantity),
            gpus: wants_gpus.then(|| GpuRequest {
                count: *wire.gpu,
                models: wire
                    .desired_gpus
                    .iter()
                    .map(|model| self.strings.intern(&accelerator::canonical_name(model)))
                    .collect(),
            }),
            endpoints: wire.urls.iter().map(|host| host.as_str().into()).collect(),
            created: wire.date_created.timestamp(),
            changed: wire.date_updated.timestamp(),
            offers: Offers { console: None, telemetry: false, logs: true, actions: true },
            facts: facts.into_vec(),
            ..Container::new(
                ResourceId::new(&self.context, Kind::Container, &*wire.id),
                wire.name.as_deref().unwrap_or(&wire.id),
                self.state(wire.status.as_deref()),
            )
        }
    }

    /// The state. The first two values are in the API's samples, the third in the console's guide only.
    fn state(&self, status: Option<&str>) -> State {
        let raw = status.unwrap_or("unknown");
        let lifecycle = match raw {
            "deploying" => Lifecycle::Pending,
            "deployed" => Lifecycle::Running,
            "failed" => Lifecycle::Failed,
            _ => Lifecycle::Unknown,
        };
        State::new(lifecycle, self.strings.intern(raw))
    }

    /// Maps all revisions of one container. The one with the highest number is current.
    pub(super) fn revisions(&self, container: &ContainerLink, wire: &[wire::Revision]) -> Vec<Revision> {
        let newest = wire.iter().map(|revision| revision.number).max();
        let row = |revision: &wire::Revision| {
            let current = Some(revision.number) == newest;
            let number: ArcStr = revision.number.to_string().into();
            let (lifecycle, raw) =
                if current { (Lifecycle::Running, "current") } else { (Lifecycle::Done, "superseded") };
            Revision {
                id: ResourceId::scoped(
                    &self.context,
                    Kind::Revision,
                    container.id.id.clone(),
                    number.clone(),
                ),
                container: container.clone(),
                number,
                state: State::new(lifecycle, self.strings.intern(raw)),
                image: self.strings.intern_some(revision.image.as_deref()),
                created: revision.date_created.timestamp(),
                offers: Offers { actions: true, ..Offers::default() },
                facts: Vec::new(),
            }
        };
        wire.iter().map(row).collect()
    }

    pub(super) fn gpu_model(&self, wire: &wire::GpuModel) -> GpuModel {
        GpuModel::new(
            ResourceId::new(&self.context, Kind::GpuModel, &*wire.code),
            accelerator::canonical_name(wire.name.as_deref().unwrap_or(&wire.code)),
            &*wire.code,
        )
    }

    pub(super) fn link(&self, id: ArcStr, name: Option<ArcStr>) -> ContainerLink {
        ContainerLink { id: ResourceId::new(&self.context, Kind::Container, id), name }
    }
}

/// Parses a quantity as Kubernetes writes it: `512Mi`, `2Gi`, `1.5G`, plain bytes.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number holds digits and a point only, and a cast saturates"
)]
pub(super) fn quantity(text: &str) -> Option<Bytes> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    let unit: f64 = match &text[end..] {
        "" => 1.0,
        "Ki" => 1024.0,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        "Ti" => 1_099_511_627_776.0,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        _ => return None,
    };
    Some(Bytes((number * unit) as u64))
}
