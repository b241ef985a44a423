//! `qdeck demo`: the demo cloud alone, and its credentials as a configuration.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{DemoArguments, Failure};
use crate::config::{Context, SecretRef, parse};
use crate::demo::{Access, Cloud, CloudOptions};
use crate::model::Secret;

/// Starts a demo cloud that runs its workloads through this very binary.
pub(super) async fn start(options: DemoArguments) -> Result<Cloud, Failure> {
    let program = std::env::current_exe()?;
    Cloud::start(CloudOptions {
        listen: options.listen,
        instances: options.instances,
        flood: options.flood,
        faults: options.faults,
        faces: options.faces,
        program,
    })
    .await
    .map_err(Failure::Told)
}

/// Starts the small hand-made cloud for the screen, and its contexts.
pub(super) async fn inside() -> Result<(Cloud, Vec<Context>), Failure> {
    let cloud = start(DemoArguments {
        listen: ([127, 0, 0, 1], 0).into(),
        instances: None,
        faults: None,
        faces: Vec::new(),
        flood: None,
    })
    .await?;
    let text: String = cloud
        .access
        .iter()
        .map(|access| {
            let key = format!("{{ env = {} }}", quoted(KEY));
            section(access, "{ env = \"NEVER_READ\" }", &key)
        })
        .collect();
    let (_, mut contexts) =
        parse(&text, Path::new("demo")).map_err(|mistakes| Failure::Told(mistakes.to_string()))?;
    // The secrets go from hand to hand, past every file and environment.
    for context in &mut contexts {
        if let Some(access) = cloud.access.iter().find(|access| access.context == context.name.as_str()) {
            context.credentials.replace(|reference| match (reference, &access.key) {
                (SecretRef::Env(name), Some(key)) if name == KEY => SecretRef::Value(key.clone()),
                _ => SecretRef::Value(access.secret.clone()),
            });
        }
    }
    Ok((cloud, contexts))
}

/// Runs it alone until a signal ends it.
pub(super) async fn serve(options: DemoArguments) -> Result<ExitCode, Failure> {
    let ended = ended()?;
    let cloud = start(options).await?;
    let vault = Vault::new()?;
    let text = configuration(&cloud, &vault)?;
    // Written in one piece: whoever waits for it may end reading with the last line.
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    writeln!(
        std::io::stderr(),
        "demo cloud on http://{}: real local processes, nothing leaves this machine. Ctrl-C ends it.",
        cloud.address
    )?;
    ended.await;
    drop(cloud);
    Ok(ExitCode::SUCCESS)
}

/// A configuration for the cloud; the secrets are in files that only this user can read and that go with the run.
fn configuration(cloud: &Cloud, vault: &Vault) -> Result<String, Failure> {
    let mut text =
        format!("# The demo cloud on http://{}. Its credentials are of this run only.\n", cloud.address);
    for access in &cloud.access {
        let file = |path: PathBuf| format!("{{ file = {} }}", quoted(&path.to_string_lossy()));
        let secret = file(vault.keep(&access.context, &access.secret)?);
        let key = match &access.key {
            Some(key) => file(vault.keep(&format!("{}-key", access.context), key)?),
            None => String::new(),
        };
        text.push_str(&section(access, &secret, &key));
    }
    Ok(text)
}

fn quoted(value: &str) -> String {
    toml::Value::String(value.to_owned()).to_string()
}

/// Stands for the key of a pair until the value takes its place.
const KEY: &str = "NEVER_READ_KEY";

/// A context of the file; `secret` and `key` are the references.
fn section(access: &Access, secret: &str, key: &str) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n[contexts.{}]", access.context);
    let _ = writeln!(text, "platform = {}", quoted(access.platform));
    let _ = writeln!(text, "base_url = {}", quoted(&access.base_url));
    match (&access.email, &access.key) {
        (Some(email), _) => {
            let _ = writeln!(text, "email = {}\npassword = {secret}", quoted(email));
        }
        (None, Some(_)) => {
            let _ = writeln!(text, "key = {key}\nsecret = {secret}");
        }
        (None, None) => {
            let _ = writeln!(text, "token = {secret}");
        }
    }
    if let Some(project) = access.project {
        let _ = writeln!(text, "project = {project}\nconsole_size_reports = true");
    }
    if let Some(hub) = &access.hub {
        let _ = writeln!(text, "hub = {}\nconsole_size_reports = true", quoted(hub));
    }
    text
}

/// A folder for the secrets of a run, gone with it.
struct Vault(PathBuf);

impl Vault {
    fn new() -> Result<Self, Failure> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_dir());
        let folder = runtime.unwrap_or_else(std::env::temp_dir).join(format!(
            "qdeck-demo-{}-{:08x}",
            std::process::id(),
            fastrand::u32(..)
        ));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        // Fails where the folder exists, so nobody can have laid it out for us.
        builder.create(&folder)?;
        Ok(Self(folder))
    }

    fn keep(&self, name: &str, secret: &Secret) -> Result<PathBuf, Failure> {
        let path = self.0.join(name);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path)?.write_all(secret.expose().as_bytes())?;
        Ok(path)
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        // The credentials are worthless once the cloud is gone; a folder left behind is untidy, no more.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Resolves with the first signal that asks the program to end. The handlers stand when this returns.
#[cfg(unix)]
fn ended() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut quit = signal(SignalKind::quit())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
            _ = quit.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn ended() -> Result<impl Future<Output = ()>, Failure> {
    Ok(async {
        // Where no handler can be set the process ends by itself.
        let _ = tokio::signal::ctrl_c().await;
    })
}
