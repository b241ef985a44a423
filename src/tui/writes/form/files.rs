//! The file that a path names while it is typed, and the paths that it may become.

use std::path::Path;

use arcstr::ArcStr;

use super::field::expanded;
use crate::model::{Bytes, Choice, FieldKind};

/// Paths that are offered.
const MAX_COMPLETIONS: usize = 200;
/// Entries of a folder that are looked at.
const MAX_ENTRIES: usize = 10_000;

/// The file of a path, and what the path may become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFiles {
    /// The bytes of the file, or why there is none.
    pub size: Result<u64, String>,
    /// Paths that begin as the one that was typed; those of folders end with `/`.
    pub completions: Vec<Choice>,
}

impl FoundFiles {
    /// Looks for a path as it was typed. Reads folders: not to be called by the screen's thread.
    pub fn of(typed: &str) -> Self {
        Self { size: size(&expanded(typed)), completions: completions(typed) }
    }

    /// Why the file cannot be taken by a field.
    pub(super) fn error(&self, kind: &FieldKind) -> Option<String> {
        match (&self.size, kind) {
            (Err(reason), _) => Some(reason.clone()),
            (Ok(size), FieldKind::File { max_bytes }) if size > max_bytes => {
                Some(format!("at most {}, this file has {}", Bytes(*max_bytes), Bytes(*size)))
            }
            _ => None,
        }
    }
}

fn size(path: &Path) -> Result<u64, String> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Err("is a folder".to_owned()),
        Ok(found) if !found.is_file() => Err("is no regular file".to_owned()),
        Ok(found) => match std::fs::File::open(path) {
            Ok(_) => Ok(found.len()),
            Err(error) => Err(format!("cannot be read: {error}")),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err("no such file".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn completions(typed: &str) -> Vec<Choice> {
    let cut = typed.rfind('/').map_or(0, |at| at + 1);
    let (folder, stem) = typed.split_at(cut);
    let read = if folder.is_empty() { expanded("./") } else { expanded(folder) };
    let Ok(entries) = std::fs::read_dir(read) else { return Vec::new() };
    let mut found: Vec<Choice> = entries
        .take(MAX_ENTRIES)
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let is_hidden = name.starts_with('.') && !stem.starts_with('.');
            if is_hidden || !name.starts_with(stem) {
                return None;
            }
            let kind = entry.metadata().ok()?;
            let end = if kind.is_dir() { "/" } else { "" };
            let label: ArcStr = format!("{name}{end}").into();
            let note = kind.is_file().then(|| Bytes(kind.len()).to_string().into());
            Some(Choice { value: format!("{folder}{label}").into(), label, note, unavailable: None })
        })
        .collect();
    found.sort_by(|one, other| one.label.cmp(&other.label));
    found.truncate(MAX_COMPLETIONS);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_completed_and_its_size_checked() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| format!("{}/{name}", folder.path().display());
        std::fs::write(path("user-data.yaml"), vec![b'x'; 3000]).unwrap();
        std::fs::write(path(".hidden"), "").unwrap();
        std::fs::create_dir(path("users")).unwrap();
        let found = FoundFiles::of(&path("us"));
        let labels: Vec<_> = found.completions.iter().map(|choice| &*choice.label).collect();
        assert_eq!(labels, ["user-data.yaml", "users/"]);
        assert_eq!(&*found.completions[1].value, path("users/"));
        assert_eq!(found.size, Err("no such file".to_owned()));
        assert_eq!(FoundFiles::of(&path("users")).size, Err("is a folder".to_owned()));
        let whole = FoundFiles::of(&path("user-data.yaml"));
        assert_eq!(whole.error(&FieldKind::File { max_bytes: 3000 }), None);
        let error = whole.error(&FieldKind::File { max_bytes: 2999 }).unwrap();
        assert!(error.starts_with("at most ") && error.contains("this file has"), "{error}");
        assert!(FoundFiles::of(&path("")).completions.iter().all(|choice| &*choice.label != ".hidden"));
        assert_eq!(FoundFiles::of("/no/such/folder/x").completions, []);
    }
}
