//! `qdeck demo`: the demo cloud alone, and its credentials as a configuration.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::sync::Notify;

use super::output::StandardOutput;
use super::{DemoArguments, Failure};
use crate::config::{Context, SecretRef, parse};
use crate::demo::{Access, Cloud, CloudOptions, Entry};
use crate::files::{self, RunFolder};
use crate::leave;
use crate::model::Secret;
use crate::providers::Registry;

/// The variable that with the value 1 lets the consoles of Cycle take keys in the embedded demo, as `--console-input` of `qdeck demo` does.
const CONSOLE_INPUT: &str = "QDECK_DEMO_CONSOLE_INPUT";

/// Starts a demo cloud that runs its workloads through this very binary.
pub(super) async fn start(options: DemoArguments) -> Result<Cloud, Failure> {
    let program = std::env::current_exe()?;
    Cloud::start(CloudOptions {
        listen: options.listen,
        instances: options.instances,
        flood: options.flood,
        faults: options.faults,
        faces: options.faces,
        console_input: options.console_input,
        program,
    })
    .await
    .map_err(Failure::Message)
}

/// Starts the small hand-made cloud inside this process, and makes its contexts.
pub(super) async fn embedded(registry: &Registry) -> Result<(Cloud, Vec<Context>), Failure> {
    let cloud = start(DemoArguments {
        listen: ([127, 0, 0, 1], 0).into(),
        instances: None,
        faults: None,
        faces: Vec::new(),
        console_input: std::env::var_os(CONSOLE_INPUT).is_some_and(|value| value == "1"),
        flood: None,
    })
    .await?;
    let text: String = cloud
        .access
        .iter()
        .map(|access| section(access, |key, _| format!("{{ env = {} }}", quoted(key))))
        .collect();
    let (_, mut contexts) = parse(&text, Path::new("demo"), &registry.specs())
        .map_err(|mistakes| Failure::Message(mistakes.to_string()))?;
    // Each reference names the key it is for, and is replaced by the value: no file and no environment holds it.
    for context in &mut contexts {
        let entries = cloud.access.iter().find(|access| access.context == context.name.as_str());
        let entries = entries.map(Access::entries).unwrap_or_default();
        context.credentials.replace(|reference| {
            let value = entries.iter().find_map(|(key, entry)| match (entry, reference) {
                (Entry::Secret(secret), SecretRef::Env(name)) if name == key => Some((*secret).clone()),
                _ => None,
            });
            value.map_or_else(|| reference.clone(), SecretRef::Value)
        });
    }
    Ok((cloud, contexts))
}

/// Runs the demo cloud alone until a signal ends it.
pub(super) async fn serve(options: DemoArguments) -> Result<ExitCode, Failure> {
    let signal = end_signal();
    let cloud = start(options).await?;
    let secrets = SecretFolder::new()?;
    let text = configuration(&cloud, &secrets)?;
    // Written in one piece: a reader may stop at the last line.
    let mut out = StandardOutput;
    out.write_all(text.as_bytes())?;
    out.flush()?;
    writeln!(
        std::io::stderr(),
        "demo cloud on http://{}: real local processes, nothing leaves this machine. Ctrl-C ends it.",
        cloud.address
    )?;
    signal.notified().await;
    drop(secrets);
    drop(cloud);
    Ok(ExitCode::SUCCESS)
}

/// A configuration for the cloud; its secrets are in files that only this user can read, removed at the end of the run.
fn configuration(cloud: &Cloud, secrets: &SecretFolder) -> Result<String, Failure> {
    let mut text =
        format!("# The demo cloud on http://{}. Its credentials are for this run only.\n", cloud.address);
    for access in &cloud.access {
        for (key, entry) in access.entries() {
            if let Entry::Secret(secret) = entry {
                secrets.write(access, key, secret)?;
            }
        }
        let file = |key: &str, _: &Secret| {
            format!("{{ file = {} }}", quoted(&secrets.path(access, key).to_string_lossy()))
        };
        text.push_str(&section(access, file));
    }
    Ok(text)
}

fn quoted(value: &str) -> String {
    toml::Value::String(value.to_owned()).to_string()
}

/// The section of a context in the file; `reference` writes the reference to the secret of a key.
fn section(access: &Access, reference: impl Fn(&str, &Secret) -> String) -> String {
    let mut text = format!("\n[contexts.{}]\n", access.context);
    for (key, entry) in access.entries() {
        let value = match entry {
            Entry::Text(value) => quoted(value),
            Entry::Number(value) => value.to_string(),
            Entry::Switch(value) => value.to_string(),
            Entry::Secret(secret) => reference(key, secret),
            Entry::Options(options) => {
                let options: Vec<String> = options.iter().map(|option| quoted(option)).collect();
                format!("{{ options = [{}] }}", options.join(", "))
            }
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{key} = {value}");
    }
    text
}

/// The beginning of the names of folders with the secrets of a run.
const SECRETS_PREFIX: &str = "qdeck-demo-";

/// The folder that is this user's alone until the next start of the system, or the temporary one.
fn runtime_folder() -> PathBuf {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_dir());
    runtime.unwrap_or_else(std::env::temp_dir)
}

/// A folder for the secrets of a run, removed with it.
struct SecretFolder(RunFolder);

impl SecretFolder {
    fn new() -> Result<Self, Failure> {
        Ok(Self(RunFolder::create(&runtime_folder(), SECRETS_PREFIX)?))
    }

    /// The file of the secret that a key of a context refers to.
    fn path(&self, access: &Access, key: &str) -> PathBuf {
        self.0.path().join(format!("{}-{key}", access.context))
    }

    fn write(&self, access: &Access, key: &str, secret: &Secret) -> Result<(), Failure> {
        files::create_new(&self.path(access, key))?.write_all(secret.expose().as_bytes())?;
        Ok(())
    }
}

/// Removes what runs that were killed have left in the temporary folder.
pub(super) fn sweep() {
    files::sweep(&runtime_folder(), SECRETS_PREFIX, |_| {});
    crate::demo::process::reaper::sweep();
}

/// Notified with the first signal that asks the program to end.
fn end_signal() -> Arc<Notify> {
    let asked = Arc::new(Notify::new());
    let notify = Arc::clone(&asked);
    leave::handle(move |_| notify.notify_one());
    asked
}
