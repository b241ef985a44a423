//! `qdeck config check` against servers that are slow, silent, or lack a product.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use quarterdeck::cli::config::{Paint, check};
use quarterdeck::providers::Registry;
use serde_json::json;
use tempfile::TempDir;

use crate::setup::{Recorder, Reply};
use crate::silent::silent_server;

/// A file with a Cycle context for each of these names and addresses.
fn file(contexts: &[(&str, SocketAddr)]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("token"), "obviously-fake").expect("writable");
    let mut text = String::new();
    for (name, address) in contexts {
        let token = folder.path().join("token");
        let token = token.display();
        writeln!(
            text,
            "[contexts.{name}]\nplatform = \"cycle\"\nbase_url = \"http://{address}/base/\"\nhub = \"651586fca6078e98982dbd90\"\ntoken = {{ file = \"{token}\" }}"
        )
        .expect("a string takes all");
    }
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).expect("writable");
    (folder, path)
}

async fn checked(path: &std::path::Path, names: &[&str]) -> (bool, String) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut out = Vec::new();
    let works =
        check(Some(path), &names, &Registry::builtin(), Paint(false), &mut out).await.expect("no mistakes");
    (works, String::from_utf8(out).expect("text"))
}

/// A hub without servers of its own, whose other lists are there.
fn hub(line: &str) -> Reply {
    match line.split(' ').nth(1).unwrap_or_default() {
        "/v1/hubs/current" => Reply::json(&json!({"data": {"id": "h", "name": "Hub"}})),
        "/v1/hubs/current/notifications" => Reply::json(&json!({"data": {"token": "obviously-fake"}})),
        "/v1/containers" | "/v1/jobs" => Reply::json(&json!({"data": []})),
        _ => Reply::refusal(404, &json!({"error": {"code": "404.path", "title": "no such product"}})),
    }
}

#[tokio::test]
async fn only_the_contexts_that_were_named_are_checked_and_a_product_that_is_not_there_is_no_failure() {
    let recorder = Recorder::start_with(|line, _| hub(line)).await;
    let (silent, requests) = silent_server().await;
    let (_folder, path) = file(&[("good", recorder.address), ("dead", silent)]);
    let (works, report) = checked(&path, &["good"]).await;
    assert!(works, "{report}");
    assert!(report.contains("✓ signed in as hub Hub") && !report.contains("dead"), "{report}");
    assert!(report.contains("- servers           not available here"), "{report}");
    assert_eq!(requests.load(std::sync::atomic::Ordering::SeqCst), 0);
    let mut out = Vec::new();
    let unknown = check(Some(&path), &["god".to_owned()], &Registry::builtin(), Paint(false), &mut out).await;
    assert!(unknown.expect_err("no such context").to_string().contains("Did you mean `good`?"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn a_slow_server_is_called_slow_and_works() {
    let recorder = Recorder::start_with(|line, _| {
        std::thread::sleep(Duration::from_millis(2200));
        hub(line)
    })
    .await;
    let (_folder, path) = file(&[("slow", recorder.address)]);
    let (works, report) = checked(&path, &[]).await;
    assert!(works, "{report}");
    assert!(report.contains(" ms  slow") && !report.contains("unreachable"), "{report}");
}

#[tokio::test]
async fn the_check_ends_when_its_answers_are_in_and_asks_a_silent_server_no_second_time() {
    let (silent, requests) = silent_server().await;
    let (_folder, path) = file(&[("dead", silent)]);
    let began = Instant::now();
    let (works, report) = checked(&path, &[]).await;
    assert!(!works && report.contains("✗ no answer: "), "{report}");
    assert!(began.elapsed() < Duration::from_secs(60), "one wait of 10 s: {:?}", began.elapsed());
    // Those that were under way at once.
    assert!(requests.load(std::sync::atomic::Ordering::SeqCst) <= 4, "{requests:?}");
}
