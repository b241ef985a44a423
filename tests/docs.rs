//! Pages that are made from the code, so that they cannot drift from it. `QDECK_WRITE_DOCS=1 cargo test --test docs`
//! writes them anew.

#![expect(clippy::expect_used, reason = "a test may stop where something is not as it must be")]

use std::fmt::Write as _;
use std::path::Path;

use quarterdeck::config::reference::{CONTEXT, Key, SETTINGS};
use quarterdeck::providers::{Registry, Use};
use quarterdeck::tui::keymap::{KEY_CONTEXTS, Keymap, REGISTRY};

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
    let table = |keys: &[Key]| -> String {
        let mut rows = String::new();
        for key in keys {
            let default = if key.default.is_empty() { "needed" } else { key.default };
            let Key { name, takes, says, .. } = key;
            writeln!(rows, "| `{name}` | {takes} | {default} | {says} |").expect("a string takes all");
        }
        rows
    };
    let head = "| key | takes | without it | what it means |\n|---|---|---|---|\n";
    let expected = format!(
        "\n## At the top\n\n{head}{}\n## In a context\n\n{head}{}\n",
        table(&SETTINGS),
        table(&CONTEXT)
    );
    compare("configuration.md", &expected);
}

#[test]
fn the_keys_page_shows_every_binding() {
    let keymap = Keymap::default();
    let mut expected = String::from("\n");
    for (place, name, title) in KEY_CONTEXTS {
        write!(expected, "## {title}: `[keys.{name}]`\n\n| keys | name | |\n|---|---|---|\n")
            .expect("a string takes all");
        for entry in REGISTRY {
            let keys: Vec<String> =
                keymap.keys(*place, entry.command).iter().map(|key| format!("`{key}`")).collect();
            if !keys.is_empty() {
                writeln!(expected, "| {} | `{}` | {} |", keys.join(" "), entry.name, entry.what)
                    .expect("a string takes all");
            }
        }
        expected.push('\n');
    }
    compare("keys.md", &expected);
}

#[test]
fn the_platforms_page_lists_every_endpoint() {
    let mut expected = String::from("\n");
    for registration in Registry::builtin().iter() {
        let (platform, all) = (registration.platform, registration.endpoints);
        let read = all.iter().filter(|endpoint| matches!(endpoint.used, Use::Reads(_)));
        write!(
            expected,
            "## {platform}\n\n{} of {} endpoints are read.\n\n| | path | shown in | not used, because |\n|---|---|---|---|\n",
            read.count(),
            all.len()
        )
        .expect("a string takes all");
        for endpoint in all {
            let (shown, why) = match endpoint.used {
                Use::Reads(shown) => (shown, ""),
                Use::Not(why) => ("", why),
            };
            writeln!(expected, "| {} | `{}` | {shown} | {why} |", endpoint.method, endpoint.path)
                .expect("a string takes all");
        }
        expected.push('\n');
    }
    compare("platforms.md", &expected);
}
