//! The account's quotas, with limit and use, by region.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::view::{Region, View};
use super::super::wire::Problem;
use super::{CATALOGUE, flavors};

/// The use of one machine, or of a request for machines.
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
    /// Accelerators in virtual machines, by model.
    pub(crate) gpus: BTreeMap<&'static str, i64>,
}

/// The limit of every region for what has that name.
fn limit(name: &str) -> i64 {
    CATALOGUE.quotas.regional.get(name).copied().unwrap_or(0)
}

impl Use {
    /// Adds so many machines of a size.
    pub(crate) fn add(&mut self, flavor: &flavors::Flavor, count: i64) {
        // Machines with accelerators count by those alone.
        if let Some(gpu) = flavor.gpu {
            *self.gpus.entry(gpu.model).or_default() += i64::from(gpu.count) * count;
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
        let gpus = CATALOGUE.accelerators.iter().map(|row| row.model);
        all.extend(
            gpus.map(|model| {
                (format!("gpu_virtual_{model}_count"), self.gpus.get(model).copied().unwrap_or(0))
            }),
        );
        all
    }

    /// The first quota that a wish would exceed: its name, what is used, what is wanted, what is allowed.
    pub(crate) fn exceeded(&self, wish: &Self) -> Option<(String, i64, i64, i64)> {
        let all = self.named().into_iter().zip(wish.named());
        all.map(|((name, used), (_, wanted))| {
            let limit = limit(&name);
            (name, used, wanted, limit)
        })
        .find(|(_, used, wanted, limit)| *wanted > 0 && used + wanted > *limit)
    }
}

/// Returns the use of a region's machines.
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

fn insert(all: &mut Map<String, Value>, name: &str, limit: i64, used: i64) {
    all.insert(format!("{name}_limit"), json!(limit));
    all.insert(format!("{name}_usage"), json!(used));
}

/// A region's quotas with limit and use.
pub(crate) fn regional(view: &View<'_>, region: &Region) -> Value {
    let mut all = Map::new();
    all.insert("region_id".into(), json!(region.id));
    for (name, used) in used(view, region).named() {
        insert(&mut all, &name, limit(&name), used);
    }
    for (name, limit) in &CATALOGUE.quotas.unused {
        insert(&mut all, name, *limit, 0);
    }
    Value::Object(all)
}

/// The limit of the account for what has that name.
pub(crate) fn account_limit(name: &str) -> i64 {
    CATALOGUE.quotas.account.get(name).copied().unwrap_or(0)
}

/// Refuses one more of what has that name in the account when there are `count` and the limit is reached.
pub(crate) fn one_more(name: &str, count: usize) -> Result<(), Problem> {
    let (used, limit) = (i64::try_from(count).unwrap_or(i64::MAX), account_limit(name));
    if used < limit { Ok(()) } else { Err(Problem::quota(name, used, 1, limit)) }
}

/// The account's quotas, whatever the region.
pub(crate) fn global(view: &View<'_>) -> Value {
    let deployments = &view.account.deployments;
    let containers = deployments.keys().filter_map(|key| view.fleet.containers.get(*key));
    let whole = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let replicas = whole(containers.map(|container| container.instances.len()).sum());
    let used = |name: &str| match name {
        "inference_cpu_millicore_count" => replicas * 16_000,
        "inference_gpu_l40s_count" => replicas.min(8),
        "inference_instance_count" => whole(deployments.len()),
        "keypair_count" => whole(view.account.pairs.len()),
        "project_count" => 1,
        _ => 0,
    };
    let mut all = Map::new();
    for (name, limit) in &CATALOGUE.quotas.account {
        insert(&mut all, name, *limit, used(name));
    }
    Value::Object(all)
}

/// The answer of `check_limits`: each quota with its limit, its use, and how much more of it would be needed.
pub(crate) fn check(view: &View<'_>, region: &Region, wish: &Use) -> Value {
    let mut all = Map::new();
    let used = used(view, region).named();
    for ((name, used), (_, wanted)) in used.into_iter().zip(wish.named()) {
        let limit = limit(&name);
        insert(&mut all, &name, limit, used);
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

    #[test]
    fn every_counted_name_has_a_limit_and_no_other_has() {
        let mut counted: Vec<String> = Use::default().named().into_iter().map(|(name, _)| name).collect();
        counted.sort_unstable();
        let limited: Vec<&str> = CATALOGUE.quotas.regional.keys().copied().collect();
        assert_eq!(counted, limited);
        assert!(CATALOGUE.quotas.unused.keys().all(|name| !limited.contains(name)));
    }
}
