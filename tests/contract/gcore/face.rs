//! The provider against the demo's face, which was written from the same documents apart from it.

use std::time::Duration;

use futures_util::StreamExt as _;
use quarterdeck::model::{
    Kind, Lifecycle, LogEvent, LogStart, ProblemKind, Resource, ResourceId, ScreenKind, Timestamp,
};
use quarterdeck::net::Frame;
use quarterdeck::providers::{Console, ListEvent, SharedProvider};

use crate::setup::{demo, list, within};

/// An instance that is running and has no task.
async fn running(provider: &SharedProvider) -> ResourceId {
    let (rows, _) = list(provider, Kind::Instance).await;
    let up = |row: &&Resource| &*row.state().unwrap().raw == "ACTIVE";
    rows.iter().find(up).expect("the fleet has one").id().clone()
}

#[tokio::test]
async fn everything_is_listed_and_described() {
    let demo = demo("gcore").start().await;
    let provider = demo.provider();
    for &kind in provider.kinds() {
        let (rows, events) = list(&provider, kind).await;
        assert!(matches!(events.last(), Some(ListEvent::End)), "{kind:?}: {events:#?}");
        for event in &events {
            assert!(!matches!(event, ListEvent::ScopeFailed(..)), "{kind:?}: {event:?}");
        }
        assert!(!rows.is_empty() || kind == Kind::Operation, "{kind:?}");
        for row in &rows {
            if let Some(state) = row.state() {
                assert_ne!(state.lifecycle, Lifecycle::Unknown, "{row:?}");
            }
        }
        for row in rows.iter().take(4) {
            let same = within(provider.get(row.id())).await.unwrap();
            assert_eq!((same.id(), same.name()), (row.id(), row.name()));
            let sections: Vec<_> = within(provider.describe(row.id()).collect()).await;
            assert!(!sections.is_empty(), "{row:?}");
            for section in &sections {
                assert!(section.body.is_ok(), "{}: {:?}", section.title, section.body);
            }
        }
    }
}

#[tokio::test]
async fn rows_have_what_their_columns_show() {
    let demo = demo("gcore").start().await;
    let provider = demo.provider();
    let (rows, _) = list(&provider, Kind::Instance).await;
    for row in &rows {
        let Resource::Instance(row) = row else { panic!("{row:?}") };
        assert!(row.size.is_some() && row.location.is_some() && row.created.is_some(), "{row:?}");
        assert!(!row.addresses.is_empty() && row.offers.telemetry, "{row:?}");
    }
    let (models, _) = list(&provider, Kind::GpuModel).await;
    let codes: std::collections::BTreeSet<&str> = models.iter().map(|row| &*row.id().id).collect();
    assert!(codes.contains("h100") && codes.contains("l40s"), "{codes:?}");
    assert_eq!(codes.len(), models.len(), "each once");
    for row in &models {
        let Resource::GpuModel(model) = row else { panic!("{row:?}") };
        assert!(
            model.memory.is_some() && !model.sizes.is_empty() && !model.locations.is_empty(),
            "{model:?}"
        );
        assert!(model.price.is_some() && model.quota.is_some(), "{model:?}");
    }
    let (containers, _) = list(&provider, Kind::Container).await;
    for row in &containers {
        let Resource::Container(row) = row else { panic!("{row:?}") };
        let gpus = row.gpus.as_ref().unwrap();
        assert!(
            models.iter().any(|model| matches!(model, Resource::GpuModel(it) if gpus.accepts(it))),
            "{row:?}"
        );
    }
}

#[tokio::test]
async fn metrics_come_in_as_samples() {
    let demo = demo("gcore").start().await;
    let provider = demo.provider();
    let id = running(&provider).await;
    let hour_ago = Timestamp::now().before(Duration::from_secs(3600));
    let samples = within(provider.samples(&id, hour_ago)).await.unwrap();
    assert!(samples.windows(2).all(|pair| pair[0].at < pair[1].at), "{samples:?}");
    let last = samples.last().expect("an hour has minutes");
    assert!(last.cpu.is_some() && last.cpu_limit.is_some() && last.memory.is_some(), "{last:?}");
    assert!(last.net_rx.is_some() && last.disk_write.is_some(), "{last:?}");
    let since = within(provider.samples(&id, last.at)).await.unwrap();
    assert_eq!(since, [], "once a minute");
}

/// A console of an instance that has a serial one, which not every image has.
async fn serial(provider: &SharedProvider) -> quarterdeck::net::Socket {
    let (rows, _) = list(provider, Kind::Instance).await;
    for row in rows.iter().filter(|row| &*row.state().unwrap().raw == "ACTIVE") {
        match within(provider.console(row.id(), ScreenKind::Terminal)).await.unwrap() {
            Console::Terminal { socket, input, .. } => {
                assert!(input);
                return socket;
            }
            Console::Framebuffer { endpoint, page, .. } => {
                assert!(endpoint.expose().starts_with("ws://") && page.is_some());
            }
            Console::WebPage(_) => {}
            Console::Ssh(_) => panic!("SSH was not asked for"),
        }
    }
    panic!("no instance has a serial console");
}

#[tokio::test]
async fn a_serial_console_carries_a_terminals_bytes_both_ways() {
    let demo = demo("gcore").start().await;
    let provider = demo.provider();
    let mut socket = serial(&provider).await;
    assert_eq!(socket.subprotocol(), Some("binary"));
    socket.send(Frame::Binary("obviously-typed\r".into())).await.unwrap();
    let mut seen = String::new();
    within(async {
        while !seen.contains("obviously-typed") {
            match socket.recv().await.unwrap() {
                Some(Frame::Binary(bytes)) => seen.push_str(&String::from_utf8_lossy(&bytes)),
                Some(Frame::Text(text)) => seen.push_str(&text),
                None => panic!("it closed after {seen:?}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_deployments_lines_are_followed_without_one_twice() {
    let demo = demo("gcore").start().await;
    let provider = demo.provider();
    let (rows, _) = list(&provider, Kind::Container).await;
    let up = |row: &&Resource| row.state().unwrap().lifecycle == Lifecycle::Running;
    let id = rows.iter().find(up).expect("one is up").id();
    let mut logs = provider.logs(id, LogStart::Backlog);
    let (mut lines, mut batches) = (Vec::new(), 0);
    within(async {
        while batches < 3 {
            match logs.next().await.expect("it goes on") {
                LogEvent::Lines(more) => {
                    batches += 1;
                    lines.extend(more);
                }
                LogEvent::Connected => {}
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
    let mut seen = std::collections::HashSet::new();
    for line in &lines {
        assert!(seen.insert((line.at, line.text.clone())), "twice: {line:?}");
    }
}

#[tokio::test]
async fn a_check_reports_who_is_signed_in_and_refuses_a_wrong_token() {
    let demo = demo("gcore").start().await;
    let provider = demo.provider();
    let check = within(provider.check()).await.unwrap();
    for (name, result) in &check.probes {
        assert!(result.is_ok(), "{name}: {result:?}");
    }
    assert!(check.identity.as_deref().is_some_and(|it| it.contains("project")), "{:?}", check.identity);
    let wrong = demo.provider_with_secret("1234$obviously-wrong");
    let problem = within(wrong.check()).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Unauthorized, "{problem}");
    assert!(!format!("{problem:?}").contains("obviously-wrong"));
}
