//! Changing: deploys, operations, ends, documents, tokens.

pub(super) mod actions;
pub(super) mod blobs;
pub(super) mod body;
pub(super) mod deploy;
pub(super) mod tokens;
pub(super) mod update;
