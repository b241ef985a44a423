//! Jobs, the notifications that tell of them, revisions, and the log stream.

use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::client::{Client, LIMIT, Socket, json as answer};

impl Client {
    async fn cycle_post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self
            .http
            .post(format!("{}{path}", self.cycle.base_url))
            .bearer_auth(self.cycle.secret.expose())
            .header("X-Hub-Id", self.cycle.hub.as_deref().expect("a hub"))
            .json(body);
        answer(request).await
    }
}

/// Reads notifications until one fits.
async fn notified(socket: &mut Socket, topic: &str, state: &str) -> Value {
    loop {
        let message: Value = serde_json::from_str(&socket.next().await.expect("it goes on")).expect("JSON");
        if message["topic"] == topic && message["object"]["state"] == state {
            return message;
        }
    }
}

#[tokio::test]
async fn stopping_is_a_job_with_steps_and_notifications() {
    let client = Client::start(None).await;
    let mut hub = client.open("/v1/hubs/current/notifications").await;
    let (container, instance) = client.instance_of("checkout").await;
    let path = format!("/v1/containers/{container}/tasks");
    let (status, refused) = client.cycle_post(&path, &json!({ "action": "fly" })).await;
    assert_eq!((status, refused["error"]["code"].as_str()), (422, Some("422.invalid-input")));

    let (status, accepted) = client.cycle_post(&path, &json!({ "action": "stop" })).await;
    assert_eq!(status, 202, "{accepted}");
    let job = accepted["data"]["job"]["id"].as_str().expect("a job").to_owned();
    assert_eq!(accepted["data"]["job"]["tasks"][0]["steps"].as_array().map(Vec::len), Some(2));

    notified(&mut hub, "container.state.changed", "stopping").await;
    let stopping = notified(&mut hub, "container.instance.state.changed", "stopping").await;
    assert_eq!(stopping["object"]["state_previous"], "running");
    notified(&mut hub, "container.instance.state.changed", "stopped").await;
    let done = notified(&mut hub, "job.state.changed", "completed").await;
    assert_eq!(done["object"]["id"].as_str(), Some(job.as_str()));

    let (_, one) = client.cycle(&format!("/v1/jobs/{job}")).await;
    assert_eq!(one["data"]["state"]["current"], "completed");
    let steps = one["data"]["tasks"][0]["steps"].as_array().expect("steps");
    assert!(steps.iter().all(|s| s["completed"] != "0001-01-01T00:00:00Z"), "{one}");
    let (_, row) = client.cycle(&format!("/v1/containers/{container}/instances/{instance}")).await;
    assert_eq!(row["data"]["state"]["current"], "stopped");
}

#[tokio::test]
async fn scaling_adds_and_removes_instances() {
    let client = Client::start(None).await;
    let mut hub = client.open("/v1/hubs/current/notifications").await;
    let (container, _) = client.instance_of("queue").await;
    let path = format!("/v1/containers/{container}");
    for wanted in [5, 1] {
        let task = json!({ "action": "scale", "contents": { "instances": wanted } });
        let (status, accepted) = client.cycle_post(&format!("{path}/tasks"), &task).await;
        assert_eq!(status, 202, "{accepted}");
        notified(&mut hub, "job.state.changed", "completed").await;
        let (_, list) = client.cycle(&format!("{path}/instances")).await;
        let rows = list["data"].as_array().expect("a list");
        assert_eq!(rows.len(), wanted);
        assert!(rows.iter().all(|r| r["state"]["current"] == "running"), "{list}");
    }
}

/// Lines of an event stream as `(id, data)`.
async fn events(body: reqwest::Response, most: usize) -> Vec<(u64, String)> {
    let mut stream = body.bytes_stream();
    let (mut text, mut found) = (String::new(), Vec::new());
    while found.len() < most {
        let chunk = tokio::time::timeout(LIMIT, stream.next()).await.expect("in time").expect("it goes on");
        text += std::str::from_utf8(&chunk.expect("whole")).expect("UTF-8");
        while let Some((event, rest)) = text.split_once("\n\n") {
            let (id, data) = event.split_once('\n').expect("two fields");
            let id = id.strip_prefix("id: ").expect("an id").parse().expect("a number");
            found.push((id, data.strip_prefix("data: ").expect("data").to_owned()));
            text = rest.to_owned();
        }
    }
    found
}

