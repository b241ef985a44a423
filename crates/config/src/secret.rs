//! A reference to a secret, followed. Nothing here ever prints what it finds.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt;

use super::{SecretRef, toml_key};
use qdeck_model::{Problem, ProblemKind, Secret};

/// How long a command may take: a password manager may ask the user first.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);

/// The longest secret that is read, in bytes: no file or command may fill the memory.
const MAX_SECRET_BYTES: u64 = 64 << 10;

impl SecretRef {
    /// Fetches the secret. The last line end is cut off; an empty secret is a problem.
    pub async fn resolve(&self) -> Result<Secret, Problem> {
        match self {
            Self::Value(secret) => Ok(secret.clone()),
            Self::Env(name) => from_env(name),
            Self::File(path) => from_file(path).await,
            Self::TomlKey { file, path } => from_toml(file, path).await,
            Self::Command(words) => from_command(words).await,
            Self::Keyring(name) => from_keyring(name).await,
        }
    }

    /// A weakness to fix although the secret can be read: a file that other users can read too.
    pub fn warning(&self) -> Option<String> {
        #[cfg(unix)]
        if let Self::File(path) | Self::TomlKey { file: path, .. } = self {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(path).ok()?.permissions().mode();
            if mode & 0o077 != 0 {
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

/// Reads a file, up to `limit` bytes of it.
async fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: std::io::Error| local(format!("{} cannot be read: {error}", path.display()));
    let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes).await.map_err(unreadable)?;
    Ok(bytes)
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
        let (out, err, status) = tokio::join!(read_capped(stdout), read_capped(stderr), child.wait());
        status.map(|status| (out, err, status))
    };
    let (out, err, status) = tokio::time::timeout(COMMAND_TIMEOUT, run)
        .await
        .map_err(|_| local(format!("{origin} returned no secret within {} s", COMMAND_TIMEOUT.as_secs())))?
        .map_err(|error| local(format!("{origin} failed: {error}")))?;
    if !status.success() {
        let line = last_error_line(&err, &out);
        return Err(local(format!("{origin} failed ({status}){line}")));
    }
    one_line(out, &origin)
}

/// Up to [`MAX_SECRET_BYTES`] bytes; the rest is read and dropped so that the command is not stuck on a full pipe.
async fn read_capped(pipe: Option<impl tokio::io::AsyncRead + Unpin>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        // A broken pipe shows in what was read: an empty secret.
        let _ = (&mut pipe).take(MAX_SECRET_BYTES).read_to_end(&mut bytes).await;
        let _ = tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await;
    }
    bytes
}

/// The last line of a failed command's error output; never one that repeats what it printed as the secret.
fn last_error_line(err: &[u8], out: &[u8]) -> String {
    let out = String::from_utf8_lossy(out);
    let secrets: Vec<&str> = out.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
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
    // The keyring may ask the user to unlock it, and its calls block.
    let read = tokio::task::spawn_blocking(move || {
        keyring::Entry::new("quarterdeck", &user).and_then(|entry| entry.get_password())
    });
    match read.await {
        Ok(Ok(secret)) => one_line(secret.into_bytes(), &origin),
        Ok(Err(error)) => Err(local(format!("{origin} cannot be read: {error}"))),
        Err(_) => Err(local(format!("{origin} cannot be read"))),
    }
}

