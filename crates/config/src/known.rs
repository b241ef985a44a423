//! The platforms that the file's reader tells apart.

use qdeck_model::Platform;

pub(super) const CYCLE: Platform = Platform::new("cycle", "Cycle");
pub(super) const QUASARCH: Platform = Platform::new("quasarch", "Quasarch");
pub(super) const GCORE: Platform = Platform::new("gcore", "Gcore");
pub(super) const ELASTICBOX: Platform = Platform::new("elasticbox", "ElasticBox");
pub(super) const EXOSCALE: Platform = Platform::new("exoscale", "Exoscale");

/// Every platform, in the order in which they are listed.
pub const ALL: [Platform; 5] = [CYCLE, QUASARCH, GCORE, ELASTICBOX, EXOSCALE];
