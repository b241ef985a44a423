//! The place of the file, and the credentials that replace it when there is none.

use std::path::{Path, PathBuf};

use qdeck_files::FileError;

use super::context::Context;
use super::discovery::{Discovered, discover};
use super::file::parse_with_keys;
use super::platform::PlatformSpec;
use super::secret::note_variables;
use crate::file::keys::KeyCheck;
use crate::file::mistake::Mistakes;
use crate::file::settings::Settings;

/// The largest configuration file that is read, in bytes.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// The origin of the contexts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// This file.
    File(PathBuf),
    /// The places where the platforms' own tools keep their credentials: a line for each context, for the user.
    Discovered(Vec<String>),
    /// Nothing was found but, where there is one, this file without contexts.
    Nothing(Option<PathBuf>),
}

/// The configuration of a run.
#[derive(Debug, Clone)]
pub struct Config {
    /// The settings of the program.
    pub settings: Settings,
    /// The accounts it connects to, in the order of the file.
    pub contexts: Vec<Context>,
    /// The place where these were found.
    pub origin: Origin,
    /// Credentials that were found and cannot be used: a sentence each, for the user. Only searched for where no file has
    /// contexts.
    pub incomplete: Vec<String>,
}

/// The reason why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] FileError),
    /// The file was read and holds mistakes.
    #[error(transparent)]
    Mistakes(#[from] Mistakes),
    /// The system has no directory for configuration files.
    #[error("this system has no home directory: name a file with --config FILE")]
    NoHome,
}

/// The file's place: `quarterdeck/config.toml` in the platform's directory for configuration.
pub fn default_path() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "quarterdeck").map(|dirs| dirs.config_dir().join("config.toml"))
}

/// Reads the configuration: the file that was asked for, else the one in its usual place; where that has no contexts,
/// what [`discover`] finds. `check_keys` finds what is
/// wrong with key bindings, `variable` returns the value of an environment variable.
///
/// # Errors
/// The file cannot be read or holds mistakes. Incomplete credentials are no error: they must not stop the others.
pub fn load(
    asked: Option<&Path>,
    platforms: &[&'static PlatformSpec],
    check_keys: KeyCheck,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Config, ConfigError> {
    let path = asked.map(Path::to_owned).or_else(default_path);
    let mut without_contexts = None;
    let mut settings = Settings::default();
    if let Some(path) = path {
        match qdeck_files::read_text(&path, MAX_CONFIG_BYTES) {
            Ok(text) => {
                let (read, contexts) = parse_with_keys(&text, &path, platforms, check_keys)?;
                note_variables(&contexts);
                if !contexts.is_empty() || asked.is_some() {
                    return Ok(Config {
                        settings: read,
                        contexts,
                        origin: Origin::File(path),
                        incomplete: Vec::new(),
                    });
                }
                settings = read;
                without_contexts = Some(path);
            }
            Err(error) if asked.is_none() && error.is_missing() => {}
            Err(error) => return Err(error.into()),
        }
    }
    let found = discover(platforms, variable);
    let sources: Vec<String> = found.usable.iter().map(Discovered::line).collect();
    let contexts: Vec<Context> = found.usable.into_iter().map(|found| found.context).collect();
    note_variables(&contexts);
    Ok(Config {
        settings,
        origin: if sources.is_empty() {
            Origin::Nothing(without_contexts)
        } else {
            Origin::Discovered(sources)
        },
        contexts,
        incomplete: found.incomplete,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::EXAMPLE;

    #[test]
    fn the_file_that_was_asked_for_must_be_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.toml");
        assert!(matches!(
            load(Some(&path), &[&EXAMPLE], |_| Vec::new(), |_| None),
            Err(ConfigError::Unreadable(_))
        ));
        std::fs::write(&path, "mouse = false").expect("writable");
        let config = load(Some(&path), &[&EXAMPLE], |_| Vec::new(), |_| None).expect("good");
        assert_eq!(config.origin, Origin::File(path));
        assert!(!config.settings.mouse && config.contexts.is_empty());
    }

    #[test]
    fn contexts_of_a_file_keep_discovery_from_running() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.toml");
        let text = "[contexts.mine]\nplatform = \"example\"\ntoken = { env = \"MINE\" }\nletters = \"abc\"\n";
        std::fs::write(&path, text).expect("writable");
        let environment = |name: &str| (name == "EXAMPLE_TOKEN").then(|| "fake".to_owned());
        let config = load(Some(&path), &[&EXAMPLE], |_| Vec::new(), environment).expect("good");
        let names: Vec<&str> = config.contexts.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["mine"]);
    }
}
