//! The configuration file: contexts, settings, secrets by reference; parsed and validated with the line and column
//! of every mistake.

mod context;
mod credentials;
mod file;
pub mod found;
mod known;
mod location;
mod mistake;
mod place;
pub mod reference;
mod secret;
mod section;
mod settings;
mod toml_key;
mod written;

pub use context::{Context, Credentials, SecretRef, TokenHeader};
pub use file::{is_name, parse};
pub use known::ALL as PLATFORMS;
pub use location::{Config, ConfigError, Origin, default_path, load};
pub use mistake::{Mistake, Mistakes, nearest};
pub use section::duration;
pub use settings::Settings;
pub use written::section;
