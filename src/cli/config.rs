//! `qdeck config`: write a file to start from, say where it is, try what it says.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use futures_util::future::join_all;

use super::Failure;
use crate::config::{Config, ConfigError, Context, Origin, default_path, load};
use crate::model::Problem;
use crate::providers::{Check, open};
use crate::tui::keymap::Keymap;

/// The file to start from: the example with its contexts commented out, so that nothing is connected to before a
/// person says so.
const EXAMPLE: &str = include_str!("../../config.example.toml");

fn place(asked: Option<&Path>) -> Result<PathBuf, ConfigError> {
    asked
        .map(Path::to_owned)
        .or_else(default_path)
        .ok_or(ConfigError::Homeless)
}

/// Looks an environment variable up.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The example with every context commented out.
fn starter() -> String {
    let mut asleep = false;
    let mut text = String::new();
    for line in EXAMPLE.lines() {
        if line.starts_with('[') {
            asleep = line.starts_with("[contexts.");
        }
        if asleep && !line.is_empty() && !line.starts_with('#') {
            text.push_str("# ");
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// Writes the file, unless there is one.
pub(super) fn init(asked: Option<&Path>) -> Result<ExitCode, Failure> {
    let path = place(asked)?;
    let failed =
        |error: std::io::Error| Failure::Told(format!("{} cannot be written: {error}", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Failure::Told(format!("{} exists already and is left as it is", path.display()))
        }
        _ => failed(error),
    })?;
    file.write_all(starter().as_bytes()).map_err(failed)?;
    writeln!(
        std::io::stdout(),
        "wrote {}\nFill in a context, then try it with: qdeck config check",
        path.display()
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Prints where the file is, or would be.
pub(super) fn path(asked: Option<&Path>) -> Result<ExitCode, Failure> {
    writeln!(std::io::stdout(), "{}", place(asked)?.display())?;
    Ok(ExitCode::SUCCESS)
}

/// Whether the keys of the file can be used; if not, everything that is wrong with them.
pub(super) fn keys_fit(config: &Config) -> Result<(), Failure> {
    let keys = &config.settings.keys;
    let (_, conflicts) = Keymap::load((!keys.is_empty()).then_some(keys));
    if conflicts.is_empty() {
        return Ok(());
    }
    let file = match &config.origin {
        Origin::File(path) => path.display().to_string(),
        Origin::Environment | Origin::Nothing(_) => "the keys".to_owned(),
    };
    let wrong: Vec<String> = conflicts
        .iter()
        .map(|conflict| format!("{file}: [keys]: {conflict}"))
        .collect();
    Err(Failure::Keys(format!(
        "{}\n  every place and name is in docs/keys.md; [] takes a key off what has it",
        wrong.join("\n")
    )))
}

/// Reads the file, connects to every context at once, and prints what works.
pub(super) async fn check(asked: Option<&Path>) -> Result<ExitCode, Failure> {
    let config = load(asked, variable)?;
    keys_fit(&config)?;
    let mut out = std::io::stdout();
    match &config.origin {
        Origin::File(path) if config.contexts.is_empty() => {
            writeln!(
                out,
                "{}: read without a mistake, and has no contexts yet",
                path.display()
            )?;
        }
        Origin::File(path) => writeln!(out, "{}: read without a mistake", path.display())?,
        Origin::Environment => writeln!(out, "the environment's credentials are used")?,
        Origin::Nothing(why) => {
            writeln!(
                out,
                "{why}; `qdeck config init` writes a file, `qdeck` alone shows the demo"
            )?;
            return Ok(ExitCode::SUCCESS);
        }
    }
    let (report, well) = connect(&config).await;
    write!(out, "{report}")?;
    Ok(if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Tries every context; the words for it, and whether all went well.
async fn connect(config: &Config) -> (String, bool) {
    let checks = config.contexts.iter().map(|context| async move {
        let answer = match open(context) {
            Ok(provider) => provider.check().await,
            Err(problem) => Err(problem),
        };
        (context, answer)
    });
    let mut report = String::new();
    let mut well = true;
    for (context, answer) in join_all(checks).await {
        let (words, good) = tell(context, answer);
        report.push_str(&words);
        well &= good;
    }
    (report, well)
}

fn tell(context: &Context, answer: Result<Check, Problem>) -> (String, bool) {
    let mut lines = vec![format!(
        "\n{} ({}, {}){}",
        context.name,
        context.platform,
        context.base_url,
        if context.enabled {
            ""
        } else {
            ", not connected at the start"
        }
    )];
    let references = context.credentials.references();
    let warnings = references.iter().filter_map(|(_, reference)| reference.warning());
    lines.extend(warnings.map(|warning| format!("  ! {warning}")));
    let mut good = true;
    match answer {
        Ok(check) => {
            lines.push(format!("  ✓ signed in as {}", check.identity));
            for (name, result) in check.probes {
                good &= result.is_ok();
                lines.push(match result {
                    Ok(took) => format!("  ✓ {name:<28} {:>8}", milliseconds(took)),
                    Err(problem) => format!("  ✗ {name:<28} {}: {problem}", problem.kind.word()),
                });
            }
        }
        Err(problem) => {
            good = false;
            lines.push(format!("  ✗ {}: {problem}", problem.kind.word()));
        }
    }
    lines.push(String::new());
    (lines.join("\n"), good)
}

fn milliseconds(took: Duration) -> String {
    format!("{} ms", took.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    #[test]
    fn the_starter_is_the_example_asleep() {
        let (_, awake) = parse(EXAMPLE, Path::new("example")).expect("the example has no mistake");
        assert!(awake.len() >= 2, "one context a platform");
        let (_, asleep) = parse(&starter(), Path::new("starter")).expect("the starter has no mistake");
        assert!(asleep.is_empty());
    }

    #[test]
    fn a_file_is_written_once_for_its_owner_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/config.toml");
        init(Some(&path)).expect("the first time");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).expect("it exists").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(&path, "mine").expect("writable");
        assert!(init(Some(&path)).is_err(), "the second time");
        assert_eq!(std::fs::read_to_string(&path).expect("readable"), "mine");
    }
}
