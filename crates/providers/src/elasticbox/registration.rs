//! ElasticBox as the rest of the program knows it: its settings, its credentials, and how a context of it is opened.

use std::sync::Arc;

use super::ElasticBox;
use super::endpoints::ENDPOINTS;
use crate::Registration;
use crate::registry::{DEMO_BY_OPENSSH, DocumentedWay};
use qdeck_config::{
    Absent, Address, CredentialShape, Credentials, Discovered, DiscoverySpec, Environment, PlatformSpec,
    SecretRef, Setting, Takes, incomplete,
};
use qdeck_model::{Platform, ScreenKind};

/// The platform's handle.
pub const PLATFORM: Platform = Platform::new("elasticbox", "ElasticBox");

/// The team workspaces that a context shows.
pub static WORKSPACES: Setting = Setting {
    name: "workspaces",
    takes: Takes::Words { what: "ids", example: "operations" },
    absent: Absent::Means("every workspace of the account"),
    help: "The team workspaces to show beside the personal one.",
};

/// The header that carries the token: the documents of different years name two.
pub static TOKEN_HEADER: Setting = Setting {
    name: "token_header",
    takes: Takes::Choice(&["auto", "bearer", "elasticbox"]),
    absent: Absent::Default,
    help: "Which header carries the token: `Authorization: Bearer` or `Elasticbox-Token`. By default a JSON web token is a bearer.",
};

/// The registration of ElasticBox.
pub static REGISTRATION: Registration = Registration {
    spec: PlatformSpec {
        platform: PLATFORM,
        // The address is in its documentation of 2018.
        address: Address { default: Some("https://cam.ctl.io"), help: "The appliance's address." },
        credentials: &[CredentialShape::Token { token: "A token: user menu, Authentication Tokens." }],
        settings: &[&WORKSPACES, &TOKEN_HEADER],
        discovery: Some(DiscoverySpec {
            find: |environment, discovery| discovery.add(discover(environment)),
            help: "`ELASTICBOX_URL` and `CAM_TOKEN`, both: a token is only sent to an address that you named.",
        }),
        example: EXAMPLE,
    },
    open: |context| Ok(Arc::new(ElasticBox::new(context)?)),
    endpoints: ENDPOINTS,
    ways: &[DocumentedWay {
        kind: ScreenKind::Ssh,
        how: "to its machine's address, as `ssh.user`, with a key or password of yours",
        tried: DEMO_BY_OPENSSH,
    }],
};

const EXAMPLE: &str = r#"[contexts.elasticbox-lab]
platform = "elasticbox"
base_url = "https://cam.example.com"        # the appliance's address; https://cam.ctl.io without it
token = { env = "CAM_TOKEN" }               # user menu, Authentication Tokens
# workspaces = ["operations"]               # team workspaces beside the personal one; all of them without it
# token_header = "elasticbox"               # if the token is refused: "bearer" or "elasticbox"
# insecure_tls = true                       # accept a certificate that the appliance signed itself, unverified
"#;

const ADDRESS_VARIABLE: &str = "ELASTICBOX_URL";
const TOKEN_VARIABLE: &str = "CAM_TOKEN";

/// Finds what its clients read: the Python client the address, the Go client the token. Both are needed: a token of an
/// appliance must not be sent to the public address.
fn discover(environment: &Environment<'_>) -> Result<Option<Discovered>, String> {
    match (environment.has(ADDRESS_VARIABLE), environment.has(TOKEN_VARIABLE)) {
        (true, true) => {}
        (true, false) => return Err(incomplete(ADDRESS_VARIABLE, TOKEN_VARIABLE)),
        (false, true) => return Err(incomplete(TOKEN_VARIABLE, ADDRESS_VARIABLE)),
        (false, false) => return Ok(None),
    }
    let spec = &REGISTRATION.spec;
    let base_url = environment.address(ADDRESS_VARIABLE, spec)?;
    let credentials = Credentials::Token(SecretRef::Env(TOKEN_VARIABLE.into()));
    let source = format!("{ADDRESS_VARIABLE} and {TOKEN_VARIABLE}");
    Ok(Some(Discovered::new(spec, base_url, credentials, source)))
}
