//! Every read.

use std::collections::HashMap;

use futures_util::StreamExt as _;
use quarterdeck::model::{
    Instance, Kind, Lifecycle, LogEvent, LogStart, ProblemKind, Resource, ScreenKind, State, Timestamp,
};
use quarterdeck::net::Frame;
use quarterdeck::providers::{Change, Console, ListEvent, SharedProvider};

use crate::setup::{demo, list, within};

async fn running(provider: &SharedProvider) -> Vec<Instance> {
    let (rows, _) = list(provider, Kind::Instance).await;
    rows.into_iter()
        .filter_map(|row| match row {
            Resource::Instance(it) if it.state.lifecycle == Lifecycle::Running => Some(it),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn containers_and_their_instances_are_listed_with_the_names_of_locations() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let (containers, end) = list(&provider, Kind::Container).await;
    assert!(matches!(end[..], [ListEvent::End]), "{end:?}");
    let (instances, ends) = list(&provider, Kind::Instance).await;
    assert!(matches!(ends.last(), Some(ListEvent::End)));
    let scopes = ends.iter().filter(|event| matches!(event, ListEvent::ScopeEnd(_))).count();
    assert_eq!(scopes, containers.len(), "every container is a scope that ended well: {ends:?}");

    let names: Vec<&str> = containers.iter().map(Resource::name).collect();
    let mut counted = 0;
    for container in &containers {
        let Resource::Container(it) = container else { panic!("{container:?}") };
        assert_ne!(it.state.lifecycle, Lifecycle::Unknown, "{:?}", it.state);
        assert!(it.created.is_some() && it.image.is_some(), "{it:?}");
        counted += it.instances.expect("a count") as usize;
    }
    assert_eq!(instances.len(), counted);
    for instance in &instances {
        let Resource::Instance(it) = instance else { panic!("{instance:?}") };
        assert_ne!(it.state.lifecycle, Lifecycle::Unknown, "{:?}", it.state);
        let link = it.container.as_ref().expect("a container");
        assert_eq!(it.id.scope.as_deref(), Some(&*link.id.id));
        assert!(names.contains(&link.name.as_deref().expect("its name")));
        for place in [&it.location, &it.host] {
            let place = place.as_deref().expect("a place");
            assert!(!is_id(place), "a name, not the id {place}");
        }
        assert_eq!(it.offers.console, Some(ScreenKind::Terminal));
    }
}

/// A row read by itself, as after a notification, must not differ from the listed one: a screen would flap.
#[tokio::test]
async fn every_row_read_by_itself_is_the_row_that_was_listed() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    // One that has listed nothing yet has no names at hand.
    let fresh = demo.provider();
    for kind in [Kind::Container, Kind::Instance, Kind::Operation] {
        let (rows, _) = list(&provider, kind).await;
        assert!(!rows.is_empty() || kind == Kind::Operation);
        for row in rows {
            for reader in [&provider, &fresh] {
                let again = within(reader.get(row.id())).await.unwrap();
                // The demo's instances are live: only what changes over time may differ.
                assert_eq!(settled(again), settled(row.clone()));
            }
        }
    }
}

/// A row without what changes over time.
fn settled(row: Resource) -> Resource {
    match row {
        Resource::Instance(mut it) => {
            it.state = State::new(Lifecycle::Unknown, "");
            it.changed = None;
            it.facts = it.facts.iter().filter(|fact| fact.name != "healthy").cloned().collect();
            Resource::Instance(it)
        }
        Resource::Container(mut it) => {
            it.state = State::new(Lifecycle::Unknown, "");
            (it.changed, it.instances_running) = (None, None);
            Resource::Container(it)
        }
        other => other,
    }
}

#[tokio::test]
async fn images_environments_and_creators_have_names() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let (containers, _) = list(&provider, Kind::Container).await;
    let mut images = HashMap::new();
    for row in &containers {
        let Resource::Container(it) = row else { panic!("{row:?}") };
        let image = it.image.clone().expect("an image");
        assert!(image.contains(':'), "{image} is no name with a tag");
        assert_eq!(it.location.as_deref().map(is_id), Some(false));
        images.insert(it.id.clone(), image);
    }
    for it in running(&provider).await {
        assert_eq!(it.image.as_ref(), images.get(&it.container.unwrap().id));
    }
    demo.container_task(&containers[0].id().id, "restart").await;
    let (jobs, _) = list(&provider, Kind::Operation).await;
    let Some(Resource::Operation(job)) = jobs.first() else { panic!("no job") };
    assert_eq!(job.target.as_deref(), Some(containers[0].name()));
    assert_eq!(job.by.as_deref(), Some("Demo Operator"));
    // A provider that lists nothing but jobs shows the same.
    let (again, _) = list(&demo.provider(), Kind::Operation).await;
    let Some(Resource::Operation(again)) = again.first() else { panic!("no job") };
    assert_eq!((&again.target, &again.by), (&job.target, &job.by));
}

fn is_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[tokio::test]
async fn the_details_of_one_are_whole() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let instance = running(&provider).await.remove(0);
    let sections = within(provider.describe(&instance.id).collect::<Vec<_>>()).await;
    let titles: Vec<_> = sections.iter().map(|section| section.title).collect();
    assert_eq!(titles, ["instance", "volumes", "server", "container"]);
    for section in &sections {
        let body = section.body.as_ref().unwrap_or_else(|problem| panic!("{}: {problem}", section.title));
        assert!(!body.value.is_null());
    }
    assert_eq!(sections[0].body.as_ref().unwrap().value["id"], *instance.id.id);

    let container = &instance.container.unwrap().id;
    let sections = within(provider.describe(container).collect::<Vec<_>>()).await;
    for section in &sections {
        assert!(section.body.is_ok(), "{}: {:?}", section.title, section.body);
    }
}

