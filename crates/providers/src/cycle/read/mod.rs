//! Reading Cycle: whole lists, one resource, and a try of every sort of read.

pub(super) mod check;
pub(super) mod detail;
pub(super) mod listing;
