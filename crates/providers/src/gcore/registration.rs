//! Gcore as the rest of the program knows it: its settings, its credentials, and how a context of it is opened.

use std::sync::Arc;

use super::Gcore;
use super::endpoints::ENDPOINTS;
use crate::Registration;
use crate::registry::{
    CONSOLE_INPUT, CONSOLE_SIZE_REPORTS, DEMO_ALONE, DEMO_AND_VNC_SERVERS, DEMO_BY_OPENSSH, DocumentedWay,
};
use qdeck_config::{
    Absent, Address, CredentialShape, Credentials, Discovered, DiscoverySpec, Environment, PlatformSpec,
    SecretRef, Setting, Takes, incomplete,
};
use qdeck_model::{Platform, ScreenKind};

/// The platform's handle.
pub const PLATFORM: Platform = Platform::new("gcore", "Gcore");

/// The project that a context is.
pub static PROJECT: Setting = Setting {
    name: "project",
    takes: Takes::Number { example: "76" },
    absent: Absent::Means("the account's default project"),
    help: "The project's id.",
};

/// The regions that a context shows.
pub static REGIONS: Setting = Setting {
    name: "regions",
    takes: Takes::Numbers { example: "76, 104" },
    absent: Absent::Means("every active region"),
    help: "The ids of the regions to show.",
};

/// True if the account is a reseller's.
pub static RESELLER: Setting = Setting {
    name: "reseller",
    takes: Takes::Switch { default: false },
    absent: Absent::Default,
    help: "Offer the calls for resellers: the search over all clients, and name templates.",
};

/// The registration of Gcore.
pub static REGISTRATION: Registration = Registration {
    spec: PlatformSpec {
        platform: PLATFORM,
        address: Address { default: Some("https://api.gcore.com"), help: "The same for every region." },
        credentials: &[CredentialShape::Token { token: "A permanent API token." }],
        settings: &[&PROJECT, &REGIONS, &RESELLER, &CONSOLE_INPUT, &CONSOLE_SIZE_REPORTS],
        discovery: Some(DiscoverySpec {
            find: |environment, discovery| discovery.add(discover(environment)),
            help: "`GCORE_API_KEY`; `GCORE_CLOUD_PROJECT_ID` and `GCORE_CLOUD_REGION_ID` narrow it to a project and a region; `GCORE_BASE_URL` if the address is not the public one.",
        }),
        example: EXAMPLE,
    },
    open: |context| Ok(Arc::new(Gcore::new(context)?)),
    endpoints: ENDPOINTS,
    ways: &[
        DocumentedWay {
            kind: ScreenKind::Terminal,
            how: "the serial console, in regions that have one",
            tried: DEMO_ALONE,
        },
        DocumentedWay {
            kind: ScreenKind::Ssh,
            how: "to its address, as the user of its image or of `ssh.user`, with a key or password of yours",
            tried: DEMO_BY_OPENSSH,
        },
        DocumentedWay {
            kind: ScreenKind::Framebuffer,
            how: "its screen, by noVNC",
            tried: DEMO_AND_VNC_SERVERS,
        },
    ],
};

const EXAMPLE: &str = r#"[contexts.gcore-ai]
platform = "gcore"
token = { env = "GCORE_API_KEY" }           # a permanent API token; it may contain a $, which a shell expands
project = 123456                            # the project's id; the account's default project without it
regions = [76]                              # ids of regions; every active one without it
# base_url = "https://api.gcore.com"        # the public address
# reseller = true                           # offer the calls for resellers
# console_input = false                     # do not send keys to the console
# console_size_reports = true               # report the terminal's size to the console
# ssh = { user = "ubuntu", rules = [{ label = "env=prod", jump = "admin@bastion.example.com" }] }
"#;

const KEY_VARIABLE: &str = "GCORE_API_KEY";
const PROJECT_VARIABLE: &str = "GCORE_CLOUD_PROJECT_ID";
const REGION_VARIABLE: &str = "GCORE_CLOUD_REGION_ID";

/// Finds what Gcore's own client reads. The key alone is enough: without a project it is the account's default one,
/// without a region every one.
fn discover(environment: &Environment<'_>) -> Result<Option<Discovered>, String> {
    if !environment.has(KEY_VARIABLE) {
        let other = environment.first(&[PROJECT_VARIABLE, REGION_VARIABLE]);
        return other.map_or(Ok(None), |name| Err(incomplete(name, KEY_VARIABLE)));
    }
    let project = environment.number(PROJECT_VARIABLE)?;
    let region = environment.number(REGION_VARIABLE)?;
    let spec = &REGISTRATION.spec;
    let base_url = environment.address("GCORE_BASE_URL", spec)?;
    let credentials = Credentials::Token(SecretRef::Env(KEY_VARIABLE.into()));
    let names = [Some(KEY_VARIABLE), project.map(|_| PROJECT_VARIABLE), region.map(|_| REGION_VARIABLE)];
    let names: Vec<&str> = names.into_iter().flatten().collect();
    let mut found = Discovered::new(spec, base_url, credentials, names.join(" and "));
    if let Some(project) = project {
        found.context.settings.set(&PROJECT, project);
    }
    if let Some(region) = region {
        found.context.settings.set(&REGIONS, vec![region]);
    }
    Ok(Some(found))
}