#[tokio::test]
async fn the_console_is_a_shell_that_answers() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let mut received = String::new();
    for instance in running(&provider).await {
        let Console::Terminal { mut socket, input, .. } =
            within(provider.console(&instance.id, ScreenKind::Terminal)).await.unwrap()
        else {
            panic!("not a terminal")
        };
        assert!(input);
        received.clear();
        let answered = async {
            // A first Enter brings the prompt up; what is typed before it would be lost.
            socket.send(Frame::Binary("\r".into())).await.unwrap();
            let mut asked = false;
            while !received.contains("is 42") {
                match socket.recv().await.unwrap() {
                    Some(Frame::Text(text)) => received.push_str(&text),
                    Some(Frame::Binary(bytes)) => received.push_str(&String::from_utf8_lossy(&bytes)),
                    None => break,
                }
                if !asked && (received.ends_with("# ") || received.ends_with("$ ")) {
                    asked = true;
                    let typed = Frame::Binary("echo is $((40 + 2))\r".into());
                    socket.send(typed).await.unwrap();
                }
            }
        };
        // Not every instance runs a shell in front; one of them does.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(10), answered).await;
        socket.close().await;
        if received.contains("is 42") {
            return;
        }
    }
    panic!("no console answered; the last one sent {received:?}");
}

#[tokio::test]
async fn samples_come_from_the_report_and_live() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let instance = running(&provider).await.remove(0);
    let mut live = provider.live_samples(&instance.id).expect("Cycle has a stream");
    let began = Timestamp::now();
    let sample = within(async {
        loop {
            let sample = live.next().await.expect("not ended").expect("no failure");
            if sample.cpu.is_some() {
                break sample;
            }
        }
    })
    .await;
    assert!(sample.memory.is_some() && sample.net_rx.is_some(), "{sample:?}");
    let since = began.before(std::time::Duration::from_secs(300));
    let samples = within(provider.samples(&instance.id, since)).await.unwrap();
    assert!(samples.iter().any(|sample| sample.cpu.is_some()), "{samples:?}");
    assert!(samples.is_sorted_by_key(|sample| sample.at));
    assert!(samples.iter().all(|sample| sample.at > since));
}

#[tokio::test]
async fn log_lines_are_tailed_from_the_console() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let tails = running(&provider).await.into_iter().map(|it| provider.logs(&it.id, LogStart::Backlog));
    let mut all = futures_util::stream::select_all(tails);
    let (mut connected, mut lines) = (false, 0);
    within(async {
        while !connected || lines < 3 {
            match all.next().await.expect("tails do not end") {
                LogEvent::Connected => connected = true,
                LogEvent::Lines(more) => {
                    assert!(more.iter().all(|line| !line.text.contains('\n') && !line.text.ends_with('\r')));
                    lines += more.len();
                }
                LogEvent::Skipped { .. } | LogEvent::Partial(_) => {}
                LogEvent::Finished => panic!("the instances run"),
                LogEvent::Interrupted(problem) => panic!("{problem}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn notifications_connect_and_a_check_finds_every_read_good() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider();
    let mut changes = provider.changes().expect("Cycle pushes");
    assert!(matches!(within(changes.next()).await, Some(Ok(Change::Connected))));
    let check = within(provider.check()).await.unwrap();
    assert!(check.identity.as_deref().is_some_and(|it| it.starts_with("hub ")), "{:?}", check.identity);
    assert!(check.probes.len() >= 5);
    for (name, result) in &check.probes {
        assert!(result.is_ok(), "{name}: {result:?}");
    }
    assert!(provider.traffic().requests >= 6);
    assert!(provider.traffic().latency.is_some());
}

#[tokio::test]
async fn a_refused_key_is_reported_and_not_tried_again() {
    let demo = demo("cycle").start().await;
    let provider = demo.provider_with_secret("obviously-wrong-key");
    for kind in [Kind::Container, Kind::Instance, Kind::Operation] {
        let (rows, rest) = list(&provider, kind).await;
        assert!(rows.is_empty());
        let [ListEvent::Failed(problem)] = &rest[..] else { panic!("{rest:?}") };
        assert_eq!(problem.kind, ProblemKind::Unauthorized, "{problem}");
        assert!(problem.hint.is_some());
        assert!(!format!("{problem:?} {problem}").contains("obviously-wrong-key"));
    }
    assert_eq!(provider.traffic().retries, 0, "a refusal is not tried again");
    assert!(within(provider.check()).await.is_err());
}

#[tokio::test]
async fn the_first_rows_of_a_big_fleet_come_before_most_requests() {
    let demo = demo("cycle").instances(5_000).start().await;
    let provider = demo.provider();
    let mut stream = provider.list(Kind::Instance);
    let first = within(async {
        loop {
            if let ListEvent::Page { rows, .. } = stream.next().await.expect("rows") {
                break rows;
            }
        }
    })
    .await;
    assert!(!first.is_empty());
    let early = provider.traffic().requests;
    let mut count = first.len();
    let containers = provider.list(Kind::Container);
    within(async {
        while let Some(event) = stream.next().await {
            match event {
                ListEvent::Page { rows, .. } => count += rows.len(),
                ListEvent::Failed(problem) | ListEvent::ScopeFailed(_, problem) => panic!("{problem}"),
                ListEvent::ScopeEnd(_)
                | ListEvent::Unreadable(_)
                | ListEvent::Bounded(_)
                | ListEvent::End => {}
            }
        }
    })
    .await;
    drop(containers);
    let all = provider.traffic().requests;
    assert!(early * 3 < all, "{early} of {all} requests before the first rows");
    assert!(count > 1_000, "{count}");
}
