//! One account on one platform, as the user configured it.

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use super::platform::{PlatformSettings, PlatformSpec, Setting, Value};
use super::ssh::SshSettings;
use qdeck_model::{ContextColor, ContextName, Platform, Secret};

/// Requests at once, unless the file sets it: enough to hide latency, few enough to spare the server.
pub(super) const DEFAULT_CONCURRENCY: usize = 8;

/// Requests a second in the long run, unless the file sets it: more than a fleet of thousands needs.
pub(super) const DEFAULT_REQUESTS_PER_SECOND: u32 = 50;

/// A reference to the place where a secret is kept. The configuration file holds references; only the demo holds values.
#[derive(Debug, Clone)]
pub enum SecretRef {
    /// `{ env = "NAME" }`
    Env(String),
    /// `{ command = ["pass", "show", "cycle"] }`: its standard output without the last line end.
    Command(Vec<String>),
    /// `{ file = "path" }`: its content without the last line end; `~` is the home directory.
    File(PathBuf),
    /// `{ file = "path", key = ["accounts", "work", "secret"] }`: one string of a TOML file that another program keeps.
    TomlKey {
        /// The file.
        file: PathBuf,
        /// The keys that lead to the string; in a list of tables, the `name` of one.
        path: Vec<String>,
    },
    /// `{ keyring = "name" }`: the operating system's keyring, service `quarterdeck`.
    Keyring(String),
    /// A value already in hand: the demo's single-run credentials.
    Value(Secret),
}

/// The credentials that a context signs in with.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// A bearer token or API key.
    Token(SecretRef),
    /// An e-mail address and a password, exchanged for a token.
    Password {
        /// The e-mail address.
        email: String,
        /// The password.
        password: SecretRef,
    },
    /// A key and the secret that signs requests with it.
    KeyPair {
        /// The key.
        key: SecretRef,
        /// The secret.
        secret: SecretRef,
    },
}

impl Credentials {
    /// Every reference it holds, with the name of its key in the file.
    pub fn references(&self) -> Vec<(&'static str, &SecretRef)> {
        match self {
            Self::Token(token) => vec![("token", token)],
            Self::Password { password, .. } => vec![("password", password)],
            Self::KeyPair { key, secret } => vec![("key", key), ("secret", secret)],
        }
    }

    /// Puts something else in the place of every reference.
    pub fn replace(&mut self, mut with: impl FnMut(&SecretRef) -> SecretRef) {
        match self {
            Self::Token(one) | Self::Password { password: one, .. } => *one = with(one),
            Self::KeyPair { key, secret } => {
                *key = with(key);
                *secret = with(secret);
            }
        }
    }
}

/// The encoding of the text of consoles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ConsoleEncoding {
    /// `utf-8`
    #[default]
    Utf8,
    /// `cp437`: code page 437, of boot loaders and firmware menus.
    Cp437,
    /// `latin-1`: ISO 8859-1.
    Latin1,
}

impl ConsoleEncoding {
    /// Every encoding.
    pub const ALL: [Self; 3] = [Self::Utf8, Self::Cp437, Self::Latin1];

    /// Its name, as it is written in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Cp437 => "cp437",
            Self::Latin1 => "latin-1",
        }
    }
}

/// Time to wait for the first byte of an answer, unless the file says otherwise.
pub(super) const DEFAULT_ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// The times to wait that a file may set.
pub(super) const ANSWER_TIMEOUT_RANGE: Range<Duration> = Duration::from_secs(1)..Duration::from_secs(300);

/// One account on one platform.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the file, named as there")]
pub struct Context {
    /// The name the user gave it.
    pub name: ContextName,
    /// Its platform.
    pub spec: &'static PlatformSpec,
    /// The API's base URL without a trailing slash.
    pub base_url: url::Url,
    /// The credentials it signs in with.
    pub credentials: Credentials,
    /// The values of its platform's own settings.
    pub settings: PlatformSettings,
    /// Accepts a server's certificate without verifying it: appliances often sign their own.
    pub insecure_tls: bool,
    /// Allows plain `http://` to other hosts than loopback.
    pub insecure: bool,
    /// Nothing may be changed through this context.
    pub read_only: bool,
    /// Every change through this context is confirmed one level more strictly.
    pub protected: bool,
    /// The colour that marks it.
    pub color: Option<ContextColor>,
    /// The encoding of its consoles.
    pub console_encoding: ConsoleEncoding,
    /// The settings of SSH sessions.
    pub ssh: SshSettings,
    /// Requests at once.
    pub concurrency: usize,
    /// Requests a second in the long run; ten seconds' worth may come at once.
    pub requests_per_second: u32,
    /// Time to wait for the first byte of an answer.
    pub answer_timeout: Duration,
    /// True if it is connected at the start.
    pub enabled: bool,
}

impl Context {
    /// A context with everything that has a default at its default.
    pub fn new(
        name: ContextName,
        spec: &'static PlatformSpec,
        base_url: url::Url,
        credentials: Credentials,
    ) -> Self {
        Self {
            name,
            spec,
            base_url,
            credentials,
            settings: PlatformSettings::default(),
            insecure_tls: false,
            insecure: false,
            read_only: false,
            protected: false,
            color: None,
            console_encoding: ConsoleEncoding::default(),
            ssh: SshSettings::default(),
            concurrency: DEFAULT_CONCURRENCY,
            requests_per_second: DEFAULT_REQUESTS_PER_SECOND,
            answer_timeout: DEFAULT_ANSWER_TIMEOUT,
            enabled: true,
        }
    }

    /// The same with a value for one of its platform's own settings.
    #[must_use]
    pub fn with(mut self, setting: &'static Setting, value: impl Into<Value>) -> Self {
        self.settings.set(setting, value);
        self
    }

    /// Its platform's handle.
    pub const fn platform(&self) -> Platform {
        self.spec.platform
    }
}
