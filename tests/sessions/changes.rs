//! Changing things without the screen, by `qdeck do`, `qdeck wait` and `qdeck journal`, and picking up after a crash.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cloud::{Cloud, QDECK};
use crate::deck::Deck;

/// A demo cloud, and a home whose configuration connects to it.
struct Setup {
    cloud: Cloud,
    home: tempfile::TempDir,
}

impl Setup {
    fn start() -> Self {
        Self::of("exoscale")
    }

    fn of(platform: &str) -> Self {
        let cloud = Cloud::start(&["--faces", platform]);
        let home = tempfile::tempdir().expect("a folder");
        std::fs::write(home.path().join("config.toml"), cloud.text()).expect("writable");
        Self { cloud, home }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        command(self.home.path(), arguments)
    }

    fn qdeck(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("it runs")
    }

    /// Runs it for JSON; its exit code and the document.
    fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let output = self.qdeck(&[arguments, &["-o", "json"]].concat());
        let from = if output.stdout.is_empty() { &output.stderr } else { &output.stdout };
        let document = serde_json::from_slice(from)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(from)));
        (output.status.code().expect("no signal"), document)
    }

    /// The ends in the journal.
    fn outcomes(&self) -> Vec<String> {
        let (_, document) = self.json(&["journal"]);
        let writes = document["writes"].as_array().expect("a list").iter();
        writes.map(|write| write["outcome"].as_str().expect("a word").to_owned()).collect()
    }
}

fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(QDECK);
    command
        .arg("--config")
        .arg(home.join("config.toml"))
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", home)
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Waits until it is so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(120), "{what}");
        // Not a core of its own: the program under test needs it.
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_list_whose_reader_has_enough_ends_without_a_word() {
    let it = Setup::start();
    let mut child = it.command(&["do"]).spawn().expect("qdeck");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}

