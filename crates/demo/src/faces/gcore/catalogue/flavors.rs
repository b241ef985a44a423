//! Sizes of virtual machines.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::view::Vm;
use super::gpu::Gpus;
use super::{CATALOGUE, price};

/// A size.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Flavor {
    /// Its id, which is also its name.
    pub(crate) id: &'static str,
    /// Virtual processors.
    pub(crate) vcpus: u32,
    /// Memory in MiB.
    #[serde(rename = "ram_mib")]
    pub(crate) ram: u32,
    /// Euros an hour.
    pub(crate) hour: f64,
    /// True if it is no longer sold.
    #[serde(default)]
    pub(crate) disabled: bool,
    /// Accelerators.
    pub(crate) gpu: Option<Gpus>,
}

/// Every size, smallest first within its family.
pub(crate) fn all() -> &'static [Flavor] {
    &CATALOGUE.flavors
}

/// A size by its id.
pub(crate) fn by_id(id: &str) -> Option<&'static Flavor> {
    all().iter().find(|flavor| flavor.id == id)
}

/// The size of a machine that was made without one: the cheapest into which its group's limits fit.
pub(crate) fn fitting(vm: &Vm<'_>) -> &'static Flavor {
    let group = vm.group;
    let fits = |flavor: &&'static Flavor| {
        flavor.gpu.is_some() == (group.gpu > 0)
            && !flavor.id.starts_with("g1w")
            && !flavor.disabled
            && f64::from(flavor.vcpus) >= group.cpus
            && u64::from(flavor.ram) >= group.ram_mb
            && flavor.gpu.is_none_or(|gpu| {
                gpu.count >= group.gpu && group.gpu_models.iter().any(|wanted| wanted == gpu.model)
            })
    };
    let cheapest = all().iter().filter(fits).min_by(|a, b| a.hour.total_cmp(&b.hour));
    cheapest.unwrap_or_else(|| largest(group.gpu > 0))
}

/// The largest size with or without accelerators.
fn largest(gpu: bool) -> &'static Flavor {
    let of_kind = all().iter().filter(|flavor| flavor.gpu.is_some() == gpu);
    of_kind.max_by_key(|flavor| (flavor.ram, flavor.vcpus)).unwrap_or(&all()[0])
}

impl Flavor {
    /// `linux` or `windows`: which family it is in.
    pub(crate) fn os(&self) -> &'static str {
        if self.id.starts_with("g1w") { "windows" } else { "linux" }
    }

    /// Texts about its hardware, as an instance carries them.
    fn hardware(&self) -> Value {
        let mut hardware = json!({
            "vcpus": format!("{} vCPU", self.vcpus),
            "ram": format!("{} GB", self.ram / 1024),
        });
        if let Some(gpu) = self.gpu {
            hardware["gpu"] = json!(gpu.description());
        }
        hardware
    }

    /// As a part of an instance. A server of a cluster of accelerators carries other texts than a plain machine.
    pub(crate) fn embedded(&self) -> Value {
        let mut row = json!({
            "flavor_id": self.id,
            "flavor_name": self.id,
            "vcpus": self.vcpus,
            "ram": self.ram,
            "architecture": "x86_64",
            "os_type": self.os(),
            "hardware_description": self.hardware(),
        });
        if let Some(gpu) = self.gpu {
            row["resource_class"] = json!(self.id);
            row["hardware_description"] = json!({
                "cpu": format!("{} vCPU", self.vcpus),
                "disk": "1x 1250 GB NVMe",
                "gpu": gpu.description(),
                "license": "",
                "network": "2x 25 Gbps Ethernet",
                "ram": format!("{} GB", self.ram / 1024),
            });
        }
        row
    }

    /// As a row of the list of sizes.
    pub(crate) fn listed(&self, prices: bool) -> Value {
        let mut row = json!({
            "flavor_id": self.id,
            "flavor_name": self.id,
            "vcpus": self.vcpus,
            "ram": self.ram,
            "architecture": "x86_64",
            "os_type": self.os(),
            "disabled": self.disabled,
            "hardware_description": self.hardware(),
        });
        if prices {
            price(&mut row, self.hour);
        }
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_with_processors_and_memory() {
        for flavor in all().iter().filter(|f| f.gpu.is_none()) {
            let suffix = format!("-{}-{}", flavor.vcpus, flavor.ram / 1024);
            assert!(flavor.id.ends_with(&suffix), "{}", flavor.id);
        }
    }

    #[test]
    fn each_kind_has_a_largest_size_on_sale() {
        assert_eq!(largest(false).id, "g2-standard-16-64");
        assert_eq!(largest(true).id, "g3-ai-64-384-3000-l40s-48-2");
        assert!(!largest(false).disabled && !largest(true).disabled);
    }
}
