//! Passwords by askpass, in sessions with an account of the test's own.

use std::path::Path;

use qdeck_console::SessionState;
use qdeck_model::{ProblemKind, Secret, SshTarget};

use super::account::Account;
use super::server::{Server, Site};
use super::shell::Shell;
use super::{Case, block_on};

pub const ALL: [Case; 3] = [
    ("a_password_opens_a_shell_and_is_in_no_process_and_no_file", password),
    ("a_wrong_password_is_tried_once", wrong_password),
    ("a_jump_host_does_not_get_the_password", jump_host),
];

fn target(site: &Site, server: &Server, account: &Account, password: &str) -> SshTarget {
    SshTarget {
        user: Some(account.name.clone()),
        password: Some(Secret::new(password)),
        identities: Vec::new(),
        ..site.target(server.port)
    }
}

/// The processes in whose command line or environment a text is.
fn processes_with(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        for part in ["cmdline", "environ"] {
            let path = entry.path().join(part);
            // Processes end, and some are another user's.
            let bytes = std::fs::read(&path).unwrap_or_default();
            if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

/// The files below a folder in which a text is.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files_with(&path, text)),
            Ok(kind) if kind.is_file() => {
                let bytes = std::fs::read(&path).unwrap_or_default();
                if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                    found.push(path.display().to_string());
                }
            }
            _ => {}
        }
    }
    found
}

fn password() {
    let Some(account) = Account::make() else { return };
    let site = Site::new();
    let server = Server::start(&site, "one");
    // The question about the host's key reaches the user, although ssh asks askpass everything.
    site.configure("StrictHostKeyChecking ask");
    block_on(async {
        let launcher = site.launcher();
        let folders = launcher.run_folders().to_owned();
        let shell = Shell::open(launcher, target(&site, &server, &account, &account.password));
        shell.shows("continue connecting (yes/no").await;
        shell.enter("yes");
        shell.answers().await;
        assert!(!shell.text().contains(&account.password), "{}", shell.text());
        assert_eq!(processes_with(&account.password), Vec::<String>::new());
        assert_eq!(files_with(&site.path(""), &account.password), Vec::<String>::new());
        for run in std::fs::read_dir(folders).unwrap().flatten() {
            if run.file_name().to_string_lossy().starts_with("qdeck-ssh-") {
                assert_eq!(files_with(&run.path(), &account.password), Vec::<String>::new());
            }
        }
        shell.enter("exit");
        assert_eq!(shell.ended().await, None);
    });
}

fn wrong_password() {
    let Some(account) = Account::make() else { return };
    let site = Site::new();
    let server = Server::start(&site, "one");
    block_on(async {
        let shell = Shell::open(site.launcher(), target(&site, &server, &account, "obviously-wrong"));
        let problem = shell.ended().await.unwrap();
        assert_eq!(problem.kind, ProblemKind::Unauthorized, "{problem}");
    });
    let log = std::fs::read_to_string(site.path("one_log")).unwrap();
    assert_eq!(log.matches("Failed password").count(), 1, "{log}");
}

fn jump_host() {
    let Some(account) = Account::make() else { return };
    let site = Site::new();
    let (outer, inner) = (Server::start(&site, "outer"), Server::start(&site, "inner"));
    site.configure("PreferredAuthentications password");
    let target = SshTarget {
        jump: Some(format!("{}@127.0.0.1:{}", account.name, outer.port)),
        ..target(&site, &inner, &account, &account.password)
    };
    block_on(async {
        let shell = Shell::open(site.launcher(), target);
        // The same user and the same words: but it is another ssh that asks.
        shell.shows(&format!("{}@127.0.0.1's password:", account.name)).await;
        assert!(matches!(shell.state(), SessionState::Live));
        shell.enter(&account.password);
        shell.answers().await;
        assert!(!shell.text().contains(&account.password), "{}", shell.text());
    });
}
