//! Exoscale as the rest of the program knows it: its settings, its credentials, and how a context of it is opened.

mod accounts;
mod discovery;

use std::sync::Arc;

use super::Exoscale;
use super::endpoints::ENDPOINTS;
use crate::Registration;
use crate::registry::{DEMO_AND_VNC_SERVERS, DEMO_BY_OPENSSH, DocumentedWay};
pub(super) use accounts::config_folders;
use qdeck_config::{Absent, Address, CredentialShape, DiscoverySpec, PlatformSpec, Setting, Takes};
use qdeck_model::{Platform, ScreenKind};

/// The platform's handle.
pub const PLATFORM: Platform = Platform::new("exoscale", "Exoscale");

/// The zones that a context shows.
pub static ZONES: Setting = Setting {
    name: "zones",
    takes: Takes::Words { what: "names", example: "ch-gva-2" },
    absent: Absent::Means("every zone"),
    help: "The zones to show.",
};

/// The registration of Exoscale.
pub static REGISTRATION: Registration = Registration {
    spec: PlatformSpec {
        platform: PLATFORM,
        address: Address {
            default: Some("https://api-ch-gva-2.exoscale.com/v2"),
            help: "The address of any zone; the other zones are listed there.",
        },
        credentials: &[CredentialShape::KeyPair {
            key: "The API key.",
            secret: "The secret that belongs to `key`; it signs requests and is never sent.",
        }],
        settings: &[&ZONES],
        discovery: Some(DiscoverySpec {
            find: discovery::find,
            help: "`EXOSCALE_API_KEY` (or `EXOSCALE_KEY`) and `EXOSCALE_API_SECRET` (or `EXOSCALE_SECRET`, `EXOSCALE_SECRET_KEY`); `EXOSCALE_API_ENDPOINT`, and `EXOSCALE_ZONE` to show one zone. Otherwise each account of `exoscale.toml`, or the one that `EXOSCALE_ACCOUNT` names.",
        }),
        example: EXAMPLE,
    },
    open: |context| Ok(Arc::new(Exoscale::new(context)?)),
    endpoints: ENDPOINTS,
    ways: &[
        DocumentedWay {
            kind: ScreenKind::Ssh,
            how: "to its address, as the user of its template or of `ssh.user`, with a key or password of yours",
            tried: DEMO_BY_OPENSSH,
        },
        DocumentedWay {
            kind: ScreenKind::Framebuffer,
            how: "its screen, by the console proxy",
            tried: DEMO_AND_VNC_SERVERS,
        },
    ],
};

const EXAMPLE: &str = r#"[contexts.exoscale-prod]
platform = "exoscale"
key = { env = "EXOSCALE_API_KEY" }
secret = { env = "EXOSCALE_API_SECRET" }    # signs requests, is never sent
# secret = { file = "~/.config/exoscale/exoscale.toml", key = ["accounts", "prod", "secret"] }
# zones = ["ch-gva-2", "de-fra-1"]          # every zone without it
"#;
