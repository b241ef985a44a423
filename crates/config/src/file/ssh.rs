//! Reads the table `ssh` of a context.

use toml::de::DeValue;

use super::mistake::Notes;
use super::section::{Located, Section, missing, wrong_type};
use crate::reference::{SSH, SSH_RULE, names};
use crate::ssh::{SshRule, SshSettings};

/// Reads the settings of SSH sessions.
pub(super) fn read_ssh(section: &Section<'_, '_>, notes: &mut Notes<'_>) -> SshSettings {
    let Some(table) = section.table("ssh", notes) else {
        return SshSettings::default();
    };
    table.only(&names(&SSH), "`ssh`", notes);
    let Parts { user, jump, options } = parts(&table, false, notes);
    SshSettings { user, jump, options, rules: rules(&table, notes) }
}

/// The keys that a context and a rule have alike.
struct Parts {
    user: Option<String>,
    jump: Option<String>,
    options: Vec<String>,
}

fn parts(table: &Section<'_, '_>, takes_empty_jump: bool, notes: &mut Notes<'_>) -> Parts {
    let user = table.string("user", "ubuntu", notes);
    check(user.as_ref(), "user", false, notes);
    let jump = table.string("jump", "admin@bastion.example.com", notes);
    check(jump.as_ref(), "jump", takes_empty_jump, notes);
    let options = table.words("options", "ServerAliveInterval=15", notes);
    for wrong in options.iter().filter(|option| !is_option(option)) {
        let span = table.entry("options").map_or(table.span.clone(), |(_, value)| value.span());
        notes
            .add(span, format!("`{}` is not an option of ssh's configuration", wrong.escape_debug()))
            .expected("expected a name and a value in one line, such as \"ServerAliveInterval=15\"");
    }
    let text = |found: Option<Located<&str>>| found.map(|found| found.value.to_owned());
    Parts { user: text(user), jump: text(jump), options }
}

/// Notes a word that ssh would take for an option, or for several words.
fn check(found: Option<&Located<&str>>, key: &str, takes_empty: bool, notes: &mut Notes<'_>) {
    let Some(found) = found else { return };
    let is_word = !found.value.starts_with('-')
        && !found.value.contains(|c: char| c.is_control() || c.is_whitespace())
        && (takes_empty || !found.value.is_empty());
    if !is_word {
        notes
            .add(found.span.clone(), format!("`{key}` cannot be `{}`", found.value.escape_debug()))
            .expected("expected a word without blanks that does not begin with a dash");
    }
}

/// `Name=value` or `Name value` in one line.
fn is_option(option: &str) -> bool {
    let end = option.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(option.len());
    let (name, rest) = option.split_at(end);
    !name.is_empty()
        && !option.contains(char::is_control)
        && rest.starts_with(['=', ' '])
        && !rest.trim_start_matches(['=', ' ']).is_empty()
}

fn rules(table: &Section<'_, '_>, notes: &mut Notes<'_>) -> Vec<SshRule> {
    let Some((_, value)) = table.entry("rules") else { return Vec::new() };
    let wanted = "tables: [[contexts.NAME.ssh.rules]]";
    let DeValue::Array(list) = value.get_ref() else {
        wrong_type(notes, value.span(), "rules", value.get_ref(), wanted);
        return Vec::new();
    };
    let mut rules = Vec::new();
    for entry in list {
        match entry.get_ref() {
            DeValue::Table(found) => rules.extend(rule(&Section::new(found, entry.span()), notes)),
            other => wrong_type(notes, entry.span(), "rules", other, wanted),
        }
    }
    rules
}

fn rule(table: &Section<'_, '_>, notes: &mut Notes<'_>) -> Option<SshRule> {
    table.only(&names(&SSH_RULE), "a rule of `ssh`", notes);
    let Parts { user, jump, options } = parts(table, true, notes);
    if table.entry("label").is_none() {
        missing(table, notes, "label", "the label of the instances it is for, such as \"env=prod\"");
        return None;
    }
    let found = table.string("label", "env=prod", notes)?;
    let (label, value) = match found.value.split_once('=') {
        Some((label, value)) => (label, Some(value.to_owned())),
        None => (found.value, None),
    };
    if label.is_empty() {
        notes
            .add(found.span, "`label` names no label")
            .expected("expected a label, or a label and its value, such as \"env=prod\"");
        return None;
    }
    Some(SshRule { label: label.to_owned(), value, user, jump, options })
}
