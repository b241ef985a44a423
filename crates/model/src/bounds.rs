//! The bounds of a listing: a server without an end costs no more than these.

use std::fmt;

use super::Bytes;

/// The most that one listing of a kind of a context may bring. It ends with the first bound that it reaches, and what it
/// brought until then is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListingBounds {
    /// Rows.
    pub rows: usize,
    /// Answers that are read for it: its pages, in all scopes.
    pub pages: usize,
    /// Bytes of these answers, after decompression.
    pub bytes: Bytes,
}

impl Default for ListingBounds {
    fn default() -> Self {
        Self { rows: 500_000, pages: 100_000, bytes: Bytes(2 << 30) }
    }
}

/// A bound that ended a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReachedBound {
    /// So many rows.
    Rows(usize),
    /// So many pages.
    Pages(usize),
    /// So many bytes.
    Bytes(Bytes),
}

impl ReachedBound {
    /// The key of the configuration that sets it.
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Rows(_) => "listing_rows",
            Self::Pages(_) => "listing_pages",
            Self::Bytes(_) => "listing_size",
        }
    }
}

impl fmt::Display for ReachedBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => write!(f, "{rows} rows"),
            Self::Pages(pages) => write!(f, "{pages} pages"),
            Self::Bytes(bytes) => write!(f, "{bytes}"),
        }
    }
}
