//! Quasarch: its reads, and its changes.

mod reads;
mod refusals;
mod requests;
mod writes;
