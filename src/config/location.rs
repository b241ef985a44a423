//! Where the file is, and what stands in for it when there is none.

use std::path::{Path, PathBuf};

use super::context::{Context, Credentials, SecretRef};
use super::file::{CYCLE, base_url, parse};
use super::mistake::Mistakes;
use super::place::is_hub;
use super::settings::Settings;
use crate::model::{ContextName, Platform};

/// Where the contexts come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// This file.
    File(PathBuf),
    /// Credentials that a platform's own tools read from the environment too.
    Environment,
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
    /// The environment's credentials cannot be used.
    #[error("{0}")]
    Environment(String),
}

/// The file's place: `quarterdeck/config.toml` in the platform's directory for configuration.
pub fn default_path() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "quarterdeck").map(|dirs| dirs.config_dir().join("config.toml"))
}

/// Reads the configuration: the file that was asked for, else the one in its usual place, else the environment's
/// credentials. `variable` looks one up.
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
                    });
                }
                settings = read;
                nothing = format!("{} has no contexts yet", path.display());
            }
            Err(error) if asked.is_none() && error.kind() == std::io::ErrorKind::NotFound => {}
            Err(cause) => return Err(ConfigError::Unreadable { path, cause }),
        }
    }
    let contexts: Vec<Context> = from_environment(variable)?.into_iter().collect();
    Ok(Config {
        settings,
        origin: if contexts.is_empty() {
            Origin::Nothing(nothing)
        } else {
            Origin::Environment
        },
        contexts,
    })
}

/// Cycle's own tools read `CYCLE_API_KEY` and `CYCLE_HUB_ID`; `CYCLE_BASE_URL` where it is not the public one.
fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Context>, ConfigError> {
    let said = |name: &str| variable(name).filter(|value| !value.is_empty());
    let hub = match (said("CYCLE_API_KEY"), said("CYCLE_HUB_ID")) {
        (Some(_), Some(hub)) => hub,
        (Some(_), None) => return Err(ConfigError::Environment(
            "CYCLE_API_KEY is set but CYCLE_HUB_ID is not: set both, or neither and write a file (qdeck config init)"
                .into(),
        )),
        _ => return Ok(None),
    };
    if !is_hub(&hub) {
        return Err(ConfigError::Environment(
            "CYCLE_HUB_ID is no hub id: 24 hexadecimal digits were expected".into(),
        ));
    }
    let address = said("CYCLE_BASE_URL").unwrap_or_else(|| CYCLE.to_owned());
    let base_url = base_url(&address, false).map_err(|(message, expected)| {
        ConfigError::Environment(format!("CYCLE_BASE_URL: {message}; {expected}"))
    })?;
    let credentials = Credentials::Token(SecretRef::Env("CYCLE_API_KEY".into()));
    Ok(Some(Context {
        hub: Some(hub.to_ascii_lowercase()),
        ..Context::new(ContextName::new("cycle"), Platform::Cycle, base_url, credentials)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUB: &str = "651586fca6078e98982dbd90";

    fn environment(set: &'static [(&str, &str)]) -> Result<Option<Context>, ConfigError> {
        from_environment(|name| {
            set.iter()
                .find(|(set, _)| *set == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn cycles_own_variables_make_a_context() {
        let found = environment(&[("CYCLE_API_KEY", "fake"), ("CYCLE_HUB_ID", HUB)]);
        let context = found.expect("good").expect("one");
        assert_eq!(context.base_url.as_str(), "https://api.cycle.io/");
        assert_eq!(context.hub.as_deref(), Some(HUB));
        assert!(
            matches!(context.credentials, Credentials::Token(SecretRef::Env(name)) if name == "CYCLE_API_KEY")
        );
        assert!(environment(&[]).expect("good").is_none());
        assert!(
            environment(&[("CYCLE_API_KEY", ""), ("CYCLE_HUB_ID", HUB)])
                .expect("good")
                .is_none()
        );
    }

    #[test]
    fn half_or_odd_variables_are_told() {
        for set in [
            &[("CYCLE_API_KEY", "fake")][..],
            &[("CYCLE_API_KEY", "fake"), ("CYCLE_HUB_ID", "prod")],
            &[
                ("CYCLE_API_KEY", "fake"),
                ("CYCLE_HUB_ID", HUB),
                ("CYCLE_BASE_URL", "http://example.com"),
            ],
        ] {
            let report = environment(set).expect_err("odd").to_string();
            assert!(report.contains("CYCLE_") && !report.contains("fake"), "{report}");
        }
    }

    #[test]
    fn the_file_that_was_asked_for_must_be_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.toml");
        assert!(matches!(
            load(Some(&path), |_| None),
            Err(ConfigError::Unreadable { .. })
        ));
        std::fs::write(&path, "mouse = false").expect("writable");
        let config = load(Some(&path), |_| None).expect("good");
        assert_eq!(config.origin, Origin::File(path));
        assert!(!config.settings.mouse && config.contexts.is_empty());
    }
}
