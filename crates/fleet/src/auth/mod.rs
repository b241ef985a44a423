//! Whether a context's credentials hold, and what they may not do. One state a context, whoever found out.

#[cfg(test)]
mod tests;

use std::time::Duration;

use super::Health;
use qdeck_model::{Kind, Problem, ProblemKind, Timestamp};

/// A sign-in that ends within this time is told of.
const SOON: Duration = Duration::from_secs(600);

/// Whether a context's credentials hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Auth {
    /// As far as is known they do.
    #[default]
    Good,
    /// The sign-in ends at this time, soon, and cannot be renewed without a person.
    Expiring(Timestamp),
    /// The sign-in has ended, and the platform said so.
    Expired(Problem),
    /// The platform does not take the credentials.
    Refused(Problem),
}

impl Auth {
    /// What follows from how a context fares and when its sign-in ends by its own words.
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
            (_, Some(ends)) if ends.before(SOON) <= now => Self::Expiring(ends),
            _ => Self::Good,
        }
    }

    /// Whether nobody needs to do anything.
    pub const fn is_good(&self) -> bool {
        matches!(self, Self::Good)
    }
}

/// Something that credentials which hold may still not do.
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

    /// What may not be done, after `may not`: `list operations`.
    pub fn deed(self) -> String {
        match self {
            Self::List(kind) => format!("list {}", kind.title().to_lowercase().replace("gpu", "GPU")),
            Self::Logs => "read logs".to_owned(),
            Self::Console => "open consoles".to_owned(),
            Self::Telemetry => "read telemetry".to_owned(),
        }
    }
}

/// Why something is forbidden, in the fewest words: the hint where it names what is missing, else the remote's words.
pub fn missing_permission(problem: &Problem) -> &str {
    let names = |hint: &&str| hint.contains('`');
    problem.hint.as_deref().filter(names).unwrap_or(&problem.message)
}
