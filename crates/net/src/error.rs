//! What can go wrong on the way, told with the request it happened to, and turned into a [`Problem`] with advice.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::address;
use qdeck_model::{Problem, ProblemKind, READ_ONLY_HINT};

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// Plain `http` or `ws` to a host that is not this machine.
    #[error("refused to speak unencrypted to a host that is not this machine")]
    Plaintext,
    /// An address with a scheme that is none of http, https, ws, wss.
    #[error("`{0}` is not a scheme of a server's address")]
    Scheme(String),
    /// The request cannot be put into HTTP.
    #[error("the request cannot be sent: {0}")]
    Unsendable(&'static str),
    /// A write through a context that is read-only. Nothing was sent.
    #[error("context {context} is read-only: nothing was sent")]
    ReadOnly {
        /// The context's name.
        context: String,
    },
    /// TLS or the client could not be set up on this machine.
    #[error("the HTTP client cannot start: {0}")]
    SetUp(String),
    /// No connection: name, route, refused, certificate.
    #[error("no connection: {0}")]
    Connect(String),
    /// Nothing came in time.
    #[error("no {what} within {} s", .after.as_secs_f32())]
    Timeout {
        /// What was waited for: `connection`, `answer`, `word from the stream`.
        what: &'static str,
        /// How long.
        after: Duration,
    },
    /// The connection broke before the answer was whole.
    #[error("the connection broke after {received} bytes of the answer: {why}")]
    Cut {
        /// Bytes of the body that arrived.
        received: usize,
        /// The link's last words.
        why: String,
    },
    /// The answer is longer than is read.
    #[error("the answer is longer than {} MiB", .limit / 1_048_576)]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// A redirect to where nothing may be sent, or too many of them.
    #[error("redirected astray: {0}")]
    Redirect(String),
    /// A status that is not a success.
    #[error("{}", .words.as_deref().unwrap_or("no reason given"))]
    Status {
        /// The remote's own words, redacted and shortened.
        words: Option<String>,
        /// The body, as far as it is kept; the provider reads its platform's fields from it.
        body: bytes::Bytes,
        /// Whether the body is a web page.
        page: bool,
    },
    /// A web page where data was expected.
    #[error("answered with a web page{}", .title.as_deref().map(|t| format!(" (\u{201c}{t}\u{201d})")).unwrap_or_default())]
    Page {
        /// Its title.
        title: Option<String>,
    },
    /// JSON that breaks off or does not have the expected shape.
    #[error("the answer cannot be read as JSON: {why} (of {length} bytes)")]
    Json {
        /// Where it breaks and how.
        why: String,
        /// How long the answer is.
        length: usize,
    },
    /// The server does not open a websocket.
    #[error("no websocket: {0}")]
    Handshake(String),
    /// A websocket was closed with a code that is not an orderly end.
    #[error("the far side closed the link: {0}")]
    Closed(String),
    /// A websocket broke or broke its rules.
    #[error("the link broke: {0}")]
    Link(String),
    /// Two pings without an answer.
    #[error("the far side answered no ping for {} s", .0.as_secs())]
    NoPong(Duration),
}

/// A failed request. Never holds a query, a header or a secret. Cheap enough to clone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{method} {url}: {cause}")]
pub struct NetError {
    /// `GET`, `POST`, or `WEBSOCKET`.
    pub method: String,
    /// The address without user, query and fragment.
    pub url: String,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// The id by which the remote's support finds the request.
    pub request_id: Option<Arc<str>>,
    /// When the remote allows the next try.
    pub retry_after: Option<Duration>,
    /// Why.
    pub cause: Box<Cause>,
}

impl NetError {
    pub(super) fn new(method: &str, url: &Url, cause: Cause) -> Self {
        Self {
            method: method.to_owned(),
            url: address::told(url),
            status: None,
            request_id: None,
            retry_after: None,
            cause: Box::new(cause),
        }
    }

