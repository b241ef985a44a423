//! ElasticBox: its Python client reads the address from `ELASTICBOX_URL`, its Go client the token from `CAM_TOKEN`.

use super::super::context::{Credentials, SecretRef};
use super::super::known;
use super::{Around, Finding, context, lacks};

const ADDRESS: &str = "ELASTICBOX_URL";
const TOKEN: &str = "CAM_TOKEN";

/// Both are needed: a token of an appliance must not be sent to the public address.
pub(super) fn find(around: &Around<'_>) -> Result<Option<Finding>, String> {
    match (around.holds(ADDRESS), around.holds(TOKEN)) {
        (true, true) => {}
        (true, false) => return Err(lacks(ADDRESS, TOKEN)),
        (false, true) => return Err(lacks(TOKEN, ADDRESS)),
        (false, false) => return Ok(None),
    }
    let base_url = around.address(ADDRESS, known::ELASTICBOX)?;
    let credentials = Credentials::Token(SecretRef::Env(TOKEN.into()));
    Ok(Some(Finding {
        context: context(known::ELASTICBOX, base_url, credentials),
        place: format!("{ADDRESS} and {TOKEN}"),
    }))
}
