//! Credentials where their users already keep them: the environment variables and files of the platforms' own tools.
//! Each platform finds its own; what is found becomes contexts that refer to the secrets. No value is kept.

use std::path::Path;

use url::Url;

use super::context::{Context, Credentials};
use super::file;
use super::platform::PlatformSpec;
use qdeck_model::ContextName;

/// A context that no file of ours holds.
#[derive(Debug, Clone)]
pub struct Discovered {
    /// The context: its credentials are references.
    pub context: Context,
    /// The place where it was found, for the user: `CYCLE_API_KEY and CYCLE_HUB_ID`.
    pub source: String,
}

impl Discovered {
    /// A context with the platform's own name and every setting at its default.
    pub fn new(
        spec: &'static PlatformSpec,
        base_url: Url,
        credentials: Credentials,
        source: impl Into<String>,
    ) -> Self {
        let name = ContextName::new(spec.platform.name());
        Self { context: Context::new(name, spec, base_url, credentials), source: source.into() }
    }

    /// Its name and where it was found, in a line.
    pub fn line(&self) -> String {
        format!("{}: {}", self.context.name, self.source)
    }
}

/// Everything that was found.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// The contexts that can be connected to, in the order of the platforms.
    pub usable: Vec<Discovered>,
    /// Credentials that lack a part or cannot be read: a sentence each, for the user.
    pub incomplete: Vec<String>,
}

impl Discovery {
    /// Adds a context, or why it cannot be used.
    pub fn add(&mut self, found: Result<Option<Discovered>, String>) {
        match found {
            Ok(found) => self.usable.extend(found),
            Err(why) => self.incomplete.push(why),
        }
    }
}

/// Searches the environment for the credentials of every platform. `variable` returns the value of an environment
/// variable; files are searched for where the variables name them, in the home and in the current directory.
pub fn discover(platforms: &[&'static PlatformSpec], variable: impl Fn(&str) -> Option<String>) -> Discovery {
    let folder = std::env::current_dir().ok();
    discover_in(platforms, &Environment { variable: &variable, folder: folder.as_deref() })
}

/// The same in an environment that the caller made.
pub fn discover_in(platforms: &[&'static PlatformSpec], environment: &Environment<'_>) -> Discovery {
    let mut discovery = Discovery::default();
    for discover in platforms.iter().filter_map(|it| it.discovery) {
        (discover.find)(environment, &mut discovery);
    }
    discovery
}

/// The environment that the program was started in.
pub struct Environment<'a> {
    /// Returns the value of an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The current directory.
    pub folder: Option<&'a Path>,
}

impl Environment<'_> {
    /// The value of a variable, trimmed; `None` where that is empty.
    pub fn value(&self, name: &str) -> Option<String> {
        (self.variable)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// Returns true if a variable has a value; for those whose value is secret.
    pub fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// The first of these variables that has a value.
    pub fn first<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().copied().find(|name| self.has(name))
    }

    /// The address that a variable gives, or the platform's public one.
    ///
    /// # Errors
    /// The address cannot be used, or there is none; a sentence for the user.
    pub fn address(&self, name: &str, spec: &PlatformSpec) -> Result<Url, String> {
        address(name, self.value(name).as_deref(), spec)
    }

    /// The whole number that a variable gives.
    ///
    /// # Errors
    /// Its value is no whole number; a sentence for the user.
    pub fn number(&self, name: &str) -> Result<Option<u64>, String> {
        self.value(name)
            .map(|text| text.parse().map_err(|_| format!("{name} is not a whole number")))
            .transpose()
    }
}

/// The address that was given under this name, or the platform's public one.
///
/// # Errors
/// The address cannot be used, or there is none; a sentence for the user.
pub fn address(name: &str, given: Option<&str>, spec: &PlatformSpec) -> Result<Url, String> {
    let Some(address) = given.or(spec.address.default) else {
        return Err(format!("{name} is not set, and {} has no public address", spec.platform));
    };
    // The file's reader names the file's key.
    file::base_url(address, false)
        .map_err(|(message, expected)| format!("{}; {expected}", message.replace("`base_url`", name)))
}

/// The report of a variable that is set without the one that belongs to it.
pub fn incomplete(set: &str, missing: &str) -> String {
    format!("{set} is set but {missing} is not: set both, or neither and write a file (qdeck config init)")
}
