//! Waiting for what a provider returns, always with a deadline.

use std::time::Duration;

use futures_util::StreamExt as _;
use quarterdeck::model::{Kind, Lifecycle, Resource, ResourceId};
use quarterdeck::providers::{ListEvent, Section, SharedProvider};

/// The longest a test waits for anything; generous, since the machine may be busy.
const DEADLINE: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Awaits a future that must end before the deadline.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future).await.expect("it took longer than any machine needs")
}

/// A whole listing: its rows, and all other events.
pub async fn list(provider: &SharedProvider, kind: Kind) -> (Vec<Resource>, Vec<ListEvent>) {
    let mut rows = Vec::new();
    let mut rest = Vec::new();
    let mut stream = provider.list(kind);
    within(async {
        while let Some(event) = stream.next().await {
            match event {
                ListEvent::Page { rows: page, .. } => {
                    rows.extend(page.iter().map(|row| Resource::clone(row)));
                }
                other => rest.push(other),
            }
        }
    })
    .await;
    (rows, rest)
}

/// An instance that is running.
pub async fn running(provider: &SharedProvider) -> Resource {
    let (rows, _) = list(provider, Kind::Instance).await;
    rows.into_iter()
        .find(|row| row.state().unwrap().lifecycle == Lifecycle::Running)
        .expect("the fleet has one that is running")
}

/// Reads a resource until it has this lifecycle.
pub async fn until(provider: &SharedProvider, id: &ResourceId, lifecycle: Lifecycle) {
    within(async {
        while provider.get(id).await.unwrap().state().unwrap().lifecycle != lifecycle {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    })
    .await;
}

/// All sections of a resource's details.
pub async fn described(provider: &SharedProvider, id: &ResourceId) -> Vec<Section> {
    within(provider.describe(id).collect()).await
}

pub fn titles(sections: &[Section]) -> Vec<&str> {
    sections.iter().map(|section| section.title).collect()
}
