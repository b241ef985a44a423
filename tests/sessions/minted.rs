//! The password that is made for an SSH session is where ssh reads it, and nowhere else: neither on the screen nor in a file
//! nor in the command line or environment of any process.
//!
//! The test learns it on its way from the cloud to the program. ssh is the system's own; in front of it and of what answers
//! its questions is a script each, which writes down what they are started with: they may be gone before the search.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::cloud::{Cloud, QDECK};
use crate::deck::{Deck, keys};
use crate::gate::Gate;
use crate::terminal::{Start, Terminal};
use crate::ways::select;

const CTRL_D: &str = "\x04";
/// What the search is to find, in each place that is searched.
const PLANTED: &str = "planted-for-the-search";
/// The search's name of what the program wrote to its terminal.
const SCREEN: &str = "the terminal";

/// Writes down what it is started with in NOTES, then becomes PROGRAM.
const SCRIPT: &str = r#"#!/bin/sh
tr '\0' '\n' <"/proc/$$/cmdline" >>'NOTES'
tr '\0' '\n' <"/proc/$$/environ" >>'NOTES'
PREPARE
exec PROGRAM "$@"
"#;

/// Cycle's demo, with a gate that keeps credentials, and the folder of a program that uses it.
struct Stage {
    folder: tempfile::TempDir,
    gate: Gate,
    cloud: Cloud,
}

