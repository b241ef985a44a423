//! EXO2-HMAC-SHA256: whether a request was signed with the account's secret, and in time.
//!
//! The signed message is method and path as on the wire, the body's bytes, the query's values, nothing (no header is
//! ever signed) and the moment of expiry, one line each.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use url::form_urlencoded;

/// The word in front of a signature.
const SCHEME: &str = "EXO2-HMAC-SHA256 ";

/// A request as it came over the wire.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wire<'a> {
    /// In capitals.
    pub method: &'a str,
    /// With the face's prefix, still percent-encoded.
    pub path: &'a str,
    /// Without the question mark.
    pub query: &'a str,
    /// The very bytes.
    pub body: &'a [u8],
}

/// The `Authorization` header in its parts.
#[derive(Debug, Default)]
struct Pragmas<'a> {
    credential: &'a str,
    signed: Vec<&'a str>,
    expires: &'a str,
    signature: &'a str,
}

impl<'a> Pragmas<'a> {
    fn read(header: &'a str) -> Option<Self> {
        let mut found = Self::default();
        for part in header.strip_prefix(SCHEME)?.split(',') {
            let (name, value) = part.split_once('=')?;
            match name {
                "credential" => found.credential = value,
                "signed-query-args" => found.signed = value.split(';').collect(),
                "expires" => found.expires = value,
                "signature" => found.signature = value,
                _ => return None,
            }
        }
        Some(found)
    }
}

/// Says why a request is not let in; `now` is in seconds of Unix time.
pub(super) fn check(
    wire: Wire<'_>,
    header: &str,
    key: &str,
    secret: &str,
    now: i64,
) -> Result<(), &'static str> {
    let pragmas =
        Pragmas::read(header).ok_or("The Authorization header is not an EXO2-HMAC-SHA256 signature")?;
    if pragmas.credential != key {
        return Err("The API key is not known");
    }
    let expires = pragmas.expires.parse::<i64>();
    let expires = expires.map_err(|_| "The signature does not say when it expires")?;
    let values = signed_values(wire.query, &pragmas.signed)?;
    let mut message = format!("{} {}\n", wire.method, wire.path).into_bytes();
    message.extend_from_slice(wire.body);
    message.extend_from_slice(format!("\n{values}\n\n{}", pragmas.expires).as_bytes());
    let signature = STANDARD.decode(pragmas.signature);
    let signature = signature.map_err(|_| "The signature is not base64")?;
    let sealed = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::verify(&sealed, &message, &signature).map_err(|_| "The signature does not match the request")?;
    if expires <= now {
        return Err("The signature has expired");
    }
    Ok(())
}

