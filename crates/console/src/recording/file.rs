//! The file of a recording: where it is, what it is called, and that it is the owner's alone.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use qdeck_model::{Bytes, Timestamp};

/// Names tried for a file before giving up.
const MAX_FILE_NAMES: u32 = 1000;
/// The most letters of a console's name in the name of a file.
const MAX_NAME_LETTERS: usize = 80;
/// The ending of recordings.
const ENDING: &str = "cast";
/// Entries of a folder that are looked at.
const MAX_ENTRIES: usize = 10_000;

/// The file to record to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordingFile {
    /// A new file in a folder, `NAME-YYYYMMDD-HHMMSS.cast`, or with a number where that exists. The folder is made.
    In {
        /// The folder.
        folder: PathBuf,
        /// The name of what is recorded.
        name: String,
    },
    /// This file, which must not exist.
    At(PathBuf),
}

impl RecordingFile {
    /// Makes the file, for its owner alone; returns it with its path. Nothing is overwritten and no link is followed.
    ///
    /// # Errors
    /// The folder or the file cannot be made.
    pub fn create(&self) -> io::Result<(File, PathBuf)> {
        match self {
            Self::At(path) => Ok((qdeck_files::create_new(path)?, path.clone())),
            Self::In { folder, name } => {
                qdeck_files::create_folder(folder)?;
                create_in(folder, &format!("{}-{}", plain_name(name), Timestamp::now().file_stamp()))
            }
        }
    }
}

fn create_in(folder: &Path, stem: &str) -> io::Result<(File, PathBuf)> {
    for number in 1..=MAX_FILE_NAMES {
        let number = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("{stem}{number}.{ENDING}"));
        match qdeck_files::create_new(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// A name as part of a file's name. A remote names resources: nothing of it may lead out of the folder.
fn plain_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' };
    let name: String = name.chars().take(MAX_NAME_LETTERS).map(plain).collect();
    let name = name.trim_start_matches(['.', '-']);
    if name.is_empty() { "console".to_owned() } else { name.to_owned() }
}

/// The folder in which recordings are where the configuration names none.
pub fn default_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "quarterdeck")?;
    Some(folders.state_dir().unwrap_or_else(|| folders.data_local_dir()).join("recordings"))
}

/// A recording in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedFile {
    /// The file.
    pub path: PathBuf,
    /// When it was written to last.
    pub modified: Option<Timestamp>,
    /// Its size.
    pub size: Bytes,
}

/// The recordings in a folder, the newest first; at most `limit`. Reads the folder.
pub fn list(folder: &Path, limit: usize) -> Vec<RecordedFile> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().take(MAX_ENTRIES);
    let mut found: Vec<(SystemTime, PathBuf, u64)> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|it| it == ENDING))
        .filter_map(|path| {
            let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
            Some((metadata.modified().ok()?, path, metadata.len()))
        })
        .collect();
    found.sort_by(|one, other| other.cmp(one));
    let file =
        |(modified, path, size)| RecordedFile { path, modified: timestamp(modified), size: Bytes(size) };
    found.into_iter().map(file).take(limit).collect()
}

fn timestamp(time: SystemTime) -> Option<Timestamp> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Timestamp::from_millis(i64::try_from(since.as_millis()).ok()?)
}

/// A file that lines are written to.
pub(super) trait Sink: Write + Send {
    /// Cuts the file to its first bytes.
    fn cut(&mut self, bytes: u64) -> io::Result<()>;
}

impl Sink for File {
    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.set_len(bytes)
    }
}
