//! The user's editor: it gets the terminal, and a file with a text.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use super::keyboard::KEYBOARD;
use super::{InputWish, enter, restore};
use crate::config::secret_variables;
use crate::files::{RunFolder, read_text, sweep};

/// The start of the names of folders with a document.
const FOLDER_PREFIX: &str = "qdeck-edit-";

/// A document that is larger was not meant.
const MAX_DOCUMENT_BYTES: u64 = 4 << 20;

/// The variables that name the editor, in the order of `git` and others; without them it is `vi`.
const VARIABLES: [&str; 2] = ["VISUAL", "EDITOR"];

/// The outcome of editing: the text as it was left, or why there is none.
pub type Edited = Result<String, String>;

/// Gives the terminal to the user's editor with a file of this name and text, and takes it again once that has ended. Blocks
/// until then.
///
/// # Errors
/// When the terminal cannot be taken again.
pub fn edit(name: &str, text: &str, wish: InputWish) -> io::Result<Edited> {
    let command = editor(|name| std::env::var(name).ok());
    let folder = match prepared(name, text) {
        Ok(folder) => folder,
        Err(error) => return Ok(Err(format!("could not write a file for the editor: {error}"))),
    };
    let path = folder.path().join(name);
    let pause = KEYBOARD.pause();
    restore();
    let ran = run(&command, &path);
    enter(wish)?;
    drop(pause);
    Ok(ran.and_then(|()| read_text(&path, MAX_DOCUMENT_BYTES).map_err(|error| error.to_string())))
}

fn editor(variable: impl Fn(&str) -> Option<String>) -> String {
    let named = VARIABLES.into_iter().filter_map(variable).find(|command| !command.trim().is_empty());
    named.unwrap_or_else(|| "vi".to_owned())
}

/// A folder of our own with the file, so that an editor may put its own files beside it. It goes with the folder.
fn prepared(name: &str, text: &str) -> io::Result<RunFolder> {
    let parent = std::env::temp_dir();
    let folder = RunFolder::create(&parent, FOLDER_PREFIX)?;
    // Beside the start: a temporary folder may be large.
    std::thread::spawn(move || sweep(&parent, FOLDER_PREFIX, |_| {}));
    let mut file = crate::files::create_new(&folder.path().join(name))?;
    file.write_all(text.as_bytes())?;
    Ok(folder)
}

/// Runs the editor by the shell, since its variable may hold arguments.
fn run(command: &str, path: &Path) -> Result<(), String> {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{command} \"$1\"")).arg("sh").arg(path);
    for variable in secret_variables() {
        shell.env_remove(variable);
    }
    match shell.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the editor `{command}` failed ({status}): nothing was changed")),
        Err(error) => Err(format!("could not start the editor `{command}`: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_editor_is_the_one_that_the_variables_name() {
        let with = |all: &'static [(&str, &str)]| {
            editor(|name| all.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(with(&[]), "vi");
        assert_eq!(with(&[("EDITOR", "nano"), ("VISUAL", " ")]), "nano");
        assert_eq!(with(&[("EDITOR", "nano"), ("VISUAL", "code -w")]), "code -w");
    }

    #[test]
    fn an_editor_changes_a_private_file_and_its_failure_is_reported() {
        let folder = prepared("form.toml", "name = \"web\"\n").unwrap();
        let path = folder.path().join("form.toml");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        run("sed -i.bak s/web/api/", &path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "name = \"api\"\n");
        let failed = run("exit 3;", &path).unwrap_err();
        assert!(failed.contains("failed") && failed.contains("nothing was changed"), "{failed}");
        let gone = folder.path().to_owned();
        drop(folder);
        assert!(!gone.exists());
    }
}
