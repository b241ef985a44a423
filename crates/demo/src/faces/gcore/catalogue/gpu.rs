//! Accelerators on offer: virtual and bare-metal sizes by region, and sizes for inference.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::view::{Region, View};
use super::{CATALOGUE, flavors, price};

/// A model of accelerator.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Accelerator {
    /// `h100`.
    pub(super) model: &'static str,
    memory_gib: u32,
    compute_capability: &'static str,
}

/// The model of that name.
fn accelerator(model: &str) -> Option<&'static Accelerator> {
    CATALOGUE.accelerators.iter().find(|row| row.model == model)
}

/// Accelerators of one model.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gpus {
    /// Their number.
    pub(crate) count: u32,
    /// `h100`.
    pub(crate) model: &'static str,
}

impl Gpus {
    /// The memory of one in GiB.
    fn memory_gib(self) -> u32 {
        accelerator(self.model).map_or(0, |row| row.memory_gib)
    }

    /// The platform's text for them: `NVIDIA H100-8GPU (80GB)`.
    pub(crate) fn description(self) -> String {
        format!("NVIDIA {}-{}GPU ({}GB)", self.model.to_uppercase(), self.count, self.memory_gib())
    }
}

/// A size of a server with accelerators.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its accelerators.
    pub(crate) gpu: Gpus,
    cpu: u32,
    ram_gib: u32,
    disk_gb: u32,
    hour: f64,
    #[serde(default)]
    metal: bool,
    #[serde(default)]
    disabled: bool,
    /// The number in each region, the first region first.
    stock: Vec<u32>,
}

/// Returns the free stock of a size in a region: all but what its machines use.
fn free(view: &View<'_>, region: &Region, nth: usize, server: &Server) -> u32 {
    let stock = server.stock.get(nth).copied().unwrap_or(0);
    let size = |vm: &super::super::view::Vm<'_>| {
        let own = view.traits(vm.key).and_then(super::super::state::Traits::size);
        own.unwrap_or_else(|| flavors::fitting(vm)).id
    };
    let used = view.machines_in(region).filter(|vm| vm.is_ai() && size(vm) == server.name).count();
    stock.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX))
}

/// The sizes of one sort in a region.
pub(crate) fn listed(view: &View<'_>, region: &Region, metal: bool, all: bool, prices: bool) -> Vec<Value> {
    let nth = view.regions().iter().position(|other| other.id == region.id).unwrap_or(0);
    CATALOGUE
        .servers
        .iter()
        .filter(|server| server.metal == metal && (all || !server.disabled))
        .map(|server| {
            let mut row = server.row(free(view, region, nth, server));
            if prices {
                let mut tag = json!({});
                price(&mut tag, server.hour);
                row["price"] = tag;
            }
            row
        })
        .collect()
}

/// Which fields of a bare-metal size were asked for beside the usual ones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown {
    /// The price.
    pub(crate) prices: bool,
    /// The free stock.
    pub(crate) capacity: bool,
    /// The reserved stock.
    pub(crate) reserved: bool,
}

/// The bare-metal sizes in the shape that the list of sizes had before there was one for accelerators.
pub(crate) fn metal(view: &View<'_>, region: &Region, disabled: bool, shown: Shown) -> Vec<Value> {
    let nth = view.regions().iter().position(|other| other.id == region.id).unwrap_or(0);
    CATALOGUE
        .servers
        .iter()
        .filter(|server| server.metal && (disabled || !server.disabled))
        .map(|server| {
            let mut row = json!({
                "flavor_id": server.name,
                "flavor_name": server.name,
                "vcpus": server.cpu,
                "ram": server.ram_gib * 1024,
                "architecture": "x86_64",
                "os_type": "linux",
                "resource_class": server.name,
                "disabled": server.disabled,
                "hardware_description": server.hardware(),
            });
            if shown.prices {
                price(&mut row, server.hour);
            }
            if shown.capacity {
                row["capacity"] = json!(free(view, region, nth, server));
            }
            if shown.reserved {
                row["reserved_capacity"] = json!(0);
            }
            row
        })
        .collect()
}

