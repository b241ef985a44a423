//! Listings with an end: whatever a server sends, a listing stops at its bounds.
//!
//! ```text
//! listing   page(300 rows)   page(300 rows) ....... (never ends)
//! bounded   page(300 rows)   page(200 rows)   scope ends   bounded(500 rows)   end      with a bound of 500 rows
//! ```

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};

use arcstr::ArcStr;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};

use super::ListEvent;
use qdeck_model::{ListingBounds, ReachedBound};
use qdeck_net::Meter;

/// The same listing, ended at the first bound that it reaches: its requests are dropped, the rows until then count as the
/// whole list, and [`ListEvent::Bounded`] names the bound.
pub fn bounded(
    listing: BoxStream<'static, ListEvent>,
    bounds: ListingBounds,
) -> BoxStream<'static, ListEvent> {
    let meter = Arc::new(Meter::default());
    let mut listing = Bounded {
        events: Some(meter.clone().measure(listing)),
        meter,
        bounds,
        rows: 0,
        open_scopes: Vec::new(),
        last_events: VecDeque::new(),
    };
    stream::poll_fn(move |cx| listing.poll_next(cx)).boxed()
}

struct Bounded {
    /// `None` once a bound is reached.
    events: Option<BoxStream<'static, ListEvent>>,
    meter: Arc<Meter>,
    bounds: ListingBounds,
    rows: usize,
    /// Scopes with rows that have not ended. As many as are listed at once.
    open_scopes: Vec<ArcStr>,
    /// The events after a bound was reached.
    last_events: VecDeque<ListEvent>,
}

impl Bounded {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<ListEvent>> {
        if let Some(events) = &mut self.events {
            let polled = events.poll_next_unpin(cx);
            let (event, bound) = match polled {
                Poll::Ready(Some(event)) => self.count(event),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => (None, self.traffic_bound()),
            };
            match (event, bound) {
                (None, None) => return Poll::Pending,
                (Some(event), None) => return Poll::Ready(Some(event)),
                (event, Some(bound)) => self.end(event, bound),
            }
        }
        Poll::Ready(self.last_events.pop_front())
    }

    /// Counts an event in. Returns what is to be passed on of it, and the bound that it reached.
    fn count(&mut self, mut event: ListEvent) -> (Option<ListEvent>, Option<ReachedBound>) {
        match &mut event {
            // What has ended by itself has reached no bound.
            ListEvent::End | ListEvent::Failed(_) | ListEvent::Bounded(_) => return (Some(event), None),
            ListEvent::Unreadable(_) => {}
            ListEvent::ScopeEnd(scope) | ListEvent::ScopeFailed(scope, _) => {
                self.open_scopes.retain(|open| open != scope);
            }
            ListEvent::Page { scope, rows, .. } => {
                if let Some(scope) = scope
                    && !self.open_scopes.contains(scope)
                {
                    self.open_scopes.push(scope.clone());
                }
                let left = self.bounds.rows - self.rows;
                if rows.len() > left {
                    *rows = rows[..left].into();
                    return (Some(event), Some(ReachedBound::Rows(self.bounds.rows)));
                }
                self.rows += rows.len();
            }
        }
        (Some(event), self.traffic_bound())
    }

    fn traffic_bound(&self) -> Option<ReachedBound> {
        let ListingBounds { pages, bytes, .. } = self.bounds;
        if self.meter.answers() > pages {
            Some(ReachedBound::Pages(pages))
        } else if self.meter.bytes() > bytes.0 {
            Some(ReachedBound::Bytes(bytes))
        } else {
            None
        }
    }

    /// Drops the listing, and with it its requests. Its open scopes end, so that rows of an earlier listing do not add up
    /// with those of this one.
    fn end(&mut self, event: Option<ListEvent>, bound: ReachedBound) {
        tracing::warn!(%bound, setting = bound.setting(), "a listing was ended at a bound");
        self.events = None;
        self.last_events.extend(event);
        self.last_events.extend(self.open_scopes.drain(..).map(ListEvent::ScopeEnd));
        self.last_events.extend([ListEvent::Bounded(bound), ListEvent::End]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page_rows;
    use qdeck_model::{
        ContextName, Instance, Kind, Lifecycle, Problem, ProblemKind, Resource, ResourceId, State,
    };

    fn page(scope: Option<&str>, rows: usize) -> ListEvent {
        let context = ContextName::new("endless");
        let row = |n| {
            let id = ResourceId::new(&context, Kind::Instance, format!("i{n}"));
            Resource::Instance(Instance::new(id, "web", State::new(Lifecycle::Running, "running")))
        };
        ListEvent::Page {
            scope: scope.map(ArcStr::from),
            rows: page_rows((0..rows).map(row)),
            expected: None,
        }
    }

    async fn listed(events: impl IntoIterator<Item = ListEvent> + Send + 'static, rows: usize) -> Vec<String>
    where
        <Vec<ListEvent> as IntoIterator>::IntoIter: Send,
    {
        let events: Vec<ListEvent> = events.into_iter().collect();
        let bounds = ListingBounds { rows, ..ListingBounds::default() };
        let listing = bounded(stream::iter(events).boxed(), bounds);
        listing
            .map(|event| match event {
                ListEvent::Page { rows, .. } => format!("{} rows", rows.len()),
                ListEvent::ScopeEnd(scope) => format!("{scope} ended"),
                ListEvent::ScopeFailed(scope, _) => format!("{scope} failed"),
                ListEvent::Bounded(bound) => format!("bounded to {bound}"),
                ListEvent::Unreadable(unreadable) => unreadable.to_string(),
                ListEvent::Failed(_) => "failed".to_owned(),
                ListEvent::End => "end".to_owned(),
            })
            .collect()
            .await
    }

    #[tokio::test]
    async fn a_listing_without_an_end_stops_at_its_rows() {
        let endless = (0..1_000).map(|_| page(None, 300));
        let events = listed(endless, 500).await;
        assert_eq!(events, ["300 rows", "200 rows", "bounded to 500 rows", "end"]);
    }

    #[tokio::test]
    async fn a_listing_within_its_bounds_is_passed_on_as_it_is() {
        let problem = Problem::new(ProblemKind::Server, "no");
        let events = vec![page(None, 500), ListEvent::Failed(problem)];
        assert_eq!(listed(events, 500).await, ["500 rows", "failed"]);
        assert_eq!(listed(vec![page(None, 500), ListEvent::End], 500).await, ["500 rows", "end"]);
    }

    #[tokio::test]
    async fn scopes_under_way_end_with_it_and_rows_of_earlier_listings_go() {
        let problem = Problem::new(ProblemKind::Server, "no");
        let events = vec![
            page(Some("a"), 1),
            page(Some("b"), 1),
            page(Some("c"), 1),
            ListEvent::ScopeEnd("a".into()),
            ListEvent::ScopeFailed("b".into(), problem),
            page(Some("c"), 9),
            page(Some("d"), 9),
        ];
        let events = listed(events, 5).await;
        assert_eq!(events[3..], ["a ended", "b failed", "2 rows", "c ended", "bounded to 5 rows", "end"]);
    }
}
