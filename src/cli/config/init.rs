//! `qdeck config init`: the file to start from, with what was found of credentials already in it.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::{place, variable};
use crate::cli::Failure;
use crate::config::found::{Found, find};
use crate::config::section;

/// The file to start from: the example with its contexts commented out, so that nothing is connected to before a
/// person says so.
const EXAMPLE: &str = include_str!("../../../config.example.toml");

/// The example with every context commented out, and before them what was found, which is not.
fn starter(found: &Found) -> String {
    let mut asleep = false;
    let mut awake = awake(found);
    let mut text = String::new();
    for line in EXAMPLE.lines() {
        if line.starts_with('[') {
            asleep = line.starts_with("[contexts.");
        }
        if asleep {
            text.push_str(&std::mem::take(&mut awake));
        }
        if asleep && !line.is_empty() && !line.starts_with('#') {
            text.push_str("# ");
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// The sections of what was found: references, never values.
fn awake(found: &Found) -> String {
    let sections =
        found.whole.iter().map(|it| format!("# Found: {}.\n{}\n", harmless(&it.place), section(&it.context)));
    sections.collect()
}

/// A name out of a file of somebody else's must not end the comment it stands in, nor reach the terminal as it is.
fn harmless(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// Writes the file, unless there is one, and says what was found where.
pub fn init(asked: Option<&Path>) -> Result<ExitCode, Failure> {
    let path = place(asked)?;
    let found = find(variable);
    write(&path, &starter(&found))?;
    let mut out = std::io::stdout();
    writeln!(out, "wrote {}", path.display())?;
    for it in &found.whole {
        writeln!(out, "  + {}", harmless(&it.line()))?;
    }
    for why in &found.half {
        writeln!(out, "  ! {}", harmless(why))?;
    }
    let then = if found.whole.is_empty() {
        "Fill in a context, then try it with"
    } else {
        "What was found is in it, by reference. Try it with"
    };
    writeln!(out, "{then}: qdeck config check")?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a new file that only its owner can read.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed =
        |error: std::io::Error| Failure::Told(format!("{} cannot be written: {error}", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Failure::Told(format!("{} exists already and is left as it is", path.display()))
        }
        _ => failed(error),
    })?;
    file.write_all(text.as_bytes()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;
    use crate::model::Platform;
    use crate::providers::{elasticbox, gcore};

    fn platforms(text: &str) -> Vec<Platform> {
        let (_, contexts) = parse(text, Path::new("file")).unwrap_or_else(|it| panic!("{text}\n{it}"));
        contexts.iter().map(|context| context.platform).collect()
    }

    #[test]
    fn the_starter_is_the_example_asleep() {
        let mut known = platforms(EXAMPLE);
        known.sort();
        let mut all = crate::config::PLATFORMS.to_vec();
        all.sort();
        assert_eq!(known, all, "one context a platform");
        let asleep = starter(&Found::default());
        assert_eq!(platforms(&asleep), []);
        let awake = asleep.replace("\n# [contexts.", "\n[contexts.");
        assert!(awake.contains("\n[contexts."), "a section is woken by its line");
    }

    #[test]
    fn what_was_found_stands_in_the_starter_awake() {
        let found = find(|name| match name {
            "GCORE_API_KEY" => Some("fake-value".to_owned()),
            "ELASTICBOX_URL" => Some("https://appliance.example.com".to_owned()),
            "CAM_TOKEN" => Some("fake-value-too".to_owned()),
            _ => None,
        });
        let text = starter(&found);
        assert_eq!(platforms(&text), [gcore::PLATFORM, elasticbox::PLATFORM]);
        assert!(text.contains("# Found: ELASTICBOX_URL and CAM_TOKEN."), "{text}");
        assert!(!text.contains("fake-value"), "{text}");
    }

    #[test]
    fn a_file_is_written_once_for_its_owner_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/config.toml");
        write(&path, "first").expect("the first time");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).expect("it exists").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert!(write(&path, "second").is_err());
        assert_eq!(std::fs::read_to_string(&path).expect("readable"), "first");
    }
}
