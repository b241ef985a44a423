//! What a context signs in with: references to secrets, never secrets.

use std::path::{Path, PathBuf};

use toml::de::DeValue;

use super::context::{Credentials, SecretRef};
use super::file::missing;
use super::known;
use super::mistake::Notes;
use super::section::{Section, type_word};
use qdeck_model::Platform;

/// The keys a platform's credentials are written with; any other of [`ALL`] means nothing to it.
fn keys_of(platform: Platform) -> &'static [&'static str] {
    match platform {
        known::QUASARCH => &["token", "email", "password"],
        known::EXOSCALE => &["key", "secret"],
        _ => &["token"],
    }
}

/// Every key that holds a part of some platform's credentials.
const ALL: [&str; 5] = ["token", "email", "password", "key", "secret"];

/// What is expected where nothing stands.
fn wanted(platform: Platform) -> (&'static str, &'static str) {
    match platform {
        known::QUASARCH => ("token", "token = { env = \"NAME\" }, or `email` and `password`"),
        known::EXOSCALE => ("key", "key = { env = \"NAME\" } and secret = { env = \"NAME\" }"),
        _ => ("token", "token = { env = \"NAME\" }"),
    }
}

/// What a context signs in with.
pub(super) fn read_credentials(
    section: &Section<'_, '_>,
    platform: Option<Platform>,
    path: &Path,
    notes: &mut Notes<'_>,
) -> Option<Credentials> {
    let mut secret = |key| section.entry(key).map(|_| read_secret(section, key, path, notes));
    let (token, password, key, signer) =
        (secret("token"), secret("password"), secret("key"), secret("secret"));
    let email = section.entry("email").map(|_| section.string("email", "me@example.com", notes));
    let platform = platform?;
    for key in ALL.into_iter().filter(|key| !keys_of(platform).contains(key)) {
        if let Some((span, _)) = section.entry(key) {
            let expected = wanted(platform).1;
            notes
                .add(span, format!("`{key}` means nothing to {platform}"))
                .expected(format!("expected {expected}"));
        }
    }
    if platform == known::EXOSCALE {
        return match (key, signer) {
            (Some(key), Some(secret)) => Some(Credentials::KeyPair { key: key?, secret: secret? }),
            (Some(_), None) => {
                missing(section, notes, "secret", "the secret that belongs to the key");
                None
            }
            (None, Some(_)) => {
                missing(section, notes, "key", "the key that belongs to the secret");
                None
            }
            (None, None) => unsigned(section, platform, notes),
        };
    }
    let with_password = keys_of(platform).contains(&"password");
    if let (Some(_), Some((span, _))) = (&token, section.entry("password"))
        && with_password
    {
        notes.add(span, "both `token` and `password` are given").expected("expected one of them");
    }
    match (token, email, password) {
        (Some(token), ..) => token.map(Credentials::Token),
        (None, Some(email), Some(password)) if with_password => {
            Some(Credentials::Password { email: email?.value.to_owned(), password: password? })
        }
        (None, Some(_), None) if with_password => {
            missing(section, notes, "password", "password = { env = \"NAME\" }");
            None
        }
        (None, None, Some(_)) if with_password => {
            let expected = "the e-mail address that belongs to the password";
            missing(section, notes, "email", expected);
            None
        }
        (None, ..) => unsigned(section, platform, notes),
    }
}

/// Notes that nothing to sign in with is given.
fn unsigned(section: &Section<'_, '_>, platform: Platform, notes: &mut Notes<'_>) -> Option<Credentials> {
    let (key, expected) = wanted(platform);
    missing(section, notes, key, expected);
    None
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
                .add_secret(span, format!("`{key}` stands in the file itself: secrets are kept elsewhere"))
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
            .add_secret(span, format!("`{key}` names {} places, and one is needed", entries.len()))
            .expected(format!("expected one of: {REFERENCES}"));
        return None;
    };
    match (kind.value, value.get_ref()) {
        ("env", DeValue::String(name)) if is_variable(name) => Some(SecretRef::Env(name.to_string())),
        ("file", DeValue::String(file)) if !file.is_empty() => Some(SecretRef::File(near(path, file))),
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
                .add_secret(kind.span.clone(), format!("a secret cannot be kept in `{other}`"))
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
    let nowhere = matches!(value.get_ref(), DeValue::Array(list) if list.is_empty());
    if nowhere || file.value.is_empty() {
        let wanted = "the file, and the keys that lead to the string";
        return wrong_reference(notes, span, "key", wanted);
    }
    if key.is_empty() {
        return None;
    }
    Some(SecretRef::TomlKey { file: near(path, file.value), path: key })
}

fn wrong_reference(
    notes: &mut Notes<'_>,
    span: std::ops::Range<usize>,
    kind: &str,
    wanted: &str,
) -> Option<SecretRef> {
    notes.add_secret(span, format!("`{kind}` cannot be read")).expected(format!("expected {wanted}"));
    None
}

/// A name that a shell could export. Anything else is most likely the secret itself, pasted in the wrong place.
fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A path of the file: `~` is the home directory, and a relative one starts beside the file.
fn near(config: &Path, written: &str) -> PathBuf {
    if let Some(rest) = written.strip_prefix("~/")
        && let Some(home) = directories::BaseDirs::new()
    {
        return home.home_dir().join(rest);
    }
    config.parent().map_or_else(|| PathBuf::from(written), |folder| folder.join(written))
}
