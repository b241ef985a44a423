//! The program's side of the platforms: one trait, one folder a platform that implements it, and the kit they share.
//!
//! Everything a platform can do is data to the rest of the program. Each folder holds its `registration.rs`, the trait's
//! implementation, `wire.rs` (types exactly as the API sends them) and `map.rs` (wire to model). What every platform
//! needs is in `kit`, and for wire types and maps in `mapping`; the list of platforms is in `registry.rs`.

mod bounded;
pub mod cycle;
pub mod elasticbox;
mod endpoint;
mod events;
pub mod exoscale;
pub mod gcore;
mod kit;
mod mapping;
mod provider;
pub mod quasarch;
mod registry;

pub use bounded::bounded;
pub use endpoint::{Endpoint, Use};
pub use events::{Change, ListEvent, MAX_ROWS_APPLIED, PageRows, page_rows};
pub use provider::{Answer, Check, Console, Provider, Section, SharedProvider, SshCredentials, Traffic};
pub use registry::{CONSOLE_INPUT, CONSOLE_SIZE_REPORTS, DocumentedWay, Registration, Registry};
