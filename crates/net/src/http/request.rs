//! What is to be asked: method, address, headers, body, and which of its parts are secret.

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use url::Url;

use crate::error::{Cause, NetError};
use qdeck_model::Secret;

/// One request. Only a `GET` is ever sent again by itself.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) wrong: Option<&'static str>,
}

impl Request {
    /// A read.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// A `POST` of a JSON body. Never sent again by itself, whatever it asks.
    pub fn post(url: Url, body: &impl Serialize) -> Self {
        let mut request = Self::new(Method::POST, url);
        match serde_json::to_vec(body) {
            Ok(bytes) => request.body = Some(bytes.into()),
            Err(_) => request.wrong = Some("the body cannot be written as JSON"),
        }
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request
    }

    fn new(method: Method, url: Url) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Self { method, url, headers, body: None, secrets: Vec::new(), wrong: None }
    }

    /// Adds `name=value` to the query, percent-encoded.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// Sets a header. A value that no header can hold makes the request fail when it is sent.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(value) => {
                self.headers.insert(HeaderName::from_static(name), value);
            }
            Err(_) => self.wrong = Some("a header's value holds a character that headers cannot hold"),
        }
        self
    }

    /// Signs in with a header of the platform's own that holds nothing but the token.
    #[must_use]
    pub fn secret_header(mut self, name: &'static str, token: &Secret) -> Self {
        match HeaderValue::from_str(token.expose()) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.headers.insert(HeaderName::from_static(name), value);
                self.secrets.push(token.clone());
            }
            Err(_) => {
                self.wrong = Some("the token holds a line end or another character that headers cannot hold");
            }
        }
        self
    }

    /// Signs in with `Authorization: Bearer`.
    #[must_use]
    pub fn bearer(self, token: &Secret) -> Self {
        let value = format!("Bearer {}", token.expose());
        self.authorization(&value, token)
    }

    /// Signs in with `Authorization: Basic`.
    #[must_use]
    pub fn basic(self, user: &str, password: &Secret) -> Self {
        use base64::Engine as _;
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{}", password.expose()));
        let mut request = self.authorization(&format!("Basic {pair}"), password);
        request.secrets.push(Secret::new(pair));
        request
    }

    /// Signs in with this value of `Authorization`; `secret` is what of it (or behind it) no error may repeat.
    #[must_use]
    pub fn authorization(mut self, value: &str, secret: &Secret) -> Self {
        match HeaderValue::from_str(value) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.headers.insert(AUTHORIZATION, value);
                self.secrets.push(secret.clone());
            }
            Err(_) => {
                self.wrong = Some(
                    "the token or password holds a line end or another character that headers cannot hold",
                );
            }
        }
        self
    }

    /// Everything of it that must not be repeated by an error.
    pub(crate) fn all_secrets(&self) -> Vec<Secret> {
        let mut secrets = self.secrets.clone();
        secrets.extend(crate::address::secrets_of(&self.url));
        secrets
    }

    pub(crate) fn fault(&self) -> Result<(), NetError> {
        match self.wrong {
            None => Ok(()),
            Some(why) => Err(NetError::new(self.method.as_str(), &self.url, Cause::Unsendable(why))),
        }
    }
}

/// Without query, headers or body: they may hold secrets.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Request({} {})", self.method, crate::address::told(&self.url))
    }
}
