//! Credentials that are made for SSH sessions, and expired after them. They are writes without a preview, which opening the
//! session asks for; the journal has them as it has the others, and never what was made.

use std::time::Duration;

use tokio::time::Instant;

use super::end::Sent;
use super::new_id;
use crate::journal::{End, Record};
use crate::{Console, Fleet, SshCredentials};
use qdeck_model::{ActionId, Problem, ProblemKind, ResourceId};
use qdeck_providers::Answer;

/// The actions as the journal names them: those of the menu that do the same.
const MAKE: ActionId = ActionId::new("instance.ssh-credentials");
const EXPIRE: ActionId = ActionId::new("instance.expire-ssh");

impl Fleet {
    /// Opens a session whose credentials are made for it.
    pub(crate) async fn make_ssh(
        &self,
        id: &ResourceId,
        open: impl FnOnce() -> Answer<Console>,
    ) -> Result<Console, Problem> {
        let summary = format!("Make SSH credentials of instance {} for a session.", id.id);
        let opened = self.written_down(id, MAKE, summary, open).await;
        if opened.is_ok() {
            self.inner.ssh_made.lock().insert(id.clone());
        }
        opened
    }

    /// Expires the SSH credentials that were made for sessions since the last call, where their context asks for it.
    /// What has not been done `within` this time is left.
    pub async fn expire_ssh(&self, within: Duration) {
        let made: Vec<ResourceId> = self.inner.ssh_made.lock().drain().collect();
        let expiring = made.into_iter().filter_map(|id| {
            let provider = self.provider(&id.context).ok()?;
            let expires = provider.ssh_credentials() == SshCredentials::Made { expire: true };
            expires.then_some(async move {
                let summary = format!("Expire the SSH credentials of instance {} after its sessions.", id.id);
                if let Err(problem) =
                    self.written_down(&id, EXPIRE, summary, || provider.expire_ssh(&id)).await
                {
                    tracing::warn!(%id, %problem, "SSH credentials were not expired");
                }
            })
        });
        let all = futures_util::future::join_all(expiring);
        if tokio::time::timeout(within, all).await.is_err() {
            tracing::warn!("SSH credentials were not expired in time");
        }
    }

    /// Does a write between its intent and its end in the journal. One that may have arrived and was not answered has no
    /// end: its outcome is unknown.
    ///
    /// # Errors
    /// Those of the write, and a journal that cannot be written: nothing was sent then.
    async fn written_down<T>(
        &self,
        id: &ResourceId,
        action: ActionId,
        summary: String,
        write: impl FnOnce() -> Answer<T>,
    ) -> Result<T, Problem> {
        let (number, began) = (new_id(), Instant::now());
        self.append(Record::session_intent(&number, id, action, summary)).await?;
        let result = write().await;
        let end = match &result {
            Ok(_) => Some((End::Done, None)),
            Err(problem) if Sent::of(problem) == Sent::No => Some((End::Refused, Some(problem))),
            Err(_) => None,
        };
        if let Some((end, problem)) = end
            && let Err(problem) = self.append(Record::ended(&number, end, problem, began.elapsed())).await
        {
            tracing::warn!(%id, %problem, "the end of a change of SSH credentials is not in the journal");
        }
        result
    }

    /// Appends a record beside the runtime's threads: it waits for the disk.
    async fn append(&self, record: Record) -> Result<(), Problem> {
        let journal = self.inner.gate.journal.clone();
        let written = tokio::task::spawn_blocking(move || journal.append(&record)).await;
        written.unwrap_or_else(|error| {
            Err(Problem::new(ProblemKind::Local, format!("could not write the journal: {error}")))
        })
    }
}
