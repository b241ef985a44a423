//! What Exoscale sells and where: zones, instance types, public templates, names of quotas.

pub(super) mod templates;
pub(super) mod types;

/// The zones of the API's description, in its order.
pub(super) const ZONES: [&str; 8] =
    ["at-vie-1", "at-vie-2", "bg-sof-1", "ch-dk-2", "ch-gva-2", "de-fra-1", "de-muc-1", "hr-zag-1"];

/// What counts against a quota, with its limit; -1 is none. Accelerators of most families must be asked for.
pub(super) const QUOTAS: [(&str, i64); 29] = [
    ("instance", 200),
    ("database", 20),
    ("elastic-ip", 40),
    ("iam-key", 100),
    ("gpu", 0),
    ("gpu2", 0),
    ("gpu3", 8),
    ("gpua30", 16),
    ("gpu3080ti", 0),
    ("gpua5000", 0),
    ("gpurtx6000pro", 4),
    ("gpub300", 0),
    ("snapshot", 100),
    ("template", 20),
    ("network-load-balancer", 10),
    ("private-network", 20),
    ("sks-cluster", 10),
    ("bucket", 100),
    ("block-storage", 5000),
    ("block-storage-volume", 50),
    ("block-storage-max-size", 10240),
    ("block-storage-snapshot", 100),
    ("security-group", 100),
    ("anti-affinity-group", 50),
    ("ssh-key", 200),
    ("instance-pool", 50),
    ("cpu", -1),
    ("memory", -1),
    ("storage", -1),
];
