//! Accelerators on offer: virtual and bare-metal sizes by region, and sizes for inference.

use serde_json::{Value, json};

use super::super::view::{Region, View};
use super::flavors;
use super::price;

/// A size of a server with accelerators.
#[derive(Debug)]
pub(crate) struct Server {
    /// Its name.
    pub(crate) name: &'static str,
    model: &'static str,
    count: u32,
    cpu: u32,
    ram: u32,
    disk: u32,
    hour: f64,
    metal: bool,
    disabled: bool,
    /// How many a region has in all, the first region first.
    stock: [u32; 2],
}

const SERVERS: [Server; 6] = [
    virt("g3-ai-24-232-1250-h100-80-1", "h100", 1, (24, 232, 1250), 3.10, [6, 9]),
    virt("g3-ai-64-384-3000-l40s-48-2", "l40s", 2, (64, 384, 3000), 2.64, [4, 0]),
    Server {
        disabled: true,
        ..virt("g3-ai-24-232-1250-a100-80-1-spot", "a100", 1, (24, 232, 1250), 1.10, [0, 0])
    },
    metal("bm3-ai-1xlarge-h100-80-8", "h100", (112, 2048, 30720), 24.80, [2, 3]),
    metal("bm3-ai-1xlarge-h200-141-8", "h200", (192, 2304, 30720), 30.40, [0, 1]),
    metal("bm3-ai-1xlarge-a100-80-8", "a100", (128, 2048, 15360), 13.60, [1, 0]),
];

const fn virt(
    name: &'static str,
    model: &'static str,
    count: u32,
    (cpu, ram, disk): (u32, u32, u32),
    hour: f64,
    stock: [u32; 2],
) -> Server {
    Server { name, model, count, cpu, ram, disk, hour, metal: false, disabled: false, stock }
}

const fn metal(
    name: &'static str,
    model: &'static str,
    size: (u32, u32, u32),
    hour: f64,
    stock: [u32; 2],
) -> Server {
    Server { metal: true, ..virt(name, model, 8, size, hour, stock) }
}

/// The memory of one accelerator in GiB.
fn memory(model: &str) -> u32 {
    match model {
        "h200" => 141,
        "l40s" => 48,
        _ => 80,
    }
}

/// How the platform words accelerators: `NVIDIA h100-8GPU (80GB)`.
pub(crate) fn gpu_name(model: &str, count: u32) -> String {
    format!("NVIDIA {}-{count}GPU ({}GB)", model.to_uppercase(), memory(model))
}

/// How many of a size are free in a region: what it has but for the machines that use it.
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
    SERVERS
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

/// What bare metal a region has free, by size.
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
    fn row(&self, capacity: u32) -> Value {
        let gpu = gpu_name(self.model, self.count);
        let hardware = if self.metal {
            json!({
                "cpu": format!("2x {} cores", self.cpu / 2),
                "ram": format!("{} GB", self.ram),
                "disk": format!("{}x 3.84 TB NVMe", self.disk / 3840),
                "network": "2x 100 Gbps Ethernet, 8x 400 Gbps InfiniBand",
                "gpu": gpu,
            })
        } else {
            json!({ "gpu": gpu, "vcpus": self.cpu, "ram": self.ram * 1024, "local_storage": self.disk })
        };
        let mut row = json!({
            "name": self.name,
            "architecture": "x86_64",
            "capacity": capacity,
            "disabled": self.disabled,
            "hardware_description": hardware,
            "hardware_properties": {
                "gpu_model": self.model,
                "gpu_manufacturer": "nvidia",
                "gpu_count": self.count,
                "nic_eth": if self.metal { "2x100" } else { "2x25" },
                "nic_ib": if self.model == "l40s" { Value::Null } else { json!(format!("{}x400", self.count)) },
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
#[derive(Debug)]
pub(crate) struct Small {
    /// Its name.
    pub(crate) name: &'static str,
    cpu: u32,
    ram: u32,
    /// Accelerators and their model.
    pub(crate) gpu: (u32, &'static str),
    /// How many replicas fit into the first and the second region.
    pub(crate) capacity: [u32; 2],
}

/// The sizes for inference.
pub(crate) const INFERENCE: [Small; 4] = [
    Small { name: "inference-2vcpu-4gib", cpu: 2, ram: 4, gpu: (0, ""), capacity: [120, 80] },
    Small {
        name: "inference-16vcpu-232gib-1xl40s-48gb",
        cpu: 16,
        ram: 232,
        gpu: (1, "l40s"),
        capacity: [8, 4],
    },
    Small {
        name: "inference-16vcpu-232gib-1xa100-80gb",
        cpu: 16,
        ram: 232,
        gpu: (1, "a100"),
        capacity: [2, 0],
    },
    Small {
        name: "inference-16vcpu-232gib-1xh100-80gb",
        cpu: 16,
        ram: 232,
        gpu: (1, "h100"),
        capacity: [0, 3],
    },
];

/// A size for inference by its name.
pub(crate) fn small(name: &str) -> Option<&'static Small> {
    INFERENCE.iter().find(|size| size.name == name)
}

impl Small {
    /// As a row of the list. Models are upper-case here, and lower-case among the servers.
    pub(crate) fn listed(&self) -> Value {
        let (count, model) = self.gpu;
        let capability = match model {
            "h100" => "9.0",
            "a100" => "8.0",
            "l40s" => "8.9",
            _ => "",
        };
        json!({
            "name": self.name,
            "description": if count == 0 { "No accelerator".to_owned() } else { gpu_name(model, count) },
            "cpu": self.cpu,
            "memory": self.ram,
            "gpu": count,
            "gpu_model": model.to_uppercase(),
            "gpu_memory": if count == 0 { 0 } else { memory(model) },
            "gpu_compute_capability": capability,
            "is_gpu_shared": false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_memory_and_count() {
        for server in &SERVERS {
            let part = format!("{}-{}-{}", server.model, memory(server.model), server.count);
            assert!(server.name.contains(&part), "{}", server.name);
        }
        assert_eq!(gpu_name("h100", 8), "NVIDIA H100-8GPU (80GB)");
    }
}
