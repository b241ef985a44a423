//! One account on one platform, as the user configured it.

use std::path::PathBuf;

use crate::model::{ContextName, Platform, Secret};

/// Where a secret is kept. The configuration file holds references; only the demo holds values.
#[derive(Debug, Clone)]
pub enum SecretRef {
    /// `{ env = "NAME" }`
    Env(String),
    /// `{ command = ["pass", "show", "cycle"] }`: its standard output without the last line end.
    Command(Vec<String>),
    /// `{ file = "path" }`: its content without the last line end; `~` is the home directory.
    File(PathBuf),
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
}

/// One account on one platform.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the file, named as there"
)]
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
