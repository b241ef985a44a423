//! An account of this machine with a password, for as long as a test runs.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// The account; dropping it removes it.
pub struct Account {
    pub name: String,
    pub password: String,
}

impl Account {
    /// Makes one where the test may: as root, and asked to by `QDECK_TEST_ACCOUNT=1`.
    pub fn make() -> Option<Self> {
        let is_asked_for = std::env::var_os("QDECK_TEST_ACCOUNT").is_some_and(|value| value == "1");
        if !is_asked_for || super::server::user() != "root" {
            println!("no account may be made here (QDECK_TEST_ACCOUNT=1, as root): skipped");
            return None;
        }
        let number = std::process::id();
        let account =
            Self { name: format!("qdtest{number}"), password: format!("obviously-fake-{number}-Zq7") };
        // A home that is there: the shell begins in it.
        let made =
            Command::new("useradd").args(["-M", "-d", "/tmp", "-s", "/bin/sh", &account.name]).status();
        assert!(made.unwrap().success());
        let mut setting = Command::new("chpasswd").stdin(Stdio::piped()).spawn().unwrap();
        let line = format!("{}:{}\n", account.name, account.password);
        setting.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
        assert!(setting.wait().unwrap().success());
        Some(account)
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        // Processes of a session that was just left may still be there.
        let _ = Command::new("userdel").args(["-f", &self.name]).stderr(Stdio::null()).status();
    }
}
