//! `qdeck config init`: writes a file to start from, with a context for all credentials that were found.

use std::io::Write;
use std::path::Path;

use super::example::SETTINGS;
use super::path_of;
use crate::cli::Failure;
use crate::config::{Discovery, discover, section};
use crate::net::quoted;
use crate::providers::Registry;

/// The file to start from: the example's settings, the contexts of what was found, and the example's contexts commented
/// out, so that nothing is connected to before the user asks for it.
fn starter(registry: &Registry, found: &Discovery) -> String {
    let found = found.usable.iter().map(|it| {
        let source = without_controls(&it.source);
        format!("# Found: {source}.\n{}\n", section(&it.context))
    });
    let examples: Vec<String> = registry.iter().map(|it| commented_out(it.spec.example)).collect();
    format!("{SETTINGS}{}{}", found.collect::<String>(), examples.join("\n"))
}

fn commented_out(example: &str) -> String {
    let comment = |line: &str| {
        let sign = if line.is_empty() || line.starts_with('#') { "" } else { "# " };
        format!("{sign}{line}\n")
    };
    example.lines().map(comment).collect()
}

/// Replaces control characters: a name out of another program's file must not end the comment it is in, nor reach the
/// terminal as it is.
fn without_controls(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// Writes the file, unless there is one, and reports what was found where. `variable` returns the value of an environment
/// variable.
///
/// # Errors
/// The file exists already or cannot be written.
pub fn init(
    asked: Option<&Path>,
    registry: &Registry,
    variable: impl Fn(&str) -> Option<String>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let path = path_of(asked)?;
    let found = discover(&registry.specs(), variable);
    write(&path, &starter(registry, &found))?;
    writeln!(out, "wrote {}", path.display())?;
    for it in &found.usable {
        writeln!(out, "  + {}", without_controls(&it.line()))?;
    }
    for why in &found.incomplete {
        writeln!(out, "  ! {}", without_controls(why))?;
    }
    let next = if found.usable.is_empty() {
        "Fill in a context, then try it with"
    } else {
        "It refers to the credentials that were found. Try them with"
    };
    // A file in another place than the usual one is found by its name alone.
    let option =
        asked.map_or_else(String::new, |path| format!(" --config {}", quoted(&path.to_string_lossy())));
    writeln!(out, "{next}: qdeck config check{option}")?;
    Ok(())
}

/// Writes a new file that only its owner can read.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed =
        |error: std::io::Error| Failure::Message(format!("could not write {}: {error}", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = crate::files::create_new(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Failure::Message(format!("{} exists already, and was not overwritten", path.display()))
        }
        _ => failed(error),
    })?;
    file.write_all(text.as_bytes()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;
    use crate::config::parse;
    use crate::model::Platform;
    use crate::providers::{elasticbox, gcore};

    fn platforms(text: &str) -> Vec<Platform> {
        let specs = Registry::builtin().specs();
        let (_, contexts) =
            parse(text, Path::new("file"), &specs).unwrap_or_else(|it| panic!("{text}\n{it}"));
        contexts.iter().map(crate::config::Context::platform).collect()
    }

    #[test]
    fn the_starter_is_the_example_with_its_contexts_commented_out() {
        let registry = Registry::builtin();
        let all: Vec<Platform> = registry.iter().map(crate::providers::Registration::platform).collect();
        assert_eq!(platforms(&example(&registry)), all, "one context for each platform");
        let starter = starter(&registry, &Discovery::default());
        assert_eq!(platforms(&starter), []);
        assert!(starter.contains("\n# [contexts."), "a section is a line away: {starter}");
    }

    #[test]
    fn what_was_found_is_in_the_starter_and_not_commented_out() {
        let registry = Registry::builtin();
        let found = discover(&registry.specs(), |name| match name {
            "GCORE_API_KEY" => Some("fake-value".to_owned()),
            "ELASTICBOX_URL" => Some("https://appliance.example.com".to_owned()),
            "CAM_TOKEN" => Some("fake-value-too".to_owned()),
            _ => None,
        });
        let text = starter(&registry, &found);
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
