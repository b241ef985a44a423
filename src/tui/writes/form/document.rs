//! The whole form as a commented TOML document, edited in `$EDITOR` and read back.

use std::fmt::Write as _;

use toml::{Table, Value};

use super::FormLayer;
use super::edit::shown;
use super::field::{Entry, FieldState, OnScreen as _};
use crate::model::FieldKind;
use crate::tui::Effect;
use crate::tui::effect::{EditRequest, TerminalEffect};

/// Choices of a field that are listed in the document.
const MAX_LISTED_CHOICES: usize = 20;
/// Columns of a comment.
const COMMENT_COLUMNS: u16 = 96;

impl FormLayer {
    /// Opens the form in the editor, a document that was left with a mistake again.
    pub(super) fn edit_document(&mut self) -> Vec<Effect> {
        let text = match self.unread.take() {
            Some((text, mistake)) => with_mistake(&text, &mistake),
            None => document(&self.title_in_words(), &self.fields),
        };
        self.open_editor(text)
    }

    fn open_editor(&mut self, text: String) -> Vec<Effect> {
        let (ticket, given_up) = self.editing.begin();
        self.edited.clone_from(&text);
        let request = EditRequest { ticket, name: format!("{}.toml", self.action.id), text };
        given_up.into_iter().chain([TerminalEffect::Edit(Box::new(request)).into()]).collect()
    }

    fn title_in_words(&self) -> String {
        let targets: Vec<_> =
            self.targets.iter().map(|target| format!("{} in {}", target.name, target.context())).collect();
        format!("{}: {}", self.action.name, targets.join(", "))
    }

    /// Takes the document as it was left. Unchanged or empty it changes nothing; with a mistake it is opened again, the
    /// mistake on top, unless that was left as it was: then it waits for the next time.
    pub(super) fn take_document(&mut self, edited: Result<String, String>) -> Vec<Effect> {
        let opened = std::mem::take(&mut self.edited);
        let text = match edited {
            Ok(text) => text,
            Err(reason) => return vec![Effect::complain(reason)],
        };
        if text.trim().is_empty() {
            return vec![Effect::report("the document is empty: nothing was changed")];
        }
        let had_mistake = opened.starts_with(MISTAKE);
        if text == opened {
            if had_mistake {
                self.unread = Some((without_mistake(&text).to_owned(), mistake_of(&text)));
                return vec![Effect::complain(
                    "the document still has its mistake: it opens again as you left it",
                )];
            }
            return vec![Effect::report("the document is unchanged")];
        }
        let text = without_mistake(&text).to_owned();
        match read(&text, &self.fields) {
            Ok(entries) => self.take_entries(entries),
            Err(mistake) => self.open_editor(with_mistake(&text, &mistake)),
        }
    }

    fn take_entries(&mut self, entries: Vec<(usize, Entry)>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut changes = 0;
        for (at, entry) in entries {
            if let Some(field) = self.fields.get_mut(at).filter(|field| field.entry != entry) {
                field.entry = entry;
                field.is_visited = true;
                changes += 1;
                // The form is asked for once, below.
                effects.extend(self.changed(at, true));
            }
        }
        effects.extend(if self.reshapes { self.ask_form() } else { Vec::new() });
        effects.extend(self.load_labels());
        effects.extend(self.reach());
        let fields = if changes == 1 { "1 field" } else { &format!("{changes} fields") };
        effects.push(Effect::report(format!("{fields} changed in the editor")));
        effects
    }
}

/// The first words of a mistake on top of a document.
const MISTAKE: &str = "# MISTAKE: ";
/// The line after it.
const END_OF_MISTAKE: &str =
    "# ---- Mend it below and save, or leave it unchanged to go back to the form. ----\n";

fn with_mistake(text: &str, mistake: &str) -> String {
    let mistake = mistake.trim_end().replace('\n', "\n# ");
    format!("{MISTAKE}{mistake}\n{END_OF_MISTAKE}{text}")
}

fn without_mistake(text: &str) -> &str {
    match text.split_once(END_OF_MISTAKE) {
        Some((mistake, rest)) if mistake.starts_with(MISTAKE) => rest,
        _ => text,
    }
}

fn mistake_of(text: &str) -> String {
    let mistake = text.split_once(END_OF_MISTAKE).map_or("", |(mistake, _)| mistake);
    mistake.trim_start_matches(MISTAKE).replace("\n# ", "\n").trim_end().to_owned()
}

