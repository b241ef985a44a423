//! The SSH end: passwords as they are minted, shells and commands in instances, and the jump host to machines.

mod jump;
#[cfg(feature = "system-tests")]
mod openssh;
mod visitor;

use std::os::unix::fs::PermissionsExt as _;

use reqwest::Method;
use russh::Sig;
use serde_json::{Value, json};

use crate::client::{Client, json as answer};
use visitor::{Visitor, finish, until};

/// A minted credential.
struct Minted {
    /// The instance's id, which is the user.
    user: String,
    secret: String,
}

impl Client {
    /// Mints a credential for an instance of a container, by the container's identifier.
    async fn mint(&self, identifier: &str) -> Minted {
        let (container, instance) = self.instance_of(identifier).await;
        let (status, made) =
            self.cycle(&format!("/v1/containers/{container}/instances/{instance}/ssh")).await;
        assert_eq!(status, 200, "{made}");
        let address = made["data"]["address"].as_str().expect("an address");
        assert_eq!(address, format!("{instance}@{}", self.cloud().ssh().address));
        Minted { user: instance, secret: made["data"]["secret"].as_str().expect("a secret").to_owned() }
    }

    /// A connection that is let into an instance.
    async fn visit(&self, identifier: &str) -> Visitor {
        let minted = self.mint(identifier).await;
        let mut visitor = Visitor::to(self.cloud()).await;
        assert!(visitor.by_password(&minted.user, &minted.secret).await);
        visitor
    }

    async fn cycle_call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = self
            .http
            .request(method, format!("{}{path}", self.cycle.base_url))
            .bearer_auth(self.cycle.secret.expose())
            .header("X-Hub-Id", self.cycle.hub.as_deref().expect("a hub"));
        answer(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }
}

#[tokio::test]
async fn a_minted_password_lets_its_own_instance_in_once() {
    let client = Client::start(None).await;
    let minted = client.mint("web").await;
    let other = client.mint("db").await;
    let mut visitor = Visitor::to(client.cloud()).await;
    assert!(!visitor.by_password(&minted.user, "wrong").await);
    assert!(!visitor.by_password(&minted.user, &other.secret).await, "another instance's");
    assert!(!visitor.by_key(&minted.user, client.cloud()).await, "the key of the jump host");
    // A wrong guess used nothing up.
    assert!(visitor.by_password(&minted.user, &minted.secret).await);
    assert_eq!(visitor.run("echo $HOSTNAME").await.output, "web-1\n");

    let mut again = Visitor::to(client.cloud()).await;
    assert!(!again.by_password(&minted.user, &minted.secret).await, "used twice");
    assert!(again.by_password(&other.user, &other.secret).await);
}

#[tokio::test]
async fn an_expired_password_is_refused_and_an_open_session_stays() {
    let client = Client::start(None).await;
    let open = client.visit("web").await;
    let (first, second) = (client.mint("web").await, client.mint("web").await);
    let (container, instance) = client.instance_of("web").await;
    let path = format!("/v1/containers/{container}/instances/{instance}/ssh");
    let (status, expired) = client.cycle_call(Method::DELETE, &path, None).await;
    assert_eq!((status, expired["data"]["tokens"].as_u64()), (200, Some(2)));
    let mut visitor = Visitor::to(client.cloud()).await;
    for minted in [first, second] {
        assert!(!visitor.by_password(&minted.user, &minted.secret).await);
    }
    let late = client.mint("web").await;
    client.cloud().outlive_passwords();
    assert!(!visitor.by_password(&late.user, &late.secret).await, "after its time");
    assert_eq!(open.run("echo still here").await.output, "still here\n");
}

#[tokio::test]
async fn a_shell_has_the_terminal_that_was_asked_for_and_follows_its_size() {
    let client = Client::start(None).await;
    let visitor = client.visit("web").await;
    let mut shell = visitor.open().await;
    shell.set_env(true, "LC_QUARTERDECK", "from afar").await.expect("sent");
    shell.request_pty(true, "screen-256color", 101, 33, 0, 0, &[]).await.expect("sent");
    shell.request_shell(true).await.expect("sent");
    until(&mut shell, "root@web-1").await;
    let send = async |shell: &russh::Channel<russh::client::Msg>, keys: &str| {
        shell.data(keys.as_bytes()).await.expect("sent");
    };
    send(&shell, "stty size; echo [$TERM][$LC_QUARTERDECK]; tty\r").await;
    let text = until(&mut shell, "/dev/").await;
    assert!(text.contains("33 101") && text.contains("[screen-256color][from afar]"), "{text}");
    shell.window_change(132, 44, 0, 0).await.expect("sent");
    send(&shell, "stty size\r").await;
    until(&mut shell, "44 132").await;
    // A signal for the process in the foreground, as ssh sends it.
    send(&shell, "sh -c 'echo asleep-$((1+1)); exec sleep 1000'; echo over-$?\r").await;
    // Its own words: before them the shell itself is in the foreground.
    until(&mut shell, "asleep-2").await;
    send(&shell, "\x03").await;
    send(&shell, "echo back-$((1+1))\r").await;
    until(&mut shell, "back-2").await;
    send(&shell, "exit 3\r").await;
    let ran = finish(shell).await;
    assert_eq!((ran.status, ran.signal.is_none()), (Some(3), true), "{ran:?}");
}

