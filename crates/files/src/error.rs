//! Failures of files, with what the user can do about them.

use std::fmt;
use std::fs::FileType;
use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

/// A file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be {deed}: {reason}", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// The cause.
    pub reason: Reason,
    deed: &'static str,
}

impl FileError {
    pub(crate) fn read(path: &Path, reason: Reason) -> Self {
        Self { path: path.to_owned(), reason, deed: "read" }
    }

    pub(crate) fn write(path: &Path, reason: Reason) -> Self {
        Self { path: path.to_owned(), reason, deed: "written" }
    }

    /// Returns true if there is no such file.
    pub fn is_missing(&self) -> bool {
        matches!(&self.reason, Reason::System(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

/// The cause of a [`FileError`].
#[derive(Debug)]
pub enum Reason {
    /// The system refuses.
    System(io::Error),
    /// It is something else than a regular file, named here.
    NotRegular(&'static str),
    /// It is larger than what is read here.
    TooLarge {
        /// Its size, at least.
        bytes: u64,
        /// The largest size that is read.
        limit: u64,
    },
    /// It is not UTF-8.
    NotText,
}

impl Reason {
    pub(crate) fn of_type(found: FileType) -> Self {
        Self::NotRegular(match found {
            it if it.is_dir() => "a folder",
            it if it.is_fifo() => "a pipe",
            it if it.is_socket() => "a socket",
            _ => "a device",
        })
    }
}

impl From<io::Error> for Reason {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(error) => write!(f, "{error}"),
            Self::NotRegular(what) => write!(f, "it is {what}. Name a regular file"),
            Self::TooLarge { bytes, limit } => {
                let (bytes, limit) = (Size(*bytes), Size(*limit));
                write!(f, "it has {bytes}, and at most {limit} are read. Check that it is the right file")
            }
            Self::NotText => f.write_str("it is not text in UTF-8"),
        }
    }
}

/// A size in the largest unit that it has at least one of.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes < 1 << 10 => write!(f, "{bytes} bytes"),
            bytes if bytes < 1 << 20 => write!(f, "{} KiB", bytes >> 10),
            bytes => write!(f, "{} MiB", bytes >> 20),
        }
    }
}
