//! Listings as streams of events.

use futures_util::stream::BoxStream;
use tokio::sync::mpsc::Sender;

use crate::ListEvent;
use qdeck_model::{Problem, Resource};

/// Sends a listing that comes whole: one page and its end, or the failure. A closed receiver is no failure.
pub(crate) async fn send_whole_listing(out: &Sender<ListEvent>, listed: Result<Vec<Resource>, Problem>) {
    let end = match listed {
        Ok(rows) => {
            let page = ListEvent::Page { scope: None, expected: Some(rows.len()), rows };
            let _ = out.send(page).await;
            ListEvent::End
        }
        Err(problem) => ListEvent::Failed(problem),
    };
    let _ = out.send(end).await;
}

/// The listing of a kind that cannot be listed.
pub(crate) fn failed_listing(problem: Problem) -> BoxStream<'static, ListEvent> {
    Box::pin(futures_util::stream::iter([ListEvent::Failed(problem)]))
}
