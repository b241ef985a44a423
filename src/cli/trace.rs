//! The log file: written only when asked for.

use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

use super::Failure;

/// Appends to this file until the guard is dropped. `RUST_LOG` chooses what; by default this program's debug events.
pub(super) fn to_file(path: &Path) -> Result<WorkerGuard, Failure> {
    let file =
        crate::files::append(path).map_err(|error| Failure::Message(format!("the log file {error}")))?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("quarterdeck=debug,warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(false).init();
    Ok(guard)
}