#[tokio::test]
async fn the_end_of_the_input_ends_a_shell_under_a_terminal() {
    let client = Client::start(None).await;
    let visitor = client.visit("web").await;
    let mut shell = visitor.open().await;
    shell.request_pty(true, "xterm", 80, 24, 0, 0, &[]).await.expect("sent");
    shell.request_shell(true).await.expect("sent");
    until(&mut shell, "# ").await;
    shell.eof().await.expect("sent");
    assert_eq!(finish(shell).await.status, Some(0));
}

#[tokio::test]
async fn a_command_has_its_own_output_errors_status_and_input() {
    let client = Client::start(None).await;
    let visitor = client.visit("db").await;
    let ran = visitor.run("printf out; printf err >&2; exit 7").await;
    assert_eq!((ran.output.as_str(), ran.errors.as_str(), ran.status), ("out", "err", Some(7)));

    let channel = visitor.open().await;
    channel.exec(true, "cat; echo read").await.expect("sent");
    channel.data(&b"one\ntwo\n"[..]).await.expect("sent");
    channel.eof().await.expect("sent");
    let ran = finish(channel).await;
    assert_eq!((ran.output.as_str(), ran.status), ("one\ntwo\nread\n", Some(0)));

    // Four mebibytes are more than a window of the channel.
    let ran = visitor.run("yes 0123456 | head -c 4194304").await;
    assert_eq!(ran.output.len(), 4 << 20);

    let channel = visitor.open().await;
    channel.exec(true, "echo begun; sleep 1000").await.expect("sent");
    let mut channel = channel;
    until(&mut channel, "begun").await;
    channel.signal(Sig::TERM).await.expect("sent");
    let ran = finish(channel).await;
    assert!(matches!(ran.signal, Some(Sig::TERM)), "{ran:?}");
    assert_eq!(ran.status, None);
}

#[tokio::test]
async fn a_visit_ends_with_the_instance_and_a_stopped_one_has_no_shell() {
    let client = Client::start(None).await;
    let (container, _) = client.instance_of("checkout").await;
    let visitor = client.visit("checkout").await;
    let late = client.mint("checkout").await;
    let mut shell = visitor.open().await;
    shell.request_pty(true, "xterm", 80, 24, 0, 0, &[]).await.expect("sent");
    shell.request_shell(true).await.expect("sent");
    until(&mut shell, "# ").await;
    let path = format!("/v1/containers/{container}/tasks");
    let (status, _) = client.cycle_call(Method::POST, &path, Some(json!({ "action": "stop" }))).await;
    assert_eq!(status, 202);
    let ran = finish(shell).await;
    assert!(matches!(ran.signal, Some(Sig::KILL)), "{ran:?}");

    let mut visitor = Visitor::to(client.cloud()).await;
    assert!(visitor.by_password(&late.user, &late.secret).await);
    let ran = visitor.run("echo here").await;
    assert!(ran.errors.contains("no shell: the instance is not running"), "{ran:?}");
    assert_eq!((ran.output.as_str(), ran.status), ("", Some(255)));
}

#[tokio::test]
async fn a_client_that_leaves_takes_its_processes_with_it() {
    let client = Client::start(None).await;
    let visitor = client.visit("web").await;
    let stays = client.visit("web").await;
    let mut channel = visitor.open().await;
    channel.exec(true, "echo pid-$$-; sleep 1000").await.expect("sent");
    let text = until(&mut channel, "-\n").await;
    let pid = text.trim().trim_matches('-').trim_start_matches("pid-").to_owned();
    drop(channel);
    drop(visitor);
    let waits = format!(
        "n=0; while kill -0 {pid} 2>/dev/null && [ $n -lt 300 ]; do sleep 0.1; n=$((n+1)); done; kill -0 {pid}"
    );
    let gone = stays.run(&waits);
    assert_ne!(gone.await.status, Some(0), "process {pid} is still there");
}

#[tokio::test]
async fn the_files_of_a_client_are_private_and_removed_with_the_cloud() {
    let client = Client::start(None).await;
    let files = [client.cloud().ssh().files.identity(), client.cloud().ssh().files.known_hosts()];
    for file in &files {
        let mode = std::fs::metadata(file).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    let folder = files[0].parent().expect("a folder");
    assert_eq!(std::fs::metadata(folder).expect("there").permissions().mode() & 0o777, 0o700);
    drop(client);
    assert!(!folder.exists());
}
