//! Where the file is, and what stands in for it when there is none.

use std::path::{Path, PathBuf};

use super::context::Context;
use super::file::parse;
use super::found;
use super::mistake::Mistakes;
use super::settings::Settings;

/// Where the contexts come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// This file.
    File(PathBuf),
    /// Where the platforms' own tools keep their credentials: a line for each context, for a person.
    Found(Vec<String>),
    /// Nothing was found, or a file without contexts; the words say what, for a person.
    Nothing(String),
}

/// What the program works with.
#[derive(Debug, Clone)]
pub struct Config {
    /// How it behaves.
    pub settings: Settings,
    /// What it connects to, in the order of the file.
    pub contexts: Vec<Context>,
    /// Where that was found.
    pub origin: Origin,
    /// Credentials that were found beside it and cannot be used: a sentence each, for a person. Only looked for where
    /// no file has contexts.
    pub half: Vec<String>,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {cause}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: std::io::Error,
    },
    /// The file was read and holds mistakes.
    #[error(transparent)]
    Mistakes(#[from] Mistakes),
    /// The platform has no place for configuration files.
    #[error("this system names no home directory: say --config FILE")]
    Homeless,
}

/// The file's place: `quarterdeck/config.toml` in the platform's directory for configuration.
pub fn default_path() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "quarterdeck").map(|dirs| dirs.config_dir().join("config.toml"))
}

/// Reads the configuration: the file that was asked for, else the one in its usual place; where that has no contexts,
/// what [`found::find`] finds. `variable` looks an environment variable up.
///
/// # Errors
/// The file cannot be read or holds mistakes. Half credentials are no error: they must not stop the others.
pub fn load(asked: Option<&Path>, variable: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
    let path = asked.map(Path::to_owned).or_else(default_path);
    let mut nothing = "no configuration was found".to_owned();
    let mut settings = Settings::default();
    if let Some(path) = path {
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let (read, contexts) = parse(&text, &path)?;
                if !contexts.is_empty() || asked.is_some() {
                    return Ok(Config {
                        settings: read,
                        contexts,
                        origin: Origin::File(path),
                        half: Vec::new(),
                    });
                }
                settings = read;
                nothing = format!("{} has no contexts yet", path.display());
            }
            Err(error) if asked.is_none() && error.kind() == std::io::ErrorKind::NotFound => {}
            Err(cause) => return Err(ConfigError::Unreadable { path, cause }),
        }
    }
    let found = found::find(variable);
    let places: Vec<String> = found.whole.iter().map(found::Finding::line).collect();
    Ok(Config {
        settings,
        origin: if places.is_empty() { Origin::Nothing(nothing) } else { Origin::Found(places) },
        contexts: found.whole.into_iter().map(|found| found.context).collect(),
        half: found.half,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_was_asked_for_must_be_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.toml");
        assert!(matches!(load(Some(&path), |_| None), Err(ConfigError::Unreadable { .. })));
        std::fs::write(&path, "mouse = false").expect("writable");
        let config = load(Some(&path), |_| None).expect("good");
        assert_eq!(config.origin, Origin::File(path));
        assert!(!config.settings.mouse && config.contexts.is_empty());
    }

    #[test]
    fn what_stands_in_the_file_is_not_looked_for_elsewhere() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.toml");
        let text = "[contexts.mine]\nplatform = \"gcore\"\ntoken = { env = \"MINE\" }\n";
        std::fs::write(&path, text).expect("writable");
        let around = |name: &str| (name == "GCORE_API_KEY").then(|| "fake".to_owned());
        let config = load(Some(&path), around).expect("good");
        let names: Vec<&str> = config.contexts.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["mine"]);
    }
}
