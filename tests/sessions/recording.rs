//! Consoles that are recorded, and recordings that are played.

use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use crate::cloud::QDECK;
use crate::consoles::{attach, detach, run};
use crate::deck::{Deck, keys};

/// Presses a key after the prefix.
fn after_prefix(deck: &Deck, key: &str) {
    deck.type_keys(keys::PREFIX);
    deck.type_keys(key);
}

/// Starts to record the console in front.
fn record(deck: &Deck) {
    after_prefix(deck, "r");
    deck.wait_for("● rec 00:");
}

/// The only recording in the home of a program.
fn recording(deck: &Deck) -> PathBuf {
    let folder = deck.home.path().join(".local/state/quarterdeck/recordings");
    deck.wait_until("the recording's file", |_| {
        std::fs::read_dir(&folder).is_ok_and(|mut files| files.next().is_some())
    });
    let found: Vec<_> =
        std::fs::read_dir(&folder).expect("the folder").map(|it| it.expect("read").path()).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

/// The lines of a recording as JSON: all of them are whole.
fn lines(file: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(file).expect("UTF-8");
    assert!(text.ends_with('\n'), "{text}");
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// Records what a shell prints, but for what it printed while the recording was paused. Returns the file.
fn record_with_a_pause(deck: &Deck) -> PathBuf {
    attach(deck);
    record(deck);
    run(deck, "echo first-$((10 + 1))");
    deck.wait_for("first-11");
    after_prefix(deck, "R");
    deck.wait_for("rec paused");
    run(deck, "echo paused-$((20 + 2))");
    deck.wait_for("paused-22");
    run(deck, "clear; echo ready-$((40 + 2))");
    deck.wait_gone("paused-22");
    after_prefix(deck, "R");
    deck.wait_gone("rec paused");
    run(deck, "echo second-$((30 + 3))");
    deck.wait_for("second-33");
    after_prefix(deck, "r");
    deck.wait_for("recorded ~/.local");
    recording(deck)
}

#[test]
fn a_console_is_recorded_and_played_inside() {
    use std::os::unix::fs::PermissionsExt as _;
    let deck = Deck::demo();
    let file = record_with_a_pause(&deck);
    let mode = file.metadata().expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "for its owner alone");
    let lines = lines(&file);
    assert_eq!((&lines[0]["version"], &lines[0]["title"]), (&3.into(), &"relay-2".into()));
    assert_eq!(lines[0]["env"], serde_json::Value::Null, "nothing of the environment");
    let of_code = |code: &str| -> Vec<String> {
        let of_code = lines[1..].iter().filter(|event| event[1] == code);
        of_code.map(|event| event[2].as_str().expect("a text").to_owned()).collect()
    };
    let output = of_code("o").concat();
    assert!(output.contains("first-11") && output.contains("second-33"), "{output}");
    assert!(!output.contains("paused-22"), "{output}");
    assert_eq!(of_code("m"), ["recording paused", "recording resumed"]);
    assert_eq!(of_code("i"), Vec::<String>::new());

    detach(&deck);
    deck.type_keys(":");
    deck.wait_for("command");
    deck.type_keys("play relay");
    deck.wait_for(" ago · ");
    deck.type_keys(keys::ENTER);
    deck.wait_for("relay-2-20");
    // The end comes by itself; then any time is gone to.
    deck.wait_for("■ end");
    deck.wait_for("second-33");
    deck.type_keys("0");
    deck.wait_gone("second-33");
    deck.wait_for("00:00 / 00:");
    deck.type_keys("m");
    deck.wait_for("recording paused");
    deck.wait_for("first-11");
    deck.type_keys("[");
    deck.wait_for("copy line");
    deck.type_keys(keys::ESC);
    deck.wait_gone("copy line");
    deck.type_keys("q");
    deck.wait_gone("relay-2-20");
}

#[test]
fn a_recording_is_whole_when_the_program_ends_and_when_it_is_killed() {
    for is_killed in [false, true] {
        let mut deck = Deck::demo();
        attach(&deck);
        record(&deck);
        run(&deck, "echo last-$((50 + 5))!");
        deck.wait_for("last-55!");
        let file = recording(&deck);
        if is_killed {
            // It is on the disk within a second, whatever comes then.
            deck.wait_until("the line on the disk", |_| {
                std::fs::read_to_string(&file).is_ok_and(|text| text.contains("last-55!"))
            });
            deck.signal(Signal::KILL);
            deck.exit_status();
        } else {
            detach(&deck);
            deck.type_keys(keys::CTRL_C);
            assert!(deck.exit_status().success());
            deck.assert_restored();
        }
        let text: String = lines(&file)[1..].iter().filter_map(|event| event[2].as_str()).collect();
        assert!(text.contains("last-55!"), "{text}");
    }
}

const CAST: &str = r#"{"version": 2, "width": 60, "height": 10}
[0.1, "o", "\u001b[1mfirst\u001b[m line\r\n"]
[0.2, "m", "a marker"]
[3600.2, "o", "last line"]
"#;

#[test]
fn a_file_is_played_on_the_screen_and_as_text() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("web.cast");
    std::fs::write(&file, CAST).expect("written");
    let path = file.to_string_lossy().into_owned();

    let mut deck = Deck::start(&["play", &path, "--speed", "2"]);
    deck.wait_for("first line");
    deck.wait_for("2x ▶ playing");
    deck.wait_for(" / 1:00:00");
    deck.type_keys(" ");
    deck.wait_for("‖ paused");
    deck.type_keys("9");
    deck.wait_for("54:00 / 1:00:00");
    deck.type_keys(".");
    deck.wait_for("last line");
    deck.type_keys("q");
    assert!(deck.exit_status().success(), "the program ends with the recording");
    deck.assert_restored();

    let dumped = Command::new(QDECK).args(["play", &path, "--dump"]).output().expect("runs");
    assert_eq!(String::from_utf8_lossy(&dumped.stdout), "first line\nlast line\n");
    let printed =
        Command::new(QDECK).args(["play", &path, "--cat", "--idle-limit", "10ms"]).output().expect("runs");
    assert_eq!(String::from_utf8_lossy(&printed.stdout), "\x1b[1mfirst\x1b[m line\r\nlast line");
    let missing = Command::new(QDECK).args(["play", "/no/such.cast", "--dump"]).output().expect("runs");
    let error = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(!missing.status.success() && error.contains("/no/such.cast cannot be read"), "{error}");
}

