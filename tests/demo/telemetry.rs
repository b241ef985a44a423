//! Telemetry, and that no process outlives the cloud.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::{Client, LIMIT, Socket};

/// CPU time in nanoseconds and the time of the snapshot, from the stream's next message.
async fn cpu(stream: &mut Socket) -> (u64, jiff::Timestamp) {
    let text = stream.next().await.expect("a snapshot");
    let snapshot: Value = serde_json::from_str(&text).expect("JSON");
    let total = snapshot["cpu"]["usage"]["total"].as_u64().expect("a counter");
    (total, snapshot["time"].as_str().expect("a time").parse().expect("RFC 3339"))
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn work_in_the_console_moves_the_instances_cpu() {
    let client = Client::start(None).await;
    let (container, instance) = client.instance_of("relay").await;
    let base = format!("/v1/containers/{container}/instances/{instance}");
    let mut stream = client.open(&format!("{base}/telemetry/resources/stream")).await;
    let (before, at) = cpu(&mut stream).await;
    let (quiet, later) = cpu(&mut stream).await;
    assert!(later > at && quiet >= before);
    assert!(quiet - before < 300_000_000, "a quiet instance used {} ns", quiet - before);

    let mut console = client.open(&format!("{base}/console")).await;
    console.activate().await;
    console.keys("yes >/dev/null &\r").await;
    let began = Instant::now();
    let mut last = quiet;
    // On a loaded machine it gets little, but it gets something every second.
    while last < quiet + 300_000_000 {
        assert!(began.elapsed() < LIMIT, "CPU does not rise: {quiet} to {last}");
        let (now, _) = cpu(&mut stream).await;
        assert!(now >= last, "the counter went backwards: {last} to {now}");
        last = now;
    }
    console.keys("kill %1\r").await;
    console.keys("sleep 0; echo done-$?\r").await;
    console.until("done-0").await;
    assert!(cpu(&mut stream).await.0 >= last, "the counter went backwards when the process ended");

    let (status, report) = client.cycle(&format!("{base}/telemetry/resources/report")).await;
    assert_eq!(status, 200, "{report}");
    let snapshots = report["data"]["snapshots"].as_array().expect("a list");
    assert!(snapshots.len() >= 3, "{} snapshots", snapshots.len());
    let (status, none) = client
        .cycle(&format!("{base}/telemetry/resources/report?filter[range-end]=2020-01-01T00:00:00Z"))
        .await;
    assert_eq!((status, none["data"]["snapshots"].as_array().map(Vec::len)), (200, Some(0)));
}

/// Processes whose environment or command line carries a word.
#[cfg(target_os = "linux")]
fn processes_with(word: &str) -> Vec<String> {
    let holds = |path: std::path::PathBuf| {
        std::fs::read(path).is_ok_and(|b| memchr::memmem::find(&b, word.as_bytes()).is_some())
    };
    std::fs::read_dir("/proc")
        .expect("/proc")
        .flatten()
        .filter(|e| e.file_name().to_string_lossy().bytes().all(|b| b.is_ascii_digit()))
        .filter(|e| holds(e.path().join("cmdline")))
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect()
}

/// Waits until no process carries the word.
#[cfg(target_os = "linux")]
fn gone(word: &str) {
    let began = Instant::now();
    while !processes_with(word).is_empty() {
        assert!(began.elapsed() < LIMIT, "still there: {:?}", processes_with(word));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Starts what is hard to end: a process in the background that ignores hang-ups, and one in a session of its own.
#[cfg(target_os = "linux")]
async fn start_stubborn(console: &mut Socket, word: &str) {
    console.activate().await;
    // A shell whose own arguments carry the word, and which does nothing but wait.
    let stay = format!("trap '' HUP TERM; while :; do sleep 0.2; done # {word}");
    console.keys(&format!("sh -c \"{stay}\" & setsid sh -c \"{stay}\" & sleep 0; echo up-$?\r")).await;
    console.until("up-0").await;
    let began = Instant::now();
    while processes_with(word).len() < 2 {
        assert!(began.elapsed() < LIMIT, "they did not start: {:?}", processes_with(word));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn dropping_the_cloud_ends_its_processes() {
    let client = Client::start(None).await;
    let (container, instance) = client.instance_of("web").await;
    let mut console = client.open(&format!("/v1/containers/{container}/instances/{instance}/console")).await;
    let word = format!("dropped-{}", std::process::id());
    start_stubborn(&mut console, &word).await;
    drop(client);
    gone(&word);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn killing_the_server_ends_its_processes_too() {
    use std::io::BufRead as _;
    use std::process::{Command, Stdio};
    let mut server = Command::new(env!("CARGO_BIN_EXE_qdeck"))
        .args(["demo", "--listen", "127.0.0.1:0", "--console-input"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    // The configuration it prints holds the way in; the second context ends it.
    let printed = std::io::BufReader::new(server.stdout.take().expect("piped"));
    let mut text = String::new();
    for line in printed.lines().map_while(Result::ok) {
        text += &line;
        text.push('\n');
        if text.contains("[contexts.demo-quasarch]") && line.starts_with("password") {
            break;
        }
    }
    let client = Client::of_process(&text);
    let word = format!("killed-{}", std::process::id());
    let (container, instance) = client.instance_of("web").await;
    let mut console = client.open(&format!("/v1/containers/{container}/instances/{instance}/console")).await;
    start_stubborn(&mut console, &word).await;
    server.kill().expect("killed");
    server.wait().expect("reaped");
    gone(&word);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_instance_without_a_client_has_a_history_all_the_same() {
    use quarterdeck::demo::engine::fleet::Account;
    use quarterdeck::demo::engine::sampler::CADENCE;
    use quarterdeck::demo::engine::{Engine, fleet::Phase};

    let mark = format!("test-{}-unwatched", std::process::id());
    let program = env!("CARGO_BIN_EXE_qdeck").into();
    let engine = Engine::new(Some(4), None, &[Account::Cycle], program, mark).expect("it grows");
    engine.live(false);
    let running = engine.read(|fleet| {
        let mut all = fleet.instances.iter();
        all.find(|(_, i)| i.phase == Phase::Running).map(|(key, _)| key)
    });
    let key = running.expect("one runs");
    let attached = jiff::Timestamp::now();
    // Looked at once, and never asked for a sample.
    let machine = engine.look(key).await.expect("it starts").expect("it is there");
    let began = Instant::now();
    let history = loop {
        let since = machine.history(Some(attached), None);
        if since.len() >= 3 {
            break machine.history(None, None);
        }
        assert!(began.elapsed() < LIMIT, "{} samples", since.len());
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    for pair in history.windows(2) {
        let gap = pair[1].at.duration_since(pair[0].at);
        // A loaded machine is late, but no sample is left out.
        assert!(gap.unsigned_abs() < CADENCE * 2, "a gap of {gap:#}");
    }
    tokio::task::spawn_blocking(move || engine.end()).await.expect("it ends");
}

/// The times of a list of samples, oldest first, are those of the hour before now without a gap.
fn assert_an_hour(times: &[jiff::Timestamp], most: Duration) {
    let now = jiff::Timestamp::now();
    let age = now.duration_since(*times.first().expect("a sample")).unsigned_abs();
    assert!((Duration::from_secs(57 * 60)..Duration::from_secs(62 * 60)).contains(&age), "{age:?}");
    for pair in times.windows(2) {
        let gap = pair[1].duration_since(pair[0]);
        assert!(gap.is_positive() && gap.unsigned_abs() <= most, "a gap of {gap:#}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_first_report_of_an_instance_covers_the_hour_before_it() {
    let client = Client::start(None).await;
    let (container, instance) = client.instance_of("web").await;
    let path = format!("/v1/containers/{container}/instances/{instance}/telemetry/resources/report");
    let (status, report) = client.cycle(&path).await;
    assert_eq!(status, 200, "{report}");
    let rows = report["data"]["snapshots"].as_array().expect("a list");
    let time = |row: &Value| row["time"].as_str().expect("a time").parse().expect("RFC 3339");
    // A loaded machine takes its first reading late.
    assert_an_hour(&rows.iter().map(time).collect::<Vec<_>>(), LIMIT);
    let total = |row: &Value| row["cpu"]["usage"]["total"].as_u64().expect("a counter");
    assert!(rows.windows(2).all(|pair| total(&pair[1]) >= total(&pair[0])), "a counter went backwards");
    let rates: std::collections::BTreeSet<u64> =
        rows.windows(2).map(|pair| (total(&pair[1]) - total(&pair[0])) / 5_000_000).collect();
    assert!(rates.len() > 5, "a flat line: {rates:?}");
}
