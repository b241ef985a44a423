//! The configuration file: contexts, settings, secrets by reference; parsed and validated with the line and column
//! of every mistake.
//!
//! It knows no platform: what a platform's contexts hold is described by its [`PlatformSpec`], which the callers pass in.

mod context;
mod discovery;
#[cfg(test)]
mod example;
mod file;
mod location;
mod platform;
pub mod reference;
mod secret;
mod ssh;
mod written;

pub use context::{ConsoleEncoding, Context, Credentials, SecretRef};
pub use discovery::{Discovered, Discovery, Environment, address, discover, discover_in, incomplete};
pub use file::keys::{KeyBinding, KeyCheck, KeyMistake, KeyPart};
pub use file::mistake::{Mistake, Mistakes, nearest};
pub use file::section::duration;
pub use file::settings::{Pictures, RecordingFormat, Settings};
pub use file::{is_name, parse, parse_with_keys};
pub use location::{Config, ConfigError, Origin, default_path, load};
pub use platform::{
    Absent, Address, CredentialShape, DiscoverySpec, PlatformSettings, PlatformSpec, Setting, Takes, Value,
};
pub use secret::{NoCommands, end_commands, secret_variables, toml_key};
pub use ssh::{SshRule, SshSettings};
pub use written::section;
