//! The state of the screen between two runs: the theme, the tables' filters, orders, columns, and the ways into instances. A small file in the state directory; one that
//! cannot be read is ignored, with a note.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::files;
use crate::model::redact;
use crate::table::TableState;
use crate::tui::app::ChosenWay;

/// A file larger than this was not written by this program.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// The comment at the top of the file.
const FILE_HEADER: &str = "# What the tables of Quarterdeck show, and the ways into instances that were chosen. Written by the program; take it away to begin anew.\n\n";

/// The theme and the ways into instances that were chosen, and the state of all tables by their names in the palette.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UiState {
    /// The name of the theme chosen on the screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    /// The ways into instances that were chosen, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<ChosenWay>,
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
        match files::read_text(path, MAX_FILE_BYTES) {
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => ignored(error.reason.to_string()),
            Ok(text) => match toml::from_str(&text) {
                Ok(state) => Ok(Some(state)),
                Err(error) => ignored(error.message().to_owned()),
            },
        }
    }

    /// Writes the file atomically and for its owner alone.
    ///
    /// # Errors
    /// When the folder cannot be made or written to; the old file stays.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let text = toml::to_string(self).map_err(io::Error::other)?;
        files::replace(path, format!("{FILE_HEADER}{}", redact(&text)).as_bytes())
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
            ways: vec![ChosenWay { resource: "exo-prod/5e9c".to_owned(), way: "ssh".to_owned() }],
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
        assert!(UiState::read(&path).unwrap_err().contains("at most 64 KiB are read"));
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
