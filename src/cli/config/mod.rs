//! `qdeck config`: writes a file to start from, prints its path, and tries what it configures.

mod check;
mod example;
mod init;
mod paint;

use std::io::Write;
use std::path::{Path, PathBuf};

use super::Failure;
use crate::config::{Config, ConfigError, Origin, default_path};
use crate::tui::keymap::Keymap;

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

/// Checks the key bindings of the file.
///
/// # Errors
/// Every binding that conflicts with another one, or that names a key, place or command that does not exist.
pub(super) fn check_keys(config: &Config) -> Result<(), Failure> {
    let keys = &config.settings.keys;
    let (_, conflicts) = Keymap::load((!keys.is_empty()).then_some(keys));
    if conflicts.is_empty() {
        return Ok(());
    }
    let file = match &config.origin {
        Origin::File(path) => path.display().to_string(),
        Origin::Discovered(_) | Origin::Nothing(_) => "the keys".to_owned(),
    };
    let wrong: Vec<String> = conflicts.iter().map(|conflict| format!("{file}: [keys]: {conflict}")).collect();
    Err(Failure::Keys(format!(
        "{}\n  every place and name is in docs/keys.md; [] unbinds a command",
        wrong.join("\n")
    )))
}
