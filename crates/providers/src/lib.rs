//! The program's side of the platforms: one trait, one folder a platform that implements it, and the kit they share.
//!
//! Everything a platform can do is data to the rest of the program. Each folder holds the trait's implementation,
//! `wire.rs` (types exactly as the API sends them) and `map.rs` (wire to model). What every platform needs is in `kit`.

mod accelerator;
mod cycle;
mod elasticbox;
mod endpoint;
mod events;
mod exoscale;
mod gcore;
mod kit;
mod provider;
mod quasarch;
mod soft;
mod words;

pub use endpoint::{Endpoint, Use};
pub use events::{Change, ListEvent};
pub use provider::{Answer, Check, Console, Provider, Section, SharedProvider, Traffic};

use std::sync::Arc;

use qdeck_model::{Platform, Problem};

/// Makes the provider of a context. Does no I/O: secrets are resolved with the first request.
pub fn open(context: &qdeck_config::Context) -> Result<SharedProvider, Problem> {
    Ok(match context.platform {
        Platform::Cycle => Arc::new(cycle::Cycle::new(context)?),
        Platform::Quasarch => Arc::new(quasarch::Quasarch::new(context)?),
        Platform::Gcore => Arc::new(gcore::Gcore::new(context)?),
        Platform::ElasticBox => Arc::new(elasticbox::ElasticBox::new(context)?),
        Platform::Exoscale => Arc::new(exoscale::Exoscale::new(context)?),
    })
}

/// What becomes of each endpoint that a platform's documents name.
pub const fn endpoints(platform: Platform) -> &'static [Endpoint] {
    match platform {
        Platform::Cycle => cycle::ENDPOINTS,
        Platform::Quasarch => quasarch::ENDPOINTS,
        Platform::Gcore => gcore::ENDPOINTS,
        Platform::ElasticBox => elasticbox::ENDPOINTS,
        Platform::Exoscale => exoscale::ENDPOINTS,
    }
}
