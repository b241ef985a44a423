//! Maps families of instance types to GPU models. The API has no field for the model: the family implies it.

use std::collections::BTreeMap;
use std::sync::Arc;

use arcstr::ArcStr;

use super::Mapper;
use crate::exoscale::catalogue::Type;
use crate::exoscale::wire::Quota;
use crate::mapping::facts::Facts;
use qdeck_model::{Bytes, GpuModel, Kind, ResourceId};

/// Families whose model is known, with the memory in GiB where the model has one size only.
const MODELS: [(&str, &str, Option<u64>); 8] = [
    ("gpu", "NVIDIA Tesla P100", None),
    ("gpu2", "NVIDIA Tesla V100", None),
    ("gpu3", "NVIDIA A40", Some(48)),
    ("gpua30", "NVIDIA A30", Some(24)),
    ("gpua5000", "NVIDIA RTX A5000", Some(24)),
    ("gpu3080ti", "NVIDIA RTX 3080 Ti", Some(12)),
    ("gpurtx6000pro", "NVIDIA RTX PRO 6000", Some(96)),
    ("gpub300", "NVIDIA B300", Some(269)),
];

/// The name and memory of a family's model; an unknown family keeps its own name.
pub(crate) fn model(family: &str) -> (&str, Option<Bytes>) {
    let model = MODELS.iter().find(|(known, ..)| *known == family);
    model.map_or((family, None), |(_, name, memory)| (name, memory.map(|gib| Bytes(gib << 30))))
}

/// True for types with accelerators.
pub(crate) fn is_gpu(kind: &Type) -> bool {
    kind.gpus > 0 || kind.family.starts_with("gpu")
}

impl Mapper {
    /// Maps these types to one row a model. `sold` has each type with the zone that listed it; quotas are named like
    /// families.
    pub(crate) fn gpu_models(&self, sold: &[(ArcStr, Arc<Type>)], quotas: &[Quota]) -> Vec<GpuModel> {
        let mut families: BTreeMap<ArcStr, Family<'_>> = BTreeMap::new();
        for (zone, kind) in sold.iter().filter(|(_, kind)| is_gpu(kind)) {
            let family = families.entry(kind.family.clone()).or_default();
            family.sizes.insert((kind.gpus, kind.size.clone()), kind);
            let zones = if kind.zones.is_empty() { std::slice::from_ref(zone) } else { &kind.zones[..] };
            for zone in zones {
                if !family.zones.contains(zone) {
                    family.zones.push(zone.clone());
                }
            }
        }
        families
            .iter_mut()
            .map(|(name, family)| {
                family.zones.sort();
                let quota = quotas.iter().find(|quota| *quota.resource == **name);
                self.gpu_model(name, family, quota)
            })
            .collect()
    }

    fn gpu_model(&self, name: &ArcStr, family: &Family<'_>, quota: Option<&Quota>) -> GpuModel {
        let (model, memory) = model(name);
        let sizes = family.sizes.values();
        let mut facts = Facts::new(&self.strings);
        facts.add("family", Some(name));
        facts.add("cpus", range(sizes.clone().filter_map(|kind| kind.cpus), |n| n.to_string()).as_deref());
        let ram = range(sizes.clone().filter_map(|kind| kind.memory), |n| n.to_string());
        facts.add("memory", ram.as_deref());
        let authorized: Vec<bool> = sizes.clone().filter_map(|kind| kind.authorized).collect();
        facts.add(
            "authorized",
            match (authorized.contains(&true), authorized.contains(&false)) {
                (true, true) => Some("in part"),
                (true, false) => Some("yes"),
                (false, true) => Some("no"),
                (false, false) => None,
            },
        );
        if let Some(quota) = quota {
            facts.add("usage", Some(&quota.usage.to_string()));
            facts.add("limit", quota.limit.map(limit).as_deref());
        }
        GpuModel {
            memory,
            sizes: sizes.map(|kind| self.strings.intern(&format!("{} {}x", kind.size, kind.gpus))).collect(),
            locations: family.zones.clone(),
            quota: quota.and_then(left).map(Into::into),
            facts: facts.into_vec(),
            ..GpuModel::new(
                ResourceId::new(&self.context, Kind::GpuModel, name.clone()),
                self.strings.intern(model),
                name.clone(),
            )
        }
    }
}

#[derive(Default)]
struct Family<'a> {
    /// By count, so that they read from small to large.
    sizes: BTreeMap<(u32, ArcStr), &'a Arc<Type>>,
    zones: Vec<ArcStr>,
}

/// The range of values as text: `12–48`, or one value where all are equal.
fn range<T: Ord + Copy>(
    values: impl Iterator<Item = T> + Clone,
    format: impl Fn(T) -> String,
) -> Option<String> {
    let (low, high) = (values.clone().min()?, values.max()?);
    Some(if low == high { format(low) } else { format!("{}–{}", format(low), format(high)) })
}

fn limit(limit: i64) -> String {
    if limit < 0 { "unlimited".to_owned() } else { limit.to_string() }
}

/// The remainder of a quota: `3 of 4`.
fn left(quota: &Quota) -> Option<String> {
    let all = (*quota.limit)?;
    Some(if all < 0 { limit(all) } else { format!("{} of {all}", all.saturating_sub(*quota.usage).max(0)) })
}
