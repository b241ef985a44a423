//! The journal: every write of this program, in a file of JSON lines that is only appended to.
//!
//! ```text
//! {"v":1,"id":"…","at":"…","record":"intent","by":"screen","context":"exo-prod","target":{…},"action":…,"requests":[…]}
//! {"v":1,"id":"…","at":"…","record":"accepted","operation":{…}}
//! {"v":1,"id":"…","at":"…","record":"ended","outcome":"done","duration_ms":4210}
//! ```
//!
//! The intent is on the disk before its request leaves, and a write whose intent cannot be written is refused. So an
//! intent without an end means that the outcome is unknown: it is resolved by reading, never by sending again. One
//! program appends at a time, a last line that was torn by a crash is left as it is, and no secret is ever in the file.
//! A file that has grown too large is put aside; see `rotation`.

mod follower;
mod history;
mod record;
mod rotation;
#[cfg(test)]
pub(crate) mod tests;

use std::fs::{File, Permissions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};

use qdeck_model::{Problem, ProblemKind};

pub use follower::Follower;
pub use history::{History, Written};
pub use record::{CreatesRecord, End, Ended, Entry, ExpectedRecord, Intent, Record, Reference, TargetRecord};

/// The longest wait for the lock of another program. It is held for one line.
const LOCK_TIMEOUT: Duration = Duration::from_secs(3);
/// The largest journal that is read, in bytes: some hundred thousand writes.
const MAX_JOURNAL_BYTES: u64 = 256 << 20;
/// A journal that is larger than this, in bytes, is put aside with the next record, and a new one begins.
const ROTATED_BYTES: u64 = 64 << 20;
/// Time between two tries to get the lock.
const LOCK_RETRY: Duration = Duration::from_millis(10);

/// Where writes are written down. Cheap to clone; all of it blocks.
#[derive(Debug, Clone)]
pub struct Journal {
    path: Option<Arc<Path>>,
    /// The size at which it is put aside.
    rotated_bytes: u64,
}

impl Journal {
    /// The journal in this file, which is made with the first record.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: Some(path.into().into()), rotated_bytes: ROTATED_BYTES }
    }

    /// No journal: every write is refused.
    pub const fn none() -> Self {
        Self { path: None, rotated_bytes: ROTATED_BYTES }
    }

    /// The same, put aside at another size.
    #[cfg(test)]
    const fn rotated_at(mut self, bytes: u64) -> Self {
        self.rotated_bytes = bytes;
        self
    }

    /// Its file.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Appends a record and waits until it is on the disk.
    ///
    /// # Errors
    /// When it cannot be written: then nothing may be sent.
    pub fn append(&self, record: &Record) -> Result<(), Problem> {
        let path = self.path.as_deref().ok_or_else(|| {
            Problem::new(
                ProblemKind::Local,
                "there is no journal to write this change down in: nothing was sent",
            )
        })?;
        append(path, record, self.rotated_bytes).map_err(|error| {
            let message = format!("could not write the journal {}: {error}", path.display());
            Problem::new(ProblemKind::Local, message)
                .hint("Nothing is changed while changes cannot be written down: check the file, its folder and the disk")
        })
    }

    /// Reads every write that is in it, the oldest first. A journal that was never written is empty.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn read(&self) -> Result<History, Problem> {
        let Some(path) = self.path.as_deref() else {
            return Ok(History::default());
        };
        let mut history = History::default();
        for path in [&*rotation::older(path), path] {
            match qdeck_files::read(path, MAX_JOURNAL_BYTES) {
                Ok(bytes) => history.add(&bytes),
                Err(error) if error.is_missing() => {}
                Err(error) => return Err(Problem::new(ProblemKind::Local, format!("the journal {error}"))),
            }
        }
        Ok(history)
    }
}

fn append(path: &Path, record: &Record, rotated_bytes: u64) -> io::Result<()> {
    // The screen shows what is about to be sent without secrets; that none is in it is made sure here once more.
    let mut line = qdeck_model::redact(&serde_json::to_string(record)?).into_owned().into_bytes();
    line.push(b'\n');
    let (mut file, is_new) = open_locked(path)?;
    if file.metadata()?.len() > rotated_bytes {
        rotation::rotate(path)?;
        // The lock of the old file is held until this has the new one.
        let old = std::mem::replace(&mut file, open_locked(path)?.0);
        drop(old);
    }
    if !ends_with_line(&mut file)? {
        // Another program died in the middle of a line. It is left as it is, and this record begins one of its own.
        line.insert(0, b'\n');
    }
    // The lock ends when the file is closed, whatever happens.
    file.write_all(&line)?;
    file.sync_data()?;
    if is_new && let Some(folder) = path.parent() {
        // A file is only there after a crash when its folder is on the disk, too.
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Opens the file and locks it. Returns whether it was made.
fn open_locked(path: &Path) -> io::Result<(File, bool)> {
    loop {
        let (file, is_new) = open(path)?;
        lock(&file)?;
        // It may have been put aside while this waited for the lock.
        let (mine, named) = (file.metadata()?, std::fs::metadata(path));
        if named.is_ok_and(|named| (named.dev(), named.ino()) == (mine.dev(), mine.ino())) {
            return Ok((file, is_new));
        }
    }
}

/// Opens the file for this user alone. Returns whether it was made.
fn open(path: &Path) -> io::Result<(File, bool)> {
    if let Some(folder) = path.parent() {
        qdeck_files::create_folder(folder)?;
    }
    let is_new = !path.exists();
    // Nothing but a regular file, and no waiting for the other end of a pipe.
    let file = qdeck_files::append(path).map_err(|error| io::Error::other(error.reason.to_string()))?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok((file, is_new))
}

fn lock(file: &File) -> io::Result<()> {
    let began = Instant::now();
    loop {
        match flock(file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(()),
            Err(rustix::io::Errno::WOULDBLOCK | rustix::io::Errno::INTR)
                if began.elapsed() < LOCK_TIMEOUT =>
            {
                std::thread::sleep(LOCK_RETRY);
            }
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let seconds = LOCK_TIMEOUT.as_secs();
                return Err(io::Error::other(format!("another program has held its lock for {seconds} s")));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn ends_with_line(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last[0] == b'\n')
}
