//! The SSH end with the system's own client.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use super::visitor::Visitor;
use crate::client::{Client, LIMIT};

/// The system's ssh, with nothing of the user's own configuration, keys or known hosts.
fn ssh(options: &[String]) -> Command {
    let mut command = Command::new("ssh");
    command.args(["-F", "none", "-o", "ConnectTimeout=20"]);
    for option in options {
        command.args(["-o", option]);
    }
    command.env_remove("SSH_AUTH_SOCK").stdin(Stdio::null()).kill_on_drop(true);
    command
}

async fn run(mut command: Command) -> (Option<i32>, String, String) {
    let done = tokio::time::timeout(LIMIT, command.output()).await.expect("in time").expect("ssh runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.code(), text(&done.stdout), text(&done.stderr))
}

/// A program that prints the password it was started with a file of.
fn askpass(folder: &Path, secret: &str) -> std::path::PathBuf {
    let (script, file) = (folder.join("askpass"), folder.join("secret"));
    std::fs::write(&file, secret).expect("written");
    std::fs::write(&script, format!("#!/bin/sh\ncat '{}'\n", file.display())).expect("written");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).expect("set");
    script
}

#[tokio::test]
async fn openssh_is_let_in_by_askpass_and_reports_the_status() {
    let client = Client::start(None).await;
    let end = client.cloud().ssh();
    let folder = tempfile::tempdir().expect("a folder");
    for (secret, expected) in [(None, Some(7)), (Some("wrong"), Some(255))] {
        let minted = client.mint("web").await;
        let script = askpass(folder.path(), secret.unwrap_or(&minted.secret));
        let mut command = ssh(&end.files.host_options());
        command
            .args(["-o", "NumberOfPasswordPrompts=1", "-p", &end.address.port().to_string()])
            .arg(format!("{}@{}", minted.user, end.address.ip()))
            .arg("echo $HOSTNAME; exit 7")
            .env("SSH_ASKPASS", &script)
            .env("SSH_ASKPASS_REQUIRE", "force");
        let (status, output, errors) = run(command).await;
        assert_eq!(status, expected, "{errors}");
        match secret {
            None => assert_eq!(output, "web-1\n", "{errors}"),
            Some(_) => assert!(errors.contains("Permission denied"), "{errors}"),
        }
    }
}

#[tokio::test]
async fn openssh_reaches_a_machine_through_the_jump_host() {
    let client = Client::start(None).await;
    let addresses = super::jump::gcore(&client).await;
    let mut command = ssh(&client.cloud().ssh().files.jump_options("gcore"));
    command.arg(format!("anyone@{}", addresses[0])).arg("echo $HOSTNAME; exit 5");
    let (status, output, errors) = run(command).await;
    assert_eq!(status, Some(5), "{errors}");
    let mut jump = Visitor::to(client.cloud()).await;
    assert!(jump.by_key("gcore", client.cloud()).await);
    let mut machine = jump.jump(&addresses[0]).await.expect("it is reached");
    assert!(machine.by_key("anyone", client.cloud()).await);
    assert_eq!(machine.run("echo $HOSTNAME").await.output, output);
}
