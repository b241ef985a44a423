//! Finds the credentials of Exoscale's own tools: a key and its secret in the environment, each under several names, and
//! otherwise the accounts of `exoscale.toml`. As with those tools, a complete pair in the environment goes first.

use url::Url;

use super::{REGISTRATION, ZONES, accounts};
use qdeck_config::{
    Context, Credentials, Discovered, Discovery, Environment, SecretRef, address, incomplete,
};

const KEYS: [&str; 2] = ["EXOSCALE_API_KEY", "EXOSCALE_KEY"];
const SECRETS: [&str; 3] = ["EXOSCALE_API_SECRET", "EXOSCALE_SECRET", "EXOSCALE_SECRET_KEY"];
const ADDRESS: &str = "EXOSCALE_API_ENDPOINT";
const ZONE: &str = "EXOSCALE_ZONE";

pub(super) fn find(environment: &Environment<'_>, found: &mut Discovery) {
    let pair = (environment.first(&KEYS), environment.first(&SECRETS));
    if let (Some(key), Some(secret)) = pair {
        found.add(from_pair(environment, key, secret).map(Some));
        return;
    }
    match pair {
        (Some(key), None) => found.incomplete.push(incomplete(key, SECRETS[0])),
        (None, Some(secret)) => found.incomplete.push(incomplete(secret, KEYS[0])),
        _ => {}
    }
    accounts::find(environment, found);
}

fn from_pair(environment: &Environment<'_>, key: &str, secret: &str) -> Result<Discovered, String> {
    let credentials =
        Credentials::KeyPair { key: SecretRef::Env(key.into()), secret: SecretRef::Env(secret.into()) };
    let spec = &REGISTRATION.spec;
    let base_url = with_version(environment.address(ADDRESS, spec)?);
    let mut found = Discovered::new(spec, base_url, credentials, format!("{key} and {secret}"));
    set_zones(environment, &mut found.context);
    Ok(found)
}

/// The address of an account of the file: the environment's, its own, or the public one.
pub(super) fn address_of_account(environment: &Environment<'_>, own: Option<&str>) -> Result<Url, String> {
    let spec = &REGISTRATION.spec;
    let address = if environment.has(ADDRESS) {
        environment.address(ADDRESS, spec)
    } else {
        address("`endpoint`", own, spec)
    };
    address.map(with_version)
}

/// Narrows a context to the zone that the environment names. The file's `defaultZone` is where Exoscale's tools create
/// things; they list all zones in spite of it.
pub(super) fn set_zones(environment: &Environment<'_>, context: &mut Context) {
    if let Some(zone) = environment.value(ZONE) {
        context.settings.set(&ZONES, vec![zone]);
    }
}

/// Appends the API's `/v2` to the address of a bare host.
fn with_version(mut address: Url) -> Url {
    if address.path() == "/" {
        address.set_path("/v2");
    }
    address
}
