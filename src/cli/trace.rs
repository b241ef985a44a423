//! The log file: written only when asked for.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

use super::Failure;
use crate::model::redact;

/// Appends to this file until the guard is dropped. `RUST_LOG` chooses what; by default this program's debug events.
pub(super) fn to_file(path: &Path) -> Result<WorkerGuard, Failure> {
    let file =
        crate::files::append(path).map_err(|error| Failure::Message(format!("the log file {error}")))?;
    let (writer, guard) = tracing_appender::non_blocking(Redacted(file));
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("quarterdeck=debug,warn"));
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
}
