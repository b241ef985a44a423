//! Credentials where their users already keep them: the environment variables and files of the platforms' own tools.
//! One file a platform. What is found becomes contexts that refer to the secrets; no value is kept or told.

mod accounts;
mod cycle;
mod elasticbox;
mod exoscale;
mod gcore;
#[cfg(test)]
mod tests;

use std::path::Path;

use url::Url;

use super::context::{Context, Credentials};
use super::file;
use qdeck_model::{ContextName, Platform};

/// A context that stands in no file of ours.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The context: its credentials are references.
    pub context: Context,
    /// Where it was found, for a person: `CYCLE_API_KEY and CYCLE_HUB_ID`.
    pub place: String,
}

impl Finding {
    /// Its name and where it was found, in a line.
    pub fn line(&self) -> String {
        format!("{}: {}", self.context.name, self.place)
    }
}

/// Everything that was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// What can be connected to, in the order of [`known::ALL`].
    pub whole: Vec<Finding>,
    /// What was begun and cannot be used: a sentence each, for a person.
    pub half: Vec<String>,
}

/// Looks everywhere. `variable` looks an environment variable up; files are looked for below what `HOME`,
/// `XDG_CONFIG_HOME` and `EXOSCALE_CONFIG` say, and in the current directory.
pub fn find(variable: impl Fn(&str) -> Option<String>) -> Found {
    let folder = std::env::current_dir().ok();
    find_from(&Around { variable: &variable, folder: folder.as_deref() })
}

fn find_from(around: &Around<'_>) -> Found {
    let mut found = Found::default();
    found.take(cycle::find(around));
    found.take(gcore::find(around));
    found.take(elasticbox::find(around));
    exoscale::find(around, &mut found);
    found
}

impl Found {
    /// Takes what one platform's variables hold, or why they cannot be used.
    fn take(&mut self, found: Result<Option<Finding>, String>) {
        match found {
            Ok(found) => self.whole.extend(found),
            Err(why) => self.half.push(why),
        }
    }
}

/// What the program was started in.
struct Around<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    /// The current directory.
    folder: Option<&'a Path>,
}

impl Around<'_> {
    /// A variable that says something.
    fn said(&self, name: &str) -> Option<String> {
        (self.variable)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// Whether a variable says something; for those whose words are secret.
    fn holds(&self, name: &str) -> bool {
        self.said(name).is_some()
    }

    /// The first of these names that says something.
    fn first<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().copied().find(|name| self.holds(name))
    }

    /// The address that a variable gives, or the platform's public one.
    fn address(&self, name: &str, platform: Platform) -> Result<Url, String> {
        address(name, self.said(name).as_deref(), platform)
    }

    /// A whole number that a variable gives.
    fn number(&self, name: &str) -> Result<Option<u64>, String> {
        self.said(name).map(|text| text.parse().map_err(|_| format!("{name} is no whole number"))).transpose()
    }
}

/// The address that was given by this name, or the platform's public one.
fn address(name: &str, given: Option<&str>, platform: Platform) -> Result<Url, String> {
    let Some(address) = given.or(file::address(platform)) else {
        return Err(format!("{name} is not set, and {platform} has no public address"));
    };
    // The reader of files speaks of the file's key.
    file::base_url(address, false)
        .map_err(|(message, expected)| format!("{}; {expected}", message.replace("`base_url`", name)))
}

/// What is said where one variable is set and the one that belongs to it is not.
fn lacks(set: &str, missing: &str) -> String {
    format!("{set} is set but {missing} is not: set both, or neither and write a file (qdeck config init)")
}

/// A context with a platform's own name.
fn context(platform: Platform, base_url: Url, credentials: Credentials) -> Context {
    Context::new(ContextName::new(platform.name()), platform, base_url, credentials)
}