/// The free bare metal of a region, by size.
pub(crate) fn metal_capacity(view: &View<'_>, region: &Region) -> Value {
    let rows = listed(view, region, true, true, false);
    let capacity: serde_json::Map<String, Value> = rows
        .iter()
        .filter_map(|row| Some((row["name"].as_str()?.to_owned(), row["capacity"].clone())))
        .collect();
    let none: serde_json::Map<String, Value> = capacity.keys().map(|name| (name.clone(), json!(0))).collect();
    json!({ "capacity": capacity, "reserved_capacity": none })
}

impl Server {
    /// Its hardware: texts of bare metal, figures of a virtual machine.
    fn hardware(&self) -> Value {
        let gpu = self.gpu.description();
        if self.metal {
            json!({
                "cpu": format!("2x {} cores", self.cpu / 2),
                "ram": format!("{} GB", self.ram_gib),
                "disk": format!("{}x 3.84 TB NVMe", self.disk_gb / 3840),
                "network": "2x 100 Gbps Ethernet, 8x 400 Gbps InfiniBand",
                "gpu": gpu,
            })
        } else {
            json!({ "gpu": gpu, "vcpus": self.cpu, "ram": self.ram_gib * 1024, "local_storage": self.disk_gb })
        }
    }

    fn row(&self, capacity: u32) -> Value {
        let mut row = json!({
            "name": self.name,
            "architecture": "x86_64",
            "capacity": capacity,
            "disabled": self.disabled,
            "hardware_description": self.hardware(),
            "hardware_properties": {
                "gpu_model": self.gpu.model,
                "gpu_manufacturer": "nvidia",
                "gpu_count": self.gpu.count,
                "nic_eth": if self.metal { "2x100" } else { "2x25" },
                "nic_ib": if self.gpu.model == "l40s" { Value::Null } else { json!(format!("{}x400", self.gpu.count)) },
            },
            "supported_features": { "security_groups": !self.metal },
        });
        if self.metal {
            row["reserved_capacity"] = json!(0);
        }
        row
    }
}

/// A size for inference.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InferenceFlavor {
    /// Its name.
    pub(crate) name: &'static str,
    cpu: u32,
    ram_gib: u32,
    /// Its accelerators.
    pub(crate) gpu: Option<Gpus>,
    /// The number of replicas that fit into each region, the first region first.
    pub(crate) capacity: Vec<u32>,
}

/// The sizes for inference.
pub(crate) fn inference() -> &'static [InferenceFlavor] {
    &CATALOGUE.inference
}

/// A size for inference by its name.
pub(crate) fn inference_flavor(name: &str) -> Option<&'static InferenceFlavor> {
    inference().iter().find(|size| size.name == name)
}

impl InferenceFlavor {
    /// As a row of the list. Models are upper-case here, and lower-case among the servers.
    pub(crate) fn listed(&self) -> Value {
        let gpu = self.gpu;
        let capability = gpu.and_then(|gpu| accelerator(gpu.model)).map_or("", |row| row.compute_capability);
        json!({
            "name": self.name,
            "description": gpu.map_or_else(|| "No accelerator".to_owned(), Gpus::description),
            "cpu": self.cpu,
            "memory": self.ram_gib,
            "gpu": gpu.map_or(0, |gpu| gpu.count),
            "gpu_model": gpu.map_or_else(String::new, |gpu| gpu.model.to_uppercase()),
            "gpu_memory": gpu.map_or(0, Gpus::memory_gib),
            "gpu_compute_capability": capability,
            "is_gpu_shared": false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_contains_model_memory_and_count() {
        for server in &CATALOGUE.servers {
            let gpu = server.gpu;
            let part = format!("{}-{}-{}", gpu.model, gpu.memory_gib(), gpu.count);
            assert!(server.name.contains(&part), "{}", server.name);
        }
        assert_eq!(Gpus { model: "h100", count: 8 }.description(), "NVIDIA H100-8GPU (80GB)");
    }

    #[test]
    fn both_regions_have_a_figure_for_each_size() {
        assert!(CATALOGUE.servers.iter().all(|server| server.stock.len() == 2));
        assert!(inference().iter().all(|size| size.capacity.len() == 2));
    }
}
