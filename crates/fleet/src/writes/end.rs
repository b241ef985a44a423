//! Separates failed writes that may have arrived from those that did not.

use qdeck_model::{Problem, ProblemKind, Reason};

/// The possible effect of a write that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// It was not sent, or the remote refused it.
    No,
    /// A part of it was done, and the rest was refused, or its answer was lost.
    InPart {
        /// The rest may have arrived, too.
        is_lost: bool,
    },
    /// It may have arrived: the answer was lost, cut or of a gateway.
    Perhaps,
}

impl Sent {
    /// Judges by the answer, if there was one; without one, whatever is no failure of the network never left.
    pub(super) const fn of(problem: &Problem) -> Self {
        let is_lost =
            matches!(problem.kind, ProblemKind::Unreachable | ProblemKind::Server | ProblemKind::BadAnswer);
        if matches!(problem.reason, Some(Reason::InPart)) {
            return Self::InPart { is_lost };
        }
        // No connection was made.
        if let Some(Reason::Dns | Reason::ConnectionRefused | Reason::Certificate | Reason::ConnectTimeout) =
            problem.reason
        {
            return Self::No;
        }
        match problem.status {
            // 408 is a request timeout of the server or of a proxy in between.
            Some(300..=407 | 409..=499) => Self::No,
            Some(_) => Self::Perhaps,
            None if is_lost => Self::Perhaps,
            None => Self::No,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_changed_nothing_and_a_lost_answer_may_have() {
        for (status, kind, sent) in [
            (Some(400), ProblemKind::Refused, Sent::No),
            (Some(403), ProblemKind::Forbidden, Sent::No),
            (Some(429), ProblemKind::RateLimited, Sent::No),
            (Some(307), ProblemKind::BadAnswer, Sent::No),
            (Some(200), ProblemKind::BadAnswer, Sent::Perhaps),
            (Some(408), ProblemKind::Refused, Sent::Perhaps),
            (Some(500), ProblemKind::Server, Sent::Perhaps),
            (Some(504), ProblemKind::Server, Sent::Perhaps),
            (None, ProblemKind::Unreachable, Sent::Perhaps),
            (None, ProblemKind::ReadOnly, Sent::No),
            (None, ProblemKind::Unauthorized, Sent::No),
            (None, ProblemKind::Local, Sent::No),
        ] {
            let problem = Problem { status, ..Problem::new(kind, "x") };
            assert_eq!(Sent::of(&problem), sent, "{status:?} {kind:?}");
        }
        let unreachable = |reason| Problem::new(ProblemKind::Unreachable, "x").reason(reason);
        assert_eq!(Sent::of(&unreachable(Reason::ConnectionRefused)), Sent::No, "there was no connection");
        assert_eq!(Sent::of(&unreachable(Reason::Timeout)), Sent::Perhaps);
        assert_eq!(Sent::of(&unreachable(Reason::InPart)), Sent::InPart { is_lost: true });
        let refused = Problem::new(ProblemKind::Refused, "x").reason(Reason::InPart);
        assert_eq!(Sent::of(&refused), Sent::InPart { is_lost: false });
    }
}
