//! Exoscale's own tools read a key and its secret from the environment, each by several names, and else the accounts
//! of `exoscale.toml`. As with them, a whole pair in the environment stands before the file.

use url::Url;

use super::super::context::{Context, Credentials, SecretRef};
use super::super::known;
use super::{Around, Finding, Found, accounts, address, context, lacks};

const KEYS: [&str; 2] = ["EXOSCALE_API_KEY", "EXOSCALE_KEY"];
const SECRETS: [&str; 3] = ["EXOSCALE_API_SECRET", "EXOSCALE_SECRET", "EXOSCALE_SECRET_KEY"];
const ADDRESS: &str = "EXOSCALE_API_ENDPOINT";
const ZONE: &str = "EXOSCALE_ZONE";

pub(super) fn find(around: &Around<'_>, found: &mut Found) {
    let pair = (around.first(&KEYS), around.first(&SECRETS));
    if let (Some(key), Some(secret)) = pair {
        found.take(from_pair(around, key, secret).map(Some));
        return;
    }
    match pair {
        (Some(key), None) => found.half.push(lacks(key, SECRETS[0])),
        (None, Some(secret)) => found.half.push(lacks(secret, KEYS[0])),
        _ => {}
    }
    accounts::find(around, found);
}

fn from_pair(around: &Around<'_>, key: &str, secret: &str) -> Result<Finding, String> {
    let credentials =
        Credentials::KeyPair { key: SecretRef::Env(key.into()), secret: SecretRef::Env(secret.into()) };
    let base_url = below_v2(around.address(ADDRESS, known::EXOSCALE)?);
    Ok(Finding {
        context: Context { zones: zones(around), ..context(known::EXOSCALE, base_url, credentials) },
        place: format!("{key} and {secret}"),
    })
}

/// The address of an account of the file: the environment's, its own, or the public one.
pub(super) fn address_of_account(around: &Around<'_>, own: Option<&str>) -> Result<Url, String> {
    let address = if around.holds(ADDRESS) {
        around.address(ADDRESS, known::EXOSCALE)
    } else {
        address("`endpoint`", own, known::EXOSCALE)
    };
    address.map(below_v2)
}

/// The zone that the environment asks for; every one where it does not. The file's `defaultZone` is where its tools
/// create things, and they list all zones in spite of it.
pub(super) fn zones(around: &Around<'_>) -> Vec<String> {
    around.said(ZONE).into_iter().collect()
}

/// Every address of the API ends in `/v2`; a bare host is written without.
fn below_v2(mut address: Url) -> Url {
    if address.path() == "/" {
        address.set_path("/v2");
    }
    address
}
