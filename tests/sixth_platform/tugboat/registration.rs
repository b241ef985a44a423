//! Tugboat as the rest of the program knows it.

use std::sync::Arc;

use quarterdeck::config::{
    Absent, Address, CredentialShape, Credentials, Discovered, DiscoverySpec, Environment, PlatformSpec,
    SecretRef, Setting, Takes,
};
use quarterdeck::model::Platform;
use quarterdeck::providers::{Endpoint, Registration, Use};

use super::Tugboat;

/// The platform's handle.
pub const PLATFORM: Platform = Platform::new("tugboat", "Tugboat");

/// The harbour that a context is in.
pub static HARBOUR: Setting = Setting {
    name: "harbour",
    takes: Takes::Choice(&["bergen", "ostend"]),
    absent: Absent::Default,
    help: "The harbour to show.",
};

/// What the registry holds of Tugboat.
pub static REGISTRATION: Registration = Registration {
    spec: PlatformSpec {
        platform: PLATFORM,
        address: Address {
            default: Some("https://api.tugboat.example"),
            help: "The same for every harbour.",
        },
        credentials: &[CredentialShape::Token { token: "A pilot's token." }],
        settings: &[&HARBOUR],
        discovery: Some(DiscoverySpec {
            find: |environment, discovery| discovery.add(discover(environment)),
            help: "`TUGBOAT_TOKEN`.",
        }),
        example: EXAMPLE,
    },
    open: |context| {
        let harbour = context.settings.text(&HARBOUR).unwrap_or_default().to_owned();
        Ok(Arc::new(Tugboat { context: context.name.clone(), harbour }))
    },
    endpoints: &[Endpoint { method: "GET", path: "/v1/boats", used: Use::Reads("Instances") }],
    ways: &[],
};

const EXAMPLE: &str = r#"[contexts.tugboat-home]
platform = "tugboat"
token = { env = "TUGBOAT_TOKEN" }           # a pilot's token
# harbour = "ostend"                        # bergen without it
"#;

fn discover(environment: &Environment<'_>) -> Result<Option<Discovered>, String> {
    if !environment.has("TUGBOAT_TOKEN") {
        return Ok(None);
    }
    let spec = &REGISTRATION.spec;
    let base_url = environment.address("TUGBOAT_URL", spec)?;
    let token = Credentials::Token(SecretRef::Env("TUGBOAT_TOKEN".into()));
    Ok(Some(Discovered::new(spec, base_url, token, "TUGBOAT_TOKEN")))
}
