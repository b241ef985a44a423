//! Keys, agents, host keys, jump hosts, links and commands.

use std::ffi::OsString;
use std::process::{Command, Stdio};

use qdeck_console::SessionState;
use qdeck_model::{ProblemKind, SshTarget};

use super::relay::Relay;
use super::server::{Server, Site, user};
use super::shell::Shell;
use super::{Case, block_on};

pub const ALL: [Case; 8] = [
    ("a_key_opens_a_shell_whose_exit_is_an_orderly_end", key),
    ("an_agent_opens_a_shell", agent),
    ("an_unknown_host_key_is_asked_about_in_the_pane", unknown_host_key),
    ("a_changed_host_key_is_refused_and_not_tried_again", changed_host_key),
    ("a_refused_key_and_a_closed_port_are_named_and_not_tried_again", refused),
    ("a_jump_host_is_gone_through", jump),
    ("a_link_that_is_cut_is_opened_again", cut),
    ("a_command_is_run_and_its_exit_code_passed_on", command),
];

fn key() {
    let site = Site::new();
    let server = Server::start(&site, "one");
    block_on(async {
        let shell = Shell::open(site.launcher(), site.target(server.port));
        shell.answers().await;
        shell.enter("stty size");
        shell.shows("24 80").await;
        shell.enter("exit 3");
        assert_eq!(shell.ended().await, None);
        shell.shows("ended with exit code 3").await;
    });
}

fn agent() {
    let site = Site::new();
    let server = Server::start(&site, "one");
    let socket = site.path("agent");
    let mut agent =
        Command::new("ssh-agent").args(["-D", "-a"]).arg(&socket).stdout(Stdio::null()).spawn().unwrap();
    while !socket.exists() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let added =
        Command::new("ssh-add").arg("-q").arg(site.path("user_key")).env("SSH_AUTH_SOCK", &socket).status();
    assert!(added.unwrap().success());
    site.configure(&format!("IdentityAgent {}\nIdentitiesOnly no", socket.display()));
    let target = SshTarget { identities: Vec::new(), ..site.target(server.port) };
    block_on(async {
        let shell = Shell::open(site.launcher(), target);
        shell.answers().await;
    });
    agent.kill().unwrap();
    agent.wait().unwrap();
}

fn unknown_host_key() {
    let site = Site::new();
    let server = Server::start(&site, "one");
    site.configure("StrictHostKeyChecking ask");
    block_on(async {
        let shell = Shell::open(site.launcher(), site.target(server.port));
        shell.shows("continue connecting (yes/no").await;
        shell.enter("yes");
        shell.answers().await;
        let known = std::fs::read_to_string(site.path("known_hosts")).unwrap();
        assert!(known.contains(&format!("[127.0.0.1]:{}", server.port)), "{known}");
    });
}

fn changed_host_key() {
    let site = Site::new();
    let server = Server::start(&site, "one");
    let other = std::fs::read_to_string(site.make_key("other").with_extension("pub")).unwrap();
    std::fs::write(site.path("known_hosts"), format!("[127.0.0.1]:{} {other}", server.port)).unwrap();
    block_on(async {
        let shell = Shell::open(site.launcher(), site.target(server.port));
        let problem = shell.ended().await.unwrap();
        assert_eq!(problem.kind, ProblemKind::Refused, "{problem}");
        assert!(problem.message.contains("Host key verification failed"), "{problem}");
        assert!(problem.hint.as_ref().unwrap().contains("ssh-keygen -R"), "{problem}");
        assert!(shell.text().contains("REMOTE HOST IDENTIFICATION HAS CHANGED"), "{}", shell.text());
    });
}

fn refused() {
    let site = Site::new();
    let server = Server::start(&site, "one");
    let stranger = SshTarget {
        identities: vec![site.make_key("stranger")],
        // Without a terminal for it there would be a question for a password.
        options: vec!["PasswordAuthentication=no".to_owned(), "KbdInteractiveAuthentication=no".to_owned()],
        notes: vec!["The advice of the platform".to_owned()],
        ..site.target(server.port)
    };
    block_on(async {
        let problem = Shell::open(site.launcher(), stranger.clone()).ended().await.unwrap();
        assert_eq!(problem.kind, ProblemKind::Unauthorized, "{problem}");
        assert!(problem.hint.as_ref().unwrap().contains("The advice of the platform"), "{problem}");
        drop(server);
        let problem = Shell::open(site.launcher(), stranger).ended().await.unwrap();
        assert!(problem.message.contains("Connection refused"), "{problem}");
    });
}

fn jump() {
    let site = Site::new();
    let (outer, inner) = (Server::start(&site, "outer"), Server::start(&site, "inner"));
    site.configure(&format!("IdentityFile {}", site.path("user_key").display()));
    let target =
        SshTarget { jump: Some(format!("{}@127.0.0.1:{}", user(), outer.port)), ..site.target(inner.port) };
    block_on(async {
        let shell = Shell::open(site.launcher(), target);
        shell.answers().await;
    });
    for (name, what) in [("outer", "Accepted publickey"), ("inner", "Accepted publickey")] {
        let log = std::fs::read_to_string(site.path(&format!("{name}_log"))).unwrap();
        assert!(log.contains(what), "{name}: {log}");
    }
}

fn cut() {
    let site = Site::new();
    let server = Server::start(&site, "one");
    let relay = Relay::to(server.port);
    block_on(async {
        let shell = Shell::open(site.launcher(), site.target(relay.port));
        shell.answers().await;
        relay.cut();
        shell.until("the break", |shell| matches!(shell.state(), SessionState::Reconnecting(_))).await;
        if let SessionState::Reconnecting(retry) = shell.state() {
            assert!(retry.problem.message.starts_with("the SSH connection broke"), "{}", retry.problem);
        }
        shell.until("the next link", |shell| shell.state() == SessionState::Live).await;
        shell.shows("reconnected").await;
        shell.enter("echo again-$((40+3))");
        shell.shows("again-43").await;
    });
}

fn command() {
    let site = Site::new();
    let server = Server::start(&site, "one");
    block_on(async {
        let command: Vec<OsString> = ["echo out; echo err >&2;", "exit 7"].map(OsString::from).to_vec();
        let (prepared, _) = site.launcher().prepare(&site.target(server.port), &command).unwrap();
        let output = Command::new(prepared.program()).args(prepared.arguments()).output().unwrap();
        assert_eq!(output.status.code(), Some(7), "{output:?}");
        assert_eq!(output.stdout, b"out\n");
        assert!(String::from_utf8_lossy(&output.stderr).contains("err"));
    });
}
