//! The serial console, the page for browsers, and the load of a machine.

use reqwest::Method;
use serde_json::json;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use super::Gcore;

/// The address of a machine's serial line.
async fn serial(gcore: &Gcore, machine: &str) -> String {
    let answer = gcore.get(&format!("{machine}/get_console?console_type=serial")).await;
    let url = answer["remote_console"]["url"].as_str();
    url.expect("an address").to_owned()
}

#[tokio::test]
async fn the_serial_line_is_a_terminal_and_its_token_opens_it_again() {
    let gcore = Gcore::start().await;
    let machine = gcore.api().await;
    let answer = gcore.get(&format!("{machine}/get_console?console_type=serial")).await;
    let console = &answer["remote_console"];
    assert_eq!((&console["protocol"], &console["type"]), (&json!("serial"), &json!("serial")));
    let url = console["url"].as_str().expect("an address");
    let mut line = gcore.client.upgrade(url).await.expect("it opens");
    line.until("# ").await;
    line.keys("echo $((6*7))-here\r").await;
    line.until("42-here\r\n").await;
    // What is typed before the prompt is echoed twice.
    line.until("# ").await;
    line.keys("exit\r").await;
    // Who logs out finds a new shell, as on a real line.
    line.until("exit\r\n").await;
    line.until("root@api").await;
    line.until("# ").await;
    line.keys("stty -echo; x=second; echo $x-shell\r").await;
    line.until("second-shell\r\n").await;
    assert_eq!(line.kinds.1, 0, "a terminal's bytes came as text");

    let mut again = gcore.client.upgrade(url).await.expect("it opens a second time");
    again.until("# ").await;
    let wrong = url.replace("token=", "token=0");
    assert_eq!(gcore.client.upgrade(&wrong).await.err(), Some(403));

    let action = format!("{}/action", machine.replace("/v1/", "/v2/"));
    gcore.done(Method::POST, &action, Some(json!({ "action": "stop" }))).await;
    while let Some(more) = again.next().await {
        assert!(!more.contains("never"), "{more}");
    }
    let (status, answer) = gcore.call(Method::GET, &format!("{machine}/get_console"), None).await;
    assert_eq!((status, answer["exception_class"].as_str()), (409, Some("ConflictError")));
}

/// A process in a session of its own that holds the terminal does not keep a shell from ending.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_shell_ends_though_another_process_holds_its_terminal() {
    let gcore = Gcore::start().await;
    let machine = gcore.api().await;
    let url = serial(&gcore, &machine).await;
    let mut line = gcore.client.upgrade(&url).await.expect("it opens");
    line.until("# ").await;
    line.keys("setsid sleep 20 & echo held-$?; exit\r").await;
    let next = async {
        line.until("held-0\r\n").await;
        line.until("exit\r\n").await;
        line.until("root@api").await;
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), next)
        .await
        .expect("a new shell before the holder ends");
}

#[tokio::test]
async fn subprotocols_and_origins_are_those_of_the_proxy() {
    let gcore = Gcore::start().await;
    let machine = gcore.api().await;
    let url = serial(&gcore, &machine).await;
    let host = url.strip_prefix("ws://").and_then(|rest| rest.split('/').next()).expect("a host");
    for (header, value, status) in [
        ("Sec-WebSocket-Protocol", "binary", 101),
        ("Sec-WebSocket-Protocol", "base64, binary", 400),
        ("Origin", "http://elsewhere.example.com", 403),
        ("Origin", &format!("http://{host}"), 101),
    ] {
        let mut request = url.as_str().into_client_request().expect("a request");
        request.headers_mut().insert(header, value.parse().expect("a value"));
        let stream = tokio::net::TcpStream::connect(host).await.expect("it listens");
        let found = match tokio_tungstenite::client_async(request, stream).await {
            Ok((_, answer)) => answer.status().as_u16(),
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => answer.status().as_u16(),
            Err(error) => panic!("{header}: {value}: {error}"),
        };
        assert_eq!(found, status, "{header}: {value}");
    }
}

#[tokio::test]
async fn a_browser_is_sent_to_a_page() {
    let gcore = Gcore::start().await;
    let machine = gcore.api().await;
    let answer = gcore.get(&format!("{machine}/get_console")).await;
    let console = &answer["remote_console"];
    assert_eq!((&console["protocol"], &console["type"]), (&json!("vnc"), &json!("novnc")));
    let url = console["url"].as_str().expect("an address");
    assert!(url.contains("/vnc_auto.html?path=gcore%2Fconsole%2F%3Ftoken%3D"), "{url}");
    let page = gcore.client.http.get(url).send().await.expect("an answer");
    assert_eq!(page.status(), 200);
    assert!(page.text().await.expect("a page").contains("api-"));
    let page = gcore.client.http.get(format!("{url}0")).send().await.expect("an answer");
    assert_eq!(page.status(), 403);
    for kind in ["spice", "vnc", "telnet"] {
        let path = format!("{machine}/get_console?console_type={kind}");
        assert_eq!(gcore.call(Method::GET, &path, None).await.0, 400, "{kind}");
    }
}

#[tokio::test]
async fn the_load_is_that_of_the_real_process() {
    let gcore = Gcore::start().await;
    let machine = gcore.api().await;
    let ask = json!({ "time_interval": 1, "time_unit": "hour" });
    let (status, answer) = gcore.post(&format!("{machine}/metrics"), ask).await;
    assert_eq!(status, 200, "{answer}");
    if !std::path::Path::new("/proc/self/stat").exists() {
        return;
    }
    let points = answer["results"].as_array().expect("points");
    // The instance has run for days: its hour is there at the first look.
    assert!((59..=62).contains(&points.len()), "{} points in an hour", points.len());
    let point = points.last().expect("a point");
    assert!(point["memory_util"].as_f64().is_some_and(|used| used > 0.0), "{point}");
    assert!(point["time"].as_str().is_some_and(|at| at.ends_with(":00Z")), "{point}");
    assert_eq!(point["disks"][0]["disk_name"], "vda");
}
