//! The log file: written only when asked for.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

use super::Failure;
use crate::model::redact;

/// What is written where `RUST_LOG` does not choose: the debug events of this program's crates, and the warnings of all others. A
/// target is matched by its beginning.
const DEFAULT_FILTER: &str = "quarterdeck=debug,qdeck=debug,warn";

/// Appends to this file until the guard is dropped. `RUST_LOG` chooses what; see [`DEFAULT_FILTER`].
pub(super) fn to_file(path: &Path) -> Result<WorkerGuard, Failure> {
    let file =
        crate::files::append(path).map_err(|error| Failure::Message(format!("the log file {error}")))?;
    let (writer, guard) = tracing_appender::non_blocking(Redacted(file));
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(false).init();
    Ok(guard)
}

/// A file that no secret gets into. Each write is a whole event.
struct Redacted(File);

impl Write for Redacted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.0.write_all(redact(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Secret, hide};

    #[test]
    fn no_secret_gets_into_the_log() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        hide(&Secret::new("log/secret"));
        let mut log = Redacted(crate::files::append(&path).expect("a file"));
        log.write_all(b"refused: log\\/secret, log%2Fsecret\n").expect("written");
        assert_eq!(
            std::fs::read_to_string(&path).expect("readable"),
            "refused: \u{2022}\u{2022}\u{2022}\u{2022}, \u{2022}\u{2022}\u{2022}\u{2022}\n"
        );
    }

    #[test]
    fn by_default_the_log_has_the_debug_events_of_every_crate_of_the_program_and_of_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let file = std::sync::Arc::new(crate::files::append(&path).expect("a file"));
        let log = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(DEFAULT_FILTER)).with_writer(file);
        tracing::subscriber::with_default(log.finish(), || {
            tracing::debug!(target: "quarterdeck::leave", "of the application");
            tracing::debug!(target: "qdeck_net::http::client", "of a crate");
            tracing::debug!(target: "hyper_util::client", "of another");
            tracing::warn!(target: "hyper_util::client", "a warning");
        });
        let text = std::fs::read_to_string(&path).expect("readable");
        let has = |event| text.contains(event);
        assert!(has("of the application") && has("of a crate") && has("a warning"), "{text}");
        assert!(!has("of another"), "{text}");
    }
}
