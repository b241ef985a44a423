//! Instance types: families, sizes, processors, memory and accelerators as the platform lists them.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{CATALOG, quotas, zones};
use crate::faces::exoscale::ids::{Thing, id};

/// Memory is in bytes.
const MIB: u64 = 1 << 20;

/// A family of the document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Family {
    /// `standard`, `gpua30`.
    pub(super) name: &'static str,
    /// The zones it is sold in; `None` is all.
    zones: Option<Vec<&'static str>>,
    sizes: Vec<Size>,
}

/// A size of a family of the document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Size {
    name: &'static str,
    cpus: u32,
    memory_mib: u64,
    #[serde(default)]
    gpus: u32,
    /// The zones it is sold in; `None` is those of its family.
    zones: Option<Vec<&'static str>>,
}

/// One size of a family.
#[derive(Debug)]
pub(in crate::faces::exoscale) struct InstanceType {
    /// `standard`, `gpua30`.
    pub family: &'static str,
    /// `medium`.
    pub size: &'static str,
    /// Virtual processors.
    pub cpus: u32,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// Accelerators; 0 is none.
    pub gpus: u32,
    /// The zones it is sold in.
    pub zones: &'static [&'static str],
}

static TYPES: LazyLock<Vec<InstanceType>> = LazyLock::new(|| {
    let sizes =
        CATALOG.families.iter().flat_map(|family| family.sizes.iter().map(move |size| (family, size)));
    let types = sizes.map(|(family, size)| InstanceType {
        family: family.name,
        size: size.name,
        cpus: size.cpus,
        memory_mib: size.memory_mib,
        gpus: size.gpus,
        zones: size.zones.as_ref().or(family.zones.as_ref()).map_or(zones(), Vec::as_slice),
    });
    types.collect()
});

/// Every instance type; its place is its number.
pub(in crate::faces::exoscale) fn all() -> &'static [InstanceType] {
    &TYPES
}

impl InstanceType {
    /// Returns whether its family has a quota that is not zero; what has no accelerator needs none.
    pub(in crate::faces::exoscale) fn authorized(&self) -> bool {
        self.gpus == 0 || quotas().iter().any(|quota| quota.resource == self.family && quota.limit != 0)
    }

    /// The largest disk in GiB that it can have.
    pub(in crate::faces::exoscale) fn most_disk(&self) -> u64 {
        match self.size {
            "micro" => 200,
            "tiny" | "small" | "medium" | "large" if self.gpus == 0 => 400,
            "extra-large" | "huge" | "mega" if self.gpus == 0 => 800,
            _ => 1600,
        }
    }

    /// Returns whether an instance of this type can become one of the other. Three families are one in this.
    pub(in crate::faces::exoscale) fn scales_to(&self, other: &Self) -> bool {
        let plain = |family| matches!(family, "standard" | "memory" | "cpu");
        self.family == other.family || (plain(self.family) && plain(other.family))
    }

    /// As the API returns it: bytes, no `gpus` where there are none. `known` says whether the caller showed a key.
    pub(in crate::faces::exoscale) fn document(&self, key: u32, known: bool) -> Value {
        let mut document = json!({
            "id": id(Thing::InstanceType, key),
            "family": self.family,
            "size": self.size,
            "cpus": self.cpus,
            "memory": self.memory_mib * MIB,
            "authorized": self.authorized() && (known || self.gpus == 0),
            "zones": self.zones,
        });
        if self.gpus > 0 {
            document["gpus"] = self.gpus.into();
        }
        document
    }
}

/// A type by its number.
pub(in crate::faces::exoscale) fn at(key: u32) -> Option<&'static InstanceType> {
    all().get(key as usize)
}

/// The type that fits best: enough of everything in that zone, and as little too much as can be.
pub(in crate::faces::exoscale) fn fitting(zone: &str, cpus: u32, memory_mib: u64, gpus: u32) -> u32 {
    (0..)
        .zip(all())
        .filter(|(_, t)| t.zones.contains(&zone) && (t.gpus > 0) == (gpus > 0))
        .min_by_key(|(_, t)| {
            let short = t.cpus < cpus || t.memory_mib < memory_mib || t.gpus < gpus;
            (short, t.gpus.abs_diff(gpus), t.memory_mib.abs_diff(memory_mib), t.cpus.abs_diff(cpus))
        })
        .map_or(3, |(key, _)| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bytes_and_no_gpus_is_no_field() {
        let micro = all()[0].document(0, true);
        assert_eq!((micro["memory"].as_u64(), micro.get("gpus")), (Some(536_870_912), None));
        let (key, a30) = (0..).zip(all()).find(|(_, t)| t.family == "gpua30").expect("A30s");
        assert_eq!((a30.document(key, true)["gpus"].as_u64(), a30.authorized()), (Some(1), true));
        assert_eq!(a30.document(key, false)["authorized"], false);
        let named = |size, gpus| all().iter().find(|t| t.size == size && t.gpus == gpus).expect("it");
        assert!(named("micro", 0).scales_to(&all()[11]) && !named("micro", 0).scales_to(a30));
    }

    #[test]
    fn a_machine_finds_the_type_that_is_just_enough() {
        let name = |key| at(key).map(|t| (t.family, t.size));
        assert_eq!(name(fitting("ch-gva-2", 2, 4096, 0)), Some(("standard", "medium")));
        assert_eq!(name(fitting("ch-gva-2", 8, 40_000, 2)), Some(("gpua30", "medium")));
        assert_eq!(name(fitting("de-fra-1", 8, 40_000, 1)), Some(("gpu3", "small")));
        assert!(fitting("bg-sof-1", 8, 40_000, 1) < 48, "nothing there has one");
    }

    #[test]
    fn every_type_is_sold_somewhere_and_accelerators_have_a_quota() {
        assert_eq!(all().len(), 48);
        for kind in all() {
            assert!(
                !kind.zones.is_empty() && kind.zones.iter().all(|zone| zones().contains(zone)),
                "{kind:?}"
            );
            let counted = quotas().iter().any(|quota| quota.resource == kind.family);
            assert!(kind.gpus == 0 || counted, "{kind:?}");
        }
        assert_eq!(all()[10].zones, ["ch-gva-2"], "a size can be sold in fewer zones than its family");
        assert_eq!(all()[0].zones, zones());
    }
}
