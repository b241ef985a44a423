//! It is left at once, whatever hangs: a secret, a terminal that does not read, a terminal of a monstrous size, a paste.
//! The limits here are those of a loaded machine; a hang without them lasts for tens of seconds or for ever.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::cloud::QDECK;
use crate::deck::{Deck, keys};
use crate::terminal::PATIENCE;

/// Time within which it is gone. It takes a hundredth of a second, and under a second where it has to be ended.
const GONE_WITHIN: Duration = Duration::from_secs(6);

/// A context at an address where nothing listens, with this reference to its token.
fn context(token: &str) -> String {
    format!(
        "[contexts.one]\nplatform = \"cycle\"\nbase_url = \"http://127.0.0.1:9\"\nhub = \"651586fca6078e98982dbd90\"\n\
         token = {token}\n"
    )
}

fn value(text: &str) -> String {
    context(&format!("{{ command = [\"/bin/echo\", \"{text}\"] }}"))
}

fn pipe(folder: &Path) -> String {
    let path = folder.join("pipe");
    assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
    path.display().to_string()
}

/// The process whose number a script writes into a file.
fn started(file: &Path) -> Pid {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if let Some(pid) = text.trim().parse().ok().and_then(Pid::from_raw) {
            return pid;
        }
        assert!(Instant::now() < deadline, "the command was not started");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn assert_ends(pid: Pid) {
    let deadline = Instant::now() + PATIENCE;
    let runs = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
        test_kill_process(pid).is_ok() && stat.is_ok_and(|stat| !stat.contains(") Z "))
    };
    while runs() {
        assert!(Instant::now() < deadline, "what the command started goes on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A command that starts another one and waits for it, and the file in which that one's number will be.
fn command_with_a_child(folder: &Path) -> (String, std::path::PathBuf) {
    let file = folder.join("pid");
    let script = format!("sleep 600 & echo $! > {}; wait", file.display());
    (context(&format!("{{ command = [\"/bin/sh\", \"-c\", \"{script}\"] }}")), file)
}

#[test]
fn a_secret_in_a_pipe_or_a_device_is_an_error_and_holds_up_no_end() {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, word) in [(pipe(folder.path()), "it is a pipe"), ("/dev/tty".to_owned(), "it is a device")] {
        let mut deck = Deck::configured(&context(&format!("{{ file = \"{path}\" }}")));
        deck.wait_for("one");
        deck.type_keys("@");
        deck.wait_for(word);
        deck.type_keys(keys::CTRL_C);
        deck.assert_gone_within(GONE_WITHIN);
        deck.assert_restored();
    }
}

#[test]
fn what_the_command_of_a_secret_started_ends_with_the_program() {
    for end in [None, Some(Signal::TERM), Some(Signal::HUP), Some(Signal::INT)] {
        let folder = tempfile::tempdir().expect("a folder");
        let (text, file) = command_with_a_child(folder.path());
        let mut deck = Deck::configured(&text);
        deck.wait_for("one");
        let child = started(&file);
        match end {
            None => deck.type_keys(keys::CTRL_C),
            Some(signal) => deck.signal(signal),
        }
        deck.assert_gone_within(GONE_WITHIN);
        deck.assert_restored();
        assert_ends(child);
    }
}

#[test]
fn a_check_that_is_interrupted_ends_at_once_with_all_that_it_started() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let folder = tempfile::tempdir().expect("a folder");
        let (text, file) = command_with_a_child(folder.path());
        let config = folder.path().join("config.toml");
        std::fs::write(&config, text).expect("writable");
        let mut check = Command::new(QDECK)
            .args(["--config", &config.to_string_lossy(), "config", "check"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let child = started(&file);
        let pid = Pid::from_raw(i32::try_from(check.id()).expect("a number")).expect("a number");
        kill_process(pid, signal).expect("it runs");
        let began = Instant::now();
        let status = check.wait().expect("it ends");
        assert!(began.elapsed() < GONE_WITHIN, "{signal:?} took {:?}", began.elapsed());
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&status),
            Some(signal.as_raw()),
            "a shell sees which signal it was"
        );
        assert_ends(child);
    }
}

#[test]
fn a_terminal_that_does_not_read_is_left_and_given_back() {
    for end in [None, Some(Signal::TERM), Some(Signal::HUP)] {
        let mut deck = Deck::demo();
        deck.stop_reading();
        // Each size is a whole frame of some kilobytes, and the terminal has room for 64.
        for rows in 40..100 {
            deck.resize_unseen(250, rows);
            std::thread::sleep(Duration::from_millis(20));
        }
        match end {
            None => deck.type_keys(keys::CTRL_C),
            Some(signal) => deck.signal(signal),
        }
        deck.assert_gone_within(GONE_WITHIN);
        deck.read_again();
        deck.exit_status();
        deck.assert_restored();
    }
}

#[test]
fn a_monstrous_terminal_is_drawn_in_part_and_given_back() {
    let mut deck = Deck::configured(&value("token"));
    deck.wait_for("one");
    let before = deck.written();
    deck.resize_unseen(30_000, 30_000);
    deck.wait_frame(before);
    deck.signal(Signal::TERM);
    deck.assert_gone_within(GONE_WITHIN);
    deck.exit_status();
    deck.assert_restored();
}

#[test]
fn a_paste_that_never_ends_holds_up_no_signal() {
    let mut deck = Deck::configured(&value("token"));
    deck.wait_for("one");
    deck.type_keys("/");
    deck.type_keys("\x1b[200~the beginning of a text");
    deck.signal(Signal::TERM);
    deck.assert_gone_within(GONE_WITHIN);
    deck.assert_restored();
}

#[test]
fn a_state_file_that_is_a_pipe_is_reported_and_not_waited_for() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join(".local/state/quarterdeck");
    std::fs::create_dir_all(&folder).expect("a folder");
    for name in ["screen.toml", "journal.jsonl"] {
        assert!(Command::new("mkfifo").arg(folder.join(name)).status().expect("mkfifo").success());
    }
    let mut deck = Deck::configured_in(home, &value("token"));
    deck.wait_for("one");
    deck.type_keys("!");
    deck.wait_for("it is a pipe");
    deck.type_keys(keys::CTRL_C);
    deck.assert_gone_within(GONE_WITHIN);
    deck.assert_restored();
}

/// What is wrong with a file of the configuration or of the log is reported at once, with what to do.
#[test]
fn a_configuration_or_log_that_is_no_file_is_reported_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = pipe(folder.path());
    let large = folder.path().join("large.toml");
    std::fs::File::create(&large).and_then(|file| file.set_len(100 << 20)).expect("a large file");
    let large = large.display().to_string();
    for (arguments, code, report) in [
        (["--config", &pipe, "config", "check"], 3, "pipe cannot be read: it is a pipe. Name a regular file"),
        (["--config", "/dev/zero", "config", "check"], 3, "/dev/zero cannot be read: it is a device"),
        (["--config", &large, "config", "check"], 3, "it has 100 MiB, and at most 1 MiB are read"),
        (["--log-file", &pipe, "config", "path"], 1, "the log file"),
        (["--log-file", "/dev/zero", "config", "path"], 1, "cannot be written: it is a device"),
    ] {
        let found = Command::new(QDECK).args(arguments).stdin(Stdio::null()).output().expect("it runs");
        let errors = String::from_utf8_lossy(&found.stderr).into_owned();
        assert_eq!(found.status.code(), Some(code), "{errors}");
        assert!(errors.contains(report), "{errors}");
    }
}
