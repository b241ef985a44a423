//! Every read.

use futures_util::StreamExt as _;
use quarterdeck::model::{Kind, Lifecycle, LogEvent, LogStart, ProblemKind, Resource};
use quarterdeck::providers::ListEvent;

use crate::setup::{demo, list, within};

#[tokio::test]
async fn containers_revisions_and_gpu_models_are_listed() {
    let demo = demo("quasarch").start().await;
    let provider = demo.provider();
    let (containers, end) = list(&provider, Kind::Container).await;
    assert!(matches!(end[..], [ListEvent::End]), "{end:?}");
    assert!(!containers.is_empty());
    for container in &containers {
        let Resource::Container(it) = container else { panic!("{container:?}") };
        assert_ne!(it.state.lifecycle, Lifecycle::Unknown, "{:?}", it.state);
        assert!(it.memory.is_some() && it.cpu.is_some() && it.offers.logs, "{it:?}");
    }
    let (revisions, ends) = list(&provider, Kind::Revision).await;
    assert_eq!(ends.len(), containers.len() + 1, "{ends:?}");
    for container in &containers {
        let id = container.id();
        let mine = revisions.iter().filter(|row| row.container().is_some_and(|link| link.id == *id));
        let current = mine.filter(|row| row.state().is_some_and(|state| &*state.raw == "current")).count();
        assert_eq!(current, 1, "one revision of {} is in force", container.name());
    }
    let (models, _) = list(&provider, Kind::GpuModel).await;
    assert_eq!(models.len(), 25);
    for row in [&containers[0], &revisions[0], &models[0]] {
        assert_eq!(within(provider.get(row.id())).await.unwrap().id(), row.id());
        for section in within(provider.describe(row.id()).collect::<Vec<_>>()).await {
            assert!(section.body.is_ok(), "{}: {:?}", section.title, section.body);
        }
    }
}

#[tokio::test]
async fn environment_values_are_masked() {
    let demo = demo("quasarch").start().await;
    let provider = demo.provider();
    let (containers, _) = list(&provider, Kind::Container).await;
    let mut masked = 0;
    for container in &containers {
        let section = within(provider.describe(container.id()).next()).await.unwrap();
        let document = section.body.unwrap();
        let plain = document.value["env"].as_object().unwrap();
        let shown = document.masked();
        for (name, value) in plain {
            assert_eq!(shown["env"][name] == *value, value == "", "{name}");
            masked += 1;
        }
    }
    assert!(masked > 0, "the fleet has a container with variables");
}

#[tokio::test]
async fn log_lines_stream_in() {
    let demo = demo("quasarch").start().await;
    let provider = demo.provider();
    let (containers, _) = list(&provider, Kind::Container).await;
    let up = containers.iter().filter(|it| it.state().is_some_and(|s| s.lifecycle == Lifecycle::Running));
    let mut tails = futures_util::stream::select_all(up.map(|it| provider.logs(it.id(), LogStart::Backlog)));
    let mut lines = Vec::new();
    within(async {
        while lines.len() < 3 {
            match tails.next().await.expect("tails do not end") {
                LogEvent::Lines(more) => lines.extend(more),
                LogEvent::Connected | LogEvent::Skipped { .. } | LogEvent::Partial(_) => {}
                LogEvent::Finished => panic!("the containers run"),
                LogEvent::Interrupted(problem) => panic!("{problem}"),
            }
        }
    })
    .await;
    assert!(lines.iter().all(|line| !line.text.starts_with("{\"name\"")), "{lines:?}");
}

#[tokio::test]
async fn a_check_reports_who_is_signed_in_and_refuses_a_wrong_password() {
    let demo = demo("quasarch").start().await;
    let check = within(demo.provider().check()).await.unwrap();
    for (name, result) in &check.probes {
        assert!(result.is_ok(), "{name}: {result:?}");
    }
    assert!(check.identity.is_some_and(|it| !it.is_empty()));
    let wrong = demo.provider_with_secret("obviously-wrong-password");
    let problem = within(wrong.check()).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Unauthorized, "{problem}");
    assert!(!format!("{problem:?}").contains("obviously-wrong-password"));
    // Forgetting a sign-in makes the next read sign in anew.
    let good = demo.provider();
    list(&good, Kind::GpuModel).await;
    let before = good.traffic().requests;
    good.sign_in_again();
    list(&good, Kind::GpuModel).await;
    assert_eq!(good.traffic().requests, before * 2);
}
