//! What the demo's instances run: small programs of this very binary, started as hidden subcommands.

use serde::Deserialize;

/// What a container's processes do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Serves HTTP on a loopback port to its own small traffic and prints an access log.
    Web,
    /// A training loop: bursts of work, loss lines, progress.
    Train,
    /// Takes jobs from a queue, prints one structured line each.
    Queue,
    /// A database: checkpoints, slow queries, autovacuum.
    Db,
    /// Works a while, prints a stack trace and exits.
    Crash,
    /// One line an hour.
    Quiet,
    /// Numbered coloured lines as fast as asked.
    Flood,
}
