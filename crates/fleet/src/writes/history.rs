//! The journal of a fleet, read.

use crate::Fleet;
use crate::journal::History;
use qdeck_model::{Problem, ProblemKind};

impl Fleet {
    /// Every write in the journal, the oldest first.
    ///
    /// # Errors
    /// When the journal is there and cannot be read.
    pub async fn history(&self) -> Result<History, Problem> {
        let journal = self.inner.gate.journal.clone();
        let read = tokio::task::spawn_blocking(move || journal.read()).await;
        read.unwrap_or_else(|_| Err(Problem::new(ProblemKind::Local, "the journal could not be read")))
    }
}
