//! EXO2-HMAC-SHA256: what is signed of a request, and the header that holds the signature.
//!
//! After the section on signatures of the API's description and the signers of the official clients, which agree.

use base64::Engine as _;
use ring::hmac;
use url::Url;

use qdeck_model::Secret;

/// Seconds for which a signature is valid, as in every official client.
pub(crate) const SIGNATURE_LIFETIME_SECONDS: i64 = 600;

/// An API key: its name, which is sent, and the secret, which never is.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) key: Secret,
    pub(crate) secret: Secret,
}

/// The value of `Authorization` for a request that is sent before `expires` (seconds since 1970). `url` is signed as it
/// is, so nothing may be added to it afterwards; host, scheme and other headers are not signed.
pub(super) fn authorization(pair: &Pair, method: &str, url: &Url, body: &[u8], expires: i64) -> String {
    let query = signed_query(url);
    let mut message = format!("{method} {}\n", url.path()).into_bytes();
    message.extend_from_slice(body);
    message.push(b'\n');
    for (_, value) in &query {
        message.extend_from_slice(value.as_bytes());
    }
    // No headers are signed: their line is empty.
    message.extend_from_slice(format!("\n\n{expires}").as_bytes());
    let key = hmac::Key::new(hmac::HMAC_SHA256, pair.secret.expose().as_bytes());
    let signature = base64::engine::general_purpose::STANDARD.encode(hmac::sign(&key, &message));
    let names: Vec<&str> = query.iter().map(|(name, _)| &**name).collect();
    let arguments =
        if names.is_empty() { String::new() } else { format!(",signed-query-args={}", names.join(";")) };
    let key = pair.key.expose();
    format!("EXO2-HMAC-SHA256 credential={key}{arguments},expires={expires},signature={signature}")
}

/// Names and decoded values of the query, in the order of the names. The official signers disagree on names that are
/// sent twice or without a value, so such are left out as most of them do, and this program sends none.
pub(crate) fn signed_query(url: &Url) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    all.sort();
    let once = |name: &str| all.iter().filter(|(other, _)| other == name).count() == 1;
    all.iter().filter(|(name, value)| !value.is_empty() && once(name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "6b1c2f2e-9a0e-4c39-9c2b-3f1d5c8f0a11";
    const HOST: &str = "https://api-ch-gva-2.exoscale.com";

    fn signed(method: &str, url: &str, body: &str) -> String {
        let pair = Pair {
            key: Secret::new("EXOtestkey0000000000000001"),
            secret: Secret::new("secretSECRETsecretSECRETsecretSECRET0000001"),
        };
        authorization(&pair, method, &url.parse().unwrap(), body.as_bytes(), 1_893_456_000)
    }

    fn header(arguments: &str, signature: &str) -> String {
        format!(
            "EXO2-HMAC-SHA256 credential=EXOtestkey0000000000000001{arguments},expires=1893456000,signature={signature}"
        )
    }

    /// Computed by the official Python client and by a second signer written after the Go client.
    #[test]
    fn the_vectors_of_two_other_signers_come_out() {
        let created = concat!(
            r#"{"name":"zürich-01","disk-size":50,"template":{"id":"cbd89eb1-c66c-4637-9483-904d7e36c318"},"#,
            r#""instance-type":{"id":"b6e9d1e8-89fc-4db3-aaa4-9b4c5b1d0844"}}"#
        );
        for (method, path, body, arguments, signature) in [
            ("GET", "/v2/instance".to_owned(), "", "", "SCv/hnV1VEtgsbvT6XNXRT6HnsGDBWF0vWtS4MjJsJ8="),
            (
                "GET",
                format!("/v2/instance?manager-type=instance-pool&manager-id={ID}"),
                "",
                ",signed-query-args=manager-id;manager-type",
                "yHnmAJAs59yxJne9ZPGNwT+61Q+rWfN7ZAgDHH61TUc=",
            ),
            (
                "GET",
                "/v2/event?from=2026-01-01T00%3A00%3A00Z&to=2026-01-02T00%3A00%3A00%2B01%3A00".to_owned(),
                "",
                ",signed-query-args=from;to",
                "CFCKILq7UDBiVAN0JXUwdB2nC0l2YzdZo04O/7voDVU=",
            ),
            (
                "PUT",
                format!("/v2/instance/{ID}:start"),
                "{}",
                "",
                "hOiQhvu/C719UXNNQeJgeJ9K3jr45DaexRfqEFUr4Mw=",
            ),
            (
                "PUT",
                format!("/v2/instance/{ID}:start"),
                r#"{"rescue-profile":"netboot-efi"}"#,
                "",
                "W716N36OXr204Znr+ucQE+6pbw6iah85WKH8GYXzQZ4=",
            ),
            (
                "PUT",
                format!("/v2/instance/{ID}:stop"),
                "",
                "",
                "U340F7CDDPAwKCx684ITM1X4jFwxqoS6uxDJPSrXdaw=",
            ),
            ("POST", "/v2/instance".to_owned(), created, "", "2503ZUb7Ju7G5WYQqdkRMPTimvDT9E85xxmVaA4F19k="),
            ("GET", format!("/v2/console/{ID}"), "", "", "COHe4R3OjdLTMKVt9rJxJ1HEV3b1BUoaJdUhOe+Db7U="),
            (
                "GET",
                "/v2/ssh-key/my%20key".to_owned(),
                "",
                "",
                "NndrByBwPBm70i2oKfQcZ8YjTovCuLt9rX3Up8VQwqE=",
            ),
        ] {
            let url = format!("{HOST}{path}");
            assert_eq!(signed(method, &url, body), header(arguments, signature), "{method} {path}");
        }
    }

    #[test]
    fn the_host_is_not_signed_and_the_path_is_signed_whole() {
        let there = signed("GET", &format!("{HOST}/v2/instance"), "");
        assert_eq!(signed("GET", "http://127.0.0.1:4010/v2/instance", ""), there);
        assert_ne!(signed("GET", "http://127.0.0.1:4010/below/v2/instance", ""), there);
    }

    /// From the official TypeScript client, whose vectors leave out `/v2`.
    #[test]
    fn values_are_signed_decoded() {
        let pair = Pair { key: Secret::new("test-key"), secret: Secret::new("0123456789abcdef") };
        let sign = |method, url: &str, body: &[u8]| {
            authorization(&pair, method, &url.parse().unwrap(), body, 1_750_000_000)
        };
        assert!(
            sign("GET", &format!("{HOST}/instance?labels=a%20b"), b"")
                .ends_with("signed-query-args=labels,expires=1750000000,signature=c52iAK8YkX82SvWfz2L0NB3ifLH+B4tVwMAhdczd+hA=")
        );
        assert!(
            sign("POST", &format!("{HOST}/instance"), br#"{"disk-size":10,"name":"foo"}"#)
                .ends_with("signature=ZqEE7tXE57UIydqAXHsqZgGA/UzTft1t9PFFVKvNGtA=")
        );
    }

    #[test]
    fn what_signers_disagree_on_is_not_signed() {
        let signed = signed("GET", &format!("{HOST}/v2/instance?a=1&b=2&b=3&c="), "");
        assert!(signed.contains("signed-query-args=a,"), "{signed}");
    }
}
