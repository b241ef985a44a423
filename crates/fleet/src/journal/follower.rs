//! The program that follows a write, so that another one leaves its record alone while that one lives.

use std::process::Command;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// A process. Its id alone is given to another one after its end; together with its start it means one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follower {
    /// Its id.
    pub pid: u32,
    /// Its start, in the words of the system: clock ticks since the boot, or a date.
    pub started: String,
}

impl Follower {
    /// This process.
    pub fn this() -> Self {
        static THIS: OnceLock<Follower> = OnceLock::new();
        let this = || {
            let pid = std::process::id();
            Self { pid, started: start_of(pid).unwrap_or_default() }
        };
        THIS.get_or_init(this).clone()
    }

    /// The process of this id, if there is one.
    pub fn of(pid: u32) -> Option<Self> {
        Some(Self { pid, started: start_of(pid)? })
    }

    /// Returns true if it is this process, or another one that lives.
    pub fn is_alive(&self) -> bool {
        *self == Self::this() || self.is_another_alive()
    }

    /// Returns true if it is another process, and that one lives.
    pub fn is_another_alive(&self) -> bool {
        *self != Self::this() && start_of(self.pid).is_some_and(|started| started == self.started)
    }
}

/// The start of a process; `None` where there is none of this id.
fn start_of(pid: u32) -> Option<String> {
    if let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        // proc_pid_stat(5): the name in parentheses may hold spaces; the start is the 20th field after it.
        let (_, fields) = stat.rsplit_once(')')?;
        return fields.split_whitespace().nth(19).map(str::to_owned);
    }
    if std::path::Path::new("/proc/self/stat").exists() {
        return None;
    }
    // macOS and the BSDs.
    let pid = pid.to_string();
    let found = Command::new("ps").args(["-o", "lstart=", "-p", &pid]).env("LC_ALL", "C").output().ok()?;
    let started = String::from_utf8_lossy(&found.stdout).trim().to_owned();
    (!started.is_empty()).then_some(started)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_process_counts_only_while_it_lives_and_not_a_later_one_of_its_id() {
        let this = Follower::this();
        assert!(!this.started.is_empty());
        assert!(!this.is_another_alive(), "it is this one");
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let other = Follower::of(child.id()).unwrap();
        assert!(other.is_another_alive());
        assert!(!Follower { started: "1".into(), ..other.clone() }.is_another_alive());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!other.is_another_alive());
    }
}
