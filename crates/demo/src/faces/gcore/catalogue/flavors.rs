//! Sizes of virtual machines.

use serde_json::{Value, json};

use super::super::view::Vm;
use super::price;

/// A size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flavor {
    /// Its id, which is also its name.
    pub(crate) id: &'static str,
    /// Virtual processors.
    pub(crate) vcpus: u32,
    /// Memory in MiB.
    pub(crate) ram: u32,
    /// Euros an hour.
    pub(crate) hour: f64,
    /// Whether nobody can have a new one.
    pub(crate) disabled: bool,
    /// Accelerators: how many, and of which model.
    pub(crate) gpu: Option<(u32, &'static str)>,
}

const fn plain(id: &'static str, vcpus: u32, gib: u32, hour: f64) -> Flavor {
    Flavor { id, vcpus, ram: gib * 1024, hour, disabled: false, gpu: None }
}

const fn old(flavor: Flavor) -> Flavor {
    Flavor { disabled: true, ..flavor }
}

const fn with(flavor: Flavor, count: u32, model: &'static str) -> Flavor {
    Flavor { gpu: Some((count, model)), ..flavor }
}

/// Every size, smallest first within its family.
pub(crate) const FLAVORS: [Flavor; 18] = [
    plain("g2s-shared-1-1", 1, 1, 0.0077),
    plain("g2s-shared-1-2", 1, 2, 0.0121),
    plain("g2-standard-1-2", 1, 2, 0.0174),
    plain("g2-standard-2-4", 2, 4, 0.0348),
    plain("g2-standard-2-8", 2, 8, 0.0496),
    plain("g2-standard-4-8", 4, 8, 0.0696),
    plain("g2-standard-4-16", 4, 16, 0.0992),
    plain("g2-standard-8-16", 8, 16, 0.1392),
    plain("g2-standard-8-32", 8, 32, 0.1984),
    plain("g2-standard-16-64", 16, 64, 0.3968),
    plain("g2-memory-8-64", 8, 64, 0.2976),
    plain("g2-cpu-16-16", 16, 16, 0.2464),
    plain("g1w-standard-2-4", 2, 4, 0.0610),
    plain("g1w-standard-4-8", 4, 8, 0.1220),
    old(plain("g1-standard-1-2", 1, 2, 0.0190)),
    old(plain("g1-standard-2-4", 2, 4, 0.0380)),
    with(plain("g3-ai-24-232-1250-h100-80-1", 24, 232, 3.10), 1, "h100"),
    with(plain("g3-ai-64-384-3000-l40s-48-2", 64, 384, 2.64), 2, "l40s"),
];

/// A size by its id.
pub(crate) fn by_id(id: &str) -> Option<&'static Flavor> {
    FLAVORS.iter().find(|flavor| flavor.id == id)
}

/// The size of a machine of which nobody said one: the cheapest into which its group's limits fit.
pub(crate) fn fitting(vm: &Vm<'_>) -> &'static Flavor {
    let group = vm.group;
    let fits = |flavor: &&'static Flavor| {
        flavor.gpu.is_some() == (group.gpu > 0)
            && !flavor.id.starts_with("g1w")
            && !flavor.disabled
            && f64::from(flavor.vcpus) >= group.cpus
            && u64::from(flavor.ram) >= group.ram_mb
            && flavor.gpu.is_none_or(|(count, model)| {
                count >= group.gpu && group.gpu_models.iter().any(|wanted| wanted == model)
            })
    };
    let largest = if group.gpu > 0 { &FLAVORS[17] } else { &FLAVORS[9] };
    FLAVORS.iter().filter(fits).min_by(|a, b| a.hour.total_cmp(&b.hour)).unwrap_or(largest)
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
        if let Some((count, model)) = self.gpu {
            hardware["gpu"] = json!(super::gpu::gpu_name(model, count));
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
        if let Some((count, model)) = self.gpu {
            row["resource_class"] = json!(self.id);
            row["hardware_description"] = json!({
                "cpu": format!("{} vCPU", self.vcpus),
                "disk": "1x 1250 GB NVMe",
                "gpu": super::gpu::gpu_name(model, count),
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
    fn names_tell_what_is_inside() {
        for flavor in FLAVORS.iter().filter(|f| f.gpu.is_none()) {
            let suffix = format!("-{}-{}", flavor.vcpus, flavor.ram / 1024);
            assert!(flavor.id.ends_with(&suffix), "{}", flavor.id);
        }
        assert!(FLAVORS[17].gpu.is_some() && FLAVORS[9].gpu.is_none(), "the largest ones moved");
        let mut ids: Vec<&str> = FLAVORS.iter().map(|f| f.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), FLAVORS.len());
    }
}
