//! What the account may use, and what it does use, by region.

use serde_json::{Map, Value, json};

use super::super::view::{Region, View};
use super::flavors;

/// What one machine takes, or what a wish for machines would take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Use {
    /// Machines.
    pub(crate) machines: i64,
    /// Machines with shared processors.
    pub(crate) shared: i64,
    /// Virtual processors.
    pub(crate) cpus: i64,
    /// Memory in MiB.
    pub(crate) ram: i64,
    /// Volumes.
    pub(crate) volumes: i64,
    /// Their size in GiB.
    pub(crate) volume_size: i64,
    /// External addresses.
    pub(crate) external: i64,
    /// Floating addresses.
    pub(crate) floating: i64,
    /// Accelerators in virtual machines: a100, h100, h200, l40s.
    pub(crate) gpus: [i64; 4],
}

const MODELS: [&str; 4] = ["a100", "h100", "h200", "l40s"];

/// Limits of every region. A thousand machines at least: a big demo fleet must fit what it shows.
const LIMITS: Use = Use {
    machines: 200_000,
    shared: 100,
    cpus: 1_000_000,
    ram: 4_000_000_000,
    volumes: 400_000,
    volume_size: 100_000_000,
    external: 200_000,
    floating: 20,
    gpus: [0, 400_000, 0, 8],
};

impl Use {
    /// Adds so many machines of a size.
    pub(crate) fn add(&mut self, flavor: &flavors::Flavor, count: i64) {
        // Machines with accelerators count by those alone.
        if let Some((gpus, model)) = flavor.gpu {
            for (slot, name) in self.gpus.iter_mut().zip(MODELS) {
                if name == model {
                    *slot += i64::from(gpus) * count;
                }
            }
            return;
        }
        if flavor.id.contains("-shared-") {
            self.shared += count;
        }
        self.machines += count;
        self.cpus += i64::from(flavor.vcpus) * count;
        self.ram += i64::from(flavor.ram) * count;
    }

    /// The figures with their names, as the platform's keys begin.
    fn named(&self) -> Vec<(String, i64)> {
        let mut all: Vec<(String, i64)> = [
            ("vm_count", self.machines),
            ("shared_vm_count", self.shared),
            ("cpu_count", self.cpus),
            ("ram", self.ram),
            ("volume_count", self.volumes),
            ("volume_size", self.volume_size),
            ("external_ip_count", self.external),
            ("floating_count", self.floating),
        ]
        .map(|(name, figure)| (name.to_owned(), figure))
        .into();
        let gpus = MODELS.iter().zip(self.gpus);
        all.extend(gpus.map(|(model, figure)| (format!("gpu_virtual_{model}_count"), figure)));
        all
    }

    /// The first quota that a wish would exceed: its name, what is used, what is wanted, what is allowed.
    pub(crate) fn exceeded(&self, wish: &Self) -> Option<(String, i64, i64, i64)> {
        let all = self.named().into_iter().zip(wish.named()).zip(LIMITS.named());
        all.map(|(((name, used), (_, wanted)), (_, limit))| (name, used, wanted, limit))
            .find(|(_, used, wanted, limit)| *wanted > 0 && used + wanted > *limit)
    }
}

/// What a region's machines use.
pub(crate) fn used(view: &View<'_>, region: &Region) -> Use {
    let mut sum = Use::default();
    for vm in view.machines_in(region) {
        sum.add(super::super::instances::flavor(view, &vm), 1);
        let (volumes, size) = super::super::instances::disks_taken(view, &vm);
        sum.volumes += volumes;
        sum.volume_size += size;
        sum.external += super::super::instances::external_taken(view, &vm);
    }
    sum
}

/// Quotas that stand still: nothing of the demo uses them.
const STILL: [(&str, i64); 12] = [
    ("baremetal_basic_count", 0),
    ("baremetal_gpu_a100_count", 1),
    ("baremetal_gpu_h100_count", 2),
    ("baremetal_gpu_h200_count", 1),
    ("baremetal_gpu_l40s_count", 0),
    ("firewall_count", 20),
    ("image_count", 10),
    ("network_count", 10),
    ("router_count", 5),
    ("servergroup_count", 10),
    ("subnet_count", 20),
    ("volume_snapshots_count", 50),
];

/// A region's quotas with limit and use.
pub(crate) fn regional(view: &View<'_>, region: &Region) -> Value {
    let mut all = Map::new();
    all.insert("region_id".into(), json!(region.id));
    let used = used(view, region).named();
    for ((name, used), (_, limit)) in used.into_iter().zip(LIMITS.named()) {
        all.insert(format!("{name}_limit"), json!(limit));
        all.insert(format!("{name}_usage"), json!(used));
    }
    for (name, limit) in STILL {
        all.insert(format!("{name}_limit"), json!(limit));
        all.insert(format!("{name}_usage"), json!(0));
    }
    Value::Object(all)
}

/// The account's quotas, whatever the region.
pub(crate) fn global(view: &View<'_>) -> Value {
    let replicas: usize = view
        .account
        .deployments
        .keys()
        .filter_map(|key| view.fleet.containers.get(*key as usize))
        .map(|container| container.instances.len())
        .sum();
    json!({
        "inference_cpu_millicore_count_limit": 256_000, "inference_cpu_millicore_count_usage": replicas * 16_000,
        "inference_gpu_a100_count_limit": 2, "inference_gpu_a100_count_usage": 0,
        "inference_gpu_h100_count_limit": 3, "inference_gpu_h100_count_usage": 0,
        "inference_gpu_l40s_count_limit": 8, "inference_gpu_l40s_count_usage": replicas.min(8),
        "inference_instance_count_limit": 20, "inference_instance_count_usage": view.account.deployments.len(),
        "keypair_count_limit": 100, "keypair_count_usage": view.account.pairs.len(),
        "project_count_limit": 10, "project_count_usage": 1,
    })
}

/// What `check_limits` answers: each quota with its limit, its use, and how much more of it would be needed.
pub(crate) fn check(view: &View<'_>, region: &Region, wish: &Use) -> Value {
    let mut all = Map::new();
    let used = used(view, region).named();
    for (((name, used), (_, wanted)), (_, limit)) in used.into_iter().zip(wish.named()).zip(LIMITS.named()) {
        all.insert(format!("{name}_limit"), json!(limit));
        all.insert(format!("{name}_usage"), json!(used));
        all.insert(format!("{name}_requested"), json!((used + wanted - limit).max(0)));
    }
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_beyond_the_limit_is_named() {
        let mut wish = Use::default();
        let shared = flavors::by_id("g2s-shared-1-1").expect("a flavor");
        wish.add(shared, 100);
        assert_eq!(Use::default().exceeded(&wish), None);
        wish.add(shared, 1);
        let (name, used, wanted, limit) = Use::default().exceeded(&wish).expect("too many");
        assert_eq!((name.as_str(), used, wanted, limit), ("shared_vm_count", 0, 101, 100));
    }
}
