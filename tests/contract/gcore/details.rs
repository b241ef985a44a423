//! One resource: its row, its sections, metrics, console and log, and the check of a context.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt as _;
use quarterdeck::model::{Kind, LogEvent, LogStart, ScreenKind, Timestamp};
use quarterdeck::providers::gcore;
use quarterdeck::providers::{Console, SharedProvider, Use};
use serde_json::json;

use super::{account, id, recorded, signed, web};
use crate::setup::{Recorder, described, list, titles, within};

const ALL: &str = "limit=1000&offset=0";

/// A provider that has read its places, and a recorder without those requests.
async fn settled() -> (Recorder, SharedProvider) {
    let (recorder, provider) = recorded(account).await;
    list(&provider, Kind::Instance).await;
    recorder.take();
    (recorder, provider)
}

#[tokio::test]
async fn single_reads_are_requested_as_documented() {
    let (recorder, provider) = settled().await;
    for (of, asked) in [
        (web(), vec!["GET /v1/instances/5/7/i1"]),
        (id(Kind::Container, Some("7"), "nginx"), vec!["GET /v1/caas/5/7/containers/nginx"]),
        (id(Kind::Operation, None, "t1"), vec!["GET /v1/tasks/t1"]),
        (
            id(Kind::Container, None, "llm"),
            vec!["GET /v3/inference/5/deployments/llm", "GET /v3/inference/flavors limit=1000&offset=0"],
        ),
    ] {
        let row = within(provider.get(&of)).await.unwrap();
        assert_eq!(row.id(), &of);
        assert_eq!(signed(&recorder), asked);
    }
    assert!(within(provider.get(&id(Kind::Instance, Some("7"), "i9"))).await.is_err());
    assert!(within(provider.get(&id(Kind::GpuModel, None, "abacus"))).await.is_err());
}

#[tokio::test]
async fn an_instance_is_described_by_everything_the_api_has() {
    let (recorder, provider) = settled().await;
    let sections = described(&provider, &web()).await;
    assert_eq!(
        titles(&sections),
        [
            "instance",
            "flavor",
            "pricing",
            "volumes",
            "interfaces",
            "ports",
            "securitygroups",
            "metadata",
            "available_flavors",
            "available_names",
            "creator_task",
            "apptemplate",
        ]
    );
    for section in &sections {
        assert!(section.body.is_ok(), "{section:?}");
    }
    let own = "GET /v1/instances/5/7/i1";
    assert_eq!(
        signed(&recorder),
        [
            "GET /v1/apptemplates/5/7/grafana".to_owned(),
            "GET /v1/flavors/5/7 include_prices=true&limit=1000".to_owned(),
            "GET /v1/instances/5/7/available_names".to_owned(),
            own.to_owned(),
            format!("{own}/available_flavors include_prices=true"),
            format!("{own}/interfaces limit=1000"),
            format!("{own}/metadata"),
            format!("{own}/ports"),
            format!("{own}/securitygroups"),
            "GET /v1/pricing/5/7/instances/i1".to_owned(),
            "GET /v1/reseller_name_templates/5/7/available_names".to_owned(),
            "GET /v1/tasks/t1".to_owned(),
            "GET /v1/volumes/5/7 instance_id=i1&limit=1000".to_owned(),
        ]
    );
    let body = |title: &str| {
        let section = sections.iter().find(|section| section.title == title).unwrap();
        section.body.clone().unwrap()
    };
    assert_eq!(body("flavor").value["price_per_hour"], 0.1, "the one that it has");
    assert_eq!(body("volumes").value[0]["id"], "v1", "without its envelope");
    let task = body("creator_task");
    assert_eq!(task.value["data"]["password"], "made-up-password");
    assert!(!task.masked().to_string().contains("made-up-password"));
}

