//! TOML documents of `assets/demo` that are compiled into the program.

use serde::Deserialize;

/// Parses one. Texts are borrowed from the document, so that a catalogue's rows can be copied freely.
///
/// # Panics
/// When the document does not parse, which a test of each rules out.
#[expect(clippy::panic, reason = "the document is a part of the program, and a test parses it")]
pub(crate) fn parse<T: Deserialize<'static>>(name: &str, document: &'static str) -> T {
    toml::from_str(document).unwrap_or_else(|error| panic!("assets/demo/{name} does not parse: {error}"))
}
