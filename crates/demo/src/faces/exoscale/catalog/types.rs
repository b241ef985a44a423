//! Instance types: families, sizes, processors, memory and accelerators as the platform lists them.

use serde_json::{Value, json};

use super::{QUOTAS, ZONES};
use crate::faces::exoscale::ids::{Thing, id};

/// Memory is in bytes.
const MIB: u64 = 1 << 20;

/// One size of a family.
#[derive(Debug, Clone, Copy)]
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
    /// Where it can be had.
    pub zones: &'static [&'static str],
}

const fn of(
    family: &'static str,
    size: &'static str,
    cpus: u32,
    memory_mib: u64,
    gpus: u32,
    zones: &'static [&'static str],
) -> InstanceType {
    InstanceType { family, size, cpus, memory_mib, gpus, zones }
}

const GIB: u64 = 1024;
const ALL: &[&str] = &ZONES;
const VIENNA_1: &[&str] = &["at-vie-1"];
const VIENNA_2: &[&str] = &["at-vie-2"];
const GENEVA: &[&str] = &["ch-gva-2"];
const FRANKFURT: &[&str] = &["de-fra-1"];
const PRO: &[&str] = &["ch-dk-2", "de-fra-1", "hr-zag-1"];
/// Storage types are not sold in Munich.
const STORES: &[&str] = &["at-vie-1", "at-vie-2", "bg-sof-1", "ch-dk-2", "ch-gva-2", "de-fra-1", "hr-zag-1"];

/// Everything on offer.
pub(in crate::faces::exoscale) const TYPES: &[InstanceType] = &[
    of("standard", "micro", 1, 512, 0, ALL),
    of("standard", "tiny", 1, GIB, 0, ALL),
    of("standard", "small", 2, 2 * GIB, 0, ALL),
    of("standard", "medium", 2, 4 * GIB, 0, ALL),
    of("standard", "large", 4, 8 * GIB, 0, ALL),
    of("standard", "extra-large", 4, 16 * GIB, 0, ALL),
    of("standard", "huge", 8, 32 * GIB, 0, ALL),
    of("standard", "mega", 12, 64 * GIB, 0, ALL),
    of("standard", "titan", 16, 128 * GIB, 0, ALL),
    of("standard", "jumbo", 24, 225 * GIB, 0, ALL),
    of("standard", "colossus", 40, 320 * GIB, 0, GENEVA),
    of("memory", "extra-large", 2, 16 * GIB, 0, ALL),
    of("memory", "huge", 4, 32 * GIB, 0, ALL),
    of("memory", "mega", 8, 64 * GIB, 0, ALL),
    of("memory", "titan", 12, 128 * GIB, 0, ALL),
    of("cpu", "extra-large", 8, 16 * GIB, 0, ALL),
    of("cpu", "huge", 16, 32 * GIB, 0, ALL),
    of("cpu", "mega", 32, 64 * GIB, 0, ALL),
    of("cpu", "titan", 40, 128 * GIB, 0, ALL),
    of("cpu", "jumbo", 80, 320 * GIB, 0, GENEVA),
    of("storage", "extra-large", 4, 16 * GIB, 0, STORES),
    of("storage", "huge", 8, 32 * GIB, 0, STORES),
    of("storage", "mega", 12, 64 * GIB, 0, STORES),
    of("storage", "titan", 16, 128 * GIB, 0, STORES),
    of("storage", "jumbo", 24, 225 * GIB, 0, STORES),
    of("gpu2", "small", 12, 56 * GIB, 1, VIENNA_1),
    of("gpu2", "medium", 16, 90 * GIB, 2, VIENNA_1),
    of("gpu2", "large", 24, 120 * GIB, 3, VIENNA_1),
    of("gpu2", "huge", 48, 225 * GIB, 4, VIENNA_1),
    of("gpu3", "small", 12, 56 * GIB, 1, FRANKFURT),
    of("gpu3", "medium", 24, 120 * GIB, 2, FRANKFURT),
    of("gpu3", "large", 48, 224 * GIB, 4, FRANKFURT),
    of("gpu3", "huge", 96, 448 * GIB, 8, FRANKFURT),
    of("gpua30", "small", 12, 56 * GIB, 1, GENEVA),
    of("gpua30", "medium", 16, 90 * GIB, 2, GENEVA),
    of("gpua30", "large", 24, 120 * GIB, 3, GENEVA),
    of("gpua30", "huge", 48, 225 * GIB, 4, GENEVA),
    of("gpua5000", "small", 12, 56 * GIB, 1, VIENNA_2),
    of("gpua5000", "medium", 24, 112 * GIB, 2, VIENNA_2),
    of("gpua5000", "large", 48, 224 * GIB, 4, VIENNA_2),
    of("gpu3080ti", "small", 12, 56 * GIB, 1, VIENNA_2),
    of("gpu3080ti", "medium", 24, 112 * GIB, 2, VIENNA_2),
    of("gpu3080ti", "large", 48, 224 * GIB, 4, VIENNA_2),
    of("gpurtx6000pro", "small", 36, 120 * GIB, 1, PRO),
    of("gpurtx6000pro", "medium", 72, 240 * GIB, 2, PRO),
    of("gpurtx6000pro", "large", 144, 480 * GIB, 4, PRO),
    of("gpurtx6000pro", "huge", 248, 960 * GIB, 8, PRO),
    of("gpub300", "huge", 248, 2560 * GIB, 8, GENEVA),
];

impl InstanceType {
    /// Whether its family has a quota that is not zero; what has no accelerator needs none.
    pub(in crate::faces::exoscale) fn authorized(&self) -> bool {
        self.gpus == 0 || QUOTAS.iter().any(|(name, limit)| *name == self.family && *limit != 0)
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

    /// Whether an instance of this type can become one of the other. Three families are one in this.
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
    TYPES.get(key as usize)
}

/// The type that fits best: enough of everything in that zone, and as little too much as can be.
pub(in crate::faces::exoscale) fn fitting(zone: &str, cpus: u32, memory_mib: u64, gpus: u32) -> u32 {
    (0..)
        .zip(TYPES)
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
        let micro = TYPES[0].document(0, true);
        assert_eq!((micro["memory"].as_u64(), micro.get("gpus")), (Some(536_870_912), None));
        let (key, a30) = (0..).zip(TYPES).find(|(_, t)| t.family == "gpua30").expect("A30s");
        assert_eq!((a30.document(key, true)["gpus"].as_u64(), a30.authorized()), (Some(1), true));
        assert_eq!(a30.document(key, false)["authorized"], false);
        let named = |size, gpus| TYPES.iter().find(|t| t.size == size && t.gpus == gpus).expect("it");
        assert!(named("micro", 0).scales_to(&TYPES[11]) && !named("micro", 0).scales_to(a30));
    }

    #[test]
    fn a_machine_finds_the_type_that_is_just_enough() {
        let name = |key| at(key).map(|t| (t.family, t.size));
        assert_eq!(name(fitting("ch-gva-2", 2, 4096, 0)), Some(("standard", "medium")));
        assert_eq!(name(fitting("ch-gva-2", 8, 40_000, 2)), Some(("gpua30", "medium")));
        assert_eq!(name(fitting("de-fra-1", 8, 40_000, 1)), Some(("gpu3", "small")));
        assert!(fitting("bg-sof-1", 8, 40_000, 1) < 48, "nothing there has one");
    }
}
