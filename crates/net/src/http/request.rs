//! A request: method, address, headers, body, and which of its parts are secret.

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use url::Url;

use crate::cause::Cause;
use crate::error::NetError;
use qdeck_model::{PreparedRequest, Problem, ProblemKind, Secret};

/// One request. Only a `GET` that is no write is ever retried.
///
/// Everything but `GET` and `HEAD` is a write, unless it is marked as [`Request::reading`]; what was prepared to be
/// confirmed is one whatever its method. A client that is read-only sends no write.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) invalid: Option<&'static str>,
    /// True if it changes something, false if it changes nothing, whatever its method.
    changes: Option<bool>,
}

impl Request {
    /// A read.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// A `POST` of a JSON body. Never retried.
    pub fn post(url: Url, body: &impl Serialize) -> Self {
        Self::new(Method::POST, url).json(body)
    }

    /// A `POST` without a body.
    pub fn post_empty(url: Url) -> Self {
        Self::new(Method::POST, url)
    }

    /// A `PUT`, without a body until [`Request::json`].
    pub fn put(url: Url) -> Self {
        Self::new(Method::PUT, url)
    }

    /// A `PATCH` of a JSON body.
    pub fn patch(url: Url, body: &impl Serialize) -> Self {
        Self::new(Method::PATCH, url).json(body)
    }

    /// A `DELETE`, without a body until [`Request::json`].
    pub fn delete(url: Url) -> Self {
        Self::new(Method::DELETE, url)
    }

    /// A request that was prepared and shown, exactly as it was; the credentials are still to be added.
    ///
    /// # Errors
    /// When its address is none.
    pub fn prepared(request: &PreparedRequest) -> Result<Self, Problem> {
        let url = Url::parse(&request.url).map_err(|error| {
            Problem::new(ProblemKind::Local, format!("{} is not an address: {error}", request.url))
        })?;
        let method = match request.method {
            qdeck_model::Method::Get => Method::GET,
            qdeck_model::Method::Post => Method::POST,
            qdeck_model::Method::Put => Method::PUT,
            qdeck_model::Method::Patch => Method::PATCH,
            qdeck_model::Method::Delete => Method::DELETE,
        };
        // Some reads make something, such as a credential.
        let mut ready = Self { changes: Some(true), ..Self::new(method, url) };
        if let Some(body) = &request.body {
            ready = match (body, request.has_raw_body()) {
                (serde_json::Value::String(text), true) => Self { body: Some(text.clone().into()), ..ready },
                _ => ready.json(body),
            };
            let secrets = request.secrets.iter().filter_map(|pointer| body.pointer(pointer)?.as_str());
            ready.secrets.extend(secrets.map(Secret::new));
        }
        for (name, value) in &request.headers {
            ready = ready.header(name, value);
        }
        Ok(ready)
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.body = Some(bytes.into()),
            Err(_) => self.invalid = Some("the body cannot be written as JSON"),
        }
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self
    }

    /// Marks it as a read: it changes nothing although its method is that of a write, such as a sign-in or a search.
    #[must_use]
    pub const fn reading(mut self) -> Self {
        self.changes = Some(false);
        self
    }

    /// Returns whether it may change something at the other end.
    pub fn is_write(&self) -> bool {
        self.changes.unwrap_or(self.method != Method::GET && self.method != Method::HEAD)
    }

    /// The bytes of its body, for signatures over it.
    pub fn body(&self) -> &[u8] {
        self.body.as_deref().unwrap_or_default()
    }

    /// Its method, for signatures over it.
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// Its address, for signatures over it.
    pub const fn url(&self) -> &Url {
        &self.url
    }

    fn new(method: Method, url: Url) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Self { method, url, headers, body: None, secrets: Vec::new(), invalid: None, changes: None }
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
            Err(_) => self.invalid = Some("a header's value holds a character that headers cannot hold"),
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
                self.invalid =
                    Some("the token holds a line end or another character that headers cannot hold");
            }
        }
        self
    }

    /// Marks a value of its body as one that no error and no command may repeat.
    #[must_use]
    pub fn secret(mut self, secret: &Secret) -> Self {
        self.secrets.push(secret.clone());
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
                self.invalid = Some(
                    "the token or password holds a line end or another character that headers cannot hold",
                );
            }
        }
        self
    }

    /// Everything of it that no error may repeat.
    pub(crate) fn all_secrets(&self) -> Vec<Secret> {
        let mut secrets = self.secrets.clone();
        secrets.extend(crate::address::secrets_of(&self.url));
        secrets
    }

    pub(crate) fn check(&self) -> Result<(), NetError> {
        match self.invalid {
            None => Ok(()),
            Some(why) => Err(NetError::new(self.method.as_str(), &self.url, Cause::Unsendable(why))),
        }
    }
}

/// Without query, headers or body: they may hold secrets.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Request({} {})", self.method, crate::address::redacted(&self.url))
    }
}
