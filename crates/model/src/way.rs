//! The ways into an instance, and the target of one by SSH.

use std::path::PathBuf;

use super::{ScreenKind, Secret};

/// One way into an instance, as its platform knows it from the row alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The console that it opens.
    pub kind: ScreenKind,
    /// What it needs or is like, for a menu: `ubuntu@192.0.2.7, by a key of yours`.
    pub needs: String,
    /// Why it cannot be taken now, and what would make it possible; `None` if it can.
    pub barrier: Option<String>,
}

impl Way {
    /// A way that can be taken.
    pub fn open(kind: ScreenKind, needs: impl Into<String>) -> Self {
        Self { kind, needs: needs.into(), barrier: None }
    }

    /// The same with what is in the way, if anything is.
    #[must_use]
    pub fn unless(mut self, barrier: Option<String>) -> Self {
        self.barrier = barrier;
        self
    }
}

/// The target of an SSH session, with what the context's settings say about it.
///
/// Nothing in it is checked: host and user may come from a remote side, and are checked where the command line is made.
#[derive(Debug, Clone, Default)]
pub struct SshTarget {
    /// A host name, an IPv4 or an IPv6 address; the latter without brackets.
    pub host: String,
    /// The port; `None` leaves it to ssh.
    pub port: Option<u16>,
    /// The user; `None` leaves it to ssh, which reads its own configuration.
    pub user: Option<String>,
    /// A password made for this session.
    pub password: Option<Secret>,
    /// Files of private keys to offer beside the user's own.
    pub identities: Vec<PathBuf>,
    /// Hosts to go through, as `ssh -J` takes them.
    pub jump: Option<String>,
    /// Options of ssh's configuration, such as `ServerAliveInterval=15`.
    pub options: Vec<String>,
    /// Advice for the user if it fails, a sentence each.
    pub notes: Vec<String>,
}
