//! Configuration files as people write them: good ones are read whole, and every mistake of a bad one is told.

#![expect(clippy::expect_used, reason = "a test may stop where something is not as it must be")]

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use quarterdeck::config::{Context, Mistakes, Settings};
use quarterdeck::providers::Registry;
use quarterdeck::tui::keymap::Keymap;

/// Reads a text as the program does.
fn parse(text: &str, path: &Path) -> Result<(Settings, Vec<Context>), Mistakes> {
    quarterdeck::config::parse_with_keys(text, path, &Registry::builtin().specs(), Keymap::check)
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configs").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder exists")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Compares with `tests/configs/expected/NAME.snap`.
fn compare(path: &Path, found: &str) {
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "configs/expected", omit_expression => true }, {
        insta::assert_snapshot!(name, found);
    });
}

#[test]
fn good_files_are_read_whole() {
    for path in files("valid") {
        let text = std::fs::read_to_string(&path).expect("readable");
        let (settings, contexts) = parse(&text, Path::new("/etc/qdeck/config.toml"))
            .unwrap_or_else(|mistakes| panic!("{}: {mistakes}", path.display()));
        let contexts: Vec<String> = contexts
            .iter()
            .map(|context| format!("{} at {}: {context:#?}", context.name, context.base_url))
            .collect();
        compare(&path, &format!("{settings:#?}\n{}", contexts.join("\n")));
    }
}

#[test]
fn bad_files_tell_every_mistake_and_no_secret() {
    for path in files("invalid") {
        let text = std::fs::read_to_string(&path).expect("readable");
        let mistakes = parse(&text, Path::new("config.toml"))
            .err()
            .unwrap_or_else(|| panic!("{} has no mistake", path.display()));
        let report = mistakes.to_string();
        assert!(!report.contains("fake-secret"), "{report}");
        compare(&path, &report);
    }
}

#[test]
fn the_example_has_no_mistake() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    let text = std::fs::read_to_string(&path).expect("readable");
    let (settings, contexts) = parse(&text, &path).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(settings, Settings::default(), "it shows the defaults");
    assert_eq!(contexts.len(), 5, "one a platform");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*") {
        if let Err(mistakes) = parse(&text, Path::new("config.toml")) {
            prop_assert!(mistakes.to_string().contains("config.toml:"));
        }
    }

    /// Cut, doubled and mixed lines of real files reach deeper than noise does.
    #[test]
    fn no_torn_file_makes_it_panic(
        lines in prop::collection::vec(0..200usize, 0..40),
        cut in 0..4000usize,
    ) {
        let text: Vec<String> = files("valid")
            .into_iter()
            .chain(files("invalid"))
            .flat_map(|path| {
                let text = std::fs::read_to_string(path).expect("readable");
                text.lines().map(str::to_owned).collect::<Vec<_>>()
            })
            .collect();
        let picked: Vec<&str> = lines.iter().map(|line| text[line % text.len()].as_str()).collect();
        let mut torn = picked.join("\n");
        torn.truncate(cut);
        if let Err(mistakes) = parse(&torn, Path::new("config.toml")) {
            let report = mistakes.to_string();
            prop_assert!(!report.contains("fake-secret"), "{}", report);
        }
    }
}
