//! Failures, with what the user needs to act on them.

use std::fmt;
use std::time::Duration;

use arcstr::ArcStr;

/// The kinds of problem that the screen distinguishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The host does not answer: name, route, refused, reset, timed out.
    Unreachable,
    /// The credentials were refused (401 and its kin).
    Unauthorized,
    /// The credentials are good but may not do this (403).
    Forbidden,
    /// There is no such thing, or no longer (404).
    NotFound,
    /// The remote asks for fewer requests (429).
    RateLimited,
    /// The remote failed (5xx).
    Server,
    /// The answer of the remote cannot be parsed.
    BadAnswer,
    /// The request was refused as wrong (other 4xx).
    Refused,
    /// The context is read-only: nothing was sent.
    ReadOnly,
    /// The configuration or this machine is at fault.
    Local,
    /// This platform cannot do that.
    Unsupported,
}

impl ProblemKind {
    /// Two words for a header or a column.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Unauthorized => "not signed in",
            Self::Forbidden => "not allowed",
            Self::NotFound => "not found",
            Self::RateLimited => "rate limited",
            Self::Server => "server error",
            Self::BadAnswer => "unexpected answer",
            Self::Refused => "refused",
            Self::ReadOnly => "read-only",
            Self::Local => "set-up",
            Self::Unsupported => "not offered",
        }
    }

    /// Returns whether the same request may work later without the user doing something.
    pub const fn may_pass(self) -> bool {
        matches!(self, Self::Unreachable | Self::RateLimited | Self::Server | Self::BadAnswer)
    }
}

/// The hint of a write that a read-only context refused.
pub const READ_ONLY_HINT: &str =
    "Remove `read_only = true` from the file, or start without --read-only, to change things";

/// The exact reason of a problem, where that changes what is done about it. Most problems need no more than their kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The host's name has no address.
    Dns,
    /// The host refuses connections.
    ConnectionRefused,
    /// TLS ended over a certificate.
    Certificate,
    /// No connection was made in time.
    ConnectTimeout,
    /// There was a connection, and nothing came in time.
    Timeout,
    /// The sign-in, the token or the key has ended, and was good before.
    Expired,
    /// Of a write of several requests those before it were done: what it is about has changed.
    InPart,
}

/// A failure with all that is known of it. Never holds a secret of the process. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its kind.
    pub kind: ProblemKind,
    /// The exact reason, where it is known and matters.
    pub reason: Option<Reason>,
    /// The failure in one sentence: the remote's own message where it sent one.
    pub message: ArcStr,
    /// The request, such as `GET https://api.example/v1/containers`, query left out.
    pub request: Option<ArcStr>,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// The id by which the remote's support finds the request.
    pub request_id: Option<ArcStr>,
    /// Advice to the user.
    pub hint: Option<ArcStr>,
    /// When the remote allows the next try.
    pub retry_after: Option<Duration>,
}

/// A remote may have written it.
fn redacted(text: ArcStr) -> ArcStr {
    let shown = match crate::redact(&text) {
        std::borrow::Cow::Borrowed(_) => None,
        std::borrow::Cow::Owned(shown) => Some(shown.into()),
    };
    shown.unwrap_or(text)
}

impl Problem {
    /// A problem with only a kind and a sentence.
    pub fn new(kind: ProblemKind, message: impl Into<ArcStr>) -> Self {
        Self {
            kind,
            reason: None,
            message: redacted(message.into()),
            request: None,
            status: None,
            request_id: None,
            hint: None,
            retry_after: None,
        }
    }

    /// The same with the exact reason.
    #[must_use]
    pub fn reason(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Returns whether a sign-in that was good has ended.
    pub fn is_expired(&self) -> bool {
        self.reason == Some(Reason::Expired)
    }

    /// The same with a hint of what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<ArcStr>) -> Self {
        self.hint = Some(redacted(hint.into()));
        self
    }

    /// The same with the request that failed.
    #[must_use]
    pub fn request(mut self, request: impl Into<ArcStr>) -> Self {
        self.request = Some(redacted(request.into()));
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(status) = self.status {
            write!(f, " ({status})")?;
        }
        if let Some(request) = &self.request {
            write!(f, "; asked {request}")?;
        }
        if let Some(id) = &self.request_id {
            write!(f, "; request id {id}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, ". {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
