//! A reference to a secret, followed. Nothing here ever prints what it finds.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt;

use super::{SecretRef, toml_key};
use qdeck_model::{Problem, ProblemKind, Secret};

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
            Self::TomlKey { file, path } => from_toml(file, path).await,
            Self::Command(words) => from_command(words).await,
            Self::Keyring(name) => from_keyring(name).await,
        }
    }

    /// Something a person should mend although the secret can be read: a file that others may read too.
    pub fn warning(&self) -> Option<String> {
        #[cfg(unix)]
        if let Self::File(path) | Self::TomlKey { file: path, .. } = self {
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
        Some(value) => whole(value.into_encoded_bytes(), &format!("the environment variable {name}")),
        None => Err(local(format!("the environment variable {name} is not set"))
            .hint("Export it and start again, or refer to the secret in another way")),
    }
}

async fn from_file(path: &Path) -> Result<Secret, Problem> {
    whole(read_file(path, LONGEST).await?, &path.display().to_string())
}

async fn from_toml(path: &Path, key: &[String]) -> Result<Secret, Problem> {
    let text = String::from_utf8(read_file(path, toml_key::LARGEST).await?)
        .map_err(|_| local(format!("{} does not hold text", path.display())))?;
    let document = toml_key::parse(&text, path).map_err(local)?;
    let origin = format!("`{}` of {}", key.join("."), path.display());
    match toml_key::walk(&document, key) {
        Some(secret) => whole(secret.as_bytes().to_vec(), &origin),
        None => Err(local(format!("there is no string at {origin}"))),
    }
}

/// The first bytes of a file.
async fn read_file(path: &Path, most: u64) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: std::io::Error| local(format!("{} cannot be read: {error}", path.display()));
    let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).await.map_err(unreadable)?;
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

    async fn told(reference: &SecretRef) -> String {
        reference.resolve().await.expect_err("no secret").to_string()
    }

    #[tokio::test]
    async fn a_command_gives_its_first_line_whole() {
        for script in ["echo ' s3cret '", "printf ' s3cret '", "printf ' s3cret \\r\\n'"] {
            let secret = sh(script).resolve().await.expect("a secret");
            assert_eq!(secret.expose(), " s3cret ", "{script}");
        }
    }

    #[tokio::test]
    async fn a_failed_command_is_told_with_its_words_but_not_with_the_secret() {
        let report = told(&sh("echo s3cret; echo 'the vault is locked' >&2; exit 3")).await;
        assert!(report.contains("the vault is locked") && report.contains('3'), "{report}");
        let report = told(&sh("echo s3cret; echo 'what is s3cret?' >&2; exit 3")).await;
        assert!(!report.contains("s3cret"), "{report}");
        assert!(told(&sh("true")).await.contains("empty"));
        assert!(told(&sh("echo one; echo two")).await.contains("several lines"));
        assert!(told(&sh("printf '\\377'")).await.contains("UTF-8"));
        let missing = SecretRef::Command(vec!["/nowhere/at/all".into()]);
        assert!(told(&missing).await.contains("cannot be started"));
    }

    #[tokio::test]
    async fn a_command_has_no_input_to_wait_for_and_may_fill_its_pipes() {
        assert!(told(&sh("cat")).await.contains("empty"), "its input is at its end at once");
        let flood = "head -c 300000 /dev/zero | tr '\\0' x >&2; echo s3cret";
        assert_eq!(sh(flood).resolve().await.expect("a secret").expose(), "s3cret");
    }

    // The clock is the test's: it jumps to the deadline as soon as nothing else is left to do.
    #[tokio::test(start_paused = true)]
    async fn a_command_that_hangs_is_given_up() {
        assert!(told(&sh("exec sleep 600")).await.contains("within 30 s"));
    }

    #[tokio::test]
    async fn a_file_gives_its_line_and_says_when_others_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        let reference = SecretRef::File(path.clone());
        assert!(told(&reference).await.contains("cannot be read"));
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
        assert!(told(&reference("work")).await.contains("cannot be read"));
        std::fs::write(&file, "[[accounts]]\nname = 'work'\nsecret = 's3cret'\n").expect("writable");
        let found = reference("work").resolve().await.expect("a secret");
        assert_eq!(found.expose(), "s3cret");
        assert!(!format!("{:?}", reference("work")).contains("s3cret"));
        let report = told(&reference("home")).await;
        assert!(report.contains("accounts.home.secret") && !report.contains("s3cret"), "{report}");
        std::fs::write(&file, "secret = 's3cret").expect("writable");
        let report = told(&reference("work")).await;
        assert!(report.contains("line 1") && !report.contains("s3cret"), "{report}");
    }

    #[tokio::test]
    async fn the_environment_is_read_and_a_missing_variable_named() {
        let found = SecretRef::Env("CARGO_MANIFEST_DIR".into()).resolve().await.expect("set by cargo");
        assert_eq!(found.expose(), env!("CARGO_MANIFEST_DIR"));
        assert!(told(&SecretRef::Env("QDECK_NO_SUCH".into())).await.contains("QDECK_NO_SUCH"));
    }
}
