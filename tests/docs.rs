//! Pages that are made from the code, so that they cannot drift from it. `QDECK_WRITE_DOCS=1 cargo test --test docs`
//! writes them anew.

#![expect(clippy::expect_used, reason = "a test may stop where something is not as it must be")]

use std::fmt::Write as _;
use std::path::Path;

use quarterdeck::config::reference::markdown;
use quarterdeck::providers::Registry;
use quarterdeck::tui::command::ENTRIES;
use quarterdeck::tui::keymap::{KEY_CONTEXTS, Keymap};

/// Compares what stands between a page's two marks with what the code says.
fn compare(page: &str, expected: &str) {
    const BEGIN: &str = "<!-- made from the code: begin -->";
    const END: &str = "<!-- made from the code: end -->";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(page);
    let text = std::fs::read_to_string(&path).expect("readable");
    let (before, rest) = text.split_once(BEGIN).expect("a first mark");
    let (found, after) = rest.split_once(END).expect("a second mark");
    if std::env::var_os("QDECK_WRITE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{expected}{END}{after}")).expect("writable");
        return;
    }
    assert_eq!(found, expected, "QDECK_WRITE_DOCS=1 cargo test --test docs writes it anew");
}

#[test]
fn the_configuration_page_names_every_key() {
    let specs = Registry::builtin().specs();
    compare("configuration.md", &format!("\n{}\n", markdown(&specs)));
}

#[test]
fn the_example_file_has_a_section_for_every_platform() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    let expected = quarterdeck::cli::config::example(&Registry::builtin());
    if std::env::var_os("QDECK_WRITE_DOCS").is_some() {
        std::fs::write(&path, expected).expect("writable");
        return;
    }
    let found = std::fs::read_to_string(&path).expect("readable");
    assert_eq!(found, expected, "QDECK_WRITE_DOCS=1 cargo test --test docs writes it anew");
}

#[test]
fn the_keys_page_shows_every_binding() {
    let keymap = Keymap::default();
    let mut expected = String::from("\n");
    for (place, name, title) in KEY_CONTEXTS {
        write!(expected, "## {title}: `[keys.{name}]`\n\n| keys | name | |\n|---|---|---|\n")
            .expect("a string takes all");
        for entry in ENTRIES {
            let keys: Vec<String> =
                keymap.keys(*place, entry.command).iter().map(|key| format!("`{key}`")).collect();
            if !keys.is_empty() {
                writeln!(expected, "| {} | `{}` | {} |", keys.join(" "), entry.name, entry.help)
                    .expect("a string takes all");
            }
        }
        expected.push('\n');
    }
    compare("keys.md", &expected);
}

#[test]
fn the_platforms_page_lists_every_way_and_every_endpoint() {
    let registry = Registry::builtin();
    compare("platforms.md", &format!("\n{}\n{}\n", registry.ways_markdown(), registry.endpoints_markdown()));
}
