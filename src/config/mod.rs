//! The configuration file: contexts, settings, secrets by reference; parsed and validated with the line and column
//! of every mistake.

mod context;

pub use context::{Context, Credentials, SecretRef};
