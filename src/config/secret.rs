//! A reference to a secret, followed. Nothing here ever prints what it finds.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt;

use super::SecretRef;
use crate::model::{Problem, ProblemKind, Secret};

/// How long a command may take: a password manager may ask a person first.
const PATIENCE: Duration = Duration::from_secs(30);

/// No secret is longer, and no file or command may fill the memory.
const LONGEST: u64 = 64 << 10;

impl SecretRef {
    /// Fetches the secret. The last line end is cut off; an empty secret is a problem.
    pub async fn resolve(&self) -> Result<Secret, Problem> {
        match self {
            Self::Value(secret) => Ok(secret.clone()),
            Self::Env(name) => from_env(name),
            Self::File(path) => from_file(path).await,
            Self::Command(words) => from_command(words).await,
            Self::Keyring(name) => from_keyring(name).await,
        }
    }

    /// Something a person should mend although the secret can be read: a file that others may read too.
    pub fn warning(&self) -> Option<String> {
        #[cfg(unix)]
        if let Self::File(path) = self {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(path).ok()?.permissions().mode();
            if mode & 0o077 != 0 {
                return Some(format!(
                    "{} can be read by others (mode {:03o}): chmod 600 it",
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

/// The secret without its last line end, or a problem that names where an empty one came from.
fn whole(bytes: Vec<u8>, origin: &str) -> Result<Secret, Problem> {
    let text = String::from_utf8(bytes)
        .map_err(|_| local(format!("{origin} does not hold text: a secret is UTF-8")))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err(local(format!("{origin} is empty")).hint("A secret was expected there"));
    }
    if text.contains('\n') {
        return Err(
            local(format!("{origin} holds several lines")).hint("One secret on one line was expected")
        );
    }
    Ok(Secret::new(text))
}

fn from_env(name: &str) -> Result<Secret, Problem> {
    match std::env::var_os(name) {
        Some(value) => whole(
            value.into_encoded_bytes(),
            &format!("the environment variable {name}"),
        ),
        None => Err(local(format!("the environment variable {name} is not set"))
            .hint("Export it and start again, or refer to the secret in another way")),
    }
}

async fn from_file(path: &Path) -> Result<Secret, Problem> {
    let origin = path.display().to_string();
    let unreadable = |error: std::io::Error| local(format!("{origin} cannot be read: {error}"));
    let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(LONGEST)
        .read_to_end(&mut bytes)
        .await
        .map_err(unreadable)?;
    whole(bytes, &origin)
}

async fn from_command(words: &[String]) -> Result<Secret, Problem> {
    let [program, arguments @ ..] = words else {
        return Err(local("a command without a program".into()));
    };
    let origin = format!("the command `{program}`");
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| local(format!("{origin} cannot be started: {error}")))?;
    let stdout = child.stdout.take();
    let stderr = child.stderr.take();
    let run = async {
        let (out, err, status) = tokio::join!(read_some(stdout), read_some(stderr), child.wait());
        status.map(|status| (out, err, status))
    };
    let (out, err, status) = tokio::time::timeout(PATIENCE, run)
        .await
        .map_err(|_| local(format!("{origin} gave no secret within {} s", PATIENCE.as_secs())))?
        .map_err(|error| local(format!("{origin} failed: {error}")))?;
    if !status.success() {
        let said = said(&err, &out);
        return Err(local(format!("{origin} failed ({status}){said}")));
    }
    whole(out, &origin)
}

/// Up to [`LONGEST`] bytes; the rest is read and dropped so that the command is not stuck on a full pipe.
async fn read_some(pipe: Option<impl tokio::io::AsyncRead + Unpin>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        // A broken pipe tells itself by what was read: an empty secret.
        let _ = (&mut pipe).take(LONGEST).read_to_end(&mut bytes).await;
        let _ = tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await;
    }
    bytes
}

/// The last line a failed command complained with; never one that repeats what it printed as the secret.
fn said(err: &[u8], out: &[u8]) -> String {
    let out = String::from_utf8_lossy(out);
    let secrets: Vec<&str> = out
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let err = String::from_utf8_lossy(err);
    let line = err.lines().map(str::trim).rfind(|line| !line.is_empty());
    match line {
        Some(line) if secrets.iter().all(|secret| !line.contains(secret)) => {
            let line: String = line.chars().filter(|c| !c.is_control()).take(200).collect();
            format!(": {line}")
        }
        _ => String::new(),
    }
}

#[cfg(feature = "keyring")]
async fn from_keyring(name: &str) -> Result<Secret, Problem> {
    let origin = format!("the keyring's entry `{name}`");
    let user = name.to_owned();
    // The keyring may ask the person to unlock it, and its calls block.
    let read = tokio::task::spawn_blocking(move || {
        keyring::Entry::new("quarterdeck", &user).and_then(|entry| entry.get_password())
    });
    match read.await {
        Ok(Ok(secret)) => whole(secret.into_bytes(), &origin),
        Ok(Err(error)) => Err(local(format!("{origin} cannot be read: {error}"))),
        Err(_) => Err(local(format!("{origin} cannot be read"))),
    }
}

#[cfg(not(feature = "keyring"))]
#[expect(clippy::unused_async, reason = "the same signature as with the feature")]
async fn from_keyring(name: &str) -> Result<Secret, Problem> {
    Err(local(format!(
        "the secret `{name}` is in the keyring, which this build cannot open"
    ))
    .hint("Build with `--features keyring`, or use { command = [..] }"))
}
