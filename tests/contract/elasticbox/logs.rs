//! Logs: activity and machine logs, which are polled.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt as _;
use quarterdeck::model::{Kind, LogEvent, LogStart, ProblemKind, Timestamp};
use quarterdeck::providers::SharedProvider;
use serde_json::json;

use super::{LONG_AGO, gets, id, instance, provider};
use crate::setup::{Recorder, Reply, within};

/// Lines of a log until it ends, and the last problem.
async fn read_log(provider: &SharedProvider, start: LogStart) -> (Vec<String>, Option<ProblemKind>) {
    let (mut lines, mut last) = (Vec::new(), None);
    let mut log = provider.logs(&id(Kind::Instance, "i-1"), start);
    within(async {
        while let Some(event) = log.next().await {
            match event {
                LogEvent::Lines(new) => lines.extend(new.into_iter().map(|line| line.text.to_string())),
                LogEvent::Interrupted(problem) => last = Some(problem.kind),
                LogEvent::Skipped { why, .. } => lines.push(format!("<{why}>")),
                LogEvent::Connected => lines.push("<connected>".to_owned()),
                LogEvent::Finished => lines.push("<finished>".to_owned()),
                // It comes whole, once it is.
                LogEvent::Partial(_) => {}
            }
        }
    })
    .await;
    (lines, last)
}

#[tokio::test]
async fn a_log_is_polled_and_only_new_lines_are_sent() {
    // Each round reads the instance first, and its answer depends on the round.
    let round = AtomicUsize::new(0);
    let script = json!({"text": "Executing install.", "level": "install", "created": "2018-12-26 15:21:52.584981",
        "machine": "eb-1-1", "event": "install"});
    let start =
        json!({"text": "Deploying instance.", "level": "start", "created": "2018-12-26 15:18:27.582649"});
    let mut ended = script.clone();
    ended["exit_code"] = json!(0);
    ended["finished"] = json!("2018-12-26 15:21:53.200000");
    let recorder = Recorder::start_with(move |line, _| {
        let now = round.load(Ordering::Relaxed);
        match line {
            "GET /services/instances/i-1" => {
                let now = round.fetch_add(1, Ordering::Relaxed) + 1;
                let (state, event) =
                    if now == 1 { ("processing", "terminate") } else { ("done", "terminate_service") };
                Reply::json(&instance("i-1", state, event, LONG_AGO))
            }
            "GET /services/instances/i-1/activity" if now == 1 => Reply::json(&json!([start, script])),
            "GET /services/instances/i-1/activity" => Reply::json(&json!([start, ended])),
            "GET /services/instances/i-1/machine_logs machine_name=eb-1-1" if now == 1 => {
                Reply::new(200, "text/html", "one\ntw")
            }
            "GET /services/instances/i-1/machine_logs machine_name=eb-1-1" if now == 2 => {
                Reply::new(200, "text/plain", "one\ntwo\n\nthree")
            }
            _ => Reply::json(&json!("four\n")),
        }
    })
    .await;
    let provider = provider(&recorder);
    let (lines, last) = read_log(&provider, LogStart::Backlog).await;
    assert_eq!(
        lines,
        [
            "<connected>",
            "start: Deploying instance.",
            "install: Executing install.",
            "eb-1-1 | one",
            "install: Executing install. Finished with exit code 0.",
            "eb-1-1 | two",
            "eb-1-1 | ",
            "eb-1-1 | three",
            "<the log of eb-1-1 began anew>",
            "eb-1-1 | four",
        ]
    );
    assert_eq!(last, Some(ProblemKind::NotFound), "a terminated instance ends its log");
    let one = gets(&["instances/i-1", "instances/i-1/activity"]);
    let asked = recorder.lines();
    assert_eq!(asked.len(), 9, "three rounds: {asked:?}");
    assert_eq!(asked.iter().filter(|line| one.contains(line)).count(), 6);
}

#[tokio::test]
async fn a_log_starts_where_it_is_asked_to_and_a_part_that_is_refused_hides_no_other() {
    let recorder = Recorder::start_with(move |line, _| match line {
        "GET /services/instances/i-1" => Reply::json(&instance("i-1", "done", "terminate", LONG_AGO)),
        "GET /services/instances/i-1/activity" => Reply::json(&json!([
            {"text": "Old.", "level": "info", "created": "2018-12-26 15:18:27.582649"},
            {"text": "New.", "level": "info", "created": "2018-12-26 15:20:00.000000"},
        ])),
        _ => Reply::refusal(403, &json!({"message": "no logs for you"})),
    })
    .await;
    let since = Timestamp::parse("2018-12-26T15:19:00Z").unwrap();
    let (lines, _) = read_log(&provider(&recorder), LogStart::Since(since)).await;
    assert_eq!(lines, ["<connected>", "info: New.", "<eb-1-1: no logs for you>"]);

    let recorder = Recorder::start_with(|_, _| Reply::refusal(403, &json!({"message": "gone"}))).await;
    let (lines, last) = read_log(&provider(&recorder), LogStart::Backlog).await;
    assert_eq!((lines.len(), last), (0, Some(ProblemKind::NotFound)));
    assert_eq!(recorder.lines().len(), 1);
}
