//! The `[keys]` tables of the file. Which key contexts, commands and keys there are is known to the screen alone: it passes in
//! what checks them, so that their mistakes are reported with all others.

use std::ops::Range;

use toml::de::DeValue;

use super::mistake::Notes;
use super::section::{Section, type_word};

/// A binding as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyBinding<'a> {
    /// The key context: the name of its table.
    pub context: &'a str,
    /// The command.
    pub command: &'a str,
    /// The keys bound to it; none unbinds it.
    pub keys: Vec<&'a str>,
}

/// The part of a binding that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPart {
    /// The name of the key context.
    Context,
    /// The command.
    Command,
    /// One of the keys, by its index.
    Key(usize),
}

/// Something that is wrong with a binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMistake {
    /// The index of the binding.
    pub binding: usize,
    /// The part of it.
    pub part: KeyPart,
    /// The mistake, in one sentence without a full stop.
    pub message: String,
    /// The right value, or a suggestion.
    pub expected: Option<String>,
    /// The known word that is nearest to what was written.
    pub suggestion: Option<String>,
}

/// Returns what is wrong with the bindings of a file.
pub type KeyCheck = fn(&[KeyBinding<'_>]) -> Vec<KeyMistake>;

/// The bytes of the parts of a binding.
struct Spans {
    context: Range<usize>,
    command: Range<usize>,
    keys: Vec<Range<usize>>,
}

impl Spans {
    fn of(&self, part: KeyPart) -> Range<usize> {
        match part {
            KeyPart::Context => self.context.clone(),
            KeyPart::Command => self.command.clone(),
            KeyPart::Key(index) => self.keys.get(index).unwrap_or(&self.command).clone(),
        }
    }
}

/// Reads the tables of bindings, one for each key context.
pub(crate) fn read(contexts: &Section<'_, '_>, check: KeyCheck, notes: &mut Notes<'_>) -> toml::Table {
    let (mut bindings, mut spans) = (Vec::new(), Vec::new());
    let mut tables = toml::Table::new();
    for (context, _) in contexts.entries() {
        let Some(section) = contexts.table(context.value, notes) else {
            continue;
        };
        let mut bound = toml::Table::new();
        for (command, value) in section.entries() {
            let Some((keys, of_keys)) = read_keys(value.get_ref(), value.span()) else {
                notes
                    .add(value.span(), format!("`{}` is {}", command.value, type_word(value.get_ref())))
                    .expected("expected a key such as \"ctrl-d\", a list of keys, or [] to unbind it");
                continue;
            };
            let written: Vec<String> = keys.iter().map(|&key| key.to_owned()).collect();
            bound.insert(command.value.to_owned(), written.into());
            bindings.push(KeyBinding { context: context.value, command: command.value, keys });
            spans.push(Spans { context: context.span.clone(), command: command.span, keys: of_keys });
        }
        tables.insert(context.value.to_owned(), bound.into());
    }
    for found in check(&bindings) {
        let Some(spans) = spans.get(found.binding) else { continue };
        let mistake = notes.add(spans.of(found.part), found.message);
        mistake.expected = found.expected;
        mistake.suggestion = found.suggestion;
    }
    tables
}

/// One key, or a list of keys, each with its bytes.
fn read_keys<'a>(value: &'a DeValue<'_>, span: Range<usize>) -> Option<(Vec<&'a str>, Vec<Range<usize>>)> {
    match value {
        DeValue::String(key) => Some((vec![key.as_ref()], vec![span])),
        DeValue::Array(keys) => keys
            .iter()
            .map(|key| match key.get_ref() {
                DeValue::String(text) => Some((text.as_ref(), key.span())),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}
