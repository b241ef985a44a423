//! Rotation: a journal that has grown too large becomes the older file, in the place of the one before, and a new one
//! begins with what is still open.
//!
//! ```text
//! journal.jsonl ── link ──▶ journal.1.jsonl      (the one before is gone)
//! journal.new   ── rename ▶ journal.jsonl        (intents without an end, line by line as they were)
//! ```
//!
//! The file of the journal is there at every moment. After a crash between the two steps both names are the same file;
//! lines that come twice are read once.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::MAX_JOURNAL_BYTES;
use super::history::History;
use super::record::Record;

/// The older file of a journal.
pub(super) fn older(path: &Path) -> PathBuf {
    path.with_extension("1.jsonl")
}

/// Begins a new file. The caller holds the lock of the journal; who waits for it finds another file under its name.
pub(super) fn rotate(path: &Path) -> io::Result<()> {
    let other = |error: qdeck_files::FileError| io::Error::other(error.to_string());
    let bytes = qdeck_files::read(path, MAX_JOURNAL_BYTES).map_err(other)?;
    let carried = open_lines(&bytes);
    let next = path.with_extension("new");
    remove(&next)?;
    let mut file = qdeck_files::create_new(&next)?;
    file.write_all(&carried)?;
    file.sync_all()?;
    let older = older(path);
    remove(&older)?;
    std::fs::hard_link(path, &older)?;
    std::fs::rename(&next, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The lines of writes without an end.
fn open_lines(bytes: &[u8]) -> Vec<u8> {
    let history = History::parse(bytes);
    let open: std::collections::HashSet<&str> = history.open().map(|write| write.id.as_str()).collect();
    let mut lines = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        if serde_json::from_slice::<Record>(line).is_ok_and(|record| open.contains(&*record.id)) {
            lines.extend_from_slice(line);
            lines.push(b'\n');
        }
    }
    lines
}