/// The values of the signed parameters, by the order of their names, one after the other.
///
/// Every parameter that has one value must be signed, for an unsigned one could be changed on the way. Where a name comes
/// more than once the official clients differ in whether they list it, and none signs its values.
fn signed_values(query: &str, signed: &[&str]) -> Result<String, &'static str> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let single = |name: &str| {
        let mut values = pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
        values.next().filter(|_| values.next().is_none())
    };
    if let Some(name) = signed.iter().find(|name| !pairs.iter().any(|(n, _)| n == *name)) {
        tracing::debug!(name, "a signed parameter is not in the query");
        return Err("A signed query parameter is missing");
    }
    let loose = |(name, value): &&(String, String)| {
        !value.is_empty() && single(name).is_some() && !signed.contains(&name.as_str())
    };
    if pairs.iter().any(|pair| loose(&pair)) {
        return Err("A query parameter is not signed");
    }
    let mut names = signed.to_vec();
    names.sort_unstable();
    Ok(names.into_iter().filter_map(single).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers, made with the official Python client: key, secret and expiry are the same in all of them.
    const KEY: &str = "EXOtestkey0000000000000001";
    const SECRET: &str = "secretSECRETsecretSECRETsecretSECRET0000001";
    const EXPIRES: i64 = 1_893_456_000;
    const ID: &str = "6b1c2f2e-9a0e-4c39-9c2b-3f1d5c8f0a11";

    fn header(signed: &str, signature: &str) -> String {
        let signed = if signed.is_empty() { String::new() } else { format!(",signed-query-args={signed}") };
        format!("EXO2-HMAC-SHA256 credential={KEY}{signed},expires={EXPIRES},signature={signature}")
    }

    fn verdict(wire: Wire<'_>, header: &str) -> Result<(), &'static str> {
        check(wire, header, KEY, SECRET, EXPIRES - 1)
    }

    #[test]
    fn the_known_signatures_are_let_in() {
        let start = format!("/v2/instance/{ID}:start");
        let stop = format!("/v2/instance/{ID}:stop");
        let console = format!("/v2/console/{ID}");
        let filtered = format!("manager-type=instance-pool&manager-id={ID}");
        let create = r#"{"name":"zürich-01","disk-size":50,"template":{"id":"cbd89eb1-c66c-4637-9483-904d7e36c318"},"instance-type":{"id":"b6e9d1e8-89fc-4db3-aaa4-9b4c5b1d0844"}}"#;
        let times = "from=2026-01-01T00%3A00%3A00Z&to=2026-01-02T00%3A00%3A00%2B01%3A00";
        let vectors = [
            ("GET", "/v2/instance", "", "", "", "SCv/hnV1VEtgsbvT6XNXRT6HnsGDBWF0vWtS4MjJsJ8="),
            (
                "GET",
                "/v2/instance",
                &filtered,
                "",
                "manager-id;manager-type",
                "yHnmAJAs59yxJne9ZPGNwT+61Q+rWfN7ZAgDHH61TUc=",
            ),
            ("GET", "/v2/event", times, "", "from;to", "CFCKILq7UDBiVAN0JXUwdB2nC0l2YzdZo04O/7voDVU="),
            ("PUT", &start, "", "{}", "", "hOiQhvu/C719UXNNQeJgeJ9K3jr45DaexRfqEFUr4Mw="),
            (
                "PUT",
                &start,
                "",
                r#"{"rescue-profile":"netboot-efi"}"#,
                "",
                "W716N36OXr204Znr+ucQE+6pbw6iah85WKH8GYXzQZ4=",
            ),
            ("PUT", &stop, "", "", "", "U340F7CDDPAwKCx684ITM1X4jFwxqoS6uxDJPSrXdaw="),
            ("POST", "/v2/instance", "", create, "", "2503ZUb7Ju7G5WYQqdkRMPTimvDT9E85xxmVaA4F19k="),
            ("GET", &console, "", "", "", "COHe4R3OjdLTMKVt9rJxJ1HEV3b1BUoaJdUhOe+Db7U="),
            ("GET", "/v2/ssh-key/my%20key", "", "", "", "NndrByBwPBm70i2oKfQcZ8YjTovCuLt9rX3Up8VQwqE="),
        ];
        for (method, path, query, body, signed, signature) in vectors {
            let wire = Wire { method, path, query, body: body.as_bytes() };
            assert_eq!(verdict(wire, &header(signed, signature)), Ok(()), "{method} {path}?{query}");
        }
    }

    #[test]
    fn what_was_changed_late_or_unsigned_is_not() {
        let good = "SCv/hnV1VEtgsbvT6XNXRT6HnsGDBWF0vWtS4MjJsJ8=";
        let wire = Wire { method: "GET", path: "/v2/instance", query: "", body: b"" };
        let sealed = header("", good);
        assert_eq!(verdict(wire, &sealed), Ok(()));
        let other = |wire: Wire<'_>| verdict(wire, &sealed).expect_err("it was changed");
        assert!(other(Wire { method: "PUT", ..wire }).contains("does not match"));
        assert!(other(Wire { path: "/v2/instances", ..wire }).contains("does not match"));
        assert!(other(Wire { body: b"{}", ..wire }).contains("does not match"));
        assert!(other(Wire { query: "ip-address=192.0.2.1", ..wire }).contains("not signed"));
        // A parameter without a value is dropped by one of the official clients before it signs.
        assert_eq!(verdict(Wire { query: "labels=", ..wire }, &sealed), Ok(()));
        assert_eq!(check(wire, &sealed, KEY, SECRET, EXPIRES), Err("The signature has expired"));
        assert_eq!(check(wire, &sealed, "EXOother", SECRET, 0), Err("The API key is not known"));
        assert!(check(wire, &sealed, KEY, "another", 0).is_err());
        for odd in ["", "Bearer x", "EXO2-HMAC-SHA256 ", "EXO2-HMAC-SHA256 credential=x,unheard=of"] {
            assert!(verdict(wire, odd).is_err(), "{odd}");
        }
    }
}
