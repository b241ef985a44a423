//! A failed request with its cause, and its conversion into a [`Problem`] with advice.
use std::time::Duration;

use arcstr::ArcStr;
use url::Url;

use super::address;
use super::cause::{Cause, Phase};
use qdeck_model::{Problem, ProblemKind, READ_ONLY_HINT, Reason};

/// A failed request. Never holds a query, a header or a secret. Cheap enough to clone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{method} {url}: {cause}")]
pub struct NetError {
    /// `GET`, `POST`, or `WEBSOCKET`.
    pub method: String,
    /// The address without user, query and fragment; where the request was redirected, the one it led to.
    pub url: String,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// The id by which the remote's support finds the request.
    pub request_id: Option<ArcStr>,
    /// The pause that the remote asks for before the next try.
    pub retry_after: Option<Duration>,
    /// Why.
    pub cause: Box<Cause>,
}

impl NetError {
    pub(super) fn new(method: &str, url: &Url, cause: Cause) -> Self {
        Self {
            method: method.to_owned(),
            url: address::redacted(url),
            status: None,
            request_id: None,
            retry_after: None,
            cause: Box::new(cause),
        }
    }

    /// The same failure of a request that was redirected to `url`.
    pub(super) fn at(mut self, url: &Url) -> Self {
        self.url = address::redacted(url);
        self
    }

    /// The failure that `reqwest` met.
    pub(super) fn from_reqwest(
        method: &str,
        url: &Url,
        error: reqwest::Error,
        connect_limit: Duration,
    ) -> Self {
        // The text of the error and of its sources may repeat the URL with its query.
        let cause = Cause::from_reqwest(&error.without_url(), connect_limit);
        Self::new(method, url, cause)
    }

    /// Returns whether the same read may work a moment later.
    pub fn may_pass(&self) -> bool {
        match &*self.cause {
            Cause::Dns(_)
            | Cause::Refused(_)
            | Cause::Connect(_)
            | Cause::Timeout { .. }
            | Cause::Cut { .. }
            | Cause::Json { .. }
            | Cause::NoDocument { .. }
            // A gateway shows a page of its own for a moment while what is behind it restarts.
            | Cause::Page { .. }
            | Cause::Link(_)
            | Cause::NoPong(_) => true,
            Cause::Status { .. } => matches!(self.status, Some(408 | 425 | 429 | 500 | 502 | 503 | 504)),
            _ => false,
        }
    }

    /// The kind of problem for the screen.
    pub fn kind(&self) -> ProblemKind {
        match &*self.cause {
            Cause::Plaintext | Cause::Scheme(_) | Cause::Unsendable(_) | Cause::SetUp(_) => {
                ProblemKind::Local
            }
            Cause::ReadOnly { .. } => ProblemKind::ReadOnly,
            Cause::Dns(_)
            | Cause::Refused(_)
            | Cause::Certificate(_)
            | Cause::Connect(_)
            | Cause::Timeout { .. }
            | Cause::Cut { .. }
            | Cause::Link(_)
            | Cause::NoPong(_) => ProblemKind::Unreachable,
            Cause::TooLarge { .. }
            | Cause::Redirect(_)
            | Cause::Page { .. }
            | Cause::Json { .. }
            | Cause::Shape { .. }
            | Cause::NoDocument { .. } => ProblemKind::BadAnswer,
            Cause::Closed(_) => ProblemKind::Server,
            Cause::Status { .. } | Cause::Handshake(_) => match self.status {
                Some(401 | 407) => ProblemKind::Unauthorized,
                Some(403) => ProblemKind::Forbidden,
                Some(404 | 410) => ProblemKind::NotFound,
                Some(429) => ProblemKind::RateLimited,
                Some(400..500) => ProblemKind::Refused,
                Some(500..) => ProblemKind::Server,
                _ => ProblemKind::BadAnswer,
            },
        }
    }

    /// The exact reason, where callers act on it.
    fn reason(&self) -> Option<Reason> {
        match &*self.cause {
            Cause::Dns(_) => Some(Reason::Dns),
            Cause::Refused(_) => Some(Reason::ConnectionRefused),
            Cause::Certificate(_) => Some(Reason::Certificate),
            Cause::Timeout { phase: Phase::Connection, .. } => Some(Reason::ConnectTimeout),
            Cause::Timeout { .. } | Cause::NoPong(_) => Some(Reason::Timeout),
            Cause::Status { message: Some(message), .. }
                if self.status == Some(401) && mentions_expiry(message) =>
            {
                Some(Reason::Expired)
            }
            _ => None,
        }
    }

    /// Advice for the user.
    fn hint(&self) -> Option<String> {
        let hint = match &*self.cause {
            Cause::Plaintext => {
                "Use https:// in base_url, or set `insecure = true` for this context if the network is yours"
            }
            Cause::Scheme(_) => "Check base_url: it begins with https://",
            Cause::Unsendable(_) => "Check the context's credentials for stray line ends or characters",
            Cause::ReadOnly { .. } => READ_ONLY_HINT,
            Cause::SetUp(_) => "Check this machine's certificates and proxy settings",
            Cause::Certificate(_) => {
                "The certificate was refused: check the host name, this machine's clock and its trusted roots"
            }
            Cause::Dns(_) | Cause::Refused(_) | Cause::Connect(_) => {
                "Check base_url, the network, and HTTPS_PROXY / NO_PROXY if there is a proxy"
            }
            Cause::Timeout { .. } | Cause::Cut { .. } | Cause::Link(_) | Cause::NoPong(_) => {
                "The network or the server stalled; reads are retried automatically"
            }
            Cause::TooLarge { .. } => "Check base_url: no answer of this API should be so long",
            Cause::Redirect(_) => {
                "Set base_url to the address of the API itself, if you trust where this leads"
            }
            Cause::Page { .. } => "Check base_url, and whether a proxy's sign-in page is in between",
            Cause::Shape { .. } => "Check base_url: another API, or another version of it, may answer there",
            Cause::Json { .. } | Cause::NoDocument { .. } => {
                "Check base_url; if it is right, the server or a proxy cut or changed the answer"
            }
            Cause::Handshake(_) => "A proxy in between may not pass websockets",
            Cause::Closed(_) => "Open it again; if it closes again, ask the platform",
            Cause::Status { page, .. } => return self.status_hint(*page),
        };
        Some(hint.to_owned())
    }

    fn status_hint(&self, page: bool) -> Option<String> {
        let hint = match self.status? {
            401 => "Check the context's token or password: it may be wrong, expired or revoked",
            403 => {
                "The credentials are good but may not do this: ask for the permission, or check the hub or project"
            }
            407 => "The proxy asks for a sign-in: put user and password into HTTPS_PROXY",
            404 if page => "The answer is a web page: check base_url",
            404 | 410 => "It may have been deleted a moment ago: refresh",
            429 => "Too many requests: raise `refresh` or lower `concurrency` for this context",
            500.. => "The platform has trouble; reads are retried automatically",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

impl From<NetError> for Problem {
    fn from(error: NetError) -> Self {
        let mut problem = Problem::new(error.kind(), error.cause.to_string())
            .request(format!("{} {}", error.method, error.url));
        problem.reason = error.reason();
        problem.hint = error.hint().map(Into::into);
        problem.status = error.status;
        problem.request_id = error.request_id;
        problem.retry_after = error.retry_after;
        problem
    }
}

/// Returns whether a sign-in was refused because it has ended, by the remote's own message: most platforms have no code
/// for it. A provider whose platform has one sets [`Reason::Expired`] from that.
fn mentions_expiry(message: &str) -> bool {
    message.to_lowercase().contains("expired")
}
