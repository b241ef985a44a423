//! The credentials of a context: references to secrets, never secrets.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeValue;

use super::mistake::Notes;
use super::section::{Section, missing, type_word};
use crate::context::{Credentials, SecretRef};
use crate::platform::{CredentialShape, PlatformSpec};

/// Reads what a context signs in with, in one of the ways that its platform accepts.
pub(crate) fn read_credentials(
    section: &Section<'_, '_>,
    spec: &PlatformSpec,
    path: &Path,
    notes: &mut Notes<'_>,
) -> Option<Credentials> {
    let is_given =
        |shape: &&CredentialShape| shape.keys().iter().any(|key| section.entry(key.name).is_some());
    let given: Vec<_> = spec.credentials.iter().filter(is_given).collect();
    let Some(shape) = given.first() else {
        let key = spec.credential_keys().first().map_or("token", |key| key.name);
        missing(section, notes, key, &expected(spec));
        return None;
    };
    // An e-mail address beside a token is no second way of signing in; a second secret is.
    let mut secrets = given.iter().filter_map(|shape| secret_entry(section, shape));
    if let (Some((first, _)), Some((second, span))) = (secrets.next(), secrets.next()) {
        notes.add(span, format!("both `{first}` and `{second}` are given")).expected("expected one of them");
    }
    for key in shape.keys().iter().filter(|key| section.entry(key.name).is_none()) {
        missing(section, notes, key.name, key.missing);
    }
    let mut secret = |key| read_secret(section, key, path, notes);
    match shape {
        CredentialShape::Token { .. } => secret("token").map(Credentials::Token),
        CredentialShape::KeyPair { .. } => {
            let (key, secret) = (secret("key"), secret("secret"));
            Some(Credentials::KeyPair { key: key?, secret: secret? })
        }
        CredentialShape::Password { .. } => {
            let password = secret("password");
            let email = section.string("email", "me@example.com", notes);
            Some(Credentials::Password { email: email?.value.to_owned(), password: password? })
        }
    }
}

/// The first key of a shape that refers to a secret and is given, and where it is.
fn secret_entry(section: &Section<'_, '_>, shape: &CredentialShape) -> Option<(&'static str, Range<usize>)> {
    let mut keys = shape.keys().into_iter().filter(|key| key.is_secret);
    keys.find_map(|key| section.entry(key.name).map(|(span, _)| (key.name, span)))
}

/// The form in which the credentials of a platform are written.
pub(crate) fn expected(spec: &PlatformSpec) -> String {
    let ways: Vec<&str> = spec.credentials.iter().map(CredentialShape::example).collect();
    ways.join(", or ")
}

/// Reads a reference only for the mistakes it holds: which platform it is for is not known.
pub(crate) fn check_secret(section: &Section<'_, '_>, key: &str, path: &Path, notes: &mut Notes<'_>) {
    let _ = read_secret(section, key, path, notes);
}

const REFERENCES: &str = "{ env = \"NAME\" }, { command = [\"pass\", \"show\", \"it\"] }, { file = \"path\" } or { keyring = \"name\" }";

fn read_secret(
    section: &Section<'_, '_>,
    key: &str,
    path: &Path,
    notes: &mut Notes<'_>,
) -> Option<SecretRef> {
    let (_, value) = section.entry(key)?;
    let span = value.span();
    let table = match value.get_ref() {
        DeValue::Table(table) => table,
        DeValue::String(_) => {
            notes
                .add_secret(span, format!("`{key}` is in the file itself: keep the secret elsewhere"))
                .expected(format!("expected a reference: {REFERENCES}"));
            return None;
        }
        other => {
            notes
                .add_secret(span, format!("`{key}` is {}", type_word(other)))
                .expected(format!("expected a reference: {REFERENCES}"));
            return None;
        }
    };
    let reference = Section::new(table, span.clone());
    if reference.entry("file").is_some() && reference.entry("key").is_some() {
        return read_toml_key(&reference, path, notes);
    }
    let entries = reference.entries();
    let [(kind, value)] = entries.as_slice() else {
        notes
            .add_secret(
                span,
                match entries.len() {
                    0 => format!("`{key}` does not refer to a secret"),
                    many => format!("`{key}` has {many} places for one secret"),
                },
            )
            .expected(format!("expected one of: {REFERENCES}"));
        return None;
    };
    match (kind.value, value.get_ref()) {
        ("env", DeValue::String(name)) if is_variable(name) => Some(SecretRef::Env(name.to_string())),
        ("file", DeValue::String(file)) if !file.is_empty() => {
            Some(SecretRef::File(resolve_path(path, file)))
        }
        ("keyring", DeValue::String(name)) if !name.is_empty() => Some(SecretRef::Keyring(name.to_string())),
        ("command", DeValue::Array(words)) => {
            let words: Option<Vec<String>> = words
                .iter()
                .map(|word| match word.get_ref() {
                    DeValue::String(word) => Some(word.to_string()),
                    _ => None,
                })
                .collect();
            match words.filter(|words| words.first().is_some_and(|program| !program.is_empty())) {
                Some(words) => Some(SecretRef::Command(words)),
                None => {
                    wrong_reference(notes, value.span(), "command", "a list of strings, the program first")
                }
            }
        }
        ("env", _) => wrong_reference(notes, value.span(), "env", "the name of an environment variable"),
        ("file", _) => wrong_reference(notes, value.span(), "file", "the path of a file"),
        ("keyring", _) => wrong_reference(notes, value.span(), "keyring", "the name of an entry"),
        ("command", _) => wrong_reference(
            notes,
            value.span(),
            "command",
            "a list such as [\"pass\", \"show\", \"cycle\"]: no shell splits it",
        ),
        (other, _) => {
            notes
                .add_secret(kind.span.clone(), format!("a secret cannot be read from `{other}`"))
                .expected(format!("expected one of: {REFERENCES}"))
                .nearest(other, &["env", "command", "file", "keyring"]);
            None
        }
    }
}

/// `{ file = "path", key = ["word"] }`
fn read_toml_key(reference: &Section<'_, '_>, path: &Path, notes: &mut Notes<'_>) -> Option<SecretRef> {
    reference.only(&["file", "key"], "a reference to a TOML file", notes);
    let file = reference.string("file", "~/.config/exoscale/exoscale.toml", notes)?;
    let key = reference.words("key", "accounts", notes);
    let (span, value) = reference.entry("key")?;
    let is_empty = matches!(value.get_ref(), DeValue::Array(list) if list.is_empty());
    if is_empty || file.value.is_empty() {
        let wanted = "the file, and the keys that lead to the string";
        return wrong_reference(notes, span, "key", wanted);
    }
    if key.is_empty() {
        return None;
    }
    Some(SecretRef::TomlKey { file: resolve_path(path, file.value), path: key })
}

fn wrong_reference(notes: &mut Notes<'_>, span: Range<usize>, kind: &str, wanted: &str) -> Option<SecretRef> {
    notes.add_secret(span, format!("`{kind}` is not valid")).expected(format!("expected {wanted}"));
    None
}

/// Returns true if a shell could export a variable of this name. Anything else is most likely the secret itself, pasted in the
/// wrong place.
fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Resolves a path of the file: `~` is the home directory, and a relative one starts beside the file.
pub(super) fn resolve_path(config: &Path, written: &str) -> PathBuf {
    if let Some(rest) = written.strip_prefix("~/")
        && let Some(home) = directories::BaseDirs::new()
    {
        return home.home_dir().join(rest);
    }
    config.parent().map_or_else(|| PathBuf::from(written), |folder| folder.join(written))
}
