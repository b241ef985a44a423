//! A reference to a secret, followed. Nothing here ever prints what it finds.

mod command;
#[cfg(test)]
mod tests;
pub mod toml_key;
mod variables;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::SecretRef;
use qdeck_model::{Problem, ProblemKind, Secret};

pub use command::{NoCommands, end_commands};
pub(super) use variables::note_variables;
pub use variables::secret_variables;

/// Time limit of reading a file: a disk of the network may hang.
const FILE_TIMEOUT: Duration = Duration::from_secs(5);

/// Time limit of a command and of the keyring: either may ask the user first.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);

/// The longest secret that is read, in bytes: no file or command may fill the memory.
const MAX_SECRET_BYTES: u64 = 64 << 10;

impl SecretRef {
    /// Fetches the secret. The last line end is cut off; an empty secret is a problem. From then on no text that is shown or
    /// written holds it.
    pub async fn resolve(&self) -> Result<Secret, Problem> {
        let secret = self.fetch().await?;
        qdeck_model::hide(&secret);
        Ok(secret)
    }

    async fn fetch(&self) -> Result<Secret, Problem> {
        match self {
            Self::Value(secret) => Ok(secret.clone()),
            Self::Env(name) => from_env(name),
            Self::File(path) => from_file(path).await,
            Self::TomlKey { file, path } => from_toml(file, path).await,
            Self::Command(words) => command::run(words).await,
            Self::Keyring(name) => from_keyring(name).await,
        }
    }

    /// A weakness to fix although the secret can be read: a file that other users can read too.
    pub fn warning(&self) -> Option<String> {
        #[cfg(unix)]
        if let Self::File(path) | Self::TomlKey { file: path, .. } = self {
            use std::os::unix::fs::PermissionsExt;
            let found = std::fs::metadata(path).ok()?;
            let mode = found.permissions().mode();
            if found.is_file() && mode & 0o077 != 0 {
                return Some(format!(
                    "{} is readable by other users (mode {:03o}): run chmod 600 on it",
                    path.display(),
                    mode & 0o777
                ));
            }
        }
        None
    }
}

fn local(message: String) -> Problem {
    Problem::new(ProblemKind::Local, message)
}

/// The secret without its last line end, or a problem that names its origin.
fn one_line(bytes: Vec<u8>, origin: &str) -> Result<Secret, Problem> {
    let text =
        String::from_utf8(bytes).map_err(|_| local(format!("{origin} is not text: a secret is UTF-8")))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err(local(format!("{origin} is empty")).hint("Put the secret there"));
    }
    if text.contains('\n') {
        return Err(local(format!("{origin} has several lines")).hint("Leave one line, the secret"));
    }
    Ok(Secret::new(text))
}

fn from_env(name: &str) -> Result<Secret, Problem> {
    match std::env::var_os(name) {
        Some(value) => one_line(value.into_encoded_bytes(), &format!("the environment variable {name}")),
        None => Err(local(format!("the environment variable {name} is not set"))
            .hint("Export it and start again, or refer to the secret in another way")),
    }
}

async fn from_file(path: &Path) -> Result<Secret, Problem> {
    one_line(read_file(path, MAX_SECRET_BYTES).await?, &path.display().to_string())
}

async fn from_toml(path: &Path, key: &[String]) -> Result<Secret, Problem> {
    let text = String::from_utf8(read_file(path, toml_key::MAX_FILE_BYTES).await?)
        .map_err(|_| local(format!("{} is not text", path.display())))?;
    let document = toml_key::parse(&text, path).map_err(local)?;
    let origin = format!("`{}` of {}", key.join("."), path.display());
    match toml_key::walk(&document, key) {
        Some(secret) => one_line(secret.as_bytes().to_vec(), &origin),
        None => Err(local(format!("there is no string at {origin}"))),
    }
}

/// Reads a regular file of at most `limit` bytes, within [`FILE_TIMEOUT`].
async fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, Problem> {
    let file: PathBuf = path.to_owned();
    let reading = tokio::task::spawn_blocking(move || qdeck_files::read(&file, limit));
    match tokio::time::timeout(FILE_TIMEOUT, reading).await {
        Ok(Ok(result)) => result.map_err(|error| local(error.to_string())),
        Ok(Err(_)) => Err(local(format!("{} cannot be read", path.display()))),
        Err(_) => Err(local(format!("{} was not read within {} s", path.display(), FILE_TIMEOUT.as_secs()))
            .hint("Check the disk or the network it is on")),
    }
}

#[cfg(feature = "keyring")]
async fn from_keyring(name: &str) -> Result<Secret, Problem> {
    let origin = format!("the keyring's entry `{name}`");
    let user = name.to_owned();
    // The keyring may ask the user to unlock it, and its calls block.
    let read = tokio::task::spawn_blocking(move || {
        keyring::Entry::new("quarterdeck", &user).and_then(|entry| entry.get_password())
    });
    match tokio::time::timeout(COMMAND_TIMEOUT, read).await {
        Ok(Ok(Ok(secret))) => one_line(secret.into_bytes(), &origin),
        Ok(Ok(Err(error))) => Err(local(format!("{origin} cannot be read: {error}"))),
        Ok(Err(_)) => Err(local(format!("{origin} cannot be read"))),
        Err(_) => Err(local(format!("{origin} was not read within {} s", COMMAND_TIMEOUT.as_secs()))),
    }
}

#[cfg(not(feature = "keyring"))]
#[expect(clippy::unused_async, reason = "the same signature as with the feature")]
async fn from_keyring(name: &str) -> Result<Secret, Problem> {
    Err(local(format!("the secret `{name}` is in the keyring, which this build cannot open"))
        .hint("Build with `--features keyring`, or use { command = [..] }"))
}
