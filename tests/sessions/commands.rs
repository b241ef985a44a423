//! What needs no screen: the configuration's commands, the demo cloud alone, and refusals.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use quarterdeck::providers::Registry;
use rustix::process::Signal;

use crate::cloud::{Cloud, QDECK};
use crate::network::{Server, answer, contexts};

fn qdeck(home: &Path, arguments: &[&str]) -> Output {
    qdeck_in(home, &[], arguments)
}

/// The same with more in the environment.
fn qdeck_in(home: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    Command::new(QDECK)
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", home)
        .envs(environment.iter().copied())
        .current_dir(home)
        .stdin(Stdio::null())
        .output()
        .expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_demo_alone_prints_a_configuration_that_works_and_ends_without_a_trace() {
    for signal in [Signal::TERM, Signal::INT] {
        let registry = Registry::builtin();
        let names: Vec<&str> = registry.iter().map(|it| it.platform().name()).collect();
        let faces = names.join(",");
        let mut cloud = Cloud::start(&["--listen", "127.0.0.1:0", "--faces", &faces]);
        let home = tempfile::tempdir().expect("a folder");
        let config = cloud.config();
        let found = qdeck(home.path(), &["--config", &config.to_string_lossy(), "config", "check"]);
        let report = text(&found.stdout);
        assert!(found.status.success(), "{report}{}", text(&found.stderr));
        for name in names {
            assert!(report.contains(&format!("demo-{name} ({name}")), "{report}");
        }
        assert!(!report.contains('✗'), "{report}");
        cloud.signal(signal);
        assert!(cloud.ended_well(), "{signal:?}");
        assert_eq!(cloud.leftovers(), Vec::<std::path::PathBuf>::new(), "secrets go with the run");
    }
}

#[test]
fn the_demo_listens_on_loopback_only() {
    let home = tempfile::tempdir().expect("a folder");
    let found = qdeck(home.path(), &["demo", "--listen", "0.0.0.0:0"]);
    assert_eq!(found.status.code(), Some(1));
    assert!(text(&found.stderr).contains("loopback"), "{}", text(&found.stderr));
    assert!(found.stdout.is_empty());
}

#[test]
fn a_file_is_written_found_and_not_written_over() {
    let home = tempfile::tempdir().expect("a folder");
    let path = text(&qdeck(home.path(), &["config", "path"]).stdout);
    assert!(path.starts_with(&*home.path().to_string_lossy()), "{path}");
    let first = qdeck(home.path(), &["config", "init"]);
    assert!(first.status.success() && text(&first.stdout).contains(path.trim()));
    let again = qdeck(home.path(), &["config", "init"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("exists already"));
    let check = qdeck(home.path(), &["config", "check"]);
    assert!(text(&check.stdout).contains("has no contexts yet: fill one in"), "{}", text(&check.stdout));
    let other = qdeck(home.path(), &["config", "init", "--config", "other.toml"]);
    assert!(text(&other.stdout).ends_with("qdeck config check --config 'other.toml'\n"), "{other:?}");
}

#[test]
fn credentials_that_others_keep_are_found_written_by_reference_and_tried() {
    let refuses = Server::start(answer("401 Unauthorized", "application/json", r#"{"error":{}}"#));
    let home = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(home.path().join(".exoscale")).expect("writable");
    std::fs::write(
        home.path().join(".exoscale/exoscale.toml"),
        "[[accounts]]\nname = 'work'\nkey = 'EXOfake'\nsecret = 'fake-secret'\nendpoint = 'http://127.0.0.1:1'\n",
    )
    .expect("writable");
    let url = refuses.url();
    let environment = [
        ("CYCLE_API_KEY", "fake-token"),
        ("CYCLE_HUB_ID", "651586fca6078e98982dbd90"),
        ("CYCLE_BASE_URL", &*url),
        ("CAM_TOKEN", "fake-token"),
    ];
    let check = |arguments: &[&str]| {
        let found = qdeck_in(home.path(), &environment, arguments);
        let report = text(&found.stdout);
        assert!(!report.contains("fake"), "{report}");
        (found.status.code(), report)
    };
    let (code, report) = check(&["config", "check"]);
    assert_eq!(code, Some(1), "{report}");
    for words in [
        "CYCLE_API_KEY and CYCLE_HUB_ID",
        "account work of",
        "ELASTICBOX_URL is not",
        "not signed in",
        "exoscale-work (exoscale, http://127.0.0.1:1/v2)",
    ] {
        assert!(report.contains(words), "{words}: {report}");
    }
    let (code, report) = check(&["config", "init"]);
    assert_eq!(code, Some(0), "{report}");
    assert!(report.contains("exoscale-work: account work of"), "{report}");
    let path = text(&qdeck(home.path(), &["config", "path"]).stdout);
    let file = std::fs::read_to_string(path.trim()).expect("it was written");
    assert!(file.contains("\n[contexts.cycle]\n") && !file.contains("fake-"), "{file}");
    let (code, report) = check(&["config", "check"]);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("no mistakes"), "{report}");
    assert!(report.contains("cycle (cycle") && report.contains("exoscale-work (exoscale"), "{report}");
}

/// What is said of a wrong configuration, by the check and at the start alike; its exit code is its own.
fn told_of(configuration: &str, words: &[&str]) {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("config.toml");
    std::fs::write(&path, configuration).expect("writable");
    for command in [&["config", "check"][..], &[]] {
        let mut arguments = command.to_vec();
        let path = path.to_string_lossy();
        arguments.extend(["--config", &path]);
        let found = qdeck(home.path(), &arguments);
        let report = text(&found.stderr);
        assert_eq!(found.status.code(), Some(3), "{report}");
        for word in words {
            assert!(report.contains(word), "{word}: {report}");
        }
        assert!(found.stdout.is_empty(), "nothing is drawn");
    }
}

#[test]
fn mistakes_have_an_exit_code_of_their_own() {
    told_of("refesh = \"5s\"\n", &["config.toml:1:1:", "`refresh`"]);
}

#[test]
fn a_key_with_two_meanings_is_told_with_both_before_the_screen() {
    let configuration = "[keys.table]\ndescribe = [\"f2\"]\nmark = [\"f2\"]\n";
    told_of(configuration, &["config.toml", "f2", "describe", "mark"]);
}

#[test]
fn the_screen_needs_a_terminal() {
    let home = tempfile::tempdir().expect("a folder");
    let found = qdeck(home.path(), &[]);
    assert_eq!(found.status.code(), Some(1));
    assert!(text(&found.stderr).contains("terminal"), "{}", text(&found.stderr));
    assert!(found.stdout.is_empty(), "nothing is drawn into a pipe");
}

#[test]
fn a_check_tells_what_is_wrong_with_each_context_and_never_the_secret() {
    let refuses = Server::start(answer(
        "401 Unauthorized",
        "application/json",
        r#"{"error":{"title":"Unauthorized","code":"401.auth"}}"#,
    ));
    let page = Server::start(answer(
        "200 OK",
        "text/html",
        "<html><body>Sign in to the hotel's network</body></html>",
    ));
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("config.toml");
    let file =
        contexts(&[("refused", refuses.url()), ("hotel", page.url()), ("gone", "http://127.0.0.1:1".into())]);
    std::fs::write(&path, file).expect("writable");
    let found = qdeck(home.path(), &["config", "check", "--config", &path.to_string_lossy()]);
    let report = text(&found.stdout);
    assert_eq!(found.status.code(), Some(1), "{report}");
    for words in ["not signed in", "unexpected answer", "unreachable"] {
        assert!(report.contains(words), "{words}: {report}");
    }
    assert!(!report.contains("fake-token"), "{report}");
}

#[test]
fn completions_are_printed() {
    let home = tempfile::tempdir().expect("a folder");
    for shell in ["bash", "zsh", "fish"] {
        let found = qdeck(home.path(), &["completions", shell]);
        assert!(found.status.success() && text(&found.stdout).contains("qdeck"));
    }
}

#[test]
fn output_that_cannot_be_written_is_reported_and_a_closed_pipe_is_not() {
    let home = tempfile::tempdir().expect("a folder");
    for arguments in [&["completions", "bash"][..], &["config", "path"], &["journal"]] {
        let into = |stdout: Stdio| {
            let mut command = Command::new(QDECK);
            command.args(arguments).env_clear().env("HOME", home.path()).stdin(Stdio::null());
            command.stdout(stdout).stderr(Stdio::piped()).output().expect("it runs")
        };
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let closed = into(writer.into());
        assert_eq!((closed.status.code(), text(&closed.stderr).as_str()), (Some(1), ""), "{arguments:?}");
        #[cfg(target_os = "linux")]
        {
            let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("it is there");
            let failed = into(full.into());
            let error = text(&failed.stderr);
            assert_eq!(failed.status.code(), Some(1), "{arguments:?}");
            assert!(error.starts_with("qdeck: could not write to standard output: "), "{error}");
            assert_eq!(error.lines().count(), 1, "{error}");
        }
    }
}
