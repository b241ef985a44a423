//! The fault switch, from the outside.

use futures_util::StreamExt as _;

use crate::client::{Client, LIMIT, options};

/// Of a lost change the answer is lost, of a dropped one the change; of neither a byte comes back.
#[tokio::test]
async fn a_change_is_made_or_not_when_its_answer_does_not_come() {
    let client = Client::start(None).await;
    let login = client.http.get(format!("{}/v1/users/token", client.quasarch.base_url)).basic_auth(
        client.quasarch.email.as_deref().expect("an address"),
        Some(client.quasarch.secret.expose()),
    );
    let login: serde_json::Value = login.send().await.expect("an answer").json().await.expect("a token");
    let token = login["token"].as_str().expect("a token");
    let containers = format!("{}/v1/containers", client.quasarch.base_url);
    for (faults, made) in [("lost=100%", 1), ("dropped=100%", 0)] {
        client.cloud().set_faults(faults).expect("known");
        let body =
            serde_json::json!({ "name": faults.replace("=100%", ""), "image": "demo/web:1", "cpu": 1 });
        let answer = client.http.post(&containers).bearer_auth(token).json(&body).send().await;
        assert!(answer.is_err(), "{faults}: {answer:?}");
        // Reads are spared.
        let list = client.http.get(format!("{containers}?rows=100")).bearer_auth(token).send().await;
        let list: serde_json::Value = list.expect("an answer").json().await.expect("a list");
        let rows = list["items"].as_array().expect("rows");
        assert_eq!(rows.iter().filter(|row| row["name"] == body["name"]).count(), made, "{faults}");
    }
}

#[tokio::test]
async fn each_fault_looks_as_it_does_in_the_wild() {
    let client = Client::start(None).await;
    let ask = || {
        client
            .http
            .get(format!("{}/v1/containers", client.cycle.base_url))
            .bearer_auth(client.cycle.secret.expose())
            .header("X-Hub-Id", client.cycle.hub.as_deref().expect("a hub"))
            .send()
    };
    client.cloud().set_faults("error=100%").expect("known");
    assert_eq!(ask().await.expect("an answer").status(), 500);

    client.cloud().set_faults("429=100%").expect("known");
    let refused = ask().await.expect("an answer");
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["retry-after"]),
        (429, &"1".parse().expect("a value"))
    );

    client.cloud().set_faults("cut=100%").expect("known");
    let cut = ask().await.expect("the head arrives");
    assert_eq!(cut.status(), 200);
    assert!(cut.bytes().await.is_err(), "the body arrived whole");

    client.cloud().set_faults("garbage=100%,seed=3").expect("known");
    for _ in 0..4 {
        let garbage = ask().await.expect("an answer");
        assert_eq!(garbage.status(), 200);
        assert!(garbage.json::<serde_json::Value>().await.is_err(), "garbage was JSON");
    }

    client.cloud().set_faults("latency=200ms").expect("known");
    let began = std::time::Instant::now();
    assert_eq!(ask().await.expect("an answer").status(), 200);
    assert!(began.elapsed().as_millis() >= 200);

    client.cloud().set_faults("").expect("none");
    assert_eq!(ask().await.expect("an answer").status(), 200);
    assert!(client.cloud().set_faults("eror=5%").is_err());
}

#[tokio::test]
async fn a_cut_ends_a_websocket_in_the_middle() {
    let client = Client::start(None).await;
    let (container, instance) = client.instance_of("web").await;
    let path = format!("/v1/containers/{container}/instances/{instance}/telemetry/resources/stream");
    let (_, ticket) = client.cycle(&path).await;
    let text = |name: &str| ticket["data"][name].as_str().expect("a string").to_owned();
    client.cloud().set_faults("cut=100%,seed=1").expect("known");
    let mut stream =
        client.upgrade(&format!("{}?token={}", text("address"), text("token"))).await.expect("it opens");
    while stream.next().await.is_some() {}
}

#[tokio::test]
async fn a_cut_ends_a_silent_websocket_too() {
    // Nothing happens by itself in a fleet of that kind, so there is nothing to tell.
    let client = Client::with(options(Some(20))).await;
    let path = "/v1/hubs/current/notifications";
    let (_, ticket) = client.cycle(path).await;
    let token = ticket["data"]["token"].as_str().expect("a token");
    client.cloud().set_faults("cut=100%,seed=1").expect("known");
    let authority = client.cloud().address;
    let mut hub =
        client.upgrade(&format!("ws://{authority}/cycle{path}?token={token}")).await.expect("it opens");
    let over = async { while hub.next().await.is_some() {} };
    tokio::time::timeout(LIMIT, over).await.expect("it is cut");
}

#[tokio::test]
async fn garbage_strikes_a_log_stream_which_then_ends() {
    let client = Client::start(None).await;
    let login = client.log_in().await;
    let (_, list) = client.quasarch(&login, "/v1/containers").await;
    let running = list["items"].as_array().into_iter().flatten().find(|c| c["status"] == "deployed");
    let id = running.expect("a running container")["id"].as_str().expect("an id").to_owned();
    client.cloud().set_faults("garbage=100%,seed=5").expect("known");
    let (mut pages, mut rubbish) = (0, 0);
    while pages == 0 || rubbish == 0 {
        let request = client.http.get(format!("{}/v1/containers/{id}/logs", client.quasarch.base_url));
        let answer = request.bearer_auth(&login).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        if answer.headers()["content-type"] == "text/html" {
            pages += 1;
            continue;
        }
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let mut stream = answer.bytes_stream();
        let mut bytes = Vec::new();
        while let Some(chunk) = tokio::time::timeout(LIMIT, stream.next()).await.expect("it ends") {
            bytes.extend(chunk.expect("it ends well"));
        }
        assert!(std::str::from_utf8(&bytes).is_err(), "no rubbish: {bytes:?}");
        rubbish += 1;
    }
}
