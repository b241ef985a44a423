//! Hands an address to a browser: the ones that `$BROWSER` names, else the system's own opener. Never through a shell.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::model::Secret;

/// An opener that still runs after this time shows the page itself.
const SETTLED: Duration = Duration::from_secs(3);

/// Programs to try, in order, each with its arguments; `%s` stands for the address, which else comes last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Browsers(Vec<Vec<String>>);

impl Browsers {
    /// Those that `$BROWSER` names, `:` between them, and then the system's opener.
    pub(super) fn of(variable: Option<&str>) -> Self {
        let named = variable.unwrap_or_default().split(':');
        let system = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
        let words = |command: &str| command.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let mut commands: Vec<_> = named.map(words).filter(|words| !words.is_empty()).collect();
        if commands.is_empty() {
            commands.push(vec![system.to_owned()]);
        }
        Self(commands)
    }

    /// Starts the first that works, on its own, with its output nowhere. Returns its name.
    ///
    /// # Errors
    /// Says in words why none did. The address is in none of them.
    pub(super) async fn open(&self, address: &Secret) -> Result<String, String> {
        let is_page = ["https://", "http://"].iter().any(|scheme| address.expose().starts_with(scheme));
        if !is_page {
            return Err("this address is not one for a browser; it can be copied".to_owned());
        }
        let mut failures = Vec::new();
        for words in &self.0 {
            let Some((program, arguments)) = words.split_first() else {
                continue;
            };
            match start(program, arguments, address).await {
                Ok(()) => return Ok(program.clone()),
                Err(cause) => failures.push(format!("{program}: {cause}")),
            }
        }
        Err(format!("no browser could be started: {}", failures.join("; ")))
    }
}

async fn start(program: &str, arguments: &[String], address: &Secret) -> Result<(), String> {
    let mut command = Command::new(program);
    let mut told = false;
    for argument in arguments {
        told |= argument.contains("%s");
        command.arg(argument.replace("%s", address.expose()));
    }
    if !told {
        command.arg(address.expose());
    }
    let spawned = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Ctrl-C and the end of this program are not its own.
        .process_group(0)
        .spawn();
    let mut child = spawned.map_err(|error| error.to_string())?;
    match tokio::time::timeout(SETTLED, child.wait()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(status.to_string()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_still_running) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const ADDRESS: &str = "https://console.example/vnc?token=not-a-real-one&x='$(touch never)";

    fn script(folder: &std::path::Path, name: &str, text: &str) -> String {
        let path = folder.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        path.display().to_string()
    }

    #[test]
    fn the_variable_may_name_several_with_arguments() {
        assert_eq!(
            Browsers::of(Some("firefox --new-window %s:w3m")).0,
            [vec!["firefox", "--new-window", "%s"], vec!["w3m"]]
        );
        assert_eq!(Browsers::of(Some(" ")), Browsers::of(None));
    }

    #[tokio::test]
    async fn the_address_arrives_whole_and_the_next_is_tried_where_one_fails() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("told");
        let bad = script(folder.path(), "bad", "exit 3");
        let good =
            script(folder.path(), "good", &format!("printf '%s|%s' \"$1\" \"$2\" > {}", file.display()));
        let missing = folder.path().join("missing").display().to_string();
        let browsers = Browsers::of(Some(&format!("{missing}:{bad}:{good} --new")));
        let opened = browsers.open(&Secret::new(ADDRESS)).await;
        assert_eq!(opened, Ok(good));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("--new|{ADDRESS}"));
    }

    #[tokio::test]
    async fn failures_are_told_without_the_address() {
        let folder = tempfile::tempdir().unwrap();
        let bad = script(folder.path(), "bad", "echo $1; exit 3");
        let missing = folder.path().join("missing").display().to_string();
        let browsers = Browsers::of(Some(&format!("{missing}:{bad}")));
        let told = browsers.open(&Secret::new(ADDRESS)).await.unwrap_err();
        assert!(told.contains("exit status: 3") && told.contains("missing"), "{told}");
        assert!(!told.contains("not-a-real-one"), "{told}");
        let told = browsers.open(&Secret::new("wss://h/x?token=not-a-real-one")).await.unwrap_err();
        assert!(told.contains("can be copied") && !told.contains("not-a-real-one"), "{told}");
    }
}
