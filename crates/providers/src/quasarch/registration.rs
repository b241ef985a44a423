//! Quasarch as the rest of the program knows it: its credentials, and how a context of it is opened.

use std::sync::Arc;

use super::Quasarch;
use super::endpoints::ENDPOINTS;
use crate::Registration;
use qdeck_config::{Address, CredentialShape, PlatformSpec};
use qdeck_model::Platform;

/// The platform's handle.
pub const PLATFORM: Platform = Platform::new("quasarch", "Quasarch");

/// The registration of Quasarch.
pub static REGISTRATION: Registration = Registration {
    spec: PlatformSpec {
        platform: PLATFORM,
        address: Address { default: None, help: "Quasarch publishes none: use the one you were given." },
        credentials: &[
            CredentialShape::Token { token: "A token." },
            CredentialShape::Password {
                email: "Signs in together with `password`.",
                password: "The password that belongs to `email`.",
            },
        ],
        settings: &[],
        discovery: None,
        example: EXAMPLE,
    },
    open: |context| Ok(Arc::new(Quasarch::new(context)?)),
    endpoints: ENDPOINTS,
    ways: &[],
};

const EXAMPLE: &str = r#"[contexts.quasarch]
platform = "quasarch"
base_url = "https://quasarch.example.com"   # Quasarch publishes no address: use the one you were given
email = "me@example.com"
password = { command = ["pass", "show", "quasarch"] }
# token = { env = "QUASARCH_TOKEN" }        # or a token instead of e-mail and password
"#;
