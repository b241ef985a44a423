//! Cycle's own tools read `CYCLE_API_KEY` and `CYCLE_HUB_ID` (its Go client, its Terraform provider, its GitHub
//! action), and `CYCLE_BASE_URL` where the address is not the public one.

use super::super::context::{Context, Credentials, SecretRef};
use super::super::known;
use super::super::place::is_hub;
use super::{Around, Finding, context, lacks};

const KEY: &str = "CYCLE_API_KEY";
const HUB: &str = "CYCLE_HUB_ID";

pub(super) fn find(around: &Around<'_>) -> Result<Option<Finding>, String> {
    let hub = match (around.holds(KEY), around.said(HUB)) {
        (true, Some(hub)) => hub,
        (true, None) => return Err(lacks(KEY, HUB)),
        (false, Some(_)) => return Err(lacks(HUB, KEY)),
        (false, None) => return Ok(None),
    };
    if !is_hub(&hub) {
        return Err(format!("{HUB} is no hub id: 24 hexadecimal digits were expected"));
    }
    let base_url = around.address("CYCLE_BASE_URL", known::CYCLE)?;
    let credentials = Credentials::Token(SecretRef::Env(KEY.into()));
    Ok(Some(Finding {
        context: Context {
            hub: Some(hub.to_ascii_lowercase()),
            ..context(known::CYCLE, base_url, credentials)
        },
        place: format!("{KEY} and {HUB}"),
    }))
}
