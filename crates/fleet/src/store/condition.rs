//! The condition of a context, and of one kind's listing in it, judged in one place. Every drawing matches on these.

use std::time::Duration;

use super::{ContextState, Store, slot};
use crate::{Auth, Feature, Health};
use qdeck_model::{ContextName, Kind, Problem, ProblemKind, Timestamp};

/// The condition of a context.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Condition<'a> {
    /// Nothing has been answered yet.
    Connecting,
    /// The latest answers were good.
    Live,
    /// Nothing good has been answered for three refreshes, whatever the requests are doing.
    Silent {
        /// The time of the last good answer, or of the start.
        since: Timestamp,
    },
    /// The latest tries failed; the next one comes by itself.
    Retrying {
        /// The latest failure.
        problem: &'a Problem,
        /// Tries that failed in a row.
        attempt: u32,
    },
    /// The sign-in has ended: the user must sign in again.
    Expired(&'a Problem),
    /// The platform refuses the credentials: the user must give others.
    Refused(&'a Problem),
    /// The configuration or this machine is at fault.
    Down(&'a Problem),
}

impl<'a> Condition<'a> {
    /// Why the context does not work, if it does not.
    pub const fn problem(self) -> Option<&'a Problem> {
        match self {
            Self::Connecting | Self::Live | Self::Silent { .. } => None,
            Self::Retrying { problem, .. }
            | Self::Expired(problem)
            | Self::Refused(problem)
            | Self::Down(problem) => Some(problem),
        }
    }

    /// Returns whether it is likely to work only after the user has done something.
    pub const fn waits_for_user(self) -> bool {
        match self {
            Self::Connecting | Self::Live | Self::Silent { .. } | Self::Retrying { .. } => false,
            Self::Expired(_) | Self::Refused(_) | Self::Down(_) => true,
        }
    }
}

/// The condition of one kind's listing in one context.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ListingCondition<'a> {
    /// The whole context does not work. Its rows, if there are any, are old.
    ContextFailed(&'a Problem),
    /// The credentials may not list this kind.
    Forbidden(&'a Problem),
    /// The latest listing failed, in whole or in part.
    Failed(&'a Problem),
    /// No listing has come to its end yet.
    Pending,
    /// The latest listing was good.
    Listed,
    /// The platform has no such kind.
    Unsupported,
}

impl ContextState {
    /// The context's condition.
    pub const fn condition(&self) -> Condition<'_> {
        match (&self.auth, &self.health) {
            (Auth::Expired(problem), _) => Condition::Expired(problem),
            (Auth::Refused(problem), _) => Condition::Refused(problem),
            (Auth::Good | Auth::Expiring(_), Health::Connecting) => Condition::Connecting,
            (Auth::Good | Auth::Expiring(_), Health::Live) => Condition::Live,
            (Auth::Good | Auth::Expiring(_), Health::Silent { since }) => Condition::Silent { since: *since },
            (Auth::Good | Auth::Expiring(_), Health::Retrying { problem, attempt }) => {
                Condition::Retrying { problem, attempt: *attempt }
            }
            (Auth::Good | Auth::Expiring(_), Health::Down(problem)) => Condition::Down(problem),
        }
    }

    /// The condition of one kind's listing. A context that waits for its user comes first, then what concerns this kind
    /// alone, then what the context is retrying.
    pub fn listing_condition(&self, kind: Kind) -> ListingCondition<'_> {
        let condition = self.condition();
        let Some(listing) = &self.listings[slot(kind)] else {
            let has_kinds = self.listings.iter().any(Option::is_some);
            // One that could not even be opened lists nothing at all.
            return match condition.problem() {
                Some(problem) if !has_kinds => ListingCondition::ContextFailed(problem),
                _ => ListingCondition::Unsupported,
            };
        };
        match (condition.problem(), self.forbidden(Feature::List(kind)), &listing.problem) {
            (Some(problem), ..) if condition.waits_for_user() => ListingCondition::ContextFailed(problem),
            (_, Some(problem), _) => ListingCondition::Forbidden(problem),
            (Some(problem), ..) => ListingCondition::ContextFailed(problem),
            (None, None, Some(problem)) => ListingCondition::Failed(problem),
            (None, None, None) if listing.confirmed.is_none() => ListingCondition::Pending,
            (None, None, None) => ListingCondition::Listed,
        }
    }

    /// Why its credentials may not do this, if that is known.
    pub fn forbidden(&self, feature: Feature) -> Option<&Problem> {
        if let Feature::List(kind) = feature {
            let listing = self.listings[slot(kind)].as_ref()?;
            let problem = listing.problem.as_ref().filter(|_| listing.failed)?;
            return (problem.kind == ProblemKind::Forbidden).then_some(problem);
        }
        let known = self.forbidden.iter().find(|(known, _)| *known == feature);
        known.map(|(_, problem)| problem)
    }
}

impl Store {
    /// The age of the rows of a kind from a context, when they are known to be out of date: the context is not live or
    /// the latest listing of the kind failed. `None` too when they were never confirmed. Cheap: called for every row.
    pub fn stale(&self, context: &ContextName, kind: Kind, now: Timestamp) -> Option<Duration> {
        let context = self.context(context)?;
        let listing = context.listings[slot(kind)].as_ref()?;
        let is_fresh = context.health == Health::Live && !listing.failed && !listing.silent;
        listing.confirmed.filter(|_| !is_fresh).map(|confirmed| now.since(confirmed))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Listing, Traffic};
    use super::*;

    fn problem(kind: ProblemKind) -> Problem {
        Problem::new(kind, "scripted")
    }

    fn context(health: Health, auth: Auth, listing: Option<Listing>) -> ContextState {
        ContextState {
            name: ContextName::new("demo"),
            platform: qdeck_providers::cycle::PLATFORM,
            health,
            traffic: Traffic::default(),
            auth,
            forbidden: Vec::new(),
            listings: [listing, Some(Listing::default()), None, None, None],
        }
    }

    fn listing(confirmed: bool, trouble: Option<(ProblemKind, bool)>) -> Listing {
        Listing {
            loading: None,
            confirmed: confirmed.then(Timestamp::now),
            problem: trouble.map(|(kind, _)| problem(kind)),
            failed: trouble.is_some_and(|(_, whole)| whole),
            ..Listing::default()
        }
    }

    #[test]
    fn a_context_is_judged_by_its_credentials_first() {
        let unreachable = problem(ProblemKind::Unreachable);
        let refused = problem(ProblemKind::Unauthorized);
        let retrying = Health::Retrying { problem: unreachable.clone(), attempt: 3 };
        let soon = Auth::Expiring(Timestamp::now());
        let since = Timestamp::now();
        for (health, auth, expected) in [
            (Health::Connecting, Auth::Good, Condition::Connecting),
            (Health::Live, Auth::Good, Condition::Live),
            (Health::Live, soon.clone(), Condition::Live),
            (Health::Silent { since }, soon.clone(), Condition::Silent { since }),
            (retrying, soon, Condition::Retrying { problem: &unreachable, attempt: 3 }),
            (Health::Down(refused.clone()), Auth::Expired(refused.clone()), Condition::Expired(&refused)),
            (Health::Down(refused.clone()), Auth::Refused(refused.clone()), Condition::Refused(&refused)),
            (Health::Down(refused.clone()), Auth::Good, Condition::Down(&refused)),
        ] {
            assert_eq!(context(health, auth, None).condition(), expected);
        }
    }

    #[test]
    fn a_listing_is_judged_by_what_concerns_it_most() {
        let (refused, limited) = (problem(ProblemKind::Unauthorized), problem(ProblemKind::RateLimited));
        let (forbidden, broken) = (problem(ProblemKind::Forbidden), problem(ProblemKind::Server));
        let down = || Health::Down(refused.clone());
        let retrying = || Health::Retrying { problem: limited.clone(), attempt: 1 };
        let denied = Some((ProblemKind::Forbidden, true));
        for (health, listing, expected) in [
            (down(), listing(true, denied), ListingCondition::ContextFailed(&refused)),
            (retrying(), listing(true, denied), ListingCondition::Forbidden(&forbidden)),
            (Health::Live, listing(false, denied), ListingCondition::Forbidden(&forbidden)),
            (retrying(), listing(true, None), ListingCondition::ContextFailed(&limited)),
            (
                Health::Live,
                listing(true, Some((ProblemKind::Server, true))),
                ListingCondition::Failed(&broken),
            ),
            (
                Health::Live,
                listing(true, Some((ProblemKind::Server, false))),
                ListingCondition::Failed(&broken),
            ),
            // A scope that may not be read concerns no other.
            (
                Health::Live,
                listing(true, Some((ProblemKind::Forbidden, false))),
                ListingCondition::Failed(&forbidden),
            ),
            (Health::Connecting, listing(false, None), ListingCondition::Pending),
            (Health::Live, listing(false, None), ListingCondition::Pending),
            (Health::Live, listing(true, None), ListingCondition::Listed),
        ] {
            let context = context(health, Auth::Good, Some(listing));
            assert_eq!(context.listing_condition(Kind::Instance), expected);
        }
    }

    #[test]
    fn a_kind_that_is_not_there_differs_from_a_context_that_was_never_opened() {
        let setup = problem(ProblemKind::Local);
        let mut context = context(Health::Down(setup.clone()), Auth::Good, None);
        assert_eq!(context.listing_condition(Kind::GpuModel), ListingCondition::Unsupported);
        context.listings = Default::default();
        assert_eq!(context.listing_condition(Kind::GpuModel), ListingCondition::ContextFailed(&setup));
    }
}