/// The fields as a document: each with its help and its rules, those without a value commented out.
fn document(title: &str, fields: &[FieldState]) -> String {
    let mut text = String::new();
    comment(&mut text, title);
    comment(
        &mut text,
        "Save and leave the editor to go back to the form. Nothing is sent before it was confirmed.",
    );
    let mut section = "";
    for field in fields {
        text.push('\n');
        if field.field.section != section {
            section = field.field.section;
            if !section.is_empty() {
                _ = writeln!(text, "# ==== {section} ====\n");
            }
        }
        describe(&mut text, field);
        let key = key(&field.field.name);
        let kept = if field.is_mixed && !field.is_touched { None } else { field.kept() };
        match kept {
            Some(value) => _ = writeln!(text, "{key} = {}", written(&field.field.kind, &value)),
            None => _ = writeln!(text, "# {key} = {}", sample(field)),
        }
    }
    text
}

fn describe(text: &mut String, field: &FieldState) {
    let need = if field.field.required { " (required)" } else { "" };
    comment(text, &format!("{}{need}. {}", field.field.label, field.field.help));
    comment(text, &format!("Write {}.", field.field.kind.in_toml()));
    if field.is_secret() && !field.is_empty() {
        comment(text, "It is entered already, and not shown here. Remove the sign to enter another one.");
    }
    let mut listed = field.choices.all.iter().filter(|choice| choice.unavailable.is_none());
    if field.has_choices() {
        for choice in listed.by_ref().take(MAX_LISTED_CHOICES) {
            let label = if choice.label == choice.value { "" } else { &*choice.label };
            let note = choice.note.as_deref().unwrap_or_default();
            let value = Value::String(choice.value.to_string());
            comment(text, format!("  {value} {label} {note}").trim_end());
        }
        let more = listed.count();
        if more > 0 {
            comment(text, &format!("  and {more} more, listed in the form"));
        }
    }
}

fn comment(text: &mut String, words: &str) {
    // A platform wrote some of it: one line stays one.
    let words = shown(words);
    let indent = words.len() - words.trim_start().len();
    for (at, line) in crate::tui::draw::wrap(&words, COMMENT_COLUMNS).into_iter().enumerate() {
        let indent = if at == 0 { indent } else { indent + 2 * usize::from(indent > 0) };
        _ = writeln!(text, "# {}{line}", " ".repeat(indent));
    }
}

/// A text of several lines is written as such where that reads back as it was.
fn written(kind: &FieldKind, value: &Value) -> String {
    if let (FieldKind::Number(_), Value::String(number)) = (kind, value)
        && number.parse::<i64>().is_ok_and(|whole| whole.to_string() == *number)
    {
        return number.clone();
    }
    if let Value::String(text) = value
        && text.contains('\n')
    {
        let lines = format!("'''\n{text}'''");
        let reads = format!("v = {lines}").parse::<Table>();
        if reads.is_ok_and(|table| table.get("v") == Some(value)) {
            return lines;
        }
    }
    value.to_string()
}

fn sample(field: &FieldState) -> &'static str {
    match &field.entry {
        Entry::Switch(_) => "false",
        Entry::Several(_) => "[]",
        _ if field.field.kind.in_toml().starts_with("texts") => "[]",
        _ if field.field.kind.in_toml().starts_with("a table") => "{}",
        _ => "\"\"",
    }
}

/// A name as a key of TOML.
fn key(name: &str) -> String {
    let is_bare =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if is_bare { name.to_owned() } else { Value::String(name.to_owned()).to_string() }
}

/// Reads a document: the entry of each field. One that is not there has nothing, but for secrets and values that differ
/// between targets, which stay.
fn read(text: &str, fields: &[FieldState]) -> Result<Vec<(usize, Entry)>, String> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    if let Some(name) = table.keys().find(|name| fields.iter().all(|field| *field.field.name != ***name)) {
        return Err(format!("there is no field {name}"));
    }
    let mut entries = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        match table.get(&*field.field.name) {
            Some(value) => {
                let entry =
                    field.read(value).map_err(|message| format!("{}: {message}", field.field.name))?;
                entries.push((at, entry));
            }
            None if field.is_secret() || (field.is_mixed && !field.is_touched) => {}
            None => entries.push((at, Entry::of(&field.field.kind, None))),
        }
    }
    Ok(entries)
}
