//! The state of the screen between two runs: the theme, and the tables' filters, orders, columns. A small file in the state directory; one that
//! cannot be read is ignored, with a note.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::table::TableState;

/// A file larger than this was not written by this program.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// The comment at the top of the file.
const FILE_HEADER: &str =
    "# What the tables of Quarterdeck show. Written by the program; take it away to begin anew.\n\n";

/// The theme that was chosen, and the state of all tables by their names in the palette.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UiState {
    /// The name of the theme chosen on the screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    /// By table.
    #[serde(flatten)]
    pub tables: BTreeMap<String, TableState>,
}

impl UiState {
    /// Reads the file. `None` where there is none yet.
    ///
    /// # Errors
    /// Why the file is ignored, for the messages.
    pub fn read(path: &Path) -> Result<Option<Self>, String> {
        let ignored = |cause: String| Err(format!("{} is ignored: {cause}", path.display()));
        let text = match std::fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Ok(about) if about.len() > MAX_FILE_BYTES => return ignored("it is too large".to_owned()),
            _ => std::fs::read_to_string(path),
        };
        match text.map(|text| toml::from_str(&text)) {
            Ok(Ok(state)) => Ok(Some(state)),
            Ok(Err(error)) => ignored(error.message().to_owned()),
            Err(error) => ignored(error.to_string()),
        }
    }

    /// Writes the file atomically: a reader sees all of the old one or all of the new one.
    ///
    /// # Errors
    /// When the folder cannot be made or written to; the old file stays.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        let text = toml::to_string(self).map_err(io::Error::other)?;
        std::fs::create_dir_all(folder)?;
        let new = Self::temporary_path(path);
        let written = std::fs::File::create(&new).and_then(|mut file| {
            file.write_all(FILE_HEADER.as_bytes())?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        let result = written.and_then(|()| std::fs::rename(&new, path));
        if result.is_err() {
            let _ = std::fs::remove_file(&new);
        }
        result
    }

    /// A name of our own in the same folder: two programs that write at once do not write into each other's.
    fn temporary_path(path: &Path) -> PathBuf {
        path.with_extension(format!("{}.new", std::process::id()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> UiState {
        let table = TableState {
            filter: "state:failed \"two words\"".to_owned(),
            sort: "own:ready_state".to_owned(),
            reverse: true,
            wide: false,
            columns: vec!["name".to_owned(), "-context".to_owned()],
        };
        UiState {
            theme: Some("light".to_owned()),
            tables: [("instances".to_owned(), table), ("operations".to_owned(), TableState::default())]
                .into(),
        }
    }

    #[test]
    fn what_is_written_is_read_again_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/screen.toml");
        assert_eq!(UiState::read(&path), Ok(None));
        UiState::default().write(&path).unwrap();
        some().write(&path).unwrap();
        assert_eq!(UiState::read(&path), Ok(Some(some())));
        let left = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(left, 1, "only the file itself");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_with_the_cause() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("screen.toml");
        for broken in ["[instances", "[instances]\nwide = 3", "\u{0}\u{1}", "x = 1"] {
            std::fs::write(&path, broken).unwrap();
            let error = UiState::read(&path).unwrap_err();
            assert!(error.contains("screen.toml is ignored"), "{error}");
        }
        std::fs::write(&path, "#".repeat(70_000)).unwrap();
        assert!(UiState::read(&path).unwrap_err().contains("too large"));
        std::fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(UiState::read(&path).is_err());
        std::fs::write(&path, "[instances]\nfrom-a-later-version = 1").unwrap();
        assert!(UiState::read(&path).is_ok(), "what a later version keeps is no mistake");
    }

    #[test]
    fn a_folder_that_cannot_be_written_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken/screen.toml");
        std::fs::write(folder.path().join("taken"), "a file").unwrap();
        assert!(some().write(&path).is_err());
    }
}
