//! `qdeck config`: writes a file to start from, prints its path, and tries what it configures.

mod check;
mod example;
mod init;
mod paint;

use std::io::Write;
use std::path::{Path, PathBuf};

use super::Failure;
use crate::config::{ConfigError, default_path};

pub use check::check;
pub use example::example;
pub use init::init;
pub use paint::Paint;

/// The path of the file: the one that was asked for, or the usual one.
fn path_of(asked: Option<&Path>) -> Result<PathBuf, ConfigError> {
    asked.map(Path::to_owned).or_else(default_path).ok_or(ConfigError::NoHome)
}

/// Returns the value of an environment variable.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Prints where the file is, or would be.
pub(super) fn path(asked: Option<&Path>, out: &mut impl Write) -> Result<(), Failure> {
    writeln!(out, "{}", path_of(asked)?.display())?;
    Ok(())
}
