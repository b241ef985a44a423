//! Events that the engine sends to its listeners: what changed, in no platform's words.

use super::fleet::{JobPhase, Phase};

/// One change, sent after it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An instance went from one phase to another.
    Instance {
        /// Its container.
        container: u32,
        /// Its index.
        instance: u32,
        /// The phase it is in now.
        phase: Phase,
        /// The phase it was in.
        before: Phase,
    },
    /// A health check came to another verdict.
    Health {
        /// Its container.
        container: u32,
        /// Its index.
        instance: u32,
        /// The verdict.
        healthy: bool,
    },
    /// A container went from one phase to another.
    Container {
        /// Its index.
        container: u32,
        /// The phase it is in now.
        phase: Phase,
        /// The phase it was in.
        before: Phase,
    },
    /// A container has more or fewer instances, or another image.
    Reconfigured {
        /// Its index.
        container: u32,
    },
    /// A job began, moved or ended.
    Job {
        /// Its number.
        job: u32,
        /// Its state.
        phase: JobPhase,
    },
}
