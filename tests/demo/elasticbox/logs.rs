//! Activity that is written again, and what machines print.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Box, rows};
use crate::client::LIMIT;

#[tokio::test]
async fn activity_is_whole_each_time_and_its_scripts_are_finished_later() {
    let cloud = Box::start().await;
    let id = cloud.id_of("mongodb-1").await;
    let path = format!("/services/instances/{id}");
    let before = cloud.read(&format!("{path}/activity")).await;
    let created: Vec<&str> = rows(&before).iter().filter_map(|e| e["created"].as_str()).collect();
    assert!(created.is_sorted(), "oldest first: {created:?}");
    assert_eq!(before[0]["text"], "Deploying instance.");
    assert_eq!(cloud.put(&format!("{path}/reinstall")).await.status, 202);

    let of_install = async || {
        let entries = cloud.read(&format!("{path}/activity?operation=reinstall")).await;
        rows(&entries).iter().find(|e| e["event"] == "install").cloned()
    };
    let began = Instant::now();
    let running = loop {
        if let Some(entry) = of_install().await {
            break entry;
        }
        assert!(began.elapsed() < LIMIT, "no script is executed");
        tokio::time::sleep(Duration::from_millis(30)).await;
    };
    cloud.until(&id, ("done", "reinstall")).await;
    let finished = of_install().await.expect("still there");
    assert_eq!(finished["exit_code"], 0);
    assert!(finished["finished"].as_str() > finished["created"].as_str());
    let key = |entry: &Value| ["created", "text", "machine", "event"].map(|k| entry[k].clone());
    assert_eq!(key(&running), key(&finished), "the same entry, written again");

    let after = cloud.read(&format!("{path}/activity")).await;
    assert_eq!(&rows(&after)[..rows(&before).len()], rows(&before), "what was there stays");
    assert!(rows(&cloud.read(&format!("{path}/activity?operation=nothing")).await).is_empty());
}

#[tokio::test]
async fn machine_logs_are_a_text_that_grows_with_what_the_process_prints() {
    let cloud = Box::start().await;
    let id = cloud.id_of("tomcat-1").await;
    let path = format!("/services/instances/{id}");
    let one = cloud.read(&path).await;
    let machine = one["service"]["machines"][0]["name"].as_str().expect("a name").to_owned();
    let logs = format!("{path}/machine_logs");
    assert_eq!(cloud.get(&logs).await.status, 400);
    assert_eq!(cloud.get(&format!("{logs}?machine_name=other-1")).await.status, 404);

    let read = async |more: &str| {
        let answer = cloud.get(&format!("{logs}?machine_name={machine}{more}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.headers["content-type"].to_str().is_ok_and(|v| v.starts_with("text/plain")));
        answer.text
    };
    let first = read("").await;
    assert!(first.starts_with(&format!("Executing install-{id} script\n")), "{first}");
    assert!(first.contains(&format!("start-{id} successfully executed.\n")), "{first}");
    let began = Instant::now();
    let mut last = first;
    // Two lines of its own process, and never anything but appended.
    let scripts = last.lines().filter(|line| line.contains(id.as_str())).count();
    while last.lines().count() < scripts + 2 {
        assert!(began.elapsed() < LIMIT, "nothing is printed: {last}");
        tokio::time::sleep(Duration::from_millis(100)).await;
        let next = read("").await;
        assert!(next.starts_with(&last), "it was rewritten:\n{last}\n---\n{next}");
        last = next;
    }
    assert_eq!(cloud.put(&format!("{path}/reconfigure")).await.status, 202);
    cloud.until(&id, ("done", "reconfigure")).await;
    let next = read("").await;
    assert!(next.starts_with(&last));
    let configured = read("&operation=reconfigure&event=configure").await;
    assert!(configured.starts_with(&format!("Executing configure-{id} script\n")), "{configured}");
    assert!(!configured.contains("install-"), "{configured}");
    assert!(read("&event=install").await.lines().count() < next.lines().count());
    assert_eq!(read("&box=Nothing").await, "");

    // The record and its logs stay when the machine is gone.
    assert_eq!(cloud.delete(&id, "terminate").await.status, 202);
    cloud.until(&id, ("done", "terminate_service")).await;
    let after = read("").await;
    assert!(after.starts_with(&next), "{after}");
    assert!(after.contains(&format!("dispose-{id} successfully executed.\n")), "{after}");
}
