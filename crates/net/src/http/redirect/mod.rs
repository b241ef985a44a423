//! Redirects, followed within one origin only: what a request holds stays with the server that it was made for.
//!
//! An origin is a scheme, a host and a port ([RFC 6454, 4](https://www.rfc-editor.org/rfc/rfc6454)). No part of a request
//! goes to another one: not its headers, not its query, not its body, whatever they are called. A write goes to its
//! address alone, since it would be sent a second time.

#[cfg(test)]
mod tests;

use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Method, StatusCode};
use url::{Origin, Url};

use super::Request;
use crate::address;
use crate::cause::Cause;

/// Redirects that one request follows.
pub(super) const MAX_REDIRECTS: usize = 5;

/// The request that an answer redirects to ([RFC 9110, 15.4](https://www.rfc-editor.org/rfc/rfc9110)); `None` when the
/// answer is no redirect, or names no address.
///
/// # Errors
/// [`Cause::Redirect`] when the redirect is not to be followed.
pub(super) fn target(
    request: &Request,
    status: StatusCode,
    headers: &HeaderMap,
) -> Result<Option<Request>, Cause> {
    let keeps_method = match status.as_u16() {
        301..=303 => false,
        307 | 308 => true,
        _ => return Ok(None),
    };
    let Some(location) = headers.get(LOCATION) else {
        return Ok(None);
    };
    let mut url = std::str::from_utf8(location.as_bytes())
        .ok()
        .and_then(|location| request.url.join(location).ok())
        .ok_or_else(|| Cause::Redirect("it leads to what is no address".to_owned()))?;
    if url.origin() != request.url.origin() {
        return Err(Cause::Redirect(format!(
            "it leads from {} to {}, and credentials stay with the server they are for",
            origin(&request.url),
            origin(&url)
        )));
    }
    if request.is_write() {
        let to = address::redacted(&url);
        return Err(Cause::Redirect(format!("it leads to {to}, and a change is sent only once")));
    }
    // User and password of an address would become an `Authorization` header of the server's making.
    let _ = (url.set_username(""), url.set_password(None));
    let mut next = request.clone();
    next.url = url;
    if !keeps_method && next.method != Method::HEAD {
        next.method = Method::GET;
        next.body = None;
        for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING] {
            next.headers.remove(name);
        }
    }
    Ok(Some(next))
}

/// The origin of an address as it is written: `https://api.example:8443`.
fn origin(url: &Url) -> String {
    match url.origin() {
        origin @ Origin::Tuple(..) => origin.ascii_serialization(),
        Origin::Opaque(_) => format!("{}:", url.scheme()),
    }
}
