//! The configuration file: contexts, settings, secrets by reference; parsed and validated with the line and column
//! of every mistake.
//!
//! It knows no platform: what a platform's contexts hold is described by its [`PlatformSpec`], which the callers pass in.

mod context;
mod credentials;
mod discovery;
#[cfg(test)]
mod example;
mod file;
mod keys;
mod location;
mod mistake;
mod platform;
pub mod reference;
mod secret;
mod section;
mod settings;
pub mod toml_key;
mod written;

pub use context::{Context, Credentials, SecretRef};
pub use discovery::{Discovered, Discovery, Environment, address, discover, discover_in, incomplete};
pub use file::{is_name, parse, parse_with_keys};
pub use keys::{KeyBinding, KeyCheck, KeyMistake, KeyPart};
pub use location::{Config, ConfigError, Origin, default_path, load};
pub use mistake::{Mistake, Mistakes, nearest};
pub use platform::{
    Absent, Address, CredentialShape, DiscoverySpec, PlatformSettings, PlatformSpec, Setting, Takes, Value,
};
pub use secret::{end_commands, secret_variables};
pub use section::duration;
pub use settings::Settings;
pub use written::section;
