//! Reading ElasticBox: which workspaces there are, whole lists, one resource, and a try of every sort of read.

pub(super) mod addresses;
pub(super) mod check;
pub(super) mod detail;
pub(super) mod history;
mod listed;
pub(super) mod listing;
mod machine_logs;
pub(super) mod masks;
pub(super) mod workspaces;
