//! The console: a log, then a real shell.

use quarterdeck::demo::CloudOptions;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::client::{Client, options};

#[tokio::test]
async fn enter_activates_a_shell_that_answers_and_outlives_its_visitors() {
    let client = Client::start(None).await;
    let (container, instance) = client.instance_of("web").await;
    let path = format!("/v1/containers/{container}/instances/{instance}/console");
    let mut first = client.open(&path).await;
    first.activate().await;
    first.keys("echo $((6*7))-$HOSTNAME; here=yes\r").await;
    first.until("42-web-1").await;
    first.wire.close(None).await.expect("closed");

    let mut second = client.open(&path).await;
    second.keys("\r").await;
    // The newcomer is shown what came before, and it is the same shell.
    second.until("42-web-1").await;
    second.keys("echo still-$here\r").await;
    second.until("still-yes").await;
    // Its end leads back to the log, and Enter to a new shell.
    second.keys("exit\r").await;
    second.until("[the shell exited with code 0]").await;
    second.activate().await;
    second.keys("echo gone-$here-\r").await;
    second.until("gone--").await;
}

#[tokio::test]
async fn a_console_as_documented_shows_output_and_drops_what_is_typed() {
    let client = Client::with(CloudOptions { console_input: false, ..options(None) }).await;
    let (container, instance) = client.instance_of("web").await;
    let mut console = client.open(&format!("/v1/containers/{container}/instances/{instance}/console")).await;
    let mut log = console.until("listening on http://127.0.0.1:").await;
    for _ in 0..3 {
        console.keys("\x1b[8;33;101t\r\recho typed\r").await;
        log += &console.until("GET /").await;
    }
    assert!(!log.contains("activate") && !log.contains("root@") && !log.contains("typed"), "{log}");
}

#[tokio::test]
async fn a_size_report_resizes_the_terminal_and_is_not_typed() {
    let client = Client::start(None).await;
    let (container, instance) = client.instance_of("db").await;
    let mut console = client.open(&format!("/v1/containers/{container}/instances/{instance}/console")).await;
    console.keys("\x1b[8;33;101t").await;
    console.until("Please press Enter to activate this console.").await;
    console.activate().await;
    console.keys("stty size\r").await;
    console.until("33 101").await;
    console.keys("\x1b[8;44;132t").await;
    console.keys("stty size\r").await;
    let between = console.until("44 132").await;
    assert!(!between.contains("8;44"), "the report was typed: {between}");
}

#[tokio::test]
async fn the_log_comes_before_enter_in_frames_of_both_kinds() {
    let client = Client::start(None).await;
    let (container, instance) = client.instance_of("web").await;
    let mut console = client.open(&format!("/v1/containers/{container}/instances/{instance}/console")).await;
    let mut log = console.until("listening on http://127.0.0.1:").await;
    log += &console.until("GET /").await;
    // Who sends nothing is asked nothing; who does is asked once.
    assert!(!log.contains("activate"), "{log}");
    for _ in 0..3 {
        console.keys("x").await;
    }
    console.until("Please press Enter to activate this console.").await;
    log = console.until("GET /").await;
    log += &console.until("GET /").await;
    assert!(!log.contains("activate"), "{log}");
    let (binary, text) = console.kinds;
    assert!(binary > 0 && text > 0, "{binary} binary, {text} text");
}

#[tokio::test]
async fn eight_mebibytes_arrive_whole() {
    let client = Client::start(None).await;
    let (container, instance) = client.instance_of("queue").await;
    let mut console = client.open(&format!("/v1/containers/{container}/instances/{instance}/console")).await;
    console.activate().await;
    console.keys("stty -echo; PS1=; \"$QDECK\" demo-workload flood --bytes 8388608; echo flood-over\r").await;
    let mut expected = 0_u32;
    let (mut line, mut size) = (String::new(), 0);
    console.until("-over\r\n").await;
    // The first lines may have come with the echo.
    let mut text = std::mem::take(&mut console.text);
    'reading: loop {
        size += text.len();
        for part in text.split_inclusive('\n') {
            line += part;
            if !line.ends_with('\n') {
                continue;
            }
            if line.contains("flood-over") {
                break 'reading;
            }
            if let Some((_, rest)) = line.split_once("flood\x1b[0m ") {
                let number: u32 = rest.get(..10).and_then(|n| n.parse().ok()).expect("a number");
                assert_eq!(number, expected, "a line is missing");
                expected += 1;
            }
            line.clear();
        }
        text = console.next().await.expect("it goes on");
    }
    assert!(expected > 69_000 && size >= 8_388_608, "{expected} lines, {size} bytes");
}

