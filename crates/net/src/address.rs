//! Addresses: where requests may be sent, and how an address is shown without its secrets.

use url::{Host, Url};

use super::cause::Cause;
use super::error::NetError;

/// Returns whether the host of `url` is this machine: `localhost`, `127.0.0.0/8`, `::1`.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Checks that a request may be sent there: `https` and `wss` always, `http` and `ws` to loopback, or anywhere with
/// `insecure`. Nothing else is the address of a server.
pub(super) fn permit(method: &str, url: &Url, insecure: bool) -> Result<(), NetError> {
    match url.scheme() {
        "https" | "wss" if url.has_host() => Ok(()),
        "http" | "ws" if url.has_host() && (insecure || is_loopback(url)) => Ok(()),
        "http" | "ws" if url.has_host() => Err(NetError::new(method, url, Cause::Plaintext)),
        other => Err(NetError::new(method, url, Cause::Scheme(other.to_owned()))),
    }
}

/// The address without user, password, query and fragment, for errors and logs.
pub(super) fn redacted(url: &Url) -> String {
    let mut url = url.clone();
    // Both fail only for addresses that cannot hold a user at all.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

/// The same address with `ws` for `http` and `wss` for `https`; `ws` and `wss` stay. `None` for any other scheme.
///
/// Platforms hand out websocket addresses with either kind of scheme, so both are taken.
pub fn ws_address(url: &Url) -> Option<Url> {
    with_scheme(url, &[("http", "ws"), ("https", "wss"), ("ws", "ws"), ("wss", "wss")])
}

/// The same address with `http` for `ws` and `https` for `wss`; `http` and `https` stay. `None` for any other scheme.
pub fn http_address(url: &Url) -> Option<Url> {
    with_scheme(url, &[("ws", "http"), ("wss", "https"), ("http", "http"), ("https", "https")])
}

fn with_scheme(url: &Url, map: &[(&str, &str)]) -> Option<Url> {
    let (_, to) = map.iter().find(|(from, _)| *from == url.scheme())?;
    let mut url = url.clone();
    url.set_scheme(to).ok()?;
    Some(url)
}

/// Names of query parameters and fields whose values are hidden wherever text of a remote is shown.
const SECRET_NAMES: [&str; 11] = [
    "token",
    "access_token",
    "id_token",
    "refresh_token",
    "api_key",
    "apikey",
    "key",
    "secret",
    "password",
    "signature",
    "authorization",
];

/// The values of token-like names in the query of `url`.
pub(super) fn secrets_of(url: &Url) -> impl Iterator<Item = qdeck_model::Secret> + '_ {
    url.query_pairs()
        .filter(|(name, _)| is_secret_name(name))
        .map(|(_, value)| qdeck_model::Secret::new(value.into_owned()))
}

/// Returns whether values of this name are hidden.
pub(super) fn is_secret_name(name: &str) -> bool {
    SECRET_NAMES.contains(&name.to_ascii_lowercase().replace('-', "_").as_str())
}

/// `text` with the values of token-like `name=value` pairs replaced by dots, and every one of `secrets` too.
pub(super) fn redact(text: &str, secrets: &[qdeck_model::Secret]) -> String {
    let out = qdeck_model::redact_with(text, secrets);
    let mut shown = String::with_capacity(out.len());
    let mut rest = &*out;
    while let Some(at) = rest.find('=') {
        let (before, after) = rest.split_at(at);
        let name = before
            .rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
            .replace('-', "_");
        shown.push_str(before);
        shown.push('=');
        rest = &after[1..];
        if SECRET_NAMES.contains(&name.as_str()) {
            let end = rest
                .find(|c: char| {
                    c.is_whitespace() || matches!(c, '&' | '"' | '\'' | ')' | ',' | ';' | '<' | '>')
                })
                .unwrap_or(rest.len());
            if end > 0 {
                shown.push_str("••••");
            }
            rest = &rest[end..];
        }
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use qdeck_model::Secret;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for good in [
            "https://api.example/v1",
            "wss://api.example/v1",
            "http://127.0.0.1:4710/v1",
            "http://127.8.9.10/",
            "ws://[::1]:9/",
            "http://LocalHost:80/",
            "http://a.localhost/",
        ] {
            assert!(permit("GET", &url(good), false).is_ok(), "{good}");
        }
        for bad in [
            "http://api.example/",
            "ws://10.0.0.1/",
            "http://localhost.example/",
            "http://127.0.0.1.example/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
        ] {
            assert!(permit("GET", &url(bad), false).is_err(), "{bad}");
        }
        assert!(permit("GET", &url("http://api.example/"), true).is_ok());
        assert!(permit("GET", &url("ftp://api.example/"), true).is_err());
    }

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        assert_eq!(
            redacted(&url("wss://me:hunter2@h.example:8920/v1/console?token=abc#x")),
            "wss://h.example:8920/v1/console"
        );
    }

    #[test]
    fn schemes_map_both_ways_and_keep_the_rest() {
        let ws = ws_address(&url("https://c.example:8920/v1/console?token=a")).unwrap();
        assert_eq!(ws.as_str(), "wss://c.example:8920/v1/console?token=a");
        assert_eq!(http_address(&ws).unwrap().as_str(), "https://c.example:8920/v1/console?token=a");
        assert_eq!(ws_address(&url("ws://h/")).unwrap().as_str(), "ws://h/");
        assert!(ws_address(&url("mailto:a@b.example")).is_none());
    }

    #[test]
    fn token_like_values_are_hidden_and_others_are_not() {
        let secrets = [Secret::new("s3cr3t-value"), Secret::new("ab")];
        assert_eq!(
            redact("GET /x?token=abc&page=2 failed: bad s3cr3t-value, ab", &secrets),
            "GET /x?token=••••&page=2 failed: bad ••••, ab"
        );
        assert_eq!(redact("Access-Token=abc;monkey=2", &[]), "Access-Token=••••;monkey=2");
        assert_eq!(redact("a=b=c", &[]), "a=b=c");
    }
}
