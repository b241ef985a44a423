//! One account on one platform, as the user configured it.

use std::path::PathBuf;

use qdeck_model::{ContextName, Platform, Secret};

/// Where a secret is kept. The configuration file holds references; only the demo holds values.
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

/// What a context signs in with.
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
    /// A key and the secret that signs requests with it (Exoscale).
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

/// Which header carries an ElasticBox token: its documents of different years name two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TokenHeader {
    /// `Authorization: Bearer` for a JSON web token, `Elasticbox-Token` for any other.
    #[default]
    Auto,
    /// `Authorization: Bearer`.
    Bearer,
    /// `Elasticbox-Token`.
    ElasticBox,
}

/// One account on one platform.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the file, named as there")]
pub struct Context {
    /// The name the user gave it.
    pub name: ContextName,
    /// Its platform.
    pub platform: Platform,
    /// The API's base URL without a trailing slash.
    pub base_url: url::Url,
    /// What it signs in with.
    pub credentials: Credentials,
    /// Cycle: the hub, 24 hexadecimal digits.
    pub hub: Option<String>,
    /// Gcore: the project; `None` is the account's default one.
    pub project: Option<u64>,
    /// Gcore: regions by number; empty is every active one.
    pub regions: Vec<u64>,
    /// Exoscale: zones by name; empty is every one.
    pub zones: Vec<String>,
    /// ElasticBox: team workspaces by id; empty is every one that is told.
    pub workspaces: Vec<String>,
    /// ElasticBox: which header carries the token.
    pub token_header: TokenHeader,
    /// Takes a server's certificate without verifying it: appliances often sign their own.
    pub insecure_tls: bool,
    /// Allows plain `http://` to other hosts than loopback.
    pub insecure: bool,
    /// Nothing may be changed through this context.
    pub read_only: bool,
    /// Keys typed into a console are sent as binary frames. Cycle's documents show its console socket as output
    /// only and say nothing of input, so this can be switched off.
    pub console_input: bool,
    /// The console's size is reported upstream as `CSI 8 ; rows ; columns t` when it changes. No document names a
    /// resize message, so this is off unless the far side is known to understand it.
    pub console_size_reports: bool,
    /// Requests at once.
    pub concurrency: usize,
    /// Whether it is connected at the start.
    pub enabled: bool,
}

impl Context {
    /// A context with everything that has a default at its default.
    pub fn new(name: ContextName, platform: Platform, base_url: url::Url, credentials: Credentials) -> Self {
        Self {
            name,
            platform,
            base_url,
            credentials,
            hub: None,
            project: None,
            regions: Vec::new(),
            zones: Vec::new(),
            workspaces: Vec::new(),
            token_header: TokenHeader::default(),
            insecure_tls: false,
            insecure: false,
            read_only: false,
            console_input: true,
            console_size_reports: false,
            concurrency: super::file::CONCURRENCY,
            enabled: true,
        }
    }
}