#[tokio::test]
async fn a_deploy_makes_a_revision_and_its_log_resumes_without_loss() {
    let client = Client::start(None).await;
    let token = client.log_in().await;
    let url = |path: &str| format!("{}/v1/containers{path}", client.quasarch.base_url);
    let send =
        |request: reqwest::RequestBuilder, body: Value| answer(request.bearer_auth(&token).json(&body));

    let (status, refused) =
        send(client.http.post(url("")), json!({ "name": "x", "image": "untagged", "cpu": 1 })).await;
    assert_eq!((status, refused["fields"]["image"].as_str()), (400, Some("must carry a tag")));
    let flood = json!({
        "name": "Flood", "image": "demo/flood:1", "cpu": 0.5, "ram": "128Mi", "gpu": 0, "ephemeralStorage": "1Gi",
        "port": "80", "env": { "FLOOD_LINES": "3000", "FLOOD_RATE": "20000" },
    });
    let (status, made) = send(client.http.post(url("")), flood).await;
    assert_eq!((status, made["status"].as_str()), (201, Some("deploying")), "{made}");
    assert!(made["urls"].is_null());
    let id = made["id"].as_str().expect("an id").to_owned();
    let (status, updated) =
        send(client.http.put(url(&format!("/{id}"))), json!({ "image": "demo/flood:2" })).await;
    assert_eq!((status, updated["image"].as_str()), (200, Some("demo/flood:2")));
    let (_, revisions) = client.quasarch(&token, &format!("/v1/containers/{id}/revisions")).await;
    let numbers: Vec<u64> = revisions["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|r| r["revisionNumber"].as_u64())
        .collect();
    assert_eq!(numbers, [2, 1]);

    let logs = || client.http.get(url(&format!("/{id}/logs"))).bearer_auth(&token);
    let stream = logs().send().await.expect("an answer");
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let first = events(stream, 500).await;
    let (last, _) = first.last().expect("events").clone();
    let stream = logs().header("Last-Event-ID", last.to_string()).send().await.expect("an answer");
    let second = events(stream, 3000 - first.len()).await;
    for (nth, (_, line)) in first.iter().chain(&second).take(3000).enumerate() {
        assert!(line.contains(&format!(" {nth:010} ")), "line {nth} is {line}");
    }

    let delete =
        client.http.delete(url(&format!("/{id}"))).bearer_auth(&token).send().await.expect("an answer");
    assert_eq!(delete.status(), 204);
    assert_eq!(client.quasarch(&token, &format!("/v1/containers/{id}")).await.0, 404);
}

#[tokio::test]
async fn a_crashed_process_fails_its_container_and_comes_back() {
    let client = Client::start(None).await;
    let token = client.log_in().await;
    let crash = json!({ "name": "crash", "image": "demo/crash:1", "cpu": 1, "env": { "CRASH_AFTER": "1" } });
    let request = client.http.post(format!("{}/v1/containers", client.quasarch.base_url));
    let (status, made) = answer(request.bearer_auth(&token).json(&crash)).await;
    assert_eq!(status, 201, "{made}");
    let path = format!("/v1/containers/{}", made["id"].as_str().expect("an id"));
    // Somebody who reads its log makes it real; its own process then decides.
    let logs = client.http.get(format!("{}{path}/logs", client.quasarch.base_url)).bearer_auth(&token);
    let _logs = logs.send().await.expect("an answer");
    let began = std::time::Instant::now();
    for status in ["deployed", "failed", "deployed", "failed"] {
        while client.quasarch(&token, &path).await.1["status"] != status {
            assert!(began.elapsed() < LIMIT, "never {status}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}