/// asciinema's own programs: the player in a browser reads version 3, the one of the command line before 3.0 version 2.
#[cfg(feature = "system-tests")]
#[test]
fn stock_players_read_a_recording() {
    let variable =
        |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set; see .ci/run"));
    let text = |command: &mut Command| {
        let output = command.output().expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let deck = Deck::demo();
    let file = record_with_a_pause(&deck);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sessions/asciinema-player.mjs");
    let player = variable("QDECK_TEST_ASCIINEMA_PLAYER");
    let found = text(Command::new("node").args([script, &player]).arg(&file));
    let found: serde_json::Value = serde_json::from_str(&found).expect("JSON");
    let output = found["output"].as_str().expect("a text");
    assert!(output.contains("first-11") && output.contains("second-33"), "{output}");
    assert_eq!(found["markers"], serde_json::json!(["recording paused", "recording resumed"]));

    // Without a context the file has only settings, and the demo cloud is shown.
    let deck = Deck::configured("recording_format = \"asciicast-v2\"\n");
    deck.wait_for("demo-cycle");
    let file = record_with_a_pause(&deck);
    let output = text(Command::new(variable("QDECK_TEST_ASCIINEMA")).arg("cat").arg(&file));
    assert!(output.contains("first-11") && output.contains("second-33"), "{output}");
    let ours = text(Command::new(QDECK).arg("play").arg(&file).arg("--cat"));
    assert_eq!(output, ours, "the same bytes");
}
