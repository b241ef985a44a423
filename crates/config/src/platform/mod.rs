//! A platform as the configuration reads it: its names, address, credentials, settings and discovery, as data. Each
//! platform's own folder has one; nothing here depends on any of them.

mod setting;
#[cfg(test)]
mod tests;

use std::fmt;

use url::Url;

use super::discovery::{Discovery, Environment};
use qdeck_model::Platform;

pub(super) use setting::read_settings;
pub use setting::{Absent, PlatformSettings, Setting, Takes, Value};

/// A platform as the configuration reads it.
pub struct PlatformSpec {
    /// Its handle.
    pub platform: Platform,
    /// The address of its API.
    pub address: Address,
    /// The ways of signing in that it accepts, the usual one first.
    pub credentials: &'static [CredentialShape],
    /// The settings of its contexts beside those of every context.
    pub settings: &'static [&'static Setting],
    /// The search for credentials that its own tools keep; `None` where it has no such tools.
    pub discovery: Option<DiscoverySpec>,
    /// A commented section of the file, from `[contexts.NAME]` on: it shows every setting.
    pub example: &'static str,
}

/// The address of a platform's API.
#[derive(Debug, Clone, Copy)]
pub struct Address {
    /// The public address; `None` where the platform publishes none.
    pub default: Option<&'static str>,
    /// A sentence about it, for the user.
    pub help: &'static str,
}

/// The search for credentials that a platform's own tools keep.
#[derive(Clone, Copy)]
pub struct DiscoverySpec {
    /// Adds what it finds.
    pub find: fn(&Environment<'_>, &mut Discovery),
    /// The credentials that make a context, for the reference.
    pub help: &'static str,
}

/// A way of signing in, and what the platform calls its parts.
#[derive(Debug, Clone, Copy)]
pub enum CredentialShape {
    /// `token`: sent as it is.
    Token {
        /// A description of the token.
        token: &'static str,
    },
    /// `email` and `password`: exchanged for a token.
    Password {
        /// A description of the address.
        email: &'static str,
        /// A description of the password.
        password: &'static str,
    },
    /// `key` and `secret`: the secret signs requests.
    KeyPair {
        /// A description of the key.
        key: &'static str,
        /// A description of the secret.
        secret: &'static str,
    },
}

/// A key of the file that holds a part of the credentials.
pub(super) struct CredentialKey {
    pub(super) name: &'static str,
    /// True if it refers to a secret; an e-mail address is written as it is.
    pub(super) is_secret: bool,
    /// The expectation that is reported where it is missing and its counterpart is given.
    pub(super) missing: &'static str,
    /// A description, for the reference.
    pub(super) help: &'static str,
}

impl CredentialShape {
    /// The keys of the file it is written with.
    pub(super) fn keys(&self) -> Vec<CredentialKey> {
        let part = |name, is_secret, missing, help| CredentialKey { name, is_secret, missing, help };
        match *self {
            Self::Token { token } => vec![part("token", true, "token = { env = \"NAME\" }", token)],
            Self::Password { email, password } => vec![
                part("email", false, "the e-mail address that belongs to the password", email),
                part("password", true, "password = { env = \"NAME\" }", password),
            ],
            Self::KeyPair { key, secret } => vec![
                part("key", true, "the key that belongs to the secret", key),
                part("secret", true, "the secret that belongs to the key", secret),
            ],
        }
    }

    /// Its form in the file, for a user who gave nothing.
    pub(super) const fn example(&self) -> &'static str {
        match self {
            Self::Token { .. } => "token = { env = \"NAME\" }",
            Self::Password { .. } => "`email` and `password`",
            Self::KeyPair { .. } => "key = { env = \"NAME\" } and secret = { env = \"NAME\" }",
        }
    }
}

impl PlatformSpec {
    /// The public address of the API, where it has one.
    pub fn default_address(&self) -> Option<Url> {
        self.address.default.and_then(|address| Url::parse(address).ok())
    }

    /// The keys of the file that its credentials are written with.
    pub(super) fn credential_keys(&self) -> Vec<CredentialKey> {
        self.credentials.iter().flat_map(CredentialShape::keys).collect()
    }

    /// Its setting of this name.
    pub fn setting(&self, name: &str) -> Option<&'static Setting> {
        self.settings.iter().copied().find(|setting| setting.name == name)
    }
}

impl fmt::Debug for PlatformSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.platform.fmt(f)
    }
}
