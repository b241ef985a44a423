//! Cycle: its reads, and its changes.

mod containers;
mod instances;
mod reads;
mod refusals;
mod requests;
