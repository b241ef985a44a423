//! Why a request failed, as variants that callers match on.

#[cfg(test)]
mod tests;

use std::error::Error;
use std::io;
use std::time::Duration;

use rustls::AlertDescription;

use super::address;

/// The phase in which a request timed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Name, connection and TLS.
    Connection,
    /// The head of the answer.
    Answer,
    /// The last byte of the answer.
    WholeAnswer,
    /// The upgrade to a websocket.
    Upgrade,
    /// More of an event stream that is open.
    Stream,
}

impl Phase {
    const fn awaited(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Answer => "answer",
            Self::WholeAnswer => "complete answer",
            Self::Upgrade => "websocket",
            Self::Stream => "data from the stream",
        }
    }
}

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// Plain `http` or `ws` to a host that is not this machine.
    #[error("unencrypted connections are allowed to this machine only")]
    Plaintext,
    /// An address with a scheme that is none of http, https, ws, wss.
    #[error("the address begins with `{0}:`, which is none of https, http, wss, ws")]
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
    /// The host's name has no address.
    #[error("no connection: {0}")]
    Dns(String),
    /// The host refuses connections on this port.
    #[error("no connection: {0}")]
    Refused(String),
    /// TLS ended over a certificate: the server's is not trusted, or the server wants one of ours.
    #[error("no connection: {0}")]
    Certificate(String),
    /// No connection for another reason: route, proxy, TLS.
    #[error("no connection: {0}")]
    Connect(String),
    /// Nothing came in time.
    #[error("no {} within {} s", .phase.awaited(), .after.as_secs_f32())]
    Timeout {
        /// The phase that took too long.
        phase: Phase,
        /// The limit.
        after: Duration,
    },
    /// The connection broke before the answer was whole.
    #[error("the connection broke after {received} bytes of the answer: {why}")]
    Cut {
        /// Bytes of the body that arrived.
        received: usize,
        /// The last error of the connection.
        why: String,
    },
    /// The answer is longer than is read.
    #[error("the answer is longer than {} MiB", .limit / 1_048_576)]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// A redirect to another origin, one of a write, or too many of them.
    #[error("redirect not followed: {0}")]
    Redirect(String),
    /// A status that is not a success.
    #[error("{}", .message.as_deref().unwrap_or("refused without a reason"))]
    Status {
        /// The remote's own message, redacted and shortened.
        message: Option<String>,
        /// The start of the body; the provider reads its platform's fields from it.
        body: bytes::Bytes,
        /// The body is a web page.
        page: bool,
    },
    /// A web page where data was expected.
    #[error("the answer is a web page{}", .title.as_deref().map(|t| format!(" (\u{201c}{t}\u{201d})")).unwrap_or_default())]
    Page {
        /// Its title.
        title: Option<String>,
    },
    /// Nothing, or `null`, where a document is due.
    #[error("the answer is {}", if *is_null { "`null` in place of a document" } else { "empty" })]
    NoDocument {
        /// It is `null`.
        is_null: bool,
    },
    /// JSON that breaks off or is garbled.
    #[error("the answer cannot be read as JSON: {why} (of {length} bytes)")]
    Json {
        /// Where it breaks and how.
        why: String,
        /// The length of the answer in bytes.
        length: usize,
    },
    /// JSON of another shape than is documented, or with more in it than is read.
    #[error("unexpected answer: {why} (of {length} bytes)")]
    Shape {
        /// Where it differs and how.
        why: String,
        /// The length of the answer in bytes.
        length: usize,
    },
    /// The server does not open a websocket.
    #[error("no websocket: {0}")]
    Handshake(String),
    /// A websocket was closed with a code that is not an orderly end.
    #[error("the server closed the connection: {0}")]
    Closed(String),
    /// A websocket broke or broke its rules.
    #[error("the connection broke: {0}")]
    Link(String),
    /// Two pings without an answer.
    #[error("the server answered no ping for {} s", .0.as_secs())]
    NoPong(Duration),
}

impl Cause {
    /// The failure that `reqwest` met, found by the types in its chain of sources.
    pub(super) fn from_reqwest(error: &reqwest::Error, connect_limit: Duration) -> Self {
        let why = || innermost(error).unwrap_or_else(|| address::redact(&error.to_string(), &[]));
        if error.is_timeout() && error.is_connect() {
            Self::Timeout { phase: Phase::Connection, after: connect_limit }
        } else if error.is_connect() {
            Self::no_connection(error, why())
        } else if error.is_builder() {
            Self::Unsendable("the client refused it")
        } else {
            Self::Cut { received: 0, why: why() }
        }
    }

    fn no_connection(error: &reqwest::Error, why: String) -> Self {
        for error in chain(error) {
            if error.is::<LookupFailed>() {
                return Self::Dns(why);
            }
            if error.downcast_ref().is_some_and(is_about_certificate) {
                return Self::Certificate(why);
            }
            if error
                .downcast_ref()
                .is_some_and(|error: &io::Error| error.kind() == io::ErrorKind::ConnectionRefused)
            {
                return Self::Refused(why);
            }
        }
        Self::Connect(why)
    }

    /// Returns whether no connection was made at all.
    pub(super) const fn is_no_connection(&self) -> bool {
        matches!(
            self,
            Self::Dns(_)
                | Self::Refused(_)
                | Self::Certificate(_)
                | Self::Connect(_)
                | Self::Timeout { phase: Phase::Connection, .. }
        )
    }
}

/// The look-up of a host's name failed. The client's resolver wraps its error in this, so that it is known by type.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct LookupFailed(#[source] pub(super) io::Error);

fn is_about_certificate(error: &rustls::Error) -> bool {
    match error {
        rustls::Error::InvalidCertificate(_)
        | rustls::Error::NoCertificatesPresented
        | rustls::Error::InvalidCertRevocationList(_) => true,
        rustls::Error::AlertReceived(alert) => matches!(
            alert,
            AlertDescription::NoCertificate
                | AlertDescription::BadCertificate
                | AlertDescription::UnsupportedCertificate
                | AlertDescription::CertificateRevoked
                | AlertDescription::CertificateExpired
                | AlertDescription::CertificateUnknown
                | AlertDescription::CertificateUnobtainable
                | AlertDescription::CertificateRequired
        ),
        _ => false,
    }
}

/// An error and everything below it. An I/O error that only wraps another one gives that one, which
/// [`Error::source`] leaves out.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error.downcast_ref().and_then(io::Error::get_ref);
        wrapped.map_or_else(|| error.source(), |wrapped| Some(wrapped))
    })
}

/// The text of the last error of the chain, which is what really happened (`Connection refused`). `None` when there is
/// nothing below the client's own error.
pub(super) fn innermost(error: &reqwest::Error) -> Option<String> {
    let last = chain(error).skip(1).last()?;
    Some(address::redact(&last.to_string(), &[]))
}