impl Stage {
    fn start() -> Self {
        let cloud = Cloud::start(&["--faces", "cycle"]);
        let gate = Gate::before(&cloud.address());
        gate.keep("/ssh");
        let folder = tempfile::tempdir().expect("a folder");
        let stage = Self { folder, gate, cloud };
        for name in ["bin", "tmp", "home"] {
            std::fs::create_dir(stage.path(name)).expect("writable");
        }
        // SSH is the first way in then, as it is by default.
        let text = stage.cloud.text().replace(&stage.cloud.address(), &stage.gate.address());
        let configuration = text.replace("console_input = true", "console_input = false\nexpire_ssh = true");
        assert!(configuration.contains("expire_ssh"), "{text}");
        std::fs::write(stage.path("config.toml"), configuration).expect("writable");
        let askpass = stage.path("bin/askpass");
        let prepare = format!("export REAL_ASKPASS=\"$SSH_ASKPASS\" SSH_ASKPASS='{}'", askpass.display());
        stage.script("ssh", &prepare, "/usr/bin/ssh");
        stage.script("askpass", "", "\"$REAL_ASKPASS\"");
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn script(&self, name: &str, prepare: &str, program: &str) {
        let notes = self.path(&format!("{name}.notes")).display().to_string();
        let text = SCRIPT.replace("NOTES", &notes).replace("PREPARE", prepare).replace("PROGRAM", program);
        let path = self.path("bin").join(name);
        std::fs::write(&path, text).expect("writable");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("ours");
    }

    /// Starts the program by its arguments and environment, with the most verbose log.
    fn start_program<T>(&self, more: &[&str], start: impl FnOnce(&[&str], &[(&str, &str)]) -> T) -> T {
        let text = |name| self.path(name).display().to_string();
        let (config, log, folders) = (text("config.toml"), text("log"), text("tmp"));
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", text("bin"));
        let arguments = [&["--config", &config, "--log-file", &log], more].concat();
        start(&arguments, &[("PATH", &path), ("TMPDIR", &folders), ("RUST_LOG", "trace")])
    }

    /// The password that was made for the session.
    fn password(&self) -> String {
        let answers = self.gate.answers();
        let [answer] = &answers[..] else { panic!("credentials were made once: {answers:?}") };
        let answer: Value = serde_json::from_str(answer).expect("JSON");
        let password = answer["data"]["secret"].as_str().expect("a password").to_owned();
        assert!(password.len() > 20, "one that is nowhere by accident: {} bytes", password.len());
        password
    }

    /// Asserts that the password is nowhere, and that it would have been found anywhere.
    fn assert_hidden(&self, home: &Path, terminal: &Terminal, password: &str) {
        let folders = [self.folder.path(), home];
        let planted = Plants::plant(&folders);
        let found = places_with(PLANTED, &folders, terminal);
        for place in planted.places.iter().map(String::as_str).chain([SCREEN]) {
            assert!(found.iter().any(|found| found == place), "{place} is not searched: {found:?}");
        }
        assert_eq!(places_with(password, &folders, terminal), Vec::<String>::new());
    }

    /// Asserts that what was started for the session was searched, too: ssh as it runs, and the notes of how it and the
    /// answer to its question were started.
    fn assert_searched_amid(&self, home: &Path, terminal: &Terminal) {
        let found = places_with("SSH_ASKPASS_REQUIRE=force", &[self.folder.path(), home], terminal);
        assert!(found.iter().any(|place| place.starts_with("/proc/")), "ssh is not searched: {found:?}");
        for (notes, text) in [("ssh.notes", "NumberOfPasswordPrompts"), ("askpass.notes", "assword:")] {
            let notes = std::fs::read_to_string(self.path(notes)).expect("it was started");
            assert!(notes.contains(text), "{notes}");
        }
    }

    /// Asserts that the log is of everything, and the journal of the credentials.
    fn assert_written(&self, home: &Path) {
        let log = std::fs::read_to_string(self.path("log")).expect("a log");
        assert!(log.contains("TRACE") && log.contains("/ssh"), "the log has not the request: {log}");
        let journal = home.join(".local/state/quarterdeck/journal.jsonl");
        let journal = std::fs::read_to_string(journal).expect("a journal");
        assert!(journal.contains("instance.ssh-credentials"), "{journal}");
    }
}

/// What the search must find: a file in each folder, and a process each with an argument and with a variable.
struct Plants {
    places: Vec<String>,
    children: [Child; 2],
}

impl Plants {
    fn plant(folders: &[&Path]) -> Self {
        let mut places = Vec::new();
        for folder in folders {
            // As deep as the program's own files.
            for within in [".local/state/quarterdeck", ".cache/quarterdeck"] {
                let folder = folder.join(within);
                std::fs::create_dir_all(&folder).expect("writable");
                let file = folder.join("planted");
                std::fs::write(&file, format!("a line\nwith {PLANTED} in it\n")).expect("writable");
                places.push(file.display().to_string());
            }
        }
        // They say that they run, since a process has no command line yet as it starts, and wait for input that never comes.
        let waiting = || {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", "echo; read line"]).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped());
            command
        };
        let running = |command: &mut Command| {
            let mut child = command.spawn().expect("it starts");
            child.stdout.as_mut().expect("piped").read_exact(&mut [0]).expect("it runs");
            child
        };
        let argument = running(waiting().arg(PLANTED));
        let variable = running(waiting().env("SOMETHING", PLANTED));
        places.push(format!("/proc/{}/cmdline", argument.id()));
        places.push(format!("/proc/{}/environ", variable.id()));
        Self { places, children: [argument, variable] }
    }
}

impl Drop for Plants {
    fn drop(&mut self) {
        for child in &mut self.children {
            // Its input ends with it, so that it ends by itself if it cannot be ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The places that have a text in them: files below the folders, what was written to the terminal, and the command lines and
/// environments of all processes that can be read.
fn places_with(text: &str, folders: &[&Path], terminal: &Terminal) -> Vec<String> {
    let mut found = Vec::new();
    let mut look = |path: &Path| {
        // Processes end, files go, and some are not ours to read.
        if has(&std::fs::read(path).unwrap_or_default(), text) {
            found.push(path.display().to_string());
        }
    };
    for process in std::fs::read_dir("/proc").expect("readable").flatten() {
        if process.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit()) {
            for part in ["cmdline", "environ"] {
                look(&process.path().join(part));
            }
        }
    }
    let mut waiting: Vec<PathBuf> = folders.iter().map(|&folder| folder.to_owned()).collect();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => waiting.push(entry.path()),
                Ok(kind) if kind.is_file() => look(&entry.path()),
                _ => {}
            }
        }
    }
    if has(&terminal.raw(), text) {
        found.push(SCREEN.to_owned());
    }
    found
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// By the key of the best way in, and by that of SSH.
#[test]
fn system_ssh_from_the_screen_leaves_its_password_nowhere() {
    for key in ["a", "s"] {
        let stage = Stage::start();
        let mut deck = stage.start_program(&[], Deck::with_environment);
        select(&deck, "relay-2", "running");
        deck.type_keys(key);
        deck.wait_for("root@");
        deck.type_keys(&format!("echo {PLANTED} ready-$((40 + 2))\r"));
        deck.wait_for("ready-42");
        let password = stage.password();
        let home = deck.home.path().to_owned();
        stage.assert_searched_amid(&home, &deck);
        stage.assert_hidden(&home, &deck, &password);

        deck.type_keys("exit\r");
        deck.wait_for("ended");
        // Offered once keys act on it.
        deck.wait_for("q close");
        deck.type_keys(keys::ESC);
        deck.wait_gone("ended");
        stage.assert_hidden(&home, &deck, &password);
        deck.type_keys(keys::CTRL_C);
        assert!(deck.exit_status().success());
        stage.assert_written(&home);
        stage.assert_hidden(&home, &deck, &password);
    }
}

#[test]
fn system_ssh_from_the_command_line_leaves_its_password_nowhere() {
    let stage = Stage::start();
    let home = stage.path("home");
    let script = "echo open-$((40 + 2)); read line; echo \"got: $line\"; cat";
    let words = ["ssh", "demo-cycle/relay-2", "--", script];
    let mut terminal = stage.start_program(&words, |arguments, environment| {
        Terminal::start(&Start {
            program: QDECK,
            arguments,
            environment,
            home: &home,
            columns: 120,
            rows: 36,
        })
    });
    terminal.wait_for("open-42");
    terminal.type_keys(&format!("{PLANTED}\r"));
    terminal.wait_for(&format!("got: {PLANTED}"));
    let password = stage.password();
    stage.assert_searched_amid(&home, &terminal);
    stage.assert_hidden(&home, &terminal, &password);

    terminal.type_keys(CTRL_D);
    assert!(terminal.exit_status().success());
    stage.assert_written(&home);
    stage.assert_hidden(&home, &terminal, &password);
}
