//! The driver with sources that follow a script.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;

use super::*;
use qdeck_model::{ProblemKind, Timestamp};

/// One step of a scripted read.
enum Step {
    /// Streams these lines and breaks.
    Stream(&'static str),
    /// Polls these lines, and is read again after a second.
    Poll(&'static str),
    Fail(ProblemKind),
    /// Is not answered within so many seconds.
    Late(u64),
    /// Streams these lines, and ends in good order while one is still being printed.
    End(&'static str, &'static str),
}

struct Scripted {
    steps: VecDeque<Step>,
    reads: Arc<Mutex<Vec<Instant>>>,
}

fn lines(text: &str) -> Vec<LogLine> {
    let line = |c: char| LogLine { at: Timestamp::now(), exact: false, text: c.to_string().into() };
    text.chars().map(line).collect()
}

impl LogSource for Scripted {
    async fn read(&mut self, tail: &mut LogTail) -> Result<Duration, Interrupt> {
        self.reads.lock().unwrap().push(Instant::now());
        let problem = |kind| Problem::new(kind, "no");
        match self.steps.pop_front() {
            Some(Step::Stream(text)) => {
                tail.opened().await?;
                tail.streamed(lines(text)).await?;
                Err(problem(ProblemKind::Unreachable).into())
            }
            Some(Step::Poll(text)) => {
                tail.polled().await?;
                tail.lines(lines(text)).await?;
                Ok(Duration::from_secs(1))
            }
            Some(Step::Fail(kind)) => Err(problem(kind).into()),
            Some(Step::Late(seconds)) => {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                Err(problem(ProblemKind::Unreachable).into())
            }
            Some(Step::End(text, partial)) => {
                tail.opened().await?;
                tail.streamed(lines(text)).await?;
                for text in partial.split_terminator(',') {
                    tail.partial(LogLine { at: Timestamp::now(), exact: false, text: text.into() }).await?;
                }
                Err(Interrupt::Finished)
            }
            None => Err(problem(ProblemKind::NotFound).into()),
        }
    }
}

/// The events that a receiver gets of these steps, a word an event, and when the source was read.
async fn followed(steps: impl IntoIterator<Item = Step>) -> (Vec<String>, Vec<Instant>) {
    let reads = Arc::new(Mutex::new(Vec::new()));
    let source = Scripted { steps: steps.into_iter().collect(), reads: reads.clone() };
    let (out, mut events) = mpsc::channel(4);
    let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
    let collect = async {
        let mut all = Vec::new();
        while let Some(event) = events.recv().await {
            all.push(match event {
                LogEvent::Connected => "connected".to_owned(),
                LogEvent::Lines(lines) => lines.iter().map(|line| &*line.text).collect(),
                LogEvent::Partial(line) => format!("printing: {}", line.text),
                LogEvent::Finished => "finished".to_owned(),
                LogEvent::Skipped { why, .. } => format!("skipped: {why}"),
                LogEvent::Interrupted(problem) => format!("interrupted: {}", problem.kind.word()),
            });
        }
        all
    };
    let ((), all) = tokio::join!(follow(source, backoff, out), collect);
    let reads = reads.lock().unwrap().clone();
    (all, reads)
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_is_read_again_without_the_lines_seen_before() {
    let steps =
        [Step::Stream("abcd"), Step::Stream("abcdef"), Step::Fail(ProblemKind::Server), Step::Stream("efgh")];
    let (events, _) = followed(steps).await;
    let broken = "interrupted: unreachable";
    assert_eq!(
        events,
        [
            "connected",
            "abcd",
            broken,
            "connected",
            "ef",
            broken,
            "interrupted: server error",
            "connected",
            "gh",
            broken,
            "interrupted: not found",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_log_that_ended_is_read_ever_more_rarely_until_something_new_comes() {
    let again = || Step::End("ab", "");
    let steps = [again(), again(), again(), again(), Step::End("abc", ""), Step::End("abc", "")];
    let (events, reads) = followed(steps).await;
    let news: Vec<&str> = events
        .iter()
        .map(String::as_str)
        .filter(|event| !["connected", "finished"].contains(event))
        .collect();
    assert_eq!(news, ["ab", "c", "interrupted: not found"]);
    let waits: Vec<u64> = reads.windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect();
    // Each is drawn between its step and twice its step, from the first after something new.
    for (wait, step) in waits.iter().zip([2, 4, 8, 16, 2, 4]) {
        assert!((step..=step * 2).contains(wait), "{waits:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_that_is_being_printed_is_sent_as_it_is_seen() {
    let steps = [Step::End("a", "1%,1%\r2%,1%\r2%\r"), Step::End("a", "3%")];
    let (events, _) = followed(steps).await;
    let printed: Vec<&String> = events.iter().filter(|event| event.starts_with("printing")).collect();
    assert_eq!(printed, ["printing: 1%", "printing: 2%", "printing: 2%", "printing: 3%"]);
}

#[tokio::test(start_paused = true)]
async fn polls_report_a_seam_once_and_keep_their_pause() {
    let steps = [Step::Poll("a"), Step::Poll("b"), Step::Fail(ProblemKind::Server), Step::Poll("c")];
    let (events, reads) = followed(steps).await;
    assert_eq!(
        events,
        ["connected", "a", "b", "interrupted: server error", "connected", "c", "interrupted: not found"]
    );
    assert_eq!(reads[1] - reads[0], Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn waits_after_failures_grow_and_differ_from_tail_to_tail() {
    let mut thirds = Vec::new();
    for _ in 0..8 {
        let steps = std::iter::repeat_with(|| Step::Fail(ProblemKind::Unreachable)).take(5);
        let (_, reads) = followed(steps).await;
        let waits: Vec<Duration> = reads.windows(2).map(|pair| pair[1] - pair[0]).collect();
        for (wait, step) in waits.iter().zip([1, 2, 4, 8]) {
            let step = Duration::from_secs(step);
            // A timer is up to a millisecond late.
            assert!((step..=step * 2 + Duration::from_millis(2)).contains(wait), "{wait:?} for {step:?}");
        }
        thirds.push(waits[2]);
    }
    thirds.sort();
    thirds.dedup();
    assert!(thirds.len() > 1, "eight tails that lost one server come back in step: {thirds:?}");
}

#[tokio::test(start_paused = true)]
async fn waits_grow_also_where_each_request_is_left_without_an_answer() {
    let steps = std::iter::repeat_with(|| Step::Late(30)).take(4);
    let (_, reads) = followed(steps).await;
    let waits: Vec<u64> = reads.windows(2).map(|pair| (pair[1] - pair[0]).as_secs() - 30).collect();
    for (wait, step) in waits.iter().zip([1, 2, 4, 8]) {
        assert!((step..=step * 2).contains(wait), "{waits:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_server_asks_to_wait_is_waited() {
    struct Busy(Vec<Instant>);
    impl LogSource for &mut Busy {
        async fn read(&mut self, _: &mut LogTail) -> Result<Duration, Interrupt> {
            self.0.push(Instant::now());
            let kind = if self.0.len() < 2 { ProblemKind::RateLimited } else { ProblemKind::NotFound };
            let mut problem = Problem::new(kind, "busy");
            problem.retry_after = Some(Duration::from_secs(90));
            Err(problem.into())
        }
    }
    let mut source = Busy(Vec::new());
    let (out, _events) = mpsc::channel(8);
    follow(&mut source, Backoff::new(Duration::from_secs(1), Duration::from_secs(30)), out).await;
    assert!(source.0[1] - source.0[0] >= Duration::from_secs(90));
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_is_gone_ends_the_tail() {
    let steps = std::iter::repeat_with(|| Step::Poll("a")).take(1000);
    let source = Scripted { steps: steps.collect(), reads: Arc::default() };
    let reads = source.reads.clone();
    let (out, events) = mpsc::channel(4);
    let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
    drop(events);
    follow(source, backoff, out).await;
    assert_eq!(reads.lock().unwrap().len(), 1);
}