#[test]
fn what_destroys_something_is_confirmed_by_its_name() {
    let it = Setup::start();
    let refused = it.qdeck(&["do", "instance.delete", "demo-exoscale/front-1", "--yes"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("nothing was sent") && said.contains("--confirm 'front-1'"), "{said}");
    assert_eq!(it.outcomes(), Vec::<String>::new());
    let (code, document) = it.json(&["do", "instance.delete", "front-1", "--confirm", "front-1"]);
    assert_eq!(code, 0, "{document}");
}

#[test]
fn an_instance_is_stopped_waited_for_and_written_down() {
    let it = Setup::start();
    let (code, document) = it.json(&["do", "instance.stop", "front-1", "--dry-run"]);
    assert_eq!(code, 0, "{document}");
    let request = &document["writes"][0]["requests"][0];
    assert_eq!(request["method"], "PUT");
    assert!(request["url"].as_str().expect("an address").ends_with(":stop"), "{request}");
    assert_eq!((&document["danger"], &document["confirm"]), (&1.into(), &"front-1".into()));

    let refused = it.qdeck(&["do", "instance.stop", "demo-exoscale/front-1"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("nothing was sent") && said.contains("--yes"), "{said}");
    assert_eq!(it.outcomes(), Vec::<String>::new());

    let (code, document) = it.json(&["do", "instance.stop", "demo-exoscale/front-1", "--yes"]);
    assert_eq!(code, 0, "{document}");
    assert_eq!(document["schema_version"], 1);
    let result = &document["results"][0];
    assert_eq!((&result["outcome"], &result["target"]["name"]), (&"done".into(), &"front-1".into()));
    assert_eq!(result["operation"]["kind"], "operation");

    let (code, document) = it.json(&["wait", "front-1", "--for", "state=stopped", "--timeout", "60s"]);
    assert_eq!((code, &document["state"]), (0, &"stopped".into()));
    let (code, _) = it.json(&["wait", "front-1", "--for", "state=running", "--timeout", "1s"]);
    assert_eq!(code, 8);

    let again = it.qdeck(&["do", "instance.stop", "front-1", "--yes"]);
    assert_eq!(again.status.code(), Some(6));
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert_eq!(said, "qdeck: Stop front-1: it is already stopped\n");
    assert_eq!(it.outcomes(), ["done"]);
    for (context, count) in [("demo-exoscale", 1), ("another", 0)] {
        for arguments in [["--context", context, "journal"], ["journal", "--context", context]] {
            let (_, document) = it.json(&arguments);
            assert_eq!(document["writes"].as_array().map(Vec::len), Some(count), "{arguments:?}");
        }
    }
}

#[test]
fn what_is_not_there_and_what_is_misspelt_is_an_error_of_its_own() {
    let it = Setup::start();
    for (arguments, code, message) in [
        (&["do", "instance.stop", "frnt-1", "--yes"][..], 5, "there is no `frnt-1`"),
        (&["do", "instance.stpo", "front-1"], 2, "no action `instance.stpo`"),
        (&["do", "instance.stop"], 2, "needs a target"),
        (&["do", "--list", "instance.stop", "front-1"], 2, "takes one TARGET"),
        (&["do", "instance.stop", "--filter", "/[/"], 2, "not a regular expression"),
        (
            &["do", "instance.stop", "--filter", "name:nothing-has-it", "--yes"],
            5,
            "the filter matches nothing",
        ),
        (&["do", "instance.stop", "front-1", "--set", "x=1", "--yes"], 2, "has no field `x`"),
        (&["do", "instance.stop", "front-1", "--confirm", "front-2"], 10, "nothing was sent"),
        (&["--read-only", "do", "instance.stop", "front-1", "--yes"], 6, "read-only"),
        (&["wait", "nothing-has-it", "--for", "ended"], 5, "there is no `nothing-has-it`"),
    ] {
        let (found, document) = it.json(arguments);
        assert_eq!(found, code, "{arguments:?}: {document}");
        assert_eq!(document["error"]["code"], code);
        let text = document["error"]["message"].as_str().expect("a message");
        assert!(text.contains(message), "{arguments:?}: {text}");
    }
    let (code, document) = it.json(&["do", "--list", "instance.stop"]);
    assert_eq!(code, 5, "{document}");
    assert!(document["error"]["hint"].to_string().contains("It is an action"), "{document}");
    let alone = it.qdeck(&["do", "--filter", "state:running"]);
    assert_eq!(alone.status.code(), Some(2), "a filter without an action");
    let gone = it.qdeck(&["wait", "nothing-has-it", "--for", "gone"]);
    assert_eq!(gone.status.code(), Some(0));
    assert_eq!(it.outcomes(), Vec::<String>::new());
}

#[test]
fn instances_are_made_in_the_container_that_is_named() {
    let it = Setup::of("cycle");
    let create = ["do", "instance.create", "Order queue", "--dry-run"];
    let (code, document) = it.json(&create);
    assert_eq!(code, 2, "{document}");
    assert!(document["error"]["message"].to_string().contains("server_id: must be filled in"), "{document}");
    let (code, document) = it.json(&create[..2]);
    assert_eq!(code, 2, "{document}");
    assert!(document["error"]["message"].to_string().contains("name the container"), "{document}");
}

#[test]
fn refused_credentials_have_their_own_exit_code() {
    let it = Setup::start();
    let text = it.cloud.text();
    let key = text.lines().find(|line| line.starts_with("secret = ")).expect("a secret");
    std::fs::write(it.home.path().join("wrong"), "obviously-fake-secret").expect("writable");
    let config = text.replace(key, "secret = { file = \"wrong\" }");
    std::fs::write(it.home.path().join("config.toml"), config).expect("writable");
    let (code, document) = it.json(&["do", "instance.stop", "demo-exoscale/front-1", "--yes"]);
    assert_eq!(code, 4, "{document}");
}

#[test]
fn actions_are_listed_with_their_fields() {
    let it = Setup::start();
    let (code, document) = it.json(&["do"]);
    assert_eq!(code, 0);
    let has = |document: &Value, id: &str| {
        document["actions"].as_array().expect("a list").iter().any(|action| action["id"] == id)
    };
    assert!(has(&document, "instance.stop"), "{document}");
    let (code, document) = it.json(&["do", "--list", "demo-exoscale/front-1"]);
    assert_eq!(code, 0, "{document}");
    let start = document["actions"].as_array().expect("a list").iter();
    let start = start.into_iter().find(|action| action["id"] == "instance.start").expect("start");
    assert_eq!((&start["available"], &start["reason"]), (&false.into(), &"it is already running".into()));
    let table = it.qdeck(&["do", "--list", "demo-exoscale/front-1"]);
    assert!(String::from_utf8_lossy(&table.stdout).starts_with("ACTION "));
}

#[test]
fn a_bulk_stops_all_that_match_and_reports_each() {
    let it = Setup::start();
    let (_, before) = it.json(&["do", "instance.stop", "--filter", "name:front state:running", "--dry-run"]);
    let count = before["writes"].as_array().expect("a list").len();
    assert!(count > 1, "{before}");
    let confirm = before["confirm"].as_str().expect("a text").to_owned();
    assert_eq!(confirm, format!("{count} demo-exoscale"));
    let arguments =
        ["do", "instance.stop", "--filter", "name:front", "--yes", "-o", "jsonl", "--progress", "plain"];
    let output = it.qdeck(&arguments);
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let results: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON a line")).collect();
    let done = results.iter().filter(|result| result["outcome"] == "done").count();
    assert_eq!(done, count, "{lines}");
    assert!(results.iter().all(|result| result["schema_version"] == 1));
    let expected = if results.len() == count { 0 } else { 7 };
    assert_eq!(output.status.code(), Some(expected), "what did not fit is skipped: {lines}");
    let progress = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(progress.contains("demo-exoscale/front-1: stopping"), "{progress}");
}

#[test]
fn a_protected_context_takes_the_count_of_a_bulk() {
    let it = Setup::start();
    let config =
        it.cloud.text().replace("platform = \"exoscale\"", "platform = \"exoscale\"\nprotected = true");
    std::fs::write(it.home.path().join("config.toml"), config).expect("writable");
    let targets = ["do", "instance.stop", "front-1", "front-2"];
    let (code, document) = it.json(&[&targets[..], &["--yes"]].concat());
    assert_eq!(code, 2, "{document}");
    assert!(document["error"]["hint"].as_str().expect("a hint").contains("--confirm '2 demo-exoscale'"));
    let (code, document) = it.json(&[&targets[..], &["--confirm", "2 demo-exoscale"]].concat());
    assert_eq!(code, 0, "{document}");
}

/// Kills it.
fn kill(mut child: Child) -> String {
    child.kill().expect("it runs");
    let mut said = String::new();
    let _ = child.stderr.take().expect("piped").read_to_string(&mut said);
    child.wait().expect("its end can be waited for");
    said
}

#[test]
fn a_create_that_was_in_progress_when_the_program_was_killed_is_picked_up_by_the_next_start() {
    let it = Setup::start();
    let journal = it.home.path().join(".local/state/quarterdeck/journal.jsonl");
    let read = || std::fs::read_to_string(&journal).unwrap_or_default();
    let create = ["do", "instance.create-like", "front-1", "--set", "name=made-1", "--yes"];
    let child = it.command(&create).spawn().expect("it starts");
    until("the operation is accepted", || read().contains("\"accepted\""));
    let said = kill(child);
    assert!(!read().contains("\"ended\""), "it was killed before the end: {said}");
    assert_eq!(it.outcomes(), ["unknown"], "{said}");

    let deck = Deck::configured_in(it.home, &it.cloud.text());
    let path = deck.home.path().join(".local/state/quarterdeck/journal.jsonl");
    let read = || std::fs::read_to_string(&path).unwrap_or_default();
    until("it is picked up and ends", || read().contains("\"outcome\":\"done\""));
    let text = read();
    assert!(text.contains("\"picked_up\""), "{text}");
    assert!(text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{text}");
    assert_eq!(text.matches("\"intent\"").count(), 1, "nothing was sent again: {text}");
    let made = ["do", "instance.stop", "--filter", "name:made-1", "--dry-run", "-o", "json"];
    let found = command(deck.home.path(), &made).output().expect("it runs");
    let found: Value = serde_json::from_slice(&found.stdout).expect("JSON");
    assert_eq!(found["writes"].as_array().expect("a list").len(), 1, "{found}");
}
