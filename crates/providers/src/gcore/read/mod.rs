//! Reading Gcore: whole lists, one resource, its sections, its console, and a try of every sort of read.

pub(super) mod catalogue;
pub(super) mod check;
pub(super) mod console;
pub(super) mod describe;
pub(super) mod listing;
pub(super) mod single;