    /// The same, with the sort of failure that `reqwest` met.
    pub(super) fn from_reqwest(
        method: &str,
        url: &Url,
        error: reqwest::Error,
        connect_limit: Duration,
    ) -> Self {
        // The text of the error and of its sources may repeat the URL with its query.
        let error = error.without_url();
        let cause = if error.is_timeout() && error.is_connect() {
            Cause::Timeout { what: "connection", after: connect_limit }
        } else if error.is_redirect() {
            Cause::Redirect(deepest(&error))
        } else if error.is_connect() {
            Cause::Connect(deepest(&error))
        } else if error.is_builder() {
            Cause::Unsendable("the client refused it")
        } else {
            Cause::Cut { received: 0, why: deepest(&error) }
        };
        Self::new(method, url, cause)
    }

    /// Whether the same read may work a moment later.
    pub fn may_pass(&self) -> bool {
        match &*self.cause {
            Cause::Connect(why) => !is_certificate(why),
            Cause::Timeout { .. }
            | Cause::Cut { .. }
            | Cause::Json { .. }
            // A gateway shows a page of its own for a moment while what is behind it restarts.
            | Cause::Page { .. }
            | Cause::Link(_)
            | Cause::NoPong(_) => true,
            Cause::Status { .. } => matches!(self.status, Some(408 | 425 | 429 | 500 | 502 | 503 | 504)),
            _ => false,
        }
    }

    /// The kind of trouble for the screen.
    pub fn kind(&self) -> ProblemKind {
        match &*self.cause {
            Cause::Plaintext | Cause::Scheme(_) | Cause::Unsendable(_) | Cause::SetUp(_) => {
                ProblemKind::Local
            }
            Cause::ReadOnly { .. } => ProblemKind::ReadOnly,
            Cause::Connect(_)
            | Cause::Timeout { .. }
            | Cause::Cut { .. }
            | Cause::Link(_)
            | Cause::NoPong(_) => ProblemKind::Unreachable,
            Cause::TooLarge { .. } | Cause::Redirect(_) | Cause::Page { .. } | Cause::Json { .. } => {
                ProblemKind::BadAnswer
            }
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

    /// What a person can do about it.
    fn hint(&self) -> Option<String> {
        let hint = match &*self.cause {
            Cause::Plaintext => {
                "Use https:// in base_url, or set `insecure = true` for this context if the network is yours"
            }
            Cause::Scheme(_) => "Check base_url: it begins with https://",
            Cause::Unsendable(_) => "Check the context's credentials for stray line ends or characters",
            Cause::ReadOnly { .. } => READ_ONLY_HINT,
            Cause::SetUp(_) => "Check this machine's certificates and proxy settings",
            Cause::Connect(why) if is_certificate(why) => {
                "The certificate was refused: check the host name, this machine's clock and its trusted roots"
            }
            Cause::Connect(_) => {
                "Check base_url, the network, and HTTPS_PROXY / NO_PROXY if there is a proxy"
            }
            Cause::Timeout { .. } | Cause::Cut { .. } | Cause::Link(_) | Cause::NoPong(_) => {
                "The network or the server stalled; it is tried again by itself where that is safe"
            }
            Cause::TooLarge { .. } => "Is base_url right? No answer of this API should be so long",
            Cause::Redirect(_) => "Set base_url to where the API really is",
            Cause::Page { .. } => {
                "A web page is no API answer: is base_url right, or is a sign-in page in between?"
            }
            Cause::Json { .. } => "Is base_url right? If so, the server or a proxy cut or changed its answer",
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
            407 => "The proxy wants a sign-in: put user and password into HTTPS_PROXY",
            404 if page => "The answer is a web page: is base_url right?",
            404 | 410 => "It may have been deleted a moment ago: refresh",
            429 => "Too many requests: raise `refresh` or lower `concurrency` for this context",
            500.. => "The platform has trouble; it is tried again by itself where that is safe",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

impl From<NetError> for Problem {
    fn from(error: NetError) -> Self {
        let mut problem = Problem::new(error.kind(), error.cause.to_string())
            .request(format!("{} {}", error.method, error.url));
        problem.hint = error.hint().map(Into::into);
        problem.status = error.status;
        problem.request_id = error.request_id;
        problem.retry_after = error.retry_after;
        problem
    }
}

/// The last error of the chain: the one that says what really happened (`Connection refused`), once more with what
/// it happened to where that adds something.
fn deepest(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = inner.to_string();
        source = inner.source();
    }
    address::redact(&text, &[])
}

fn is_certificate(why: &str) -> bool {
    why.contains("certificate") || why.contains("Certificate")
}
