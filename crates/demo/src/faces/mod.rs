//! One face a platform: it serves the engine's fleet in that platform's wire protocol, written from its documents.

pub mod cycle;
pub mod elasticbox;
pub mod exoscale;
pub mod gcore;
mod kit;
pub mod quasarch;
pub(crate) mod socket;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::Access;
use crate::credentials::Credentials;
use crate::engine::Engine;
use crate::engine::fleet::{Account, Fleet};

/// The state that every handler of a face shares.
#[derive(Clone)]
pub struct AppState {
    /// The fleet.
    pub engine: Engine,
    /// The credentials that are accepted.
    pub credentials: Arc<Credentials>,
    /// `127.0.0.1:PORT`, for the addresses that answers carry.
    pub authority: Arc<str>,
    /// `127.0.0.1:PORT` of the SSH end.
    pub ssh: Arc<str>,
    /// Cycle's consoles take keys.
    pub console_input: bool,
}

/// The way in which SSH leads to an instance of a platform.
#[derive(Clone, Copy)]
pub enum Ssh {
    /// The platform has an SSH end of its own, where the user names the instance and the password is made for it.
    ByUser(fn(&Fleet, &str) -> Option<u32>),
    /// Instances are machines with addresses, which are reached through a jump host. `None` for an address of none.
    ByAddress(fn(&Fleet, IpAddr) -> Option<Reached>),
    /// Its instances cannot be reached.
    None,
}

/// The machine behind an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// The instance.
    pub instance: u32,
    /// The user that its image lets in, where the platform says so; else any.
    pub user: Option<&'static str>,
}

/// A face: how one platform's clients see the cloud.
#[derive(Clone, Copy)]
pub struct Face {
    /// The platform's name, as in the configuration; also the prefix of its paths.
    pub platform: &'static str,
    /// The account of the engine's that it shows.
    pub account: Account,
    /// Everything under its prefix.
    pub router: fn(AppState) -> Router,
    /// Fills in what a client must know to be let in.
    pub access: fn(&Credentials, Access) -> Access,
    /// A failure on purpose (429 or 500), in the shape of this platform.
    pub failure: fn(StatusCode) -> Response,
    /// How SSH leads to its instances.
    pub ssh: Ssh,
}

/// Every face, in the order they are listed.
const FACES: [Face; 5] = [cycle::FACE, quasarch::FACE, gcore::FACE, elasticbox::FACE, exoscale::FACE];

/// The faces of these names; all of them where none is named.
///
/// # Errors
/// A sentence, when a name is not known.
pub fn open(names: &[String]) -> Result<Vec<Face>, String> {
    if let Some(odd) = names.iter().find(|name| find(name).is_none()) {
        let known: Vec<&str> = FACES.iter().map(|face| face.platform).collect();
        return Err(format!("the demo cloud does not speak for `{odd}`; it does for {}", known.join(", ")));
    }
    let wanted = |face: &Face| names.is_empty() || names.iter().any(|name| name == face.platform);
    Ok(FACES.into_iter().filter(wanted).collect())
}

fn find(name: &str) -> Option<&'static Face> {
    FACES.iter().find(|face| face.platform == name)
}

/// A failure on purpose, in the shape of the face whose path it is.
pub(crate) fn failure(path: &str, status: StatusCode) -> Response {
    let prefix = path.split('/').nth(1).unwrap_or_default();
    find(prefix).map_or_else(|| status.into_response(), |face| (face.failure)(status))
}

/// The zero time of Go, which both platforms send for "never".
pub(crate) const NEVER: &str = "0001-01-01T00:00:00Z";

/// A time in RFC 3339 with milliseconds, or "never".
pub(crate) fn time(at: Option<jiff::Timestamp>) -> String {
    at.map_or_else(|| NEVER.to_owned(), |at| format!("{at:.3}"))
}

/// One page of a list: which rows `number` (from 1) of `size` are.
pub(crate) fn page<T>(rows: impl Iterator<Item = T>, number: usize, size: usize) -> Vec<T> {
    rows.skip(number.saturating_sub(1).saturating_mul(size)).take(size).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bodies of an injected 429 and 500, byte for byte. Gcore's end in an id that is random.
    const INJECTED: [(&str, &str, &str); 5] = [
        (
            "/cycle/v1/containers",
            r#"{"error":{"status":429,"code":"429.rate-limiting","title":"There are too many requests."},"data":null}"#,
            r#"{"error":{"status":500,"code":"500.jobd","title":"Something went wrong on our side.","detail":"the demo cloud injected this fault as asked"},"data":null}"#,
        ),
        ("/quasarch/", r#"{"error":"Too Many Requests"}"#, r#"{"error":"Internal Server Error"}"#),
        (
            "/gcore/",
            r#"{"exception_class":"RateLimitError","message":"Too many requests, try again later","request_id":""#,
            r#"{"exception_class":"InternalServerError","message":"the demo cloud injected this fault as asked","request_id":""#,
        ),
        ("/elasticbox/", r#"{"message":"Too Many Requests"}"#, r#"{"message":"Internal Server Error"}"#),
        (
            "/exoscale/",
            r#"{"error":"Too many requests","retry_after":1}"#,
            r#"{"type":"about:blank","title":"Internal Server Error","status":500,"detail":"the demo cloud injected this fault as asked"}"#,
        ),
    ];

    #[tokio::test]
    async fn an_injected_fault_has_the_shape_of_its_platform() {
        for (path, limited, internal) in INJECTED {
            for (status, expected) in
                [(StatusCode::TOO_MANY_REQUESTS, limited), (StatusCode::INTERNAL_SERVER_ERROR, internal)]
            {
                let answer = failure(path, status);
                assert_eq!(answer.status(), status, "{path}");
                let release = answer.headers().get("elasticbox-release").is_some();
                assert_eq!(release, path == "/elasticbox/", "{path}");
                let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
                let text = String::from_utf8_lossy(&body);
                if path == "/gcore/" {
                    assert!(text.starts_with(expected), "{text}");
                } else {
                    assert_eq!(text, expected);
                }
            }
        }
    }
}
