//! Files that a user names or that this program keeps. Only regular files are opened, so that no pipe or device is waited
//! for; the size is checked before anything is read; and what is written belongs to its owner alone.

mod error;
mod run_folder;
#[cfg(test)]
mod tests;

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::OFlags;

pub use error::{FileError, Reason};
pub use run_folder::{RunFolder, sweep};

/// The mode of files that only their owner may read and write.
const PRIVATE_MODE: u32 = 0o600;

/// The calls of [`replace`] of this process.
static REPLACED: AtomicU64 = AtomicU64::new(0);

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
/// It is missing, not a regular file, larger than `limit`, or cannot be read.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let failed = |reason| FileError::read(path, reason);
    // Before it is opened: opening alone acts on some devices. Again once it is open: it may have been replaced.
    check(&std::fs::metadata(path).map_err(|error| failed(error.into()))?, limit).map_err(failed)?;
    let mut options = OpenOptions::new();
    let file =
        options.read(true).custom_flags(waitless()).open(path).map_err(|error| failed(error.into()))?;
    let found = file.metadata().map_err(|error| failed(error.into()))?;
    check(&found, limit).map_err(failed)?;
    let mut bytes = Vec::with_capacity(usize::try_from(found.len()).unwrap_or_default());
    // Files of /proc have no size, and any file may grow.
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| failed(error.into()))?;
    if bytes.len() as u64 > limit {
        return Err(failed(Reason::TooLarge { bytes: bytes.len() as u64, limit }));
    }
    Ok(bytes)
}

/// Reads a regular file of at most `limit` bytes of UTF-8.
///
/// # Errors
/// As [`read`], or it is not text.
pub fn read_text(path: &Path, limit: u64) -> Result<String, FileError> {
    String::from_utf8(read(path, limit)?).map_err(|_| FileError::read(path, Reason::NotText))
}

/// Opens a regular file to read it and append to it. A missing one is made, for its owner alone.
///
/// # Errors
/// It is not a regular file, or cannot be made or written.
pub fn append(path: &Path) -> Result<File, FileError> {
    let failed = |reason| FileError::write(path, reason);
    match std::fs::metadata(path) {
        Ok(found) => check(&found, u64::MAX).map_err(failed)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error.into())),
    }
    let mut options = OpenOptions::new();
    options.read(true).create(true).append(true).mode(PRIVATE_MODE).custom_flags(waitless());
    let file = options.open(path).map_err(|error| failed(error.into()))?;
    check(&file.metadata().map_err(|error| failed(error.into()))?, u64::MAX).map_err(failed)?;
    Ok(file)
}

/// Makes a file that is not there yet, for its owner alone.
///
/// # Errors
/// It exists already, or cannot be made.
pub fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(PRIVATE_MODE).open(path)
}

/// Writes a file for its owner alone and atomically: a reader sees all of the old one or all of the new one. Missing
/// folders are made.
///
/// # Errors
/// When the folder cannot be made or written to; the old file stays.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    create_folder(folder)?;
    // A name of its own in the same folder: two that write at once, be it in two programs, do not write into each other's.
    let number = REPLACED.fetch_add(1, Ordering::Relaxed);
    let new = path.with_extension(format!("{}-{number}.new", std::process::id()));
    // Left behind by a process of the same number that was killed.
    let _ = std::fs::remove_file(&new);
    let written = create_new(&new).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let result = written.and_then(|()| std::fs::rename(&new, path));
    if result.is_err() {
        let _ = std::fs::remove_file(&new);
    }
    result
}

/// Makes a folder and those above it, for their owner alone. One that exists stays as it is.
///
/// # Errors
/// When it cannot be made.
pub fn create_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Reports that other users may change a file, or put another one in its place.
pub fn write_warning(path: &Path) -> Option<String> {
    let file = std::fs::metadata(path).ok()?;
    if let Some(warning) = changeable(path, &file, "run chmod go-w on it") {
        return Some(warning);
    }
    let folder = std::fs::canonicalize(path).ok()?.parent()?.to_owned();
    let found = std::fs::metadata(&folder).ok()?;
    // In a folder with the sticky bit only the owner of a file may replace it.
    if found.mode() & 0o1000 != 0 {
        return None;
    }
    changeable(&folder, &found, "run chmod go-w on the folder")
}

fn changeable(path: &Path, found: &Metadata, advice: &str) -> Option<String> {
    let mode = found.permissions().mode() & 0o7777;
    if mode & 0o022 != 0 {
        let shown = path.display();
        return Some(format!("{shown} can be changed by other users (mode {mode:03o}): {advice}"));
    }
    let own = rustix::process::getuid().as_raw();
    (found.uid() != own && found.uid() != 0).then(|| {
        format!("{} belongs to another user (uid {}), who can change it", path.display(), found.uid())
    })
}

/// The flags with which nothing waits at opening: not for the other end of a pipe, not for a modem.
fn waitless() -> i32 {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    flags.bits().cast_signed()
}

fn check(found: &Metadata, limit: u64) -> Result<(), Reason> {
    if !found.is_file() {
        return Err(Reason::of_type(found.file_type()));
    }
    if found.len() > limit {
        return Err(Reason::TooLarge { bytes: found.len(), limit });
    }
    Ok(())
}