#[cfg(not(feature = "keyring"))]
#[expect(clippy::unused_async, reason = "the same signature as with the feature")]
async fn from_keyring(name: &str) -> Result<Secret, Problem> {
    Err(local(format!("the secret `{name}` is in the keyring, which this build cannot open"))
        .hint("Build with `--features keyring`, or use { command = [..] }"))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn sh(script: &str) -> SecretRef {
        SecretRef::Command(vec!["/bin/sh".into(), "-c".into(), script.into()])
    }

    async fn failure(reference: &SecretRef) -> String {
        reference.resolve().await.expect_err("no secret").to_string()
    }

    #[tokio::test]
    async fn a_command_gives_its_first_line_one_line() {
        for script in ["echo ' s3cret '", "printf ' s3cret '", "printf ' s3cret \\r\\n'"] {
            let secret = sh(script).resolve().await.expect("a secret");
            assert_eq!(secret.expose(), " s3cret ", "{script}");
        }
    }

    #[tokio::test]
    async fn a_failed_command_is_reported_with_its_message_but_not_the_secret() {
        let report = failure(&sh("echo s3cret; echo 'the vault is locked' >&2; exit 3")).await;
        assert!(report.contains("the vault is locked") && report.contains('3'), "{report}");
        let report = failure(&sh("echo s3cret; echo 'what is s3cret?' >&2; exit 3")).await;
        assert!(!report.contains("s3cret"), "{report}");
        assert!(failure(&sh("true")).await.contains("empty"));
        assert!(failure(&sh("echo one; echo two")).await.contains("several lines"));
        assert!(failure(&sh("printf '\\377'")).await.contains("UTF-8"));
        let missing = SecretRef::Command(vec!["/nowhere/at/all".into()]);
        assert!(failure(&missing).await.contains("cannot be started"));
    }

    #[tokio::test]
    async fn a_command_has_no_input_to_wait_for_and_may_fill_its_pipes() {
        assert!(failure(&sh("cat")).await.contains("empty"), "its input is at its end at once");
        let flood = "head -c 300000 /dev/zero | tr '\\0' x >&2; echo s3cret";
        assert_eq!(sh(flood).resolve().await.expect("a secret").expose(), "s3cret");
    }

    // The clock is the test's: it jumps to the deadline as soon as nothing else is left to do.
    #[tokio::test(start_paused = true)]
    async fn a_command_that_hangs_is_stopped() {
        assert!(failure(&sh("exec sleep 600")).await.contains("within 30 s"));
    }

    #[tokio::test]
    async fn a_file_returns_its_line_and_warns_when_others_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        let reference = SecretRef::File(path.clone());
        assert!(failure(&reference).await.contains("cannot be read"));
        std::fs::write(&path, "s3cret\n").expect("writable");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("ours");
        assert_eq!(reference.resolve().await.expect("a secret").expose(), "s3cret");
        assert!(reference.warning().expect("a warning").contains("644"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("ours");
        assert_eq!(reference.warning(), None);
    }

    #[tokio::test]
    async fn one_string_of_a_toml_file_is_read_when_it_is_used() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("exoscale.toml");
        let reference = |name: &str| SecretRef::TomlKey {
            file: file.clone(),
            path: vec!["accounts".into(), name.into(), "secret".into()],
        };
        assert!(failure(&reference("work")).await.contains("cannot be read"));
        std::fs::write(&file, "[[accounts]]\nname = 'work'\nsecret = 's3cret'\n").expect("writable");
        let found = reference("work").resolve().await.expect("a secret");
        assert_eq!(found.expose(), "s3cret");
        assert!(!format!("{:?}", reference("work")).contains("s3cret"));
        let report = failure(&reference("home")).await;
        assert!(report.contains("accounts.home.secret") && !report.contains("s3cret"), "{report}");
        std::fs::write(&file, "secret = 's3cret").expect("writable");
        let report = failure(&reference("work")).await;
        assert!(report.contains("line 1") && !report.contains("s3cret"), "{report}");
    }

    #[tokio::test]
    async fn the_environment_is_read_and_a_missing_variable_named() {
        let found = SecretRef::Env("CARGO_MANIFEST_DIR".into()).resolve().await.expect("set by cargo");
        assert_eq!(found.expose(), env!("CARGO_MANIFEST_DIR"));
        assert!(failure(&SecretRef::Env("QDECK_NO_SUCH".into())).await.contains("QDECK_NO_SUCH"));
    }
}
