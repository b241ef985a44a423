//! The events of listings and push channels.

use std::sync::Arc;

use arcstr::ArcStr;
use qdeck_model::{Kind, Problem, ReachedBound, Resource, ResourceId, Unreadable};

/// The most rows that the screen applies at once, in a fraction of a millisecond: a page of more is cut there. Rows that are kept from listing to listing are
/// kept in such parts, so that each is the same allocation again.
pub const MAX_ROWS_APPLIED: usize = 256;

/// The rows of one page, shared by those who keep them.
///
/// A provider that finds a page or a row as it was in the listing before sends the very same allocation again, so that a
/// receiver recognises by its address what it need not compare.
pub type PageRows = Arc<[Arc<Resource>]>;

/// Rows that are sent for the first time.
pub fn page_rows(rows: impl IntoIterator<Item = Resource>) -> PageRows {
    rows.into_iter().map(Arc::new).collect()
}

/// An event of a listing, as it arrives.
///
/// A scope is a part of a listing that can fail by itself: the instances of one container, one region, one zone.
/// Rows of an earlier listing that do not come again are gone once their scope has ended well, and only then.
#[derive(Debug, Clone)]
pub enum ListEvent {
    /// One page of rows.
    Page {
        /// The scope they belong to; `None` where the platform has no scopes.
        scope: Option<ArcStr>,
        /// The rows.
        rows: PageRows,
        /// The number of rows in all, once known.
        expected: Option<usize>,
    },
    /// This scope is complete.
    ScopeEnd(ArcStr),
    /// This scope could not be listed; its rows stay as they were.
    ScopeFailed(ArcStr, Problem),
    /// Rows that were sent but could not be read, over all scopes. Once at most, before the end.
    Unreadable(Unreadable),
    /// The listing ends here because it reached a bound: what follows is not shown. An [`ListEvent::End`] comes next.
    Bounded(ReachedBound),
    /// The listing is complete; rows of scopes that were not mentioned are gone.
    End,
    /// The listing failed; rows that have not come yet stay as they were.
    Failed(Problem),
}

impl ListEvent {
    /// Returns true if the remote answered with what was asked for.
    pub const fn is_good_answer(&self) -> bool {
        matches!(self, Self::Page { .. } | Self::ScopeEnd(_) | Self::End)
    }
}

/// A change that the platform pushed.
#[derive(Debug, Clone)]
pub enum Change {
    /// The push channel is open: changes arrive by themselves from here on.
    Connected,
    /// This resource is now so.
    Upsert(Box<Resource>),
    /// This resource changed: read it again.
    Touched(ResourceId),
    /// This resource is no more.
    Gone(ResourceId),
    /// Something of this kind changed: list it again.
    Relist(Kind),
}
