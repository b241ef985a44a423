//! Secrets come neither to the screen nor into a file nor to a child, however a server writes them.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::cloud::QDECK;
use crate::deck::{Deck, keys};
use crate::network::{Server, answer, contexts};
use crate::terminal::PATIENCE;

/// A token with a letter for each way of writing it.
const TOKEN: &str = "fake/token&with\"letters";

/// The token as `printf user:TOKEN | base64` writes it.
const BASE64: &str = "dXNlcjpmYWtlL3Rva2VuJndpdGgibGV0dGVycw==";

/// Refuses every request and repeats the token in these words.
fn echoing(echo: &str) -> Server {
    Server::start(answer(
        "401 Unauthorized",
        "application/json",
        &format!(
            r#"{{"error":{{"status":401,"code":"401.auth-invalid","title":"no such key: {echo} <end>"}},"data":null}}"#
        ),
    ))
}

fn parts_of_the_token(text: &str) -> bool {
    ["fake/", "token&with", "letters", "u0026", "%2F", "%2f", "dXNlcjpm"]
        .iter()
        .any(|part| text.contains(part))
}

/// A configuration of one Cycle context whose token comes from a file in this folder.
fn token_from_file(folder: &Path, server: &Server) -> String {
    let file = folder.join("token");
    std::fs::write(&file, TOKEN).expect("writable");
    let config = contexts(&[("odd-one", server.url())]);
    let config = config.lines().map(|line| match line.split_once('=') {
        Some((key, _)) if key.trim() == "token" => {
            format!("token = {{ file = \"{}\" }}\n", file.display())
        }
        _ => format!("{line}\n"),
    });
    let config_file = folder.join("config.toml");
    std::fs::write(&config_file, config.collect::<String>()).expect("writable");
    config_file.display().to_string()
}

#[test]
fn a_token_in_a_name_is_not_shown_in_the_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let row = r#"{"id":"i1","name":"before fake/token&with\"letters after"}"#;
    let server = Server::start(answer("200 OK", "application/json", &format!(r#"{{"data":[{row}]}}"#)));
    let config = token_from_file(folder.path(), &server);
    let mut deck = Deck::with_environment(&["--config", &config], &[]);
    deck.wait_for("before •••• after");
    assert!(!parts_of_the_token(&deck.screen()), "{}", deck.screen());
    deck.type_keys(keys::CTRL_C);
    assert!(deck.exit_status().success());
}

#[test]
fn a_refused_token_is_shown_nowhere_however_the_server_repeats_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let escaped = r#"fake\/token\u0026with\"letters"#;
    let percent = "fake%2Ftoken%26with%22letters";
    for echo in [escaped, r"fake\u002Ftoken&with\u0022letters", percent, BASE64] {
        let server = echoing(echo);
        let config = token_from_file(folder.path(), &server);
        let log = folder.path().join("log");
        let log_file = log.display().to_string();
        let mut deck =
            Deck::with_environment(&["--config", &config, "--log-file", &log_file], &[("RUST_LOG", "trace")]);
        deck.wait_for("odd-one");
        deck.type_keys("@");
        deck.wait_for("no such key: •••• <end>");
        deck.type_keys(keys::CTRL_C);
        deck.exit_status();
        let written = String::from_utf8_lossy(&deck.raw()).into_owned();
        assert!(!parts_of_the_token(&written), "{echo} on the screen: {written}");
        let logged = std::fs::read_to_string(&log).expect("a log");
        assert!(logged.contains("request") && !parts_of_the_token(&logged), "{echo} in the log: {logged}");

        let check =
            Command::new(QDECK).args(["--config", &config, "config", "check"]).output().expect("it runs");
        let report = String::from_utf8_lossy(&check.stdout).into_owned();
        assert!(report.contains("••••") && !parts_of_the_token(&report), "{echo} in the check: {report}");
    }
}

#[test]
fn the_id_of_an_exoscale_key_is_a_secret_as_the_secret_itself() {
    let server = Server::start(answer(
        "403 Forbidden",
        "application/json",
        r#"{"message":"no role for EXO12fake34id56 signed by fake-secret-of-the-key <end>"}"#,
    ));
    let mut deck = Deck::configured(&format!(
        "[contexts.exo]\nplatform = \"exoscale\"\nbase_url = \"{}\"\n\
         key = {{ command = [\"echo\", \"EXO12fake34id56\"] }}\n\
         secret = {{ command = [\"echo\", \"fake-secret-of-the-key\"] }}\n",
        server.url()
    ));
    deck.wait_for("exo");
    deck.type_keys("@");
    deck.wait_for("no role for •••• signed by •••• <end>");
    deck.type_keys(keys::CTRL_C);
    deck.exit_status();
    let written = String::from_utf8_lossy(&deck.raw()).into_owned();
    assert!(!written.contains("fake34id") && !written.contains("of-the-key"), "{written}");
}

/// The environment of a process, once it is there.
fn environment(file: &Path) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Ok(text) = std::fs::read_to_string(file)
            && text.contains("END")
        {
            return text;
        }
        assert!(Instant::now() < deadline, "the command was not started");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[test]
fn the_command_of_a_secret_does_not_inherit_the_tokens_of_other_contexts() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("environment");
    let section = |name: &str, token: &str| {
        format!(
            "[contexts.{name}]\nplatform = \"cycle\"\nbase_url = \"http://127.0.0.1:9\"\n\
             hub = \"651586fca6078e98982dbd90\"\ntoken = {token}\n"
        )
    };
    let script = format!("env > {0}; echo END >> {0}; echo secret", file.display());
    let config = folder.path().join("config.toml");
    let text = section("one", "{ env = \"MY_TOKEN\" }")
        + &section("two", &format!("{{ command = [\"/bin/sh\", \"-c\", \"{script}\"] }}"));
    std::fs::write(&config, text).expect("writable");
    let mut deck = Deck::with_environment(
        &["--config", &config.display().to_string()],
        &[("MY_TOKEN", "fake-token-of-one"), ("OTHER", "kept")],
    );
    let inherited = environment(&file);
    assert!(!inherited.contains("MY_TOKEN") && inherited.contains("OTHER=kept"), "{inherited}");
    deck.type_keys(keys::CTRL_C);
    deck.exit_status();
}

#[test]
fn a_check_warns_of_a_configuration_that_others_can_change() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "").expect("writable");
    let report = |mode| {
        std::fs::set_permissions(&config, std::fs::Permissions::from_mode(mode)).expect("ours");
        let found = Command::new(QDECK).arg("--config").arg(&config).args(["config", "check"]).output();
        String::from_utf8_lossy(&found.expect("it runs").stdout).into_owned()
    };
    assert!(report(0o664).contains("can be changed by other users (mode 664)"));
    assert!(!report(0o644).contains("can be changed"));
}
