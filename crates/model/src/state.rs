//! The small set of states that colours and filters use, beside the platform's raw state.

use std::borrow::Cow;
use std::fmt;

use arcstr::ArcStr;

/// The stage of a resource's life. Every platform's states map onto these; the raw one stays in [`State`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lifecycle {
    /// Broken: needs the user.
    Failed,
    /// Runs, but unhealthy.
    Degraded,
    /// On the way up: new, starting, deploying, migrating.
    Pending,
    /// On the way down.
    Stopping,
    /// Up (for an operation: in progress).
    Running,
    /// Down on purpose.
    Stopped,
    /// Ended well (operations, old revisions).
    Done,
    /// Being deleted.
    Deleting,
    /// Deleted; a record may remain.
    Gone,
    /// A state that this program does not know. Its raw word is shown.
    Unknown,
}

impl Lifecycle {
    /// Every state, those that need attention first.
    pub const ALL: [Self; 10] = [
        Self::Failed,
        Self::Degraded,
        Self::Pending,
        Self::Stopping,
        Self::Running,
        Self::Stopped,
        Self::Done,
        Self::Deleting,
        Self::Gone,
        Self::Unknown,
    ];

    /// The lower-case word used in filters (`state:failed`) and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Degraded => "degraded",
            Self::Pending => "pending",
            Self::Stopping => "stopping",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Done => "done",
            Self::Deleting => "deleting",
            Self::Gone => "gone",
            Self::Unknown => "unknown",
        }
    }

    /// Returns whether the user should look at it.
    pub const fn needs_attention(self) -> bool {
        matches!(self, Self::Failed | Self::Degraded)
    }

    /// Returns whether nothing of it runs, by what the platform reports: it is down, on the way there, or gone.
    pub const fn is_down(self) -> bool {
        matches!(self, Self::Stopping | Self::Stopped | Self::Done | Self::Deleting | Self::Gone)
    }

    /// Returns whether the platform is still changing it.
    pub const fn is_moving(self) -> bool {
        matches!(self, Self::Pending | Self::Stopping | Self::Deleting)
    }
}

impl fmt::Display for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A resource's state: the mapped one, the platform's own word, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The mapped state.
    pub lifecycle: Lifecycle,
    /// The platform's own word, unchanged: `hibernate`, `deploying`, `SHUTOFF`.
    pub raw: ArcStr,
    /// The reason, as the platform words it: an error message, a failed health check, a pending reboot.
    pub reason: Option<ArcStr>,
}

impl State {
    /// A state without a reason.
    pub fn new(lifecycle: Lifecycle, raw: impl Into<ArcStr>) -> Self {
        Self { lifecycle, raw: raw.into(), reason: None }
    }

    /// The word that is shown: the platform's own, in lower case; the mapped one where it has none, or where its word
    /// would name another state than the mark beside it: a platform may call `running` what fails its health checks.
    pub fn word(&self) -> Cow<'_, str> {
        let mapped = self.lifecycle.word();
        if self.raw.is_empty() {
            return mapped.into();
        }
        let raw: Cow<'_, str> = if self.raw.chars().any(char::is_uppercase) {
            self.raw.to_lowercase().into()
        } else {
            (&*self.raw).into()
        };
        let misleads = raw != mapped && Lifecycle::ALL.iter().any(|other| other.word() == raw);
        if misleads { mapped.into() } else { raw }
    }

    /// The same state with the remote's reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<ArcStr>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}
