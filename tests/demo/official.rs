//! The platforms' own clients against the demo cloud. They are Python packages, so this needs `--features
//! system-tests` and a Python that has them: `QDECK_TEST_PYTHON`, or `python3`.

use std::process::Stdio;
use std::time::Duration;

use quarterdeck::demo::{Access, Cloud, CloudOptions};

use crate::client::options;

/// A whole life of an instance is several operations, and the clients ask after each every three seconds.
const LIMIT: Duration = Duration::from_secs(240);

/// A cloud with one face, and how to reach it.
async fn cloud(platform: &str) -> (Cloud, Access) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let options = CloudOptions { faces: vec![platform.to_owned()], ..options(None) };
    let cloud = Cloud::start(options).await.expect("the cloud starts");
    let access = cloud.access.iter().find(|a| a.platform == platform);
    let access = access.expect("the face").clone();
    (cloud, access)
}

/// Runs a script of the folder beside this file; its last line must be `ok`.
async fn run(script: &str, environment: &[(&str, &str)]) {
    let python = std::env::var("QDECK_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let path = format!("{}/tests/demo/official/{script}", env!("CARGO_MANIFEST_DIR"));
    let child = tokio::process::Command::new(&python)
        .arg(path)
        .envs(environment.iter().copied())
        // The cloud is on this very machine.
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|e| panic!("{python} does not start: {e}"));
    let ended = tokio::time::timeout(LIMIT, child.wait_with_output()).await;
    let ended = ended.expect("it ends in time").expect("it ran");
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(
        ended.status.success() && out.trim_end().ends_with("ok"),
        "{script}: {}\n{out}\n{err}",
        ended.status
    );
}

#[tokio::test]
async fn official_exoscale() {
    let (_cloud, access) = cloud("exoscale").await;
    let key = access.key.as_ref().expect("a key").expose();
    let environment = [
        ("QDECK_BASE_URL", access.base_url.as_str()),
        ("QDECK_KEY", key),
        ("QDECK_SECRET", access.secret.expose()),
    ];
    run("exoscale_client.py", &environment).await;
}

#[tokio::test]
async fn official_gcore() {
    let (_cloud, access) = cloud("gcore").await;
    let project = access.project.expect("a project").to_string();
    let environment = [
        ("QDECK_BASE_URL", access.base_url.as_str()),
        ("QDECK_SECRET", access.secret.expose()),
        ("QDECK_PROJECT", project.as_str()),
    ];
    run("gcore_client.py", &environment).await;
}
