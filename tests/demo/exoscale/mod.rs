//! The Exoscale face as a client sees it: signatures, zones, instances, operations. Written from the API's description.

mod account;
mod actions;
mod groups;
mod instances;
mod signature;
pub mod zone;
