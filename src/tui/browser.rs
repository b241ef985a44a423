//! Opens an address in a browser: one of those that `$BROWSER` names, else by the system's opener. Never through a
//! shell.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::config::secret_variables;
use crate::model::Secret;

/// Time after which an opener that still runs counts as a browser that shows the page.
const START_TIMEOUT: Duration = Duration::from_secs(3);

/// Programs to try, in order, each with its arguments. `%s` is replaced with the address, which is else the last
/// argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Browsers(Vec<Vec<String>>);

impl Browsers {
    /// Parses `$BROWSER`, programs separated by `:`; the system's opener where it names none.
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

    /// Starts the first that works, in a process group of its own and without output. Returns its name.
    ///
    /// # Errors
    /// A message with the reason for each program. It never holds the address.
    pub(super) async fn open(&self, address: &Secret) -> Result<String, String> {
        let is_page = ["https://", "http://"].iter().any(|scheme| address.expose().starts_with(scheme));
        if !is_page {
            return Err("not a web address: it can be copied, not opened".to_owned());
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
        Err(format!("could not start a browser: {}", failures.join("; ")))
    }
}

async fn start(program: &str, arguments: &[String], address: &Secret) -> Result<(), String> {
    let mut command = Command::new(program);
    for variable in secret_variables() {
        command.env_remove(variable);
    }
    let mut has_placeholder = false;
    for argument in arguments {
        has_placeholder |= argument.contains("%s");
        command.arg(argument.replace("%s", address.expose()));
    }
    if !has_placeholder {
        command.arg(address.expose());
    }
    let spawned = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Ctrl-C and the end of this program must not end the browser.
        .process_group(0)
        .spawn();
    let mut child = spawned.map_err(|error| error.to_string())?;
    match tokio::time::timeout(START_TIMEOUT, child.wait()).await {
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
    fn the_variable_may_name_several_browsers_with_arguments() {
        assert_eq!(
            Browsers::of(Some("firefox --new-window %s:w3m")).0,
            [vec!["firefox", "--new-window", "%s"], vec!["w3m"]]
        );
        assert_eq!(Browsers::of(Some(" ")), Browsers::of(None));
    }

    #[tokio::test]
    async fn the_address_is_passed_whole_and_the_next_browser_is_tried_where_one_fails() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("arguments");
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
    async fn failures_are_reported_without_the_address() {
        let folder = tempfile::tempdir().unwrap();
        let bad = script(folder.path(), "bad", "echo $1; exit 3");
        let missing = folder.path().join("missing").display().to_string();
        let browsers = Browsers::of(Some(&format!("{missing}:{bad}")));
        let failure = browsers.open(&Secret::new(ADDRESS)).await.unwrap_err();
        assert!(failure.contains("exit status: 3") && failure.contains("missing"), "{failure}");
        assert!(!failure.contains("not-a-real-one"), "{failure}");
        let failure = browsers.open(&Secret::new("wss://h/x?token=not-a-real-one")).await.unwrap_err();
        assert!(failure.contains("can be copied") && !failure.contains("not-a-real-one"), "{failure}");
    }
}