#[tokio::test]
async fn deployments_containers_tasks_and_models_are_described() {
    let (_recorder, provider) = settled().await;
    for (of, expected) in [
        (id(Kind::Container, None, "llm"), vec!["deployment", "flavor", "capacity"]),
        (id(Kind::Container, Some("7"), "nginx"), vec!["container", "flavor", "logs"]),
        (id(Kind::Operation, None, "t1"), vec!["task"]),
        (
            id(Kind::GpuModel, None, "h100"),
            vec![
                "gpu/virtual flavors",
                "gpu/baremetal flavors",
                "flavors",
                "inference flavors",
                "inference capacity",
                "client_quotas",
            ],
        ),
    ] {
        let sections = described(&provider, &of).await;
        assert_eq!(titles(&sections), expected);
        for section in &sections {
            let document = section.body.as_ref().unwrap();
            match (section.title, &document.value) {
                ("deployment", _) => assert!(!document.masked().to_string().contains("made-up-secret")),
                ("gpu/virtual flavors", value) => assert_eq!(value["Luxembourg"][0]["capacity"], 6),
                ("inference capacity" | "capacity", value) => assert_eq!(value["Manassas"][0]["capacity"], 4),
                ("client_quotas", value) => {
                    assert_eq!(value["regional_quotas"]["Luxembourg"]["gpu_virtual_h100_count_limit"], 8);
                }
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn metrics_are_requested_once_a_minute_however_often_they_are_read() {
    let (recorder, provider) = settled().await;
    let since = Timestamp::parse("2026-11-20T05:07:30Z").unwrap();
    let samples = within(provider.samples(&web(), since)).await.unwrap();
    let asked = recorder.take();
    let lines: Vec<&str> = asked.iter().map(|it| &*it.line).collect();
    let metrics = format!("POST /base/cloud/v1/instances/5/7/i1/metrics {ALL}");
    assert_eq!(lines, [metrics.as_str()]);
    assert_eq!(asked[0].headers["content-type"], "application/json");
    let unit = asked[0].body["time_unit"].as_str().unwrap();
    assert!(["hour", "day"].contains(&unit) && asked[0].body["time_interval"].as_u64().is_some());
    assert_eq!(samples.len(), 1, "only what is newer");
    assert_eq!(samples[0].cpu.unwrap().to_string(), "1.00", "half of two");
    assert_eq!(samples[0].net_rx.unwrap().to_string(), "1.0 kB/s", "bits");
    let again = within(provider.samples(&web(), since)).await.unwrap();
    assert_eq!((again, recorder.take().len()), (samples, 0));
}

#[tokio::test]
async fn recent_metrics_are_requested_by_the_hour() {
    let (recorder, provider) = settled().await;
    let since = Timestamp::now().before(Duration::from_secs(120));
    within(provider.samples(&web(), since)).await.unwrap();
    assert_eq!(recorder.take()[0].body, json!({"time_interval": 1, "time_unit": "hour"}));
}

#[tokio::test]
async fn the_serial_console_is_tried_first_and_then_the_screen() {
    let (recorder, provider) = settled().await;
    let console = "GET /v1/instances/5/7/i1/get_console console_type=";
    let opened = within(provider.console(&web(), ScreenKind::Terminal)).await;
    let Ok(Console::Framebuffer { endpoint, page, .. }) = opened else { panic!("a screen") };
    assert_eq!(signed(&recorder), [format!("{console}novnc"), format!("{console}serial")]);
    let expected = format!("ws://{}/?token=obviously-fake", recorder.address);
    assert_eq!(endpoint.expose(), expected);
    assert!(page.unwrap().expose().contains("/vnc_auto.html?"));
    let opened = within(provider.console(&web(), ScreenKind::WebPage)).await;
    assert!(matches!(opened, Ok(Console::WebPage(_))));
    assert_eq!(signed(&recorder), [format!("{console}novnc")]);
}

#[tokio::test]
async fn a_log_is_polled_and_each_line_sent_once() {
    let (recorder, provider) = settled().await;
    let mut logs = provider.logs(&id(Kind::Container, None, "llm"), LogStart::Backlog);
    assert!(matches!(within(logs.next()).await, Some(LogEvent::Connected)));
    let Some(LogEvent::Lines(lines)) = within(logs.next()).await else { panic!("lines") };
    let texts: Vec<&str> = lines.iter().map(|line| &*line.text).collect();
    assert_eq!(texts, ["one", "two"], "oldest first");
    assert!(lines.iter().all(|line| line.exact));
    let mut asked = signed(&recorder);
    within(async {
        // Until it is polled once more, which must send nothing new and nothing twice.
        while asked.len() < 2 {
            tokio::select! {
                event = logs.next() => panic!("{event:?}"),
                () = tokio::time::sleep(Duration::from_millis(20)) => asked.extend(signed(&recorder)),
            }
        }
    })
    .await;
    let log = "GET /v3/inference/5/deployments/llm/logs";
    assert_eq!(
        asked,
        [format!("{log} {ALL}&order_by=time.desc"), format!("{log} limit=200&offset=0&order_by=time.desc")],
        "the backlog, then the latest lines"
    );
    let mut none = provider.logs(&web(), LogStart::Backlog);
    assert!(matches!(within(none.next()).await, Some(LogEvent::Interrupted(_))));
}

#[tokio::test]
async fn a_check_reports_who_is_signed_in_and_tries_every_kind_of_read() {
    let (_recorder, provider) = recorded(account).await;
    let check = within(provider.check()).await.unwrap();
    assert_eq!(check.identity.as_deref(), Some("Example Ltd <me@example.com>, project default"));
    for (name, result) in &check.probes {
        assert!(result.is_ok(), "{name}: {result:?}");
    }
    assert!(check.probes.len() > 10);
}

/// Every endpoint is requested here if it is documented as read, and only then.
#[tokio::test]
async fn every_documented_read_is_requested() {
    let (recorder, provider) = recorded(account).await;
    for &kind in provider.kinds() {
        let (rows, _) = list(&provider, kind).await;
        for row in &rows {
            described(&provider, row.id()).await;
        }
    }
    let metal = id(Kind::Instance, Some("7"), "metal");
    described(&provider, &metal).await;
    within(provider.samples(&web(), Timestamp::now())).await.unwrap();
    within(provider.console(&web(), ScreenKind::Terminal)).await.unwrap();
    within(provider.logs(&id(Kind::Container, None, "llm"), LogStart::Backlog).next()).await;
    within(provider.check()).await.unwrap();
    let asked: BTreeSet<String> = recorder
        .lines()
        .iter()
        .map(|line| {
            let path = line.split(' ').take(2).collect::<Vec<_>>().join(" ");
            path.replace("/base", "")
        })
        .collect();
    // What only forms, previews and actions read is asked for in their own tests.
    let of_actions = |shown: &str| {
        ["the form", "before an instance", "Show ", "Search "].iter().any(|start| shown.starts_with(start))
    };
    for endpoint in gcore::REGISTRATION.endpoints {
        let read = matches!(endpoint.used, Use::Reads(shown) if !of_actions(shown));
        let filled = endpoint
            .path
            .replace("{project_id}", "5")
            .replace("{region_id}", "7")
            .replace("{instance_id}", "i1")
            .replace("{apptemplate_id}", "grafana")
            .replace("{task_id}", "t1")
            .replace("{flavor_name}", "inference-1xh100")
            .replace("{deployment_name}", "llm")
            .replace("{container_name}", "nginx");
        let found = asked.contains(&format!("{} {filled}", endpoint.method));
        assert_eq!(found, read, "{endpoint:?}");
    }
}
