//! Shells by SSH: the system's `ssh` in a PTY, as the transport of a session.
//!
//! ```text
//! SshTarget ─▶ CommandLine ─▶ Launcher ─▶ ssh in a PTY ─▶ Transport ─▶ TerminalSession
//!                                │            │ a question: a password, a host key
//!                                ▼            ▼
//!                        askpass::Server ◀─ askpass::run, this binary once more ─▶ /dev/tty of the PTY
//! ```
//!
//! The user's own configuration, agent and known hosts are respected, since it is their ssh. A password that a platform made
//! for the session reaches ssh through [`askpass`], and never through a command line or an environment.

pub mod askpass;
mod command;
mod exit;
mod pty;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use qdeck_files::{RunFolder, sweep};
use qdeck_model::{Problem, ProblemKind, SshTarget};

pub use command::CommandLine;

use super::Transport;

/// The name of the program, as it is searched for in `PATH`.
const PROGRAM: &str = "ssh";
/// The start of the names of folders that hold the socket of a password.
const FOLDER_PREFIX: &str = "qdeck-ssh-";

/// Starts ssh.
#[derive(Debug, Clone)]
pub struct Launcher {
    /// This binary, which ssh asks for passwords.
    own_binary: PathBuf,
    /// The environment variables that hold secrets, which ssh does not inherit.
    secret_variables: Vec<String>,
    /// The folder in which those of passwords are made.
    run_folders: PathBuf,
    /// The program, in place of the one that `PATH` has.
    program: Option<PathBuf>,
}

impl Launcher {
    /// A launcher for this binary, which must call [`askpass::run_if_asked`] first of all. ssh does not inherit
    /// `secret_variables`.
    ///
    /// # Errors
    /// When the system does not know where this binary is.
    pub fn new(secret_variables: Vec<String>) -> Result<Self, Problem> {
        let own_binary = std::env::current_exe().map_err(|error| {
            Problem::new(ProblemKind::Local, format!("could not find the path of this program: {error}"))
        })?;
        Ok(Self { own_binary, secret_variables, run_folders: run_folders(), program: None })
    }

    /// The same with this program in place of the `ssh` of `PATH`.
    #[must_use]
    pub fn with_program(self, program: PathBuf) -> Self {
        Self { program: Some(program), ..self }
    }

    /// The folder in which those of passwords are made.
    pub fn run_folders(&self) -> &Path {
        &self.run_folders
    }

    /// Starts ssh to a target in a PTY. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// There is no ssh, the target cannot be put on a command line, or the system refuses a process.
    pub fn open(&self, target: &SshTarget) -> Result<Transport, Problem> {
        let (prepared, line) = self.prepare(target, &[])?;
        pty::open(prepared, &line, target.notes.clone())
    }

    /// Makes ssh ready to be started to a target, with a command if there is one. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// Those of [`Launcher::open`].
    pub fn prepare(
        &self,
        target: &SshTarget,
        command: &[OsString],
    ) -> Result<(Prepared, CommandLine), Problem> {
        let line = CommandLine::new(target, command)?;
        let found = || find(PROGRAM, std::env::var_os("PATH").as_deref());
        let program = self.program.clone().or_else(found).ok_or_else(not_installed)?;
        let askpass = match &target.password {
            Some(password) => Some(self.serve(password.clone(), target)?),
            None => None,
        };
        let secret_variables = self.secret_variables.clone();
        Ok((Prepared { program, arguments: line.arguments().to_vec(), askpass, secret_variables }, line))
    }

    fn serve(&self, password: qdeck_model::Secret, target: &SshTarget) -> Result<askpass::Server, Problem> {
        let parent = self.run_folders.clone();
        // Beside the start: a temporary folder may be large.
        std::thread::spawn(move || sweep(&parent, FOLDER_PREFIX, |_| {}));
        let failed = |error: std::io::Error| {
            let message = format!(
                "could not make a folder for the password in {}: {error}",
                self.run_folders.display()
            );
            Problem::new(ProblemKind::Local, message)
        };
        let folder = RunFolder::create(&self.run_folders, FOLDER_PREFIX).map_err(failed)?;
        let user = target.user.clone().unwrap_or_default();
        askpass::Server::start(folder, &self.own_binary, askpass::Offer { password, user }).map_err(failed)
    }
}

/// ssh, ready to be started. It must be kept until ssh has ended.
pub struct Prepared {
    program: PathBuf,
    arguments: Vec<OsString>,
    askpass: Option<askpass::Server>,
    secret_variables: Vec<String>,
}

impl Prepared {
    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Its arguments.
    pub fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// The variables that it does not inherit.
    pub fn removed_variables(&self) -> &[String] {
        &self.secret_variables
    }

    /// The variables that it has beside those of this process.
    pub fn added_variables(&self) -> Vec<(&'static str, OsString)> {
        let Some(askpass) = &self.askpass else { return Vec::new() };
        vec![
            ("SSH_ASKPASS", askpass.program().into()),
            // Even though there is a terminal.
            ("SSH_ASKPASS_REQUIRE", "force".into()),
        ]
    }

    /// Has the password given to this process, and to no other.
    pub fn started(&self, process: u32) {
        if let Some(askpass) = &self.askpass {
            askpass.serve_only(process);
        }
    }

    /// Takes what answers ssh's questions.
    pub(crate) fn into_askpass(self) -> Option<Arc<askpass::Server>> {
        self.askpass.map(Arc::new)
    }
}

/// The folder of this user's runs, or the temporary one.
fn run_folders() -> PathBuf {
    let own = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    own.filter(|folder| folder.is_absolute() && folder.is_dir()).unwrap_or_else(std::env::temp_dir)
}

/// Finds a program in the folders of `PATH`.
fn find(program: &str, path: Option<&std::ffi::OsStr>) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt as _;
    let is_program = |file: &PathBuf| {
        std::fs::metadata(file).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    let folders = std::env::split_paths(path?).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(program)).find(is_program)
}

fn not_installed() -> Problem {
    Problem::new(ProblemKind::Local, "ssh is not installed: no folder of PATH has it")
        .hint("Install the OpenSSH client: `openssh-client` on Debian, `openssh-clients` on Fedora")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_ssh_is_reported_with_what_to_install() {
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(find(PROGRAM, Some(empty.path().as_os_str())), None);
        assert_eq!(find(PROGRAM, None), None);
        // A file that cannot be run is no program.
        std::fs::write(empty.path().join(PROGRAM), "").unwrap();
        assert_eq!(find(PROGRAM, Some(empty.path().as_os_str())), None);
        let problem = not_installed().to_string();
        assert!(problem.contains("not installed") && problem.contains("openssh-client"), "{problem}");
        assert!(find("sh", std::env::var_os("PATH").as_deref()).is_some());
    }
}