#[tokio::test]
async fn a_stopped_instance_has_no_shell() {
    let client = Client::start(None).await;
    let (_, found) = client.cycle("/v1/containers?filter[identifier]=report").await;
    let container = found["data"][0]["id"].as_str().expect("an id").to_owned();
    let (_, found) = client.cycle(&format!("/v1/containers/{container}/instances")).await;
    assert_eq!(found["data"][0]["state"]["current"], "stopped");
    let instance = found["data"][0]["id"].as_str().expect("an id");
    let path = format!("/v1/containers/{container}/instances/{instance}/console");
    let mut console = client.open(&path).await;
    console.keys("\r").await;
    console.until("no shell: the instance is not running").await;
}

#[tokio::test]
async fn a_token_opens_its_console_once_and_no_other() {
    let client = Client::start(None).await;
    let (container, instance) = client.instance_of("web").await;
    let (_, ticket) = client.cycle(&format!("/v1/containers/{container}/instances/{instance}/console")).await;
    let address = ticket["data"]["address"].as_str().expect("an address");
    let token = ticket["data"]["token"].as_str().expect("a token");
    let url = format!("{address}?token={token}");
    assert_eq!(client.upgrade(address).await.err(), Some(401));
    assert_eq!(client.upgrade(&format!("{address}?token=wrong")).await.err(), Some(401));
    assert!(client.upgrade(&url).await.is_ok());
    assert_eq!(client.upgrade(&url).await.err(), Some(401), "opened twice");
}

#[tokio::test]
async fn no_other_origin_and_no_other_name_opens_a_websocket() {
    let client = Client::start(None).await;
    let (container, instance) = client.instance_of("web").await;
    let base = format!("/v1/containers/{container}/instances/{instance}");
    let own = client.cloud().address.to_string();
    let rebound = format!("elsewhere.example.com:{}", client.cloud().address.port());
    for path in [
        format!("{base}/console"),
        format!("{base}/telemetry/resources/stream"),
        "/v1/hubs/current/notifications".into(),
    ] {
        for (host, origin, status) in [
            (&own, Some("https://elsewhere.example.com"), 403),
            (&own, Some("http://127.0.0.1:1"), 403),
            (&rebound, None, 403),
            (&rebound, Some(format!("http://{rebound}").as_str()), 403),
            (&own, Some(format!("http://{own}").as_str()), 101),
        ] {
            let (_, ticket) = client.cycle(&path).await;
            let address = ticket["data"]["address"].as_str().map(ToOwned::to_owned);
            let address = address.unwrap_or_else(|| format!("ws://{own}/cycle{path}"));
            let token = ticket["data"]["token"].as_str().expect("a token");
            let mut request = format!("{address}?token={token}").into_client_request().expect("a request");
            request.headers_mut().insert("Host", host.parse().expect("a value"));
            if let Some(origin) = origin {
                request.headers_mut().insert("Origin", origin.parse().expect("a value"));
            }
            let stream = tokio::net::TcpStream::connect(&own).await.expect("it listens");
            let found = match tokio_tungstenite::client_async(request, stream).await {
                Ok((_, answer)) => answer.status().as_u16(),
                Err(Error::Http(answer)) => answer.status().as_u16(),
                Err(error) => panic!("{path} {host} {origin:?}: {error}"),
            };
            assert_eq!(found, status, "{path} {host} {origin:?}");
        }
    }
}
