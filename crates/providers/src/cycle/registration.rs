//! Cycle as the rest of the program knows it: its settings, its credentials, and how a context of it is opened.

use std::sync::Arc;

use super::Cycle;
use super::endpoints::ENDPOINTS;
use crate::Registration;
use crate::registry::{CONSOLE_SIZE_REPORTS, DEMO_ALONE, DEMO_BY_OPENSSH, DocumentedWay};
use qdeck_config::{
    Absent, Address, CredentialShape, Credentials, Discovered, DiscoverySpec, Environment, PlatformSpec,
    SecretRef, Setting, Takes, incomplete,
};
use qdeck_model::{Platform, ScreenKind};

/// The platform's handle.
pub const PLATFORM: Platform = Platform::new("cycle", "Cycle");

/// The hub that a context is.
pub static HUB: Setting = Setting {
    name: "hub",
    takes: Takes::Text {
        form: "24 hexadecimal digits",
        example: "651586fca6078e98982dbd90",
        parse: parse_hub,
    },
    absent: Absent::Mistake("the hub's id, 24 hexadecimal digits (Hub settings, API access)"),
    help: "The hub's id: Hub settings, API access.",
};

/// True if keys are sent to the console. Cycle documents it as the output of the main process and names SSH as the
/// two-way console, so they are not unless asked for.
pub static CONSOLE_INPUT: Setting = Setting {
    name: "console_input",
    takes: Takes::Switch { default: false },
    absent: Absent::Default,
    help: "Send keys to the console, as binary frames. The platform documents it as output alone; SSH is the way in.",
};

/// True if the SSH credentials of a session are expired when the program is left.
pub static EXPIRE_SSH: Setting = Setting {
    name: "expire_ssh",
    takes: Takes::Switch { default: false },
    absent: Absent::Default,
    help: "Expire an instance's SSH credentials, everyone's, when the program that made some for a session is left.",
};

/// The registration of Cycle.
pub static REGISTRATION: Registration = Registration {
    spec: PlatformSpec {
        platform: PLATFORM,
        address: Address { default: Some("https://api.cycle.io"), help: "The same for every hub." },
        credentials: &[CredentialShape::Token { token: "An API key of the hub." }],
        settings: &[&HUB, &CONSOLE_INPUT, &CONSOLE_SIZE_REPORTS, &EXPIRE_SSH],
        discovery: Some(DiscoverySpec {
            find: |environment, discovery| discovery.add(discover(environment)),
            help: "`CYCLE_API_KEY` and `CYCLE_HUB_ID`; `CYCLE_BASE_URL` if the address is not the public one.",
        }),
        example: EXAMPLE,
    },
    open: |context| Ok(Arc::new(Cycle::new(context)?)),
    endpoints: ENDPOINTS,
    ways: &[
        DocumentedWay {
            kind: ScreenKind::Ssh,
            how: "a password that the platform makes for the session (`containers-ssh`); `ssh` on this machine",
            tried: DEMO_BY_OPENSSH,
        },
        DocumentedWay {
            kind: ScreenKind::Terminal,
            how: "the websocket console, output alone (`containers-console`); first with `console_input = true`",
            tried: DEMO_ALONE,
        },
    ],
};

const EXAMPLE: &str = r#"[contexts.cycle-prod]
platform = "cycle"
hub = "651586fca6078e98982dbd90"            # Hub settings, API access: the hub's id
token = { env = "CYCLE_API_KEY" }           # an API key of that hub
# base_url = "https://api.cycle.io"         # the public address
# read_only = true                          # change nothing through this context
# protected = true                          # confirm every change one level more strictly
# color = "red"                             # frames every form and confirmation of this context
# console_encoding = "cp437"                # the text of consoles: utf-8, cp437 or latin-1
# enabled = false                           # do not connect at the start
# concurrency = 8                           # requests at once
# answer_timeout = "10s"                    # time to wait for the first byte of an answer
# console_input = true                      # send keys to the console, too: see docs/cycle.md
# console_size_reports = true               # report the terminal's size to the console: see docs/cycle.md
# expire_ssh = true                         # expire an instance's SSH credentials on leaving
"#;

/// An id of a hub in lower case; Cycle's ids are 24 hexadecimal digits.
fn parse_hub(text: &str) -> Option<String> {
    let is_id = text.len() == 24 && text.chars().all(|c| c.is_ascii_hexdigit());
    is_id.then(|| text.to_ascii_lowercase())
}

const KEY_VARIABLE: &str = "CYCLE_API_KEY";
const HUB_VARIABLE: &str = "CYCLE_HUB_ID";

/// Finds what Cycle's own tools read: its Go client, its Terraform provider and its GitHub action.
fn discover(environment: &Environment<'_>) -> Result<Option<Discovered>, String> {
    let hub = match (environment.has(KEY_VARIABLE), environment.value(HUB_VARIABLE)) {
        (true, Some(hub)) => hub,
        (true, None) => return Err(incomplete(KEY_VARIABLE, HUB_VARIABLE)),
        (false, Some(_)) => return Err(incomplete(HUB_VARIABLE, KEY_VARIABLE)),
        (false, None) => return Ok(None),
    };
    let Some(hub) = parse_hub(&hub) else {
        return Err(format!("{HUB_VARIABLE} is not a hub's id: expected 24 hexadecimal digits"));
    };
    let spec = &REGISTRATION.spec;
    let base_url = environment.address("CYCLE_BASE_URL", spec)?;
    let credentials = Credentials::Token(SecretRef::Env(KEY_VARIABLE.into()));
    let source = format!("{KEY_VARIABLE} and {HUB_VARIABLE}");
    let mut found = Discovered::new(spec, base_url, credentials, source);
    found.context.settings.set(&HUB, hub);
    Ok(Some(found))
}
