//! The state of a context's credentials, and what they may not do. One state a context, whichever task found out.

#[cfg(test)]
mod tests;

use std::time::Duration;

use super::Health;
use qdeck_model::{Kind, Problem, ProblemKind, Timestamp};

/// A sign-in that ends within this time is announced.
const EXPIRY_NOTICE: Duration = Duration::from_secs(600);

/// The state of a context's credentials.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Auth {
    /// They are accepted, as far as is known.
    #[default]
    Good,
    /// The sign-in ends at this time, soon, and cannot be renewed without the user.
    Expiring(Timestamp),
    /// The sign-in has ended, and the platform refuses it.
    Expired(Problem),
    /// The platform does not accept the credentials.
    Refused(Problem),
}

impl Auth {
    /// Derives it from the health of the context and the end of its sign-in by its own date.
    pub(super) fn of(health: &Health, ends: Option<Timestamp>, now: Timestamp) -> Self {
        match (health, ends) {
            (Health::Down(problem), ends) if problem.kind == ProblemKind::Unauthorized => {
                if ends.is_some_and(|ends| ends <= now) || problem.is_expired() {
                    Self::Expired(problem.clone())
                } else {
                    Self::Refused(problem.clone())
                }
            }
            (Health::Down(_), _) => Self::Good,
            (_, Some(ends)) if ends.before(EXPIRY_NOTICE) <= now => Self::Expiring(ends),
            _ => Self::Good,
        }
    }

    /// Returns whether the user needs to do nothing.
    pub const fn is_good(&self) -> bool {
        matches!(self, Self::Good)
    }
}

/// Something that accepted credentials may still not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Feature {
    /// Listing a kind.
    List(Kind),
    /// Reading logs.
    Logs,
    /// Opening a console.
    Console,
    /// Reading samples.
    Telemetry,
}

impl Feature {
    /// Every feature, the listings first.
    pub fn all() -> impl Iterator<Item = Self> {
        let others = [Self::Logs, Self::Console, Self::Telemetry];
        Kind::ALL.into_iter().map(Self::List).chain(others)
    }

    /// The verb of the feature, after `may not`: `list operations`.
    pub fn verb(self) -> String {
        match self {
            Self::List(kind) => format!("list {}", kind.plural()),
            Self::Logs => "read logs".to_owned(),
            Self::Console => "open consoles".to_owned(),
            Self::Telemetry => "read telemetry".to_owned(),
        }
    }
}

/// Why something is forbidden, in the fewest words: the hint where it names what is missing, else the remote's message.
pub fn missing_permission(problem: &Problem) -> &str {
    let names = |hint: &&str| hint.contains('`');
    problem.hint.as_deref().filter(names).unwrap_or(&problem.message)
}
