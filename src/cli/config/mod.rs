//! `qdeck config`: write a file to start from, say where it is, try what it says.

mod check;
mod init;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::Failure;
use crate::config::{Config, ConfigError, Origin, default_path};
use crate::tui::keymap::Keymap;

pub(super) use check::check;
pub(super) use init::init;

fn place(asked: Option<&Path>) -> Result<PathBuf, ConfigError> {
    asked.map(Path::to_owned).or_else(default_path).ok_or(ConfigError::Homeless)
}

/// Looks an environment variable up.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Prints where the file is, or would be.
pub(super) fn path(asked: Option<&Path>) -> Result<ExitCode, Failure> {
    writeln!(std::io::stdout(), "{}", place(asked)?.display())?;
    Ok(ExitCode::SUCCESS)
}

/// Whether the keys of the file can be used; if not, everything that is wrong with them.
pub(super) fn keys_fit(config: &Config) -> Result<(), Failure> {
    let keys = &config.settings.keys;
    let (_, conflicts) = Keymap::load((!keys.is_empty()).then_some(keys));
    if conflicts.is_empty() {
        return Ok(());
    }
    let file = match &config.origin {
        Origin::File(path) => path.display().to_string(),
        Origin::Found(_) | Origin::Nothing(_) => "the keys".to_owned(),
    };
    let wrong: Vec<String> = conflicts.iter().map(|conflict| format!("{file}: [keys]: {conflict}")).collect();
    Err(Failure::Keys(format!(
        "{}\n  every place and name is in docs/keys.md; [] takes a key off what has it",
        wrong.join("\n")
    )))
}
